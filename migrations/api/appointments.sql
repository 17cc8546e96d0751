-- Appointments: what they look like, to people and in each published revision. How their state moves:
-- offers.sql (who is asked), seats.sql (what they answer), moves.sql (everything after).

create or replace function jamund.live(s jamund.seats) returns boolean
language sql immutable as $$ select s.state in ('offered', 'countered', 'accepted') $$;

-- Each seat as it stands: who holds or was asked for it now, else who was the last.
create or replace function jamund.current_seats(appointment uuid) returns setof jamund.seats
language plpgsql stable rows 3 set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return query
    select distinct on (s.seat) s.* from seats s where s.appointment_id = appointment
     order by s.seat, live(s) desc, s.seq desc;
end $$;

-- The facts of an appointment as they stand: the body of a revision, unmasked.
create or replace function jamund.revision_facts(a jamund.appointments) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select jsonb_build_object('appointment', a.id, 'uid', a.uid, 'created', epoch(a.created_at),
        'status', a.state, 'start', epoch(lower(a.during)), 'end', epoch(upper(a.during)), 'zone', a.zone,
        'mode', case when a.booth_id is null then q.mode else 'event' end, 'online_url', case when a.booth_id is null then q.online_url end,
        'place', case when a.booth_id is not null then (
                select jsonb_build_object('ko', v.place || ' ' || v.title || ' 부스 ' || b.number, 'en', v.place || ', ' || v.title || ', booth ' || b.number)
                  from event_booths b join events v on v.id = b.event_id where b.id = a.booth_id)
            else case q.mode
            when 'visit' then jsonb_build_object('ko', c.address, 'en', c.address)
            when 'center' then jsonb_build_object('ko', p.ko, 'en', p.en)
            when 'online' then jsonb_build_object('ko', '온라인', 'en', 'Online')
            else jsonb_build_object('ko', '전화', 'en', 'Phone') end end,
        'field', (select jsonb_build_object('code', (array_agg(f.code order by r.seat))[1],
                         'ko', string_agg(f.ko, '·' order by r.seat), 'en', string_agg(f.en, ', ' order by r.seat))
                    from (select field, min(seat) as seat from request_seats where request_id = q.id group by 1) r
                    join fields f on f.code = r.field),
        'company', jsonb_build_object('name', c.name, 'address', c.address,
            'district', jsonb_build_object('ko', d.ko, 'en', d.en),
            'contact', (select jsonb_build_object('id', t.id, 'name', t.name, 'email', t.email, 'phone', t.phone)
                          from contacts t where t.id = q.contact_id)),
        'case', jsonb_build_object('title', k.title, 'text', k.text),
        'seats', (select jsonb_agg(jsonb_build_object('state', s.state, 'seat', s.seat,
                         'field', jsonb_build_object('code', f.code, 'ko', f.ko, 'en', f.en),
                         'expert', jsonb_build_object('id', e.id, 'name', e.name, 'affiliation', e.affiliation,
                                                      'email', e.email, 'phone', e.phone)) order by s.seat)
                    from current_seats(a.id) s join experts e on e.id = s.expert_id
                    join request_seats r on r.request_id = q.id and r.seat = s.seat join fields f on f.code = r.field),
        'requester', (select jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'phone', u.phone)
                        from users u where u.id = q.created_by),
        'owner', (select jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email)
                    from users u where u.id = q.owner_id))
      from requests q join cases k on k.id = q.case_id join companies c on c.id = k.company_id
      join districts d on d.code = c.district left join places p on p.id = q.place_id
     where q.id = a.request_id
); end $$;

-- The revision as a viewer may see it: personal facts he may not see are absent.
create or replace function jamund.revision_doc(facts jsonb, viewer text) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select mask(viewer, 'meeting', facts || jsonb_strip_nulls(jsonb_build_object(
        'company', (facts -> 'company') - 'contact' || jsonb_strip_nulls(jsonb_build_object(
            'contact', mask(viewer, 'contact', nullif(facts #> '{company,contact}', 'null')))),
        'case', mask(viewer, 'case', facts -> 'case'),
        'seats', (select jsonb_agg(jsonb_set(s, '{expert}', mask(viewer, 'expert', s -> 'expert')) order by i)
                    from jsonb_array_elements(facts -> 'seats') with ordinality x (s, i)),
        'requester', mask(viewer, 'requester', facts -> 'requester'),
        'owner', mask(viewer, 'owner', facts -> 'owner'))))
); end $$;

-- The experts who are asked or come, as a revision has them.
create or replace function jamund.attendees(facts jsonb) returns jsonb
language sql immutable as $$
    select coalesce(jsonb_agg(distinct s #> '{expert,id}'), '[]') from jsonb_array_elements(facts -> 'seats') s
     where s ->> 'state' in ('offered', 'countered', 'accepted')
$$;

-- Whether a seat had been answered and was lost by the end of its meeting, not before: who was replaced earlier is not concerned.
create or replace function jamund.fell_with(s jamund.seats, a jamund.appointments) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select a.state = 'cancelled' and s.state = 'withdrawn' and s.answered_at is not null and coalesce(
        (select attendees(r.facts) ? s.expert_id::text from revisions r
          where r.appointment_id = a.id and r.number = a.revision - 1), false)
$$;

-- Writes the next revision of an appointment's visible state. SEQUENCE rises with the facts that say so (RFC 5546
-- 2.1.4); the stamp strictly rises, in whole seconds.
create or replace function jamund.revise(id uuid) returns int
language plpgsql set search_path = jamund, pg_temp as $$
declare
    a     appointments;
    prev  revisions;
    facts jsonb;
    n     int;
    seq_  int := 0;
    t     timestamptz := date_trunc('second', api.clock());
begin
    select * into a from appointments x where x.id = revise.id;
    facts := revision_facts(a);
    select * into prev from revisions where appointment_id = a.id order by number desc limit 1;
    if found then
        t := greatest(t, prev.stamp + interval '1 second');
        seq_ := prev.sequence + exists (select from significant_facts f where f.raises
            and case f.fact when 'attendees' then attendees(prev.facts) <> attendees(facts)
                else prev.facts -> f.fact is distinct from facts -> f.fact end)::int;
    end if;
    n := coalesce(prev.number, 0) + 1;
    facts := facts || jsonb_build_object('number', n, 'sequence', seq_, 'stamp', epoch(t), 'modified', epoch(t));
    insert into revisions values (a.id, n, seq_, t, a.state, facts);
    update appointments x set revision = n where x.id = a.id;
    perform lock_seated(a.id);
    perform calendar_touch(a.id);
    return n;
end $$;

create or replace function jamund.seat_doc(s jamund.seats, viewer text) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select jsonb_build_object('id', s.id, 'version', s.version, 'state', s.state, 'seat', s.seat,
        'appointment_id', s.appointment_id, 'respond_by', iso(s.respond_by),
        'answered_at', iso(s.answered_at), 'answered_via', s.answered_via, 'late', s.late, 'no_show', s.no_show,
        'proposals', (select coalesce(jsonb_agg(iso(p) order by p), '[]') from unnest(s.proposals) p),
        'overridden', to_jsonb(s.overridden),
        'expert', (select jsonb_build_object('id', e.id, 'name', e.name, 'affiliation', e.affiliation)
                     from experts e where e.id = s.expert_id))
        || mask(viewer, 'seat', jsonb_build_object('reason', s.reason, 'override_reason', s.override_reason))
); end $$;
-- The other time that the company asked for, while it waits for an answer.
create or replace function jamund.open_wish(a jamund.appointments) returns setof jamund.wishes
language sql volatile set search_path = jamund, pg_temp as $$
    select w.* from wishes w where w.appointment_id = a.id and w.settled_at is null and w.during = a.during
       and a.state in ('tentative', 'confirmed') and lower(a.during) > api.clock()
$$;
-- What the meeting's own clock is ahead of UTC.
create or replace function jamund.utc_offset_minutes(a jamund.appointments) returns int
language sql stable as $$
    select (extract(epoch from (lower(a.during) at time zone a.zone) - (lower(a.during) at time zone 'UTC')) / 60)::int
$$;

create or replace function jamund.appointment_doc(a jamund.appointments, viewer text) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select jsonb_build_object('id', a.id, 'version', a.version, 'state', a.state, 'uid', a.uid,
        'request_id', a.request_id, 'company_id', a.company_id, 'start', iso(lower(a.during), a.zone),
        'end', iso(upper(a.during), a.zone), 'zone', a.zone, 'revision', a.revision,
        'sequence', r.sequence, 'mode', r.facts -> 'mode', 'place', r.facts -> 'place',
        'created_at', iso(a.created_at), 'late', a.late, 'no_show_by', a.no_show_by,
        'seats', (select jsonb_agg(seat_doc(s, viewer) order by s.seat, s.seq)
                    from seats s where s.appointment_id = a.id),
        'report', (select jsonb_build_object('outcome', p.outcome, 'minutes', p.minutes,
                          'follow_up', p.follow_up, 'filed_at', iso(p.filed_at))
                          || mask(viewer, 'report', jsonb_build_object('summary', p.summary))
                     from reports p where p.appointment_id = a.id),
        'wish', (select jsonb_build_object('at', iso(w.wished_at),
                        'proposals', (select coalesce(jsonb_agg(iso(p) order by p), '[]') from unnest(w.proposals) p))
                        || mask(viewer, 'wish', jsonb_build_object('note', w.note)) from open_wish(a) w),
        'rating', (select jsonb_build_object('stars', g.stars, 'rated_at', iso(g.rated_at))
                          || mask(viewer, 'rating', jsonb_build_object('comment', g.comment))
                     from ratings g where g.appointment_id = a.id))
      from revisions r where r.appointment_id = a.id and r.number = a.revision
); end $$;

create or replace function api.appointment_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare a appointments;
begin
    select * into a from appointments where id = (args ->> 'id')::uuid;
    if not found then perform missing('appointment'); end if;
    return (200, etag(a.version), null, appointment_doc(a, call ->> 'role'))::api.reply;
end $$;
comment on function api.appointment_get(jsonb, jsonb) is 'One appointment with its seats and report.';

create or replace function api.appointment_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(appointment_doc(a, call ->> 'role') order by a.seq desc),
                 array_agg(a.seq order by a.seq desc), page_size(args))).*
      from (select * from appointments x
             where x.seq < page_after(args) and (args ->> 'state' is null or x.state = args ->> 'state')
               and (args ->> 'expert_id' is null or exists (select from seats s
                    where s.appointment_id = x.id and s.expert_id = (args ->> 'expert_id')::uuid))
             order by x.seq desc limit page_size(args) + 1) a
$$;
comment on function api.appointment_list(jsonb, jsonb) is 'Appointments, newest first, by page; state and expert filter.';
