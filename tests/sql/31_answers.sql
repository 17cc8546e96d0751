-- Answers: accept, decline, expire, cancel, withdraw, report; who is told what.
begin;
\ir lib/world.sql
select * from no_plan();

create table t.x as select t.expert('e1') as e1, t.expert('e2') as e2, t.company('가나') as c1;
create sequence t.day;
-- an offer to e1 at ten on a later day each time
create function t.asked(more jsonb default '{}') returns uuid language plpgsql as $$
begin
    return t.offer(t.request((select c1 from t.x), more), (select e1 from t.x),
        to_char('2026-03-09'::date + nextval('t.day')::int, 'YYYY-MM-DD') || 'T10:00:00+09:00');
end $$;
create function t.log_since(version_ bigint) returns text language sql as $$
    select string_agg(c.kind || '/' || a.via, ' ' order by c.version) from jamund.change_log c join jamund.audit a using (version)
     where c.version > version_
$$;

-- accept by phone
create table t.a as select t.asked() as id;
select is((t.accept(id)).status, 200, 'an acceptance taken by phone') from t.a;
select is(t.states(id), 'scheduled confirmed accepted', 'all three move on') from t.a;
select is(t.mails(id), 'offer/expert/withdrawn invite/expert/queued invite/company/queued invite/field/queued',
    'the expert, the contact and the team get an invitation each') from t.a;
select is((select string_agg(to_email || ' ' || partstat, ', ' order by seq) from jamund.messages
            where appointment_id = t.a.id and kind = 'invite'),
    'e1@example.kr ACCEPTED, contact-1@example.kr NEEDS-ACTION, field@example.kr NEEDS-ACTION', 'each with its own PARTSTAT') from t.a;
select is((select actor_kind || '/' || via || '/' || action from jamund.audit where entity_id = t.a.id order by id desc limit 1),
    'user/phone/seat.accept', 'the audit says who and how') from t.a;
select throws_ok($$ select t.accept(id) from t.a $$, 'JM002', null, 'not twice');
select throws_ok($$ select t.decline(id) from t.a $$, 'JM002', null, 'an accepted seat is not declined by this call');
select throws_ok($$ select api.seat_accept(t.who('coordinator'), t.args(gen_random_uuid(), '{"via": "phone"}')) $$,
    'P0002', null, 'an unknown seat');

-- without consent the company gets no mail
create table t.b as select t.asked() as id;
select lives_ok($$ select api.contact_add(t.who('field'), t.args(c1, '{"name": "가나 담당자", "email": "contact-1@example.kr", "consent": false}'))
    from t.x $$, 'the contact takes the consent back');
select t.accept(id) from t.b \g /dev/null
select is(t.mails(id), 'offer/expert/withdrawn invite/expert/queued invite/field/queued', 'and gets no invitation') from t.b;
select lives_ok($$ select api.contact_add(t.who('field'), t.args(c1, '{"name": "가나 담당자", "email": "Contact-1@example.kr", "consent": true}'))
    from t.x $$, 'consents again');

-- decline
create table t.c as select t.asked() as id;
select t.deliver() \g /dev/null
select is((t.decline(id)).status, 200, 'a decline taken by phone') from t.c;
select is(t.states(id), 'open cancelled declined', 'the request is open again') from t.c;
select is((select count(*)::int from jamund.holds where appointment_id = id), 0, 'the time is free') from t.c;
select is(t.mails(id), 'offer/expert/sent declined/coordinator/queued', 'the owner is told; who declined is not told again') from t.c;
select is((select reason || ' ' || to_email from jamund.messages where appointment_id = t.c.id and kind = 'declined'),
    '출장 coordinator@example.kr', 'with the reason') from t.c;
select lives_ok($$ select t.offer(request_id, e2, '2026-04-20T10:00:00+09:00') from t.x, t.c join jamund.appointments using (id) $$,
    'and it can be offered to another');

-- cancel: an offer nobody saw, an offer that was sent, a confirmed one
create table t.d as select t.asked() as id;
select is((t.cancel(id)).status, 200, 'cancel before anything was sent') from t.d;
select is(t.mails(id), 'offer/expert/withdrawn', 'nobody is told anything') from t.d;
select is(t.states(id), 'open cancelled withdrawn', 'the seat is withdrawn') from t.d;
create table t.e as select t.asked() as id;
select t.deliver() \g /dev/null
select t.cancel(id) from t.e \g /dev/null
select is(t.mails(id), 'offer/expert/sent withdrawn/expert/queued', 'who was only asked gets a plain word') from t.e;

create table t.f as select t.asked() as id;
select t.accept(id) from t.f \g /dev/null
select t.cancel(id) from t.f \g /dev/null
select is(t.mails(id), 'offer/expert/withdrawn invite/expert/withdrawn invite/company/withdrawn invite/field/withdrawn',
    'what was not sent is withdrawn and needs no CANCEL') from t.f;
create table t.g as select t.asked() as id;
select t.deliver() \g /dev/null
select t.accept(id) from t.g \g /dev/null
select t.cancel(id) from t.g \g /dev/null
select is(t.mails(id), 'offer/expert/sent invite/expert/withdrawn invite/company/withdrawn invite/field/withdrawn withdrawn/expert/queued',
    'an expert whose invitation never left gets a plain word') from t.g;

-- each state of an invitation that may have arrived earns a CANCEL, the unsent one does not
create table t.h as select t.asked() as id;
select t.deliver() \g /dev/null
select t.accept(id) from t.h \g /dev/null
create function t.put(appointment uuid, viewer_ text, how text) returns void language plpgsql as $$
declare m uuid;
begin
    select id into m from jamund.messages where appointment_id = appointment and viewer = viewer_ and kind = 'invite';
    if how = 'queued' then return; end if;
    update jamund.messages set state = 'sending', leased_by = 'w', attempts = 1, lease_until = api.clock() + interval '60 s' where id = m;
    if how = 'sent' then perform api.outbox_sent(m, 'w', ''); end if;
    if how in ('retry', 'dead', 'replayed') then perform api.outbox_failed(m, 'w', '451', how <> 'retry', 60); end if;
    if how = 'replayed' then perform api.message_replay(t.who('coordinator'), t.args(m)); end if;
end $$;
create function t.ended(how_expert text, how_company text, how_field text) returns text language plpgsql as $$
declare a uuid := t.asked();
begin
    perform t.accept(a);
    perform t.put(a, 'expert', how_expert), t.put(a, 'company', how_company), t.put(a, 'field', how_field);
    perform t.cancel(a);
    return (select string_agg(viewer || '/' || state, ' ' order by seq) from jamund.messages
             where appointment_id = a and kind = 'cancel');
end $$;
select is(t.ended('sent', 'queued', 'queued'), 'expert/queued', 'sent: a CANCEL');
select is(t.ended('queued', 'sending', 'queued'), 'company/queued', 'being sent: a CANCEL');
select is(t.ended('queued', 'queued', 'retry'), 'field/queued', 'tried: a CANCEL');
select is(t.ended('dead', 'queued', 'queued'), 'expert/queued', 'dead after a try: a CANCEL');
select is(t.ended('queued', 'replayed', 'queued'), 'company/queued', 'dead, then queued again: still a CANCEL');
select is(t.ended('sent', 'sent', 'sent'), 'expert/queued company/queued field/queued', 'all who got one');
select is(t.ended('queued', 'queued', 'queued'), null, 'nobody who got none');
select throws_ok($$ select t.cancel(id) from t.g $$, 'JM002', null, 'a cancelled one is not cancelled again');
select throws_ok($$ select t.cancel(gen_random_uuid()) $$, 'P0002', null, 'an unknown appointment');

-- withdraw a request in each of its states
create function t.withdraw(request uuid) returns api.reply language sql as $$
    select api.request_withdraw(t.who('coordinator'), t.args(request, '{"reason": "해결됨"}'))
$$;
create table t.w as select t.request(c1) as open, t.asked() as offered, t.asked() as scheduled from t.x;
select t.accept(scheduled) from t.w \g /dev/null
select t.deliver() \g /dev/null
select is((t.withdraw(open)).body ->> 'state', 'withdrawn', 'an open request') from t.w;
select throws_ok($$ select t.withdraw(open) from t.w $$, 'JM002', null, 'but not twice');
select t.withdraw(request_id) from jamund.appointments, t.w where id in (offered, scheduled) \g /dev/null
select is(t.states(offered) || '; ' || t.states(scheduled),
    'withdrawn cancelled withdrawn; withdrawn cancelled withdrawn', 'an offered and a scheduled one end what is booked') from t.w;
select is(t.mails(scheduled), 'offer/expert/withdrawn invite/expert/sent invite/company/sent invite/field/sent cancel/expert/queued'
    || ' cancel/company/queued cancel/field/queued', 'and who was invited is told') from t.w;
select throws_ok($$ select t.withdraw(gen_random_uuid()) $$, 'P0002', null, 'an unknown request');

-- expiry
create table t.i as select t.asked() as id, t.asked() as id2, t.asked() as id3;
select t.deliver() \g /dev/null
select is(api.offers_expire(100), 0, 'nothing is due');
select t.at('2026-03-02 16:59:59+09') \g /dev/null
select is(api.offers_expire(100), 0, 'not a second early');
select t.at('2026-03-02 17:00:00+09') \g /dev/null
create table t.before as select max(version) as v from jamund.change_log;
select t.accept(id3) from t.i \g /dev/null
select is(t.states(id3), 'scheduled confirmed accepted', 'an answer before the sweep still counts') from t.i;
select is(api.offers_expire(1), 1, 'at most as many as asked for');
select ok(api.offers_expire(100) >= 1, 'the rest');
select is(api.offers_expire(100), 0, 'and no more');
select is(t.states(id) || ' ' || t.states(id2), 'open cancelled expired open cancelled expired', 'the seats expired') from t.i;
select is(t.mails(id), 'offer/expert/sent withdrawn/expert/queued expired/coordinator/queued', 'expert and owner are told') from t.i;
select is((select count(*)::int from jamund.change_log c join jamund.audit a using (version), t.before
            where c.version > v and c.kind = 'seat.expire' and a.actor_kind = 'system'),
    (select count(*)::int from jamund.seats where state = 'expired'), 'one change each, by the system');

-- the link
create function t.link(appointment uuid) returns uuid language sql as $$
    select id from jamund.links where seat_id = t.seat(appointment)
$$;
create table t.l as select t.asked() as yes, t.asked() as no, t.asked() as late, t.asked() as gone;
select is_empty($$ select * from api.link_page(gen_random_uuid()) $$, 'an unknown link shows nothing');
select throws_ok($$ select api.link_answer(gen_random_uuid(), t.form('accept', 1)) $$, 'P0002', null, 'and answers nothing');
select results_eq($$ select p.state, p.page - 'revision' - 'respond_by' from t.l, api.link_page(t.link(yes)) p $$,
    $$ values ('offered', '{"reason": null, "confirmed": false, "proposals": [], "utc_offset_minutes": 540}'::jsonb) $$, 'an offer''s page');
select is(p.page #>> '{revision,company,contact,email}', null, 'hides what an expert may not see') from t.l, api.link_page(t.link(yes)) p;
select throws_ok($$ select api.link_answer(t.link(yes), t.form('maybe', 1)) from t.l $$, 'JM422', null, 'another word is no answer');
create table t.v as select max(version) as v from jamund.change_log;
select is(api.link_answer(t.link(yes), t.form('accept', 2)), 'late', 'an offer that is not the one shown is not answered') from t.l;
select is(api.link_answer(t.link(yes), t.form('accept', 1)), 'done', 'accept') from t.l;
select is(t.states(yes), 'scheduled confirmed accepted', 'makes it stand') from t.l;
select is(api.link_answer(t.link(yes), t.form('accept', 1)), 'same', 'pressing it again is kind') from t.l;
select is(api.link_answer(t.link(yes), t.form('decline', 1, '출장')), 'late', 'another answer comes too late') from t.l;
select is(t.log_since(v), 'seat.accept/link', 'one change, by the link') from t.v;
select is((select actor_kind || ' ' || (actor_id = e1) from jamund.audit, t.v where version > v), 'expert true', 'of the expert') from t.x;
select is(api.link_answer(t.link(no), t.form('decline', 1, '출장')), 'done', 'decline') from t.l;
select is(t.states(no) || ' ' || (select reason from jamund.seats where id = t.seat(no)), 'open cancelled declined 출장', 'with its reason') from t.l;
select is(api.link_answer(t.link(no), t.form('decline', 1, '출장')), 'same', 'again') from t.l;
select is(p.state, 'declined', 'the page says so') from t.l, api.link_page(t.link(no)) p;
select t.cancel(gone) from t.l \g /dev/null
select is(p.state || ' ' || (p.page ->> 'reason'), 'cancelled 사정', 'a cancelled one says so') from t.l, api.link_page(t.link(gone)) p;
select is(api.link_answer(t.link(gone), t.form('accept', 1)), 'late', 'and takes no answer') from t.l;
select set_config('jamund.now', (upper(during) - interval '1 s')::text, true) from t.l join jamund.appointments on id = t.l.late \g /dev/null
select is(p.state, 'offered', 'good until the meeting ends') from t.l, api.link_page(t.link(late)) p;
select set_config('jamund.now', upper(during)::text, true) from t.l join jamund.appointments on id = t.l.late \g /dev/null
select is(p.state, 'over', 'over when it ends') from t.l, api.link_page(t.link(late)) p;
select is(api.link_answer(t.link(late), t.form('accept', 1)), 'late', 'too late to accept') from t.l;

-- the report
select t.at('2026-03-02 18:00+09') \g /dev/null
create table t.r as select t.expert('r') as e;
create table t.ra as select t.offer(t.request(c1), e, '2026-05-11T10:00:00+09:00') as a1,
    t.offer(t.request(c1), e, '2026-05-12T10:00:00+09:00') as a2 from t.x, t.r;
create function t.report(appointment uuid, more jsonb default '{}') returns api.reply language sql as $$
    select api.appointment_complete(t.who('coordinator'), t.args(appointment,
        '{"outcome": "solved", "summary": "환급 신청을 마침", "minutes": 90}'::jsonb || more))
$$;
select throws_ok($$ select t.report(a1) from t.ra $$, 'JM002', null, 'no report of a tentative one');
select t.accept(a1), t.accept(a2) from t.ra \g /dev/null
select is(jamund.minutes_since(e, '2026-01-01'), 120::bigint, 'promised minutes count') from t.r;
select t.at('2026-05-11 09:59:59+09') \g /dev/null
select throws_ok($$ select t.report(a1) from t.ra $$, 'JM002', null, 'nor before the meeting began');
select t.at('2026-05-11 10:00+09') \g /dev/null
select is((t.report(a1)).body -> 'report', '{"outcome": "solved", "minutes": 90, "follow_up": false, "summary": "환급 신청을 마침",
    "filed_at": "2026-05-11T10:00:00+09:00"}', 'the report') from t.ra;
select is(t.states(a1), 'done completed accepted', 'the request is done') from t.ra;
select is(jamund.minutes_since(e, '2026-01-01'), 150::bigint, 'reported minutes count instead of promised ones') from t.r;
select is(jamund.minutes_since(e, '2026-05-12'), 60::bigint, 'from an instant on') from t.r;
select is(jamund.minutes_since(e, '2026-01-01', '2026-05-12'), 90::bigint, 'up to another') from t.r;
select throws_ok($$ select t.report(a1) from t.ra $$, 'JM002', null, 'one report only');
select throws_ok($$ select t.cancel(a1) from t.ra $$, 'JM002', null, 'what took place is not cancelled');
select throws_ok($$ select t.report(gen_random_uuid()) $$, 'P0002', null, 'an unknown appointment');
select t.at('2026-05-12 12:00+09') \g /dev/null
select throws_ok(format('select t.report(a2, %L) from t.ra', bad), code, null, 'a report with ' || bad) from (values
    ('{"outcome": "fine"}', '23514'), ('{"minutes": -1}', '23514'), ('{"minutes": 1441}', '23514'), ('{"summary": ""}', '23514')) x (bad, code);
select is((t.report(a2, '{"outcome": "partly_solved", "follow_up": true}')).status, 200, 'a report that asks for more') from t.ra;
select is(t.states(a2), 'open completed accepted', 'opens the request again') from t.ra;
select lives_ok($$ select t.offer(request_id, e2, '2026-05-20T10:00:00+09:00') from t.x, t.ra join jamund.appointments on id = a2 $$,
    'which is offered once more');
select is((select count(*)::int from jamund.holds where appointment_id in (a1, a2)), 4, 'what took place keeps its time') from t.ra;

select * from finish();
rollback;
