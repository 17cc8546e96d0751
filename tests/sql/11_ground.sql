-- Small grounds: checksum, names, times, working hours, codes, tokens, settings.
begin;
\ir lib/world.sql
select * from no_plan();

-- registration numbers (three published ones, then every slip of a digit in one of them)
select ok(jamund.registration_ok(n), n || ' is right') from unnest(array['124-81-00998', '220-81-62517', '120-81-47521']) n;
select is((select count(*)::int from generate_series(1, 12) i, generate_series(0, 9) d
            where substr('124-81-00998', i, 1) <> '-' and substr('124-81-00998', i, 1) <> d::text
              and jamund.registration_ok(overlay('124-81-00998' placing d::text from i for 1))), 0,
    'one wrong digit is always found');
select ok(not jamund.registration_ok(n), format('%L is not a number', n))
  from unnest(array['', '1248100998', '124-81-0099', '124-81-009988', ' 124-81-00998', '124-8l-00998', E'124-81-00998\n']) n;
select ok((select bool_and(jamund.registration_ok(t.number(i * 7919))) from generate_series(1, 2000) i),
    'two thousand computed ones pass');

select is(jamund.name_key(a), jamund.name_key(b), format('%s is %s', a, b)) from (values
    ('(주)가나 산업', '주식회사 가나산업'), ('㈜가나산업', '가나산업(주)'), ('GaNa Co.', 'gana co')) x (a, b);
select isnt(jamund.name_key('가나산업'), jamund.name_key('가나상사'), 'another name is another');

-- instants with an offset
select is(jamund.iso('2026-07-01 00:00+00'), '2026-07-01T09:00:00+09:00', 'Korean time by default');
select is(jamund.iso('2026-07-01 00:00+00', 'America/New_York'), '2026-06-30T20:00:00-04:00', 'summer west of Greenwich');
select is(jamund.iso('2026-01-01 00:00+00', 'America/St_Johns'), '2025-12-31T20:30:00-03:30', 'a half-hour offset');
select is(jamund.iso('2026-01-01 00:00+00', 'UTC'), '2026-01-01T00:00:00+00:00', 'UTC');

-- working hours 09:00-18:00 in Korea
insert into jamund.holidays values ('2026-03-06', '쉬는 날', 'Holiday');
select is(jamund.iso(jamund.working_add(at::timestamptz, m)), want, format('%s minutes after %s', m, at)) from (values
    ('2026-03-02 09:00+09', 480, '2026-03-02T17:00:00+09:00'),
    ('2026-03-02 09:00+09', 540, '2026-03-02T18:00:00+09:00'), -- exactly the day
    ('2026-03-02 09:00+09', 541, '2026-03-03T09:01:00+09:00'),
    ('2026-03-02 17:30+09', 60, '2026-03-03T09:30:00+09:00'), -- over the night
    ('2026-03-02 18:00+09', 1, '2026-03-03T09:01:00+09:00'),
    ('2026-03-02 03:00+09', 60, '2026-03-02T10:00:00+09:00'), -- before hours
    ('2026-03-05 17:30+09', 60, '2026-03-09T09:30:00+09:00'), -- a holiday and the weekend
    ('2026-03-07 12:00+09', 60, '2026-03-09T10:00:00+09:00'), -- from a Saturday
    ('2026-03-02 23:30+00', 30, '2026-03-03T09:30:00+09:00'), -- the Korean day counts, not that of UTC
    ('2026-03-06 23:30+00', 30, '2026-03-09T09:30:00+09:00'),
    ('2026-03-02 09:00+09', 4800, '2026-03-13T17:00:00+09:00')) x (at, m, want); -- eight days, then eight hours

select is(jamund.code_of(kind, word), want, format('%s %s', kind, word)) from (values
    ('field', '세무', 'tax'), ('field', 'TAX', 'tax'), ('field', '점술', null), ('district', '수성구', 'suseong'),
    ('district', 'gunwi', 'gunwi'), ('mode', '방문', 'visit'), ('mode', 'Online', 'online'), ('mode', '', null)) x (kind, word, want);

-- tokens
create table t.token as select api.token_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('user',
    'Coordinator@example.kr', 'hash', t.secret('a'), 'label', '책상', 'days', 30)) as r;
select is((r).status, 201, 'a token') from t.token;
select results_eq($$ select role, name from api.token_check(t.secret('a')) $$,
    $$ values ('coordinator', '담당-coordinator') $$, 'speaks for its user');
select is_empty($$ select * from api.token_check(t.secret('b')) $$, 'an unknown one for nobody');
select results_eq($$ select role, version, at from api.tokens_check(array[t.secret('b'), t.secret('a'), t.secret('a')]) $$,
    $$ select r, (select max(version) from jamund.change_log), jamund.epoch(api.clock())
         from unnest(array[null, 'coordinator', 'coordinator']) r $$, 'many at once, in order, with where the log is');
select is_empty($$ select 1 from api.token_list() l where l::text like '%' || t.secret('a') || '%' $$, 'a list shows no hash');
select results_eq('select email, label, expires_at, revoked_at from api.token_list()', $$ values
    ('coordinator@example.kr', '책상', '2026-04-01T09:00:00+09:00', null::text) $$, 'but what it is');
select t.at('2026-04-01 08:59+09') \g /dev/null
select isnt_empty($$ select * from api.token_check(t.secret('a')) $$, 'good until it expires');
select t.at('2026-04-01 09:00+09') \g /dev/null
select is_empty($$ select * from api.token_check(t.secret('a')) $$, 'not after');
select t.at('2026-03-03 09:00+09') \g /dev/null
select lives_ok($$ select api.token_revoke('{"actor_kind": "cli", "via": "cli"}', t.args(t.id(r))) from t.token $$, 'revoke');
select is_empty($$ select * from api.token_check(t.secret('a')) $$, 'a revoked one is good for nothing');
select t.at('2026-03-04 09:00+09') \g /dev/null
select is((api.token_revoke('{"actor_kind": "cli", "via": "cli"}', t.args(t.id(r)))).body ->> 'revoked_at',
    '2026-03-03T09:00:00+09:00', 'revoking again keeps the first time') from t.token;
select lives_ok($$ select api.token_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('user',
    'field@example.kr', 'hash', t.secret('c'))) $$, 'a token without an end');
select lives_ok($$ update jamund.users set active = false where role = 'field' $$, 'its user leaves');
select is_empty($$ select * from api.token_check(t.secret('c')) $$, 'and the token is good for nothing');
select throws_ok($$ select api.token_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('user', u,
    'hash', t.secret('d'))) from unnest(array['field@example.kr', 'nobody@example.kr']) u limit 1 $$, 'P0002', null, 'no token for who left');
select throws_ok($$ select api.token_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('user',
    'nobody@example.kr', 'hash', t.secret('d'))) $$, 'P0002', null, 'nor for nobody');
select throws_ok($$ select api.token_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('user',
    'admin@example.kr', 'hash', 'secret')) $$, '23514', null, 'a secret that is no hash is refused');
select throws_ok($$ select api.token_revoke('{"actor_kind": "cli", "via": "cli"}', t.args(gen_random_uuid())) $$,
    'P0002', null, 'an unknown token');

-- users
select results_eq('select role from api.user_list()', array['admin', 'manager', 'coordinator', 'field'], 'users in the order they came');
select throws_ok($$ select api.user_add('{"actor_kind": "cli", "via": "cli"}',
    '{"name": "둘", "email": "ADMIN@example.kr", "role": "admin"}') $$, '23505', null, 'an e-mail is one user''s');
select throws_ok($$ select api.user_add('{"actor_kind": "cli", "via": "cli"}',
    '{"name": "둘", "email": "x@example.kr", "role": "king"}') $$, '23514', null, 'an unknown role');

-- settings, tables
select lives_ok($$ select api.office_set('{"work_from": "10:00", "respond_work_minutes": 60, "mail_from": "o@example.kr"}') $$, 'settings');
select results_eq('select work_from::text, work_until::text, respond_work_minutes, organizer_email, host from jamund.office',
    $$ values ('10:00:00', '18:00:00', 60, 'o@example.kr', 'example.kr') $$, 'what is not named stays');
select throws_ok($$ select api.office_set('{"work_from": "19:00"}') $$, '23514', null, 'an office that closes before it opens');
select set_eq('select entity, from_state, to_state, verb, sentence from api.lifecycles()',
    'select entity, from_state, to_state, verb, sentence from jamund.lifecycles', 'the life-cycles read as they are');
select set_eq('select * from api.disclosures()', 'select * from jamund.disclosures', 'so do the disclosures');
select is(jsonb_array_length((api.field_list('{}', '{}')).body -> 'items'), 10, 'ten fields');

select * from finish();
rollback;
