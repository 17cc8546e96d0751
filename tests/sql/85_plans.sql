-- Events and plans: booths are held, a plan is booked whole or not at all, and says what has changed.
begin;
\ir lib/world.sql
select * from no_plan();

-- ---- an event: two days of slots, three booths in two zones ----
create table t.e as select n, t.expert('e' || n, '{"buffers": {"before": 10, "after": 10}, "caps": {"per_day": 1, "per_week": 1, "hours_per_year": 100}, "notice_hours": 700, "availability": [], "modes": ["phone"], "districts": []}') as id
  from generate_series(1, 4) n;
create function t.e(int) returns uuid language sql as $$ select id from t.e where n = $1 $$;
create function t.event_body(more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('title', '봄 박람회', 'place', '엑스코 1홀', 'slots', (
               select jsonb_agg(jsonb_build_object('from', s, 'until', s + interval '30 min', 'booths', 3) order by s)
                 from generate_series('2026-03-10 10:00+09'::timestamptz, '2026-03-10 11:30+09', '30 min') s),
           'zones', '[{"zone": "A", "first": 1, "last": 2}, {"zone": "B", "first": 3, "last": 3}]'::jsonb,
           'experts', (select jsonb_agg(jsonb_build_object('expert_id', id, 'zone', case when n = 3 then 'B' else 'A' end) order by n) from t.e where n < 4)) || more
$$;
create table t.ev as select t.id(api.event_add(t.who('coordinator'), jsonb_build_object('body', t.event_body()))) as id;
create function t.ev() returns uuid language sql as $$ select id from t.ev $$;
select is((select count(*)::int from jamund.event_booths), 3, 'as many booths as the largest slot has');
select is((api.event_get(t.who('field'), t.args(t.ev()))).body -> 'zones', '[{"zone": "A", "first": 1, "last": 2}, {"zone": "B", "first": 3, "last": 3}]', 'zones as they were given');
select is(t.pointers(t.problem(format('select api.event_add(t.who(''coordinator''), jsonb_build_object(''body'', t.event_body(%L)))', more))), said, name)
  from (values ('{"slots": [{"from": "2026-03-10T10:00:00+09:00", "until": "2026-03-10T11:00:00+09:00", "booths": 1}, {"from": "2026-03-10T10:30:00+09:00", "until": "2026-03-10T11:30:00+09:00", "booths": 1}]}',
                'JM422 /slots/1', 'slots do not overlap'),
               ('{"zones": [{"zone": "A", "first": 1, "last": 2}, {"zone": "B", "first": 2, "last": 3}]}', 'JM422 /zones/1', 'no booth is in two zones'),
               ('{"experts": [{"expert_id": "00000000-0000-4000-8000-000000000000", "zone": "Z"}]}', 'JM422 /experts/0/expert_id /experts/0/zone', 'each expert and zone is known'),
               ('{"owner_id": "00000000-0000-4000-8000-000000000000"}', 'JM422 /owner_id', 'so is the owner')) x (more, said, name);

-- ---- a plan is asked for, claimed once, and computed ----
create table t.c as select n, t.company('회사' || n) as id from generate_series(1, 6) n;
create table t.q as select n, t.request(id, jsonb_build_object('minutes', 30)) as id from t.c;
create function t.q(int) returns uuid language sql as $$ select id from t.q where n = $1 $$;
create function t.plan(body jsonb) returns uuid language sql as $$
    select t.id(api.plan_add(t.who('coordinator'), jsonb_build_object('body', body)))
$$;
create function t.state(plan uuid) returns text language sql as $$ select state from jamund.plans where id = plan $$;
create table t.p as select t.plan(jsonb_build_object('event_id', t.ev())) as id;
create function t.p() returns uuid language sql as $$ select id from t.p $$;
select is((select cardinality(asked_for) || ' ' || cardinality(slots) || ' ' || state from jamund.plans), '6 4 computing', 'the backlog, the slots of the event');
create table t.claim as select * from api.plan_claim(10, 60);
select is((select count(*)::int from api.plan_claim(10, 60)), 0, 'claimed once');
create function t.lease(plan uuid) returns jsonb language sql as $$
    select jsonb_build_object('plan_id', id, 'lease', lease, 'lease_seconds', 60) from jamund.plans where id = plan
$$;
create table t.facts as select api.plan_facts(t.lease(t.p())) as doc;
select is(jsonb_array_length(doc -> 'experts') || ' ' || (doc #>> '{slots,0,booths}') || ' ' || (doc #>> '{zones,0,booths}'), '3 3 [2, 2, 2, 2]', 'experts on duty, booths') from t.facts;
select is(jsonb_array_length(api.plan_requests(t.p(), 0, 4)) || ' ' || jsonb_array_length(api.plan_requests(t.p(), 4, 4)), '4 2', 'requests in pieces');
select is(api.plan_begin(t.lease(t.p()) || jsonb_build_object('as_of', 7, 'request_ids', (select jsonb_agg(id order by n) from t.q),
    'expert_ids', (select jsonb_agg(id order by n) from t.e where n < 4)), '{}'), 'ok', 'what it is made from is kept');
select is(api.plan_progress(t.lease(t.p()) || '{"progress": {"stage": "flow", "done": 0.5, "bound": {"served": [0, 0, 6], "kept": 0, "value": 10}, "best": {"served": [0, 0, 5], "kept": 0, "value": 7}}}'), 'ok', 'progress');
select is((api.plan_get(t.who('field'), t.args(t.p()))).body -> 'progress', '{"stage": "flow", "percent": 50, "bound": {"served": [0, 0, 6], "value": 10}, "best": {"served": [0, 0, 5], "value": 7}}', 'is seen');
select is((select entity || ' ' || kind from jamund.change_log order by version desc limit 1), 'plan plan.progress', 'and streamed');
select is(api.plan_progress(t.lease(t.p()) || '{"lease": "00000000-0000-4000-8000-000000000000", "progress": {}}'), 'stale', 'another daemon''s is too late');
-- result: request 0 with expert 0 in slot 0 and so on
create function t.done(plan uuid, assigned jsonb, unserved jsonb default '[]') returns text language sql as $$
    select api.plan_done(t.lease(plan) || jsonb_build_object('result', jsonb_build_object('end', 'optimal', 'bound', 10, 'value', 10, 'gap', 0.0, 'method', 'flow',
        'served', '[0, 0, 5]'::jsonb, 'kept', 0, 'moved', 0, 'quality', 10, 'load_cost', 1, 'assigned', assigned, 'unserved', unserved,
        'frontier', '[{"lambda": 0, "quality": 10, "max_load": 3, "idle": 1, "end": "optimal"}]'::jsonb, 'prices', '{"slots": [1, 2, 3, 4], "experts": [0, 0, 0]}'::jsonb)))
$$;
select is(t.done(t.p(), '[{"request": 0, "experts": [0], "slot": 0, "zone": "A", "points": 9}, {"request": 1, "experts": [0], "slot": 1, "zone": "A", "points": 9},
    {"request": 2, "experts": [1], "slot": 0, "zone": "A", "points": 9}, {"request": 3, "experts": [2], "slot": 0, "zone": "B", "points": 9},
    {"request": 4, "experts": [2], "slot": 1, "zone": "B", "points": 9}]',
    '[{"request": 5, "why": "price", "text": {"ko": "부스가 모자랍니다", "en": "too few booths"}, "witness": {"requests": [0, 1], "seats": 1}, "cure": {"slot": 2, "booths": 1, "serves": 1}, "funnel": null}]'), 'ok', 'it is computed');
select is(t.state(t.p()), 'ready', 'it can be looked at');
select is((api.plan_get(t.who('field'), t.args(t.p()))).body #> '{outcome,gap_ppm}', '0', 'proved');
create function t.items(plan uuid, role text default 'coordinator') returns setof jsonb language sql as $$
    select jsonb_array_elements((api.plan_items(t.who(role), jsonb_build_object('id', plan, 'limit', 100))).body -> 'items')
$$;
select is((select string_agg(x #>> '{experts,0,name}', ' ') from t.items(t.p()) x), '세무 e1 세무 e2 세무 e3 세무 e1 세무 e3', 'planners see who, by time');
select is((select count(*)::int from t.items(t.p(), 'field') x where x ? 'experts'), 0, 'nobody else does before it is booked');
select is((select x -> 'witness' -> 'request_ids' -> 0 from t.items(t.p()) x where x ->> 'state' = 'unserved'), to_jsonb(t.q(1)), 'reasons name requests');

-- ---- booked whole ----
create function t.apply(plan uuid, more jsonb default '{}') returns api.reply language sql as $$ select api.plan_apply(t.who('coordinator', more), t.args(plan)) $$;
select t.apply(t.p(), '{"key": "k1", "hash": "h"}') \g /dev/null
select is(t.state(t.p()), 'applied', 'applied');
select is((t.apply(t.p(), '{"key": "k1", "hash": "h"}')).body ->> 'state', 'applied', 'the same key, the same answer');
select is(t.problem('select t.apply(t.p())') ->> 'sqlstate', 'JM002', 'once');
select is((select string_agg(a.state || '/' || s.state || '/' || s.answered_via || '/' || q.state, ' ') from jamund.appointments a join jamund.seats s on s.appointment_id = a.id
    join jamund.requests q on q.id = a.request_id where a.booth_id is not null), trim(repeat('confirmed/accepted/duty/scheduled ', 5)), 'experts on duty have agreed to be there');
select is((select array_agg(distinct x order by x) from jamund.seats s, unnest(s.overridden) x), array['availability', 'cap_day', 'cap_week', 'district', 'mode', 'notice'], 'what duty answers is said of the seat');
select is((select string_agg(b.number::text, '' order by e.n, a.during) from jamund.appointments a join jamund.event_booths b on b.id = a.booth_id
    join jamund.seats s on s.appointment_id = a.id join t.e on e.id = s.expert_id), '11233', 'an expert stays in one booth');
select is((select count(*)::int from jamund.holds where kind = 'booth'), 5, 'booths are held');
select is((select string_agg(m.viewer || ' ' || m.kind || ' ' || n, ', ' order by m.viewer) from (select viewer, kind, count(*) as n from jamund.messages group by 1, 2) m),
    'company invite 5, expert invite 5, field invite 5', 'one mail for each and no offer');
select is((select facts #>> '{place,ko}' || ' ' || (facts ->> 'mode') from jamund.revisions order by appointment_id limit 1) ~ '엑스코 1홀 봄 박람회 부스 [123] event', true, 'they say which booth');
select is((select count(*)::int from t.items(t.p(), 'field') x where x ? 'experts'), 6, 'what is booked is known');
select throws_ok(format($$ insert into jamund.holds select subject, 'booth', during, appointment_id from jamund.holds where kind = 'booth' limit 1 $$), '23P01', null, 'no booth is held twice');

-- ---- what has changed meanwhile ----
create function t.version() returns bigint language sql as $$ select max(version) from jamund.change_log $$;
create function t.computed(body jsonb, assigned jsonb, unserved jsonb default '[]', requests uuid[] default null) returns uuid language plpgsql as $$
declare id_ uuid := t.plan(body);
begin
    perform api.plan_claim(10, 60);
    perform api.plan_begin(t.lease(id_) || jsonb_build_object('as_of', t.version(), 'request_ids', to_jsonb(coalesce(requests, (select asked_for from jamund.plans where id = id_))),
        'expert_ids', (select jsonb_agg(id order by n) from t.e)), '{}');
    perform t.done(id_, assigned, unserved);
    return id_;
end $$;
create table t.w as select n, t.company('기업' || n) as c from generate_series(1, 6) n;
alter table t.w add q uuid;
update t.w set q = t.request(c, '{"minutes": 30}');
create function t.w(int) returns uuid language sql as $$ select q from t.w where n = $1 $$;

create function t.one(n int, expert int, slot int, more jsonb default '{}') returns uuid language sql as $$
    select t.computed(jsonb_build_object('event_id', t.ev(), 'request_ids', jsonb_build_array(t.w(n))) || more, jsonb_build_array(jsonb_build_object('request', 0,
        'experts', jsonb_build_array(expert - 1), 'slot', slot, 'zone', null, 'points', 5)), requests => array[t.w(n)])
$$;
create function t.what(plan uuid) returns text language sql as $$
    select x ->> 'sqlstate' || ' ' || coalesce((select string_agg(c ->> 'what' || coalesce(' ' || (c #>> '{rules,0,rule}'), ''), ', ') from jsonb_array_elements(x -> 'changed') c), x ->> 'message')
      from t.problem(format('select t.apply(%L)', plan)) x
$$;
create function t.slot(n int) returns tstzrange language sql as $$
    select during from (select during, row_number() over (order by during) as i from jamund.event_slots where event_id = t.ev()) x where i = n + 1
$$;
create function t.over(plan uuid) returns void language sql as $$ select api.plan_discard(t.who('coordinator'), t.args(plan)) $$;

-- each thing that may have changed; after each, what was changed is put back
create table t.x as select t.one(1, 1, 2) as plan;
select api.request_withdraw(t.who('field'), t.args(t.w(1), '{"reason": "취소"}')) \g /dev/null
select is(t.what(plan), 'JM007 request_over', 'the request was withdrawn') from t.x;
select t.over(plan) from t.x \g /dev/null
update t.x set plan = t.one(2, 1, 2);
create table t.b as select t.offer(t.w(2), t.e(2), '2026-03-11T10:00:00+09:00', '급함') as id;
select is(t.what(plan), 'JM007 booked', 'it was booked by hand') from t.x;
select t.over(plan) from t.x \g /dev/null
update t.x set plan = t.one(3, 1, 2);
create table t.o as select t.offer(t.w(4), t.e(1), '2026-03-10T11:15:00+09:00', '급함') as id;
select is(t.what(plan), 'JM007 expert_taken', 'the expert''s time was taken') from t.x;
select api.appointment_cancel(t.who('coordinator'), t.args(id, '{"reason": "취소"}')) from t.o \g /dev/null
update jamund.event_experts set dropped_at = api.clock() where expert_id = t.e(1);
select is(t.what(plan), 'JM007 not_on_duty', 'the expert is not on duty any more') from t.x;
update jamund.event_experts set dropped_at = null, windows = tstzmultirange(t.slot(0)) where expert_id = t.e(1);
select is(t.what(plan), 'JM007 not_on_duty', 'or not at that time') from t.x;
update jamund.event_experts set windows = null, per_day = 2 where expert_id = t.e(1);
select is(t.what(plan), 'JM007 duty_cap', 'or has enough that day') from t.x;
update jamund.event_experts set per_day = null, most = 2 where expert_id = t.e(1);
select is(t.what(plan), 'JM007 duty_cap', 'or at the event') from t.x;
update jamund.event_experts set most = null where expert_id = t.e(1);
update jamund.experts set conflict_companies = array(select registration_number from jamund.companies where id = (select c from t.w where n = 3)) where id = t.e(1);
select is(t.what(plan), 'JM007 rule conflict_company', 'a conflict of interest came up') from t.x;
update jamund.experts set conflict_companies = '{}' where id = t.e(1);
select api.expert_pause(t.who('coordinator'), t.args(t.e(1), '{}')) \g /dev/null
select is(t.what(plan), 'JM007 rule paused', 'the expert is paused') from t.x;
select api.expert_resume(t.who('coordinator'), t.args(t.e(1))) \g /dev/null
update jamund.requests set languages = '{en}' where id = t.w(3);
select is(t.what(plan), 'JM007 rule language', 'a soft rule that duty does not answer') from t.x;
update jamund.requests set languages = '{ko}' where id = t.w(3);
update jamund.event_booths set lost_from = api.clock();
select is(t.what(plan), 'JM007 booth_taken', 'no booth is left') from t.x;
update jamund.event_booths set lost_from = null;
create table t.co as select c from t.w where n = 3;
insert into jamund.holds select c, 'company', t.slot(2), (select id from t.b) from t.co;
select is(t.what(plan), 'JM007 company_taken', 'the company is elsewhere') from t.x;
delete from jamund.holds where subject in (select c from t.co);
select is((select count(*)::int from jamund.appointments where request_id = t.w(3)), 0, 'each time nothing of it was left');
select t.at('2026-03-10 11:10+09') \g /dev/null
select is(t.what(plan), 'JM007 over', 'too late') from t.x;
select t.at('2026-03-02 09:00+09') \g /dev/null
select is(t.problem(format('select t.apply(%L, ''{"if_match": "\"v1\""}'')', plan)) ->> 'sqlstate', 'JM412', 'an old ETag') from t.x;
select is(t.what(plan), null, 'put back as it was, it fits') from t.x;

-- ---- a re-plan: the same UID, moved; who lost the seat is told; what is over is not touched ----
create function t.at_event() returns table (n int, a uuid, expert uuid, during tstzrange, booth int, version int) language sql as $$
    select q.n, a.id, s.expert_id, a.during, b.number, a.version from (select n, id from t.q union all select n + 10, q from t.w) q join jamund.appointments a on a.request_id = q.id
      join jamund.seats s on s.appointment_id = a.id and s.state = 'accepted' join jamund.event_booths b on b.id = a.booth_id
     where a.state in ('tentative', 'confirmed') order by 1
$$;
create table t.before as select * from t.at_event();
select is((select string_agg(n::text, ' ' order by n) from t.before), '1 2 3 4 5 13', 'six meetings stand');
create table t.last as select id from jamund.plans where state = 'applied' order by seq desc limit 1;
select is((select count(*)::int from jamund.plans where state = 'applied'), 1, 'the plan before is superseded');
select is(t.pointers(t.problem(format('select api.plan_replan(t.who(''coordinator''), t.args(%L, ''{"reason": "x", "lost_booths": [{"number": 9}]}''))', id))), 'JM422 /lost_booths/0/number', 'a booth that there is not') from t.last;
create table t.re as select t.id(api.plan_replan(t.who('coordinator'), t.args(id, jsonb_build_object('reason', '불참', 'dropped_expert_ids', jsonb_build_array(t.e(1)), 'lost_booths', '[{"number": 3}]'::jsonb)))) as id from t.last;
select is((select cardinality(asked_for) from jamund.plans join t.re using (id)), 6, 'all that stands is in it');
select api.plan_claim(10, 60) \g /dev/null
select is((select count(*)::int from jsonb_array_elements(api.plan_facts(t.lease(id)) -> 'experts')), 2, 'without whom dropped out') from t.re;
select is((select string_agg(r ->> 'kept', '; ') from jsonb_array_elements(api.plan_requests(id, 0, 100)) r where (r ->> 'id')::uuid = t.q(4)),
    jsonb_build_object('start', jamund.epoch('2026-03-10 10:00+09'), 'pinned', false, 'weight', 300, 'experts', jsonb_build_array(t.e(3)))::text, 'what is confirmed weighs 300') from t.re;
select is((select string_agg(coalesce(r ->> 'kept', 'none'), '; ') from jsonb_array_elements(api.plan_requests(id, 0, 100)) r where (r ->> 'id')::uuid = t.q(1)), 'none', 'nothing is kept with an expert who is gone') from t.re;
select t.deliver() \g /dev/null
select is((select r #>> '{kept,weight}' from jsonb_array_elements(api.plan_requests(id, 0, 100)) r where (r ->> 'id')::uuid = t.q(4)), '1000', 'more, once the company knows') from t.re;
select is((api.plan_facts(t.lease(id)) #>> '{zones,1,booths}') || ' ' || (api.plan_facts(t.lease(id)) #>> '{slots,0,booths}'), '[0, 0, 0, 0] 2', 'without the booth that is lost') from t.re;
select is((select bool_and(e -> 'own_busy' <> '[]') from jsonb_array_elements(api.plan_facts(t.lease(id)) -> 'experts') e), true, 'what the plan may move is marked') from t.re;
-- q1 goes to e2 in slot 1, q2 is lost, q5 moves to slot 2, q4 stays (its booth is lost), q3 stays, w3 goes to e3 in slot 3
create function t.of(n int) returns int language sql as $$ select array_position((select asked_for from jamund.plans join t.re using (id)), case when n > 10 then t.w(n - 10) else t.q(n) end) - 1 $$;
select api.plan_begin(t.lease(id) || jsonb_build_object('as_of', t.version(), 'request_ids', (select to_jsonb(asked_for) from jamund.plans p where p.id = t.re.id), 'expert_ids', jsonb_build_array(t.e(2), t.e(3))), '{}') from t.re \g /dev/null
select is(t.done(id, jsonb_build_array(
    jsonb_build_object('request', t.of(1), 'experts', '[0]'::jsonb, 'slot', 1, 'zone', 'A', 'points', 1), jsonb_build_object('request', t.of(3), 'experts', '[0]'::jsonb, 'slot', 0, 'zone', 'A', 'points', 1),
    jsonb_build_object('request', t.of(4), 'experts', '[1]'::jsonb, 'slot', 0, 'zone', null, 'points', 1), jsonb_build_object('request', t.of(5), 'experts', '[1]'::jsonb, 'slot', 2, 'zone', null, 'points', 1),
    jsonb_build_object('request', t.of(13), 'experts', '[1]'::jsonb, 'slot', 3, 'zone', null, 'points', 1)),
    jsonb_build_array(jsonb_build_object('request', t.of(2), 'why', 'competition', 'text', '{"ko": "자리 없음", "en": "no seat"}'::jsonb))), 'ok', 'computed') from t.re;
select is((select x -> 'was' -> 'from' from t.items(id) x where x ->> 'request_id' = t.q(5)::text), '"2026-03-10T10:30:00+09:00"', 'it says where each stood') from t.re;
select is(t.what(id), null, 'applied over what stands') from t.re;
create table t.after as select * from t.at_event();
select is((select string_agg(x.n || ':' || e.n || ':' || to_char(lower(x.during) at time zone 'Asia/Seoul', 'HH24MI') || ':' || booth, ' ' order by x.n) from t.after x join t.e e on e.id = x.expert),
    '1:2:1030:2 3:2:1000:2 4:3:1000:1 5:3:1100:1 13:3:1130:1', 'where each is now');
select is((select string_agg(n::text, ' ' order by n) from t.before join t.after using (n, a)), '1 3 4 5 13', 'the same appointments');
select is((select version from t.after where n = 3), (select version from t.before where n = 3), 'what stays is not touched');
select is((select state || ' ' || (select state from jamund.requests where id = t.q(2)) from jamund.appointments where request_id = t.q(2)), 'cancelled open', 'who has no seat is open again');
select t.deliver() \g /dev/null
select is((select string_agg(kind, ' ' order by seq) from jamund.messages where appointment_id = (select a from t.after where n = 5) and viewer = 'company'), 'invite update', 'the company is told of the move');
select is((select string_agg(kind, ' ' order by seq) from jamund.messages where party = t.e(1) and appointment_id = (select a from t.before where n = 1)), 'invite cancel', 'the expert who dropped out, too');
select is((select state from jamund.plans join t.last using (id)), 'superseded', 'the plan it was made of is over');

-- ---- a walk-in: the first choice that can be had ----
create function t.walk(request uuid, choices jsonb) returns api.reply language sql as $$
    select api.plan_walk_in(t.who('coordinator'), jsonb_build_object('id', (select id from t.re), 'body', jsonb_build_object('request_id', request), 'choices', choices))
$$;
create function t.choice(expert int, start text) returns jsonb language sql as $$
    select jsonb_build_object('expert_ids', jsonb_build_array(t.e(expert)), 'start', start, 'zone', null, 'points', 3)
$$;
select is((t.walk(t.w(5), jsonb_build_array(t.choice(2, '2026-03-10T10:00:00+09:00'), t.choice(2, '2026-03-10T11:00:00+09:00')))).body ->> 'start', '2026-03-10T11:00:00+09:00', 'the first is taken, the second is not');
select is((select count(*)::int from jamund.holds where subject = t.e(2)), 4, 'nothing is left of the first');
select is((select x ->> 'state' from t.items((select id from t.re)) x where x ->> 'request_id' = t.w(5)::text), 'assigned', 'it is part of the plan');
select is((t.problem(format('select t.walk(%L, ''[]'')', t.w(6)))) #>> '{changed,0,what}', 'no_seat', 'none at all');
select is((t.problem(format('select t.walk(%L, jsonb_build_array(t.choice(2, ''2026-03-10T10:00:00+09:00'')))', t.w(6)))) #>> '{changed,0,what}', 'booth_taken', 'or none any more');
select is((t.problem(format('select t.walk(%L, ''[]'')', t.w(5)))) ->> 'sqlstate', 'JM002', 'it has a seat');
select is((t.walk(t.q(2), jsonb_build_array(t.choice(2, '2026-03-10T11:30:00+09:00')))).body ->> 'state', 'confirmed', 'who had lost the seat comes again');
select is((select count(*)::int from t.items((select id from t.re)) x where x ->> 'request_id' = t.q(2)::text), 1, 'and stands in the plan once');
select is(jsonb_array_length(api.plan_walk_facts(id, t.w(6)) -> 'asked') || ' ' || (api.plan_walk_facts(id, t.w(6)) -> 'requests'), '1 1', 'what a daemon needs to choose') from t.re;

-- ---- a booth of an event moves by hand like any other appointment ----
create table t.m as select a.* from jamund.appointments a where id = (select a from t.after where n = 13);
select is((api.appointment_move(t.who('coordinator'), t.args(id, '{"start": "2026-03-10T13:00:00+09:00", "reason": "요청", "override_reason": "요청"}'))).body ->> 'start', '2026-03-10T13:00:00+09:00', 'moved') from t.m;
select is((select string_agg(kind, ' ' order by kind) from jamund.holds h join t.m on h.appointment_id = t.m.id where lower(h.during) = '2026-03-10 13:00+09'), 'booth company expert', 'with its booth, without buffers');
select is((api.appointment_undo(t.who('coordinator'), t.args(id))).body ->> 'start', '2026-03-10T11:30:00+09:00', 'and back') from t.m;

-- ---- a day without an event ----
create table t.d as select t.company('상담' || n) as c, n from generate_series(1, 3) n;
create table t.room as select t.room('방' || n) as id, n from generate_series(1, 2) n;
alter table t.d add q uuid;
update t.d set q = t.request(c, jsonb_build_object('mode', 'center', 'place_id', (select id from t.room where t.room.n = 1)));
create table t.f as select n, t.expert('f' || n) as id from generate_series(1, 3) n;
insert into t.e select 10 + n, id from t.f;
create table t.day as select t.computed(jsonb_build_object('windows', '[{"from": "2026-03-12T09:00:00+09:00", "until": "2026-03-12T11:30:00+09:00"}]'::jsonb, 'slot_minutes', 60, 'gap_minutes', 30,
    'request_ids', (select jsonb_agg(q order by n) from t.d)), '[{"request": 0, "experts": [4], "slot": 0, "zone": null, "points": 1}, {"request": 1, "experts": [5], "slot": 0, "zone": null, "points": 1},
    {"request": 2, "experts": [6], "slot": 0, "zone": null, "points": 1}]', requests => (select array_agg(q order by n) from t.d)) as id;
select is((select array_length(slots, 1) || ' ' || booths[1] from jamund.plans join t.day using (id)), '2 10000', 'slots of a window, with gaps');
select is(t.what(id), 'JM007 room_taken', 'three meetings, two rooms') from t.day;
create table t.third as select t.room('방3') as id;
update jamund.plans set result = jsonb_set(result, '{prices,experts}', '[0, 0, 0, 0, 7, 0, 0]') where id = (select id from t.day);
insert into jamund.expert_prices values (t.e(1), 'tax', 9, t.p());
select is(t.what(id), null, 'three rooms') from t.day;
select is((select string_agg(e.n || ':' || field || ':' || points, ' ') from jamund.expert_prices x join t.e e on e.id = x.expert_id), '11:tax:7', 'its prices are what the ranking spares now');
select is((select count(*)::int from jamund.change_log where kind = 'expert.price' and entity_id in (t.e(1), t.e(11))), 2, 'and who keeps experts in memory hears of it');
select is((select string_agg(a.state || ' ' || s.state || ' ' || q.state, ', ') from t.d join jamund.appointments a on a.request_id = t.d.q join jamund.seats s on s.appointment_id = a.id join jamund.requests q on q.id = t.d.q),
    'tentative offered offered, tentative offered offered, tentative offered offered', 'elsewhere experts are asked');
select is((select count(distinct place_id)::int from jamund.requests join t.d on t.d.q = id), 3, 'each in a room of its own');
select is((select string_agg(distinct (upper(h.during) - lower(h.during))::text, '') from jamund.holds h join t.f on t.f.id = h.subject), '01:30:00', 'with their buffers');
select is(t.pointers(t.problem($$ select t.plan('{"windows": [{"from": "2026-03-12T09:00:00+09:00", "until": "2026-03-20T11:30:00+09:00"}], "slot_minutes": 15, "request_ids": []}') $$)), 'JM422 /slot_minutes', 'too many slots');
select is(t.pointers(t.problem(format($$ select t.plan(jsonb_build_object('event_id', t.ev(), 'request_ids', jsonb_build_array(%L))) $$, (select q from t.d limit 1)))), 'JM422 /request_ids/0', 'a request that is booked elsewhere');
set local statement_timeout = '5s';
select is(t.pointers(t.problem($$ select t.plan('{"windows": [{"from": "2026-03-12T09:00:00+09:00", "until": "2926-03-12T09:00:00+09:00"}], "slot_minutes": 15, "request_ids": []}') $$)), 'JM422 /windows', 'a window of centuries is not cut into slots');
reset statement_timeout;
select is(t.pointers(t.problem(format($$ select t.plan('{"windows": [{"from": "2026-03-12T09:00:00+09:00", "until": "2026-03-12T11:00:00+09:00"}, {"from": "2027-04-06T08:00:00+09:00", "until": "2027-04-06T%s:00+09:00"}], "slot_minutes": 60, "request_ids": []}') $$, until))), want, 'a plan ends 400 days ahead: ' || until)
  from (values ('09:00', 'JM422 /request_ids'), ('10:00', 'JM422 /windows')) x (until, want);

-- ---- who comes first in a plan has its rules for itself ----
create table t.first as select t.request(t.company('창구 상담'), '{"minutes": 30, "desk": true, "mode": "phone"}') as walk_in, t.request(t.company('방문 동행'), '{"minutes": 30}') as joined;
with v as (insert into jamund.visits (company_id, during, leader_id, created_at)
    select c.id, '[2026-03-12 09:00+09,2026-03-12 10:00+09)', (t.who('field') ->> 'actor')::uuid, api.clock() from jamund.requests q join jamund.cases k on k.id = q.case_id join jamund.companies c on c.id = k.company_id, t.first where q.id = joined returning id)
update jamund.requests q set mode = 'visit', visit_id = v.id from v, t.first where q.id = joined;
select is(r ->> 'desk' = 'true' or r ->> 'visit' is not null, true, 'it has a rule of its own')
  from t.first, jamund.requests q, jamund.plans p, jamund.plan_request(p, '{}', q, tstzrange('2026-03-01', '2026-03-31'), api.clock()) r where q.id in (walk_in, joined) and p.id = t.p();
select is(doc - array(select jsonb_object_keys(doc) except select unnest(array['visit', 'desk', 'company', 'company_names', 'fixed', 'wished', 'trips', 'room_busy', 'company_busy', 'company_full'])),
    '{"visit": null, "desk": false, "company": null, "company_names": [], "fixed": null, "wished": [], "trips": [], "room_busy": [], "company_busy": [], "company_full": []}', 'none of which stands for all others')
  from t.first, unnest(array[walk_in, joined]) q, jamund.plans p,
       lateral (select (jsonb_populate_record(null::jamund.plans, to_jsonb(p) || jsonb_build_object('asked_for', jsonb_build_array(q)))) as changed) x,
       lateral (select jamund.plan_panel(changed, tstzrange('2026-03-01', '2026-03-31'), api.clock()) as doc) y where p.id = t.p();
select is((select count(*)::int from t.first, jamund.plans p, jamund.backlog(p.slots || tstzrange('2026-03-01', '2026-05-31')) b where p.id = t.p() and b = walk_in), 0, 'a walk-in is not in the backlog');
update jamund.requests set state = 'withdrawn' from t.first where id in (walk_in, joined);
update jamund.office set plan_requests_max = 3;
create table t.many as select t.plan(jsonb_build_object('event_id', t.ev())) as id;
select is((select cardinality(asked_for) || ' ' || left_out from jamund.plans join t.many using (id)), '3 7', 'no more requests than a plan takes; it says so');

-- ---- during the day: what has begun stays where it is, and is not moved ----
select api.plan_discard(t.who('coordinator'), t.args(id)) from t.many \g /dev/null
update jamund.office set plan_requests_max = 2000;
create table t.run as select id from jamund.plans where event_id = t.ev() and state = 'applied';
create table t.late as select t.id(api.plan_replan(t.who('coordinator'), t.args(id, '{"reason": "당일"}'))) as id from t.run;
select api.plan_claim(10, 60) \g /dev/null
create table t.std as select x.*, row_number() over (order by x.n) - 1 as i, (select state from jamund.appointments where id = x.a) as state from t.at_event() x;
select api.plan_begin(t.lease(id) || jsonb_build_object('as_of', t.version(), 'request_ids', (select jsonb_agg(a.request_id order by s.n) from t.std s join jamund.appointments a on a.id = s.a), 'expert_ids', (select jsonb_agg(s.expert order by s.n) from t.std s)), '{}') from t.late \g /dev/null
create function t.slot_of(d tstzrange) returns int language sql as $$ select (row_number - 1)::int from (select during, row_number() over (order by during) from jamund.event_slots where event_id = t.ev()) x where during = d $$;
-- q3 (10:00) stays; all others stay; q4 (10:00) is moved to the last slot: too late by then
select is(t.done(id, (select jsonb_agg(jsonb_build_object('request', i, 'experts', jsonb_build_array(i), 'slot', case when n = 4 then 3 else t.slot_of(during) end, 'zone', null, 'points', 1)) from t.std)), 'ok', 'computed before it begins') from t.late;
select t.at('2026-03-10 10:40+09') \g /dev/null
select api.appointment_complete(t.who('coordinator'), t.args(a, '{"outcome": "solved", "summary": "마침", "minutes": 30, "follow_up": false}')) from t.std where n = 3 \g /dev/null
select is(t.what(id), 'JM007 begun', 'a meeting that has begun is not moved; one that is reported is in nobody''s way') from t.late;
update jamund.plan_items set during = t.slot(0) where plan_id = (select id from t.late) and request_id = t.q(4);
select is(t.what(id), null, 'left where they are, they fit') from t.late;
select is((select count(*)::int from jamund.plan_items join t.late on plan_id = id where appointment_id is null), 0, 'and stand in the plan');
select t.at('2026-03-02 09:00+09') \g /dev/null

-- ---- two experts change places, each with no more meetings than there may be: neither is in the other's way ----
create table t.swap as select t.id(api.event_add(t.who('coordinator'), jsonb_build_object('body', t.event_body(jsonb_build_object('zones', '[]'::jsonb,
    'slots', (select jsonb_agg(jsonb_build_object('from', s, 'until', s + interval '30 min', 'booths', 2)) from generate_series('2026-03-17 10:00+09'::timestamptz, '2026-03-17 11:00+09', '30 min') s),
    'experts', (select jsonb_agg(jsonb_build_object('expert_id', id, 'per_day', 1) order by n) from t.e where n in (1, 2))))))) as event;
create table t.two as select n, t.request(t.company('교대' || n), '{"minutes": 30}') as q from generate_series(1, 3) n;
create function t.swapped(assigned jsonb, unserved jsonb default '[]') returns text language sql as $$
    select t.what(t.computed(jsonb_build_object('event_id', event, 'request_ids', (select jsonb_agg(q) from t.two)), assigned, unserved, (select array_agg(q order by n) from t.two))) from t.swap
$$;
create function t.seats_of_two() returns text language sql as $$
    select string_agg(x.n || ':' || e.n, ' ' order by x.n) from t.two x join jamund.appointments a on a.request_id = x.q and a.state = 'confirmed' join jamund.seats s on s.appointment_id = a.id and s.state = 'accepted' join t.e e on e.id = s.expert_id
$$;
select is(t.swapped('[{"request": 0, "experts": [0], "slot": 0, "zone": null, "points": 1}, {"request": 1, "experts": [1], "slot": 1, "zone": null, "points": 1}]',
    '[{"request": 2, "why": "price"}]'), null, 'two meetings');
select is(t.swapped('[{"request": 0, "experts": [1], "slot": 0, "zone": null, "points": 1}, {"request": 1, "experts": [0], "slot": 1, "zone": null, "points": 1}]',
    '[{"request": 2, "why": "price"}]'), null, 'they change places');
select is(t.seats_of_two(), '1:2 2:1', 'each in the other''s');
select is(t.swapped('[{"request": 2, "experts": [0], "slot": 0, "zone": null, "points": 1}, {"request": 0, "experts": [1], "slot": 2, "zone": null, "points": 1}]',
    '[{"request": 1, "why": "price"}]'), null, 'who has no seat any more is in nobody''s way');
select is(t.seats_of_two(), '1:2 3:1', 'so another has it');

-- ---- what changes between the facts and the end of the worker counts as changed ----
create function t.while_computing(what text) returns text language plpgsql as $$
declare id_ uuid := t.plan((select jsonb_build_object('event_id', event, 'request_ids', (select jsonb_agg(q) from t.two)) from t.swap));
begin
    perform api.plan_claim(10, 60);
    perform api.plan_begin(t.lease(id_) || jsonb_build_object('as_of', t.version(), 'request_ids', (select jsonb_agg(q order by n) from t.two),
        'expert_ids', (select jsonb_agg(id order by n) from t.e)), '{}');
    execute what;
    perform t.done(id_, '[{"request": 0, "experts": [1], "slot": 0, "zone": null, "points": 1}]', '[{"request": 1, "why": "price"}, {"request": 2, "why": "price"}]');
    return t.what(id_);
end $$;
create function t.meeting_of(n int) returns uuid language sql as $$ select a.id from t.two x join jamund.appointments a on a.request_id = x.q and a.state in ('tentative', 'confirmed') where x.n = meeting_of.n $$;
select is(t.while_computing($$ select api.appointment_move(t.who('coordinator'), t.args(t.meeting_of(1), '{"start": "2026-03-17T10:30:00+09:00", "reason": "요청", "override_reason": "요청"}')) $$),
    'JM007 appointment_changed', 'a meeting that was moved is not put back');
select is(t.while_computing($$ select api.appointment_cancel(t.who('coordinator'), t.args(t.meeting_of(1), '{"reason": "취소"}')) $$),
    'JM007 appointment_changed', 'nor is one that was cancelled');
select is(t.while_computing($$ select api.plan_walk_in(t.who('coordinator'), jsonb_build_object('id', (select id from jamund.plans p join t.swap on event_id = event where p.state = 'applied'), 'body', jsonb_build_object('request_id', (select q from t.two where n = 2)),
    'choices', jsonb_build_array(t.choice(2, '2026-03-17T11:00:00+09:00')))) $$) ~ '^JM007 appointment_changed', true, 'nor is a walk-in sent away again');

-- ---- given up ----
create table t.g as select t.plan(jsonb_build_object('event_id', t.ev(), 'request_ids', jsonb_build_array(t.w(6)))) as id;
create function t.claims(n int) returns text language plpgsql as $$
declare o text := '';
begin
    for i in 1 .. n loop
        o := o || (select string_agg(spent::text, ' ') from api.plan_claim(10, 0));
    end loop;
    return o;
end $$;
select is(t.claims(3), 'falsefalsefalse', 'not yet');
select is((select bool_and(spent)::text || count(*) from api.plan_claim(10, 60)), 'true1', 'the fourth daemon does not try');
select is(api.plan_failed(t.lease(id) || '{"reason": "x"}') || ' ' || t.state(id), 'ok failed', 'it failed') from t.g;
select is((api.plan_get(t.who('field'), t.args(id))).body ->> 'reason', 'x', 'and says why') from t.g;
select is(api.plan_done(t.lease(id) || '{"result": {}}'), 'stale', 'nothing comes after that') from t.g;
select * from finish();
rollback;
