-- The outbox: claim with a lease, deliver, mark. No transaction stays open while a mail travels.

-- Takes up to n messages for a daemon. An earlier message of the same appointment to the same person
-- goes first; a lease that ran out is taken over. Who has no address is told by webhooks alone, which
-- hear of a message when it is taken: there is nothing to deliver.
-- replies: fresh ids and hashes of reply addresses, for those who have none yet.
create or replace function api.outbox_take(worker text, n int, lease_seconds int, replies jsonb)
returns table (id uuid, attempts int, message jsonb)
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    t timestamptz := api.clock();
    ids uuid[];
begin
    perform withdraw_past(t);
    with due as (
        select m.id from messages m
         where ((m.state in ('queued', 'retry') and m.due_at <= t)
                or (m.state = 'sending' and m.lease_until <= t))
           and not exists (select from messages e where e.appointment_id = m.appointment_id
                and e.party = m.party and e.seq < m.seq and e.state in ('queued', 'retry', 'sending'))
         order by m.due_at, m.seq limit n for update skip locked),
    taken as (
        update messages m set state = 'sending', leased_by = worker, attempts = m.attempts + 1,
               lease_until = t + make_interval(secs => lease_seconds)
          from due where m.id = due.id returning m.id)
    select array_agg(k.id) into ids from taken k;
    if replies <> '[]' then
        perform reply_addresses(ids, replies, t);
    end if;
    return query select m.id, m.attempts, message_doc(m.*) from messages m where m.id = any (ids) and m.to_email <> '' order by m.seq;
    update messages m set state = 'sent', sent_at = t, lease_until = null
     where m.state = 'sending' and m.leased_by = worker and m.to_email = '';
end $$;
comment on function api.outbox_take(text, int, int, jsonb) is 'Leases due messages to a daemon.';
create or replace function api.outbox_claim(worker text, n int, lease_seconds int) -- of daemons without reply addresses
returns table (id uuid, attempts int, message jsonb)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select * from api.outbox_take(worker, n, lease_seconds, '[]')
$$;
comment on function api.outbox_claim(text, int, int) is 'Leases due messages to a daemon.';

-- A refusal is true while the same question, or the same time, stands.
create or replace function jamund.refusal_stands(m jamund.messages) returns boolean
language plpgsql stable set search_path = jamund, pg_temp as $$
begin return (
    select exists (select from appointments a where a.id = m.appointment_id and a.state in ('tentative', 'confirmed') and upper(a.during) > api.clock()
       and case m.viewer when 'expert' then exists (select from seats s where s.appointment_id = a.id and s.expert_id = m.party
                                                       and s.state = 'offered' and s.respond_by = m.respond_by)
           else (select count(distinct meeting_of(v.facts)) = 1 from revisions v where v.appointment_id = a.id and v.number in (m.revision, a.revision)) end)
); end $$;
-- What waits to tell of a meeting that is over, of a collision that is gone, or of a proposal that is overtaken, is not told any more.
create or replace function jamund.withdraw_past(t timestamptz) returns void
language plpgsql set search_path = jamund, pg_temp as $$ -- its plan is kept: each look at the outbox begins with it
begin
    update messages set state = 'withdrawn', lease_until = null where id in (
        select m.id from messages m join appointments a on a.id = m.appointment_id join message_kinds k on k.kind = m.kind
         where (m.state in ('queued', 'retry') and m.due_at <= t or m.state = 'sending' and m.lease_until <= t)
           and (upper(a.during) <= t and k.standing is not null or m.kind = 'collision' and not calendar_collides(m.seat_id)
                or m.kind = 'counter_declined' and not refusal_stands(m))
           for update of m skip locked);
end $$;

-- Each attendee of an appointment gets an address of their own with the first mail about it, and keeps it: it is
-- the organizer of their copy. (Who was told before there were such addresses keeps the old one.)
create or replace function jamund.reply_addresses(ids uuid[], replies jsonb, t timestamptz) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare
    m messages;
    n int := 0;
begin
    for m in select * from messages x where x.id = any (ids) and x.appointment_id is not null and x.to_email <> '' order by x.seq loop
        continue when reply_of(m.appointment_id, m.viewer, m.party) is not null
            or exists (select from messages e where e.appointment_id = m.appointment_id and e.party = m.party and e.viewer = m.viewer
                          and e.id <> m.id and e.leased_by is not null);
        insert into reply_addresses values ((replies -> n ->> 'id')::uuid, replies -> n ->> 'hash', m.appointment_id, m.viewer, m.party, t);
        n := n + 1;
        exit when n >= jsonb_array_length(replies);
    end loop;
end $$;

-- Whose reply address it is: an attendee of an appointment; of an expert, the seat that an answer is about. No row:
-- nobody's.
create or replace function jamund.seat_of_reply(hash text)
returns table (appointment_id uuid, uid text, viewer text, party uuid, name text, email text, seat_id uuid, seat_state text)
language sql stable rows 1 set search_path = jamund, pg_temp as $$
    select a.id, a.uid, x.viewer, x.party, coalesce(e.name, c.name, u.name), coalesce(e.email, c.email, u.email), s.id, s.state
      from reply_addresses x join appointments a on a.id = x.appointment_id
      left join experts e on x.viewer = 'expert' and e.id = x.party
      left join contacts c on x.viewer = 'company' and c.id = x.party
      left join users u on x.viewer in ('field', 'coordinator') and u.id = x.party
      left join lateral (select y.id, y.state from seats y where y.appointment_id = a.id and y.expert_id = e.id
                          order by live(y) desc, y.seq desc limit 1) s on true
     where x.hash = seat_of_reply.hash
$$;
-- The address's id; null: this attendee has none.
create or replace function jamund.reply_of(appointment uuid, viewer_ text, party_ uuid) returns uuid
language plpgsql stable set search_path = jamund, pg_temp as $$
begin return (
    select x.id from reply_addresses x where x.appointment_id = appointment and x.viewer = viewer_ and x.party = party_
); end $$;

create or replace function jamund.message_doc(m jamund.messages) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', m.id, 'kind', m.kind, 'created', epoch(m.created_at),
        'to', jsonb_build_object('name', m.to_name, 'email', m.to_email, 'partstat', m.partstat),
        'viewer', m.viewer, 'organizer', jsonb_build_object('name', o.organizer_name,
                                                            'email', o.organizer_email),
        'reply_id', reply_of(m.appointment_id, m.viewer, m.party),
        'language', m.language, 'alarm_minutes', m.alarm_minutes,
        'link_id', m.link_id, 'link_purpose', (select purpose from links where id = m.link_id), 'respond_by', epoch(m.respond_by), 'reason', m.reason, 'host', o.host,
        'thread', (select '<' || f.id || '@' || o.host || '>' from messages f -- the first REQUEST
                    where f.appointment_id = m.appointment_id and f.party = m.party and f.seq < m.seq
                      and f.kind in ('offer', 'invite') and f.leased_by is not null order by f.seq limit 1),
        'revision', revision_doc(coalesce(m.facts, r.facts), m.viewer)
                    || case when m.sequence is null then '{}' else jsonb_build_object('sequence', m.sequence, -- an answer is of the day it is given
                           'stamp', greatest((r.facts ->> 'stamp')::bigint, epoch(m.created_at))) end)
      from office o left join revisions r on r.appointment_id = m.appointment_id and r.number = m.revision
$$;

create or replace function api.outbox_sent(id uuid, worker text, sha256 text) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
begin
    update messages m set state = 'sent', sent_at = api.clock(), bytes_sha256 = sha256,
        lease_until = null, last_error = null
     where m.id = outbox_sent.id and m.state = 'sending' and m.leased_by = worker;
    return found;
end $$;
comment on function api.outbox_sent(uuid, text, text) is 'The mail server took it; false when the lease was lost.';

create or replace function api.outbox_failed(id uuid, worker text, error text, dead boolean,
    retry_seconds int) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
begin
    update messages m set state = case when dead then 'dead' else 'retry' end,
        due_at = api.clock() + make_interval(secs => retry_seconds), lease_until = null,
        last_error = left(error, 500)
     where m.id = outbox_failed.id and m.state = 'sending' and m.leased_by = worker;
    return found;
end $$;
comment on function api.outbox_failed(uuid, text, text, boolean, int) is 'Not delivered: again later, or dead.';

create or replace function jamund.outbox_doc(m jamund.messages) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', m.id, 'state', m.state, 'kind', m.kind, 'viewer', m.viewer,
        'party', m.party, 'to', jsonb_build_object('name', m.to_name, 'email', m.to_email),
        'appointment_id', m.appointment_id, 'revision', m.revision,
        'created_at', iso(m.created_at), 'attempts', m.attempts, 'due_at', iso(m.due_at),
        'sent_at', iso(m.sent_at), 'last_error', m.last_error, 'bytes_sha256', m.bytes_sha256)
$$;
create or replace function api.message_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(outbox_doc(m) order by m.seq desc), array_agg(m.seq order by m.seq desc),
                 page_size(args))).*
      from (select * from messages x
             where x.seq < page_after(args) and (args ->> 'state' is null or x.state = args ->> 'state')
               and (args ->> 'appointment_id' is null
                    or x.appointment_id = (args ->> 'appointment_id')::uuid)
             order by x.seq desc limit page_size(args) + 1) m
$$;
comment on function api.message_list(jsonb, jsonb) is 'The outbox, newest first, by page; state and appointment filter.';

create or replace function api.message_replay(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    m messages;
    a appointments;
    stands text;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    -- the appointment first, as whoever ends it does: it cannot end between our look and our write
    select x.* into a from appointments x
     where x.id = (select appointment_id from messages where id = (args ->> 'id')::uuid) for update;
    select * into m from messages where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('message'); end if;
    if m.state not in ('dead', 'bounced') then
        perform fail('JM002', 'the message is ' || m.state, jsonb_build_object('state', m.state));
    end if;
    select k.standing into stands from message_kinds k where k.kind = m.kind;
    if stands is not null and upper(a.during) <= api.clock() then
        perform fail('JM002', 'the meeting is over', jsonb_build_object('state', a.state));
    end if;
    if m.kind = 'reminder' and not reminder_stands(m, a)
       or m.kind = 'collision' and not calendar_collides(m.seat_id)
       or m.kind in ('counter_declined', 'refused', 'kept') and not refusal_stands(m)
       or m.kind = 'rating' and coalesce(rating_until(a) < api.clock(), true)
       or m.kind = 'nudge' and not exists (select from seats s where s.appointment_id = a.id and s.expert_id = m.party
                                              and s.state = 'offered' and s.respond_by = m.respond_by)
       or stands is not null and exists (select from gaps(a) g where g.viewer = m.viewer and g.party = m.party
            and (g.kind is not null or g.fingerprint is distinct from m.fingerprint and stands <> 'gone')) then
        perform fail('JM002', 'what it tells has changed since', jsonb_build_object('state', a.state));
    end if;
    update messages set state = 'queued', attempts = 0, due_at = api.clock() where id = m.id returning * into m;
    delete from bounces where email = lower(m.to_email);
    r := (200, null, null, outbox_doc(m));
    return write_end(call, r, 'message', m.id, 'message.replay');
end $$;
comment on function api.message_replay(jsonb, jsonb) is 'Sends a dead message again.';
