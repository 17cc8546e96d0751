-- Offers: what is held, which rule stands against them, how long there is to answer.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1,
    t.company('다라') as c2, t.room('회의실 1', 15) as room;
create function t.r1(more jsonb default '{}') returns uuid language sql as $$ select t.request(c1, more) from t.x $$;
create function t.r2(more jsonb default '{}') returns uuid language sql as $$ select t.request(c2, more) from t.x $$;

-- the happy path
create table t.a as select t.offer(t.r1(), e1, '2026-03-04T10:00:00+09:00') as id from t.x;
select is(t.states(id), 'offered tentative offered', 'an offer: request offered, appointment tentative') from t.a;
select is((select array_agg(kind || ' ' || to_char(lower(during) at time zone 'Asia/Seoul', 'HH24:MI') || ' '
                || to_char(upper(during) at time zone 'Asia/Seoul', 'HH24:MI') order by kind)
             from jamund.holds where appointment_id = id),
    array['company 10:00 11:00', 'expert 09:50 11:20'], 'the expert is held with buffers, the company without')
  from t.a;
select is(t.mails(id), 'offer/expert/queued', 'only the expert is told, with an offer') from t.a;
select ok((select uid ~ ('^[0-9a-f-]{36}@' || host || '$') from jamund.appointments a, jamund.office
            where a.id = t.a.id), 'the UID is a uuid at the host') from t.a;

-- double booking: expert with buffers, company, room with turnaround; adjacent is fine
select is(t.refusal(t.r2(), e1, '2026-03-04T11:29:00+09:00') ->> 'sqlstate', '23P01',
    'the buffers of two meetings may not overlap') from t.x;
select is((t.refusal(t.r2(), e1, '2026-03-04T11:29:00+09:00') -> 'conflict') - 'id' - 'appointment_id',
    '{"kind": "expert", "from": "2026-03-04T09:50:00+09:00", "until": "2026-03-04T11:20:00+09:00"}',
    'the conflict names what is in the way') from t.x;
select is((t.refusal(t.r2(), e1, '2026-03-04T11:29:00+09:00') #>> '{conflict,appointment_id}')::uuid, t.a.id,
    'and the appointment that holds it') from t.x, t.a;
select is(t.refusal(t.r2(), e1, '2026-03-04T11:30:00+09:00'), null, 'touching buffers are no overlap') from t.x;
select is(t.refusal(t.r2(), e1, '2026-03-04T08:30:00+09:00'), null, 'nor are touching ones before') from t.x;
select is(t.refusal(t.r2(), e1, '2026-03-04T08:31:00+09:00') ->> 'sqlstate', '23P01', 'but one minute is') from t.x;
select is(t.refusal(t.r1(), e2, '2026-03-04T10:59:00+09:00') #>> '{conflict,kind}', 'company',
    'a company is not in two meetings') from t.x;
select is(t.refusal(t.r1(), e2, '2026-03-04T11:00:00+09:00'), null, 'the next meeting may begin at once') from t.x;
select lives_ok($$ select t.offer(t.r1(jsonb_build_object('mode', 'center', 'place_id', room)), e1,
    '2026-03-05T10:00:00+09:00') from t.x $$, 'a meeting in a room');
select is(t.refusal(t.r2(jsonb_build_object('mode', 'center', 'place_id', room)), e2, '2026-03-05T11:14:00+09:00')
    #>> '{conflict,kind}', 'place', 'a room is taken until it is turned around') from t.x;
select is(t.refusal(t.r2(jsonb_build_object('mode', 'center', 'place_id', room)), e2, '2026-03-05T11:15:00+09:00'),
    null, 'and free after that') from t.x;
select is(t.refusal(t.r2(jsonb_build_object('mode', 'center', 'place_id', room)), e2, '2026-03-05T08:45:00+09:00'),
    null, 'the turnaround before ends as the meeting begins') from t.x;
select is(t.refusal(t.r2(jsonb_build_object('mode', 'center', 'place_id', room)), e2, '2026-03-05T08:46:00+09:00')
    #>> '{conflict,kind}', 'place', 'and not one minute later') from t.x;
select throws_ok(format('insert into jamund.holds select subject, kind, during, appointment_id
    from jamund.holds where appointment_id = %L limit 1', id), '23P01', null,
    'the constraint itself forbids an overlap, whoever writes') from t.a;

-- one live offer of a request
select is(t.refusal(request_id, e2, '2026-03-06T10:00:00+09:00') ->> 'sqlstate', 'JM002', 'an offered request takes no offer')
  from t.x, t.a join jamund.appointments using (id);
select throws_ok(format('insert into jamund.appointments (request_id, company_id, uid, during, zone, created_at)
    select request_id, company_id, ''x'', during, zone, created_at from jamund.appointments where id = %L', id),
    '23505', null, 'and the table holds one live appointment per request') from t.a;

-- errors by field
select is(t.pointers(t.refusal(gen_random_uuid(), e1, '2026-03-06T10:00:00+09:00')), 'JM422 /request_id', 'an unknown request') from t.x;
select is(t.pointers(t.refusal(t.r1(), gen_random_uuid(), '2026-03-06T10:00:00+09:00')), 'JM422 /expert_id', 'an unknown expert');
select is(t.pointers(t.refusal(t.r1(), e1, '2026-03-02T09:00:00+09:00')), 'JM422 /start', 'a start that is over') from t.x;

-- the rules: each row breaks exactly one of them
create table t.rule (rule text, hard boolean, expert jsonb, request jsonb, start text);
insert into t.rule values
('not_in_field', true, '{"fields": [{"field": "legal", "level": 3}]}', '{}', '2026-03-09T10:00:00+09:00'),
('level', true, '{"fields": [{"field": "tax", "level": 1}]}', '{}', '2026-03-09T10:00:00+09:00'),
('term_over', true, '{"term": {"from": "2026-01-01", "until": "2026-03-08"}}', '{}', '2026-03-09T10:00:00+09:00'),
('term_over', true, '{"term": {"from": "2026-03-10", "until": "2026-03-31"}}', '{}', '2026-03-09T10:00:00+09:00'),
('paused', true, '{"name": "쉬는 위원"}', '{}', '2026-03-09T10:00:00+09:00'),
('conflict_company', true, '{"conflicts": {"companies": ["NUMBER"], "affiliations": []}}', '{}', '2026-03-09T10:00:00+09:00'),
('conflict_affiliation', true, '{"conflicts": {"companies": [], "affiliations": ["주식회사 가 나"]}}', '{}', '2026-03-09T10:00:00+09:00'),
('conflict_affiliation', true, '{"affiliation": "(주)가나"}', '{}', '2026-03-09T10:00:00+09:00'),
('excluded', true, '{}', '{"excluded_expert_ids": ["EXPERT"]}', '2026-03-09T10:00:00+09:00'),
('mode', false, '{"modes": ["phone"]}', '{}', '2026-03-09T10:00:00+09:00'),
('district', false, '{"districts": ["gunwi"]}', '{}', '2026-03-09T10:00:00+09:00'),
('language', false, '{"languages": ["en"]}', '{}', '2026-03-09T10:00:00+09:00'),
('notice', false, '{"notice_hours": 170}', '{}', '2026-03-09T10:00:00+09:00'),
('cap_day', false, '{"caps": {"per_day": 1, "per_week": 40, "hours_per_year": 1000}}', '{}', '2026-03-10T14:00:00+09:00'),
('cap_week', false, '{"caps": {"per_day": 8, "per_week": 1, "hours_per_year": 1000}}', '{}', '2026-03-15T23:00:00+09:00'),
('cap_year', false, '{"caps": {"per_day": 8, "per_week": 40, "hours_per_year": 1}}', '{}', '2026-12-31T22:00:00+09:00'),
('availability', false, '{"availability": [{"weekday": "mon", "from": "10:01", "until": "18:00"}]}', '{}', '2026-03-09T10:00:00+09:00'),
('availability', false, '{"availability": [{"weekday": "mon", "from": "10:00", "until": "10:59"}]}', '{}', '2026-03-09T10:00:00+09:00'),
('availability', false, '{"availability": [{"weekday": "tue", "from": "00:00", "until": "24:00"}]}', '{}', '2026-03-09T10:00:00+09:00'),
('availability', false, '{"name": "성탄절"}', '{}', '2026-12-25T10:00:00+09:00'),
('window', false, '{}', '{"windows": [{"from": "2026-03-09T10:01:00+09:00", "until": "2026-03-09T18:00:00+09:00"}]}', '2026-03-09T10:00:00+09:00'),
('window', false, '{}', '{"windows": [{"from": "2026-03-09T09:00:00+09:00", "until": "2026-03-09T10:59:00+09:00"}]}', '2026-03-09T10:00:00+09:00'),
('window', false, '{}', '{"deadline": "2026-03-09T10:59:00+09:00"}', '2026-03-09T10:00:00+09:00');
insert into jamund.holidays values ('2026-12-25', '성탄절', 'Christmas');
create function t.rule_case(i int, expert_more jsonb, request_more jsonb, start text, reason text) returns jsonb
language plpgsql as $$
declare
    e uuid;
    c1 uuid := (select x.c1 from t.x);
begin
    e := t.expert('rule-' || i || coalesce(reason, ''), replace(expert_more::text, 'NUMBER',
        (select registration_number from jamund.companies where id = c1))::jsonb);
    if expert_more ? 'name' and expert_more ->> 'name' = '쉬는 위원' then
        insert into jamund.absences (expert_id, created_at, during) values (e, api.clock(), '[2026-03-09 01:30+00,2026-03-09 02:00+00)');
    end if;
    if expert_more ? 'caps' then -- a first meeting on Tuesday the 10th fills the cap
        perform t.offer(t.request((select c2 from t.x)), e, '2026-03-10T10:00:00+09:00');
    end if;
    return t.refusal(t.request(c1, replace(request_more::text, 'EXPERT', e::text)::jsonb), e, start, reason);
end $$;
create function t.in_vain(i int, expert_more jsonb, request_more jsonb, start text, reason text) returns jsonb
language plpgsql as $$
begin -- runs t.rule_case and takes back all it wrote
    raise exception using errcode = 'TT001', message = coalesce(t.rule_case(i, expert_more, request_more, start, reason)::text, '');
exception when sqlstate 'TT001' then
    return nullif(sqlerrm, '')::jsonb;
end $$;
select is(t.rules(t.in_vain(i::int, expert, request, start, null)), 'JM004 ' || rule,
    format('%s alone stands against it (%s)', rule, i)) from (select *, row_number() over () as i from t.rule) r;
select is(t.rules(t.in_vain(i::int, expert, request, start, '센터장 승인')), case when hard then 'JM004 ' || rule end,
    format('%s %s be overridden (%s)', rule, case when hard then 'cannot' else 'can' end, i))
  from (select *, row_number() over () as i from t.rule) r;
select is((select count(distinct rule)::int from t.rule), 16, 'every rule has its row');

-- caps count the expert's local day and week, and only live or held meetings
create table t.ny as select t.expert('newyork', '{"zone": "America/New_York", "buffers": {"before": 0, "after": 0},
    "caps": {"per_day": 1, "per_week": 2, "hours_per_year": 2}}') as e;
create table t.ny1 as select t.offer(t.r1(), e, '2026-03-11T12:00:00+09:00') as id from t.ny; -- Tue 10th, 23:00 there
select is(t.refusal(t.r2(), e, '2026-03-11T13:00:00+09:00'), null, 'midnight passed there: another day') from t.ny;
select is(t.rules(t.refusal(t.r2(), e, '2026-03-10T13:00:00+09:00')), 'JM004 cap_day', 'another date here, the same day there') from t.ny;
select lives_ok($$ select t.offer(t.r2(), e, '2026-03-12T12:00:00+09:00') from t.ny $$, 'the second of the week');
select is(t.rules(t.refusal(t.r1(), e, '2026-03-16T12:00:00+09:00')), 'JM004 cap_week cap_year',
    'Monday here is Sunday of that week there; the hours are used up too') from t.ny;
select is(t.rules(t.refusal(t.r1(), e, '2026-03-16T13:00:00+09:00')), 'JM004 cap_year', 'an hour later the new week begins') from t.ny;
select is(t.rules(t.refusal(t.r1(), e, '2027-01-01T13:00:00+09:00')), 'JM004 cap_year', 'New Year''s Eve there is this year')
  from t.ny;
select is(t.refusal(t.r1(), e, '2027-01-01T14:00:00+09:00'), null, 'the new year has its own hours') from t.ny;
select lives_ok($$ select t.cancel(id) from t.ny1 $$, 'a cancelled meeting');
select is(t.refusal(t.r1(), e, '2026-03-11T12:00:00+09:00'), null, 'counts for no cap and holds no time') from t.ny;
create table t.later as select t.expert('later', '{"caps": {"per_day": 1, "per_week": 1, "hours_per_year": 1}}') as e;
select lives_ok($$ select t.offer(t.r1(), e, '2027-01-05T10:00:00+09:00') from t.later $$, 'a meeting of next year');
select is(t.refusal(t.r1(), e, '2026-12-01T10:00:00+09:00'), null, 'does not use up this year''s hours') from t.later;

-- an override is kept with its reason; without a broken rule the reason is not
create table t.o as select t.offer(t.r1(), t.expert('o', '{"modes": ["phone"]}'), '2026-03-18T10:00:00+09:00', '급함') as id;
select results_eq('select overridden, override_reason from jamund.seats s join t.o on s.appointment_id = o.id',
    $$ values ('{mode}'::text[], '급함') $$, 'what was overridden is kept with its reason');
select is((select reason || ' ' || (detail ->> 'overridden') from jamund.audit where entity_id = t.o.id), '급함 ["mode"]',
    'and audited') from t.o;
create table t.p as select t.offer(t.r1(), e2, '2026-03-19T10:00:00+09:00', '괜히') as id from t.x;
select results_eq('select overridden, override_reason from jamund.seats s join t.p on s.appointment_id = p.id',
    $$ values ('{}'::text[], null::text) $$, 'a reason nobody needed is not kept');

-- respond_by: office hours by urgency, never after the start
create function t.respond(urgency text, start text) returns text language plpgsql as $$
declare a uuid := t.offer(t.r2(jsonb_build_object('urgency', urgency)), t.expert('u' || left(gen_random_uuid()::text, 8)), start);
begin
    return (api.seat_get(t.who('coordinator'), t.args(t.seat(a)))).body ->> 'respond_by';
end $$;
select is(t.respond('normal', '2026-04-06T10:00:00+09:00'), '2026-03-02T17:00:00+09:00', 'normal: eight office hours');
select is(t.respond('high', '2026-04-07T10:00:00+09:00'), '2026-03-02T13:00:00+09:00', 'high: half of it');
select is(t.respond('urgent', '2026-04-08T10:00:00+09:00'), '2026-03-02T11:00:00+09:00', 'urgent: a quarter');
select is(t.respond('normal', '2026-03-02T10:30:00+09:00'), '2026-03-02T10:30:00+09:00', 'never after the start');
select t.at('2026-03-06 17:30+09') \g /dev/null
select is(t.respond('normal', '2026-04-09T10:00:00+09:00'), '2026-03-09T16:30:00+09:00', 'the weekend does not count');

-- reading
select is((api.appointment_get(t.who('field'), t.args(id))).body - 'seats' - 'id' - 'uid' - 'request_id' - 'company_id',
    '{"late": false, "no_show_by": null, "wish": null, "rating": null, "version": 1, "state": "tentative", "start": "2026-03-04T10:00:00+09:00", "end": "2026-03-04T11:00:00+09:00",
      "zone": "Asia/Seoul", "revision": 1, "sequence": 0, "mode": "visit", "report": null,
      "place": {"ko": "수성구 가나길 1", "en": "수성구 가나길 1"}, "created_at": "2026-03-02T09:00:00+09:00"}'::jsonb,
    'an appointment reads as it is') from t.a;
select throws_ok($$ select api.appointment_get(t.who('field'), t.args(gen_random_uuid())) $$, 'P0002', null, 'an unknown appointment');
select throws_ok($$ select api.seat_get(t.who('field'), t.args(gen_random_uuid())) $$, 'P0002', null, 'an unknown seat');
select is(jsonb_array_length((api.appointment_list(t.who('field'), jsonb_build_object('expert_id', e1))).body -> 'items'), 2,
    'the list filters by expert') from t.x;
select is((select count(*)::int from jsonb_array_elements((api.appointment_list(t.who('field'),
    '{"state": "cancelled"}')).body -> 'items')), 1, 'and by state');

select * from finish();
rollback;
