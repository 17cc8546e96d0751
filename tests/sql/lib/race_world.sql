-- The world of race.t: 64 experts, 64 companies, a room, and a job for each client and round.
-- Psql variables: rounds. All clients of a round want one slot, in one of four ways.
\set QUIET 1
create extension if not exists pgtap;
begin;
\ir world.sql
select t.at(now()::text) \g /dev/null
grant usage on schema api to jamund;
revoke execute on all functions in schema api from public;
grant execute on all functions in schema api to jamund;

create table t.party as
select i, t.expert('e' || i, jsonb_build_object('term', jsonb_build_object('from', now()::date - 1, 'until', now()::date + 700))) as expert,
       t.company('기업 ' || chr(44032 + i * 28) || i) as company
  from generate_series(1, 64) i;
alter table t.party add kase uuid;
update t.party set kase = t.kase(company);
create table t.room_ as select t.room('회의실') as id;

create table t.job as
select round, client, theme,
       case when theme = 'request' and client > 1 then null else gen_random_uuid() end as request,
       case theme when 'expert' then 1 else client end as expert_i,
       case when theme in ('request', 'company') then 1 else client end as company_i,
       to_char(now()::date + 10 + round, 'YYYY-MM-DD') || 'T10:00:00+09:00' as start
  from generate_series(1, :rounds) round, generate_series(1, 64) client,
       lateral (select (array['expert', 'company', 'place', 'request'])[round % 4 + 1] as theme) x;
insert into jamund.requests (id, case_id, mode, place_id, minutes, windows, owner_id, created_by, created_at, opened_at, contact_id)
select j.request, p.kase, case theme when 'place' then 'center' else 'visit' end,
       case theme when 'place' then (select id from t.room_) end, 60,
       tstzmultirange(tstzrange(now(), now() + interval '700 days')), (select id from t.users where role = 'coordinator'),
       (select id from t.users where role = 'field'), now(), now(), t.contact(p.company)
  from t.job j join t.party p on p.i = j.company_i where j.request is not null;
insert into jamund.request_seats select request, 1, 'tax', 2 from t.job where request is not null;
update t.job j set request = (select k.request from t.job k where k.round = j.round and k.client = 1) where request is null;
commit;

-- A client's script: waits at the gate of each round, calls, and says how it ended.
create function t.script(client_ int, first int, last int) returns setof text language sql as $$
    select line from t.job j join t.party p on p.i = j.expert_i, lateral (values
        (1, format('select pg_advisory_lock_shared(7, %s), pg_advisory_unlock_shared(7, %s) \g /dev/null', round, round)),
        (2, format('select * from api.appointment_add(%L, %L) \g /dev/null',
                   t.who('coordinator', jsonb_build_object('key', round || '-' || client, 'hash', 'h')),
                   t.offer_args(request, p.expert, start))),
        (3, format('\echo %s %s :SQLSTATE', round, theme))) l (n, line)
     where client = client_ and round between first and last order by round, n
$$;
-- Opens the gate of each round when all clients stand before it.
create procedure t.start(first int, last int, clients int) language plpgsql as $$
begin
    for r in first .. last loop
        while (select count(*) from pg_locks where locktype = 'advisory' and classid = 7 and objid = r and not granted) < clients loop
            perform pg_sleep(0.002);
        end loop;
        perform pg_advisory_unlock(7, r);
    end loop;
end $$;

-- Pairs of live meetings that overlap for an expert (with buffers), a company or a room (turned around).
create view t.overlap as
with taken as (
    select a.id, s.expert_id as subject, tstzrange(lower(a.during) - make_interval(mins => e.buffer_before),
           upper(a.during) + make_interval(mins => e.buffer_after)) as during
      from jamund.appointments a join jamund.seats s on s.appointment_id = a.id join jamund.experts e on e.id = s.expert_id
     where a.state in ('tentative', 'confirmed') and s.state in ('offered', 'countered', 'accepted')
    union all
    select id, company_id, during from jamund.appointments where state in ('tentative', 'confirmed')
    union all
    select a.id, q.place_id, tstzrange(lower(a.during), upper(a.during) + make_interval(mins => p.turnaround))
      from jamund.appointments a join jamund.requests q on q.id = a.request_id join jamund.places p on p.id = q.place_id
     where a.state in ('tentative', 'confirmed'))
select x.id as one, y.id as other from taken x join taken y on x.subject = y.subject and x.id < y.id and x.during && y.during;
