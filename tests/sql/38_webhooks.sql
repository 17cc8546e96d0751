-- Webhooks: who gets which event, in which order, by whose lease; secrets, switching off, replay.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1, t.company('다라') as c2;
create function t.hook(body jsonb) returns uuid language sql as $$
    select t.id(api.webhook_add(t.who('manager'), jsonb_build_object('body', body)))
$$;
create function t.hook(url text, variadic kinds text[]) returns uuid language sql as $$
    select t.hook(jsonb_build_object('url', url, 'kinds', kinds))
$$;
-- What is due, taken by w: kinds per webhook, in the order they are given out.
create function t.claim(worker text default 'w', n int default 100) returns setof jsonb language sql as $$
    select message || jsonb_build_object('id', id, 'attempts', attempts) from api.delivery_claim(worker, n, 60)
$$;
create function t.queue(hook uuid) returns text language sql as $$
    select string_agg(kind || ':' || state, ' ' order by seq) from jamund.deliveries where webhook_id = hook
$$;

-- what may be registered
select is(t.pointers(t.problem($$ select t.hook('https://a.example.kr/', 'message.offer', 'message.nonsense', 'seat.*', 'request.*') $$)),
    'JM422 /kinds/1 /kinds/2', 'each kind that there is not is named');
select set_has('select jamund.event_kinds()', $$ values ('message.offer'), ('appointment.confirmed'), ('appointment.moved'), ('request.unmatched') $$,
    'kinds come from the tables of messages and life-cycles');
create table t.h as select t.hook('https://sms.example.kr/in', 'message.*') as sms,
    t.hook('https://crm.example.kr/in', 'appointment.*', 'request.scheduled') as crm,
    t.hook('{"url": "https://off.example.kr/in", "kinds": ["message.*", "request.*"], "active": false}') as off;
select is((api.webhook_get(t.who('manager'), t.args(sms))).body - 'id', '{"version": 1, "created_at": "2026-03-02T09:00:00+09:00",
    "url": "https://sms.example.kr/in", "label": "", "kinds": ["message.*"], "active": true, "gone_at": null, "secret_number": 1,
    "grace_until": null, "waiting": 0, "dead": 0}'::jsonb, 'a webhook') from t.h;
select is((api.webhook_list(t.who('admin'), '{"limit": 2}')).body #>> '{items,0,url}', 'https://off.example.kr/in', 'the newest first');
select isnt((api.webhook_list(t.who('admin'), '{"limit": 2}')).body ->> 'next_cursor', null, 'by page');

-- who hears what, and when
create table t.a as select t.offer(t.request(c1), e1, '2026-03-04T10:00:00+09:00') as id from t.x;
select is(t.queue(crm), 'appointment.tentative:queued', 'what becomes of an appointment is told with the change') from t.h;
select is(t.queue(sms), null, 'a message is not told before its mail leaves') from t.h;
select * from api.outbox_claim('m', 10, 60) \g /dev/null
select is(t.queue(sms), 'message.offer:queued', 'but then') from t.h;
select is(t.queue(off), null, 'one that is switched off hears nothing') from t.h;

create table t.m as select j from t.claim() j;
select is((select count(*)::int from t.m), 2, 'both are due at once');
select is(j -> 'event' #- '{data,message_id}' #- '{data,appointment,id}', '{"type": "message.offer", "timestamp": "2026-03-02T09:00:00+09:00", "data": {"kind": "offer", "viewer": "expert",
    "to": {"name": "세무 e1", "phone": "010-0000-0000"}, "appointment": {"state": "tentative",
    "start": "2026-03-04T10:00:00+09:00", "end": "2026-03-04T11:00:00+09:00"}}}'::jsonb, 'a message: whom to call, and when the meeting is')
  from t.m where j #>> '{event,type}' = 'message.offer';
select is(j -> 'message', jamund.message_doc(o), 'and what its mail is made from, for the daemon') from t.m, jamund.messages o
 where j #>> '{event,type}' = 'message.offer';
select is(j -> 'event' -> 'data', (select jsonb_build_object('appointment_id', x.id, 'request_id', x.request_id) from jamund.appointments x join t.a using (id)),
    'a life-cycle event holds ids only') from t.m where j #>> '{event,type}' = 'appointment.tentative';
select is(j ->> 'url', 'https://sms.example.kr/in', 'where to') from t.m where j #>> '{event,type}' = 'message.offer';
select is(j -> 'secrets', '[1]', 'the first secret signs') from t.m limit 1;
update jamund.disclosures set shown = false where viewer = 'gateway' and fact = 'expert.phone';
select is(jamund.reader_doc(m), '{"name": "세무 e1", "phone": null}', 'no number where the disclosures say so') from jamund.messages m;
delete from jamund.disclosures where viewer = 'gateway';
select is(jamund.reader_doc(m) ->> 'phone', null, 'nor where they say nothing') from jamund.messages m;
insert into jamund.disclosures values ('expert.phone', 'gateway', true), ('contact.phone', 'gateway', true), ('requester.phone', 'gateway', true);

-- leases
select is_empty($$ select t.claim('x') $$, 'a leased one is nobody else''s');
select is(api.delivery_sent((j ->> 'id')::uuid, 'x', ''), false, 'and nobody else marks it') from t.m;
select t.at('2026-03-02 09:01:00+09') \g /dev/null
select is((select string_agg(j ->> 'attempts', ' ') from t.claim('x') j), '2 2', 'a lease that ran out is taken over');
select is(api.delivery_failed((j ->> 'id')::uuid, 'w', '', true, 0), false, 'the first cannot spoil it') from t.m;
select is(api.delivery_failed((j ->> 'id')::uuid, 'x', repeat('가', 600), false, 300), true, 'a failure') from t.m;
select t.at('2026-03-02 09:05:59+09') \g /dev/null
select is_empty($$ select t.claim('x') $$, 'is tried later');

-- order: per webhook and appointment
select t.accept(id) from t.a \g /dev/null
select api.outbox_sent(id, 'm', '') from jamund.messages where state = 'sending' \g /dev/null
select * from api.outbox_claim('m', 10, 60) \g /dev/null
create table t.b as select t.offer(t.request(c2), e2, '2026-03-05T10:00:00+09:00') as id from t.x;
select is((select string_agg(j #>> '{event,type}', ' ' order by j #>> '{event,type}') from t.claim() j), 'appointment.tentative request.scheduled',
    'what comes later waits for what is tried again; of others, the request''s own too, it does not');
select t.at('2026-03-02 09:06:00+09') \g /dev/null
create function t.round() returns text language plpgsql as $$
declare o text;
begin
    select string_agg(j #>> '{event,type}', ' ' order by j #>> '{event,type}') into o
      from (select j, api.delivery_sent((j ->> 'id')::uuid, 'w', repeat('a', 64)) from t.claim() j offset 0) x;
    return o;
end $$;
select is(t.round(), 'appointment.tentative message.offer', 'first the old ones');
select is(t.round(), 'appointment.confirmed message.invite', 'then one by one');
select is(t.round(), 'message.invite', 'to the end');
select is(t.round(), 'message.invite', 'of the line');
select results_eq($$ select distinct state, delivered_at, body_sha256, last_error from jamund.deliveries where state <> 'sending' $$, $$ values
    ('delivered', '2026-03-02 09:06+09'::timestamptz, repeat('a', 64), null::text) $$, 'delivered, with the time and the bytes');
select is((select count(*)::int from jamund.deliveries where webhook_id = crm and kind = 'request.scheduled'), 1, 'a kind that was named') from t.h;
select api.appointment_move(t.who('coordinator'), t.args(id, '{"start": "2026-03-06T10:00:00+09:00", "reason": "사정"}')) from t.a \g /dev/null
select is((select array_agg(d.kind order by d.seq) from jamund.deliveries d where d.subject = a.id and d.webhook_id = crm and d.state = 'queued'),
    '{appointment.moved,appointment.tentative}', 'a move') from t.a, t.h;

-- a word about a request that nobody was asked for
create table t.q as select t.request(c1) as id from t.x;
select jamund.tell_unmatched(r) from jamund.requests r join t.q using (id) \g /dev/null
select * from api.outbox_claim('m', 10, 60) \g /dev/null
select is((select string_agg(kind, ' ') from jamund.deliveries d, t.h, t.q where webhook_id = sms and subject = q.id), 'message.unmatched',
    'a message without an appointment keeps its request''s order');
select is(jamund.delivery_job(d) -> 'event' -> 'data' -> 'appointment', 'null', 'and names none') from jamund.deliveries d where kind = 'message.unmatched';
select is(jamund.delivery_job(d) #>> '{event,data,to,phone}', '053-000-0000', 'but whom to call') from jamund.deliveries d where kind = 'message.unmatched';

-- a replayed mail is the same event
update jamund.messages set state = 'dead' where kind = 'invite' and state = 'sending';
update jamund.messages set state = 'queued' where state = 'dead';
select is((select count(*)::int from jamund.deliveries where webhook_id = sms and kind = 'message.invite'), 3, 'three were invited') from t.h;
update jamund.messages set state = 'sending', leased_by = 'm' where kind = 'invite' and state = 'queued';
select is((select count(*)::int from jamund.deliveries where webhook_id = sms and kind = 'message.invite'), 3, 'and are told once') from t.h;

-- no webhook takes more than four at a time
create table t.busy as select t.hook('https://busy.example.kr/', 'request.open') as h;
create table t.calm as select t.hook('https://calm.example.kr/', 'request.open') as h;
select t.request(c1) from t.x, generate_series(1, 6) \g /dev/null
select t.round() \g /dev/null
update jamund.deliveries d set state = 'dead' where state in ('queued', 'retry');
select t.request(c1) from t.x, generate_series(1, 6) \g /dev/null
select is((select string_agg(n::text, ' ') from (select count(*) as n from t.claim() j group by j ->> 'webhook_id') x), '4 4', 'four of each');
select is_empty('select t.claim()', 'no more while they are under way');
select api.delivery_sent(id, 'w', '') from jamund.deliveries, t.busy where webhook_id = h and state = 'sending' limit 1 \g /dev/null
select is((select count(*)::int from t.claim()), 1, 'one ends, one begins');
select t.at('2026-03-02 09:30+09') \g /dev/null
select is((select count(*)::int from t.claim('w', 3)), 3, 'at most as many as asked for');

-- switching off, 410, replay
select api.webhook_change(t.who('manager'), t.args(h, '{"active": false}')) from t.calm \g /dev/null
select is((select count(*)::int from jamund.deliveries, t.calm where webhook_id = h and state in ('queued', 'retry')), 0, 'switched off: what waits is dead');
select is(t.problem(format($$ select api.delivery_replay(t.who('manager'), t.args(%L)) $$, id)) ->> 'sqlstate', 'JM002', 'and not replayed')
  from jamund.deliveries, t.calm where webhook_id = h and state = 'dead' limit 1;
select t.request(c1) from t.x \g /dev/null
select is((select count(*)::int from jamund.deliveries, t.calm where webhook_id = h and created_at = api.clock()), 0, 'it hears nothing more');
select api.webhook_change(t.who('manager'), t.args(h, '{"active": true}')) from t.calm \g /dev/null
create table t.dead as select id from jamund.deliveries, t.calm where webhook_id = h and state = 'dead' limit 1;
select is((api.delivery_replay(t.who('manager'), t.args(id))).body ->> 'state', 'queued', 'on again: replayed') from t.dead;
select throws_ok($$ select api.delivery_replay(t.who('manager'), t.args(id)) from t.dead $$, 'JM002', null, 'only a dead one');
select throws_ok($$ select api.delivery_replay(t.who('manager'), t.args(gen_random_uuid())) $$, 'P0002', null, 'an unknown one');
select is((select (j ->> 'attempts')::int from t.claim() j, t.dead where j ->> 'id' = dead.id::text), 1, 'it counts its tries anew');
select is(api.delivery_gone(id, 'x', ''), false, 'only who has the lease says gone') from t.dead;
select is(api.delivery_gone(id, 'w', 'HTTP 410'), true, '410') from t.dead;
select is(body -> 'active', 'false', 'switches it off') from t.calm, api.webhook_get(t.who('manager'), t.args(h));
select is(body ->> 'gone_at', '2026-03-02T09:30:00+09:00', 'and says when') from t.calm, api.webhook_get(t.who('manager'), t.args(h));
select is((select action from jamund.audit order by id desc limit 1), 'webhook.gone', 'which is in the audit');
select is((api.webhook_change(t.who('manager'), t.args(h, '{"active": true}'))).body ->> 'gone_at', null, 'until somebody switches it on') from t.calm;
select ok((api.delivery_list(t.who('manager'), jsonb_build_object('state', 'dead', 'webhook_id', h))).body #>> '{items,0,last_error}' ~ 'HTTP 410|switched off',
    'dead ones are listed with why') from t.calm;
select is((api.delivery_list(t.who('manager'), jsonb_build_object('state', 'retry'))).body, '{"items": [], "next_cursor": null}', 'by state');

-- a delivery leased while its webhook was switched off ends when the lease does
select t.request(c1) from t.x \g /dev/null
update jamund.deliveries d set state = 'dead' from t.busy where state = 'queued' and webhook_id <> h;
create table t.hand as select (j ->> 'id')::uuid as id from t.claim('w', 1) j;
update jamund.webhooks w set active = false from t.hand join jamund.deliveries d using (id) where w.id = d.webhook_id;
select t.at('2026-03-02 09:40+09') \g /dev/null
select is((select count(*)::int from t.claim() j join jamund.deliveries d on d.id = (j ->> 'id')::uuid
    where d.webhook_id in (select id from jamund.webhooks where not active)), 0, 'nothing leaves for a webhook that is off');
select is(state, 'dead', 'what was in hand is dead') from jamund.deliveries join t.hand using (id);

-- secrets
select is((api.webhook_rotate(t.who('manager'), t.args(crm, '{"grace_hours": 2}'))).body ->> 'secret_number', '2', 'rotated') from t.h;
select t.cancel(id) from t.a \g /dev/null
select is((select jsonb_agg(distinct j -> 'secrets') from t.claim() j, t.h where j ->> 'webhook_id' = crm::text), '[[2, 1]]', 'both sign for a while');
select t.at('2026-03-02 11:40:01+09') \g /dev/null
select is((select jsonb_agg(distinct j -> 'secrets') from t.claim() j, t.h where j ->> 'webhook_id' = crm::text), '[[2]]', 'then the new one alone');
select throws_ok($$ select api.webhook_rotate(t.who('manager', '{"if_match": "\"v1\""}'), t.args(crm)) from t.h $$, 'JM412', null, 'not what changed since');

-- the end
select is((api.webhook_delete(t.who('manager'), t.args(crm))).status, 200, 'deleted') from t.h;
select throws_ok($$ select api.webhook_get(t.who('manager'), t.args(crm)) from t.h $$, 'P0002', null, 'it is gone');
select is(t.problem(format($$ select t.hook('https://h.example.kr/%s', 'request.*') from generate_series(1, 20) $$, 1)) ->> 'sqlstate', 'JM409', 'at most twenty');
update jamund.deliveries set delivered_at = api.clock() - interval '31 days'
 where id in (select id from jamund.deliveries where state = 'delivered' order by seq limit 3);
select is(api.deliveries_forget(2), 2, 'old ones are forgotten, so many at a time');
select is(api.deliveries_forget(100), 1, 'and no others');
create temp table dead as select count(*)::int as n from jamund.deliveries where state = 'dead';
update jamund.deliveries set due_at = api.clock() - interval '91 days' where state = 'dead';
select is(api.deliveries_forget(100), n, 'what is dead goes later') from dead where n > 0;
select * from finish();
rollback;
