-- Answers that come in by mail: whose they are, whether they count, what they change. The document is what
-- `jamund-reader mail` makes of a message (include/reader/mail.h); env says how it came:
-- {"via", "digest", "from": return path, "to": envelope recipient or null}.

-- The hashes of the tokens behind a plus sign in the addresses it was sent to: the envelope's recipient, or, where the
-- envelope is not known, those that the head names.
create or replace function jamund.reply_hashes(env jsonb, doc jsonb) returns text[]
language sql immutable as $$
    select coalesce(array_agg(distinct encode(sha256(convert_to(lower(m[1]), 'UTF8')), 'hex')), '{}')
      from jsonb_array_elements_text(case when env ->> 'to' is not null then jsonb_build_array(env ->> 'to')
                                          else coalesce(doc -> 'to', '[]') end) address,
           regexp_match(address, '\+([A-Za-z0-9_-]{8,100})@[^@]+$') m
     where m is not null
$$;

-- An instant, or what the office's clock shows; null for a year in which nobody meets.
create or replace function jamund.told_time(text) returns timestamptz
language sql stable set search_path = jamund, pg_temp as $$
    select case when $1 !~ '^[12][0-9]{3}-' then null when $1 like '%Z' then $1::timestamptz else $1::timestamp at time zone (select zone from office) end
$$;

-- Keeps an answer for a coordinator, or only a trace of it.
create or replace function jamund.kept(r jamund.replies, state text, why text) returns jamund.replies
language plpgsql as $$
begin
    r.state := state;
    r.why := why;
    return r;
end $$;

-- Does anybody here have this address?
create or replace function jamund.knows(address text) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select exists (select from experts where lower(email) = address) or exists (select from contacts where lower(email) = address)
        or exists (select from users where lower(email) = address)
$$;
-- What has neither a tag nor a UID of ours is kept of those only whom we know: anybody can invent it.
create or replace function jamund.kept_of_known(r jamund.replies, why text) returns jamund.replies
language sql stable set search_path = jamund, pg_temp as $$
    select case when knows(r.sender) then kept(r, 'waiting', why) else kept(r, 'dropped', 'stranger') end
$$;

-- Addresses at which one told of an appointment is known: mails went there, now or of old.
create or replace function jamund.addresses_of(r jamund.replies) returns text[]
language sql stable set search_path = jamund, pg_temp as $$
    select array(select lower(m.to_email) from messages m
                  where m.appointment_id = r.appointment_id and m.viewer = r.viewer and m.party = r.party)
           || array(select lower(e.email) from experts e where r.viewer = 'expert' and e.id = r.party)
$$;

-- The seat that an expert has now, or had last, in the appointment.
create or replace function jamund.seat_now(appointment uuid, expert uuid) returns uuid
language sql stable set search_path = jamund, pg_temp as $$
    select s.id from seats s where s.appointment_id = appointment and s.expert_id = expert
     order by live(s) desc, s.seq desc limit 1
$$;

-- The one attendee for whom an answer speaks (RFC 5546 3.2.3); COUNTER may list all: then who sent it.
create or replace function jamund.attendee_of(r jamund.replies, doc jsonb, event jsonb, own text[]) returns text
language sql immutable as $$
    select case when count(*) = 1 then min(a)
                when r.kind = 'counter' then min(a) filter (where a = any (own) or own = '{}' and doc -> 'from' ? a) end
      from (select distinct lower(x ->> 'address') as a from jsonb_array_elements(coalesce(event -> 'attendees', '[]')) x) y
$$;

-- Whose answer it is: the tag of the address it came to says so, and without tags UID and ATTENDEE (RFC 6047 2.3). Fills
-- appointment, viewer, party and seat; why tells what does not fit.
create or replace function jamund.reply_match(r jamund.replies, hashes text[], doc jsonb, event jsonb)
returns jamund.replies language plpgsql set search_path = jamund, pg_temp as $$
declare
    own text[];
    why text;
    several boolean; -- who share the address: nothing tells which of them answers
begin
    if hashes <> '{}' then -- a valid tag is a secret: who writes there is no stranger
        select x.appointment_id, x.viewer, x.party into r.appointment_id, r.viewer, r.party
          from unnest(hashes) h, seat_of_reply(h) x limit 1;
        if not found then return kept_of_known(r, 'unknown_token'); end if;
    else
        if not exists (select from appointments where uid = r.uid) then return kept_of_known(r, 'unknown_uid'); end if;
        r.attendee := attendee_of(r, doc, event, '{}');
        select m.appointment_id, m.viewer, m.party, m.n > 1 into r.appointment_id, r.viewer, r.party, several
          from (select x.appointment_id, x.viewer, x.party, max(x.seq) as seq, count(*) over () as n
                  from appointments a join messages x on x.appointment_id = a.id
                 where a.uid = r.uid and lower(x.to_email) = r.attendee and x.leased_by is not null
                 group by x.appointment_id, x.viewer, x.party) m order by m.seq desc limit 1;
        why := case when several then 'other_attendee'
                    when found then case when reply_of(r.appointment_id, r.viewer, r.party) is not null then 'no_token' end
                    when r.attendee is null then 'attendees' else 'other_attendee' end;
        if why is not null then return kept(r, 'waiting', why); end if;
    end if;
    own := addresses_of(r);
    r.seat_id := case r.viewer when 'expert' then seat_now(r.appointment_id, r.party) end;
    r.attendee := attendee_of(r, doc, event, own);
    return kept(r, 'waiting', case
        when r.uid is distinct from (select uid from appointments where id = r.appointment_id) then 'other_uid'
        when not (select count(*) = 1 and bool_and(f = any (own)) from jsonb_array_elements_text(doc -> 'from') f) then 'other_sender'
        when r.attendee is null then 'attendees'
        -- an alias of theirs is taken when the tag vouches for it; somebody else's address is not
        when r.attendee <> all (own) and (hashes = '{}' or is_known(r.appointment_id, r.attendee)) then 'other_attendee'
        when event ->> 'recurrence_id' is not null then 'recurrence' end);
end $$;
create or replace function jamund.is_known(appointment uuid, address text) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select exists (select from experts where lower(email) = address)
        or exists (select from messages where appointment_id = appointment and lower(to_email) = address)
$$;

-- What makes an answer meaningless: a later one of the same attendee's calendar, or a meeting that has moved since
-- (RFC 5546 2.1.5).
create or replace function jamund.reply_age(r jamund.replies) returns text
language plpgsql stable set search_path = jamund, pg_temp as $$
begin return (
    select case
        when exists (select from reply_marks m where (m.appointment_id, m.viewer, m.party) = (r.appointment_id, r.viewer, r.party)
                        and (m.sequence, m.stamp) > (r.sequence, r.stamp)) then 'older'
        when meeting_of(was.facts) is distinct from meeting_of(now_.facts) then 'moved' end
      from appointments a join revisions now_ on now_.appointment_id = a.id and now_.number = a.revision
      left join lateral (select * from revisions v where v.appointment_id = a.id and v.sequence = r.sequence
                          order by v.number desc limit 1) was on true
     where a.id = r.appointment_id
); end $$;
-- By the clock of its program it is older than the expert's answer by another way, or than the question that stands,
-- unless it names a SEQUENCE that was given with that question.
create or replace function jamund.reply_is_early(r jamund.replies, event jsonb, s jamund.seats) returns boolean
language plpgsql stable set search_path = jamund, pg_temp as $$
begin return coalesce(
    r.stamp < date_trunc('second', s.answered_at) and s.answered_via <> 'mail', false)
    or r.stamp < date_trunc('second', coalesce(s.asked_at, s.created_at))
       and not exists (select from revisions v where v.appointment_id = r.appointment_id
                          and v.sequence = least((event ->> 'sequence')::int, r.sequence)
                       having min(v.stamp) >= date_trunc('second', coalesce(s.asked_at, s.created_at)));
end $$;
-- Would it change nothing? Then nobody need look at it.
create or replace function jamund.reply_is_idle(r jamund.replies, s jamund.seats) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select case when r.kind = 'counter' then not live(s) or s.proposals = array[r.starts]
                when r.partstat = 'ACCEPTED' then s.state = 'accepted' when r.partstat = 'DECLINED' then not live(s)
                when r.partstat = 'TENTATIVE' then s.state <> 'accepted' else r.partstat is distinct from 'DELEGATED' end
$$;
-- Which SEQUENCE it answers. 0 may mean that there is none (RFC 5545 3.8.7.4): then the start tells, and it is the first
-- with that start. One that we never gave is taken for the last.
create or replace function jamund.reply_sequence(appointment uuid, event jsonb) returns int
language sql stable set search_path = jamund, pg_temp as $$
    select greatest(least(coalesce((event ->> 'sequence')::int, 0), v.sequence), case when told_time(event ->> 'start') = lower(a.during) then
               (select min(x.sequence) from revisions x where x.appointment_id = a.id and x.number > coalesce(
                   (select max(y.number) from revisions y where y.appointment_id = a.id and y.facts -> 'start' <> v.facts -> 'start'), 0)) end)
      from appointments a join revisions v on v.appointment_id = a.id and v.number = a.revision where a.id = appointment
$$;
create or replace function jamund.mark_reply(r jamund.replies) returns void
language sql set search_path = jamund, pg_temp as $$
    insert into reply_marks values (r.appointment_id, r.viewer, r.party, r.sequence, r.stamp)
    on conflict (appointment_id, viewer, party) do update set sequence = excluded.sequence, stamp = excluded.stamp
     where (reply_marks.sequence, reply_marks.stamp) < (excluded.sequence, excluded.stamp)
$$;

-- What a participation status asks for, whichever way a calendar told it: done, same, noted, or the reason why not.
-- action: what the change log calls it; null when nothing has changed.
create or replace function jamund.seat_partstat(call jsonb, s jamund.seats, partstat text, via text, note text,
    out state text, out action text)
language plpgsql set search_path = jamund, pg_temp as $$
begin
    state := case
        when partstat = 'DELEGATED' then 'delegated'
        when partstat not in ('ACCEPTED', 'DECLINED', 'TENTATIVE') then 'noted'
        when partstat = 'ACCEPTED' and s.state = 'accepted' then 'same'
        when partstat = 'DECLINED' and not live(s) then case s.state when 'declined' then 'same' else 'late' end
        when not live(s) then 'gone'
        when partstat = 'TENTATIVE' then case s.state when 'accepted' then 'unsure' else 'noted' end
        else 'done' end;
    if state <> 'done' then
        return;
    elsif partstat = 'ACCEPTED' then
        action := 'seat.accept';
        perform accept_seat(s, via);
    elsif s.state = 'accepted' then
        action := 'seat.drop_out';
        perform drop_out(call, s, via, note);
    else
        action := 'seat.decline';
        perform decline_seat(call, s, via, note);
    end if;
end $$;

-- Another time is proposed (RFC 5546 3.2.7): the same proposal as by link, for its owner to take or to refuse.
create or replace function jamund.seat_propose(s jamund.seats, starts timestamptz, ends timestamptz, via text, note text,
    out state text, out action text)
language plpgsql set search_path = jamund, pg_temp as $$
declare
    a appointments;
    minutes bigint := extract(epoch from ends - starts) / 60;
begin
    select * into a from appointments where id = s.appointment_id;
    state := case when not live(s) then 'gone' when s.state = 'accepted' then 'accepted'
        when starts is null or starts = lower(a.during) then 'no_time'
        when s.state = 'countered' and s.proposals = array[starts] then 'same'
        when starts <= api.clock() or starts > api.clock() + interval '1 year' then 'times' else 'done' end;
    if state = 'done' then
        action := 'seat.counter';
        perform counter_seat(s, via, array[starts], concat_ws(' ', nullif(left(note, 1980), ''),
            case when minutes > 0 and minutes <> extract(epoch from upper(a.during) - lower(a.during)) / 60 then '(' || minutes || '분)' end));
    end if;
end $$;

-- What a guest answers (the company's contact, who asked for it): their coming is not asked for, so nothing changes;
-- another time that the company proposes is its wish, as by its link.
create or replace function jamund.guest_answer(call jsonb, r jamund.replies) returns text
language plpgsql set search_path = jamund, pg_temp as $$
declare a appointments;
begin
    select * into a from appointments where id = r.appointment_id;
    if r.kind = 'reply' then
        return case when a.state not in ('tentative', 'confirmed') then 'late' when r.partstat = 'DECLINED' then 'guest'
                    when r.partstat = 'ACCEPTED' then 'same' else 'noted' end;
    end if;
    return case when a.state not in ('tentative', 'confirmed') then 'gone'
        when r.starts is null or r.starts = lower(a.during) then 'no_time' when r.viewer <> 'company' then 'guest'
        else (select case w when 'told' then 'done' else 'times' end from wish_time(call, a, jsonb_build_object('proposal_1',
                  to_char(r.starts at time zone a.zone, 'YYYY-MM-DD"T"HH24:MI:SS')), nullif(r.comment, '')) w) end;
end $$;

-- REFRESH (RFC 5546 3.2.6): what its attendee was told last is told again, as it is now; not more than once in ten minutes.
create or replace function jamund.tell_again(r jamund.replies, s jamund.seats) returns text
language plpgsql set search_path = jamund, pg_temp as $$
declare
    m messages;
    p record;
    stands text;
begin
    select x.*  into m from messages x join message_kinds k on k.kind = x.kind
     where x.appointment_id = r.appointment_id and x.viewer = r.viewer and x.party = r.party and k.standing is not null
       and x.leased_by is not null order by x.seq desc limit 1;
    select k.standing into stands from message_kinds k where k.kind = m.kind;
    select x.name, x.email, x.wanted into p from appointments a, parties(a) x
     where a.id = r.appointment_id and x.viewer = r.viewer and x.party = r.party;
    if coalesce(stands, 'gone') = 'gone' or coalesce(p.wanted, 'gone') = 'gone' or coalesce(p.email, '') = '' then
        return 'late'; -- it is over for them, or they do not want to be told any more
    elsif s.state = 'countered'
          or exists (select from replies y where (y.appointment_id, y.viewer, y.party) = (r.appointment_id, r.viewer, r.party)
                        and y.kind = 'refresh' and y.state = 'done' and y.at > api.clock() - interval '10 minutes')
          or exists (select from messages q where (q.appointment_id, q.viewer, q.party) = (r.appointment_id, r.viewer, r.party)
                        and q.state in ('queued', 'retry', 'sending')) then
        return 'same';
    end if;
    perform tell(case when stands = 'asked' then 'offer' when s.state in ('offered', 'countered') then 'move' else 'invite' end,
                 m.viewer, m.party, p.name, p.email, a.id, a.revision, m.link_id, case when s.state = 'offered' then s.respond_by end,
                 partstat => case when s.state = 'accepted' then 'ACCEPTED' else guest_partstat(a, m.viewer, m.party) end, fingerprint => m.fingerprint)
       from appointments a where a.id = r.appointment_id;
    return 'done';
end $$;

-- What the event says, made fit for the tables.
create or replace function jamund.reply_facts(r jamund.replies, event jsonb) returns jamund.replies
language plpgsql stable set search_path = jamund, pg_temp as $$
begin
    r.uid := left(event ->> 'uid', 255);
    r.stamp := least(coalesce(told_time(event ->> 'dtstamp'), api.clock()), api.clock()); -- a clock that is ahead is not later for ever
    r.comment := left(event ->> 'comment', 2000);
    if r.kind = 'counter' then
        r.starts := told_time(event ->> 'start');
        r.ends := told_time(event ->> 'end');
    end if;
    return r;
end $$;

-- What became of an answer, with what the change log is told of it: written last of all.
create or replace function jamund.taken(r jamund.replies, line jsonb default null) returns jsonb
language sql immutable as $$ select jsonb_build_object('reply', to_jsonb(r), 'line', line) $$;

-- One answer of a calendar program.
create or replace function jamund.take_calendar(hashes text[], doc jsonb, event jsonb, r jamund.replies) returns jsonb
language plpgsql set search_path = jamund, pg_temp as $$
declare
    s    seats;
    x    record;
    call jsonb;
begin
    r := reply_match(reply_facts(r, event), hashes, doc, event);
    if r.why is not null then
        return taken(r);
    end if;
    select left(upper(p ->> 'partstat'), 20) into r.partstat from jsonb_array_elements(event -> 'attendees') p
     where lower(p ->> 'address') = r.attendee limit 1;
    if r.viewer = 'expert' then
        s := lock_seat(r.seat_id);
    else
        perform lock_appointment(r.appointment_id, '{}');
    end if;
    r.sequence := reply_sequence(r.appointment_id, event);
    r.why := case when r.kind <> 'refresh' then reply_age(r) end;
    if r.why is not null then
        r := kept(r, 'old', r.why);
        return taken(r);
    elsif r.kind <> 'refresh' and reply_is_early(r, event, s) then -- its clock may be slow: what would change something is looked at
        r := kept(r, case when reply_is_idle(r, s) then 'old' else 'waiting' end, 'older');
        return taken(r);
    end if;
    if r.kind <> 'refresh' then
        perform mark_reply(r);
    end if;
    if (select upper(during) <= api.clock() from appointments where id = r.appointment_id) then
        r := kept(r, case when r.kind = 'refresh' or r.viewer <> 'expert' or r.partstat = 'DECLINED' and not live(s)
                            or r.partstat = 'ACCEPTED' and s.state = 'accepted' then 'late' else 'waiting' end, 'over');
        return taken(r);
    end if;
    call := jsonb_build_object('actor', r.party, 'via', 'mail',
                               'actor_kind', case r.viewer when 'field' then 'user' when 'coordinator' then 'user' else r.viewer end);
    begin
        if r.kind = 'refresh' then
            select tell_again(r, s) as state, null::text as action into x;
        elsif r.viewer <> 'expert' then
            select guest_answer(call, r) as state, null::text as action into x;
        elsif r.kind = 'counter' then
            x := seat_propose(s, r.starts, r.ends, 'mail', r.comment);
        else
            x := seat_partstat(call, s, coalesce(r.partstat, 'NEEDS-ACTION'), 'mail', r.comment);
        end if;
    exception when others then
        if sqlstate not like 'JM%' then raise; end if;
        r := kept(r, 'waiting', 'refused');
        return taken(r);
    end;
    if x.state not in ('done', 'same', 'late', 'noted') then
        r := kept(r, 'waiting', x.state);
        return taken(r);
    end if;
    r.state := x.state;
    delete from bounces where email in (r.attendee, r.sender);
    if x.action is null then
        return taken(r);
    end if;
    return taken(r, call || jsonb_build_object('entity', 'appointment', 'id', r.appointment_id, 'action', x.action, 'reason', r.comment,
                                           'detail', jsonb_build_object('seat', s.id, 'reply', r.id)));
end $$;

-- A report that a mail of ours did not arrive: found by that mail's Message-ID, or by the token of the address the report
-- was sent to. Only what has failed for good counts.
create or replace function jamund.take_report(hashes text[], doc jsonb, r jamund.replies) returns jsonb
language plpgsql set search_path = jamund, pg_temp as $$
declare
    m messages;
    said jsonb := doc #> '{bounce,recipients}';
    why_ jsonb;
begin
    r.kind := 'bounce';
    select * into m from messages x where x.id = (
        select (regexp_match(doc #>> '{bounce,message_id}', '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})@'))[1]::uuid);
    if not found then
        select x.* into m from unnest(hashes) h, seat_of_reply(h) w, messages x
         where x.appointment_id = w.appointment_id and x.viewer = w.viewer and x.party = w.party and x.leased_by is not null
         order by x.seq desc limit 1;
    end if;
    if m.appointment_id is not null then -- first, as in every change of it
        perform lock_appointment(m.appointment_id, '{}');
    end if;
    select * into m from messages where id = m.id for update;
    if not found or m.state not in ('sent', 'sending', 'bounced') then
        r := kept(r, 'dropped', 'not_ours');
        return taken(r);
    end if;
    r.message_id := m.id;
    r.appointment_id := m.appointment_id;
    select f into why_ from jsonb_array_elements(said) f where lower(f ->> 'action') = 'failed' limit 1;
    if why_ is null then
        r := kept(r, 'dropped', 'not_failed');
        return taken(r);
    elsif m.state = 'bounced' then
        r.state := 'same';
        return taken(r);
    end if;
    r.state := 'done';
    update messages set state = 'bounced', lease_until = null,
        last_error = left(concat_ws(' ', why_ ->> 'status', why_ ->> 'diagnostic'), 500) where id = m.id;
    insert into bounces values (lower(m.to_email), api.clock(),
                                coalesce(substring(why_ ->> 'status' from '^[245]\.\d{1,3}\.\d{1,3}$'), ''), m.id)
    on conflict (email) do update set at = excluded.at, status = excluded.status, message_id = excluded.message_id;
    return taken(r, jsonb_build_object('actor_kind', 'system', 'via', 'mail', 'entity', 'message', 'id', m.id, 'action', 'message.bounce',
                               'detail', jsonb_build_object('status', why_ -> 'status')));
end $$;

-- A mail that is no calendar's answer: kept when somebody known wrote it, or something in it could not be read.
create or replace function jamund.take_other(env jsonb, hashes text[], doc jsonb, r jamund.replies) returns jamund.replies
language plpgsql stable set search_path = jamund, pg_temp as $$
declare
    known_ boolean := exists (select from unnest(hashes) h, seat_of_reply(h)) or knows(r.sender);
    methods boolean := exists (select from jsonb_array_elements(doc -> 'calendars') c where c ->> 'error' is null);
    errors  boolean := exists (select from jsonb_array_elements(doc -> 'calendars') c where c ->> 'error' is not null);
begin
    r.comment := left(doc ->> 'text', 2000);
    return case when doc ->> 'auto' is not null or env ->> 'from' = '' then kept(r, 'dropped', 'automatic')
        when not known_ then kept(r, 'dropped', 'stranger')
        when errors then kept(r, 'waiting', 'unreadable')
        when (doc ->> 'tnef')::boolean then kept(r, 'waiting', 'tnef')
        when methods then kept(r, 'waiting', 'method')
        else kept(r, 'waiting', 'no_answer') end;
end $$;

-- What may wait, in all, of one sender and about one appointment; one more is sent again later by its mail server, and
-- never forgotten.
create or replace function jamund.demand_room(r jamund.replies) returns void
language plpgsql stable set search_path = jamund, pg_temp as $$
begin
    if exists (select from replies where state = 'waiting' having count(*) >= 1000 or count(*) filter (where sender = r.sender) >= 50
                   or count(*) filter (where appointment_id = r.appointment_id) >= 50) then
        raise exception using errcode = '53400', message = 'too many replies wait to be looked at';
    end if;
end $$;

-- Writes an answer down. Who sent it and what it says stays only where somebody may have to read it.
create or replace function jamund.write_reply(r jamund.replies) returns text
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if r.state = 'waiting' then
        perform demand_room(r);
    end if;
    if r.state not in ('waiting', 'noted') then
        r.sender := null;
        r.attendee := null;
        r.comment := null;
    end if;
    r.attendee := left(r.attendee, 254);
    insert into replies overriding user value select r.*; -- seq is the table's own
    return r.state;
end $$;

-- Takes one message; says what became of each answer in it ("done", "same old", …). The same bytes again change nothing.
create or replace function api.mail_take(env jsonb, doc jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    hashes text[] := reply_hashes(env, doc);
    base   replies;
    r      replies;
    took   jsonb;
    answer record;
    lines  jsonb := jsonb '[]';
    states text[];
    ids    uuid[] := array[]::uuid[];
begin
    perform pg_advisory_xact_lock(hashtextextended(env ->> 'digest', 28));
    select array_agg(p.state order by p.nth) into states from replies p where p.digest = env ->> 'digest';
    if states is not null then
        return array_to_string(states, ' ');
    end if;
    base.digest := env ->> 'digest';
    base.via := env ->> 'via';
    base.at := api.clock();
    base.kind := 'mail';
    base.nth := 0;
    base.sender := left(lower(doc #>> '{from,0}'), 254);
    for answer in
        select lower(c ->> 'method') as method, e as event
          from jsonb_array_elements(coalesce(doc -> 'calendars', '[]')) c, jsonb_array_elements(coalesce(c -> 'events', '[]')) e
         where upper(c ->> 'method') in ('REPLY', 'COUNTER', 'REFRESH') limit 8
    loop
        base.nth := base.nth + 1;
        base.id := gen_random_uuid();
        r := base;
        r.kind := answer.method;
        took := take_calendar(hashes, doc, answer.event, r);
        states := states || write_reply(jsonb_populate_record(null::replies, took -> 'reply'));
        lines := lines || coalesce(nullif(took -> 'line', 'null'), '[]');
        ids := ids || case when states[base.nth] = 'waiting' then array[base.id] else '{}' end;
    end loop;
    if base.nth = 0 then
        base.id := gen_random_uuid();
        if jsonb_typeof(doc -> 'bounce') = 'object' then
            took := take_report(hashes, doc, base);
            lines := lines || coalesce(nullif(took -> 'line', 'null'), '[]');
            base := jsonb_populate_record(null::replies, took -> 'reply');
        else
            base := take_other(env, hashes, doc, base);
        end if;
        states := array[write_reply(base)];
        ids := case when states[1] = 'waiting' then array[base.id] else '{}' end;
    end if;
    perform log_change(l, l ->> 'entity', (l ->> 'id')::uuid, l ->> 'action', l ->> 'reason', coalesce(l -> 'detail', '{}'))
       from jsonb_array_elements(lines) l;
    if ids <> '{}' then
        perform log_lines('reply', ids, 'reply.keep');
    end if;
    return array_to_string(states, ' ');
end $$;
comment on function api.mail_take(jsonb, jsonb) is 'Takes a message that came in, as the reader read it; says what became of it.';

-- ---- for coordinators ----

create or replace function jamund.reply_doc(r jamund.replies, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select mask(viewer, 'reply', jsonb_build_object('sender', r.sender, 'attendee', r.attendee, 'comment', r.comment))
        || jsonb_build_object('id', r.id, 'state', r.state, 'kind', r.kind, 'at', iso(r.at), 'via', r.via, 'uid', r.uid,
            'partstat', r.partstat, 'start', iso(r.starts), 'end', iso(r.ends),
            'why', (select jsonb_build_object('code', w.reason, 'ko', w.ko, 'en', w.en) from reply_reasons w where w.reason = r.why),
            'appointment_id', r.appointment_id, 'seat_id', r.seat_id, 'message_id', r.message_id,
            'viewer', r.viewer, 'party', r.party, 'dismissed_at', iso(r.dismissed_at))
$$;

-- args: state (waiting, unless another is asked for), appointment_id, limit, cursor
create or replace function api.reply_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(reply_doc(r, call ->> 'role') order by r.seq desc), array_agg(r.seq order by r.seq desc), page_size(args))).*
      from (select * from replies x where x.seq < page_after(args) and x.state = coalesce(args ->> 'state', 'waiting')
               and (args ->> 'appointment_id' is null or x.appointment_id = (args ->> 'appointment_id')::uuid)
             order by x.seq desc limit page_size(args) + 1) r
$$;
comment on function api.reply_list(jsonb, jsonb) is 'What came in by mail, newest first, by page: what waits for a look, or another state.';

create or replace function api.reply_dismiss(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    out_ api.reply;
    r replies;
begin
    out_ := write_begin(call);
    if out_.status is not null then return out_; end if;
    select * into r from replies where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('reply'); end if;
    if r.state <> 'waiting' then
        perform fail('JM002', 'the reply is ' || r.state, jsonb_build_object('state', r.state));
    end if;
    update replies set state = 'dismissed', dismissed_at = api.clock(), dismissed_by = (call ->> 'actor')::uuid
     where id = r.id returning * into r;
    out_ := (200, null, null, reply_doc(r, call ->> 'role'));
    return write_end(call, out_, 'reply', r.id, 'reply.dismiss');
end $$;
comment on function api.reply_dismiss(jsonb, jsonb) is 'Somebody has looked at a reply that waited.';

-- Forgets at most n of what came in half a year ago and waits for nobody.
create or replace function api.replies_forget(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare gone int;
begin
    delete from replies where id in (select id from replies where state <> 'waiting' and at < api.clock() - interval '180 days'
                                      order by at limit n);
    get diagnostics gone = row_count;
    return gone;
end $$;
comment on function api.replies_forget(int) is 'Forgets old answers that wait for nobody; says how many.';
