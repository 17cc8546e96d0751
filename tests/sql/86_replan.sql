-- What a re-plan may move, and what it has to count besides.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.e as select n, t.expert('e' || n, '{"buffers": {"before": 0, "after": 0}}') as id from generate_series(1, 4) n;
create function t.e(int) returns uuid language sql as $$ select id from t.e where n = $1 $$;
create function t.one(plan uuid) returns jamund.plans language sql as $$ select p from jamund.plans p where id = plan $$;
create function t.plan(body jsonb) returns uuid language sql as $$
    select t.id(api.plan_add(t.who('coordinator'), jsonb_build_object('body', body)))
$$;

-- ---- meetings that a plan cannot have stand: nothing that it says is about them ----
create table t.q (n serial, name text, id uuid, start text, experts int[]);
insert into t.q (name, id, start, experts) select x.name, t.request(t.company(x.name), x.more), x.start, x.experts from (values
    ('보통', '{"minutes": 30}'::jsonb, '2026-03-12T09:00:00+09:00', '{1}'::int[]),
    ('두 칸', '{"minutes": 60}', '2026-03-12T10:00:00+09:00', '{1}'),
    ('세 칸', '{"minutes": 90}', '2026-03-12T13:00:00+09:00', '{1}'),
    ('끝 칸', '{"minutes": 60}', '2026-03-12T15:30:00+09:00', '{1}'),
    ('세 자리', '{"minutes": 30, "seats": [{"field": "tax", "min_level": 1}, {"field": "tax", "min_level": 1}, {"field": "tax", "min_level": 1}]}',
     '2026-03-12T12:00:00+09:00', '{1,2,3}'),
    ('창구', '{"minutes": 30, "desk": true, "mode": "phone"}', '2026-03-12T11:00:00+09:00', '{4}')) x (name, more, start, experts);
create table t.p as select t.plan('{"windows": [{"from": "2026-03-12T09:00:00+09:00", "until": "2026-03-12T16:00:00+09:00"}], "slot_minutes": 30}') as id;
select is((select cardinality(asked_for) from jamund.plans join t.p using (id)), 5, 'the backlog, but the walk-in');
select api.appointment_add(t.who('coordinator'), jsonb_build_object('body', jsonb_build_object('request_id', q.id, 'start', start, 'override_reason', '급함',
    'expert_ids', (select jsonb_agg(t.e(x) order by o) from unnest(experts) with ordinality y (x, o))))) from t.q q order by n \g /dev/null
create function t.own(plan uuid) returns text language sql as $$
    select string_agg(q.name, ', ' order by q.n) from jamund.plan_own(t.one(plan)) a join t.q q on q.id = a.request_id
$$;
select is(t.own(id), '보통, 두 칸', 'three seats, a walk-in at the desk and what is longer than its slots stand') from t.p;
select is((select string_agg(q.name, ', ' order by q.n) from jsonb_array_elements(api.plan_requests(p.id, 0, 10)) r join t.q q on q.id = (r ->> 'id')::uuid), '보통, 두 칸',
    'and are no requests of the plan') from t.p p;
select is((select jsonb_array_length(e -> 'own_busy') || ' ' || jsonb_array_length(e -> 'busy') from jsonb_array_elements(jamund.plan_facts_doc(t.one(p.id),
    array(select a.id from jamund.plan_own(t.one(p.id)) a)) -> 'experts') e where (e ->> 'id')::uuid = t.e(1)), '2 5', 'their time is not given back') from t.p p;
select is((select string_agg(q.name, ', ' order by q.n) from t.q q where jamund.plan_was(t.one(p.id), q.id) is not null), '보통, 두 칸', 'of the others it is told where they were') from t.p p;
update jamund.plans set slots = array(select tstzrange(lower(s), lower(s) + interval '25 min') from unnest(slots) s) where id = (select id from t.p);
select is(t.own(id), null, 'with gaps, no meeting is longer than one slot') from t.p;

-- ---- duty: what was held at the event counts, whoever moves it ----
create table t.ev as select t.id(api.event_add(t.who('coordinator'), jsonb_build_object('body', jsonb_build_object('title', '박람회', 'place', '엑스코', 'slots', (
    select jsonb_agg(jsonb_build_object('from', s, 'until', s + interval '30 min', 'booths', 3) order by s) from generate_series('2026-03-10 10:00+09'::timestamptz, '2026-03-10 11:30+09', '30 min') s),
    'experts', jsonb_build_array(jsonb_build_object('expert_id', t.e(1), 'per_day', 2)))))) as id;
create table t.r as select n, t.request(t.company('회사' || n), '{"minutes": 30}') as id from generate_series(1, 3) n;
create table t.walk as select t.plan(jsonb_build_object('event_id', t.ev.id, 'request_ids', (select jsonb_agg(id) from t.r))) as id from t.ev;
select jamund.plan_to(id, 'ready'), jamund.plan_to(id, 'applied') from t.walk \g /dev/null
select api.plan_walk_in(t.who('coordinator'), jsonb_build_object('id', t.walk.id, 'body', jsonb_build_object('request_id', t.r.id), 'choices', jsonb_build_array(
    jsonb_build_object('expert_ids', jsonb_build_array(t.e(1)), 'start', '2026-03-10T10:00:00+09:00'::timestamptz + (n - 1) * interval '30 min', 'zone', null, 'points', 1))))
  from t.walk, t.r where n < 3 order by n \g /dev/null
create function t.had(own uuid[]) returns jsonb language sql as $$ select jamund.plan_desks(t.one(t.walk.id), own) -> t.e(1)::text -> 'had' from t.walk $$;
create function t.event_own() returns uuid[] language sql as $$ select array(select a.id from t.walk, jamund.plan_own(t.one(t.walk.id)) a) $$;
select is(t.had(t.event_own()), '{}', 'what the plan may move is no other''s');
select is(t.had('{}'), jsonb_build_object((date '2026-03-10' - date '1970-01-01')::text, 2), 'to a walk-in all of it is');
select t.at('2026-03-10 10:40+09') \g /dev/null
select api.appointment_complete(t.who('coordinator'), t.args(a.id, '{"outcome": "solved", "summary": "마침", "minutes": 30, "follow_up": false}'))
  from jamund.appointments a join t.r on t.r.id = a.request_id where n = 1 \g /dev/null
select is(t.had(t.event_own()), jsonb_build_object((date '2026-03-10' - date '1970-01-01')::text, 1), 'what is reported counts on');
select t.at('2026-03-02 09:00+09') \g /dev/null

-- ---- what the office's cap leaves a company ----
create function t.left_of(company uuid, own uuid[]) returns text language sql as $$
    select string_agg(to_char(to_timestamp((y ->> 0)::bigint) at time zone 'Asia/Seoul', 'YYYY') || ':' || (y ->> 2), ' ')
      from t.p, jsonb_array_elements(jamund.company_left(t.one(t.p.id), company, own)) y
$$;
create table t.a as select a.* from jamund.appointments a join t.q on t.q.id = a.request_id where t.q.n = 1;
select is(t.left_of(company_id, '{}'), null, 'no cap') from t.a;
update jamund.office set company_cap_per_year = 2;
select is(t.left_of(company_id, '{}') || ', ' || t.left_of(company_id, array[id]), '2026:1, 2026:2', 'what the plan may move is given back') from t.a;
update jamund.plans set slots = slots || tstzrange('2027-01-04 09:00+09', '2027-01-04 09:30+09'), booths = booths || 1 where id = (select id from t.p);
select is(t.left_of(company_id, '{}'), '2026:1 2027:2', 'each year has its own') from t.a;
select * from finish();
rollback;
