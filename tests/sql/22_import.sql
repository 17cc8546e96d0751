-- Imports: all or nothing; a dry run leaves nothing; the same file twice changes nothing.
begin;
\ir lib/world.sql
select * from no_plan();
create function t.tables() returns jsonb language plpgsql as $$
declare
    o jsonb := '{}'::jsonb;
    name text;
    h text;
begin
    for name in select relname from pg_class where relnamespace = 'jamund'::regnamespace and relkind = 'r' order by 1 loop
        execute format('select md5(coalesce(string_agg(x::text, E''\n'' order by x::text), '''')) from jamund.%I x', name) into h;
        o := o || jsonb_build_object(name, h);
    end loop;
    return o;
end $$;
create function t.import(kind text, rows jsonb, dry boolean default false) returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.import_%s($1, $2, $3)', kind) into r using '{"actor_kind": "cli", "via": "cli"}'::jsonb, rows, dry;
    return r;
end $$;
create function t.lines(rows jsonb[]) returns jsonb language sql as $$
    select jsonb_agg(jsonb_build_object('line', i + 1, 'row', r) order by i) from unnest(rows) with ordinality x (r, i)
$$;
create function t.changes(r api.reply) returns text language sql as $$
    select r.status || ' ' || (r.body ->> 'unchanged') || ': ' || coalesce(string_agg(concat_ws(' ', c ->> 'line', c ->> 'kind', c ->> 'name', c ->> 'members'), ', ' order by (c ->> 'line')::int), '')
      from jsonb_array_elements(r.body -> 'changes') c
$$;
create function t.faults(r api.reply) returns text language sql as $$
    select r.status || ' ' || string_agg((e ->> 'line') || (e ->> 'pointer'), ' ' order by (e ->> 'line')::int, e ->> 'pointer') from jsonb_array_elements(r.body -> 'errors') e
$$;
create table t.rows (kind text, name text, rows jsonb);
insert into t.rows values
('experts', 'first', t.lines(array[t.expert_body('a@example.kr'), t.expert_body('b@example.kr', '{"fields": [{"field": "세무", "level": 2}], "modes": ["방문", "전화"], "districts": ["수성구", "북구"]}'), t.expert_body('c@example.kr')])),
('experts', 'second', t.lines(array[t.expert_body('A@example.kr', '{"phone": "010-2"}'), t.expert_body('b@example.kr', '{"fields": [{"field": "tax", "level": 2}], "modes": ["phone", "visit"], "districts": ["buk", "suseong"]}'), t.expert_body('d@example.kr')])),
('experts', 'bad', t.lines(array[t.expert_body('e@example.kr'), t.expert_body('f@example.kr', '{"zone": "Mars", "modes": ["fax"]}'), t.expert_body('E@example.kr'), t.expert_body('g@example.kr', '{"districts": ["서울"]}')])),
('experts', 'refused', t.lines(array[t.expert_body('e@example.kr'), t.expert_body('f@example.kr', '{"caps": {"per_day": 99, "per_week": 1, "hours_per_year": 1}}')])),
('companies', 'first', t.lines(array[t.company_body('가나', '{"registration_number": "124-81-00998"}'), t.company_body('다라', '{"registration_number": "220-81-62517", "district": "북구"}')])),
('companies', 'second', t.lines(array[t.company_body('가나', '{"registration_number": "124-81-00998", "address": "새길 1", "contacts": [{"name": "가나 담당자", "email": "contact-1@example.kr", "phone": "010-1111-1111", "consent": false}]}'),
    t.company_body('마바', '{"registration_number": "120-81-47521", "contacts": []}')])),
('companies', 'bad', t.lines(array[t.company_body('사', '{"registration_number": "124-81-00999", "district": "서울"}'), t.company_body('아', '{"registration_number": "120-81-47521"}'), t.company_body('자', '{"registration_number": "120-81-47521"}')])),
('companies', 'refused', t.lines(array[t.company_body('차'), t.company_body('', '{"contacts": []}')]));
create table t.seen (kind text, what text, value text, before jsonb, after jsonb, versions text);
create function t.step(kind_ text, what text, name_ text, dry boolean default false) returns void language plpgsql as $$
declare
    before jsonb := t.tables();
    value text;
    v bigint := (select coalesce(max(version), 0) from jamund.change_log);
begin
    begin
        value := (select case when (r).status = 200 then t.changes(r) else t.faults(r) end from (select t.import(kind_, rows, dry) as r from t.rows where kind = kind_ and name = name_) x);
    exception when others then
        value := sqlstate;
    end;
    insert into t.seen select kind_, what, value, before, t.tables(), (select string_agg(c.kind || '/' || a.via || '/' || a.reason, ' ' order by c.version) from jamund.change_log c join jamund.audit a using (version) where version > v);
end $$;
select t.step(k, 'dry', 'first', true), t.step(k, 'first', 'first'), t.step(k, 'again', 'first'), t.step(k, 'dry again', 'first', true), t.step(k, 'dry second', 'second', true),
    t.step(k, 'second', 'second'), t.step(k, 'second again', 'second'), t.step(k, 'bad', 'bad'), t.step(k, 'bad dry', 'bad', true), t.step(k, 'refused', 'refused')
  from unnest(array['experts', 'companies']) k \g /dev/null

select is(value, want, kind || ', ' || what) from t.seen join (values
    ('experts', 'dry', '200 0: 2 added 세무 a [], 3 added 세무 b [], 4 added 세무 c []'), ('experts', 'first', '200 0: 2 added 세무 a [], 3 added 세무 b [], 4 added 세무 c []'),
    ('experts', 'again', '200 3: '), ('experts', 'dry again', '200 3: '),
    ('experts', 'dry second', '200 1: 2 changed 세무 A ["email", "name", "phone"], 4 added 세무 d []'), ('experts', 'second', '200 1: 2 changed 세무 A ["email", "name", "phone"], 4 added 세무 d []'),
    ('experts', 'second again', '200 3: '), ('experts', 'bad', '422 3/modes/0 3/zone 4/email 5/districts/0'), ('experts', 'bad dry', '422 3/modes/0 3/zone 4/email 5/districts/0'), ('experts', 'refused', '23514'),
    ('companies', 'dry', '200 0: 2 added 가나 [], 3 added 다라 []'), ('companies', 'first', '200 0: 2 added 가나 [], 3 added 다라 []'), ('companies', 'again', '200 2: '), ('companies', 'dry again', '200 2: '),
    ('companies', 'dry second', '200 0: 2 changed 가나 ["address", "contacts"], 3 added 마바 []'), ('companies', 'second', '200 0: 2 changed 가나 ["address", "contacts"], 3 added 마바 []'),
    ('companies', 'second again', '200 2: '), ('companies', 'bad', '422 2/district 2/registration_number 4/registration_number'),
    ('companies', 'bad dry', '422 2/district 2/registration_number 4/registration_number'), ('companies', 'refused', '23514')) w (kind, what, want) using (kind, what);
select is(before, after, kind || ', ' || what || ': no row of any table is otherwise') from t.seen where what not in ('first', 'second');
select isnt(before, after, kind || ', ' || what || ': and this test can see it') from t.seen where what in ('first', 'second');
select is(versions, case kind || what when 'expertsfirst' then 'expert.add/cli/import expert.add/cli/import expert.add/cli/import'
    when 'expertssecond' then 'expert.put/cli/import expert.add/cli/import' when 'companiesfirst' then 'company.add/cli/import company.add/cli/import'
    when 'companiessecond' then 'company.put/cli/import company.add/cli/import' end, kind || ', ' || what || ': a change for each row that changed') from t.seen;
select is((select string_agg(email || ' ' || version, ', ' order by email) from jamund.experts), 'A@example.kr 2, b@example.kr 1, c@example.kr 1, d@example.kr 1', 'a version rises with its row alone; who is not in the file stays');
select is((select string_agg(name || ' ' || version, ', ' order by name) from jamund.companies), '가나 2, 다라 1, 마바 1', 'companies too');
select is((t.import('experts', '[]')).body, '{"changes": [], "unchanged": 0}', 'no rows, no changes');

-- one who is held keeps his calendar
create table t.a as select t.offer(t.request(c.id, '{"contact_id": null}'), e.id, '2026-03-04T10:00:00+09:00', '북구') as id from jamund.companies c, jamund.experts e where c.name = '다라' and email = 'c@example.kr';
select t.step('experts', 'with meetings', 'first') \g /dev/null
select is((select array_agg(calendar_version order by email) from jamund.experts), array[0, 0, 1, 0]::bigint[], 'an import leaves calendars alone');

-- hours that an expert set are not the roster's any more; all others it says
create table t.h as select id, jamund.expert_body(e) as before from jamund.experts e where email = 'c@example.kr';
select api.availability_put(t.who('coordinator'), t.args(id, '{"weekly": [{"weekday": "sat", "from": "10:00", "until": "12:00"}], "dates": []}')) from t.h \g /dev/null
select t.step('experts', 'with own hours', 'first') \g /dev/null
select is(jamund.weekly_doc(id), '[{"weekday": "sat", "from": "10:00", "until": "12:00"}]', 'own hours outlive an import') from t.h;
update jamund.experts set hours_own = false from t.h where experts.id = t.h.id;
select t.step('experts', 'with hours of the roster', 'first') \g /dev/null
select is(jamund.weekly_doc(id), before -> 'availability', 'the roster''s are as it says') from t.h;

select * from finish();
rollback;
