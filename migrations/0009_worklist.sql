-- What waits for the office, since when; and reminders of meetings that come near.
alter table jamund.office
    add column worklist_offer_minutes int not null default 120 check (worklist_offer_minutes between 0 and 4800),
    add column report_due_minutes int not null default 1440 check (report_due_minutes between 0 and 43200),
    add column remind_first_minutes int not null default 1440 check (remind_first_minutes between 0 and 20160),
    add column remind_last_minutes int not null default 120 check (remind_last_minutes between 0 and 20160),
    add column remind_quiet_minutes int not null default 120 check (remind_quiet_minutes between 0 and 20160);

-- state_at: when it came into the state it is in.
create function jamund.state_since() returns trigger
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if tg_op = 'INSERT' or new.state <> old.state then
        new.state_at := api.clock();
    end if;
    return new;
end $$;
alter table jamund.cases add column state_at timestamptz;
alter table jamund.requests add column state_at timestamptz;
update jamund.cases set state_at = created_at;
update jamund.requests set state_at = opened_at;
alter table jamund.cases alter column state_at set not null;
alter table jamund.requests alter column state_at set not null;
create trigger cases_state_at before insert or update of state on jamund.cases
    for each row execute function jamund.state_since();
create trigger requests_state_at before insert or update of state on jamund.requests
    for each row execute function jamund.state_since();

-- The kinds of the worklist, in the order in which they are shown; jamund.waiting gives the rows.
create table jamund.waiting_kinds (
    kind  text primary key check (kind ~ '^[a-z_]{3,20}$'),
    place int not null unique,
    ko    text not null,
    en    text not null
);
insert into jamund.waiting_kinds (kind, place, ko, en) values
('collision', 10, '일정 충돌', 'Collisions'),
('unmatched', 20, '배정 가능한 위원 없음', 'No candidate left'),
('lost_expert', 30, '다시 배정', 'Expert lost'),
('countered', 40, '시간 제안 검토', 'Times proposed'),
('offer_expiring', 50, '회신 기한 임박', 'Offers about to expire'),
('message_dead', 60, '전달되지 않은 메일', 'Mails not delivered'),
('report_overdue', 80, '결과서 미등록', 'Reports overdue'),
('unassigned', 90, '배정 대기', 'To be assigned'),
('untriaged', 100, '분류 대기', 'To be triaged');

create index cases_untriaged on jamund.cases (state_at) where state in ('received', 'reopened');
create index seats_countered on jamund.seats (appointment_id) where state = 'countered';
create index appointments_standing on jamund.appointments (upper(during)) where state = 'confirmed';

-- Meetings whose reminders were looked after: once for each revision, because a change may bring other
-- readers or another time. That nobody is reminded twice of the same start says the index on messages.
create table jamund.reminders (
    appointment_id uuid not null references jamund.appointments,
    which          text not null check (which in ('first', 'last')),
    revision       int not null,
    at             timestamptz not null,
    primary key (appointment_id, which, revision)
);
create index appointments_next on jamund.appointments (lower(during)) where state = 'confirmed';
-- The fingerprint of a reminder is which one it is, and of what start.
create unique index messages_reminded_once on jamund.messages (appointment_id, viewer, party, fingerprint)
    where kind = 'reminder' and state <> 'withdrawn';

insert into jamund.message_kinds (kind, standing, sentence) values
('reminder', null, 'Whoever was invited: the meeting comes near.');
insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('message', 'retry', 'withdrawn', 'withdraw', 'What it tells ended before it could be sent.')
on conflict do nothing;

-- Too few of its rows ever change for autovacuum to count them: without figures every plan with the
-- office's one row was taken for a large one, and compiled for a second (JIT).
analyze jamund.office;
