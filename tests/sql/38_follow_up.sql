-- Follow-up until solved: caps of a company, meetings entered afterwards, what the company may do by
-- its link, its rating, the certificate.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2,
    t.expert('l1', '{"fields": [{"field": "legal", "level": 3}]}') as l1, t.company('가나') as c1, t.company('다라') as c2;

-- the company's cap: by the calendar year of the office's clock; 0 is none
create function t.full(company uuid, own uuid default null) returns text language sql as $$
    select string_agg(to_char(lower(y) at time zone 'Asia/Seoul', 'YYYY'), ' ' order by y) from jamund.full_years(company, own) y
$$;
create table t.cap as select t.offer(t.request(c1), e1, '2026-12-31T22:30:00+09:00') as old from t.x;
select is(t.full(c1), null, 'without a cap no year is full') from t.x;
update jamund.office set company_cap_per_year = 1;
select is(t.full(c1), '2026', 'an offer counts, in the year in which it begins') from t.x;
select is(t.full(c1, old), null, 'not against itself') from t.x, t.cap;
select is(t.full(c2), null, 'nor against another company') from t.x;
select is(t.rules(t.refusal(t.request(c1), e2, '2026-03-04T10:00:00+09:00')), 'JM004 company_cap', 'the second of a year is refused') from t.x;
select is((t.refusal(t.request(c1), e2, '2026-03-04T10:00:00+09:00') #>> '{rules,0,hard}')::boolean, false, 'softly') from t.x;
select is(t.refusal(t.request(c1), e2, '2026-03-04T10:00:00+09:00', '센터장 승인'), null, 'a reason overrides it') from t.x;
select is(t.refusal(t.request(c1), e2, '2027-01-01T00:30:00+09:00'), null, 'the next year is another') from t.x;
select is(t.refusal(t.request(c2), e2, '2026-03-04T10:00:00+09:00'), null, 'so is another company') from t.x;
select is(t.problem(format('select api.appointment_move(%L, %L)', t.who('coordinator'), t.args(old,
    '{"start": "2026-12-30T10:00:00+09:00", "reason": "x"}'))), null, 'a move within the year stands not in its own way') from t.cap;
create table t.next as select t.offer(t.request(c1), e2, '2027-01-04T10:00:00+09:00') as id from t.x;
select is(t.full(c1), '2026 2027', 'each year by itself') from t.x;
select is(t.rules(t.problem(format('select api.appointment_move(%L, %L)', t.who('coordinator'), t.args(id,
    '{"start": "2026-03-04T10:00:00+09:00", "reason": "x"}')))), 'JM004 company_cap', 'a move into a full year takes a reason') from t.next;
select t.cancel(old) from t.cap \g /dev/null
select is(t.full(c1), '2027', 'what was cancelled does not count') from t.x;
update jamund.office set company_cap_per_year = 0;

-- a consultation that was held, entered afterwards
create function t.report(more jsonb default '{}') returns jsonb language sql as $$
    select '{"outcome": "solved", "summary": "알려 줌", "minutes": 90, "follow_up": false}'::jsonb || more
$$;
create function t.session(request uuid, experts uuid[], start text, report jsonb default t.report(), more jsonb default '{}')
returns api.reply language sql as $$
    select api.session_add(t.who('coordinator', more), t.args(request, jsonb_build_object('expert_ids', to_jsonb(experts),
        'start', start, 'report', report)))
$$;
create function t.refused(request uuid, experts uuid[], start text, report jsonb default t.report()) returns jsonb language sql as $$
    select t.problem(format('select t.session(%L, %L, %L, %L)', request, experts, start, report))
$$;
create table t.s as select t.request(c1, '{"policy": "auto"}') as q, (select count(*) from jamund.messages) as mails,
    (select count(*) from jamund.holds) as holds from t.x;
select is(t.refused(q, array[e1], '2026-03-02T08:00:00+09:00') ->> 'sqlstate', 'JM422', 'not before it is over') from t.s, t.x;
select is(t.pointers(t.refused(q, array[e1], '2026-02-26T10:00:00+09:00', t.report('{"minutes": 0}'))), 'JM422 /report/minutes',
    'nor without minutes') from t.s, t.x;
select is(t.pointers(t.refused(q, array[e1, e2], '2026-02-26T10:00:00+09:00')), 'JM422 /expert_ids', 'one expert for each seat') from t.s, t.x;
select is(t.pointers(t.refused(q, array[gen_random_uuid()], '2026-02-26T10:00:00+09:00')), 'JM422 /expert_ids', 'a known one') from t.s;
select is(t.refused(gen_random_uuid(), array[e1], '2026-02-26T10:00:00+09:00') ->> 'sqlstate', 'P0002', 'of a request') from t.x;
select is(t.rules(t.refused(q, array[l1], '2026-02-26T10:00:00+09:00')), 'JM004 not_in_field', 'in the field') from t.s, t.x;
select is(t.rules(t.refused(q, array[e1], '2025-12-31T10:00:00+09:00')), 'JM004 term_over', 'within the term of office') from t.s, t.x;
select is(t.rules(t.refused(q, array[t.expert('e9', jsonb_build_object('conflicts', jsonb_build_object('companies',
    jsonb_build_array(registration_number), 'affiliations', '[]'::jsonb))) ], '2026-02-26T10:00:00+09:00')), 'JM004 conflict_company',
    'without a conflict of interest') from t.s, t.x, jamund.companies c where c.id = c1;
insert into jamund.absences (expert_id, during) select e1, '[2026-02-20 00:00+09,2026-02-28 00:00+09)' from t.x;
create table t.held as select (t.session(q, array[e1], '2026-02-22T22:00:00+09:00', more => '{"key": "k1", "hash": "h"}')).* from t.s, t.x;
select is(status || ' ' || (body ->> 'state') || ' ' || (body #>> '{seats,0,state}') || ' ' || (body ->> 'revision') || ' '
    || (body #>> '{report,minutes}'), '201 completed accepted 1 90', 'on a Sunday night and although away: it was held') from t.held;
select is(body ->> 'end', '2026-02-22T23:30:00+09:00', 'as long as the report says') from t.held;
select is((t.session(q, array[e1], '2026-02-22T22:00:00+09:00', more => '{"key": "k1", "hash": "h"}')).body ->> 'id', body ->> 'id',
    'once for its key') from t.s, t.x, t.held;
select is((select state || coalesce(ladder_at::text, '') from jamund.requests where id = q), 'done', 'the request is done; the ladder rests') from t.s;
select is((select count(*) from jamund.messages) - mails, 0::bigint, 'nobody is told') from t.s;
select is((select count(*) from jamund.holds) - holds, 0::bigint, 'no time is held') from t.s;
select is(jamund.minutes_since(e1, '2026-01-01'), 90::bigint, 'its minutes count') from t.x;
update jamund.office set company_cap_per_year = 1;
select is(t.full(c1), '2026 2027', 'it counts for the company') from t.x;
update jamund.office set company_cap_per_year = 0;
select is(string_agg(action, ' '), 'appointment.record', 'it is in the audit') from jamund.audit, t.held where entity_id = (body ->> 'id')::uuid;
select is(t.refused(t.request(c2), array[e1], '2026-02-22T23:00:00+09:00') -> 'conflict' ->> 'appointment_id', body ->> 'id',
    'another meeting of the expert at that time is refused') from t.held, t.x;
select is(t.refused(t.request(c2), array[e1], '2026-02-22T23:00:00+09:00') ->> 'sqlstate', '23P01', 'by name') from t.x;
select is(t.refused(t.request(c2), array[e1], '2026-02-22T23:30:00+09:00'), null, 'just after it is another') from t.x;
select is((t.session(q, array[e2], '2026-02-23T10:00:00+09:00', t.report('{"follow_up": true}'))).status, 201, 'a second session') from t.s, t.x;
select is((select state || ' ' || (preferred_id = e2) from jamund.requests where id = q), 'open true',
    'with a follow-up the request is open, for the expert who knows it') from t.s, t.x;
select t.offer(q, e2, '2026-03-05T10:00:00+09:00') from t.s, t.x \g /dev/null
select is((t.session(q, array[e2], '2026-02-24T10:00:00+09:00', t.report('{"follow_up": false}'))).status, 201, 'a third beside one that is planned') from t.s, t.x;
select is((select string_agg(state, ' ' order by seq) || ' ' || count(distinct uid) from jamund.appointments where request_id = q),
    'completed completed tentative completed 4', 'each an appointment with a UID of its own') from t.s;
select is((select state from jamund.requests where id = q), 'offered', 'which goes on') from t.s;
select is((select string_agg(x, ',') from jsonb_array_elements_text(api.request_panel(q) #> '{request,previous}') x), least(e1, e2) || ',' || greatest(e1, e2),
    'who held one has served the case before') from t.s, t.x;
select api.request_withdraw(t.who('coordinator'), t.args(q, '{"reason": "x"}')) from t.s \g /dev/null
select is(t.refused(q, array[e1], '2026-02-25T10:00:00+09:00') ->> 'sqlstate', 'JM002', 'not of a request that was withdrawn') from t.s, t.x;
select is(t.problem(format('select api.appointment_correct(%L, %L)', t.who('coordinator'), t.args((body ->> 'id')::uuid,
    '{"state": "no_show", "by": "company", "reason": "잘못 입력"}'))), null, 'what was entered wrongly is corrected') from t.held;

-- the certificate: what one expert held on one request
create function t.paper(appointment uuid, more jsonb default '{}') returns jsonb language sql as $$
    select api.certificate(t.who('coordinator'), jsonb_build_object('id', appointment) || more)
$$;
create table t.c as select t.request(c2) as q from t.x;
create table t.d as select t.id(t.session(q, array[e1], '2026-02-03T10:00:00+09:00', t.report('{"follow_up": true}'))) as one,
    t.id(t.session(q, array[e1], '2026-02-10T10:00:00+09:00', t.report('{"minutes": 45, "follow_up": true}'))) as two,
    t.id(t.session(q, array[e2], '2026-02-17T10:00:00+09:00')) as three from t.c, t.x;
select is(t.paper(one) #>> '{sessions}', t.paper(two) #>> '{sessions}', 'the same from each session') from t.d;
select is(jsonb_array_length(t.paper(one) -> 'sessions') || ' ' || (t.paper(one) ->> 'minutes'), '2 135', 'all of that expert') from t.d;
select is(jsonb_array_length(t.paper(three) -> 'sessions') || ' ' || (t.paper(three) ->> 'minutes'), '1 90', 'none of another') from t.d;
select is(t.paper(one) ->> 'number', '2026-' || lpad(q.seq::text, 6, '0') || '-' || lpad(e.seq::text, 4, '0'),
    'a number for ever') from t.d, t.c, t.x, jamund.requests q, jamund.experts e where q.id = t.c.q and e.id = e1;
select isnt(t.paper(one) ->> 'number', t.paper(three) ->> 'number', 'each expert another') from t.d;
create table t.code as select t.paper(one) as was from t.d;
select is(t.paper(one), was, 'the same again') from t.d, t.code;
select api.appointment_correct(t.who('coordinator'), t.args(two, jsonb_build_object('state', 'completed', 'reason', 'x',
    'report', t.report('{"minutes": 60}')))) from t.d \g /dev/null
select is(t.paper(one) ->> 'number' = was ->> 'number' and t.paper(one) ->> 'code' <> was ->> 'code' and (t.paper(one) ->> 'minutes')::int = 150,
    true, 'a correction shows in the code') from t.d, t.code;
select api.appointment_correct(t.who('coordinator'), t.args(two, '{"state": "no_show", "by": "expert", "reason": "x"}')) from t.d \g /dev/null
select is(t.paper(one) ->> 'minutes', '90', 'what did not take place is not certified') from t.d;
select is(t.problem(format('select t.paper(%L)', two)) ->> 'sqlstate', 'JM002', 'nor has it a certificate') from t.d;
select is(t.pointers(t.problem(format('select t.paper(%L, %L)', one, '{"seat": 2}'))), 'JM422 /seat', 'of a seat that is there') from t.d;

select * from finish();
rollback;
