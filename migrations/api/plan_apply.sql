-- Booking a plan: all of it in one transaction, each item judged as an offer is; or nothing, and a list of
-- what has changed since it was computed. A walk-in is one item more, judged the same.
--
-- At an event the experts are on duty: they have agreed to be there, so their seats are accepted at once
-- (answered_via duty) and what duty answers stands among the seat's overridden rules. Elsewhere a seat is
-- offered, as always.

-- The soft rules that being on duty answers.
create or replace function jamund.duty_answers() returns text[]
language sql immutable as $$ select array['mode', 'district', 'notice', 'rest', 'on_duty', 'off_duty', 'cap_day', 'cap_week', 'availability'] $$;

-- One line of what has changed.
create or replace function jamund.plan_change(q jamund.requests, what text, ko text, en text, more jsonb default '{}') returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('request_id', q.id, 'company', jsonb_build_object('id', c.id, 'name', c.name), 'what', what, 'ko', ko, 'en', en) || more
      from cases k join companies c on c.id = k.company_id where k.id = q.case_id
$$;

-- Takes the time of one subject; false: it is taken.
create or replace function jamund.try_hold(subject_ uuid, kind_ text, during_ tstzrange, appointment uuid) returns boolean
language plpgsql set search_path = jamund, pg_temp as $$
begin
    insert into holds values (subject_, kind_, during_, appointment) on conflict do nothing;
    return found;
end $$;

-- Everything that booking needs, locked in the order in which everybody locks: requests, appointments,
-- companies, experts.
create or replace function jamund.plan_lock(requests_ uuid[], experts_ uuid[]) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform from requests where id = any (requests_) order by id for update;
    perform from appointments where request_id = any (requests_) and state in ('tentative', 'confirmed') order by id for update;
    perform from companies where id in (select k.company_id from requests r join cases k on k.id = r.case_id where r.id = any (requests_))
       and (select company_cap_per_year from office) > 0 order by id for no key update;
    perform lock_experts(experts_ || array(select s.expert_id from seats s join appointments a on a.id = s.appointment_id
        where a.request_id = any (requests_) and a.state in ('tentative', 'confirmed')));
end $$;

-- Before all that: a plan that is booked and those that this makes worthless, in one order.
create or replace function jamund.plan_lock_rivals(plan uuid) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform from plans x join plans p on x.id = p.id or x.event_id = p.event_id or x.id = p.base_id or x.base_id = p.base_id
     where p.id = plan and x.state in ('ready', 'applied') order by x.seq for update of x;
end $$;

-- What became of a request since the plan was computed; null: it is as it was.
create or replace function jamund.plan_moved_on(q jamund.requests, a jamund.appointments, was jsonb) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select case
        when was is null and a.id is not null
            then plan_change(q, 'booked', '그사이 일정이 잡혔습니다', 'it was booked meanwhile', jsonb_build_object('appointment_id', a.id))
        when was is null and q.state not in ('open', 'unmatched')
            then plan_change(q, 'request_over', '더 이상 배정을 기다리지 않는 요청입니다', 'the request is ' || q.state)
        when was is not null and (a.id is null or a.id <> (was ->> 'appointment_id')::uuid or a.version <> (was ->> 'version')::int)
            then plan_change(q, 'appointment_changed', '그사이 일정이 바뀌었습니다', 'its appointment has changed',
                             jsonb_build_object('appointment_id', was -> 'appointment_id')) end
$$;

-- The rules against one expert of an item that nothing answers; and those that being on duty answers.
create or replace function jamund.plan_rules(p jamund.plans, q jamund.requests, e jamund.experts, seat_no int, meeting tstzrange, own uuid,
    out against jsonb, out answered text[])
language sql volatile set search_path = jamund, pg_temp as $$
    select jsonb_agg(jsonb_build_object('rule', r.rule, 'hard', r.hard, 'ko', r.ko, 'en', r.en)) filter (where not r.duty),
           coalesce(array_agg(r.rule) filter (where r.duty), '{}')
      from companies c join cases k on k.company_id = c.id,
           lateral (select x.*, p.event_id is not null and not x.hard and x.rule = any (duty_answers()) as duty
                      from offer_rules(q, e, c, seat_no, meeting, api.clock(), own) x) r where k.id = q.case_id
$$;

create or replace view jamund.events_on_duty as
    select x.event_id, x.expert_id, x.windows, x.per_day, x.most, x.dropped_at, v.zone as clock
      from jamund.event_experts x join jamund.events v on v.id = x.event_id;
-- null: the expert is on duty at an event during a meeting, and within the caps of the duty; else what is in the way.
create or replace function jamund.on_duty(event uuid, expert uuid, meeting tstzrange, own uuid) returns text
language plpgsql stable set search_path = jamund, pg_temp as $$
declare
    x events_on_duty;
    n int;
    today int;
begin
    select * into x from events_on_duty v where v.event_id = event and v.expert_id = expert;
    if not found or x.dropped_at is not null or not coalesce(x.windows @> meeting, true) then
        return 'not_on_duty';
    end if;
    select count(*), count(*) filter (where (lower(a.during) at time zone x.clock)::date = (lower(meeting) at time zone x.clock)::date)
      into n, today from seats s join appointments a on a.id = s.appointment_id join event_booths b on b.id = a.booth_id
     where s.expert_id = expert and live(s) and a.state in ('tentative', 'confirmed', 'completed') and b.event_id = event and a.id <> own;
    return case when n >= x.most or today >= x.per_day then 'duty_cap' end;
end $$;

create or replace function jamund.booth_free(booth uuid, meeting tstzrange) returns boolean
language sql volatile set search_path = jamund, pg_temp as $$
    select not exists (select from holds h where h.subject = booth and h.during && meeting)
$$;
-- A booth for a meeting: where its first expert sits next to that time, else the first one that is free.
create or replace function jamund.free_booth(event uuid, in_zone text, meeting tstzrange, expert uuid) returns uuid
language plpgsql volatile set search_path = jamund, pg_temp as $$
declare found_ uuid;
begin
    select a.booth_id into found_ from seats s join appointments a on a.id = s.appointment_id and a.state in ('tentative', 'confirmed')
      join open_booths(event, meeting) b on b.id = a.booth_id
     where s.expert_id = expert and s.state in ('offered', 'countered', 'accepted') and (in_zone is null or b.zone = in_zone)
     order by abs(extract(epoch from lower(a.during) - lower(meeting))), b.number limit 1;
    if found_ is null or not booth_free(found_, meeting) then
        select b.id into found_ from open_booths(event, meeting) b
         where (in_zone is null or b.zone = in_zone) and booth_free(b.id, meeting) order by b.number limit 1;
    end if;
    return found_;
end $$;

-- A room for a meeting at the centre: the one that was asked for, else any that is free.
create or replace function jamund.free_room(q jamund.requests, meeting tstzrange) returns uuid
language sql volatile set search_path = jamund, pg_temp as $$
    select p.id from places p
     where not exists (select from holds h where h.subject = p.id
           and h.during && tstzrange(lower(meeting), upper(meeting) + make_interval(mins => p.turnaround)))
     order by p.id <> q.place_id, p.seq limit 1
$$;

-- Frees what a plan moves before anything is booked anew: its time, and the seats of who goes. Else items that
-- change places would stand in each other's way, or in that of a cap.
create or replace function jamund.plan_free(i jamund.plan_items, appointment uuid) returns void
language sql set search_path = jamund, pg_temp as $$
    delete from holds where appointment_id = appointment;
    update seats s set state = 'withdrawn', version = s.version + 1, proposals = '{}'
     where s.appointment_id = appointment and live(s) and s.expert_id is distinct from
           i.experts[(select count(*) from request_seats r where r.request_id = i.request_id and r.seat <= s.seat)];
    update appointments set during = i.during where id = appointment;
$$;

-- A seat of an item's appointment: who stays, or who comes. What stands against it, or null.
create or replace function jamund.plan_seat(p jamund.plans, q jamund.requests, a jamund.appointments, seat_no int, expert uuid)
returns jsonb language plpgsql set search_path = jamund, pg_temp as $$
declare
    e experts;
    s seats;
    rules record;
    duty text;
    more jsonb := jsonb_build_object('expert_id', expert, 'seat', seat_no);
    id_ uuid;
begin
    select * into e from experts where id = expert;
    if not try_hold(e.id, 'expert', case when p.event_id is not null then a.during
            else tstzrange(lower(a.during) - make_interval(mins => e.buffer_before), upper(a.during) + make_interval(mins => e.buffer_after)) end, a.id) then
        return plan_change(q, 'expert_taken', '자문위원에게 그 시간에 다른 일정이 생겼습니다', 'the time of the expert is taken', more);
    end if;
    if p.event_id is not null then
        duty := on_duty(p.event_id, e.id, a.during, a.id);
        if duty is not null then
            return plan_change(q, duty, case duty when 'duty_cap' then '행사 당번의 한도에 이르렀습니다' else '그 시간의 행사 당번이 아닙니다' end,
                               case duty when 'duty_cap' then 'the caps of the duty are reached' else 'not on duty at that time' end, more);
        end if;
    end if;
    rules := plan_rules(p, q, e, seat_no, a.during, a.id);
    if rules.against is not null then
        return plan_change(q, 'rule', rules.against #>> '{0,ko}', rules.against #>> '{0,en}', more || jsonb_build_object('rules', rules.against));
    end if;
    select * into s from seats x where x.appointment_id = a.id and x.seat = seat_no and live(x);
    if found then
        perform plan_seat_stays(p, q, a, s, rules.answered);
        return null;
    end if;
    insert into seats (state, appointment_id, seat, expert_id, respond_by, answered_at, answered_via, override_reason, overridden, created_at)
    select case when p.event_id is null then 'offered' else 'accepted' end, a.id, seat_no, e.id,
           case when p.event_id is null then respond_by(q, a.during, api.clock()) else lower(a.during) end,
           case when p.event_id is not null then api.clock() end, case when p.event_id is not null then 'duty' end,
           case when rules.answered <> '{}' then (select title from events where id = p.event_id) end, rules.answered, api.clock()
    returning id into id_;
    perform link_of('seat', id_);
    return null;
end $$;

-- Who has the seat keeps it at another time: on duty it stays accepted, else it is asked anew; at the same time,
-- where it is somebody else's seat that changes, nothing is asked.
create or replace function jamund.plan_seat_stays(p jamund.plans, q jamund.requests, a jamund.appointments, s jamund.seats, answered text[])
returns void language plpgsql set search_path = jamund, pg_temp as $$
begin
    if p.event_id is null and exists (select from plan_items i where i.plan_id = p.id and i.request_id = q.id
                                       and (i.was ->> 'start')::timestamptz = lower(a.during)) then
        return;
    end if;
    update seats x set version = x.version + 1, proposals = '{}', overridden = answered,
        respond_by = case when p.event_id is null then respond_by(q, a.during, api.clock()) else lower(a.during) end
     where x.id = s.id;
    if p.event_id is null and s.state <> 'offered' then
        update seats x set state = 'offered', answered_at = null, answered_via = null, asked_at = api.clock() where x.id = s.id;
    elsif p.event_id is not null and s.state <> 'accepted' then
        update seats x set state = 'accepted', answered_at = api.clock(), answered_via = 'duty' where x.id = s.id;
    end if;
end $$;

-- Books one item: a new appointment, or the one that stands at another place in the plan. a: null, or
-- that one, its time freed. Gives the appointment; what stands against it is added to changed.
create or replace function jamund.plan_book(p jamund.plans, i jamund.plan_items, q jamund.requests, a jamund.appointments,
    inout changed jsonb, out booked uuid)
language plpgsql set search_path = jamund, pg_temp as $$
declare
    booth uuid;
    room uuid;
    said jsonb;
    no int;
begin
    if lower(i.during) <= api.clock() then
        changed := changed || plan_change(q, 'over', '이미 시작된 시간입니다', 'the slot has begun');
        return;
    end if;
    booth := case when p.event_id is not null then free_booth(p.event_id, i.zone, i.during, i.experts[1]) end;
    room := case when p.event_id is null and q.mode = 'center' then free_room(q, i.during) end;
    if p.event_id is not null and booth is null or p.event_id is null and q.mode = 'center' and room is null then
        changed := changed || case when p.event_id is null then plan_change(q, 'room_taken', '빈 상담실이 없습니다', 'there is no free room')
            else plan_change(q, 'booth_taken', '빈 부스가 없습니다', 'there is no free booth') end;
        return;
    end if;
    update requests set place_id = room where id = q.id and room is not null and place_id <> room;
    if a.id is null then
        insert into appointments (version, request_id, company_id, uid, during, zone, booth_id, created_at)
        select 0, q.id, k.company_id, gen_random_uuid() || '@' || o.host, i.during, p.zone, booth, api.clock()
          from office o, cases k where k.id = q.case_id returning * into a;
    else
        update appointments set during = i.during, booth_id = booth where id = a.id returning * into a;
    end if;
    booked := a.id;
    if not try_hold(a.company_id, 'company', a.during, a.id) then
        changed := changed || plan_change(q, 'company_taken', '기업에 그 시간에 다른 일정이 생겼습니다', 'the company has another meeting then');
    end if;
    perform try_hold(booth, 'booth', a.during, a.id) where booth is not null;
    perform hold(r.id, 'place', tstzrange(lower(a.during), upper(a.during) + make_interval(mins => r.turnaround)), a.id) from places r where r.id = room;
    for no in select seat from request_seats where request_id = q.id order by seat loop
        said := plan_seat(p, q, a, no, i.experts[(select count(*) from request_seats r where r.request_id = q.id and r.seat <= no)]);
        changed := changed || coalesce(said, '[]'::jsonb);
    end loop;
end $$;

-- Whether an item's meeting has begun and is left where it was.
create or replace function jamund.plan_begun(i jamund.plan_items) returns boolean
language sql volatile set search_path = jamund, pg_temp as $$
    select i.was is not null and lower(i.during) <= api.clock() and (i.was ->> 'start')::timestamptz = lower(i.during)
$$;
-- Whether an item's appointment stands already where the plan has it.
create or replace function jamund.plan_stands(p jamund.plans, i jamund.plan_items, a jamund.appointments) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select a.id is not null and i.during is not distinct from a.during
       and i.experts = array(select s.expert_id from seats s where s.appointment_id = a.id and live(s) order by s.seat)
       and (p.event_id is null or a.booth_id in (select id from open_booths(p.event_id, a.during)) or lower(a.during) <= api.clock())
$$;

-- args: {"id"}. All of it is booked, or the answer names what has changed.
create or replace function api.plan_apply(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    p plans;
    done record;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    perform plan_lock_rivals((args ->> 'id')::uuid);
    p := lock_plan((args ->> 'id')::uuid, call, 'ready');
    perform lock_event(p.event_id) where p.event_id is not null;
    perform plan_lock(array(select request_id from plan_items where plan_id = p.id),
                      array(select x from plan_items i, unnest(i.experts) x where i.plan_id = p.id));
    done := plan_book_all(p);
    if done.changed <> '[]' then
        perform fail('JM007', 'it does not fit what is there now: plan again',
            jsonb_build_object('changed', (select jsonb_agg(x order by o) from jsonb_array_elements(done.changed) with ordinality y (x, o) where o <= 1000)));
    end if;
    perform plan_prices(p) where p.event_id is null; -- what an expo day makes scarce says nothing of other days
    update plans set applied_at = api.clock(), applied_by = (call ->> 'actor')::uuid where id = p.id;
    p := plan_to(p.id, 'applied');
    perform plan_log(call, p, done.log);
    r := (200, etag(p.version), null, plan_doc(p));
    return write_end(call, r, 'plan', p.id, 'plan.apply', null, jsonb_build_object('booked', jsonb_array_length(done.log)));
end $$;
comment on function api.plan_apply(jsonb, jsonb) is 'Books the whole plan in one transaction, or names what has changed meanwhile.';

-- changed: what stands against it; log: each appointment that was made, moved or ended.
create or replace function jamund.plan_book_all(p jamund.plans, out changed jsonb, out log jsonb)
language plpgsql set search_path = jamund, pg_temp as $$
declare
    i plan_items;
    q requests;
    a appointments;
    to_do plan_items[] := array[]::plan_items[];
    booked uuid;
    said jsonb;
begin
    changed := '[]';
    log := '[]';
    for i in select * from plan_items x where x.plan_id = p.id order by x.n loop
        select * into q from requests where id = i.request_id;
        a := live_appointment(q);
        if plan_begun(i) then -- where it stood all the time; it may be over and reported by now
            update plan_items set appointment_id = (i.was ->> 'appointment_id')::uuid where plan_id = p.id and n = i.n;
            continue;
        end if;
        said := plan_moved_on(q, a, i.was);
        if said is not null then
            changed := changed || case when i.state = 'assigned' or i.was is not null then said else '[]' end;
        elsif i.state = 'assigned' and plan_stands(p, i, a) then
            update plan_items set appointment_id = a.id where plan_id = p.id and n = i.n;
        elsif lower(a.during) <= api.clock() then
            changed := changed || plan_change(q, 'begun', '이미 시작된 상담입니다', 'its meeting has begun', jsonb_build_object('appointment_id', a.id));
        elsif i.state = 'assigned' then
            perform plan_free(i, a.id);
            to_do := to_do || i;
        elsif a.id is not null then
            perform end_appointment(a.id, '다시 배정하면서 자리를 찾지 못했습니다');
            perform request_state(q.id, 'open');
            log := log || jsonb_build_object('id', a.id, 'action', 'appointment.cancel');
        end if;
    end loop;
    foreach i in array to_do loop
        select * into q from requests where id = i.request_id;
        a := live_appointment(q);
        select b.changed, b.booked into changed, booked from plan_book(p, i, q, a, changed) b;
        continue when booked is null;
        update plan_items set appointment_id = booked where plan_id = p.id and n = i.n;
        log := log || jsonb_build_object('id', booked, 'action', case when a.id is null then 'appointment.offer' else 'appointment.move' end);
    end loop;
    if changed = '[]' then
        perform settle((x ->> 'id')::uuid, null) from jsonb_array_elements(log) x where x ->> 'action' <> 'appointment.cancel';
    end if;
end $$;

-- What the ranking should spare from now on: the prices of the last plan. Whose have changed is in the
-- change log, since daemons keep experts in memory.
create or replace function jamund.plan_prices(p jamund.plans) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare changed uuid[];
begin
    perform log_lock(); -- first: two plans at once would take rows across
    with new as materialized (
        select f.expert_id, f.field, least(x.price::numeric, 1000000)::int as points
          from jsonb_array_elements_text(p.result #> '{prices,experts}') with ordinality x (price, i)
          join expert_fields f on f.expert_id = p.expert_ids[x.i] where x.price::numeric > 0),
    gone as (delete from expert_prices old where not exists (select from new where new.expert_id = old.expert_id and new.field = old.field)
             returning expert_id),
    put as (insert into expert_prices as old (expert_id, field, points, plan_id) select expert_id, field, points, p.id from new
            on conflict (expert_id, field) do update set points = excluded.points, plan_id = excluded.plan_id
             where old.points <> excluded.points returning expert_id)
    select array(select expert_id from gone union select expert_id from put) into changed;
    perform log_lines('expert', array(select x from unnest(changed) x order by x), 'expert.price');
end $$;

-- Plans that this one makes worthless, and a line for each appointment.
create or replace function jamund.plan_log(call jsonb, p jamund.plans, log jsonb) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare old uuid;
begin
    for old in select id from plans x where x.id <> p.id and (x.event_id = p.event_id or x.id = p.base_id or x.base_id = p.base_id)
                  and x.state in ('ready', 'applied') order by seq for update loop
        perform plan_to(old, 'superseded');
        perform log_change(call, 'plan', old, 'plan.supersede');
    end loop;
    perform log_change(call, 'appointment', (x ->> 'id')::uuid, x ->> 'action', null, jsonb_build_object('plan', p.id))
       from jsonb_array_elements(log) x;
end $$;

-- Books the first of these that can be; what stands against the last one, where none can.
create or replace function jamund.plan_book_any(p jamund.plans, q jamund.requests, choices jsonb, out seat jsonb, out booked uuid, out changed jsonb)
language plpgsql set search_path = jamund, pg_temp as $$
declare
    x jsonb;
    i plan_items;
    none appointments;
begin
    changed := jsonb_build_array(plan_change(q, 'no_seat', '지금 잡을 수 있는 자리가 없습니다', 'there is no seat left that suits it'));
    for x in select y from jsonb_array_elements(choices) y loop
        i := plan_choice(x, q);
        begin
            select b.changed, b.booked into changed, booked from plan_book(p, i, q, none, '[]') b;
            if changed = '[]' then
                seat := x;
                return;
            end if;
            raise exception using errcode = 'JM007'; -- takes back what was held
        exception when sqlstate 'JM007' then
            booked := null;
        end;
    end loop;
end $$;
create or replace function jamund.plan_choice(x jsonb, q jamund.requests) returns jamund.plan_items
language plpgsql stable set search_path = jamund, pg_temp as $$
declare i plan_items;
begin
    i.experts := array(select e::uuid from jsonb_array_elements_text(x -> 'expert_ids') e);
    i.during := tstzrange((x ->> 'start')::timestamptz, (x ->> 'start')::timestamptz + make_interval(mins => q.minutes));
    i.zone := x ->> 'zone';
    i.points := (x ->> 'points')::int;
    return i;
end $$;

-- A request joins a plan that runs. args: {"id", "body": {request_id}, "choices": [{expert_ids, start, zone, points}], "funnel"}:
-- what a daemon found best a moment ago, judged like all else; or, where it found nothing, why.
create or replace function api.plan_walk_in(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    p plans;
    q requests;
    a appointments;
    got record;
    i plan_items;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    p := lock_plan((args ->> 'id')::uuid, call, 'applied');
    perform plan_lock(array[(args #>> '{body,request_id}')::uuid], array(
        select distinct e::uuid from jsonb_array_elements(args -> 'choices') c, jsonb_array_elements_text(c -> 'expert_ids') e));
    select * into q from requests where id = (args #>> '{body,request_id}')::uuid;
    a := live_appointment(q);
    if q.state not in ('open', 'unmatched') or a.id is not null then
        perform fail('JM002', 'the request is ' || q.state, jsonb_strip_nulls(jsonb_build_object('state', q.state, 'appointment_id', a.id)));
    end if;
    got := plan_book_any(p, q, args -> 'choices');
    if args -> 'funnel' <> 'null' then -- nobody could be chosen from: the last row says why
        got.changed := jsonb_build_array(got.changed -> 0 || jsonb_build_object('funnel', args -> 'funnel',
            'ko', (got.changed #>> '{0,ko}') || ': ' || (args #>> '{funnel,-1,ko}'),
            'en', (got.changed #>> '{0,en}') || ': ' || (args #>> '{funnel,-1,en}')));
    end if;
    if got.changed <> '[]' then
        perform fail('JM007', 'there is no seat for it now', jsonb_build_object('changed', got.changed));
    end if;
    i := plan_choice(got.seat, q);
    perform settle(got.booked, null);
    insert into plan_items (plan_id, n, request_id, state, experts, during, zone, points, appointment_id)
    values (p.id, (select coalesce(max(n), -1) + 1 from plan_items where plan_id = p.id), q.id, 'assigned', i.experts, i.during, i.zone, i.points, got.booked)
    on conflict (plan_id, request_id) do update set state = 'assigned', experts = excluded.experts, during = excluded.during, why = null,
        zone = excluded.zone, points = excluded.points, appointment_id = excluded.appointment_id, detail = '{}';
    update plans set version = version + 1 where id = p.id;
    select * into a from appointments where id = got.booked;
    perform log_change(call, 'plan', p.id, 'plan.walk_in', null, jsonb_build_object('appointment', a.id));
    r := (201, etag(a.version), '/v1/appointments/' || a.id, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.offer', null, jsonb_build_object('plan', p.id, 'walk_in', true));
end $$;
comment on function api.plan_walk_in(jsonb, jsonb) is 'Books the best seat there is now for a request that comes to a running plan.';
