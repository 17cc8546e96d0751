-- Requests: what consultation a case needs; and the panel that core ranks for it.
create or replace function jamund.windows_doc(w tstzmultirange) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('from', iso(lower(r)), 'until', iso(upper(r)))
                    order by r), '[]') from unnest(w) r
$$;
create or replace function jamund.request_doc(q jamund.requests) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', q.id, 'version', q.version, 'state', q.state, 'case_id', q.case_id,
        'seats', (select jsonb_agg(jsonb_build_object('field', field, 'min_level', min_level) order by seat)
                    from request_seats where request_id = q.id),
        'mode', q.mode, 'place_id', q.place_id, 'online_url', q.online_url, 'minutes', q.minutes, 'desk', q.desk, 'visit_id', q.visit_id,
        'windows', windows_doc(q.windows), 'preferred_windows', windows_doc(q.preferred), 'deadline', iso(q.deadline), 'urgency', q.urgency,
        'languages', to_jsonb(q.languages), 'topics', to_jsonb(q.topics),
        'excluded_expert_ids', (select coalesce(jsonb_agg(expert_id order by expert_id), '[]')
                                  from request_exclusions where request_id = q.id),
        'preferred_expert_id', q.preferred_id, 'contact_id', q.contact_id, 'owner_id', q.owner_id,
        'deputy_id', q.deputy_id, 'policy', q.policy,
        'ladder_at', iso(q.ladder_at), 'ladder_offers', q.ladder_offers, 'created_by', q.created_by, 'created_at', iso(q.created_at),
        'appointment_ids', (select coalesce(jsonb_agg(id order by seq), '[]')
                              from appointments where request_id = q.id))
$$;

-- Of a list of {from, until}; null and absent are none. In whole seconds, inwards: ranking knows no others, and
-- what it offers must lie in them.
create or replace function jamund.windows_of(doc jsonb) returns tstzmultirange
language sql stable as $$
    select coalesce(range_agg(tstzrange(first, greatest(first, date_trunc('second', (w ->> 'until')::timestamptz)))), '{}')
      from jsonb_array_elements(nullif(doc, 'null')) w,
           date_trunc('second', (w ->> 'from')::timestamptz + interval '999999 microseconds') first
$$;
-- Is a meeting of so many minutes possible in these windows at all?
create or replace function jamund.fits(windows tstzmultirange, minutes int) returns boolean
language sql immutable as $$
    select exists (select from unnest(windows) w where upper(w) - lower(w) >= make_interval(mins => minutes))
$$;

-- References that must exist, each named by its field; and windows that leave room for the meeting.
create or replace function jamund.request_errors(b jsonb, company uuid) returns jsonb
language sql volatile set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(bad_field(x.pointer, x.ko, x.en) order by x.pointer), '[]') from (
        select '/seats/' || (i - 1) || '/field' as pointer, '없는 분야입니다' as ko, 'unknown field' as en
          from jsonb_array_elements(b -> 'seats') with ordinality s (s, i)
         where not exists (select from fields where code = s ->> 'field')
        union all
        select '/place_id', '센터 상담에는 회의실이 필요합니다', 'a consultation at the centre needs a room'
         where b ->> 'mode' = 'center'
           and not exists (select from places where id = (b ->> 'place_id')::uuid)
        union all
        select '/place_id', '회의실은 센터 상담에만 쓸 수 있습니다', 'a room is for the mode center only'
         where b ->> 'mode' <> 'center' and b ->> 'place_id' is not null
        union all
        select '/online_url', '온라인 상담이 아닙니다', 'a link is for the mode online only'
         where b ->> 'mode' <> 'online' and b ->> 'online_url' is not null
        union all
        select '/contact_id', '이 기업의 담당자가 아닙니다', 'not a contact of this company'
         where b ->> 'contact_id' is not null and not exists (select from contacts
               where id = (b ->> 'contact_id')::uuid and company_id = company)
        union all
        select '/contact_id', '담당자의 개인정보 이용 동의가 없습니다', 'the contact has not given consent'
         where exists (select from contacts where id = (b ->> 'contact_id')::uuid and consent_at is null)
        union all
        select '/' || n, '없는 사용자입니다', 'there is no such user'
          from unnest(array['owner_id', 'deputy_id']) n
         where b ->> n is not null and not exists (select from users
               where id = (b ->> n)::uuid and active and role in ('coordinator', 'manager'))
        union all
        select '/preferred_expert_id', '없는 자문위원입니다', 'there is no such expert'
         where b ->> 'preferred_expert_id' is not null
           and not exists (select from experts where id = (b ->> 'preferred_expert_id')::uuid)
        union all
        select '/excluded_expert_ids/' || (i - 1), '없는 자문위원입니다', 'there is no such expert'
          from jsonb_array_elements_text(b -> 'excluded_expert_ids') with ordinality x (x, i)
         where not exists (select from experts where id = x::uuid)
        union all
        select '/desk', '기업 방문은 당번 상담이 아닙니다', 'a visit is no walk-in'
         where (b ->> 'desk')::boolean and b ->> 'mode' = 'visit'
        union all
        select '/visit_id', '이 기업을 앞으로 찾아갈 방문이 아닙니다', 'not a visit to this company that is to come'
         where b ->> 'visit_id' is not null and (b ->> 'mode' <> 'visit' or not exists (select from visits v
               where v.id = (b ->> 'visit_id')::uuid and v.company_id = company and lower(v.during) > api.clock()))
        union all
        select '/visit_id', '이 방문에 같이 가는 요청이 이미 있습니다', 'a request accompanies this visit already; it may have more seats'
         where exists (select from requests q where q.visit_id = (b ->> 'visit_id')::uuid and q.state not in ('done', 'withdrawn'))
        union all
        select '/minutes', '방문보다 깁니다', 'longer than the visit' from visits v
         where v.id = (b ->> 'visit_id')::uuid and upper(v.during) - lower(v.during) < make_interval(mins => (b ->> 'minutes')::int)
        union all
        select '/windows', '방문 시간이 정해져 있습니다', 'the visit has its time already'
         where b ->> 'visit_id' is not null and b ->> 'windows' is not null
        union all
        select '/windows', '희망 시간이 필요합니다', 'it takes windows'
         where b ->> 'visit_id' is null and b ->> 'windows' is null
        union all
        select '/windows', '모든 희망 시간이 이미 지났습니다', 'every window is over already'
         where b ->> 'windows' is not null and not exists (select from jsonb_array_elements(nullif(b -> 'windows', 'null')) w
                            where (w ->> 'until')::timestamptz > api.clock())
        union all
        select '/preferred_windows/' || (i - 1), '희망 시간 안에 있어야 합니다', 'must lie in the windows'
          from jsonb_array_elements(nullif(b -> 'preferred_windows', 'null')) with ordinality w (w, i)
         where not windows_of(b -> 'windows') @> windows_of(jsonb_build_array(w))
        union all
        select '/windows', '상담 시간보다 긴 희망 시간이 없습니다', 'no window is as long as the meeting'
         where b ->> 'windows' is not null and not fits(windows_of(b -> 'windows'), (b ->> 'minutes')::int)
    ) x
$$;

-- The owner where none is named: the coordinator who asks, else the one with the fewest live requests.
create or replace function jamund.default_owner(call jsonb) returns uuid
language plpgsql volatile set search_path = jamund, pg_temp as $$
declare o uuid;
begin
    if call ->> 'role' in ('coordinator', 'manager') then
        return (call ->> 'actor')::uuid;
    end if;
    select u.id into o from users u
     where u.role = 'coordinator' and u.active
     order by (select count(*) from requests q where q.owner_id = u.id
                and q.state in ('open', 'unmatched', 'offered', 'scheduled')), u.seq limit 1;
    if o is null then
        perform fail_field('/owner_id', '담당자를 지정해야 합니다', 'there is no coordinator; name an owner');
    end if;
    return o;
end $$;

create or replace function api.request_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    k cases;
    q requests;
    bad jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into k from cases where id = (b ->> 'case_id')::uuid for update;
    if not found then perform fail_field('/case_id', '없는 기업애로입니다', 'there is no such case'); end if;
    perform from visits where id = (b ->> 'visit_id')::uuid for update; -- one request accompanies it, at its time
    bad := request_errors(b, k.company_id);
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    if k.triage is distinct from 'deep' then
        perform fail('JM002', 'only a case triaged as deep takes a request');
    end if;
    insert into requests (case_id, mode, place_id, online_url, minutes, desk, visit_id, windows, preferred, deadline, urgency,
        languages, topics, contact_id, preferred_id, owner_id, deputy_id, policy, ladder_at, created_by, created_at, opened_at)
    select k.id, b ->> 'mode', (b ->> 'place_id')::uuid, b ->> 'online_url', (b ->> 'minutes')::int,
        coalesce((b ->> 'desk')::boolean, false), (b ->> 'visit_id')::uuid,
        coalesce((select visit_window(v, (b ->> 'minutes')::int) from visits v where v.id = (b ->> 'visit_id')::uuid),
                 windows_of(b -> 'windows')), windows_of(b -> 'preferred_windows'),
        (b ->> 'deadline')::timestamptz, coalesce(b ->> 'urgency', 'normal'),
        texts(b -> 'languages'), texts(b -> 'topics'), (b ->> 'contact_id')::uuid,
        (b ->> 'preferred_expert_id')::uuid, coalesce((b ->> 'owner_id')::uuid, default_owner(call)),
        (b ->> 'deputy_id')::uuid, coalesce(b ->> 'policy', 'ask'),
        case b ->> 'policy' when 'auto' then api.clock() end, (call ->> 'actor')::uuid, api.clock(), api.clock()
    returning * into q;
    insert into request_seats
    select q.id, i, s ->> 'field', (s ->> 'min_level')::int
      from jsonb_array_elements(b -> 'seats') with ordinality s (s, i);
    insert into request_exclusions
    select distinct q.id, x::uuid from jsonb_array_elements_text(coalesce(b -> 'excluded_expert_ids', '[]')) x;
    update cases set version = version + 1 where id = k.id; -- it lists its requests
    if k.state <> 'in_consultation' then
        update cases set state = 'in_consultation' where id = k.id;
    end if;
    r := (201, etag(q.version), '/v1/requests/' || q.id, request_doc(q));
    return write_end(call, r, 'request', q.id, 'request.add');
end $$;
comment on function api.request_add(jsonb, jsonb) is 'A consultation that a case needs.';

create or replace function api.request_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare q requests;
begin
    select * into q from requests where id = (args ->> 'id')::uuid;
    if not found then perform missing('request'); end if;
    return (200, etag(q.version), null, request_doc(q))::api.reply;
end $$;
comment on function api.request_get(jsonb, jsonb) is 'One request with its appointments.';

create or replace function api.request_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(request_doc(q) order by q.seq desc), array_agg(q.seq order by q.seq desc),
                 page_size(args))).*
      from (select * from requests x
             where x.seq < page_after(args) and (args ->> 'state' is null or x.state = args ->> 'state')
               and (args ->> 'owner_id' is null or x.owner_id = (args ->> 'owner_id')::uuid)
             order by x.seq desc limit page_size(args) + 1) q
$$;
comment on function api.request_list(jsonb, jsonb) is 'Requests, newest first, by page; state and owner filter.';

create or replace function api.request_withdraw(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    q requests;
    a uuid;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into q from requests where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('request'); end if;
    perform match(call, q.version);
    if q.state = 'withdrawn' then
        perform fail('JM002', 'the request is withdrawn', jsonb_build_object('state', q.state));
    end if;
    select id into a from appointments where request_id = q.id and state in ('tentative', 'confirmed');
    if found then
        perform end_appointment(a, args #>> '{body,reason}');
    end if;
    perform request_state(q.id, 'withdrawn');
    select * into q from requests where id = q.id;
    r := (200, etag(q.version), null, request_doc(q));
    return write_end(call, r, 'request', q.id, 'request.withdraw', args #>> '{body,reason}');
end $$;
comment on function api.request_withdraw(jsonb, jsonb) is 'Nobody needs it any more; what is booked for it ends.';

-- Looks again: for the next session, for other times, after nobody was left; by the ladder where the
-- policy says so. With windows it accompanies its visit no more. args: {"id", "body": {reason, windows, deadline, minutes, policy, preferred_expert_id}}
create or replace function api.request_reopen(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    q requests;
    k cases;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into k from cases where id = (select case_id from requests where id = (args ->> 'id')::uuid) for update;
    select * into q from requests where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('request'); end if;
    perform match(call, q.version);
    if q.state not in ('open', 'unmatched', 'done') or k.state <> 'in_consultation' then
        perform fail('JM002', case when k.state <> 'in_consultation' then 'the case is ' || k.state
            else 'the request is ' || q.state end, jsonb_build_object('state', q.state));
    end if;
    if b ->> 'minutes' is not null and (live_appointment(q)).id is not null then
        perform fail_field('/minutes', '잡혀 있는 일정의 길이는 일정을 옮겨 바꿉니다', 'an appointment stands; move it to change its length');
    end if;
    if b ->> 'preferred_expert_id' is not null
       and not exists (select from experts where id = (b ->> 'preferred_expert_id')::uuid) then
        perform fail_field('/preferred_expert_id', '없는 자문위원입니다', 'there is no such expert');
    end if;
    q.windows := case when b ->> 'windows' is null then q.windows else windows_of(b -> 'windows') end;
    q.minutes := coalesce((b ->> 'minutes')::int, q.minutes);
    if upper(q.windows) <= api.clock() then
        perform fail_field('/windows', '모든 희망 시간이 이미 지났습니다', 'every window is over already');
    elsif not fits(q.windows, q.minutes) then
        perform fail_field('/windows', '상담 시간보다 긴 희망 시간이 없습니다', 'no window is as long as the meeting');
    end if;
    perform request_state(q.id, 'open');
    update requests x set opened_at = api.clock(), ladder_offers = 0, ladder_claims = 0,
        windows = q.windows, minutes = q.minutes,
        preferred = q.windows * coalesce(nullif(windows_of(b -> 'preferred_windows'), '{}'), x.preferred),
        visit_id = case when b ->> 'windows' is null then x.visit_id end,
        deadline = case when b ? 'deadline' then (b ->> 'deadline')::timestamptz else x.deadline end,
        policy = coalesce(b ->> 'policy', x.policy),
        preferred_id = coalesce((b ->> 'preferred_expert_id')::uuid, x.preferred_id),
        ladder_at = case coalesce(b ->> 'policy', x.policy) when 'auto' then api.clock() end
     where x.id = q.id returning * into q;
    r := (200, etag(q.version), null, request_doc(q));
    return write_end(call, r, 'request', q.id, 'request.reopen', b ->> 'reason');
end $$;
comment on function api.request_reopen(jsonb, jsonb) is 'Looks again, perhaps with other times or by the ladder.';

-- In whole seconds, outwards: what is shorter than one is not empty, and nothing starts before it is over.
create or replace function jamund.ranges_doc(r tstzrange[]) returns jsonb
language sql immutable strict as $$
    select coalesce(jsonb_agg(jsonb_build_array(floor(extract(epoch from lower(x)))::bigint,
                                                ceil(extract(epoch from upper(x)))::bigint) order by x), '[]')
      from unnest(r) x
$$;

-- Everything core needs to know of these experts between two instants, whoever asks and whenever, in a few
-- passes over the tables (one function call per expert and fact took a hundred times longer). Materialized: as
-- long as nobody has analyzed young tables, the planner would gather all facts anew for each expert.
-- In plpgsql, because it keeps the plan, and one plan for however many: planning took longer than running. Every list has an order: the same
-- facts are the same bytes.
create or replace function jamund.expert_facts(span tstzrange, ids uuid[])
returns jsonb language plpgsql stable set search_path = jamund, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin return (
    with d as materialized (
        select x.id, jsonb_agg(district order by district) as doc
          from unnest(ids) x (id) join expert_districts on expert_id = x.id group by 1),
    v as materialized (
        select x.id, jsonb_agg(jsonb_build_object('weekday', weekday, 'from', from_minute, 'until', until_minute)
                   || case when every = 1 and nth is null and first_day is null and last_day is null then '{}'
                           else jsonb_strip_nulls(jsonb_build_object('every', every, 'nth', nth, 'first', first_day,
                                                                     'last', last_day)) end
                   order by weekday, from_minute, until_minute, every, nth, first_day, last_day) as doc
          from unnest(ids) x (id) join availability on expert_id = x.id group by 1),
    cool as materialized (
        select x.id, jsonb_agg(jsonb_build_object('key', c.key, 'until', epoch(cooling_end(c))) order by c.kind, c.subject) as doc
          from unnest(ids) x (id) join conflicts_ended c on c.expert_id = x.id where c.key <> '' group by 1),
    o as materialized (
        select x.id, jsonb_agg(jsonb_build_object('day', day, 'from', coalesce(lower(w), 0),
                                                  'until', coalesce(upper(w), 0)) order by day, w) as doc
          from unnest(ids) x (id) join availability_dates on expert_id = x.id left join lateral unnest(windows) w on true
         where day between (lower(span) at time zone 'UTC')::date - 1 and (upper(span) at time zone 'UTC')::date + 1 group by 1),
    gone as materialized (
        select x.id, array_agg(during * span order by during) filter (where during && span) as ranges,
               min(lower(during)) filter (where upper_inf(during)) as paused_from
          from unnest(ids) x (id) join absences on expert_id = x.id
         where cancelled_at is null and (during && span or upper_inf(during)) group by 1),
    own as materialized (
        select x.id, array_agg(r.during * span order by r.during) as ranges
          from unnest(ids) x (id) join calendars c on c.expert_id = x.id and c.removed_at is null, unnest(c.busy) r (during)
         where r.during && span group by 1),
    duty as materialized (
        select x.id, array_agg(during order by during) as ranges
          from unnest(ids) x (id) join duties on expert_id = x.id where removed_at is null and during && span group by 1),
    busy as materialized (
        select x.id, array_agg(during order by during) as ranges
          from unnest(ids) x (id) join holds on subject = x.id where kind = 'expert' and during && span group by 1),
    held as materialized (
        select e.id, a.during, extract(year from lower(a.during) at time zone e.zone)::int as year,
               coalesce(p.minutes, extract(epoch from upper(a.during) - lower(a.during)) / 60) as minutes,
               lower(a.during) >= e.term_from::timestamp at time zone e.zone as in_term,
               r.field, meets_in(q.mode, c.district, w.center_district) as district
          from unnest(ids) x (id) join experts e on e.id = x.id join seats s on s.expert_id = x.id
          join appointments a on a.id = s.appointment_id join requests q on q.id = a.request_id
          join companies c on c.id = a.company_id left join request_seats r on r.request_id = q.id and r.seat = s.seat
          left join reports p on p.appointment_id = a.id cross join office w
         where s.state in ('offered', 'countered', 'accepted') and a.state in ('tentative', 'confirmed', 'completed')),
    load as materialized (
        select id, jsonb_agg(jsonb_build_object('year', year, 'minutes', minutes) order by year) as years,
               sum(in_term)::bigint as term
          from (select id, year, sum(minutes)::bigint as minutes, sum(minutes) filter (where in_term) as in_term
                  from held group by 1, 2) x group by 1),
    work as materialized (select id, field, sum(minutes)::bigint as minutes from held where in_term group by 1, 2),
    f as materialized (
        select x.id, jsonb_agg(jsonb_build_object('field', ef.field, 'level', ef.level, 'minutes', coalesce(w.minutes, 0),
                                                  'price', coalesce(p.points, 0)) order by ef.field) as doc
          from unnest(ids) x (id) join expert_fields ef on ef.expert_id = x.id
          left join work w on w.id = x.id and w.field = ef.field
          left join expert_prices p on p.expert_id = x.id and p.field = ef.field group by 1),
    away as materialized (
        select x.id, range_agg(during * tstzrange(term_from::timestamp at time zone zone,
                                                  (term_until + 1)::timestamp at time zone zone)) as ranges
          from unnest(ids) x (id) join experts e on e.id = x.id join absences b on b.expert_id = x.id
         where cancelled_at is null group by 1),
    said as materialized (
        select x.id, jsonb_build_object(
                   'accepted', count(*) filter (where s.state in ('countered', 'accepted') and not no_show),
                   'declined', count(*) filter (where s.state = 'declined'),
                   'expired', count(*) filter (where s.state = 'expired'),
                   'no_shows', count(*) filter (where no_show)) as doc
          from unnest(ids) x (id) join experts e on e.id = x.id join seats s on s.expert_id = x.id
         where s.created_at >= e.term_from::timestamp at time zone e.zone group by 1),
    near as materialized (
        select id, array_agg(during order by during) as ranges, jsonb_agg(district order by during, district) as districts
          from held where during && span group by 1)
    select coalesce(jsonb_agg(jsonb_build_object(
        'id', e.id, 'name', e.name, 'fields', coalesce(f.doc, '[]'), 'topics', to_jsonb(e.topics),
        'districts', coalesce(d.doc, '[]'), 'modes', to_jsonb(e.modes), 'languages', to_jsonb(e.languages),
        'term', jsonb_build_object('from', e.term_from, 'until', e.term_until),
        'paused_from', floor(extract(epoch from gone.paused_from))::bigint,
        'conflicts', jsonb_build_object('companies', to_jsonb(e.conflict_companies), 'names', conflict_names(e),
            'ended', coalesce(cool.doc, '[]')),
        'caps', jsonb_build_object('per_day', e.cap_per_day, 'per_week', e.cap_per_week,
                                   'hours_per_year', e.hours_per_year),
        'buffers', jsonb_build_object('before', e.buffer_before, 'after', e.buffer_after),
        'notice_minutes', e.notice_minutes, 'zone', e.zone, 'availability', coalesce(v.doc, '[]'),
        'dates', coalesce(o.doc, '[]'), 'absences', coalesce(ranges_doc(gone.ranges || own.ranges), '[]'),
        'duties', coalesce(ranges_doc(duty.ranges), '[]'), 'busy', coalesce(ranges_doc(busy.ranges), '[]'),
        'appointments', coalesce(ranges_doc(near.ranges), '[]'), 'appointment_districts', coalesce(near.districts, '[]'),
        'away', coalesce(ranges_doc(array(select unnest(away.ranges))), '[]'),
        'answers', coalesce(said.doc, '{"accepted": 0, "declined": 0, "expired": 0, "no_shows": 0}'),
        'years', coalesce(load.years, '[]'), 'minutes_this_term', coalesce(load.term, 0)) order by e.id), '[]')
      from unnest(ids) x (id) join experts e on e.id = x.id
      left join f on f.id = e.id left join d on d.id = e.id left join v on v.id = e.id left join o on o.id = e.id
      left join gone on gone.id = e.id left join busy on busy.id = e.id left join near on near.id = e.id
      left join own on own.id = e.id left join cool on cool.id = e.id left join duty on duty.id = e.id
      left join load on load.id = e.id left join away on away.id = e.id left join said on said.id = e.id
); end $$;

-- The seats as ranking sees them: held ones are looked at only to replace who has them.
create or replace function jamund.panel_seats(q jamund.requests, appointment uuid) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
begin return (
    select jsonb_agg(jsonb_build_object('seat', r.seat, 'field', r.field, 'min_level', r.min_level,
               'held', exists (select from seats s where s.appointment_id = appointment and s.seat = r.seat
                                  and live(s))) order by r.seat)
      from request_seats r where r.request_id = q.id
); end $$;

-- Who was asked since the request was opened and did not come: the ladder does not ask them again.
create or replace function jamund.asked_before(q jamund.requests) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
begin return (
    select coalesce(jsonb_agg(x.expert_id order by x.expert_id), '[]') from (
        select s.expert_id from seats s join appointments a on a.id = s.appointment_id
         where a.request_id = q.id and s.created_at >= q.opened_at and (s.state in ('declined', 'expired')
               or s.state = 'withdrawn' and a.state in ('tentative', 'confirmed'))
         group by 1 order by max(s.seq) desc limit 500) x
); end $$;

-- When the meeting may be: at its time, where one stands; else in the windows, as far ahead as ranking looks.
create or replace function jamund.panel_windows(q jamund.requests, a jamund.appointments, t timestamptz)
returns tstzmultirange language sql stable as $$
    select case when a.id is not null then tstzmultirange(a.during)
                else q.windows * tstzmultirange(tstzrange(null, t + interval '399 days')) end
$$;

-- As far as ranking looks from any moment of that day (UTC), and some days more: caps count whole weeks, and
-- what a daemon keeps in memory is good for a little longer than the day.
create or replace function jamund.panel_span(day date) returns tstzrange
language sql immutable as $$
    select tstzrange((day - 12)::timestamp at time zone 'UTC', (day + 414)::timestamp at time zone 'UTC')
$$;

-- What is the same for every request.
create or replace function jamund.panel_office(t timestamptz) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('now', epoch(t), 'version', (select coalesce(max(version), 0) from change_log),
        'align_minutes', (select align_minutes from office), 'rest_minutes', (select rest_minutes from office),
        'rest_night_minutes', (select rest_night_hours * 60 from office), 'zone', (select zone from office),
        'weights', (select weights from scoring),
        'holidays', (select coalesce(jsonb_agg(day order by day), '[]') from holidays, panel_span((t at time zone 'UTC')::date) s
                      where day between lower(s)::date - 1 and upper(s)::date + 1))
$$;

-- All that ranking the experts for a request needs besides the experts; null for an unknown request.
create or replace function jamund.request_facts(request uuid, t timestamptz) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
declare
    q    requests;
    c    companies;
    a    appointments;
begin
    select * into q from requests where id = request;
    if not found then return null; end if;
    select co.* into c from companies co join cases k on k.company_id = co.id where k.id = q.case_id;
    a := live_appointment(q);
    return panel_office(t) || jsonb_build_object('request',
        panel_request(q, a, c, panel_windows(q, a, t), panel_span((t at time zone 'UTC')::date)));
end $$;

create or replace function api.request_panel(id uuid) returns jsonb
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
declare
    t   timestamptz := api.clock();
    doc jsonb;
begin
    doc := request_facts(request_panel.id, t) || jsonb_build_object('experts',
        expert_facts(panel_span((t at time zone 'UTC')::date), array(
            select distinct f.expert_id from expert_fields f join request_seats s using (field) where s.request_id = request_panel.id)));
    if doc is null then perform missing('request'); end if;
    return doc;
end $$;
comment on function api.request_panel(uuid) is 'All that ranking the experts of one request''s fields needs.';

create or replace function jamund.visit_start(q jamund.requests) returns bigint
language sql stable set search_path = jamund, pg_temp as $$
    select epoch(lower(v.during)) from visits v where v.id = q.visit_id
$$;

-- The request and, where a meeting or a visit stands, what it fixes; its own holds are not in its way.
create or replace function jamund.panel_request(q jamund.requests, a jamund.appointments, c jamund.companies,
    w tstzmultirange, span tstzrange) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select jsonb_build_object('id', q.id, 'seats', panel_seats(q, a.id), 'mode', q.mode, 'district', c.district,
        'minutes', case when a.id is null then q.minutes
                        else (extract(epoch from upper(a.during) - lower(a.during)) / 60)::int end,
        'desk', q.desk, 'visit', visit_start(q), 'fixed', coalesce(epoch(lower(a.during)), visit_start(q)), 'windows', ranges_doc(array(select r from unnest(w) r)),
        'deadline', case when a.id is null then epoch(q.deadline) end, 'urgency', q.urgency,
        'languages', to_jsonb(q.languages), 'topics', to_jsonb(q.topics),
        'excluded', (select coalesce(jsonb_agg(expert_id order by expert_id), '[]')
                       from request_exclusions where request_id = q.id),
        'preferred', q.preferred_id, 'company', c.registration_number,
        'company_names', name_keys(array[c.name, c.affiliation]),
        'last', left_unsolved(q.case_id),
        'wished', ranges_doc(array(select r from unnest(w * q.preferred) r)),
        'trips', trips_to(meets_in(q.mode, c.district, (select center_district from office))),
        'seated', (select coalesce(jsonb_agg(s.expert_id order by s.seat), '[]')
                     from seats s where s.appointment_id = a.id and live(s)),
        'asked', asked_before(q),
        'company_busy', ranges_doc(array(select h.during from holds h where h.subject = c.id
            and h.during && span and h.appointment_id is distinct from a.id)),
        'company_full', ranges_doc(array(select full_years(c.id, a.id))),
        'room_busy', ranges_doc(array(
            select tstzrange(lower(h.during) - make_interval(mins => p.turnaround), upper(h.during))
              from holds h join places p on p.id = h.subject
             where h.subject = q.place_id and h.during && span and h.appointment_id is distinct from a.id)))
        || served(q.case_id, c.id)
); end $$;
