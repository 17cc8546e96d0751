-- What the bench adds to a database with the sample data: experts, companies and open requests enough
-- that no two bookings are in each other's way, and the functions that others would have written.
create schema bench;
set search_path = bench, jamund, public;

-- A registration number with its check digit right.
create function bench.registration(n int) returns text language sql immutable as $$
    select c from generate_series(0, 9) d,
        lateral (select substr(t, 1, 3) || '-' || substr(t, 4, 2) || '-' || substr(t, 6) || d as c
                   from (select lpad(n::text, 9, '0') as t) x) y
     where jamund.registration_ok(c)
$$;

-- Free working days from next week on.
create table bench.days as
select (row_number() over (order by d))::int - 1 as n, d::date as day
  from generate_series(current_date + 7, current_date + 380, interval '1 day') d
 where extract(isodow from d) < 6 and d::date not in (select day from jamund.holidays);
create table bench.experts (n int primary key, expert_id uuid not null, company_id uuid not null, contact_id uuid);
-- One booking: who, when, and the two arguments of api.appointment_add.
create table bench.bookings (n int primary key, request_id uuid, expert_id uuid, start timestamptz, call jsonb, args jsonb);

create procedure bench.add_experts(count int) language plpgsql as $$
declare
    e uuid;
    c uuid;
    t uuid;
begin
    for i in 1 .. count loop
        insert into jamund.experts (email, name, modes, term_from, term_until, cap_per_day, cap_per_week,
            hours_per_year, buffer_before, buffer_after, created_at)
        values ('bench-' || i || '@example.kr', '시험 위원 ' || i, '{visit,center,online,phone}', current_date - 30,
                current_date + 700, 24, 100, 3000, 10, 10, api.clock()) returning id into e;
        insert into jamund.expert_fields values (e, 'tax', 3);
        insert into jamund.availability select e, d, 540, 1080 from generate_series(1, 5) d;
        insert into jamund.companies (registration_number, name, district, address, created_at)
        values (bench.registration(700000000 + i), '시험정밀 ' || i, 'suseong', '예시로 ' || i, api.clock())
        returning id into c;
        insert into jamund.contacts (company_id, name, email, phone, consent_at, created_at)
        values (c, '시험 담당 ' || i, 'bench-contact-' || i || '@example.kr', '010-0000-0000', api.clock(), api.clock())
        returning id into t;
        insert into bench.experts values (i - 1, e, c, t);
    end loop;
end $$;

-- Requests for bookings from .. until - 1, each with a case of its own. of: the number of the expert, and
-- of the company; nth: which of their slots, six a day.
create procedure bench.add_requests(first int, of int[], companies int[], nth int[]) language plpgsql as $$
begin
    create temp table made on commit drop as
    select first + i::int - 1 as n, e.expert_id, c.company_id, c.contact_id, gen_random_uuid() as case_id,
           gen_random_uuid() as request_id,
           (d.day + time '09:00' + x.nth % 6 * interval '90 minutes') at time zone 'Asia/Seoul' as start
      from unnest(of, companies, nth) with ordinality x (of, company, nth, i)
      join bench.experts e on e.n = x.of join bench.experts c on c.n = x.company join bench.days d on d.n = x.nth / 6;
    insert into jamund.cases (id, state, company_id, channel, title, text, triage, created_by, created_at)
    select m.case_id, 'received', m.company_id, 'visit', '부가세 환급', '환급이 늦어집니다.', 'deep', u.id, api.clock()
      from made m, (select id from jamund.users where role = 'field' order by seq limit 1) u;
    update jamund.cases set state = 'triaged' where id in (select case_id from made);
    update jamund.cases set state = 'in_consultation' where id in (select case_id from made);
    insert into jamund.requests (id, case_id, mode, minutes, windows, contact_id, owner_id, created_by, created_at, opened_at)
    select m.request_id, m.case_id, 'online', 60, tstzmultirange(tstzrange(api.clock(), api.clock() + interval '390 days')),
           m.contact_id, o.id, u.id, api.clock(), api.clock()
      from made m, (select id from jamund.users where role = 'field' order by seq limit 1) u,
           (select id from jamund.users where role = 'coordinator' order by seq limit 1) o;
    insert into jamund.request_seats select request_id, 1, 'tax', 2 from made;
    insert into bench.bookings
    select m.n, m.request_id, m.expert_id, m.start,
           jsonb_build_object('actor', o.id, 'actor_kind', 'user', 'role', o.role, 'via', 'api',
                              'key', gen_random_uuid(), 'hash', md5(m.n::text)),
           jsonb_build_object('body', jsonb_build_object('request_id', m.request_id, 'expert_id', m.expert_id,
                                                         'start', m.start))
      from made m, (select id, role from jamund.users where role = 'coordinator' order by seq limit 1) o;
    drop table made;
end $$;

-- Time taken as it is often written first, insert and catch the violation, and by our hold(); all else
-- is the same.
create function bench.take(slot int, caller int, plain boolean) returns boolean language plpgsql as $$
declare
    b bench.bookings;
    a uuid;
    t tstzrange;
begin
    select * into b from bench.bookings where n = slot + caller;
    t := tstzrange(b.start, b.start + interval '1 hour');
    insert into jamund.appointments (request_id, company_id, uid, during, zone, created_at)
    select q.id, k.company_id, gen_random_uuid(), t, 'Asia/Seoul', api.clock()
      from jamund.requests q join jamund.cases k on k.id = q.case_id where q.id = b.request_id returning id into a;
    if plain then
        insert into jamund.holds values (b.expert_id, 'expert', t, a);
    else
        perform jamund.hold(b.expert_id, 'expert', t, a);
    end if;
    return true;
exception when exclusion_violation then
    return false;
end $$;

-- The single row that a SELECT reads.
create table bench.one as select (row_number() over (order by seq))::int as n, * from jamund.experts;
alter table bench.one add primary key (n);
analyze;
