-- The address of an expert's own calendar is kept sealed: only a daemon, by its secret key, can read it. url is what
-- daemons of the release before wrote there; it becomes an address when the calendar is next read: at once.
alter table jamund.calendars
    alter column url drop not null,
    add column address text check (length(address) between 54 and 4000), -- sealed for its id
    add column host    text not null default '' check (length(host) <= 300), -- all that is shown of it
    add column same    text check (same ~ '^[0-9a-f]{64}$'), -- whether two of an expert's are the same
    add constraint calendars_address check (num_nonnulls(url, address) = 1);
update jamund.calendars set host = coalesce(left(substring(url from '^[a-z]+://(?:[^/?#]*@)?([^/?#:]*)'), 300), ''),
    due_at = created_at where removed_at is null;
