-- Helpers that the functions of api share. `call` is who asks and how, made by the daemon's gate:
-- {"actor": uuid|null, "actor_kind", "role", "via", "key", "hash", "if_match"}.

-- The service's clock. A member of the owning role may set it back for sample data and tests.
create or replace function api.clock() returns timestamptz
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
begin
    if coalesce(current_setting('jamund.now', true), '') <> ''
       and pg_has_role(session_user, (select nspowner from pg_namespace where nspname = 'jamund'), 'member') then
        return current_setting('jamund.now')::timestamptz;
    end if;
    return date_trunc('milliseconds', clock_timestamp());
end $$;
comment on function api.clock() is 'The only clock of the database; the owning role may fake it.';

create or replace function jamund.iso(t timestamptz, zone text default 'Asia/Seoul') returns text
language plpgsql stable as $$
declare
    w timestamp := t at time zone zone;
    o interval := w - (t at time zone 'UTC');
begin
    return to_char(w, 'YYYY-MM-DD"T"HH24:MI:SS') || case when o < interval '0' then '-' else '+' end
           || to_char(greatest(o, -o), 'HH24:MI');
end $$;
-- An IANA name as it is spelt: PostgreSQL takes Asia/SEOUL and Foo/Bar+5, too, which no daemon finds. The list
-- of names takes long to read, so it is asked last.
create or replace function jamund.zone_ok(zone text) returns boolean
language plpgsql stable as $$
begin
    perform timestamptz 'epoch' at time zone zone;
    return zone ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$'
           and (zone = 'Asia/Seoul' or exists (select from jamund.experts e where e.zone = zone_ok.zone)
                or exists (select from pg_timezone_names n where n.name = zone_ok.zone));
exception when invalid_parameter_value then
    return false;
end $$;

create or replace function jamund.epoch(t timestamptz) returns bigint
language plpgsql immutable as $$ begin return floor(extract(epoch from t))::bigint; end $$;

create or replace function jamund.etag(version bigint) returns text
language plpgsql immutable as $$ begin return '"v' || version || '"'; end $$;

-- Ends the call with a row of the error table (its SQLSTATE); detail goes into the problem document.
create or replace function jamund.fail(state text, message text, detail jsonb default '{}')
returns void language plpgsql as $$
begin
    raise exception using errcode = state, message = message, detail = detail::text;
end $$;

create or replace function jamund.bad_field(pointer text, ko text, en text) returns jsonb
language sql immutable as $$
    select jsonb_build_object('pointer', pointer, 'ko', ko, 'en', en)
$$;
create or replace function jamund.fail_field(pointer text, ko text, en text) returns void
language sql as $$
    select jamund.fail('JM422', en,
                       jsonb_build_object('errors', jsonb_build_array(jamund.bad_field(pointer, ko, en))))
$$;

create or replace function jamund.missing(what text) returns void
language sql as $$ select jamund.fail('P0002', 'there is no such ' || what) $$;

-- Drops the personal facts of `doc` (an entity of that name) which the viewer may not see; a viewer
-- that nobody listed (null too) sees none.
create or replace function jamund.mask(viewer text, entity text, doc jsonb) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
begin
    if doc is null then
        return null;
    end if;
    return doc - array(
        select split_part(d.fact, '.', 2) from disclosures d where starts_with(d.fact, mask.entity || '.')
         group by d.fact having coalesce(bool_or(d.shown) filter (where d.viewer = mask.viewer), false) is false);
end $$;

-- Begins a write: answers again what the same key got before; refuses a key in use elsewhere.
create or replace function jamund.write_begin(call jsonb) returns api.reply
language plpgsql set search_path = jamund, pg_temp as $$
declare
    who  text := coalesce(call ->> 'actor', call ->> 'actor_kind');
    prev idempotency;
    r    api.reply;
begin
    if call ->> 'key' is null then
        return null;
    end if;
    if not pg_try_advisory_xact_lock(hashtextextended(who || ' ' || (call ->> 'key'), 7)) then
        perform fail('JM003', 'a call with this Idempotency-Key is running');
    end if;
    select * into prev from idempotency where actor = who and key = call ->> 'key';
    if not found then
        return null;
    end if;
    if prev.request_hash <> call ->> 'hash' then
        perform fail('JM005', 'this Idempotency-Key was used for another request');
    end if;
    r := (prev.status, prev.etag, prev.location, prev.body);
    return r;
end $$;

-- Ends a write: change log (one version, under the one lock), audit, the key's answer.
create or replace function jamund.write_end(call jsonb, reply api.reply, entity text, id uuid,
    action text, reason text default null, detail jsonb default '{}') returns api.reply
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform log_change(call, entity, id, action, reason, detail);
    if call ->> 'key' is not null then
        insert into idempotency values (coalesce(call ->> 'actor', call ->> 'actor_kind'),
            call ->> 'key', call ->> 'hash', reply.status, reply.etag, reply.location, reply.body,
            api.clock());
    end if;
    return reply;
end $$;

-- The change log is written one transaction at a time, from here to its commit: versions appear in order.
create or replace function jamund.log_lock() returns void
language sql volatile as $$ select pg_advisory_xact_lock(20260701) $$;

-- A line for each thing that has changed, and no audit; the last version.
create or replace function jamund.log_lines(entity text, ids uuid[], kind text) returns bigint
language plpgsql set search_path = jamund, pg_temp as $$
declare v bigint;
begin
    perform log_lock();
    select coalesce(max(version), 0) into v from change_log;
    insert into change_log (version, at, entity, entity_id, kind)
    select v + i, api.clock(), log_lines.entity, id, log_lines.kind from unnest(ids) with ordinality x (id, i);
    return v + cardinality(ids);
end $$;

create or replace function jamund.log_change(call jsonb, entity text, id uuid, action text,
    reason text default null, detail jsonb default '{}') returns bigint
language plpgsql set search_path = jamund, pg_temp as $$
declare v bigint := log_lines(entity, array[id], action);
begin
    insert into audit (at, version, actor_kind, actor_id, via, action, entity, entity_id, reason, detail)
    values (api.clock(), v, call ->> 'actor_kind', (call ->> 'actor')::uuid, call ->> 'via',
            action, entity, id, reason, detail);
    return v;
end $$;

-- Refuses a change to something that moved on since the caller read it (RFC 9110 13.1.1).
create or replace function jamund.match(call jsonb, version bigint) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if call ->> 'if_match' is not null and call ->> 'if_match' not in (etag(version), '*') then
        perform fail('JM412', 'it has changed since you read it',
                     jsonb_build_object('current', etag(version)));
    end if;
end $$;

create or replace function jamund.texts(a jsonb) returns text[]
language sql immutable as $$
    select coalesce(array_agg(distinct x order by x), '{}')
      from jsonb_array_elements_text(coalesce(nullif(a, 'null'), '[]')) x
$$;

-- The link for a purpose to its subject (a seat, an appointment, an expert); made when there is none.
create or replace function jamund.link_of(purpose_ text, subject uuid) returns uuid
language plpgsql volatile set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    insert into links (purpose, seat_id, expert_id, appointment_id, created_at)
    values (purpose_, case purpose_ when 'seat' then subject end, case purpose_ when 'expert' then subject end,
            case when purpose_ in ('company', 'rating') then subject end, api.clock())
    on conflict do nothing;
    return (select id from links where purpose = purpose_ and revoked_at is null
       and (seat_id = subject or appointment_id = subject or expert_id = subject));
end $$;

-- The starts that a form proposes, on a wall clock of that zone: proposal_1 … proposal_3, none twice.
-- Only as the pages write them ("tomorrow" is a timestamp to PostgreSQL); 22007 for any other.
create or replace function jamund.proposed(form jsonb, zone text) returns timestamptz[]
language plpgsql immutable set search_path = jamund, pg_temp as $$
declare
    x text;
    starts timestamptz[] := array[]::timestamptz[];
begin
    foreach x in array array[form ->> 'proposal_1', form ->> 'proposal_2', form ->> 'proposal_3'] loop
        continue when coalesce(x, '') = '';
        if x !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$' then
            perform fail('22007', 'not a time as the page writes it');
        end if;
        starts := starts || (x::timestamp at time zone zone);
    end loop;
    return array(select distinct s from unnest(starts) s order by s);
end $$;

-- One page of a list: items come as (seq, doc) in falling seq; the cursor is the last seq given.
create or replace function jamund.page(items jsonb[], seqs bigint[], page_size int) returns api.reply
language sql immutable as $$
    select (200, null, null, jsonb_build_object(
        'items', to_jsonb(coalesce(items[1:page_size], '{}')),
        'next_cursor', case when cardinality(items) > page_size
                            then seqs[page_size]::text end))::api.reply
$$;
create or replace function jamund.page_size(args jsonb) returns int
language sql immutable as $$
    select least(greatest(coalesce((args ->> 'limit')::int, 50), 1), 100)
$$;
create or replace function jamund.page_after(args jsonb) returns bigint
language sql immutable as $$
    select coalesce((args ->> 'cursor')::bigint, 9223372036854775807)
$$;

-- Adds working minutes (office hours, no weekends, no holidays) to an instant.
create or replace function jamund.working_add(t timestamptz, minutes int) returns timestamptz
language plpgsql stable set search_path = jamund, pg_temp as $$
declare
    o     office;
    the_day date;
    opens timestamptz;
    ends  timestamptz;
    left_ interval := make_interval(mins => minutes);
begin
    select * into o from office;
    the_day := (t at time zone o.zone)::date;
    for i in 1 .. 400 loop
        if extract(isodow from the_day) < 6 and not exists (select from holidays h where h.day = the_day) then
            opens := greatest(t, (the_day + o.work_from) at time zone o.zone);
            ends := (the_day + o.work_until) at time zone o.zone;
            if opens < ends then
                if opens + left_ <= ends then
                    return opens + left_;
                end if;
                left_ := left_ - (ends - opens);
            end if;
        end if;
        the_day := the_day + 1;
    end loop;
    return t + make_interval(mins => minutes);
end $$;

-- A mark for an address from which mail comes back: {"email_bounced_at": since when}; {} for all others.
create or replace function jamund.bounce_mark(address text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce((select jsonb_build_object('email_bounced_at', iso(at)) from bounces where email = lower(address)), '{}')
$$;

-- What names are compared by: each once, and none that is nothing but a legal form.
create or replace function jamund.name_keys(names text[]) returns text[]
language sql immutable as $$
    select array(select distinct k from unnest(names) n, lateral (select jamund.name_key(n) as k offset 0) x
                  where k <> '' order by k)
$$;
create or replace function jamund.conflict_names(e jamund.experts) returns text[]
language sql immutable as $$ select jamund.name_keys(e.conflict_affiliations || e.affiliation) $$;

-- Why an expert may have a conflict of interest with a company; null when there is none. core/eligible says the same.
create or replace function jamund.conflict_of(e jamund.experts, c jamund.companies) returns text
language sql immutable as $$
    select case
        when c.registration_number = any (e.conflict_companies) then 'company'
        when jamund.conflict_names(e) && jamund.name_keys(array[c.name, c.affiliation]) then 'affiliation' end
$$;

-- When an expert may serve the company again after a conflict of interest with it that has an end: the
-- office's months after its last day.
create or replace function jamund.cooling_end(x jamund.conflicts_ended) returns timestamptz
language sql stable set search_path = jamund, pg_temp as $$
    select (x.last_day + 1 + make_interval(months => o.cooling_off_months)) at time zone o.zone from office o
$$;
create or replace function jamund.cooling_off(e jamund.experts, c jamund.companies, start timestamptz) returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select exists (select from conflicts_ended x where x.expert_id = e.id and cooling_end(x) > start
                      and x.key = any (c.registration_number || name_keys(array[c.name, c.affiliation])))
$$;

-- Minutes an expert has given (reported) or promised (live) from an instant on, up to another.
create or replace function jamund.minutes_since(expert uuid, since timestamptz,
    until timestamptz default 'infinity', except_ uuid default null) returns bigint
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select coalesce(sum(coalesce(p.minutes, extract(epoch from upper(a.during) - lower(a.during)) / 60)), 0)::bigint
      from seats s join appointments a on a.id = s.appointment_id
      left join reports p on p.appointment_id = a.id
     where s.expert_id = expert and s.state in ('offered', 'countered', 'accepted') and a.id is distinct from except_
       and a.state in ('tentative', 'confirmed', 'completed') and lower(a.during) >= since and lower(a.during) < until
); end $$;

-- A word of a roster as the code of its table; null for an unknown one.
create or replace function jamund.code_of(kind text, word text) returns text
language sql stable set search_path = jamund, pg_temp as $$
    select case kind
        when 'field' then (select code from fields where code = lower(word) or ko = word)
        when 'district' then (select code from districts where code = lower(word) or ko = word)
        when 'mode' then (select m.code from (values ('visit', '방문'), ('center', '센터'),
                ('online', '온라인'), ('phone', '전화')) m (code, ko)
                where m.code = lower(word) or m.ko = word) end
$$;

-- One line of an import's difference.
create or replace function jamund.import_change(item jsonb, id uuid, was jsonb, now_ jsonb) returns jsonb
language sql immutable as $$
    select jsonb_build_object('line', item -> 'line', 'id', id,
        'kind', case when was is null then 'added' else 'changed' end, 'name', now_ ->> 'name',
        'members', (select coalesce(jsonb_agg(key order by key), '[]') from jsonb_each(now_)
                     where was is not null and was -> key is distinct from value))
$$;

-- The log of an import: one change for each line that changed something. After all rows are
-- written, because the change log's lock comes last.
create or replace function jamund.log_import(call jsonb, entity text, changes jsonb) returns void
language sql set search_path = jamund, pg_temp as $$
    select log_change(call, entity, (c ->> 'id')::uuid,
                      entity || case c ->> 'kind' when 'added' then '.add' else '.put' end, 'import')
      from jsonb_array_elements(changes) c
$$;
