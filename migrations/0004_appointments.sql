-- Appointments, the time they hold, what was published of them, and what is told to whom.
create table jamund.appointments (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    version    int not null default 1,
    state      text not null default 'tentative',
    request_id uuid not null references jamund.requests,
    company_id uuid not null references jamund.companies,
    uid        text not null unique,
    during     tstzrange not null check (not isempty(during)),
    zone       text not null,
    revision   int not null default 0,
    created_at timestamptz not null
);
create index appointments_request on jamund.appointments (request_id);
create index appointments_during on jamund.appointments using gist (during);
create unique index appointments_one_live on jamund.appointments (request_id)
    where state in ('tentative', 'confirmed');
create trigger appointments_lifecycle before insert or update of state on jamund.appointments
    for each row execute function jamund.lifecycle_guard('appointment');

create table jamund.seats (
    id              uuid primary key default gen_random_uuid(),
    version         int not null default 1,
    state           text not null default 'offered',
    appointment_id  uuid not null references jamund.appointments,
    seat            int not null,
    expert_id       uuid not null references jamund.experts,
    respond_by      timestamptz not null,
    answered_at     timestamptz,
    answered_via    text,
    reason          text check (length(reason) <= 2000),
    override_reason text check (length(override_reason) <= 2000),
    overridden      text[] not null default '{}'
);
create index seats_appointment on jamund.seats (appointment_id);
create index seats_expert on jamund.seats (expert_id, state);
create index seats_due on jamund.seats (respond_by) where state = 'offered';
create trigger seats_lifecycle before insert or update of state on jamund.seats
    for each row execute function jamund.lifecycle_guard('seat');

-- Time that is taken, padded with buffers (promise 1). A row lives as long as its appointment is
-- live or was held; released time is deleted. This constraint is what forbids double booking.
create table jamund.holds (
    subject        uuid not null, -- an expert, a company or a room
    kind           text not null check (kind in ('expert', 'company', 'place')),
    during         tstzrange not null check (not isempty(during)),
    appointment_id uuid not null references jamund.appointments,
    constraint holds_no_overlap exclude using gist (subject with =, during with &&)
);
create index holds_appointment on jamund.holds (appointment_id);

-- The immutable record of one visible state: all that its mails and calendar texts need.
create table jamund.revisions (
    appointment_id uuid not null references jamund.appointments,
    number         int not null,
    sequence       int not null, -- RFC 5546 2.1.4
    stamp          timestamptz not null,
    status         text not null,
    facts          jsonb not null,
    primary key (appointment_id, number)
);
create trigger revisions_immutable before update or delete on jamund.revisions
    for each row execute function jamund.immutable_guard();

create table jamund.reports (
    appointment_id uuid primary key references jamund.appointments,
    outcome        text not null check (outcome in ('solved', 'partly_solved', 'unsolved', 'referred')),
    summary        text not null check (length(summary) between 1 and 10000),
    minutes        int not null check (minutes between 0 and 1440),
    follow_up      boolean not null,
    filed_by       uuid,
    filed_at       timestamptz not null
);

-- Secret links and feeds: the secret derives from the id and the server's key; only its hash is here.
create table jamund.links (
    id         uuid primary key,
    hash       text not null unique check (hash ~ '^[0-9a-f]{64}$'),
    seat_id    uuid not null references jamund.seats,
    created_at timestamptz not null
);
create table jamund.feeds (
    id         uuid primary key,
    hash       text not null unique check (hash ~ '^[0-9a-f]{64}$'),
    expert_id  uuid not null references jamund.experts,
    created_at timestamptz not null,
    revoked_at timestamptz
);
create unique index feeds_one_live on jamund.feeds (expert_id) where revoked_at is null;

-- The outbox. party names the person told: whoever got an invite gets its cancel.
create table jamund.messages (
    id             uuid primary key default gen_random_uuid(),
    seq            bigint generated always as identity,
    state          text not null default 'queued',
    kind           text not null
                   check (kind in ('offer', 'invite', 'cancel', 'withdrawn', 'declined', 'expired')),
    viewer         text not null check (viewer in ('expert', 'company', 'field', 'coordinator')),
    party          uuid not null, -- expert, contact or user
    to_name        text not null,
    to_email       text not null,
    partstat       text not null default 'NEEDS-ACTION',
    appointment_id uuid not null references jamund.appointments,
    revision       int not null,
    link_id        uuid references jamund.links,
    respond_by     timestamptz,
    reason         text,
    created_at     timestamptz not null,
    attempts       int not null default 0,
    due_at         timestamptz not null,
    lease_until    timestamptz,
    leased_by      text,
    sent_at        timestamptz,
    bytes_sha256   text, -- of the mail as handed to the mail server
    last_error     text,
    foreign key (appointment_id, revision) references jamund.revisions
);
create index messages_due on jamund.messages (due_at) where state in ('queued', 'retry', 'sending');
create index messages_party on jamund.messages (appointment_id, party, seq);
create index messages_state on jamund.messages (state, seq);
create trigger messages_lifecycle before insert or update of state on jamund.messages
    for each row execute function jamund.lifecycle_guard('message');
