-- Users and tokens. Tokens come as hashes; the daemon shows a secret once and forgets it.
create or replace function api.token_check(hash text)
returns table (user_id uuid, role text, name text)
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return query
    select u.id, u.role, u.name
      from tokens t join users u on u.id = t.user_id
     where t.hash = token_check.hash and t.revoked_at is null and u.active
       and (t.expires_at is null or t.expires_at > api.clock());
end $$;
comment on function api.token_check(text) is 'Who a token speaks for; no row when it is not good.';

-- A row for each, in order. The version is never newer than what it says of a token.
create or replace function api.tokens_check(hashes text[])
returns table (user_id uuid, role text, version bigint, at bigint)
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return query
    select k.user_id, k.role, l.version, epoch(api.clock())
      from unnest(tokens_check.hashes) with ordinality h (hash, i)
      cross join (select coalesce(max(c.version), 0) as version from change_log c) l
      left join lateral api.token_check(h.hash) k on true order by h.i;
end $$;
comment on function api.tokens_check(text[]) is 'Who each token speaks for, nulls when it is not good; where the log is, and the time.';

create or replace function api.tokens_ended(tokens jsonb) returns table (hash text, role text)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select t ->> 0, t ->> 1 from jsonb_array_elements(tokens) t
     where not exists (select from api.token_check(t ->> 0) k where k.role = t ->> 1)
$$;
comment on function api.tokens_ended(jsonb) is 'Those of the [hash, role] pairs whose token no longer speaks for that role.';

create or replace function api.user_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare u users;
begin
    insert into users (name, email, phone, role, created_at)
    values (args ->> 'name', args ->> 'email', args ->> 'phone', args ->> 'role', api.clock())
    returning * into u;
    return write_end(call, (201, null, null, jsonb_build_object('id', u.id, 'name', u.name,
        'email', u.email, 'role', u.role))::api.reply, 'user', u.id, 'user.add');
end $$;
comment on function api.user_add(jsonb, jsonb) is 'A new user: name, email, phone, role.';

-- There is no route for it: whoever keeps the database changes a role or ends a user there. What is kept for the old one
-- (feeds) must not outlive that.
create or replace function jamund.user_changed() returns trigger
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform log_change('{"actor_kind": "system", "via": "system"}', 'user', new.id, 'user.change', null,
        jsonb_build_object('role', new.role, 'active', new.active));
    return null;
end $$;

create or replace function api.user_list()
returns table (id uuid, name text, email text, role text, active boolean)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select id, name, email, role, active from users order by seq
$$;
comment on function api.user_list() is 'Every user, in the order they were added.';

create or replace function api.token_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    u users;
    t tokens;
begin
    select * into u from users where lower(email) = lower(args ->> 'user') and active;
    if not found then perform missing('user'); end if;
    insert into tokens (user_id, hash, label, created_at, expires_at)
    values (u.id, args ->> 'hash', coalesce(args ->> 'label', ''), api.clock(),
            api.clock() + make_interval(days => (args ->> 'days')::int))
    returning * into t;
    return write_end(call, (201, null, null, jsonb_build_object('id', t.id, 'user', u.email,
        'role', u.role, 'expires_at', iso(t.expires_at)))::api.reply, 'token', t.id, 'token.add');
end $$;
comment on function api.token_add(jsonb, jsonb) is 'A new token (its hash) for the user of an e-mail.';

create or replace function api.token_revoke(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare t tokens;
begin
    update tokens set revoked_at = coalesce(revoked_at, api.clock())
     where id = (args ->> 'id')::uuid returning * into t;
    if not found then perform missing('token'); end if;
    return write_end(call, (200, null, null, jsonb_build_object('id', t.id,
        'revoked_at', iso(t.revoked_at)))::api.reply, 'token', t.id, 'token.revoke');
end $$;
comment on function api.token_revoke(jsonb, jsonb) is 'Ends a token at once.';

create or replace function api.token_list()
returns table (id uuid, email text, role text, label text, created_at text, expires_at text,
               revoked_at text)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select t.id, u.email, u.role, t.label, iso(t.created_at), iso(t.expires_at), iso(t.revoked_at)
      from tokens t join users u on u.id = t.user_id order by t.created_at, t.id
$$;
comment on function api.token_list() is 'Every token, without its secret.';


-- Whether the session is the owner's: the daemon's role has rights on api alone.
create or replace function jamund.is_owner() returns boolean
language sql stable set search_path = jamund, pg_temp as $$
    select pg_has_role(session_user, (select nspowner from pg_namespace where nspname = 'jamund'), 'member')
$$;

create or replace function api.office_set(args jsonb) returns void
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    o office;
    n office;
begin
    if not is_owner() then
        perform fail('JM403', 'only the owner of the schema sets the office''s facts');
    end if;
    lock table office in share row exclusive mode;
    delete from office returning * into o; -- a column is named like its setting, but for these four
    insert into office select (jsonb_populate_record(o, jsonb_strip_nulls(args || jsonb_build_object(
        'organizer_name', args -> 'mail_from_name', 'organizer_email', args -> 'mail_from',
        'host', args -> 'mail_host', 'settle_seconds', args -> 'message_wait')))).* returning * into n;
    if n is distinct from o then -- daemons keep what rests on it
        perform log_change('{"actor_kind": "cli", "via": "cli"}', 'office', '00000000-0000-0000-0000-000000000000', 'office.set');
    end if;
end $$;
comment on function api.office_set(jsonb) is 'The office''s facts from the settings; for the owner (migrate).';

create or replace function api.clock_set(t timestamptz) returns void
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select set_config('jamund.now', t::text, false)
$$;
comment on function api.clock_set(timestamptz) is 'Lets the session''s clock stand; heeded for the owner only.';

create or replace function api.lifecycles()
returns table (entity text, from_state text, to_state text, verb text, sentence text)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select entity, from_state, to_state, verb, sentence from lifecycles
     order by array_position(array['case', 'request', 'appointment', 'seat', 'message', 'delivery', 'plan'], entity),
              from_state, to_state
$$;
comment on function api.lifecycles() is 'Every allowed transition.';

create or replace function api.disclosures()
returns table (fact text, viewer text, shown boolean)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select fact, viewer, shown from disclosures order by fact, viewer
$$;
comment on function api.disclosures() is 'Who sees which personal fact.';

create or replace function api.reads_log(reads jsonb) returns void
language sql security definer set search_path = jamund, pg_temp as $$
    update app_passwords p set last_used_at = x.at
      from (select r ->> 'subject' as hash, to_timestamp(max((r ->> 'at')::bigint)) as at
              from jsonb_array_elements(reads) r where r ->> 'what' like '/dav%' group by 1) x
     where p.hash = x.hash and (p.last_used_at is null or p.last_used_at < x.at);
    insert into reads (at, actor, role, what, subject)
    select to_timestamp((r ->> 'at')::bigint), (r ->> 'actor')::uuid, r ->> 'role', r ->> 'what', r ->> 'subject'
      from jsonb_array_elements(reads) r
$$;
comment on function api.reads_log(jsonb) is 'A batch of reads of personal data.';

-- Answers are remembered for seven days (README says so); at most n go at a time.
create or replace function api.keys_forget(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare gone int;
begin
    delete from idempotency where (actor, key) in (
        select i.actor, i.key from idempotency i
         where i.created_at < api.clock() - interval '7 days' order by i.created_at limit n);
    get diagnostics gone = row_count;
    return gone;
end $$;
comment on function api.keys_forget(int) is 'Forgets the answers of old Idempotency-Keys; says how many.';
