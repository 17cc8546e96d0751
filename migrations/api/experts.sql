-- Experts: the roster in JSON (one shape for the API and the import).
-- The shape a client sends and the import reads; equal bodies mean equal experts.
create or replace function jamund.expert_body(e jamund.experts) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select jsonb_build_object(
        'email', e.email, 'name', e.name, 'affiliation', e.affiliation, 'phone', e.phone,
        'fields', (select coalesce(jsonb_agg(jsonb_build_object('field', field, 'level', level)
                          order by field), '[]') from expert_fields where expert_id = e.id),
        'topics', to_jsonb(e.topics),
        'districts', (select coalesce(jsonb_agg(district order by district), '[]')
                        from expert_districts where expert_id = e.id),
        'modes', to_jsonb(e.modes), 'languages', to_jsonb(e.languages),
        'term', jsonb_build_object('from', e.term_from, 'until', e.term_until),
        'caps', jsonb_build_object('per_day', e.cap_per_day, 'per_week', e.cap_per_week,
                                   'hours_per_year', e.hours_per_year),
        'buffers', jsonb_build_object('before', e.buffer_before, 'after', e.buffer_after),
        'notice_hours', e.notice_minutes / 60,
        'availability', weekly_doc(e.id),
        'zone', e.zone,
        'conflicts', jsonb_build_object('companies', to_jsonb(e.conflict_companies),
            'affiliations', to_jsonb(e.conflict_affiliations), 'ended', (
                select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'subject', subject, 'last_day', last_day)
                       order by kind, subject), '[]') from conflicts_ended where expert_id = e.id)))
); end $$;

create or replace function jamund.expert_doc(e jamund.experts, viewer text) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select mask(viewer, 'expert', expert_body(e) || bounce_mark(e.email)) || jsonb_build_object(
        'id', e.id, 'version', e.version, 'created_at', iso(e.created_at))
); end $$;

-- What only the database can check: words that must be in its tables. Errors name their place.
create or replace function jamund.expert_errors(b jsonb) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(bad_field(x.pointer, x.ko, x.en) order by x.pointer), '[]') from (
        select '/fields/' || (i - 1) || '/field' as pointer,
               '없는 분야입니다: ' || (f ->> 'field') as ko, 'unknown field: ' || (f ->> 'field') as en
          from jsonb_array_elements(b -> 'fields') with ordinality f (f, i)
         where code_of('field', f ->> 'field') is null
        union all
        select '/districts/' || (i - 1), '없는 지역입니다: ' || d, 'unknown district: ' || d
          from jsonb_array_elements_text(b -> 'districts') with ordinality d (d, i)
         where code_of('district', d) is null
        union all
        select '/modes/' || (i - 1), '없는 방식입니다: ' || m, 'unknown mode: ' || m
          from jsonb_array_elements_text(b -> 'modes') with ordinality m (m, i)
         where code_of('mode', m) is null
        union all
        select '/zone', '없는 시간대입니다: ' || (b ->> 'zone'), 'unknown time zone: ' || (b ->> 'zone')
         where not zone_ok(coalesce(b ->> 'zone', 'Asia/Seoul'))
        union all
        select '/term/until', '위촉 종료일이 시작일보다 빠릅니다', 'the term ends before it begins'
         where (b #>> '{term,until}')::date < (b #>> '{term,from}')::date
        union all
        select '/conflicts/ended/' || (i - 1) || '/subject', '사업자등록번호가 아닙니다', 'not a business registration number'
          from jsonb_array_elements(b #> '{conflicts,ended}') with ordinality x (x, i)
         where x ->> 'kind' = 'company' and not registration_ok(x ->> 'subject')
        union all
        select '/conflicts/ended/' || (i - 1) || '/subject', '같은 것이 두 번 있습니다', 'this stands twice'
          from (select i, row_number() over (partition by x -> 'kind', x -> 'subject' order by i) as n
                  from jsonb_array_elements(b #> '{conflicts,ended}') with ordinality x (x, i)) x where n > 1
        union all
        select * from weekly_errors(b -> 'availability', '/availability')
    ) x
$$;

-- Conflicts that have an end: those that the body lists (all anew, where it does), and whatever was taken off
-- the expert's lists without a word: it ended today. So what an office forgets to say errs towards caution.
create or replace function jamund.conflicts_end(was jamund.experts, e jamund.experts, listed jsonb) returns void
language sql set search_path = jamund, pg_temp as $$
    delete from conflicts_ended where expert_id = e.id and jsonb_typeof(listed) = 'array';
    insert into conflicts_ended (expert_id, kind, subject, last_day)
    select e.id, x ->> 'kind', x ->> 'subject', (x ->> 'last_day')::date
      from jsonb_array_elements(case jsonb_typeof(listed) when 'array' then listed else '[]' end) x;
    insert into conflicts_ended (expert_id, kind, subject, last_day)
    select e.id, x.kind, x.subject, (api.clock() at time zone o.zone)::date
      from office o, (
        select 'company' as kind, n as subject from unnest(was.conflict_companies) n where n <> all (e.conflict_companies)
        union
        select 'affiliation', n from unnest(was.conflict_affiliations || nullif(was.affiliation, '')) n
         where name_key(n) <> all (select name_key(m) from unnest(e.conflict_affiliations || e.affiliation) m)) x
    on conflict (expert_id, kind, subject) do update set last_day = excluded.last_day
     where jsonb_typeof(listed) is distinct from 'array';
    delete from conflicts_ended x where x.expert_id = e.id and (kind, subject) not in (
        select y.kind, y.subject from conflicts_ended y where y.expert_id = e.id order by y.last_day desc, kind, subject limit 200)
$$;

-- Writes an expert (new when id is null) from a body that has no errors; gives the id.
create or replace function jamund.expert_store(old_id uuid, b jsonb) returns uuid
language plpgsql set search_path = jamund, pg_temp as $$
declare
    id_ uuid := coalesce(old_id, gen_random_uuid());
    was experts;
    now_ experts;
begin
    select * into was from experts where id = old_id;
    insert into experts as e (id, email, name, affiliation, phone, topics, modes, languages, term_from,
        term_until, cap_per_day, cap_per_week, hours_per_year, buffer_before, buffer_after,
        notice_minutes, zone, conflict_companies, conflict_affiliations, created_at)
    select id_, b ->> 'email', b ->> 'name', coalesce(b ->> 'affiliation', ''), coalesce(b ->> 'phone', ''),
        texts(b -> 'topics'),
        (select array_agg(distinct code_of('mode', m) order by code_of('mode', m))
           from jsonb_array_elements_text(b -> 'modes') m),
        texts(coalesce(b -> 'languages', '["ko"]')),
        (b #>> '{term,from}')::date, (b #>> '{term,until}')::date,
        (b #>> '{caps,per_day}')::int, (b #>> '{caps,per_week}')::int, (b #>> '{caps,hours_per_year}')::int,
        coalesce((b #>> '{buffers,before}')::int, 0), coalesce((b #>> '{buffers,after}')::int, 0),
        coalesce((b ->> 'notice_hours')::int, 0) * 60, coalesce(b ->> 'zone', 'Asia/Seoul'),
        texts(b #> '{conflicts,companies}'), texts(b #> '{conflicts,affiliations}'), api.clock()
    on conflict (id) do update set
        email = excluded.email, name = excluded.name, affiliation = excluded.affiliation,
        phone = excluded.phone, topics = excluded.topics, modes = excluded.modes,
        languages = excluded.languages, term_from = excluded.term_from, term_until = excluded.term_until,
        cap_per_day = excluded.cap_per_day, cap_per_week = excluded.cap_per_week,
        hours_per_year = excluded.hours_per_year, buffer_before = excluded.buffer_before,
        buffer_after = excluded.buffer_after, notice_minutes = excluded.notice_minutes,
        zone = excluded.zone, conflict_companies = excluded.conflict_companies,
        conflict_affiliations = excluded.conflict_affiliations, version = e.version + 1
    returning * into now_;
    perform conflicts_end(was, now_, b #> '{conflicts,ended}');
    if (was.email, was.zone) is distinct from (now_.email, now_.zone) then
        perform calendars_anew(id_);
    end if;
    delete from expert_fields where expert_id = id_;
    insert into expert_fields
    select id_, code_of('field', f ->> 'field'), max((f ->> 'level')::int)
      from jsonb_array_elements(b -> 'fields') f group by 2;
    delete from expert_districts where expert_id = id_;
    insert into expert_districts
    select distinct id_, code_of('district', d) from jsonb_array_elements_text(b -> 'districts') d;
    if nullif(b -> 'availability', 'null') is not null then
        perform weekly_store(id_, b -> 'availability');
    end if;
    return id_;
end $$;

create or replace function api.expert_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r  api.reply;
    e  experts;
    bad jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    bad := expert_errors(args -> 'body');
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    e.id := expert_store(null, args -> 'body');
    select * into e from experts where id = e.id;
    r := (201, etag(e.version), '/v1/experts/' || e.id, expert_doc(e, call ->> 'role'));
    return write_end(call, r, 'expert', e.id, 'expert.add');
end $$;
comment on function api.expert_add(jsonb, jsonb) is 'A new expert from a body.';

create or replace function api.expert_put(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r  api.reply;
    e  experts;
    bad jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into e from experts where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('expert'); end if;
    perform match(call, e.version);
    bad := expert_errors(args -> 'body');
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    perform expert_store(e.id, args -> 'body');
    select * into e from experts where id = e.id;
    r := (200, etag(e.version), null, expert_doc(e, call ->> 'role'));
    return write_end(call, r, 'expert', e.id, 'expert.put');
end $$;
comment on function api.expert_put(jsonb, jsonb) is 'The whole expert anew.';

create or replace function api.expert_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare e experts;
begin
    select * into e from experts where id = (args ->> 'id')::uuid;
    if not found then perform missing('expert'); end if;
    return (200, etag(e.version), null, expert_doc(e, call ->> 'role'))::api.reply;
end $$;
comment on function api.expert_get(jsonb, jsonb) is 'One expert.';

create or replace function api.expert_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(expert_doc(e, call ->> 'role') order by e.seq desc),
                 array_agg(e.seq order by e.seq desc), page_size(args))).*
      from (select * from experts x
             where x.seq < page_after(args)
               and (args ->> 'field' is null or exists (select from expert_fields f
                    where f.expert_id = x.id and f.field = args ->> 'field'))
               and (args ->> 'q' is null or strpos(lower(x.name), lower(args ->> 'q')) > 0)
             order by x.seq desc limit page_size(args) + 1) e
$$;
comment on function api.expert_list(jsonb, jsonb) is 'Experts, newest first, by page; field and name filter.';

create or replace function api.field_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select 200, null::text, null::text, jsonb_build_object('items',
        (select jsonb_agg(jsonb_build_object('code', code, 'ko', ko, 'en', en) order by code) from fields),
        'next_cursor', null)
$$;
comment on function api.field_list(jsonb, jsonb) is 'The fields of consultation.';

-- The import: rows are {"line", "row"}; all or nothing; dry: only the difference.
create or replace function api.import_experts(call jsonb, rows jsonb, dry boolean) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    bad     jsonb;
    changes jsonb := jsonb '[]';
    item    jsonb;
    old     experts;
    was     jsonb;
    now_    jsonb;
    id_     uuid;
begin
    select coalesce(jsonb_agg(e || jsonb_build_object('line', r -> 'line') order by (r ->> 'line')::int), '[]')
      into bad
      from jsonb_array_elements(rows) r, jsonb_array_elements(expert_errors(r -> 'row')) e;
    select bad || coalesce(jsonb_agg(bad_field('/email', '같은 이메일이 두 번 있습니다', 'this e-mail stands twice')
                  || jsonb_build_object('line', line)), '[]')
      into bad
      from (select r -> 'line' as line, row_number() over (partition by lower(r #>> '{row,email}')
                   order by (r ->> 'line')::int) as n from jsonb_array_elements(rows) r) d
     where n > 1;
    if bad <> '[]' then
        return (422, null, null, jsonb_build_object('errors', bad))::api.reply;
    end if;
    perform from experts where lower(email) in (select lower(r #>> '{row,email}') from jsonb_array_elements(rows) r)
     order by id for update; -- in one order, so that imports do not deadlock
    begin
        for item in select * from jsonb_array_elements(rows) loop
            select * into old from experts where lower(email) = lower(item #>> '{row,email}') for update;
            was := case when found then expert_body(old) end;
            id_ := expert_store(old.id, case when old.hours_own then (item -> 'row') - 'availability' else item -> 'row' end);
            select expert_body(e) into now_ from experts e where e.id = id_;
            if was is not distinct from now_ then
                update experts set version = old.version where id = id_;
                continue;
            end if;
            changes := changes || import_change(item, id_, was, now_);
        end loop;
        if dry then -- leaves no trace: the block's changes are rolled back
            raise exception using errcode = 'JM100';
        end if;
    exception when sqlstate 'JM100' then -- (JM000 would catch all of JM)
        null;
    end;
    if not dry then perform log_import(call, 'expert', changes); end if;
    return (200, null, null, jsonb_build_object('changes', changes,
        'unchanged', jsonb_array_length(rows) - jsonb_array_length(changes)))::api.reply;
end $$;
comment on function api.import_experts(jsonb, jsonb, boolean) is 'A roster at once, or what it would change.';
