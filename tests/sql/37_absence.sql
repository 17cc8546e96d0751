-- Hours of weeks and dates, absences, pauses; what collides with them, and handing it over.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1, t.company('다라') as c2,
    t.expert('ny', '{"zone": "America/New_York", "availability": []}') as ny;
create function t.act(what text, id uuid, body jsonb default '{}', more jsonb default '{}') returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.%I($1, $2)', what) into r using t.who('coordinator', more), t.args(id, body) || coalesce(body -> 'path', '{}');
    return r;
end $$;
create function t.fails(what text, id uuid, body jsonb default '{}', more jsonb default '{}') returns jsonb language sql as $$
    select t.problem(format('select t.act(%L, %L, %L, %L)', what, id, body, more))
$$;
create function t.version(expert uuid) returns int language sql as $$ select version from jamund.experts where id = expert $$;
create function t.life(appointment uuid) returns text language sql as $$
    select q.state || ' ' || a.state || ' ' || (select string_agg(s.state, ',' order by s.seat) from jamund.current_seats(a.id) s)
      from jamund.appointments a join jamund.requests q on q.id = a.request_id where a.id = appointment
$$;
create function t.sends() returns text language plpgsql as $$
declare o text;
begin
    select string_agg(kind || '>' || split_part(to_email, '@', 1), ' ' order by seq) into o from jamund.messages where state = 'queued';
    perform t.deliver();
    return coalesce(o, '-');
end $$;
-- everything that a mistaken move would touch
create function t.world() returns text language sql as $$
    select md5(string_agg(x, '' order by x)) from (select a::text from jamund.appointments a union all select s::text from jamund.seats s
        union all select h::text from jamund.holds h union all select m::text from jamund.messages m union all select v::text from jamund.revisions v
        union all select q::text from jamund.requests q where exists (select from jamund.appointments a where a.request_id = q.id)) y (x)
$$;

-- a window of the day in instants, as core/zone.h says: the rows of tests/unit/availability_test.c
create table t.window (zone text, day date, from_ int, until_ int, minutes int, starts int);
insert into t.window values
('America/New_York', '2026-03-07', 540, 1080, 540, 14 * 60), ('America/New_York', '2026-03-08', 540, 1080, 540, 13 * 60),
('America/New_York', '2026-03-08', 60, 240, 120, 6 * 60), ('America/New_York', '2026-03-08', 150, 240, 60, 7 * 60),
('America/New_York', '2026-03-08', 120, 180, 0, 7 * 60), ('America/New_York', '2026-03-08', 0, 1440, 1380, 5 * 60),
('America/New_York', '2026-11-01', 60, 120, 120, 5 * 60), ('America/New_York', '2026-11-01', 60, 90, 90, 5 * 60),
('America/New_York', '2026-11-01', 0, 60, 60, 4 * 60), ('America/New_York', '2026-11-01', 540, 1080, 540, 14 * 60),
('America/New_York', '2026-11-01', 0, 1440, 1500, 4 * 60),
('Australia/Lord_Howe', '2026-10-04', 60, 180, 90, -9 * 60 - 30), ('Australia/Lord_Howe', '2026-04-05', 60, 180, 150, -10 * 60),
('Asia/Seoul', '1987-05-10', 60, 240, 120, -8 * 60), ('Asia/Seoul', '1988-10-09', 60, 240, 240, -9 * 60),
('America/St_Johns', '2010-11-06', 1320, 1440, 180, 24 * 60 + 30), -- set back at 00:01: that evening went on for an hour
('Asia/Kathmandu', '2026-06-01', 540, 600, 60, 3 * 60 + 15);
select is(format('%s minutes at %s', (jamund.epoch(u) - jamund.epoch(f)) / 60, (jamund.epoch(f) - jamund.epoch(day::timestamp at time zone 'UTC')) / 60),
          format('%s minutes at %s', minutes, starts), format('%s %s %s-%s', zone, day, from_, until_))
  from t.window, lateral (select jamund.utc_of(day + make_interval(mins => from_), zone, false) as f,
                                 jamund.utc_of(day + make_interval(mins => until_), zone, true) as u) x;

-- what core reads of a range: whole seconds, never none
select is(jamund.ranges_doc(array[r::tstzrange]), doc::jsonb, format('%s for core', r)) from (values
    ('[1970-01-01 00:00:10.2Z,1970-01-01 00:00:10.8Z)', '[[10, 11]]'), ('[1970-01-01 00:00:10Z,1970-01-01 00:00:20.001Z)', '[[10, 21]]'),
    ('[1970-01-01 00:00:10.999Z,1970-01-01 00:00:20Z)', '[[10, 20]]')) x (r, doc);

-- tables
select is(t.problem(format('insert into jamund.availability_dates values (%L, ''2026-03-09'', %L)', e1, w)) ->> 'sqlstate', s,
    format('windows of a date: %s', w))
  from t.x, (values ('{[0,1441)}', '23514'), ('{[-1,60)}', '23514'), ('{[,60)}', '23514'), ('{(,)}', '23514')) y (w, s);
select is(t.problem(format('insert into jamund.absences (expert_id, created_at, during) values (%L, api.clock(), %L)', e1, w)) ->> 'sqlstate', '23514',
    format('no absence: %s', w)) from t.x, (values ('empty'), ('(,2026-03-09 00:00+09)')) y (w);

-- hours as a whole
create table t.v as select t.version(e1) as v from t.x;
create table t.put as select t.act('availability_put', e1, '{"weekly": [{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "mon", "from": "13:00", "until": "18:00"}, {"weekday": "tue", "from": "09:00", "until": "18:00"}],
    "dates": [{"date": "2026-03-11", "windows": [{"from": "14:00", "until": "16:00"}, {"from": "10:00", "until": "12:00"}]}, {"date": "2026-03-09", "windows": []}]}',
    jsonb_build_object('if_match', jamund.etag(v))) as r from t.x, t.v;
select is((r).body - 'expert_id', jsonb_build_object('version', v + 1, 'zone', 'Asia/Seoul', 'paused', false, 'collisions', '[]'::jsonb,
    'weekly', '[{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "mon", "from": "13:00", "until": "18:00"}, {"weekday": "tue", "from": "09:00", "until": "18:00"}]'::jsonb,
    'dates', '[{"date": "2026-03-09", "windows": []}, {"date": "2026-03-11", "windows": [{"from": "10:00", "until": "12:00"}, {"from": "14:00", "until": "16:00"}]}]'::jsonb), 'all hours anew') from t.put, t.v;
select is((t.act('availability_get', e1)).body || '{"collisions": []}', (r).body, 'read as they were written') from t.x, t.put;
select is((t.act('availability_get', e1)).etag, (r).etag, 'under the expert''s version') from t.x, t.put;
select is((select kind || ' ' || entity_id from jamund.change_log order by version desc limit 1), 'availability.put ' || e1, 'in the change log') from t.x;
select is((select action || ' ' || actor_kind || ' ' || (detail -> 'dates' -> 1 ->> 'date') from jamund.audit order by id desc limit 1), 'availability.put user 2026-03-09', 'and in the audit');
select is(t.fails('availability_put', e1, '{"weekly": [], "dates": []}', jsonb_build_object('if_match', jamund.etag(v))) ->> 'sqlstate', 'JM412', 'not over what somebody else changed') from t.x, t.v;
select is(t.fails('availability_put', gen_random_uuid(), '{"weekly": [], "dates": []}') ->> 'sqlstate', 'P0002', 'of an expert who is there');
select is(t.pointers(t.fails('availability_put', e1, '{"weekly": [{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "tue", "from": "09:00", "until": "12:00"}, {"weekday": "mon", "from": "11:00", "until": "18:00"}],
    "dates": [{"date": "2026-03-11", "windows": [{"from": "10:00", "until": "12:00"}, {"from": "11:00", "until": "12:00"}]}, {"date": "2026-03-12", "windows": []}, {"date": "2026-03-11", "windows": []}]}')),
    'JM422 /dates/0/windows/1 /dates/2/date /weekly/2', 'each fault is named by its place') from t.x;
select is((t.act('availability_get', e1)).etag, (r).etag, 'and nothing is written') from t.x, t.put;
select is(t.rules(t.refusal(t.request(c1), e1, start)), rule, format('%s: %s', start, what)) from t.x, (values
    ('2026-03-09T10:00:00+09:00', 'JM004 availability', 'a closed date'), ('2026-03-16T10:00:00+09:00', null, 'any other Monday'),
    ('2026-03-16T11:30:00+09:00', 'JM004 availability', 'over lunch'), ('2026-03-11T10:30:00+09:00', null, 'a date of its own on a Wednesday'),
    ('2026-03-11T12:00:00+09:00', 'JM004 availability', 'between its windows'), ('2026-03-18T10:30:00+09:00', 'JM004 availability', 'not the next Wednesday')) y (start, rule, what);
insert into jamund.holidays values ('2026-03-11', '쉬는 날', 'Holiday'), ('2026-03-16', '쉬는 날', 'Holiday');
select is(t.refusal(t.request(c1), e1, '2026-03-11T10:30:00+09:00'), null, 'a date of its own stands on a holiday') from t.x;
select is(t.rules(t.refusal(t.request(c1), e1, '2026-03-16T10:00:00+09:00')), 'JM004 availability', 'the weekly hours do not') from t.x;
delete from jamund.holidays;
select is((select x -> 'dates' from jsonb_array_elements(jamund.expert_facts('[2026-03-01 00:00+09,2026-04-01 00:00+09)', array(select id from jamund.experts))) x where x ->> 'id' = e1::text),
    '[{"day": "2026-03-09", "from": 0, "until": 0}, {"day": "2026-03-11", "from": 600, "until": 720}, {"day": "2026-03-11", "from": 840, "until": 960}]', 'core reads the same') from t.x;
select is((select x -> 'dates' from jsonb_array_elements(jamund.expert_facts('[2026-06-01 00:00+09,2026-07-01 00:00+09)', array(select id from jamund.experts))) x where x ->> 'id' = e1::text), '[]', 'of the dates near') from t.x;

-- a date on which the clock changes
select t.act('availability_put', ny, '{"weekly": [], "dates": [{"date": "2026-03-08", "windows": [{"from": "01:00", "until": "04:00"}]}, {"date": "2026-11-01", "windows": [{"from": "01:00", "until": "02:00"}]},
    {"date": "2026-11-02", "windows": [{"from": "22:00", "until": "24:00"}]}, {"date": "2026-11-03", "windows": [{"from": "00:00", "until": "02:00"}]}]}') from t.x \g /dev/null
select is(t.rules(t.refusal(t.request(c1, jsonb_build_object('minutes', minutes)), ny, start)), rule, format('%s for %s minutes', start, minutes)) from t.x, (values
    ('2026-03-08T01:00:00-05:00', 120, null), ('2026-03-08T01:30:00-05:00', 120, 'JM004 availability'), ('2026-03-08T03:00:00-04:00', 60, null),
    ('2026-11-01T01:00:00-04:00', 120, null), ('2026-11-01T01:30:00-05:00', 30, null), ('2026-11-01T01:30:00-05:00', 60, 'JM004 availability'),
    ('2026-11-02T23:00:00-05:00', 120, null)) y (start, minutes, rule);

-- absences: the meetings in them are told and never moved
create table t.a as select t.offer(t.request(c1), e2, '2026-03-04T10:00:00+09:00') as told, t.offer(t.request(c2), e2, '2026-03-05T10:00:00+09:00') as asked,
    t.offer(t.request(c1), e2, '2026-03-12T10:00:00+09:00') as later from t.x;
select t.sends(), t.accept(told), t.sends() from t.a \g /dev/null
create table t.w as select t.world() as w;
create table t.add as select t.act('absence_add', e2, '{"from": "2026-03-04T00:00:00+09:00", "until": "2026-03-06T00:00:00+09:00", "reason": "출장"}') as r from t.x;
select is((r).status || ' ' || (r).etag, '201 ' || jamund.etag(t.version(e2)), 'an absence is added') from t.add, t.x;
select is((r).body - 'id' - 'expert_id' - 'collisions', '{"version": 1, "from": "2026-03-04T00:00:00+09:00", "until": "2026-03-06T00:00:00+09:00", "reason": "출장", "created_at": "2026-03-02T09:00:00+09:00", "cancelled_at": null}', 'as it was said') from t.add;
select is((select jsonb_agg(c - 'seat_id' - 'request_id' - 'company' - 'absence_id') from jsonb_array_elements((r).body -> 'collisions') c), jsonb_build_array(
    jsonb_build_object('appointment_id', told, 'seat', 1, 'state', 'accepted', 'start', '2026-03-04T10:00:00+09:00', 'end', '2026-03-04T11:00:00+09:00', 'cause', 'absence'),
    jsonb_build_object('appointment_id', asked, 'seat', 1, 'state', 'offered', 'start', '2026-03-05T10:00:00+09:00', 'end', '2026-03-05T11:00:00+09:00', 'cause', 'absence')), 'and what is in it is told') from t.add, t.a;
select is(t.world(), w, 'nothing is moved, nobody is told') from t.w;
select is(t.rules(t.refusal(t.request(c2), e2, '2026-03-04T14:00:00+09:00')), 'JM004 paused', 'nothing new is booked in it') from t.x;
select is((t.act('collision_list', e2)).body -> 'items', (r).body -> 'collisions', 'the list tells it at any time') from t.add, t.x;
select is((api.absence_list(t.who('field'), t.args(e2))).body #> '{items,0}', (r).body - 'collisions' - 'reason', 'the field team does not see why') from t.add, t.x;
select is((select reason from jamund.audit where action = 'absence.add' order by id desc limit 1), '출장', 'it is in the audit');
select is(t.pointers(t.fails('absence_add', e2, b)), 'JM422 /until', format('not an absence: %s', b)) from t.x, (values
    ('{"from": "2026-03-01T00:00:00+09:00", "until": "2026-03-02T09:00:00+09:00"}'::jsonb), ('{"from": "2026-03-06T00:00:00+09:00", "until": "2026-03-06T00:00:00+09:00"}')) y (b);
select is(t.fails('absence_end', e1, jsonb_build_object('path', jsonb_build_object('absence_id', (r).body -> 'id'))) ->> 'sqlstate', 'P0002', 'an absence of somebody else is not there') from t.add, t.x;
select is(t.fails('absence_end', e2, jsonb_build_object('path', jsonb_build_object('absence_id', (r).body -> 'id')), '{"if_match": "\"v0\""}') ->> 'sqlstate', 'JM412', 'nor ended by who has not read it') from t.add, t.x;
select is((t.act('absence_end', e2, jsonb_build_object('path', jsonb_build_object('absence_id', (r).body -> 'id')))).body ->> 'cancelled_at', '2026-03-02T09:00:00+09:00', 'one that has not begun is taken back') from t.add, t.x;
select is(t.fails('absence_end', e2, jsonb_build_object('path', jsonb_build_object('absence_id', (r).body -> 'id'))) ->> 'sqlstate', 'P0002', 'once') from t.add, t.x;
select is((t.act('collision_list', e2)).body -> 'items', '[]', 'then nothing collides') from t.x;
select is(t.refusal(t.request(c2), e2, '2026-03-04T14:00:00+09:00'), null, 'and the time is free again') from t.x;

-- a pause
select is((t.act('expert_pause', e2, '{"reason": "안식년"}')).body ->> 'until', null, 'a pause has no end') from t.x;
select is(t.fails('expert_pause', e2) ->> 'sqlstate', 'JM002', 'there is one') from t.x;
select is((select string_agg(c ->> 'cause', ' ') from jsonb_array_elements((t.act('collision_list', e2)).body -> 'items') c), 'pause pause pause', 'all that is to come is in it') from t.x;
select is((t.act('availability_get', e2)).body ->> 'paused', 'true', 'the hours say so') from t.x;
select t.at('2026-03-02 10:00+09') \g /dev/null
select is((t.act('expert_resume', e2)).body ->> 'paused', 'false', 'it ends') from t.x;
select is(t.fails('expert_resume', e2) ->> 'sqlstate', 'JM002', 'once') from t.x;
select is((select during from jamund.absences where expert_id = e2 and cancelled_at is null), tstzrange('2026-03-02 09:00+09', '2026-03-02 10:00+09'), 'what was, stays known') from t.x;
select is((t.act('absence_list', e2)).body -> 'items', '[]', 'the list holds what is not over') from t.x;
select is(t.world(), w, 'still nothing has moved') from t.w;

-- hours that no longer hold a meeting; one that was meant to be outside does not count
create table t.o as select t.offer(t.request(c2), e1, '2026-03-17T20:00:00+09:00', '저녁 요청') as meant, t.offer(t.request(c2), e1, '2026-03-17T10:00:00+09:00') as inside from t.x;
select is((t.act('collision_list', e1)).body -> 'items', '[]', 'decided by a reason') from t.x;
select is((select jsonb_agg(c -> 'appointment_id' || (c -> 'cause') || (c -> 'absence_id')) from jsonb_array_elements((t.act('availability_put', e1, '{"weekly": [], "dates": []}')).body -> 'collisions') c),
    jsonb_build_array(jsonb_build_array(inside, 'hours', null)), 'a change of hours tells what it leaves outside') from t.x, t.o;

update jamund.experts set term_until = '2026-03-16' where id = (select e1 from t.x);
select is((select string_agg(c ->> 'cause', ' ') from jsonb_array_elements(jamund.collisions_doc(e1)) c), 'term term', 'a term of office that ends before') from t.x;
update jamund.experts set term_until = '2027-12-31' where id = (select e1 from t.x);

-- handing over: a preview, all or nothing, once by its key
select t.act('expert_pause', e2) from t.x \g /dev/null
select t.sends() \g /dev/null
create table t.before as select t.world() as w, (select max(version) from jamund.change_log) as v;
create table t.dry as select t.act('hand_over', e2, '{"reason": "병가", "dry_run": true}', '{"key": "k0", "hash": "h0"}') as r from t.x;
select is((select string_agg(concat_ws(' ', s ->> 'state', s ->> 'outcome', (s ->> 'appointment_id')::uuid = told), ', ') from jsonb_array_elements((r).body -> 'seats') s), 'accepted refilled t, offered ended f, offered ended f', 'what would become of each') from t.dry, t.a;
select is(t.world() || ' ' || (select max(version) from jamund.change_log), w || ' ' || v, 'a preview changes nothing') from t.before;
select is((select count(*)::int from jamund.idempotency where key = 'k0'), 0, 'and its key stays free');
select is(t.pointers(t.fails('hand_over', e2, jsonb_build_object('reason', 'x', 'seat_ids', jsonb_build_array(t.seat(told), t.seat(inside), gen_random_uuid())))), 'JM422 /seat_ids/1 /seat_ids/2', 'only what collides') from t.x, t.a, t.o;
create function t.stumble() returns trigger language plpgsql as $$ begin raise 'stumbled'; end $$;
create trigger stumble before update on jamund.seats for each row when (old.expert_id is not null and new.state = 'withdrawn' and old.state = 'offered') execute function t.stumble();
select is(t.fails('hand_over', e2, '{"reason": "병가"}', '{"key": "k1", "hash": "h1"}') ->> 'message', 'stumbled', 'what fails in the middle') from t.x;
drop trigger stumble on jamund.seats;
select is(t.world() || ' ' || (select max(version) from jamund.change_log), w || ' ' || v, 'leaves nothing behind') from t.before;
create table t.done as select t.act('hand_over', e2, jsonb_build_object('reason', '병가', 'seat_ids', jsonb_build_array(t.seat(asked), t.seat(told))), '{"key": "k1", "hash": "h1"}') as r from t.x, t.a;
select is((r).body, jsonb_build_object('dry_run', false, 'seats', ((select (d.r).body from t.dry d) -> 'seats') - 2), 'what was chosen is done as it was previewed') from t.done;
select is(t.life(told) || ', ' || t.life(asked) || ', ' || t.life(later), 'open tentative withdrawn, open cancelled withdrawn, offered tentative offered', 'vacated; the meeting others know of goes on') from t.a;
select is((select string_agg(s.reason, ' ') from jamund.seats s where s.id in (t.seat(told), t.seat(asked))), '병가 병가', 'with the reason') from t.a;
select is((select string_agg((ladder_at is not null)::text, ' ' order by a.during) from jamund.requests q join jamund.appointments a on a.request_id = q.id, t.a x where a.id in (told, asked)), 'true true', 'the ladder has them, whatever the policy');
select is((select count(*)::int from api.ladder_claim(10, 60)), 2, 'and takes them up');
select is((select string_agg(kind, ' ' order by version) from jamund.change_log, t.before where version > v), 'seat.hand_over seat.hand_over expert.hand_over', 'each change is logged');
select is(t.sends(), 'cancel>e2 update>contact-1 update>field withdrawn>e2', 'the expert is told, and who knew that the meeting stood');
select is(t.act('hand_over', e2, jsonb_build_object('reason', '병가', 'seat_ids', jsonb_build_array(t.seat(asked), t.seat(told))), '{"key": "k1", "hash": "h1"}'), r, 'the same key gives the same answer') from t.x, t.a, t.done;
select is(t.fails('hand_over', e2, '{"reason": "다른 말"}', '{"key": "k1", "hash": "h2"}') ->> 'sqlstate', 'JM005', 'for the same call') from t.x;
select is((select jsonb_agg(c -> 'appointment_id') from jsonb_array_elements((t.act('collision_list', e2)).body -> 'items') c), jsonb_build_array(later), 'the rest still collides') from t.x, t.a;
select is((t.act('hand_over', e2, '{"reason": "병가"}')).body #>> '{seats,0,appointment_id}', later::text, 'all that is left') from t.x, t.a;
select is((t.act('hand_over', e2, '{"reason": "병가"}')).body -> 'seats', '[]', 'nothing is left') from t.x;
select is((t.act('appointment_undo', later)).body ->> 'state', 'tentative', 'a slip of the hand is undone') from t.a;
select is(t.life(later), 'offered tentative offered', 'as it was') from t.a;
select is(t.fails('hand_over', gen_random_uuid(), '{"reason": "x"}') ->> 'sqlstate', 'P0002', 'an expert who is not there');

-- a seat of a meeting of two is refilled, and the other expert keeps theirs
select t.act('expert_resume', e2) from t.x \g /dev/null
create table t.two as select t.id(api.appointment_add(t.who('coordinator'), jsonb_build_object('body', jsonb_build_object('request_id',
    t.request(c1, '{"seats": [{"field": "tax", "min_level": 2}, {"field": "tax", "min_level": 2}]}'), 'expert_ids', array[t.expert('e3'), e2], 'start', '2026-03-25T10:00:00+09:00')))) as id from t.x;
select t.act('absence_add', e2, '{"from": "2026-03-25T00:00:00+09:00", "until": "2026-03-26T00:00:00+09:00"}') from t.x \g /dev/null
select is((t.act('hand_over', e2, '{"reason": "출장", "dry_run": true}')).body #>> '{seats,0,outcome}', 'refilled', 'a meeting with another expert goes on') from t.x;
select t.act('hand_over', e2, '{"reason": "출장"}') from t.x \g /dev/null
select is(t.life(id), 'open tentative offered,withdrawn', 'one seat is vacant') from t.two;
select is((t.act('expert_pause', e2, '{"from": "2026-05-01T00:00:00+09:00"}')).body ->> 'from', '2026-05-01T00:00:00+09:00', 'a pause may begin later') from t.x;
select is((t.act('expert_resume', e2)).body ->> 'paused', 'false', 'and be taken back before') from t.x;
select is((select count(*)::int from jamund.absences where expert_id = e2 and cancelled_at is not null and lower(during) > '2026-04-01'), 1, 'as if it had not been') from t.x;

-- an end to how many there may be
insert into jamund.absences (expert_id, created_at, during) select e1, api.clock(), tstzrange(api.clock() + i * interval '1 day', api.clock() + (i + 1) * interval '1 day') from t.x, generate_series(1, 200) i;
select is(t.fails('absence_add', e1, '{"from": "2027-03-01T00:00:00+09:00", "until": "2027-03-02T00:00:00+09:00"}') ->> 'sqlstate', 'JM409', '200 absences are enough') from t.x;

-- the expert's own page: its links, its lines of hours, its changes
select is(jamund.hours_in(line)::text, windows, format('hours in %L', line)) from (values
    ('', '{}'), (null, '{}'), (' , ', '{}'), ('09:00-18:00', '{[540,1080)}'), ('9:00 ~ 12:00,13:00–18:00', '{[540,720),[780,1080)}'),
    ('13:00-18:00 09:00-12:00', '{[540,720),[780,1080)}'), ('09:00-10:00, 10:00-11:00', '{[540,660)}'), ('00:00-24:00', '{[0,1440)}'), ('10:00-10:00', null),
    ('18:00-09:00', null), ('00:00-24:01', null), ('25:00-26:00', null), ('09:00', null), ('09:00-', null), ('09:60-10:00', null), ('아침', null),
    ('09:00-12:00, 11:00-13:00', null), ('09:00-10:00-11:00', null), ('09:00-10:00; drop', null)) x (line, windows);
select is(jamund.hours_line(jamund.hours_in('13:00-18:00 9:00-12:00')), '09:00-12:00, 13:00-18:00', 'and written again');
create table t.l as select ((t.act('expert_link', e2)).body ->> 'id')::uuid as old from t.x;
alter table t.l add seat uuid, add now_ uuid;
update t.l set seat = (select l.id from jamund.links l where l.seat_id = (select s.id from jamund.seats s, t.two where s.appointment_id = two.id and s.state = 'offered'));
select is(api.hours_link(old), null, 'an expert''s link is not a seat''s') from t.l;
create table t.page as select api.hours_link(seat) as id from t.l;
select is((select expert_id from jamund.links join t.page using (id)), (select s.expert_id from jamund.seats s join jamund.links k on k.seat_id = s.id where k.id = t.l.seat),
    'the holder of a live seat''s link gets the page of that expert') from t.l;
select is(api.hours_link(seat), id, 'one page') from t.l, t.page;
update t.l set now_ = ((t.act('expert_link', e2)).body ->> 'id')::uuid from t.x;
select is((select string_agg(concat_ws(' ', revoked, page is null), ', ') from t.l, lateral (select * from api.hours_page(old) union all select * from api.hours_page(now_)) p), 't t, f f', 'a new link ends the old one');
select is((select count(*)::int from api.hours_page((select seat from t.l))), 0, 'a seat''s link opens no such page');
select is(t.problem(format('select api.hours_change(%L, %L)', k, '{"change": "pause", "version": 1}')) ->> 'sqlstate', 'JM410', 'nor do these change anything') from t.l, unnest(array[old, seat, gen_random_uuid()]) k;
create function t.change(more jsonb) returns text language sql as $$
    select api.hours_change(now_, jsonb_build_object('version', t.version(e2)) || more) from t.l, t.x
$$;
create table t.same as select t.version(e2) as v, (select max(version) from jamund.change_log) as log, (select count(*) from jamund.absences) as n, jamund.hours_doc(e) as doc from t.x join jamund.experts e on e.id = e2;
select is(t.change(form), outcome, format('%s: %s', form, outcome)) from (values
    ('{"change": "week", "mon": "09:00-12:00", "fri": "?"}'::jsonb, 'hours fri'), ('{"change": "date", "day": "2026-03-01"}', 'date day'), ('{"change": "date", "day": "2029-03-01"}', 'date day'),
    ('{"change": "date", "day": "2026-03-20", "hours": "9"}', 'hours hours'), ('{"change": "absence", "from_day": "2026-03-20", "until_day": "2026-03-19"}', 'absence until_day'),
    ('{"change": "absence", "from_day": "2026-02-01"}', 'absence until_day'), ('{"change": "absence", "from_day": "2029-02-01"}', 'date until_day'),
    ('{"change": "date_off", "day": "2026-03-20"}', 'changed'), ('{"change": "absence_off", "absence_id": "00000000-0000-4000-8000-000000000000"}', 'changed'),
    ('{"change": "resume"}', 'changed'), ('{"change": "pause", "version": 1}', 'changed')) x (form, outcome);
select is(t.problem($$ select t.change('{"change": "more"}') $$) ->> 'sqlstate', 'JM422', 'another change is none');
select is((t.version(e2), (select max(version) from jamund.change_log), (select count(*) from jamund.absences), jamund.hours_doc(e)), (s.v, s.log, s.n, s.doc), 'what is not done leaves nothing')
  from t.same s, t.x join jamund.experts e on e.id = e2;
select is(t.change('{"change": "date", "day": "2026-03-20", "hours": "09:00-12:00"}') || t.change('{"change": "absence", "from_day": "2026-03-20", "until_time": "12:00", "reason": "출장"}')
    || t.change('{"change": "pause"}') || t.change('{"change": "resume"}') || t.change('{"change": "week", "mon": "09:00-12:00"}'), 'donedonedonedonedone', 'done');
select is(t.version(e2) - v, 5, 'each raises the expert''s version') from t.same, t.x;
select is((select string_agg(concat_ws('/', kind, actor_kind, via, actor_id = e2, c.entity_id = e2), ' ' order by c.version) from jamund.change_log c join jamund.audit using (version), t.same, t.x where c.version > log),
    'availability.put/expert/link/t/t absence.add/expert/link/t/t expert.pause/expert/link/t/t expert.resume/expert/link/t/t availability.put/expert/link/t/t', 'and is logged as the expert''s own');
select is((select page -> 'week' from t.l, api.hours_page(now_)), '{"mon": "09:00-12:00", "tue": "", "wed": "", "thu": "", "fri": "", "sat": "", "sun": ""}', 'the page shows it');
select is((select page -> 'dates' || (page #> '{absences,0,reason}') from t.l, api.hours_page(now_)), '[{"date": "2026-03-20", "hours": "09:00-12:00"}, "출장"]', 'dates and absences, too');
insert into jamund.availability_dates select e2, '2026-06-01'::date + i, '{}' from t.x, generate_series(1, 399) i;
select is(t.change('{"change": "date", "day": "2028-03-01"}'), 'full day', '400 dates are enough');
select is(t.change('{"change": "date", "day": "2026-06-02"}'), 'done', 'one of them may change');

select * from finish();
rollback;
