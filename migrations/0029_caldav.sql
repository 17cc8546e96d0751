-- Experts' calendars by CalDAV: passwords for their calendar programs, and what of each calendar changed when.

-- A password for one program. It derives from the id and the server's key; here is only its hash.
create table jamund.app_passwords (
    id           uuid primary key,
    hash         text not null unique check (hash ~ '^[0-9a-f]{64}$'),
    expert_id    uuid not null references jamund.experts,
    label        text not null check (length(label) between 1 and 100),
    created_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
create index app_passwords_expert on jamund.app_passwords (expert_id, created_at);

-- An appointment as it stands in an expert's calendar. version: the calendar's (experts.calendar_version) when it changed
-- last; each belongs to one row. Rows that are not shown any more are tombstones (RFC 6578). leaves_at: when time
-- alone takes it out. tentative: what the expert said of an offer that still waits for an answer.
create table jamund.calendar_entries (
    expert_id      uuid not null references jamund.experts,
    appointment_id uuid not null references jamund.appointments,
    version        bigint not null,
    shown          boolean not null,
    leaves_at      timestamptz not null,
    tentative      boolean not null default false,
    primary key (expert_id, appointment_id)
);
create unique index calendar_entries_version on jamund.calendar_entries (expert_id, version);
create index calendar_entries_leaving on jamund.calendar_entries (leaves_at) where shown;

-- What is there already: shown and leaves_at as calendar_touch() of api/dav.sql says them from here on.
insert into jamund.calendar_entries (expert_id, appointment_id, version, shown, leaves_at)
select x.expert_id, x.appointment_id, row_number() over (partition by x.expert_id order by x.seq), x.shown,
       (date_trunc('month', (upper(x.during) - interval '1 microsecond') at time zone x.zone) + interval '4 months') at time zone x.zone
  from (select s.expert_id, s.appointment_id, a.seq, a.during, e.zone,
               bool_or(s.state in ('offered', 'countered', 'accepted')) as shown
          from jamund.seats s join jamund.appointments a on a.id = s.appointment_id join jamund.experts e on e.id = s.expert_id
         group by 1, 2, 3, 4, 5) x;
update jamund.experts e set calendar_version = greatest(e.calendar_version, m.version)
  from (select expert_id, max(version) as version from jamund.calendar_entries group by 1) m where m.expert_id = e.id;

-- Who answered by a calendar program.
alter table jamund.audit drop constraint audit_via_check;
alter table jamund.audit add constraint audit_via_check check (via in ('api', 'link', 'phone', 'mail', 'caldav', 'cli', 'system'));
