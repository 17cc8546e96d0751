-- The judge's rules one by one, at their edges; and the judge of the judge: whatever is changed in a clause
-- of offer_rules, some case here must notice.
begin;
\ir lib/world.sql
select * from no_plan();

-- ---- a world in which nothing stands against e at ten o'clock on Tuesday the 10th ----
create table t.x as select t.expert('e', '{"caps": {"per_day": 2, "per_week": 3, "hours_per_year": 10}, "notice_hours": 1,
    "availability": [{"weekday": "tue", "from": "09:00", "until": "18:00"}]}') as e,
    t.expert('other', '{"fields": [{"field": "tax", "level": 1}, {"field": "legal", "level": 3}], "districts": ["suseong", "buk"]}') as other,
    t.company('가나') as c, t.company('다라') as c2;
create table t.q as select t.request(c, '{"windows": [{"from": "2026-03-10T09:00:00+09:00", "until": "2026-03-10T18:00:00+09:00"}]}') as id,
    t.request(c2) as another from t.x;
create function t.e() returns uuid language sql as $$ select e from t.x $$;
create function t.other() returns uuid language sql as $$ select other from t.x $$;
create function t.q() returns uuid language sql as $$ select id from t.q $$;
create function t.change(set_ text) returns void language plpgsql as $$
begin execute format('update jamund.experts set %s where id = %L', set_, t.e()); end $$;
create function t.ask(set_ text) returns void language plpgsql as $$
begin execute format('update jamund.requests set %s where id = %L', set_, t.q()); end $$;
create function t.office(set_ text) returns void language plpgsql as $$
begin execute 'update jamund.office set ' || set_; end $$;
-- a meeting that e has; own: the one that is judged
create function t.has(during text, more jsonb default '{}') returns void language plpgsql as $$
declare
    a uuid := case when more ? 'own' then '00000000-0000-4000-8000-000000000001'::uuid else gen_random_uuid() end;
begin
    set local session_replication_role = replica; -- no life-cycles here: any state at once
    insert into jamund.appointments (id, state, request_id, company_id, uid, during, zone, created_at)
    select a, coalesce(more ->> 'state', 'confirmed'), gen_random_uuid(), coalesce((more ->> 'company')::uuid, c2), a::text, during::tstzrange, 'Asia/Seoul', api.clock() from t.x;
    insert into jamund.seats (state, appointment_id, seat, expert_id, respond_by, created_at)
    values (coalesce(more ->> 'seat', 'accepted'), a, 1, coalesce((more ->> 'expert')::uuid, t.e()), api.clock(), api.clock());
    set local session_replication_role = origin;
end $$;
create function t.day(day int, from_ text default '13:00', until text default '14:00') returns text language sql as $$
    select format('[2026-03-%s %s+09,2026-03-%s %s+09)', lpad(day::text, 2, '0'), from_, lpad(day::text, 2, '0'), until)
$$;

-- The rules against the meeting after a change of the world, which is taken back; '!': it cannot be overridden.
create function t.judge(setup text, seat int, meeting text) returns text language plpgsql as $$
declare found_ text;
begin
    begin
        if setup <> '' then execute 'select ' || setup; end if;
        select string_agg(r.rule || case when r.hard then '!' else '' end, ' ' order by r.rule) into found_
          from jamund.requests q, jamund.experts e, jamund.companies c,
               lateral jamund.offer_rules(q, e, c, seat, meeting::tstzrange, api.clock(), '00000000-0000-4000-8000-000000000001') r
         where q.id = t.q() and e.id = t.e() and c.id = (select x.c from t.x);
        raise exception using errcode = 'TT001', message = coalesce(found_, '');
    exception when sqlstate 'TT001' then
        return sqlerrm;
    end;
end $$;

-- ---- the cases: about a rule, what is changed, and whether the rule stands then ----
create table t.rule_case (rule text, setup text, stands boolean, seat int default 1, meeting text default '[2026-03-10 10:00+09,2026-03-10 11:00+09)');
insert into t.rule_case (rule, setup, stands)
select rule, '', false from unnest(array['not_in_field', 'level', 'term_over', 'paused', 'conflict_company', 'conflict_affiliation', 'cooling_off', 'excluded', 'mode',
    'district', 'language', 'notice', 'rest', 'visit', 'on_duty', 'off_duty', 'cap_day', 'cap_week', 'cap_year', 'company_cap', 'calendar', 'availability', 'window']) rule;
create function t.sql(text) returns void language plpgsql as $$ begin execute $1; end $$;
create function t.seat(no int, field text, level int) returns text language sql as $$
    select format('t.sql($s$insert into jamund.request_seats values (%L, %s, %L, %s)$s$)', t.q(), no, field, level)
$$;
create function t.away(who uuid, during text, cancelled text default 'null') returns text language sql as $$
    select format('t.sql($s$insert into jamund.absences (expert_id, during, created_at, cancelled_at) values (%L, %L, api.clock(), %s)$s$)', who, during, cancelled)
$$;
create function t.calendar(who uuid, busy text, maybe text default '{}', removed text default 'null') returns text language sql as $$
    select format('t.sql($s$insert into jamund.calendars (expert_id, url, created_at, due_at, busy, maybe, removed_at) values (%L, ''https://x/'', api.clock(), api.clock(), %L, %L, %s)$s$)', who, busy, maybe, removed)
$$;
create function t.ended(subject text, last_day text) returns text language sql as $$
    select format('t.sql($s$insert into jamund.conflicts_ended values (%L, ''affiliation'', %L, %L)$s$)', t.e(), subject, last_day)
$$;
create function t.on_duty(who uuid, during text, removed text default 'null') returns text language sql as $$
    select format('t.sql($s$insert into jamund.duties (expert_id, during, created_by, created_at, removed_at) values (%L, %L, (select id from t.users limit 1), api.clock(), %s)$s$)', who, during, removed)
$$;
create function t.visit(start text, joined boolean default true) returns text language sql as $$
    select format('t.sql($s$with v as (insert into jamund.visits (company_id, during, leader_id, created_at) select c, tstzrange(%L, %L::timestamptz + interval ''1 hour''), u.id, api.clock()
        from t.x, t.users u limit 1 returning id) update jamund.requests set visit_id = v.id, windows = ''{[2026-03-20 10:00+09,2026-03-20 11:00+09)}'' from v where requests.id = %L$s$)',
        start, start, case when joined then t.q() end)
$$;
insert into t.rule_case (rule, setup, stands, seat) values
('not_in_field', 't.sql($s$update jamund.expert_fields set field = ''legal'' where expert_id = t.e()$s$)', true, 1),
('not_in_field', t.seat(2, 'legal', 1), true, 2), ('not_in_field', t.seat(2, 'legal', 1), false, 1), ('not_in_field', t.seat(2, 'tax', 1), false, 2),
('level', 't.sql($s$update jamund.expert_fields set level = 1 where expert_id = t.e()$s$)', true, 1),
('level', 't.sql($s$update jamund.expert_fields set level = 3 where expert_id = t.e()$s$)', false, 1),
('level', t.seat(2, 'tax', 3), true, 2), ('level', t.seat(2, 'tax', 3), false, 1),
('term_over', 't.change(''term_until = ''''2026-03-09'''''')', true, 1), ('term_over', 't.change(''term_until = ''''2026-03-10'''''')', false, 1),
('term_over', 't.change(''term_from = ''''2026-03-11'''''')', true, 1), ('term_over', 't.change(''term_from = ''''2026-03-10'''''')', false, 1),
('term_over', 't.change(''term_from = ''''2026-03-10'''', zone = ''''America/New_York'''''')', true, 1),
('paused', t.away(t.e(), '[2026-03-10 10:59+09,)'), true, 1), ('paused', t.away(t.e(), '[2026-03-01 00:00+09,2026-03-10 10:01+09)'), true, 1),
('paused', t.away(t.e(), '[2026-03-10 11:00+09,)'), false, 1), ('paused', t.away(t.e(), '[2026-03-01 00:00+09,2026-03-10 10:00+09)'), false, 1),
('paused', t.away(t.other(), '[2026-03-10 10:00+09,)'), false, 1), ('paused', t.away(t.e(), '[2026-03-10 10:00+09,)', 'api.clock()'), false, 1),
('calendar', t.calendar(t.e(), '{[2026-03-10 10:59+09,2026-03-10 12:00+09)}'), true, 1), ('calendar', t.calendar(t.e(), '{[2026-03-10 09:00+09,2026-03-10 10:01+09)}'), true, 1),
('calendar', t.calendar(t.e(), '{[2026-03-10 09:00+09,2026-03-10 10:00+09),[2026-03-10 11:00+09,2026-03-10 12:00+09)}'), false, 1),
('calendar', t.calendar(t.e(), '{}', '{[2026-03-10 10:00+09,2026-03-10 11:00+09)}'), false, 1),
('calendar', t.calendar(t.other(), '{[2026-03-10 10:00+09,2026-03-10 11:00+09)}'), false, 1),
('calendar', t.calendar(t.e(), '{[2026-03-10 10:00+09,2026-03-10 11:00+09)}', '{}', 'api.clock()'), false, 1),
('conflict_company', format('t.change(%L)', (select format('conflict_companies = array[%L]', registration_number) from jamund.companies where id = (select c from t.x))), true, 1),
('conflict_company', 't.change(''conflict_affiliations = array[''''가나'''']'')', false, 1),
('conflict_affiliation', 't.change(''conflict_affiliations = array[''''가나'''']'')', true, 1), ('conflict_affiliation', 't.change(''affiliation = ''''(주)가나'''''')', true, 1),
('conflict_affiliation', 't.change(''affiliation = ''''다라'''''')', false, 1),
('cooling_off', t.ended('가나', '2026-03-10'), true, 1), ('cooling_off', t.ended('가나', '2026-03-09'), false, 1), ('cooling_off', t.ended('다라', '2026-03-10'), false, 1),
('cooling_off', t.ended('가나', '2026-02-09') || ', t.office(''cooling_off_months = 1'')', false, 1), ('cooling_off', t.ended('가나', '2026-02-10') || ', t.office(''cooling_off_months = 1'')', true, 1),
('excluded', 't.sql($s$insert into jamund.request_exclusions values (t.q(), t.e())$s$)', true, 1), ('excluded', 't.sql($s$insert into jamund.request_exclusions values (t.q(), t.other())$s$)', false, 1),
('excluded', 't.sql($s$insert into jamund.request_exclusions select another, t.e() from t.q$s$)', false, 1),
('mode', 't.change(''modes = array[''''phone'''']'')', true, 1), ('mode', 't.change(''modes = array[''''visit'''']'')', false, 1),
('district', 't.sql($s$delete from jamund.expert_districts where expert_id = t.e()$s$)', true, 1),
('district', 't.sql($s$update jamund.expert_districts set district = ''buk'' where expert_id = t.e()$s$)', true, 1),
('district', 't.sql($s$insert into jamund.expert_districts values (t.e(), ''buk'')$s$)', false, 1),
('district', 't.sql($s$delete from jamund.expert_districts where expert_id = t.e()$s$), t.ask(''mode = ''''phone'''''')', false, 1),
('language', 't.ask(''languages = array[''''en'''', ''''ko'''']'')', true, 1), ('language', 't.ask(''languages = ''''{}'''''')', false, 1),
('language', 't.change(''languages = array[''''en'''', ''''ko'''']'')', false, 1),
('notice', 't.change(''notice_minutes = 11581'')', true, 1), ('notice', 't.change(''notice_minutes = 11580'')', false, 1),
('notice', 't.change(''notice_minutes = 11580''), t.at(''2026-03-02 09:00:59.9+09'')', false, 1), ('notice', 't.change(''notice_minutes = 11580''), t.at(''2026-03-02 09:01+09'')', true, 1),
('rest', format('t.office(''rest_minutes = 15''), t.has(%L)', t.day(10, '11:44', '12:44')), true, 1), ('rest', format('t.office(''rest_minutes = 15''), t.has(%L)', t.day(10, '11:45', '12:45')), false, 1),
('rest', format('t.office(''rest_minutes = 15''), t.has(%L)', t.day(10, '08:16', '09:16')), true, 1), ('rest', format('t.office(''rest_minutes = 15''), t.has(%L)', t.day(10, '08:15', '09:15')), false, 1),
('rest', format('t.has(%L)', t.day(10, '11:29', '12:00')), false, 1), ('rest', format('t.office(''rest_minutes = 15''), t.has(%L, ''{"own": true}'')', t.day(10, '11:30', '12:00')), false, 1),
('rest', format('t.office(''rest_night_hours = 15''), t.has(%L)', t.day(9, '18:01', '19:01')), true, 1), ('rest', format('t.office(''rest_night_hours = 15''), t.has(%L)', t.day(9, '18:00', '19:00')), false, 1),
('rest', format('t.office(''rest_night_hours = 15''), t.has(%L)', t.day(11, '01:59', '03:00')), true, 1), ('rest', format('t.office(''rest_night_hours = 15''), t.has(%L)', t.day(11, '02:00', '03:00')), false, 1),
('rest', format('t.office(''rest_night_hours = 15''), t.has(%L)', t.day(10, '13:00', '14:00')), false, 1),
('visit', t.visit('2026-03-10 10:00+09'), false, 1), ('visit', t.visit('2026-03-10 10:01+09'), true, 1), ('visit', t.visit('2026-03-10 09:59+09'), true, 1),
('visit', t.visit('2026-03-10 09:59+09', false), false, 1),
('on_duty', t.on_duty(t.e(), '[2026-03-10 10:59+09,2026-03-10 12:00+09)'), true, 1), ('on_duty', t.on_duty(t.e(), '[2026-03-10 11:00+09,2026-03-10 12:00+09)'), false, 1),
('on_duty', t.on_duty(t.e(), '[2026-03-10 09:00+09,2026-03-10 10:00+09)'), false, 1), ('on_duty', t.on_duty(t.other(), '[2026-03-10 10:00+09,2026-03-10 12:00+09)'), false, 1),
('on_duty', t.on_duty(t.e(), '[2026-03-10 10:00+09,2026-03-10 12:00+09)', 'api.clock()'), false, 1),
('on_duty', t.on_duty(t.e(), '[2026-03-10 10:00+09,2026-03-10 12:00+09)') || ', t.ask(''desk = true, mode = ''''phone'''''')', false, 1),
('off_duty', 't.ask(''desk = true, mode = ''''phone'''''')', true, 1),
('off_duty', t.on_duty(t.e(), '[2026-03-10 10:00+09,2026-03-10 11:00+09)') || ', t.ask(''desk = true, mode = ''''phone'''''')', false, 1),
('off_duty', t.on_duty(t.e(), '[2026-03-10 10:01+09,2026-03-10 12:00+09)') || ', t.ask(''desk = true, mode = ''''phone'''''')', true, 1),
('off_duty', t.on_duty(t.e(), '[2026-03-10 09:00+09,2026-03-10 10:59+09)') || ', t.ask(''desk = true, mode = ''''phone'''''')', true, 1),
('off_duty', t.on_duty(t.e(), '[2026-03-10 10:01+09,2026-03-10 12:00+09)'), false, 1),
('cap_day', format('t.change(''cap_per_day = 1''), t.has(%L)', t.day(10)), true, 1), ('cap_day', format('t.has(%L)', t.day(10)), false, 1),
('cap_day', format('t.has(%L), t.has(%L)', t.day(10), t.day(10, '16:00', '17:00')), true, 1), ('cap_day', format('t.change(''cap_per_day = 1''), t.has(%L)', t.day(11)), false, 1),
('cap_day', format('t.change(''cap_per_day = 1''), t.has(%L, ''{"own": true}'')', t.day(10)), false, 1), ('cap_day', format('t.change(''cap_per_day = 1''), t.has(%L, jsonb_build_object(''expert'', t.other()))', t.day(10)), false, 1),
('cap_week', format('t.change(''cap_per_week = 1''), t.has(%L)', t.day(9)), true, 1), ('cap_week', format('t.change(''cap_per_week = 1''), t.has(%L)', t.day(15, '23:00', '24:00')), true, 1),
('cap_week', format('t.change(''cap_per_week = 1''), t.has(%L)', t.day(8, '22:00', '24:00')), false, 1), ('cap_week', format('t.change(''cap_per_week = 1''), t.has(%L)', t.day(16, '00:00', '01:00')), false, 1),
('cap_week', format('t.change(''cap_per_week = 2''), t.has(%L)', t.day(9)), false, 1), ('cap_week', format('t.change(''cap_per_week = 2''), t.has(%L), t.has(%L)', t.day(9), t.day(12)), true, 1),
('cap_year', format('t.change(''hours_per_year = 1''), t.has(%L)', t.day(20)), true, 1), ('cap_year', format('t.change(''hours_per_year = 2''), t.has(%L)', t.day(20)), false, 1),
('cap_year', format('t.change(''hours_per_year = 2''), t.has(%L)', t.day(20, '13:00', '14:01')), true, 1), ('cap_year', 't.change(''hours_per_year = 1'')', false, 1),
('cap_year', 't.change(''hours_per_year = 1''), t.has(''[2026-01-01 00:00+09,2026-01-01 01:00+09)'')', true, 1), ('cap_year', 't.change(''hours_per_year = 1''), t.has(''[2025-12-31 23:00+09,2026-01-01 00:00+09)'')', false, 1),
('cap_year', 't.change(''hours_per_year = 1''), t.has(''[2026-12-31 23:00+09,2027-01-01 00:00+09)'')', true, 1), ('cap_year', 't.change(''hours_per_year = 1''), t.has(''[2027-01-01 00:00+09,2027-01-01 01:00+09)'')', false, 1),
('cap_year', format('t.change(''hours_per_year = 1''), t.has(%L, ''{"own": true}'')', t.day(20)), false, 1),
('company_cap', format('t.office(''company_cap_per_year = 1''), t.has(%L, jsonb_build_object(''company'', (select c from t.x), ''expert'', t.other()))', t.day(20)), true, 1),
('company_cap', format('t.office(''company_cap_per_year = 2''), t.has(%L, jsonb_build_object(''company'', (select c from t.x), ''expert'', t.other()))', t.day(20)), false, 1),
('company_cap', format('t.office(''company_cap_per_year = 1''), t.has(%L, jsonb_build_object(''company'', (select c from t.x), ''own'', true))', t.day(20)), false, 1),
('company_cap', 't.office(''company_cap_per_year = 1''), t.has(''[2025-12-31 23:00+09,2026-01-01 00:00+09)'', jsonb_build_object(''company'', (select c from t.x)))', false, 1),
('availability', 't.sql($s$update jamund.availability set from_minute = 601 where expert_id = t.e()$s$)', true, 1), ('availability', 't.sql($s$update jamund.availability set from_minute = 600 where expert_id = t.e()$s$)', false, 1),
('availability', 't.sql($s$update jamund.availability set until_minute = 659 where expert_id = t.e()$s$)', true, 1), ('availability', 't.sql($s$update jamund.availability set until_minute = 660 where expert_id = t.e()$s$)', false, 1),
('window', 't.ask(''windows = ''''{[2026-03-10 10:00+09,2026-03-10 10:59+09)}'''''')', true, 1), ('window', 't.ask(''windows = ''''{[2026-03-10 10:00+09,2026-03-10 11:00+09)}'''''')', false, 1),
('window', 't.ask(''windows = ''''{[2026-03-10 10:01+09,2026-03-10 18:00+09)}'''''')', true, 1), ('window', 't.ask(''deadline = ''''2026-03-10 10:59+09'''''')', true, 1),
('window', 't.ask(''deadline = ''''2026-03-10 11:00+09'''''')', false, 1), ('window', t.visit('2026-03-10 10:00+09'), false, 1),
('window', t.visit('2026-03-10 10:00+09') || ', t.ask(''deadline = ''''2026-03-10 10:59+09'''''')', true, 1);
-- what counts as held: every live state of a seat, every standing one of an appointment
insert into t.rule_case (rule, setup, stands)
select 'cap_day', format('t.change(''cap_per_day = 1''), t.has(%L, %L)', t.day(10), jsonb_build_object('seat', seat, 'state', state)), seat = any ('{offered,countered,accepted}') and state <> 'cancelled'
  from unnest(array['offered', 'countered', 'accepted', 'declined', 'expired', 'withdrawn']) seat, unnest(array['tentative', 'confirmed', 'completed', 'cancelled']) state
 where seat = 'accepted' or state = 'confirmed';

create function t.against(c t.rule_case) returns boolean language sql as $$
    select c.rule = any (string_to_array(replace(t.judge(c.setup, c.seat, c.meeting), '!', ''), ' '))
$$;
select is(t.against(c), stands, format('%s %s: %s', rule, case when stands then 'stands' else 'does not stand' end, left(setup, 150))) from t.rule_case c;
select is(t.judge('', 1, '[2026-03-10 10:00+09,2026-03-10 11:00+09)'), '', 'nothing stands against the plain meeting');
select is((select string_agg(h, ' ' order by h) from (select distinct unnest(string_to_array(t.judge(setup, seat, meeting), ' ')) as h from t.rule_case where stands) x where h like '%!'),
    'conflict_affiliation! conflict_company! cooling_off! excluded! level! not_in_field! paused! term_over! visit!', 'those cannot be overridden');

-- ---- the judge of the judge ----
create table t.source as select prosrc as src, pg_get_functiondef(oid) as def from pg_proc where oid = 'jamund.offer_rules'::regproc;
-- its clauses: what gathers the facts, and a row for each rule
create table t.clause as
select i, coalesce(substring(piece from '^\(''(\w+)'''), 'facts') as rule, piece,
       case when piece like '(''%' then substring(piece from '^\(''\w+'', (?:true|false), ''(?:[^'']|'''')*'',\s+''(?:[^'']|'''')*'',\s*(.*?)\),?\s*(?:\n    \) x \(rule.*)?$') else piece end as condition
  from t.source, regexp_split_to_table(src, '(?<=\n        )(?=\(''\w+'', )') with ordinality p (piece, i);
select is((select array_agg(distinct rule::text order by rule::text) from t.clause where rule <> 'facts'), (select array_agg(distinct rule order by rule) from t.rule_case), 'every clause has its cases, and every case its clause');
select is((select count(*)::int from t.clause where condition is null), 0, 'every clause is understood');

-- The changes: always, never; each comparison, connective, sign and negation turned; a state left out.
create table t.turn (pattern text, by text);
insert into t.turn values
('(?<![<>@=&|:-])<(?![<>@=&|])', '<='), ('(?<![<>@=&|:-])<=(?![<>@=&|])', '<'), ('(?<![<>@=&|:-])>(?![<>@=&|])', '>='), ('(?<![<>@=&|:-])>=(?![<>@=&|])', '>'),
('(?<![<>@=&|:-])=(?![<>@=&|])', '<>'), ('<>', '='), (' and (?!e\.term_until)', ' or '), (' or ', ' and '), ('\mnot (?!between)', ''), ('not between', 'between'),
(' \+ ', ' - '), (' - ', ' + '), ('e\.term_from', 'e.term_from + 1'), ('e\.term_until', 'e.term_until - 1'), ('@>', '&&'), ('&&', '@>'),
('''offered'', ', ''), ('''countered'', ', ''), (', ''accepted''', ''), ('''tentative'', ', ''), ('''confirmed'', ', ''), (', ''completed''', ''),
('is distinct from', 'is not distinct from'), ('is null', 'is not null'), ('''9 days''', '''0 days''');
create table t.mutant as
select row_number() over () as no, * from (
    select c.i, c.rule, w.by as what, w.by as condition, c.condition as was from t.clause c, (values ('true'), ('false')) w (by) where c.rule <> 'facts'
    union all
    select c.i, c.rule, format('%s, the %s. becomes %s', regexp_substr(c.condition, m.pattern, 1, n), n, m.by), regexp_replace(c.condition, m.pattern, m.by, 1, n), c.condition
      from t.clause c, t.turn m, lateral generate_series(1, regexp_count(c.condition, m.pattern)) n) x;

-- Which case notices; null: none. 'no function': what came out cannot run.
create function t.noticed(m t.mutant) returns text language plpgsql as $$
declare
    who text;
    c t.rule_case;
begin
    begin
        begin
            execute replace((select def from t.source), (select piece from t.clause where i = m.i),
                            replace((select piece from t.clause where i = m.i), m.was, m.condition));
            for c in select * from t.rule_case x where x.rule = m.rule or m.rule = 'facts' and x.rule in ('cap_day', 'cap_week', 'cap_year', 'rest') order by x.stands desc loop
                if t.against(c) is distinct from c.stands then
                    who := left(c.setup || ' ' || c.rule, 100);
                    exit;
                end if;
            end loop;
        exception when syntax_error or undefined_function or datatype_mismatch or undefined_column or invalid_text_representation or data_exception then
            who := 'no function';
        end;
        raise exception using errcode = 'TT002', message = coalesce(who, '');
    exception when sqlstate 'TT002' then
        return nullif(sqlerrm, '');
    end;
end $$;
-- Changes that change nothing, and why.
create table t.same (rule text, what text, why text);
insert into t.same values ('facts', '>=, the 1. becomes >', 'of two meetings that touch either gap is too short');
create table t.seen as select m.*, t.noticed(m) as by_whom from t.mutant m;
select is((select string_agg(s.rule || ': ' || s.what, e'\n') from t.seen s where s.by_whom is null
             and not exists (select from t.same x where x.rule = s.rule and x.what = s.what)), null,
    format('%s changes of %s clauses are noticed', count(*) filter (where by_whom <> 'no function'), count(distinct i))) from t.seen;
select is((select string_agg(x.rule || ': ' || x.what, e'\n') from t.same x where not exists (select from t.seen s
    where s.rule = x.rule and s.what = x.what and s.by_whom is null)), null, 'what is said to change nothing does not');
select is((select count(*)::int from t.seen where by_whom = 'no function') * 5 < (select count(*)::int from t.seen), true, 'nearly all of them could run');
select * from finish();
rollback;
