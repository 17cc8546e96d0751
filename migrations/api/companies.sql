-- Companies, their contacts, rooms.
create or replace function jamund.company_body(c jamund.companies) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('registration_number', c.registration_number, 'name', c.name,
        'district', c.district, 'address', c.address, 'industry', c.industry,
        'affiliation', c.affiliation)
$$;
create or replace function jamund.contact_doc(k jamund.contacts, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select mask(viewer, 'contact', jsonb_build_object('name', k.name, 'email', k.email,
        'phone', k.phone) || bounce_mark(k.email)) || jsonb_build_object('id', k.id, 'consent', k.consent_at is not null)
$$;
create or replace function jamund.company_doc(c jamund.companies, viewer text) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select company_body(c) || jsonb_build_object('id', c.id, 'version', c.version,
        'created_at', iso(c.created_at),
        'contacts', (select coalesce(jsonb_agg(contact_doc(k, viewer) order by k.seq), '[]')
                       from contacts k where k.company_id = c.id))
$$;

create or replace function jamund.company_errors(b jsonb) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(bad_field(x.pointer, x.ko, x.en) order by x.pointer), '[]') from (
        select '/district' as pointer, '없는 지역입니다: ' || (b ->> 'district') as ko,
               'unknown district: ' || (b ->> 'district') as en
         where code_of('district', b ->> 'district') is null
        union all
        select '/registration_number', '사업자등록번호의 검증값이 맞지 않습니다',
               'the checksum of the registration number is wrong'
         where not registration_ok(b ->> 'registration_number')) x
$$;

create or replace function jamund.contact_store(company uuid, k jsonb) returns uuid
language plpgsql set search_path = jamund, pg_temp as $$
declare id_ uuid;
begin
    select id into id_ from contacts where company_id = company
       and ((k ->> 'email' <> '' and lower(email) = lower(k ->> 'email'))
            or (coalesce(k ->> 'email', '') = '' and email = '' and name = k ->> 'name'));
    if found then
        update contacts set name = k ->> 'name', phone = coalesce(k ->> 'phone', ''),
            consent_at = case when (k ->> 'consent')::boolean then coalesce(consent_at, api.clock()) end
         where id = id_;
        return id_;
    end if;
    insert into contacts (company_id, name, email, phone, consent_at, created_at)
    values (company, k ->> 'name', coalesce(k ->> 'email', ''), coalesce(k ->> 'phone', ''),
            case when (k ->> 'consent')::boolean then api.clock() end, api.clock())
    returning id into id_;
    return id_;
end $$;

-- New companies are inserted, known ones (by registration number) updated.
create or replace function jamund.company_store(b jsonb) returns uuid
language plpgsql set search_path = jamund, pg_temp as $$
declare
    id_ uuid;
    k   jsonb;
begin
    insert into companies as c (registration_number, name, district, address, industry, affiliation, created_at)
    values (b ->> 'registration_number', b ->> 'name', code_of('district', b ->> 'district'),
            coalesce(b ->> 'address', ''), coalesce(b ->> 'industry', ''),
            coalesce(b ->> 'affiliation', ''), api.clock())
    on conflict (registration_number) do update set name = excluded.name, district = excluded.district,
        address = excluded.address, industry = excluded.industry, affiliation = excluded.affiliation,
        version = c.version + 1
    returning id into id_;
    for k in select * from jsonb_array_elements(coalesce(b -> 'contacts', '[]')) loop
        perform contact_store(id_, k);
    end loop;
    return id_;
end $$;

-- Companies that may be the same: the same name but for its legal form, or a contact in common.
create or replace function jamund.company_likenesses(b jsonb) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name,
                              'registration_number', c.registration_number,
                              'district', c.district) order by c.seq), '[]')
      from (select * from companies x
             where name_key(x.name) = name_key(b ->> 'name')
                or exists (select from contacts k, jsonb_array_elements(coalesce(b -> 'contacts', '[]')) n
                            where k.company_id = x.id and k.email <> ''
                              and lower(k.email) = lower(n ->> 'email'))
             order by seq limit 5) c
$$;

create or replace function api.company_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r    api.reply;
    b    jsonb := args -> 'body';
    c    companies;
    bad  jsonb := company_errors(b);
    like_ jsonb;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    if bad <> '[]' then perform fail('JM422', 'some fields are wrong', jsonb_build_object('errors', bad)); end if;
    select * into c from companies where registration_number = b ->> 'registration_number';
    if found then
        perform fail('23505', 'a company with this registration number is there already',
                     jsonb_build_object('existing', jsonb_build_object('id', c.id, 'name', c.name)));
    end if;
    like_ := company_likenesses(b);
    if like_ <> '[]' and not coalesce((b ->> 'distinct')::boolean, false) then
        perform fail('JM006', 'a company like this is there already; send distinct: true if it is another one',
                     jsonb_build_object('likely', like_));
    end if;
    c.id := company_store(b);
    select * into c from companies where id = c.id;
    if c.version > 1 then -- a rival was first; what we wrote over it is rolled back
        perform fail('23505', 'a company with this registration number is there already',
                     jsonb_build_object('existing', jsonb_build_object('id', c.id)));
    end if;
    r := (201, etag(c.version), '/v1/companies/' || c.id, company_doc(c, call ->> 'role'));
    return write_end(call, r, 'company', c.id, 'company.add');
end $$;
comment on function api.company_add(jsonb, jsonb) is 'A new company; likely duplicates are pointed out.';

create or replace function api.company_get(call jsonb, args jsonb) returns api.reply
language plpgsql stable security definer set search_path = jamund, pg_temp as $$
declare c companies;
begin
    select * into c from companies where id = (args ->> 'id')::uuid;
    if not found then perform missing('company'); end if;
    return (200, etag(c.version), null, company_doc(c, call ->> 'role'))::api.reply;
end $$;
comment on function api.company_get(jsonb, jsonb) is 'One company with its contacts.';

create or replace function api.company_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(company_doc(c, call ->> 'role') order by c.seq desc),
                 array_agg(c.seq order by c.seq desc), page_size(args))).*
      from (select * from companies x
             where x.seq < page_after(args)
               and (args ->> 'q' is null or strpos(name_key(x.name), name_key(args ->> 'q')) > 0
                    or x.registration_number = args ->> 'q')
             order by x.seq desc limit page_size(args) + 1) c
$$;
comment on function api.company_list(jsonb, jsonb) is 'Companies, newest first, by page; name or number filter.';

create or replace function api.contact_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    c companies;
    k contacts;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    select * into c from companies where id = (args ->> 'id')::uuid for update;
    if not found then perform missing('company'); end if;
    k.id := contact_store(c.id, args -> 'body');
    select * into k from contacts where id = k.id;
    update companies set version = version + 1 where id = c.id;
    r := (201, null, null, contact_doc(k, call ->> 'role'));
    return write_end(call, r, 'company', c.id, 'contact.add', null, jsonb_build_object('contact', k.id));
end $$;
comment on function api.contact_add(jsonb, jsonb) is 'A contact of a company, with consent or without.';

create or replace function api.import_companies(call jsonb, rows jsonb, dry boolean) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    bad     jsonb;
    changes jsonb := jsonb '[]';
    item    jsonb;
    old     companies;
    was     jsonb;
    now_    jsonb;
    id_     uuid;
begin
    select coalesce(jsonb_agg(e || jsonb_build_object('line', r -> 'line') order by (r ->> 'line')::int), '[]')
      into bad
      from jsonb_array_elements(rows) r, jsonb_array_elements(company_errors(r -> 'row')) e;
    select bad || coalesce(jsonb_agg(bad_field('/registration_number', '같은 사업자등록번호가 두 번 있습니다',
                  'this registration number stands twice') || jsonb_build_object('line', line)), '[]')
      into bad
      from (select r -> 'line' as line, row_number() over (partition by r #>> '{row,registration_number}'
                   order by (r ->> 'line')::int) as n from jsonb_array_elements(rows) r) d
     where n > 1;
    if bad <> '[]' then
        return (422, null, null, jsonb_build_object('errors', bad))::api.reply;
    end if;
    perform from companies where registration_number in (select r #>> '{row,registration_number}'
                                                          from jsonb_array_elements(rows) r)
     order by id for update; -- in one order, so that imports do not deadlock
    begin
        for item in select * from jsonb_array_elements(rows) loop
            select * into old from companies
             where registration_number = item #>> '{row,registration_number}' for update;
            was := case when found then company_doc(old, 'coordinator') - 'version' end;
            id_ := company_store(item -> 'row');
            select company_doc(c, 'coordinator') - 'version' into now_ from companies c where c.id = id_;
            if was is not distinct from now_ then
                update companies set version = old.version where id = id_;
                continue;
            end if;
            changes := changes || import_change(item, id_, was, now_);
        end loop;
        if dry then
            raise exception using errcode = 'JM100';
        end if;
    exception when sqlstate 'JM100' then
        null;
    end;
    if not dry then perform log_import(call, 'company', changes); end if;
    return (200, null, null, jsonb_build_object('changes', changes,
        'unchanged', jsonb_array_length(rows) - jsonb_array_length(changes)))::api.reply;
end $$;
comment on function api.import_companies(jsonb, jsonb, boolean) is 'Companies at once, or what it would change.';

create or replace function jamund.place_doc(p jamund.places) returns jsonb
language sql stable set search_path = jamund, pg_temp as $$
    select jsonb_build_object('id', p.id, 'version', p.version, 'ko', p.ko, 'en', p.en,
                              'turnaround', p.turnaround, 'created_at', iso(p.created_at))
$$;
create or replace function api.place_add(call jsonb, args jsonb) returns api.reply
language plpgsql security definer set search_path = jamund, pg_temp as $$
declare
    r api.reply;
    p places;
begin
    r := write_begin(call);
    if r.status is not null then return r; end if;
    insert into places (ko, en, turnaround, created_at)
    values (args #>> '{body,ko}', args #>> '{body,en}',
            coalesce((args #>> '{body,turnaround}')::int, 0), api.clock())
    returning * into p;
    r := (201, etag(p.version), null, place_doc(p));
    return write_end(call, r, 'place', p.id, 'place.add');
end $$;
comment on function api.place_add(jsonb, jsonb) is 'A room of the centre.';

create or replace function api.place_list(call jsonb, args jsonb) returns api.reply
language sql stable security definer set search_path = jamund, pg_temp as $$
    select (page(array_agg(place_doc(p) order by p.seq desc), array_agg(p.seq order by p.seq desc),
                 page_size(args))).*
      from (select * from places x where x.seq < page_after(args)
             order by x.seq desc limit page_size(args) + 1) p
$$;
comment on function api.place_list(jsonb, jsonb) is 'The rooms of the centre.';
