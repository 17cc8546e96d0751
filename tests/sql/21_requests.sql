-- Cases and requests: each error names its field, the owner is found, the panel is what core needs.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.company('가나') as c1, t.company('다라') as c2, t.expert('e1') as e1, t.expert('e2') as e2, t.room('방', 10) as room;
create table t.k as select t.kase(c1) as deep, t.kase(c1, '{"triage": "review"}') as review, t.kase(c1, '{"triage": null}') as new from t.x;

-- cases
create function t.state(kase uuid) returns text language sql as $$ select (api.case_get(t.who('field'), t.args(kase))).body ->> 'state' $$;
select is(t.state(new) || ' ' || t.state(review), 'received triaged', 'a case comes in, triaged or not') from t.k;
select is((api.case_get(t.who('field'), t.args(new))).body - 'id' - 'company_id' - 'created_by', '{"version": 1, "state": "received", "channel": "visit",
    "title": "부가세 환급", "text": "환급이 늦습니다", "triage": null, "answer": null, "created_at": "2026-03-02T09:00:00+09:00", "request_ids": []}', 'and reads as it came') from t.k;
select is(t.pointers(t.problem('select t.kase(gen_random_uuid())')), 'JM422 /company_id', 'of an unknown company');
select throws_ok(format('select t.kase(c1, %L) from t.x', bad), '23514', null, 'a case with ' || bad) from unnest(array['{"channel": "fax"}', '{"title": ""}', '{"triage": "magic"}']) bad;
select throws_ok(format('select api.case_%s(t.who(''field''), t.args(gen_random_uuid()))', f), 'P0002', null, f || ' of an unknown case') from unnest(array['get', 'triage', 'close', 'reopen']) f;
create function t.case_do(f text, kase uuid, body jsonb default '{}') returns text language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.case_%s($1, $2)', f) into r using t.who('field'), t.args(kase, body);
    return r.body ->> 'state';
end $$;
select throws_ok($$ select t.case_do('close', new) from t.k $$, 'JM002', null, 'not closed before it is triaged');
select throws_ok($$ select t.case_do('reopen', new) from t.k $$, 'JM002', null, 'nor opened again');
select is(t.case_do('triage', new, '{"triage": "on_the_spot"}'), 'triaged', 'triaged') from t.k;
select is(t.case_do('triage', new, '{"triage": "policy"}'), 'triaged', 'and otherwise') from t.k;
select is(t.case_do('close', new, '{"answer": "안내함"}'), 'closed', 'closed with an answer') from t.k;
select throws_ok($$ select t.case_do('close', new, '{"answer": "고침"}') from t.k $$, 'JM002', null, 'once');
select is(t.case_do('reopen', new, '{"reason": "다시"}'), 'reopened', 'opened again') from t.k;
select throws_ok($$ select t.case_do('reopen', new) from t.k $$, 'JM002', null, 'once');
select is(t.case_do('triage', new, '{"triage": "deep"}'), 'triaged', 'this time it needs an expert') from t.k;
select is((select x.detail::text || ' ' || x.reason from (select detail, reason from jamund.audit, t.k where entity_id = k.new and action = 'case.reopen') x), '{} 다시', 'the reason is audited');
select is((select count(*)::int from jsonb_array_elements((api.case_list(t.who('field'), jsonb_build_object('company_id', c, 'state', 'triaged'))).body -> 'items')), n, 'a list by company and state')
  from t.x, lateral (values (c1, 3), (c2, 0)) y (c, n);

-- requests
create function t.request_problem(kase uuid, more jsonb) returns jsonb language sql as $$
    select t.problem(format('select api.request_add(t.who(''field''), %L)', jsonb_build_object('body', t.request_body(kase, more))))
$$;
select throws_ok($$ select api.request_add(t.who('field'), jsonb_build_object('body', t.request_body(review))) from t.k $$, 'JM002', null, 'only a deep case takes one');
select is(t.pointers(t.request_problem(deep, replace(replace(replace(replace(more, 'ROOM', room::text), 'NOBODY', gen_random_uuid()::text), 'OTHER', t.contact(c2)::text),
        'FIELD', (select id::text from t.users where role = 'field'))::jsonb)), 'JM422 ' || want, want || ' of ' || more)
  from t.k, t.x, (values
    ('{"case_id": "NOBODY"}', '/case_id'), ('{"seats": [{"field": "tax", "min_level": 1}, {"field": "magic", "min_level": 1}]}', '/seats/1/field'),
    ('{"mode": "center"}', '/place_id'), ('{"mode": "center", "place_id": "NOBODY"}', '/place_id'), ('{"mode": "visit", "place_id": "ROOM"}', '/place_id'),
    ('{"mode": "phone", "online_url": "https://example.kr/1"}', '/online_url'), ('{"contact_id": "OTHER"}', '/contact_id'), ('{"contact_id": "NOBODY"}', '/contact_id'),
    ('{"owner_id": "NOBODY"}', '/owner_id'), ('{"owner_id": "FIELD"}', '/owner_id'), ('{"deputy_id": "FIELD"}', '/deputy_id'),
    ('{"preferred_expert_id": "NOBODY"}', '/preferred_expert_id'), ('{"excluded_expert_ids": ["NOBODY"]}', '/excluded_expert_ids/0'),
    ('{"windows": [{"from": "2026-03-02T07:00:00+09:00", "until": "2026-03-02T09:00:00+09:00"}]}', '/windows'),
    ('{"mode": "center", "preferred_expert_id": "NOBODY", "owner_id": "FIELD"}', '/owner_id /place_id /preferred_expert_id')) y (more, want);
select lives_ok($$ select api.contact_add(t.who('field'), t.args(c2, jsonb_build_object('name', '무동의', 'email', 'no@example.kr'))) from t.x $$, 'a contact without consent');
create table t.k2 as select t.kase(c2) as id from t.x;
select is(t.pointers(t.request_problem(k2.id, jsonb_build_object('contact_id', k.id))), 'JM422 /contact_id', 'may not be named') from t.k2, jamund.contacts k where email = 'no@example.kr';

create table t.r as select r.* from t.x, t.k, api.request_add(t.who('field'), jsonb_build_object('body', t.request_body(deep, jsonb_build_object('mode', 'center', 'place_id', room, 'deadline', '2026-04-01T00:00:00+09:00',
    'windows', '[{"from": "2026-03-09T09:00:00+09:00", "until": "2026-03-09T12:00:00+09:00"}, {"from": "2026-03-04T09:00:00+09:00", "until": "2026-03-04T12:00:00+09:00"},
                 {"from": "2026-03-04T11:00:00+09:00", "until": "2026-03-04T13:00:00+09:00"}]'::jsonb, 'topics', '["부가세"]'::jsonb,
    'excluded_expert_ids', array[e2, e2], 'preferred_expert_id', e1)))) r;
select is(body - 'id' - 'case_id' - 'place_id' - 'contact_id' - 'preferred_expert_id' - 'excluded_expert_ids' - 'owner_id' - 'created_by', '{"version": 1, "state": "open",
    "seats": [{"field": "tax", "min_level": 2}], "mode": "center", "online_url": null, "minutes": 60, "desk": false, "visit_id": null, "deadline": "2026-04-01T00:00:00+09:00", "urgency": "normal",
    "windows": [{"from": "2026-03-04T09:00:00+09:00", "until": "2026-03-04T13:00:00+09:00"}, {"from": "2026-03-09T09:00:00+09:00", "until": "2026-03-09T12:00:00+09:00"}],
    "languages": ["ko"], "topics": ["부가세"], "deputy_id": null, "policy": "ask", "ladder_at": null, "ladder_offers": 0, "created_at": "2026-03-02T09:00:00+09:00", "appointment_ids": [], "preferred_windows": []}'::jsonb,
    'a request reads as it came; windows are put in order and joined') from t.r;
select is(status || ' ' || etag || ' ' || (location = '/v1/requests/' || (body ->> 'id')) || ' ' || (body -> 'excluded_expert_ids' = to_jsonb(array[e2])), '201 "v1" true true', 'with its place') from t.r, t.x;
select is(t.state(deep), 'in_consultation', 'its case is in consultation') from t.k;
select is((api.request_get(t.who('field'), t.args((body ->> 'id')::uuid))).body, body, 'it is read so') from t.r;
select throws_ok($$ select api.request_get(t.who('field'), t.args(gen_random_uuid())) $$, 'P0002', null, 'an unknown request');
select throws_ok($$ select t.case_do('close', deep) from t.k $$, 'JM002', null, 'its case is not closed while it lives');
select throws_ok($$ select t.case_do('triage', deep, '{"triage": "review"}') from t.k $$, 'JM002', null, 'nor triaged anew');
select is(t.problem(format('select t.request(c1, %L) from t.x', bad)) ->> 'sqlstate', '23514', 'the table refuses ' || bad) from unnest(array['{"minutes": 14}', '{"minutes": 481}', '{"urgency": "asap"}', '{"mode": "fax"}']) bad;

-- the owner
select is(body ->> 'owner_id', (select id::text from t.users where role = 'coordinator'), 'the only coordinator owns it') from t.r;
select t.id(api.user_add('{"actor_kind": "cli", "via": "cli"}', '{"name": "둘째", "email": "second@example.kr", "role": "coordinator"}')) as second \gset
create function t.owner(role text) returns text language sql as $$
    select (select u.email from jamund.users u where u.id = (r.body ->> 'owner_id')::uuid)
      from t.x, api.request_add(t.who(role), jsonb_build_object('body', t.request_body(t.kase(c1)))) r
$$;
select is(t.owner('field'), 'second@example.kr', 'the one with the fewest live requests');
select is(t.owner('field'), 'coordinator@example.kr', 'then the one who came first');
select is(t.owner('coordinator'), 'coordinator@example.kr', 'a coordinator who asks owns it');
select is(t.owner('manager'), 'manager@example.kr', 'so does a manager');
select is(t.owner('admin'), 'second@example.kr', 'an admin does not');
update jamund.users set active = false where role = 'coordinator';
select is(t.pointers(t.problem('select t.owner(''field'')')), 'JM422 /owner_id', 'without any coordinator one has to be named');
update jamund.users set active = true;
select is(jsonb_array_length((api.request_list(t.who('field'), jsonb_build_object('owner_id', :'second', 'state', 'open'))).body -> 'items'), 2, 'a list by owner and state');

-- the panel
create function t.panel() returns jsonb language sql as $$ select api.request_panel((body ->> 'id')::uuid) from t.r $$;
create function t.of(panel jsonb, expert uuid) returns jsonb language sql as $$ select x from jsonb_array_elements(panel -> 'experts') x where (x ->> 'id')::uuid = expert $$;
select throws_ok('select api.request_panel(gen_random_uuid())', 'P0002', null, 'no panel for an unknown request');
insert into jamund.holidays values ('2026-03-05', '쉬는 날', 'Holiday'), ('2026-12-25', '성탄절', 'Christmas'), ('2027-12-25', '성탄절', 'Christmas');
select is(t.panel() - 'experts' - 'version' #- '{request,id}', jsonb_build_object('now', 1772409600, 'align_minutes', 30, 'rest_minutes', 0, 'rest_night_minutes', 0, 'zone', 'Asia/Seoul', 'weights', '{}'::jsonb, 'holidays', '["2026-03-05", "2026-12-25"]'::jsonb, 'request', jsonb_build_object(
    'seats', '[{"seat": 1, "field": "tax", "min_level": 2, "held": false}]'::jsonb, 'desk', false, 'visit', null, 'fixed', null, 'seated', '[]'::jsonb, 'asked', '[]'::jsonb, 'mode', 'center', 'district', 'suseong', 'minutes', 60, 'windows', '[[1772582400, 1772596800], [1773014400, 1773025200]]'::jsonb,
    'deadline', 1774969200, 'urgency', 'normal', 'languages', '["ko"]'::jsonb, 'topics', '["부가세"]'::jsonb, 'excluded', array[e2], 'preferred', e1, 'company', (select registration_number from jamund.companies where id = c1), 'company_names', (select to_jsonb(jamund.name_keys(array[name])) from jamund.companies where id = c1),
    'previous', '[]'::jsonb, 'last', '[]'::jsonb, 'known', '[]'::jsonb, 'wished', '[]'::jsonb, 'trips', '[]'::jsonb, 'company_busy', '[]'::jsonb, 'room_busy', '[]'::jsonb, 'company_full', '[]'::jsonb)), 'the request as core reads it, with the holidays that ranking may come by') from t.x;
select is((t.panel() ->> 'version')::bigint, (select max(version) from jamund.change_log), 'as of the latest version');
insert into jamund.request_seats select (body ->> 'id')::uuid, 2, 'tax', 1 from t.r;
select is((select array_agg(x ->> 'id' order by x ->> 'id') from jsonb_array_elements(t.panel() -> 'experts') x),
    (select array_agg(expert_id::text order by expert_id::text) from jamund.expert_fields where field = 'tax'), 'two seats of a field: each of its experts is there once');
delete from jamund.request_seats where seat = 2 and request_id = (select (body ->> 'id')::uuid from t.r);
select is(t.of(t.panel(), e1) - 'id', '{"name": "세무 e1", "fields": [{"field": "tax", "level": 2, "minutes": 0, "price": 0}], "topics": [], "districts": ["suseong"], "modes": ["center", "online", "phone", "visit"],
    "languages": ["ko"], "term": {"from": "2026-01-01", "until": "2027-12-31"}, "paused_from": null, "conflicts": {"companies": [], "names": [], "ended": []}, "caps": {"per_day": 8, "per_week": 40, "hours_per_year": 1000},
    "buffers": {"before": 10, "after": 20}, "notice_minutes": 0, "zone": "Asia/Seoul", "dates": [], "absences": [], "duties": [], "busy": [], "appointments": [], "appointment_districts": [], "years": [], "minutes_this_term": 0,
    "away": [], "answers": {"accepted": 0, "declined": 0, "expired": 0, "no_shows": 0},
    "availability": [{"weekday": 1, "from": 0, "until": 1440}, {"weekday": 2, "from": 0, "until": 1440}, {"weekday": 3, "from": 0, "until": 1440}, {"weekday": 4, "from": 0, "until": 1440},
        {"weekday": 5, "from": 0, "until": 1440}, {"weekday": 6, "from": 0, "until": 1440}, {"weekday": 7, "from": 0, "until": 1440}]}'::jsonb, 'an expert as core reads one') from t.x;
create table t.a as select t.offer(t.request(c1, jsonb_build_object('mode', 'center', 'place_id', room)), e1, '2026-03-03T10:00:00+09:00') as id, t.offer(t.request(c2), e1, '2026-06-01T10:00:00+09:00') as far,
    t.offer(t.request(c2), e1, '2027-01-04T10:00:00+09:00') as next_year from t.x;
insert into jamund.absences (expert_id, created_at, during) select e2, api.clock(), '[2026-03-01 00:00+09,)' from t.x;
insert into jamund.absences (expert_id, created_at, during) select e1, api.clock(), '[2026-03-10 00:00+09,2026-03-11 00:00+09)' from t.x;
insert into jamund.absences (expert_id, created_at, during) select e1, api.clock(), '[2026-01-01 00:00+09,2026-01-02 00:00+09)' from t.x;
select is(t.of(jsonb_build_object('experts', jamund.expert_facts('[2026-06-01 00:00+09,2026-07-01 00:00+09)', array(select id from jamund.experts))), e1) -> 'absences', '[]',
    'of an absence that is over before the windows nothing stands') from t.x;
create table t.p as select t.panel() as p;
select is(t.of(p, e1) -> 'busy', '[[1772499000, 1772504400], [1780275000, 1780280400], [1799023800, 1799029200]]', 'held time with buffers') from t.p, t.x;
select is(t.of(p, e1) -> 'appointments', '[[1772499600, 1772503200], [1780275600, 1780279200], [1799024400, 1799028000]]', 'meetings without') from t.p, t.x;
select is(x -> 'busy' || (x -> 'appointments'), '[[1772499000, 1772504400], [1772499600, 1772503200]]', 'both within the span only')
  from t.x w, jsonb_array_elements(jamund.expert_facts('[2026-03-01 00:00+09,2026-04-01 00:00+09)', array[w.e1])) x;
select is(t.of(p, e1) -> 'absences', '[[1773068400, 1773154800]]', 'absences') from t.p, t.x;
select is(t.of(p, e1) -> 'years' || (t.of(p, e1) -> 'minutes_this_term'), '[{"year": 2026, "minutes": 120}, {"year": 2027, "minutes": 60}, 180]', 'minutes by year, and of the term') from t.p, t.x;
select is(t.of(p, e2) -> 'paused_from' || (t.of(p, e1) -> 'paused_from'), '[1772290800, null]', 'an absence without an end is a pause') from t.p, t.x;
select is(p #> '{request,company_busy}', '[[1772499600, 1772503200]]', 'when the company is busy') from t.p;
select is(p #> '{request,room_busy}', '[[1772499000, 1772503800]]', 'when the room is: turned around before and after') from t.p;
select t.accept(id) from t.a \g /dev/null
select t.at('2026-03-03 11:00+09') \g /dev/null
select api.appointment_complete(t.who('coordinator'), t.args(id, '{"outcome": "partly_solved", "summary": "더", "minutes": 60, "follow_up": true}')) from t.a \g /dev/null
select is(api.request_panel(request_id) #> '{request,previous}', jsonb_build_array(e1), 'who served the case before') from t.x, t.a join jamund.appointments using (id);

-- fractions of a second
create function t.window_of(from_ text, until text) returns jsonb language sql as $$
    select jsonb_build_object('windows', jsonb_build_array(jsonb_build_object('from', '2026-03-10T' || from_ || '+09:00', 'until', '2026-03-10T' || until || '+09:00')))
$$;
create table t.fraction as select t.request(c1, t.window_of('09:00:00.000001', '12:00:00.9')) as id from t.x;
select is((api.request_get(t.who('field'), t.args(id))).body -> 'windows', t.window_of('09:00:01', '12:00:00') -> 'windows',
    'a window is of whole seconds, inwards: what ranking finds in it may be booked') from t.fraction;
select is(t.pointers(t.problem(format('select t.request(%L, t.window_of(%L, %L))', c1, f, u))), 'JM422 /windows', 'too little is left of ' || u) from t.x, (values
    ('09:00:00.1', '10:00:00.9'), ('09:00:00.1', '09:00:00.2')) w (f, u);
select is(t.pointers(t.problem(format('select api.request_reopen(t.who(''coordinator''), t.args(%L, t.window_of(''09:00:00.1'', ''09:00:00.2'') || ''{"reason": "다시"}''))', id))),
    'JM422 /windows', 'nor is a request opened again with nothing left') from t.fraction;

select * from finish();
rollback;
