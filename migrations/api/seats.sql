-- What experts answer: accept, decline, propose other times, drop out; by link, or by phone through a
-- coordinator. The same transition whichever way it came.

-- Locks a seat's request, appointment and the seat itself, always in this order.
create or replace function jamund.lock_seat(wanted uuid) returns jamund.seats
language plpgsql set search_path = jamund, pg_temp as $$
declare s seats;
begin
    perform from requests where id = (select a.request_id from seats x join appointments a
            on a.id = x.appointment_id where x.id = wanted) for update;
    perform from appointments where id = (select appointment_id from seats where id = wanted) for update;
    select * into s from seats where id = wanted for update;
    if not found then perform missing('seat'); end if;
    return s;
end $$;

-- The states in which an answer is taken; the meeting must not be over.
create or replace function jamund.demand_seat(s jamund.seats, variadic states text[]) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if s.state <> all (states) then
        perform fail('JM002', 'the seat is ' || s.state, jsonb_build_object('state', s.state));
    end if;
    if exists (select from appointments a where a.id = s.appointment_id and upper(a.during) <= api.clock()) then
        perform fail('JM002', 'the meeting is over', jsonb_build_object('state', s.state));
    end if;
end $$;

create or replace function jamund.accept_seat(s jamund.seats, via text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform demand_seat(s, 'offered', 'countered');
    update seats set state = 'accepted', version = version + 1, answered_at = api.clock(), answered_via = via,
        proposals = '{}' where id = s.id;
    perform settle(s.appointment_id, null);
end $$;

create or replace function jamund.decline_seat(call jsonb, s jamund.seats, via text, why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform demand_seat(s, 'offered', 'countered');
    perform vacate_seat(call, s, 'declined', via, why);
end $$;

-- Up to three other starts; the held time stays held until the owner takes one or refuses.
create or replace function jamund.counter_seat(s jamund.seats, via text, starts timestamptz[], why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare n int;
begin
    perform demand_seat(s, 'offered', 'countered');
    select count(distinct p) into n from unnest(starts) p;
    if n not between 1 and 3 then
        perform fail_field('/proposals', '시간을 1개에서 3개까지 제안해 주세요', 'propose one to three starts');
    end if;
    if exists (select from unnest(starts) p where p <= api.clock() or p > api.clock() + interval '1 year') then
        perform fail_field('/proposals', '앞으로 1년 안의 시간이어야 합니다', 'a proposal lies within the coming year');
    end if;
    if s.state = 'offered' then
        update seats set state = 'countered' where id = s.id;
    end if;
    update seats set version = version + 1, answered_at = api.clock(), answered_via = via, reason = why,
        proposals = array(select distinct p from unnest(starts) p order by p) where id = s.id;
    perform settle(s.appointment_id, null);
    perform tell_owner('countered', s.appointment_id, concat_ws(E'\n', nullif(why, ''), (
        select string_agg(to_char(p at time zone a.zone, 'YYYY-MM-DD HH24:MI'), ', ' order by p)
          from unnest(starts) p, appointments a where a.id = s.appointment_id)));
end $$;

create or replace function jamund.drop_out(call jsonb, s jamund.seats, via text, why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare before jsonb := snapshot(s.appointment_id);
begin
    perform demand_seat(s, 'accepted');
    perform vacate_seat(call, s, 'declined', via, why);
    perform undo_keep(s.appointment_id, 'seat.drop_out', before);
end $$;

-- An answer recorded by a coordinator. args: {"id": seat, "body": {...}}
create or replace function jamund.answer(call jsonb, args jsonb, action text) returns api.reply
language plpgsql set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    s seats;
    b jsonb := args -> 'body';
    via text := coalesce(b ->> 'via', 'api');
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    s := lock_seat((args ->> 'id')::uuid);
    perform match(call, s.version);
    case action
        when 'seat.accept' then perform accept_seat(s, via);
        when 'seat.decline' then perform decline_seat(call, s, via, b ->> 'reason');
        when 'seat.drop_out' then perform drop_out(call, s, via, b ->> 'reason');
        when 'seat.counter' then perform counter_seat(s, via, array(
            select p::timestamptz from jsonb_array_elements_text(b -> 'proposals') p), b ->> 'note');
        when 'seat.take' then perform take_proposal(s, (b ->> 'start')::timestamptz, b ->> 'override_reason');
        when 'seat.refuse' then perform refuse_proposal(call, s, b ->> 'reason', coalesce((b ->> 'again')::boolean, false));
    end case;
    select * into s from seats where id = s.id;
    r := (200, etag(s.version), null, seat_doc(s, call ->> 'role'));
    return write_end(call || jsonb_build_object('via', via), r, 'appointment', s.appointment_id, action,
                     coalesce(b ->> 'reason', b ->> 'note', b ->> 'override_reason'),
                     jsonb_build_object('seat', s.id));
end $$;

-- The owner takes a proposal: the meeting moves there, and who proposed it has accepted it.
create or replace function jamund.take_proposal(s jamund.seats, start timestamptz, reason text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare a appointments;
begin
    perform demand_seat(s, 'countered');
    if start <> all (s.proposals) then
        perform fail_field('/start', '제안된 시간이 아닙니다', 'not a start that was proposed');
    end if;
    select * into a from appointments where id = s.appointment_id;
    update seats set state = 'offered', proposals = '{}' where id = s.id;
    update seats set state = 'accepted', version = version + 1 where id = s.id;
    perform move_meeting(a, tstzrange(start, start + (upper(a.during) - lower(a.during))), reason, s.id);
    perform settle(a.id, null);
end $$;

-- The owner refuses: the offer ends as if it were declined, or is asked again as it was. One that ends has a CANCEL,
-- which says all that a DECLINECOUNTER could.
create or replace function jamund.refuse_proposal(call jsonb, s jamund.seats, why text, again boolean) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare
    a appointments;
    countered_ int := case s.answered_via when 'mail' then countered(s.appointment_id, 'expert', s.expert_id, s.proposals) end;
begin
    perform demand_seat(s, 'countered');
    if not again then
        perform vacate_seat(call, s, 'declined', null, why);
        perform tell('withdrawn', 'expert', e.id, e.name, e.email, v.id, v.revision, reason => why)
           from experts e, appointments v, known(s.appointment_id, 'expert', s.expert_id) k
          where e.id = s.expert_id and v.id = s.appointment_id and k.standing = 'asked';
        return;
    end if;
    select * into a from appointments where id = s.appointment_id;
    update seats x set state = 'offered', version = x.version + 1, proposals = '{}', answered_at = null,
        answered_via = null, asked_at = api.clock(), respond_by = respond_by(q, a.during, api.clock())
      from requests q where x.id = s.id and q.id = a.request_id returning x.* into s;
    perform settle(a.id, null);
    perform tell_refused('refused', countered_, 'expert', e.id, e.name, e.email, a.id, v.revision, l.id, s.respond_by, why)
       from experts e, links l, appointments v where e.id = s.expert_id and l.seat_id = s.id and v.id = a.id;
end $$;

create or replace function api.seat_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare s seats;
begin
    select * into s from seats where id = (args ->> 'id')::uuid;
    if not found then perform missing('seat'); end if;
    return (200, etag(s.version), null, seat_doc(s, call ->> 'role'))::api.reply;
end $$;
comment on function api.seat_get(jsonb, jsonb) is 'One seat of an appointment.';

create or replace function api.seat_accept(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from answer(call, args, 'seat.accept')
$$;
comment on function api.seat_accept(jsonb, jsonb) is 'The expert accepted, by phone or mail.';
create or replace function api.seat_decline(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from answer(call, args, 'seat.decline')
$$;
comment on function api.seat_decline(jsonb, jsonb) is 'The expert declined, by phone or mail.';
create or replace function api.seat_counter(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from answer(call, args, 'seat.counter')
$$;
comment on function api.seat_counter(jsonb, jsonb) is 'The expert proposed other times, by phone or mail.';
create or replace function api.seat_take(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from answer(call, args, 'seat.take')
$$;
comment on function api.seat_take(jsonb, jsonb) is 'Takes a proposed time: the meeting moves there.';
create or replace function api.seat_refuse(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from answer(call, args, 'seat.refuse')
$$;
comment on function api.seat_refuse(jsonb, jsonb) is 'Refuses the proposed times; asks again, or the next one.';
create or replace function api.seat_drop_out(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from answer(call, args, 'seat.drop_out')
$$;
comment on function api.seat_drop_out(jsonb, jsonb) is 'An expert who had accepted cannot come.';

-- Offers nobody answered in time, and proposals nobody looked at before the meeting began; at most n.
-- Whatever another call has in hand is left for the next time, and experts are locked in one order,
-- so that this never deadlocks with a call.
create or replace function api.offers_expire(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    due   uuid[];
    id_   uuid;
    s     seats;
    ended seats[] := array[]::seats[];
    call  jsonb := jsonb '{"actor_kind": "system", "via": "system"}';
begin
    select array_agg(id) into due
      from (select x.id from seats x join appointments a on a.id = x.appointment_id
              join requests q on q.id = a.request_id
             where (x.state = 'offered' and x.respond_by <= api.clock())
                or (x.state = 'countered' and lower(a.during) <= api.clock())
             order by x.respond_by, x.id limit n for update of q skip locked) d;
    perform lock_experts(array(select y.expert_id from seats x join seats y on y.appointment_id = x.appointment_id
                                where x.id = any (due)));
    foreach id_ in array coalesce(due, '{}') loop
        s := lock_seat(id_);
        continue when not (s.state = 'offered' and s.respond_by <= api.clock() or s.state = 'countered'); -- answered meanwhile
        perform vacate_seat(call, s, case s.state when 'offered' then 'expired' else 'withdrawn' end, null, null);
        ended := ended || s;
    end loop;
    foreach s in array ended loop
        perform log_change(call, 'appointment', s.appointment_id, 'seat.expire', null, jsonb_build_object('seat', s.id));
    end loop;
    return cardinality(ended);
end $$;
comment on function api.offers_expire(int) is 'Ends the offers whose respond_by is over; says how many.';

-- The page behind a link: the state of one seat and the facts its expert may see.
create or replace function api.link_page(id uuid)
returns table (seat_id uuid, state text, page jsonb)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select s.id, case when upper(a.during) <= api.clock() then 'over'
                      when a.state = 'cancelled' and s.state = 'withdrawn' then 'cancelled'
                      else s.state end,
           jsonb_build_object('respond_by', epoch(s.respond_by), -- why somebody was replaced is the office's alone
               'reason', case when s.state <> 'withdrawn' or a.state = 'cancelled' then s.reason end,
               'confirmed', a.state = 'confirmed',
               'proposals', (select coalesce(jsonb_agg(epoch(p) order by p), '[]') from unnest(s.proposals) p),
               'utc_offset_minutes', (extract(epoch from (lower(a.during) at time zone a.zone)
                                     - (lower(a.during) at time zone 'UTC')) / 60)::int,
               'revision', revision_doc(r.facts, 'expert'))
      from links l join seats s on s.id = l.seat_id join appointments a on a.id = s.appointment_id
      join revisions r on r.appointment_id = a.id and r.number = a.revision
     where l.id = link_page.id and l.purpose = 'seat'
$$;
comment on function api.link_page(uuid) is 'What an expert''s link shows; no row for an unknown link.';

-- When and where: what an expert answers to. Another expert's answer makes a revision, too, but changes
-- nothing of it.
create or replace function jamund.meeting_of(facts jsonb) returns jsonb
language sql immutable as $$
    select jsonb_build_array(facts -> 'start', facts -> 'end', facts -> 'mode', facts -> 'place', facts -> 'online_url')
$$;

-- The answer from a link's form, {"answer", "revision", "reason", "proposal_1" …}. Repeating the same
-- answer changes nothing and says so kindly. revision: what the page showed; a meeting that
-- was moved since is not answered. A form has no key: its very text, with the revision, is one (whoever
-- answers anew has a page with a later revision). Gives done, same, late, or what is wrong: reason or proposals.
create or replace function api.link_answer(id uuid, form jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    verb text := form ->> 'answer';
    to_  text := case form ->> 'answer' when 'accept' then 'accepted' when 'counter' then 'countered' else 'declined' end;
    s    seats;
    seat uuid;
    zone text;
    call jsonb;
begin
    select l.seat_id into seat from links l where l.id = link_answer.id and l.purpose = 'seat';
    if not found then perform missing('link'); end if;
    s := lock_seat(seat);
    select a.zone into zone from appointments a
      join revisions now_ on now_.appointment_id = a.id and now_.number = a.revision
      join revisions shown on shown.appointment_id = a.id and shown.number = (form ->> 'revision')::int
     where a.id = s.appointment_id and upper(a.during) > api.clock() and meeting_of(shown.facts) = meeting_of(now_.facts);
    if not found or s.state <> all (case verb when 'drop_out' then array['accepted'] else array['offered', 'countered'] end) then
        return case when s.state = to_ and to_ <> 'countered' then 'same' else 'late' end;
    end if;
    if exists (select from audit x where x.entity_id = s.appointment_id and x.via = 'link'
               and x.detail @> jsonb_build_object('seat', s.id, 'form', md5(form::text))) then -- sent again
        return case s.state when to_ then 'same' else 'late' end;
    end if;
    if verb in ('decline', 'drop_out') and coalesce(form ->> 'reason', '') = '' then
        return 'reason';
    end if;
    call := jsonb_build_object('actor', s.expert_id, 'actor_kind', 'expert', 'via', 'link');
    case verb
        when 'accept' then perform accept_seat(s, 'link');
        when 'decline' then perform decline_seat(call, s, 'link', form ->> 'reason');
        when 'drop_out' then perform drop_out(call, s, 'link', form ->> 'reason');
        when 'counter' then
            begin
                perform counter_seat(s, 'link', proposed(form, zone), form ->> 'reason');
            exception when sqlstate 'JM422' or data_exception then
                return 'proposals';
            end;
        else perform fail_field('/answer', '모르는 답입니다', 'not an answer');
    end case;
    perform log_change(call, 'appointment', s.appointment_id, 'seat.' || verb, form ->> 'reason',
                       jsonb_build_object('seat', s.id, 'form', md5(form::text)));
    return 'done';
end $$;
comment on function api.link_answer(uuid, jsonb) is 'An answer from a link''s form: done, same, late, or what is wrong with it (reason, proposals).';
