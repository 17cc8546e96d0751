-- Calendars that are read from elsewhere: leases, what is kept when reading fails, whom it reaches.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e, t.expert('e2') as other;
create function t.act(what text, id uuid, body jsonb default '{}', more jsonb default '{}') returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.%I($1, $2)', what) into r using t.who('coordinator'), t.args(id, body) || more;
    return r;
end $$;
create function t.fails(what text, id uuid, body jsonb default '{}', more jsonb default '{}') returns text language sql as $$
    select t.problem(format('select t.act(%L, %L, %L, %L)', what, id, body, more)) ->> 'sqlstate'
$$;

create table t.c as select (t.act('calendar_add', e, '{"url": "https://user:pw@cal.example.kr:8443/secret/a.ics?t=1", "label": "일정"}')).body as doc from t.x;
create function t.id() returns uuid language sql as $$ select (doc ->> 'id')::uuid from t.c $$;
select is(doc ->> 'host', 'cal.example.kr', 'of the address the host is shown') from t.c;
select ok(doc::text !~ 'secret|pw|t=1', 'and nothing else') from t.c;
select is(jamund.calendar_doc(c, v) ?& array['label', 'host'], shown, v || ' sees whose it is: ' || shown)
  from jamund.calendars c, (values ('expert', true), ('coordinator', true), ('field', false), ('company', false), ('gateway', false)) y (v, shown);
select is(t.fails('calendar_add', e, '{"url": "https://user:pw@cal.example.kr:8443/secret/a.ics?t=1"}'), 'JM409', 'not twice') from t.x;
select t.act('calendar_add', e, jsonb_build_object('url', 'https://x.kr/' || n)) from t.x, generate_series(1, 3) n \g /dev/null
select is(t.fails('calendar_add', e, '{"url": "https://x.kr/5"}'), 'JM409', 'at most four') from t.x;
select is(t.fails('calendar_remove', other, '{}', jsonb_build_object('calendar_id', t.id())), 'P0002', 'of another expert it is not there') from t.x;
update jamund.calendars set due_at = 'infinity' where id <> t.id();

-- sealed: what the daemon gives in its stead
create function t.sealed(id uuid, what text) returns jsonb language sql as $$
    select jsonb_build_object('id', id, 'address', repeat(what, 60), 'host', 'cal.example.kr', 'same', what)
$$;
select t.act('calendar_add', other, '{"label": "b"}', jsonb_build_object('calendar', t.sealed('00000000-0000-4000-8000-000000000001', 'S'))) from t.x \g /dev/null
select is(concat_ws(' ', url, address, host, jamund.calendar_doc(c, 'coordinator') ->> 'host'), repeat('S', 60) || ' cal.example.kr cal.example.kr',
          'an address that comes sealed is kept so, under the id that it is sealed for') from jamund.calendars c where id = '00000000-0000-4000-8000-000000000001';
select is(t.fails('calendar_add', other, '{}', jsonb_build_object('calendar', t.sealed(gen_random_uuid(), 'S'))), 'JM409', 'the same is known again') from t.x;
select t.act('calendar_add', e, '{}', jsonb_build_object('calendar', t.sealed('00000000-0000-4000-8000-000000000002', 'S')))
  from (select t.expert('e3') as e) x \g /dev/null
select is(count(distinct same), 2::bigint, 'but not that two experts have it') from jamund.calendars where address is not null;
update jamund.calendars set due_at = case when id = '00000000-0000-4000-8000-000000000001' then api.clock() else 'infinity' end;
select is((select count(*) from api.calendar_claim('a', 10, 60)), 0::bigint, 'a daemon of the release before leaves it alone');
select is((select message -> 'url' is null and message ->> 'address' = repeat('S', 60) from api.calendar_lease('a', 10, 60)), true, 'one of this release has it');
select is(t.problem('update jamund.calendars set url = ''https://x.kr/'' where address is not null') ->> 'sqlstate', '23514', 'never both');
update jamund.calendars set due_at = case when id = t.id() then api.clock() else 'infinity' end;

-- leases
create table t.job as select * from api.calendar_lease('a', 10, 60);
select is((select count(*) from t.job), 1::bigint, 'one is due');
select is(message -> 'options', jsonb_build_object('from', 1772409600, 'until', 1772409600 + 27 * 7 * 86400, 'zone', 'Asia/Seoul',
    'address', e.email, 'own', '@' || o.host), 'whole weeks are asked for') from t.job, t.x x join jamund.experts e on e.id = x.e, jamund.office o;
select is((select count(*) from api.calendar_lease('b', 10, 60)), 0::bigint, 'nobody else has it meanwhile');
select ok(not api.calendar_busy(t.id(), 'b', '{"busy": [], "warnings": []}'), 'nor may say what is in it');
create table t.version as select coalesce(max(version), 0) as v from jamund.change_log;
select ok(api.calendar_busy(t.id(), 'a', '{"busy": [[1772500000, 1772503600, false], [1772510000, 1772513600, true]], "warnings": ["bad-rule"], "etag": "\"1\"", "last_modified": ""}'), 'who has it may');
select is(busy::text || maybe::text, '{["2026-03-03 01:06:40+00","2026-03-03 02:06:40+00")}{["2026-03-03 03:53:20+00","2026-03-03 04:53:20+00")}', 'busy and tentative are kept apart')
  from (select busy, maybe from jamund.calendars where id = t.id()) x, set_config('timezone', 'UTC', true);
select is(jamund.reached_experts(v, v + 1), array[e], 'the panel hears of it') from t.version, t.x;
select is(jamund.expert_facts(tstzrange('2026-03-01Z', '2026-04-01Z'), array[e]) -> 0 -> 'absences', '[[1772500000, 1772503600]]', 'and sees what is firm') from t.x;
select ok(api.calendar_busy(t.id(), 'a', '{"busy": [[1772500000, 1772503600, false]], "warnings": []}'), 'the same again');
select is((select max(version) from jamund.change_log), v + 1, 'is no change') from t.version;
select ok(not api.calendar_seal(t.id(), 'b', t.sealed(t.id(), 'T')), 'nor seal its address');
select ok(api.calendar_seal(t.id(), 'a', t.sealed(t.id(), 'T')), 'who has leased one that is readable seals it');
select is(concat_ws(' ', url, address), repeat('T', 60), 'then it is no more') from jamund.calendars where id = t.id();
select ok(api.calendar_sent(t.id(), 'a', ''), 'it was found');
select ok(not api.calendar_sent(t.id(), 'a', ''), 'which ends the lease');
select is(due_at >= api.clock() + interval '30 minutes' and due_at <= api.clock() + interval '40 minutes', true, 'and it is left alone for a while') from jamund.calendars where id = t.id();

-- how it stands
select is(api.calendars_stale(), 0::bigint, 'none is stale');

-- what fails
update jamund.calendars set due_at = api.clock() where id = t.id();
select is((select message ->> 'etag' from api.calendar_lease('a', 10, 60)), null, 'an etag of none is none');
select ok(api.calendar_failed(t.id(), 'a', 'http-503', false, 900), 'it could not be read');
select is(jamund.calendar_doc(c, 'coordinator') ->> 'state' || ' ' || (jamund.calendar_doc(c, 'coordinator') ->> 'reason') || ' ' || c.attempts
          || ' ' || (c.busy <> '{}') || ' ' || (c.due_at - api.clock()), 'failing http-503 1 true 00:15:00', 'what was read is kept, and it is tried again') from jamund.calendars c where id = t.id();
update jamund.calendars set due_at = api.clock() where id = t.id();
select is(api.calendars_stale(), 1::bigint, 'one is stale');
select is((select attempts from api.calendar_lease('a', 10, 0)), 2, 'the second try');
select is((select attempts from api.calendar_lease('b', 10, 60)), 3, 'a lease that ran out is anybody''s');
select ok(not api.calendar_failed(t.id(), 'a', 'late', false, 1) and api.calendar_sent(t.id(), 'b', ''), 'and no more of who had it');

-- an expert who is somebody else, or elsewhere
create function t.marks() returns text language sql as $$
    select concat_ws(' ', etag, read_at is null, due_at = api.clock(), leased_by) from jamund.calendars where id = t.id()
$$;
update jamund.calendars set etag = 'x', leased_by = 'a', lease_until = api.clock() + interval '1 minute', due_at = api.clock() + interval '1 hour', read_at = api.clock()
 where id = t.id();
select jamund.expert_store(e, t.expert_body('e1@example.kr', '{"name": "다른 이름"}')) from t.x \g /dev/null
select is(t.marks(), 'x f f a', 'another name leaves what was read');
select jamund.expert_store(e, t.expert_body('e1@example.kr', '{"zone": "Europe/Berlin"}')) from t.x \g /dev/null
select is(t.marks(), 't t', 'in another zone it is read anew, and what is under way is not taken');

-- the end of a term
update jamund.calendars set due_at = 'infinity' where id <> t.id();
update jamund.experts set term_until = api.clock()::date - 25 where id = (select e from t.x);
select is((select count(*) from api.calendar_lease('a', 10, 0)), 1::bigint, 'some days after the term it is read still');
update jamund.experts set term_until = api.clock()::date - 35 where id = (select e from t.x);
select is((select count(*) from api.calendar_lease('a', 10, 0)), 0::bigint, 'then no more');
select is(url, '-', 'and its address is forgotten') from jamund.calendars where id = t.id();
select is(count(*), 1::bigint, 'which is written down') from jamund.change_log where kind = 'calendar.remove';
update jamund.experts set term_until = '2027-12-31' where id = (select e from t.x);
update jamund.calendars set removed_at = null, url = null, address = repeat('U', 60) where id = t.id();

-- removed
select is((t.act('calendar_remove', e, '{}', jsonb_build_object('calendar_id', t.id()))).status, 200, 'removed') from t.x;
select is(concat_ws('', url, address, host, same, busy, maybe), '-{}{}', 'all of it is forgotten') from jamund.calendars where id = t.id();
select is(jamund.expert_facts(tstzrange('2026-03-01Z', '2026-04-01Z'), array[e]) -> 0 -> 'absences', '[]', 'and counts no more') from t.x;

select * from finish();
rollback;
