-- Visits of the field team to a company. A request may ask for an expert who joins one: its meeting is at
-- the visit's start and goes where the visit goes.

create or replace function jamund.visit_doc(v jamund.visits) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', v.id, 'version', v.version, 'company_id', v.company_id,
        'start', iso(lower(v.during), o.zone), 'minutes', (extract(epoch from upper(v.during) - lower(v.during)) / 60)::int,
        'note', v.note, 'leader_id', v.leader_id, 'created_at', iso(v.created_at),
        'request_ids', (select coalesce(jsonb_agg(id order by seq), '[]') from requests where visit_id = v.id)) from office o
$$;

create or replace function api.visit_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare v visits;
begin
    select * into v from visits where id = (args ->> 'id')::uuid;
    if not found then perform missing('visit'); end if;
    return (200, etag(v.version), null, visit_doc(v))::api.reply;
end $$;
comment on function api.visit_get(jsonb, jsonb) is 'One visit, and the requests that accompany it.';

create or replace function api.visit_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(visit_doc(v) order by v.seq desc), array_agg(v.seq order by v.seq desc), page_size(args))).*
      from (select v.* from visits v where v.seq < page_after(args)
               and (args ->> 'company_id' is null or v.company_id = (args ->> 'company_id')::uuid)
             order by v.seq desc limit page_size(args) + 1) v
$$;
comment on function api.visit_list(jsonb, jsonb) is 'Visits, newest first, by page; company filter.';

-- args: {"body": {company_id, start, minutes, leader_id, note}}
create or replace function api.visit_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    v visits;
    start timestamptz := date_trunc('second', (b ->> 'start')::timestamptz); -- ranking knows no others
    leader uuid := coalesce((b ->> 'leader_id')::uuid, (call ->> 'actor')::uuid);
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    if not exists (select from companies where id = (b ->> 'company_id')::uuid) then
        perform fail_field('/company_id', '없는 기업입니다', 'there is no such company');
    elsif not exists (select from users where id = leader and active) then
        perform fail_field('/leader_id', '없는 사용자입니다', 'there is no such user');
    elsif start <= api.clock() then
        perform fail_field('/start', '이미 지난 시각입니다', 'the start is over already');
    end if;
    insert into visits (company_id, during, note, leader_id, created_at)
    values ((b ->> 'company_id')::uuid, tstzrange(start, start + make_interval(mins => (b ->> 'minutes')::int)), coalesce(b ->> 'note', ''),
            leader, api.clock()) returning * into v;
    r := (201, etag(v.version), '/v1/visits/' || v.id, visit_doc(v));
    return write_end(call, r, 'visit', v.id, 'visit.add');
end $$;
comment on function api.visit_add(jsonb, jsonb) is 'A visit that the field team will make.';

-- Another time for a visit: its requests go along, and so do the meetings that stand, each by the same rules
-- and to the same people as any move; where one cannot, nothing moves. args: {"id", "body": {start, reason}}
create or replace function api.visit_move(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    start timestamptz := date_trunc('second', (b ->> 'start')::timestamptz); -- ranking knows no others
    v visits;
    a appointments;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    perform from requests where visit_id = (args ->> 'id')::uuid order by id for update;
    select * into v from visits where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('visit'); end if;
    perform match(call, v.version);
    if lower(v.during) <= api.clock() then
        perform fail('JM002', 'the visit has begun');
    elsif start <= api.clock() then
        perform fail_field('/start', '이미 지난 시각입니다', 'the start is over already');
    end if;
    update visits set during = tstzrange(start, start + (upper(during) - lower(during))), version = version + 1
     where id = v.id returning * into v;
    update requests q set windows = visit_window(v, q.minutes), version = q.version + 1
     where q.visit_id = v.id and q.state not in ('done', 'withdrawn');
    perform lock_company(q) from requests q where q.visit_id = v.id;
    perform lock_experts(array(select s.expert_id from seats s join appointments x on x.id = s.appointment_id
                                 join requests q on q.id = x.request_id where q.visit_id = v.id and x.state in ('tentative', 'confirmed')));
    for a in select x.* from appointments x join requests q on q.id = x.request_id
              where q.visit_id = v.id and x.state in ('tentative', 'confirmed') order by x.id for update of x loop
        perform move_meeting(a, tstzrange(start, start + (upper(a.during) - lower(a.during))), null);
        perform settle(a.id, b ->> 'reason');
        perform log_change(call, 'appointment', a.id, 'appointment.move', b ->> 'reason', jsonb_build_object('visit', v.id));
    end loop;
    r := (200, etag(v.version), null, visit_doc(v));
    return write_end(call, r, 'visit', v.id, 'visit.move', b ->> 'reason', jsonb_build_object('start', iso(start)));
end $$;
comment on function api.visit_move(jsonb, jsonb) is 'Another time for a visit; requests and meetings that accompany it go along.';

create or replace function jamund.visit_window(v jamund.visits, minutes int) returns tstzmultirange
language sql immutable as $$
    select tstzmultirange(tstzrange(lower(v.during), lower(v.during) + make_interval(mins => minutes)))
$$;
