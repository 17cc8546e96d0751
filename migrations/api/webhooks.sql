-- Webhooks: others' endpoints, the events they want, and the deliveries to them: claim with a
-- lease, deliver, mark, as the outbox does with mails.

-- Every kind of event: what somebody is told, and what becomes of appointments and requests.
create or replace function jamund.event_kinds() returns setof text
language sql stable set search_path = jamund, pg_temp as $$
    select 'message.' || kind from message_kinds
    union select entity || '.' || to_state from lifecycles where entity in ('appointment', 'request')
    union select 'appointment.moved'
$$;
create or replace function jamund.wants(kinds text[], kind text) returns boolean
language sql immutable as $$ select kind = any (kinds) or split_part(kind, '.', 1) || '.*' = any (kinds) $$;

-- An event for every webhook that wants it, in the transaction of what it tells.
create or replace function jamund.announce(kind text, subject uuid, data jsonb, message uuid default null) returns void
language plpgsql set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin
    insert into deliveries (webhook_id, kind, subject, message_id, data, created_at, due_at)
    select w.id, announce.kind, announce.subject, message, announce.data, api.clock(), api.clock()
      from webhooks w where w.active and wants(w.kinds, announce.kind) order by w.seq
    on conflict (webhook_id, message_id) do nothing;
end $$;

-- A message is an event when its mail leaves for the first time: what was undone or coalesced
-- before that was never told to anybody. One without an appointment is about a request: its uid says which.
create or replace function jamund.webhook_message() returns trigger
language plpgsql set search_path = jamund, pg_temp as $$
begin
    perform announce('message.' || new.kind, coalesce(new.appointment_id, split_part(new.facts ->> 'uid', '@', 1)::uuid),
                     '{}', new.id);
    return null;
end $$;

create or replace function jamund.webhook_state() returns trigger
language plpgsql set search_path = jamund, pg_temp as $$
declare
    now_ jsonb := to_jsonb(new);
    was  jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) end;
    ids  jsonb := case tg_argv[0]
        when 'appointment' then jsonb_build_object('appointment_id', new.id, 'request_id', now_ -> 'request_id')
        else jsonb_build_object('request_id', new.id, 'case_id', now_ -> 'case_id') end;
begin
    if was -> 'state' is distinct from now_ -> 'state' then
        perform announce(tg_argv[0] || '.' || (now_ ->> 'state'), new.id, ids);
    end if;
    if was -> 'during' is distinct from now_ -> 'during' and was is not null then
        perform announce('appointment.moved', new.id, ids);
    end if;
    return null;
end $$;

create or replace function jamund.webhook_doc(w jamund.webhooks) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', w.id, 'version', w.version, 'created_at', iso(w.created_at), 'url', w.url,
        'label', w.label, 'kinds', w.kinds, 'active', w.active, 'gone_at', iso(w.gone_at),
        'secret_number', w.secret_number, 'grace_until', iso(w.grace_until),
        'waiting', (select count(*) from deliveries d where d.webhook_id = w.id and d.state in ('queued', 'retry', 'sending')),
        'dead', (select count(*) from deliveries d where d.webhook_id = w.id and d.state = 'dead'))
$$;

-- Names each kind that there is not.
create or replace function jamund.check_kinds(kinds jsonb) returns void
language plpgsql stable set search_path = jamund, pg_temp as $$
declare wrong jsonb;
begin
    select jsonb_agg(bad_field('/kinds/' || i - 1, '없는 이벤트 종류입니다', 'there is no such kind of event') order by i)
      into wrong from jsonb_array_elements_text(coalesce(kinds, '[]')) with ordinality k (kind, i)
     where kind not in (select event_kinds() union select split_part(e, '.', 1) || '.*' from event_kinds() e);
    if wrong is not null then
        perform fail('JM422', 'there is no such kind of event', jsonb_build_object('errors', wrong));
    end if;
end $$;

create or replace function api.webhook_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(webhook_doc(w) order by w.seq desc), array_agg(w.seq order by w.seq desc), page_size(args))).*
      from (select * from webhooks x where x.seq < page_after(args) and x.deleted_at is null
             order by x.seq desc limit page_size(args) + 1) w
$$;
comment on function api.webhook_list(jsonb, jsonb) is 'Webhooks by page, newest first.';

create or replace function api.webhook_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare w webhooks;
begin
    select * into w from webhooks where id = (args ->> 'id')::uuid and deleted_at is null;
    if not found then perform missing('webhook'); end if;
    return (200, etag(w.version), null, webhook_doc(w))::api.reply;
end $$;
comment on function api.webhook_get(jsonb, jsonb) is 'One webhook, without its secret.';

create or replace function api.webhook_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    w webhooks;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    perform check_kinds(b -> 'kinds');
    if (select count(*) from webhooks where deleted_at is null) >= 20 then
        perform fail('JM409', 'there are 20 webhooks already');
    end if;
    insert into webhooks (url, label, kinds, active, created_by, created_at)
    values (b ->> 'url', coalesce(b ->> 'label', ''), texts(b -> 'kinds'), coalesce((b ->> 'active')::boolean, true),
            (call ->> 'actor')::uuid, api.clock()) returning * into w;
    r := (201, etag(w.version), '/v1/webhooks/' || w.id, webhook_doc(w));
    return write_end(call, r, 'webhook', w.id, 'webhook.add');
end $$;
comment on function api.webhook_add(jsonb, jsonb) is 'A new webhook: url, kinds, label, active.';

-- No key update: events that are being written refer to it and need not wait.
create or replace function jamund.lock_webhook(call jsonb, args jsonb) returns jamund.webhooks
language plpgsql set search_path = jamund, pg_temp as $$
declare w webhooks;
begin
    select * into w from webhooks where id = (args ->> 'id')::uuid and deleted_at is null for no key update;
    if not found then perform missing('webhook'); end if;
    perform match(call, w.version);
    return w;
end $$;

create or replace function api.webhook_change(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    w webhooks;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    w := lock_webhook(call, args);
    perform check_kinds(b -> 'kinds');
    update webhooks x set url = coalesce(b ->> 'url', x.url), label = coalesce(b ->> 'label', x.label),
        kinds = case when b -> 'kinds' is null then x.kinds else texts(b -> 'kinds') end,
        active = coalesce((b ->> 'active')::boolean, x.active), version = x.version + 1,
        gone_at = case when (b ->> 'active')::boolean then null else x.gone_at end
     where x.id = w.id returning * into w;
    perform end_deliveries();
    r := (200, etag(w.version), null, webhook_doc(w));
    return write_end(call, r, 'webhook', w.id, 'webhook.change');
end $$;
comment on function api.webhook_change(jsonb, jsonb) is 'Other url, kinds, label, or switched on or off.';

create or replace function api.webhook_delete(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    w webhooks;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    w := lock_webhook(call, args);
    update webhooks x set active = false, deleted_at = api.clock(), version = x.version + 1
     where x.id = w.id returning * into w;
    perform end_deliveries();
    r := (200, null, null, webhook_doc(w));
    return write_end(call, r, 'webhook', w.id, 'webhook.delete');
end $$;
comment on function api.webhook_delete(jsonb, jsonb) is 'Ends a webhook; what waits for it is dead.';

-- A new secret; the one before it signs, too, for some hours.
create or replace function api.webhook_rotate(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    w webhooks;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    w := lock_webhook(call, args);
    update webhooks x set secret_number = x.secret_number + 1, version = x.version + 1,
        grace_until = api.clock() + make_interval(hours => coalesce((args #>> '{body,grace_hours}')::int, 24))
     where x.id = w.id returning * into w;
    r := (200, etag(w.version), null, webhook_doc(w));
    return write_end(call, r, 'webhook', w.id, 'webhook.rotate', null, jsonb_build_object('number', w.secret_number));
end $$;
comment on function api.webhook_rotate(jsonb, jsonb) is 'A new secret; the old one signs, too, for grace_hours.';

-- What waits for a webhook that is switched off ends; whoever switches it on again may replay it.
create or replace function jamund.end_deliveries() returns void
language sql set search_path = jamund, pg_temp as $$
    update deliveries set state = 'dead', lease_until = null, last_error = 'the webhook is switched off'
     where id in (select d.id from webhooks w join deliveries d on d.webhook_id = w.id
                   where not w.active and (d.state in ('queued', 'retry') or (d.state = 'sending' and d.lease_until <= api.clock()))
                     for update of d skip locked)
$$;

-- Takes up to n deliveries for a daemon. An earlier one of the same appointment or request to the
-- same webhook goes first. No webhook has more than four under way: one that stalls leaves room.
create or replace function api.delivery_claim(worker text, n int, lease_seconds int)
returns table (id uuid, attempts int, message jsonb)
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare t timestamptz := api.clock();
begin
    perform end_deliveries();
    return query
    with due as (
        select x.id from webhooks w, lateral (
            select d.id, d.due_at, d.seq from deliveries d
             where d.webhook_id = w.id
               and ((d.state in ('queued', 'retry') and d.due_at <= t) or (d.state = 'sending' and d.lease_until <= t))
               and not exists (select from deliveries e where e.webhook_id = w.id and e.subject = d.subject
                                  and e.seq < d.seq and e.state in ('queued', 'retry', 'sending'))
             order by d.due_at, d.seq for update of d skip locked
             limit (select greatest(4 - count(*), 0) from deliveries u
                     where u.webhook_id = w.id and u.state = 'sending' and u.lease_until > t)) x
         where w.active order by x.due_at, x.seq limit n),
    taken as (
        update deliveries d set state = 'sending', leased_by = worker, attempts = d.attempts + 1,
               lease_until = t + make_interval(secs => lease_seconds)
          from due where d.id = due.id returning d.*)
    select k.id, k.attempts, delivery_job(k.*) from taken k order by k.seq;
end $$;
comment on function api.delivery_claim(text, int, int) is 'Leases due webhook deliveries to a daemon.';

-- Whom a message reaches, as far as the disclosures allow a gateway to know.
create or replace function jamund.reader_doc(m jamund.messages) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('name', doc -> 'name', 'phone', nullif(doc ->> 'phone', ''))
      from (select mask('gateway', 'expert', jsonb_build_object('name', e.name, 'phone', e.phone))
              from experts e where m.viewer = 'expert' and e.id = m.party
            union all select mask('gateway', 'contact', jsonb_build_object('name', c.name, 'phone', c.phone))
              from contacts c where m.viewer = 'company' and c.id = m.party
            union all select mask('gateway', 'requester', jsonb_build_object('name', u.name, 'phone', u.phone))
              from users u where m.viewer in ('field', 'coordinator') and u.id = m.party) x (doc)
$$;

-- A message for a gateway: whom to reach, and of the appointment what the disclosures allow.
create or replace function jamund.message_event(m jamund.messages) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('message_id', m.id, 'kind', m.kind, 'viewer', m.viewer, 'to', reader_doc(m),
        'appointment', (select jsonb_build_object('id', m.appointment_id, 'state', r.status,
            'start', iso(to_timestamp((r.facts ->> 'start')::bigint)), 'end', iso(to_timestamp((r.facts ->> 'end')::bigint)))
                          from revisions r where r.appointment_id = m.appointment_id and r.number = m.revision))
$$;
-- What the daemon needs: where to, the numbers of the secrets that sign, the event; of a message
-- also what its mail is made from.
create or replace function jamund.delivery_job(d jamund.deliveries) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('url', w.url, 'webhook_id', w.id,
        'secrets', case when w.secret_number > 1 and w.grace_until > api.clock()
                        then jsonb_build_array(w.secret_number, w.secret_number - 1)
                        else jsonb_build_array(w.secret_number) end,
        'event', jsonb_build_object('type', d.kind, 'timestamp', iso(d.created_at),
                                    'data', case when m.id is null then d.data else message_event(m) end),
        'message', case when m.id is not null then message_doc(m) end)
      from webhooks w left join messages m on m.id = d.message_id where w.id = d.webhook_id
$$;

create or replace function api.delivery_sent(id uuid, worker text, sha256 text) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
begin
    update deliveries d set state = 'delivered', delivered_at = api.clock(), body_sha256 = sha256,
        lease_until = null, last_error = null
     where d.id = delivery_sent.id and d.state = 'sending' and d.leased_by = worker;
    return found;
end $$;
comment on function api.delivery_sent(uuid, text, text) is 'The endpoint took it; false when the lease was lost.';

create or replace function api.delivery_failed(id uuid, worker text, error text, dead boolean,
    retry_seconds int) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
begin
    update deliveries d set state = case when dead then 'dead' else 'retry' end,
        due_at = api.clock() + make_interval(secs => retry_seconds), lease_until = null, last_error = left(error, 500)
     where d.id = delivery_failed.id and d.state = 'sending' and d.leased_by = worker;
    return found;
end $$;
comment on function api.delivery_failed(uuid, text, text, boolean, int) is 'Not delivered: again later, or dead.';

create or replace function api.delivery_gone(id uuid, worker text, error text) returns boolean
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare hook uuid;
begin
    select w.id into hook from deliveries d join webhooks w on w.id = d.webhook_id
     where d.id = delivery_gone.id and d.state = 'sending' and d.leased_by = worker for no key update of w;
    if not found then return false; end if;
    update deliveries d set state = 'dead', lease_until = null, last_error = left(error, 500)
     where d.id = delivery_gone.id and d.state = 'sending' and d.leased_by = worker;
    update webhooks set active = false, gone_at = api.clock(), version = version + 1 where webhooks.id = hook and active;
    if found then
        perform end_deliveries();
        perform log_change('{"actor_kind": "system", "via": "system"}', 'webhook', hook, 'webhook.gone');
    end if;
    return true;
end $$;
comment on function api.delivery_gone(uuid, text, text) is 'The endpoint answered 410: its webhook is switched off.';

create or replace function jamund.delivery_doc(d jamund.deliveries) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', d.id, 'webhook_id', d.webhook_id, 'kind', d.kind, 'state', d.state,
        'subject', d.subject, 'message_id', d.message_id, 'created_at', iso(d.created_at), 'attempts', d.attempts,
        'due_at', iso(d.due_at), 'delivered_at', iso(d.delivered_at), 'body_sha256', d.body_sha256, 'last_error', d.last_error)
$$;
create or replace function api.delivery_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(delivery_doc(d) order by d.seq desc), array_agg(d.seq order by d.seq desc), page_size(args))).*
      from (select * from deliveries x
             where x.seq < page_after(args) and (args ->> 'state' is null or x.state = args ->> 'state')
               and (args ->> 'webhook_id' is null or x.webhook_id = (args ->> 'webhook_id')::uuid)
             order by x.seq desc limit page_size(args) + 1) d
$$;
comment on function api.delivery_list(jsonb, jsonb) is 'Webhook deliveries, newest first, by page; state and webhook filter.';

create or replace function api.delivery_replay(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    d deliveries;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into d from deliveries where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('delivery'); end if;
    if d.state <> 'dead' then
        perform fail('JM002', 'the delivery is ' || d.state, jsonb_build_object('state', d.state));
    end if;
    if not (select active from webhooks where id = d.webhook_id) then
        perform fail('JM002', 'the webhook is switched off', jsonb_build_object('state', d.state));
    end if;
    update deliveries set state = 'queued', attempts = 0, due_at = api.clock() where id = d.id returning * into d;
    r := (200, null, null, delivery_doc(d));
    return write_end(call, r, 'webhook', d.webhook_id, 'delivery.replay', null, jsonb_build_object('delivery', d.id));
end $$;
comment on function api.delivery_replay(jsonb, jsonb) is 'Sends a dead delivery again, under the same id.';

-- What was delivered is kept for thirty days, what is dead for ninety; at most n go at a time.
create or replace function api.deliveries_forget(n int) returns int
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare gone int;
begin
    delete from deliveries where id in (
        (select d.id from deliveries d where d.state = 'delivered'
            and d.delivered_at < api.clock() - interval '30 days' order by d.delivered_at limit n)
        union all
        (select d.id from deliveries d where d.state = 'dead'
            and d.due_at < api.clock() - interval '90 days' order by d.seq limit n) limit n);
    get diagnostics gone = row_count;
    return gone;
end $$;
comment on function api.deliveries_forget(int) is 'Forgets old webhook deliveries; says how many.';
