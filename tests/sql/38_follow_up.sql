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
insert into jamund.absences (expert_id, during, created_at) select e1, '[2026-02-20 00:00+09,2026-02-28 00:00+09)', api.clock() from t.x;
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
create table t.u as select t.request(c2) as q, t.request(c2) as closed from t.x;
update jamund.requests set state = 'unmatched' where id = (select q from t.u);
select is((t.session(q, array[e2], '2026-01-05T10:00:00+09:00')).status, 201, 'where nobody was left, somebody did it after all') from t.u, t.x;
select is((select state from jamund.requests where id = q), 'done', 'the request is done') from t.u;
select is((t.session(closed, array[e2], '2026-01-06T10:00:00+09:00')).status, 201, 'before the case is closed') from t.u, t.x;
select api.case_close(t.who('coordinator'), t.args(case_id)) from t.u join jamund.requests r on r.id = closed \g /dev/null
select is((t.session(closed, array[e2], '2026-01-07T10:00:00+09:00')).status, 201, 'and after it') from t.u, t.x;
select is(t.refused(closed, array[e2], '2026-01-08T10:00:00+09:00', t.report('{"follow_up": true}')) ->> 'message', 'the case is closed',
    'though not to go on with a closed case') from t.u, t.x;
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

-- the company's link: another time, cancelled; nothing by itself
create table t.m as select t.offer(t.request(c1), e1, '2026-03-10T10:00:00+09:00') as id, t.offer(t.request(c2), e2, '2026-03-02T20:00:00+09:00') as soon from t.x;
select t.accept(id), t.accept(soon) from t.m \g /dev/null
select t.deliver() \g /dev/null
create function t.link(purpose_ text, appointment uuid) returns uuid language sql as $$
    select id from jamund.links where purpose = purpose_ and appointment_id = appointment
$$;
create function t.page(appointment uuid, purpose text default 'company') returns jsonb language plpgsql as $$
declare r record;
begin
    execute format('select state, page from api.%I($1)', purpose || '_page') into r using t.link(purpose, appointment);
    return r.page || jsonb_build_object('state', r.state);
end $$;
create function t.says(appointment uuid, answer text, reason text default null, more jsonb default '{}') returns text language sql as $$
    select api.company_answer(t.link('company', appointment), jsonb_strip_nulls(jsonb_build_object('answer', answer, 'reason', reason,
        'revision', (select revision from jamund.appointments where id = appointment))) || more)
$$;
select is(x.link_id, t.link('company', t.m.id), 'the invitation to the company has its link') from t.m, jamund.messages x
 where x.appointment_id = t.m.id and x.kind = 'invite' and x.viewer = 'company';
select is(count(link_id), 0::bigint, 'the visit team''s has none') from t.m, jamund.messages x where x.appointment_id = t.m.id and x.viewer = 'field';
select is(t.page(id) ->> 'state', 'confirmed', 'it shows what stands') from t.m;
select is(t.page(id) #>> '{revision,seats,0,expert,email}', null, 'as the company may see it') from t.m;
select is((select count(*) from api.company_page(t.link('seat', id))), 0::bigint, 'a link is for one purpose') from t.m;
select is((select count(*) from api.company_page(l.id)), 0::bigint, 'an expert''s is none of it') from t.m, jamund.links l
    join jamund.seats s on s.id = l.seat_id where s.appointment_id = t.m.id;
select is(t.problem(format('select api.company_answer(%L, %L)', gen_random_uuid(), '{}')) ->> 'sqlstate', 'P0002', 'nor an unknown one');
create function t.tables() returns text language sql as $$
    select md5((select string_agg(a::text, '' order by id) from jamund.appointments a) || (select string_agg(m::text, '' order by id) from jamund.messages m)
        || coalesce((select string_agg(w::text, '') from jamund.wishes w), '') || (select count(*) from jamund.change_log)
        || coalesce((select string_agg(g::text, '') from jamund.ratings g), ''))
$$;
create function t.nothing(answer text, wanted text) returns boolean language plpgsql as $$
declare was text := t.tables(); got text;
begin
    execute answer into got;
    if got is distinct from wanted or t.tables() <> was then raise notice '% %', got, was = t.tables(); end if;
    return got is not distinct from wanted and t.tables() = was;
end $$;
select ok(t.nothing(format('select t.says(%L, %L, null, %L)', id, what, more), wanted), format('changes nothing: %s', wanted)) from t.m, (values
    ('cancel', '{}'::jsonb, 'reason'), ('cancel', '{"reason": " \n"}', 'reason'), ('cancel', '{"reason": "x", "revision": 1}', 'late'),
    ('other_time', '{}', 'wish'), ('other_time', '{"reason": "x", "revision": 9}', 'late'), ('other_time', '{"proposal_1": "tomorrow"}', 'proposals'), ('other_time', '{"proposal_2": "now"}', 'proposals'),
    ('other_time', '{"proposal_1": "2026-13-10T10:00"}', 'proposals'), ('other_time', '{"proposal_1": "2026-03-02T08:00"}', 'proposals'),
    ('other_time', '{"proposal_3": "2028-03-02T08:00"}', 'proposals')) x (what, more, wanted);
create table t.before as select version, revision, during from jamund.appointments join t.m using (id);
select is(t.says(id, 'other_time', '감사 기간입니다', '{"proposal_1": "2026-03-12T10:00", "proposal_3": "2026-03-11T15:00"}'), 'told', 'another time is asked for') from t.m;
select is((a.revision, a.during), (b.revision, b.during), 'nothing moves, no calendar changes') from t.before b, jamund.appointments a join t.m using (id);
select isnt(a.version, b.version, 'though who reads it sees it') from t.before b, jamund.appointments a join t.m using (id);
select is(string_agg(kind || '/' || viewer || '/' || to_email || '/' || reason, ' '), E'wished/coordinator/coordinator@example.kr/감사 기간입니다\n2026-03-11 15:00, 2026-03-12 10:00',
    'the owner is told; nobody else') from t.m join jamund.messages x on x.appointment_id = t.m.id where x.state = 'queued';
create function t.wish(appointment uuid, role text default 'coordinator') returns jsonb language sql as $$
    select (api.appointment_get(t.who(role), t.args(appointment))).body -> 'wish'
$$;
select is(t.wish(id) - 'at', '{"note": "감사 기간입니다", "proposals": ["2026-03-11T15:00:00+09:00", "2026-03-12T10:00:00+09:00"]}'::jsonb, 'it can be read') from t.m;
select is(t.page(id) #>> '{wish,note}', '감사 기간입니다', 'on the page, too') from t.m;
select is((select actor_kind || ' ' || (actor_id = t.contact(c1)) || ' ' || via from jamund.audit where action = 'appointment.wish' order by id limit 1), 'company true link', 'who said it') from t.x;
select ok(t.nothing(format('select t.says(%L, %L, %L, %L)', id, 'other_time', '감사 기간입니다', '{"proposal_1": "2026-03-11T15:00", "proposal_2": "2026-03-12T10:00"}'), 'told'),
    'said again it changes nothing') from t.m;
select t.says(id, 'other_time', n::text) from t.m, generate_series(2, 5) n \g /dev/null
select ok(t.nothing(format('select t.says(%L, %L, %L)', id, 'other_time', '6'), 'enough'), 'the owner is told five times at most') from t.m;
select is(t.problem(format('select api.appointment_keep(%L, %L)', t.who('coordinator'), t.args(id, '{"reason": "방이 없음"}'))), null, 'the owner keeps the time') from t.m;
select is(t.wish(id), 'null'::jsonb, 'that settles it') from t.m;
select is((select string_agg(viewer || '/' || reason || '/' || (link_id = t.link('company', t.m.id)), ' ') from jamund.messages where kind = 'kept'), 'company/방이 없음/true', 'and the company is told why') from t.m;
select is(t.problem(format('select api.appointment_keep(%L, %L)', t.who('coordinator'), t.args(id, '{"reason": "x"}'))) ->> 'sqlstate', 'JM002', 'once') from t.m;
select api.appointment_move(t.who('coordinator'), t.args(id, '{"start": "2026-03-12T10:00:00+09:00", "reason": "기업 요청"}')) from t.m \g /dev/null
select is(t.page(id) ->> 'state', 'tentative', 'while a new time waits for the expert') from t.m;
select is(t.says(id, 'other_time', '그날도 안 됩니다'), 'told', 'it may ask again') from t.m;
select t.deliver() \g /dev/null
select is(t.says(id, 'cancel', '해결되었습니다'), 'done', 'it cancels') from t.m;
select is(t.states(id), 'open cancelled withdrawn', 'and the request is open') from t.m;
select is((select late from jamund.appointments join t.m using (id)), false, 'in time') from t.m;
select t.says(soon, 'cancel', '사장님 병환') from t.m \g /dev/null
select is((select late from jamund.appointments where id = soon), true, 'within the office''s notice it is flagged') from t.m;
select is((select string_agg(kind || '>' || split_part(to_email, '@', 1), ' ' order by seq) from jamund.messages where appointment_id = soon and state = 'queued'),
    'cancel>e2 cancel>' || split_part((select email from jamund.contacts where company_id = c2), '@', 1) || ' cancel>field called_off>coordinator',
    'everybody who was told is told, and the owner') from t.m, t.x;
select is(t.page(soon) ->> 'state', 'cancelled', 'the page says so') from t.m;
select ok(t.nothing(format('select t.says(%L, %L, %L)', soon, 'cancel', 'x'), 'same'), 'once') from t.m;
select ok(t.nothing(format('select t.says(%L, %L, %L)', soon, 'other_time', 'x'), 'late'), 'what is cancelled takes no other time') from t.m;
select is(t.problem(format('select api.appointment_undo(%L, %L)', t.who('coordinator'), t.args(soon))) ->> 'sqlstate', 'JM002', 'what the company decided is not undone') from t.m;
select is(string_agg(actor_kind || '/' || via || '/' || reason, ' '), 'company/link/사장님 병환', 'the audit has who and why') from t.m join jamund.audit on entity_id = soon where action = 'appointment.cancel';

-- once it has begun the page only shows; then it is over
create table t.n as select t.offer(t.request(c1), e1, '2026-03-04T10:00:00+09:00') as id from t.x;
select t.accept(id) from t.n \g /dev/null
select t.deliver() \g /dev/null
select t.at('2026-03-04 10:00+09') \g /dev/null
select is(t.page(id) ->> 'state', 'begun', 'begun') from t.n;
select ok(t.nothing(format('select t.says(%L, %L, %L)', id, 'cancel', 'x'), 'late'), 'nobody cancels what has begun') from t.n;
select t.at('2026-03-04 11:00+09') \g /dev/null
select is(t.page(id) ->> 'state', 'over', 'over') from t.n;

-- the rating: asked once, after the delay, with consent
create function t.asked(appointment uuid) returns text language sql as $$
    select string_agg(state || '>' || split_part(to_email, '@', 1) || '@' || to_char(due_at at time zone 'Asia/Seoul', 'DD HH24:MI'), ' ' order by seq)
      from jamund.messages where appointment_id = appointment and kind = 'rating'
$$;
create function t.rates(appointment uuid, stars int, comment text default null) returns text language sql as $$
    select api.rating_answer(t.link('rating', appointment), jsonb_strip_nulls(jsonb_build_object('stars', stars, 'comment', comment)))
$$;
create function t.corrects(appointment uuid, body jsonb) returns text language sql as $$
    select (api.appointment_correct(t.who('coordinator'), t.args(appointment, body))).body ->> 'state'
$$;
select api.appointment_complete(t.who('coordinator'), t.args(id, t.report())) from t.n \g /dev/null
select is(t.asked(id), 'queued>contact-1@05 07:00', 'the contact is asked twenty hours later') from t.n;
select is(t.corrects(id, jsonb_build_object('state', 'completed', 'reason', 'x', 'report', t.report('{"minutes": 60}'))) || ' ' || t.asked(id),
    'completed queued>contact-1@05 07:00', 'a correction asks no second time') from t.n;
select is(t.corrects(id, '{"state": "no_show", "by": "company", "reason": "x"}') || ' ' || t.asked(id), 'no_show withdrawn>contact-1@05 07:00',
    'who was not there is not asked') from t.n;
select is(t.page(id, 'rating') ->> 'state', 'void', 'and has nothing to say') from t.n;
select t.corrects(id, jsonb_build_object('state', 'completed', 'reason', 'x', 'report', t.report())) from t.n \g /dev/null
update jamund.messages set state = 'sending', leased_by = 'w' where kind = 'rating' and state = 'queued';
update jamund.messages set state = 'retry' where kind = 'rating' and state = 'sending';
select is(t.corrects(id, '{"state": "no_show", "by": "company", "reason": "x"}') || ' ' || t.asked(id),
    'no_show withdrawn>contact-1@05 07:00 withdrawn>contact-1@05 07:00', 'nor where the mail is tried again') from t.n;
select ok(t.nothing(format('select t.rates(%L, 1)', id), 'closed'), 'at all') from t.n;
select t.corrects(id, jsonb_build_object('state', 'completed', 'reason', 'x', 'report', t.report())) from t.n \g /dev/null
select is(t.asked(id), 'withdrawn>contact-1@05 07:00 withdrawn>contact-1@05 07:00 queued>contact-1@05 07:00', 'after all') from t.n;
select is(t.page(id, 'rating') ->> 'state', 'open', 'its link is open') from t.n;
select ok(t.nothing(format('select t.rates(%L, null, %L)', id, 'x'), 'stars'), 'it takes stars') from t.n;
select is(t.problem(format('select t.rates(%L, 6)', id)) ->> 'sqlstate', '23514', 'one to five') from t.n;
select is(t.rates(id, 5, '좋았습니다'), 'done', 'it rates') from t.n;
select ok(t.nothing(format('select t.rates(%L, 5, %L)', id, '좋았습니다 '), 'same'), 'said again it changes nothing') from t.n;
select is(t.rates(id, 2), 'done', 'it may change its mind') from t.n;
select is((t.page(id, 'rating') ->> 'stars') || ' ' || (t.page(id, 'rating') ->> 'state'), '2 rated', 'the page has the last word') from t.n;
select is(t.rates(id, 3, '보통') , 'done', 'again') from t.n;
select is(((api.appointment_get(t.who(role), t.args(t.n.id))).body -> 'rating') - 'rated_at', case when shown then '{"stars": 3, "comment": "보통"}'::jsonb else '{"stars": 3}' end,
    format('%s %s the comment', role, case when shown then 'reads' else 'does not read' end)) from t.n, t.users join jamund.disclosures on viewer = role and fact = 'rating.comment' order by role;
select is((api.appointment_get(t.who('field'), t.args(id))).body #> '{seats,0}' ? 'rating', false, 'no seat says it') from t.n;
select t.at('2026-04-04 07:00+09') \g /dev/null
select is(t.rates(id, 4), 'done', 'until the thirtieth day') from t.n;
select t.at('2026-04-04 07:01+09') \g /dev/null
select ok(t.nothing(format('select t.rates(%L, 1)', id), 'closed'), 'then no more') from t.n;
select is(t.page(id, 'rating') ->> 'state', 'closed', 'as the page says') from t.n;
select is(string_agg(distinct actor_kind || '/' || via, ' '), 'company/link', 'the audit has who') from t.n join jamund.audit on entity_id = t.n.id where action = 'appointment.rate';
select is(string_agg(kind, ' '), null::text, 'what was entered afterwards is not rated') from t.d join jamund.messages on appointment_id in (one, two, three);

select * from finish();
rollback;
