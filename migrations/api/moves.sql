-- What happens to an appointment after it was made: move, cancel, report, no-show, correct, undo.

-- Locks an appointment after its request; it must be live, and be what the caller read.
create or replace function jamund.lock_appointment(wanted uuid, call jsonb) returns jamund.appointments
language plpgsql set search_path = jamund, pg_temp as $$
declare a appointments;
begin
    perform from requests where id = (select request_id from appointments where id = wanted) for update;
    select * into a from appointments where id = wanted for update;
    if not found then perform missing('appointment'); end if;
    perform match(call, a.version);
    return a;
end $$;
create or replace function jamund.demand_state(a jamund.appointments, variadic states text[]) returns void
language plpgsql as $$
begin
    if a.state <> all (states) then
        perform jamund.fail('JM002', 'the appointment is ' || a.state, jsonb_build_object('state', a.state));
    end if;
end $$;
create or replace function jamund.lock_live(wanted uuid, call jsonb) returns jamund.appointments
language plpgsql set search_path = jamund, pg_temp as $$
declare a appointments := lock_appointment(wanted, call);
begin
    perform demand_state(a, 'tentative', 'confirmed');
    return a;
end $$;

-- Puts a live meeting to another time: all time is held anew and every rule asked again. Who had
-- accepted the old time is asked again; keep: the seat whose expert wants this time.
create or replace function jamund.move_meeting(a jamund.appointments, meeting tstzrange, reason_ text, keep uuid default null)
returns void language plpgsql set search_path = jamund, pg_temp as $$
declare
    q requests;
    s seats;
    e experts;
    broken text[];
begin
    if lower(meeting) <= api.clock() then
        perform fail_field('/start', '이미 지난 시각입니다', 'the start is over already');
    end if;
    select * into q from requests where id = a.request_id;
    perform lock_company(q);
    perform lock_seated(a.id);
    delete from holds where appointment_id = a.id;
    update appointments set during = meeting where id = a.id returning * into a;
    for s in select * from seats x where x.appointment_id = a.id and live(x) order by x.expert_id loop
        select * into e from experts where id = s.expert_id;
        broken := check_rules(q, e, s.seat, meeting, reason_, a.id);
        perform hold_expert(e, meeting, a.id);
        update seats x set version = x.version + 1, overridden = broken,
            override_reason = case when broken <> '{}' then reason_ end where x.id = s.id;
        if s.id is distinct from keep then
            update seats x set respond_by = respond_by(q, meeting, api.clock()), proposals = '{}',
                answered_at = null, answered_via = null, asked_at = api.clock() where x.id = s.id;
            update seats x set state = 'offered' where x.id = s.id and x.state <> 'offered';
        end if;
    end loop;
    perform hold_place(q, a);
end $$;

-- args: {"id", "body": {start, minutes, place_id, online_url, reason, override_reason}}
create or replace function api.appointment_move(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    a appointments;
    q requests;
    before jsonb;
    was tstzrange;
    meeting tstzrange;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    a := lock_live((args ->> 'id')::uuid, call);
    if lower(a.during) <= api.clock() then
        perform fail('JM002', 'the meeting has begun', jsonb_build_object('state', a.state));
    end if;
    before := snapshot(a.id);
    was := a.during;
    q := move_place(a, b);
    meeting := tstzrange(coalesce((b ->> 'start')::timestamptz, lower(a.during)),
        coalesce((b ->> 'start')::timestamptz, lower(a.during)) + coalesce(
            make_interval(mins => (b ->> 'minutes')::int), upper(a.during) - lower(a.during)));
    perform lock_company(q);
    perform lock_seated(a.id);
    if meeting = was then -- only the place: who accepted stays accepted
        delete from holds h where h.appointment_id = a.id and h.kind in ('company', 'place', 'booth');
        perform hold_place(q, a);
    else
        perform move_meeting(a, meeting, b ->> 'override_reason');
    end if;
    perform settle(a.id, b ->> 'reason');
    perform undo_keep(a.id, 'appointment.move', before);
    select * into a from appointments where id = a.id;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.move', b ->> 'reason',
        jsonb_build_object('from', iso(lower(was)), 'start', iso(lower(meeting)), 'overridden', overridden_of(a.id)));
end $$;
comment on function api.appointment_move(jsonb, jsonb) is 'Another time or place; who had accepted another time is asked again.';

-- Another room or address for joining; only what the request's mode takes.
create or replace function jamund.move_place(a jamund.appointments, b jsonb) returns jamund.requests
language plpgsql set search_path = jamund, pg_temp as $$
declare q requests;
begin
    select * into q from requests where id = a.request_id;
    if b ->> 'place_id' is not null and (q.mode <> 'center'
        or not exists (select from places where id = (b ->> 'place_id')::uuid)) then
        perform fail_field('/place_id', '쓸 수 없는 회의실입니다', 'not a room that can be used here');
    end if;
    if b ->> 'online_url' is not null and q.mode <> 'online' then
        perform fail_field('/online_url', '온라인 상담이 아닙니다', 'a link is for the mode online only');
    end if;
    update requests set place_id = coalesce((b ->> 'place_id')::uuid, place_id),
        online_url = coalesce(b ->> 'online_url', online_url) where id = q.id returning * into q;
    return q;
end $$;

create or replace function api.appointment_cancel(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    a appointments;
    before jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    a := lock_live((args ->> 'id')::uuid, call);
    before := snapshot(a.id);
    perform end_appointment(a.id, args #>> '{body,reason}');
    perform request_state(a.request_id, 'open');
    perform undo_keep(a.id, 'appointment.cancel', before);
    select * into a from appointments where id = a.id;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.cancel', args #>> '{body,reason}',
                     jsonb_build_object('late', a.late));
end $$;
comment on function api.appointment_cancel(jsonb, jsonb) is 'Ends an appointment; who was told is told.';

-- Writes the report, over an earlier one when it is corrected.
create or replace function jamund.file_report(a jamund.appointments, b jsonb, by uuid) returns void
language sql set search_path = jamund, pg_temp as $$
    insert into reports values (a.id, b ->> 'outcome', b ->> 'summary', (b ->> 'minutes')::int,
        coalesce((b ->> 'follow_up')::boolean, false), by, api.clock())
    on conflict (appointment_id) do update set outcome = excluded.outcome, summary = excluded.summary,
        minutes = excluded.minutes, follow_up = excluded.follow_up, filed_by = excluded.filed_by,
        filed_at = excluded.filed_at
$$;

-- A request whose problem goes on is open again, and prefers the expert who knows it.
create or replace function jamund.go_on(request uuid, appointment uuid) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform request_state(request, 'open');
    update requests set preferred_id = coalesce((select s.expert_id from seats s
        where s.appointment_id = appointment and s.state = 'accepted' order by s.seat limit 1), preferred_id),
        opened_at = api.clock(), ladder_offers = 0, ladder_claims = 0 where id = request;
end $$;

create or replace function api.appointment_complete(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    a appointments;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    a := lock_appointment((args ->> 'id')::uuid, call);
    perform demand_begun(a);
    perform file_report(a, b, (call ->> 'actor')::uuid);
    update appointments set state = 'completed', version = version + 1 where id = a.id returning * into a;
    perform ask_rating(a);
    perform request_state(a.request_id, 'done');
    if (b ->> 'follow_up')::boolean then
        perform go_on(a.request_id, a.id);
    end if;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.complete', null,
                     jsonb_build_object('minutes', b -> 'minutes', 'outcome', b -> 'outcome'));
end $$;
comment on function api.appointment_complete(jsonb, jsonb) is 'The report: outcome, minutes, follow-up.';

create or replace function jamund.demand_begun(a jamund.appointments) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform demand_state(a, 'confirmed');
    if lower(a.during) > api.clock() then
        perform fail('JM002', 'the meeting has not begun', jsonb_build_object('state', a.state));
    end if;
end $$;

-- Marks who did not come: the company, or the expert of a seat.
create or replace function jamund.mark_no_show(a jamund.appointments, b jsonb) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    update appointments set no_show_by = b ->> 'by' where id = a.id;
    update seats set no_show = false where appointment_id = a.id;
    if b ->> 'by' = 'expert' then
        update seats set no_show = true
         where appointment_id = a.id and state = 'accepted' and seat = coalesce((b ->> 'seat')::int, 1);
        if not found then perform fail_field('/seat', '수락한 자문위원이 없는 자리입니다', 'no expert has this seat'); end if;
    end if;
end $$;

create or replace function api.appointment_no_show(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    a appointments;
    before jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    a := lock_appointment((args ->> 'id')::uuid, call);
    perform demand_begun(a);
    before := snapshot(a.id);
    perform mark_no_show(a, b);
    update appointments set state = 'no_show', version = version + 1 where id = a.id;
    perform request_state(a.request_id, 'open');
    perform undo_keep(a.id, 'appointment.no_show', before);
    select * into a from appointments where id = a.id;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.no_show', b ->> 'reason', b - 'reason');
end $$;
comment on function api.appointment_no_show(jsonb, jsonb) is 'The company or an expert did not come.';

-- What was reported was wrong: a no-show that took place, a meeting that did not, other figures.
create or replace function api.appointment_correct(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    a appointments;
    q requests;
    k cases;
    was text;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select c.* into k from cases c where c.id = (select x.case_id from requests x join appointments m on m.request_id = x.id
        where m.id = (args ->> 'id')::uuid) for share;
    a := lock_appointment((args ->> 'id')::uuid, call);
    perform demand_state(a, 'completed', 'no_show');
    was := a.state;
    if b ->> 'state' = 'completed' then
        if nullif(b -> 'report', 'null') is null then
            perform fail_field('/report', '결과서가 필요합니다', 'a meeting that took place has a report');
        end if;
        perform file_report(a, b -> 'report', (call ->> 'actor')::uuid);
        update appointments set no_show_by = null where id = a.id;
        update seats set no_show = false where appointment_id = a.id;
    else
        perform mark_no_show(a, b);
        delete from reports where appointment_id = a.id;
    end if;
    update appointments set version = version + 1 where id = a.id;
    update appointments set state = b ->> 'state' where id = a.id and state <> b ->> 'state';
    select * into q from requests where id = a.request_id;
    if b ->> 'state' = 'no_show' and q.state = 'done' then -- not where the case, or a later session, settled it
        if k.state = 'in_consultation' and not exists (select from appointments x where x.request_id = q.id and x.state = 'completed'
                                                          and lower(x.during) > lower(a.during)) then
            perform request_state(q.id, 'open');
        end if;
    elsif b ->> 'state' = 'completed' and coalesce((b #>> '{report,follow_up}')::boolean, false) then
        if q.state = 'done' and k.state <> 'in_consultation' then
            perform fail('JM002', 'the case is ' || k.state, jsonb_build_object('state', k.state));
        end if;
        if q.state = 'done' then perform go_on(q.id, a.id); end if;
    elsif b ->> 'state' = 'completed' and q.state = 'open' and (live_appointment(q)).id is null then
        perform request_state(q.id, 'done');
    end if;
    select * into a from appointments where id = a.id;
    perform ask_rating(a);
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.correct', b ->> 'reason',
                     jsonb_build_object('from', was, 'to', b -> 'state'));
end $$;
comment on function api.appointment_correct(jsonb, jsonb) is 'What was reported was wrong; with a reason.';

-- Undo: everything the last change of an appointment touched, as it was.
create or replace function jamund.snapshot(appointment uuid) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('appointment', to_jsonb(a), 'request', to_jsonb(q),
        'message_seq', (select coalesce(max(seq), 0) from messages where appointment_id = a.id),
        'seats', (select coalesce(jsonb_agg(to_jsonb(s)), '[]') from seats s where s.appointment_id = a.id),
        'holds', (select coalesce(jsonb_agg(to_jsonb(h)), '[]') from holds h where h.appointment_id = a.id))
      from appointments a join requests q on q.id = a.request_id where a.id = appointment
$$;
create or replace function jamund.undo_keep(appointment uuid, action_ text, before_ jsonb) returns void
language sql set search_path = jamund, pg_temp as $$
    insert into undos
    select a.id, action_, api.clock(), (before_ ->> 'message_seq')::bigint, a.version, q.version, before_
      from appointments a join requests q on q.id = a.request_id where a.id = appointment
    on conflict (appointment_id) do update set action = excluded.action, at = excluded.at,
        message_seq = excluded.message_seq, appointment_version = excluded.appointment_version,
        request_version = excluded.request_version, before = excluded.before
$$;

-- Within the office's minutes, while nothing more has happened and nobody was told.
create or replace function jamund.demand_undo(a jamund.appointments) returns jamund.undos
language plpgsql set search_path = jamund, pg_temp as $$
declare u undos;
begin
    select x.* into u from undos x, office o where x.appointment_id = a.id
       and api.clock() <= x.at + make_interval(mins => o.undo_minutes);
    if not found then perform fail('JM002', 'there is nothing to undo, or it is too long ago'); end if;
    if a.version <> u.appointment_version
       or u.request_version <> (select version from requests where id = a.request_id) then
        perform fail('JM002', 'something else has happened since', jsonb_build_object('state', a.state));
    end if;
    update messages set state = 'withdrawn' where appointment_id = a.id and state = 'queued' and seq > u.message_seq and kind <> 'collision';
    if exists (select from messages where appointment_id = a.id and seq > u.message_seq and leased_by is not null and kind <> 'collision') then
        perform fail('JM002', 'somebody was told already', jsonb_build_object('state', a.state));
    end if;
    return u;
end $$;

create or replace function jamund.put_back(u jamund.undos) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare
    was appointments := jsonb_populate_record(null::appointments, u.before -> 'appointment');
    req requests := jsonb_populate_record(null::requests, u.before -> 'request');
    s   seats;
    h   holds;
begin
    perform lock_seated(was.id);
    delete from holds where appointment_id = was.id;
    update seats x set state = 'withdrawn', version = x.version + 1 where x.appointment_id = was.id and live(x)
       and not u.before -> 'seats' @> jsonb_build_array(jsonb_build_object('id', x.id, 'expert_id', x.expert_id));
    for s in select * from jsonb_populate_recordset(null::seats, u.before -> 'seats') loop
        update seats x set state = s.state where x.id = s.id and x.state <> s.state;
        update seats x set version = x.version + 1, respond_by = s.respond_by, answered_at = s.answered_at,
            answered_via = s.answered_via, asked_at = s.asked_at, reason = s.reason, proposals = s.proposals, late = s.late,
            no_show = s.no_show, overridden = s.overridden, override_reason = s.override_reason
         where x.id = s.id and (x.state, x.respond_by, x.proposals, x.late, x.no_show) is distinct from
                               (s.state, s.respond_by, s.proposals, s.late, s.no_show) or x.id = s.id and x.version <> s.version;
    end loop;
    update appointments x set during = was.during, booth_id = was.booth_id, late = was.late, no_show_by = was.no_show_by,
        version = x.version + 1 where x.id = was.id;
    update appointments x set state = was.state where x.id = was.id and x.state <> was.state;
    for h in select * from jsonb_populate_recordset(null::holds, u.before -> 'holds') order by subject loop
        perform hold(h.subject, h.kind, h.during, was.id);
    end loop;
    update requests x set state = 'open' where x.id = req.id and x.state <> 'open' and req.state = 'unmatched';
    update requests x set version = x.version + 1, ladder_at = req.ladder_at, place_id = req.place_id,
        online_url = req.online_url where x.id = req.id;
    update requests x set state = req.state where x.id = req.id and x.state <> req.state;
end $$;

create or replace function api.appointment_undo(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    a appointments;
    u undos;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    a := lock_appointment((args ->> 'id')::uuid, call);
    u := demand_undo(a);
    perform put_back(u);
    perform revise(a.id);
    perform tell_parties(a.id, null);
    delete from undos where appointment_id = a.id;
    select * into a from appointments where id = a.id;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.undo', null, jsonb_build_object('undone', u.action));
end $$;
comment on function api.appointment_undo(jsonb, jsonb) is 'Takes the last change back while nobody was told.';
