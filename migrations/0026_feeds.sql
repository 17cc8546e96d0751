-- Feeds of more than one expert: of a field, of what a coordinator owns, of what a visit team asked for, of an event,
-- of the whole panel. Several of each, told apart by a label.

-- Which roles may have a feed of which scope; an expert's feed is the expert's, and these may make it.
create table jamund.feed_scopes (
    scope    text not null check (scope in ('expert', 'field', 'coordinator', 'team', 'event', 'panel')),
    role     text not null check (role in ('field', 'coordinator', 'manager', 'admin')),
    allowed  boolean not null,
    primary key (scope, role)
);
insert into jamund.feed_scopes (scope, role, allowed)
select scope, v.role, v.allowed
  from (values
    --               field  coord. manager admin
    ('expert',      array[false, false, true,  true]),
    ('field',       array[true,  true,  true,  false]),
    ('coordinator', array[false, true,  true,  false]),
    ('team',        array[true,  true,  true,  false]),
    ('event',       array[true,  true,  true,  false]),
    ('panel',       array[true,  true,  true,  true])
  ) m (scope, cells),
  lateral (select * from unnest(array['field', 'coordinator', 'manager', 'admin'], m.cells) as u (role, allowed)) v;

-- owner_id: whose eyes a feed is for, masked by the role that they have when it is fetched; null: the expert's own.
-- What was fetched last is written in batches (work/feed_seen.c).
alter table jamund.feeds
    alter column expert_id drop not null,
    add column seq        bigint generated always as identity,
    add column scope      text not null default 'expert'
                          check (scope in ('expert', 'field', 'coordinator', 'team', 'event', 'panel')),
    add column label      text not null default '' check (length(label) <= 100),
    add column owner_id   uuid references jamund.users,
    add column field      text references jamund.fields,
    add column event_id   uuid references jamund.events,
    add column fetched_at timestamptz,
    add column agent      text check (length(agent) <= 120),
    add constraint feeds_of check ((scope = 'expert') = (expert_id is not null) and (scope = 'field') = (field is not null)
                                   and (scope = 'event') = (event_id is not null) and (scope = 'expert') = (owner_id is null));
drop index jamund.feeds_one_live; -- the one without a label is the one that /v1/experts/{id}/feed is about
create unique index feeds_one_live on jamund.feeds (expert_id) where revoked_at is null and label = '';
create index feeds_owner on jamund.feeds (owner_id) where revoked_at is null;

-- Which kept feeds a change of an entity may concern: those that show an appointment of that expert, that appointment
-- or one of that request; the feed itself; a user's or an event's; none. Of an entity that says nothing here: all.
alter table jamund.change_reach
    add column feeds text check (feeds in ('expert', 'appointment', 'request', 'feed', 'user', 'event', 'nobody'));
update jamund.change_reach set feeds = entity where entity in ('expert', 'appointment', 'request', 'user', 'event');
update jamund.change_reach set feeds = 'nobody'
 where entity in ('place', 'company', 'case', 'message', 'webhook', 'token', 'visit', 'plan', 'scoring');
insert into jamund.change_reach (entity, reach, feeds) values ('feed', 'nobody', 'feed');
insert into jamund.change_audience (entity, role, shown)
select 'feed', v.role, v.shown
  from unnest(array['field', 'coordinator', 'manager', 'admin'], array[false, false, true, true]) v (role, shown);

-- What a calendar says of a meeting beyond its time, field and mode. Who keeps the machines gets the times alone.
insert into jamund.disclosures (fact, viewer, shown)
select fact, v.viewer, v.viewer not in ('admin', 'gateway')
  from unnest(array['meeting.company', 'meeting.case', 'meeting.place', 'meeting.online_url', 'meeting.seats',
                    'meeting.requester', 'meeting.owner']) fact,
       unnest(array['expert', 'company', 'field', 'coordinator', 'manager', 'admin', 'gateway']) v (viewer);

-- They take other arguments, or answer other columns, now.
drop function if exists api.feeds_now();
drop function if exists api.feed_fetch(text);
drop function if exists api.feed_of_email(text);
drop function if exists jamund.feed_events(text);
