-- The expert's own page: hours, absences, pause; behind a link that stays good until a new one is made.

create or replace function jamund.expert_link_doc(l jamund.links) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', l.id, 'expert_id', l.expert_id, 'created_at', iso(l.created_at))
$$;

-- A new link for an expert's page; the one before it, if any, is revoked. The daemon makes the URL.
create or replace function api.expert_link(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    l links;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    perform from experts where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('expert'); end if;
    update links set revoked_at = api.clock() where expert_id = (args ->> 'id')::uuid and revoked_at is null;
    l.id := link_of('expert', (args ->> 'id')::uuid);
    select * into l from links where id = l.id;
    r := (201, null, null, expert_link_doc(l));
    return write_end(call, r, 'expert', l.expert_id, 'link.make', null, jsonb_build_object('link', l.id));
end $$;
comment on function api.expert_link(jsonb, jsonb) is 'A new link to an expert''s own page; the old one ends.';

-- The same page for whoever holds the link of a seat that is live: its id, made when there is none; null
-- when the seat is over.
create or replace function api.hours_link(seat_link uuid) returns uuid
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    expert uuid;
    found_ uuid;
begin
    select e.id into expert from links l join seats s on s.id = l.seat_id and live(s)
      join appointments a on a.id = s.appointment_id and upper(a.during) > api.clock() join experts e on e.id = s.expert_id
     where l.id = seat_link and l.purpose = 'seat' for update of e;
    if not found then return null; end if;
    select id into found_ from links where purpose = 'expert' and expert_id = expert and revoked_at is null;
    if not found then
        found_ := link_of('expert', expert);
        perform log_change(jsonb_build_object('actor', expert, 'actor_kind', 'expert', 'via', 'link'), 'expert', expert,
                           'link.make', null, jsonb_build_object('link', found_));
    end if;
    return found_;
end $$;
comment on function api.hours_link(uuid) is 'The link to the page of the expert who holds the link of a live seat.';

-- ---- what the page shows ----

-- "09:00-12:00, 13:00-18:00", and back. Back: null for what cannot be read; '{}' for an empty line.
create or replace function jamund.hours_line(windows int4multirange) returns text
language sql immutable set search_path = jamund, pg_temp as $$
    select coalesce(string_agg(hhmm(lower(w)) || '-' || hhmm(upper(w)), ', ' order by w), '') from unnest(windows) w
$$;
create or replace function jamund.hours_in(line text) returns int4multirange
language plpgsql immutable set search_path = jamund, pg_temp as $$
declare
    windows int4multirange := int4multirange();
    piece text;
    m text[];
    one int4range;
begin
    foreach piece in array regexp_split_to_array(btrim(regexp_replace(coalesce(line, ''), '\s*[-~–〜～]\s*', '-', 'g'), ' ,'), '[\s,]+') loop
        continue when piece = '';
        m := regexp_match(piece, '^([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)$');
        if m is null or m[1]::int * 60 + m[2]::int >= m[3]::int * 60 + m[4]::int or m[3]::int * 60 + m[4]::int > 1440 then
            return null;
        end if;
        one := int4range(m[1]::int * 60 + m[2]::int, m[3]::int * 60 + m[4]::int);
        if windows && one then return null; end if;
        windows := windows + int4multirange(one);
    end loop;
    return case when (select count(*) from unnest(windows)) <= 10 then windows end;
end $$;

-- The hours that the form of the week shows and changes; others are left alone by it.
create or replace function jamund.every_week(v jamund.availability) returns boolean
language sql immutable as $$
    select v.every = 1 and v.nth is null and v.first_day is null and v.last_day is null
$$;

-- Seconds as the wall clock of the zone shows them.
create or replace function jamund.wall(t timestamptz, zone text) returns bigint
language sql immutable as $$ select floor(extract(epoch from t at time zone zone))::bigint $$;

create or replace function jamund.coming_doc(e jamund.experts) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('start', wall(lower(x.during), e.zone), 'end', wall(upper(x.during), e.zone),
               'state', x.state, 'field', x.doc -> 'field', 'company', x.doc #> '{company,name}',
               'collides', exists (select from collisions(e.id) k where k.seat_id = x.id)) order by x.during, x.id), '[]')
      from (select a.during, s.id, s.state, revision_doc(r.facts, 'expert') as doc
              from seats s join appointments a on a.id = s.appointment_id
              join revisions r on r.appointment_id = a.id and r.number = a.revision
             where s.expert_id = e.id and live(s) and a.state in ('tentative', 'confirmed') and upper(a.during) > api.clock()
             order by a.during limit 100) x
$$;

create or replace function api.hours_page(id uuid) returns table (revoked boolean, page jsonb)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select l.revoked_at is not null, case when l.revoked_at is null then jsonb_build_object(
        'name', e.name, 'zone', e.zone, 'version', e.version, 'paused', paused(e.id),
        'today', (api.clock() at time zone e.zone)::date,
        'week', (select jsonb_object_agg(w.name, coalesce(hours_line(v.windows), '')) from unnest(weekday_names()) with ordinality w (name, n)
            left join (select weekday, range_agg(int4range(from_minute, until_minute)) as windows
                         from availability v where v.expert_id = e.id and every_week(v) group by weekday) v on v.weekday = w.n),
        'other_weeks', (select coalesce(jsonb_agg(d), '[]') from jsonb_array_elements(weekly_doc(e.id)) d
            where d - '{weekday,from,until}'::text[] <> '{}'),
        'dates', (select coalesce(jsonb_agg(jsonb_build_object('date', d.day, 'hours', hours_line(d.windows)) order by d.day), '[]')
                    from availability_dates d where d.expert_id = e.id and d.day >= (api.clock() at time zone e.zone)::date),
        'absences', (select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'from', wall(lower(x.during), e.zone),
                'until', wall(upper(x.during), e.zone), 'reason', x.reason) order by lower(x.during), x.id), '[]')
            from absences x where x.expert_id = e.id and x.cancelled_at is null
             and (upper_inf(x.during) or upper(x.during) > api.clock())),
        'calendars', (select coalesce(jsonb_agg(calendar_doc(c, 'expert') || jsonb_build_object('seen', wall(c.seen_at, e.zone),
                'failing', wall(c.failing_since, e.zone)) order by c.seq), '[]') from calendars c where c.expert_id = e.id and c.removed_at is null),
        'app_passwords', (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'label', p.label, 'used', wall(p.last_used_at, e.zone))
                order by p.created_at, p.id), '[]') from app_passwords p where p.expert_id = e.id and p.revoked_at is null), 'email', e.email,
        'feeds', (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'label', f.label, 'made', wall(f.created_at, e.zone),
                'seen', wall(f.fetched_at, e.zone), 'agent', f.agent) order by f.seq), '[]')
            from feeds f where f.expert_id = e.id and f.revoked_at is null),
        'invitations', (select to_jsonb(i) - 'expert_id' from invitation_settings i where i.expert_id = e.id),
        'coming', coming_doc(e), 'duties', (select coalesce(jsonb_agg(jsonb_build_object('from', wall(lower(d.during), e.zone),
                'until', wall(upper(d.during), e.zone), 'place', p.ko, 'place_en', p.en) order by d.during), '[]')
            from (select * from duties d where d.expert_id = e.id and d.removed_at is null and upper(d.during) > api.clock()
                   order by d.during limit 100) d left join places p on p.id = d.place_id)) end
      from links l join experts e on e.id = l.expert_id
     where l.id = hours_page.id and l.purpose = 'expert'
$$;
comment on function api.hours_page(uuid) is 'What an expert''s own page shows; no row for an unknown link.';

-- ---- what its forms change; each gives 'done', or what is wrong and the field ----

create or replace function jamund.page_week(e jamund.experts, form jsonb) returns text
language plpgsql set search_path = jamund, pg_temp as $$
declare
    day_ text;
begin
    update experts set hours_own = true where id = e.id;
    delete from availability v where v.expert_id = e.id and every_week(v);
    foreach day_ in array weekday_names() loop
        if hours_in(form ->> day_) is null then return 'hours ' || day_; end if;
        insert into availability (expert_id, weekday, from_minute, until_minute)
        select e.id, array_position(weekday_names(), day_), lower(w), upper(w) from unnest(hours_in(form ->> day_)) w;
    end loop;
    return 'done';
end $$;

-- Hours of one date, none to be closed; what is long past is forgotten.
create or replace function jamund.page_date(e jamund.experts, form jsonb) returns text
language plpgsql set search_path = jamund, pg_temp as $$
declare
    today date := (api.clock() at time zone e.zone)::date;
    day_ date := (form ->> 'day')::date;
begin
    if day_ not between today and today + 800 then return 'date day'; end if;
    if hours_in(form ->> 'hours') is null then return 'hours hours'; end if;
    delete from availability_dates where expert_id = e.id and day < today - 31;
    insert into availability_dates values (e.id, day_, hours_in(form ->> 'hours'))
    on conflict (expert_id, day) do update set windows = excluded.windows;
    return case when (select count(*) from availability_dates where expert_id = e.id) > 400 then 'full day' else 'done' end;
end $$;

-- Whole days, unless times of the first and the last one are given.
create or replace function jamund.page_absence(e jamund.experts, form jsonb) returns text
language plpgsql set search_path = jamund, pg_temp as $$
declare
    first_ date := (form ->> 'from_day')::date;
    last_  date := coalesce((form ->> 'until_day')::date, first_);
begin
    if last_ > (api.clock() at time zone e.zone)::date + 800 then return 'date until_day'; end if;
    perform absence_store(e, utc_of(first_ + make_interval(mins => minute_of(coalesce(form ->> 'from_time', '00:00'))), e.zone, false),
        utc_of(last_ + make_interval(mins => minute_of(coalesce(form ->> 'until_time', '24:00'))), e.zone, true), form ->> 'reason');
    return 'done';
exception
    when sqlstate 'JM422' then return 'absence until_day';
    when sqlstate 'JM409' then return 'full from_day';
end $$;

-- secret: as calendar_store takes it. A daemon of the release before gives the address itself, as calendars show it.
create or replace function jamund.page_calendar(e jamund.experts, form jsonb) returns text
language plpgsql set search_path = jamund, pg_temp as $$
declare url_ text := regexp_replace(btrim(coalesce(form ->> 'url', '')), '^webcals?://', 'https://', 'i');
begin
    if not form ? 'secret' and url_ !~ '^https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[!-~]*)?$' then return 'calendar url'; end if;
    perform calendar_store(e.id, coalesce(form -> 'secret', jsonb_build_object('url', url_)), form ->> 'label');
    return 'done';
exception
    when sqlstate 'JM409' then return 'full url';
end $$;

-- One more address of the expert's own calendar. secret: {"id", "hash"}
create or replace function jamund.page_feed(e jamund.experts, form jsonb) returns text
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if (select count(*) from feeds f where f.expert_id = e.id and f.revoked_at is null) >= 50 then return 'full label'; end if;
    insert into feeds (id, hash, scope, label, expert_id, created_at)
    values ((form #>> '{secret,id}')::uuid, form #>> '{secret,hash}', 'expert', form ->> 'label', e.id, api.clock());
    return 'done';
end $$;

create or replace function jamund.page_change(e jamund.experts, form jsonb) returns text
language plpgsql set search_path = jamund, pg_temp as $$
begin
    case form ->> 'change'
        when 'week' then return page_week(e, form);
        when 'date' then return page_date(e, form);
        when 'absence' then return page_absence(e, form);
        when 'calendar' then return page_calendar(e, form);
        when 'calendar_off' then perform calendar_forget(e.id, (form ->> 'calendar_id')::uuid);
        when 'date_off' then delete from availability_dates where expert_id = e.id and day = (form ->> 'day')::date;
        when 'absence_off' then perform absence_stop(x) from absences x where x.id = (form ->> 'absence_id')::uuid
            and x.expert_id = e.id and x.cancelled_at is null and (upper_inf(x.during) or upper(x.during) > api.clock());
        when 'app_password' then
            return case when (app_password_new(e, form ->> 'label', form -> 'secret')).id is null then 'full label' else 'done' end;
        when 'app_password_off' then update app_passwords set revoked_at = api.clock()
            where id = (form ->> 'password_id')::uuid and expert_id = e.id and revoked_at is null;
        when 'feed' then return page_feed(e, form);
        when 'feed_off' then update feeds set revoked_at = api.clock()
            where id = (form ->> 'feed_id')::uuid and expert_id = e.id and revoked_at is null;
        when 'invitations' then e := invitations_store(e, form);
            return 'done';
        when 'pause' then
            if paused(e.id) then return 'changed'; end if;
            perform absence_store(e, api.clock(), null, form ->> 'reason');
        when 'resume' then perform absence_stop(x) from absences x
            where x.expert_id = e.id and x.cancelled_at is null and upper_inf(x.during);
        else perform fail_field('/change', '모르는 일입니다', 'not a change');
    end case;
    return case when found then 'done' else 'changed' end;
end $$;

-- The change from a form, {"change", "version", …}. version: what the page showed; what has changed since
-- is looked at again first. Gives done, changed, or what is wrong and its field ("hours tue").
create or replace function api.hours_change(id uuid, form jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    e experts;
    outcome text;
begin
    select * into e from experts x where x.id = (select l.expert_id from links l where l.id = hours_change.id) for update;
    if not exists (select from links l where l.id = hours_change.id and l.purpose = 'expert' and l.revoked_at is null) then
        perform fail('JM410', 'the link was revoked');
    end if;
    if e.version <> (form ->> 'version')::int then
        return 'changed';
    end if;
    begin -- what is wrong leaves nothing behind (JM000 would catch all of JM)
        outcome := page_change(e, form);
        if outcome <> 'done' then raise exception using errcode = 'JM100'; end if;
    exception when sqlstate 'JM100' then
        return outcome;
    end;
    if form ->> 'change' not in ('app_password', 'app_password_off', 'feed', 'feed_off', 'invitations') then -- none of these is of the hours
        e := expert_changed(e.id);
    end if;
    perform log_change(jsonb_build_object('actor', e.id, 'actor_kind', 'expert', 'via', 'link'), 'expert', e.id,
        case form ->> 'change' when 'absence' then 'absence.add' when 'absence_off' then 'absence.end'
            when 'calendar' then 'calendar.add' when 'calendar_off' then 'calendar.remove'
            when 'pause' then 'expert.pause' when 'resume' then 'expert.resume'
            when 'app_password' then 'app_password.add' when 'app_password_off' then 'app_password.revoke'
            when 'feed' then 'feed.add' when 'feed_off' then 'feed.end' when 'invitations' then 'invitations.put' else 'availability.put' end,
        form ->> 'reason', form - array['version', 'reason', 'secret', 'url', 'label']);
    return 'done';
end $$;
comment on function api.hours_change(uuid, jsonb) is 'A change from the form of an expert''s own page: done, changed, or what is wrong.';
