-- Reminders: a plain mail before a meeting to whoever was invited to it and still is.

-- The reminders the office wants: at t, of the meetings that start after `after`, `until` at the latest. A
-- late one (no daemon was up) is left out where the next one would follow within the quiet time.
create or replace function jamund.reminder_spans(t timestamptz)
returns table (which text, minutes int, after timestamptz, until timestamptz, quiet interval)
language sql stable rows 2 set search_path = jamund, pg_temp as $$
    with wanted as (
        select w.which, w.minutes, o.remind_quiet_minutes as quiet
          from office o, lateral (values ('first', o.remind_first_minutes), ('last', o.remind_last_minutes)) w (which, minutes)
         where w.minutes > 0 and not (w.which = 'first' and w.minutes = o.remind_last_minutes))
    select w.which, w.minutes,
           t + make_interval(mins => coalesce((select max(x.minutes) + w.quiet from wanted x where x.minutes < w.minutes), 0)),
           t + make_interval(mins => w.minutes), make_interval(mins => w.quiet)
      from wanted w
$$;

-- A reminder may go only while the meeting stands at the start it names, and while it still makes sense.
create or replace function jamund.reminder_fits(a jamund.appointments, fingerprint text, after timestamptz) returns boolean
language sql immutable as $$
    select coalesce(a.state = 'confirmed' and split_part(fingerprint, ':', 2)::bigint = jamund.epoch(lower(a.during))
                    and lower(a.during) > after, false)
$$;

-- The same of one that is about to go, and whether its reader is still invited.
create or replace function jamund.reminder_stands(m jamund.messages, a jamund.appointments) returns boolean
language plpgsql volatile set search_path = jamund, pg_temp as $$
begin
    return reminder_fits(a, m.fingerprint, (select w.after from reminder_spans(api.clock()) w where w.which = split_part(m.fingerprint, ':', 1)))
       and exists (select from parties(a) p where p.viewer = m.viewer and p.party = m.party and p.wanted = 'invited');
end $$;

-- Takes back what waits and does not stand any more: of one appointment that has just changed, or of all
-- whose time is over. What a daemon has in hand is left: it goes, or the next sweep finds it.
create or replace function jamund.reminders_recall(appointment uuid) returns void
language plpgsql set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    update messages set state = 'withdrawn' where id in (
        select m.id from messages m join appointments a on a.id = m.appointment_id
         where m.appointment_id = appointment and m.kind = 'reminder' and m.state in ('queued', 'retry') and not reminder_stands(m, a)
           for update of m skip locked);
end $$;
create or replace function jamund.reminders_expire(t timestamptz) returns void
language sql set search_path = jamund, pg_temp as $$
    update messages set state = 'withdrawn' where id in (
        select m.id from messages m join appointments a on a.id = m.appointment_id
          left join reminder_spans(t) w on w.which = split_part(m.fingerprint, ':', 1)
         where m.kind = 'reminder' and m.state in ('queued', 'retry') and not reminder_fits(a, m.fingerprint, w.after)
           for update of m skip locked)
$$;

-- Writes the reminder of one meeting to all who were told that it stands, unless they were told within
-- the quiet time before it was due. Says how many.
create or replace function jamund.remind(a jamund.appointments, which_ text, minutes int, quiet interval) returns int
language plpgsql set search_path = jamund, pg_temp as $$
declare n int;
begin
    insert into messages (kind, viewer, party, to_name, to_email, partstat, appointment_id, revision, link_id,
                          fingerprint, created_at, due_at)
    select 'reminder', p.viewer, p.party, p.name, p.email, told.partstat, a.id, a.revision, told.link_id,
           which_ || ':' || epoch(lower(a.during)), api.clock(), api.clock()
      from parties(a) p, lateral (
          select m.*, k.standing from messages m join message_kinds k on k.kind = m.kind
           where m.appointment_id = a.id and m.viewer = p.viewer and m.party = p.party
             and k.standing is not null and m.state <> 'withdrawn'
           order by m.seq desc limit 1) told
     where p.wanted = 'invited' and reaches('reminder', p.email, p.party) and told.standing = 'invited' and told.state = 'sent'
       and told.sent_at <= lower(a.during) - make_interval(mins => minutes) - quiet
     order by p.n, p.party
    on conflict do nothing;
    get diagnostics n = row_count;
    return n;
end $$;

-- Makes the reminders that are due, of at most n meetings; says how many mails. Whatever another call or
-- daemon has in hand is left for the next time; the row in reminders is what makes it happen once.
create or replace function api.reminders_make(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    t     timestamptz := api.clock();
    due   jsonb;
    d     jsonb;
    a     appointments;
    made  int;
    total int := 0;
begin
    perform reminders_expire(t);
    select coalesce(jsonb_agg(to_jsonb(y)), '[]') into due
      from (select x.id, w.* from appointments x join reminder_spans(t) w
                on lower(x.during) > w.after and lower(x.during) <= w.until
             where x.state = 'confirmed' and not exists (select from reminders r
                   where r.appointment_id = x.id and r.which = w.which and r.revision = x.revision)
             order by lower(x.during), x.id limit n for update of x skip locked) y;
    for i in 0 .. jsonb_array_length(due) - 1 loop
        d := due -> i;
        select * into a from appointments where id = (d ->> 'id')::uuid;
        insert into reminders values (a.id, d ->> 'which', a.revision, t) on conflict do nothing;
        if found then
            made := remind(a, d ->> 'which', (d ->> 'minutes')::int, (d ->> 'quiet')::interval);
            total := total + made;
            due := jsonb_set(due, array[i::text, 'mails'], to_jsonb(made));
        end if;
    end loop;
    for d in select x from jsonb_array_elements(due) x where (x ->> 'mails')::int > 0 loop -- the log's lock is the last
        perform log_change('{"actor_kind": "system", "via": "system"}', 'appointment', (d ->> 'id')::uuid, 'appointment.remind',
                           null, jsonb_build_object('which', d -> 'which', 'mails', d -> 'mails'));
    end loop;
    return total;
end $$;
comment on function api.reminders_make(int) is 'Reminds of meetings that come near; says how many mails.';
