-- Secret calendar feeds. The daemon derives the secret from the id; here is only its hash.

-- Whose eyes it is for; null: nobody's any more.
create or replace function jamund.feed_viewer(f jamund.feeds) returns text
language sql stable set search_path = jamund, pg_temp as $$
    select case when f.revoked_at is not null then null when f.scope = 'expert' then 'expert' else (
        select u.role from users u join feed_scopes s on s.scope = f.scope and s.role = u.role and s.allowed
         where u.id = f.owner_id and u.active) end
$$;

-- Of whom or what it is, and on whose clock its days end.
create or replace function jamund.feed_subject(f jamund.feeds, out name text, out zone text)
language sql stable set search_path = jamund, pg_temp as $$
    select case f.scope when 'expert' then e.name when 'field' then d.ko when 'event' then v.title when 'panel' then ''
                        else u.name end,
           coalesce(e.zone, v.zone, o.zone)
      from office o left join experts e on e.id = f.expert_id left join fields d on d.code = f.field
      left join events v on v.id = f.event_id left join users u on u.id = f.owner_id
$$;

create or replace function jamund.feed_doc(f jamund.feeds) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', f.id, 'scope', f.scope, 'label', f.label, 'expert_id', f.expert_id, 'field', f.field,
        'event_id', f.event_id, 'owner_id', f.owner_id, 'created_at', iso(f.created_at), 'revoked_at', iso(f.revoked_at),
        'fetched_at', iso(f.fetched_at), 'agent', f.agent)
$$;

-- A new secret; the one before it, if any, is revoked. args: {"id": expert, "feed": {"id", "hash"}}
create or replace function api.feed_rotate(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    f feeds;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    perform from experts where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('expert'); end if;
    update feeds set revoked_at = api.clock()
     where expert_id = (args ->> 'id')::uuid and label = '' and revoked_at is null;
    insert into feeds (id, hash, expert_id, created_at)
    values ((args #>> '{feed,id}')::uuid, args #>> '{feed,hash}', (args ->> 'id')::uuid, api.clock())
    returning * into f;
    r := (201, null, null, feed_doc(f));
    return write_end(call, r, 'expert', f.expert_id, 'feed.rotate', null, jsonb_build_object('feed', f.id));
end $$;
comment on function api.feed_rotate(jsonb, jsonb) is 'A new secret feed of an expert; the old one ends.';

create or replace function api.feed_revoke(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    f feeds;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    update feeds set revoked_at = api.clock()
     where expert_id = (args ->> 'id')::uuid and label = '' and revoked_at is null returning * into f;
    if not found then perform missing('feed'); end if;
    r := (200, null, null, feed_doc(f));
    return write_end(call, r, 'expert', f.expert_id, 'feed.revoke', null, jsonb_build_object('feed', f.id));
end $$;
comment on function api.feed_revoke(jsonb, jsonb) is 'Ends an expert''s feed: its URL answers 410.';

-- ---- feeds of every scope ----

-- Who keeps the roster sees all, and may end them; anybody else their own.
create or replace function jamund.feed_seen_by(f jamund.feeds, call jsonb) returns boolean
language sql immutable as $$
    select coalesce(call ->> 'role' in ('manager', 'admin') or call ->> 'actor_kind' = 'cli'
                    or f.owner_id = (call ->> 'actor')::uuid, false)
$$;

create or replace function api.feed_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(feed_doc(f) order by f.seq desc), array_agg(f.seq order by f.seq desc), page_size(args))).*
      from (select f.* from feeds f where f.seq < page_after(args) and feed_seen_by(f, call)
               and (args ->> 'expert_id' is null or f.expert_id = (args ->> 'expert_id')::uuid)
             order by f.seq desc limit page_size(args) + 1) f
$$;
comment on function api.feed_list(jsonb, jsonb) is 'Feeds, newest first, by page: the own ones; all for who keeps the roster.';

create or replace function jamund.feed_find(call jsonb, wanted uuid) returns jamund.feeds
language plpgsql stable set search_path = jamund, pg_temp as $$
declare f feeds;
begin
    select * into f from feeds where id = wanted;
    if not found or not feed_seen_by(f, call) then perform missing('feed'); end if;
    return f;
end $$;

create or replace function api.feed_get(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (200, '"' || md5(x.doc::text) || '"', null, x.doc)::api.reply from (select feed_doc(feed_find(call, (args ->> 'id')::uuid)) as doc offset 0) x
$$;
comment on function api.feed_get(jsonb, jsonb) is 'One feed: whose, when it was fetched last, and by what.';

-- May the user have one more of this scope? Whose eyes it is for follows from the scope.
create or replace function jamund.feed_check(call jsonb, scope_ text, owner jamund.users) returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if call ->> 'actor_kind' = 'cli' and scope_ = 'expert' then
        return;
    elsif not exists (select from feed_scopes s where s.scope = scope_ and s.role = owner.role and s.allowed) then
        perform fail('JM403', 'this role has no feed of this scope');
    elsif (select count(*) from feeds f where f.owner_id = owner.id and f.revoked_at is null) >= 50 then
        perform fail('JM409', 'there are 50 feeds already: revoke one');
    end if;
end $$;

-- args: {"body": {scope, label, expert_id | field | event_id}, "feed": {"id", "hash"}, "owner": e-mail, from the command}
create or replace function api.feed_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    u users;
    f feeds;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into u from users x where x.active
       and case when args ->> 'owner' is not null then lower(x.email) = lower(args ->> 'owner') else x.id = (call ->> 'actor')::uuid end;
    if not found and b ->> 'scope' <> 'expert' then perform missing('user'); end if;
    perform feed_check(call, b ->> 'scope', u);
    if b ->> 'expert_id' is not null and not exists (select from experts where id = (b ->> 'expert_id')::uuid) then
        perform fail_field('/expert_id', '없는 자문위원입니다', 'there is no such expert');
    elsif b ->> 'field' is not null and not exists (select from fields where code = b ->> 'field') then
        perform fail_field('/field', '없는 분야입니다', 'there is no such field');
    elsif b ->> 'event_id' is not null and not exists (select from events where id = (b ->> 'event_id')::uuid) then
        perform fail_field('/event_id', '없는 행사입니다', 'there is no such event');
    elsif (select count(*) from feeds x where x.expert_id = (b ->> 'expert_id')::uuid and x.revoked_at is null) >= 50 then
        perform fail('JM409', 'there are 50 feeds already: revoke one');
    end if;
    insert into feeds (id, hash, scope, label, expert_id, field, event_id, owner_id, created_at)
    values ((args #>> '{feed,id}')::uuid, args #>> '{feed,hash}', b ->> 'scope', b ->> 'label', (b ->> 'expert_id')::uuid,
            b ->> 'field', (b ->> 'event_id')::uuid, case when b ->> 'scope' <> 'expert' then u.id end, api.clock())
    returning * into f;
    r := (201, null, '/v1/feeds/' || f.id, feed_doc(f));
    return write_end(call, r, 'feed', f.id, 'feed.add');
end $$;
comment on function api.feed_add(jsonb, jsonb) is 'A new secret feed of a scope, with a label.';

-- The same feed by a new secret; only for its owner, who sees nothing new by it, or, of an expert, for who keeps the
-- roster. args: {"id", "feed": {"id", "hash"}}
create or replace function api.feed_renew(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    was feeds;
    f feeds;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    was := feed_find(call, (args ->> 'id')::uuid);
    if was.owner_id is not null and was.owner_id is distinct from (call ->> 'actor')::uuid then
        perform fail('JM403', 'only its owner gets a new address of it');
    end if;
    update feeds x set revoked_at = api.clock() where x.id = was.id and x.revoked_at is null;
    if not found then perform fail('JM002', 'it was revoked'); end if;
    insert into feeds (id, hash, scope, label, expert_id, field, event_id, owner_id, created_at)
    values ((args #>> '{feed,id}')::uuid, args #>> '{feed,hash}', was.scope, was.label, was.expert_id, was.field,
            was.event_id, was.owner_id, api.clock())
    returning * into f;
    r := (201, null, '/v1/feeds/' || f.id, feed_doc(f));
    return write_end(call, r, 'feed', was.id, 'feed.renew', null, jsonb_build_object('new', f.id)); -- the old one is what is kept
end $$;
comment on function api.feed_renew(jsonb, jsonb) is 'A new secret for a feed; the old one answers 410.';

create or replace function api.feed_end(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    f feeds;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    f := feed_find(call, (args ->> 'id')::uuid);
    update feeds x set revoked_at = coalesce(x.revoked_at, api.clock()) where x.id = f.id returning * into f;
    r := (200, null, null, feed_doc(f));
    return write_end(call, r, 'feed', f.id, 'feed.end');
end $$;
comment on function api.feed_end(jsonb, jsonb) is 'Ends a feed for ever: its URL answers 410.';

create or replace function api.feed_of_email(email text) returns table (expert_id uuid, feed_id uuid)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select e.id, f.id from experts e left join feeds f on f.expert_id = e.id and f.label = '' and f.revoked_at is null
     where lower(e.email) = lower(feed_of_email.email)
$$;
comment on function api.feed_of_email(text) is 'The live feed of the expert with this e-mail, the one without a label.';

create or replace function api.feed_table()
returns table (id uuid, scope text, subject text, owner text, label text, created_at text, revoked_at text, fetched_at text, agent text)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select f.id, f.scope, (feed_subject(f)).name, coalesce(u.email, e.email), f.label, iso(f.created_at), iso(f.revoked_at),
           iso(f.fetched_at), f.agent
      from feeds f left join users u on u.id = f.owner_id left join experts e on e.id = f.expert_id order by f.seq
$$;
comment on function api.feed_table() is 'Every feed, without its secret.';

-- ---- what they show ----

-- The appointments of a feed's scope, in any state, that end after an instant.
create or replace function jamund.feed_scope(f jamund.feeds, since timestamptz) returns setof jamund.appointments
language plpgsql stable set search_path = jamund, pg_temp as $$
begin
    if f.scope = 'expert' then
        return query select a.* from appointments a where upper(a.during) > since
            and a.id in (select s.appointment_id from seats s where s.expert_id = f.expert_id);
    else
        return query select a.* from appointments a join requests q on q.id = a.request_id
            where a.during && tstzrange(since, null) and case f.scope
                when 'field' then exists (select from request_seats x where x.request_id = q.id and x.field = f.field)
                when 'coordinator' then f.owner_id in (q.owner_id, q.deputy_id)
                when 'team' then q.created_by = f.owner_id
                    or exists (select from visits v where v.id = q.visit_id and v.leader_id = f.owner_id)
                when 'event' then exists (select from event_booths b where b.id = a.booth_id and b.event_id = f.event_id)
                else true end;
    end if;
end $$;

-- Of a feed's scope what it shows, now or at a day before: what stands, and for 14 days what was cancelled after
-- somebody had accepted. gone_at: the midnight on which a cancelled one goes.
create or replace function jamund.feed_shown(f jamund.feeds, since timestamptz, zone text)
returns table (id uuid, number int, stamp timestamptz, during tstzrange, its_zone text, status text, stands boolean, gone_at timestamptz)
language sql volatile set search_path = jamund, pg_temp as $$
    select a.id, r.number, r.stamp, a.during, r.facts ->> 'zone', a.state, x.stands, case when x.fell then
               (date_trunc('day', (r.stamp at time zone feed_shown.zone) + interval '14 days' - interval '1 microsecond')
                + interval '1 day') at time zone feed_shown.zone end
      from feed_scope(f, since) a join revisions r on r.appointment_id = a.id and r.number = a.revision,
           lateral (select coalesce(bool_or(live(s)), false) as stands,
                           coalesce(bool_or(case when a.state = 'cancelled' then fell_with(s, a) end), false) as fell
                      from seats s where s.appointment_id = a.id and (f.scope <> 'expert' or s.expert_id = f.expert_id)) x
$$;

-- What is kept of a feed rests on these (api.feeds_now).
create or replace function jamund.feed_keys(f jamund.feeds) returns text
language sql immutable as $$
    select concat_ws(' ', case f.scope when 'panel' then 'panel' else f.scope || ':' || coalesce(f.expert_id::text, f.field,
                     f.event_id::text, f.owner_id::text) end, 'user:' || f.owner_id, 'feed:' || f.id)
$$;

-- A feed as the daemon joins it from texts that it has: which revisions, in order. Three whole months back; the newest
-- 5,000. since, horizon: the time that it is about. until: when it changes by time alone; version: of the change log, never newer than the rest.
-- modified: the latest change of anything of its scope, shown or not, for a going is a change, too; latest: of what is shown.
create or replace function api.feed_fetch(hash text)
returns table (gone boolean, id uuid, scope text, viewer text, name text, zone text, keys text, modified bigint, latest bigint, until bigint,
               since bigint, horizon bigint, version bigint, events jsonb)
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
#variable_conflict use_column
declare
    f feeds;
    who text;
    s record;
    at_version bigint;
    month_ timestamp;
    this timestamptz;
begin
    select coalesce(max(c.version), 0) into at_version from change_log c;
    select * into f from feeds x where x.hash = feed_fetch.hash;
    if not found then return; end if;
    who := feed_viewer(f);
    s := feed_subject(f);
    month_ := date_trunc('month', api.clock() at time zone s.zone);
    this := month_ at time zone s.zone;
    return query
    with all_ as (select * from feed_shown(f, (month_ - interval '3 months') at time zone s.zone, s.zone) where who is not null),
    shown as (select * from all_ where stands or gone_at > api.clock() order by lower(during) desc, id desc limit 5000)
    select who is null, f.id, f.scope, who, s.name, s.zone, feed_keys(f),
           (select coalesce(epoch(greatest(max(a.stamp), max(a.gone_at) filter (where a.gone_at <= api.clock()), this)), 0) from all_ a),
           (select coalesce(epoch(max(x.stamp)), 0) from shown x),
           epoch(least((month_ + interval '1 month') at time zone s.zone, (select min(x.gone_at) from shown x))),
           epoch((month_ - interval '3 months') at time zone s.zone), epoch((month_ + interval '12 months') at time zone s.zone), at_version,
           (select coalesce(jsonb_agg(jsonb_build_array(x.id, x.number, epoch(lower(x.during)), epoch(upper(x.during)), x.its_zone,
                                                        x.status) order by lower(x.during), x.id), '[]') from shown x);
end $$;
comment on function api.feed_fetch(text) is 'Which revisions a feed shows, and until when that is good; no row for an unknown secret.';

-- wanted: [[appointment, number], …]
create or replace function api.feed_revisions(viewer text, wanted jsonb)
returns table (appointment uuid, number int, doc jsonb)
language sql volatile security definer set search_path = jamund, pg_temp as $$
    select r.appointment_id, r.number, revision_doc(r.facts, feed_revisions.viewer)
      from jsonb_array_elements(wanted) w
      join revisions r on r.appointment_id = (w ->> 0)::uuid and r.number = (w ->> 1)::int
$$;
comment on function api.feed_revisions(text, jsonb) is 'Revisions as a viewer may see them.';

-- Whose feeds show these appointments.
create or replace function jamund.feed_subjects(ids uuid[]) returns setof text
language sql stable set search_path = jamund, pg_temp as $$
    select 'panel' where cardinality(ids) > 0
    union select 'expert:' || s.expert_id from seats s where s.appointment_id = any (ids)
    union select 'event:' || b.event_id from appointments a join event_booths b on b.id = a.booth_id where a.id = any (ids)
    union select k from appointments a join requests q on q.id = a.request_id left join visits v on v.id = q.visit_id,
                 lateral (select 'field:' || x.field from request_seats x where x.request_id = q.id union all
                          values ('coordinator:' || q.owner_id), ('coordinator:' || q.deputy_id),
                                 ('team:' || q.created_by), ('team:' || v.leader_id)) y (k)
     where a.id = any (ids) and k is not null
$$;

-- The keys of feeds that the changes after one version up to another may concern; null: all.
create or replace function jamund.reached_feeds(after bigint, upto bigint) returns text
language sql stable set search_path = jamund, pg_temp as $$
    with news as (select distinct c.entity_id as id, r.feeds as reach from change_log c left join change_reach r on r.entity = c.entity
                   where c.version > after and c.version <= upto),
    touched as (select id from news where reach = 'appointment'
                union select a.id from news n join appointments a on a.request_id = n.id where n.reach = 'request'
                union select s.appointment_id from news n join seats s on s.expert_id = n.id where n.reach = 'expert')
    select case when not exists (select from news where reach is null) then coalesce(string_agg(k, ' '), '') end
      from (select n.reach || ':' || n.id from news n where n.reach in ('expert', 'feed', 'user', 'event')
            union select feed_subjects(array(select id from touched))) x (k)
$$;

create or replace function api.feeds_now(since bigint) returns table (version bigint, at bigint, keys text)
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
declare upto bigint := (select coalesce(max(c.version), 0) from change_log c);
begin
    return query select upto, epoch(api.clock()),
        case when since = upto then '' when since > 0 and since < upto and upto - since <= 1000 then reached_feeds(since, upto) end;
end $$;
comment on function api.feeds_now(bigint) is 'Where the log is, the time, and which feeds the changes since a version concern (null: all).';

-- seen: [{"hash", "at", "agent"}]
create or replace function api.feeds_seen(seen jsonb) returns void
language sql volatile security definer set search_path = jamund, pg_temp as $$
    update feeds f set fetched_at = x.at, agent = x.agent
      from (select s ->> 'hash' as hash, to_timestamp((s ->> 'at')::bigint) as at, s ->> 'agent' as agent
              from jsonb_array_elements(seen) s) x
     where f.hash = x.hash and (f.fetched_at is null or f.fetched_at <= x.at)
$$;
comment on function api.feeds_seen(jsonb) is 'A batch: when feeds were fetched last, and by what.';
