-- What the ranking weighs: the office's weights, and facts of a request's history and place.

create or replace function jamund.scoring_doc(s jamund.scoring) returns jsonb
language sql immutable as $$ select jsonb_build_object('version', s.version, 'weights', s.weights) $$;

-- The weights that the office has set; the daemon knows the others.
create or replace function api.weights_get(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (200, etag(s.version), null, scoring_doc(s))::api.reply from scoring s
$$;
comment on function api.weights_get(jsonb, jsonb) is 'The weights of the ranking that the office has set.';

-- args: {"body": {"weights": {part: points, …}}}: all of them anew; a part that is not named has its standard weight.
create or replace function api.weights_put(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    s scoring;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into s from scoring for update;
    perform match(call, s.version);
    update scoring set version = version + 1, weights = args #> '{body,weights}' returning * into s;
    r := (200, etag(s.version), null, scoring_doc(s));
    return write_end(call, r, 'scoring', s.id, 'scoring.put', null, s.weights);
end $$;
comment on function api.weights_put(jsonb, jsonb) is 'Sets the weights of the ranking.';

-- Ways between districts: minutes on the road, once for each pair, in either direction.
create or replace function jamund.travel_doc(s jamund.scoring) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('version', s.travel_version, 'ways', coalesce(jsonb_agg(jsonb_build_object(
               'from', w.a, 'to', w.b, 'minutes', w.minutes) order by w.a, w.b) filter (where w.a is not null), '[]'))
      from (select) z left join district_travel w on true
$$;

create or replace function api.travel_get(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (200, etag(s.travel_version), null, travel_doc(s))::api.reply from scoring s
$$;
comment on function api.travel_get(jsonb, jsonb) is 'Minutes on the road between districts.';

create or replace function jamund.travel_errors(ways jsonb) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    with w as (select i - 1 as i, w ->> 'from' as a, w ->> 'to' as b from jsonb_array_elements(ways) with ordinality x (w, i))
    select coalesce(jsonb_agg(bad_field(x.pointer, x.ko, x.en) order by x.pointer), '[]') from (
        select '/ways/' || i || '/' || e.name as pointer, '없는 지역입니다' as ko, 'there is no such district' as en
          from w, lateral (values ('from', a), ('to', b)) e (name, code)
         where not exists (select from districts d where d.code = e.code)
        union all
        select '/ways/' || i, '같은 두 지역이 두 번 있습니다', 'these two districts are there twice'
          from w where exists (select from w o where o.i < w.i and least(o.a, o.b) = least(w.a, w.b)
                                 and greatest(o.a, o.b) = greatest(w.a, w.b))) x
$$;

-- args: {"body": {"ways": [{from, to, minutes}]}}: all of them anew.
create or replace function api.travel_put(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r    api.reply;
    s    scoring;
    ways jsonb := args #> '{body,ways}';
    bad  jsonb := travel_errors(ways);
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into s from scoring for update;
    perform match(call, s.travel_version);
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    delete from district_travel;
    insert into district_travel
    select least(w ->> 'from', w ->> 'to'), greatest(w ->> 'from', w ->> 'to'), (w ->> 'minutes')::int from jsonb_array_elements(ways) w;
    update scoring set travel_version = travel_version + 1 returning * into s;
    r := (200, etag(s.travel_version), null, travel_doc(s));
    return write_end(call, r, 'scoring', s.id, 'travel.put');
end $$;
comment on function api.travel_put(jsonb, jsonb) is 'Sets the minutes on the road between districts.';

-- The district in which people come together; null: they do not, or nobody knows where.
create or replace function jamund.meets_in(mode text, company_district text, center_district text) returns text
language sql immutable as $$
    select case mode when 'visit' then company_district when 'center' then nullif(center_district, '') end
$$;

-- These three in plpgsql, which keeps the plan: planning takes longer than running.
-- Minutes from every district to one; where nobody has said, a quarter of an hour within one, else 40 minutes.
create or replace function jamund.trips_to(place text) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select coalesce(jsonb_agg(jsonb_build_object('from', d.code, 'minutes',
               coalesce(t.minutes, case when d.code = place then 15 else 40 end)) order by d.code), '[]')
      from districts d left join district_travel t on t.a = least(d.code, place) and t.b = greatest(d.code, place)
     where place is not null
); end $$;

-- Who has held a meeting of this case (previous), or of any case of its company (known): the latest ones, as
-- many as ranking reads.
create or replace function jamund.served(case_ uuid, company_ uuid) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select jsonb_build_object('previous', coalesce(jsonb_agg(x.expert_id order by x.expert_id) filter (where x.here), '[]'),
                              'known', coalesce(jsonb_agg(x.expert_id order by x.expert_id), '[]')) from (
        select s.expert_id, bool_or(k.id = case_) as here
          from cases k join requests q on q.case_id = k.id join appointments a on a.request_id = q.id
          join seats s on s.appointment_id = a.id
         where k.company_id = company_ and a.state = 'completed' and s.state = 'accepted'
         group by 1 order by max(lower(a.during)) desc, 1 limit 500) x
); end $$;

-- Who held the last meeting of a case, where its report says that it did not solve it.
create or replace function jamund.left_unsolved(case_ uuid) returns jsonb
language plpgsql stable set search_path = jamund, pg_temp as $$
#variable_conflict use_column
begin return (
    select coalesce(jsonb_agg(s.expert_id order by s.seat), '[]')
      from (select a.id, p.outcome from requests q join appointments a on a.request_id = q.id
              join reports p on p.appointment_id = a.id
             where q.case_id = case_ and a.state = 'completed' order by lower(a.during) desc, a.seq desc limit 1) m
      join seats s on s.appointment_id = m.id and s.state = 'accepted'
     where m.outcome <> 'solved'
); end $$;
