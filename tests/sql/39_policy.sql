-- The office's policies: cooling-off, rest; hours that are not of every week.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1, t.company('다라') as c2;
create function t.number_of(company uuid) returns text language sql as $$ select registration_number from jamund.companies where id = company $$;
create function t.against(company uuid, expert uuid, start text) returns text language sql as $$
    select t.rules(t.refusal(t.request(company), expert, start))
$$;
create function t.panel_expert(company uuid, expert uuid) returns jsonb language sql as $$
    select x from jsonb_array_elements(api.request_panel(t.request(company)) -> 'experts') x where x ->> 'id' = expert::text
$$;
create function t.put(expert uuid, more jsonb) returns jsonb language sql as $$
    select (api.expert_put(t.who('manager'), t.args(expert, jamund.expert_body(e) || more))).body from jamund.experts e where id = expert
$$;
create function t.conflicts(companies text, affiliations text, ended text) returns jsonb language sql as $$
    select jsonb_build_object('conflicts', jsonb_strip_nulls(jsonb_build_object('companies', companies::jsonb,
        'affiliations', affiliations::jsonb, 'ended', ended::jsonb)))
$$;

-- a conflict of interest that ended
update jamund.office set cooling_off_months = 6;
select t.put(e1, t.conflicts('[]', '[]', format('[{"kind": "company", "subject": "%s", "last_day": "2026-03-31"}]', t.number_of(c1)))) from t.x \g /dev/null
select is(t.against(c1, e1, '2026-09-30T10:00:00+09:00'), 'JM004 cooling_off', 'six months after its last day the expert stays away') from t.x;
select is(t.against(c1, e1, '2026-09-30T23:59:00+09:00'), 'JM004 cooling_off', 'to the last minute') from t.x;
select is(t.against(c1, e1, '2026-10-01T00:00:00+09:00'), null, 'and not longer') from t.x;
select is(t.against(c2, e1, '2026-09-30T10:00:00+09:00'), null, 'not from another company') from t.x;
select is(t.against(c1, e2, '2026-09-30T10:00:00+09:00'), null, 'and nobody else does') from t.x;
select is(t.rules(t.refusal(t.request(c1), e1, '2026-09-30T10:00:00+09:00', '센터장 승인')), 'JM004 cooling_off', 'no reason overrides it') from t.x;
select is(t.panel_expert(c1, e1) #> '{conflicts,ended}', jsonb_build_array(jsonb_build_object('key', t.number_of(c1),
    'until', extract(epoch from '2026-10-01 00:00+09'::timestamptz)::bigint)), 'core knows from whom and until when') from t.x;
update jamund.office set cooling_off_months = 0;
select is(t.against(c1, e1, '2026-03-31T23:00:00+09:00'), 'JM004 cooling_off', 'without months it ends with its last day') from t.x;
select is(t.against(c1, e1, '2026-04-01T00:00:00+09:00'), null, 'and not later') from t.x;
update jamund.office set cooling_off_months = 6;
select t.put(e1, t.conflicts('[]', '[]', '[{"kind": "affiliation", "subject": "(주)가 나", "last_day": "2026-03-31"}]')) from t.x \g /dev/null
select is(t.against(c1, e1, '2026-09-30T10:00:00+09:00'), 'JM004 cooling_off', 'an affiliation is known however it is written') from t.x;
select t.put(e1, t.conflicts('[]', '[]', '[{"kind": "affiliation", "subject": "(주)", "last_day": "2026-03-31"}]')) from t.x \g /dev/null
select is(t.against(c1, e1, '2026-09-30T10:00:00+09:00'), null, 'a legal form alone names nobody') from t.x;

-- what is taken off the lists has ended
select t.put(e1, t.conflicts(format('["%s", "%s"]', t.number_of(c1), t.number_of(c2)), '["셋"]', '[]') || '{"affiliation": "하나"}') from t.x \g /dev/null
select is(t.put(e1, t.conflicts(format('["%s"]', t.number_of(c2)), '["㈜셋"]', null) || '{"affiliation": "하나 (주)"}') #> '{conflicts,ended}',
    jsonb_build_array(jsonb_build_object('kind', 'company', 'subject', t.number_of(c1), 'last_day', '2026-03-02')),
    'a company off the list ended today; another spelling is the same affiliation') from t.x;
select is(t.put(e1, t.conflicts('[]', '[]', null) || '{"affiliation": ""}') #>> '{conflicts,ended,0,subject}', '㈜셋',
    'so did an affiliation') from t.x;
select is((select count(*)::int from jamund.conflicts_ended where expert_id = e1), 4, 'who leaves an office had a conflict with it') from t.x;
select t.at('2026-05-02 09:00+09') \g /dev/null
select t.put(e1, t.conflicts(format('["%s"]', t.number_of(c1)), '[]', null)) from t.x \g /dev/null
select is(t.put(e1, t.conflicts('[]', '[]', null)) @> jsonb_build_object('conflicts', jsonb_build_object('ended',
    jsonb_build_array(jsonb_build_object('subject', t.number_of(c1), 'last_day', '2026-05-02')))), true, 'one that came back ends anew') from t.x;
select t.put(e1, t.conflicts(format('["%s"]', t.number_of(c1)), '[]', '[]')) from t.x \g /dev/null
select is(t.put(e1, t.conflicts('[]', '[]', format('[{"kind": "company", "subject": "%s", "last_day": "2026-04-01"}]', t.number_of(c1)))) #>> '{conflicts,ended,0,last_day}',
    '2026-04-01', 'what the call says of it counts') from t.x;
select t.put(e1, t.conflicts('[]', '[]', '[]')) from t.x \g /dev/null
select t.at('2026-03-02 09:00+09') \g /dev/null

-- rest: meetings at 13:00 to 14:00 on Wednesday the 4th; buffers of e1 are 10 and 20 minutes
select t.offer(t.request(c2), e1, '2026-03-04T13:00:00+09:00') from t.x \g /dev/null
select is(t.against(c1, e1, '2026-03-04T14:30:00+09:00'), null, 'no rest is asked for: buffers are enough') from t.x;
update jamund.office set rest_minutes = 15;
select is(t.against(c1, e1, at), want, 'rest at ' || at) from t.x, (values
    ('2026-03-04T14:44:00+09:00', 'JM004 rest'), ('2026-03-04T14:45:00+09:00', null),
    ('2026-03-04T11:16:00+09:00', 'JM004 rest'), ('2026-03-04T11:15:00+09:00', null)) r (at, want);
select is(t.against(c1, e2, '2026-03-04T14:44:00+09:00'), null, 'it is the expert''s rest, nobody else''s') from t.x;
select is(t.refusal(t.request(c1), e1, '2026-03-04T14:30:00+09:00', '급한 건'), null, 'a reason overrides it') from t.x;
update jamund.office set rest_minutes = 0, rest_night_hours = 19;
select is(t.against(c1, e1, at), want, 'the night before or after ' || at) from t.x, (values
    ('2026-03-05T08:59:00+09:00', 'JM004 rest'), ('2026-03-05T09:00:00+09:00', null), ('2026-03-04T15:00:00+09:00', null),
    ('2026-03-03T17:01:00+09:00', 'JM004 rest'), ('2026-03-03T17:00:00+09:00', null), ('2026-03-04T00:00:00+09:00', null)) r (at, want);
update jamund.experts set zone = 'America/New_York' where id = (select e1 from t.x);
select is(t.against(c1, e1, at), want, 'in New York: ' || at) from t.x, (values -- 23:00 on Tuesday there
    ('2026-03-05T08:59:00+09:00', 'JM004 rest'), ('2026-03-04T15:00:00+09:00', 'JM004 rest'), ('2026-03-04T11:00:00+09:00', null)) r (at, want);
update jamund.experts set zone = 'Asia/Seoul';
select is(jsonb_build_array(p -> 'rest_minutes', p -> 'rest_night_minutes'), '[0, 1140]', 'core knows the rest asked for')
  from t.x, api.request_panel(t.request(c1)) p;
select is(t.problem(format('select api.appointment_move(t.who(''coordinator''), t.args(%L, %L))', a.id,
    '{"start": "2026-03-05T08:00:00+09:00", "reason": "변경"}')), null, 'a meeting that moves needs no rest from itself')
  from t.x, jamund.appointments a where a.request_id in (select id from jamund.requests) and a.state = 'tentative' limit 1;
update jamund.office set rest_night_hours = 0;

-- hours that are not of every week: all days against counting
create function t.slow(weekday int, every int, nth int[], first date, last date, day date) returns boolean language sql as $$
    select extract(isodow from day) = weekday and day >= coalesce(first, day) and day <= coalesce(last, day)
       and (every = 1 or exists (select from generate_series(date_trunc('week', first::timestamp), day, every * interval '1 week') w
                                  where date_trunc('week', day::timestamp) = w))
       and (nth is null or exists (select from unnest(nth) n where n = (select count(*) from generate_series(date_trunc('month', day::timestamp), day, '1 day') d
               where extract(isodow from d) = weekday)
            or -n = (select count(*) from generate_series(day, date_trunc('month', day::timestamp) + interval '1 month' - interval '1 day', '1 day') d
               where extract(isodow from d) = weekday)))
$$;
create table t.hours as
select row((select e2 from t.x), w, 540, 720, k.every, k.nth, k.first, k.last)::jamund.availability as v
  from generate_series(1, 7) w, (values (1, null::int[], null::date, null::date), (1, null, '2026-03-05', null), (1, null, null, '2026-03-20'),
    (2, null, '2026-02-27', null), (2, null, '2026-03-01', '2027-06-30'), (3, null, '2026-03-02', null), (52, null, '2026-03-03', null),
    (1, '{1}', null, null), (1, '{2,-1}', null, null), (1, '{5}', '2026-04-01', '2026-12-31'), (1, '{-5,4}', null, null), (1, '{-2}', null, null)) k (every, nth, first, last);
select is((select string_agg(h.v::text || d::date, ' ') from t.hours h, generate_series('2026-02-01'::date, '2028-03-05', '1 day') d
            where jamund.falls_on(h.v, d::date) <> t.slow((h.v).weekday, (h.v).every, (h.v).nth, (h.v).first_day, (h.v).last_day, d::date)),
    null, 'a rule falls on the days that counting finds');
select is((select count(*)::int from t.hours h, generate_series('2026-02-01'::date, '2028-03-05', '1 day') d where jamund.falls_on(h.v, d::date)) > 1000, true, 'of which there are many');

create table t.broad as select t.expert('broad', '{"availability": [{"weekday": "tue", "from": "14:00", "until": "17:00", "nth": [2, -1], "first_day": "2026-03-01"},
    {"weekday": "wed", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-03-04"}, {"weekday": "thu", "from": "09:00", "until": "12:00"}]}') as e;
select is(t.against(c1, e, at), want, 'hours on ' || at) from t.x, t.broad, (values
    ('2026-03-03T14:00:00+09:00', 'JM004 availability'), ('2026-03-10T14:00:00+09:00', null), ('2026-03-31T16:00:00+09:00', null),
    ('2026-03-04T09:00:00+09:00', null), ('2026-03-11T09:00:00+09:00', 'JM004 availability'), ('2026-03-18T11:00:00+09:00', null)) r (at, want);
select is(jamund.weekly_doc(e), '[{"weekday": "tue", "from": "14:00", "until": "17:00", "nth": [-1, 2], "first_day": "2026-03-01"},
    {"weekday": "wed", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-03-04"}, {"weekday": "thu", "from": "09:00", "until": "12:00"}]', 'they come out as they came in') from t.broad;
select is(t.panel_expert(c1, e) -> 'availability' @> '[{"weekday": 2, "from": 840, "until": 1020, "nth": [-1, 2], "first": "2026-03-01"},
    {"weekday": 3, "from": 540, "until": 720, "every": 2, "first": "2026-03-04"}, {"weekday": 4, "from": 540, "until": 720}]', true, 'core reads them') from t.x, t.broad;
-- the form of the week changes only hours of every week
create table t.link as select t.id(api.expert_link(t.who('coordinator'), t.args(e))) as id from t.broad;
select is((select (page #>> '{week,thu}') || (page #>> '{week,wed}') from api.hours_page(id)), '09:00-12:00', 'the form shows hours of every week') from t.link;
select is((select page -> 'other_weeks' from api.hours_page(id)), '[{"weekday": "tue", "from": "14:00", "until": "17:00", "nth": [-1, 2], "first_day": "2026-03-01"},
    {"weekday": "wed", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-03-04"}]', 'the others are told beside it') from t.link;
select is(api.hours_change(t.link.id, jsonb_build_object('change', 'week', 'version', version, 'wed', '13:00-15:00')), 'done', 'the form is saved')
  from t.link, t.broad join jamund.experts x on x.id = e;
select is(jamund.weekly_doc(e), '[{"weekday": "tue", "from": "14:00", "until": "17:00", "nth": [-1, 2], "first_day": "2026-03-01"},
    {"weekday": "wed", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-03-04"}, {"weekday": "wed", "from": "13:00", "until": "15:00"}]', 'and has lost nothing that it does not show') from t.broad;

select * from finish();
rollback;
