-- Follow-up until solved: consultations entered afterwards, the certificate of what was held.

-- A consultation that was held: what is true of it whoever planned it. Soft rules are plans, and
-- being away or excluded was overtaken by the fact; field, term and conflict of interest are not.
create or replace function jamund.demand_held(q jamund.requests, expert uuid, seat_no int, meeting tstzrange)
returns void language plpgsql set search_path = jamund, pg_temp as $$
declare
    e     experts;
    rules jsonb;
    other appointments;
begin
    select * into e from experts where id = expert;
    select jsonb_agg(jsonb_build_object('rule', r.rule, 'hard', r.hard, 'ko', r.ko, 'en', r.en)) into rules
      from companies c join cases k on k.company_id = c.id,
           lateral offer_rules(q, e, c, seat_no, meeting, api.clock(), null) r
     where k.id = q.case_id and r.rule in ('not_in_field', 'term_over', 'conflict_company', 'conflict_affiliation', 'cooling_off');
    if rules is not null then
        perform fail('JM004', 'a rule that cannot be overridden stands against it',
                     jsonb_build_object('rules', rules, 'expert_id', e.id, 'seat', seat_no));
    end if;
    select a.* into other from appointments a join seats s on s.appointment_id = a.id
     where s.expert_id = e.id and live(s) and a.state in ('tentative', 'confirmed', 'completed') and a.during && meeting
     order by lower(a.during) limit 1;
    if found then
        perform fail('23P01', 'the expert had another meeting at that time', jsonb_build_object('conflict',
            jsonb_build_object('kind', 'expert', 'id', e.id, 'appointment_id', other.id,
                               'from', iso(lower(other.during)), 'until', iso(upper(other.during)))));
    end if;
end $$;

create or replace function jamund.record_meeting(q jamund.requests, asked uuid[], meeting tstzrange)
returns jamund.appointments language plpgsql set search_path = jamund, pg_temp as $$
declare
    a appointments;
    n int := 0;
    no int;
begin
    perform lock_experts(asked);
    insert into appointments (state, request_id, company_id, uid, during, zone, created_at)
    select 'completed', q.id, k.company_id, gen_random_uuid() || '@' || o.host, meeting, o.zone, api.clock()
      from office o, cases k where k.id = q.case_id
    returning * into a;
    for no in select seat from request_seats where request_id = q.id order by seat loop
        n := n + 1;
        perform demand_held(q, asked[n], no, meeting);
        insert into seats (state, appointment_id, seat, expert_id, respond_by, created_at)
        values ('accepted', a.id, no, asked[n], lower(meeting), api.clock());
    end loop;
    return a;
end $$;

-- Enters a consultation that is over. Nobody is told and no time is held; it counts like any other
-- and stands in the experts' calendars as what they did. A meeting that is planned meanwhile stays.
-- args: {"id": request, "body": {expert_ids, start, report}}
create or replace function api.session_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    k cases;
    q requests;
    a appointments;
    asked uuid[] := array(select x::uuid from jsonb_array_elements_text(b -> 'expert_ids') x);
    start timestamptz := (b ->> 'start')::timestamptz;
    minutes int := (b #>> '{report,minutes}')::int;
    goes_on boolean := (b #>> '{report,follow_up}')::boolean;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into k from cases where id = (select case_id from requests where id = (args ->> 'id')::uuid) for update;
    select * into q from requests where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('request'); end if;
    if q.state = 'withdrawn' or goes_on and k.state <> 'in_consultation' then
        perform fail('JM002', case q.state when 'withdrawn' then 'the request is withdrawn'
            else 'the case is ' || k.state end, jsonb_build_object('state', q.state));
    end if;
    perform expert_errors_of(q, asked, '/expert_ids');
    if minutes < 1 then
        perform fail_field('/report/minutes', '상담 시간이 필요합니다', 'a consultation that was held has minutes');
    elsif start + make_interval(mins => minutes) > api.clock() then
        perform fail_field('/start', '끝난 상담만 나중에 입력할 수 있습니다', 'only what is over is entered afterwards');
    end if;
    a := record_meeting(q, asked, tstzrange(start, start + make_interval(mins => minutes)));
    perform file_report(a, b -> 'report', (call ->> 'actor')::uuid);
    perform revise(a.id);
    if (live_appointment(q)).id is not null then
        update requests set version = version + 1 where id = q.id;
    else
        perform request_state(q.id, 'done');
        if goes_on then perform go_on(q.id, a.id); end if;
    end if;
    select * into a from appointments where id = a.id;
    r := (201, etag(a.version), '/v1/appointments/' || a.id, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.record', null,
        jsonb_build_object('experts', to_jsonb(asked), 'minutes', minutes, 'outcome', b #> '{report,outcome}'));
end $$;
comment on function api.session_add(jsonb, jsonb) is 'A consultation already held, entered afterwards; nobody is told.';

-- 자문확인서: every session that one expert held on one request, asked for by any of them. Its number
-- is that of request and expert for ever; the code tells two prints apart that do not say the same.
-- args: {"id": appointment, "seat"}
create or replace function api.certificate(call jsonb, args jsonb) returns jsonb
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    a   appointments;
    s   seats;
    doc jsonb;
begin
    select * into a from appointments where id = (args ->> 'id')::uuid;
    if not found then perform missing('appointment'); end if;
    perform demand_state(a, 'completed');
    select * into s from current_seats(a.id) x where x.seat = coalesce((args ->> 'seat')::int, 1) and x.state = 'accepted';
    if not found then perform fail_field('/seat', '수락한 자문위원이 없는 자리입니다', 'no expert has this seat'); end if;
    doc := certificate_doc(a, s, call ->> 'role');
    return doc || jsonb_build_object('code', upper(left(md5(doc::text), 8)));
end $$;
comment on function api.certificate(jsonb, jsonb) is 'What one expert did for one request, as evidence for the fee.';

create or replace function jamund.certificate_doc(a jamund.appointments, s jamund.seats, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('office', o.organizer_name,
        'number', concat_ws('-', to_char(q.created_at at time zone o.zone, 'YYYY'),
            lpad(q.seq::text, greatest(6, length(q.seq::text)), '0'), lpad(e.seq::text, greatest(4, length(e.seq::text)), '0')),
        'expert', jsonb_build_object('name', e.name, 'affiliation', e.affiliation),
        'field', jsonb_build_object('ko', f.ko, 'en', f.en),
        'company', jsonb_build_object('name', c.name, 'registration_number', c.registration_number), 'case', k.title,
        'contact', (select mask(viewer, 'contact', jsonb_build_object('name', t.name)) from contacts t where t.id = q.contact_id),
        'owner', u.name, 'minutes', held.minutes, 'sessions', held.sessions)
      from office o, requests q join cases k on k.id = q.case_id join companies c on c.id = k.company_id
      join users u on u.id = q.owner_id join experts e on e.id = s.expert_id
      join request_seats rs on rs.request_id = q.id and rs.seat = s.seat join fields f on f.code = rs.field,
      lateral (select sum(p.minutes) as minutes, jsonb_agg(jsonb_build_object('start', epoch(lower(x.during)),
                 'end', epoch(upper(x.during)), 'minutes', p.minutes, 'mode', r.facts -> 'mode', 'place', r.facts -> 'place',
                 'utc_offset_minutes', utc_offset_minutes(x)) order by lower(x.during), x.id) as sessions
            from appointments x join reports p on p.appointment_id = x.id
            join revisions r on r.appointment_id = x.id and r.number = x.revision
           where x.request_id = q.id and x.state = 'completed' and exists (select from current_seats(x.id) y
                 where y.expert_id = e.id and y.state = 'accepted')) held
     where q.id = a.request_id
$$;
