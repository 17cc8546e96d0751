-- The starts of random panels, found slowly: minute by minute, with PostgreSQL's own ranges and time zones.
-- Standard input: what tests/sql/panels.c prints. Times are seconds, days are numbers since 1970-01-01.
create unlogged table given (
    round int, now int8, deadline int8, align int, packed int, minutes int, holidays int[], windows int8multirange,
    company int8multirange, room int8multirange, full_years int8multirange,
    id text, fits int, zone text, term_from int, term_until int, before int, after int, notice int, per_day int, per_week int,
    hours int, weekly int[], dated int[], absences int8multirange, busy int8multirange, held int8[], years int[]);
\copy given from pstdin
create unlogged table expert as select row_number() over () as n, * from given where fits = 1;

-- The clock of each minute that might matter, in days and minutes of the day.
create unlogged table minute as
select e.n, t, l::date - date '1970-01-01' as day, (extract(epoch from l)::int8 / 60 % 1440)::int as minute
  from expert e, generate_series((lower(windows) - 86400) / 60 * 60, upper(windows) + 86400, 60) t,
       lateral (select to_timestamp(t) at time zone zone as l offset 0) x;
analyze minute;

-- The windows of each day; and what they come to, from the first minute that the clock shows in them to the last.
create unlogged table window_ as
with day as (select distinct n, day from minute),
own as (select n, dated[i] as day, dated[i + 1] as from_, dated[i + 2] as until
          from expert, generate_series(1, cardinality(dated), 3) i),
weekly as (select n, weekly[i] as weekday, weekly[i + 1] as from_, weekly[i + 2] as until
             from expert, generate_series(1, cardinality(weekly), 3) i)
select o.n, o.day, o.from_, o.until from own o join expert using (n) where day between term_from and term_until
union all
select w.n, d.day, w.from_, w.until from day d join weekly w on w.n = d.n and w.weekday = extract(isodow from date '1970-01-01' + d.day)
  join expert e on e.n = d.n
 where d.day between e.term_from and e.term_until and d.day <> all (e.holidays) and not exists (select from own o where o.n = d.n and o.day = d.day);
create unlogged table hours as
select n, range_agg(r) as there
  from (select n, int8range(min(t), max(t) + 60) as r from minute m join window_ w using (n, day)
         where m.minute >= w.from_ and m.minute < w.until group by n, day, from_, until) x group by 1;

create unlogged table free as
select n, there * windows * int8multirange(int8range(now + 1, least(deadline, upper(windows)))) - absences - company - room
          - (select coalesce(range_agg(int8range(lower(b) - after * 60, upper(b) + before * 60)), '{}') from unnest(busy) b) as free
  from hours join expert using (n) where now + 1 < least(deadline, upper(windows));

create unlogged table start as
select n, t from minute join free using (n) join expert using (n)
 where packed = 0 and minute % align = 0 and free @> int8range(t, t + minutes * 60)
union
select n, t from free join expert using (n), unnest(free) f,
       generate_series((lower(f) + 299) / 300 * 300, upper(f) - minutes * 60, align * 60) t where packed = 1;

create unlogged table bookable as
select e.n, e.round, e.id, t
  from start join expert e using (n), lateral (select to_timestamp(t) at time zone zone as l) x
 where t >= now + notice * 60 and not full_years @> t
   and (select count(*) from unnest(held) h where (to_timestamp(h) at time zone zone)::date = l::date) < per_day
   and (select count(*) from unnest(held) h
         where date_trunc('week', to_timestamp(h) at time zone zone) = date_trunc('week', l)) < per_week
   and (hours = 2147483647 or minutes + (select coalesce(sum(years[i + 1]), 0) from generate_series(1, cardinality(years), 2) i
         where years[i] = extract(year from l)) <= hours * 60::int8);

select round, t, string_agg(id, ',' order by id collate "C") from bookable group by 1, 2 order by 1, 2;
