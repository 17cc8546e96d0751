-- Desk duty and its rota; visits that an expert accompanies.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.expert('closed', '{"availability": []}') as e3,
    t.company('가나') as c1, t.company('다라') as c2, t.room('상담 창구') as desk;
create function t.against(company uuid, expert uuid, start text, more jsonb) returns text language sql as $$
    select t.rules(t.refusal(t.request(company, more), expert, start))
$$;
create function t.duty(expert uuid, day text, from_ text, until_ text, more jsonb default '{}') returns api.reply language sql as $$
    select api.duty_add(t.who('coordinator'), jsonb_build_object('body', jsonb_build_object('expert_id', expert, 'date', day, 'from', from_, 'until', until_) || more))
$$;
create function t.duty_wrong(expert uuid, day text, from_ text, until_ text, more jsonb default '{}') returns text language sql as $$
    select coalesce(t.pointers(p), p ->> 'sqlstate') from t.problem(format('select t.duty(%L, %L, %L, %L, %L)', expert, day, from_, until_, more)) p
$$;
create function t.walk_in() returns jsonb language sql as $$ select '{"desk": true, "mode": "phone"}'::jsonb $$;

-- the rota
create table t.d as select r.* from t.x, t.duty(e1, '2026-03-04', '10:00', '12:00', jsonb_build_object('place_id', desk, 'note', '1층')) r;
select is(status || ' ' || etag || ' ' || (location = '/v1/duties/' || (body ->> 'id')), '201 "v1" true', 'a duty is added') from t.d;
select is(body - 'id' - 'expert' - 'place_id' - 'created_by', '{"version": 1, "date": "2026-03-04", "start": "2026-03-04T10:00:00+09:00", "end": "2026-03-04T12:00:00+09:00",
    "note": "1층", "created_at": "2026-03-02T09:00:00+09:00", "removed_at": null, "collisions": []}', 'and told') from t.d;
select is((api.duty_get(t.who('field'), t.args((body ->> 'id')::uuid))).body, body - 'collisions', 'it reads so') from t.d;
select is((select version from jamund.experts where id = e1), 2, 'it is a change of the expert') from t.x;
select is((select entity || ' ' || kind from jamund.change_log order by version desc limit 1), 'expert duty.add', 'and logged as such');
select is(t.duty_wrong(e, day, a, b, more), want, 'refused: ' || want || ' ' || day || ' ' || a) from t.x, lateral (values
    (gen_random_uuid(), '2026-03-04', '13:00', '14:00', '{}'::jsonb, 'JM422 /expert_id'), (e1, '2026-03-01', '13:00', '14:00', '{}', 'JM422 /date'),
    (e1, '2026-03-04', '11:59', '13:00', '{}', 'JM422 /date'), (e1, '2027-12-31', '23:00', '24:00', '{}', null),
    (e1, '2028-01-01', '00:00', '01:00', '{}', 'JM422 /date'), (e1, '2025-12-31', '00:00', '01:00', '{}', 'JM422 /date'),
    (e1, '2026-03-04', '13:00', '14:00', '{"place_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}', 'JM422 /place_id'),
    (e1, '2026-03-02', '08:00', '09:00', '{}', 'JM422 /date'), (e1, '2026-03-02', '08:00', '09:01', '{}', null)) r (e, day, a, b, more, want);
select throws_ok(format('insert into jamund.duties (expert_id, during, created_by, created_at) select expert_id, during, created_by, created_at from jamund.duties where id = %L', body ->> 'id'),
    '23P01', null, 'the table itself forbids two duties at once') from t.d;

select is((select page -> 'duties' from api.hours_page(jamund.link_of('expert', e1))) -> 1, '{"from": 1772618400, "until": 1772625600, "place": "상담 창구", "place_en": "상담 창구"}',
    'the expert''s own page tells it') from t.x;

-- duty time is for walk-ins alone, and they for it
select is(t.against(c1, e1, at, more), want, 'at ' || at || ' ' || more::text) from t.x, lateral (values
    ('2026-03-04T09:00:00+09:00', '{}'::jsonb, null), ('2026-03-04T09:01:00+09:00', '{}', 'JM004 on_duty'), ('2026-03-04T11:59:00+09:00', '{}', 'JM004 on_duty'),
    ('2026-03-04T12:00:00+09:00', '{}', null), ('2026-03-04T09:59:00+09:00', t.walk_in(), 'JM004 off_duty'), ('2026-03-04T10:00:00+09:00', t.walk_in(), null),
    ('2026-03-04T11:00:00+09:00', t.walk_in(), null), ('2026-03-04T11:01:00+09:00', t.walk_in(), 'JM004 off_duty'), ('2026-03-05T10:00:00+09:00', t.walk_in(), 'JM004 off_duty')) r (at, more, want);
select is(t.against(c1, e2, '2026-03-04T10:00:00+09:00', more), want, 'the duty of another: ' || more::text) from t.x, lateral (values ('{}'::jsonb, null), (t.walk_in(), 'JM004 off_duty')) r (more, want);
select is(t.refusal(t.request(c1, more), e1, at, '센터장 승인'), null, 'a reason overrides either: ' || more::text) from t.x, lateral (values
    ('2026-03-04T10:00:00+09:00', '{}'::jsonb), ('2026-03-05T10:00:00+09:00', t.walk_in())) r (at, more);
select t.duty(e3, '2026-03-07', '10:00', '11:00'), t.duty(e3, '2026-03-07', '11:00', '12:00') from t.x \g /dev/null
select is(t.against(c1, e3, at, more), want, 'a duty belongs to the hours of who has no others: ' || at) from t.x, lateral (values
    ('2026-03-07T10:30:00+09:00', t.walk_in(), null), ('2026-03-07T10:30:00+09:00', '{}'::jsonb, 'JM004 on_duty'),
    ('2026-03-07T12:00:00+09:00', t.walk_in(), 'JM004 availability off_duty')) r (at, more, want);
insert into jamund.holidays values ('2026-03-07', '쉬는 날', 'Holiday');
select is(t.against(c1, e3, '2026-03-07T10:30:00+09:00', t.walk_in()), null, 'on a holiday, too') from t.x;
select is(jsonb_path_query_first(api.request_panel(t.request(c1)), '$.experts[*] ? (@.name == "세무 closed").duties'), '[[1772845200, 1772848800], [1772848800, 1772852400]]', 'core reads duties') from t.x;
select is(p #> '{request,desk}', 'true', 'and which request is a walk-in') from t.x, api.request_panel(t.request(c1, t.walk_in())) p;
select is(t.pointers(t.problem(format('select t.request(%L, ''{"desk": true, "mode": "visit"}'')', c1))), 'JM422 /desk', 'a visit is no walk-in') from t.x;

-- what is booked: collisions
create table t.booked as select t.offer(t.request(c1, t.walk_in()), e1, '2026-03-04T10:30:00+09:00') as walk_in, t.offer(t.request(c2), e2, '2026-03-04T10:30:00+09:00') as plain from t.x;
select is(r.body #>> '{collisions,0,cause}' || ' ' || (r.body #>> '{collisions,0,appointment_id}' = plain::text), 'duty true', 'a duty over a meeting tells it')
  from t.x, t.booked, t.duty(e2, '2026-03-04', '10:00', '12:00') r;
select is((select string_agg(kind || ' ' || ko, ', ') from jamund.waiting where kind = 'collision'), 'collision 자문위원의 당번과 맞지 않는 일정입니다.', 'it is on the worklist');
select is((api.duty_list(t.who('field'), '{}')).body -> 'items' #>> '{0,start}', '2026-03-02T08:00:00+09:00', 'the rota begins today');
select is((select string_agg(i ->> 'start' || ' ' || (i #>> '{expert,name}'), ', ' order by n) from jsonb_array_elements((api.duty_list(t.who('field'), args)).body -> 'items') with ordinality x (i, n)), want, 'the rota of ' || args::text)
  from (values ('{"from": "2026-03-04", "until": "2026-03-04"}'::jsonb, '2026-03-04T10:00:00+09:00 세무 e1, 2026-03-04T10:00:00+09:00 세무 e2'),
    ('{"from": "2026-03-05", "until": "2026-03-06"}', null), ('{"from": "2026-03-05", "until": "2026-03-07"}', '2026-03-07T10:00:00+09:00 세무 closed, 2026-03-07T11:00:00+09:00 세무 closed')) r (args, want);
select is(jsonb_array_length((api.duty_list(t.who('field'), jsonb_build_object('expert_id', e3))).body -> 'items'), 2, 'of one expert') from t.x;
select is(t.pointers(t.problem('select api.duty_list(t.who(''field''), ''{"from": "2026-01-01", "until": "2027-06-01"}'')')), 'JM422 /until', 'of not too many days');
create function t.change(verb text, duty text, body jsonb, more jsonb default '{}') returns jsonb language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.duty_%s(t.who(''coordinator'', %L), t.args(%L, %L))', verb, more, duty, body) into r;
    return r.body;
end $$;
create function t.change_wrong(verb text, duty text, body jsonb, more jsonb default '{}') returns text language sql as $$
    select coalesce(t.pointers(p), p ->> 'sqlstate') from t.problem(format('select t.change(%L, %L, %L, %L)', verb, duty, body, more)) p
$$;
create view t.of as select d.id::text, e.name from jamund.duties d join jamund.experts e on e.id = d.expert_id where removed_at is null;
-- two duties change hands, at the same time as well as at others; one goes to somebody else
select is(t.change_wrong('swap', d.body ->> 'id', b, more), want, 'no swap: ' || want) from t.x, t.d, lateral (values
    (jsonb_build_object('expert_id', e1, 'reason', '교대'), '{}'::jsonb, 'JM422 /expert_id'), ('{"reason": "교대"}', '{}', 'JM422 /expert_id'),
    (jsonb_build_object('expert_id', e2, 'reason', '교대'), '{}', 'JM422 /expert_id'), (jsonb_build_object('duty_id', d.body ->> 'id', 'reason', '교대'), '{}', 'JM422 /duty_id'),
    (jsonb_build_object('duty_id', gen_random_uuid(), 'reason', '교대'), '{}', 'JM422 /duty_id'), (jsonb_build_object('expert_id', e3, 'reason', '교대'), '{"if_match": "\"v9\""}', 'JM412')) r (b, more, want);
select is(t.change('swap', d.body ->> 'id', jsonb_build_object('duty_id', o.id, 'reason', '교대')) #>> '{expert,name}', '세무 e2', 'two duties of one time change hands')
  from t.d, jamund.duties o, t.x where o.expert_id = e2;
select is((select string_agg(name, ' ') from t.of, t.d where id = body ->> 'id'), '세무 e2', 'so it is');
select is(t.change('swap', d.body ->> 'id', jsonb_build_object('expert_id', e3, 'reason', '교대')) #>> '{expert,name}', '세무 closed', 'a duty goes to another expert') from t.d, t.x;
select is(jsonb_array_length(r -> 'collisions') || ' ' || (r #>> '{collisions,0,appointment_id}' = plain::text), '1 true', 'and back to one who has a meeting then') from t.booked, t.d,
    t.change('swap', d.body ->> 'id', jsonb_build_object('expert_id', (select e2 from t.x), 'reason', '교대')) r;
-- removed: e1 has the other duty, under the walk-in
select is(r #>> '{collisions,0,cause}' || ' ' || (r #>> '{collisions,0,appointment_id}' = walk_in::text), 'duty true', 'a walk-in in a duty that is removed is told')
  from t.booked, t.x, jamund.duties o, t.change('remove', o.id::text, '{}') r where o.expert_id = e1 and lower(o.during) = '2026-03-04 10:00+09';
select is(t.change_wrong('remove', o.id::text, '{}'), 'JM002', 'what is removed is not removed again') from jamund.duties o where removed_at is not null;
select is(t.against(c2, e1, '2026-03-04T14:00:00+09:00', t.walk_in()), 'JM004 off_duty', 'and serves nobody') from t.x;
select t.at('2026-03-04 12:00+09') \g /dev/null
select is(t.change_wrong('remove', body ->> 'id', '{}'), 'JM002', 'what is over stays') from t.d;
select t.at('2026-03-02 09:00+09') \g /dev/null

-- visits
create function t.visit(company uuid, start text, minutes int) returns uuid language sql as $$
    select t.id(api.visit_add(t.who('field'), jsonb_build_object('body', jsonb_build_object('company_id', company, 'start', start, 'minutes', minutes))))
$$;
create table t.v as select t.visit(c1, '2026-03-10T10:10:00+09:00', 90) as id from t.x;
create function t.joins(visit uuid, more jsonb default '{}') returns jsonb language sql as $$ select jsonb_build_object('visit_id', visit, 'windows', null) || more $$;
select is(t.pointers(t.problem(format('select t.request(%L, %L)', c, t.joins(v, more)))), 'JM422 ' || want, 'no request: ' || want) from t.x, t.v, lateral (values
    (c2, t.v.id, '{}'::jsonb, '/visit_id'), (c1, gen_random_uuid(), '{}', '/visit_id'), (c1, t.v.id, '{"mode": "phone"}', '/visit_id'),
    (c1, t.v.id, '{"minutes": 91}', '/minutes'), (c1, t.v.id, '{"windows": [{"from": "2026-03-10T00:00:00+09:00", "until": "2026-03-11T00:00:00+09:00"}]}', '/windows'),
    (c1, null, '{}', '/windows')) r (c, v, more, want);
create table t.q as select t.request(c1, t.joins(t.v.id)) as id from t.x, t.v;
select is(t.pointers(t.problem(format('select t.request(%L, %L)', c1, t.joins(t.v.id)))), 'JM422 /visit_id', 'one request accompanies a visit') from t.x, t.v;
select is((api.visit_get(t.who('field'), t.args(t.v.id))).body - 'id' - 'company_id' - 'leader_id', jsonb_build_object('version', 1, 'start', '2026-03-10T10:10:00+09:00',
    'minutes', 90, 'note', '', 'created_at', '2026-03-02T09:00:00+09:00', 'request_ids', jsonb_build_array(t.q.id)), 'a visit names its request') from t.v, t.q;
select is((api.request_get(t.who('field'), t.args(t.q.id))).body -> 'windows', '[{"from": "2026-03-10T10:10:00+09:00", "until": "2026-03-10T11:10:00+09:00"}]', 'the visit gives the window') from t.q;
select is(jsonb_build_array(p #> '{request,visit}', p #> '{request,fixed}', p #> '{request,windows}'), '[1773105000, 1773105000, [[1773105000, 1773108600]]]', 'core looks at that start alone') from t.q, api.request_panel(t.q.id) p;
select is(t.rules(t.refusal(t.q.id, e1, '2026-03-10T10:00:00+09:00', '센터장 승인')), 'JM004 visit', 'at another time it accompanies nobody, whatever the reason') from t.q, t.x;
create table t.m as select t.offer(t.q.id, e1, '2026-03-10T10:10:00+09:00') as id from t.q, t.x;
select is((select r.facts #>> '{place,ko}' from jamund.revisions r where appointment_id = t.m.id), '수성구 가나길 1', 'the meeting is where the visit goes') from t.m;
create table t.fraction as select t.visit(c2, '2026-03-10T10:10:00.9+09:00', 90) as id from t.x;
select is((api.visit_get(t.who('field'), t.args(id))).body ->> 'start', '2026-03-10T10:10:00+09:00', 'a visit starts at a whole second') from t.fraction;
-- the visit moves, and the meeting with it
select t.accept(t.m.id) from t.m \g /dev/null
select is((api.visit_move(t.who('coordinator'), t.args(t.v.id, '{"start": "2026-03-11T14:20:00+09:00", "reason": "기업 사정"}'))).body ->> 'start', '2026-03-11T14:20:00+09:00', 'a visit is moved') from t.v;
select is((select t.states(a.id) || ' ' || lower(a.during) from jamund.appointments a, t.m where a.id = t.m.id), 'offered tentative offered 2026-03-11 05:20:00+00', 'its meeting goes along, and the expert is asked again');
select is((select windows from jamund.requests r, t.q where r.id = t.q.id), '{["2026-03-11 14:20+09","2026-03-11 15:20+09")}', 'and its request');
select t.offer(t.request(c2), e1, '2026-03-12T10:00:00+09:00') from t.x \g /dev/null
select is(t.problem(format('select api.visit_move(t.who(''coordinator''), t.args(%L, ''{"start": "2026-03-12T10:30:00+09:00", "reason": "기업 사정"}''))', t.v.id)) ->> 'sqlstate', '23P01', 'where the expert has no time, nothing moves') from t.v;
select is(t.problem(format('select api.visit_move(t.who(''coordinator'', ''{"if_match": "\"v1\""}''), t.args(%L, ''{"start": "2026-03-12T16:30:00+09:00", "reason": "기업 사정"}''))', t.v.id)) ->> 'sqlstate', 'JM412', 'nor where it has changed') from t.v;
select is(t.pointers(t.problem(format('select api.visit_move(t.who(''coordinator''), t.args(%L, ''{"start": "2026-03-02T08:30:00+09:00", "reason": "기업 사정"}''))', t.v.id))), 'JM422 /start', 'nor into the past') from t.v;
-- looked for again with other windows, it accompanies no more
select api.appointment_cancel(t.who('coordinator'), t.args(t.m.id, '{"reason": "취소"}')) from t.m \g /dev/null
select is(r.body -> 'visit_id', 'null', 'with windows of its own a request leaves the visit') from t.q, api.request_reopen(t.who('coordinator'), t.args(t.q.id,
    '{"reason": "따로", "windows": [{"from": "2026-03-16T09:00:00+09:00", "until": "2026-03-17T18:00:00+09:00"}]}')) r;
select is(t.rules(t.refusal(t.q.id, e1, '2026-03-16T10:00:00+09:00')), null, 'and is booked in them') from t.q, t.x;

select * from finish();
rollback;
