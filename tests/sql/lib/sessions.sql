-- What takes two sessions: keys in progress, claims and leases, locks that must not deadlock. dblink
-- sends a call from another session and collects it later. Run by sessions.t on a database of its own.
\set QUIET 1
create extension if not exists pgtap;
create extension if not exists dblink;
begin;
\ir world.sql
commit; -- world.sql sets locally: now for the session
set client_min_messages = warning;
set timezone = 'UTC';
set search_path = public, t;
set lock_timeout = '20s';
select set_config('jamund.now', '2026-03-02 09:00+09', false) \g /dev/null
select * from no_plan();

create function t.open(name text) returns void language plpgsql as $$
begin
    perform dblink_connect(name, format('host=%s port=%s user=postgres dbname=%s',
        split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database()));
    perform dblink_exec(name, 'set client_min_messages = warning; set timezone = ''UTC''; set search_path = public, t; '
        || 'set deadlock_timeout = ''100ms''; set jamund.now = ''2026-03-02 09:00+09''');
end $$;
-- Runs a statement there and gives its first column.
create function t.there(name text, statement text) returns text language sql as $$
    select x from dblink(name, format('select (%s)::text', statement)) as y (x text)
$$;
-- Starts one there without waiting for its end, and waits until it hangs on a lock (or is done).
create function t.start(name text, statement text) returns void language plpgsql as $$
declare pid_ int := t.there(name, 'pg_backend_pid()');
begin
    perform dblink_send_query(name, format('select (%s)::text', statement));
    for i in 1 .. 12000 loop
        perform pg_stat_clear_snapshot();
        exit when dblink_is_busy(name) = 0
            or exists (select from pg_locks where pid = pid_ and not granted);
        perform pg_sleep(0.005);
    end loop;
end $$;
-- The result of what was started: its value, or its SQLSTATE.
create function t.result(name text) returns text language plpgsql as $$
declare
    value_ text;
    extra text;
begin
    begin
        select x into value_ from dblink_get_result(name) as y (x text);
    exception when others then
        value_ := sqlstate;
    end;
    select x into extra from dblink_get_result(name) as y (x text);
    return value_;
end $$;
create function t.state_of(name text) returns text language sql as $$
    select case dblink_is_busy(name) when 1 then 'waits' else 'done' end
$$;
select t.open('a'), t.open('b'), t.open('c') \g /dev/null

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.expert('e3') as e3, t.company('가나') as c1, t.company('다라') as c2;
create table t.who as select t.who('coordinator') as c;
create table t.dead as select deadlocks from pg_stat_database where datname = current_database();

-- a key in use elsewhere
select dblink_exec('a', 'begin') \g /dev/null
select is(t.there('a', $$ (api.place_add('{"actor_kind": "system", "via": "system", "key": "k", "hash": "h"}', '{"body": {"ko": "방", "en": "R"}}')).status $$),
    '201', 'a call is running');
select throws_ok($$ select api.place_add('{"actor_kind": "system", "via": "system", "key": "k", "hash": "h"}', '{"body": {"ko": "방", "en": "R"}}') $$,
    'JM003', null, 'its key is in progress for another session');
select lives_ok($$ select t.there('b', '1') $$, 'others go on');
select dblink_exec('a', 'rollback') \g /dev/null
select dblink_exec('a', 'begin') \g /dev/null
select is(t.there('a', $$ (api.place_add('{"actor_kind": "system", "via": "system", "key": "k", "hash": "h"}', '{"body": {"ko": "방", "en": "R"}}')).body ->> 'ko' $$),
    '방', 'after it failed the key is free again');
select dblink_exec('a', 'commit') \g /dev/null
select is((api.place_add('{"actor_kind": "system", "via": "system", "key": "k", "hash": "h"}', '{"body": {"ko": "방", "en": "R"}}')).body ->> 'ko',
    '방', 'after it ended, its answer is everybody''s');
select is((select count(*)::int from jamund.places), 1, 'and there is one room');

-- two for one slot: the second waits, then learns what is in the way
create table t.r as select t.request(c1) as r1, t.request(c2) as r2, t.request(c1) as r3, t.request(c2) as r4, t.request(c1) as r5, t.request(c2) as r6 from t.x;
select dblink_exec('a', 'begin') \g /dev/null
select t.there('a', format('t.offer(%L, %L, ''2026-03-04T10:00:00+09:00'')', r1, e1)) from t.r, t.x \g /dev/null
select t.start('b', format('t.offer(%L, %L, ''2026-03-04T11:00:00+09:00'')', r2, e1)) from t.r, t.x \g /dev/null
select is(t.state_of('b'), 'waits', 'the second of two rivals waits');
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b'), '23P01', 'and is refused when the first has won');
select dblink_exec('a', 'begin') \g /dev/null
select t.there('a', format('t.offer(%L, %L, ''2026-03-05T10:00:00+09:00'')', r3, e1)) from t.r, t.x \g /dev/null
select t.start('b', format('t.offer(%L, %L, ''2026-03-05T10:00:00+09:00'')', r5, e2)) from t.r, t.x \g /dev/null
select is(t.state_of('b'), 'waits', 'so does one who wants the company only');
select dblink_exec('a', 'rollback') \g /dev/null
select isnt(t.result('b'), '23P01', 'and wins when the first gives up');

-- a claim in hand when the appointment ends: its invitation gets a CANCEL
create table t.a as select id from jamund.appointments where request_id = (select r5 from t.r);
select t.deliver() \g /dev/null
select t.accept(id) from t.a \g /dev/null
select dblink_exec('a', 'begin') \g /dev/null
select is(t.there('a', $$ (select count(*) from api.outbox_claim('other', 1, 60)) $$), '1', 'a daemon claims one invitation');
select t.start('b', format('(t.cancel(%L)).status', id)) from t.a \g /dev/null
select is(t.state_of('b'), 'waits', 'the cancel waits for the claim');
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b'), '200', 'and goes on');
select is(t.mails(id), 'offer/expert/sent invite/expert/sending invite/company/withdrawn invite/field/withdrawn cancel/expert/queued',
    'the claimed one gets its CANCEL, the others are withdrawn') from t.a;

-- two daemons never claim one message; a lost lease is taken over
select is((select count(*)::int from api.outbox_claim('w1', 100, 60)), 0, 'its CANCEL waits behind the invitation');
select set_config('jamund.now', '2026-03-02 09:00:59+09', false) \g /dev/null
select is((select count(*)::int from api.outbox_claim('w1', 100, 60)), 0, 'while the lease lasts');
select set_config('jamund.now', '2026-03-02 09:01:00+09', false) \g /dev/null
begin;
create table t.claimed as select id from api.outbox_claim('w1', 100, 60);
select is((select count(*)::int from t.claimed), 1, 'then another daemon takes it');
select is(t.there('b', $$ (select count(*) from api.outbox_claim('w2', 100, 60)) $$), '0', 'and a third one skips it without waiting');
commit;
select is(api.outbox_sent(id, 'other', ''), false, 'the first is too late') from t.claimed;
select is(api.outbox_failed(id, 'other', 'x', true, 0), false, 'either way') from t.claimed;
select is(api.outbox_sent(id, 'w1', ''), true, 'the second marks it') from t.claimed;

-- the sweep leaves alone what a call has in hand and does not deadlock with it
select t.offer(r4, e3, '2026-03-10T10:00:00+09:00') from t.r, t.x \g /dev/null
select set_config('jamund.now', '2026-03-03 09:00+09', false) \g /dev/null
create table t.s as select a.id, request_id from jamund.appointments a where state = 'tentative' order by seq;
select is((select count(*)::int from t.s), 2, 'two offers are due');
select dblink_exec('a', 'begin') \g /dev/null
select dblink_exec('a', format('do $d$ begin perform from jamund.requests where id = %L for update; end $d$', (select request_id from t.s order by id desc limit 1))) \g /dev/null
select is(api.offers_expire(10), 1, 'the one in hand is left');
select dblink_exec('a', 'commit') \g /dev/null
select is(api.offers_expire(10), 1, 'until next time');

-- an import (several experts) and an offer of one of them: the log's lock comes last, nobody hangs
select dblink_exec('a', 'begin') \g /dev/null
select t.there('a', format('t.offer(%L, %L, ''2026-03-11T10:00:00+09:00'')', r6, e2)) from t.r, t.x \g /dev/null
select dblink_exec('b', 'begin') \g /dev/null
select dblink_exec('b', 'set local jamund.now = ''2026-03-03 09:00+09''') \g /dev/null
select t.start('b', $$ (api.import_experts('{"actor_kind": "cli", "via": "cli"}', (select jsonb_agg(jsonb_build_object('line', i, 'row',
    t.expert_body('e' || i || '@example.kr', '{"phone": "010-7777-0000"}'))) from generate_series(1, 3) i), false)).status $$) \g /dev/null
select is(t.state_of('b'), 'waits', 'the import waits for the expert');
select t.start('c', $$ (api.place_add('{"actor_kind": "system", "via": "system"}', '{"body": {"ko": "방 2", "en": "R 2"}}')).status $$) \g /dev/null
select is(t.state_of('c'), 'waits', 'a third writer waits for the offer''s version alone');
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('c') || ' ' || t.result('b'), '201 200', 'and both go on');
select dblink_exec('b', 'commit') \g /dev/null
-- the other way round: the import has its experts, the offer comes
select dblink_exec('b', 'begin') \g /dev/null
select t.there('b', $$ (api.import_experts('{"actor_kind": "cli", "via": "cli"}', (select jsonb_agg(jsonb_build_object('line', i, 'row',
    t.expert_body('e' || i || '@example.kr', '{"phone": "010-8888-0000"}'))) from generate_series(1, 3) i), false)).status $$) \g /dev/null
select t.start('a', format('(t.cancel(%L)).status', id)) from jamund.appointments where request_id = (select r6 from t.r) and state = 'tentative' \g /dev/null
select is(t.state_of('a'), 'waits', 'a cancel waits for the import');
select dblink_exec('b', 'commit') \g /dev/null
select is(t.result('a'), '200', 'and goes on');

-- an absence and an offer at once: whichever comes second sees the other
create table t.y as select t.expert('y1') as y1, t.request(c1) as q1, t.request(c2) as q2, t.request(c1) as q3 from t.x;
create function t.away(from_ text, until_ text) returns text language sql as $$
    select (r).status || ' ' || jsonb_array_length((r).body -> 'collisions')
      from (select api.absence_add(c, t.args(y1, jsonb_build_object('from', from_, 'until', until_))) as r from t.who, t.y) x
$$;
select dblink_exec('a', 'begin') \g /dev/null
select t.there('a', format('t.offer(%L, %L, ''2026-03-17T10:00:00+09:00'')', q1, y1)) from t.y \g /dev/null
select t.start('b', $$ t.away('2026-03-17T00:00:00+09:00', '2026-03-18T00:00:00+09:00') $$) \g /dev/null
select is(t.state_of('b'), 'waits', 'an absence waits for an offer');
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b'), '201 1', 'and tells it');
select dblink_exec('a', 'begin') \g /dev/null
select is(t.there('a', $$ t.away('2026-03-18T00:00:00+09:00', '2026-03-19T00:00:00+09:00') $$), '201 0', 'an absence comes first');
select t.start('b', format('t.offer(%L, %L, ''2026-03-18T10:00:00+09:00'')', q2, y1)) from t.y \g /dev/null
select is(t.state_of('b'), 'waits', 'the offer waits');
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b'), 'JM004', 'and is refused');

-- a hand-over and an answer, and two hand-overs, at once
create function t.hands() returns text language sql as $$
    select (r).status || ' ' || coalesce((r).body #>> '{seats,0,state}', 'nothing')
      from (select api.hand_over(c, t.args(y1, '{"reason": "출장"}')) as r from t.who, t.y) x
$$;
select dblink_exec('a', 'begin') \g /dev/null
select is(t.there('a', format('(t.accept(%L)).status', (select id from jamund.appointments where request_id = q1))), '200', 'an expert accepts') from t.y;
select t.start('b', 't.hands()') \g /dev/null
select is(t.state_of('b'), 'waits', 'the hand-over waits for the answer');
select t.start('c', 't.hands()') \g /dev/null
select is(t.state_of('c'), 'waits', 'so does another');
select dblink_exec('a', 'commit') \g /dev/null
select is((select string_agg(x, ', ' order by x) from unnest(array[t.result('b'), t.result('c')]) x), '200 accepted, 200 nothing', 'one hands over what has been accepted, the other finds nothing left');

-- who was asked before is locked in the one order, too: a decline that waits for them holds nobody who comes after
create table t.v as select t.expert('v3', '{"fields": [{"field": "legal", "level": 2}]}') as legal, min(id::text)::uuid as lo, max(id::text)::uuid as hi
  from (select t.expert('v' || i) as id from generate_series(1, 2) i) v;
create table t.p as select t.id(api.appointment_add(c, jsonb_build_object('body', jsonb_build_object('request_id',
    t.request(c1, '{"seats": [{"field": "legal", "min_level": 2}, {"field": "tax", "min_level": 2}]}'),
    'expert_ids', jsonb_build_array(legal, lo), 'start', '2026-04-01T10:00:00+09:00')))) as id from t.who, t.v, t.x;
create function t.no(appointment uuid) returns text language sql as $$
    select (api.seat_decline(c, t.args(s.id, '{"via": "phone", "reason": "출장"}'))).body ->> 'state'
      from t.who, jamund.seats s where s.appointment_id = appointment and s.seat = 2 and s.state = 'offered'
$$;
select is(t.no(id), 'declined', 'the first one declines') from t.p;
select is((api.seat_fill(c, t.args(p.id, jsonb_build_object('seat', 2, 'expert_id', hi)))).status, 200, 'the next one is asked') from t.who, t.p, t.v;
select dblink_exec('a', 'begin') \g /dev/null
select dblink_exec('a', format('do $d$ begin perform from jamund.experts where id = %L for update; end $d$', lo)) from t.v \g /dev/null
select t.start('b', format('t.no(%L)', id)) from t.p \g /dev/null
select is(t.state_of('b'), 'waits', 'a decline waits for whom it touches');
select lives_ok(format('select from jamund.experts where id = %L for update nowait', hi), 'and holds nobody meanwhile who comes later') from t.v;
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b'), 'declined', 'then goes on');

-- a plan that is booked makes others of its event worthless: they are locked before all else, so neither a walk-in to the
-- one that runs nor the booking of another one stands across
create table t.ev as select t.id(api.event_add(c, jsonb_build_object('body', jsonb_build_object('title', '박람회', 'place', '전시장',
    'slots', (select jsonb_agg(jsonb_build_object('from', s, 'until', s + interval '30 min', 'booths', 3)) from generate_series('2026-04-07 10:00+09'::timestamptz, '2026-04-07 11:30+09', '30 min') s),
    'experts', jsonb_build_array(jsonb_build_object('expert_id', e1)))))) as id from t.who, t.x;
create function t.plan_of(request uuid, slot int) returns uuid language plpgsql as $$
declare
    id_ uuid := t.id(api.plan_add(c, jsonb_build_object('body', jsonb_build_object('event_id', id, 'request_ids', jsonb_build_array(request))))) from t.who, t.ev;
    mine jsonb;
begin
    perform api.plan_claim(10, 60);
    select jsonb_build_object('plan_id', id, 'lease', lease, 'lease_seconds', 60) into mine from jamund.plans where id = id_;
    perform api.plan_begin(mine || jsonb_build_object('as_of', (select max(version) from jamund.change_log), 'request_ids', jsonb_build_array(request), 'expert_ids', jsonb_build_array(e1)), '{}') from t.x;
    perform api.plan_done(mine || jsonb_build_object('result', jsonb_build_object('end', 'optimal', 'unserved', '[]'::jsonb, 'assigned', jsonb_build_array(
        jsonb_build_object('request', 0, 'experts', '[0]'::jsonb, 'slot', slot, 'points', 1)))));
    return id_;
end $$;
create function t.apply(plan uuid) returns text language sql as $$ select (api.plan_apply(c, t.args(plan))).status from t.who $$;
create table t.pl as select t.plan_of(t.request(c1, '{"minutes": 30}'), 0) as runs, t.request(c1, '{"minutes": 30}') as comes from t.x;
create function t.walk_in() returns text language sql as $$
    select (api.plan_walk_in(c, jsonb_build_object('id', runs, 'body', jsonb_build_object('request_id', comes), 'choices', jsonb_build_array(
        jsonb_build_object('expert_ids', jsonb_build_array(e1), 'start', '2026-04-07T11:30:00+09:00', 'zone', null, 'points', 1))))).status from t.who, t.pl, t.x
$$;
select is(t.apply(runs), '200', 'a plan runs') from t.pl;
create table t.nx as select t.plan_of(t.request(c2, '{"minutes": 30}'), 1) as next from t.x;
select dblink_exec('a', 'begin') \g /dev/null
select dblink_exec('a', format('do $d$ begin perform from jamund.experts where id = %L for update; end $d$', e1)) from t.x \g /dev/null
select t.start('b', format('t.apply(%L)', next)) from t.nx \g /dev/null
select t.start('c', 't.walk_in()') \g /dev/null
select is(t.state_of('b') || ' ' || t.state_of('c'), 'waits waits', 'a second one is booked, and somebody walks in');
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b') || ' ' || t.result('c'), '200 JM002', 'the plan is booked, the walk-in came too late');
create table t.last as select t.plan_of(t.request(c1, '{"minutes": 30}'), 2) as one, t.plan_of(t.request(c1, '{"minutes": 30}'), 3) as two from t.x;
select dblink_exec('a', 'begin') \g /dev/null
select dblink_exec('a', format('do $d$ begin perform from jamund.experts where id = %L for update; end $d$', e1)) from t.x \g /dev/null
select t.start('b', format('t.apply(%L)', two)) from t.last \g /dev/null
select t.start('c', format('t.apply(%L)', one)) from t.last \g /dev/null
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b') || ' ' || t.result('c'), '200 JM002', 'of two that are booked at once, one is');

-- a company with a cap is locked before its experts, also by who moves a meeting or a visit
update jamund.office set company_cap_per_year = 50;
create table t.cap as select t.expert('k1') as e, t.company('한도') as c;
create table t.capped as select t.offer(t.request(c), e, '2026-04-09T10:00:00+09:00') as a, t.request(c) as q1, t.request(c) as q2, t.id(api.visit_add(t.who('field'), jsonb_build_object('body',
    jsonb_build_object('company_id', c, 'start', '2026-04-10T10:00:00+09:00', 'minutes', 60)))) as v from t.cap;
alter table t.capped add joins uuid;
update t.capped set joins = t.offer(t.request(c, jsonb_build_object('mode', 'visit', 'visit_id', v, 'windows', null)), e, '2026-04-10T10:00:00+09:00') from t.cap;
create function t.moved_to(hour int) returns text language sql as $$
    select (api.appointment_move(c, t.args(a, jsonb_build_object('start', '2026-04-09T' || hour || ':00:00+09:00', 'reason', '요청')))).status from t.who, t.capped
$$;
create function t.visit_to(hour int) returns text language sql as $$
    select (api.visit_move(c, t.args(v, jsonb_build_object('start', '2026-04-10T' || hour || ':00:00+09:00', 'reason', '요청')))).status from t.who, t.capped
$$;
create function t.another(request uuid, start text) returns text language sql as $$
    select (api.appointment_add(w.c, jsonb_build_object('body', jsonb_build_object('request_id', request, 'expert_id', e, 'start', start)))).status from t.who w, t.cap k
$$;
create function t.across(mover text, request uuid, start text) returns text language plpgsql as $$
begin
    perform dblink_exec('a', 'begin');
    perform dblink_exec('a', format('do $d$ begin perform from jamund.companies where id = %L for no key update; end $d$', c)) from t.cap;
    perform t.start('b', format('t.another(%L, %L)', request, start)), t.start('c', mover);
    perform dblink_exec('a', 'commit');
    return t.result('b') || ' ' || t.result('c');
end $$;
select is(t.across('t.moved_to(13)', q1, '2026-04-09T15:00:00+09:00'), '201 200', 'an offer and a move') from t.capped;
select is(t.across('t.visit_to(13)', q2, '2026-04-10T15:00:00+09:00'), '201 200', 'an offer and a visit that moves') from t.capped;
update jamund.office set company_cap_per_year = 0;

-- a duty that changes hands while another is changed with it
create table t.du as select t.expert('d1') as d1, t.expert('d2') as d2, t.expert('d3') as d3;
create function t.duty(expert uuid, day text) returns uuid language sql as $$
    select t.id(api.duty_add(c, jsonb_build_object('body', jsonb_build_object('expert_id', expert, 'date', day, 'from', '09:00', 'until', '12:00')))) from t.who
$$;
create table t.rota as select t.duty(d1, '2026-04-14') as one, t.duty(d2, '2026-04-15') as two from t.du;
create function t.swapped(duty uuid, other jsonb) returns text language sql as $$ select (api.duty_swap(c, t.args(duty, other || '{"reason": "교대"}'))).status from t.who $$;
select dblink_exec('a', 'begin') \g /dev/null
select is(t.there('a', format('t.swapped(%L, %L)', two, jsonb_build_object('expert_id', d3))), '200', 'a duty is handed over') from t.du, t.rota;
select t.start('b', format('t.swapped(%L, %L)', one, jsonb_build_object('duty_id', two))) from t.rota \g /dev/null
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b'), 'JM002', 'whose it was has it no more to change');

-- two who ask at once for an expert to accompany one visit
create function t.join_visit(kase uuid, visit uuid) returns text language sql as $$
    select (api.request_add(c, jsonb_build_object('body', t.request_body(kase, jsonb_build_object('mode', 'visit', 'visit_id', visit, 'windows', null, 'contact_id', null))))).status from t.who
$$;
create table t.vis as select t.kase(c1) as k1, t.kase(c1) as k2, t.id(api.visit_add(c, jsonb_build_object('body', jsonb_build_object('company_id', c1, 'start', '2026-04-16T10:00:00+09:00', 'minutes', 60)))) as id from t.who, t.x;
select dblink_exec('a', 'begin') \g /dev/null
select is(t.there('a', format('t.join_visit(%L, %L)', k1, id)), '201', 'one asks') from t.vis;
select t.start('b', format('t.join_visit(%L, %L)', k2, id)) from t.vis \g /dev/null
select dblink_exec('a', 'commit') \g /dev/null
select is(t.result('b'), 'JM422', 'the other learns of it') from t.vis;

select pg_sleep(1.2) \g /dev/null
select is((select deadlocks from pg_stat_database where datname = current_database()), deadlocks, 'no deadlock') from t.dead;
select is((select max(version) from jamund.change_log), (select count(*) from jamund.change_log), 'versions have no gaps');
select dblink_disconnect(n) from unnest(array['a', 'b', 'c']) n \g /dev/null
select * from finish();
