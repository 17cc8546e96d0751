begin;
select plan(4);

select isnt_superuser('jamund_owner', 'the owner is not a superuser');
select isnt_superuser('jamund', 'the daemon is not a superuser');
select is(
    (select array_agg(rolcreatedb or rolcreaterole or rolbypassrls) from pg_roles where rolname in ('jamund', 'jamund_owner')),
    '{f,f}'::boolean[],
    'neither may make databases or roles');
select is(
    (select count(*)::int from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'jamund'),
    0, 'the daemon owns nothing');

select * from finish();
rollback;
