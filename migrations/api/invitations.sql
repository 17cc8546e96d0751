-- How an expert wants what is sent to calendars: in which language first, and with an alarm so long before the start.

create or replace function jamund.invitations_doc(e jamund.experts) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('expert_id', e.id, 'version', e.version, 'alarm_minutes', s.alarm_minutes,
                              'language', coalesce(s.language, 'ko'))
      from (select) x left join invitation_settings s on s.expert_id = e.id
$$;

create or replace function api.invitations_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare e experts;
begin
    select * into e from experts where id = (args ->> 'id')::uuid;
    if not found then perform missing('expert'); end if;
    return (200, etag(e.version), null, invitations_doc(e))::api.reply;
end $$;
comment on function api.invitations_get(jsonb, jsonb) is 'The language and the alarm of an expert''s invitations.';

-- set_: {"alarm_minutes", "language"}; of an expert who is locked.
create or replace function jamund.invitations_store(e jamund.experts, set_ jsonb) returns jamund.experts
language plpgsql set search_path = jamund, pg_temp as $$
declare after_ experts;
begin
    insert into invitation_settings values (e.id, (set_ ->> 'alarm_minutes')::int, set_ ->> 'language')
    on conflict (expert_id) do update set alarm_minutes = excluded.alarm_minutes, language = excluded.language;
    update experts set version = version + 1 where id = e.id returning * into after_;
    return after_;
end $$;

create or replace function api.invitations_put(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    e experts;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    e := invitations_store(lock_expert(args, call), b);
    r := (200, etag(e.version), null, invitations_doc(e));
    return write_end(call, r, 'expert', e.id, 'invitations.put', null, b);
end $$;
comment on function api.invitations_put(jsonb, jsonb) is 'The language and the alarm of an expert''s invitations anew.';
