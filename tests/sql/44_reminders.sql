-- Reminders: to whoever was invited and still is, once for each start, while they make sense.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.expert('e3') as e3, t.company('가나') as c1, t.company('다라') as c2,
    t.company('마바', '{"contacts": [{"name": "동의 없음", "email": "no@example.kr", "phone": "010-1111-1111", "consent": false}]}') as silent;
create function t.sure(request uuid, expert uuid, start text) returns uuid language plpgsql as $$
declare a uuid := t.offer(request, expert, start);
begin
    perform t.accept(a);
    perform t.deliver();
    return a;
end $$;
create function t.act(what text, id uuid, body jsonb default '{}') returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.%I($1, $2)', what) into r using t.who('coordinator'), t.args(id, body);
    return r;
end $$;
-- The reminders of an appointment: who, which, state.
create function t.reminded(appointment uuid) returns text language sql as $$
    select coalesce(string_agg(split_part(to_email, '@', 1) || '/' || split_part(fingerprint, ':', 1) || '/' || state, ' ' order by seq), '-')
      from jamund.messages where appointment_id = appointment and kind = 'reminder'
$$;
-- Moves the clock and sweeps; says how many mails.
create function t.sweep(at text) returns int language sql as $$
    select t.at(at);
    select api.reminders_make(100)
$$;

-- to all sides, the day before and two hours before, each once
create table t.a as select t.sure(t.request(c1), e1, '2026-03-05T10:00:00+09:00') as id from t.x;
select is(t.sweep('2026-03-04 09:59:59+09'), 0, 'a day and a second before: not yet');
select is(t.sweep('2026-03-04 10:00+09'), 3, 'a day before: all three');
select is(t.reminded(id), 'e1/first/queued contact-1/first/queued field/first/queued', 'expert, company and team') from t.a;
select is(t.sweep('2026-03-04 10:00+09'), 0, 'once');
select is((select count(*)::int from jamund.messages m join jamund.appointments a on a.id = m.appointment_id and a.revision = m.revision
    where kind = 'reminder' and due_at = api.clock()), 3, 'of the revision that stands, at once');
select is((select link_id from jamund.messages where kind = 'reminder' and viewer = 'expert'), (select l.id from jamund.links l, t.a where l.seat_id = t.seat(a.id)),
    'the expert''s shows the link again');
select is((select detail || jsonb_build_object('via', via, 'kind', actor_kind) from jamund.audit where action = 'appointment.remind'),
    '{"which": "first", "mails": 3, "via": "system", "kind": "system"}', 'and leaves a trace');
select is((select count(*)::int from jamund.audit a join jamund.change_log c using (version) where a.action = 'appointment.remind' and c.kind = a.action), 1, 'in the change log, too');
select is(k.standing, null, 'it changes nothing of what its reader knows') from jamund.message_kinds k where kind = 'reminder';
select t.deliver() \g /dev/null
select is(jamund.message_doc(m) ->> 'thread', '<' || i.id || '@' || o.host || '>', 'in the thread of the invitation')
  from jamund.office o, jamund.messages m, jamund.messages i where m.kind = 'reminder' and m.viewer = 'company' and i.kind = 'invite' and i.viewer = 'company';
select is(t.sweep('2026-03-05 07:59:59+09'), 0, 'nothing between');
select is(t.sweep('2026-03-05 08:00+09'), 3, 'two hours before, the second');
select is(t.sweep('2026-03-05 08:00+09'), 0, 'once');
select t.deliver() \g /dev/null
select is(t.reminded(id), 'e1/first/sent contact-1/first/sent field/first/sent e1/last/sent contact-1/last/sent field/last/sent', 'all told twice') from t.a;
select is(t.sweep('2026-03-05 09:59+09') + t.sweep('2026-03-05 10:00+09') + t.sweep('2026-03-06 10:00+09'), 0, 'and no more');

-- who gets none: without consent, not yet invited, an offer, a cancelled meeting
select t.at('2026-03-02 09:00+09') \g /dev/null
create table t.n as select t.sure(t.request(silent, '{"contact_id": null}'), e1, '2026-03-09T10:00:00+09:00') as silent,
    t.offer(t.request(c1), e2, '2026-03-09T13:00:00+09:00') as asked, t.sure(t.request(c2), e3, '2026-03-09T16:00:00+09:00') as ended from t.x;
update jamund.requests q set contact_id = (select t.contact(silent) from t.x) from jamund.appointments a, t.n where a.id = n.silent and q.id = a.request_id;
update jamund.seats set respond_by = '2026-03-09 13:00+09' where id = (select t.seat(asked) from t.n);
select t.cancel(ended) from t.n \g /dev/null
select t.deliver() \g /dev/null
select is(t.sweep('2026-03-08 16:30+09'), 2, 'one of three meetings stands');
select is(t.reminded(silent) || ' ' || t.reminded(asked) || ' ' || t.reminded(ended), 'e1/first/queued field/first/queued - -',
    'no consent, an offer, a cancelled one: none') from t.n;
update jamund.contacts set consent_at = null where id = (select t.contact(c1) from t.x);
select t.deliver() \g /dev/null

-- a meeting that moves: what waits is taken back, the new start has its own
select t.at('2026-03-09 09:00+09') \g /dev/null
update jamund.contacts set consent_at = api.clock() where id = (select t.contact(c1) from t.x);
create table t.m as select t.sure(t.request(c1), e2, '2026-03-12T10:00:00+09:00') as id from t.x;
select is(t.sweep('2026-03-11 10:00+09'), 3, 'the first of a meeting');
select t.act('appointment_move', id, '{"start": "2026-03-17T10:00:00+09:00", "reason": "사정"}') from t.m \g /dev/null
select is(t.reminded(id), 'e2/first/withdrawn contact-1/first/withdrawn field/first/withdrawn', 'it moved before they left: taken back') from t.m;
select t.deliver() \g /dev/null
select is(t.sweep('2026-03-12 08:00+09'), 0, 'the old start is forgotten');
select is(t.sweep('2026-03-16 10:00+09'), 0, 'the expert has not accepted the new one: nobody is reminded');
select t.accept(id) from t.m \g /dev/null
select t.deliver() \g /dev/null
select is(t.sweep('2026-03-16 10:01+09'), 0, 'accepted now: who was told just now is not reminded');
select is(t.sweep('2026-03-17 08:00+09'), 3, 'but two hours before');
select t.deliver() \g /dev/null
select is(t.reminded(id), 'e2/first/withdrawn contact-1/first/withdrawn field/first/withdrawn e2/last/sent contact-1/last/sent field/last/sent', 'of the new start') from t.m;
-- there and back: once for each start
select t.at('2026-03-16 09:00+09') \g /dev/null
create table t.back as select t.sure(t.request(c2), e3, '2026-03-20T10:00:00+09:00') as id from t.x;
select is(t.sweep('2026-03-19 10:00+09'), 3, 'reminded');
select api.outbox_sent(c.id, 'w', '') from (select id from api.outbox_claim('w', 1, 60)) c \g /dev/null
select t.act('appointment_move', id, '{"start": "2026-03-24T10:00:00+09:00", "reason": "사정"}') from t.back \g /dev/null
select is((select string_agg(state, ' ' order by seq) from jamund.messages m where m.appointment_id = b.id and kind = 'reminder'), 'sent withdrawn withdrawn', 'one had left')
  from t.back b;
update jamund.appointments set during = '[2026-03-20 10:00+09,2026-03-20 11:00+09)' where id = (select id from t.back);
select t.act('seat_accept', t.seat(id), '{"via": "phone"}') from t.back \g /dev/null
select t.deliver() \g /dev/null
update jamund.messages set sent_at = '2026-03-18 09:00+09' where appointment_id = (select id from t.back) and kind <> 'reminder';
select is(t.sweep('2026-03-19 10:05+09'), 2, 'at the old start again: who had it has it, the others get theirs');
select is((select string_agg(viewer || ':' || n, ' ' order by viewer) from (select viewer, count(*) filter (where state <> 'withdrawn') as n
    from jamund.messages, t.back b where appointment_id = b.id and kind = 'reminder' group by viewer) x), 'company:1 expert:1 field:1', 'each once');
select t.deliver() \g /dev/null

-- cancelled, replaced, out: nobody who need not come is reminded
select t.at('2026-03-23 09:00+09') \g /dev/null
create table t.o as select t.sure(t.request(c1), e1, '2026-03-26T10:00:00+09:00') as cancelled, t.sure(t.request(c2), e2, '2026-03-26T10:00:00+09:00') as replaced from t.x;
select is(t.sweep('2026-03-25 10:00+09'), 6, 'two meetings');
select t.cancel(cancelled) from t.o \g /dev/null
select is(t.reminded(cancelled), 'e1/first/withdrawn contact-1/first/withdrawn field/first/withdrawn', 'cancelled: taken back') from t.o;
select t.act('seat_fill', replaced, jsonb_build_object('expert_id', e3, 'reason', '바꿈')) from t.o, t.x \g /dev/null
select is(t.reminded(replaced), 'e2/first/withdrawn contact-2/first/withdrawn field/first/withdrawn', 'tentative again: taken back') from t.o;
select t.act('seat_accept', id, '{"via": "phone"}') from jamund.current_seats((select replaced from t.o)) \g /dev/null
select t.deliver() \g /dev/null
select is(t.sweep('2026-03-26 08:00+09'), 3, 'two hours before');
select is(t.reminded(replaced), 'e2/first/withdrawn contact-2/first/withdrawn field/first/withdrawn e3/last/queued contact-2/last/queued field/last/queued',
    'who came instead; not who went') from t.o;
select t.deliver() \g /dev/null

-- an invitation within the quiet time is reminder enough
select t.at('2026-03-24 12:00+09') \g /dev/null
create table t.quiet as select t.offer(t.request(c1), e1, '2026-03-27T10:00:00+09:00') as id from t.x;
select t.deliver() \g /dev/null
select t.at('2026-03-26 08:00:01+09') \g /dev/null
update jamund.seats set respond_by = '2026-03-27 10:00+09' where id = (select t.seat(id) from t.quiet);
select t.accept(id) from t.quiet \g /dev/null
select t.deliver() \g /dev/null
select is(t.sweep('2026-03-26 10:00+09') + t.sweep('2026-03-26 18:00+09'), 0, 'invited less than two hours before it was due: none, also later');
select is(t.sweep('2026-03-27 08:00+09'), 3, 'the second comes');
select t.deliver() \g /dev/null
select t.at('2026-03-24 12:00+09') \g /dev/null
create table t.edge as select t.offer(t.request(c2), e2, '2026-03-30T10:00:00+09:00') as id from t.x;
select t.at('2026-03-29 08:00+09') \g /dev/null
update jamund.seats set respond_by = '2026-03-30 10:00+09' where id = (select t.seat(id) from t.edge);
select t.accept(id) from t.edge \g /dev/null
select t.deliver() \g /dev/null
select is(t.sweep('2026-03-29 10:00+09'), 3, 'exactly two hours before: reminded');
select t.deliver() \g /dev/null
-- an invitation that has not left is none
select t.at('2026-03-30 09:00+09') \g /dev/null
create table t.stuck as select t.offer(t.request(c1), e1, '2026-04-02T10:00:00+09:00') as id from t.x;
select t.deliver() \g /dev/null
select t.accept(id) from t.stuck \g /dev/null
select api.outbox_failed(id, 'w', '451', (message ->> 'viewer') = 'field', 3 * 86400) from api.outbox_claim('w', 100, 60) \g /dev/null
select is(t.sweep('2026-04-01 10:00+09'), 0, 'who was not told cannot be reminded');

-- after a downtime: late ones while they make sense
select t.at('2026-03-30 09:00+09') \g /dev/null
create table t.late as select t.sure(t.request(c1), e1, '2026-04-06T10:00:00+09:00') as l1, t.sure(t.request(c2), e2, '2026-04-06T14:00:00+09:00') as l2 from t.x;
select is(t.sweep('2026-04-06 05:59+09'), 6, 'four hours before: the first, late');
select t.deliver() \g /dev/null
select is(t.sweep('2026-04-06 10:00+09'), 0, 'the meeting has begun: nothing any more');
select is(t.reminded(l1), 'e1/first/sent contact-1/first/sent field/first/sent', 'only the first') from t.late;
select is(t.sweep('2026-04-06 13:59+09'), 3, 'a minute before: still good to know');
select t.deliver() \g /dev/null
select t.at('2026-03-30 09:00+09') \g /dev/null
create table t.near as select t.sure(t.request(c1), e1, '2026-04-07T10:00:00+09:00') as id from t.x;
select is(t.sweep('2026-04-07 06:00+09'), 0, 'the first is left out when the second would follow within the quiet time');
select is(t.sweep('2026-04-07 08:30+09'), 3, 'the second comes, late');
select is(t.reminded(id), 'e1/last/queued contact-1/last/queued field/last/queued', 'alone') from t.near;
-- what could not leave before the meeting began never does
select api.outbox_failed(id, 'w', '451', false, 0) from (select id from api.outbox_claim('w', 1, 60)) c \g /dev/null
select is(t.sweep('2026-04-07 10:00+09'), 0, 'it begins');
select is(t.reminded(id), 'e1/last/withdrawn contact-1/last/withdrawn field/last/withdrawn', 'queued or to be tried again: taken back') from t.near;
-- a dead one is replayed while it stands
select t.at('2026-03-30 09:00+09') \g /dev/null
create table t.dead as select t.sure(t.request(c1), e1, '2026-04-08T10:00:00+09:00') as id from t.x;
select t.sweep('2026-04-07 10:00+09') \g /dev/null
select api.outbox_failed(id, 'w', '550', true, 0) from api.outbox_claim('w', 100, 60) \g /dev/null
select is(t.sweep('2026-04-07 10:01+09'), 0, 'a dead one is not made again');
create table t.letter as select m.id, row_number() over (order by seq) as n from jamund.messages m, t.dead d where appointment_id = d.id and kind = 'reminder';
select is((t.act('message_replay', id)).body ->> 'state', 'queued', 'it is sent again by hand') from t.letter where n = 1;
select t.at('2026-04-08 10:00+09') \g /dev/null
select is(t.problem(format($$ select t.act('message_replay', %L) $$, id)) ->> 'message', 'what it tells has changed since', 'not when the meeting has begun') from t.letter where n = 2;

-- the settings
update jamund.office set remind_first_minutes = 0;
select t.at('2026-04-06 09:00+09') \g /dev/null
create table t.set_ as select t.sure(t.request(c1), e2, '2026-04-09T10:00:00+09:00') as s1, t.sure(t.request(c2), e3, '2026-04-10T10:00:00+09:00') as s2 from t.x;
select is(t.sweep('2026-04-08 12:00+09'), 0, '0: no first');
update jamund.office set remind_last_minutes = 0;
select is(t.sweep('2026-04-09 09:00+09'), 0, '0: no second');
update jamund.office set remind_first_minutes = 60, remind_last_minutes = 60, remind_quiet_minutes = 0;
select is(t.sweep('2026-04-09 09:00+09'), 3, 'both at the same time are one');
update jamund.office set remind_first_minutes = 120, remind_last_minutes = 1440, remind_quiet_minutes = 0;
select is(t.sweep('2026-04-09 10:00+09'), 3, 'their order does not matter');
select is(t.sweep('2026-04-10 08:00+09'), 3, 'each at its time');
select is(t.reminded(s2), 'e3/last/withdrawn contact-2/last/withdrawn field/last/withdrawn e3/first/queued contact-2/first/queued field/first/queued',
    'what waited too long gives way') from t.set_;

-- many at once: the nearest first, so many meetings in one go
update jamund.office set remind_first_minutes = 1440, remind_last_minutes = 120, remind_quiet_minutes = 120;
select t.at('2026-04-13 09:00+09') \g /dev/null
create table t.many as select n, t.sure(t.request(case n % 2 when 0 then c1 else c2 end), case n % 2 when 0 then e1 else e2 end,
    '2026-04-16T' || lpad((9 + n)::text, 2, '0') || ':00:00+09:00') as id from t.x, generate_series(0, 6, 3) n;
select t.at('2026-04-15 20:00+09') \g /dev/null
select is(api.reminders_make(2), 6, 'two meetings');
select is((select string_agg(n::text, ' ' order by n) from t.many where t.reminded(id) <> '-'), '0 3', 'the nearest');
select is(api.reminders_make(2), 3, 'then the other');
select is(api.reminders_make(2), 0, 'and none is left');

select * from finish();
rollback;
