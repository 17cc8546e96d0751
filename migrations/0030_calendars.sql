-- Calendars of experts that are read from elsewhere: of what stands there only the time is kept.
create table jamund.calendars (
    id            uuid primary key default gen_random_uuid(),
    seq           bigint generated always as identity,
    version       int not null default 1,
    expert_id     uuid not null references jamund.experts,
    label         text not null default '' check (length(label) <= 100),
    url           text not null check (length(url) between 1 and 2000), -- a secret of the expert's: it is fetched, never shown
    created_at    timestamptz not null,
    removed_at    timestamptz,
    busy          tstzmultirange not null default '{}', -- as it was read last
    maybe         tstzmultirange not null default '{}', -- tentative: shown, in nobody's way
    warnings      text[] not null default '{}',
    etag          text,
    last_modified text,
    seen_at       timestamptz, -- when it was last found as it is kept
    read_at       timestamptz, -- when its bytes were last read: recurrences reach further each week
    failing_since timestamptz, -- since then it cannot be read, and what is kept grows old
    reason        text check (length(reason) <= 100),
    attempts      int not null default 0, -- since it was last seen
    due_at        timestamptz not null,
    lease_until   timestamptz,
    leased_by     text
);
create index calendars_expert on jamund.calendars (expert_id) where removed_at is null;
create index calendars_due on jamund.calendars (due_at) where removed_at is null;

-- What others call their calendar is theirs, and where it lies.
insert into jamund.disclosures (fact, viewer, shown)
select f.fact, v.viewer, v.shown
  from unnest(array['calendar.label', 'calendar.host']) f (fact),
       unnest(array['expert', 'company', 'field', 'coordinator', 'manager', 'admin', 'gateway'],
              array[true, false, false, true, true, true, false]) v (viewer, shown);
