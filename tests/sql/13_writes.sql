-- Every write: one change and one audit entry, an answer per key, If-Match, gapless versions.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.company('가나') as c1;
create table t.y as select t.request(c1) as r1, t.request(c1) as r2, t.request(c1) as r3, t.request(c1) as r4, t.kase(c1) as k1,
    t.kase(c1, '{"triage": null}') as k2 from t.x;
create table t.z as select t.offer(r1, e1, '2026-03-04T10:00:00+09:00') as a1, t.offer(r2, e1, '2026-03-05T10:00:00+09:00') as a2,
    t.offer(r3, e1, '2026-03-06T10:00:00+09:00') as a3 from t.x, t.y;
create table t.token as select t.id(api.token_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('user',
    'admin@example.kr', 'hash', t.secret('t')))) as id;
create table t.e2 as select t.expert('e2') as e2;
create table t.v as select t.offer(t.request(c1), e1, '2026-03-10T10:00:00+09:00') as moved, t.offer(t.request(c1), e1, '2026-03-11T10:00:00+09:00') as taken,
    t.offer(t.request(c1), e1, '2026-03-12T10:00:00+09:00') as refused, t.offer(t.request(c1), e1, '2026-03-13T10:00:00+09:00') as dropped,
    t.offer(t.request(c1), e1, '2026-03-04T08:00:00+09:00') as missed from t.x;
select t.deliver() \g /dev/null
select t.accept(a1), t.accept(dropped), t.accept(missed) from t.z, t.v \g /dev/null
insert into jamund.wishes select id, during, '{}', '다른 날', 1, api.clock() from jamund.appointments, t.v where id = refused;
update jamund.messages set state = 'sending', leased_by = 'w' where kind = 'invite' and viewer = 'field' and appointment_id = (select dropped from t.v);
select api.outbox_failed(id, 'w', '550', true, 0) from jamund.messages where state = 'sending' \g /dev/null

create table t.away as select ((api.absence_add(t.who('coordinator'), t.args(e1,
    '{"from": "2026-04-06T09:00:00+09:00", "until": "2026-04-07T09:00:00+09:00", "reason": "휴가"}'))).body ->> 'id')::uuid as away from t.x;
create table t.hook as select t.id(api.webhook_add(t.who('manager'), '{"body": {"url": "https://gate.example.kr/a", "kinds": ["message.withdrawn", "appointment.cancelled"]}}')) as hook;
select t.cancel(t.offer(t.request(c1), e1, '2026-03-16T10:00:00+09:00')) from t.x \g /dev/null
select api.delivery_failed(id, 'w', '500', true, 0) from api.delivery_claim('w', 100, 60) \g /dev/null

-- desk duty; an event with a plan that is ready, and one that is being computed
create table t.d as select t.expert('e3') as e3, t.expert('e4') as e4, t.request(c1) as r5, t.request(c1) as r6, t.company('마바') as c2 from t.x;
create function t.duty_args(expert uuid, day text) returns jsonb language sql as $$
    select jsonb_build_object('body', jsonb_build_object('expert_id', expert, 'date', day, 'from', '10:00', 'until', '12:00'))
$$;
create table t.duty as select t.id(api.duty_add(t.who('coordinator'), t.duty_args(e3, '2026-04-01'))) as swapped,
    t.id(api.duty_add(t.who('coordinator'), t.duty_args(e3, '2026-04-02'))) as removed from t.d;
create function t.visit_args(company uuid, start text) returns jsonb language sql as $$
    select jsonb_build_object('body', jsonb_build_object('company_id', company, 'start', start, 'minutes', 60))
$$;
create table t.visit as select t.id(api.visit_add(t.who('field'), t.visit_args(c2, '2026-04-08T10:00:00+09:00'))) as visit from t.d;
create table t.ev as select jsonb_build_object('title', '봄 박람회', 'place', '1홀', 'slots', (
        select jsonb_agg(jsonb_build_object('from', s, 'until', s + interval '1 hour', 'booths', 2) order by s)
          from generate_series('2026-04-20 10:00+09'::timestamptz, '2026-04-20 13:00+09', '1 hour') s),
    'experts', jsonb_build_array(jsonb_build_object('expert_id', e3), jsonb_build_object('expert_id', e4))) as doc from t.d;
create table t.event as select t.id(api.event_add(t.who('coordinator'), jsonb_build_object('body', doc))) as event from t.ev;
create function t.plan_args(more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('body', jsonb_build_object('event_id', event, 'request_ids', jsonb_build_array(r5)) || more) from t.event, t.d
$$;
create table t.plan as select t.id(api.plan_add(t.who('coordinator'), t.plan_args())) as plan;
select count(*) from api.plan_claim(1, 60) \g /dev/null
create table t.dropped as select t.id(api.plan_add(t.who('coordinator'), t.plan_args())) as dropped;
create function t.lease() returns jsonb language sql as $$
    select jsonb_build_object('plan_id', id, 'lease', lease, 'lease_seconds', 60) from jamund.plans, t.plan where id = plan
$$;
select api.plan_begin(t.lease() || jsonb_build_object('as_of', 7, 'request_ids', jsonb_build_array(r5), 'expert_ids', jsonb_build_array(e3, e4)), '{}') from t.d \g /dev/null
select api.plan_done(t.lease() || jsonb_build_object('result', jsonb_build_object('end', 'optimal', 'bound', 1, 'value', 1, 'gap', 0.0, 'method', 'flow',
    'served', '[0, 0, 1]'::jsonb, 'kept', 0, 'moved', 0, 'quality', 9, 'load_cost', 1, 'unserved', '[]'::jsonb, 'frontier', '[]'::jsonb,
    'assigned', '[{"request": 0, "experts": [0], "slot": 0, "zone": null, "points": 9}]'::jsonb, 'prices', '{"slots": [0, 0, 0, 0], "experts": [0, 0]}'::jsonb))) \g /dev/null

create table t.feed as select t.id(api.feed_add(t.who('coordinator'), jsonb_build_object('body', '{"scope": "coordinator", "label": "전화"}'::jsonb,
    'feed', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret('own'))))) as id;

create table t.calendar as select (jamund.calendar_store(e1, '{"url": "https://calendar.example.kr/a.ics"}', '')).id from t.x;
create table t.password as select (jamund.app_password_new(e, '전화', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret('app')))).id
  from jamund.experts e, t.x where e.id = e1;
insert into jamund.holidays (day, ko, en) values ('2026-12-24', '휴무', 'Closed');
insert into jamund.replies (digest, nth, at, via, state, kind) values (t.secret('mail'), 0, api.clock(), 'deliver', 'waiting', 'mail');

-- each write of api: what is called, what the change is called
create table t.write (name text, i int generated always as identity, args jsonb, entity text, kind text);
insert into t.write (name, args, entity, kind)
select 'expert_add', jsonb_build_object('body', t.expert_body('w1@example.kr')), 'expert', 'expert.add' union all
select 'expert_put', t.args(e1, t.expert_body('e1@example.kr', '{"phone": "010-9999-0000"}')), 'expert', 'expert.put' from t.x union all
select 'invitations_put', t.args(e1, '{"alarm_minutes": 30, "language": "en"}'), 'expert', 'invitations.put' from t.x union all
select 'calendar_add', t.args(e1, '{"url": "https://calendar.example.kr/b.ics"}'), 'expert', 'calendar.add' from t.x union all
select 'calendar_remove', t.args(e1) || jsonb_build_object('calendar_id', c.id), 'expert', 'calendar.remove' from t.x, t.calendar c union all
select 'app_password_add', t.args(e1, '{"label": "노트북"}') || jsonb_build_object('app_password', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret('app2'))),
    'expert', 'app_password.add' from t.x union all
select 'app_password_revoke', t.args(e1) || jsonb_build_object('password_id', p.id), 'expert', 'app_password.revoke' from t.x, t.password p union all
select 'holiday_add', '{"body": {"holidays": [{"date": "2026-12-31", "ko": "종무식", "en": "Year end"}]}}', 'holiday', 'holiday.import' union all
select 'holiday_remove', t.args(id), 'holiday', 'holiday.remove' from jamund.holidays where day = '2026-12-24' union all
select 'reply_dismiss', t.args(id), 'reply', 'reply.dismiss' from jamund.replies union all
select 'company_add', jsonb_build_object('body', t.company_body('다라')), 'company', 'company.add' union all
select 'contact_add', t.args(c1, '{"name": "새 담당자", "email": "new@example.kr", "consent": true}'), 'company', 'contact.add' from t.x union all
select 'place_add', '{"body": {"ko": "회의실", "en": "Room"}}', 'place', 'place.add' union all
select 'case_add', jsonb_build_object('body', jsonb_build_object('company_id', c1, 'channel', 'web', 'title', '새 애로', 'triage', 'deep')),
    'case', 'case.add' from t.x union all
select 'request_add', jsonb_build_object('body', t.request_body(k1)), 'request', 'request.add' from t.y union all
select 'case_triage', t.args(k2, '{"triage": "on_the_spot"}'), 'case', 'case.triage' from t.y union all
select 'case_close', t.args(k2, '{"answer": "안내함"}'), 'case', 'case.close' from t.y union all
select 'case_reopen', t.args(k2, '{"reason": "다시"}'), 'case', 'case.reopen' from t.y union all
select 'appointment_add', t.offer_args(r4, e1, '2026-03-09T10:00:00+09:00'), 'appointment', 'appointment.offer' from t.x, t.y union all
select 'seat_accept', t.args(t.seat(a2), '{"via": "phone"}'), 'appointment', 'seat.accept' from t.z union all
select 'seat_decline', t.args(t.seat(a3), '{"via": "phone", "reason": "출장"}'), 'appointment', 'seat.decline' from t.z union all
select 'appointment_cancel', t.args(a2, '{"reason": "사정"}'), 'appointment', 'appointment.cancel' from t.z union all
select 'request_withdraw', t.args(r2, '{"reason": "해결"}'), 'request', 'request.withdraw' from t.y union all
select 'message_replay', t.args(id), 'message', 'message.replay' from jamund.messages where state = 'dead' union all
select 'appointment_complete', t.args(a1, '{"outcome": "solved", "summary": "끝", "minutes": 60}'), 'appointment', 'appointment.complete' from t.z union all
select 'appointment_correct', t.args(a1, '{"state": "no_show", "by": "company", "reason": "오지 않음"}'), 'appointment', 'appointment.correct' from t.z union all
select 'appointment_no_show', t.args(missed, '{"by": "expert", "reason": "오지 않음"}'), 'appointment', 'appointment.no_show' from t.v union all
select 'appointment_move', t.args(moved, '{"start": "2026-03-10T15:00:00+09:00", "reason": "사정"}'), 'appointment', 'appointment.move' from t.v union all
select 'appointment_undo', t.args(moved), 'appointment', 'appointment.undo' from t.v union all
select 'seat_fill', t.args(moved, jsonb_build_object('expert_id', e2, 'reason', '사정')) || t.offer_args(moved, e2, '') - 'body', 'appointment', 'appointment.reassign' from t.v, t.e2 union all
select 'seat_counter', t.args(t.seat(taken), '{"via": "phone", "proposals": ["2026-03-11T15:00:00+09:00"]}'), 'appointment', 'seat.counter' from t.v union all
select 'seat_take', t.args(t.seat(taken), '{"start": "2026-03-11T15:00:00+09:00"}'), 'appointment', 'seat.take' from t.v union all
select 'seat_counter', t.args(t.seat(refused), '{"via": "phone", "proposals": ["2026-03-12T15:00:00+09:00"]}'), 'appointment', 'seat.counter' from t.v union all
select 'seat_refuse', t.args(t.seat(refused), '{"reason": "사정", "again": true}'), 'appointment', 'seat.refuse' from t.v union all
select 'seat_drop_out', t.args(t.seat(dropped), '{"via": "phone", "reason": "병가"}'), 'appointment', 'seat.drop_out' from t.v union all
select 'request_reopen', t.args(r3, '{"reason": "다시", "policy": "auto"}'), 'request', 'request.reopen' from t.y union all
select 'session_add', t.args(r3, jsonb_build_object('expert_ids', array[e2], 'start', '2026-02-25T10:00:00+09:00', 'report',
    '{"outcome": "solved", "summary": "끝", "minutes": 60, "follow_up": false}'::jsonb)), 'appointment', 'appointment.record' from t.y, t.e2 union all
select 'appointment_keep', t.args(refused, '{"reason": "방이 없음"}'), 'appointment', 'appointment.keep' from t.v union all
select 'feed_rotate', t.args(e1) || jsonb_build_object('feed', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret('f'))), 'expert', 'feed.rotate' from t.x union all
select 'feed_revoke', t.args(e1), 'expert', 'feed.revoke' from t.x union all
select 'feed_add', jsonb_build_object('body', '{"scope": "panel", "label": "전화"}'::jsonb, 'feed', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret('g'))), 'feed', 'feed.add' union all
select 'feed_renew', t.args(id) || jsonb_build_object('feed', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret('h'))), 'feed', 'feed.renew' from t.feed union all
select 'feed_end', t.args(id), 'feed', 'feed.end' from t.feed union all
select 'availability_put', t.args(e1, '{"weekly": [{"weekday": "mon", "from": "09:00", "until": "12:00"}], "dates": []}'), 'expert', 'availability.put' from t.x union all
select 'absence_add', t.args(e2, '{"from": "2026-05-04T09:00:00+09:00", "until": "2026-05-05T09:00:00+09:00", "reason": "출장"}'), 'expert', 'absence.add' from t.e2 union all
select 'absence_end', t.args(e1) || jsonb_build_object('absence_id', away), 'expert', 'absence.end' from t.x, t.away union all
select 'expert_pause', t.args(e2, '{"reason": "휴식"}'), 'expert', 'expert.pause' from t.e2 union all
select 'expert_resume', t.args(e2), 'expert', 'expert.resume' from t.e2 union all
select 'hand_over', t.args(e2, '{"reason": "휴가"}'), 'expert', 'expert.hand_over' from t.e2 union all
select 'expert_link', t.args(e1), 'expert', 'link.make' from t.x union all
select 'weights_put', '{"body": {"weights": {"topics": 10}}}', 'scoring', 'scoring.put' union all
select 'travel_put', '{"body": {"ways": [{"from": "jung", "to": "nam", "minutes": 9}]}}', 'scoring', 'travel.put' union all
select 'webhook_add', '{"body": {"url": "https://gate.example.kr/new", "kinds": ["message.offer"]}}', 'webhook', 'webhook.add' union all
select 'webhook_change', t.args(hook, '{"label": "문자"}'), 'webhook', 'webhook.change' from t.hook union all
select 'webhook_rotate', t.args(hook, '{"grace_hours": 1}'), 'webhook', 'webhook.rotate' from t.hook union all
select 'delivery_replay', t.args(id), 'webhook', 'delivery.replay' from jamund.deliveries where state = 'dead' union all
select 'webhook_delete', t.args(hook), 'webhook', 'webhook.delete' from t.hook union all
select 'duty_add', t.duty_args(e4, '2026-04-03'), 'expert', 'duty.add' from t.d union all
select 'duty_swap', t.args(swapped, jsonb_build_object('expert_id', e4, 'reason', '교대')), 'expert', 'duty.swap' from t.duty, t.d union all
select 'duty_remove', t.args(removed), 'expert', 'duty.remove' from t.duty union all
select 'visit_add', t.visit_args(c2, '2026-04-09T10:00:00+09:00'), 'visit', 'visit.add' from t.d union all
select 'visit_move', t.args(visit, '{"start": "2026-04-08T14:00:00+09:00", "reason": "기업 사정"}'), 'visit', 'visit.move' from t.visit union all
select 'event_add', jsonb_build_object('body', doc || '{"title": "가을 박람회"}'), 'event', 'event.add' from t.ev union all
select 'event_put', t.args(event, doc || '{"title": "봄 큰 박람회"}'), 'event', 'event.put' from t.ev, t.event union all
select 'plan_add', t.plan_args('{"lambda": 5}'), 'plan', 'plan.ask' union all
select 'plan_discard', t.args(dropped), 'plan', 'plan.discard' from t.dropped union all
select 'plan_apply', t.args(plan), 'plan', 'plan.apply' from t.plan union all
select 'plan_walk_in', jsonb_build_object('id', plan, 'body', jsonb_build_object('request_id', r6), 'choices', jsonb_build_array(jsonb_build_object(
    'expert_ids', jsonb_build_array(e4), 'start', '2026-04-20T12:00:00+09:00', 'zone', null, 'points', 3))), 'appointment', 'appointment.offer' from t.plan, t.d union all
select 'plan_replan', t.args(plan, '{"reason": "부스 고장", "lost_booths": [{"number": 2}]}'), 'plan', 'plan.replan' from t.plan union all
select 'user_add', '{"name": "새 사람", "email": "n@example.kr", "role": "field"}', 'user', 'user.add' union all
select 'token_add', jsonb_build_object('user', 'admin@example.kr', 'hash', t.secret('t2')), 'token', 'token.add' union all
select 'token_revoke', t.args(id), 'token', 'token.revoke' from t.token;

create function t.do(w t.write, more jsonb default '{}') returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.%I($1, $2)', w.name) into r using t.who('coordinator', more), w.args;
    return r;
end $$;
-- The rows of every table of jamund, as one fingerprint per table.
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

create table t.run (i int, name text, entity text, kind text, first api.reply, again api.reply, state text, versions int,
    audits int, got_entity text, got_kind text, who text, tables1 jsonb, tables2 jsonb, other text, tables3 jsonb, broken jsonb);
create function t.play() returns void language plpgsql as $$
declare
    w t.write;
    v bigint;
    run t.run;
    has_key boolean;
    key jsonb;
begin
    perform t.at('2026-03-04 11:00+09'); -- the first meeting has begun
    for w in select * from t.write order by i loop
        has_key := w.name not in ('user_add', 'token_add', 'token_revoke'); -- the command line's, without keys
        key := case when has_key then jsonb_build_object('key', 'k' || w.i, 'hash', 'h' || w.i) else '{}' end;
        run := null;
        run.i := w.i; run.name := w.name; run.entity := w.entity; run.kind := w.kind;
        -- a call that fails after its effect keeps no key and leaves nothing
        run.tables1 := t.tables();
        if has_key then
            run.broken := t.problem(format('select t.do(w, %L), 1 / (random() * 0)::int from t.write w where i = %s', key, w.i));
        end if;
        run.tables2 := t.tables();
        v := (select max(version) from jamund.change_log);
        run.first := t.do(w, key);
        select count(*), (array_agg(c.entity order by version desc))[1], (array_agg(c.kind order by version desc))[1], count(a.id), min(a.actor_kind || '/' || a.via)
          into run.versions, run.got_entity, run.got_kind, run.audits, run.who
          from jamund.change_log c left join jamund.audit a using (version) where version > v;
        if has_key then
            run.tables3 := t.tables();
            run.again := t.do(w, key);
            run.other := t.problem(format('select t.do(w, %L) from t.write w where i = %s', key || '{"hash": "other"}', w.i)) ->> 'sqlstate';
            if run.tables3 <> t.tables() then run.tables3 := null; end if;
        end if;
        insert into t.run select run.*;
    end loop;
end $$;
select t.play() \g /dev/null
select ok((first).status in (200, 201), name || ' succeeds') from t.run order by i;
-- of each thing that is changed: both experts of a swap, the plan and an appointment that it books, the event whose losses a
-- plan made anew takes in; holidays are of one call and many things
select is(versions || ' ' || audits || ' ' || got_entity || ' ' || got_kind,
    case when name in ('duty_swap', 'plan_apply', 'plan_walk_in', 'plan_replan', 'holiday_add') then '2 2 ' else '1 1 ' end || entity || ' ' || kind,
    name || ' leaves one change and one audit entry') from t.run order by i;
select is(who, case when name in ('seat_accept', 'seat_decline', 'seat_counter', 'seat_drop_out') then 'user/phone' else 'user/api' end, name || ' says who') from t.run order by i;
select ok(broken ->> 'sqlstate' = '22012' and tables1 = tables2, name || ': a failed call leaves nothing') from t.run
 where (again).status is not null order by i;
select is(again, first, name || ': the same key, the same answer') from t.run where (again).status is not null order by i;
select is(other, 'JM005', name || ': the same key for another body') from t.run where (again).status is not null order by i;
select isnt(tables3, null, name || ': repeating changes nothing') from t.run where (again).status is not null order by i;

-- no write of api is forgotten here
select set_eq($$ select proname::text from pg_proc where pronamespace = 'api'::regnamespace and provolatile = 'v'
    and prorettype = 'api.reply'::regtype and proname not like 'import%' $$, 'select distinct name from t.write', 'every write is tried above');
select is((select count(*)::int from pg_proc where pronamespace = 'api'::regnamespace and prorettype = 'api.reply'::regtype
            and provolatile <> 'v' and proname !~ '(_get|_list|_items|_ics|worklist)$'), 0, 'and whatever else replies only reads');

-- keys belong to their actor
select is(api.place_add(t.who('admin', '{"key": "k5", "hash": "h5"}'), '{"body": {"ko": "다른 방", "en": "Other"}}') = first, false,
    'another actor''s same key is another key') from t.run where name = 'place_add';
select lives_ok($$ select api.place_add('{"actor_kind": "system", "via": "system", "key": "k", "hash": "h"}',
    '{"body": {"ko": "방 3", "en": "Room 3"}}') $$, 'a key without an actor');
select throws_ok($$ select api.place_add('{"actor_kind": "system", "via": "system", "key": "k", "hash": "g"}',
    '{"body": {"ko": "방 4", "en": "Room 4"}}') $$, 'JM005', null, 'is one of its kind');
select lives_ok($$ select api.place_add(t.who('admin'), '{"body": {"ko": "방 5", "en": "Room 5"}}') $$, 'no key');
select throws_ok($$ select api.place_add(t.who('admin'), '{"body": {"ko": "방 5", "en": "Room 5"}}') $$, '23505', null,
    'no memory: the room is there already');

-- versions
select is((select count(*)::bigint from jamund.change_log), (select max(version) - min(version) + 1 from jamund.change_log), 'versions have no gaps');
select is((select min(version) from jamund.change_log), 1::bigint, 'and begin at 1');
select is_empty('select version from jamund.change_log left join jamund.audit using (version) group by version having count(id) <> 1',
    'each has one audit entry');

-- If-Match on what carries a version
create table t.m (name text, args jsonb);
insert into t.m
select 'expert_put', t.args(e1, t.expert_body('e1@example.kr')) from t.x union all
select 'request_withdraw', t.args(r4, '{"reason": "x"}') from t.y union all
select 'case_triage', t.args(k2, '{"triage": "deep"}') from t.y union all
select 'case_close', t.args(k2, '{"answer": "x"}') from t.y union all
select 'case_reopen', t.args(k2, '{}') from t.y union all
select 'seat_accept', t.args(s.id, '{"via": "phone"}') from jamund.seats s where state = 'offered' union all
select 'seat_decline', t.args(s.id, '{"via": "phone"}') from jamund.seats s where state = 'offered' union all
select 'appointment_cancel', t.args(a.id, '{"reason": "x"}') from jamund.appointments a where state = 'tentative' union all
select 'appointment_complete', t.args(a1, '{"outcome": "solved", "summary": "끝", "minutes": 60}') from t.z;
select is(t.problem(format('select api.%I(t.who(''coordinator'', ''{"if_match": "\"v999\""}''), %L)', name, args)) ->> 'sqlstate', 'JM412',
    name || ' refuses a stale If-Match') from t.m;
select is(t.problem(format('select api.%I(t.who(''coordinator'', ''{"if_match": "\"v999\""}''), %L)', name, args)) ->> 'current' ~ '^"v[0-9]+"$', true,
    name || ' says the current one') from t.m;
create table t.now as select (api.expert_get(t.who('manager'), t.args(e1))).etag as tag from t.x;
select is((api.expert_put(t.who('manager', jsonb_build_object('if_match', tag)), t.args(e1, t.expert_body('e1@example.kr')))).status,
    200, 'the current one passes') from t.x, t.now;
select throws_ok($$ select api.expert_put(t.who('manager', jsonb_build_object('if_match', tag)), t.args(e1, t.expert_body('e1@example.kr'))) from t.x, t.now $$,
    'JM412', null, 'once');
select is((api.expert_put(t.who('manager', '{"if_match": "*"}'), t.args(e1, t.expert_body('e1@example.kr')))).status, 200, 'so does *') from t.x;

select * from finish();
rollback;
