-- The worklist: each kind comes with what waits and goes when it is done; whose it is; pages and counts.
begin;
\ir lib/world.sql
select * from no_plan();

-- a second coordinator, who owns nothing
insert into t.users select 'other', t.id(api.user_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('name', '담당-둘',
    'email', 'other@example.kr', 'phone', '053-000-0001', 'role', 'coordinator')));
create function t.list(args jsonb default '{}', role text default 'coordinator') returns jsonb language sql as $$
    select (api.worklist(t.who(role) || case role when 'other' then '{"role": "coordinator"}'::jsonb else '{}' end, args)).body
$$;
create function t.kinds(args jsonb default '{}', role text default 'coordinator') returns text language sql as $$
    select coalesce(string_agg(i ->> 'kind', ' ' order by n), '-')
      from jsonb_array_elements(t.list(args, role) -> 'items') with ordinality x (i, n)
$$;
create function t.item(kind text) returns jsonb language sql as $$
    select i from jsonb_array_elements(t.list(jsonb_build_object('kind', kind)) -> 'items') i limit 1
$$;
create function t.counted(args jsonb default '{}', role text default 'coordinator') returns text language sql as $$
    select string_agg((c ->> 'kind') || ':' || (c ->> 'count'), ' ' order by n)
      from jsonb_array_elements(t.list(args, role) -> 'counts') with ordinality x (c, n) where c ->> 'count' <> '0'
$$;
create function t.act(what text, id uuid, body jsonb default '{}') returns api.reply language plpgsql as $$
declare r api.reply;
begin
    execute format('select * from api.%I($1, $2)', what) into r using t.who('coordinator'), t.args(id, body);
    return r;
end $$;

create function t.mine(company uuid) returns uuid language sql as $$
    select t.request(company, jsonb_build_object('owner_id', (select id from t.users where role = 'coordinator')))
$$;

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1, t.company('다라') as c2;
select is(t.kinds(), '-', 'nothing waits');
select is((select count(*)::int from jsonb_array_elements(t.list() -> 'counts')), (select count(*)::int from jamund.waiting_kinds),
    'every kind is counted, also at none');

-- a case: until it is triaged, closed; again when it comes back; for everybody
create table t.k as select t.kase(c1, '{"triage": null}') as id from t.x;
select is(t.kinds(), 'untriaged', 'a case that came in');
select is(t.kinds('{}', 'other'), 'untriaged', 'nobody owns it: it waits for everybody');
select is(t.item('untriaged') - 'case_id' - 'company' - 'id', '{"kind": "untriaged", "since": "2026-03-02T09:00:00+09:00", "due": null,
    "entity": "case", "request_id": null, "appointment_id": null, "owner": null, "deputy": null, "person": null, "person_as": null,
    "ko": "가나 · 부가세 환급: 아직 분류하지 않은 기업애로입니다.", "en": "가나 · 부가세 환급: The case has not been triaged."}', 'in full');
select is((t.item('untriaged') ->> 'id')::uuid, id, 'by its id') from t.k;
select t.act('case_triage', id, '{"triage": "on_the_spot"}') from t.k \g /dev/null
select is(t.kinds(), '-', 'triaged: gone');
select t.act('case_close', id, '{"answer": "안내함"}') from t.k \g /dev/null
select t.at('2026-03-02 09:30+09') \g /dev/null
select t.act('case_reopen', id, '{"reason": "다시"}') from t.k \g /dev/null
select is(t.kinds() || ' ' || (t.item('untriaged') ->> 'since'), 'untriaged 2026-03-02T09:30:00+09:00', 'reopened: since then');
select t.act('case_close', id) from t.k \g /dev/null
select is(t.kinds(), '-', 'closed: gone');

-- a request nobody was asked for
create table t.q as select t.mine(c1) as id from t.x;
select is(t.kinds() || ' ' || t.kinds('{}', 'other') || ' ' || t.kinds('{"all": true}', 'other'), 'unassigned - unassigned', 'to be assigned: the owner''s, not another''s');
select is(t.item('unassigned') #>> '{owner,name}', '담당-coordinator', 'it says whose');
select is(t.item('unassigned') ->> 'due', '2027-12-31T00:00:00+09:00', 'and until when it makes sense');
update jamund.requests set deputy_id = (select id from t.users where role = 'other') where id = (select id from t.q);
select is(t.kinds('{}', 'other'), 'unassigned', 'the deputy''s, too');
select is(t.kinds('{}', 'manager'), '-', 'not everybody''s');
update jamund.users set active = false where id in (select id from t.users where role in ('other', 'coordinator'));
select is(t.kinds('{}', 'manager'), 'unassigned', 'until neither is here any more');
update jamund.users set active = true;
update jamund.requests set deputy_id = null where id = (select id from t.q);
update jamund.office set respond_work_minutes = 540;
create table t.a as select t.offer(q.id, e1, '2026-03-10T10:00:00+09:00') as id from t.q, t.x;
select is(t.kinds(), '-', 'an offer: gone');

-- an offer about to expire: in working time before its deadline
select is(respond_by, '2026-03-03 09:30+09'::timestamptz, 'the deadline is half past nine next day') from jamund.seats where id = (select t.seat(id) from t.a);
select t.at('2026-03-02 16:29+09') \g /dev/null
select is(t.kinds(), '-', 'two working hours before: not yet');
select t.at('2026-03-02 16:30+09') \g /dev/null
select is(t.kinds(), 'offer_expiring', 'now, on the evening before');
select is(t.item('offer_expiring') - 'id' - 'case_id' - 'request_id' - 'appointment_id' - 'company' - 'owner' - 'ko' - 'en', jsonb_build_object(
    'kind', 'offer_expiring', 'since', '2026-03-02T09:30:00+09:00', 'due', '2026-03-03T09:30:00+09:00', 'entity', 'seat', 'deputy', null,
    'person_as', 'expert', 'person', jsonb_build_object('id', e1, 'name', '세무 e1', 'email', 'e1@example.kr', 'phone', '010-0000-0000')),
    'with the expert to call') from t.x;
select is(t.item('offer_expiring') ->> 'id', t.seat(id)::text, 'the seat') from t.a;
update jamund.disclosures set shown = false where fact = 'expert.phone' and viewer = 'coordinator';
select is(t.item('offer_expiring') -> 'person' ? 'phone', false, 'the phone only as the disclosures say');
update jamund.disclosures set shown = true where fact = 'expert.phone' and viewer = 'coordinator';
update jamund.office set worklist_offer_minutes = 119;
select is(t.kinds(), '-', 'the setting says when');
update jamund.office set worklist_offer_minutes = 120;

-- a proposal; taken or refused it is gone
select t.act('seat_counter', t.seat(id), '{"via": "phone", "proposals": ["2026-03-11T10:00:00+09:00"]}') from t.a \g /dev/null
select is(t.kinds(), 'countered', 'other times are proposed');
select is(t.item('countered') ->> 'since' || ' ' || (t.item('countered') ->> 'due'), '2026-03-02T16:30:00+09:00 2026-03-10T10:00:00+09:00', 'since then, until the meeting begins');
select t.act('seat_take', t.seat(id), '{"start": "2026-03-11T10:00:00+09:00"}') from t.a \g /dev/null
select is(t.kinds(), '-', 'decided: gone');

-- an expert is lost: dropped out, declined, not answered
select t.act('seat_drop_out', t.seat(id), '{"via": "phone", "reason": "병가"}') from t.a \g /dev/null
select is(t.kinds(), 'lost_expert', 'the expert dropped out');
select is(t.item('lost_expert') ->> 'appointment_id', id::text, 'of the meeting that stands') from t.a;
select t.act('seat_fill', id, jsonb_build_object('expert_id', e2)) from t.a, t.x \g /dev/null
select is(t.kinds(), '-', 'another is asked: gone');
select t.at('2026-03-03 09:00+09') \g /dev/null
select t.act('seat_decline', (select id from jamund.current_seats(t.a.id)), '{"via": "phone", "reason": "출장"}') from t.a \g /dev/null
select is(t.kinds() || ' ' || (t.item('lost_expert') ->> 'since') || ' ' || (t.item('lost_expert') #>> '{person,name}'),
    'lost_expert 2026-03-03T09:00:00+09:00 세무 e2', 'declined');
update jamund.requests set ladder_at = api.clock() where id = (select id from t.q);
select is(t.kinds(), '-', 'not while the ladder looks');
update jamund.requests set ladder_at = null;
select t.cancel(id) from t.a \g /dev/null
select is(t.kinds(), 'lost_expert', 'the meeting is cancelled: still to be assigned');
select t.act('request_reopen', id, '{"reason": "다시"}') from t.q \g /dev/null
select is(t.kinds(), 'unassigned', 'looking anew: nobody was asked yet');
create table t.b as select t.offer(q.id, e1, '2026-03-10T10:00:00+09:00') as id from t.q, t.x;
select t.at('2026-03-04 18:00+09') \g /dev/null
select api.offers_expire(10) \g /dev/null
select is(t.kinds(), 'lost_expert', 'no answer in time');
select is(t.item('lost_expert') ->> 'en', '가나 · 부가세 환급: The expert did not answer in time; please choose another one.', 'and it says so');

-- nobody is left
select api.ladder_exhausted(x.id, x.version) from jamund.requests x join t.q using (id) \g /dev/null
select is(t.kinds(), 'unmatched', 'no candidate is left');
select is(t.item('unmatched') ->> 'since', '2026-03-04T18:00:00+09:00', 'since the ladder gave up');
select t.act('request_withdraw', id, '{"reason": "해결"}') from t.q \g /dev/null
select is(t.kinds(), '-', 'withdrawn: gone');

-- a mail that is dead: until it is replayed, made up for, or the meeting is over
create function t.fails(appointment uuid, viewer_ text) returns void language sql as $$
    select case when (message ->> 'viewer' = viewer_) and m.appointment_id = appointment then api.outbox_failed(c.id, 'w', '550', true, 0)
                else api.outbox_sent(c.id, 'w', '') end
      from api.outbox_claim('w', 1000, 60) c join jamund.messages m on m.id = c.id
$$;
select t.deliver() \g /dev/null
create table t.m as select t.offer(t.mine(c1), e1, '2026-03-12T10:00:00+09:00') as id from t.x;
select t.fails(id, 'expert') from t.m \g /dev/null
select is(t.kinds(), 'message_dead', 'the offer did not arrive');
select is(t.item('message_dead') ->> 'ko', '가나 · 부가세 환급: 자문위원에게 보낸 메일이 전달되지 않았습니다. 다른 방법으로 알려 주세요.', 'to whom');
select t.act('message_replay', (t.item('message_dead') ->> 'id')::uuid) \g /dev/null
select is(t.kinds(), '-', 'sent again: gone');
select t.deliver() \g /dev/null
select t.accept(id) from t.m \g /dev/null
select t.fails(id, 'company') from t.m \g /dev/null
select is(t.kinds(), 'message_dead', 'the company''s invitation did not arrive');
select is(t.item('message_dead') -> 'person' ->> 'phone', '010-1111-1111', 'whom to call');
update jamund.disclosures set shown = false where fact = 'contact.name' and viewer = 'coordinator';
select is(t.item('message_dead') #> '{person,name}', null, 'the contact''s name is personal');
select ok(t.item('message_dead')::text !~ '가나 담당자', 'and nowhere else in the item');
update jamund.disclosures set shown = true where fact = 'contact.name' and viewer = 'coordinator';
select t.act('appointment_move', id, '{"start": "2026-03-12T14:00:00+09:00", "reason": "사정"}') from t.m \g /dev/null
select is(t.kinds(), 'message_dead', 'a later mail that waits does not make up for it');
select t.deliver() \g /dev/null
select is(t.kinds(), '-', 'one that reached the same reader does');
select t.act('seat_accept', t.seat(id), '{"via": "phone"}') from t.m \g /dev/null
select t.deliver() \g /dev/null
select t.cancel(id) from t.m \g /dev/null
select t.fails(id, 'field') from t.m \g /dev/null
select is(t.kinds(), 'message_dead unassigned', 'oldest first');
select is(t.item('message_dead') #>> '{person,email}', 'field@example.kr', 'the team''s cancel did not arrive');
select t.act('request_withdraw', (t.item('unassigned') ->> 'id')::uuid, '{"reason": "해결"}') \g /dev/null
select t.at('2026-03-12 14:59:59+09') \g /dev/null
select is(t.kinds(), 'message_dead', 'it still matters');
select t.at('2026-03-12 15:00+09') \g /dev/null
select is(t.kinds(), '-', 'the time of the meeting is over: gone');

-- another time that a company asks for: until the owner keeps the time, or moves
create function t.wishes(appointment uuid) returns text language sql as $$
    select api.company_answer(jamund.link_of('company', appointment), jsonb_build_object('answer', 'other_time',
        'reason', '출장', 'revision', (select revision from jamund.appointments where id = appointment)))
$$;
create table t.w as select t.offer(t.mine(c1), e1, '2026-03-13T10:00:00+09:00') as id from t.x;
select t.accept(id) from t.w \g /dev/null
select t.deliver() \g /dev/null
select is(t.wishes(id) || ' ' || t.kinds(), 'told other_time', 'the company asks for another time') from t.w;
select is(t.item('other_time') ->> 'due' || ' ' || (t.item('other_time') ->> 'person_as') || ' ' || (t.item('other_time') #>> '{person,phone}'),
    '2026-03-13T10:00:00+09:00 company 010-1111-1111', 'until the meeting begins; whom to call');
select t.act('appointment_keep', id, '{"reason": "다른 시간이 없음"}') from t.w \g /dev/null
select is(t.kinds(), '-', 'the time stays: gone');
select is(t.wishes(id) || ' ' || t.kinds(), 'told other_time', 'asked again') from t.w;
select t.act('appointment_move', id, '{"start": "2026-03-13T14:00:00+09:00", "reason": "기업 사정"}') from t.w \g /dev/null
select is(t.kinds(), '-', 'it moved: gone');
select t.wishes(id) from t.w \g /dev/null
select t.cancel(id) from t.w \g /dev/null
select is(t.kinds(), 'unassigned', 'cancelled: gone');
select t.act('request_withdraw', request_id, '{"reason": "해결"}') from jamund.appointments a join t.w using (id) \g /dev/null
select t.deliver() \g /dev/null

-- a report that is overdue
create table t.r as select t.offer(t.mine(c1), e1, '2026-03-16T10:00:00+09:00') as id from t.x;
select t.accept(id) from t.r \g /dev/null
select t.deliver() \g /dev/null
select t.at('2026-03-17 10:59:59+09') \g /dev/null
select is(t.kinds(), '-', 'a day to file the report');
select t.at('2026-03-17 11:00+09') \g /dev/null
select is(t.kinds(), 'report_overdue', 'then it waits');
select is(t.item('report_overdue') ->> 'since' || ' ' || (t.item('report_overdue') ->> 'due') || ' ' || (t.item('report_overdue') #>> '{person,name}'),
    '2026-03-16T11:00:00+09:00 2026-03-17T11:00:00+09:00 세무 e1', 'since the meeting ended');
select t.act('appointment_complete', id, '{"outcome": "solved", "summary": "끝", "minutes": 60}') from t.r \g /dev/null
select is(t.kinds(), '-', 'filed: gone');

-- collisions: an absence, a pause, a term that was cut; whether tentative or confirmed
create table t.c as select t.offer(t.mine(c1), e1, '2026-03-20T10:00:00+09:00') as id, t.offer(t.mine(c2), e2, '2026-03-20T10:00:00+09:00') as other from t.x;
select t.accept(id) from t.c \g /dev/null
select t.deliver() \g /dev/null
insert into jamund.absences (expert_id, created_at, during) select e1, api.clock(), '[2026-03-20 11:00+09,2026-03-21 00:00+09)' from t.x;
select is(t.kinds(), '-', 'an absence that begins when the meeting ends');
update jamund.absences set during = '[2026-03-20 10:59+09,2026-03-21 00:00+09)';
select is(t.kinds(), 'collision', 'one that touches it');
select is(t.item('collision') ->> 'en', '가나 · 부가세 환급: The expert is absent at that time.', 'says why');
insert into jamund.absences (expert_id, created_at, during) select e1, api.clock(), '[2026-03-19 00:00+09,2026-03-22 00:00+09)' from t.x;
select is(t.kinds(), 'collision', 'two absences are one collision');
delete from jamund.absences;
insert into jamund.absences (expert_id, created_at, during) select e2, api.clock(), '[2026-03-18 00:00+09,)' from t.x;
select is(t.kinds() || ' ' || (t.item('collision') ->> 'en'), 'collision 다라 · 부가세 환급: The expert is paused at that time.', 'a pause, of an offer');
delete from jamund.absences;
update jamund.experts set term_until = '2026-03-19' where id = (select e2 from t.x);
select is(t.kinds() || ' ' || (t.item('collision') ->> 'en'), 'collision 다라 · 부가세 환급: It lies outside the expert''s term of office.', 'a term that ends before');
update jamund.experts set term_until = '2026-03-20' where id = (select e2 from t.x);
insert into jamund.absences (expert_id, created_at, cancelled_at, during) select e2, api.clock(), api.clock(), '[2026-03-18 00:00+09,)' from t.x;
select is(t.kinds(), '-', 'an absence that was taken back');
select t.act('availability_put', e2, '{"weekly": [], "dates": [{"date": "2026-03-20", "windows": [{"from": "10:30", "until": "18:00"}]}]}') from t.x \g /dev/null
select is(t.kinds() || ' ' || (t.item('collision') ->> 'en'), 'collision 다라 · 부가세 환급: It lies outside the expert''s hours.', 'hours that have changed');
select t.act('availability_put', e2, '{"weekly": [], "dates": [{"date": "2026-03-20", "windows": [{"from": "10:00", "until": "11:00"}]}]}') from t.x \g /dev/null
select is(t.kinds(), '-', 'and hold it again');
select is(t.kinds(), '-', 'the last day of the term is in it');
insert into jamund.absences (expert_id, created_at, during) select e2, api.clock(), '[2026-03-18 00:00+09,)' from t.x;
select t.decline(other) from t.c \g /dev/null
select is(t.kinds(), 'lost_expert', 'the expert is out of it: no collision');
delete from jamund.absences;
insert into jamund.absences (expert_id, created_at, during) select e1, api.clock(), '[2026-03-20 00:00+09,2026-03-21 00:00+09)' from t.x;
select t.at('2026-03-20 11:00+09') \g /dev/null
select is(t.kinds(), 'lost_expert', 'what is over collides no more');
delete from jamund.absences;

-- pages: oldest first, each once, whatever goes meanwhile; counts are of all
select t.at('2026-03-23 09:00+09') \g /dev/null
select is(t.kinds(), 'lost_expert report_overdue', 'what is left');
select t.mine(c1), t.mine(c2), t.mine(c1), t.kase(c1, '{"triage": null}'), t.kase(c2, '{"triage": null}') from t.x \g /dev/null
select is(t.counted(), 'lost_expert:1 report_overdue:1 unassigned:3 untriaged:2', 'counts by kind, in the order of the kinds');
select is(t.counted('{"kind": "untriaged", "limit": 1}'), t.counted(), 'whatever kind and page is asked for');
select is(t.counted('{}', 'other') || ' | ' || t.counted('{"all": true}', 'other'), 'untriaged:2 | ' || t.counted(), 'and whosever it is');
create function t.pages(size int, args jsonb default '{}') returns text language plpgsql as $$
declare
    p jsonb;
    o text := '';
begin
    loop
        p := t.list(args || jsonb_build_object('limit', size, 'cursor', p -> 'next_cursor'));
        o := o || coalesce((select string_agg(i ->> 'id', ' ' order by n) from jsonb_array_elements(p -> 'items') with ordinality x (i, n)), '') || ' ';
        exit when p ->> 'next_cursor' is null;
    end loop;
    return trim(o);
end $$;
select is(t.pages(n), t.pages(100), 'in pages of ' || n) from generate_series(1, 8) n;
select is(cardinality(string_to_array(t.pages(2), ' ')), 7, 'each once');
select is(t.pages(1, '{"kind": "unassigned"}'), t.pages(9, '{"kind": "unassigned"}'), 'of one kind, too');
create table t.p as select t.list('{"limit": 2}') as p;
select t.act('request_withdraw', (select (i ->> 'request_id')::uuid from jsonb_array_elements(p -> 'items') i where i ->> 'kind' = 'lost_expert'),
    '{"reason": "해결"}') from t.p \g /dev/null
select is((select string_agg(i ->> 'kind', ' ') from jsonb_array_elements(t.list(jsonb_build_object('cursor', p -> 'next_cursor')) -> 'items') i),
    'unassigned unassigned unassigned untriaged untriaged', 'what was done between two pages shifts nothing') from t.p;
select is(t.pointers(t.problem($$ select t.list('{"kind": "nonsense"}') $$)), 'JM422 /kind', 'an unknown kind is named');
select is(t.pointers(t.problem(format($$ select t.list(jsonb_build_object('cursor', %L::text)) $$, c))), 'JM422 /cursor', 'not a cursor: ' || c)
  from unnest(array['x', '1', '1.unassigned.x', '1.unassigned.00000000-0000-4000-8000-000000000000;', '99999999999999999999.a.b']) c;
select is(t.list('{"cursor": "999999999999999999.unassigned.00000000-0000-4000-8000-000000000000"}') -> 'items', '[]', 'nothing after the last');

select * from finish();
rollback;
