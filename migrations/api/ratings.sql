-- What a company thought of a consultation: asked once by mail, answered by its link.

-- Asks the contact of a completed appointment, after the office's delay, where there is consent and
-- nobody asked before. Who did not meet after all is not asked, nor anybody of what was entered afterwards.
create or replace function jamund.ask_rating(a jamund.appointments) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if a.state <> 'completed' then
        update messages set state = 'withdrawn' where appointment_id = a.id and kind = 'rating' and state in ('queued', 'retry');
        return;
    end if;
    insert into messages (kind, viewer, party, to_name, to_email, appointment_id, revision, link_id, created_at, due_at)
    select 'rating', 'company', t.id, t.name, t.email, a.id, a.revision, link_of('rating', a.id), api.clock(),
           api.clock() + make_interval(hours => o.rating_delay_hours)
      from office o, requests q join contacts t on t.id = q.contact_id
     where q.id = a.request_id and a.created_at < upper(a.during) and t.consent_at is not null and reaches('rating', t.email, t.id) and not exists (select from messages m
           where m.appointment_id = a.id and m.kind = 'rating' and m.state <> 'withdrawn');
end $$;

-- Until when an answer may be given or changed; null for what was not held.
create or replace function jamund.rating_until(a jamund.appointments) returns timestamptz
language sql stable set search_path = jamund, pg_temp as $$
    select p.filed_at + make_interval(days => o.rating_days, hours => o.rating_delay_hours)
      from office o, reports p where p.appointment_id = a.id and a.state = 'completed'
$$;

create or replace function api.rating_page(id uuid) returns table (state text, page jsonb)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select case when u.until is null then 'void' when u.until < api.clock() then 'closed'
                when g.stars is not null then 'rated' else 'open' end,
           jsonb_build_object('utc_offset_minutes', utc_offset_minutes(a), 'revision', revision_doc(r.facts, 'company'),
               'until', epoch(u.until), 'stars', g.stars, 'comment', g.comment)
      from links l join appointments a on a.id = l.appointment_id
      join revisions r on r.appointment_id = a.id and r.number = a.revision
      left join ratings g on g.appointment_id = a.id, lateral (select rating_until(a) as until) u
     where l.id = rating_page.id and l.purpose = 'rating'
$$;
comment on function api.rating_page(uuid) is 'What the link that asks for a rating shows; no row for an unknown link.';

-- {"stars", "comment"}; the last answer counts. Gives done, same, closed, enough (it was changed
-- twenty times) or stars (none was chosen).
create or replace function api.rating_answer(id uuid, form jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    a appointments;
    g ratings;
    word text := said(form ->> 'comment');
begin
    a := lock_link('rating', id);
    select * into g from ratings where appointment_id = a.id;
    if coalesce(rating_until(a) < api.clock(), true) then
        return 'closed';
    elsif form ->> 'stars' is null then
        return 'stars';
    elsif g.stars = (form ->> 'stars')::int and g.comment is not distinct from word then
        return 'same';
    elsif g.times >= 20 then
        return 'enough';
    end if;
    insert into ratings values (a.id, (form ->> 'stars')::int, word, 1, api.clock())
    on conflict (appointment_id) do update set stars = excluded.stars, comment = excluded.comment,
        times = ratings.times + 1, rated_at = excluded.rated_at;
    update appointments set version = version + 1 where appointments.id = a.id;
    perform log_change(company_call(a), 'appointment', a.id, 'appointment.rate', null, jsonb_build_object('stars', form -> 'stars'));
    return 'done';
end $$;
comment on function api.rating_answer(uuid, jsonb) is 'A company''s rating from its form: done, same, closed, enough or stars.';
