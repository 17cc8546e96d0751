-- Appointments: offer, answer, cancel, complete. State moves here and nowhere else.

-- The facts of an appointment as they stand: the body of a revision, unmasked.
create or replace function jamund.revision_facts(a jamund.appointments) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('appointment', a.id, 'uid', a.uid, 'created', epoch(a.created_at),
        'status', a.state, 'start', epoch(lower(a.during)), 'end', epoch(upper(a.during)), 'zone', a.zone,
        'mode', q.mode, 'online_url', q.online_url,
        'place', case q.mode
            when 'visit' then jsonb_build_object('ko', c.address, 'en', c.address)
            when 'center' then jsonb_build_object('ko', p.ko, 'en', p.en)
            when 'online' then jsonb_build_object('ko', '온라인', 'en', 'Online')
            else jsonb_build_object('ko', '전화', 'en', 'Phone') end,
        'field', (select jsonb_build_object('code', f.code, 'ko', f.ko, 'en', f.en) from request_seats r
                    join fields f on f.code = r.field where r.request_id = q.id order by r.seat limit 1),
        'company', jsonb_build_object('name', c.name, 'address', c.address,
            'district', jsonb_build_object('ko', d.ko, 'en', d.en),
            'contact', (select jsonb_build_object('id', t.id, 'name', t.name, 'email', t.email, 'phone', t.phone)
                          from contacts t where t.id = q.contact_id)),
        'case', jsonb_build_object('title', k.title, 'text', k.text),
        'seats', (select jsonb_agg(jsonb_build_object('state', s.state, 'expert', jsonb_build_object(
                      'id', e.id, 'name', e.name, 'affiliation', e.affiliation, 'email', e.email,
                      'phone', e.phone)) order by s.seat, s.id)
                    from seats s join experts e on e.id = s.expert_id where s.appointment_id = a.id),
        'requester', (select jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'phone', u.phone)
                        from users u where u.id = q.created_by),
        'owner', (select jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email)
                    from users u where u.id = q.owner_id))
      from requests q join cases k on k.id = q.case_id join companies c on c.id = k.company_id
      join districts d on d.code = c.district left join places p on p.id = q.place_id
     where q.id = a.request_id
$$;

-- The revision as a viewer may see it: personal facts he may not see are absent.
create or replace function jamund.revision_doc(facts jsonb, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select facts || jsonb_strip_nulls(jsonb_build_object(
        'company', (facts -> 'company') - 'contact' || jsonb_strip_nulls(jsonb_build_object(
            'contact', mask(viewer, 'contact', nullif(facts #> '{company,contact}', 'null')))),
        'case', mask(viewer, 'case', facts -> 'case'),
        'seats', (select jsonb_agg(jsonb_set(s, '{expert}', mask(viewer, 'expert', s -> 'expert')) order by i)
                    from jsonb_array_elements(facts -> 'seats') with ordinality x (s, i)),
        'requester', mask(viewer, 'requester', facts -> 'requester'),
        'owner', mask(viewer, 'owner', facts -> 'owner')))
$$;

-- Writes the next revision of an appointment's visible state. SEQUENCE rises where the status or the
-- time changed (RFC 5546 2.1.4); the stamp strictly rises, in whole seconds.
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
        seq_ := prev.sequence + (prev.facts -> 'status' <> facts -> 'status'
            or prev.facts -> 'start' <> facts -> 'start' or prev.facts -> 'end' <> facts -> 'end')::int;
    end if;
    n := coalesce(prev.number, 0) + 1;
    facts := facts || jsonb_build_object('number', n, 'sequence', seq_, 'stamp', epoch(t), 'modified', epoch(t));
    insert into revisions values (a.id, n, seq_, t, a.state, facts);
    update appointments x set revision = n where x.id = a.id;
    update experts e set calendar_version = calendar_version + 1
     where e.id in (select expert_id from seats where appointment_id = a.id);
    return n;
end $$;

create or replace function jamund.tell(kind text, viewer text, party uuid, name text, email text,
    appointment uuid, revision int, link uuid default null, respond_by timestamptz default null,
    reason text default null, partstat text default 'NEEDS-ACTION') returns void
language sql set search_path = jamund, pg_temp as $$
    insert into messages (kind, viewer, party, to_name, to_email, partstat, appointment_id, revision,
                          link_id, respond_by, reason, created_at, due_at)
    select kind, viewer, party, name, email, partstat, appointment, revision, link, respond_by, reason,
           api.clock(), api.clock()
     where coalesce(email, '') <> ''
$$;

create or replace function jamund.tell_owner(kind text, appointment uuid, why text)
returns void language sql set search_path = jamund, pg_temp as $$
    select tell(kind, 'coordinator', u.id, u.name, u.email, a.id, a.revision, reason => why)
      from appointments a join requests q on q.id = a.request_id join users u on u.id = q.owner_id
     where a.id = appointment
$$;

-- The invitation to everyone who comes: the expert, the company's contact (with consent), the team.
create or replace function jamund.tell_invited(appointment uuid, revision int) returns void
language sql set search_path = jamund, pg_temp as $$
    select tell('invite', p.viewer, p.id, p.name, p.email, appointment, revision, partstat => p.partstat)
      from (select 1 as n, 'expert' as viewer, e.id, e.name, e.email, 'ACCEPTED' as partstat
              from seats s join experts e on e.id = s.expert_id
             where s.appointment_id = appointment and s.state = 'accepted'
            union all
            select 2, 'company', t.id, t.name, t.email, 'NEEDS-ACTION'
              from appointments a join requests q on q.id = a.request_id join contacts t on t.id = q.contact_id
             where a.id = appointment and t.consent_at is not null
            union all
            select 3, 'field', u.id, u.name, u.email, 'NEEDS-ACTION'
              from appointments a join requests q on q.id = a.request_id join users u on u.id = q.created_by
             where a.id = appointment) p
     order by p.n
$$;

-- What was not sent yet is withdrawn; a CANCEL goes to exactly those who got (or may have got) a
-- REQUEST, and a plain word to the expert who was only asked. Two statements: the second must see
-- what a daemon claimed while the first waited for it.
create or replace function jamund.tell_ended(ended uuid, new_revision int, why text) returns void
language sql set search_path = jamund, pg_temp as $$
    update messages set state = 'withdrawn' where appointment_id = ended and state = 'queued';
    select tell(case m.kind when 'invite' then 'cancel' else 'withdrawn' end, m.viewer, m.party,
                m.to_name, m.to_email, ended, new_revision, reason => why, partstat => m.partstat)
      from (select distinct on (x.party) x.* from messages x
             where x.appointment_id = ended and x.kind in ('offer', 'invite')
               and x.leased_by is not null -- a daemon had it in hand at least once
             order by x.party, (x.kind = 'invite') desc, x.seq) m
     where m.kind = 'invite' or exists (select from seats s where s.appointment_id = ended
                                         and s.expert_id = m.party and s.state in ('withdrawn', 'expired'))
     order by m.seq
$$;

create or replace function jamund.seat_doc(s jamund.seats, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', s.id, 'version', s.version, 'state', s.state, 'seat', s.seat,
        'appointment_id', s.appointment_id, 'respond_by', iso(s.respond_by),
        'answered_at', iso(s.answered_at), 'answered_via', s.answered_via, 'reason', s.reason,
        'override_reason', s.override_reason, 'overridden', to_jsonb(s.overridden),
        'expert', (select jsonb_build_object('id', e.id, 'name', e.name, 'affiliation', e.affiliation)
                     from experts e where e.id = s.expert_id))
$$;
create or replace function jamund.appointment_doc(a jamund.appointments, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', a.id, 'version', a.version, 'state', a.state, 'uid', a.uid,
        'request_id', a.request_id, 'company_id', a.company_id, 'start', iso(lower(a.during), a.zone),
        'end', iso(upper(a.during), a.zone), 'zone', a.zone, 'revision', a.revision,
        'sequence', r.sequence, 'mode', r.facts -> 'mode', 'place', r.facts -> 'place',
        'created_at', iso(a.created_at),
        'seats', (select jsonb_agg(seat_doc(s, viewer) order by s.seat, s.id)
                    from seats s where s.appointment_id = a.id),
        'report', (select jsonb_build_object('outcome', p.outcome, 'minutes', p.minutes,
                          'follow_up', p.follow_up, 'filed_at', iso(p.filed_at))
                          || mask(viewer, 'report', jsonb_build_object('summary', p.summary))
                     from reports p where p.appointment_id = a.id))
      from revisions r where r.appointment_id = a.id and r.number = a.revision
$$;

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

-- A rule that stands against an offer. Hard rules cannot be broken; soft ones with a reason.
create or replace function jamund.offer_rules(q jamund.requests, e jamund.experts, c jamund.companies,
    meeting tstzrange, t timestamptz)
returns table (rule text, hard boolean, ko text, en text)
language sql stable set search_path = jamund, pg_temp as $$
    with local as (
        select w as starts, (extract(hour from w) * 60 + extract(minute from w))::int as from_minute
          from (select lower(meeting) at time zone e.zone as w) x),
    held as (
        select (lower(a.during) at time zone e.zone)::date as day
          from seats s join appointments a on a.id = s.appointment_id
         where s.expert_id = e.id and s.state in ('offered', 'accepted')
           and a.state in ('tentative', 'confirmed', 'completed')
           and a.during && tstzrange(lower(meeting) - interval '9 days', upper(meeting) + interval '9 days'))
    select x.rule, x.hard, x.ko, x.en from local l, lateral (values
        ('not_in_field', true, '해당 분야의 자문위원이 아닙니다', 'not an expert of this field',
            not exists (select from request_seats r join expert_fields f on f.field = r.field
                         where r.request_id = q.id and f.expert_id = e.id)),
        ('level', true, '전문 등급이 요청보다 낮습니다', 'the level is lower than asked for',
            exists (select from request_seats r join expert_fields f on f.field = r.field
                     where r.request_id = q.id and f.expert_id = e.id and f.level < r.min_level)),
        ('term_over', true, '위촉 기간이 아닙니다', 'outside the term of office',
            l.starts::date not between e.term_from and e.term_until),
        ('paused', true, '활동을 쉬고 있습니다', 'paused or absent',
            exists (select from absences x where x.expert_id = e.id and x.during && meeting)),
        ('conflict_company', true, '이 기업과 이해충돌이 있습니다', 'has a conflict of interest with this company',
            conflict_of(e, c) = 'company'),
        ('conflict_affiliation', true, '소속 기관이 이 기업과 이해충돌이 있습니다',
            'the affiliation has a conflict of interest with this company', conflict_of(e, c) = 'affiliation'),
        ('excluded', true, '이 요청에서 제외되었습니다', 'excluded from this request',
            exists (select from request_exclusions x where x.request_id = q.id and x.expert_id = e.id)),
        ('mode', false, '이 방식으로는 상담하지 않습니다', 'does not consult in this mode',
            not q.mode = any (e.modes)),
        ('district', false, '이 지역을 담당하지 않습니다', 'does not serve this district',
            q.mode = 'visit' and not exists (select from expert_districts d
                where d.expert_id = e.id and d.district = c.district)),
        ('language', false, '요청한 언어로 상담하지 않습니다', 'does not speak a language asked for',
            not q.languages <@ e.languages),
        ('notice', false, '최소 통보 시간보다 가깝습니다', 'shorter notice than the expert asks for',
            lower(meeting) < t + make_interval(mins => e.notice_minutes)),
        ('cap_day', false, '하루 한도에 이르렀습니다', 'the cap of the day is reached',
            (select count(*) from held where day = l.starts::date) >= e.cap_per_day),
        ('cap_week', false, '한 주 한도에 이르렀습니다', 'the cap of the week is reached',
            (select count(*) from held where date_trunc('week', day::timestamp) = date_trunc('week', l.starts))
            >= e.cap_per_week),
        ('cap_year', false, '한 해 시간 한도에 이르렀습니다', 'the hours of the year are used up',
            minutes_since(e.id, date_trunc('year', l.starts) at time zone e.zone,
                (date_trunc('year', l.starts) + interval '1 year') at time zone e.zone) + q.minutes
            > e.hours_per_year * 60),
        ('availability', false, '상담 가능 시간이 아닙니다', 'outside the expert''s availability',
            exists (select from holidays h where h.day = l.starts::date)
            or not coalesce((select range_agg(int4range(v.from_minute, v.until_minute)) from availability v
                where v.expert_id = e.id and v.weekday = extract(isodow from l.starts))
                @> int4range(l.from_minute, l.from_minute + q.minutes), false)),
        ('window', false, '기업이 바란 시간이 아닙니다', 'outside the windows of the request',
            not q.windows @> meeting or coalesce(upper(meeting) > q.deadline, false))
    ) x (rule, hard, ko, en, broken)
    where x.broken
$$;

-- Takes the time for one subject; where it is taken, says what is in the way. ON CONFLICT DO NOTHING
-- waits for a rival's commit without deadlocking, unlike an insert that catches the violation.
create or replace function jamund.hold(subject_ uuid, kind_ text, during_ tstzrange, appointment uuid)
returns void language plpgsql set search_path = jamund, pg_temp as $$
declare h holds;
begin
    insert into holds values (subject_, kind_, during_, appointment) on conflict do nothing;
    if found then
        return;
    end if;
    select * into h from holds where subject = subject_ and during && during_ order by during limit 1;
    perform fail('23P01', format('the time of the %s is taken', kind_), jsonb_build_object('conflict',
        jsonb_build_object('kind', kind_, 'id', subject_, 'appointment_id', h.appointment_id,
                           'from', iso(lower(h.during)), 'until', iso(upper(h.during)))));
end $$;

create or replace function jamund.check_rules(q jamund.requests, e jamund.experts, c jamund.companies,
    meeting tstzrange, reason text) returns text[]
language plpgsql set search_path = jamund, pg_temp as $$
declare
    rules jsonb;
    hard_ boolean;
begin
    select coalesce(jsonb_agg(jsonb_build_object('rule', rule, 'hard', hard, 'ko', ko, 'en', en)), '[]'),
           coalesce(bool_or(hard), false)
      into rules, hard_ from offer_rules(q, e, c, meeting, api.clock());
    if hard_ or (rules <> '[]' and coalesce(reason, '') = '') then
        perform fail('JM004', case when hard_ then 'a rule that cannot be overridden stands against it'
            else 'a rule stands against it; send override_reason to break it' end,
            jsonb_build_object('rules', rules));
    end if;
    return array(select r ->> 'rule' from jsonb_array_elements(rules) r);
end $$;

-- args: {"body": {request_id, expert_id, start, override_reason}, "link": {"id", "hash"}}
create or replace function api.appointment_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r  api.reply;
    b  jsonb := args -> 'body';
    q  requests;
    e  experts;
    c  companies;
    a  appointments;
    s  seats;
    t  timestamptz := api.clock();
    meeting tstzrange;
    broken text[];
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into q from requests where id = (b ->> 'request_id')::uuid for update;
    if not found then perform fail_field('/request_id', '없는 요청입니다', 'there is no such request'); end if;
    if q.state <> 'open' then
        perform fail('JM002', 'the request is ' || q.state, jsonb_build_object('state', q.state));
    end if;
    select * into e from experts where id = (b ->> 'expert_id')::uuid for update;
    if not found then perform fail_field('/expert_id', '없는 자문위원입니다', 'there is no such expert'); end if;
    if (b ->> 'start')::timestamptz <= t then
        perform fail_field('/start', '이미 지난 시각입니다', 'the start is over already');
    end if;
    select co.* into c from companies co join cases k on k.company_id = co.id where k.id = q.case_id;
    meeting := tstzrange((b ->> 'start')::timestamptz,
                         (b ->> 'start')::timestamptz + make_interval(mins => q.minutes));
    broken := check_rules(q, e, c, meeting, b ->> 'override_reason');
    insert into appointments (request_id, company_id, uid, during, zone, created_at)
    select q.id, c.id, gen_random_uuid() || '@' || o.host, meeting, o.zone, t from office o
    returning * into a;
    perform hold(e.id, 'expert', tstzrange(lower(meeting) - make_interval(mins => e.buffer_before),
                                           upper(meeting) + make_interval(mins => e.buffer_after)), a.id);
    perform hold(c.id, 'company', meeting, a.id);
    perform hold(p.id, 'place', tstzrange(lower(meeting), upper(meeting) + make_interval(mins => p.turnaround)),
                 a.id) from places p where p.id = q.place_id;
    insert into seats (appointment_id, seat, expert_id, respond_by, override_reason, overridden)
    values (a.id, 1, e.id, respond_by(q, meeting, t), case when broken <> '{}' then b ->> 'override_reason' end,
            broken)
    returning * into s;
    update requests set state = 'offered', version = version + 1 where id = q.id;
    insert into links values ((args #>> '{link,id}')::uuid, args #>> '{link,hash}', s.id, t);
    perform tell('offer', 'expert', e.id, e.name, e.email, a.id, revise(a.id),
                 (args #>> '{link,id}')::uuid, s.respond_by);
    select * into a from appointments where id = a.id;
    r := (201, etag(a.version), '/v1/appointments/' || a.id, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.offer', s.override_reason,
                     jsonb_build_object('expert', e.id, 'overridden', to_jsonb(broken)));
end $$;
comment on function api.appointment_add(jsonb, jsonb) is 'Offers a seat at a start; the time is held.';

-- Working time to answer, by urgency; never later than the start of the meeting.
create or replace function jamund.respond_by(q jamund.requests, meeting tstzrange, t timestamptz)
returns timestamptz language sql stable set search_path = jamund, pg_temp as $$
    select least(lower(meeting), working_add(t, greatest(o.respond_work_minutes
           / case q.urgency when 'urgent' then 4 when 'high' then 2 else 1 end, 30))) from office o
$$;

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

-- Ends a live appointment: frees the time, closes its seats, tells who must know.
-- seat_end: what an offered seat becomes (declined, expired or withdrawn).
create or replace function jamund.end_appointment(appointment uuid, seat_end text, reason_ text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare n int;
begin
    -- as an offer does: the expert first, then the time (a rival for the freed time waits for us)
    perform from experts where id in (select expert_id from seats where appointment_id = appointment)
     order by id for update;
    update seats set version = version + 1,
        state = case when state = 'offered' then seat_end else 'withdrawn' end,
        reason = coalesce(reason_, reason)
     where appointment_id = appointment and state in ('offered', 'accepted');
    delete from holds where appointment_id = appointment;
    update appointments set state = 'cancelled', version = version + 1 where id = appointment;
    n := revise(appointment);
    perform tell_ended(appointment, n, reason_);
end $$;

create or replace function jamund.accept_seat(s jamund.seats, via text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if s.state <> 'offered' then
        perform fail('JM002', 'the offer is ' || s.state, jsonb_build_object('state', s.state));
    end if;
    update seats set state = 'accepted', version = version + 1, answered_at = api.clock(),
        answered_via = via where id = s.id;
    update appointments set state = 'confirmed', version = version + 1 where id = s.appointment_id;
    update requests set state = 'scheduled', version = version + 1
     where id = (select request_id from appointments where id = s.appointment_id);
    perform tell_invited(s.appointment_id, revise(s.appointment_id));
end $$;

create or replace function jamund.decline_seat(s jamund.seats, via text, reason_ text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if s.state <> 'offered' then
        perform fail('JM002', 'the offer is ' || s.state, jsonb_build_object('state', s.state));
    end if;
    update seats set answered_at = api.clock(), answered_via = via where id = s.id;
    perform end_appointment(s.appointment_id, 'declined', reason_);
    update requests set state = 'open', version = version + 1
     where id = (select request_id from appointments where id = s.appointment_id);
    perform tell_owner('declined', s.appointment_id, reason_);
end $$;

-- An answer taken by phone, recorded by a coordinator. args: {"id": seat, "body": {...}}
create or replace function jamund.answer(call jsonb, args jsonb, action text) returns api.reply
language plpgsql set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    s seats;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    s := lock_seat((args ->> 'id')::uuid);
    perform match(call, s.version);
    if action = 'seat.accept' then
        perform accept_seat(s, args #>> '{body,via}');
    else
        perform decline_seat(s, args #>> '{body,via}', args #>> '{body,reason}');
    end if;
    select * into s from seats where id = s.id;
    r := (200, etag(s.version), null, seat_doc(s, call ->> 'role'));
    return write_end(call || jsonb_build_object('via', args #>> '{body,via}'), r, 'appointment',
                     s.appointment_id, action,
                     coalesce(args #>> '{body,reason}', args #>> '{body,note}'), jsonb_build_object('seat', s.id));
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

create or replace function api.appointment_cancel(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    a appointments;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    perform from requests where id = (select request_id from appointments
                                       where id = (args ->> 'id')::uuid) for update;
    select * into a from appointments where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('appointment'); end if;
    perform match(call, a.version);
    if a.state not in ('tentative', 'confirmed') then
        perform fail('JM002', 'the appointment is ' || a.state, jsonb_build_object('state', a.state));
    end if;
    perform end_appointment(a.id, 'withdrawn', args #>> '{body,reason}');
    update requests set state = 'open', version = version + 1 where id = a.request_id;
    select * into a from appointments where id = a.id;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.cancel', args #>> '{body,reason}');
end $$;
comment on function api.appointment_cancel(jsonb, jsonb) is 'Ends an appointment; who was told is told.';

create or replace function api.appointment_complete(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    a appointments;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    perform from requests where id = (select request_id from appointments
                                       where id = (args ->> 'id')::uuid) for update;
    select * into a from appointments where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('appointment'); end if;
    perform match(call, a.version);
    if a.state <> 'confirmed' or lower(a.during) > api.clock() then
        perform fail('JM002', case when a.state = 'confirmed' then 'the meeting has not begun'
            else 'the appointment is ' || a.state end, jsonb_build_object('state', a.state));
    end if;
    insert into reports values (a.id, b ->> 'outcome', b ->> 'summary', (b ->> 'minutes')::int,
        coalesce((b ->> 'follow_up')::boolean, false), (call ->> 'actor')::uuid, api.clock());
    update appointments set state = 'completed', version = version + 1 where id = a.id returning * into a;
    update requests set state = 'done', version = version + 1 where id = a.request_id;
    if (b ->> 'follow_up')::boolean then
        update requests set state = 'open', version = version + 1 where id = a.request_id;
    end if;
    r := (200, etag(a.version), null, appointment_doc(a, call ->> 'role'));
    return write_end(call, r, 'appointment', a.id, 'appointment.complete', null,
                     jsonb_build_object('minutes', b -> 'minutes', 'outcome', b -> 'outcome'));
end $$;
comment on function api.appointment_complete(jsonb, jsonb) is 'The report: outcome, minutes, follow-up.';

-- Offers nobody answered in time, at most n. Whatever another call has in hand is left for the next
-- time, and experts are locked in one order, so that this never deadlocks with a call.
create or replace function api.offers_expire(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    due  uuid[];
    id_  uuid;
    s    seats;
    ended seats[] := array[]::seats[];
begin
    select array_agg(id) into due
      from (select x.id from seats x join appointments a on a.id = x.appointment_id
              join requests q on q.id = a.request_id
             where x.state = 'offered' and x.respond_by <= api.clock()
             order by x.respond_by, x.id limit n for update of q skip locked) d;
    perform from experts where id in (select expert_id from seats where id = any (due)) order by id for update;
    foreach id_ in array coalesce(due, '{}') loop
        s := lock_seat(id_);
        continue when s.state <> 'offered';
        perform end_appointment(s.appointment_id, 'expired', null);
        update requests set state = 'open', version = version + 1
         where id = (select request_id from appointments where id = s.appointment_id);
        perform tell_owner('expired', s.appointment_id, null);
        ended := ended || s;
    end loop;
    foreach s in array ended loop
        perform log_change('{"actor_kind": "system", "via": "system"}', 'appointment', s.appointment_id,
                           'seat.expire', null, jsonb_build_object('seat', s.id));
    end loop;
    return cardinality(ended);
end $$;
comment on function api.offers_expire(int) is 'Ends the offers whose respond_by is over; says how many.';

-- The page behind a link: the state of one seat and the facts its expert may see.
create or replace function api.link_page(hash text)
returns table (seat_id uuid, state text, page jsonb)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select s.id, case when upper(a.during) <= api.clock() then 'over'
                      when a.state = 'cancelled' and s.state = 'withdrawn' then 'cancelled'
                      else s.state end,
           jsonb_build_object('respond_by', epoch(s.respond_by), 'reason', s.reason,
               'utc_offset_minutes', (extract(epoch from (lower(a.during) at time zone a.zone)
                                     - (lower(a.during) at time zone 'UTC')) / 60)::int,
               'revision', revision_doc(r.facts, 'expert'))
      from links l join seats s on s.id = l.seat_id join appointments a on a.id = s.appointment_id
      join revisions r on r.appointment_id = a.id and r.number = a.revision
     where l.hash = link_page.hash
$$;
comment on function api.link_page(text) is 'What an expert''s link shows; no row for an unknown link.';

-- The answer from a link's form. Repeating the same answer changes nothing and says so kindly.
-- revision: what the page showed; an offer that changed since is not answered.
create or replace function api.link_answer(hash text, answer text, reason text, revision int)
returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    s    seats;
    seat uuid;
    call jsonb;
begin
    select l.seat_id into seat from links l where l.hash = link_answer.hash;
    if not found then perform missing('link'); end if;
    s := lock_seat(seat);
    if s.state <> 'offered' or exists (select from appointments a where a.id = s.appointment_id
            and (upper(a.during) <= api.clock() or a.revision <> link_answer.revision)) then
        return case when s.state = answer then 'same' else 'late' end;
    end if;
    if answer not in ('accepted', 'declined') then
        perform fail_field('/answer', '수락 또는 사양이어야 합니다', 'accepted or declined');
    end if;
    if answer = 'accepted' then
        perform accept_seat(s, 'link');
    else
        perform decline_seat(s, 'link', link_answer.reason);
    end if;
    call := jsonb_build_object('actor', s.expert_id, 'actor_kind', 'expert', 'via', 'link');
    perform log_change(call, 'appointment', s.appointment_id,
                       case answer when 'accepted' then 'seat.accept' else 'seat.decline' end,
                       link_answer.reason, jsonb_build_object('seat', s.id));
    return 'done';
end $$;
comment on function api.link_answer(text, text, text, int) is 'accepted or declined from a link: done, same or late.';
