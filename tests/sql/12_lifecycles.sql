-- The life-cycles: every state can be reached, none is a dead end but the final ones, and the
-- database refuses whatever its table does not list. Records of the past never change.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.final (entity text, state text);
insert into t.final values ('request', 'withdrawn'), ('appointment', 'cancelled'), ('appointment', 'completed'), ('appointment', 'no_show'),
    ('seat', 'declined'), ('seat', 'expired'), ('seat', 'withdrawn'), ('message', 'withdrawn'), ('delivery', 'delivered'), ('plan', 'failed'), ('plan', 'superseded');
create view t.state as
select entity, from_state as state from jamund.lifecycles where from_state <> ''
union select entity, to_state from jamund.lifecycles;

select set_eq($$ with recursive reached as (
        select entity, to_state as state from jamund.lifecycles where from_state = ''
        union select l.entity, l.to_state from jamund.lifecycles l join reached r
            on r.entity = l.entity and r.state = l.from_state)
    select * from reached $$, 'select * from t.state', 'every state is reached from birth');
select set_eq($$ select entity, state from t.state s where not exists (select from jamund.lifecycles l
    where l.entity = s.entity and l.from_state = s.state and l.to_state <> s.state
    and l.verb not in ('undo', 'correct')) $$,
    'select * from t.final', 'no state is a dead end but the final ones');
select is((select count(*)::int from (select entity from jamund.lifecycles where from_state = '' group by entity
    having count(*) filter (where verb <> 'record') = 1) x), 7, 'each of the seven is born into one state, but for what is entered afterwards');
select ok((select bool_and(sentence ~ '^[A-Z].*\.$' and verb ~ '^[a-z_]+$') from jamund.lifecycles), 'each row says what it means');

-- one row of each, then every pair of states: the guard lets pass what the table lists, no more
insert into jamund.webhooks (url, kinds, created_at) values ('https://a.example.kr/', '{appointment.*}', api.clock());
create table t.a as select t.offer(t.request(t.company('가나')), t.expert('e1'), '2026-03-04T10:00:00+09:00') as id;
create table t.subject (entity text, relation regclass, key uuid);
insert into t.subject
select 'appointment', 'jamund.appointments'::regclass, id from t.a
union all select 'request', 'jamund.requests', request_id from jamund.appointments join t.a using (id)
union all select 'case', 'jamund.cases', case_id from jamund.appointments join t.a using (id) join jamund.requests q on q.id = request_id
union all select 'seat', 'jamund.seats', t.seat(id) from t.a
union all select 'message', 'jamund.messages', m.id from jamund.messages m join t.a on appointment_id = a.id
union all select 'delivery', 'jamund.deliveries', d.id from jamund.deliveries d
union all select 'plan', 'jamund.plans', ((api.plan_add(t.who('coordinator'), jsonb_build_object('body', jsonb_build_object('slot_minutes', 60, 'windows',
    '[{"from": "2026-03-10T10:00:00+09:00", "until": "2026-03-10T12:00:00+09:00"}]'::jsonb, 'request_ids', jsonb_build_array(t.request(t.company('다라'))))))).body ->> 'id')::uuid;
create function t.goes(relation regclass, key uuid, from_ text, to_ text) returns text language plpgsql as $$
begin -- tries it and takes it back
    set local session_replication_role = replica; -- puts it there without asking the guard
    execute format('update %s set state = %L where id = %L', relation, from_, key);
    set local session_replication_role = origin;
    execute format('update %s set state = %L where id = %L', relation, to_, key);
    raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' then
    return 'goes';
when others then
    return sqlstate;
end $$;
create table t.pair as
select s.entity, f.state as from_, o.state as to_, t.goes(relation, key, f.state, o.state) as got
  from t.subject s join t.state f using (entity) join (select * from t.state union select entity, 'nonsense' from t.subject) o using (entity);
select is((select count(*)::int from t.pair), 5 * 6 + 6 * 7 + 5 * 6 + 6 * 7 + 7 * 8 + 5 * 6 + 5 * 6, 'every pair of states is tried');
select is(got, case when exists (select from jamund.lifecycles l where l.entity = p.entity and from_state = from_
                                 and to_state = to_) then 'goes' else 'JM002' end, concat_ws(' ', entity, from_, '->', to_))
  from t.pair p order by entity, from_, to_;

-- birth into another state
create function t.born(relation regclass, key uuid, state_ text) returns text language plpgsql as $$
begin
    execute format('create temp table twin on commit drop as select * from %s where id = %L', relation, key);
    update twin set id = gen_random_uuid(), state = state_;
    if relation = 'jamund.appointments'::regclass then update twin set uid = 'twin'; end if;
    execute format('insert into %s overriding system value select * from twin', relation);
    raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' or unique_violation then
    return 'born';
when others then
    return sqlstate;
end $$;
select is(t.born(relation, key, state), case when exists (select from jamund.lifecycles l where l.entity = s.entity
        and from_state = '' and to_state = state) then 'born' else 'JM002' end, concat_ws(' ', entity, 'born as', state))
  from t.subject s join t.state using (entity) order by entity, state;

-- what is written once
select throws_ok(format('%s %s', verb, rest), 'JM409', null, verb || ' ' || relation || ' is refused') from (values
    ('update', 'jamund.revisions', 'jamund.revisions set number = number'),
    ('delete', 'jamund.revisions', 'from jamund.revisions'),
    ('update', 'jamund.audit', 'jamund.audit set reason = null'),
    ('delete', 'jamund.audit', 'from jamund.audit'),
    ('update', 'jamund.change_log', 'jamund.change_log set kind = kind'),
    ('delete', 'jamund.change_log', 'from jamund.change_log')) x (verb, relation, rest);

select * from finish();
rollback;
