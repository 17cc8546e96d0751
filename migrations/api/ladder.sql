-- The ladder: whom the running service asks next. Daemons rank; here is who is due, and the judge.

-- Requests to look after, taken for some seconds so that another daemon does not rank them, too. The
-- version is what makes each offer happen once: who comes second finds another one.
-- spent: the ladder has asked as many as it may.
create or replace function api.ladder_claim(worker text, n int, lease_seconds int)
returns table (request_id uuid, version int, spent boolean)
language sql security definer set search_path = jamund, pg_temp as $$
    with due as (select q.id from requests q where q.ladder_at <= api.clock() and q.state = 'open'
                  order by q.ladder_at, q.seq limit n for update skip locked)
    update requests q set ladder_at = api.clock() + make_interval(secs => lease_seconds)
      from due, office o where q.id = due.id
    returning q.id, q.version, q.ladder_offers >= o.ladder_offers_max
$$;
comment on function api.ladder_claim(text, int, int) is 'Requests for which the next expert is due.';

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
    if q.id is null then
        return 'stale';
    end if;
    a := live_appointment(q);
    if a.id is null then
        a := make_offer(q, asked, to_timestamp((args ->> 'start')::bigint), null);
    else
        perform from appointments where id = a.id for update;
        perform lock_experts(asked);
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
    perform tell_owner('unmatched', coalesce(a.id, (select x.id from appointments x
        where x.request_id = q.id order by x.seq desc limit 1)), null);
    perform log_change(call, 'request', q.id, 'request.exhaust');
    return 'unmatched';
end $$;
comment on function api.ladder_exhausted(uuid, int) is 'No candidate is left: unmatched, again or stale.';
