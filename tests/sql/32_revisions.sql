-- Revisions: number, SEQUENCE, stamp; what each viewer sees of them and of everything else.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1', '{"affiliation": "세무법인 하나"}') as e1, t.company('가나') as c1;
create table t.q as select t.request(c1) as r1, t.request(c1) as r2, t.kase(c1) as k from t.x;
create function t.revs(appointment uuid) returns text language sql as $$
    select string_agg(number || ' ' || sequence || ' ' || status || ' ' || jamund.iso(stamp), '; ' order by number)
      from jamund.revisions where appointment_id = appointment
$$;

-- the clock stands still: the stamp rises all the same, and SEQUENCE only where status or time changed
create table t.a as select t.offer(r1, e1, '2026-03-04T10:00:00+09:00') as id from t.x, t.q;
select jamund.revise(id) from t.a \g /dev/null
select t.accept(id) from t.a \g /dev/null
select jamund.revise(id) from t.a \g /dev/null
select is(t.revs(id), '1 0 tentative 2026-03-02T09:00:00+09:00; 2 0 tentative 2026-03-02T09:00:01+09:00; '
    || '3 1 confirmed 2026-03-02T09:00:02+09:00; 4 1 confirmed 2026-03-02T09:00:03+09:00',
    'number rises by one, the stamp by a second, SEQUENCE with the status') from t.a;
update jamund.appointments set during = tstzrange(lower(during), upper(during) + interval '30 min') where id = (select id from t.a);
select jamund.revise(id) from t.a \g /dev/null
update jamund.appointments set during = tstzrange(lower(during) + interval '5 min', upper(during)) where id = (select id from t.a);
select jamund.revise(id) from t.a \g /dev/null
update jamund.companies set address = '달서구 새길 2' where id = (select c1 from t.x);
select jamund.revise(id) from t.a \g /dev/null
select is((select array_agg(sequence order by number) from jamund.revisions where appointment_id = t.a.id), array[0, 0, 1, 1, 2, 3, 3],
    'with the end and the start, not with an address') from t.a;
select t.at('2026-03-02 12:34:56.789+09') \g /dev/null
select t.cancel(id) from t.a \g /dev/null
select results_eq('select number, sequence, status, jamund.iso(stamp) from jamund.revisions join t.a on appointment_id = id order by number desc limit 1',
    $$ values (8, 4, 'cancelled', '2026-03-02T12:34:56+09:00') $$, 'a whole second of the clock once it went on');
select is((select r.facts ->> 'place' from jamund.revisions r where appointment_id = t.a.id and number = 1),
    '{"en": "수성구 가나길 1", "ko": "수성구 가나길 1"}', 'an earlier revision keeps the facts of its time') from t.a;
select is((select count(distinct facts ->> 'uid') || ' ' || count(distinct facts ->> 'created') from jamund.revisions
            where appointment_id = t.a.id), '1 1', 'UID and creation never change') from t.a;
select is((select revision from jamund.appointments where id = t.a.id), 8, 'the appointment knows its latest') from t.a;
select is((select calendar_version from jamund.experts, t.x where id = e1), 8::bigint, 'the expert''s calendar rose with each');
select ok((select bool_and(facts ->> 'stamp' = facts ->> 'modified' and (facts ->> 'stamp')::bigint = jamund.epoch(stamp)
    and (facts ->> 'number')::int = number and (facts ->> 'sequence')::int = sequence and facts ->> 'status' = status)
    from jamund.revisions), 'the facts say the same as the columns');

-- the facts in full
select t.at('2026-03-02 09:00+09') \g /dev/null
update jamund.companies set address = '수성구 가나길 1';
create table t.b as select t.offer(r2, e1, '2026-03-05T10:00:00+09:00') as id from t.x, t.q;
create table t.facts as select facts as f from jamund.revisions join t.b on appointment_id = id;
select is(f - 'appointment' - 'uid', jsonb_build_object('created', 1772409600, 'stamp', 1772409600, 'modified', 1772409600,
    'number', 1, 'sequence', 0, 'status', 'tentative', 'start', 1772672400, 'end', 1772676000, 'zone', 'Asia/Seoul',
    'mode', 'visit', 'online_url', null, 'place', '{"ko": "수성구 가나길 1", "en": "수성구 가나길 1"}'::jsonb,
    'field', '{"code": "tax", "ko": "세무", "en": "Tax"}'::jsonb,
    'company', jsonb_build_object('name', '가나', 'address', '수성구 가나길 1', 'district', '{"ko": "수성구", "en": "Suseong-gu"}'::jsonb,
        'contact', jsonb_build_object('id', t.contact(c1), 'name', '가나 담당자', 'email', 'contact-1@example.kr', 'phone', '010-1111-1111')),
    'case', '{"title": "부가세 환급", "text": "환급이 늦습니다"}'::jsonb,
    'seats', jsonb_build_array(jsonb_build_object('state', 'offered', 'seat', 1,
        'field', '{"code": "tax", "ko": "세무", "en": "Tax"}'::jsonb, 'expert', jsonb_build_object('id', e1, 'name', '세무 e1',
        'affiliation', '세무법인 하나', 'email', 'e1@example.kr', 'phone', '010-0000-0000'))),
    'requester', (select jsonb_build_object('id', id, 'name', '담당-field', 'email', 'field@example.kr', 'phone', '053-000-0000') from t.users where role = 'field'),
    'owner', (select jsonb_build_object('id', id, 'name', '담당-coordinator', 'email', 'coordinator@example.kr') from t.users where role = 'coordinator')),
    'a revision holds all that its mails and calendars need') from t.x, t.facts;
select is(jamund.revision_doc(f #- '{company,contact}', v), jamund.revision_doc(f #- '{company,contact}' || jsonb_build_object('company', (f -> 'company') - 'contact'), v),
    'a request without a contact shows none to ' || v) from t.facts, unnest(array['expert', 'company']) v;

-- who sees what: every document of every (fact, viewer) shows exactly what the table says
create function t.shows(fact text, viewer text) returns jsonb language sql as $$
    select jsonb_agg(to_jsonb(value) order by place) from t.x, t.facts, t.q,
        lateral (select jamund.revision_doc(f, viewer) as rev, jamund.company_doc(c, viewer) as co, jamund.expert_doc(e, viewer) as ex, jamund.case_doc(s, viewer) as ka
                   from jamund.companies c, jamund.experts e, jamund.cases s where c.id = c1 and e.id = e1 and s.id = t.q.k) d,
        lateral (values
        ('expert.email', 'revision', rev #>> '{seats,0,expert,email}'), ('expert.email', 'expert', ex ->> 'email'),
        ('expert.phone', 'revision', rev #>> '{seats,0,expert,phone}'), ('expert.phone', 'expert', ex ->> 'phone'),
        ('contact.name', 'revision', rev #>> '{company,contact,name}'), ('contact.name', 'company', co #>> '{contacts,0,name}'),
        ('contact.email', 'revision', rev #>> '{company,contact,email}'), ('contact.email', 'company', co #>> '{contacts,0,email}'),
        ('contact.phone', 'revision', rev #>> '{company,contact,phone}'), ('contact.phone', 'company', co #>> '{contacts,0,phone}'),
        ('case.text', 'revision', rev #>> '{case,text}'), ('case.text', 'case', ka ->> 'text'),
        ('requester.email', 'revision', rev #>> '{requester,email}'), ('requester.phone', 'revision', rev #>> '{requester,phone}'),
        ('owner.email', 'revision', rev #>> '{owner,email}')) y (name, place, value)
     where name = fact and value is not null
$$;
create table t.whole as select distinct fact, jsonb_agg(x) as places from (values
    ('expert.email', 'e1@example.kr'), ('expert.email', 'e1@example.kr'), ('expert.phone', '010-0000-0000'), ('expert.phone', '010-0000-0000'),
    ('contact.name', '가나 담당자'), ('contact.name', '가나 담당자'), ('contact.email', 'contact-1@example.kr'), ('contact.email', 'contact-1@example.kr'),
    ('contact.phone', '010-1111-1111'), ('contact.phone', '010-1111-1111'), ('case.text', '환급이 늦습니다'), ('case.text', '환급이 늦습니다'),
    ('requester.email', 'field@example.kr'), ('requester.phone', '053-000-0000'), ('owner.email', 'coordinator@example.kr')) v (fact, x) group by fact;
select is((select count(*)::int from jamund.disclosures), 30 * 7, 'thirty facts, seven viewers');
select is((select string_agg(key, ' ' order by key) from t.facts, jsonb_each(f) where not jamund.revision_doc(f, v) ? key),
    case v when 'admin' then 'case company online_url owner place requester seats' end, v || ' sees of a meeting what its table says')
  from unnest(array['expert', 'company', 'field', 'coordinator', 'manager', 'admin']) v;
create table t.meeting as select * from jamund.disclosures where fact like 'meeting.%'; -- what is below is in what these show
update jamund.disclosures set shown = true where fact like 'meeting.%';
select is(t.shows(fact, viewer), case when shown then places end, format('%s %s %s', viewer, case when shown then 'sees' else 'does not see' end, fact))
  from jamund.disclosures join t.whole using (fact) order by fact, viewer;
update jamund.disclosures set shown = not shown where fact not like 'meeting.%';
select is(t.shows(fact, viewer), case when shown then places end, format('(turned round) %s %s %s', viewer, case when shown then 'sees' else 'does not see' end, fact))
  from jamund.disclosures join t.whole using (fact) order by fact, viewer;
update jamund.disclosures set shown = not shown where fact not like 'meeting.%';

-- the report's summary, through the API
select t.accept(id) from t.b \g /dev/null
select t.at('2026-03-05 11:00+09') \g /dev/null
select api.appointment_complete(t.who('coordinator'), t.args(id, '{"outcome": "solved", "summary": "마침", "minutes": 60}')) from t.b \g /dev/null
select is((api.appointment_get(t.who(viewer), t.args(id))).body #>> '{report,summary}', case when shown then '마침' end,
    format('%s %s report.summary', viewer, case when shown then 'sees' else 'does not see' end))
  from t.b, jamund.disclosures where fact = 'report.summary' and viewer in (select role from t.users);
select is((api.appointment_get(t.who('admin'), t.args(id))).body #>> '{report,outcome}', 'solved', 'the outcome is nobody''s secret') from t.b;

-- what is not personal stays whatever the viewer
select is(jamund.revision_doc(f, v) #- '{company,contact}' #- '{case,text}' #- '{seats,0,expert,email}' #- '{seats,0,expert,phone}'
    #- '{requester,email}' #- '{requester,phone}' #- '{owner,email}',
    f #- '{company,contact}' #- '{case,text}' #- '{seats,0,expert,email}' #- '{seats,0,expert,phone}'
    #- '{requester,email}' #- '{requester,phone}' #- '{owner,email}', v || ' sees all the rest')
  from t.facts, unnest(array['expert', 'company', 'field', 'coordinator', 'manager', 'admin']) v;

select is(jamund.mask(v, 'contact', '{"id": 1, "name": "a", "email": "b", "phone": "c"}'), '{"id": 1}', 'nobody listed sees nothing: ' || coalesce(v, 'null'))
  from unnest(array[null, 'stranger']) v;

-- lists mask as single documents do
select ok((api.company_list(t.who('admin'), '{}')).body::text !~ 'contact-1@|010-1111', 'a list hides contacts from the admin');
select ok((api.expert_list(t.who('field'), '{}')).body::text !~ 'e1@example|010-0000-0000', 'a list hides experts'' addresses from the team');
select ok((api.case_list(t.who('admin'), '{}')).body::text !~ '환급이 늦습니다', 'a list hides the text from the admin');

-- who is asked is among what raises SEQUENCE: a CANCEL is newer than the REQUEST it takes back
create table t.who as select t.offer(t.request(c1), e1, '2026-03-12T10:00:00+09:00') as id from t.x;
select is(jamund.attendees(facts), jsonb_build_array(e1), 'the attendees of a revision') from jamund.revisions r join t.who on r.appointment_id = id, t.x;
select is(jamund.attendees(facts #- '{seats,0,state}'), '[]'::jsonb, 'are those who are asked or come') from jamund.revisions r join t.who on r.appointment_id = id;
update jamund.significant_facts set raises = fact = 'attendees';
update jamund.appointments set during = tstzrange(lower(during), upper(during) + interval '30 min') where id = (select id from t.who);
select jamund.revise(id) from t.who \g /dev/null
update jamund.seats set state = 'expired' where appointment_id = (select id from t.who);
select jamund.revise(id) from t.who \g /dev/null
select is((select array_agg(sequence order by number) from jamund.revisions where appointment_id = t.who.id), array[0, 0, 1],
    'which facts raise SEQUENCE is said by the table') from t.who;

select * from finish();
rollback;
