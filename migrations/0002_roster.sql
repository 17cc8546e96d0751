-- The panel: experts, what they can do and when; companies and their contacts; rooms.
create table jamund.fields (
    code text primary key check (code ~ '^[a-z_]{2,20}$'),
    ko   text not null unique,
    en   text not null
);
insert into jamund.fields (code, ko, en) values
('legal', '법무', 'Legal'), ('labor', '노무', 'Labour'), ('tax', '세무', 'Tax'),
('rnd', '연구개발', 'R&D'), ('patent', '특허', 'Patent'), ('accounting', '회계', 'Accounting'),
('customs', '관세', 'Customs'), ('management', '경영', 'Management'),
('technology', '기술', 'Technology'), ('marketing', '마케팅', 'Marketing');

create table jamund.districts (
    code text primary key check (code ~ '^[a-z_]{2,20}$'),
    ko   text not null unique,
    en   text not null
);
insert into jamund.districts (code, ko, en) values
('jung', '중구', 'Jung-gu'), ('dong', '동구', 'Dong-gu'), ('seo', '서구', 'Seo-gu'),
('nam', '남구', 'Nam-gu'), ('buk', '북구', 'Buk-gu'), ('suseong', '수성구', 'Suseong-gu'),
('dalseo', '달서구', 'Dalseo-gu'), ('dalseong', '달성군', 'Dalseong-gun'),
('gunwi', '군위군', 'Gunwi-gun');

create table jamund.experts (
    id                    uuid primary key default gen_random_uuid(),
    seq                   bigint generated always as identity,
    version               int not null default 1,
    email                 text not null check (length(email) <= 254),
    name                  text not null check (length(name) between 1 and 100),
    affiliation           text not null default '' check (length(affiliation) <= 200),
    phone                 text not null default '' check (length(phone) <= 40),
    topics                text[] not null default '{}' check (cardinality(topics) <= 50),
    modes                 text[] not null
                          check (modes <@ array['visit', 'center', 'online', 'phone']
                                 and cardinality(modes) >= 1),
    languages             text[] not null default '{ko}' check (cardinality(languages) between 1 and 20),
    term_from             date not null,
    term_until            date not null, -- the last day of the term
    cap_per_day           int not null check (cap_per_day between 1 and 24),
    cap_per_week          int not null check (cap_per_week between 1 and 100),
    hours_per_year        int not null check (hours_per_year between 1 and 3000),
    buffer_before         int not null default 0 check (buffer_before between 0 and 480), -- minutes
    buffer_after          int not null default 0 check (buffer_after between 0 and 480),
    notice_minutes        int not null default 0 check (notice_minutes between 0 and 43200),
    zone                  text not null default 'Asia/Seoul',
    conflict_companies    text[] not null default '{}', -- registration numbers
    conflict_affiliations text[] not null default '{}',
    calendar_version      bigint not null default 0, -- rises with every revision that touches them
    created_at            timestamptz not null,
    check (term_from <= term_until)
);
create unique index experts_email on jamund.experts (lower(email));

create table jamund.expert_fields (
    expert_id uuid not null references jamund.experts on delete cascade,
    field     text not null references jamund.fields,
    level     int not null check (level between 1 and 3),
    primary key (expert_id, field)
);
create table jamund.expert_districts (
    expert_id uuid not null references jamund.experts on delete cascade,
    district  text not null references jamund.districts,
    primary key (expert_id, district)
);
-- Weekly windows in the expert's own zone; minutes of the local day.
create table jamund.availability (
    expert_id    uuid not null references jamund.experts on delete cascade,
    weekday      int not null check (weekday between 1 and 7), -- ISO: Monday is 1
    from_minute  int not null check (from_minute between 0 and 1439),
    until_minute int not null check (until_minute between 1 and 1440),
    primary key (expert_id, weekday, from_minute),
    check (from_minute < until_minute)
);
-- An absence without an end is a pause.
create table jamund.absences (
    id        uuid primary key default gen_random_uuid(),
    expert_id uuid not null references jamund.experts on delete cascade,
    during    tstzrange not null check (not isempty(during) and not lower_inf(during)),
    reason    text not null default ''
);
create index absences_expert on jamund.absences using gist (expert_id, during);

-- The checksum of a Korean business registration number: weights 1 3 7 1 3 7 1 3 5 over the first
-- nine digits, plus the tens of 5 times the ninth; the tenth digit makes it a multiple of ten.
create function jamund.registration_ok(n text) returns boolean
language sql immutable strict as $$
    select n ~ '^[0-9]{3}-[0-9]{2}-[0-9]{5}$' and (
        select (10 - (sum(d * w) + (max(d) filter (where i = 9)) * 5 / 10) % 10) % 10
          from (select i, substr(replace(n, '-', ''), i, 1)::int as d,
                       (array[1, 3, 7, 1, 3, 7, 1, 3, 5])[i] as w
                  from generate_series(1, 9) i) x
        ) = right(n, 1)::int
$$;

-- A company's name without its legal form and spacing: what two spellings of one name share.
create function jamund.name_key(name text) returns text
language sql immutable strict as $$
    select lower(regexp_replace(name, '주식회사|유한회사|\((주|유|사|재)\)|㈜|㈔|[[:space:][:punct:]]',
                                '', 'g'))
$$;

create table jamund.companies (
    id                  uuid primary key default gen_random_uuid(),
    seq                 bigint generated always as identity,
    version             int not null default 1,
    registration_number text not null unique check (jamund.registration_ok(registration_number)),
    name                text not null check (length(name) between 1 and 200),
    district            text not null references jamund.districts,
    address             text not null default '' check (length(address) <= 300),
    industry            text not null default '' check (length(industry) <= 200),
    affiliation         text not null default '' check (length(affiliation) <= 200),
    created_at          timestamptz not null
);
create index companies_name_key on jamund.companies (jamund.name_key(name));

create table jamund.contacts (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    company_id uuid not null references jamund.companies,
    name       text not null check (length(name) between 1 and 100),
    email      text not null default '' check (length(email) <= 254),
    phone      text not null default '' check (length(phone) <= 40),
    consent_at timestamptz, -- null: may not be written to
    created_at timestamptz not null
);
create unique index contacts_email on jamund.contacts (company_id, lower(email)) where email <> '';

create table jamund.places (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    version    int not null default 1,
    ko         text not null unique check (length(ko) between 1 and 100),
    en         text not null check (length(en) between 1 and 100),
    turnaround int not null default 0 check (turnaround between 0 and 240), -- minutes after a meeting
    created_at timestamptz not null
);
