-- The change log as the daemons read it: each change once per daemon, whoever listens there.

create or replace function api.changes_since(after bigint, n int)
returns table (version bigint, entity text, kind text, roles text, data jsonb)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select c.version, c.entity, c.kind,
           (select string_agg(a.role, ' ') from change_audience a where a.entity = c.entity and a.shown),
           jsonb_build_object('version', c.version, 'at', iso(c.at), 'entity', c.entity, 'id', c.entity_id,
                              'kind', c.kind)
      from change_log c where c.version > after order by c.version limit n
$$;
comment on function api.changes_since(bigint, int) is 'The next n changes after a version, and which roles may see each.';

create or replace function api.changes_last(n int)
returns table (version bigint, entity text, kind text, roles text, data jsonb)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select * from api.changes_since((select max(l.version) - n from change_log l), n)
$$;
comment on function api.changes_last(int) is 'The newest n changes (versions have no gaps).';

create or replace function api.audiences() returns table (entity text, role text, shown boolean)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select entity, role, shown from change_audience
     order by entity, array_position(array['field', 'coordinator', 'manager', 'admin'], role)
$$;
comment on function api.audiences() is 'Whose stream shows which entity''s changes.';
