-- What a company may do by its link: see its appointment, ask for another time, cancel.

-- What somebody wrote into a form; null: nothing but space.
create or replace function jamund.said(words text) returns text
language sql immutable as $$ select nullif(btrim(words, E' \t\r\n\u3000'), '') $$;

create or replace function api.company_page(id uuid) returns table (state text, page jsonb)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select case when a.state = 'cancelled' then 'cancelled'
                when upper(a.during) <= api.clock() or a.state not in ('tentative', 'confirmed') then 'over'
                when lower(a.during) <= api.clock() then 'begun' else a.state end,
           jsonb_build_object('utc_offset_minutes', utc_offset_minutes(a), 'revision', revision_doc(r.facts, 'company'),
               'wish', (select jsonb_build_object('note', w.note, 'proposals',
                            (select coalesce(jsonb_agg(epoch(p) order by p), '[]') from unnest(w.proposals) p))
                          from open_wish(a) w))
      from links l join appointments a on a.id = l.appointment_id
      join revisions r on r.appointment_id = a.id and r.number = a.revision
     where l.id = company_page.id and l.purpose = 'company'
$$;
comment on function api.company_page(uuid) is 'What a company''s link shows; no row for an unknown link.';

-- The answer from its form, {"answer": other_time|cancel, "revision", "reason", "proposal_1" …}.
-- revision: what the page showed; an appointment that changed since, or has begun, takes none.
-- Gives done, same, told, late, or what is wrong: reason, wish (it says nothing), proposals, enough.
create or replace function api.company_answer(id uuid, form jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    a    appointments;
    call jsonb;
    why  text := said(form ->> 'reason');
begin
    a := lock_link('company', id);
    if a.state not in ('tentative', 'confirmed') or lower(a.during) <= api.clock()
       or a.revision <> (form ->> 'revision')::int then
        return case when a.state = 'cancelled' and form ->> 'answer' = 'cancel' then 'same' else 'late' end;
    end if;
    call := company_call(a);
    if form ->> 'answer' = 'other_time' then
        return wish_time(call, a, form, why);
    elsif why is null then
        return 'reason';
    end if;
    perform end_appointment(a.id, why);
    perform request_state(a.request_id, 'open');
    update requests set ladder_at = null where requests.id = a.request_id; -- whether it goes on, the owner says
    perform tell_owner('called_off', a.id, why);
    perform log_change(call, 'appointment', a.id, 'appointment.cancel', why,
                       (select jsonb_build_object('late', x.late) from appointments x where x.id = a.id));
    return 'done';
end $$;
comment on function api.company_answer(uuid, jsonb) is 'An answer from a company''s form: done, same, told, late, or what is wrong with it.';

-- The appointment of a link, locked after its request.
create or replace function jamund.lock_link(purpose_ text, link uuid) returns jamund.appointments
language plpgsql set search_path = jamund, pg_temp as $$
declare subject uuid;
begin
    select appointment_id into subject from links where links.id = link and purpose = purpose_;
    if not found then perform missing('link'); end if;
    return lock_appointment(subject, '{}');
end $$;

create or replace function jamund.company_call(a jamund.appointments) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('actor', q.contact_id, 'actor_kind', 'company', 'via', 'link')
      from requests q where q.id = a.request_id
$$;

-- Another time is asked for: the owner is told, nothing moves. At most five times for one time.
create or replace function jamund.wish_time(call jsonb, a jamund.appointments, form jsonb, why text) returns text
language plpgsql set search_path = jamund, pg_temp as $$
declare
    w wishes;
    starts timestamptz[];
begin
    begin
        starts := proposed(form, a.zone);
    exception when data_exception then
        return 'proposals';
    end;
    if exists (select from unnest(starts) p where not p between api.clock() and api.clock() + interval '1 year') then
        return 'proposals';
    elsif starts = '{}' and why is null then
        return 'wish';
    end if;
    select * into w from wishes where appointment_id = a.id;
    if w.during = a.during and w.proposals = starts and w.note is not distinct from why and w.settled_at is null then
        return 'told';
    elsif w.during = a.during and w.times >= 5 then
        return 'enough';
    end if;
    insert into wishes values (a.id, a.during, starts, why, 1, api.clock())
    on conflict (appointment_id) do update set during = excluded.during, proposals = excluded.proposals, note = excluded.note,
        times = case when wishes.during = excluded.during then wishes.times + 1 else 1 end, wished_at = excluded.wished_at,
        settled_at = null;
    update appointments set version = version + 1 where appointments.id = a.id;
    perform tell_owner('wished', a.id, concat_ws(E'\n', why, (
        select string_agg(to_char(p at time zone a.zone, 'YYYY-MM-DD HH24:MI'), ', ' order by p) from unnest(starts) p)));
    perform log_change(call, 'appointment', a.id, 'appointment.wish', why,
        jsonb_build_object('proposals', (select coalesce(jsonb_agg(iso(p)), '[]') from unnest(starts) p)));
    return 'told';
end $$;

-- The owner's answer to it where the time cannot be changed; a move answers by itself.
-- args: {"id", "body": {reason}}
create or replace function api.appointment_keep(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    a appointments;
    w wishes;
    why text := args #>> '{body,reason}';
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    a := lock_live((args ->> 'id')::uuid, call);
    if not exists (select from open_wish(a)) then
        perform fail('JM002', 'no other time is asked for', jsonb_build_object('state', a.state));
    end if;
    update wishes set settled_at = api.clock() where appointment_id = a.id returning * into w;
    update appointments set version = version + 1 where id = a.id returning * into a;
    perform tell_refused('kept', countered(a.id, 'company', t.id, w.proposals), 'company', t.id, t.name, t.email, a.id, a.revision,
                         link_of('company', a.id), null, why)
       from requests q join contacts t on t.id = q.contact_id where q.id = a.request_id and t.consent_at is not null;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.keep', why);
end $$;
comment on function api.appointment_keep(jsonb, jsonb) is 'The time that the company asked to leave stays; it is told why.';
