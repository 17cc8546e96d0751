-- Visits of the field team that an expert may accompany, and desk duty (당번) for walk-ins.

create table jamund.visits (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    version    int not null default 1,
    company_id uuid not null references jamund.companies,
    during     tstzrange not null check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
    note       text not null default '' check (length(note) <= 2000),
    leader_id  uuid not null references jamund.users, -- of the team
    created_at timestamptz not null
);
create index visits_during on jamund.visits (lower(during));

-- An expert's duty on a day; other requests than walk-ins leave its time alone. Removed ones are kept.
create table jamund.duties (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    version    int not null default 1,
    expert_id  uuid not null references jamund.experts,
    during     tstzrange not null check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
    place_id   uuid references jamund.places,
    note       text not null default '' check (length(note) <= 2000),
    created_by uuid not null references jamund.users,
    created_at timestamptz not null,
    removed_at timestamptz,
    constraint duties_no_overlap exclude using gist (expert_id with =, during with &&)
        where (removed_at is null) deferrable initially immediate -- two duties may change hands
);
create index duties_during on jamund.duties using gist (during) where removed_at is null;

-- desk: a walk-in, for whoever has desk duty. visit_id: the expert joins that visit, at its time.
alter table jamund.requests
    add column desk boolean not null default false,
    add column visit_id uuid references jamund.visits,
    add constraint requests_desk check (not desk or mode <> 'visit'),
    add constraint requests_visit check (visit_id is null or mode = 'visit');
create index requests_visit_id on jamund.requests (visit_id) where visit_id is not null;

insert into jamund.change_audience (entity, role, shown)
select 'visit', role, shown from (values ('field', true), ('coordinator', true), ('manager', true), ('admin', false)) v (role, shown);
insert into jamund.change_reach (entity, reach) values ('visit', 'nobody'); -- its requests have their own changes
