-- When experts can be met: weekly hours, the hours of single dates, absences; and the appointments that
-- stand in the way of a change. Nothing here moves an appointment but api.hand_over, which is asked to.

-- The instant of a wall clock's time, as core/zone.h has it: in a gap the change itself; of an hour shown
-- twice the first, or for the end of a window the last, unless the clock was set back to it.
create or replace function jamund.utc_of(local timestamp, zone text, last boolean) returns timestamptz
language plpgsql stable as $$
declare
    utc timestamptz := local at time zone 'UTC';
    lo  timestamptz := utc - interval '1 day';
    hi  timestamptz := utc + interval '1 day';
    mid timestamptz;
    before interval := (lo at time zone zone) - (lo at time zone 'UTC');
    after  interval := (hi at time zone zone) - (hi at time zone 'UTC');
begin
    if before = after then
        return utc - before;
    end if;
    while hi - lo > interval '1 second' loop -- to the first instant of the new clock
        mid := to_timestamp(floor(extract(epoch from lo + (hi - lo) / 2)));
        if (mid at time zone zone) - (mid at time zone 'UTC') = before then lo := mid; else hi := mid; end if;
    end loop;
    return case when last and utc - after > hi then utc - after
                when last then least(hi, utc - before)
                when utc - before < hi then utc - before
                else greatest(hi, utc - after) end;
end $$;

-- The time of an expert's duties near a span.
create or replace function jamund.duty_hours(expert uuid, near tstzrange) returns tstzmultirange
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(range_agg(during), '{}') from duties where expert_id = expert and removed_at is null and during && near
$$;

-- The hours of an expert on the local days around a span, without looking at absences. A date with hours
-- of its own has these alone; a holiday has no weekly ones; desk duty counts on any day. core/availability.h
-- says the same.
create or replace function jamund.open_hours(e jamund.experts, around tstzrange) returns tstzmultirange
language plpgsql stable set search_path = jamund, pg_temp as $$
declare
    hours tstzmultirange := tstzmultirange();
    d date := (lower(around) at time zone e.zone)::date - 1;
    w int4range;
begin
    while d <= (upper(around) at time zone e.zone)::date + 1 loop
        foreach w in array hours_on(e.id, d) loop
            hours := hours + tstzmultirange(tstzrange(utc_of(d + make_interval(mins => lower(w)), e.zone, false),
                                                      utc_of(d + make_interval(mins => upper(w)), e.zone, true)));
        end loop;
        d := d + 1;
    end loop;
    return hours + duty_hours(e.id, around);
end $$;
-- Whether a weekly rule falls on a day: core/availability.h, weekly_on().
create or replace function jamund.falls_on(v jamund.availability, day_ date) returns boolean
language sql immutable as $$
    select v.weekday = extract(isodow from day_)
       and day_ >= coalesce(v.first_day, day_) and day_ <= coalesce(v.last_day, day_)
       and (v.every = 1 or (day_ - v.first_day + extract(isodow from v.first_day)::int - v.weekday) / 7 % v.every = 0)
       and (v.nth is null or (extract(day from day_)::int + 6) / 7 = any (v.nth)
            or -(((date_trunc('month', day_::timestamp) + interval '1 month')::date - day_ + 6) / 7) = any (v.nth))
$$;
create or replace function jamund.hours_on(expert uuid, day_ date) returns int4range[]
language sql stable set search_path = jamund, pg_temp as $$
    select case when exists (select from availability_dates o where o.expert_id = expert and o.day = day_)
        then array(select unnest(o.windows) from availability_dates o where o.expert_id = expert and o.day = day_)
        else array(select int4range(v.from_minute, v.until_minute) from availability v
                    where v.expert_id = expert and falls_on(v, day_)
                      and not exists (select from holidays h where h.day = day_)) end
$$;

-- ---- hours as documents ----

create or replace function jamund.hhmm(minute int) returns text
language plpgsql immutable as $$
begin
    return to_char(minute / 60, 'FM00') || ':' || to_char(minute % 60, 'FM00');
end $$;
create or replace function jamund.minute_of(hhmm text) returns int
language sql immutable as $$
    select split_part(hhmm, ':', 1)::int * 60 + split_part(hhmm, ':', 2)::int
$$;
create or replace function jamund.weekday_names() returns text[]
language sql immutable as $$ select array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] $$;
create or replace function jamund.weekly_doc(expert uuid) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(d order by weekday, from_minute, until_minute, d), '[]')
      from availability, lateral (select jsonb_strip_nulls(jsonb_build_object(
               'weekday', (weekday_names())[weekday], 'from', hhmm(from_minute), 'until', hhmm(until_minute),
               'every', nullif(every, 1), 'nth', nth, 'first_day', first_day, 'last_day', last_day)) as d) x
     where expert_id = expert
$$;
create or replace function jamund.weekly_store(expert uuid, weekly jsonb) returns void
language sql set search_path = jamund, pg_temp as $$
    update experts set hours_at = api.clock() where id = expert;
    delete from availability where expert_id = expert;
    insert into availability (expert_id, weekday, from_minute, until_minute, every, nth, first_day, last_day)
    select expert, array_position(weekday_names(), a ->> 'weekday'), minute_of(a ->> 'from'), minute_of(a ->> 'until'),
           coalesce((a ->> 'every')::int, 1), (select array_agg(n::int order by n::int) from jsonb_array_elements_text(a -> 'nth') n),
           (a ->> 'first_day')::date, (a ->> 'last_day')::date
      from jsonb_array_elements(weekly) a
$$;
-- Windows of every week that overlap on their weekday, each named by its place in the list at that pointer;
-- what is not of every week may overlap, as alternating weeks do. And weeks that cannot be counted.
create or replace function jamund.weekly_errors(weekly jsonb, pointer text)
returns table (pointer_ text, ko text, en text)
language sql immutable rows 2 set search_path = jamund, pg_temp as $$
    with w as (select w, i, w - '{weekday,from,until,every}'::text[] = '{}' and coalesce((w ->> 'every')::int, 1) = 1 as plain
                 from jsonb_array_elements(weekly) with ordinality x (w, i))
    select distinct pointer || '/' || (a.i - 1), '같은 요일의 시간이 겹칩니다', 'windows of one weekday overlap'
      from w a join w c on a.plain and c.plain and a.i > c.i and a.w ->> 'weekday' = c.w ->> 'weekday'
       and a.w ->> 'from' < c.w ->> 'until' and c.w ->> 'from' < a.w ->> 'until'
    union all
    select pointer || '/' || (i - 1) || '/first_day', '몇 주마다인지 셀 첫날이 필요합니다', 'weeks are counted from a first day'
      from w where (w ->> 'every')::int > 1 and w ->> 'first_day' is null
    union all
    select pointer || '/' || (i - 1) || '/nth', '몇 주마다와 몇째 요일은 함께 쓸 수 없습니다', 'not together with every'
      from w where (w ->> 'every')::int > 1 and w ->> 'nth' is not null
    union all
    select pointer || '/' || (i - 1) || '/nth', '0째 요일은 없습니다', 'there is no 0th weekday'
      from w where w -> 'nth' @> '0'
$$;
create or replace function jamund.date_errors(dates jsonb) returns table (pointer text, ko text, en text)
language sql immutable rows 2 set search_path = jamund, pg_temp as $$
    select '/dates/' || (a.i - 1) || '/date', '같은 날짜가 두 번 있습니다', 'this date stands twice'
      from (select i, row_number() over (partition by d ->> 'date' order by i) as n
              from jsonb_array_elements(dates) with ordinality d (d, i)) a where a.n > 1
    union all
    select distinct '/dates/' || (d.i - 1) || '/windows/' || (a.i - 1), '같은 날의 시간이 겹칩니다', 'windows of one date overlap'
      from jsonb_array_elements(dates) with ordinality d (d, i),
           jsonb_array_elements(d.d -> 'windows') with ordinality a (w, i),
           jsonb_array_elements(d.d -> 'windows') with ordinality c (w, i)
     where a.i > c.i and a.w ->> 'from' < c.w ->> 'until' and c.w ->> 'from' < a.w ->> 'until'
$$;
create or replace function jamund.dates_doc(expert uuid) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('date', day, 'windows', (
               select coalesce(jsonb_agg(jsonb_build_object('from', hhmm(lower(w)), 'until', hhmm(upper(w))) order by w), '[]')
                 from unnest(windows) w)) order by day), '[]')
      from availability_dates where expert_id = expert
$$;
create or replace function jamund.paused(expert uuid) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select exists (select from absences where expert_id = expert and cancelled_at is null and upper_inf(during))
$$;
create or replace function jamund.hours_doc(e jamund.experts) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('expert_id', e.id, 'version', e.version, 'zone', e.zone, 'paused', paused(e.id),
                              'weekly', weekly_doc(e.id), 'dates', dates_doc(e.id))
$$;
create or replace function jamund.absence_doc(x jamund.absences, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select mask(viewer, 'absence', jsonb_build_object('id', x.id, 'version', x.version, 'expert_id', x.expert_id,
               'from', iso(lower(x.during), e.zone), 'until', iso(upper(x.during), e.zone), 'reason', x.reason,
               'created_at', iso(x.created_at), 'cancelled_at', iso(x.cancelled_at)))
      from experts e where e.id = x.expert_id
$$;

-- ---- collisions ----

-- Why a seat's meeting cannot be held: an absence (only that one, where it is named), the term of office, or
-- the hours, unless somebody decided that it may lie outside them. No row: it can.
-- A meeting in a time of desk duty, or a walk-in outside of it.
create or replace function jamund.duty_broken(a jamund.appointments, expert uuid) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select case when q.desk then not duty_hours(expert, a.during) @> a.during else duty_hours(expert, a.during) && a.during end
      from requests q where q.id = a.request_id
$$;
-- Whether an expert's own calendar says that they are busy then.
create or replace function jamund.calendar_busy(expert uuid, during tstzrange) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select exists (select from calendars c where c.expert_id = expert and c.removed_at is null and c.busy && calendar_busy.during)
$$;
create or replace function jamund.collision_of(e jamund.experts, s jamund.seats, a jamund.appointments, absence uuid default null)
returns table (cause text, absence_id uuid)
language sql stable rows 1 set search_path = jamund, pg_temp as $$
    (select case when upper_inf(x.during) then 'pause' else 'absence' end, x.id from absences x
      where x.expert_id = e.id and x.cancelled_at is null and x.during && a.during and x.id = coalesce(absence, x.id)
      order by lower(x.during), x.id limit 1)
    union all
    select 'term', null where absence is null and (lower(a.during) at time zone e.zone)::date not between e.term_from and e.term_until
    union all
    select 'duty', null where absence is null and not s.overridden && '{on_duty,off_duty}' and duty_broken(a, e.id)
    union all
    select 'calendar', null where absence is null and 'calendar' <> all (s.overridden) and calendar_busy(e.id, a.during)
    union all
    select 'hours', null where absence is null and 'availability' <> all (s.overridden) and not open_hours(e, a.during) @> a.during
    limit 1
$$;

-- The coming meetings of an expert that cannot be held; absence: only those in this one.
create or replace function jamund.collisions(expert uuid, absence uuid default null)
returns table (seat_id uuid, appointment_id uuid, starts timestamptz, doc jsonb)
language sql stable rows 10 set search_path = jamund, pg_temp as $$
    select s.id, a.id, lower(a.during), jsonb_build_object('appointment_id', a.id, 'request_id', a.request_id,
               'seat_id', s.id, 'seat', s.seat, 'state', s.state, 'start', iso(lower(a.during), e.zone),
               'end', iso(upper(a.during), e.zone), 'company', jsonb_build_object('id', c.id, 'name', c.name),
               'cause', x.cause, 'absence_id', x.absence_id)
      from experts e join seats s on s.expert_id = e.id and live(s)
      join appointments a on a.id = s.appointment_id and a.state in ('tentative', 'confirmed')
      join companies c on c.id = a.company_id
      cross join lateral collision_of(e, s, a, absence) x
     where e.id = expert and lower(a.during) > api.clock()
$$;
create or replace function jamund.collisions_doc(expert uuid, absence uuid default null) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(doc order by starts, seat_id), '[]') from collisions(expert, absence)
$$;

-- ---- the functions of the API ----

create or replace function jamund.lock_expert(args jsonb, call jsonb) returns jamund.experts
language plpgsql set search_path = jamund, pg_temp as $$
declare e experts;
begin
    select * into e from experts where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('expert'); end if;
    perform match(call, e.version);
    return e;
end $$;
create or replace function jamund.expert_changed(expert uuid) returns jamund.experts
language sql set search_path = jamund, pg_temp as $$
    update experts set version = version + 1, hours_at = api.clock() where id = expert returning *
$$;

create or replace function api.availability_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare e experts;
begin
    select * into e from experts where id = (args ->> 'id')::uuid;
    if not found then perform missing('expert'); end if;
    return (200, etag(e.version), null, hours_doc(e))::api.reply;
end $$;
comment on function api.availability_get(jsonb, jsonb) is 'An expert''s weekly hours and those of single dates.';

-- The same, and since when it is so: what a calendar of it is made of.
create or replace function api.availability_ics(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare e experts;
begin
    select * into e from experts where id = (args ->> 'id')::uuid;
    if not found then perform missing('expert'); end if;
    return (200, etag(e.version), null, hours_doc(e)
            || jsonb_build_object('stamp', epoch(coalesce(e.hours_at, e.term_from::timestamp at time zone 'UTC'))))::api.reply;
end $$;
comment on function api.availability_ics(jsonb, jsonb) is 'An expert''s hours, to be written as VAVAILABILITY.';

-- All hours anew. args: {"id": expert, "body": {"weekly", "dates"}, "zone": what they are in, where that was said}
create or replace function api.availability_put(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    e experts;
    b jsonb := args -> 'body';
    bad jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    e := lock_expert(args, call);
    if args ->> 'zone' <> e.zone then perform fail_field('/VTIMEZONE', '자문위원의 시간대가 아닙니다', 'not the expert''s time zone, ' || e.zone); end if;
    select jsonb_agg(bad_field(x.p, x.ko, x.en) order by x.p) into bad
      from (select * from weekly_errors(b -> 'weekly', '/weekly') union all select * from date_errors(b -> 'dates')) x (p, ko, en);
    if bad is not null then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    perform weekly_store(e.id, b -> 'weekly');
    update experts set hours_own = true where id = e.id;
    delete from availability_dates where expert_id = e.id;
    insert into availability_dates
    select e.id, (d ->> 'date')::date, (select coalesce(range_agg(int4range(minute_of(w ->> 'from'), minute_of(w ->> 'until'))), '{}')
                                          from jsonb_array_elements(d -> 'windows') w)
      from jsonb_array_elements(b -> 'dates') d;
    e := expert_changed(e.id);
    r := (200, etag(e.version), null, hours_doc(e) || jsonb_build_object('collisions', collisions_doc(e.id)));
    return write_end(call, r, 'expert', e.id, 'availability.put', null,
                     jsonb_build_object('weekly', b -> 'weekly', 'dates', b -> 'dates'));
end $$;
comment on function api.availability_put(jsonb, jsonb) is 'All hours of an expert anew; tells what stands outside them.';

create or replace function api.absence_list(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare e experts;
begin
    select * into e from experts where id = (args ->> 'id')::uuid;
    if not found then perform missing('expert'); end if;
    return (200, etag(e.version), null, jsonb_build_object('next_cursor', null, 'items', (
        select coalesce(jsonb_agg(absence_doc(x, call ->> 'role') order by lower(x.during), x.id), '[]')
          from absences x where x.expert_id = e.id and x.cancelled_at is null
           and (upper_inf(x.during) or upper(x.during) > api.clock()))))::api.reply;
end $$;
comment on function api.absence_list(jsonb, jsonb) is 'The absences of an expert that are not over.';

-- Writes an absence of an expert who is locked; without an end it is a pause, of which there is one.
create or replace function jamund.absence_store(e jamund.experts, from_ timestamptz, until_ timestamptz, why text)
returns jamund.absences language plpgsql set search_path = jamund, pg_temp as $$
declare x absences;
begin
    if until_ <= api.clock() then
        perform fail_field('/until', '이미 지난 시각입니다', 'the end is over already');
    elsif until_ <= from_ then
        perform fail_field('/until', '시작보다 늦어야 합니다', 'must be after from');
    elsif until_ is null and paused(e.id) then
        perform fail('JM002', 'the expert is paused already');
    elsif (select count(*) from absences y where y.expert_id = e.id and y.cancelled_at is null
              and (upper_inf(y.during) or upper(y.during) > api.clock())) >= 200 then
        perform fail('JM409', 'there are 200 absences already');
    end if;
    insert into absences (expert_id, during, reason, created_at)
    values (e.id, tstzrange(from_, until_), coalesce(why, ''), api.clock()) returning * into x;
    return x;
end $$;

-- An absence from now or later on, and the meetings in it.
create or replace function jamund.absence_begin(call jsonb, args jsonb, action text) returns api.reply
language plpgsql set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    e experts;
    x absences;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    e := lock_expert(args, call);
    x := absence_store(e, coalesce((b ->> 'from')::timestamptz, api.clock()), (b ->> 'until')::timestamptz, b ->> 'reason');
    e := expert_changed(e.id);
    r := (case action when 'absence.add' then 201 else 200 end, etag(e.version), null,
          absence_doc(x, call ->> 'role') || jsonb_build_object('collisions', collisions_doc(e.id, x.id)));
    return write_end(call, r, 'expert', e.id, action, nullif(x.reason, ''),
                     jsonb_build_object('absence', x.id, 'from', iso(lower(x.during)), 'until', iso(upper(x.during))));
end $$;
create or replace function api.absence_add(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from absence_begin(call, args, 'absence.add')
$$;
comment on function api.absence_add(jsonb, jsonb) is 'An expert will be away; tells which meetings that concerns.';
create or replace function api.expert_pause(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from absence_begin(call, args, 'expert.pause')
$$;
comment on function api.expert_pause(jsonb, jsonb) is 'An expert takes no consultations until further notice.';

-- An absence under way ends now; one that has not begun is taken back.
create or replace function jamund.absence_stop(x jamund.absences) returns jamund.absences
language sql set search_path = jamund, pg_temp as $$
    update absences set version = version + 1,
        during = case when lower(during) < c.t then tstzrange(lower(during), c.t) else during end,
        cancelled_at = case when lower(during) >= c.t then c.t end
      from (select api.clock() as t offset 0) c where id = x.id returning absences.*
$$;
-- args: {"id": expert, "absence_id"}
create or replace function api.absence_end(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    e experts;
    x absences;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    e := lock_expert(args, call);
    select * into x from absences where id = (args ->> 'absence_id')::uuid and expert_id = e.id and cancelled_at is null;
    if not found then perform missing('absence'); end if;
    if upper(x.during) <= api.clock() then perform fail('JM002', 'the absence is over'); end if;
    x := absence_stop(x);
    e := expert_changed(e.id);
    r := (200, etag(e.version), null, absence_doc(x, call ->> 'role'));
    return write_end(call, r, 'expert', e.id, 'absence.end', null, jsonb_build_object('absence', x.id));
end $$;
comment on function api.absence_end(jsonb, jsonb) is 'An absence ends now, or is taken back before it begins.';
create or replace function api.expert_resume(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    e experts;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    e := lock_expert(args, call);
    if not paused(e.id) then perform fail('JM002', 'the expert is not paused'); end if;
    perform absence_stop(x) from absences x where x.expert_id = e.id and x.cancelled_at is null and upper_inf(x.during);
    e := expert_changed(e.id);
    r := (200, etag(e.version), null, hours_doc(e));
    return write_end(call, r, 'expert', e.id, 'expert.resume');
end $$;
comment on function api.expert_resume(jsonb, jsonb) is 'A paused expert takes consultations again.';

create or replace function api.collision_list(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare found_ jsonb := collisions_doc((args ->> 'id')::uuid);
begin
    if not exists (select from experts where id = (args ->> 'id')::uuid) then perform missing('expert'); end if;
    return (200, '"' || md5(found_::text) || '"', null, jsonb_build_object('items', found_, 'next_cursor', null))::api.reply;
end $$;
comment on function api.collision_list(jsonb, jsonb) is 'The coming meetings of an expert outside their hours or in an absence.';

-- ---- handing over ----

-- The collisions to hand over, all or those chosen, each with what becomes of its meeting. Every seat
-- chosen must collide.
create or replace function jamund.hand_over_plan(expert uuid, chosen jsonb) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
declare bad jsonb;
begin
    select jsonb_agg(bad_field('/seat_ids/' || (i - 1), '겹치는 일정이 아닙니다', 'not a seat that collides') order by i) into bad
      from jsonb_array_elements_text(chosen) with ordinality c (id, i)
     where not exists (select from collisions(expert) x where x.seat_id = c.id::uuid);
    if bad is not null then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    return (select coalesce(jsonb_agg(x.doc || jsonb_build_object('outcome',
                   case when goes_on(s) then 'refilled' else 'ended' end) order by x.starts, x.seat_id), '[]')
              from collisions(expert) x join seats s on s.id = x.seat_id
             where chosen is null or chosen ? x.seat_id::text);
end $$;

-- Locks what a hand-over touches in the order of the house; the plan is made anew afterwards.
create or replace function jamund.hand_over_lock(plan jsonb) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare
    requests_ uuid[] := array(select (p ->> 'request_id')::uuid from jsonb_array_elements(plan) p);
    appointments_ uuid[] := array(select (p ->> 'appointment_id')::uuid from jsonb_array_elements(plan) p);
begin
    perform from requests where id = any (requests_) order by id for update;
    perform from appointments where id = any (appointments_) order by id for update;
    perform from seats where appointment_id = any (appointments_) order by id for update;
    perform lock_experts(array(select s.expert_id from seats s where s.appointment_id = any (appointments_)));
end $$;

-- Vacates the seats that collide, and the ladder looks for others. args: {"id": expert, "body": {reason,
-- dry_run, seat_ids}}
create or replace function api.hand_over(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    expert uuid := (args ->> 'id')::uuid;
    dry boolean := coalesce((b ->> 'dry_run')::boolean, false);
    seen jsonb;
    plan jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    if not exists (select from experts where id = expert) then perform missing('expert'); end if;
    plan := hand_over_plan(expert, nullif(b -> 'seat_ids', 'null'));
    if not dry then
        seen := plan;
        perform hand_over_lock(seen);
        -- what collides only now was not locked, and is left for another call
        plan := hand_over_plan(expert, coalesce(nullif(b -> 'seat_ids', 'null'), (
            select coalesce(jsonb_agg(x.seat_id), '[]') from collisions(expert) x
             where seen @> jsonb_build_array(jsonb_build_object('seat_id', x.seat_id)))));
        perform hand_over_seat(call, (p ->> 'seat_id')::uuid, b ->> 'reason') from jsonb_array_elements(plan) p;
        perform log_change(call, 'appointment', (p ->> 'appointment_id')::uuid, 'seat.hand_over', b ->> 'reason',
                           jsonb_build_object('seat', p -> 'seat_id')) from jsonb_array_elements(plan) p;
    end if;
    r := (200, null, null, jsonb_build_object('dry_run', dry, 'seats', plan));
    if dry then return r; end if; -- nothing has happened: the key stays free
    return write_end(call, r, 'expert', expert, 'expert.hand_over', b ->> 'reason',
                     jsonb_build_object('seats', (select coalesce(jsonb_agg(p -> 'seat_id'), '[]') from jsonb_array_elements(plan) p)));
end $$;
comment on function api.hand_over(jsonb, jsonb) is 'Vacates the seats that collide and lets the ladder refill them; or says what it would do.';

create or replace function jamund.hand_over_seat(call jsonb, seat uuid, why text) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare
    s seats := lock_seat(seat);
    before jsonb := snapshot(s.appointment_id);
begin
    perform vacate_seat(call, s, 'withdrawn', null, why, to_ladder => true);
    perform undo_keep(s.appointment_id, 'seat.hand_over', before);
end $$;
