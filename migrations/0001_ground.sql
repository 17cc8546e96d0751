-- The ground every resource stands on: the clock, people who sign in, what they may see,
-- idempotency, audit, the change log and the life-cycles.
create schema if not exists jamund;
create schema if not exists api;
create extension if not exists btree_gist with schema public;

-- What every function of the API answers: an HTTP status, a strong ETag, a Location and a body.
create type api.reply as (status int, etag text, location text, body jsonb);

-- The one row of facts about the office. `jamund migrate` fills it from the settings.
create table jamund.office (
    one                  boolean primary key default true check (one),
    zone                 text not null default 'Asia/Seoul',
    work_from            time not null default '09:00',
    work_until           time not null default '18:00',
    respond_work_minutes int  not null default 480 check (respond_work_minutes between 30 and 4800),
    align_minutes        int  not null default 30 check (align_minutes in (5, 10, 15, 20, 30, 60)),
    organizer_name       text not null default '원스톱기업지원센터',
    organizer_email      text not null default 'jamund@example.kr',
    host                 text not null default 'jamund.example.kr',
    check (work_from < work_until)
);
insert into jamund.office default values;

create table jamund.holidays (
    day date primary key,
    ko  text not null,
    en  text not null
);

create table jamund.users (
    id         uuid primary key default gen_random_uuid(),
    seq        bigint generated always as identity,
    name       text not null check (length(name) between 1 and 100),
    email      text not null check (length(email) <= 254),
    phone      text check (length(phone) <= 40),
    role       text not null check (role in ('admin', 'manager', 'coordinator', 'field')),
    active     boolean not null default true,
    created_at timestamptz not null
);
create unique index users_email on jamund.users (lower(email));

-- An API token. The secret itself is never here, only its SHA-256.
create table jamund.tokens (
    id         uuid primary key default gen_random_uuid(),
    user_id    uuid not null references jamund.users,
    hash       text not null unique check (hash ~ '^[0-9a-f]{64}$'),
    label      text not null default '' check (length(label) <= 100),
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
);

-- Who sees which personal fact, in every page, mail, feed and reply (promise 7). A fact that is not
-- listed here is not personal. jamund.mask() walks this table; nothing else decides.
create table jamund.disclosures (
    fact   text not null,
    viewer text not null check (viewer in
        ('expert', 'company', 'field', 'coordinator', 'manager', 'admin')),
    shown  boolean not null,
    primary key (fact, viewer)
);
insert into jamund.disclosures (fact, viewer, shown)
select fact, v.viewer, v.shown
  from (values
    --                       expert company field  coord. manager admin
    ('expert.email',   array[true,  false,  false, true,  true,   true]),
    ('expert.phone',   array[true,  false,  false, true,  true,   true]),
    ('contact.name',   array[true,  true,   true,  true,  true,   false]),
    ('contact.email',  array[false, true,   true,  true,  true,   false]),
    ('contact.phone',  array[true,  true,   true,  true,  true,   false]),
    ('case.text',      array[true,  true,   true,  true,  true,   false]),
    ('requester.email',array[false, false,  true,  true,  true,   true]),
    ('requester.phone',array[true,  true,   true,  true,  true,   true]),
    ('owner.email',    array[true,  true,   true,  true,  true,   true]),
    ('report.summary', array[true,  false,  true,  true,  true,   false])
  ) as m (fact, cells),
  lateral (select * from unnest(
    array['expert', 'company', 'field', 'coordinator', 'manager', 'admin'], m.cells)
    as u (viewer, shown)) v;

-- One answer per (actor, key): key and effect are one transaction (promise 3).
create table jamund.idempotency (
    actor        text not null,
    key          text not null check (length(key) between 1 and 255),
    request_hash text not null,
    status       int not null,
    etag         text,
    location     text,
    body         jsonb,
    created_at   timestamptz not null,
    primary key (actor, key)
);
create index idempotency_age on jamund.idempotency (created_at);

-- Every change in commit order. The version is taken under one advisory transaction lock, last in
-- each write, so a reader of "version > n" never misses a row that commits later.
create table jamund.change_log (
    version   bigint primary key,
    at        timestamptz not null,
    entity    text not null,
    entity_id uuid not null,
    kind      text not null
);

create table jamund.audit (
    id         bigint generated always as identity primary key,
    at         timestamptz not null,
    version    bigint not null references jamund.change_log,
    actor_kind text not null check (actor_kind in ('user', 'expert', 'company', 'system', 'cli')),
    actor_id   uuid,
    via        text not null check (via in ('api', 'link', 'phone', 'mail', 'cli', 'system')),
    action     text not null,
    entity     text not null,
    entity_id  uuid not null,
    reason     text,
    detail     jsonb not null default '{}'
);
create index audit_entity on jamund.audit (entity_id, id);

-- Who read whose personal data. The daemon writes it in batches: at most 2 seconds or 100 reads of
-- one daemon are lost when it dies (work/trace.h).
create table jamund.reads (
    at      timestamptz not null,
    actor   uuid, -- a user; null: whoever holds the secret in the path
    role    text not null,
    what    text not null, -- the route
    subject text not null  -- an id, or the hash of the secret; '' for a list
);
create index reads_at on jamund.reads (at);

-- Allowed transitions; the trigger below is what enforces them. from_state '' is birth.
create table jamund.lifecycles (
    entity     text not null,
    from_state text not null,
    to_state   text not null,
    verb       text not null,
    sentence   text not null,
    primary key (entity, from_state, to_state)
);
insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('case', '', 'received', 'receive', 'A difficulty of a company has come in.'),
('case', 'received', 'triaged', 'triage', 'Somebody decided how it will be settled.'),
('case', 'triaged', 'triaged', 'triage', 'The decision was changed.'),
('case', 'triaged', 'in_consultation', 'request', 'A deep consultation was requested.'),
('case', 'triaged', 'closed', 'close', 'It was settled without a consultation.'),
('case', 'in_consultation', 'closed', 'close', 'The consultation settled it.'),
('case', 'closed', 'reopened', 'reopen', 'The company came back with the same difficulty.'),
('case', 'reopened', 'triaged', 'triage', 'It will be settled in another way this time.'),
('case', 'reopened', 'in_consultation', 'request', 'A further consultation was requested.'),
('case', 'reopened', 'closed', 'close', 'It was settled after all.'),
('request', '', 'open', 'add', 'A consultation is wanted; no expert has been asked.'),
('request', 'open', 'offered', 'offer', 'An expert has been asked and the time is held.'),
('request', 'offered', 'open', 'decline', 'The expert declined, did not answer or was withdrawn.'),
('request', 'offered', 'scheduled', 'accept', 'The expert accepted: there is an appointment.'),
('request', 'scheduled', 'open', 'cancel', 'The appointment was cancelled or a follow-up is needed.'),
('request', 'scheduled', 'done', 'complete', 'The report says the consultation is over.'),
('request', 'done', 'open', 'follow_up', 'The problem is not solved yet.'),
('request', 'open', 'withdrawn', 'withdraw', 'Nobody needs it any more.'),
('request', 'offered', 'withdrawn', 'withdraw', 'Nobody needs it any more; the offer ends.'),
('request', 'scheduled', 'withdrawn', 'withdraw', 'Nobody needs it any more; the appointment ends.'),
('appointment', '', 'tentative', 'offer', 'The time is held; a needed seat has not accepted.'),
('appointment', 'tentative', 'confirmed', 'accept', 'Every needed seat has accepted.'),
('appointment', 'tentative', 'cancelled', 'cancel', 'Declined, expired or cancelled before it stood.'),
('appointment', 'confirmed', 'cancelled', 'cancel', 'Cancelled after it stood.'),
('appointment', 'confirmed', 'completed', 'complete', 'The meeting took place and was reported.'),
('seat', '', 'offered', 'offer', 'The expert was asked; the time is held.'),
('seat', 'offered', 'accepted', 'accept', 'The expert will come.'),
('seat', 'offered', 'declined', 'decline', 'The expert will not come.'),
('seat', 'offered', 'expired', 'expire', 'No answer came in time.'),
('seat', 'offered', 'withdrawn', 'withdraw', 'The offer was taken back.'),
('seat', 'accepted', 'withdrawn', 'withdraw', 'The appointment ended without the expert''s doing.'),
('message', '', 'queued', 'queue', 'Written with the change it tells of.'),
('message', 'queued', 'sending', 'claim', 'A daemon has leased it.'),
('message', 'sending', 'sending', 'claim', 'The lease ran out; another daemon took it.'),
('message', 'sending', 'sent', 'sent', 'The mail server took it.'),
('message', 'sending', 'retry', 'fail', 'It will be tried again later.'),
('message', 'sending', 'dead', 'fail', 'It was refused for good or tried too often.'),
('message', 'retry', 'sending', 'claim', 'The next try.'),
('message', 'queued', 'withdrawn', 'withdraw', 'What it tells ended before it was sent.'),
('message', 'dead', 'queued', 'replay', 'A coordinator sends it again.');

create function jamund.lifecycle_guard() returns trigger
language plpgsql set search_path = jamund, pg_temp as $$
declare
    old_state text := case when tg_op = 'INSERT' then '' else old.state end;
begin
    if not exists (select from lifecycles where entity = tg_argv[0]
                   and from_state = old_state and to_state = new.state) then
        raise exception using errcode = 'JM002',
            message = format('a %s cannot go from %s to %s', tg_argv[0],
                             coalesce(nullif(old_state, ''), 'nothing'), new.state);
    end if;
    return new;
end $$;

create function jamund.immutable_guard() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'JM409', message = tg_table_name || ' rows never change';
end $$;
create trigger audit_immutable before update or delete on jamund.audit
    for each row execute function jamund.immutable_guard();
create trigger reads_immutable before update or delete on jamund.reads
    for each row execute function jamund.immutable_guard();
create trigger change_log_immutable before update or delete on jamund.change_log
    for each row execute function jamund.immutable_guard();
