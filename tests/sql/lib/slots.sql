-- The starts of random panels, found slowly: minute by minute, with PostgreSQL's own ranges and time zones.
-- Standard input: what tests/sql/panels.c prints. Times are seconds, days are numbers since 1970-01-01.
create table given (
    round int, now int8, deadline int8, align int, packed int, minutes int, holidays int[], windows int8multirange,
    company int8multirange, room int8multirange, full_years int8multirange,
    id text, fits int, zone text, term_from int, term_until int, before int, after int, notice int, per_day int, per_week int,
    hours int, weekly int[], dated int[], absences int8multirange, busy int8multirange, held int8[], years int[]);
\copy given from pstdin
create table expert as select row_number() over () as n, * from given where fits = 1;

-- The clock of each minute that might matter, in days and minutes of the day.
create table minute as
select e.n, t, (l::date - date '1970-01-01') as day, extract(isodow from l)::int as weekday,
       (extract(hour from l) * 60 + extract(minute from l))::int as minute, extract(second from l) as second, l
  from expert e, lateral (select (lower(windows) - 86400) / 60 * 60 as a, upper(windows) + 86400 as b) x,
       generate_series(x.a, x.b, 60) t, lateral (select to_timestamp(t) at time zone zone as l) y;

-- The windows of each day, from the first minute that the clock shows in them to the last.
create table hours as
with window_ as (
    select n, null::int as day, weekly[i] as weekday, weekly[i + 1] as from_, weekly[i + 2] as until
      from expert, generate_series(1, cardinality(weekly), 3) i
    union all
    select n, dated[i], null, dated[i + 1], dated[i + 2] from expert, generate_series(1, cardinality(dated), 3) i)
select n, range_agg(r) as there from (
    select m.n, int8range(min(t), max(t) + 60) as r
      from minute m join expert e using (n)
      join window_ w on w.n = m.n and m.minute >= w.from_ and m.minute < w.until and m.day between term_from and term_until
       and case when exists (select from window_ d where d.n = m.n and d.day = m.day) then w.day = m.day
                else w.weekday = m.weekday and m.day <> all (holidays) end
     group by m.n, m.day, w.day, w.weekday, w.from_, w.until) x group by 1;

create table free as
select n, there * windows * int8multirange(int8range(now, least(deadline, upper(windows)))) - absences - company - room
          - (select coalesce(range_agg(int8range(lower(b) - after * 60, upper(b) + before * 60)), '{}') from unnest(busy) b) as free
  from hours join expert using (n) where now < least(deadline, upper(windows));

create table start as
select n, t from minute join free using (n) join expert using (n)
 where packed = 0 and minute % align = 0 and free @> int8range(t, t + minutes * 60)
union
select n, t from free join expert using (n), unnest(free) f,
       generate_series((lower(f) + 299) / 300 * 300, upper(f) - minutes * 60, align * 60) t where packed = 1;

create table bookable as
select e.n, e.round, e.id, t
  from start join expert e using (n), lateral (select to_timestamp(t) at time zone zone as l) x
 where t >= now + notice * 60 and not full_years @> t
   and (select count(*) from unnest(held) h where (to_timestamp(h) at time zone zone)::date = l::date) < per_day
   and (select count(*) from unnest(held) h
         where date_trunc('week', to_timestamp(h) at time zone zone) = date_trunc('week', l)) < per_week
   and (hours = 2147483647 or minutes + (select coalesce(sum(years[i + 1]), 0) from generate_series(1, cardinality(years), 2) i
         where years[i] = extract(year from l)) <= hours * 60::int8);

select round, t, string_agg(id, ',' order by id collate "C") from bookable group by 1, 2 order by 1, 2;
