-- Events: the days of an expo or meeting as slots, its booths, and the experts on duty.

create or replace function jamund.event_doc(v jamund.events) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select jsonb_build_object('id', v.id, 'version', v.version, 'created_at', iso(v.created_at), 'created_by', v.created_by,
        'title', v.title, 'place', v.place, 'zone', v.zone, 'owner_id', v.owner_id,
        'slots', (select coalesce(jsonb_agg(jsonb_build_object('from', iso(lower(s.during), v.zone),
                         'until', iso(upper(s.during), v.zone), 'booths', s.booths) order by s.during), '[]')
                    from event_slots s where s.event_id = v.id),
        'zones', (select coalesce(jsonb_agg(z order by z ->> 'first', z ->> 'zone'), '[]') from (
                     select jsonb_build_object('zone', b.zone, 'first', min(b.number), 'last', max(b.number)) as z
                       from event_booths b where b.event_id = v.id and b.zone is not null group by b.zone) x),
        'lost_booths', (select coalesce(jsonb_agg(jsonb_build_object('number', b.number, 'from', iso(b.lost_from, v.zone))
                               order by b.number), '[]')
                          from event_booths b where b.event_id = v.id and b.lost_from is not null),
        'experts', (select coalesce(jsonb_agg(jsonb_build_object('expert', jsonb_build_object('id', e.id, 'name', e.name),
                           'windows', case when x.windows is not null then windows_doc(x.windows) end, 'zone', x.zone,
                           'per_day', x.per_day, 'most', x.most, 'rest_after', x.rest_after,
                           'dropped_at', iso(x.dropped_at)) order by e.name, e.id), '[]')
                      from event_experts x join experts e on e.id = x.expert_id where x.event_id = v.id))
); end $$;

-- What is wrong with an event's body, each by its field.
create or replace function jamund.event_errors(b jsonb) returns jsonb
language sql volatile set search_path = jamund, pg_temp as $$
    with slots as (select i, tstzrange((s ->> 'from')::timestamptz, (s ->> 'until')::timestamptz) as during
                     from jsonb_array_elements(b -> 'slots') with ordinality x (s, i)),
    zones as (select i, z ->> 'zone' as zone, (z ->> 'first')::int as first, (z ->> 'last')::int as last
                from jsonb_array_elements(coalesce(b -> 'zones', '[]')) with ordinality x (z, i))
    select coalesce(jsonb_agg(bad_field(x.pointer, x.ko, x.en) order by x.pointer), '[]') from (
        select '/slots/' || s.i - 1 as pointer, '다른 시간대와 겹칩니다' as ko, 'overlaps another slot' as en
          from slots s where exists (select from slots o where o.i < s.i and o.during && s.during)
        union all
        select '/zone', '없는 시간대 이름입니다', 'unknown time zone' where not zone_ok(coalesce(b ->> 'zone', 'Asia/Seoul'))
        union all
        select '/zones/' || z.i - 1, '다른 구역과 부스가 겹칩니다', 'shares booths with another zone'
          from zones z where exists (select from zones o where o.i < z.i and (o.zone = z.zone
               or o.first <= z.last and z.first <= o.last))
        union all
        select '/zones/' || z.i - 1 || '/last', '첫 부스보다 작습니다', 'is before the first booth' from zones z where z.last < z.first
        union all
        select '/owner_id', '없는 사용자입니다', 'there is no such user'
         where b ->> 'owner_id' is not null and not exists (select from users
               where id = (b ->> 'owner_id')::uuid and active and role in ('coordinator', 'manager'))
        union all
        select '/experts/' || (i - 1) || p, ko, en
          from jsonb_array_elements(b -> 'experts') with ordinality x (e, i), lateral (values
               ('/expert_id', '없는 자문위원입니다', 'there is no such expert',
                not exists (select from experts where id = (e ->> 'expert_id')::uuid)),
               ('/expert_id', '같은 자문위원이 두 번 있습니다', 'an expert stands twice',
                exists (select from jsonb_array_elements(b -> 'experts') with ordinality y (o, j)
                         where j < i and o ->> 'expert_id' = e ->> 'expert_id')),
               ('/zone', '없는 구역입니다', 'there is no such zone',
                e ->> 'zone' is not null and not exists (select from zones where zone = e ->> 'zone'))) w (p, ko, en, wrong)
         where wrong
    ) x
$$;

-- Slots, booths and experts anew. Booths stay what they are: appointments refer to them. A booth that
-- was lost and an expert who dropped out stay so while they are listed.
create or replace function jamund.event_fill(v jamund.events, b jsonb) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    delete from event_slots where event_id = v.id;
    insert into event_slots
    select v.id, tstzrange((s ->> 'from')::timestamptz, (s ->> 'until')::timestamptz), (s ->> 'booths')::int
      from jsonb_array_elements(b -> 'slots') s;
    insert into event_booths (event_id, number)
    select v.id, g from generate_series(1, (select max(booths) from event_slots where event_id = v.id)) g on conflict do nothing;
    update event_booths x set zone = (select z ->> 'zone' from jsonb_array_elements(coalesce(b -> 'zones', '[]')) z
        where x.number between (z ->> 'first')::int and (z ->> 'last')::int) where x.event_id = v.id;
    delete from event_experts x where x.event_id = v.id and not exists (
        select from jsonb_array_elements(b -> 'experts') e where (e ->> 'expert_id')::uuid = x.expert_id);
    insert into event_experts (event_id, expert_id, windows, zone, per_day, most, rest_after)
    select v.id, (e ->> 'expert_id')::uuid,
           (select range_agg(tstzrange((w ->> 'from')::timestamptz, (w ->> 'until')::timestamptz))
              from jsonb_array_elements(nullif(e -> 'windows', 'null')) w),
           e ->> 'zone', (e ->> 'per_day')::int, (e ->> 'most')::int, (e ->> 'rest_after')::int
      from jsonb_array_elements(b -> 'experts') e
    on conflict (event_id, expert_id) do update set windows = excluded.windows, zone = excluded.zone,
        per_day = excluded.per_day, most = excluded.most, rest_after = excluded.rest_after;
end $$;

create or replace function api.event_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    v events;
    bad jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    bad := event_errors(b);
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    insert into events (title, place, zone, owner_id, created_by, created_at)
    select b ->> 'title', b ->> 'place', coalesce(b ->> 'zone', o.zone),
           coalesce((b ->> 'owner_id')::uuid, (call ->> 'actor')::uuid), (call ->> 'actor')::uuid, api.clock() from office o
    returning * into v;
    perform event_fill(v, b);
    r := (201, etag(v.version), '/v1/events/' || v.id, event_doc(v));
    return write_end(call, r, 'event', v.id, 'event.add');
end $$;
comment on function api.event_add(jsonb, jsonb) is 'Adds an event: slots, zones of booths, experts on duty.';

create or replace function api.event_put(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    v events;
    bad jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    v := lock_event((args ->> 'id')::uuid);
    perform match(call, v.version);
    bad := event_errors(b);
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    update events x set version = x.version + 1, title = b ->> 'title', place = b ->> 'place',
        zone = coalesce(b ->> 'zone', x.zone), owner_id = coalesce((b ->> 'owner_id')::uuid, x.owner_id)
     where x.id = v.id returning * into v;
    perform event_fill(v, b);
    r := (200, etag(v.version), null, event_doc(v));
    return write_end(call, r, 'event', v.id, 'event.put');
end $$;
comment on function api.event_put(jsonb, jsonb) is 'The whole event anew; what is booked stays.';

create or replace function jamund.lock_event(wanted uuid) returns jamund.events
language plpgsql set search_path = jamund, pg_temp as $$
declare v events;
begin
    select * into v from events where id = wanted for update;
    if not found then perform missing('event'); end if;
    return v;
end $$;

create or replace function api.event_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare v events;
begin
    select * into v from events where id = (args ->> 'id')::uuid;
    if not found then perform missing('event'); end if;
    return (200, etag(v.version), null, event_doc(v))::api.reply;
end $$;
comment on function api.event_get(jsonb, jsonb) is 'One event with its slots and experts on duty.';

create or replace function api.event_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(event_doc(v) order by v.seq desc), array_agg(v.seq order by v.seq desc), page_size(args))).*
      from (select * from events x where x.seq < page_after(args) order by x.seq desc limit page_size(args) + 1) v
$$;
comment on function api.event_list(jsonb, jsonb) is 'Events, newest first, by page.';

-- The booths that can be used during a meeting, whether they are taken or not.
create or replace function jamund.open_booths(event uuid, meeting tstzrange) returns setof jamund.event_booths
language sql stable set search_path = jamund, pg_temp as $$
    select b.* from event_booths b
     where b.event_id = event and (b.lost_from is null or b.lost_from >= upper(meeting))
       and b.number <= (select min(s.booths) from event_slots s where s.event_id = event and s.during && meeting)
$$;
