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
select is((select cardinality(asked_for) from jamund.plans join t.p using (id)), 6, 'the backlog');
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

select * from finish();
rollback;
