-- Experts, companies, contacts, rooms: what comes in comes out, and each error names its field.
begin;
\ir lib/world.sql
select * from no_plan();

create function t.add(more jsonb) returns jsonb language plpgsql as $$
begin -- the problem of adding such an expert, which is not kept
    perform api.expert_add(t.who('manager'), jsonb_build_object('body', t.expert_body('new@example.kr', more)));
    raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' then
    return null;
when others then
    return t.problem(format('select api.expert_add(t.who(''manager''), %L)', jsonb_build_object('body', t.expert_body('new@example.kr', more))));
end $$;

-- experts
create table t.body as select t.expert_body('e1@example.kr', '{"fields": [{"field": "labor", "level": 3}, {"field": "tax", "level": 1}],
    "topics": ["4대보험", "부가세"], "districts": ["buk", "dong"], "languages": ["en", "ko"], "notice_hours": 24, "affiliation": "하나",
    "modes": ["online", "visit"], "availability": [{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "mon", "from": "13:00", "until": "24:00"}],
    "conflicts": {"companies": ["124-81-00998"], "affiliations": ["둘"], "ended": [{"kind": "affiliation", "subject": "셋", "last_day": "2026-02-01"}]}, "zone": "America/New_York"}') as b;
create table t.r as select r.* from t.body, api.expert_add(t.who('manager'), jsonb_build_object('body', b)) r;
select is(status || ' ' || etag || ' ' || (location = '/v1/experts/' || (body ->> 'id')), '201 "v1" true', 'added') from t.r;
select is(body - 'id' - 'version' - 'created_at', b, 'what came in comes out') from t.r, t.body;
select is((api.expert_get(t.who('manager'), t.args((body ->> 'id')::uuid))).body, body, 'and is read so') from t.r;
select is((api.expert_put(t.who('manager'), t.args((r.body ->> 'id')::uuid, t.expert_body('e2@example.kr')))).body - 'id' - 'created_at',
    t.expert_body('e2@example.kr') || '{"version": 2}' || jsonb_build_object('modes', array['center', 'online', 'phone', 'visit'],
        'conflicts', '{"companies": [], "affiliations": [], "ended": [{"kind": "affiliation", "subject": "둘", "last_day": "2026-03-02"},
            {"kind": "affiliation", "subject": "하나", "last_day": "2026-03-02"}, {"kind": "company", "subject": "124-81-00998", "last_day": "2026-03-02"}]}'::jsonb),
    'a put replaces all of it; what it takes off the conflicts ended today') from t.r;
select is((api.expert_put(t.who('manager'), t.args((r.body ->> 'id')::uuid, t.expert_body('e2@example.kr')))).body #> '{conflicts,ended}',
    '[]', 'a list without them, once they are off: it was a mistake') from t.r;
select throws_ok($$ select api.expert_get(t.who('manager'), t.args(gen_random_uuid())) $$, 'P0002', null, 'an unknown expert');
select throws_ok($$ select api.expert_put(t.who('manager'), t.args(gen_random_uuid(), b)) from t.body $$, 'P0002', null, 'is not put');
select throws_ok($$ select t.expert('E2') $$, '23505', null, 'an e-mail is one expert''s, in capitals too');
select is(t.pointers(t.add(more)), 'JM422 ' || want, 'wrong: ' || want) from (values
    ('{"fields": [{"field": "tax", "level": 1}, {"field": "magic", "level": 1}]}'::jsonb, '/fields/1/field'),
    ('{"districts": ["suseong", "seoul"]}', '/districts/1'), ('{"modes": ["visit", "fax"]}', '/modes/1'),
    ('{"zone": "Asia/Daegu"}', '/zone'), ('{"zone": "asia/tokyo"}', '/zone'), ('{"zone": "FOO+3"}', '/zone'),
    ('{"zone": "Asia/SEOUL"}', '/zone'), ('{"zone": "Foo/Bar+5"}', '/zone'),
    ('{"term": {"from": "2026-02-01", "until": "2026-01-31"}}', '/term/until'),
    ('{"availability": [{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "tue", "from": "09:00", "until": "12:00"},
       {"weekday": "mon", "from": "11:59", "until": "13:00"}]}', '/availability/2'),
    ('{"availability": [{"weekday": "mon", "from": "09:00", "until": "12:00", "every": 2}]}', '/availability/0/first_day'),
    ('{"availability": [{"weekday": "mon", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-01-01", "nth": [1]}]}', '/availability/0/nth'),
    ('{"availability": [{"weekday": "mon", "from": "09:00", "until": "12:00", "nth": [1, 0]}]}', '/availability/0/nth'),
    ('{"conflicts": {"ended": [{"kind": "company", "subject": "1", "last_day": "2026-01-01"}]}}', '/conflicts/ended/0/subject'),
    ('{"conflicts": {"ended": [{"kind": "affiliation", "subject": "가", "last_day": "2026-01-01"}, {"kind": "affiliation", "subject": "가", "last_day": "2026-01-02"}]}}', '/conflicts/ended/1/subject'),
    ('{"zone": "x", "modes": ["fax"], "districts": ["y"]}', '/districts/0 /modes/0 /zone')) x (more, want);
select is(t.add(more), null, 'right: ' || more::text) from (values ('{"zone": "America/Argentina/Buenos_Aires"}'::jsonb), ('{"zone": "UTC"}'),
    ('{"term": {"from": "2026-01-31", "until": "2026-01-31"}}'),
    ('{"availability": [{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "mon", "from": "12:00", "until": "13:00"}]}'),
    ('{"availability": [{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "mon", "from": "11:00", "until": "13:00", "nth": [2, -1]}]}'),
    ('{"availability": [{"weekday": "mon", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-01-05"},
       {"weekday": "mon", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-01-12", "last_day": "2026-06-30"}]}'),
    ('{"fields": [{"field": "세무", "level": 2}], "districts": ["수성구"], "modes": ["방문"]}')) x (more);
select is(t.add(more) ->> 'sqlstate', '23514', 'the table refuses ' || more::text) from (values ('{"caps": {"per_day": 0, "per_week": 1, "hours_per_year": 1}}'::jsonb),
    ('{"fields": [{"field": "tax", "level": 4}]}'), ('{"buffers": {"before": 481, "after": 0}}'), ('{"name": ""}'),
    ('{"availability": [{"weekday": "mon", "from": "12:00", "until": "12:00"}]}')) x (more);
select t.expert('p' || i, jsonb_build_object('name', '이름 ' || i, 'fields', jsonb_build_array(jsonb_build_object('field', case when i % 2 = 0 then 'legal' else 'patent' end, 'level', 1))))
  from generate_series(1, 7) i \g /dev/null

-- pages (of experts; every list is made of the same two helpers)
create function t.walk(page int, filter jsonb default '{}') returns text language plpgsql as $$
declare
    r api.reply;
    o text := '';
    args jsonb := filter || jsonb_build_object('limit', page);
begin
    for i in 1 .. 20 loop
        r := api.expert_list(t.who('manager'), args);
        o := o || (select coalesce(string_agg(split_part(x ->> 'email', '@', 1), ' '), '') from jsonb_array_elements(r.body -> 'items') x) || '|';
        exit when r.body ->> 'next_cursor' is null;
        args := args || jsonb_build_object('cursor', r.body ->> 'next_cursor');
    end loop;
    return o;
end $$;
select is(t.walk(3), 'p7 p6 p5|p4 p3 p2|p1 e2|', 'pages of three, newest first');
select is(t.walk(8), 'p7 p6 p5 p4 p3 p2 p1 e2|', 'a page that is just full is the last');
select is(t.walk(1000), 'p7 p6 p5 p4 p3 p2 p1 e2|', 'a large one');
select is(t.walk(2, '{"field": "legal"}'), 'p6 p4|p2|', 'of one field');
select is(t.walk(2, '{"q": "이름 5"}'), 'p5|', 'by a part of the name');
select is(t.walk(2, '{"q": "%"}'), '|', 'which is no pattern');

-- companies
create function t.company_problem(more jsonb) returns jsonb language sql as $$
    select t.problem(format('select t.company(''하나'', %L)', more))
$$;
create table t.c as select t.company('(주)가나 산업', '{"registration_number": "124-81-00998"}') as id;
select is((api.company_get(t.who('field'), t.args(id))).body - 'id' - 'created_at' #- '{contacts,0,id}', '{"version": 1, "registration_number": "124-81-00998",
    "name": "(주)가나 산업", "district": "suseong", "address": "수성구 (주)가나 산업길 1", "industry": "제조", "affiliation": "",
    "contacts": [{"name": "(주)가나 산업 담당자", "email": "contact-1@example.kr", "phone": "010-1111-1111", "consent": true}]}', 'a company reads as it was added') from t.c;
select throws_ok($$ select api.company_get(t.who('field'), t.args(gen_random_uuid())) $$, 'P0002', null, 'an unknown company');
select is(t.pointers(t.company_problem('{"registration_number": "124-81-00999"}')), 'JM422 /registration_number', 'a wrong checksum');
select is(t.pointers(t.company_problem('{"registration_number": "124-81-0099", "district": "seoul"}')), 'JM422 /district /registration_number', 'and a wrong district');
select is((t.company_problem('{"registration_number": "124-81-00998"}') #>> '{existing,id}')::uuid, id, 'a number that is there names its company') from t.c;
select is(t.company_problem('{"registration_number": "124-81-00998"}') ->> 'sqlstate', '23505', 'as a duplicate');
select is(p ->> 'sqlstate' || ' ' || (p #>> '{likely,0,id}' = id::text), 'JM006 true', 'likely the same: ' || more::text) from t.c,
    (values ('{"name": "주식회사 가나산업"}'::jsonb), ('{"name": "㈜가나산업"}'), ('{"contacts": [{"name": "x", "email": "CONTACT-1@example.kr"}]}')) x (more),
    lateral t.company_problem(more) p;
select is(t.company_problem('{"name": "가나상사", "contacts": []}'), null, 'another name and nobody in common: another company');
select is(t.company_problem('{"name": "㈜가나산업", "distinct": true}'), null, 'or when it is said to be another one');
select is((select string_agg(x ->> 'name', ', ') from jsonb_array_elements((api.company_list(t.who('field'), jsonb_build_object('q', q))).body -> 'items') x),
    want, 'looking for ' || q) from (values ('주식회사 가나', '㈜가나산업, 가나상사, (주)가나 산업'), ('124-81-00998', '(주)가나 산업'), ('없는 이름', null)) x (q, want);

-- contacts
create function t.contacts() returns text language sql as $$
    select string_agg(concat_ws('/', x ->> 'name', nullif(x ->> 'email', ''), x ->> 'consent'), ' ' order by x ->> 'name')
      from t.c, jsonb_array_elements((api.company_get(t.who('field'), t.args(id))).body -> 'contacts') x
$$;
create function t.contact_add(body jsonb) returns api.reply language sql as $$ select api.contact_add(t.who('field'), t.args(id, body)) from t.c $$;
select is((t.contact_add('{"name": "김", "email": "kim@example.kr", "consent": true}')).status, 201, 'a contact');
select is((t.contact_add('{"name": "박"}')).status, 201, 'one without an e-mail');
select is((t.contact_add('{"name": "박", "phone": "053-1"}')).status, 201, 'again, with a phone');
select is((t.contact_add('{"name": "김 부장", "email": "KIM@example.kr"}')).status, 201, 'the first one anew, without consent');
select is(t.contacts(), '(주)가나 산업 담당자/contact-1@example.kr/true 김 부장/kim@example.kr/false 박/false', 'by e-mail, or by name where there is none');
select is((api.company_get(t.who('field'), t.args(id))).etag, '"v5"', 'each rises the company''s version') from t.c;
select throws_ok($$ select api.contact_add(t.who('field'), t.args(gen_random_uuid(), '{"name": "x"}')) $$, 'P0002', null, 'of an unknown company');

-- rooms
select is((api.place_add(t.who('manager'), '{"body": {"ko": "상담실 1", "en": "Room 1", "turnaround": 15}}')).body - 'id',
    '{"version": 1, "ko": "상담실 1", "en": "Room 1", "turnaround": 15, "created_at": "2026-03-02T09:00:00+09:00"}', 'a room');
select is((api.place_list(t.who('field'), '{}')).body #>> '{items,0,ko}', '상담실 1', 'is listed');
select throws_ok($$ select t.room('상담실 1') $$, '23505', null, 'a name is one room''s');
select throws_ok($$ select t.room('상담실 2', 241) $$, '23514', null, 'a turnaround of more than four hours');

select * from finish();
rollback;
