-- Feeds: rotate, revoke, and what an expert's calendar shows.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1;
create function t.rotate(expert uuid, secret text) returns api.reply language sql as $$
    select api.feed_rotate(t.who('coordinator'), t.args(expert) || jsonb_build_object('feed',
        jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret(secret))))
$$;
create function t.events(secret text) returns text language sql as $$
    select coalesce(string_agg(to_char(to_timestamp((e ->> 2)::bigint) at time zone 'Asia/Seoul', 'MM-DD') || ' ' || (e ->> 5), ', ' order by i), 'none')
      from api.feed_fetch(t.secret(secret)) f, jsonb_array_elements(f.events) with ordinality x (e, i)
$$;

select is_empty($$ select * from api.feed_fetch(t.secret('s1')) $$, 'an unknown secret');
select results_eq($$ select feed_id from api.feed_of_email('E1@example.kr') $$, array[null::uuid], 'an expert without a feed');
select is_empty($$ select * from api.feed_of_email('nobody@example.kr') $$, 'nobody''s feed');
select throws_ok($$ select api.feed_revoke(t.who('coordinator'), t.args(e1)) from t.x $$, 'P0002', null, 'none to revoke');
select throws_ok($$ select t.rotate(gen_random_uuid(), 's0') $$, 'P0002', null, 'an unknown expert');
select is((t.rotate(e1, 's1')).status, 201, 'the first feed') from t.x;
select results_eq($$ select gone, scope, viewer, name, events from api.feed_fetch(t.secret('s1')) $$,
    $$ values (false, 'expert', 'expert', '세무 e1', '[]'::jsonb) $$, 'is empty');
select isnt((select feed_id from api.feed_of_email('e1@example.kr')), null, 'and is found by e-mail');
select is((t.rotate(e1, 's2')).status, 201, 'another') from t.x;
select results_eq($$ select gone, events from api.feed_fetch(t.secret('s1')) $$, $$ values (true, '[]'::jsonb) $$, 'ends the one before, which shows nothing');
select results_eq($$ select gone from api.feed_fetch(t.secret('s2')) $$, array[false], 'and lives itself');
select throws_ok($$ select t.rotate(e2, 's2') from t.x $$, '23505', null, 'a secret is used once');
select is((api.feed_revoke(t.who('coordinator'), t.args(e1))).body ->> 'revoked_at', '2026-03-02T09:00:00+09:00', 'revoked') from t.x;
select results_eq($$ select gone, events from api.feed_fetch(t.secret('s2')) $$, $$ values (true, '[]'::jsonb) $$, 'says so');
select throws_ok($$ select api.feed_revoke(t.who('coordinator'), t.args(e1)) from t.x $$, 'P0002', null, 'not twice');
select t.rotate(e1, 's3'), t.rotate(e2, 's4') from t.x \g /dev/null
select throws_ok($$ insert into jamund.feeds (id, hash, expert_id, created_at) select gen_random_uuid(), t.secret('s5'), e1, now() from t.x $$, '23505', null, 'one live feed each');

-- what it shows
create table t.a as select t.offer(t.request(c1), e1, '2026-03-04T10:00:00+09:00') as offered,
    t.offer(t.request(c1), e1, '2026-03-05T10:00:00+09:00') as confirmed, t.offer(t.request(c1), e1, '2026-03-06T10:00:00+09:00') as declined,
    t.offer(t.request(c1), e1, '2026-03-09T10:00:00+09:00') as withdrawn, t.offer(t.request(c1), e1, '2026-03-10T10:00:00+09:00') as cancelled,
    t.offer(t.request(c1), e2, '2026-03-11T10:00:00+09:00') as others from t.x;
select is(t.events('s3'), '03-04 tentative, 03-05 tentative, 03-06 tentative, 03-09 tentative, 03-10 tentative', 'offers are tentative');
select t.accept(confirmed), t.accept(cancelled), t.decline(declined), t.cancel(withdrawn) from t.a \g /dev/null
select t.cancel(cancelled) from t.a \g /dev/null
select is(t.events('s3'), '03-04 tentative, 03-05 confirmed, 03-10 cancelled',
    'confirmed stands; declined and withdrawn offers are gone; what was accepted shows that it was cancelled');
select is(t.events('s4'), '03-11 tentative', 'nobody else''s is there');
create function t.docs(secret text) returns setof jsonb language sql as $$
    select d.doc from api.feed_fetch(t.secret(secret)) f, api.feed_revisions(f.viewer, f.events) d
$$;
select is((select count(*)::int from t.docs('s3')), 3, 'each event has its revision');
select is((select count(*)::int from t.docs('s3') d where d #>> '{company,contact,email}' is not null), 0, 'what an expert may not see is not there');
select is((select count(*)::int from t.docs('s3') d where d #>> '{company,contact,phone}' = '010-1111-1111'), 3, 'what he may is');
select is((select f.version from api.feed_fetch(t.secret('s3')) f), (select version from api.feeds_now(0)), 'with the version of now');
select is((select to_timestamp(f.until) from api.feed_fetch(t.secret('s3')) f), '2026-03-17 00:00+09', 'good until the cancelled one goes');
select is((select to_timestamp(f.until) from api.feed_fetch(t.secret('s4')) f), '2026-04-01 00:00+09', 'or until the month ends');
select ok((select f.modified >= f.latest and f.latest > 0 from api.feed_fetch(t.secret('s3')) f), 'it was changed when something of it was');
select is_empty($$ select * from api.feed_fetch(t.secret('unknown')) $$, 'nothing for an unknown secret');
select is((select f from api.feed_fetch(t.secret('s3')) f), (select f from api.feed_fetch(t.secret('s3')) f), 'reading twice is the same');
create table t.zone as select z, null::text as events from unnest(array['UTC', 'Asia/Seoul', 'America/New_York', 'Pacific/Kiritimati']) z;
create function t.in_zone(zone text, at text) returns text language plpgsql as $$
declare o text;
begin
    perform t.at(at), set_config('timezone', zone, true);
    o := t.events('s3');
    perform t.at('2026-03-02 09:00+09'), set_config('timezone', 'UTC', true);
    return o;
end $$;
select is(t.in_zone(z, '2026-03-16 08:00+09'), t.in_zone('UTC', '2026-03-16 08:00+09'), 'the session''s zone has no say: ' || z) from t.zone;
select is(t.in_zone(z, '2026-07-01 00:30+09'), t.in_zone('UTC', '2026-07-01 00:30+09'), 'nor in the months: ' || z) from t.zone;
select t.at('2026-03-15 23:59+09') \g /dev/null
select ok(t.events('s3') like '%cancelled%', 'still after 13 days');
select t.at('2026-03-18 09:00+09') \g /dev/null
select ok(t.events('s3') not like '%cancelled%', 'not after more than 14');
select ok(t.events('s3') like '03-04 tentative, 03-05 confirmed', 'the others stay');
select t.at('2026-05-31 23:00+09') \g /dev/null
select ok(t.events('s3') like '%03-05 confirmed', 'three months back');
select t.at('2026-07-01 12:00+09') \g /dev/null
select is(t.events('s3'), 'none', 'and no longer');

-- ---- every scope ----
select t.at('2026-03-02 09:00+09') \g /dev/null
create function t.feed(role text, secret text, scope text, more jsonb default '{}') returns jsonb language sql as $$
    select (api.feed_add(t.who(role), jsonb_build_object('body', jsonb_build_object('scope', scope, 'label', secret) || more,
        'feed', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret(secret))))).body
$$;
create table t.case as select role, scope, t.problem(format('select t.feed(%L, %L, %L, %L)', role, role || scope, scope, case scope
        when 'expert' then jsonb_build_object('expert_id', e1) when 'field' then '{"field": "tax"}'
        when 'event' then '{"event_id": "00000000-0000-4000-8000-000000000000"}' else '{}' end)) ->> 'sqlstate' as said
  from t.x, unnest(array['field', 'coordinator', 'manager', 'admin']) role, unnest(array['expert', 'field', 'coordinator', 'team', 'event', 'panel']) scope;
select is(said, case when not s.allowed then 'JM403' when scope = 'event' then 'JM422' end, format('%s: %s', role, scope))
  from t.case join jamund.feed_scopes s using (scope, role);
select is(t.events(role || scope), case when role = 'field' and scope = 'team' or role = 'coordinator' and scope = 'coordinator' or scope in ('field', 'panel')
        then '03-04 tentative, 03-05 confirmed, 03-10 cancelled, 03-11 tentative' when scope = 'expert' then '03-04 tentative, 03-05 confirmed, 03-10 cancelled'
        else 'none' end, format('%s: what %s shows', role, scope)) from t.case where said is null;
select t.feed('manager', 'patents', 'field', '{"field": "patent"}') \g /dev/null
select is(t.events('patents'), 'none', 'another field shows nothing of it');
select is((select count(*)::int from t.docs('adminpanel') d where d ?| array['company', 'case', 'place', 'seats', 'requester', 'owner']), 0, 'the admin''s shows times');
select is((select count(*)::int from t.docs('fieldpanel') d where d #>> '{company,name}' = '가나' and d #>> '{seats,0,expert,email}' is null), 4, 'the team''s what it may see');
select is(array(select jsonb_array_length((api.feed_list(t.who(role), '{}')).body -> 'items') from unnest(array['field', 'coordinator', 'manager', 'admin']) role),
    (select array[3, 4, n, n] from (select count(*)::int as n from jamund.feeds) x), 'each sees the own ones, who keeps the roster all');
create table t.mine as select (t.feed('coordinator', 'mine', 'panel') ->> 'id')::uuid as id;
select is(t.problem(format('select api.feed_get(t.who(''field''), t.args(%L))', id)) ->> 'sqlstate', 'P0002', 'another''s is not there') from t.mine;
select is(t.problem(format('select api.feed_end(t.who(''field''), t.args(%L))', id)) ->> 'sqlstate', 'P0002', 'nor can it be ended') from t.mine;
select is(t.problem(format('select api.feed_renew(t.who(''admin''), t.args(%L) || ''{"feed": {}}'')', id)) ->> 'sqlstate', 'JM403', 'nobody else gets its address') from t.mine;
select is((api.feed_renew(t.who('coordinator'), t.args(id) || jsonb_build_object('feed', jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret('mine2'))))).status, 201, 'its owner does') from t.mine;
select results_eq($$ select gone from api.feed_fetch(t.secret('mine')) union all select gone from api.feed_fetch(t.secret('mine2')) $$, array[true, false], 'the old one is gone');
select is((api.feed_end(t.who('admin'), t.args(id))).body ->> 'revoked_at', '2026-03-02T09:00:00+09:00', 'who keeps the roster ends it') from jamund.feeds where hash = t.secret('mine2');
select results_eq($$ select gone from api.feed_fetch(t.secret('mine2')) $$, array[true], 'gone, too');
update jamund.users set role = 'admin' where role = 'field';
select results_eq($$ select gone, viewer from api.feed_fetch(t.secret('fieldteam')) union all select gone, viewer from api.feed_fetch(t.secret('fieldpanel')) $$,
    $$ values (true, null), (false, 'admin') $$, 'another role, other eyes');
update jamund.users set role = 'field', active = false where id = (select id from t.users where role = 'field');
select results_eq($$ select gone from api.feed_fetch(t.secret('fieldpanel')) $$, array[true], 'who left has none');
update jamund.users set active = true where id = (select id from t.users where role = 'field');
select is((select string_agg(distinct action || ' ' || (detail ->> 'role') || ' ' || (detail ->> 'active'), ', ') from jamund.audit where entity = 'user' and entity_id = (select id from t.users where role = 'field')),
    'user.change admin true, user.change field false, user.change field true', 'each of these changes is in the log');

-- which feeds a change reaches
create table t.now as select version as v from api.feeds_now(0);
select is((select keys from api.feeds_now(v)), '', 'nothing happened') from t.now;
select is((select keys from api.feeds_now(0)), null, 'from nowhere: all');
select is((select keys from api.feeds_now(v + 5)), null, 'from the future: all') from t.now;
select t.accept(offered) from t.a \g /dev/null
select is((select array_agg(regexp_replace(k, e1::text, 'e1') order by k) from api.feeds_now(v) n, regexp_split_to_table(n.keys, ' ') k), array['coordinator:' || c.id, 'expert:e1', 'field:tax', 'panel', 'team:' || f.id],
    'an answer: who is concerned') from t.now, t.x, t.users c, t.users f where c.role = 'coordinator' and f.role = 'field';
select ok((select bool_and(n.keys ~ any (array(select '(^| )' || k || '( |$)' from regexp_split_to_table(f.keys, ' ') k)) = (f.name <> '세무 e2' and f.scope <> 'event'))
    from api.feeds_now(v) n, lateral (select * from api.feed_fetch(t.secret('s3')) union all select * from api.feed_fetch(t.secret('s4')) union all select * from api.feed_fetch(t.secret('adminpanel'))
    union all select * from api.feed_fetch(t.secret('fieldteam'))) f), 'these feeds name them, and no other') from t.now;
select is((select string_agg(entity, ' ' order by entity) from jamund.change_reach where feeds is null), null, 'of each entity that is listed it is said which feeds it reaches');
select is((select string_agg(entity, ' ' order by entity) from (select entity from jamund.change_audience where entity <> 'office' except select entity from jamund.change_reach) x), null, 'each but the office is listed');
select t.room('회의실') \g /dev/null
create table t.then as select version as v from api.feeds_now(0);
select api.office_set(jsonb_build_object('work_from', '08:00')) \g /dev/null
select is((select keys from api.feeds_now(v)), null, 'what nobody thought of reaches all') from t.then;
update t.then set v = (select version from api.feeds_now(0));
select api.holiday_add(t.who('coordinator'), '{"body": {"holidays": [{"date": "2026-03-04", "ko": "쉬는 날", "en": "Rest"}]}}') \g /dev/null
select is((select keys from api.feeds_now(v)), '', 'a holiday reaches none: meetings stay') from t.then;
select api.feeds_seen(jsonb_build_array(jsonb_build_object('hash', t.secret('s3'), 'at', 1772500000, 'agent', 'one'),
    jsonb_build_object('hash', t.secret('nobody'), 'at', 1772500000, 'agent', 'two'))) \g /dev/null
select api.feeds_seen(jsonb_build_array(jsonb_build_object('hash', t.secret('s3'), 'at', 1772400000, 'agent', 'older'))) \g /dev/null
select results_eq($$ select agent, jamund.epoch(fetched_at) from jamund.feeds where fetched_at is not null $$, $$ values ('one', 1772500000::bigint) $$, 'who fetched it last');

select * from finish();
rollback;
