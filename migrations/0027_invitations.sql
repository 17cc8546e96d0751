-- Invitations that calendars answer. An attendee's reply address is calendar_address with a tag in it; here is the
-- tag's hash (SHA-256 of its 26 lower-case characters). party: expert, contact or user, as in messages.
create table jamund.reply_addresses (
    id             uuid primary key, -- the tag derives from it and the server's key
    hash           text not null unique check (hash ~ '^[0-9a-f]{64}$'),
    appointment_id uuid not null references jamund.appointments,
    viewer         text not null check (viewer in ('expert', 'company', 'field', 'coordinator')),
    party          uuid not null,
    created_at     timestamptz not null,
    unique (appointment_id, viewer, party)
);
