-- Holidays: days without weekly hours. What one does to meetings that stand already is told, like an absence's
-- collisions; nothing moves by itself.

create or replace function jamund.holiday_doc(h jamund.holidays) returns jsonb
language sql immutable as $$ select jsonb_build_object('id', h.id, 'date', h.day, 'ko', h.ko, 'en', h.en) $$;

-- Those of some days, from today on for 400 where none are named. args: {"from", "until"}
create or replace function api.holiday_list(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    first date := coalesce((args ->> 'from')::date, (select (api.clock() at time zone zone)::date from office));
    last date := coalesce((args ->> 'until')::date, first + 400);
begin
    if last not between first and first + 999 then
        perform fail_field('/until', '시작일부터 1000일 안이어야 합니다', 'must be within 1000 days from the first');
    end if;
    return (200, null, null, jsonb_build_object('next_cursor', null, 'items', (
        select coalesce(jsonb_agg(holiday_doc(h) order by h.day), '[]') from holidays h where h.day between first and last)))::api.reply;
end $$;
comment on function api.holiday_list(jsonb, jsonb) is 'The holidays, by day.';

-- The coming meetings on these days that lie outside their experts' hours, the first 1000.
create or replace function jamund.holiday_collisions(days date[]) returns table (seat_id uuid, doc jsonb)
language sql stable set search_path = jamund, pg_temp as $$
    select x.seat_id, x.doc || jsonb_build_object('expert', jsonb_build_object('id', e.id, 'name', e.name))
      from experts e cross join lateral collisions(e.id) x
     where x.doc ->> 'cause' = 'hours' and (x.starts at time zone e.zone)::date = any (days)
       and e.id in (select s.expert_id from seats s join appointments a on a.id = s.appointment_id
                     where live(s) and a.state in ('tentative', 'confirmed') and lower(a.during) > api.clock())
     order by x.starts, x.seat_id limit 1000
$$;

-- Adds and renames; the worklist looks at meetings that are older than a day that is new (holidays.at).
create or replace function jamund.holidays_store(new_ jsonb) returns void
language sql set search_path = jamund, pg_temp as $$
    insert into holidays as h (day, ko, en, at)
    select (n ->> 'date')::date, n ->> 'ko', n ->> 'en', api.clock() from jsonb_array_elements(new_) n order by 1
    on conflict (day) do update set ko = excluded.ko, en = excluded.en where (h.ko, h.en) <> (excluded.ko, excluded.en)
$$;

create or replace function jamund.holiday_errors(new_ jsonb) returns jsonb
language sql immutable set search_path = jamund, pg_temp as $$
    select jsonb_agg(bad_field('/holidays/' || (n - 1) || '/date', '같은 날짜가 두 번 있습니다', 'this date stands twice') order by n)
      from (select n, row_number() over (partition by d ->> 'date' order by n) as nth
              from jsonb_array_elements(new_) with ordinality x (d, n)) y where nth > 1
$$;

-- What is new or named anew of these, and the meetings in the way. A dry run does it all and takes it back.
-- args: {"body": {holidays: [{date, ko, en}], dry_run}}
create or replace function api.holiday_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    new_ jsonb := args -> 'body' -> 'holidays';
    dry boolean := coalesce((args -> 'body' ->> 'dry_run')::boolean, false);
    days date[] := array(select (n ->> 'date')::date from jsonb_array_elements(new_) n);
    known jsonb;
    stood uuid[];
    bad jsonb := holiday_errors(new_);
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    if bad is not null then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    lock table holidays in share row exclusive mode;
    select coalesce(jsonb_object_agg(h.day, holiday_doc(h)), '{}') into known from holidays h where h.day = any (days);
    stood := array(select seat_id from holiday_collisions(days));
    begin
        perform holidays_store(new_);
        r := (200, null, null, (select jsonb_build_object('dry_run', dry,
                   'added', coalesce(jsonb_agg(holiday_doc(h) order by h.day) filter (where not known ? h.day::text), '[]'),
                   'changed', coalesce(jsonb_agg(holiday_doc(h) order by h.day) filter (where known -> h.day::text <> holiday_doc(h)), '[]'),
                   'unchanged', count(*) filter (where known -> h.day::text = holiday_doc(h)),
                   'collisions', (select coalesce(jsonb_agg(x.doc), '[]') from holiday_collisions(days) x where x.seat_id <> all (stood)))
          from holidays h where h.day = any (days)));
        if dry then raise sqlstate 'JM000'; end if;
    exception when sqlstate 'JM000' then
        return r; -- nothing has happened: the key stays free
    end;
    perform log_change(call, 'holiday', (d ->> 'id')::uuid, 'holiday.add') from jsonb_array_elements(r.body -> 'added' || (r.body -> 'changed')) d;
    return write_end(call, r, 'holiday', '00000000-0000-0000-0000-000000000000', 'holiday.import', null,
                     jsonb_build_object('added', r.body -> 'added', 'changed', r.body -> 'changed'));
end $$;
comment on function api.holiday_add(jsonb, jsonb) is 'Holidays are added or named anew; tells which meetings stand on them.';

-- args: {"id"}
create or replace function api.holiday_remove(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    h holidays;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    delete from holidays where id = (args ->> 'id')::uuid returning * into h;
    if not found then perform missing('holiday'); end if;
    r := (200, null, null, holiday_doc(h));
    return write_end(call, r, 'holiday', h.id, 'holiday.remove', null, r.body);
end $$;
comment on function api.holiday_remove(jsonb, jsonb) is 'It is a working day after all.';
