-- Plans: many requests assigned at once. Asked for here, computed by a daemon's worker (work/planner.c),
-- looked at, and booked by plan_apply.sql.

-- ---- as documents ----

-- done in percent; bound and best: requests served by urgency, the most urgent first, and the value in points.
create or replace function jamund.plan_progress_doc(p jsonb) returns jsonb
language sql immutable strict as $$
    select jsonb_build_object('stage', left(p ->> 'stage', 100), 'percent', least(greatest((100 * (p ->> 'done')::numeric)::int, 0), 100),
        'bound', jsonb_build_object('served', p #> '{bound,served}', 'value', p #> '{bound,value}'),
        'best', jsonb_build_object('served', p #> '{best,served}', 'value', p #> '{best,value}'))
$$;

create or replace function jamund.plan_doc(p jamund.plans) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', p.id, 'version', p.version, 'created_at', iso(p.created_at), 'created_by', p.created_by,
        'state', p.state, 'event_id', p.event_id, 'base_id', p.base_id, 'zone', p.zone, 'lambda', p.lambda, 'seconds', p.seconds,
        'as_of', p.as_of, 'requests', cardinality(p.asked_for), 'left_out', p.left_out, 'reason', p.reason,
        'progress', plan_progress_doc(p.progress), 'computed_at', iso(p.computed_at), 'applied_at', iso(p.applied_at),
        'applied_by', p.applied_by,
        'slots', (select jsonb_agg(jsonb_build_object('from', iso(lower(s), p.zone), 'until', iso(upper(s), p.zone),
                         'booths', p.booths[i], 'price', (p.result #>> array['prices', 'slots', (i - 1)::text])::numeric::bigint) order by i)
                    from unnest(p.slots) with ordinality x (s, i)),
        'assigned', (select count(*) from plan_items x where x.plan_id = p.id and x.state = 'assigned'),
        'unserved', (select count(*) from plan_items x where x.plan_id = p.id and x.state = 'unserved'),
        'outcome', case when p.result is not null then jsonb_build_object('end', p.result -> 'end', 'method', p.result -> 'method',
            'bound', (p.result ->> 'bound')::numeric::bigint, 'value', (p.result ->> 'value')::numeric::bigint,
            'gap_ppm', (1000000 * coalesce((p.result ->> 'gap')::numeric, 0))::bigint, 'gap_of', p.result -> 'gap_of', 'served', p.result -> 'served',
            'served_bound', p.result -> 'served_bound',
            'kept', p.result -> 'kept', 'moved', p.result -> 'moved', 'quality', p.result -> 'quality', 'load_cost', p.result -> 'load_cost',
            'frontier', coalesce((select jsonb_agg(jsonb_build_object('lambda', f -> 'lambda', 'quality', f -> 'quality',
                'max_load', f -> 'max_load', 'idle', f -> 'idle', 'end', f -> 'end') order by i)
                from jsonb_array_elements(p.result -> 'frontier') with ordinality x (f, i)), '[]')) end)
$$;

-- Whom a draft names is the planners' alone; what is booked is known.
create or replace function jamund.plan_item_doc(p jamund.plans, i jamund.plan_items, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('n', i.n, 'state', i.state, 'request_id', i.request_id, 'appointment_id', i.appointment_id,
        'company', jsonb_build_object('id', c.id, 'name', c.name), 'title', k.title, 'urgency', q.urgency,
        'from', iso(lower(i.during), p.zone), 'until', iso(upper(i.during), p.zone), 'zone', i.zone, 'points', i.points,
        'booth', (select b.number from appointments a join event_booths b on b.id = a.booth_id where a.id = i.appointment_id),
        'was', case when i.was is not null then jsonb_build_object('appointment_id', i.was -> 'appointment_id', 'from', i.was -> 'start') end,
        'why', i.why)
        || jsonb_strip_nulls(jsonb_build_object('ko', i.detail -> 'ko', 'en', i.detail -> 'en', 'witness', i.detail -> 'witness',
               'cure', i.detail -> 'cure', 'funnel', i.detail -> 'funnel', 'choices', i.detail -> 'choices'))
        || mask(case p.state when 'applied' then 'coordinator' else viewer end, 'draft', jsonb_build_object('experts', (
               select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'name', e.name) order by o), '[]')
                 from unnest(i.experts) with ordinality x (id, o) join experts e on e.id = x.id)))
      from requests q join cases k on k.id = q.case_id join companies c on c.id = k.company_id where q.id = i.request_id
$$;

create or replace function api.plan_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare p plans;
begin
    select * into p from plans where id = (args ->> 'id')::uuid;
    if not found then perform missing('plan'); end if;
    return (200, etag(p.version), null, plan_doc(p))::api.reply;
end $$;
comment on function api.plan_get(jsonb, jsonb) is 'One plan: state, progress, outcome.';

create or replace function api.plan_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(plan_doc(p) order by p.seq desc), array_agg(p.seq order by p.seq desc), page_size(args))).*
      from (select * from plans x where x.seq < page_after(args) and (args ->> 'state' is null or x.state = args ->> 'state')
               and (args ->> 'event_id' is null or x.event_id = (args ->> 'event_id')::uuid)
             order by x.seq desc limit page_size(args) + 1) p
$$;
comment on function api.plan_list(jsonb, jsonb) is 'Plans, newest first, by page; state and event filter.';

-- In the order of the plan: what is assigned by time, then what is not served. The cursor rises here.
create or replace function api.plan_items(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    p plans;
    docs jsonb[];
    ns bigint[];
    r api.reply;
begin
    select * into p from plans where id = (args ->> 'id')::uuid;
    if not found then perform missing('plan'); end if;
    select array_agg(plan_item_doc(p, i, call ->> 'role') order by i.n), array_agg(i.n::bigint order by i.n) into docs, ns
      from (select * from plan_items x where x.plan_id = p.id and x.n > coalesce((args ->> 'cursor')::bigint, -1)
               and (args ->> 'state' is null or x.state = args ->> 'state') order by x.n limit page_size(args) + 1) i;
    r := page(docs, ns, page_size(args));
    r.etag := etag(p.version);
    return r;
end $$;
comment on function api.plan_items(jsonb, jsonb) is 'Who serves which request where; and why a request is not served.';

-- ---- asked for ----

-- The slots of windows: as many as fit, one after the other, with a gap between them.
create or replace function jamund.window_slots(b jsonb) returns tstzrange[]
language sql immutable as $$
    select array_agg(tstzrange(s, s + long) order by s)
      from jsonb_array_elements(b -> 'windows') w,
           lateral (select make_interval(mins => (b ->> 'slot_minutes')::int) as long,
                           make_interval(mins => coalesce((b ->> 'gap_minutes')::int, 0)) as gap) l,
           lateral (select s from generate_series((w ->> 'from')::timestamptz, (w ->> 'until')::timestamptz - long, long + gap) s) x
$$;

create or replace function jamund.range_agg_of(ranges tstzrange[]) returns tstzmultirange
language sql immutable as $$ select range_agg(r) from unnest(ranges) r $$;

-- Open requests that nobody looks after and that want one of these times, the most urgent and oldest first;
-- walk-ins are served as they come.
create or replace function jamund.backlog(slots tstzrange[]) returns setof uuid
language sql stable set search_path = jamund, pg_temp as $$
    select q.id from requests q
     where q.state in ('open', 'unmatched') and not q.desk and q.ladder_at is null and q.windows && range_agg_of(slots)
       and not exists (select from appointments a where a.request_id = q.id and a.state in ('tentative', 'confirmed'))
     order by array_position(array['urgent', 'high', 'normal'], q.urgency), q.opened_at, q.seq
$$;

-- The live appointments that a plan may move: those of its requests that stand in its slots as a plan has
-- meetings. What it cannot have, stands: more than two experts, a walk-in at the centre's desk, a meeting
-- longer than its slot (or, where no slot is that long, than two that follow each other).
create or replace function jamund.plan_own(p jamund.plans) returns setof jamund.appointments
language sql stable set search_path = jamund, pg_temp as $$
    select a.* from appointments a join requests q on q.id = a.request_id left join event_booths b on b.id = a.booth_id
      join (select lower(s) as starts, upper(s) as one, max(upper(s) - lower(s)) over () as longest,
                   case when lead(lower(s)) over (order by s) = upper(s) then lead(upper(s)) over (order by s) else upper(s) end as two
              from unnest(p.slots) s) g on g.starts = lower(a.during)
     where a.request_id = any (p.asked_for) and a.state in ('tentative', 'confirmed')
       and b.event_id is not distinct from p.event_id and (p.event_id is not null or not q.desk)
       and upper(a.during) <= case when upper(a.during) - lower(a.during) <= g.longest then g.one else g.two end
       and (select count(*) from request_seats r where r.request_id = q.id) <= 2
$$;
create or replace function jamund.booked_at(event uuid) returns setof uuid
language sql stable set search_path = jamund, pg_temp as $$
    select a.request_id from event_booths b join appointments a on a.booth_id = b.id and a.state in ('tentative', 'confirmed')
     where b.event_id = event
$$;

-- What named requests can not be planned, each by its field.
create or replace function jamund.plan_request_errors(ids jsonb, event uuid) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(case when q.id is null
               then bad_field('/request_ids/' || i - 1, '없는 요청입니다', 'there is no such request')
               else bad_field('/request_ids/' || i - 1, '배정을 기다리는 요청이 아닙니다', 'the request is ' || q.state) end order by i), '[]')
      from jsonb_array_elements_text(ids) with ordinality x (id, i) left join requests q on q.id = x.id::uuid
     where q.id is null or not (q.state in ('open', 'unmatched') and (live_appointment(q)).id is null
                                or q.id in (select booked_at(event)))
$$;

-- A new plan. Its slots: those that have not ended before today; its requests: the given ones (the backlog,
-- where there are none given) and, at an event, all that stands there.
create or replace function jamund.plan_new(call jsonb, b jsonb, p jamund.plans) returns jamund.plans
language plpgsql set search_path = jamund, pg_temp as $$
declare
    o office;
    since timestamptz;
    named uuid[] := array(select x::uuid from jsonb_array_elements_text(nullif(b -> 'request_ids', 'null')) x);
    bad jsonb := plan_request_errors(coalesce(nullif(b -> 'request_ids', 'null'), '[]'), p.event_id);
    total int;
begin
    select * into o from office;
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    since := date_trunc('day', api.clock() at time zone p.zone) at time zone p.zone;
    select array_agg(s order by s), array_agg(n order by s) into p.slots, p.booths
      from unnest(p.slots, p.booths) x (s, n) where upper(s) > since;
    if p.slots is null or upper(p.slots[cardinality(p.slots)]) <= api.clock() then
        perform fail_field(case when p.event_id is null then '/windows' else '/event_id' end, '모든 시간이 이미 지났습니다', 'every slot is over already');
    elsif upper(p.slots[cardinality(p.slots)]) > api.clock() + interval '400 days' then -- as far as the panel looks
        perform fail_field(case when p.event_id is null then '/windows' else '/event_id' end, '배정안은 400일 앞까지 만들 수 있습니다', 'a plan reaches 400 days ahead at most');
    elsif cardinality(p.slots) > o.plan_slots_max then
        perform fail_field(case when p.event_id is null then '/slot_minutes' else '/event_id' end, format('시간대는 %s개까지입니다', o.plan_slots_max),
                           format('a plan has %s slots at most', o.plan_slots_max));
    end if;
    if p.base_id is null and nullif(b -> 'request_ids', 'null') is null then
        named := array(select backlog(p.slots));
    end if;
    p.asked_for := array(select distinct x from unnest(p.asked_for || named || case when p.event_id is not null
        then array(select booked_at(p.event_id)) end) x);
    total := cardinality(p.asked_for);
    if total = 0 then perform fail_field('/request_ids', '배정할 요청이 없습니다', 'there is no request to plan'); end if;
    p.asked_for := array(select x from unnest(p.asked_for) x join requests q on q.id = x -- what stands comes first
        order by (select count(*) from appointments a where a.request_id = x and a.state in ('tentative', 'confirmed')) desc,
                 array_position(array['urgent', 'high', 'normal'], q.urgency), q.opened_at, q.seq limit o.plan_requests_max);
    p.left_out := total - cardinality(p.asked_for);
    insert into plans (event_id, base_id, zone, slots, booths, asked_for, experts, left_out, asked, lambda, seconds, created_by, created_at)
    values (p.event_id, p.base_id, p.zone, p.slots, p.booths, p.asked_for, p.experts, p.left_out, b,
            coalesce((b ->> 'lambda')::int, p.lambda, 20), least(coalesce((b ->> 'seconds')::int, p.seconds, 30), o.plan_seconds_max),
            (call ->> 'actor')::uuid, api.clock())
    returning * into p;
    return p;
end $$;

-- args: {"body": {event_id | windows, slot_minutes, gap_minutes, booths; request_ids, expert_ids, caps, keep, lambda, seconds}}
create or replace function api.plan_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    p plans;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    if (nullif(b -> 'event_id', 'null') is null) = (nullif(b -> 'windows', 'null') is null) then
        perform fail_field('/event_id', '행사나 시간 범위 가운데 하나를 지정해 주세요', 'name either an event or windows');
    elsif b ->> 'event_id' is not null then
        select v.id, v.zone into p.event_id, p.zone from events v where v.id = (b ->> 'event_id')::uuid;
        if not found then perform fail_field('/event_id', '없는 행사입니다', 'there is no such event'); end if;
        select array_agg(during order by during), array_agg(booths order by during) into p.slots, p.booths
          from event_slots where event_id = p.event_id;
    else
        if b ->> 'slot_minutes' is null then perform fail_field('/slot_minutes', '시간대의 길이가 필요합니다', 'windows need slot_minutes'); end if;
        if (select sum((w ->> 'until')::timestamptz - (w ->> 'from')::timestamptz) > interval '400 days' from jsonb_array_elements(b -> 'windows') w) then
            perform fail_field('/windows', '시간 범위는 모두 400일까지입니다', 'these are more than 400 days'); -- before they are cut into slots
        end if;
        select zone into p.zone from office;
        p.slots := window_slots(b);
        p.booths := array(select coalesce((b ->> 'booths')::int, 10000) from unnest(p.slots));
        if exists (select from (select s && lag(s) over (order by s) as cut from unnest(p.slots) s) x where cut) then
            perform fail_field('/windows', '시간 범위가 서로 겹칩니다', 'windows overlap');
        end if;
    end if;
    perform plan_check_experts(b);
    p.experts := (select array_agg(x::uuid) from jsonb_array_elements_text(nullif(b -> 'expert_ids', 'null')) x);
    p.asked_for := '{}';
    p := plan_new(call, b, p);
    r := (201, etag(p.version), '/v1/plans/' || p.id, plan_doc(p));
    return write_end(call, r, 'plan', p.id, 'plan.ask');
end $$;
comment on function api.plan_add(jsonb, jsonb) is 'Asks for a plan of an event, a day or the backlog; it is computed in the background.';

create or replace function jamund.plan_check_experts(b jsonb) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare bad jsonb;
begin
    select jsonb_agg(bad_field(format('/%s/%s', l, i - 1), '없는 자문위원입니다', 'there is no such expert') order by l, i) into bad
      from unnest(array['expert_ids', 'dropped_expert_ids']) l, jsonb_array_elements_text(nullif(b -> l, 'null')) with ordinality x (x, i)
     where not exists (select from experts where id = x::uuid);
    if bad is not null then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
end $$;

create or replace function jamund.lock_plan(wanted uuid, call jsonb, variadic states text[]) returns jamund.plans
language plpgsql set search_path = jamund, pg_temp as $$
declare p plans;
begin
    select * into p from plans where id = wanted for update;
    if not found then perform missing('plan'); end if;
    perform match(call, p.version);
    if p.state <> all (states) then
        perform fail('JM002', 'the plan is ' || p.state, jsonb_build_object('state', p.state));
    end if;
    return p;
end $$;
create or replace function jamund.plan_to(id_ uuid, to_ text) returns jamund.plans
language sql set search_path = jamund, pg_temp as $$
    update plans set state = to_, version = version + 1, lease = null, lease_until = null where id = id_ returning *
$$;

-- What has changed since a plan was applied: who dropped out, which booths are lost, requests that are new.
-- What stands is kept where it can be. args: {"id", "body": {reason, dropped_expert_ids, lost_booths, request_ids, …}}
create or replace function api.plan_replan(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    p plans;
    base plans;
    event_was int;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    base := lock_plan((args ->> 'id')::uuid, call, 'applied');
    perform plan_check_experts(b);
    p := base;
    p.base_id := base.id;
    if p.event_id is not null then
        perform lock_event(p.event_id);
        event_was := (select version from events where id = p.event_id);
        perform plan_losses(p, b);
        select array_agg(during order by during), array_agg(booths order by during) into p.slots, p.booths
          from event_slots where event_id = p.event_id;
    elsif b ? 'lost_booths' then
        perform fail_field('/lost_booths', '행사의 배정안이 아닙니다', 'only an event has booths');
    end if;
    p.asked_for := array(select i.request_id from plan_items i join requests q on q.id = i.request_id
        where i.plan_id = base.id and q.state in ('open', 'unmatched', 'offered', 'scheduled'));
    p := plan_new(call, base.asked || b || jsonb_build_object('dropped_expert_ids',
        coalesce(nullif(base.asked -> 'dropped_expert_ids', 'null'), '[]') || coalesce(nullif(b -> 'dropped_expert_ids', 'null'), '[]'),
        'request_ids', coalesce(nullif(b -> 'request_ids', 'null'), '[]')), p);
    perform log_change(call, 'event', id, 'event.lose', b ->> 'reason') from events where id = p.event_id and version <> event_was;
    r := (201, etag(p.version), '/v1/plans/' || p.id, plan_doc(p));
    return write_end(call, r, 'plan', p.id, 'plan.replan', b ->> 'reason');
end $$;
comment on function api.plan_replan(jsonb, jsonb) is 'A new plan after something changed; what stands is kept where it can be.';

create or replace function jamund.plan_losses(p jamund.plans, b jsonb) returns void
language plpgsql set search_path = jamund, pg_temp as $$
declare bad jsonb;
begin
    select jsonb_agg(bad_field(format('/lost_booths/%s/number', i - 1), '없는 부스입니다', 'there is no such booth') order by i) into bad
      from jsonb_array_elements(nullif(b -> 'lost_booths', 'null')) with ordinality x (l, i)
     where not exists (select from event_booths x where x.event_id = p.event_id and x.number = (l ->> 'number')::int);
    if bad is not null then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    update event_booths x set lost_from = coalesce((l ->> 'from')::timestamptz, api.clock())
      from jsonb_array_elements(nullif(b -> 'lost_booths', 'null')) l where x.event_id = p.event_id and x.number = (l ->> 'number')::int;
    update event_experts x set dropped_at = coalesce(x.dropped_at, api.clock())
     where x.event_id = p.event_id and to_jsonb(x.expert_id) <@ coalesce(nullif(b -> 'dropped_expert_ids', 'null'), '[]');
    update events set version = version + 1 where id = p.event_id
       and (jsonb_array_length(coalesce(nullif(b -> 'lost_booths', 'null'), '[]')) > 0
            or exists (select from event_experts x where x.event_id = p.event_id
                       and to_jsonb(x.expert_id) <@ coalesce(nullif(b -> 'dropped_expert_ids', 'null'), '[]')));
end $$;

create or replace function api.plan_discard(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    p plans;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    p := lock_plan((args ->> 'id')::uuid, call, 'computing', 'ready');
    p := plan_to(p.id, 'superseded');
    r := (200, etag(p.version), null, plan_doc(p));
    return write_end(call, r, 'plan', p.id, 'plan.discard');
end $$;
comment on function api.plan_discard(jsonb, jsonb) is 'Nobody wants this plan; what is computed for it stops.';
