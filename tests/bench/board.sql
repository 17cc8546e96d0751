-- The reference of the bench's board rows: one tstzmultirange of free time for each expert, as one would do it in SQL,
-- and the slow, obvious list of starts. Standard input: what tests/bench/board.c prints of the panel.
create schema if not exists bench;
drop table if exists bench.given, bench.panel;
create table bench.given (id text, codes text[], modes text[], districts text[], languages text[], points int, buffer int,
                          free int8multirange, hours int8multirange, busy int8multirange);
\copy bench.given from pstdin

create or replace function bench.times(r int8multirange) returns tstzmultirange language sql immutable as $$
    select coalesce(range_agg(tstzrange(to_timestamp(lower(x)), to_timestamp(upper(x)))), '{}') from unnest(r) x
$$;
create table bench.panel as
select id, codes, modes, districts, languages, points, make_interval(mins => buffer) as buffer, bench.times(free) as free,
       bench.times(hours) as hours, array(select tstzrange(to_timestamp(lower(x)), to_timestamp(upper(x))) from unnest(busy) x) as busy
  from bench.given;
vacuum analyze bench.panel;

-- Who could serve a request of an hour, the best first, and their first start on the half hour.
create or replace function bench.best(code text, mode text, district text, windows tstzmultirange, most bigint)
returns table (id text, start timestamptz) language sql stable as $$
    select id, min(start) as start
      from (select p.id, p.points, upper(r) as until,
                   date_bin('30 minutes', lower(r) + interval '29 minutes 59 seconds', 'epoch') as start
              from bench.panel p, unnest(p.free * windows) r
             where code = any (p.codes) and mode = any (p.modes) and 'ko' = any (p.languages)
               and (district = '' or district = any (p.districts))) x
     where start + interval '1 hour' <= until
     group by id, points order by points desc, 2, 1 limit most
$$;

-- Every five minutes at which somebody could begin an hour, with who.
create or replace function bench.starts(code text, span tstzrange) returns table (start timestamptz, who text)
language sql stable as $$
    with free as materialized (
        select id, hours - (select coalesce(range_agg(tstzrange(lower(b) - buffer, upper(b) + buffer)), '{}')
                              from unnest(busy) b) as free
          from bench.panel where code = any (codes))
    select s, string_agg(id, ',' order by id collate "C")
      from generate_series(lower(span), upper(span) - interval '1 hour', interval '5 minutes') s
      join free on free @> tstzrange(s, s + interval '1 hour')
     group by 1 order by 1
$$;
