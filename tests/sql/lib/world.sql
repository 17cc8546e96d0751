-- A small made-up world for the tests of this folder: \ir lib/world.sql after `begin;`. All goes
-- through the functions of api; the clock stands on a Monday morning in Korea until t.at() moves it.
\set QUIET 1
set client_min_messages = warning;
set local timezone = 'UTC';
create schema t;
set local search_path = public, t;

create function t.at(text) returns void language sql as $$
    select set_config('jamund.now', $1, true)
$$;
select t.at('2026-03-02 09:00+09') \g /dev/null

create function t.secret(text) returns text language sql as $$
    select encode(sha256(convert_to($1, 'UTF8')), 'hex')
$$;
create function t.id(r api.reply) returns uuid language sql as $$ select (r.body ->> 'id')::uuid $$;

update jamund.office set settle_seconds = 0; -- messages leave at once, unless a test says otherwise

-- Who calls: t.who('coordinator'), with members of the call added or replaced.
create table t.users (role text primary key, id uuid);
insert into t.users
select role, t.id(api.user_add('{"actor_kind": "cli", "via": "cli"}', jsonb_build_object('name', '담당-' || role,
       'email', role || '@example.kr', 'phone', '053-000-0000', 'role', role)))
  from unnest(array['admin', 'manager', 'coordinator', 'field']) role;
create function t.who(role_ text, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('actor', id, 'actor_kind', 'user', 'role', role, 'via', 'api') || more
      from t.users where role = role_
$$;
create function t.args(id uuid, body jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('id', id, 'body', body)
$$;

-- What a statement fails with: {"sqlstate", "message", ...members of its detail}; null when it does not.
create function t.problem(statement text) returns jsonb language plpgsql as $$
declare
    state_ text;
    message_ text;
    detail_ text;
begin
    execute statement;
    return null;
exception when others then
    get stacked diagnostics state_ = returned_sqlstate, message_ = message_text, detail_ = pg_exception_detail;
    return jsonb_build_object('sqlstate', state_, 'message', message_)
        || case when detail_ like '{%' then detail_::jsonb else '{}' end;
end $$;
create function t.pointers(problem jsonb) returns text language sql as $$
    select problem ->> 'sqlstate' || ' ' || string_agg(e ->> 'pointer', ' ' order by e ->> 'pointer')
      from jsonb_array_elements(problem -> 'errors') e
$$;
create function t.rules(problem jsonb) returns text language sql as $$
    select problem ->> 'sqlstate' || ' ' || string_agg(r ->> 'rule', ' ' order by r ->> 'rule')
      from jsonb_array_elements(problem -> 'rules') r
$$;

-- A valid registration number for any n below 10^9.
create function t.number(n int) returns text language sql as $$
    select substr(d, 1, 3) || '-' || substr(d, 4, 2) || '-' || substr(d, 6, 4) || check_
      from (select d, (10 - (substr(d, 1, 1)::int + substr(d, 2, 1)::int * 3 + substr(d, 3, 1)::int * 7
                   + substr(d, 4, 1)::int + substr(d, 5, 1)::int * 3 + substr(d, 6, 1)::int * 7
                   + substr(d, 7, 1)::int + substr(d, 8, 1)::int * 3 + substr(d, 9, 1)::int * 5
                   + substr(d, 9, 1)::int * 5 / 10) % 10) % 10 as check_
              from lpad(n::text, 9, '0') d) x
$$;

-- An expert of tax who may do nearly everything; `more` replaces members of the body.
create function t.expert_body(email text, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('email', email, 'name', '세무 ' || split_part(email, '@', 1),
        'affiliation', '', 'phone', '010-0000-0000', 'topics', '[]'::jsonb,
        'fields', '[{"field": "tax", "level": 2}]'::jsonb, 'districts', '["suseong"]'::jsonb,
        'modes', '["visit", "center", "online", "phone"]'::jsonb, 'languages', '["ko"]'::jsonb,
        'term', '{"from": "2026-01-01", "until": "2027-12-31"}'::jsonb,
        'caps', '{"per_day": 8, "per_week": 40, "hours_per_year": 1000}'::jsonb,
        'buffers', '{"before": 10, "after": 20}'::jsonb, 'notice_hours', 0, 'zone', 'Asia/Seoul',
        'availability', (select jsonb_agg(jsonb_build_object('weekday', d, 'from', '00:00', 'until', '24:00'))
            from unnest(array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']) d),
        'conflicts', '{"companies": [], "affiliations": [], "ended": []}'::jsonb) || more
$$;
create function t.expert(name text, more jsonb default '{}') returns uuid language sql as $$
    select t.id(api.expert_add(t.who('manager'),
        jsonb_build_object('body', t.expert_body(name || '@example.kr', more))))
$$;

create sequence t.companies;
create function t.company_body(name text, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('registration_number', t.number(100000000 + nextval('t.companies')::int),
        'name', name, 'district', 'suseong', 'address', '수성구 ' || name || '길 1', 'industry', '제조',
        'contacts', jsonb_build_array(jsonb_build_object('name', name || ' 담당자', 'consent', true,
            'email', 'contact-' || currval('t.companies') || '@example.kr', 'phone', '010-1111-1111'))) || more
$$;
create function t.company(name text, more jsonb default '{}') returns uuid language sql as $$
    select t.id(api.company_add(t.who('field'), jsonb_build_object('body', t.company_body(name, more))))
$$;
create function t.contact(company uuid) returns uuid language sql as $$
    select id from jamund.contacts where company_id = company order by seq limit 1
$$;
create function t.room(name text, turnaround int default 0) returns uuid language sql as $$
    select t.id(api.place_add(t.who('manager'), jsonb_build_object('body',
        jsonb_build_object('ko', name, 'en', name, 'turnaround', turnaround))))
$$;

create function t.kase(company uuid, more jsonb default '{}') returns uuid language sql as $$
    select t.id(api.case_add(t.who('field'), jsonb_build_object('body', jsonb_build_object(
        'company_id', company, 'channel', 'visit', 'title', '부가세 환급', 'text', '환급이 늦습니다',
        'triage', 'deep') || more)))
$$;
create function t.request_body(kase uuid, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_build_object('case_id', kase, 'mode', 'visit', 'minutes', 60,
        'seats', '[{"field": "tax", "min_level": 2}]'::jsonb, 'urgency', 'normal',
        'windows', '[{"from": "2026-03-02T00:00:00+09:00", "until": "2027-12-31T00:00:00+09:00"}]'::jsonb,
        'languages', '["ko"]'::jsonb, 'topics', '[]'::jsonb, 'excluded_expert_ids', '[]'::jsonb,
        'contact_id', (select t.contact(company_id) from jamund.cases where id = kase)) || more
$$;
-- A request on a case of its own.
create function t.request(company uuid, more jsonb default '{}') returns uuid language sql as $$
    select t.id(api.request_add(t.who('field'), jsonb_build_object('body', t.request_body(t.kase(company), more))))
$$;

-- An offer.
create function t.offer_args(request uuid, expert uuid, start text, reason text default null) returns jsonb
language sql as $$
    select jsonb_build_object('body', jsonb_build_object('request_id', request, 'expert_id', expert,
        'start', start, 'override_reason', reason))
$$;
create function t.offer(request uuid, expert uuid, start text, reason text default null) returns uuid
language sql as $$
    select t.id(api.appointment_add(t.who('coordinator'), t.offer_args(request, expert, start, reason)))
$$;
-- Why an offer is refused, without making it; null when it would be made.
create function t.refusal(request uuid, expert uuid, start text, reason text default null) returns jsonb
language plpgsql as $$
declare p jsonb;
begin
    p := t.problem(format('select t.offer(%L, %L, %L, %L)', request, expert, start, reason));
    raise exception using errcode = 'TT000', message = coalesce(p::text, '');
exception when sqlstate 'TT000' then
    return nullif(sqlerrm, '')::jsonb;
end $$;
create function t.seat(appointment uuid) returns uuid language sql as $$
    select id from jamund.seats where appointment_id = appointment
$$;
create function t.accept(appointment uuid) returns api.reply language sql as $$
    select api.seat_accept(t.who('coordinator'), t.args(t.seat(appointment), '{"via": "phone"}'))
$$;
create function t.decline(appointment uuid, reason text default '출장') returns api.reply language sql as $$
    select api.seat_decline(t.who('coordinator'),
        t.args(t.seat(appointment), jsonb_build_object('via', 'phone', 'reason', reason)))
$$;
create function t.cancel(appointment uuid, reason text default '사정') returns api.reply language sql as $$
    select api.appointment_cancel(t.who('coordinator'),
        t.args(appointment, jsonb_build_object('reason', reason)))
$$;
-- Claims everything due and lets the mail server take it.
create function t.deliver() returns void language plpgsql as $$
begin
    loop -- one round takes one message of each appointment and person
        perform api.outbox_sent(id, 'w', repeat('0', 64)) from api.outbox_claim('w', 1000, 60);
        exit when not found;
    end loop;
end $$;
-- The messages of an appointment in the order they were written: kind/viewer/state.
create function t.mails(appointment uuid) returns text language sql as $$
    select string_agg(concat_ws('/', kind, viewer, state), ' ' order by seq)
      from jamund.messages where appointment_id = appointment
$$;
create function t.states(appointment uuid) returns text language sql as $$
    select concat_ws(' ', q.state, a.state, s.state)
      from jamund.appointments a join jamund.requests q on q.id = a.request_id
      join jamund.seats s on s.appointment_id = a.id where a.id = appointment
$$;
-- What a link's page sends.
create function t.form(answer text, revision int, reason text default null, more jsonb default '{}') returns jsonb language sql as $$
    select jsonb_strip_nulls(jsonb_build_object('answer', answer, 'revision', revision, 'reason', reason)) || more
$$;
