-- CalDAV (RFC 4791, 6578): an expert's appointments as one collection. Its version is experts.calendar_version,
-- which rises under the lock of the expert, so versions appear in order.

-- Notes a change of an appointment in the calendars of all who have or had a seat in it. What an expert declined or lost
-- is gone from theirs; what was cancelled after they had answered stays for 14 days, everything else for three months.
-- Nothing changes for those from whose calendars it has gone before.
create or replace function jamund.calendar_touch(appointment uuid) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    with now_ as (
    select e.id, v.stays and v.until > api.clock() as shown, v.until
      from appointments a join revisions r on r.appointment_id = a.id and r.number = a.revision
      join lateral (select s.expert_id, bool_or(live(s)) as live, bool_or(fell_with(s, a)) as told
                      from seats s where s.appointment_id = a.id group by 1) s on true
      join experts e on e.id = s.expert_id,
      lateral (select s.live or a.state = 'cancelled' and s.told as stays,
                      least((date_trunc('month', (upper(a.during) - interval '1 microsecond') at time zone e.zone) + interval '4 months') at time zone e.zone,
                            case when not s.live then (date_trunc('day', (r.stamp - interval '1 microsecond') at time zone e.zone) + interval '15 days') at time zone e.zone end) as until) v
     where a.id = appointment
    ), touched as (
    update experts e set calendar_version = calendar_version + 1 from now_ n
     where e.id = n.id and (n.shown or not exists (select from calendar_entries c where c.expert_id = e.id
                                                      and c.appointment_id = calendar_touch.appointment and not c.shown))
    returning e.id, e.calendar_version, n.shown, n.until
    )
    insert into calendar_entries as c (expert_id, appointment_id, version, shown, leaves_at)
    select t.id, calendar_touch.appointment, t.calendar_version, t.shown, t.until from touched t
    on conflict (expert_id, appointment_id) do update set version = excluded.version, shown = excluded.shown,
        leaves_at = excluded.leaves_at, tentative = c.tentative and excluded.shown and not exists ( -- a meeting that moved is asked anew
            select from revisions r join revisions was on was.appointment_id = r.appointment_id and was.number = r.number - 1
              join appointments a on a.id = r.appointment_id and a.revision = r.number
             where a.id = c.appointment_id and meeting_of(was.facts) <> meeting_of(r.facts));
end $$;

-- Takes what time has run out for out of the calendars, at most n entries; how many.
create or replace function api.calendars_age(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    due calendar_entries[] := array(select c from calendar_entries c where shown and leaves_at <= api.clock()
                                     order by c.leaves_at, c.expert_id, c.appointment_id limit n);
    c   calendar_entries;
    v   bigint;
    done int := 0;
begin
    perform lock_experts(array(select x.expert_id from unnest(due) x));
    foreach c in array due loop
        continue when not exists (select from calendar_entries x where (x.expert_id, x.appointment_id) = (c.expert_id, c.appointment_id)
                                     and x.shown and x.leaves_at <= api.clock()); -- another daemon's, or changed meanwhile
        update experts set calendar_version = calendar_version + 1 where id = c.expert_id returning calendar_version into v;
        update calendar_entries x set shown = false, version = v
         where (x.expert_id, x.appointment_id) = (c.expert_id, c.appointment_id);
        done := done + 1;
    end loop;
    return done;
end $$;
comment on function api.calendars_age(int) is 'Takes what is long over out of the experts'' calendars; says how many.';

-- ---- passwords of calendar programs ----

create or replace function jamund.app_password_doc(p jamund.app_passwords) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', p.id, 'expert_id', p.expert_id, 'label', p.label, 'created_at', iso(p.created_at),
                              'last_used_at', iso(p.last_used_at), 'revoked_at', iso(p.revoked_at))
$$;

-- secret: {"id", "hash"}; whoever holds the lock of the expert may call it. Null: there are too many already.
create or replace function jamund.app_password_new(e jamund.experts, label text, secret jsonb) returns jamund.app_passwords
language plpgsql set search_path = jamund, pg_temp as $$
declare p app_passwords;
begin
    if (select count(*) from app_passwords x where x.expert_id = e.id and x.revoked_at is null) >= 20 then
        return null;
    end if;
    insert into app_passwords (id, hash, expert_id, label, created_at)
    values ((secret ->> 'id')::uuid, secret ->> 'hash', e.id, label, api.clock()) returning * into p;
    return p;
end $$;

-- args: {"id": expert, "body": {"label"}, "app_password": {"id", "hash"}}
create or replace function api.app_password_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    e experts;
    p app_passwords;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into e from experts where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('expert'); end if;
    p := app_password_new(e, args #>> '{body,label}', args -> 'app_password');
    if p.id is null then perform fail('JM409', 'there are 20 already: revoke one first'); end if;
    r := (201, null, null, app_password_doc(p) || jsonb_build_object('user', e.email));
    return write_end(call, r, 'expert', e.id, 'app_password.add', null, jsonb_build_object('app_password', p.id));
end $$;
comment on function api.app_password_add(jsonb, jsonb) is 'A new password for a calendar program of an expert.';

create or replace function api.app_password_list(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare items jsonb;
begin
    if not exists (select from experts where id = (args ->> 'id')::uuid) then perform missing('expert'); end if;
    select coalesce(jsonb_agg(app_password_doc(p) order by p.created_at, p.id), '[]') into items
      from app_passwords p where p.expert_id = (args ->> 'id')::uuid and p.revoked_at is null;
    return (200, '"' || left(md5(items::text), 16) || '"', null, jsonb_build_object('items', items, 'next_cursor', null))::api.reply;
end $$;
comment on function api.app_password_list(jsonb, jsonb) is 'The passwords of an expert''s calendar programs: labels and use.';

-- args: {"id": expert, "password_id"}; the command knows the password's id alone.
create or replace function api.app_password_revoke(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    p app_passwords;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    update app_passwords set revoked_at = api.clock() where id = (args ->> 'password_id')::uuid and revoked_at is null
       and (args ->> 'id' is null or expert_id = (args ->> 'id')::uuid) returning * into p;
    if not found then perform missing('app password'); end if;
    r := (200, null, null, app_password_doc(p));
    return write_end(call, r, 'expert', p.expert_id, 'app_password.revoke', null, jsonb_build_object('app_password', p.id));
end $$;
comment on function api.app_password_revoke(jsonb, jsonb) is 'Ends the password of a calendar program.';

create or replace function api.app_passwords_of(email text)
returns table (expert_id uuid, id uuid, label text, created_at text, last_used_at text)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select e.id, p.id, p.label, iso(p.created_at), iso(p.last_used_at)
      from experts e left join app_passwords p on p.expert_id = e.id and p.revoked_at is null
     where lower(e.email) = lower(app_passwords_of.email) order by p.created_at, p.id
$$;
comment on function api.app_passwords_of(text) is 'The passwords of the expert with this e-mail; no row: there is no such expert.';

-- ---- what programs read and answer ----

-- The expert who signs in so: the e-mail or the id, and a live password.
create or replace function jamund.dav_expert(who text, hash text) returns setof jamund.experts
language sql stable rows 1 set search_path = jamund, pg_temp as $$
    select e.* from app_passwords p join experts e on e.id = p.expert_id
     where p.hash = dav_expert.hash and p.revoked_at is null and lower(who) in (lower(e.email), e.id::text)
$$;

-- Who asks, and the entries of their calendar that are asked for: {"items": true, and any of "since": version (what
-- changed after it, gone or not), "names": [appointment …], "uid": a text in it, "uid_octets", "from", "until": epoch, "limit", "docs": true}.
-- No row: nobody. One row without an entry: there is none. log: the change log's version that all of it is as of; until: when the
-- calendar changes by time alone.
create or replace function api.dav_see(who text, hash text, ask jsonb)
returns table (expert_id uuid, expert text, email text, calendar bigint, id uuid, uid text, version bigint, shown boolean,
               revision int, partstat text, meeting text, state text, starts bigint, ends bigint, doc jsonb, log bigint, until bigint)
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
#variable_conflict use_column
declare
    since bigint := (ask ->> 'since')::bigint;
    names uuid[] := case when ask ? 'names' then array(select x::uuid from jsonb_array_elements_text(ask -> 'names') x) end;
    docs  boolean := coalesce((ask ->> 'docs')::boolean, false);
    octets boolean := coalesce((ask ->> 'uid_octets')::boolean, false);
    span  tstzrange := tstzrange(to_timestamp((ask ->> 'from')::float8), to_timestamp((ask ->> 'until')::float8));
    upto  bigint := (select coalesce(max(c.version), 0) from change_log c); -- in the same snapshot as the rest
    good  bigint;
    e     experts;
begin
    select * into e from dav_expert(who, hash);
    if not found then return; end if;
    good := coalesce((select epoch(min(c.leaves_at)) from calendar_entries c where c.expert_id = e.id and c.shown), 100000000000);
    if not coalesce((ask ->> 'items')::boolean, false) then
        return query select e.id, e.name, e.email, e.calendar_version, null::uuid, null, null::bigint, null::boolean, null::int, null, null, null,
                            null::bigint, null::bigint, null::jsonb, upto, good;
        return;
    end if;
    return query
    select e.id, e.name, e.email, e.calendar_version, x.*, upto, good
      from (values (1)) one left join lateral (
          select a.id, a.uid, c.version, c.shown, a.revision,
                 case when s.state in ('declined', 'expired') then 'DECLINED' when s.state in ('offered', 'countered')
                      then case when c.tentative then 'TENTATIVE' else 'NEEDS-ACTION' end
                      when s.answered_at is null then 'NEEDS-ACTION' else 'ACCEPTED' end,
                 left(md5(concat_ws(' ', x.mode, x.place, x.online_url, a.during, s.state, c.tentative)), 16), -- as it was told: its request may have another place by now
                 a.state, epoch(lower(a.during)), epoch(upper(a.during)),
                 case when docs then revision_doc(r.facts, 'expert') end
            from calendar_entries c -- then row by row: whatever is asked for, one expert's entries are few
            join lateral (select x.* from appointments x where x.id = c.appointment_id offset 0) a on true
            join revisions r on r.appointment_id = a.id and r.number = a.revision
            cross join lateral jsonb_to_record(r.facts) x (mode text, place text, online_url text)
            join lateral (select s.state, s.answered_at from seats s where s.appointment_id = a.id and s.expert_id = e.id
                           order by live(s) desc, s.seq desc limit 1) s on true
           where c.expert_id = e.id and c.version > coalesce(since, 0)
             and (c.shown or since is not null) and (names is null or c.appointment_id = any (names))
             and (ask ->> 'uid' is null or strpos(case when octets then a.uid else lower(a.uid) end,
                                                  case when octets then ask ->> 'uid' else lower(ask ->> 'uid') end) > 0) and a.during && span
           order by c.version limit coalesce((ask ->> 'limit')::int, 100000)) x on true;
end $$;
comment on function api.dav_see(text, text, jsonb) is 'Who asks by CalDAV, and what of their calendar; no row for a wrong password.';

-- With the columns of the release before: a statement that its daemons have prepared may not get others.
create or replace function api.dav_look(who text, hash text, ask jsonb)
returns table (expert_id uuid, expert text, email text, calendar bigint, id uuid, uid text, version bigint, shown boolean,
               revision int, partstat text, meeting text, state text, starts bigint, ends bigint, doc jsonb)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select s.expert_id, s.expert, s.email, s.calendar, s.id, s.uid, s.version, s.shown, s.revision, s.partstat, s.meeting, s.state,
           s.starts, s.ends, s.doc from api.dav_see(who, hash, ask) s
$$;
comment on function api.dav_look(text, text, jsonb) is 'The same for daemons of the release before.';

-- A PARTSTAT that a calendar program put: {"id": appointment, "revision": what it had seen, "partstat", "comment"}. The
-- same transitions as by link or mail, and the same answer twice changes nothing. Gives done, same; changed: the meeting
-- is another one than it had seen; late, gone: it is not asked for any more; unsure: who had accepted says maybe;
-- unknown.
create or replace function api.dav_answer(who text, hash text, answer jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    e experts;
    s seats;
    said text := answer ->> 'partstat';
    note text := nullif(answer ->> 'comment', '');
    call jsonb;
    outcome record;
begin
    select * into e from dav_expert(who, hash);
    if not found then perform fail('JM401', 'no such name and password'); end if;
    select * into s from seats y where y.appointment_id = (answer ->> 'id')::uuid and y.expert_id = e.id
     order by live(y) desc, y.seq desc limit 1;
    if not found then return 'unknown'; end if;
    s := lock_seat(s.id);
    if said = 'ACCEPTED' and s.state = 'accepted' or said = 'DECLINED' and s.state = 'declined' then
        return 'same';
    end if;
    perform from appointments a join revisions now_ on now_.appointment_id = a.id and now_.number = a.revision
       join revisions seen on seen.appointment_id = a.id and seen.number = (answer ->> 'revision')::int
      where a.id = s.appointment_id and meeting_of(seen.facts) = meeting_of(now_.facts);
    if not found then return 'changed'; end if;
    if not live(s) or exists (select from appointments a where a.id = s.appointment_id and upper(a.during) <= api.clock()) then
        return 'late';
    end if;
    if said = 'TENTATIVE' and s.state <> 'accepted' and exists (select from calendar_entries c where c.tentative
        and c.expert_id = e.id and c.appointment_id = s.appointment_id) then return 'same'; end if;
    if said not in ('ACCEPTED', 'DECLINED', 'TENTATIVE') then return 'unknown'; end if;
    call := jsonb_build_object('actor', e.id, 'actor_kind', 'expert', 'via', 'caldav');
    outcome := seat_partstat(call, s, said, 'caldav', note);
    if outcome.state = 'noted' then
        outcome.action := 'seat.tentative';
        perform calendar_tentative(s);
    elsif outcome.state <> 'done' then
        return outcome.state;
    end if;
    perform log_change(call, 'appointment', s.appointment_id, outcome.action, note, jsonb_build_object('seat', s.id));
    return 'done';
end $$;
comment on function api.dav_answer(text, text, jsonb) is 'An expert''s answer from a calendar program: done, same, or why it is not taken.';

-- "Maybe" answers nothing, but is there when the program looks again.
create or replace function jamund.calendar_tentative(s jamund.seats) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare v bigint;
begin
    update experts set calendar_version = calendar_version + 1 where id = s.expert_id returning calendar_version into v;
    update calendar_entries set tentative = true, version = v
     where expert_id = s.expert_id and appointment_id = s.appointment_id;
end $$;
