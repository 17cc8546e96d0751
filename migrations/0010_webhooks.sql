-- Webhooks: who wants to hear of what happens, and what is on its way to them.
create table jamund.webhooks (
    id            uuid primary key default gen_random_uuid(),
    seq           bigint generated always as identity,
    version       int not null default 1,
    url           text not null check (length(url) between 1 and 2000),
    label         text not null default '' check (length(label) <= 100),
    kinds         text[] not null check (cardinality(kinds) between 1 and 50), -- 'message.offer', 'request.*'
    active        boolean not null default true,
    gone_at       timestamptz,            -- when it answered 410 and was switched off
    secret_number int not null default 1, -- its secret derives from id, this number and the server's key
    grace_until   timestamptz,            -- until then the secret before this one signs, too
    created_by    uuid references jamund.users,
    created_at    timestamptz not null,
    deleted_at    timestamptz,
    check (not active or (gone_at is null and deleted_at is null))
);

-- One row per event and webhook that wants it. Nothing personal is here: a message's text and
-- reader are looked up when it leaves, and its secret link is made then.
create table jamund.deliveries (
    id           uuid primary key default gen_random_uuid(),
    seq          bigint generated always as identity,
    state        text not null default 'queued',
    webhook_id   uuid not null references jamund.webhooks,
    kind         text not null,
    subject      uuid not null, -- the appointment or request; its deliveries keep their order
    message_id   uuid references jamund.messages,
    data         jsonb not null, -- ids
    created_at   timestamptz not null,
    attempts     int not null default 0,
    due_at       timestamptz not null,
    lease_until  timestamptz,
    leased_by    text,
    delivered_at timestamptz,
    body_sha256  text, -- of the body that was taken
    last_error   text,
    unique (webhook_id, message_id)
);
create index deliveries_due on jamund.deliveries (webhook_id, due_at) where state in ('queued', 'retry', 'sending');
create index deliveries_subject on jamund.deliveries (webhook_id, subject, seq) where state in ('queued', 'retry', 'sending');
create index deliveries_state on jamund.deliveries (state, seq);
create index deliveries_age on jamund.deliveries (delivered_at) where state = 'delivered';
create trigger deliveries_lifecycle before insert or update of state on jamund.deliveries
    for each row execute function jamund.lifecycle_guard('delivery');

insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('delivery', '', 'queued', 'queue', 'Written with what it tells, for a webhook that wants it.'),
('delivery', 'queued', 'sending', 'claim', 'A daemon has leased it.'),
('delivery', 'sending', 'sending', 'claim', 'The lease ran out; another daemon took it.'),
('delivery', 'sending', 'delivered', 'deliver', 'The endpoint answered 2xx.'),
('delivery', 'sending', 'retry', 'fail', 'It will be tried again later.'),
('delivery', 'sending', 'dead', 'fail', 'It was tried too often, or the webhook was switched off.'),
('delivery', 'retry', 'sending', 'claim', 'The next try.'),
('delivery', 'queued', 'dead', 'switch_off', 'The webhook was switched off before it left.'),
('delivery', 'retry', 'dead', 'switch_off', 'The webhook was switched off before the next try.'),
('delivery', 'dead', 'queued', 'replay', 'Somebody sends it again.');

-- What a gateway may know of a message's reader: whom to call, nothing of the case.
alter table jamund.disclosures drop constraint disclosures_viewer_check,
    add constraint disclosures_viewer_check check (viewer in
        ('expert', 'company', 'field', 'coordinator', 'manager', 'admin', 'gateway'));
insert into jamund.disclosures (fact, viewer, shown)
select distinct fact, 'gateway', fact in ('expert.phone', 'contact.name', 'contact.phone', 'requester.phone')
  from jamund.disclosures;

-- Where events come from; migrations/api/webhooks.sql says which and what they hold.
create function jamund.webhook_message() returns trigger language plpgsql as 'begin return null; end';
create function jamund.webhook_state() returns trigger language plpgsql as 'begin return null; end';
create trigger messages_webhook after update of state on jamund.messages for each row
    when (old.state = 'queued' and new.state = 'sending') execute function jamund.webhook_message();
create trigger appointments_webhook after insert or update of state, during on jamund.appointments
    for each row execute function jamund.webhook_state('appointment');
create trigger requests_webhook after insert or update of state on jamund.requests
    for each row execute function jamund.webhook_state('request');
