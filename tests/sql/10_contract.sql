-- The contract with the daemon: its role may execute the functions of api and nothing else; each of
-- them is pinned and described; the clock is the owner's to fake. plpgsql_check finds nothing.
begin;
\ir lib/world.sql
create extension if not exists plpgsql_check;
select * from no_plan();

-- the grants of the migration runner
grant usage on schema api to jamund;
revoke execute on all functions in schema api from public;
grant execute on all functions in schema api to jamund;

select is(p.prosecdef, true, p.oid::regprocedure || ' runs as the owner')
  from pg_proc p where pronamespace = 'api'::regnamespace order by p.oid::regprocedure::text;
select ok('search_path=jamund, pg_temp' = any (p.proconfig), p.oid::regprocedure || ' has a pinned search_path')
  from pg_proc p where pronamespace = 'api'::regnamespace order by p.oid::regprocedure::text;
select isnt(obj_description(p.oid, 'pg_proc'), null, p.oid::regprocedure || ' is described')
  from pg_proc p where pronamespace = 'api'::regnamespace order by p.oid::regprocedure::text;
select is((select count(distinct proname)::int from pg_proc where pronamespace = 'api'::regnamespace),
    (select count(*)::int from pg_proc where pronamespace = 'api'::regnamespace), 'no function of api is overloaded');
select is((select string_agg(p.oid::regprocedure::text, ' ') from pg_proc p join pg_language l on l.oid = p.prolang
            where pronamespace = 'jamund'::regnamespace and prosecdef), null, 'no helper runs as the owner by itself');

select is((select string_agg(c.oid::regclass::text, ' ') from pg_class c
            where relnamespace in ('jamund'::regnamespace, 'api'::regnamespace) and relkind in ('r', 'v', 'm', 'S', 'p')
              and has_table_privilege('jamund', c.oid, 'select, insert, update, delete, truncate')), null,
    'the daemon may touch no table');
select ok(not has_schema_privilege('jamund', 'jamund', 'usage'), 'the daemon may not use the schema jamund');
select ok(not has_schema_privilege('jamund', 'jamund', 'create') and not has_schema_privilege('jamund', 'api', 'create'),
    'nor create in either schema');
select is((select string_agg(p.oid::regprocedure::text, ' ') from pg_proc p where pronamespace = 'api'::regnamespace
              and not has_function_privilege('jamund', p.oid, 'execute')), null, 'the daemon may call every function of api');

-- plpgsql_check over every plpgsql function; trigger functions with each of their tables
create table t.finding as
select p.oid::regprocedure::text as function, f.level, f.message
  from pg_proc p join pg_language l on l.oid = p.prolang,
       lateral plpgsql_check_function_tb(p.oid, performance_warnings => false, extra_warnings => true,
                                         security_warnings => true) f
 where f.message not in ('unused parameter "call"', 'unused parameter "args"') -- api calls share one shape
   and l.lanname = 'plpgsql' and pronamespace in ('api'::regnamespace, 'jamund'::regnamespace)
   and prorettype <> 'trigger'::regtype
union all
select t.tgname || ' on ' || t.tgrelid::regclass, f.level, f.message
  from pg_trigger t join pg_proc p on p.oid = t.tgfoid, lateral plpgsql_check_function_tb(p.oid, t.tgrelid) f
 where p.pronamespace = 'jamund'::regnamespace;
select is((select string_agg(concat_ws(': ', function, level, message), E'\n') from t.finding), null,
    'plpgsql_check has nothing to say');

-- the clock
select is(api.clock(), '2026-03-02 09:00+09', 'the owner may set the clock');
set local session authorization jamund_owner;
select set_config('jamund.now', '2001-01-01 00:00+00', true) \g /dev/null
reset session authorization;
create table t.seen (who text, clock timestamptz, table_ text, helper text, cast_ text);
grant usage on schema t to jamund, jamund_owner;
grant insert on t.seen to jamund, jamund_owner;
grant execute on function t.problem(text) to jamund, jamund_owner;
set local session authorization jamund_owner;
insert into t.seen select 'owner', api.clock();
reset session authorization;
set local session authorization jamund;
select set_config('jamund.now', '2001-01-01 00:00+00', true) \g /dev/null
insert into t.seen select 'daemon', api.clock(), t.problem('select * from jamund.users') ->> 'sqlstate',
    t.problem('select jamund.epoch(now())') ->> 'sqlstate',
    t.problem('insert into jamund.holds default values') ->> 'sqlstate';
insert into t.seen select 'daemon writes', (select (api.place_add('{"actor_kind": "system", "via": "system"}',
    '{"body": {"ko": "방", "en": "Room"}}')).body ->> 'created_at')::timestamptz;
reset session authorization;
select is(clock, '2001-01-01 00:00+00', 'the owning role may fake the clock') from t.seen where who = 'owner';
select ok(clock between now() - interval '1 minute' and now() + interval '1 hour', who || ' at the true time whatever it sets')
  from t.seen where who like 'daemon%';
select is(table_ || helper || cast_, '425014250142501', 'reading, calling and writing in jamund are refused')
  from t.seen where who = 'daemon';

select * from finish();
rollback;
