-- Follow-up until solved: caps of a company, meetings entered afterwards, what the company may do by
-- its link, its rating, the certificate.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2,
    t.expert('l1', '{"fields": [{"field": "legal", "level": 3}]}') as l1, t.company('가나') as c1, t.company('다라') as c2;

-- the company's cap: by the calendar year of the office's clock; 0 is none
create function t.full(company uuid, own uuid default null) returns text language sql as $$
    select string_agg(to_char(lower(y) at time zone 'Asia/Seoul', 'YYYY'), ' ' order by y) from jamund.full_years(company, own) y
$$;
create table t.cap as select t.offer(t.request(c1), e1, '2026-12-31T22:30:00+09:00') as old from t.x;
select is(t.full(c1), null, 'without a cap no year is full') from t.x;
update jamund.office set company_cap_per_year = 1;
select is(t.full(c1), '2026', 'an offer counts, in the year in which it begins') from t.x;
select is(t.full(c1, old), null, 'not against itself') from t.x, t.cap;
select is(t.full(c2), null, 'nor against another company') from t.x;
select is(t.rules(t.refusal(t.request(c1), e2, '2026-03-04T10:00:00+09:00')), 'JM004 company_cap', 'the second of a year is refused') from t.x;
select is((t.refusal(t.request(c1), e2, '2026-03-04T10:00:00+09:00') #>> '{rules,0,hard}')::boolean, false, 'softly') from t.x;
select is(t.refusal(t.request(c1), e2, '2026-03-04T10:00:00+09:00', '센터장 승인'), null, 'a reason overrides it') from t.x;
select is(t.refusal(t.request(c1), e2, '2027-01-01T00:30:00+09:00'), null, 'the next year is another') from t.x;
select is(t.refusal(t.request(c2), e2, '2026-03-04T10:00:00+09:00'), null, 'so is another company') from t.x;
select is(t.problem(format('select api.appointment_move(%L, %L)', t.who('coordinator'), t.args(old,
    '{"start": "2026-12-30T10:00:00+09:00", "reason": "x"}'))), null, 'a move within the year stands not in its own way') from t.cap;
create table t.next as select t.offer(t.request(c1), e2, '2027-01-04T10:00:00+09:00') as id from t.x;
select is(t.full(c1), '2026 2027', 'each year by itself') from t.x;
select is(t.rules(t.problem(format('select api.appointment_move(%L, %L)', t.who('coordinator'), t.args(id,
    '{"start": "2026-03-04T10:00:00+09:00", "reason": "x"}')))), 'JM004 company_cap', 'a move into a full year takes a reason') from t.next;
select t.cancel(old) from t.cap \g /dev/null
select is(t.full(c1), '2027', 'what was cancelled does not count') from t.x;
update jamund.office set company_cap_per_year = 0;

select * from finish();
rollback;
