-- The answers of old Idempotency-Keys are forgotten, the young ones kept.
begin;
\ir lib/world.sql
select * from no_plan();
insert into jamund.idempotency (actor, key, request_hash, status, created_at)
select 'a', i::text, 'h', 200, api.clock() - make_interval(days => i) from generate_series(0, 20) i;
select is(api.keys_forget(5), 5, 'at most so many at a time');
select is((select max(key::int) from jamund.idempotency where actor = 'a'), 15, 'the oldest first');
select is(api.keys_forget(100), 8, 'the rest of the old ones');
select set_eq($$ select key::int from jamund.idempotency where actor = 'a' $$, 'select generate_series(0, 7)', 'seven days are kept');
select is(api.keys_forget(100), 0, 'and then there is nothing to do');
select * from finish();
rollback;
