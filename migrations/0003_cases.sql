-- What companies bring (cases) and what consultation a case needs (requests).
create table jamund.cases (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    version    int not null default 1,
    state      text not null default 'received',
    company_id uuid not null references jamund.companies,
    channel    text not null check (channel in ('visit', 'web', 'phone', 'chat', 'expo', 'meeting')),
    title      text not null check (length(title) between 1 and 200),
    text       text not null default '' check (length(text) <= 10000),
    triage     text check (triage in ('on_the_spot', 'review', 'policy', 'deep')),
    answer     text check (length(answer) <= 10000),
    created_by uuid not null references jamund.users,
    created_at timestamptz not null
);
create index cases_company on jamund.cases (company_id);
create trigger cases_lifecycle before insert or update of state on jamund.cases
    for each row execute function jamund.lifecycle_guard('case');

create table jamund.requests (
    id           uuid primary key default gen_random_uuid(),
    seq          bigint generated always as identity,
    version      int not null default 1,
    state        text not null default 'open',
    case_id      uuid not null references jamund.cases,
    mode         text not null check (mode in ('visit', 'center', 'online', 'phone')),
    place_id     uuid references jamund.places,
    online_url   text check (length(online_url) <= 500),
    minutes      int not null check (minutes between 15 and 480),
    windows      tstzmultirange not null check (not isempty(windows)),
    deadline     timestamptz,
    urgency      text not null default 'normal' check (urgency in ('normal', 'high', 'urgent')),
    languages    text[] not null default '{}',
    topics       text[] not null default '{}',
    contact_id   uuid references jamund.contacts,
    preferred_id uuid references jamund.experts,
    owner_id     uuid not null references jamund.users,
    deputy_id    uuid references jamund.users,
    created_by   uuid not null references jamund.users,
    created_at   timestamptz not null,
    check ((mode = 'center') = (place_id is not null)),
    check (online_url is null or mode = 'online')
);
create index requests_state on jamund.requests (state, seq);
create index requests_case on jamund.requests (case_id);
create trigger requests_lifecycle before insert or update of state on jamund.requests
    for each row execute function jamund.lifecycle_guard('request');

create table jamund.request_seats (
    request_id uuid not null references jamund.requests,
    seat       int not null check (seat between 1 and 3),
    field      text not null references jamund.fields,
    min_level  int not null check (min_level between 1 and 3),
    primary key (request_id, seat)
);
create table jamund.request_exclusions (
    request_id uuid not null references jamund.requests,
    expert_id  uuid not null references jamund.experts,
    primary key (request_id, expert_id)
);
