-- The ladder: whom the running service asks next. Daemons rank; here is who is due, and the judge.

-- Requests to look after, taken for some seconds so that another daemon does not rank them, too. The
-- version is what makes each offer happen once: who comes second finds another one.
-- spent: the ladder has asked as many as it may.
create or replace function api.ladder_claim(n int, lease_seconds int)
returns table (request_id uuid, version int, spent boolean)
language sql security definer set search_path = jamund, pg_temp as $$
    with due as (select q.id from requests q where q.ladder_at <= api.clock() and q.state = 'open'
                  order by q.ladder_at, q.seq limit n for update skip locked)
    update requests q set ladder_at = api.clock() + make_interval(secs => lease_seconds)
      from due, office o where q.id = due.id
    returning q.id, q.version, q.ladder_offers >= o.ladder_offers_max
$$;
comment on function api.ladder_claim(int, int) is 'Requests for which the next expert is due.';

-- The request as it was claimed; null when somebody acted on it since.
create or replace function jamund.ladder_lock(request uuid, version_ int) returns jamund.requests
language plpgsql set search_path = jamund, pg_temp as $$
declare q requests;
begin
    select * into q from requests where id = request for update;
    return case when q.version = version_ and q.state = 'open' then q end;
end $$;

-- Asks the candidates a daemon chose: for all seats, or for the vacant ones of the meeting that stands.
-- 'offered' or 'stale'; a lost race for the time or a rule is an error, and nothing has changed.
create or replace function api.ladder_offer(args jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    call jsonb := jsonb '{"actor_kind": "system", "via": "system"}';
    q requests := ladder_lock((args ->> 'request_id')::uuid, (args ->> 'version')::int);
    a appointments;
    asked uuid[] := array(select x::uuid from jsonb_array_elements_text(args -> 'expert_ids') x);
    vacant int[];
begin
    a := live_appointment(q);
    if q.id is null or lower(a.during) <= api.clock() then
        return 'stale';
    elsif a.id is null then
        a := make_offer(q, asked, to_timestamp((args ->> 'start')::bigint), null);
    else
        perform from appointments where id = a.id for update;
        perform lock_experts(seated(a.id) || asked);
        q.windows := tstzmultirange(a.during); -- the time was agreed on when the meeting was made
        q.deadline := null;
        vacant := vacant_seats(q, a.id);
        for i in 1 .. cardinality(vacant) loop
            perform seat_expert(q, a, vacant[i], asked[i], null);
        end loop;
        perform settle(a.id, null);
    end if;
    update requests set ladder_offers = ladder_offers + 1 where id = q.id;
    perform log_change(call, 'appointment', a.id, 'appointment.offer', null,
                       jsonb_build_object('experts', to_jsonb(asked), 'policy', q.policy));
    return 'offered';
end $$;
comment on function api.ladder_offer(jsonb) is 'The running service asks the next candidate: offered or stale.';

-- Nobody is left. A meeting that nobody has accepted ends, and another time may be looked for ('again');
-- otherwise the request is unmatched and its people are told.
create or replace function api.ladder_exhausted(request_id uuid, version int) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    call jsonb := jsonb '{"actor_kind": "system", "via": "system"}';
    q requests := ladder_lock(request_id, version);
    a appointments;
    last uuid;
    spent boolean;
begin
    if q.id is null then
        return 'stale';
    end if;
    select q.ladder_offers >= ladder_offers_max into spent from office;
    a := live_appointment(q);
    if a.id is not null and not spent and not exists (select from seats s where s.appointment_id = a.id and live(s)) then
        perform end_appointment(a.id, null);
        update requests r set ladder_at = api.clock(), version = r.version + 1 where id = q.id;
        perform log_change(call, 'appointment', a.id, 'appointment.cancel', null, '{"refill": "exhausted"}');
        return 'again';
    end if;
    perform request_state(q.id, 'unmatched');
    last := coalesce(a.id, (select x.id from appointments x where x.request_id = q.id order by x.seq desc limit 1));
    if last is null then
        perform tell_unmatched(q);
    else
        perform tell_owner('unmatched', last, null);
    end if;
    perform log_change(call, 'request', q.id, 'request.exhaust');
    return 'unmatched';
end $$;
comment on function api.ladder_exhausted(uuid, int) is 'No candidate is left: unmatched, again or stale.';

-- The same word where nobody was ever asked: the facts are the request's, and its time is all its windows.
create or replace function jamund.tell_unmatched(q jamund.requests) returns void
language sql set search_path = jamund, pg_temp as $$
    insert into messages (kind, viewer, party, to_name, to_email, facts, created_at, due_at)
    select 'unmatched', 'coordinator', u.id, u.name, u.email,
           revision_facts(jsonb_populate_record(null::appointments, jsonb_build_object('request_id', q.id,
               'state', 'tentative', 'uid', q.id || '@' || o.host, 'zone', o.zone, 'created_at', q.created_at,
               'during', tstzrange(lower(q.windows), upper(q.windows)))))
           || jsonb_build_object('seats', '[]'::jsonb, 'number', 0, 'sequence', 0, 'stamp', epoch(api.clock()),
                                 'modified', epoch(api.clock())),
           api.clock(), api.clock()
      from office o, users u
     where u.id in (q.owner_id, q.deputy_id) and coalesce(u.email, '') <> '' order by u.id <> q.owner_id
$$;

-- Takes working minutes away from an instant: what working_add() adds.
create or replace function jamund.working_before(t timestamptz, minutes int) returns timestamptz
language plpgsql stable set search_path = jamund, pg_temp as $$
declare
    o     office;
    the_day date;
    opens timestamptz;
    ends  timestamptz;
    left_ interval := make_interval(mins => minutes);
begin
    select * into o from office;
    the_day := (t at time zone o.zone)::date;
    for i in 1 .. 400 loop
        if extract(isodow from the_day) < 6 and not exists (select from holidays h where h.day = the_day) then
            opens := (the_day + o.work_from) at time zone o.zone;
            ends := least(t, (the_day + o.work_until) at time zone o.zone);
            if opens < ends then
                if ends - left_ >= opens then
                    return ends - left_;
                end if;
                left_ := left_ - (ends - opens);
            end if;
        end if;
        the_day := the_day - 1;
    end loop;
    return t - make_interval(mins => minutes);
end $$;

-- The reminder before respond_by, so much working time before it; null where no more than as much again
-- lies between the offer and the reminder.
create or replace function jamund.nudge_time(t timestamptz, respond_by timestamptz) returns timestamptz
language sql stable set search_path = jamund, pg_temp as $$
    select at from office o, working_before(respond_by, o.nudge_work_minutes) at
     where o.nudge_work_minutes > 0 and working_add(t, o.nudge_work_minutes) <= at
$$;

create or replace function jamund.nudge_withdraw(s jamund.seats) returns void
language sql set search_path = jamund, pg_temp as $$
    update messages m set state = 'withdrawn' where m.appointment_id = s.appointment_id and m.party = s.expert_id
       and m.kind = 'nudge' and m.state in ('queued', 'retry')
$$;

-- Reminds of the offers that are due for it, at most n: each once, and not when less than half of the
-- reminder's time is left (the service was down). Whatever another call has in hand waits.
create or replace function api.offers_nudge(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    due  uuid[];
    told int := 0;
    s    seats;
    soon timestamptz := (select working_add(api.clock(), nudge_work_minutes / 2) from office);
begin
    select array_agg(id) into due
      from (select x.id from seats x join appointments a on a.id = x.appointment_id
              join requests q on q.id = a.request_id
             where x.state = 'offered' and x.nudge_at <= api.clock()
             order by x.nudge_at, x.id limit n for update of q skip locked) d;
    for s in select * from seats x where x.id = any (due) and x.state = 'offered' and x.nudge_at <= api.clock()
              order by x.id for update loop
        update seats set nudge_at = null where id = s.id;
        continue when s.respond_by < soon or exists (select from messages m
            where m.appointment_id = s.appointment_id and m.party = s.expert_id and m.kind = 'nudge'
              and m.respond_by = s.respond_by);
        perform tell('nudge', 'expert', e.id, e.name, e.email, a.id, a.revision, link_of('seat', s.id), s.respond_by)
           from experts e, appointments a where e.id = s.expert_id and a.id = s.appointment_id;
        told := told + 1;
    end loop;
    return told;
end $$;
comment on function api.offers_nudge(int) is 'Reminds experts of offers before respond_by; says how many.';
