-- What the daemons keep of the experts: read in pieces, then only whom the change log reached.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.expert('e3') as e3, t.company('c1') as c1, t.company('c2') as c2;
create table t.ids as select id, row_number() over (order by id) as n from jamund.experts;
create function t.newest() returns bigint language sql as $$ select max(version) from jamund.change_log $$;
-- A look from a version on, as one who was told its mark.
create function t.look(after bigint, n int default 500, requests uuid[] default '{}') returns jsonb language sql as $$
    select api.panel_look(after, jamund.log_mark(after), n, requests)
$$;
create function t.reached(look jsonb) returns text language sql as $$
    select coalesce(string_agg(x, ',' order by x), '') from (
        select case (r #>> '{}')::uuid when e1 then 'e1' when e2 then 'e2' when e3 then 'e3' end as x
          from t.x, jsonb_array_elements(look -> 'reached') r) y
$$;

-- loading
create table t.piece as select api.panel_load(null, 2) as p;
select is(array(select e ->> 'id' from t.piece, jsonb_array_elements(p -> 'experts') e), array(select id::text from t.ids where n <= 2 order by n), 'a piece has so many, by id');
select is(p - 'experts', jsonb_build_object('version', t.newest(), 'mark', jamund.log_mark(t.newest()), 'day', '2026-03-02'), 'with where the log was, and the day') from t.piece;
select is(array(select e ->> 'id' from jsonb_array_elements(api.panel_load((select id from t.ids where n = 2), 2) -> 'experts') e), array(select id::text from t.ids where n = 3), 'the next one goes on');
select is(api.panel_load((select id from t.ids where n = 3), 2) -> 'experts', '[]', 'and then there is nobody');
select is(array(select jamund.expert_facts(jamund.panel_span('2026-03-02'), array[id]) -> 0 from t.ids order by n), array(select e from jsonb_array_elements(api.panel_load(null, 9) -> 'experts') e), 'one by one they are as all at once');

-- nothing new
select is(t.look(t.newest()) - 'office', jsonb_build_object('anew', false, 'version', t.newest(), 'newest', t.newest(), 'mark', jamund.log_mark(t.newest()),
    'day', '2026-03-02', 'reached', '[]'::jsonb, 'experts', '[]'::jsonb, 'requests', '[]'::jsonb), 'nothing is new');
select is((t.look(t.newest()) -> 'office') - 'weights' - 'codes', '{"now": 1772409600, "zone": "Asia/Seoul", "holidays": [], "align_minutes": 30, "rest_minutes": 0, "rest_night_minutes": 0}'::jsonb || jsonb_build_object('version', t.newest()), 'what the office says comes each time');

-- whom a change reaches
create table t.from_ as select t.newest() as v;
create function t.since() returns text language sql as $$
    with l as materialized (select t.look(v) as l from t.from_) select t.reached(l) from l
$$;
create function t.step() returns void language sql as $$ update t.from_ set v = t.newest() $$;
create table t.r as select t.request(c1) as q1, t.request(c2) as q2 from t.x;
select is(t.since(), '', 'a request reaches nobody');
create table t.a as select t.offer(q1, e1, '2026-03-03T10:00:00+09:00') as a1 from t.x, t.r;
select is(t.since(), 'e1', 'an offer whom it asks');
select is(t.look(v) #> '{experts,0,appointments}', '[[1772499600, 1772503200]]', 'who is read as of now') from t.from_;
select t.step() \g /dev/null
select t.offer(q2, e2, '2026-03-04T10:00:00+09:00') from t.x, t.r \g /dev/null
select api.request_withdraw(t.who('coordinator'), t.args(q1, '{"reason": "끝"}')) from t.r \g /dev/null
select is(t.since(), 'e1,e2', 'several changes reach together, a request that ends those of its meeting');
select t.step() \g /dev/null
select api.absence_add(t.who('coordinator'), t.args(e3, '{"from": "2026-03-05T00:00:00+09:00", "until": "2026-03-06T00:00:00+09:00"}')) from t.x \g /dev/null
select is(t.since(), 'e3', 'an absence its expert');
select t.step() \g /dev/null
select jamund.log_change('{"actor_kind": "system", "via": "system"}', 'company', c2, 'company.put') from t.x \g /dev/null
select is(t.since(), 'e2', 'a company those with a meeting there');
select jamund.log_change('{"actor_kind": "system", "via": "system"}', 'company', c1, 'company.put') from t.x \g /dev/null
select is(t.since(), 'e1,e2', 'or who had one');
select is((select string_agg(entity, ' ' order by entity) from (select entity from jamund.change_audience where entity not in ('office', 'holiday') except select entity from jamund.change_reach) x), null,
    'of each entity it is said whom it reaches, but of those that reach everybody');
select jamund.log_change('{"actor_kind": "system", "via": "system"}', 'unheard_of', gen_random_uuid(), 'unheard_of.add') \g /dev/null
select is(t.look(v), '{"anew": true}', 'one of which it is not said reaches everybody') from t.from_;
select t.step() \g /dev/null

-- page by page
select t.expert('later-' || i) from generate_series(1, 3) i \g /dev/null
create table t.page as select t.look(v, 2, array[q1]) as l from t.from_, t.r;
select is(l - 'office' - 'experts' - 'reached' - 'mark', jsonb_build_object('anew', false, 'day', '2026-03-02', 'version', v + 2, 'newest', t.newest(), 'requests', null), 'a page ends where it is full, and answers nothing yet') from t.page, t.from_;
select is(jsonb_array_length(l -> 'experts'), 2, 'with whom it reached') from t.page;
select is(jsonb_array_length(api.panel_look((l ->> 'version')::bigint, l ->> 'mark', 2, '{}') -> 'experts'), 1, 'the next goes on from its mark') from t.page;
select t.step() \g /dev/null

-- requests
select is(array(select r #>> '{request,id}' from jsonb_array_elements(t.look(t.newest(), 500, array[q2, null, q1, q2]) -> 'requests') r), array[q2, null, q1, q2]::text[], 'requests come in their order, a null for what there is not') from t.r;
select is(t.look(t.newest(), 500, array[q2]) #> '{requests,0}', api.request_panel(q2) - 'experts', 'each with all that ranking needs besides the experts') from t.r;

-- another log
select is(api.panel_look(v, jamund.log_mark(v) || 'x', 500, '{}'), '{"anew": true}', 'a row that is another one is in another log') from t.from_;
select is(api.panel_look(v + 1000, 'x', 500, '{}'), '{"anew": true}', 'so is one that there is not') from t.from_;
select is(t.look(0) ->> 'anew', 'true', 'from the beginning on, all that nobody heard of counts, too');
delete from jamund.availability where expert_id = (select e3 from t.x);
select is((api.panel_look(v, jamund.log_mark(v), 500, '{}')) -> 'reached', '[]', 'what nobody logs reaches nobody') from t.from_;

-- another day
select t.at('2026-03-03 08:59+09') \g /dev/null
select is(t.look(t.newest()) ->> 'day', '2026-03-02', 'a day is one of UTC');
select t.at('2026-03-03 09:00+09') \g /dev/null
select is(t.look(t.newest()) ->> 'day', '2026-03-03', 'and turns');
select is(jamund.panel_span('2026-03-02'), tstzrange('2026-02-18 00:00+00', '2027-04-20 00:00+00'), 'facts reach a little beyond what ranking looks at');

-- the office's settings
set local session authorization jamund_owner;
select api.office_set('{"align_minutes": 20}') \g /dev/null
reset session authorization;
select is((select kind from jamund.change_log order by version desc limit 1), 'office.set', 'another setting is in the log');
select is(t.look(v), '{"anew": true}', 'and reaches everybody') from t.from_;
select t.step() \g /dev/null
set local session authorization jamund_owner;
select api.office_set('{"align_minutes": 20}') \g /dev/null
reset session authorization;
select is(v, t.newest(), 'the same again is no change') from t.from_;

select * from finish();
rollback;
