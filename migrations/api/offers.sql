-- Offers: who may be asked, the time that is held meanwhile, and what a vacant seat leads to.

-- The calendar years, on the office's clock, in which a company has had or booked all the consultations
-- that the office's cap allows; none without a cap. own: an appointment that does not count.
create or replace function jamund.full_years(company uuid, own uuid) returns setof tstzrange
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select tstzrange(x.year at time zone o.zone, (x.year + interval '1 year') at time zone o.zone)
      from office o, lateral (
          select date_trunc('year', lower(a.during) at time zone o.zone) as year from appointments a
           where a.company_id = company and a.state in ('tentative', 'confirmed', 'completed')
             and a.id is distinct from own and o.company_cap_per_year > 0
           group by 1 having count(*) >= o.company_cap_per_year) x;
end $$;

-- A rule that stands against an offer. Hard rules cannot be broken; soft ones with a reason.
-- own: the appointment that is being moved or refilled; it does not stand in its own way.
-- Notice counts in whole minutes: what was ranked and shown in this one may still be booked in it.
create or replace function jamund.offer_rules(q jamund.requests, e jamund.experts, c jamund.companies,
    seat_no int, meeting tstzrange, t timestamptz, own uuid)
returns table (rule text, hard boolean, ko text, en text)
language plpgsql stable rows 2 set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return query
    with local as (
        select w as starts, (extract(epoch from upper(meeting) - lower(meeting)) / 60)::int as minutes
          from (select lower(meeting) at time zone e.zone as w) x),
    held as (
        select (lower(a.during) at time zone e.zone)::date as day,
               case when lower(a.during) >= upper(meeting) then lower(a.during) - upper(meeting)
                    else lower(meeting) - upper(a.during) end as gap
          from seats s join appointments a on a.id = s.appointment_id
         where s.expert_id = e.id and s.state in ('offered', 'countered', 'accepted')
           and a.state in ('tentative', 'confirmed', 'completed') and a.id is distinct from own
           and a.during && tstzrange(lower(meeting) - interval '9 days', upper(meeting) + interval '9 days'))
    select x.rule, x.hard, x.ko, x.en from local l, office o, lateral (values
        ('not_in_field', true, '해당 분야의 자문위원이 아닙니다', 'not an expert of this field',
            not exists (select from request_seats r join expert_fields f on f.field = r.field
                         where r.request_id = q.id and r.seat = seat_no and f.expert_id = e.id)),
        ('level', true, '전문 등급이 요청보다 낮습니다', 'the level is lower than asked for',
            exists (select from request_seats r join expert_fields f on f.field = r.field
                     where r.request_id = q.id and r.seat = seat_no and f.expert_id = e.id and f.level < r.min_level)),
        ('term_over', true, '위촉 기간이 아닙니다', 'outside the term of office',
            l.starts::date not between e.term_from and e.term_until),
        ('paused', true, '활동을 쉬고 있습니다', 'paused or absent',
            exists (select from absences x where x.expert_id = e.id and x.cancelled_at is null and x.during && meeting)),
        ('conflict_company', true, '이 기업과 이해충돌이 있습니다', 'has a conflict of interest with this company',
            conflict_of(e, c) = 'company'),
        ('conflict_affiliation', true, '소속 기관이 이 기업과 이해충돌이 있습니다',
            'the affiliation has a conflict of interest with this company', conflict_of(e, c) = 'affiliation'),
        ('cooling_off', true, '이해충돌이 끝난 뒤의 제한 기간입니다', 'too soon after a conflict of interest with this company ended',
            cooling_off(e, c, lower(meeting))),
        ('excluded', true, '이 요청에서 제외되었습니다', 'excluded from this request',
            exists (select from request_exclusions x where x.request_id = q.id and x.expert_id = e.id)),
        ('mode', false, '이 방식으로는 상담하지 않습니다', 'does not consult in this mode',
            not q.mode = any (e.modes)),
        ('district', false, '이 지역을 담당하지 않습니다', 'does not serve this district',
            q.mode = 'visit' and not exists (select from expert_districts d
                where d.expert_id = e.id and d.district = c.district)),
        ('language', false, '요청한 언어로 상담하지 않습니다', 'does not speak a language asked for',
            not q.languages <@ e.languages),
        ('notice', false, '최소 통보 시간보다 가깝습니다', 'shorter notice than the expert asks for',
            lower(meeting) < date_trunc('minute', t) + make_interval(mins => e.notice_minutes)),
        ('rest', false, '다른 상담과의 쉬는 시간이 부족합니다', 'too little rest between this and another meeting',
            exists (select from held where gap < make_interval(mins => o.rest_minutes + e.buffer_before + e.buffer_after)
                       and o.rest_minutes > 0
                        or gap < make_interval(hours => o.rest_night_hours) and day <> l.starts::date)),
        ('visit', true, '같이 갈 기업 방문의 시간이 아닙니다', 'not the time of the visit that is accompanied',
            exists (select from visits v where v.id = q.visit_id and lower(v.during) <> lower(meeting))),
        ('on_duty', false, '당번 시간에는 찾아온 상담만 합니다', 'the time of desk duty is for walk-ins alone',
            not q.desk and duty_hours(e.id, meeting) && meeting),
        ('off_duty', false, '찾아온 상담은 당번 시간에만 합니다', 'a walk-in is served in a time of desk duty alone',
            q.desk and not duty_hours(e.id, meeting) @> meeting),
        ('cap_day', false, '하루 한도에 이르렀습니다', 'the cap of the day is reached',
            (select count(*) from held where day = l.starts::date) >= e.cap_per_day),
        ('cap_week', false, '한 주 한도에 이르렀습니다', 'the cap of the week is reached',
            (select count(*) from held where date_trunc('week', day::timestamp) = date_trunc('week', l.starts))
            >= e.cap_per_week),
        ('cap_year', false, '한 해 시간 한도에 이르렀습니다', 'the hours of the year are used up',
            minutes_since(e.id, date_trunc('year', l.starts) at time zone e.zone,
                (date_trunc('year', l.starts) + interval '1 year') at time zone e.zone, own) + l.minutes
            > e.hours_per_year * 60),
        ('company_cap', false, '이 기업의 한 해 상담 한도에 이르렀습니다', 'the company''s consultations of the year are used up',
            exists (select from full_years(c.id, own) y where y @> lower(meeting))),
        ('calendar', false, '자문위원 본인의 일정이 있는 시간입니다', 'busy by the expert''s own calendar',
            calendar_busy(e.id, meeting)),
        ('availability', false, '상담 가능 시간이 아닙니다', 'outside the expert''s availability',
            not open_hours(e, meeting) @> meeting),
        ('window', false, '기업이 바란 시간이 아닙니다', 'outside the windows of the request',
            q.visit_id is null and not q.windows @> meeting or coalesce(upper(meeting) > q.deadline, false))
    ) x (rule, hard, ko, en, broken)
    where x.broken;
end $$;

create or replace function jamund.check_rules(q jamund.requests, e jamund.experts, seat_no int,
    meeting tstzrange, reason text, own uuid default null) returns text[]
language plpgsql set search_path = jamund, pg_temp as $$
declare
    rules jsonb;
    hard_ boolean;
begin
    select coalesce(jsonb_agg(jsonb_build_object('rule', r.rule, 'hard', r.hard, 'ko', r.ko, 'en', r.en)), '[]'),
           coalesce(bool_or(r.hard), false)
      into rules, hard_ from companies c join cases k on k.company_id = c.id,
           lateral offer_rules(q, e, c, seat_no, meeting, api.clock(), own) r where k.id = q.case_id;
    if hard_ or (rules <> '[]' and coalesce(reason, '') = '') then
        perform fail('JM004', case when hard_ then 'a rule that cannot be overridden stands against it'
            else 'a rule stands against it; send override_reason to break it' end,
            jsonb_build_object('rules', rules, 'expert_id', e.id, 'seat', seat_no));
    end if;
    return array(select r ->> 'rule' from jsonb_array_elements(rules) r);
end $$;

-- Takes the time for one subject; where it is taken, says what is in the way. ON CONFLICT DO NOTHING
-- waits for a rival's commit without deadlocking, unlike an insert that catches the violation.
create or replace function jamund.hold(subject_ uuid, kind_ text, during_ tstzrange, appointment uuid)
returns void language plpgsql set search_path = jamund, pg_temp as $$
declare h holds;
begin
    insert into holds values (subject_, kind_, during_, appointment) on conflict do nothing;
    if found then
        return;
    end if;
    select * into h from holds where subject = subject_ and during && during_ order by during limit 1;
    perform fail('23P01', format('the time of the %s is taken', kind_), jsonb_build_object('conflict',
        jsonb_build_object('kind', kind_, 'id', subject_, 'appointment_id', h.appointment_id,
                           'from', iso(lower(h.during)), 'until', iso(upper(h.during)))));
end $$;

create or replace function jamund.hold_expert(e jamund.experts, meeting tstzrange, appointment uuid) returns void
language plpgsql set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    perform hold(e.id, 'expert', case when a.booth_id is not null then meeting -- on duty at an event: its slots have the breaks
        else tstzrange(lower(meeting) - make_interval(mins => e.buffer_before), upper(meeting) + make_interval(mins => e.buffer_after)) end, a.id)
       from appointments a where a.id = appointment;
end $$;
create or replace function jamund.hold_place(q jamund.requests, a jamund.appointments) returns void
language plpgsql set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    perform hold(a.company_id, 'company', a.during, a.id);
    perform hold(p.id, 'place', tstzrange(lower(a.during), upper(a.during) + make_interval(mins => p.turnaround)), a.id)
      from places p where p.id = q.place_id and a.booth_id is null;
    perform hold(a.booth_id, 'booth', a.during, a.id) where a.booth_id is not null;
end $$;

-- Experts are always locked in one order, before any time is taken.
create or replace function jamund.lock_experts(ids uuid[]) returns void
language plpgsql set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    perform from experts where id = any (ids) order by id for update;
end $$;
-- Of two who book for one company at once, the second must see what the first did: its cap counts.
create or replace function jamund.lock_company(q jamund.requests) returns void
language plpgsql set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    perform from companies where id = (select company_id from cases where id = q.case_id)
       and (select company_cap_per_year from office) > 0 for no key update;
end $$;
-- Everybody who was ever asked: a revision touches them all (revise).
create or replace function jamund.seated(appointment uuid) returns uuid[]
language sql stable set search_path = jamund, pg_temp as $$
    select array(select expert_id from seats s where s.appointment_id = appointment)
$$;
create or replace function jamund.lock_seated(appointment uuid) returns void
language sql set search_path = jamund, pg_temp as $$
    select lock_experts(seated(appointment))
$$;

-- Working time to answer, by urgency; never later than the start of the meeting.
create or replace function jamund.respond_by(q jamund.requests, meeting tstzrange, t timestamptz)
returns timestamptz language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select least(lower(meeting), working_add(t, greatest(o.respond_work_minutes
           / case q.urgency when 'urgent' then 4 when 'high' then 2 else 1 end, 30))) from office o
); end $$;

-- Asks one expert for one seat of a live appointment, whose expert must be locked already.
create or replace function jamund.seat_expert(q jamund.requests, a jamund.appointments, seat_no int, expert uuid,
    reason text) returns text[]
language plpgsql set search_path = jamund, pg_temp as $$
declare
    e      experts;
    broken text[];
    id_    uuid;
begin
    select * into e from experts where id = expert;
    perform hold_expert(e, a.during, a.id); -- first: who comes too late need not know the rest
    broken := check_rules(q, e, seat_no, a.during, reason, a.id);
    insert into seats (appointment_id, seat, expert_id, respond_by, override_reason, overridden, created_at)
    values (a.id, seat_no, e.id, respond_by(q, a.during, api.clock()), case when broken <> '{}' then reason end,
            broken, api.clock())
    returning id into id_;
    perform link_of('seat', id_);
    return broken;
end $$;

-- The seats of a request that nobody holds or was asked for.
create or replace function jamund.vacant_seats(q jamund.requests, appointment uuid) returns int[]
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select coalesce(array_agg(r.seat order by r.seat), '{}') from request_seats r
     where r.request_id = q.id and not exists (select from seats s
           where s.appointment_id = appointment and s.seat = r.seat and live(s))
); end $$;
create or replace function jamund.live_appointment(q jamund.requests) returns jamund.appointments
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select a from appointments a where a.request_id = q.id and a.state in ('tentative', 'confirmed')
); end $$;

-- The states of an appointment and its request follow from their seats; so does the next revision.
-- The request's version rises with every change: whoever acts on what it was, is late.
create or replace function jamund.settle(appointment uuid, why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare
    a       appointments;
    q       requests;
    vacant  boolean;
    state_  text;
begin
    select * into a from appointments where id = appointment;
    select * into q from requests where id = a.request_id;
    vacant := vacant_seats(q, a.id) <> '{}';
    state_ := case when vacant or exists (select from seats s where s.appointment_id = a.id
                   and s.state in ('offered', 'countered')) then 'tentative' else 'confirmed' end;
    if a.state <> state_ then update appointments set state = state_ where id = a.id; end if;
    update appointments set version = version + 1 where id = a.id;
    state_ := case when not vacant then case state_ when 'confirmed' then 'scheduled' else 'offered' end
                   when q.state = 'unmatched' then 'unmatched' else 'open' end;
    perform request_state(q.id, state_);
    perform revise(a.id);
    perform tell_parties(a.id, why);
end $$;

-- Moves a request to a state, by the way of `open` where there is no direct one.
create or replace function jamund.request_state(id_ uuid, to_ text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare was text;
begin
    update requests set version = version + 1, ladder_at = case when to_ = 'open' then ladder_at end
     where id = id_ returning state into was;
    if was <> to_ and was = 'unmatched' and to_ not in ('open', 'withdrawn')
       or was = 'open' and to_ = 'scheduled' then
        update requests set state = case was when 'open' then 'offered' else 'open' end where id = id_;
        perform request_state(id_, to_);
    elsif was <> to_ then
        update requests set state = to_ where id = id_;
    end if;
end $$;

-- A new appointment with one expert asked for each seat; all time is held, or nothing happens.
create or replace function jamund.make_offer(q jamund.requests, experts_ uuid[], start timestamptz, reason text) returns jamund.appointments
language plpgsql set search_path = jamund, pg_temp as $$
declare
    a appointments;
    n int := 0;
    seat_no int;
begin
    if start <= api.clock() then
        perform fail_field('/start', '이미 지난 시각입니다', 'the start is over already');
    end if;
    perform lock_company(q);
    perform lock_experts(experts_);
    insert into appointments (version, request_id, company_id, uid, during, zone, created_at)
    select 0, q.id, k.company_id, gen_random_uuid() || '@' || o.host,
           tstzrange(start, start + make_interval(mins => q.minutes)), o.zone, api.clock()
      from office o, cases k where k.id = q.case_id
    returning * into a;
    for seat_no in select seat from request_seats where request_id = q.id order by seat loop
        n := n + 1;
        perform seat_expert(q, a, seat_no, experts_[n], reason);
    end loop;
    perform hold_place(q, a);
    perform settle(a.id, null);
    return a;
end $$;

-- args: {"body": {request_id, expert_id | expert_ids, start, override_reason}}
create or replace function api.appointment_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r  api.reply;
    b  jsonb := args -> 'body';
    q  requests;
    a  appointments;
    asked uuid[] := array(select x::uuid from jsonb_array_elements_text(
        coalesce(nullif(b -> 'expert_ids', 'null'), jsonb_build_array(b -> 'expert_id'))) x);
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into q from requests where id = (b ->> 'request_id')::uuid for update;
    if not found then perform fail_field('/request_id', '없는 요청입니다', 'there is no such request'); end if;
    a := live_appointment(q);
    if q.state not in ('open', 'unmatched') or a.id is not null then
        perform fail('JM002', case when a.id is null then 'the request is ' || q.state
                     else 'the request has an appointment' end,
                     jsonb_strip_nulls(jsonb_build_object('state', q.state, 'appointment_id', a.id)));
    end if;
    if (nullif(b -> 'expert_id', 'null') is null) = (nullif(b -> 'expert_ids', 'null') is null) then
        perform fail_field('/expert_id', '자문위원을 한 가지 방법으로 지정해 주세요', 'name expert_id or expert_ids');
    end if;
    perform expert_errors_of(q, asked, case when b ? 'expert_ids' then '/expert_ids' else '/expert_id' end);
    a := make_offer(q, asked, (b ->> 'start')::timestamptz, b ->> 'override_reason');
    select * into a from appointments where id = a.id;
    r := (201, etag(a.version), '/v1/appointments/' || a.id, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.offer', b ->> 'override_reason',
                     jsonb_build_object('experts', to_jsonb(asked), 'overridden', overridden_of(a.id)));
end $$;
comment on function api.appointment_add(jsonb, jsonb) is 'Offers each seat to an expert at a start; the time is held.';

create or replace function jamund.overridden_of(appointment uuid) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select coalesce(jsonb_agg(distinct x), '[]') from seats s, unnest(s.overridden) x where s.appointment_id = appointment
); end $$;

-- One expert for each seat, each of them known, nobody twice.
create or replace function jamund.expert_errors_of(q jamund.requests, asked uuid[], pointer text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare n int;
begin
    select count(*) into n from request_seats where request_id = q.id;
    if cardinality(asked) <> n then
        perform fail_field(pointer, format('자문위원 %s명이 필요합니다', n), format('it takes %s experts, one for each seat', n));
    end if;
    if (select count(distinct x) from unnest(asked) x) <> n then
        perform fail_field(pointer, '같은 자문위원이 두 번 있습니다', 'an expert stands twice');
    end if;
    if (select count(*) from experts where id = any (asked)) <> n then
        perform fail_field(pointer, '없는 자문위원입니다', 'there is no such expert');
    end if;
end $$;

-- Another expert for one seat of a live appointment, at the same time. Who held the seat is released
-- (and told, where they knew); nobody else is disturbed. args: {"id", "body": {seat, expert_id, reason,
-- override_reason}}
create or replace function api.seat_fill(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    a appointments;
    q requests;
    s seats;
    before jsonb;
    no int := coalesce((b ->> 'seat')::int, 1);
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    a := lock_live((args ->> 'id')::uuid, call);
    select * into q from requests where id = a.request_id;
    if not exists (select from request_seats where request_id = q.id and seat = no) then
        perform fail_field('/seat', '없는 자리입니다', 'there is no such seat');
    end if;
    if not exists (select from experts where id = (b ->> 'expert_id')::uuid) then
        perform fail_field('/expert_id', '없는 자문위원입니다', 'there is no such expert');
    end if;
    if lower(a.during) <= api.clock() then
        perform fail('JM002', 'the meeting has begun', jsonb_build_object('state', a.state));
    end if;
    before := snapshot(a.id);
    select * into s from seats x where x.appointment_id = a.id and x.seat = no and live(x);
    if found and s.expert_id = (b ->> 'expert_id')::uuid then
        perform fail_field('/expert_id', '이미 이 자리의 자문위원입니다', 'this expert has the seat already');
    elsif found and coalesce(b ->> 'reason', '') = '' then
        perform fail_field('/reason', '바꾸는 사유가 필요합니다', 'replacing an expert takes a reason');
    end if;
    perform lock_experts(seated(a.id) || (b ->> 'expert_id')::uuid);
    if s.id is not null then
        perform release_seat(s, 'withdrawn', null, b ->> 'reason');
    end if;
    perform seat_expert(q, a, no, (b ->> 'expert_id')::uuid, b ->> 'override_reason');
    perform settle(a.id, null); -- why somebody was replaced is seat.reason: the office's alone
    perform undo_keep(a.id, 'appointment.reassign', before);
    select * into a from appointments where id = a.id;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.reassign', b ->> 'reason',
        jsonb_build_object('seat', no, 'from', s.expert_id, 'to', b -> 'expert_id', 'overridden', overridden_of(a.id)));
end $$;
comment on function api.seat_fill(jsonb, jsonb) is 'Another expert for one seat, at the same time.';

-- Frees one seat's time; who holds the lock of the appointment may call it.
create or replace function jamund.release_seat(s jamund.seats, to_ text, via text, why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform lock_seated(s.appointment_id); -- a rival for the freed time waits for us
    delete from holds h where h.appointment_id = s.appointment_id and h.subject = s.expert_id;
    update seats x set state = to_, version = version + 1, reason = coalesce(why, x.reason), proposals = '{}',
        answered_at = case when via is null then x.answered_at else api.clock() end,
        answered_via = coalesce(via, x.answered_via),
        late = x.state = 'accepted' and to_ = 'declined' and within_notice(s.appointment_id)
     where x.id = s.id;
end $$;

create or replace function jamund.within_notice(appointment uuid) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select lower(a.during) - api.clock() < make_interval(mins => o.cancel_notice_minutes)
      from appointments a, office o where a.id = appointment
$$;

-- Whether a meeting goes on without one of its seats: others know of it, or are asked or have accepted.
create or replace function jamund.goes_on(s jamund.seats) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select exists (select from seats x where x.appointment_id = s.appointment_id and x.id <> s.id and live(x))
        or exists (select from revisions v where v.appointment_id = s.appointment_id and v.status = 'confirmed')
$$;

-- A seat becomes vacant. A meeting that goes on is refilled; one that was only asked for ends. Then the ladder or the owner looks for the next expert.
create or replace function jamund.vacate_seat(call jsonb, s jamund.seats, new_state text, via text, why text,
    to_ladder boolean default false) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare a appointments;
begin
    perform release_seat(s, new_state, via, why);
    select * into a from appointments where id = s.appointment_id;
    if goes_on(s) then
        perform settle(a.id, null);
    else
        perform end_appointment(a.id, why);
        perform request_state(a.request_id, 'open');
    end if;
    perform fall_through(a.id, case when s.state = 'accepted' then 'dropped' else new_state end, why, to_ladder);
end $$;

-- Who looks for the next expert: the running service after the settle time, or the owner now.
create or replace function jamund.fall_through(appointment uuid, notice text, why text, to_ladder boolean)
returns void language plpgsql set search_path = jamund, pg_temp as $$
begin
    update requests q set ladder_at = api.clock() + make_interval(secs => o.settle_seconds), ladder_claims = 0,
        version = q.version + 1
      from office o, appointments a
     where a.id = appointment and q.id = a.request_id and q.state = 'open' and (to_ladder or q.policy = 'auto');
    if not found and notice <> 'withdrawn' then
        perform tell_owner(notice, appointment, why);
    end if;
end $$;

-- Ends a live appointment: closes its seats, frees the time, tells who must know.
create or replace function jamund.end_appointment(appointment uuid, why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform lock_seated(appointment);
    update seats s set state = 'withdrawn', version = version + 1, reason = coalesce(why, reason), proposals = '{}'
     where appointment_id = appointment and live(s);
    delete from holds where appointment_id = appointment;
    update appointments a set state = 'cancelled', version = version + 1,
        late = state = 'confirmed' and within_notice(a.id) where id = appointment;
    perform revise(appointment);
    perform tell_parties(appointment, why);
end $$;
