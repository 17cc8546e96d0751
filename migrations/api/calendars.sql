-- Calendars of experts that are read from elsewhere: kept by expert or coordinator, fetched by the daemons
-- under leases. Only the time is kept; it stands in the way of offers like an absence, but a reason overrides it.

create or replace function jamund.calendar_host(url text) returns text
language sql immutable as $$ select coalesce(left(substring(url from '^[a-z]+://(?:[^/?#]*@)?([^/?#:]*)'), 300), '') $$;
-- What tells that an expert has an address already, and tells nothing else, not even that somebody else has it, too.
create or replace function jamund.calendar_same(expert uuid, given jsonb) returns text
language sql immutable as $$ select encode(sha256(convert_to(expert || ':' || (given ->> 'same'), 'UTF8')), 'hex') $$;

create or replace function jamund.calendar_doc(c jamund.calendars, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select mask(viewer, 'calendar', jsonb_build_object('id', c.id, 'version', c.version, 'expert_id', c.expert_id, 'label', c.label,
        'host', c.host, 'created_at', iso(c.created_at),
        'state', case when c.failing_since is not null then 'failing' when c.seen_at is null then 'new' else 'fresh' end,
        'stale', c.failing_since is not null and c.seen_at is not null,
        'since', iso(c.failing_since), 'reason', c.reason, 'seen_at', iso(c.seen_at), 'next_at', iso(c.due_at), 'warnings', to_jsonb(c.warnings),
        'spans', (select count(*) from unnest(c.busy)) + (select count(*) from unnest(c.maybe))))
$$;

-- given: {"id", "address", "host", "same"}; of a daemon of the release before {"url"}.
drop function if exists jamund.calendar_store(uuid, text, text);
create or replace function jamund.calendar_store(expert uuid, given jsonb, label_ text) returns jamund.calendars
language plpgsql set search_path = jamund, pg_temp as $$
declare
    same_ text := calendar_same(expert, given);
    c calendars;
begin
    if (select count(*) from calendars x where x.expert_id = expert and x.removed_at is null) >= 4 then
        perform fail('JM409', 'there are 4 calendars already');
    elsif exists (select from calendars x where x.expert_id = expert and x.removed_at is null
                     and (x.same = same_ or x.url = given ->> 'url')) then
        perform fail('JM409', 'this calendar is there already');
    end if;
    insert into calendars (id, expert_id, url, address, host, same, label, created_at, due_at)
    values (coalesce((given ->> 'id')::uuid, gen_random_uuid()), expert, given ->> 'url', given ->> 'address',
            coalesce(left(given ->> 'host', 300), calendar_host(given ->> 'url')), same_, coalesce(label_, ''), api.clock(), api.clock())
    returning * into c;
    return c;
end $$;
-- What was read is forgotten, and the address.
create or replace function jamund.calendar_forget(expert uuid, calendar uuid) returns jamund.calendars
language sql set search_path = jamund, pg_temp as $$
    update calendars set removed_at = api.clock(), version = version + 1, url = '-', address = null, host = '', same = null, etag = null, last_modified = null,
        busy = '{}', maybe = '{}', lease_until = null, leased_by = null
     where id = calendar and expert_id = expert and removed_at is null returning *
$$;

create or replace function api.calendar_list(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    items jsonb := (select coalesce(jsonb_agg(calendar_doc(c, call ->> 'role') order by c.seq), '[]')
                      from calendars c where c.expert_id = (args ->> 'id')::uuid and c.removed_at is null);
begin
    if not exists (select from experts where id = (args ->> 'id')::uuid) then perform missing('expert'); end if;
    return (200, '"' || md5(items::text) || '"', null, jsonb_build_object('next_cursor', null, 'items', items))::api.reply;
end $$;
comment on function api.calendar_list(jsonb, jsonb) is 'The calendars that are read for an expert, and how that goes.';

-- args: {"id": expert, "body": {"label"}, "calendar": {"id", "address", "host", "same"}}
create or replace function api.calendar_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    e experts;
    c calendars;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    e := lock_expert(args, call);
    c := calendar_store(e.id, coalesce(args -> 'calendar', args -> 'body'), args #>> '{body,label}');
    perform expert_changed(e.id);
    r := (201, null, null, calendar_doc(c, call ->> 'role'));
    return write_end(call, r, 'expert', e.id, 'calendar.add', null, jsonb_build_object('calendar', c.id));
end $$;
comment on function api.calendar_add(jsonb, jsonb) is 'A calendar of an expert''s is read from now on.';

-- args: {"id": expert, "calendar_id"}
create or replace function api.calendar_remove(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    e experts;
    c calendars;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    e := lock_expert(args, call);
    select * into c from calendars x where x.id = (args ->> 'calendar_id')::uuid and x.expert_id = e.id and x.removed_at is null;
    if not found then perform missing('calendar'); end if;
    r := (200, null, null, calendar_doc(c, call ->> 'role'));
    perform calendar_forget(e.id, c.id);
    perform expert_changed(e.id);
    return write_end(call, r, 'expert', e.id, 'calendar.remove', null, jsonb_build_object('calendar', c.id));
end $$;
comment on function api.calendar_remove(jsonb, jsonb) is 'A calendar is not read any more, and what was read is forgotten.';

-- ---- the daemons: lease, read, and when to come again ----

-- Thirty days after its expert's term nobody asks for a calendar's time any more; at most n at once.
create or replace function jamund.calendars_end(n int) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare c calendars;
begin
    for c in
        select x.* from calendars x join experts e on e.id = x.expert_id
         where x.removed_at is null and x.due_at <= api.clock() and e.term_until < (api.clock() - interval '30 days')::date
         limit n for update of x skip locked
    loop
        perform calendar_forget(c.expert_id, c.id);
        perform log_change('{"actor_kind": "system", "via": "system"}', 'expert', c.expert_id, 'calendar.remove', null,
                           jsonb_build_object('calendar', c.id));
    end loop;
end $$;

-- Who the expert is in it and in which zone its floating times lie has changed: it is read anew, whatever is under way.
create or replace function jamund.calendars_anew(expert uuid) returns void
language sql set search_path = jamund, pg_temp as $$
    update calendars set etag = null, last_modified = null, read_at = null, due_at = api.clock(), lease_until = null, leased_by = null
     where expert_id = expert and removed_at is null
$$;

-- The weeks that are read, stable for a week so that the same calendar gives the same time; a calendar that
-- says it has not changed is read again after a week all the same. sealed: also those whose address is.
create or replace function jamund.calendars_lease(worker text, n int, lease_seconds int, sealed boolean)
returns table (id uuid, attempts int, message jsonb)
language plpgsql set search_path = jamund, pg_temp as $$
declare
    t timestamptz := api.clock();
    monday timestamptz := date_trunc('week', t at time zone 'UTC') at time zone 'UTC';
begin
    perform calendars_end(n);
    return query
    with due as (
        select c.id from calendars c
         where c.removed_at is null and c.due_at <= t and (c.lease_until is null or c.lease_until <= t) and (sealed or c.url is not null)
         order by c.due_at, c.seq for update skip locked limit n),
    taken as (
        update calendars c set leased_by = worker, attempts = c.attempts + 1, lease_until = t + make_interval(secs => lease_seconds)
          from due where c.id = due.id returning c.*)
    select k.id, k.attempts, jsonb_strip_nulls(jsonb_build_object('address', k.address, 'url', k.url,
               'etag', case when k.read_at >= monday then k.etag end, 'last_modified', case when k.read_at >= monday then k.last_modified end,
               'options', jsonb_build_object('from', epoch(monday), 'until', epoch(monday + interval '27 weeks'), 'zone', e.zone,
                                             'address', nullif(e.email, ''), 'own', '@' || o.host)))
      from taken k join experts e on e.id = k.expert_id cross join office o order by k.due_at, k.seq;
end $$;

create or replace function api.calendar_lease(worker text, n int, lease_seconds int) returns table (id uuid, attempts int, message jsonb)
language sql security definer set search_path = jamund, pg_temp as $$ select * from calendars_lease(worker, n, lease_seconds, true) $$;
comment on function api.calendar_lease(text, int, int) is 'Leases calendars that are due to a daemon.';
create or replace function api.calendar_claim(worker text, n int, lease_seconds int) returns table (id uuid, attempts int, message jsonb)
language sql security definer set search_path = jamund, pg_temp as $$ select * from calendars_lease(worker, n, lease_seconds, false) $$;
comment on function api.calendar_claim(text, int, int) is 'The same for daemons of the release before, which read no sealed address.';

-- A readable address is sealed by who has leased it. sealed: {"address", "host", "same"}. False: the lease was lost.
create or replace function api.calendar_seal(id uuid, worker text, sealed jsonb) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
begin
    update calendars c set url = null, address = sealed ->> 'address', host = left(sealed ->> 'host', 300), same = calendar_same(c.expert_id, sealed)
     where c.id = calendar_seal.id and c.leased_by = worker and c.removed_at is null;
    return found;
end $$;
comment on function api.calendar_seal(uuid, text, jsonb) is 'A calendar''s address is kept sealed from now on; false when the lease was lost.';

create or replace function jamund.spans_read(doc jsonb, tentative boolean) returns tstzmultirange
language sql immutable as $$
    select coalesce(range_agg(tstzrange(to_timestamp((s ->> 0)::bigint), to_timestamp((s ->> 1)::bigint))), '{}')
      from jsonb_array_elements(doc -> 'busy') s where (s ->> 2)::boolean = tentative
$$;

-- A seat whose meeting collides with its expert's own calendar, and with nothing that was said to us before.
create or replace function jamund.calendar_collides(wanted uuid) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select exists (select from seats s join appointments a on a.id = s.appointment_id join experts e on e.id = s.expert_id
                    cross join lateral collision_of(e, s, a) x
                    where s.id = wanted and live(s) and a.state in ('tentative', 'confirmed') and lower(a.during) > api.clock() and x.cause = 'calendar')
$$;
-- The owners of an expert's coming meetings are told of those that have begun to collide: before is the time that was busy
-- until now. Nothing of the calendar is told but that. A mail for each meeting, of the next ten; the worklist has them all.
create or replace function jamund.tell_collisions(expert uuid, before tstzmultirange) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    insert into messages (kind, viewer, party, to_name, to_email, appointment_id, revision, seat_id, reason, created_at, due_at)
    select 'collision', 'coordinator', u.id, u.name, u.email, n.id, n.revision, n.seat_id, n.name || ': 본인 캘린더 (own calendar)', api.clock(),
           api.clock() + make_interval(secs => o.settle_seconds)
      from office o, users u, (
          select a.id, a.revision, s.id as seat_id, e.name, q.owner_id
            from experts e join seats s on s.expert_id = e.id and live(s) join appointments a on a.id = s.appointment_id
            join requests q on q.id = a.request_id
           where e.id = expert and lower(a.during) > api.clock() and not before && a.during and calendar_collides(s.id)
             and not exists (select from messages m where m.kind = 'collision' and m.seat_id = s.id and m.state in ('queued', 'retry'))
           order by lower(a.during), a.id limit 10) n
     where u.id = n.owner_id and reaches('collision', u.email, u.id)
     order by n.id; -- appointments are locked in this order
end $$;

-- What the reader says of a calendar: doc is its answer, with etag and last_modified. False: the lease was lost.
create or replace function api.calendar_busy(id uuid, worker text, doc jsonb) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    firm tstzmultirange := spans_read(doc, false);
    old calendars;
    before tstzmultirange;
begin
    select * into old from calendars c where c.id = calendar_busy.id and c.leased_by = worker and c.lease_until > api.clock()
       and c.removed_at is null for update;
    if not found then return false; end if;
    perform pg_advisory_xact_lock(hashtextextended(old.expert_id::text, 37)); -- of two calendars, one is before the other
    select coalesce(range_agg(c.busy), '{}') into before from calendars c where c.expert_id = old.expert_id and c.removed_at is null;
    update calendars c set busy = firm, maybe = spans_read(doc, true), read_at = api.clock(), etag = left(doc ->> 'etag', 500),
        last_modified = left(doc ->> 'last_modified', 100), warnings = array(select jsonb_array_elements_text(doc -> 'warnings'))
     where c.id = old.id;
    if not before @> firm then
        perform tell_collisions(old.expert_id, before);
    end if;
    if firm <> old.busy then
        perform log_change('{"actor_kind": "system", "via": "system"}', 'expert', old.expert_id, 'calendar.read', null,
                           jsonb_build_object('calendar', old.id, 'spans', (select count(*) from unnest(firm))));
    end if;
    return true;
end $$;
comment on function api.calendar_busy(uuid, text, jsonb) is 'The time that a calendar says is busy; false when the lease was lost.';

-- It was found; again in half an hour and up to ten minutes.
create or replace function api.calendar_sent(id uuid, worker text, sha256 text) returns boolean
language sql security definer set search_path = jamund, pg_temp as $$
    with seen as (
        update calendars c set seen_at = api.clock(), failing_since = null, reason = null, attempts = 0, lease_until = null, leased_by = null,
            due_at = api.clock() + interval '30 minutes' + random() * interval '10 minutes'
         where c.id = calendar_sent.id and c.leased_by = worker and c.removed_at is null returning true)
    select exists (select from seen)
$$;
comment on function api.calendar_sent(uuid, text, text) is 'A calendar was fetched; false when the lease was lost.';

-- error: a word. dead: nothing changes that soon, so it is looked at once a day.
create or replace function api.calendar_failed(id uuid, worker text, error text, dead boolean, retry_seconds int) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
begin
    update calendars c set failing_since = coalesce(c.failing_since, api.clock()), reason = left(error, 100), lease_until = null, leased_by = null,
        due_at = api.clock() + case when dead then interval '1 day' else make_interval(secs => retry_seconds) end
     where c.id = calendar_failed.id and c.leased_by = worker and c.removed_at is null;
    return found;
end $$;
comment on function api.calendar_failed(uuid, text, text, boolean, int) is 'A calendar could not be read: again later; what was read is kept.';

-- ---- how it stands, for /metrics ----

create or replace function api.calendars_stale() returns bigint
language sql stable security definer set search_path = jamund, pg_temp as $$
    select count(*) from calendars c where c.removed_at is null and c.failing_since is not null and c.seen_at is not null
$$;
comment on function api.calendars_stale() is 'How many calendars cannot be read and count as they were last.';

-- As collision_of() says it, from the other side.
create or replace function api.calendars_colliding() returns bigint
language sql stable security definer set search_path = jamund, pg_temp as $$
    select count(distinct s.id) from calendars c join seats s on s.expert_id = c.expert_id and live(s) and 'calendar' <> all (s.overridden)
      join appointments a on a.id = s.appointment_id and a.state in ('tentative', 'confirmed') and lower(a.during) > api.clock()
                         and c.busy && a.during
     where c.removed_at is null
$$;
comment on function api.calendars_colliding() is 'How many coming seats lie in busy time of their experts'' calendars.';
