-- CalDAV: passwords, whose calendar, what changed after a version, tombstones, and answers.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1;
create function t.password(expert uuid, secret text, label text default '휴대전화') returns api.reply language sql as $$
    select api.app_password_add(t.who('coordinator'), t.args(expert, jsonb_build_object('label', label)) || jsonb_build_object('app_password',
        jsonb_build_object('id', gen_random_uuid(), 'hash', t.secret(secret))))
$$;
create function t.look(name text, secret text, ask jsonb default '{"items": true}') returns text language sql as $$
    select coalesce(string_agg(coalesce(to_char(to_timestamp(l.starts) at time zone 'Asia/Seoul', 'MM-DD') || ' ' || l.partstat
                    || case when l.shown then '' else ' gone' end, 'nothing'), ', ' order by l.version), 'nobody')
      from api.dav_see(name, t.secret(secret), ask) l
$$;
create function t.calendar(secret text) returns bigint language sql as $$
    select max(calendar) from api.dav_see('e1@example.kr', t.secret(secret), '{}')
$$;
create function t.since(v bigint, more jsonb default '{}') returns text language sql as $$
    select t.look('e1@example.kr', 's1', jsonb_build_object('items', true, 'since', v) || more)
$$;
create function t.put(appointment uuid, partstat text, revision int, name text default 'e1@example.kr', secret text default 's1') returns text language sql as $$
    select api.dav_answer(name, t.secret(secret), jsonb_build_object('id', appointment, 'partstat', partstat, 'revision', revision))
$$;

-- passwords
select is((t.password(e1, 's1')).status, 201, 'a password is made') from t.x;
select is((t.password(e2, 's2')).body ->> 'user', 'e2@example.kr', 'and the name to use it with') from t.x;
select throws_ok($$ select t.password(gen_random_uuid(), 's0') $$, 'P0002', null, 'for nobody');
select throws_ok($$ select t.password(e2, 's1') from t.x $$, '23505', null, 'a secret is used once');
select is((api.app_password_list(t.who('coordinator'), t.args(e1))).body #>> '{items,0,label}', '휴대전화', 'it is listed') from t.x;
select is((select string_agg(p::text, '') from jamund.app_passwords p) like '%s1%', false, 'and is not there itself');
select is(t.look('E1@example.kr', 's1'), 'nothing', 'an expert signs in, to an empty calendar');
select is(t.look((select e1::text from t.x), 's1'), 'nothing', 'by the id, too');
select is(t.look('e2@example.kr', 's1'), 'nobody', 'not with another''s name');
select is(t.look('e1@example.kr', 'S1'), 'nobody', 'nor with another password');
select is((t.password(e2, 'r' || i)).status, 201) from t.x, generate_series(1, 19) i;
select throws_ok($$ select t.password(e2, 'r20') from t.x $$, 'JM409', null, 'twenty are enough');
select is((api.app_password_revoke(t.who('coordinator'), jsonb_build_object('id', x.e2, 'password_id', p.id))).status, 200, 'revoked')
  from t.x x join jamund.app_passwords p on p.hash = t.secret('s2');
select is(t.look('e2@example.kr', 's2'), 'nobody', 'it opens nothing any more');
select throws_ok($$ select api.app_password_revoke(t.who('coordinator'), jsonb_build_object('id', e2, 'password_id', p.id))
  from t.x, jamund.app_passwords p where p.hash = t.secret('s1') $$, 'P0002', null, 'nor is another''s revoked');
select api.reads_log(jsonb_build_array(jsonb_build_object('at', 1772409600, 'role', 'secret', 'what', '/dav/c/{id}/panel', 'subject', t.secret('s1')),
    jsonb_build_object('at', 1772409660, 'role', 'secret', 'what', '/dav', 'subject', t.secret('s1')))) \g /dev/null
select is((select last_used_at from jamund.app_passwords where hash = t.secret('s1')), to_timestamp(1772409660), 'its last use is known');
select is((select count(*)::int from jamund.app_passwords where last_used_at is not null), 1, 'and only its');
select results_eq($$ select label from api.app_passwords_of('E1@example.kr') $$, array['휴대전화'], 'found by e-mail');
select is_empty($$ select * from api.app_passwords_of('nobody@example.kr') $$, 'nobody has none');

-- what is in it, and what changed after a version
create table t.a as select t.offer(t.request(c1), e1, '2026-03-04T10:00:00+09:00') as one,
    t.offer(t.request(c1), e1, '2026-03-05T10:00:00+09:00') as two, t.offer(t.request(c1), e1, '2026-03-06T10:00:00+09:00') as three,
    t.offer(t.request(c1), e2, '2026-03-11T10:00:00+09:00') as others from t.x;
create table t.v as select t.calendar('s1') as v;
select is(t.look('e1@example.kr', 's1'), '03-04 NEEDS-ACTION, 03-05 NEEDS-ACTION, 03-06 NEEDS-ACTION', 'three offers, nobody else''s');
select is(t.since(v), 'nothing', 'nothing has changed') from t.v;
select t.cancel(others) from t.a \g /dev/null
select is(t.calendar('s1'), v, 'another''s change is none of this calendar') from t.v;
select t.accept(one), t.decline(three) from t.a \g /dev/null
select is(t.since(v), '03-04 ACCEPTED, 03-06 DECLINED gone', 'an answer, and what is gone') from t.v;
select is(t.since(v, '{"limit": 1}'), '03-04 ACCEPTED', 'in pieces') from t.v;
select is(t.look('e1@example.kr', 's1'), '03-05 NEEDS-ACTION, 03-04 ACCEPTED', 'what is there');
select is(t.since(0), '03-05 NEEDS-ACTION, 03-04 ACCEPTED, 03-06 DECLINED gone', 'everything that ever was');
select is(t.look('e1@example.kr', 's1', jsonb_build_object('items', true, 'names', jsonb_build_array(two, others))), '03-05 NEEDS-ACTION',
    'by name, and nothing of others') from t.a;
select is(t.look('e1@example.kr', 's1', jsonb_build_object('items', true, 'uid', (select uid from jamund.appointments where id = one))),
    '03-04 ACCEPTED', 'by UID') from t.a;
select is(t.look('e1@example.kr', 's1', jsonb_build_object('items', true, 'from', extract(epoch from timestamptz '2026-03-05 10:30+09'))),
    '03-05 NEEDS-ACTION', 'by time');
select is(t.look('e1@example.kr', 's1', jsonb_build_object('items', true, 'until', extract(epoch from timestamptz '2026-03-05 10:00+09'))),
    '03-04 ACCEPTED', 'an end does not belong to the span');
select is((select doc #>> '{company,contact,email}' from api.dav_see('e1@example.kr', t.secret('s1'), '{"items": true, "docs": true}') limit 1),
    null, 'what an expert may not see is not there');

select is(pg_get_function_result('api.dav_look(text, text, jsonb)'::regprocedure), 'TABLE(expert_id uuid, expert text, email text, calendar bigint,'
    ' id uuid, uid text, version bigint, shown boolean, revision integer, partstat text, meeting text, state text, starts bigint, ends bigint, doc jsonb)',
    'daemons of the release before get the columns that their statements were prepared with');
select is((select array_agg(l order by l.id)::text from api.dav_look('e1@example.kr', t.secret('s1'), '{"items": true}') l),
    (select array_agg(row(s.expert_id, s.expert, s.email, s.calendar, s.id, s.uid, s.version, s.shown, s.revision, s.partstat, s.meeting, s.state, s.starts, s.ends, s.doc)
       order by s.id)::text from api.dav_see('e1@example.kr', t.secret('s1'), '{"items": true}') s), 'and in them the same');
select is(l.log, (select max(version) from jamund.change_log), 'of which version of the log it is') from api.dav_see('e1@example.kr', t.secret('s1'), '{}') l;
select is(to_timestamp(l.until), (select min(leaves_at) from jamund.calendar_entries where shown and expert_id = e1), 'and until when it holds')
  from t.x, api.dav_see('e1@example.kr', t.secret('s1'), '{}') l;

-- answers
create table t.m as select l.meeting, l.calendar from api.dav_see('e1@example.kr', t.secret('s1'), '{"items": true}') l limit 1;
select is(t.put(two, 'ACCEPTED', 1, 'e2@example.kr', 'r1'), 'unknown', 'not somebody else''s') from t.a;
select throws_ok($$ select t.put(two, 'ACCEPTED', 1, 'e1@example.kr', 'x') from t.a $$, 'JM401', null, 'nor without a password');
select is(t.put(two, 'TENTATIVE', 1), 'done', 'maybe') from t.a;
select is(t.states(two), 'offered tentative offered', 'answers nothing') from t.a;
select is(t.since(calendar), '03-05 TENTATIVE', 'but is there') from t.m;
select is(t.put(two, 'ACCEPTED', 1), 'done', 'yes') from t.a;
select is(t.put(two, 'ACCEPTED', 1), 'same', 'and again') from t.a;
select is(t.states(two), 'scheduled confirmed accepted', 'it stands') from t.a;
select is((select answered_via from jamund.seats where id = t.seat(two)), 'caldav', 'by CalDAV') from t.a;
select is((select string_agg(action || '/' || actor_kind || '/' || via, ' ' order by id) from jamund.audit where via = 'caldav'),
    'seat.tentative/expert/caldav seat.accept/expert/caldav', 'as the audit says');
select is(t.put(two, 'TENTATIVE', 2), 'unsure', 'maybe comes too late') from t.a;
select is(t.put(two, 'DELEGATED', 2), 'unknown', 'nobody else is sent') from t.a;
select is((select count(*)::int from api.dav_see('e1@example.kr', t.secret('s1'), '{"items": true}') l join t.m on m.meeting = l.meeting), 0,
    'an answer of one''s own is another Schedule-Tag');
select api.appointment_move(t.who('coordinator'), t.args(two, '{"start": "2026-03-09T10:00:00+09:00", "reason": "사정"}')) from t.a \g /dev/null
select is(t.put(two, 'DECLINED', 2), 'changed', 'a meeting that moved since is not answered') from t.a;
select is(t.put(two, 'DECLINED', (select revision from jamund.appointments where id = two)), 'done', 'no') from t.a;
select is(t.put(two, 'DECLINED', 1), 'same', 'and again') from t.a;
select is(t.put(two, 'ACCEPTED', (select revision from jamund.appointments where id = two)), 'late', 'which ends it') from t.a;
select is(t.put(one, 'DECLINED', 2), 'done', 'who had accepted drops out') from t.a;
select is((select action from jamund.audit where entity_id = one order by id desc limit 1), 'seat.drop_out') from t.a;

-- what has gone from a calendar is no matter of it any more, and another offer is another question
create table t.n as select t.offer(t.request(c1), e1, '2026-03-10T10:00:00+09:00') as a from t.x;
create function t.fill(expert uuid) returns api.reply language sql as $$
    select api.seat_fill(t.who('coordinator'), t.args(a, jsonb_build_object('expert_id', expert, 'reason', '사정'))) from t.n
$$;
select is(t.put(a, 'TENTATIVE', 1), 'done', 'maybe') from t.n;
select is((t.fill(e2)).status, 200, 'somebody else is asked') from t.x;
update t.v set v = t.calendar('s1');
select (api.seat_accept(t.who('coordinator'), t.args(s.id, '{"via": "phone"}'))).status from t.n join jamund.seats s on s.appointment_id = a and jamund.live(s) \g /dev/null
select is(t.calendar('s1'), v, 'what becomes of it then is none of theirs') from t.v;
select is(t.since(v), 'nothing', 'nor does it go twice') from t.v;
select is((t.fill(e1)).status, 200, 'asked again') from t.x;
select is(t.since(v), '03-10 NEEDS-ACTION', 'they have said nothing yet') from t.v;
select is(t.put(a, 'DECLINED', (select revision from jamund.appointments where id = a)), 'done', 'no') from t.n;

-- who was replaced has no part in what happens to the meeting later
select t.at('2026-03-02 12:00+09') \g /dev/null
create table t.l as select t.offer(t.request(c1), e1, '2026-03-18T10:00:00+09:00') as lost from t.x;
insert into jamund.feeds (id, hash, expert_id, created_at) select gen_random_uuid(), t.secret('f1'), e1, api.clock() from t.x;
create function t.fed(at text) returns int language sql as $$
    select count(*)::int from api.feed_fetch(t.secret('f1')) f, jsonb_array_elements(f.events) e where to_timestamp((e ->> 2)::bigint) = at::timestamptz
$$;
select t.accept(lost) from t.l \g /dev/null
select is(t.fed('2026-03-18 10:00+09'), 1, 'the feed has it');
select api.seat_fill(t.who('coordinator'), t.args(lost, jsonb_build_object('expert_id', e2, 'reason', '병가'))) from t.l, t.x \g /dev/null
select is(t.fed('2026-03-18 10:00+09'), 0, 'replaced: it is gone');
select api.seat_accept(t.who('coordinator'), t.args(s.id, '{"via": "phone"}')) from t.l, t.x, jamund.seats s where (s.appointment_id, s.expert_id) = (lost, e2) \g /dev/null
select t.cancel(lost) from t.l \g /dev/null
select is(t.fed('2026-03-18 10:00+09'), 0, 'cancelled later: it does not come back');
select is((select shown from jamund.calendar_entries c, t.l, t.x where (expert_id, appointment_id) = (e1, lost)), false, 'nor in the calendar');
select is((select shown from jamund.calendar_entries c, t.l, t.x where (expert_id, appointment_id) = (e2, lost)), true, 'who had the seat then sees that');

-- time alone takes things out
create table t.b as select t.offer(t.request(c1), e1, '2026-03-12T10:00:00+09:00') as stays, t.offer(t.request(c1), e1, '2026-03-13T10:00:00+09:00') as ends from t.x;
select t.accept(stays), t.accept(ends), t.cancel(ends) from t.b \g /dev/null
select is(t.look('e1@example.kr', 's1'), '03-12 ACCEPTED, 03-13 ACCEPTED', 'what was cancelled is shown for a while');
update t.v set v = t.calendar('s1');
select t.at('2026-03-16 23:59+09') \g /dev/null
select is(api.calendars_age(10), 0, 'nothing to do');
select t.at('2026-03-17 00:01+09') \g /dev/null
select is(api.calendars_age(10), 2, 'for 14 days: this one, and that of who had the seat above');
select is(t.since(v), '03-13 ACCEPTED gone', 'then it is gone, and who asks is told') from t.v;
select t.at('2026-06-30 23:59+09') \g /dev/null
select is(api.calendars_age(10), 0, 'a meeting stays for three months');
select t.at('2026-07-01 00:00+09') \g /dev/null
select is(api.calendars_age(10), 1, 'of the calendar');
select is(t.look('e1@example.kr', 's1'), 'nothing', 'and is gone');
select is(api.calendars_age(10), 0, 'once');
select is((select count(*)::int from (select expert_id, version from jamund.calendar_entries group by 1, 2 having count(*) > 1) x), 0, 'a version is one row''s');

select * from finish();
rollback;
