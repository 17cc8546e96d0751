-- The ladder run by the service: a reminder before respond_by, and a message about a request that
-- nobody was ever asked for.
alter table jamund.office
    add column nudge_work_minutes int not null default 120 check (nudge_work_minutes between 0 and 4800);

-- How often it was looked after since an expert was asked last: what fails every time is given up.
alter table jamund.requests add column ladder_claims int not null default 0;

-- nudge_at: when the expert is reminded of the offer; null: not (any more).
alter table jamund.seats add column nudge_at timestamptz;
create index seats_nudge on jamund.seats (nudge_at) where state = 'offered';

insert into jamund.message_kinds (kind, standing, sentence) values
('nudge', null, 'The expert: an offer still waits for an answer.');

-- A message about a request without an appointment carries its facts itself.
alter table jamund.messages
    alter column appointment_id drop not null,
    alter column revision drop not null,
    add column facts jsonb,
    add constraint messages_facts check ((facts is null) = (revision is not null)
                                         and (revision is null) = (appointment_id is null));

insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('message', 'retry', 'withdrawn', 'withdraw', 'What it tells ended before the next try.')
on conflict do nothing;

-- A new respond_by is a new time for the reminder; the end of an offer is the end of its reminder.
create function jamund.seat_nudge() returns trigger
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if tg_op = 'INSERT' or new.respond_by <> old.respond_by then
        new.nudge_at := nudge_time(api.clock(), new.respond_by);
    end if;
    if tg_op = 'UPDATE' and old.state = 'offered' and (new.state <> 'offered' or new.respond_by <> old.respond_by) then
        perform nudge_withdraw(old);
    end if;
    return new;
end $$;
create trigger seats_nudge before insert or update of state, respond_by on jamund.seats
    for each row execute function jamund.seat_nudge();

-- Takes other arguments now; migrations/api/ makes it anew.
drop function if exists api.ladder_claim(text, int, int);
