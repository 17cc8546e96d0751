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
    select coalesce(string_agg(to_char(to_timestamp((e ->> 'start')::bigint) at time zone 'Asia/Seoul', 'MM-DD') || ' ' || (e ->> 'status'), ', ' order by i), 'none')
      from jamund.feed_events(t.secret(secret)) f, jsonb_array_elements(f.events) with ordinality x (e, i)
$$;

select is_empty($$ select * from jamund.feed_events(t.secret('s1')) $$, 'an unknown secret');
select results_eq($$ select feed_id from api.feed_of_email('E1@example.kr') $$, array[null::uuid], 'an expert without a feed');
select is_empty($$ select * from api.feed_of_email('nobody@example.kr') $$, 'nobody''s feed');
select throws_ok($$ select api.feed_revoke(t.who('coordinator'), t.args(e1)) from t.x $$, 'P0002', null, 'none to revoke');
select throws_ok($$ select t.rotate(gen_random_uuid(), 's0') $$, 'P0002', null, 'an unknown expert');
select is((t.rotate(e1, 's1')).status, 201, 'the first feed') from t.x;
select results_eq($$ select revoked, name, calendar_version, events from jamund.feed_events(t.secret('s1')) $$,
    $$ values (false, '세무 e1', 0::bigint, '[]'::jsonb) $$, 'is empty');
select isnt((select feed_id from api.feed_of_email('e1@example.kr')), null, 'and is found by e-mail');
select is((t.rotate(e1, 's2')).status, 201, 'another') from t.x;
select results_eq($$ select revoked, events from jamund.feed_events(t.secret('s1')) $$, $$ values (true, null::jsonb) $$, 'ends the one before, which shows nothing');
select results_eq($$ select revoked from jamund.feed_events(t.secret('s2')) $$, array[false], 'and lives itself');
select throws_ok($$ select t.rotate(e2, 's2') from t.x $$, '23505', null, 'a secret is used once');
select is((api.feed_revoke(t.who('coordinator'), t.args(e1))).body ->> 'revoked_at', '2026-03-02T09:00:00+09:00', 'revoked') from t.x;
select results_eq($$ select revoked, events from jamund.feed_events(t.secret('s2')) $$, $$ values (true, null::jsonb) $$, 'says so');
select throws_ok($$ select api.feed_revoke(t.who('coordinator'), t.args(e1)) from t.x $$, 'P0002', null, 'not twice');
select t.rotate(e1, 's3'), t.rotate(e2, 's4') from t.x \g /dev/null
select throws_ok($$ insert into jamund.feeds select gen_random_uuid(), t.secret('s5'), e1, now() from t.x $$, '23505', null, 'one live feed each');

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
select is(events #>> '{0,company,contact,email}', null, 'what an expert may not see is not there') from jamund.feed_events(t.secret('s3'));
select is(events #>> '{0,company,contact,phone}', '010-1111-1111', 'what he may is') from jamund.feed_events(t.secret('s3'));
select is((select calendar_version from jamund.feed_events(t.secret('s3'))), 5 + 5::bigint, 'its version rose with each revision');
select is((select calendar_version from jamund.feed_events(t.secret('s4'))), 1::bigint, 'and only the own');
select results_eq($$ select f.events, f.name, f.modified from api.feed_fetch(t.secret('s3')) f $$,
    $$ select f.events, f.name, f.modified from jamund.feed_events(t.secret('s3')) f $$, 'fetched, it is the same');
select is((select f.version from api.feed_fetch(t.secret('s3')) f), (select version from api.feeds_now()), 'with the version of now');
select is((select to_timestamp(f.until) from api.feed_fetch(t.secret('s3')) f), '2026-03-03 00:00+09', 'and the end of the expert''s day');
select is_empty($$ select * from api.feed_fetch(t.secret('unknown')) $$, 'nothing for an unknown secret');
select is((select events from jamund.feed_events(t.secret('s3'))), (select events from jamund.feed_events(t.secret('s3'))), 'reading twice is the same');
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

select * from finish();
rollback;
