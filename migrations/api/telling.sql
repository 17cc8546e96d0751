-- Who is told what. A message is the difference between what somebody knows of an appointment (the
-- last message that a daemon had in hand) and what they should know: so several changes within the
-- settle time become one message, and what was undone before it left is never told (promise 10).

-- What one party of an appointment should know now: asked, invited, gone; null: leave it as it is.
create or replace function jamund.parties(a jamund.appointments)
returns table (n int, viewer text, party uuid, name text, email text, seat_id uuid, seat_state text, wanted text)
language plpgsql stable rows 5 set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return query
    with mine as ( -- the last seat of each expert who was ever asked
        select distinct on (s.expert_id) s.* from seats s where s.appointment_id = a.id
         order by s.expert_id, live(s) desc, s.seq desc)
    select 1, 'expert', e.id, e.name, e.email, s.id, s.state,
           case when a.state not in ('tentative', 'confirmed') or s.state not in ('offered', 'countered', 'accepted') then 'gone'
                when a.state = 'confirmed' then 'invited' else 'asked' end
      from mine s join experts e on e.id = s.expert_id
    union all
    select 2, 'company', t.id, t.name, t.email, null, null,
           case when a.state = 'cancelled' then 'gone' when t.consent_at is null then null
                when a.state = 'confirmed' then 'invited' else 'stay' end
      from requests q join contacts t on t.id = q.contact_id where q.id = a.request_id
    union all
    select 3, 'field', u.id, u.name, u.email, null, null,
           case a.state when 'cancelled' then 'gone' when 'confirmed' then 'invited' else 'stay' end
      from requests q join users u on u.id = q.created_by where q.id = a.request_id;
end $$;

-- What a reader who is asked, or invited, sees: told again only when something significant of it differs.
create or replace function jamund.fingerprint(a jamund.appointments, class text, seat_id uuid, seat_state text)
returns text language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select md5(jsonb_object_agg(x.key, x.value)::text)
      from requests q, lateral jsonb_each(jsonb_build_object(
          'start', epoch(lower(a.during)), 'end', epoch(upper(a.during)), 'mode', q.mode, 'place', q.place_id,
          'booth', a.booth_id, 'online_url', q.online_url, 'status', a.state, 'seat', seat_id,
          'open', coalesce(seat_state, '') in ('offered', 'countered'),
          'experts', (select coalesce(string_agg(s.expert_id::text, ',' order by s.seat), '')
                        from current_seats(a.id) s where s.state = 'accepted'))) x
      join significant_facts f on f.fact = x.key
     where q.id = a.request_id and case class when 'asked' then f.asked else f.invited end
); end $$;

-- The kind of the message that closes the gap; null: there is none.
create or replace function jamund.news(wanted text, known text, same boolean, seat_state text) returns text
language sql immutable as $$
    select case
        when wanted = 'gone' and known = 'invited' then 'cancel'
        when wanted = 'gone' and known = 'asked' and seat_state in ('withdrawn', 'expired') then 'withdrawn'
        when wanted in ('asked', 'invited', 'stay') and known = 'invited' and not same
            then case when seat_state = 'offered' then 'move' else 'update' end
        when wanted = 'asked' and seat_state = 'offered' and not same then 'offer'
        when wanted = 'invited' and known is distinct from 'invited' then 'invite' end
$$;

-- Is there a way to this reader? A contact of a company may have a phone only: a gateway can reach it.
create or replace function jamund.reaches(kind text, email text, party uuid) returns boolean
language plpgsql stable set search_path = jamund, pg_temp as $$
begin
    return coalesce(email, '') <> ''
        or exists (select from contacts c where c.id = reaches.party and c.phone <> '')
           and exists (select from webhooks w where w.active and wants(w.kinds, 'message.' || reaches.kind));
end $$;

-- What a guest's calendar has said of the time that stands, for the next REQUEST to say it, too: else programs ask again.
create or replace function jamund.guest_partstat(a jamund.appointments, viewer_ text, party_ uuid) returns text
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce((
        select case when (was.facts -> 'start', was.facts -> 'end') = (now_.facts -> 'start', now_.facts -> 'end') then r.partstat end
          from replies r join revisions now_ on now_.appointment_id = a.id and now_.number = a.revision,
               lateral (select v.facts from revisions v where v.appointment_id = a.id and v.sequence = r.sequence
                         order by v.number desc limit 1) was
         where r.appointment_id = a.id and r.viewer = viewer_ and r.party = party_ and r.viewer <> 'expert' and r.kind = 'reply'
           and r.partstat in ('ACCEPTED', 'TENTATIVE', 'DECLINED')
           and (r.state in ('same', 'noted') or r.state in ('waiting', 'dismissed') and r.why = 'guest')
         order by r.seq desc limit 1), 'NEEDS-ACTION')
$$;

-- Writes what closes the gaps of an appointment; the messages wait for the settle time. Two
-- statements: the second must see what a daemon claimed while the first waited for it. What is
-- over is not told.
create or replace function jamund.tell_parties(appointment uuid, why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare a appointments;
begin
    select * into a from appointments where id = appointment;
    update messages m set state = 'withdrawn' from message_kinds k
     where m.appointment_id = a.id and m.state = 'queued' and k.kind = m.kind and k.standing is not null;
    perform reminders_recall(a.id);
    if upper(a.during) <= api.clock() then
        return;
    end if;
    insert into messages (kind, viewer, party, to_name, to_email, partstat, appointment_id, revision, link_id,
                          respond_by, reason, fingerprint, created_at, due_at)
    select g.kind, g.viewer, g.party, g.name, g.email,
           case when g.seat_state = 'accepted' then 'ACCEPTED'
                when g.kind = 'cancel' then g.partstat else guest_partstat(a, g.viewer, g.party) end,
           a.id, a.revision, case when g.kind in ('offer', 'move', 'invite', 'update') then
               case g.viewer when 'expert' then l.id when 'company' then link_of('company', a.id) end end,
           case when g.kind in ('offer', 'move') then s.respond_by end,
           why, g.fingerprint, api.clock(), api.clock() + make_interval(secs => o.settle_seconds)
      from office o, gaps(a) g left join seats s on s.id = g.seat_id left join links l on l.seat_id = s.id and l.purpose = 'seat'
     where g.kind is not null and reaches(g.kind, g.email, g.party)
     order by g.n, s.seat, s.seq;
end $$;

-- The last word that a party had of an appointment: of those that a daemon had in hand at least once.
create or replace function jamund.known(appointment uuid, viewer_ text, party_ uuid)
returns table (standing text, fingerprint text, partstat text)
language plpgsql stable rows 1 set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select k.standing, x.fingerprint, x.partstat from messages x join message_kinds k on k.kind = x.kind
     where x.appointment_id = appointment and x.party = party_ and x.viewer = viewer_
       and k.standing is not null and x.leased_by is not null
     order by x.seq desc limit 1;
end $$;

create or replace function jamund.gaps(a jamund.appointments)
returns table (n int, viewer text, party uuid, name text, email text, seat_id uuid, seat_state text,
               kind text, partstat text, fingerprint text)
language plpgsql stable rows 5 set search_path = jamund, pg_temp as $$
begin
    return query
    select p.n, p.viewer, p.party, p.name, p.email, p.seat_id, p.seat_state,
           news(p.wanted, m.standing, m.fingerprint is not distinct from f.f, p.seat_state), m.partstat, f.f
      from parties(a) p
      left join lateral known(a.id, p.viewer, p.party) m on true,
      lateral (select fingerprint(a, case when p.wanted = 'asked' and m.standing is distinct from 'invited'
                                          then 'asked' else 'invited' end, p.seat_id, p.seat_state) as f) f;
end $$;

-- One message at once, whatever its reader knows.
create or replace function jamund.tell(kind text, viewer text, party uuid, name text, email text,
    appointment uuid, revision int, link uuid default null, respond_by timestamptz default null,
    reason text default null, partstat text default 'NEEDS-ACTION', fingerprint text default null) returns void
language sql set search_path = jamund, pg_temp as $$
    insert into messages (kind, viewer, party, to_name, to_email, partstat, appointment_id, revision,
                          link_id, respond_by, reason, fingerprint, created_at, due_at)
    select kind, viewer, party, name, email, partstat, appointment, revision, link, respond_by, reason,
           fingerprint, api.clock(), api.clock()
     where reaches(kind, email, party)
$$;

-- The SEQUENCE of the COUNTER (RFC 5546 3.2.7) in which this time was proposed; null: no calendar program did, or it was
-- declined already.
create or replace function jamund.countered(appointment uuid, viewer_ text, party_ uuid, starts_ timestamptz[]) returns int
language sql stable set search_path = jamund, pg_temp as $$
    select r.sequence from replies r
     where r.appointment_id = appointment and r.viewer = viewer_ and r.party = party_ and r.kind = 'counter' and r.state = 'done'
       and array[r.starts] = starts_
       and not exists (select from messages m where m.appointment_id = appointment and m.viewer = viewer_ and m.party = party_
                          and m.kind = 'counter_declined' and m.created_at > r.at)
     order by r.seq desc limit 1
$$;
-- A proposal is refused, at once: a calendar program is answered by DECLINECOUNTER (RFC 5546 3.2.8), for what it countered;
-- else by kind.
create or replace function jamund.tell_refused(kind text, countered int, viewer text, party uuid, name text, email text,
    appointment uuid, revision int, link uuid, respond_by timestamptz, reason text) returns void
language sql set search_path = jamund, pg_temp as $$
    insert into messages (kind, viewer, party, to_name, to_email, appointment_id, revision, link_id, respond_by, reason, sequence,
                          created_at, due_at)
    select x.kind, viewer, party, name, email, appointment, revision, link, respond_by, reason, countered, api.clock(), api.clock()
      from (select case when countered is null then kind else 'counter_declined' end) x (kind) where reaches(x.kind, email, party)
$$;

-- A word to the owner of the request; to the deputy, too, when nobody is left to ask.
create or replace function jamund.tell_owner(kind text, appointment uuid, why text)
returns void language sql set search_path = jamund, pg_temp as $$
    select tell(kind, 'coordinator', u.id, u.name, u.email, a.id, a.revision, reason => why)
      from appointments a join requests q on q.id = a.request_id
      join users u on u.id = q.owner_id or (kind = 'unmatched' and u.id = q.deputy_id)
     where a.id = appointment order by u.id <> q.owner_id
$$;
