-- Cases: one difficulty of one company.
create or replace function jamund.case_doc(k jamund.cases, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select mask(viewer, 'case', jsonb_build_object('text', k.text)) || jsonb_build_object(
        'id', k.id, 'version', k.version, 'state', k.state, 'company_id', k.company_id,
        'channel', k.channel, 'title', k.title, 'triage', k.triage, 'answer', k.answer,
        'created_by', k.created_by, 'created_at', iso(k.created_at),
        'request_ids', (select coalesce(jsonb_agg(id order by seq), '[]') from requests where case_id = k.id))
$$;

create or replace function api.case_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    k cases;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    if not exists (select from companies where id = (b ->> 'company_id')::uuid) then
        perform fail_field('/company_id', '없는 기업입니다', 'there is no such company');
    end if;
    insert into cases (company_id, channel, title, text, created_by, created_at)
    values ((b ->> 'company_id')::uuid, b ->> 'channel', b ->> 'title', coalesce(b ->> 'text', ''),
            (call ->> 'actor')::uuid, api.clock())
    returning * into k;
    if b ->> 'triage' is not null then
        update cases set triage = b ->> 'triage', state = 'triaged' where id = k.id returning * into k;
    end if;
    r := (201, etag(k.version), '/v1/cases/' || k.id, case_doc(k, call ->> 'role'));
    return write_end(call, r, 'case', k.id, 'case.add');
end $$;
comment on function api.case_add(jsonb, jsonb) is 'A difficulty that came in, triaged or not.';

create or replace function api.case_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare k cases;
begin
    select * into k from cases where id = (args ->> 'id')::uuid;
    if not found then perform missing('case'); end if;
    return (200, etag(k.version), null, case_doc(k, call ->> 'role'))::api.reply;
end $$;
comment on function api.case_get(jsonb, jsonb) is 'One case with its requests.';

create or replace function api.case_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(case_doc(k, call ->> 'role') order by k.seq desc),
                 array_agg(k.seq order by k.seq desc), page_size(args))).*
      from (select * from cases x
             where x.seq < page_after(args) and (args ->> 'state' is null or x.state = args ->> 'state')
               and (args ->> 'company_id' is null or x.company_id = (args ->> 'company_id')::uuid)
             order by x.seq desc limit page_size(args) + 1) k
$$;
comment on function api.case_list(jsonb, jsonb) is 'Cases, newest first, by page; state and company filter.';

-- One change of a case: triage, close or reopen.
create or replace function jamund.case_change(call jsonb, args jsonb, action text) returns api.reply
language plpgsql set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    k cases;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into k from cases where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('case'); end if;
    perform match(call, k.version);
    if action = 'case.close' and exists (select from requests where case_id = k.id
                                         and state in ('open', 'unmatched', 'offered', 'scheduled')) then
        perform fail('JM002', 'a request of this case is still live');
    end if;
    update cases set version = version + 1,
        state = case action when 'case.triage' then 'triaged' when 'case.close' then 'closed'
                else 'reopened' end,
        triage = coalesce(b ->> 'triage', triage), answer = coalesce(b ->> 'answer', answer)
     where id = k.id returning * into k;
    r := (200, etag(k.version), null, case_doc(k, call ->> 'role'));
    return write_end(call, r, 'case', k.id, action, b ->> 'reason');
end $$;

create or replace function api.case_triage(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from case_change(call, args, 'case.triage')
$$;
comment on function api.case_triage(jsonb, jsonb) is 'Decides how a case will be settled.';
create or replace function api.case_close(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from case_change(call, args, 'case.close')
$$;
comment on function api.case_close(jsonb, jsonb) is 'The case is settled, with its answer.';
create or replace function api.case_reopen(call jsonb, args jsonb) returns api.reply
language sql security definer set search_path = jamund, pg_temp as $$
    select * from case_change(call, args, 'case.reopen')
$$;
comment on function api.case_reopen(jsonb, jsonb) is 'The same difficulty came back.';
