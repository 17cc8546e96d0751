-- The experts as the daemons keep them in memory: what a change reached, and a request's part.

-- The row of the log with that version; another one is in a log that is another (a backup).
create or replace function jamund.log_mark(v bigint) returns text
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select coalesce((select epoch(c.at) || ' ' || c.kind || ' ' || c.entity_id from change_log c where c.version = v), '')
); end $$;

-- Whom the changes after one version up to another reach; a null among them: everybody.
create or replace function jamund.reached_experts(after bigint, upto bigint) returns uuid[]
language plpgsql stable set search_path = jamund, pg_temp set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin return (
    select coalesce(array_agg(distinct x.id), '{}')
      from change_log c left join change_reach r on r.entity = c.entity,
           lateral (select c.entity_id where r.reach = 'expert'
                    union all
                    select s.expert_id from seats s where r.reach = 'appointment' and s.appointment_id = c.entity_id
                    union all
                    select s.expert_id from appointments a join seats s on s.appointment_id = a.id
                     where r.reach = 'request' and a.request_id = c.entity_id
                    union all
                    select s.expert_id from appointments a join seats s on s.appointment_id = a.id
                     where r.reach = 'company' and a.company_id = c.entity_id
                    union all
                    select null where r.reach is null) x (id)
     where c.version > after and c.version <= upto
); end $$;

-- The fields and districts that there are: what a question about slots may name.
create or replace function jamund.known_codes() returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('codes', jsonb_build_object('fields', (select jsonb_agg(code order by code) from fields),
                                                          'districts', (select jsonb_agg(code order by code) from districts)))
$$;

-- The next n experts by id and where the log was: read in several pieces, what changed meanwhile is
-- in the log after the first one's version. One snapshot each, as all of these: stable all through.
create or replace function api.panel_load(after uuid, n int) returns jsonb
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    v   bigint := (select coalesce(max(version), 0) from change_log);
    d   date := (api.clock() at time zone 'UTC')::date;
    ids uuid[] := array(select e.id from experts e where panel_load.after is null or e.id > panel_load.after
                         order by e.id limit panel_load.n);
begin
    return jsonb_build_object('version', v, 'mark', log_mark(v), 'day', d,
        'experts', expert_facts(panel_span(d), ids));
end $$;
comment on function api.panel_load(uuid, int) is 'What is kept in memory of experts: the next n.';

-- What came after a version, of which mark says what it was: at most n changes of the log, and the
-- experts whom they reached as they are now. And what the requests that wait need to be ranked: only
-- where nothing is left to read, so that all is as of one version.
-- {"anew": true}: too much has changed, or this is another log; all must be loaded again.
create or replace function api.panel_look(after bigint, mark text, n int, requests uuid[]) returns jsonb
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    t      timestamptz := api.clock();
    d      date := (t at time zone 'UTC')::date;
    newest bigint := (select coalesce(max(version), 0) from change_log);
    upto   bigint := least(newest, panel_look.after + panel_look.n);
    ids    uuid[];
begin
    if panel_look.mark <> log_mark(panel_look.after) then
        return jsonb_build_object('anew', true);
    end if;
    ids := reached_experts(panel_look.after, upto);
    if array_position(ids, null) is not null then
        return jsonb_build_object('anew', true);
    end if;
    return jsonb_build_object('anew', false, 'version', upto, 'newest', newest, 'mark', log_mark(upto), 'day', d, 'office', panel_office(t) || known_codes(),
        'reached', to_jsonb(ids), 'experts', case when ids = '{}' then '[]' else expert_facts(panel_span(d), ids) end,
        'requests', case when upto = newest then (select coalesce(jsonb_agg(request_facts(r.id, t) order by r.i), '[]')
                                                    from unnest(panel_look.requests) with ordinality r (id, i)) end);
end $$;
comment on function api.panel_look(bigint, text, int, uuid[]) is 'What changed of the experts kept in memory, and all that ranking these requests needs besides, in one snapshot.';
