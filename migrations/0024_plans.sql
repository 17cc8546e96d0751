-- Events (행사) with their slots, booths and experts on duty; plans (배정안): many requests assigned at once.

create table jamund.events (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    version    int not null default 1,
    title      text not null check (length(title) between 1 and 200),
    place      text not null check (length(place) between 1 and 300),
    zone       text not null, -- the clock of its days
    owner_id   uuid not null references jamund.users,
    created_by uuid not null references jamund.users,
    created_at timestamptz not null
);

-- The grid of an event. In a slot the booths 1 … booths are open; no two slots overlap.
create table jamund.event_slots (
    event_id uuid not null references jamund.events on delete cascade,
    during   tstzrange not null check (not isempty(during) and not lower_inf(during) and not upper_inf(during)),
    booths   int not null check (booths between 1 and 500),
    constraint event_slots_no_overlap exclude using gist (event_id with =, during with &&)
);

-- A booth is held like a room (jamund.holds, kind booth): that is what forbids two meetings in it.
create table jamund.event_booths (
    id        uuid primary key default gen_random_uuid(),
    event_id  uuid not null references jamund.events on delete cascade,
    number    int not null check (number between 1 and 500),
    zone      text check (zone ~ '^[A-Za-z0-9가-힣_-]{1,20}$'),
    lost_from timestamptz, -- from then on it can not be used
    unique (event_id, number)
);

-- Who is on duty: has agreed to be there in these windows (null: all slots), so their own weekly hours,
-- notice and caps of the day and week do not count there; these caps do. rest_after: a break after so
-- many slots in a row. dropped_at: can not come after all.
create table jamund.event_experts (
    event_id   uuid not null references jamund.events on delete cascade,
    expert_id  uuid not null references jamund.experts,
    windows    tstzmultirange,
    zone       text,
    per_day    int check (per_day between 1 and 100),
    most       int check (most between 1 and 500),
    rest_after int check (rest_after between 1 and 100),
    dropped_at timestamptz,
    primary key (event_id, expert_id)
);
create index event_experts_expert on jamund.event_experts (expert_id);

-- An appointment at an event takes place in a booth.
alter table jamund.appointments add column booth_id uuid references jamund.event_booths;
create index appointments_booth on jamund.appointments (booth_id) where booth_id is not null;
alter table jamund.holds drop constraint holds_kind_check,
    add constraint holds_kind_check check (kind in ('expert', 'company', 'place', 'booth'));

-- A computed assignment. What it was made from is kept with it: its slots, the document that the worker
-- read (input) and the version of the change log that the facts are at least as new as.
create table jamund.plans (
    id          uuid primary key default gen_random_uuid(),
    seq         bigint generated always as identity,
    version     int not null default 1,
    state       text not null default 'computing',
    event_id    uuid references jamund.events,
    base_id     uuid references jamund.plans, -- what it is a re-plan of
    zone        text not null,
    slots       tstzrange[] not null check (cardinality(slots) between 1 and 512),
    booths      int[] not null check (cardinality(booths) = cardinality(slots)), -- in windows; of an event: ask its booths
    asked_for   uuid[] not null check (cardinality(asked_for) between 1 and 2000), -- requests
    experts     uuid[] check (cardinality(experts) between 1 and 500), -- who may be asked; null: everybody (on duty)
    left_out    int not null default 0, -- requests of the backlog beyond the most that a plan takes
    asked       jsonb not null, -- the body: caps, keep-weights …
    lambda      int not null check (lambda between 0 and 1000),
    seconds     int not null check (seconds between 1 and 3600),
    as_of       bigint,
    input       text,
    request_ids uuid[], -- as the input counts them
    expert_ids  uuid[],
    progress    jsonb,
    result      jsonb,
    reason      text, -- why it failed
    claims      int not null default 0,
    lease_until timestamptz,
    lease       uuid, -- of the daemon's claim; whoever comes with another one is too late
    created_by  uuid not null references jamund.users,
    created_at  timestamptz not null,
    computed_at timestamptz,
    applied_at  timestamptz,
    applied_by  uuid references jamund.users
);
create index plans_computing on jamund.plans (seq) where state = 'computing';
create index plans_event on jamund.plans (event_id);
create trigger plans_lifecycle before insert or update of state on jamund.plans
    for each row execute function jamund.lifecycle_guard('plan');

-- One row for each request of a plan that was computed.
create table jamund.plan_items (
    plan_id        uuid not null references jamund.plans,
    n              int not null,
    request_id     uuid not null references jamund.requests,
    state          text not null check (state in ('assigned', 'unserved')),
    experts        uuid[] not null default '{}', -- in the order of the seats
    during         tstzrange,
    zone           text,
    points         int,
    was            jsonb, -- where its appointment stood when the plan was computed
    why            text,  -- of one that is not served
    detail         jsonb not null default '{}',
    appointment_id uuid references jamund.appointments, -- once applied
    primary key (plan_id, n),
    unique (plan_id, request_id),
    check ((state = 'assigned') = (during is not null and why is null))
);
create index plan_items_request on jamund.plan_items (request_id);

insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('plan', '', 'computing', 'ask', 'A plan was asked for; a daemon computes it.'),
('plan', 'computing', 'ready', 'compute', 'It can be looked at; nothing is booked yet.'),
('plan', 'computing', 'failed', 'fail', 'It could not be computed; its reason says why.'),
('plan', 'computing', 'superseded', 'discard', 'Nobody wants it any more.'),
('plan', 'ready', 'applied', 'apply', 'All of it is booked.'),
('plan', 'ready', 'superseded', 'discard', 'Nobody wants it any more, or another one was applied.'),
('plan', 'applied', 'superseded', 'replan', 'A plan made from it was applied.');
update jamund.lifecycles set sentence = 'The expert held a meeting that was entered afterwards, or has agreed to it by being on duty at an event.'
 where entity = 'seat' and from_state = '' and to_state = 'accepted';

insert into jamund.change_audience (entity, role, shown)
select entity, v.role, v.shown
  from (values ('event', array[true, true, true, false]),
               ('plan',  array[true, true, true, false])) m (entity, cells),
  lateral (select * from unnest(array['field', 'coordinator', 'manager', 'admin'], m.cells) as u (role, shown)) v;

-- What is kept in memory of the experts follows the appointments that a plan books.
insert into jamund.change_reach (entity, reach) values ('event', 'nobody'), ('plan', 'nobody');

-- Whom a plan names that is not booked: nobody was asked yet, so it is the planners' alone.
insert into jamund.disclosures (fact, viewer, shown)
select 'draft.experts', v.viewer, v.shown
  from unnest(array['expert', 'company', 'field', 'coordinator', 'manager', 'admin', 'gateway'],
              array[false, false, false, true, true, false, false]) v (viewer, shown);

alter table jamund.office
    add column plan_requests_max int not null default 2000 check (plan_requests_max between 1 and 2000),
    add column plan_experts_max int not null default 500 check (plan_experts_max between 1 and 500),
    add column plan_slots_max int not null default 512 check (plan_slots_max between 1 and 512),
    add column plan_seconds_max int not null default 60 check (plan_seconds_max between 1 and 3600);
analyze jamund.office;
