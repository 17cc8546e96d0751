-- The ladder's facts: what ranking is told of a meeting that stands, whom it does not ask again, working
-- time, the reminder before respond_by, answers after it, and a request that nobody was ever asked for.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.expert('e3') as e3,
    t.expert('l1', '{"fields": [{"field": "legal", "level": 3}]}') as l1, t.company('가나') as c1, t.company('다라') as c2;
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
create function t.say(seat uuid, what text) returns text language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.seat_%s($1, $2)', what) into r
      using t.who('coordinator'), t.args(seat, '{"via": "phone", "reason": "사정"}');
    return r.body ->> 'state';
end $$;
create function t.panel(request uuid) returns jsonb language sql as $$ select api.request_panel(request) -> 'request' $$;
create function t.due(the_seat uuid) returns text language sql as $$
    select to_char(respond_by at time zone 'Asia/Seoul', 'DD HH24:MI') || coalesce(' ' || to_char(nudge_at at time zone 'Asia/Seoul', 'DD HH24:MI'), '')
      from jamund.seats where id = the_seat
$$;
create function t.nudges(appointment uuid) returns text language sql as $$
    select coalesce(string_agg(split_part(to_email, '@', 1) || ':' || state, ' ' order by seq), '-') from jamund.messages
     where appointment_id = appointment and kind = 'nudge'
$$;

-- what may be asked for in one call
select is(t.pointers(t.problem(format('select api.appointment_add(t.who(''coordinator''), %L)', jsonb_build_object('body',
        jsonb_build_object('request_id', t.request(c1), 'start', '2026-03-04T10:00:00+09:00') || more)))), 'JM422 /expert_id', why)
  from t.x, lateral (values ('{}'::jsonb, 'an offer names somebody'),
                            (jsonb_build_object('expert_id', e1, 'expert_ids', array[e1]), 'in one way')) v (more, why);

-- the panel of a meeting that stands
create table t.a as select t.request(c1, t.two()) as q from t.x;
select is(t.panel(q) -> 'seats', '[{"seat": 1, "held": false, "field": "legal", "min_level": 2}, {"seat": 2, "held": false, "field": "tax", "min_level": 2}]',
    'every seat is vacant at first') from t.a;
alter table t.a add id uuid;
update t.a set id = t.team(q, array[l1, e1], '2026-03-04T10:07:00+09:00') from t.x;
select t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'decline') from t.a \g /dev/null
select is((select string_agg(s ->> 'held', ' ') from jsonb_array_elements(t.panel(q) -> 'seats') s), 'true false', 'one has accepted, one is vacant') from t.a;
select is(t.panel(q) -> 'fixed', to_jsonb(jamund.epoch('2026-03-04 10:07+09')), 'the time is fixed') from t.a;
select is(t.panel(q) -> 'windows', jsonb_build_array(jsonb_build_array(jamund.epoch('2026-03-04 10:07+09'), jamund.epoch('2026-03-04 11:07+09'))),
    'and is the only window') from t.a;
select is(t.panel(q) -> 'seated', jsonb_build_array(l1), 'who has a seat') from t.a, t.x;
select is(t.panel(q) -> 'asked', jsonb_build_array(e1), 'who declined') from t.a, t.x;
select is(t.panel(q) -> 'company_busy', '[]', 'its own time is not in its way') from t.a;
select is(jsonb_array_length(t.panel(t.request(c1)) -> 'company_busy'), 1, 'but in the way of others') from t.x;
create table t.room as select t.room('상담실', 15) as id;
create table t.c as select t.offer(t.request(c1, jsonb_build_object('mode', 'center', 'place_id', id)), e2, '2026-03-05T10:00:00+09:00') as id from t.room, t.x;
select is(t.panel(request_id) -> 'room_busy', '[]', 'nor is its room') from t.c join jamund.appointments using (id);
select is(t.panel(request_id) ->> 'minutes', '60', 'its length is what stands') from t.c join jamund.appointments using (id);
select api.seat_fill(t.who('coordinator'), t.args(id, jsonb_build_object('expert_id', e3, 'reason', '병가'))) from t.c, t.x \g /dev/null
select is(t.panel(request_id) -> 'asked', jsonb_build_array(e2), 'who was replaced is not asked for the same meeting') from t.x, t.c join jamund.appointments using (id);
select t.cancel(id) from t.c \g /dev/null
select is(t.panel(request_id) -> 'asked', '[]', 'but for another') from t.c join jamund.appointments using (id);
select is(t.panel(t.request(c1, '{"windows": [{"from": "2026-03-02T00:00:00+09:00", "until": "2030-01-01T00:00:00+09:00"}]}')) #> '{windows,0,1}',
    to_jsonb(jamund.epoch(api.clock() + interval '399 days')), 'windows end where ranking ends') from t.x;
select is(t.panel(t.request(c1, '{"windows": [{"from": "2029-01-01T00:00:00+09:00", "until": "2030-01-01T00:00:00+09:00"}]}')) -> 'windows',
    '[]', 'and may be empty') from t.x;
select t.at('2026-03-02 09:01+09') \g /dev/null
select api.request_reopen(t.who('coordinator'), t.args(q, '{"reason": "다시"}')) from t.a \g /dev/null
select is(t.panel(q) -> 'asked', '[]', 'reopened, everybody may be asked again') from t.a;
select t.at('2026-03-02 09:00+09') \g /dev/null

-- the refill of a meeting outside the request's windows: its time was agreed on
create table t.w as select t.request(c2, t.two() || '{"policy": "auto", "windows": [{"from": "2026-03-09T00:00:00+09:00", "until": "2026-03-10T00:00:00+09:00"}]}') as q from t.x;
alter table t.w add id uuid;
update t.w set id = t.team(q, array[l1, e1], '2026-03-11T10:00:00+09:00', '기업이 나중에 바꿈') from t.x;
select t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'decline') from t.w \g /dev/null
select is(api.ladder_offer(jsonb_build_object('request_id', q, 'version', version, 'expert_ids', array[e2])), 'offered',
    'a vacant seat is refilled where the meeting stands') from t.x, t.w join jamund.requests r on r.id = q;
select is((select overridden from jamund.current_seats(t.w.id) s where s.seat = 2), '{}', 'and no rule is broken by it') from t.w;

-- who acts on what a request was, comes too late: also where it is open still, or again
create table t.v as select q.id, q.version from jamund.requests q where q.id = t.request((select c2 from t.x), '{"policy": "auto"}');
select api.request_reopen(t.who('coordinator'), t.args(id, '{"reason": "다른 시간", "policy": "auto"}')) from t.v \g /dev/null
select is(api.ladder_offer(jsonb_build_object('request_id', id, 'version', version, 'expert_ids', array[e3], 'start', jamund.epoch('2026-03-12 10:00+09'))),
    'stale', 'an offer for what was reopened since') from t.v, t.x;
select is(api.ladder_exhausted(id, version), 'stale', 'giving it up, too') from t.v;
select is((select state || ' ' || ladder_offers from jamund.requests q where q.id = t.v.id), 'open 0', 'and nothing has changed') from t.v;
create table t.v2 as select t.team(t.request(c2, t.two() || '{"policy": "auto"}'), array[l1, e1], '2026-03-12T10:00:00+09:00') as id from t.x;
select t.say(t.at_seat(id, 1), 'accept'), t.say(t.at_seat(id, 2), 'accept') from t.v2 \g /dev/null
select t.say(t.at_seat(id, 2), 'drop_out'), t.say(t.at_seat(id, 1), 'drop_out') from t.v2 \g /dev/null
alter table t.v2 add q uuid, add version int;
update t.v2 set q = r.id, version = r.version from jamund.appointments a join jamund.requests r on r.id = a.request_id where a.id = t.v2.id;
select is((select state from jamund.requests where id = q), 'open', 'two seats are vacant') from t.v2;
select api.seat_fill(t.who('coordinator'), t.args(id, jsonb_build_object('seat', 2, 'expert_id', e2))) from t.v2, t.x \g /dev/null
select is(api.ladder_offer(jsonb_build_object('request_id', q, 'version', version, 'expert_ids', array[l1, e3])), 'stale',
    'a coordinator filled one of two vacant seats meanwhile') from t.v2, t.x;
select is((select ladder_at is not null and state = 'open' from jamund.requests where id = q), true, 'the ladder goes on with the other') from t.v2;

-- working time: eight hours from Friday afternoon on, over a weekend and a holiday
insert into jamund.holidays values ('2026-03-09', '쉬는 날', 'Holiday');
create table t.h as select t.request(c1) as q, t.request(c1, '{"urgency": "high"}') as high, t.request(c1, '{"urgency": "urgent"}') as urgent from t.x;
select t.at('2026-03-06 16:00+09') \g /dev/null
alter table t.h add id uuid, add soon uuid, add short uuid;
update t.h set id = t.offer(q, e1, '2026-03-17T10:00:00+09:00'), soon = t.offer(high, e2, '2026-03-17T14:00:00+09:00', '급함'),
    short = t.offer(urgent, e3, '2026-03-17T12:00:00+09:00') from t.x;
select is(t.due(t.seat(id)), '10 15:00 10 13:00', 'two hours on Friday, six on Tuesday; Monday is a holiday; reminded two hours before') from t.h;
select is(t.due(t.seat(soon)), '10 11:00 10 09:00', 'half of it where it is pressing') from t.h;
select is(t.due(t.seat(short)), '06 18:00', 'a quarter where it is urgent: too short for a reminder') from t.h;
select is(jamund.working_before(jamund.working_add(t, m), m), t, format('%s and %s minutes of work there and back', t, m))
  from unnest(array['2026-03-06 09:30+09', '2026-03-06 17:59+09', '2026-03-05 12:00+09']::timestamptz[]) t, unnest(array[1, 30, 480, 3000]) m;
select is(jamund.working_before('2026-03-07 12:00+09', 60), '2026-03-06 17:00+09', 'from a Saturday back to Friday');
select is(t.due(t.seat(t.offer(t.request(c2), e1, '2026-03-09T10:00:00+09:00', '급함'))), '09 10:00',
    'never later than the meeting, and then too soon for a reminder') from t.x;

-- the reminder
select t.deliver() \g /dev/null
select t.at('2026-03-10 08:59+09') \g /dev/null
select is(api.offers_nudge(10), 0, 'nothing is due yet');
select t.at('2026-03-10 13:00+09') \g /dev/null
select is(api.offers_nudge(10), 1, 'one is reminded; for the other it is too late: its offer is over');
select is(t.nudges(id) || ' ' || t.nudges(soon), 'e1:queued -', 'who was asked') from t.h;
select is(api.offers_nudge(10), 0, 'once');
select is(m.respond_by = s.respond_by and (m.message ->> 'link_purpose') = 'seat' and (m.message ->> 'link_id') is not null, true, 'with the date and the link')
  from t.h, jamund.seats s, lateral (select x.respond_by, jamund.message_doc(x) as message from jamund.messages x
    where x.appointment_id = t.h.id and kind = 'nudge') m where s.id = t.seat(t.h.id);
select is(t.say(t.seat(id), 'accept') || ' ' || t.nudges(id), 'accepted e1:withdrawn', 'an answer that comes first takes it back') from t.h;
create table t.n as select t.offer(t.request(c2), e2, '2026-03-20T10:00:00+09:00') as id, t.offer(t.request(c2), e3, '2026-03-20T12:00:00+09:00') as other from t.x;
select is(t.due(t.seat(id)), '11 12:00 11 10:00', 'another offer') from t.n;
select t.deliver() \g /dev/null
select t.at('2026-03-11 10:30+09') \g /dev/null
select is(api.offers_nudge(1) || ' ' || api.offers_nudge(10), '1 1', 'as many at once as are asked for');
select t.deliver() \g /dev/null
select is((select f.kind from jamund.messages n, jamund.messages f where n.appointment_id = t.n.id and n.kind = 'nudge'
    and jamund.message_doc(n) ->> 'thread' = '<' || f.id || '@' || (select host from jamund.office) || '>'), 'offer', 'it follows the mail of the offer') from t.n;
select is((t.say(t.seat(id), 'decline')) || ' ' || t.nudges(id), 'declined e2:sent', 'what left has left') from t.n;
select is((select string_agg(kind, ' ' order by seq) from jamund.messages where appointment_id = t.n.id and party = e2), 'offer nudge', 'a reminder changes nothing of what is told later') from t.n, t.x;
create table t.m as select t.offer(t.request(c2), e2, '2026-03-24T10:00:00+09:00') as id from t.x;
select api.appointment_move(t.who('coordinator'), t.args(id, '{"start": "2026-03-24T11:00:00+09:00", "reason": "사정"}')) from t.m \g /dev/null
select t.at('2026-03-11 17:00+09') \g /dev/null
select is(t.due(t.seat(id)), '12 09:30 11 16:30', 'a move asks anew') from t.m;
select is(api.offers_nudge(10), 1, 'also when the daemon was away for a while');
update jamund.messages set state = 'sending', leased_by = 'w' where kind = 'nudge' and appointment_id = (select id from t.m);
update jamund.messages set state = 'retry' where kind = 'nudge' and appointment_id = (select id from t.m);
select is(t.say(t.seat(id), 'accept') || ' ' || t.nudges(id), 'accepted e2:withdrawn', 'nor is it tried again after the answer') from t.m;
create table t.k as select t.offer(t.request(c2), e1, '2026-03-26T10:00:00+09:00') as id from t.x;
update jamund.office set nudge_work_minutes = 0;
create table t.o as select t.offer(t.request(c2), e2, '2026-03-26T13:00:00+09:00') as id from t.x;
select is(t.due(t.seat(id)), '12 16:00', 'none where the office wants none') from t.o;
update jamund.office set nudge_work_minutes = 120;
select t.at('2026-03-12 15:30+09') \g /dev/null
select is(t.due(t.seat(id)), '12 16:00 12 14:00', 'one is due') from t.k;
select is(api.offers_nudge(10) || ' ' || t.nudges(id), '0 -', 'but half an hour before the end it only hurries') from t.k;

-- one that was not delivered may be sent again while the offer waits, not after the answer
create table t.dead as select t.offer(t.request(c2), e3, '2026-04-18T10:00:00+09:00') as id from t.x;
select t.deliver() \g /dev/null
select t.at(nudge_at::text) from jamund.seats where id = (select t.seat(id) from t.dead) \g /dev/null
select is(api.offers_nudge(10), 1, 'another is reminded');
select api.outbox_failed(id, 'w', 'x', true, 0) from api.outbox_claim('w', 100, 60) \g /dev/null
select is(t.nudges(id), 'e3:dead', 'in vain') from t.dead;
create function t.again(appointment uuid) returns text language sql as $$
    select (api.message_replay(t.who('coordinator'), t.args(id))).body ->> 'state' from jamund.messages
     where appointment_id = appointment and kind = 'nudge'
$$;
select is(t.again(id), 'queued', 'it goes again') from t.dead;
select api.outbox_failed(id, 'w', 'x', true, 0) from api.outbox_claim('w', 100, 60) \g /dev/null
select t.say(t.seat(id), 'accept') from t.dead \g /dev/null
select is(t.problem(format('select t.again(%L)', id)) ->> 'message', 'what it tells has changed since', 'but not after the answer') from t.dead;

-- answers after respond_by
select t.at('2026-03-12 16:30+09') \g /dev/null
select is(t.say(t.seat(id), 'accept'), 'accepted', 'as long as the time is held, a late yes is a yes') from t.k;
select ok(api.offers_expire(100) > 0, 'what is left unanswered ends');
select is((select state from jamund.seats where id = t.seat(t.o.id)), 'expired', 'another one is over') from t.o;
select is(t.states(id), 'scheduled confirmed accepted', 'nothing ends what was accepted') from t.k;
select is((t.problem(format('select t.say(%L, ''accept'')', t.seat(id)))) ->> 'sqlstate', 'JM002', 'once it has expired and the time is free, it is too late') from t.o;
create table t.late as select t.offer(t.request(c1), e3, '2026-03-27T10:00:00+09:00') as id from t.x;
select t.at('2026-03-16 10:00+09') \g /dev/null
select is(api.link_answer((select x.id from jamund.links x where x.seat_id = t.seat(t.late.id)), t.form('accept', 1)), 'done', 'by the link, too') from t.late;
select is(api.offers_expire(10), 0, 'then there is nothing to end');

-- nobody was ever asked: owner and deputy are told all the same
create table t.u as select t.request(c1, jsonb_build_object('policy', 'auto', 'deputy_id', (select id from t.users where role = 'manager'))) as q from t.x;
select is(api.ladder_exhausted(q, 1), 'unmatched', 'no candidate at all') from t.u;
create table t.um as select m.*, jamund.message_doc(m) as doc from jamund.messages m where appointment_id is null;
select is((select string_agg(kind || '>' || split_part(to_email, '@', 1), ' ' order by seq) from t.um), 'unmatched>coordinator unmatched>manager', 'both are told');
select is(doc #>> '{revision,company,name}' || ' ' || (doc #>> '{revision,field,ko}') || ' ' || (doc #>> '{revision,start}') || ' ' || (doc #>> '{revision,number}'),
    '가나 세무 ' || jamund.epoch('2026-03-02 00:00+09') || ' 0', 'with the facts of the request') from t.um limit 1;
select api.request_reopen(t.who('coordinator'), t.args(q, '{"reason": "다시", "windows": [{"from": "2026-04-01T00:00:00+09:00", "until": "2026-04-02T00:00:00+09:00"}]}')) from t.u \g /dev/null
select is((select jamund.message_doc(m) from jamund.messages m where m.id = t.um.id), doc, 'which stay what they were') from t.um limit 1;
select t.deliver() \g /dev/null
select is((select string_agg(state, ' ') from jamund.messages where appointment_id is null), 'sent sent', 'the outbox takes them as any others');
select is((x -> 'appointment_id') || (x -> 'revision'), '[null, null]', 'and lists them')
  from jsonb_array_elements((api.message_list(t.who('coordinator'), '{"limit": 100}')).body -> 'items') x where x ->> 'kind' = 'unmatched' limit 1;

select * from finish();
rollback;
