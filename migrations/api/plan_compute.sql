-- What a daemon needs to compute a plan, and what it brings back. A claim is a lease with an id: whoever
-- comes with another one is too late, and nothing happens.

-- spent: three daemons have begun with it and none came back.
create or replace function api.plan_claim(n int, lease_seconds int)
returns table (plan_id uuid, lease uuid, seconds int, spent boolean)
language sql security definer set search_path = jamund, pg_temp as $$
    with due as (select p.id from plans p where p.state = 'computing' and coalesce(p.lease_until, '-infinity') <= api.clock()
                  order by p.seq limit n for update skip locked)
    update plans p set lease = gen_random_uuid(), lease_until = api.clock() + make_interval(secs => lease_seconds), claims = p.claims + 1
      from due where p.id = due.id
    returning p.id, p.lease, p.seconds, p.claims > 3
$$;
comment on function api.plan_claim(int, int) is 'Plans that wait to be computed.';

-- The plan as it was claimed; null when it is somebody else's, or over.
create or replace function jamund.plan_leased(args jsonb) returns jamund.plans
language plpgsql set search_path = jamund, pg_temp as $$
declare p plans;
begin
    select * into p from plans where id = (args ->> 'plan_id')::uuid for update;
    return case when p.state = 'computing' and p.lease = (args ->> 'lease')::uuid then p end;
end $$;

-- ---- the facts ----

-- Who may be asked, as many as a plan takes: at an event those on duty, else those named, else all.
create or replace function jamund.plan_experts(p jamund.plans) returns setof uuid
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return query
    select e.id from experts e
     where (p.experts is null or e.id = any (p.experts))
       and not to_jsonb(e.id) <@ coalesce(nullif(p.asked -> 'dropped_expert_ids', 'null'), '[]')
       and (p.event_id is null or exists (select from event_experts x where x.event_id = p.event_id and x.expert_id = e.id
                                             and x.dropped_at is null))
     order by e.id limit (select plan_experts_max from office);
end $$;

-- Booths that the plan may use, by slot and zone (null: all): those open, without what others hold.
create or replace function jamund.plan_booths(p jamund.plans, own uuid[])
returns table (i int, zone text, n int)
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return query
    with grid as (select o::int as i, s from unnest(p.slots) with ordinality x (s, o)),
    others as materialized (
        select h.subject, h.during from event_booths b join holds h on h.subject = b.id
          left join unnest(own) x (id) on x.id = h.appointment_id where b.event_id = p.event_id and x.id is null)
    select g.i, b.zone, count(b.id)::int from grid g left join lateral open_booths(p.event_id, g.s) b
        on not exists (select from others h where h.subject = b.id and h.during && g.s)
     where p.event_id is not null group by grouping sets ((g.i), (g.i, b.zone)) having grouping(b.zone) = 1 or b.zone is not null
    union all
    select g.i, null, p.booths[g.i] from grid g where p.event_id is null;
end $$;

-- What experts are allowed on top of the panel's facts, by their ids. own: time taken by what the plan may move.
-- had: of meetings at the event that it does not move, how many by day: the caps of the duty count these, too.
create or replace function jamund.plan_desks(p jamund.plans, own uuid[]) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    with mine as materialized (select * from unnest(own) x (id)),
    busy as materialized (select h.subject, ranges_doc(array_agg(h.during)) as doc from mine join holds h on h.appointment_id = mine.id
                           where h.kind = 'expert' group by 1),
    held as materialized (select s.expert_id, ranges_doc(array_agg(a.during)) as doc from mine join appointments a on a.id = mine.id
                            join seats s on s.appointment_id = a.id and s.state in ('offered', 'countered', 'accepted') group by 1),
    had as (select s.expert_id, (lower(a.during) at time zone p.zone)::date - date '1970-01-01' as day, count(*) as n -- as on_duty counts
              from event_booths b join appointments a on a.booth_id = b.id and a.state in ('tentative', 'confirmed', 'completed')
              join seats s on s.appointment_id = a.id and live(s)
             where b.event_id = p.event_id and not exists (select from mine where mine.id = a.id) group by 1, 2),
    days as materialized (select expert_id, jsonb_object_agg(day, n) as doc from had group by 1)
    select coalesce(jsonb_object_agg(e.id, jsonb_build_object(
        'duty', case when x.windows is not null then ranges_doc(array(select r from unnest(x.windows) r)) end, 'zone_of_duty', x.zone,
        'caps_of_plan', jsonb_build_object('per_day', coalesce(x.per_day, (p.asked #>> '{caps,per_day}')::int),
            'most', coalesce(x.most, (p.asked #>> '{caps,most}')::int), 'rest_after', coalesce(x.rest_after, (p.asked #>> '{caps,rest_after}')::int)),
        'own_busy', coalesce(busy.doc, '[]'), 'own_held', coalesce(held.doc, '[]'),
        'had', coalesce(days.doc, '{}'))), '{}')
      from plan_experts(p) them join experts e on e.id = them
      left join event_experts x on x.event_id = p.event_id and x.expert_id = e.id
      left join busy on busy.subject = e.id left join held on held.expert_id = e.id left join days on days.expert_id = e.id
); end $$;

create or replace function api.plan_facts(args jsonb) returns jsonb
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
declare p plans;
begin -- without a lock: it takes a while, and whoever gives the plan back need not wait
    select * into p from plans where id = (args ->> 'plan_id')::uuid and state = 'computing' and lease = (args ->> 'lease')::uuid;
    return case when p.id is not null then plan_facts_doc(p, array(select a.id from plan_own(p) a)) end;
end $$;
comment on function api.plan_facts(jsonb) is 'Slots and experts of a claimed plan; null when it is no longer this daemon''s.';

-- The panel's document, and the plan's own facts.
create or replace function jamund.plan_facts_doc(p jamund.plans, own uuid[]) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
declare
    t    timestamptz := api.clock();
    span tstzrange := tstzrange(lower(p.slots[1]) - interval '9 days', upper(p.slots[cardinality(p.slots)]) + interval '9 days');
    desks jsonb := plan_desks(p, own);
    booths jsonb;
begin
    select jsonb_object_agg(concat_ws('/', i, zone), n) into booths from plan_booths(p, own);
    return panel_office(t) || jsonb_build_object('request', plan_panel(p, span, t),
        'experts', (select coalesce(jsonb_agg(e || (desks -> (e ->> 'id')) order by e ->> 'id'), '[]')
                      from jsonb_array_elements(expert_facts(span, array(select plan_experts(p)))) e),
        'event', p.event_id is not null, 'lambda', p.lambda, 'seconds', p.seconds, 'requests', cardinality(p.asked_for),
        'slots', (select jsonb_agg(jsonb_build_object('from', epoch(lower(s)), 'until', epoch(upper(s)), 'booths', booths -> i::text,
                         'name', to_char(lower(s) at time zone p.zone, case when (select count(distinct (lower(d) at time zone p.zone)::date) from unnest(p.slots) d) > 1
                                                                            then 'MM-DD HH24:MI' else 'HH24:MI' end),
                         'price', (p.result #>> array['prices', 'slots', (i - 1)::text])::numeric::bigint,
                         'day', (lower(s) at time zone p.zone)::date - date '1970-01-01') order by i) from unnest(p.slots) with ordinality x (s, i)),
        'zones', (select coalesce(jsonb_agg(jsonb_build_object('id', z.zone, 'booths', (
                         select jsonb_agg(coalesce(booths -> concat_ws('/', i, z.zone), '0') order by i) from generate_series(1, cardinality(p.slots)) i)) order by z.zone), '[]')
                    from (select distinct zone from event_booths b where b.event_id = p.event_id and b.zone is not null) z));
end $$;

-- How firmly an appointment stands where it is. Of one that was confirmed and of which the company knows,
-- the whole weight; begun: it is not moved at all.
create or replace function jamund.plan_kept(p jamund.plans, a jamund.appointments) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select case when count(s.id) filter (where s.expert_id in (select plan_experts(p)))
                     = (select count(*) from request_seats r where r.request_id = a.request_id) then
        jsonb_build_object('experts', jsonb_agg(s.expert_id order by s.seat), 'start', epoch(lower(a.during)),
            'pinned', lower(a.during) <= api.clock(),
            'weight', case when a.state = 'confirmed' and exists (select from messages m where m.appointment_id = a.id
                                and m.kind = 'invite' and m.viewer = 'company' and m.leased_by is not null)
                               then coalesce((p.asked #>> '{keep,told}')::int, 1000)
                           when a.state = 'confirmed' then coalesce((p.asked #>> '{keep,confirmed}')::int, 300)
                           else coalesce((p.asked #>> '{keep,offered}')::int, 100) end) end
      from seats s where s.appointment_id = a.id and live(s)
); end $$;

-- Length of the meeting: as it stands, else as it is asked for.
create or replace function jamund.plan_minutes(q jamund.requests, a jamund.appointments) returns int
language sql immutable as $$
    select coalesce((extract(epoch from upper(a.during) - lower(a.during)) / 60)::int, q.minutes)
$$;

-- What the office's cap leaves a company besides what the plan may move: [from, until, consultations] of each
-- year of the plan, on the office's clock; [] without a cap.
create or replace function jamund.company_left(p jamund.plans, company uuid, own uuid[]) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select coalesce(jsonb_agg(jsonb_build_array(epoch(y.since), epoch(y.before), greatest(0, o.company_cap_per_year - (
               select count(*) from appointments a where a.company_id = company and a.state in ('tentative', 'confirmed', 'completed')
                  and lower(a.during) >= y.since and lower(a.during) < y.before and a.id <> all (own)))) order by y.since), '[]')
      from office o, lateral (
          select x at time zone o.zone as since, (x + interval '1 year') at time zone o.zone as before
            from generate_series(date_trunc('year', lower(p.slots[1]) at time zone o.zone),
                                 upper(p.slots[cardinality(p.slots)]) at time zone o.zone, interval '1 year') x) y
     where o.company_cap_per_year > 0
); end $$;

-- One request as ranking sees it, and what stands of it.
create or replace function jamund.plan_request(p jamund.plans, own uuid[], q jamund.requests, span tstzrange, t timestamptz) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
declare
    c companies;
    a appointments := live_appointment(q);
    none appointments;
begin
    select co.* into c from companies co join cases k on k.company_id = co.id where k.id = q.case_id;
    return panel_request(q, none, c, panel_windows(q, none, t), span) || jsonb_build_object('company_id', c.id,
        'minutes', plan_minutes(q, a), 'kept', case when a.id is not null then plan_kept(p, a) end,
        'company_busy', ranges_doc(array(select h.during from holds h where h.subject = c.id and h.during && span
                                            and h.appointment_id <> all (own))),
        'company_full', '[]'::jsonb, 'company_left', company_left(p, c.id, own));
end $$;

-- A request that stands for all of them where the panel needs one: it only says how long a slot is, and has
-- no rules of its own, which would be against experts for all others, too.
create or replace function jamund.plan_panel(p jamund.plans, span tstzrange, t timestamptz) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select plan_request(p, '{}', q, span, t) || jsonb_build_object('seats', '[{"seat": 1, "field": "-", "min_level": 1, "held": false}]'::jsonb,
               'mode', 'center', 'minutes', (extract(epoch from upper(p.slots[1]) - lower(p.slots[1])) / 60)::int, 'deadline', null,
               'windows', ranges_doc(array[tstzrange(lower(p.slots[1]), upper(p.slots[cardinality(p.slots)]))]), 'company_busy', '[]'::jsonb, 'company_full', '[]'::jsonb)
           || '{"visit": null, "desk": false, "company": null, "company_names": [], "fixed": null, "wished": [], "trips": [], "room_busy": []}'
      from requests q where q.id = p.asked_for[1]
); end $$;

-- The n requests from the i-th on (0 is the first), without those that need nobody any more.
create or replace function api.plan_requests(plan uuid, i int, n int) returns jsonb
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
declare
    p    plans;
    t    timestamptz := api.clock();
    own  uuid[];
    span tstzrange;
begin
    select * into p from plans x where x.id = plan;
    own := array(select a.id from plan_own(p) a);
    span := tstzrange(lower(p.slots[1]) - interval '9 days', upper(p.slots[cardinality(p.slots)]) + interval '9 days');
    return coalesce((select jsonb_agg(plan_request(p, own, q, span, t) order by o)
        from unnest(p.asked_for[i + 1 : i + n]) with ordinality x (id, o) join requests q on q.id = x.id
        left join appointments a on a.request_id = q.id and a.state in ('tentative', 'confirmed')
       where q.state in ('open', 'unmatched') and a.id is null or a.id = any (own)), '[]');
end $$;
comment on function api.plan_requests(uuid, int, int) is 'Some requests of a plan, with all that core needs to score them.';

-- What a walk-in needs: nothing that stands may be moved for it. asked: the request.
create or replace function api.plan_walk_facts(plan uuid, request uuid) returns jsonb
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
declare
    p plans;
    q requests;
begin
    select * into p from plans where id = plan;
    if not found then perform missing('plan'); end if;
    select * into q from requests where id = request;
    if not found then perform fail_field('/request_id', '없는 요청입니다', 'there is no such request'); end if;
    return plan_facts_doc(p, '{}') || jsonb_build_object('requests', 1, 'asked', jsonb_build_array(
        plan_request(p, '{}', q, tstzrange(lower(p.slots[1]) - interval '9 days', upper(p.slots[cardinality(p.slots)]) + interval '9 days'), api.clock())
        || '{"kept": null}'));
end $$;
comment on function api.plan_walk_facts(uuid, uuid) is 'Slots, experts and one request that comes to a running plan.';

-- ---- the way back ----

-- args: plan_id, lease, lease_seconds, as_of, request_ids, expert_ids; input: what the worker is given.
create or replace function api.plan_begin(args jsonb, input text) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare p plans := plan_leased(args);
begin
    if p.id is null then return 'stale'; end if;
    update plans set input = plan_begin.input, as_of = (args ->> 'as_of')::bigint,
        request_ids = array(select x::uuid from jsonb_array_elements_text(args -> 'request_ids') x),
        expert_ids = array(select x::uuid from jsonb_array_elements_text(args -> 'expert_ids') x),
        lease_until = api.clock() + make_interval(secs => (args ->> 'lease_seconds')::int)
     where id = p.id;
    return 'ok';
end $$;
comment on function api.plan_begin(jsonb, text) is 'What a plan is computed from; renews the lease.';

-- A change of the log alone: progress is no change of state, so no audit tells of it.
create or replace function api.plan_progress(args jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare p plans := plan_leased(args);
begin
    if p.id is null then return 'stale'; end if;
    update plans set progress = args -> 'progress', version = version + 1,
        lease_until = api.clock() + make_interval(secs => (args ->> 'lease_seconds')::int) where id = p.id;
    perform log_lines('plan', array[p.id], 'plan.progress');
    return 'ok';
end $$;
comment on function api.plan_progress(jsonb) is 'How far the worker is; renews the lease.';

create or replace function api.plan_leave(args jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare p plans := plan_leased(args);
begin
    if p.id is null then return 'stale'; end if;
    update plans set lease = null, lease_until = null, claims = claims - 1 where id = p.id;
    return 'ok';
end $$;
comment on function api.plan_leave(jsonb) is 'A daemon that ends gives a plan back.';

create or replace function api.plan_failed(args jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare p plans := plan_leased(args);
begin
    if p.id is null then return 'stale'; end if;
    update plans set reason = left(args ->> 'reason', 1000), computed_at = api.clock() where id = p.id;
    perform plan_to(p.id, 'failed');
    perform log_change('{"actor_kind": "system", "via": "system"}', 'plan', p.id, 'plan.fail', args ->> 'reason');
    return 'ok';
end $$;
comment on function api.plan_failed(jsonb) is 'It could not be computed.';

-- The reason of a request that is not served, its numbers turned into what they stand for.
create or replace function jamund.plan_reason(p jamund.plans, u jsonb) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object('ko', u #> '{text,ko}', 'en', u #> '{text,en}', 'funnel', nullif(u -> 'rules', 'null'), 'choices', nullif(u -> 'funnel', 'null'),
        'witness', case when jsonb_typeof(u -> 'witness') = 'object' then jsonb_build_object('seats', u #> '{witness,seats}',
            'request_ids', (select coalesce(jsonb_agg(p.request_ids[x::int + 1]), '[]') from jsonb_array_elements_text(u #> '{witness,requests}') x)) end,
        'cure', case when jsonb_typeof(u -> 'cure') = 'object' then jsonb_build_object('from', iso(lower(p.slots[(u #>> '{cure,slot}')::int + 1]), p.zone),
            'booths', u #> '{cure,booths}', 'serves', u #> '{cure,serves}') end))
$$;

-- Where a request's appointment stood when the plan was computed. Of one that has changed since its facts were
-- read, nobody knows: version 0, so that booking says so.
create or replace function jamund.plan_was(p jamund.plans, request uuid) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    p.asked_for := array[request]; -- of the others nothing need be known
    return (
    select jsonb_build_object('appointment_id', a.id, 'start', iso(lower(a.during), p.zone), 'version', case when c.changed then 0 else a.version end)
      from appointments a, lateral (select exists (select from change_log l where l.version > p.as_of and l.entity = 'appointment' and l.entity_id = a.id) as changed) c
     where a.request_id = request and (c.changed or a.id in (select o.id from plan_own(p) o)) order by a.seq desc limit 1
); end $$;

-- args: plan_id, lease, result: what the worker found (its numbers are those of request_ids and expert_ids).
create or replace function api.plan_done(args jsonb) returns text
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    p plans := plan_leased(args);
    f jsonb := args -> 'result';
begin
    if p.id is null then return 'stale'; end if;
    insert into plan_items (plan_id, n, request_id, state, experts, during, zone, points, was, why, detail)
    select p.id, row_number() over (order by x.during nulls last, q.seq) - 1, q.id, x.state, x.experts, x.during, x.zone, x.points,
           plan_was(p, q.id), x.why, x.detail
      from (select (s ->> 'request')::int as r, 'assigned' as state,
                   array(select p.expert_ids[e::int + 1] from jsonb_array_elements_text(s -> 'experts') with ordinality y (e, o) order by o) as experts,
                   (s ->> 'slot')::int as slot, s ->> 'zone' as zone, (s ->> 'points')::int as points, null as why, '{}'::jsonb as detail
              from jsonb_array_elements(f -> 'assigned') s
            union all
            select (u ->> 'request')::int, 'unserved', '{}', null, null, null, u ->> 'why', plan_reason(p, u) from jsonb_array_elements(f -> 'unserved') u) y
      join requests q on q.id = p.request_ids[y.r + 1],
      lateral (select y.*, case when y.slot is not null then tstzrange(lower(p.slots[y.slot + 1]),
                   lower(p.slots[y.slot + 1]) + make_interval(mins => plan_minutes(q, live_appointment(q)))) end as during) x;
    update plans set result = f - 'assigned' - 'unserved', computed_at = api.clock() where id = p.id;
    perform plan_to(p.id, 'ready');
    perform log_change('{"actor_kind": "system", "via": "system"}', 'plan', p.id, 'plan.compute');
    return 'ok';
end $$;
comment on function api.plan_done(jsonb) is 'The plan as it was computed: it can be looked at and applied.';
