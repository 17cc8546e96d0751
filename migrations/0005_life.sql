-- The life after the first offer: several seats, the ladder, proposals, moves, corrections, undo.
alter table jamund.office
    add column settle_seconds int not null default 0 check (settle_seconds between 0 and 600),
    add column undo_minutes int not null default 10 check (undo_minutes between 0 and 60),
    add column cancel_notice_minutes int not null default 1440 check (cancel_notice_minutes between 0 and 43200),
    add column company_cap_per_year int not null default 0 check (company_cap_per_year between 0 and 1000),
    add column ladder_offers_max int not null default 20 check (ladder_offers_max between 1 and 119);

-- policy: whether the running service offers to the next candidate or the owner does.
-- ladder_at: when the running service looks for one; null: it does not.
alter table jamund.requests
    add column policy text not null default 'ask' check (policy in ('auto', 'ask')),
    add column opened_at timestamptz, -- who was asked before may be asked again
    add column ladder_at timestamptz,
    add column ladder_offers int not null default 0;
update jamund.requests set opened_at = created_at;
alter table jamund.requests alter column opened_at set not null;
create index requests_ladder on jamund.requests (ladder_at) where ladder_at is not null;

-- late: ended within the office's notice.
alter table jamund.appointments
    add column late boolean not null default false,
    add column no_show_by text check (no_show_by in ('company', 'expert'));
alter table jamund.seats
    add column proposals timestamptz[] not null default '{}' check (cardinality(proposals) <= 3),
    add column late boolean not null default false,
    add column no_show boolean not null default false,
    add column created_at timestamptz,
    add column seq bigint generated always as identity;
update jamund.seats s set created_at = a.created_at from jamund.appointments a where a.id = s.appointment_id;
alter table jamund.seats alter column created_at set not null;
create unique index seats_one_live on jamund.seats (appointment_id, seat)
    where state in ('offered', 'countered', 'accepted');

-- A link's token carries its id and a MAC by the server's key (base/id.h): nothing secret is here, and
-- whoever has a copy of the database opens no link.
alter table jamund.links
    drop column hash,
    alter column id set default gen_random_uuid(),
    alter column seat_id drop not null,
    add column purpose text not null default 'seat' check (purpose in ('seat', 'company', 'rating', 'expert')),
    add column appointment_id uuid references jamund.appointments,
    add column expert_id uuid references jamund.experts,
    add check (case purpose when 'seat' then seat_id when 'expert' then expert_id else appointment_id end is not null
               and num_nonnulls(seat_id, appointment_id, expert_id) = 1);
alter table jamund.links alter column purpose drop default;
create unique index links_seat on jamund.links (seat_id, purpose);
create unique index links_appointment on jamund.links (appointment_id, purpose);
create unique index links_expert on jamund.links (expert_id, purpose);

-- What a message tells; standing: what its reader knows afterwards (null: a notice, nothing to take back).
create table jamund.message_kinds (
    kind     text primary key check (kind ~ '^[a-z_]{3,20}$'),
    standing text check (standing in ('asked', 'invited', 'gone')),
    sentence text not null
);
insert into jamund.message_kinds (kind, standing, sentence) values
('offer', 'asked', 'An expert is asked to take a consultation.'),
('invite', 'invited', 'It stands: an invitation for the calendar.'),
('update', 'invited', 'Something that the reader sees has changed.'),
('move', 'invited', 'The time has changed; the expert is asked again.'),
('cancel', 'gone', 'It ended, or goes on without the reader.'),
('withdrawn', 'gone', 'What the expert was asked need not be answered.'),
('refused', 'asked', 'The proposed times could not be taken; the offer stands as it was.'),
('declined', null, 'The owner: an expert declined.'),
('expired', null, 'The owner: an expert did not answer in time.'),
('countered', null, 'The owner: an expert proposes other times.'),
('dropped', null, 'The owner: an expert who had accepted cannot come.'),
('unmatched', null, 'The owner and the deputy: there is no candidate left.');

-- fingerprint: of what the reader was told, so that the same is not told twice.
alter table jamund.messages drop constraint messages_kind_check,
    add constraint messages_kind foreign key (kind) references jamund.message_kinds,
    add column fingerprint text;

-- The last change of an appointment that can be undone: what was before, and the versions it left.
create table jamund.undos (
    appointment_id      uuid primary key references jamund.appointments,
    action              text not null,
    at                  timestamptz not null,
    message_seq         bigint not null, -- no message after this one may have left
    appointment_version int not null,
    request_version     int not null,
    before              jsonb not null
);

insert into jamund.lifecycles (entity, from_state, to_state, verb, sentence) values
('request', 'open', 'unmatched', 'exhaust', 'There is no candidate left; the owner and the deputy are told.'),
('request', 'unmatched', 'open', 'reopen', 'Somebody looks again, perhaps with other times.'),
('request', 'unmatched', 'withdrawn', 'withdraw', 'Nobody needs it any more.'),
('request', 'scheduled', 'offered', 'move', 'The time changed or an expert was replaced: answers are awaited again.'),
('request', 'open', 'done', 'correct', 'The meeting did take place after all.'),
('request', 'open', 'scheduled', 'undo', 'The last change was undone before anybody was told.'),
('appointment', '', 'completed', 'record', 'A meeting that was held already was entered.'),
('appointment', 'confirmed', 'tentative', 'move', 'The time or an expert changed: an answer is awaited again.'),
('appointment', 'confirmed', 'no_show', 'no_show', 'Somebody did not come.'),
('appointment', 'completed', 'no_show', 'correct', 'The report was wrong: somebody did not come.'),
('appointment', 'no_show', 'completed', 'correct', 'The report was wrong: the meeting took place.'),
('appointment', 'no_show', 'confirmed', 'undo', 'The last change was undone before anybody was told.'),
('appointment', 'cancelled', 'tentative', 'undo', 'The last change was undone before anybody was told.'),
('appointment', 'cancelled', 'confirmed', 'undo', 'The last change was undone before anybody was told.'),
('seat', '', 'accepted', 'record', 'The expert held a meeting that was entered afterwards.'),
('seat', 'offered', 'countered', 'counter', 'The expert proposes other times.'),
('seat', 'countered', 'offered', 'take', 'A proposal was taken, or the offer stands as it was.'),
('seat', 'countered', 'accepted', 'accept', 'The expert will come at the offered time after all.'),
('seat', 'countered', 'declined', 'refuse', 'No proposal could be taken, or the expert declined after all.'),
('seat', 'countered', 'withdrawn', 'withdraw', 'The offer was taken back.'),
('seat', 'accepted', 'offered', 'move', 'The time changed: the expert is asked again.'),
('seat', 'accepted', 'declined', 'drop_out', 'The expert cannot come after all.'),
('seat', 'withdrawn', 'offered', 'undo', 'The last change was undone before anybody was told.'),
('seat', 'withdrawn', 'countered', 'undo', 'The last change was undone before anybody was told.'),
('seat', 'withdrawn', 'accepted', 'undo', 'The last change was undone before anybody was told.'),
('seat', 'declined', 'accepted', 'undo', 'The last change was undone before anybody was told.');

insert into jamund.disclosures (fact, viewer, shown)
select fact, v.viewer, v.shown
  from (values ('seat.reason',          array[false, false, false, true, true, true]),
               ('seat.override_reason', array[false, false, false, true, true, true])) m (fact, cells),
  lateral (select * from unnest(
    array['expert', 'company', 'field', 'coordinator', 'manager', 'admin'], m.cells) as u (viewer, shown)) v;

-- Functions that take other arguments now; migrations/api/ makes them anew.
drop function if exists jamund.minutes_since(uuid, timestamptz, timestamptz);
drop function if exists jamund.offer_rules(jamund.requests, jamund.experts, jamund.companies, tstzrange, timestamptz);
drop function if exists jamund.check_rules(jamund.requests, jamund.experts, jamund.companies, tstzrange, text);
drop function if exists jamund.tell_owner(text, uuid, text);
drop function if exists jamund.tell_invited(uuid, int);
drop function if exists jamund.tell_ended(uuid, int, text);
drop function if exists jamund.tell(text, text, uuid, text, text, uuid, int, uuid, timestamptz, text, text);
drop function if exists jamund.end_appointment(uuid, text, text);
drop function if exists jamund.decline_seat(jamund.seats, text, text);
drop function if exists jamund.answer(jsonb, jsonb, text);
drop function if exists api.link_answer(text, text, text, int);
drop function if exists api.link_page(text);
drop function if exists api.feed_read(text);
