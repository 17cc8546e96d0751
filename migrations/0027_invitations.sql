-- Invitations that calendars answer. An attendee's reply address is calendar_address with a tag in it; here is the
-- tag's hash (SHA-256 of its 26 lower-case characters). party: expert, contact or user, as in messages.
create table jamund.reply_addresses (
    id             uuid primary key, -- the tag derives from it and the server's key
    hash           text not null unique check (hash ~ '^[0-9a-f]{64}$'),
    appointment_id uuid not null, -- no foreign key: it would lock the appointment after its messages, the other way round than all else
    viewer         text not null check (viewer in ('expert', 'company', 'field', 'coordinator')),
    party          uuid not null,
    created_at     timestamptz not null,
    unique (appointment_id, viewer, party)
);

-- What makes a change significant. asked, invited: a reader who was asked, or invited, is told when it changes;
-- raises: it raises SEQUENCE (RFC 5546 2.1.4), so that calendars ask anew. All else is said when something of these is.
create table jamund.significant_facts (
    fact     text primary key,
    asked    boolean not null,
    invited  boolean not null,
    raises   boolean not null,
    sentence text not null
);
insert into jamund.significant_facts (fact, asked, invited, raises, sentence) values
('start', true, true, true, 'When it begins.'),
('end', true, true, true, 'When it ends.'),
('status', false, true, true, 'Whether it stands, waits for an answer, or was cancelled.'),
('attendees', false, false, true, 'Which experts are asked or come: who is one no more gets a CANCEL, which must be newer than what it takes back.'),
('mode', true, true, false, 'Visit, at the centre, online, by phone.'),
('place', true, true, false, 'The room.'),
('booth', true, true, false, 'The booth at an event.'),
('online_url', true, true, false, 'The address for joining.'),
('seat', true, false, false, 'The seat that the reader is asked for.'),
('open', false, true, false, 'Whether the reader still has to answer.'),
('experts', false, true, false, 'Who has agreed to come.');

-- How an expert wants what is sent to calendars. No row: Korean first, no alarm.
create table jamund.invitation_settings (
    expert_id     uuid primary key references jamund.experts,
    alarm_minutes int check (alarm_minutes between 0 and 40320), -- before the start; null: none
    language      text not null default 'ko' check (language in ('ko', 'en'))
);

-- A mail tried again has the same bytes, whatever was set since: a message keeps what held when it was written.
alter table jamund.messages
    add column alarm_minutes int,
    add column language text not null default 'ko';
create function jamund.message_settings() returns trigger
language plpgsql set search_path = jamund, pg_temp as $$
begin
    select c.alarm_minutes, c.language into new.alarm_minutes, new.language from invitation_settings c
     where c.expert_id = new.party and new.viewer = 'expert';
    new.language := coalesce(new.language, 'ko');
    return new;
end $$;
create trigger messages_settings before insert on jamund.messages
    for each row execute function jamund.message_settings();

insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('message', 'sending', 'withdrawn', 'withdraw', 'Whoever had it in hand is gone, and what it tells of is over.');
