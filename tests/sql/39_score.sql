-- What the ranking weighs, as the database knows it: weights, minutes by field, answers, absences, ways, history, wished times.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1', '{"districts": ["suseong", "jung"], "fields": [{"field": "tax", "level": 2}, {"field": "legal", "level": 1}]}') as e1, t.expert('e2') as e2,
    t.company('가나') as c1, t.company('다라', '{"district": "jung"}') as c2, t.room('방') as room;
create function t.facts(expert uuid) returns jsonb language sql as $$
    select x from jsonb_array_elements(jamund.expert_facts('[2026-03-01 00:00+09,2026-04-01 00:00+09)', array[expert])) x where (x ->> 'id')::uuid = expert
$$;
create function t.of_request(request uuid, fact text) returns jsonb language sql as $$ select api.request_panel(request) -> 'request' -> fact $$;

-- weights
create function t.weigh(body jsonb, more jsonb default '{}') returns api.reply language sql as $$
    select api.weights_put(t.who('manager', more), jsonb_build_object('body', jsonb_build_object('weights', body)))
$$;
select is((api.weights_get(t.who('coordinator'), '{}')).body, '{"version": 1, "weights": {}}', 'nothing is set at first');
select is((t.weigh('{"fairness": 10}', '{"if_match": "\"v1\"", "key": "k1", "hash": "h"}')).body, '{"version": 2, "weights": {"fairness": 10}}', 'set');
select throws_ok($$ select t.weigh('{}', '{"if_match": "\"v1\""}') $$, 'JM412', null, 'not over somebody else''s');
select is((api.weights_get(t.who('coordinator'), '{}')).etag, '"v2"', 'it has a version');
select is(api.request_panel(t.request(c1)) -> 'weights', '{"fairness": 10}', 'core reads them') from t.x;
select is((select action || ' ' || detail from jamund.audit where entity = 'scoring'), 'scoring.put {"fairness": 10}', 'the audit says what was set');
select is((t.weigh('{}')).body, '{"version": 3, "weights": {}}', 'what is not named is standard again');
select throws_ok($$ update jamund.scoring set weights = '[]' $$, '23514', null, 'an object');
select throws_ok($$ insert into jamund.scoring default values $$, '23505', null, 'in one row');

-- minutes by field: of this term, served as reported, promised as booked
create table t.a as select t.offer(t.request(c1, '{"minutes": 90}'), e1, '2026-03-03T10:00:00+09:00') as tax,
    t.offer(t.request(c2, '{"mode": "online", "seats": [{"field": "legal", "min_level": 1}]}'), e1, '2026-03-04T10:00:00+09:00') as legal,
    t.offer(t.request(c2, jsonb_build_object('mode', 'center', 'place_id', room)), e1, '2026-03-05T10:00:00+09:00') as room,
    t.offer(t.request(c2), e1, '2026-03-06T10:00:00+09:00') as visit from t.x;
select is(t.facts(e1) -> 'fields', '[{"field": "legal", "level": 1, "price": 0, "minutes": 60}, {"field": "tax", "level": 2, "price": 0, "minutes": 210}]', 'minutes by field') from t.x;
select is(t.facts(e1) -> 'appointment_districts', '["suseong", null, null, "jung"]', 'where the meetings are, in their order') from t.x;
update jamund.office set center_district = 'buk';
select is(t.facts(e1) -> 'appointment_districts', '["suseong", null, "buk", "jung"]', 'in the centre, where it is known') from t.x;
select is(jsonb_array_length(t.facts(e1) -> 'appointments'), 4, 'as many as there are') from t.x;
update jamund.experts set term_from = '2026-03-04' where id = (select e1 from t.x);
select is(t.facts(e1) #> '{fields,1,minutes}', '120', 'what was before the term does not count') from t.x;
insert into jamund.expert_prices select e1, 'legal', 70, gen_random_uuid() from t.x;
select is(jsonb_path_query_array(t.facts(e1), '$.fields[*].price'), '[70, 0]', 'the price of the last plan') from t.x;
select throws_ok(format('insert into jamund.expert_prices values (%L, %L, %s, gen_random_uuid())', e2, f, p), s, null, 'no price ' || f || ' ' || p)
  from t.x, (values ('magic', 1, '23503'), ('tax', -1, '23514')) y (f, p, s);

-- answers of this term
create function t.answers(expert uuid) returns jsonb language sql as $$ select t.facts(expert) -> 'answers' $$;
select is(t.answers(e1), '{"accepted": 0, "declined": 0, "expired": 0, "no_shows": 0}', 'an open offer says nothing, nor does the time before the term') from t.x;
update jamund.experts set term_from = '2026-01-01';
select t.accept(tax) from t.a \g /dev/null
select t.decline(legal) from t.a \g /dev/null
select is(t.answers(e1), '{"accepted": 1, "declined": 1, "expired": 0, "no_shows": 0}', 'yes and no') from t.x;
select api.seat_counter(t.who('coordinator'), t.args(t.seat(room), '{"via": "phone", "proposals": ["2026-03-09T10:00:00+09:00"]}')) from t.a \g /dev/null
select is(t.answers(e1) -> 'accepted', '2', 'a proposal is an answer') from t.x;
select t.at('2026-03-03 12:00+09') \g /dev/null
select api.appointment_no_show(t.who('coordinator'), t.args(tax, '{"by": "expert", "reason": "연락 없음"}')) from t.a \g /dev/null
select is(t.answers(e1), '{"accepted": 1, "declined": 1, "expired": 0, "no_shows": 1}', 'who did not come did not keep the yes') from t.x;
select t.at('2026-03-05 20:00+09') \g /dev/null
select api.offers_expire(100) \g /dev/null
select is(t.answers(e1), '{"accepted": 0, "declined": 1, "expired": 1, "no_shows": 1}', 'silence, also after a proposal') from t.x;

-- absences of the term: within it, joined, without those taken back
insert into jamund.absences (expert_id, created_at, during) select e2, api.clock(), r from t.x, unnest(array[
    '[2025-12-01 00:00+09,2026-01-03 00:00+09)', '[2026-02-01 00:00+09,2026-02-05 00:00+09)', '[2026-02-03 00:00+09,2026-02-08 00:00+09)']::tstzrange[]) r;
insert into jamund.absences (expert_id, created_at, cancelled_at, during) select e2, api.clock(), api.clock(), '[2026-02-20 00:00+09,2026-02-21 00:00+09)' from t.x;
insert into jamund.absences (expert_id, created_at, during) select e2, api.clock(), '[2026-03-20 00:00+09,)' from t.x;
select is(t.facts(e2) -> 'away', jamund.ranges_doc(array['[2026-01-01 00:00+09,2026-01-03 00:00+09)', '[2026-02-01 00:00+09,2026-02-08 00:00+09)',
    '[2026-03-20 00:00+09,2028-01-01 00:00+09)']::tstzrange[]), 'absences of the term') from t.x;

-- ways
select is(jamund.trips_to(null), '[]', 'nowhere is no way');
select is((select string_agg((x ->> 'from') || ' ' || (x ->> 'minutes'), ', ' order by x ->> 'from') from jsonb_array_elements(jamund.trips_to('suseong')) x),
    'buk 30, dalseo 30, dalseong 40, dong 20, gunwi 60, jung 15, nam 15, seo 25, suseong 15', 'the same from either side');
delete from jamund.district_travel where a = 'jung' and b = 'suseong';
select is(jsonb_path_query_first(jamund.trips_to('suseong'), '$[*] ? (@.from == "jung").minutes'), '40', 'where nobody has said');
select throws_ok($$ insert into jamund.district_travel values ('suseong', 'jung', 9) $$, '23514', null, 'once for each pair');
create function t.travel(ways text, more jsonb default '{}') returns jsonb language sql as $$
    select (api.travel_put(t.who('manager', more), jsonb_build_object('body', jsonb_build_object('ways', ways::jsonb)))).body
$$;
select is(t.travel('[{"from": "suseong", "to": "jung", "minutes": 7}, {"from": "nam", "to": "nam", "minutes": 3}]', '{"if_match": "\"v1\""}'),
    '{"version": 2, "ways": [{"from": "jung", "to": "suseong", "minutes": 7}, {"from": "nam", "to": "nam", "minutes": 3}]}', 'the office says how far it is');
select is((api.travel_get(t.who('field'), '{}')).body ->> 'version', '2', 'and reads it');
select is((select string_agg(x ->> 'minutes', ' ' order by x ->> 'from') from jsonb_array_elements(jamund.trips_to('nam')) x), '40 40 40 40 40 40 3 40 40', 'so it counts');
select is(t.pointers(t.problem(format('select t.travel(%L)', w))), 'JM422 ' || p, 'no way: ' || w) from (values
    ('[{"from": "magic", "to": "nam", "minutes": 3}, {"from": "nam", "to": "magic", "minutes": 3}]', '/ways/0/from /ways/1 /ways/1/to'),
    ('[{"from": "jung", "to": "nam", "minutes": 3}, {"from": "nam", "to": "jung", "minutes": 4}]', '/ways/1')) y (w, p);
select throws_ok($$ select t.travel('[]', '{"if_match": "\"v1\""}') $$, 'JM412', null, 'not over somebody else''s');
select is(t.travel('[]'), '{"version": 3, "ways": []}', 'none at all');
select is(jsonb_array_length(t.of_request(t.request(c1), 'trips')) || ' ' || jsonb_array_length(t.of_request(t.request(c1, '{"mode": "phone"}'), 'trips')), '9 0',
    'for a visit, not for the phone') from t.x;

-- continuity: the case, its last meeting, the company
create table t.k as select t.kase(c1) as id, t.kase(c1) as other, t.kase(c2) as elsewhere from t.x;
create function t.ask(kase uuid) returns uuid language sql as $$ select t.id(api.request_add(t.who('field'), jsonb_build_object('body', t.request_body(kase)))) $$;
create function t.session(request uuid, expert uuid, start text, outcome text) returns api.reply language sql as $$
    select api.session_add(t.who('coordinator'), t.args(request, jsonb_build_object('expert_ids', array[expert], 'start', start, 'report',
        jsonb_build_object('outcome', outcome, 'summary', '상담', 'minutes', 60, 'follow_up', true))))
$$;
create table t.r as select t.ask(id) as id, t.ask(other) as other, t.ask(elsewhere) as elsewhere from t.k;
create function t.who_served(request uuid, fact text) returns text language sql as $$
    select coalesce(string_agg(split_part(e.email, '@', 1), ' ' order by e.email), '-')
      from jsonb_array_elements_text(t.of_request(request, fact)) x join jamund.experts e on e.id = x::uuid
$$;
create function t.history(request uuid) returns text language sql as $$
    select t.who_served(request, 'previous') || ' / ' || t.who_served(request, 'last') || ' / ' || t.who_served(request, 'known')
$$;
select is(t.history(id), '- / - / -', 'nobody knows the company') from t.r;
select t.session(id, e1, '2026-03-04T14:00:00+09:00', 'partly_solved') from t.r, t.x \g /dev/null
select is(t.history(id), 'e1 / e1 / e1', 'who left it unsolved') from t.r;
select is(t.history(other), '- / - / e1', 'in another case of the company, they know it') from t.r;
select is(t.history(elsewhere), '- / - / -', 'no other company') from t.r;
select t.session(id, e2, '2026-03-04T16:00:00+09:00', 'unsolved') from t.r, t.x \g /dev/null
select is(t.history(id), 'e1 e2 / e2 / e1 e2', 'the last meeting counts') from t.r;
select t.session(id, e1, '2026-03-05T16:00:00+09:00', 'solved') from t.r, t.x \g /dev/null
select is(t.history(id), 'e1 e2 / - / e1 e2', 'until it is solved') from t.r;

-- wished times
create function t.windows(variadic starts text[]) returns jsonb language sql as $$
    select jsonb_agg(jsonb_build_object('from', s || ':00:00+09:00', 'until', jamund.iso((s || ':00:00+09:00')::timestamptz + interval '1 hour'))) from unnest(starts) s
$$;
select is(t.pointers(t.problem(format('select t.request(%L, %L)', c1, jsonb_build_object('windows', t.windows('2026-03-09T10', '2026-03-09T14'),
    'preferred_windows', t.windows('2026-03-09T10', '2026-03-09T11'))))), 'JM422 /preferred_windows/1', 'wished is what is possible') from t.x;
create table t.w as select t.request(c1, jsonb_build_object('windows', t.windows('2026-03-09T10', '2026-03-09T14'), 'preferred_windows', t.windows('2026-03-09T14'))) as id from t.x;
select is(t.of_request(id, 'wished'), '[[1773032400, 1773036000]]', 'core reads it') from t.w;
select is((api.request_get(t.who('field'), t.args(id))).body -> 'preferred_windows', t.windows('2026-03-09T14'), 'the request shows it') from t.w;
create function t.reopen(more jsonb) returns jsonb language sql as $$
    select (api.request_reopen(t.who('coordinator'), t.args(id, more || '{"reason": "다시"}'))).body -> 'preferred_windows' from t.w
$$;
select is(t.reopen('{"preferred_windows": null}'), t.windows('2026-03-09T14'), 'it stays');
select is(t.reopen(jsonb_build_object('windows', t.windows('2026-03-10T10'))), '[]', 'what is possible no longer is wished no longer');
select is(t.reopen(jsonb_build_object('windows', t.windows('2026-03-10T10', '2026-03-11T10'), 'preferred_windows', t.windows('2026-03-11T10', '2026-03-12T10'))), t.windows('2026-03-11T10'), 'wished anew');
select * from finish();
rollback;
