-- Desk duty (당번): who serves walk-ins, when. Days and hours are the office's clock.

create or replace function jamund.duty_doc(d jamund.duties) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', d.id, 'version', d.version,
        'expert', (select jsonb_build_object('id', e.id, 'name', e.name) from experts e where e.id = d.expert_id),
        'date', (lower(d.during) at time zone o.zone)::date, 'start', iso(lower(d.during), o.zone),
        'end', iso(upper(d.during), o.zone), 'place_id', d.place_id, 'note', d.note, 'created_by', d.created_by,
        'created_at', iso(d.created_at), 'removed_at', iso(d.removed_at)) from office o
$$;

create or replace function jamund.duty_free(expert uuid, during_ tstzrange, pointer text, variadic but uuid[] default '{}') returns void
language plpgsql set search_path = jamund, pg_temp as $$
begin
    if exists (select from duties d where d.expert_id = expert and d.removed_at is null and d.during && during_ and d.id <> all (array_remove(but, null))) then
        perform fail_field(pointer, '그 시간에 이미 당번입니다', 'has desk duty at that time already');
    elsif not exists (select from experts e where e.id = expert and (lower(during_) at time zone e.zone)::date >= e.term_from
              and (upper(during_) at time zone e.zone - interval '1 second')::date <= e.term_until) then
        perform fail_field(pointer, '위촉 기간이 아닙니다', 'outside the term of office');
    end if;
end $$;

-- The rota of some days, today and the two months after it where none are named. args: {"from", "until", "expert_id"}
create or replace function api.duty_list(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare
    o office;
    first date;
    last date;
    found_ jsonb;
begin
    select * into o from office;
    first := coalesce((args ->> 'from')::date, (api.clock() at time zone o.zone)::date);
    last := coalesce((args ->> 'until')::date, first + 62);
    if last not between first and first + 400 then
        perform fail_field('/until', '시작일부터 400일 안이어야 합니다', 'must be within 400 days from the first');
    end if;
    select jsonb_agg(duty_doc(d) order by d.during, d.seq) into found_ from (
        select * from duties where removed_at is null and (args ->> 'expert_id' is null or expert_id = (args ->> 'expert_id')::uuid)
           and during && tstzrange(utc_of(first, o.zone, false), utc_of(last + 1, o.zone, true)) limit 1001) d;
    if jsonb_array_length(found_) > 1000 then
        perform fail_field('/until', '당번이 1000개가 넘습니다. 기간을 줄여 주세요', 'these are more than 1000 duties; name fewer days');
    end if;
    return (200, null, null, jsonb_build_object('items', coalesce(found_, '[]'), 'next_cursor', null))::api.reply;
end $$;
comment on function api.duty_list(jsonb, jsonb) is 'The rota of desk duty, by time.';

create or replace function api.duty_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare d duties;
begin
    select * into d from duties where id = (args ->> 'id')::uuid;
    if not found then perform missing('duty'); end if;
    return (200, etag(d.version), null, duty_doc(d))::api.reply;
end $$;
comment on function api.duty_get(jsonb, jsonb) is 'One desk duty.';

-- args: {"body": {expert_id, date, from, until, place_id, note}}
create or replace function api.duty_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    d duties;
    day timestamp := (b ->> 'date')::timestamp;
    at tstzrange;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select tstzrange(utc_of(day + make_interval(mins => minute_of(b ->> 'from')), zone, false),
                     utc_of(day + make_interval(mins => minute_of(b ->> 'until')), zone, true)) into at from office;
    perform lock_experts(array[(b ->> 'expert_id')::uuid]);
    if not exists (select from experts where id = (b ->> 'expert_id')::uuid) then
        perform fail_field('/expert_id', '없는 자문위원입니다', 'there is no such expert');
    elsif b ->> 'place_id' is not null and not exists (select from places where id = (b ->> 'place_id')::uuid) then
        perform fail_field('/place_id', '없는 회의실입니다', 'there is no such room');
    elsif upper(at) <= api.clock() then
        perform fail_field('/date', '이미 지난 시각입니다', 'it is over already');
    end if;
    perform duty_free((b ->> 'expert_id')::uuid, at, '/date');
    insert into duties (expert_id, during, place_id, note, created_by, created_at)
    values ((b ->> 'expert_id')::uuid, at, (b ->> 'place_id')::uuid, coalesce(b ->> 'note', ''), (call ->> 'actor')::uuid, api.clock())
    returning * into d;
    perform expert_changed(d.expert_id);
    r := (201, etag(d.version), '/v1/duties/' || d.id, duty_doc(d) || jsonb_build_object('collisions', collisions_doc(d.expert_id)));
    return write_end(call, r, 'expert', d.expert_id, 'duty.add', null, jsonb_build_object('duty', d.id, 'start', iso(lower(at)), 'end', iso(upper(at))));
end $$;
comment on function api.duty_add(jsonb, jsonb) is 'An expert has desk duty; tells what stands in its way.';

-- Locks a duty that is not over, and its expert and others first, in the order of the house.
create or replace function jamund.lock_duty(wanted uuid, call jsonb, variadic experts_ uuid[] default '{}') returns jamund.duties
language plpgsql set search_path = jamund, pg_temp as $$
declare
    d duties;
    expert uuid;
begin
    select expert_id into expert from duties where id = wanted;
    perform lock_experts(array_append(experts_, expert));
    select * into d from duties where id = wanted for update;
    if not found then perform missing('duty'); end if;
    perform match(call, d.version);
    if d.removed_at is not null or upper(d.during) <= api.clock() or d.expert_id <> expert then
        perform fail('JM002', case when d.removed_at is not null then 'the duty is removed'
                                   when d.expert_id <> expert then 'the duty has changed hands' else 'the duty is over' end);
    end if;
    return d;
end $$;

-- args: {"id"}
create or replace function api.duty_remove(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    d duties;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    d := lock_duty((args ->> 'id')::uuid, call);
    update duties set removed_at = api.clock(), version = version + 1 where id = d.id returning * into d;
    perform expert_changed(d.expert_id);
    r := (200, etag(d.version), null, duty_doc(d) || jsonb_build_object('collisions', collisions_doc(d.expert_id)));
    return write_end(call, r, 'expert', d.expert_id, 'duty.remove', null, jsonb_build_object('duty', d.id));
end $$;
comment on function api.duty_remove(jsonb, jsonb) is 'Nobody has this duty any more; walk-ins booked in it are told as collisions.';

-- Hands a duty to another expert, or changes it with one of theirs. What is booked stays with whom it is
-- booked, and is told as a collision. args: {"id", "body": {expert_id | duty_id, reason}}
create or replace function api.duty_swap(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    b jsonb := args -> 'body';
    d duties;
    other duties;
    taker uuid := (b ->> 'expert_id')::uuid;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    if (b ->> 'expert_id' is null) = (b ->> 'duty_id' is null) then
        perform fail_field('/expert_id', '자문위원이나 당번 가운데 하나를 지정해 주세요', 'name expert_id or duty_id');
    end if;
    if b ->> 'duty_id' is not null then
        select expert_id into taker from duties where id = (b ->> 'duty_id')::uuid;
    end if;
    if not exists (select from experts where id = taker) then
        perform fail_field(case when b ? 'duty_id' then '/duty_id' else '/expert_id' end, '없는 자문위원이나 당번입니다', 'there is none such');
    end if;
    d := lock_duty((args ->> 'id')::uuid, call, taker);
    if taker = d.expert_id then
        perform fail_field(case when b ? 'duty_id' then '/duty_id' else '/expert_id' end, '이미 이 자문위원의 당번입니다', 'this expert has it already');
    elsif b ->> 'duty_id' is not null then
        other := lock_duty((b ->> 'duty_id')::uuid, '{}', taker);
        if other.expert_id <> taker then
            perform fail('JM002', 'the other duty has changed hands');
        end if;
        perform duty_free(d.expert_id, other.during, '/duty_id', d.id, other.id);
    end if;
    perform duty_free(taker, d.during, case when b ? 'duty_id' then '/duty_id' else '/expert_id' end, d.id, other.id);
    update duties x set version = version + 1, expert_id = case x.id when d.id then taker else d.expert_id end where x.id in (d.id, other.id);
    perform expert_changed(d.expert_id), expert_changed(taker);
    perform log_change(call, 'expert', d.expert_id, 'duty.swap', b ->> 'reason', jsonb_build_object('duty', d.id, 'to', taker, 'for', other.id));
    r.body := collisions_doc(d.expert_id) || collisions_doc(taker);
    select * into d from duties where id = d.id;
    r := (200, etag(d.version), null, duty_doc(d) || jsonb_build_object('collisions', r.body));
    return write_end(call, r, 'expert', taker, 'duty.swap', b ->> 'reason', jsonb_build_object('duty', d.id));
end $$;
comment on function api.duty_swap(jsonb, jsonb) is 'A duty changes hands, or two duties do.';
