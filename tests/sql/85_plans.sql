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
create function t.computed(body jsonb, assigned jsonb, unserved jsonb default '[]', requests uuid[] default null) returns uuid language plpgsql as $$
declare id_ uuid := t.plan(body);
begin
    perform api.plan_claim(10, 60);
    perform api.plan_begin(t.lease(id_) || jsonb_build_object('as_of', 7, 'request_ids', to_jsonb(coalesce(requests, (select asked_for from jamund.plans where id = id_))),
        'expert_ids', (select jsonb_agg(id order by n) from t.e)), '{}');
    perform t.done(id_, assigned, unserved);
    return id_;
end $$;
create table t.w as select n, t.company('기업' || n) as c from generate_series(1, 6) n;
alter table t.w add q uuid;
update t.w set q = t.request(c, '{"minutes": 30}');
create function t.w(int) returns uuid language sql as $$ select q from t.w where n = $1 $$;
select * from finish();
rollback;
