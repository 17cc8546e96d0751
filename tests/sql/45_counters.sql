-- A proposal that a calendar program sent (COUNTER, RFC 5546 3.2.7) is refused by DECLINECOUNTER (3.2.8): of the SEQUENCE
-- that was countered, whatever happened to others' seats since.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c;
create table t.a as select t.request(c, '{"seats": [{"field": "tax", "min_level": 2}, {"field": "tax", "min_level": 2}]}') as q, null::uuid as id from t.x;
update t.a set id = t.id(api.appointment_add(t.who('coordinator'), jsonb_build_object('body', jsonb_build_object('request_id', q,
    'expert_ids', jsonb_build_array(x.e1, x.e2), 'start', '2026-03-05T10:00:00+09:00')))) from t.x;
select t.deliver() \g /dev/null
create function t.seat_of(expert uuid) returns uuid language sql as $$
    select s.id from jamund.seats s, t.a where s.appointment_id = a.id and s.expert_id = expert order by s.seq desc limit 1
$$;
create function t.counter(start text, sequence int, digest text) returns text language sql as $$
    select api.mail_take(jsonb_build_object('via', 'lmtp', 'digest', t.secret(digest), 'from', 'e1@example.kr', 'to', null),
        jsonb_build_object('from', '["e1@example.kr"]'::jsonb, 'to', '["jamund@example.kr"]'::jsonb, 'calendars', jsonb_build_array(jsonb_build_object(
            'method', 'COUNTER', 'events', jsonb_build_array(jsonb_build_object('uid', p.uid, 'sequence', sequence, 'start', start,
                'dtstamp', to_char(api.clock() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                'attendees', '[{"address": "e1@example.kr", "partstat": "TENTATIVE"}]'::jsonb))))))
      from jamund.appointments p, t.a where p.id = a.id
$$;
create function t.refuse(again boolean) returns api.reply language sql as $$
    select api.seat_refuse(t.who('coordinator'), t.args(t.seat_of(e1), jsonb_build_object('reason', '자리가 없습니다', 'again', again))) from t.x
$$;
-- The last message to an expert: kind, SEQUENCE as it leaves, state of the seat.
create function t.last(expert uuid) returns text language sql as $$
    select m.kind || ' ' || (jamund.message_doc(m) #>> '{revision,sequence}') || ' ' || s.state
      from jamund.messages m, jamund.seats s where m.party = expert and s.id = t.seat_of(expert) order by m.seq desc limit 1
$$;

select is(t.counter('2026-03-09T05:00:00Z', 0, 'a'), 'done', 'e1 proposes another time');
select is((select jamund.countered(s.appointment_id, 'expert', e1, s.proposals) from jamund.seats s, t.x where s.id = t.seat_of(e1)), 0, 'which came by mail, for SEQUENCE 0');
select is((api.seat_decline(t.who('coordinator'), t.args(t.seat_of(e2), '{"via": "phone", "reason": "출장"}'))).status, 200, 'e2 is no attendee any more') from t.x;
select is(v.sequence, 1, 'which raises SEQUENCE') from t.a join jamund.appointments p using (id) join jamund.revisions v on v.appointment_id = p.id and v.number = p.revision;
select is((t.refuse(true)).status, 200, 'e1 is refused');
select is(t.last(e1), 'counter_declined 0 offered', 'what was countered is declined, by its SEQUENCE') from t.x;
select is((jamund.message_doc(m) #>> '{revision,stamp}')::bigint >= jamund.epoch(api.clock()), true, 'with a DTSTAMP of now') from jamund.messages m where m.kind = 'counter_declined';
select is((select reason || ' ' || (link_id is not null) || ' ' || (respond_by > api.clock()) from jamund.messages where kind = 'counter_declined'), '자리가 없습니다 true true',
    'with the words, the link and until when');
select t.deliver() \g /dev/null

-- of a later proposal, the later SEQUENCE
select t.at('2026-03-02 10:00+09') \g /dev/null
select is(t.counter('2026-03-10T05:00:00Z', 1, 'b'), 'done', 'proposed again, by who knows SEQUENCE 1');
select t.refuse(true) \g /dev/null
select is(t.last(e1), 'counter_declined 1 offered', 'is declined by that') from t.x;
select t.deliver() \g /dev/null

-- by another way: the offer as it stands
select t.at('2026-03-02 11:00+09') \g /dev/null
select is(t.counter('2026-03-10T05:00:00Z', 1, 'c'), 'done', 'by mail');
select is((api.seat_counter(t.who('coordinator'), t.args(t.seat_of(e1), '{"via": "mail", "proposals": ["2026-03-11T14:00:00+09:00"]}'))).status, 200,
    'then other times in words, which a coordinator writes down') from t.x;
select t.refuse(true) \g /dev/null
select is(t.last(e1), 'refused 1 offered', 'no program proposed that: the offer as it stands') from t.x;
select t.deliver() \g /dev/null

-- what was declined once is not declined again where a person writes it down anew
savepoint x;
select t.at('2026-03-02 11:10+09') \g /dev/null
select is(t.counter('2026-03-12T05:00:00Z', 1, 'y'), 'done', 'by mail');
select t.at('2026-03-02 11:20+09') \g /dev/null
select t.refuse(true) \g /dev/null
select is(t.last(e1), 'counter_declined 1 offered', 'is declined') from t.x;
select t.deliver() \g /dev/null
select is((api.seat_counter(t.who('coordinator'), t.args(t.seat_of(e1), '{"via": "mail", "proposals": ["2026-03-12T14:00:00+09:00"]}'))).status, 200, 'the same in words') from t.x;
select t.refuse(true) \g /dev/null
select is(t.last(e1), 'refused 1 offered', 'is refused') from t.x;
rollback to x;

-- what is overtaken is not told any more, nor again
savepoint x;
select t.at('2026-03-02 11:30+09') \g /dev/null
select is(t.counter('2026-03-12T05:00:00Z', 1, 'x'), 'done', 'by mail');
select t.refuse(true) \g /dev/null
savepoint y;
select is((api.seat_accept(t.who('coordinator'), t.args(t.seat_of(e1), '{"via": "phone"}'))).status, 200, 'accepted before the refusal leaves') from t.x;
select t.deliver() \g /dev/null
select is((select state from jamund.messages where kind = 'counter_declined' order by seq desc limit 1), 'withdrawn', 'it is not told');
rollback to y;
select ok(bool_or(api.outbox_failed(id, 'w', '550', true, 0)), 'it is dead') from api.outbox_claim('w', 10, 60);
create function t.replay() returns text language sql as $$
    select coalesce(t.problem(format('select api.message_replay(%L, %L)', t.who('coordinator'), t.args(id))) ->> 'sqlstate', 'queued')
      from jamund.messages where kind = 'counter_declined' order by seq desc limit 1
$$;
savepoint y;
select is(t.replay(), 'queued', 'it may be sent again while the question stands');
rollback to y;
select api.appointment_cancel(t.who('coordinator'), t.args(id, '{"reason": "사정"}')) from t.a \g /dev/null
select is(t.replay(), 'JM002', 'and not when the meeting is cancelled');
rollback to x;

-- for good: what is taken back needs no more
select t.at('2026-03-02 12:00+09') \g /dev/null
select is(t.counter('2026-03-12T05:00:00Z', 1, 'd'), 'done', 'once more');
select t.refuse(false) \g /dev/null
select is(t.last(e1), 'withdrawn 2 declined', 'refused for good: a CANCEL, newer than what it takes back') from t.x;
select is((select count(*) from jamund.messages where kind = 'counter_declined'), 2::bigint, 'and nothing beside');

select * from finish();
rollback;
