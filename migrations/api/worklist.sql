-- The worklist: what waits for somebody of the office, oldest first.

-- Everything that waits now. A kind is one branch of the union and one row of waiting_kinds; the rest
-- (owner, company, sentence) follows from the request or case it names.
-- since: what orders it; due: when it is too late; viewer and party: whom it is about, as in messages.
create or replace view jamund.waiting as
with at as materialized (
    select t.now, t.now - make_interval(mins => o.report_due_minutes) as reports_since, o.report_due_minutes,
           jamund.working_add(t.now, o.worklist_offer_minutes) as offers_until
      from jamund.office o, (select api.clock() as now) t),
-- a request that is open, and no ladder looks after it; lost: who was asked since it opened cannot come
idle as (
    select q.id, greatest(q.state_at, q.opened_at) as since, least(q.deadline, upper(q.windows)) as due, l.*
      from jamund.requests q left join lateral (
          select a.id as appointment_id, s.state, s.expert_id
            from jamund.appointments a join jamund.seats s on s.appointment_id = a.id
           where a.request_id = q.id and s.created_at >= q.opened_at and s.state in ('declined', 'expired')
           order by s.seq desc limit 1) l on true
     where q.state = 'open' and q.ladder_at is null)
select w.kind, w.since, w.due, w.entity, w.entity_id, k.id as case_id, w.request_id, w.appointment_id, w.viewer, w.party, w.ko, w.en,
       q.owner_id, q.deputy_id, k.title, k.company_id
  from (
    select 'unmatched' as kind, q.state_at as since, least(q.deadline, upper(q.windows)) as due, 'request' as entity, q.id as entity_id,
           null::uuid as of_case, q.id as request_id, (select a.id from jamund.appointments a where a.request_id = q.id
               and a.state in ('tentative', 'confirmed')) as appointment_id, null::text as viewer, null::uuid as party,
           '더 부탁드릴 자문위원이 없습니다. 희망 시간을 넓히거나 직접 배정해 주세요.' as ko,
           'No candidate is left; widen the times or choose an expert.' as en
      from jamund.requests q where q.state = 'unmatched'
    union all
    select 'unassigned', i.since, i.due, 'request', i.id, null, i.id, null, null, null,
           '아직 자문위원에게 부탁하지 않았습니다. 배정해 주세요.', 'No expert has been asked yet; please choose one.'
      from idle i where i.state is null
    union all
    select 'lost_expert', i.since, i.due, 'request', i.id, null, i.id, i.appointment_id, 'expert', i.expert_id,
           case i.state when 'expired' then '자문위원이 기한까지 답하지 않았습니다. 다른 위원을 배정해 주세요.'
                        else '자문위원이 맡을 수 없게 되었습니다. 다른 위원을 배정해 주세요.' end,
           case i.state when 'expired' then 'The expert did not answer in time; please choose another one.'
                        else 'The expert cannot take it; please choose another one.' end
      from idle i where i.state is not null
    union all
    select 'offer_expiring', s.created_at, s.respond_by, 'seat', s.id, null, a.request_id, a.id, 'expert', s.expert_id,
           '회신 기한이 다가오는데 자문위원의 답이 없습니다.', 'The time to answer is nearly over and the expert has not answered.'
      from at, jamund.seats s join jamund.appointments a on a.id = s.appointment_id
     where s.state = 'offered' and s.respond_by <= at.offers_until
    union all
    select 'countered', s.answered_at, lower(a.during), 'seat', s.id, null, a.request_id, a.id, 'expert', s.expert_id,
           '자문위원이 다른 시간을 제안했습니다. 살펴보고 정해 주세요.', 'The expert proposes other times; please decide.'
      from jamund.seats s join jamund.appointments a on a.id = s.appointment_id where s.state = 'countered'
    union all -- as open_wish has it
    select 'other_time', w.wished_at, lower(a.during), 'appointment', a.id, null, a.request_id, a.id, 'company', q.contact_id,
           '기업이 다른 시간을 요청했습니다. 옮기거나, 그대로 두는 까닭을 알려 주세요.',
           'The company asks for another time; move it, or tell them why it stays.'
      from at, jamund.wishes w join jamund.appointments a on a.id = w.appointment_id join jamund.requests q on q.id = a.request_id
     where w.settled_at is null and w.during = a.during and a.state in ('tentative', 'confirmed') and lower(a.during) > at.now
    union all -- until the meeting is over, or a later mail reached the same reader
    select 'message_dead', m.created_at, lower(a.during), 'message', m.id, null, a.request_id, a.id, m.viewer, m.party,
           p.ko || '에게 보낸 메일이 전달되지 않았습니다. 다른 방법으로 알려 주세요.',
           'A mail to the ' || p.en || ' could not be delivered; please tell them another way.'
      from at, jamund.messages m join jamund.appointments a on a.id = m.appointment_id
      join (values ('expert', '자문위원', 'expert'), ('company', '기업 담당자', 'company''s contact'),
                   ('field', '요청한 직원', 'person who asked'), ('coordinator', '담당자', 'coordinator')) p (viewer, ko, en)
        on p.viewer = m.viewer
     where m.state in ('dead', 'bounced') and upper(a.during) > at.now
       and not exists (select from jamund.messages x where x.appointment_id = m.appointment_id and x.party = m.party
                        and x.viewer = m.viewer and x.seq > m.seq and x.state = 'sent')
    union all
    select 'report_overdue', upper(a.during), upper(a.during) + make_interval(mins => at.report_due_minutes), 'appointment', a.id,
           null, a.request_id, a.id, 'expert', (select s.expert_id from jamund.seats s where s.appointment_id = a.id
               and s.state = 'accepted' order by s.seat limit 1),
           '자문이 끝났는데 결과서가 등록되지 않았습니다.', 'The meeting is over and no report has been filed.'
      from at, jamund.appointments a where a.state = 'confirmed' and upper(a.during) <= at.reports_since
    union all
    select 'collision', c.created_at, lower(c.during), 'seat', c.id, null, c.request_id, c.appointment_id, 'expert', c.expert_id,
           case c.why when 'term' then '자문위원의 위촉 기간을 벗어난 일정입니다.' when 'pause' then '자문위원이 활동을 쉬는 동안의 일정입니다.'
                      when 'hours' then '자문위원의 상담 가능 시간을 벗어난 일정입니다.' when 'duty' then '자문위원의 당번과 맞지 않는 일정입니다.'
                      when 'calendar' then '자문위원 본인의 일정과 겹칩니다.' else '자문위원의 부재와 겹치는 일정입니다.' end,
           case c.why when 'term' then 'It lies outside the expert''s term of office.' when 'pause' then 'The expert is paused at that time.'
                      when 'hours' then 'It lies outside the expert''s hours.' when 'duty' then 'It does not fit the expert''s desk duty.'
                      when 'calendar' then 'The expert''s own calendar says that they are busy then.' else 'The expert is absent at that time.' end
      from (select s.id, s.created_at, s.expert_id, a.id as appointment_id, a.request_id, a.during,
                   case when (lower(a.during) at time zone e.zone)::date not between e.term_from and e.term_until then 'term'
                        when bool_or(upper_inf(x.during)) then 'pause' when count(x.id) > 0 then 'absence'
                        when not s.overridden && '{on_duty,off_duty}' and jamund.duty_broken(a, e.id) then 'duty'
                        when 'calendar' <> all (s.overridden) and jamund.calendar_busy(e.id, a.during) then 'calendar'
                        when (e.hours_at >= s.created_at or exists (select from jamund.holidays h where h.day = (lower(a.during) at time zone e.zone)::date and h.at >= s.created_at))
                            and 'availability' <> all (s.overridden)
                            and not jamund.open_hours(e, a.during) @> a.during then 'hours' end as why
              from at, jamund.appointments a join jamund.seats s on s.appointment_id = a.id join jamund.experts e on e.id = s.expert_id
              left join jamund.absences x on x.expert_id = s.expert_id and x.during && a.during and x.cancelled_at is null
             where a.state in ('tentative', 'confirmed') and upper(a.during) > at.now and s.state in ('offered', 'countered', 'accepted')
             group by s.id, a.id, e.id) c
     where c.why is not null
    union all -- whose it is may not be known: then it waits for everybody
    select 'reply', r.at, null, 'reply', r.id, null, a.request_id, a.id, r.viewer, r.party,
           '메일로 온 답을 확인해 주세요. ' || w.ko, 'An answer by mail wants a look. ' || w.en
      from jamund.replies r join jamund.reply_reasons w on w.reason = r.why left join jamund.appointments a on a.id = r.appointment_id
     where r.state = 'waiting'
    union all -- a case has no owner yet: it waits for everybody
    select 'untriaged', k.state_at, null, 'case', k.id, k.id, null, null, null, null,
           case k.state when 'received' then '아직 분류하지 않은 기업애로입니다.' else '다시 열린 기업애로입니다. 어떻게 풀지 정해 주세요.' end,
           case k.state when 'received' then 'The case has not been triaged.' else 'The case was reopened; please decide how it will be settled.' end
      from jamund.cases k where k.state in ('received', 'reopened')
  ) w
  left join jamund.requests q on q.id = w.request_id
  left join jamund.cases k on k.id = coalesce(w.of_case, q.case_id);

-- The cursor names the last item given: microseconds of its time, kind and id.
create or replace function jamund.waiting_after(args jsonb, out us bigint, out kind text, out id uuid)
language plpgsql stable set search_path = jamund, pg_temp as $$
declare c text := args ->> 'cursor';
begin
    if c !~ '^-?[0-9]{1,18}\.[a-z_]{3,20}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        perform fail_field('/cursor', '이 목록의 커서가 아닙니다', 'not a cursor of this list');
    end if;
    us := split_part(c, '.', 1)::bigint;
    kind := split_part(c, '.', 2);
    id := split_part(c, '.', 3)::uuid;
end $$;

-- args: all, kind, limit, cursor. An item is the owner's and the deputy's, and everybody's where neither
-- is here (any more). The counts are those of all kinds, whichever is asked for. One query with all its
-- joins: a function for each item took ten times as long.
create or replace function api.worklist(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    n    int := page_size(args);
    p    record := waiting_after(args);
    me   uuid := (call ->> 'actor')::uuid;
    seer text := call ->> 'role';
    body jsonb;
begin
    if not exists (select from waiting_kinds k where k.kind = coalesce(args ->> 'kind', k.kind)) then
        perform fail_field('/kind', '모르는 종류입니다', 'not a kind of this list');
    end if;
    with mine as materialized (
        select w.*, (extract(epoch from w.since) * 1000000)::bigint as us, o.name as owner, d.name as deputy
          from waiting w left join users o on o.id = w.owner_id left join users d on d.id = w.deputy_id
         where coalesce((args ->> 'all')::boolean, false) or me in (w.owner_id, w.deputy_id)
            or not (coalesce(o.active, false) or coalesce(d.active, false))),
    page as materialized (
        select m.*, row_number() over (order by m.us, m.kind, m.entity_id) as nth from mine m
         where m.kind = coalesce(args ->> 'kind', m.kind)
           and (p.us is null or (m.us, m.kind, m.entity_id) > (p.us, p.kind, p.id))
         order by m.us, m.kind, m.entity_id limit n + 1),
    shown as (
        select g.nth, jsonb_build_object('kind', g.kind, 'since', iso(g.since), 'due', iso(g.due), 'entity', g.entity,
            'id', g.entity_id, 'case_id', g.case_id, 'request_id', g.request_id, 'appointment_id', g.appointment_id,
            'company', case when c.id is not null then jsonb_build_object('id', c.id, 'name', c.name) end,
            'ko', coalesce(c.name || ' · ' || g.title || ': ', '') || g.ko, 'en', coalesce(c.name || ' · ' || g.title || ': ', '') || g.en,
            'owner', case when g.owner is not null then jsonb_build_object('id', g.owner_id, 'name', g.owner) end,
            'deputy', case when g.deputy is not null then jsonb_build_object('id', g.deputy_id, 'name', g.deputy) end,
            'person_as', g.viewer, 'person', case g.viewer
                when 'expert' then mask(seer, 'expert', jsonb_build_object('id', e.id, 'name', e.name, 'email', e.email, 'phone', e.phone))
                when 'company' then mask(seer, 'contact', jsonb_build_object('id', t.id, 'name', t.name, 'email', t.email, 'phone', t.phone))
                when 'field' then mask(seer, 'requester', jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email,
                                                                             'phone', coalesce(u.phone, '')))
                when 'coordinator' then mask(seer, 'owner', jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email)) end) as doc
          from page g left join companies c on c.id = g.company_id left join experts e on e.id = g.party
          left join contacts t on t.id = g.party left join users u on u.id = g.party
         where g.nth <= n)
    select jsonb_build_object('items', (select coalesce(jsonb_agg(x.doc order by x.nth), '[]') from shown x),
        'next_cursor', (select g.us || '.' || g.kind || '.' || g.entity_id from page g
                         where g.nth = n and exists (select from page where nth > n)),
        'counts', (select jsonb_agg(jsonb_build_object('kind', k.kind, 'ko', k.ko, 'en', k.en, 'count', coalesce(x.n, 0)) order by k.place)
                     from waiting_kinds k left join (select m.kind, count(*) as n from mine m group by m.kind) x on x.kind = k.kind))
      into body;
    return (200, null, null, body)::api.reply;
end $$;
comment on function api.worklist(jsonb, jsonb) is 'What waits for the caller as owner or deputy, oldest first, with counts by kind.';
