-- The change log as the daemons read it, and whose stream shows what.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.company('가나') as c1, t.expert('e1') as e1;

-- the log, page by page
select results_eq($$ select version, entity, kind from api.changes_since(0, 1000) $$,
    $$ select version, entity, kind from jamund.change_log order by version $$, 'all of it, in order');
select results_eq($$ select version from api.changes_since((select max(version) - 2 from jamund.change_log), 1) $$,
    $$ select max(version) - 1 from jamund.change_log $$, 'the next after a version');
select is_empty($$ select * from api.changes_since((select max(version) from jamund.change_log), 10) $$, 'nothing after the last');
select results_eq($$ select version from api.changes_last(2) $$,
    $$ select version from jamund.change_log where version > (select max(version) - 2 from jamund.change_log) order by version $$,
    'the newest two, in order');
select results_eq($$ select count(*) from api.changes_last(1000) $$, $$ select count(*) from jamund.change_log $$, 'no more than there are');
select results_eq($$ select entity, kind, data from api.changes_last(1) $$,
    $$ select 'expert', 'expert.add', jsonb_build_object('version', max(version), 'at', '2026-03-02T09:00:00+09:00',
              'entity', 'expert', 'id', (select e1 from t.x), 'kind', 'expert.add') from jamund.change_log $$,
    'a change says what, which and when, and nothing else');

-- who may see it
select set_eq($$ select unnest(string_to_array(roles, ' ')) from api.changes_last(1) $$,
    array['admin', 'manager', 'coordinator', 'field'], 'an expert''s is for all');
select set_eq($$ select unnest(string_to_array(roles, ' ')) from api.changes_since(0, 100) where entity = 'company' $$,
    array['manager', 'coordinator', 'field'], 'a company''s not for the admin');
insert into jamund.change_log select max(version) + 1, api.clock(), 'secret', gen_random_uuid(), 'secret.add' from jamund.change_log;
select results_eq($$ select roles from api.changes_last(1) $$, array[null::text], 'what no row tells of is for nobody');
select is((select count(*)::int from api.audiences()), 4 * (select count(distinct entity)::int from jamund.change_audience),
    'the table says of each entity and each role whether it is shown');
select is_empty($$ select distinct entity from jamund.change_log where entity <> 'secret' except select entity from api.audiences() $$,
    'each entity that was logged here has its rows');

-- what goes into lines of a stream has no line ends
select is(t.problem($$ insert into jamund.change_log select max(version) + 1, api.clock(), 'expert', gen_random_uuid(),
    E'expert.add\ndata: x' from jamund.change_log $$) ->> 'sqlstate', '23514', 'a kind is one word');
select is(t.problem($$ insert into jamund.change_log select max(version) + 1, api.clock(), E'expert\n', gen_random_uuid(),
    'expert.add' from jamund.change_log $$) ->> 'sqlstate', '23514', 'so is an entity');

-- tokens that ended
create function t.token(role text, label text) returns uuid language sql as $$
    select t.id(api.token_add(t.who('admin'), jsonb_build_object('user', role || '@example.kr', 'hash', t.secret(label),
                                                                 'label', label, 'days', 1)))
$$;
create function t.ended(variadic pairs text[]) returns text language sql as $$
    select coalesce(string_agg(p.label || ' ' || e.role, ', ' order by p.label, e.role), 'none')
      from api.tokens_ended((select jsonb_agg(jsonb_build_array(t.secret(pairs[i]), pairs[i + 1]))
                               from generate_series(1, cardinality(pairs), 2) i)) e
      join unnest(array['one', 'two', 'three', 'none']) p (label) on t.secret(p.label) = e.hash
$$;
create table t.tokens as select t.token('coordinator', 'one') as one, t.token('field', 'two') as two, t.token('admin', 'three') as three;
select is(t.ended('one', 'coordinator', 'two', 'field', 'three', 'admin'), 'none', 'all are good');
select is(t.ended('one', 'manager', 'two', 'field'), 'one manager', 'the role is no longer that');
select is(t.ended('none', 'admin'), 'none admin', 'an unknown one');
select api.token_revoke(t.who('admin'), jsonb_build_object('id', one)) from t.tokens \g /dev/null
update jamund.users set active = false where role = 'field';
select is(t.ended('one', 'coordinator', 'two', 'field', 'three', 'admin'), 'one coordinator, two field', 'one revoked, one of somebody who left');
select t.at('2026-03-04 09:00+09') \g /dev/null
select is(t.ended('three', 'admin'), 'three admin', 'one ran out');
select is((select count(*)::int from api.tokens_ended('[]')), 0, 'nobody, nothing');

select * from finish();
rollback;
