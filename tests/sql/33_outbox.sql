-- The outbox: order, leases, retries, dead letters, and what a message carries.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1, t.company('다라') as c2;
create table t.a as select t.offer(t.request(c1), e1, '2026-03-04T10:00:00+09:00') as id from t.x;

-- a message in full
create table t.m as select * from api.outbox_claim('w', 10, 60);
select is((select count(*)::int from t.m), 1, 'the offer is due at once');
select is(attempts, 1, 'its first try') from t.m;
select is(message - 'id' - 'link_id' - 'revision', '{"reply_id": null, "language": "ko", "alarm_minutes": null, "kind": "offer", "link_purpose": "seat", "created": 1772409600, "viewer": "expert",
    "to": {"name": "세무 e1", "email": "e1@example.kr", "partstat": "NEEDS-ACTION"}, "thread": null, "reason": null,
    "organizer": {"name": "기업애로 자문단", "email": "jamund@example.kr"}, "respond_by": 1772438400,
    "host": "example.kr"}'::jsonb, 'what it carries') from t.m;
select is(message -> 'revision', jamund.revision_doc(facts, 'expert'), 'the facts as its viewer may see them')
  from t.m, t.a join jamund.revisions r on r.appointment_id = a.id;
select is((message ->> 'link_id')::uuid, l.id, 'the link it shows') from t.m, jamund.links l;

-- leases
select is_empty($$ select * from api.outbox_claim('x', 10, 60) $$, 'a leased one is nobody else''s');
select is(api.outbox_sent(id, 'x', ''), false, 'and nobody else marks it') from t.m;
select t.at('2026-03-02 09:00:59.999+09') \g /dev/null
select is_empty($$ select * from api.outbox_claim('x', 10, 60) $$, 'as long as the lease lasts');
select t.at('2026-03-02 09:01:00+09') \g /dev/null
select results_eq($$ select id, attempts from api.outbox_claim('x', 10, 60) $$, 'select id, 2 from t.m', 'then it is taken over');
select is(api.outbox_sent(id, 'w', ''), false, 'the first has lost it') from t.m;
select is(api.outbox_failed(id, 'w', '', true, 0), false, 'and cannot spoil it') from t.m;

-- retries
select is(api.outbox_failed(id, 'x', repeat('가', 600), false, 300), true, 'a failure') from t.m;
select results_eq('select state, due_at, length(last_error), lease_until from jamund.messages', $$ values
    ('retry', '2026-03-02 09:06+09'::timestamptz, 500, null::timestamptz) $$, 'is tried later; the error is kept, shortened');
select is(api.outbox_sent(id, 'x', ''), false, 'what is not leased is not marked') from t.m;
select t.at('2026-03-02 09:05:59+09') \g /dev/null
select is_empty($$ select * from api.outbox_claim('x', 10, 60) $$, 'not earlier');
select t.at('2026-03-02 09:06:00+09') \g /dev/null
select results_eq($$ select id, attempts from api.outbox_claim('x', 10, 60) $$, 'select id, 3 from t.m', 'the third try');
select is(api.outbox_failed(id, 'x', '550 no such user', true, 0), true, 'dead') from t.m;
select t.at('2026-03-03 09:00:00+09') \g /dev/null
select is_empty($$ select * from api.outbox_claim('x', 10, 60) $$, 'a dead one is not tried');
select is((api.message_list(t.who('coordinator'), '{"state": "dead"}')).body #>> '{items,0,last_error}', '550 no such user', 'but listed');
select is((api.message_list(t.who('coordinator'), '{"state": "sent"}')).body, '{"items": [], "next_cursor": null}', 'by state');
select is(jsonb_array_length((api.message_list(t.who('coordinator'), jsonb_build_object('appointment_id', id))).body -> 'items'), 1,
    'and appointment') from t.a;
select ok((api.message_list(t.who('coordinator'), '{}')).body #>> '{items,0,to,email}' ~ '@example.kr$', 'a list shows who it goes to');
select is((api.message_replay(t.who('coordinator'), t.args(id))).body ->> 'state', 'queued', 'replayed') from t.m;
select throws_ok($$ select api.message_replay(t.who('coordinator'), t.args(id)) from t.m $$, 'JM002', null, 'only a dead one');
select throws_ok($$ select api.message_replay(t.who('coordinator'), t.args(gen_random_uuid())) $$, 'P0002', null, 'an unknown one');
select results_eq($$ select id, attempts from api.outbox_claim('x', 10, 60) $$, 'select id, 1 from t.m', 'counts its tries anew');
select is(api.outbox_sent(id, 'x', repeat('a', 64)), true, 'sent') from t.m;
select results_eq('select state, sent_at, bytes_sha256, last_error from jamund.messages', $$ values
    ('sent', '2026-03-03 09:00+09'::timestamptz, repeat('a', 64), null::text) $$, 'with the time and the bytes');
select is(api.outbox_sent(id, 'x', ''), false, 'once') from t.m;

-- order: per appointment and person
select t.at('2026-03-02 09:10+09') \g /dev/null
create table t.b as select t.offer(t.request(c2), e2, '2026-03-05T10:00:00+09:00') as id from t.x;
select api.outbox_failed(k.id, 'w', '451', false, 0) from api.outbox_claim('w', 100, 60) k \g /dev/null
select t.accept(id) from t.b \g /dev/null
create function t.round() returns text language plpgsql as $$
declare o text;
begin
    select string_agg(message ->> 'kind' || '/' || (message ->> 'viewer'), ' ' order by message ->> 'kind', message ->> 'viewer') into o
      from (select api.outbox_sent(id, 'w', ''), message from api.outbox_claim('w', 100, 60)) x;
    return o;
end $$;
select is(t.round(), 'invite/company invite/field offer/expert', 'the expert''s offer goes before the invitation; others do not wait');
select is(t.round(), 'invite/expert', 'then the invitation');
select t.cancel(id) from t.b \g /dev/null
select is(t.round(), 'cancel/company cancel/expert cancel/field', 'then the end');
select is(t.round(), null, 'and no more');
create table t.c as select t.offer(t.request(c2), e2, '2026-03-06T10:00:00+09:00') as id from t.x;
select api.outbox_failed(k.id, 'w', '', true, 0) from api.outbox_claim('w', 100, 60) k \g /dev/null
select t.accept(id) from t.c \g /dev/null
select is(t.round(), 'invite/company invite/expert invite/field', 'a dead letter holds up nothing');
select throws_ok($$ select api.message_replay(t.who('coordinator'), t.args(m.id)) from jamund.messages m join t.c on appointment_id = c.id
    where kind = 'offer' $$, 'JM002', null, 'an offer that was answered is not replayed');
create table t.late as select t.offer(t.request(c1), e1, '2026-03-09T10:00:00+09:00') as id from t.x;
select t.round() \g /dev/null
select t.accept(id) from t.late \g /dev/null
select api.outbox_failed(k.id, 'w', '', true, 0) from api.outbox_claim('w', 100, 60) k \g /dev/null
select t.cancel(id) from t.late \g /dev/null
select t.round() \g /dev/null
select throws_ok(format($$ select api.message_replay(t.who('coordinator'), t.args(%L)) $$, m.id), 'JM002', null,
    'nor the invitation of a cancelled appointment to ' || m.viewer) from jamund.messages m join t.late on appointment_id = late.id where kind = 'invite' order by viewer;
create table t.d as select t.offer(t.request(c1), e1, '2026-03-10T10:00:00+09:00') as d1, t.offer(t.request(c2), e2, '2026-03-11T10:00:00+09:00') as d2 from t.x;
select is((select count(*)::int from api.outbox_claim('w', 1, 60)), 1, 'at most as many as asked for');
select is((select count(*)::int from api.outbox_claim('w', 9, 60)), 1, 'the others next');

-- the thread is the first REQUEST of the same appointment to the same person
create function t.threads(appointment uuid) returns text language sql as $$
    select string_agg(m.kind || '/' || m.viewer || '<-' || coalesce((select f.kind || '/' || f.viewer from jamund.messages f
               where '<' || f.id || '@example.kr>' = jamund.message_doc(m) ->> 'thread'), '-'), ' ' order by seq)
      from jamund.messages m where appointment_id = appointment and state <> 'withdrawn'
$$;
select is(t.threads(id), 'offer/expert<-- invite/expert<-offer/expert invite/company<-- invite/field<-- cancel/expert<-offer/expert '
    || 'cancel/company<-invite/company cancel/field<-invite/field', 'a CANCEL joins its REQUEST') from t.b;
select t.at('2026-03-02 09:30+09') \g /dev/null
select t.cancel(d1) from t.d \g /dev/null
select is(t.threads(d1), 'offer/expert<-- withdrawn/expert<-offer/expert', 'so does that of an offer') from t.d;
select is(jamund.message_doc(m) #>> '{revision,status}' || ' ' || m.reason, 'cancelled 사정', 'the CANCEL carries the cancelled facts and why')
  from jamund.messages m join t.b on appointment_id = b.id where kind = 'cancel' and viewer = 'company';
select is(jamund.message_doc(m) #>> '{revision,status}', 'confirmed', 'the REQUEST those of its time')
  from jamund.messages m join t.b on appointment_id = b.id where kind = 'invite' and viewer = 'company';

-- reply addresses: one for each attendee, with the first mail, for good
create function t.replies(label text) returns jsonb language sql as $$
    select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret(label || n))) from generate_series(1, 5) n
$$;
create function t.taken(label text) returns text language plpgsql as $$
declare taken jsonb := (select jsonb_agg(o.message) from api.outbox_take('r', 5, 60, t.replies(label)) o);
begin
    perform api.outbox_sent((m ->> 'id')::uuid, 'r', 'x') from jsonb_array_elements(taken) m;
    return (
        select string_agg(format('%s/%s %s', m ->> 'kind', m ->> 'viewer', coalesce((select left(r.hash, 4) || case when exists (
                   select from jamund.seat_of_reply(r.hash) s
                    where (s.uid, s.viewer, s.email) = (m #>> '{revision,uid}', m ->> 'viewer', m #>> '{to,email}')) then '' else ' astray' end
                   from jamund.reply_addresses r where r.id = (m ->> 'reply_id')::uuid), '-')), ', ' order by m ->> 'kind', m ->> 'viewer')
          from jsonb_array_elements(taken) m);
end $$;
select t.at('2026-03-02 10:00+09') \g /dev/null
select t.round(), t.round(), t.round() \g /dev/null
create table t.r as select t.offer(t.request(c1), e1, '2026-03-12T10:00:00+09:00') as id from t.x;
select is(t.taken('a'), 'offer/expert ' || left(t.secret('a1'), 4), 'the first mail makes the address');
select t.accept(id) from t.r \g /dev/null
select matches(t.taken('b'), format('^invite/company (%1$s|%2$s), invite/expert %3$s, invite/field (%1$s|%2$s)$', left(t.secret('b1'), 4),
    left(t.secret('b2'), 4), left(t.secret('a1'), 4)), 'each attendee has one, and keeps it');
select is((select s.seat_state || ' ' || s.name from jamund.seat_of_reply(t.secret('a1')) s), 'accepted 세무 e1', 'of an expert it names the seat');
select is((select count(*)::int from jamund.seat_of_reply(t.secret('b1')) s where s.seat_id is null), 1, 'of others none');
select is_empty($$ select * from jamund.seat_of_reply(t.secret('z')) $$, 'an unknown one is nobody''s');
create table t.old as select t.offer(t.request(c2), e2, '2026-03-12T10:00:00+09:00') as id from t.x;
select api.outbox_sent(k.id, 'w', 'x') from api.outbox_claim('w', 5, 60) k \g /dev/null
select t.accept(id) from t.old \g /dev/null
select matches(t.taken('c'), '^invite/company [0-9a-f]{4}, invite/expert -, invite/field [0-9a-f]{4}$', 'who was told without one goes on without');
select t.offer(t.request(c1), e2, '2026-03-16T10:00:00+09:00') from t.x \g /dev/null
select is((select message ->> 'reply_id' from api.outbox_take('r', 5, 60, '[]')), null, 'where none are given, there is none');

-- what is over is told to nobody
select t.round(), t.round(), t.round() \g /dev/null
create table t.past as select t.offer(t.request(c1), e1, '2026-03-17T10:00:00+09:00') as waits, t.offer(t.request(c2), e2, '2026-03-17T10:00:00+09:00') as dies from t.x;
select api.outbox_failed(k.id, 'w', '', (message #>> '{revision,appointment}')::uuid = dies, 0) from api.outbox_claim('w', 9, 60) k, t.past \g /dev/null
select t.at('2026-03-17 11:00+09') \g /dev/null
select is_empty($$ select * from api.outbox_claim('w', 9, 60) k where k.message ->> 'kind' = 'offer' $$, 'a mail that could not leave while it made sense stays');
select is(state, 'withdrawn', 'for good') from jamund.messages join t.past on appointment_id = waits where kind = 'offer';
select throws_ok(format($$ select api.message_replay(t.who('coordinator'), t.args(%L)) $$, m.id), 'JM002', 'the meeting is over', 'nor is a dead one sent again')
  from jamund.messages m join t.past on appointment_id = dies where kind = 'offer';

select * from finish();
rollback;
