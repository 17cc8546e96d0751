-- What the ranking knows beside the roster: the office's weights, ways between districts, prices of experts.

-- One row: what the office has set; a part that is not named has the weight of core/score.def.
create table jamund.scoring (
    id             uuid primary key default gen_random_uuid(),
    one            boolean not null unique default true check (one),
    version        int not null default 1,
    travel_version int not null default 1, -- of district_travel
    weights        jsonb not null default '{}' check (jsonb_typeof(weights) = 'object')
);
insert into jamund.scoring default values;

-- Minutes on the road between two districts, once for each pair; within one where a = b.
create table jamund.district_travel (
    a       text not null references jamund.districts,
    b       text not null references jamund.districts,
    minutes int not null check (minutes between 0 and 600),
    primary key (a, b),
    check (a <= b)
);
insert into jamund.district_travel (a, b, minutes)
select least(x.a, x.b), greatest(x.a, x.b), x.minutes from (values
    ('jung', 'dong', 20), ('jung', 'seo', 15), ('jung', 'nam', 15), ('jung', 'buk', 20), ('jung', 'suseong', 15),
    ('jung', 'dalseo', 25), ('jung', 'dalseong', 40), ('jung', 'gunwi', 55), ('dong', 'seo', 30), ('dong', 'nam', 30),
    ('dong', 'buk', 25), ('dong', 'suseong', 20), ('dong', 'dalseo', 40), ('dong', 'dalseong', 50), ('dong', 'gunwi', 45),
    ('seo', 'nam', 20), ('seo', 'buk', 20), ('seo', 'suseong', 25), ('seo', 'dalseo', 20), ('seo', 'dalseong', 35),
    ('seo', 'gunwi', 50), ('nam', 'buk', 30), ('nam', 'suseong', 15), ('nam', 'dalseo', 20), ('nam', 'dalseong', 35),
    ('nam', 'gunwi', 60), ('buk', 'suseong', 30), ('buk', 'dalseo', 30), ('buk', 'dalseong', 45), ('buk', 'gunwi', 40),
    ('suseong', 'dalseo', 30), ('suseong', 'dalseong', 40), ('suseong', 'gunwi', 60), ('dalseo', 'dalseong', 25),
    ('dalseo', 'gunwi', 60), ('dalseong', 'gunwi', 75)) x (a, b, minutes);

-- How much others would miss an expert in a field, in points: written with each plan, read by the ranking.
create table jamund.expert_prices (
    expert_id uuid not null references jamund.experts on delete cascade,
    field     text not null references jamund.fields,
    points    int not null check (points between 0 and 1000000),
    plan_id   uuid not null,
    primary key (expert_id, field)
);

alter table jamund.office add column center_district text not null default '';
-- What the company likes best of its windows.
alter table jamund.requests add column preferred tstzmultirange not null default '{}';

-- Weights come with every look at the experts in memory.
insert into jamund.change_reach (entity, reach) values ('scoring', 'nobody');
