-- An owner hears, once, when an expert's own calendar begins to collide with a meeting; nothing is moved, and nothing told of
-- what is over before the mail leaves.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e, t.expert('e2') as other, t.company('가나') as c1, t.company('다라') as c2, t.company('마바') as c3;
create function t.act(what text, id uuid, body jsonb default '{}', more jsonb default '{}') returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.%I($1, $2)', what) into r using t.who('coordinator'), t.args(id, body) || more;
    return r;
end $$;
create function t.calendar(expert uuid, url text) returns uuid language sql as $$
    select t.id(t.act('calendar_add', expert, jsonb_build_object('url', 'https://' || url)))
$$;
create table t.c as select t.calendar(e, 'a.kr/') as a, t.calendar(e, 'b.kr/') as b, t.calendar(other, 'c.kr/') as c from t.x;
-- A calendar is read: its busy times, "from/until" with the day of March and the hour in Korea, tentative ones with a ?.
create function t.read(calendar uuid, variadic busy text[]) returns boolean language plpgsql as $$
begin
    update jamund.calendars set leased_by = 'w', lease_until = api.clock() + interval '1 minute' where id = calendar;
    return api.calendar_busy(calendar, 'w', jsonb_build_object('warnings', '[]'::jsonb, 'busy', coalesce((
        select jsonb_agg(jsonb_build_array(jamund.epoch(('2026-03-' || rtrim(split_part(b, '/', 1), '?') || '+09')::timestamptz),
                                           jamund.epoch(('2026-03-' || rtrim(split_part(b, '/', 2), '?') || '+09')::timestamptz), b like '%?'))
          from unnest(busy) b where b <> ''), '[]')));
end $$;
-- The mails about collisions of an appointment.
create function t.told(appointment uuid) returns text language sql as $$
    select coalesce(string_agg(split_part(to_email, '@', 1) || '/' || state, ' ' order by seq), '-') from jamund.messages where appointment_id = appointment and kind = 'collision'
$$;
create function t.standing(appointment uuid) returns text language sql as $$
    select concat_ws(' ', a.state, a.during, a.version, a.revision) from jamund.appointments a where id = appointment
$$;

create table t.a as select t.offer(t.request(c1), e, '2026-03-05T10:00:00+09:00') as id from t.x;
select t.accept(id) from t.a \g /dev/null
select t.deliver() \g /dev/null
create table t.was as select t.standing(id) as v from t.a;

-- begins, lasts, ends, begins anew
select ok(t.read(a, '05 09:00/05 10:00', '05 11:00/05 12:00'), 'time beside the meeting') from t.c;
select is(t.told(id), '-', 'collides with nothing') from t.a;
select ok(t.read(a, '05 10:30/05 10:45?'), 'tentative time') from t.c;
select is(t.told(id), '-', 'stands in nobody''s way') from t.a;
select ok(t.read(a, '05 10:30/05 12:00'), 'time within it') from t.c;
select is(t.told(id), 'coordinator/queued', 'its owner is told') from t.a;
select is((select jsonb_build_array(reason, viewer, link_id, appointment_id = (select id from t.a)) from jamund.messages where kind = 'collision'), '["세무 e1: 본인 캘린더 (own calendar)", "coordinator", null, true]',
    'whose calendar it is, and nothing that stands in it');
select is(t.standing(id), v, 'nothing is moved') from t.a, t.was;
select t.deliver() \g /dev/null
select is(t.told(id), 'coordinator/sent', 'it leaves') from t.a;
select ok(t.read(a, '05 10:30/05 12:00') and t.read(a, '05 08:00/05 12:00', '06 08:00/06 12:00'), 'the same again, and more of it') from t.c;
select ok(t.read(b, '05 10:00/05 11:00'), 'and another calendar that says so, too') from t.c;
select ok(t.read(a, ''), 'while one of them says so') from t.c;
select is(t.told(id), 'coordinator/sent', 'it lasts: once is enough') from t.a;
select ok(t.read(b, ''), 'then it is gone') from t.c;
select ok(t.read(a, '05 10:30/05 12:00'), 'and comes anew') from t.c;
select is(t.told(id), 'coordinator/sent coordinator/queued', 'which is told anew') from t.a;
select t.deliver() \g /dev/null
select ok(t.read(a, ''), 'gone') from t.c;

-- within the settle time
update jamund.office set settle_seconds = 20;
select ok(t.read(a, '05 10:30/05 12:00'), 'it begins') from t.c;
select is_empty($$ select * from api.outbox_claim('w', 10, 60) where message ->> 'kind' = 'collision' $$, 'a moment is waited');
select ok(t.read(a, ''), 'it was a slip') from t.c;
select ok(t.read(a, '05 10:00/05 10:05'), 'or was it') from t.c;
select is(t.told(id), 'coordinator/sent coordinator/sent coordinator/queued', 'one mail of both') from t.a;
select ok(t.read(a, ''), 'it was') from t.c;
select t.at('2026-03-02 09:00:30+09') \g /dev/null
select t.deliver() \g /dev/null
select is(t.told(id), 'coordinator/sent coordinator/sent coordinator/withdrawn', 'gone before it left: not told') from t.a;
update jamund.office set settle_seconds = 0;

-- what ends it otherwise before it leaves
create function t.afresh() returns boolean language sql as $$ select t.read(a, '') and t.read(a, '05 10:00/05 11:00') from t.c $$;
create function t.last() returns text language sql as $$ select regexp_replace(t.told(id), '.* ', '') from t.a $$;
savepoint x;
select ok(t.afresh(), 'it collides');
select is((t.act('calendar_remove', e, '{}', jsonb_build_object('calendar_id', a))).status, 200, 'the calendar is taken away') from t.x, t.c;
select t.deliver() \g /dev/null
select is(t.last(), 'coordinator/withdrawn', 'not told');
rollback to x;
select ok(t.afresh(), 'it collides');
select is((t.act('appointment_move', id, '{"start": "2026-03-05T14:00:00+09:00", "reason": "사정"}')).status, 200, 'the meeting moves away') from t.a;
select t.deliver() \g /dev/null
select is(t.last(), 'coordinator/withdrawn', 'not told');
rollback to x;
select ok(t.afresh(), 'it collides');
select is((t.act('absence_add', e, '{"from": "2026-03-05T00:00:00+09:00", "until": "2026-03-06T00:00:00+09:00", "reason": "출장"}')).status, 201, 'the expert tells of an absence') from t.x;
select t.deliver() \g /dev/null
select is(t.last(), 'coordinator/withdrawn', 'which was told by itself');
select ok(t.afresh(), 'and comes anew');
select is(t.last(), 'coordinator/withdrawn', 'a calendar that says what was said to us is no news');
rollback to x;
select t.act('appointment_cancel', id, '{"reason": "사정"}') from t.a \g /dev/null
select ok(t.afresh(), 'of a meeting that is cancelled');
select is(t.last(), 'coordinator/withdrawn', 'nothing is told');
rollback to x;
update jamund.seats set overridden = '{calendar}', override_reason = '약속' where appointment_id = (select id from t.a);
select ok(t.afresh(), 'of one that was booked into it with a reason');
select is(t.last(), 'coordinator/withdrawn', 'nothing, either');
rollback to x;
select t.at('2026-03-05 10:00+09') \g /dev/null
select ok(t.afresh(), 'of one that has begun');
select is(t.last(), 'coordinator/withdrawn', 'nothing, either');
rollback to x;
select ok(t.afresh(), 'once more');
select is((select count(*) from jamund.waiting w where w.kind = 'collision'), 1::bigint, 'it waits in the worklist, as ever');
rollback to x;

-- undo is about the meeting; a dead mail about what is gone is not sent again
select is((t.act('appointment_move', id, '{"start": "2026-03-05T14:00:00+09:00", "reason": "사정"}')).status, 200, 'moved') from t.a;
select ok(t.read(a, '05 14:00/05 15:00'), 'into what begins to be busy') from t.c;
update jamund.messages set due_at = api.clock() + interval '1 hour' where kind <> 'collision' and state = 'queued';
select is((select count(*) from api.outbox_claim('w', 10, 60) where message ->> 'kind' = 'collision'), 1::bigint, 'the owner is told of it');
select is((t.act('appointment_undo', id)).status, 200, 'the move can be undone all the same: it was told to nobody') from t.a;
select ok(api.outbox_failed(id, 'w', '550', true, 0), 'the mail is dead') from jamund.messages where kind = 'collision' and state = 'sending';
select is(t.problem(format('select t.act(%L, %L)', 'message_replay', id)) ->> 'sqlstate', 'JM002', 'and not sent again') from jamund.messages where kind = 'collision' and state = 'dead';
select is((select count(*) from jamund.messages where kind = 'collision' and state = 'dead'), 1::bigint, 'it was there');
select ok(t.read(a, '05 10:00/05 11:00'), 'what it says becomes true') from t.c;
select is((t.act('message_replay', id)).status, 200, 'now it may') from jamund.messages where kind = 'collision' and state = 'dead';
rollback to x;

-- several at once: a mail for each meeting, of those who own them; another expert's are not looked at
create table t.many as
    select t.offer(t.request(case n % 3 when 0 then c1 when 1 then c2 else c3 end), e, format('2026-03-%sT%s:00:00+09:00', to_char(9 + n / 4, 'FM00'), 9 + n % 4 * 2), '사정') as id, n
      from t.x, generate_series(0, 11) n;
create table t.others as select t.offer(t.request(c2), other, '2026-03-09T15:00:00+09:00', '사정') as id from t.x;
select t.deliver() \g /dev/null
select ok(t.read(a, '09 00:00/13 00:00'), 'a week away from the desk') from t.c;
select is((select count(*) from jamund.messages m join t.many n on n.id = m.appointment_id where m.kind = 'collision'), 10::bigint, 'ten mails at most');
select is((select array_agg(n order by n) from jamund.messages m join t.many n on n.id = m.appointment_id where m.kind = 'collision'), (select array_agg(n) from generate_series(0, 9) n),
    'of the meetings that come next');
select is((select count(*) from jamund.waiting w where w.kind = 'collision'), 12::bigint, 'the worklist has all');
select is(t.told(id), '-', 'another expert''s meeting is none of it') from t.others;

select * from finish();
rollback;
