-- The life after the first offer: several seats, the ladder, proposals, moves, replacements, undo, and
-- the messages each of them leads to.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.expert('e3') as e3,
    t.expert('l1', '{"fields": [{"field": "legal", "level": 3}]}') as l1,
    t.expert('l2', '{"fields": [{"field": "legal", "level": 3}]}') as l2, t.company('가나') as c1, t.company('다라') as c2;
create function t.two() returns jsonb language sql as $$
    select '{"seats": [{"field": "legal", "min_level": 2}, {"field": "tax", "min_level": 2}]}'::jsonb
$$;
create function t.team(request uuid, experts uuid[], start text, reason text default null) returns uuid language sql as $$
    select t.id(api.appointment_add(t.who('coordinator'), jsonb_build_object('body', jsonb_build_object('request_id', request,
        'expert_ids', to_jsonb(experts), 'start', start, 'override_reason', reason))))
$$;
create function t.at_seat(appointment uuid, no int) returns uuid language sql as $$
    select id from jamund.current_seats(appointment) where seat = no
$$;
create function t.act(what text, id uuid, body jsonb default '{}') returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.%I($1, $2)', what) into r using t.who('coordinator'), t.args(id, body);
    return r;
end $$;
create function t.say(seat uuid, what text) returns text language sql as $$
    select (t.act('seat_' || what, seat, '{"via": "phone", "reason": "사정"}')).body ->> 'state'
$$;
create function t.life(appointment uuid) returns text language sql as $$
    select q.state || ' ' || a.state || ' ' || (select string_agg(s.state, ',' order by s.seat) from jamund.current_seats(a.id) s)
      from jamund.appointments a join jamund.requests q on q.id = a.request_id where a.id = appointment
$$;
create function t.held(appointment uuid) returns text language sql as $$
    select string_agg(kind || ':' || to_char(lower(during) at time zone 'Asia/Seoul', 'DD HH24:MI'), ' ' order by kind, lower(during))
      from jamund.holds where appointment_id = appointment
$$;
-- What waits to be sent, and sends it.
create function t.sends(appointment uuid) returns text language plpgsql as $$
declare o text;
begin
    select string_agg(kind || '>' || split_part(to_email, '@', 1), ' ' order by seq) into o
      from jamund.messages where appointment_id = appointment and state = 'queued';
    perform t.deliver();
    return coalesce(o, '-');
end $$;
create function t.sequence(appointment uuid) returns int language sql as $$
    select sequence from jamund.revisions where appointment_id = appointment order by number desc limit 1
$$;

-- two seats: held together, confirmed when both accepted
create table t.a as select t.request(c1, t.two()) as q from t.x;
select is(t.problem($$ select t.team(q, array[l1], '2026-03-04T10:00+09') from t.a, t.x $$) ->> 'sqlstate', 'JM422', 'one expert for each seat');
select is(t.problem($$ select t.team(q, array[l1, l1], '2026-03-04T10:00+09') from t.a, t.x $$) ->> 'sqlstate', 'JM422', 'not one for both');
select is(t.rules(t.problem($$ select t.team(q, array[e1, l1], '2026-03-04T10:00+09') from t.a, t.x $$)), 'JM004 not_in_field',
    'each in the field of the seat');
alter table t.a add id uuid;
update t.a set id = t.team(q, array[l1, e1], '2026-03-04T10:00:00+09:00') from t.x;
select is(t.life(id), 'offered tentative offered,offered', 'both are asked') from t.a;
select is(t.held(id), 'company:04 10:00 expert:04 09:50 expert:04 09:50', 'all time is held') from t.a;
select is(t.sends(id), 'offer>l1 offer>e1', 'each gets an offer') from t.a;
select is(t.refusal(t.request(c2), e1, '2026-03-04T10:00:00+09:00') ->> 'sqlstate', '23P01', 'the second is not free meanwhile') from t.x;
select t.say(t.at_seat(id, 1), 'accept') from t.a \g /dev/null
select is(t.life(id), 'offered tentative accepted,offered', 'one accepts: still tentative') from t.a;
select is(t.sends(id), '-', 'nobody is told of half a meeting') from t.a;

-- one seat is declined and refilled; the other is not disturbed
select t.say(t.at_seat(id, 2), 'decline') from t.a \g /dev/null
select is(t.life(id), 'open tentative accepted,declined', 'one seat is vacant') from t.a;
select is(t.held(id), 'company:04 10:00 expert:04 09:50', 'only its time is free') from t.a;
select is(t.sends(id), 'declined>coordinator', 'the owner is told; nobody else') from t.a;
select is(t.problem($$ select t.offer(q, e2, '2026-03-05T10:00:00+09:00') from t.a, t.x $$) ->> 'sqlstate', 'JM002',
    'there is an appointment already');
select is((t.act('seat_fill', id, jsonb_build_object('seat', 2, 'expert_id', e2))).status, 200, 'the vacant seat is filled') from t.a, t.x;
select is(t.life(id), 'offered tentative accepted,offered', 'and asked for') from t.a;
select is(t.sends(id), 'offer>e2', 'who has accepted hears nothing of it') from t.a;
select t.say(t.at_seat(id, 2), 'accept') from t.a \g /dev/null
select is(t.life(id), 'scheduled confirmed accepted,accepted', 'all needed have accepted: it stands') from t.a;
select is(t.sends(id), 'invite>l1 invite>e2 invite>contact-1 invite>field', 'all who come are invited') from t.a;
select is((select jsonb_array_length(facts -> 'seats') || ' ' || (facts #>> '{field,ko}') from jamund.revisions r
            where appointment_id = id order by number desc limit 1), '2 법무·세무', 'a revision shows each seat as it is now') from t.a;

-- reassign: the replaced gets a CANCEL, who stays an update, who comes an offer
create table t.seq as select t.sequence(id) as n from t.a;
select is(t.problem($$ select t.act('seat_fill', id, jsonb_build_object('seat', 2, 'expert_id', e3)) from t.a, t.x $$) ->> 'sqlstate', 'JM422',
    'replacing takes a reason');
select is(t.problem($$ select t.act('seat_fill', id, jsonb_build_object('seat', 2, 'expert_id', e2, 'reason', 'x')) from t.a, t.x $$) ->> 'sqlstate', 'JM422',
    'and another expert');
select is(t.problem($$ select t.act('seat_fill', id, jsonb_build_object('seat', 3, 'expert_id', e3, 'reason', 'x')) from t.a, t.x $$) ->> 'sqlstate', 'JM422',
    'and a seat of the request');
select t.act('seat_fill', id, jsonb_build_object('seat', 2, 'expert_id', e3, 'reason', '병가')) from t.a, t.x \g /dev/null
select is(t.life(id), 'offered tentative accepted,offered', 'it is tentative until the new one accepts') from t.a;
select is(t.sequence(id), n + 1, 'SEQUENCE rises with the status') from t.a, t.seq;
select is_empty($$ select kind, viewer from jamund.messages where appointment_id = (select id from t.a) and reason = '병가' $$, 'why is the office''s alone');
select is(p.state || ' ' || coalesce(p.page ->> 'reason', '-'), 'withdrawn -', 'the link''s page keeps it back, too') from t.a join jamund.seats s on s.appointment_id = t.a.id
    and s.reason = '병가' join jamund.links l on l.seat_id = s.id, lateral api.link_page(l.id) p;
select is(t.sends(id), 'update>l1 cancel>e2 offer>e3 update>contact-1 update>field', 'to exactly the right people') from t.a;
select t.say(t.at_seat(id, 2), 'accept') from t.a \g /dev/null
select is(t.sends(id), 'update>l1 invite>e3 update>contact-1 update>field', 'it stands again; the replaced hears no more') from t.a;

-- move: UID stays, who had accepted is asked again, all who were invited learn the new time
select is(t.problem($$ select t.act('appointment_move', id, '{"start": "2026-03-01T10:00:00+09:00", "reason": "x"}') from t.a $$) ->> 'sqlstate', 'JM422',
    'not into the past');
create table t.other as select t.offer(t.request(c2), e3, '2026-03-06T10:00:00+09:00') as id from t.x;
select is(t.problem($$ select t.act('appointment_move', id, '{"start": "2026-03-06T10:30:00+09:00", "reason": "x"}') from t.a $$) ->> 'sqlstate', '23P01',
    'not onto another meeting');
select is(t.held(id), 'company:04 10:00 expert:04 09:50 expert:04 09:50', 'and then nothing has changed') from t.a;
create table t.uid as select uid, t.sequence(id) as n from t.a join jamund.appointments using (id);
select t.act('appointment_move', id, '{"start": "2026-03-05T14:00:00+09:00", "reason": "기업 사정"}') from t.a \g /dev/null
select is(t.life(id), 'offered tentative offered,offered', 'both are asked again') from t.a;
select is(t.held(id), 'company:05 14:00 expert:05 13:50 expert:05 13:50', 'the new time is held, the old is free') from t.a;
select is(t.sends(id), 'move>l1 move>e3 update>contact-1 update>field', 'everybody who was told is told') from t.a;
select is(uid.uid = a.uid and t.sequence(a.id) = uid.n + 1, true, 'the UID stays, SEQUENCE rises') from t.uid, jamund.appointments a join t.a x using (id);
select t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'accept') from t.a \g /dev/null
select is(t.sends(id), 'update>l1 update>e3 update>contact-1 update>field', 'it stands at the new time') from t.a;

-- several changes before anything left are one message; a change and its opposite are none
update jamund.office set settle_seconds = 60;
select t.act('appointment_move', id, '{"start": "2026-03-05T15:00:00+09:00", "reason": "하나"}') from t.a \g /dev/null
select t.act('appointment_move', id, '{"start": "2026-03-05T16:00:00+09:00", "reason": "둘"}') from t.a \g /dev/null
select is((select string_agg(kind || '>' || split_part(to_email, '@', 1) || ':' || state, ' ' order by seq) from jamund.messages
            where appointment_id = t.a.id and reason in ('하나', '둘') and viewer = 'company'),
    'update>contact-1:withdrawn update>contact-1:queued', 'two moves are one mail') from t.a;
select is_empty($$ select * from api.outbox_claim('w', 100, 60) $$, 'which waits a moment');
select t.act('appointment_move', id, '{"start": "2026-03-05T14:00:00+09:00", "reason": "셋"}') from t.a \g /dev/null
select t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'accept') from t.a \g /dev/null
select is((select count(*)::int from jamund.messages where appointment_id = t.a.id and state = 'queued'), 0,
    'back to what everybody knows: nobody is told') from t.a;

-- undo
create table t.before as select t.life(id) as life, t.held(id) as held, (select array_agg(respond_by order by id) from jamund.current_seats(t.a.id)) as due from t.a;
select t.act('appointment_cancel', id, '{"reason": "잘못"}') from t.a \g /dev/null
select is(t.life(id), 'open cancelled withdrawn,withdrawn', 'cancelled') from t.a;
select is((t.act('appointment_undo', id)).body ->> 'state', 'confirmed', 'undone') from t.a;
select is(t.life(id) || ' ' || t.held(id), life || ' ' || held, 'everything is as it was') from t.a, t.before;
select is((select array_agg(respond_by order by id) from jamund.current_seats(t.a.id)), due, 'and so are the answers') from t.a, t.before;
select is((select count(*)::int from jamund.messages where appointment_id = t.a.id and state = 'queued'), 0, 'nobody is told') from t.a;
select is(t.problem($$ select t.act('appointment_undo', id) from t.a $$) ->> 'sqlstate', 'JM002', 'once');
select t.act('appointment_move', id, '{"start": "2026-03-05T16:00:00+09:00", "reason": "옮김"}') from t.a \g /dev/null
select t.say(t.at_seat(id, 1), 'accept') from t.a \g /dev/null
select is(t.problem($$ select t.act('appointment_undo', id) from t.a $$) ->> 'message', 'something else has happened since', 'not after an answer');
select t.act('appointment_move', id, '{"start": "2026-03-05T17:00:00+09:00", "reason": "옮김"}') from t.a \g /dev/null
select t.at('2026-03-02 09:11+09') \g /dev/null
select is(t.problem($$ select t.act('appointment_undo', id) from t.a $$) ->> 'message', 'there is nothing to undo, or it is too long ago', 'not after ten minutes');
select t.act('appointment_move', id, '{"start": "2026-03-05T14:00:00+09:00", "reason": "옮김"}') from t.a \g /dev/null
select t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'accept') from t.a \g /dev/null
update jamund.office set settle_seconds = 0;
select t.act('appointment_cancel', id, '{"reason": "사정"}') from t.a \g /dev/null
select is(t.sends(id), 'cancel>l1 cancel>e3 cancel>contact-1 cancel>field', 'the end is told to all who were invited, to nobody else') from t.a;
select is(t.problem($$ select t.act('appointment_undo', id) from t.a $$) ->> 'message', 'somebody was told already', 'then there is no way back');

-- undo finds its time taken
create table t.u as select t.offer(t.request(c1), e1, '2026-03-16T10:00:00+09:00') as id from t.x;
update jamund.office set settle_seconds = 60;
select t.act('appointment_cancel', id, '{"reason": "잘못"}') from t.u \g /dev/null
select t.offer(t.request(c2), e1, '2026-03-16T10:30:00+09:00') from t.x \g /dev/null
select is(t.problem($$ select t.act('appointment_undo', id) from t.u $$) ->> 'sqlstate', '23P01', 'the time went to another meanwhile');
select is(t.life(id), 'open cancelled withdrawn', 'and nothing has changed') from t.u;
update jamund.office set settle_seconds = 0;

-- drop-out of the only expert: the meeting stays, the company knows, the owner or the ladder looks
create table t.d as select t.offer(t.request(c1), e1, '2026-03-17T10:00:00+09:00') as id from t.x;
select t.sends(id), t.accept(id), t.sends(id) from t.d \g /dev/null
select is(t.say(t.seat(id), 'drop_out'), 'declined', 'an expert who accepted drops out') from t.d;
select is(t.life(id), 'open tentative declined', 'the meeting waits for another') from t.d;
select is(t.held(id), 'company:17 10:00', 'the company''s time is still held') from t.d;
select is((select late from jamund.seats where appointment_id = t.d.id), false, 'two weeks before is not late') from t.d;
select is(t.sends(id), 'cancel>e1 update>contact-1 update>field dropped>coordinator', 'all who must know are told') from t.d;
select t.act('seat_fill', id, jsonb_build_object('expert_id', e2)) from t.d, t.x \g /dev/null
select is(t.life(id), 'offered tentative offered', 'another is asked for the same time') from t.d;
select is(t.sends(id), 'offer>e2', 'only that one hears of it') from t.d;
select t.say(t.at_seat(id, 1), 'accept') from t.d \g /dev/null
select is(t.sends(id), 'invite>e2 update>contact-1 update>field', 'it stands again') from t.d;
select t.at('2026-03-16 18:00+09') \g /dev/null
select t.say(t.at_seat(id, 1), 'drop_out') from t.d \g /dev/null
select is((select late from jamund.current_seats(t.d.id)), true, 'the evening before is late') from t.d;
select t.act('appointment_cancel', id, '{"reason": "위원 없음"}') from t.d \g /dev/null
select is((select late from jamund.appointments where id = t.d.id), false, 'late is the expert, not the office''s tentative end') from t.d;
select t.at('2026-03-02 09:00+09') \g /dev/null

-- proposals
create table t.p as select t.offer(t.request(c1), e1, '2026-03-18T10:00:00+09:00') as id from t.x;
select t.sends(id) from t.p \g /dev/null
select is(t.problem(format($$ select t.act('seat_counter', t.seat(id), %L) from t.p $$, body)) ->> 'sqlstate', 'JM422', why)
  from (values ('{"via": "phone", "proposals": ["2026-03-01T10:00:00+09:00"]}'::jsonb, 'not in the past'),
               ('{"via": "phone", "proposals": []}', 'at least one'),
               ('{"via": "phone", "proposals": ["2028-03-01T10:00:00+09:00"]}', 'not in two years')) v (body, why);
select t.act('seat_counter', t.seat(id), '{"via": "phone", "proposals": ["2026-03-19T10:00:00+09:00", "2026-03-20T10:00:00+09:00"], "note": "오전만"}') from t.p \g /dev/null
select is(t.life(id), 'offered tentative countered', 'the expert proposes other times') from t.p;
select is(t.held(id), 'company:18 10:00 expert:18 09:50', 'the first time is still held') from t.p;
select is((select reason from jamund.messages where appointment_id = t.p.id and kind = 'countered'), E'오전만\n2026-03-19 10:00, 2026-03-20 10:00', 'the owner reads them') from t.p;
select is(t.sends(id), 'countered>coordinator', 'and nobody else') from t.p;
select is(t.problem($$ select t.act('seat_take', t.seat(id), '{"start": "2026-03-21T10:00:00+09:00"}') from t.p $$) ->> 'sqlstate', 'JM422', 'only a proposed time is taken');
select t.act('seat_take', t.seat(id), '{"start": "2026-03-20T10:00:00+09:00"}') from t.p \g /dev/null
select is(t.life(id) || ' ' || t.held(id), 'scheduled confirmed accepted company:20 10:00 expert:20 09:50', 'taken: it moved and stands') from t.p;
select is(t.sends(id), 'invite>e1 invite>contact-1 invite>field', 'all are invited to the new time') from t.p;
create table t.p2 as select t.offer(t.request(c1), e1, '2026-03-23T10:00:00+09:00') as id from t.x;
select t.sends(id), t.act('seat_counter', t.seat(id), '{"via": "phone", "proposals": ["2026-03-24T10:00:00+09:00"]}') from t.p2 \g /dev/null
select t.act('seat_refuse', t.seat(id), '{"reason": "회의실 없음", "again": true}') from t.p2 \g /dev/null
select is(t.life(id), 'offered tentative offered', 'refused: the offer stands as it was') from t.p2;
select is(t.sends(id), 'countered>coordinator refused>e1', 'the expert is asked again, with the reason') from t.p2;
select t.act('seat_counter', t.seat(id), '{"via": "phone", "proposals": ["2026-03-24T10:00:00+09:00"]}') from t.p2 \g /dev/null
select t.act('seat_refuse', t.seat(id), '{"reason": "회의실 없음"}') from t.p2 \g /dev/null
select is(t.life(id), 'open cancelled declined', 'or refused for good: the next may be asked') from t.p2;
select is(t.sends(id), 'countered>coordinator declined>coordinator withdrawn>e1', 'and who was asked and proposed is told that it is over') from t.p2;

-- a form that is sent again changes nothing, whatever has happened in between
create table t.p4 as select x.id, jamund.link_of('seat', t.seat(x.id)) as link, jsonb_build_object('answer', 'counter', 'reason',
    '오전만', 'revision', 1, 'proposal_1', '2026-04-21T10:00', 'proposal_2', '2026-04-20T10:00') as form
  from (select t.offer(t.request(c1), e1, '2026-04-17T10:00:00+09:00') as id from t.x) x;
select t.sends(id) from t.p4 \g /dev/null
select is(api.link_answer(link, form), 'done', 'the expert proposes') from t.p4;
select is(t.sends(id), 'countered>coordinator', 'the owner is told') from t.p4;
select is(api.link_answer(link, form), 'same', 'the form sent again changes nothing') from t.p4;
select t.act('seat_refuse', t.seat(id), '{"reason": "회의실 없음", "again": true}') from t.p4 \g /dev/null
select is(api.link_answer(link, form), 'late', 'nor after the refusal') from t.p4;
select is(t.sends(id) || ' ' || t.life(id), 'refused>e1 offered tentative offered', 'and tells nobody') from t.p4;
select is(api.link_answer(link, form || '{"revision": 3}'), 'done', 'the same proposals from a fresh page count') from t.p4;

-- who was invited before a move, proposed and was refused, still has it in the calendar: it is cancelled there
create table t.p3 as select t.offer(t.request(c1), e1, '2026-04-13T10:00:00+09:00') as id from t.x;
select t.sends(id), t.act('seat_accept', t.seat(id), '{"via": "phone"}') from t.p3 \g /dev/null
select t.sends(id), t.act('appointment_move', id, '{"start": "2026-04-14T10:00:00+09:00", "reason": "사정", "override_reason": "시험"}') from t.p3 \g /dev/null
select t.sends(id), t.act('seat_counter', t.seat(id), '{"via": "phone", "proposals": ["2026-04-15T10:00:00+09:00"]}') from t.p3 \g /dev/null
select t.act('seat_refuse', t.seat(id), '{"reason": "회의실 없음", "again": true}') from t.p3 \g /dev/null
select is(t.sends(id), 'countered>coordinator refused>e1', 'moved, proposed, refused') from t.p3;
select t.act('appointment_cancel', id, '{"reason": "사정"}') from t.p3 \g /dev/null
select is(t.sends(id), 'cancel>e1 cancel>contact-1 cancel>field', 'the end is a CANCEL to all who were invited') from t.p3;

-- an answer is to the meeting as it was shown: another expert's answer does not change it, a move does
create table t.shown as select t.request(c1, t.two()) as q, null::uuid as id from t.x;
update t.shown set id = t.team(q, array[l1, e1], '2026-04-01T10:00:00+09:00', '시험') from t.x;
create table t.pages as select l.id as link, s.seat from t.shown join jamund.seats s on s.appointment_id = t.shown.id join jamund.links l on l.seat_id = s.id;
select t.say(t.at_seat(id, 1), 'accept') from t.shown \g /dev/null
select is(api.link_answer(link, t.form('accept', 1)), 'done', 'the page was opened before the other expert accepted') from t.pages where seat = 2;
select t.act('appointment_move', id, '{"start": "2026-04-01T14:00:00+09:00", "reason": "사정", "override_reason": "시험"}') from t.shown \g /dev/null
select is(api.link_answer(link, t.form('accept', 3)), 'late', 'the page was opened before the move') from t.pages where seat = 2;
select is(t.life(id), 'offered tentative offered,offered', 'so both are asked for the new time') from t.shown;

-- the ladder: whom a daemon gets, and that each offer is made once
create function t.ladder(request uuid, version int, experts uuid[], start text) returns text language sql as $$
    select api.ladder_offer(jsonb_build_object('request_id', request, 'version', version, 'start', jamund.epoch(start::timestamptz),
        'expert_ids', to_jsonb(experts)))
$$;
create table t.l as select t.request(c1, '{"policy": "auto"}') as q, null::uuid as id from t.x;
select is((select count(*)::int from api.ladder_claim(10, 60)), 1, 'with the policy auto it begins by itself');
update t.l set id = t.offer(q, e1, '2026-03-25T10:00:00+09:00') from t.x;
select t.sends(id) from t.l \g /dev/null
update jamund.office set settle_seconds = 60;
select t.say(t.seat(id), 'decline') from t.l \g /dev/null
select is((select string_agg(kind, ' ') from jamund.messages where appointment_id = t.l.id and viewer = 'coordinator'), null, 'the owner is not bothered') from t.l;
select is_empty($$ select * from api.ladder_claim(10, 60) $$, 'the ladder waits as long as messages do');
select t.at('2026-03-02 09:01+09') \g /dev/null
create table t.claim as select * from api.ladder_claim(10, 60);
select results_eq('select request_id, spent from t.claim', 'select q, false from t.l', 'then the request is due');
select is_empty($$ select * from api.ladder_claim(10, 60) $$, 'for one daemon');
select t.at('2026-03-02 09:02+09') \g /dev/null
select results_eq($$ select request_id, version from api.ladder_claim(10, 60) $$, 'select request_id, version from t.claim', 'until its lease is over');
select t.offer(t.request(c2), e2, '2026-03-25T10:30:00+09:00') from t.x \g /dev/null
select is(t.problem($$ select t.ladder(request_id, version, array[e2], '2026-03-25T10:00:00+09:00') from t.claim, t.x $$) ->> 'sqlstate', '23P01', 'the race for a time may be lost');
select is(t.ladder(request_id, version, array[e3], '2026-03-25T10:00:00+09:00'), 'offered', 'the next is asked') from t.claim, t.x;
select is(t.ladder(request_id, version, array[e3], '2026-03-25T10:00:00+09:00'), 'stale', 'once, whoever comes second') from t.claim, t.x;
select is(api.ladder_exhausted(request_id, version), 'stale', 'and giving up comes too late, too') from t.claim;
select is((select actor_kind || ' ' || via from jamund.audit order by id desc limit 1), 'system system', 'the audit says that nobody did it by hand');
update jamund.office set settle_seconds = 0, ladder_offers_max = 1;
select is((select count(*)::int from jamund.appointments where request_id = q), 2, 'a new appointment') from t.l;
update t.l set id = (select a.id from jamund.appointments a where request_id = q and state = 'tentative');
select t.say(t.seat(id), 'decline') from t.l \g /dev/null
select is(spent, true, 'it has asked as many as it may') from api.ladder_claim(10, 60);
select is(api.ladder_exhausted(q, version), 'unmatched', 'nobody is left') from t.l join jamund.requests r on r.id = q;
select is(t.sends(id), 'unmatched>coordinator', 'the owner is told') from t.l;
update jamund.requests set deputy_id = (select id from t.users where role = 'manager') where id = (select q from t.l);
select t.act('request_reopen', q, '{"reason": "다시"}') from t.l \g /dev/null
select is((select count(*)::int from api.ladder_claim(10, 60)), 1, 'reopened, the ladder begins anew');
select is(api.ladder_exhausted(q, version), 'unmatched', 'in vain') from t.l join jamund.requests r on r.id = q;
select is(t.sends(id), 'unmatched>coordinator unmatched>manager', 'owner and deputy are told') from t.l;
select is(t.life(t.offer(q, e1, '2026-03-26T10:00:00+09:00')), 'offered tentative offered', 'a coordinator may still offer by hand') from t.l, t.x;
update jamund.office set ladder_offers_max = 20;

-- the ladder refills a dropped-out seat; nobody for that time: the meeting ends and any time is looked for
create table t.r as select t.offer(t.request(c1, '{"policy": "auto"}'), e1, '2026-03-27T10:00:00+09:00') as id from t.x;
select t.sends(id), t.accept(id), t.sends(id), t.say(t.seat(id), 'drop_out') from t.r \g /dev/null
select is(api.ladder_exhausted(request_id, version), 'again', 'nobody at that time') from api.ladder_claim(10, 60);
select is(t.life(id), 'open cancelled declined', 'the meeting has ended') from t.r;
select is(t.sends(id), 'cancel>e1 cancel>contact-1 cancel>field', 'and who was invited knows') from t.r;
select is((select count(*)::int from api.ladder_claim(10, 60)), 1, 'the search goes on');
create table t.r2 as select t.team(t.request(c1, t.two() || '{"policy": "auto"}'), array[l1, e1], '2026-03-30T10:00:00+09:00') as id from t.x;
select t.sends(id), t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'decline') from t.r2 \g /dev/null
select is(t.ladder(request_id, version, array[e2], '2026-03-30T10:00:00+09:00'), 'offered', 'one seat is refilled') from api.ladder_claim(10, 60), t.x;
select is(t.life(id) || ' ' || t.sends(id), 'offered tentative accepted,offered offer>e2', 'and only that expert hears of it') from t.r2;
select t.say(t.at_seat(id, 2), 'decline') from t.r2 \g /dev/null
select is(api.ladder_exhausted(request_id, version), 'unmatched', 'nobody for the second seat') from api.ladder_claim(10, 60);
select is(t.life(id), 'unmatched tentative accepted,declined', 'who has accepted keeps the time until the owner decides') from t.r2;
select t.act('seat_fill', id, jsonb_build_object('seat', 2, 'expert_id', e3)) from t.r2, t.x \g /dev/null
select is(t.life(id), 'offered tentative accepted,offered', 'the owner found somebody') from t.r2;

-- no-show and corrections
create table t.n as select t.offer(t.request(c1), e1, '2026-03-03T10:00:00+09:00') as id from t.x;
select t.sends(id), t.accept(id), t.sends(id) from t.n \g /dev/null
select is(t.problem($$ select t.act('appointment_no_show', id, '{"by": "company", "reason": "x"}') from t.n $$) ->> 'sqlstate', 'JM002', 'not before it begins');
select t.at('2026-03-03 10:30+09') \g /dev/null
select is((t.act('appointment_no_show', id, '{"by": "company", "reason": "연락 없음"}')).body ->> 'no_show_by', 'company', 'the company did not come') from t.n;
select is(t.life(id), 'open no_show accepted', 'the request is open again') from t.n;
select is((t.act('appointment_undo', id)).body ->> 'state', 'confirmed', 'a slip of the hand is undone') from t.n;
select t.act('appointment_no_show', id, '{"by": "expert", "reason": "연락 없음"}') from t.n \g /dev/null
select is((select no_show from jamund.seats where appointment_id = t.n.id), true, 'the expert did not come') from t.n;
select is(t.problem($$ select t.act('appointment_correct', id, '{"state": "completed", "reason": "x"}') from t.n $$) ->> 'sqlstate', 'JM422', 'a completed one has a report');
select t.act('appointment_correct', id, '{"state": "completed", "reason": "늦게 옴", "report": {"outcome": "solved", "summary": "끝", "minutes": 50, "follow_up": false}}') from t.n \g /dev/null
select is(t.life(id) || ' ' || (select no_show from jamund.seats where appointment_id = t.n.id), 'done completed accepted false', 'it took place after all') from t.n;
select t.act('appointment_correct', id, '{"state": "completed", "reason": "시간 정정", "report": {"outcome": "solved", "summary": "끝", "minutes": 90, "follow_up": true}}') from t.n \g /dev/null
select is((select minutes from jamund.reports where appointment_id = id), 90, 'the report is put right') from t.n;
select is((select q.state || ' ' || (preferred_id = e1) from jamund.requests q join jamund.appointments a on a.request_id = q.id, t.x where a.id = t.n.id),
    'open true', 'a follow-up goes to the same expert') from t.n;
select t.act('request_reopen', request_id, '{"reason": "다음 회", "windows": [{"from": "2026-04-01T00:00:00+09:00", "until": "2026-04-30T00:00:00+09:00"}]}') from t.n join jamund.appointments using (id) \g /dev/null
select is(t.life(t.offer(request_id, e1, '2026-04-02T10:00:00+09:00')), 'offered tentative offered', 'the next session, on the same request') from t.x, t.n join jamund.appointments using (id);
select is(t.problem($$ select t.act('request_reopen', request_id, '{"reason": "x"}') from t.n join jamund.appointments using (id) $$) ->> 'sqlstate', 'JM002', 'an offered one is not reopened');

-- proposals to a meeting that moved, refused: the expert still has it in the calendar, and gets its CANCEL
create table t.moved as select t.offer(t.request(c2), e2, '2026-04-06T10:00:00+09:00') as id from t.x;
select t.sends(id), t.accept(id), t.sends(id), t.act('appointment_move', id, '{"start": "2026-04-07T10:00:00+09:00", "reason": "사정"}'),
    t.sends(id), t.act('seat_counter', t.seat(id), '{"via": "phone", "proposals": ["2026-04-08T10:00:00+09:00"]}') from t.moved \g /dev/null
select t.act('seat_refuse', t.seat(id), '{"reason": "회의실 없음", "again": true}') from t.moved \g /dev/null
select is(t.sends(id), 'countered>coordinator refused>e2', 'the expert is asked again for the time it moved to') from t.moved;
select t.cancel(id) from t.moved \g /dev/null
select is(t.sends(id), 'cancel>e2 cancel>contact-2 cancel>field', 'its end reaches every calendar it stands in') from t.moved;

-- who was asked for a seat that nobody was left for is taken back: the request waits for the owner again
create table t.left_ as select t.team(t.request(c2, t.two()), array[l1, e2], '2026-04-09T10:00:00+09:00') as id from t.x;
select t.sends(id), t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'decline'), t.sends(id) from t.left_ \g /dev/null
select is(api.ladder_exhausted(q.id, q.version), 'unmatched', 'nobody is left') from t.left_ l join jamund.appointments a on a.id = l.id join jamund.requests q on q.id = a.request_id;
update jamund.office set settle_seconds = 60;
select t.act('seat_fill', id, jsonb_build_object('seat', 2, 'expert_id', e3)) from t.left_, t.x \g /dev/null
select is(t.life(id), 'offered tentative accepted,offered', 'the owner asks somebody') from t.left_;
select is((t.act('appointment_undo', id)).status, 200, 'by mistake') from t.left_;
select is(t.life(id) || ' ' || t.held(id), 'unmatched tentative accepted,withdrawn company:09 10:00 expert:09 09:50', 'it waits for the owner as before') from t.left_;
update jamund.office set settle_seconds = 0;

-- a correction opens no request that a later session, or the end of its case, has settled
create table t.first_ as select q, t.offer(q, e1, '2026-04-13T10:00:00+09:00') as id, null::uuid as later from (select t.request(c2) as q from t.x) r, t.x;
create function t.held_at(appointment uuid, at text, follow_up boolean) returns text language sql as $$
    select t.accept(appointment), t.at(at);
    select (t.act('appointment_complete', appointment, jsonb_build_object('outcome', 'solved', 'summary', '끝', 'minutes', 60, 'follow_up', follow_up))).body ->> 'state'
$$;
create function t.corrects(appointment uuid, body jsonb) returns text language sql as $$
    select t.act('appointment_correct', appointment, body || '{"reason": "잘못"}');
    select state from jamund.requests where id = (select q from t.first_)
$$;
select is(t.held_at(id, '2026-04-13 11:00+09', true), 'completed', 'a first session') from t.first_;
update t.first_ set later = t.offer(q, e1, '2026-04-14T10:00:00+09:00') from t.x;
select is(t.held_at(later, '2026-04-14 11:00+09', false), 'completed', 'and the last one') from t.first_;
select is(t.corrects(id, '{"state": "no_show", "by": "company"}'), 'done', 'the first did not take place: the last one counts') from t.first_;
select is(t.corrects(later, '{"state": "no_show", "by": "company"}'), 'open', 'nor did the last one: it is open') from t.first_;
select is(t.corrects(later, '{"state": "completed", "report": {"outcome": "solved", "summary": "끝", "minutes": 60}}'), 'done', 'it did') from t.first_;
select api.case_close(t.who('coordinator'), t.args(case_id, '{"answer": "끝"}')) from jamund.requests where id = (select q from t.first_) \g /dev/null
select is(t.corrects(later, '{"state": "no_show", "by": "company"}'), 'done', 'a closed case has no open request') from t.first_;
select is(t.problem(format('select t.corrects(%L, %L)', later, '{"state": "completed", "report": {"outcome": "solved", "summary": "끝", "minutes": 60, "follow_up": true}}'))
    ->> 'message', 'the case is closed', 'nor is one asked for by a report') from t.first_;

-- what must hold after all of this
select is_empty($$ select appointment_id from jamund.revisions group by 1 having count(*) <> max(number) or min(number) <> 1 $$, 'revisions have no gaps');
select is_empty($$ select 1 from (select stamp, lag(stamp) over w as s, sequence, lag(sequence) over w as n, number,
    (facts - 'stamp' - 'modified') as f from jamund.revisions window w as (partition by appointment_id order by number)) x where stamp <= s or sequence < n $$, 'stamps rise, SEQUENCE never falls');
select is_empty($$ select a.id from jamund.appointments a where (a.state in ('tentative', 'confirmed')) <>
    exists (select from jamund.holds h where h.appointment_id = a.id and h.kind = 'company') and a.state <> 'completed' and a.state <> 'no_show' $$, 'live appointments hold time, ended ones none');
select is_empty($$ select s.id from jamund.seats s join jamund.appointments a on a.id = s.appointment_id where a.state in ('tentative', 'confirmed')
    and jamund.live(s) <> exists (select from jamund.holds h where h.appointment_id = a.id and h.subject = s.expert_id) $$, 'so do live seats');

select * from finish();
rollback;
