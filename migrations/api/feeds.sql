-- Secret calendar feeds. The daemon derives the secret from the id; here is only its hash.

create or replace function jamund.feed_doc(f jamund.feeds) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', f.id, 'expert_id', f.expert_id, 'created_at', iso(f.created_at),
                              'revoked_at', iso(f.revoked_at))
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
    update feeds set revoked_at = api.clock() where expert_id = (args ->> 'id')::uuid and revoked_at is null;
    insert into feeds values ((args #>> '{feed,id}')::uuid, args #>> '{feed,hash}', (args ->> 'id')::uuid,
                              api.clock())
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
     where expert_id = (args ->> 'id')::uuid and revoked_at is null returning * into f;
    if not found then perform missing('feed'); end if;
    r := (200, null, null, feed_doc(f));
    return write_end(call, r, 'expert', f.expert_id, 'feed.revoke', null, jsonb_build_object('feed', f.id));
end $$;
comment on function api.feed_revoke(jsonb, jsonb) is 'Ends an expert''s feed: its URL answers 410.';

create or replace function api.feed_of_email(email text) returns table (expert_id uuid, feed_id uuid)
language sql stable security definer set search_path = jamund, pg_temp as $$
    select e.id, f.id from experts e left join feeds f on f.expert_id = e.id and f.revoked_at is null
     where lower(e.email) = lower(feed_of_email.email)
$$;
comment on function api.feed_of_email(text) is 'The live feed of the expert with this e-mail.';

-- What a feed shows: appointments from three whole months back on; cancelled ones for 14 days.
-- modified: the latest change of any of them, of one no longer shown too: its going is a change.
create or replace function jamund.feed_events(hash text)
returns table (revoked boolean, name text, calendar_version bigint, modified bigint, events jsonb)
language sql volatile set search_path = jamund, pg_temp as $$
    select f.revoked_at is not null, e.name, e.calendar_version,
           coalesce((select epoch(max(r.stamp)) from seats s join revisions r on r.appointment_id = s.appointment_id
                      where s.expert_id = e.id), 0),
           case when f.revoked_at is null then (
               select coalesce(jsonb_agg(revision_doc(r.facts, 'expert') order by lower(a.during), a.id), '[]')
                 from appointments a
                 join revisions r on r.appointment_id = a.id and r.number = a.revision
                where exists (select from seats s where s.appointment_id = a.id and s.expert_id = e.id
                              and (live(s)
                                   or (a.state = 'cancelled' and s.state = 'withdrawn' and s.answered_at is not null
                                       and r.stamp > date_trunc('day', api.clock(), e.zone) - interval '14 days')))
                  and upper(a.during) > date_trunc('month', api.clock(), e.zone) - interval '3 months') end
      from feeds f join experts e on e.id = f.expert_id
     where f.hash = feed_events.hash
$$;

-- With what tells how long it stays as it is: while the change log has that version, and until the
-- expert's day ends. The version is never newer than the events.
create or replace function api.feed_fetch(hash text)
returns table (revoked boolean, name text, modified bigint, events jsonb, version bigint, until bigint)
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
begin
    return query
    select r.revoked, r.name, r.modified, r.events, (select coalesce(max(c.version), 0) from change_log c),
           epoch(((api.clock() at time zone e.zone)::date + 1)::timestamp at time zone e.zone)
      from feeds f join experts e on e.id = f.expert_id, lateral feed_events(f.hash) r
     where f.hash = feed_fetch.hash;
end $$;
comment on function api.feed_fetch(text) is 'A feed''s events, and until when they are good; no row for an unknown secret.';

create or replace function api.feeds_now() returns table (version bigint, at bigint)
language plpgsql volatile security definer set search_path = jamund, pg_temp as $$
begin
    return query select coalesce(max(c.version), 0), epoch(api.clock()) from change_log c;
end $$;
comment on function api.feeds_now() is 'What the versions and times of fetched feeds are compared with.';
