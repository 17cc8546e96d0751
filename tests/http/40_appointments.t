#!/usr/bin/python3
# The main job: offer, answer, invitations, cancellation, report.
import hashlib
import threading
from urllib.parse import urlencode

import data
from mail import mails
from service import Service, Tap, wait_for

THURSDAY = "2026-06-04T10:00:00+09:00"
points = Tap()


def lint(all_mails, what):
    findings = [f"{m}: {f}" for m in all_mails for f in m.findings()]
    points.ok(not findings, f"the linter takes {what}", findings)


def unchanged(s, call):
    before = s.counts()
    reply = call()
    return reply, s.counts() == before


def answer(s, link, what, revision=1, reason=None):
    form = {"answer": what, "revision": revision, **({"reason": reason} if reason else {})}
    return s.nobody.form(link, urlencode(form))


def state(s, made):
    """Of appointment, its request and its seat."""
    now = s.coordinator.get(f"/v1/appointments/{made['id']}").json
    asked = s.coordinator.get(f"/v1/requests/{now['request_id']}").json
    return now["state"], asked["state"], now["seats"][0]["state"]


def asked_and_offered(s, office, start=THURSDAY, by="field", who=None, **changes):
    asked = office.request(by=by, **changes)
    who = who or office.expert()
    made = office.offer(asked, who, start)
    return asked, who, made, mails(s, made["id"])[0].link


def journey(s, office):
    company = office.company()
    asked, who, made, link = asked_and_offered(s, office, of=company)
    points.ok(state(s, made) == ("tentative", "offered", "offered"), "an offer", made)
    points.ok(made["seats"][0]["respond_by"] == "2026-06-01T18:00:00+09:00", "eight working hours to answer", made)
    held = s.sql(f"select kind, during from jamund.holds where appointment_id = '{made['id']}' order by 1")
    points.ok(held == 'company|["2026-06-04 01:00:00+00","2026-06-04 02:00:00+00")\n'
              'expert|["2026-06-04 00:50:00+00","2026-06-04 02:10:00+00")', "holds company and expert with buffers", held)
    offer = mails(s, made["id"])
    points.ok([(m.to, m.method) for m in offer] == [(who["email"], "REQUEST")] and link,
              "one mail to the expert, with a link and an invitation", offer)
    event, asks = offer[0].event, offer[0].event["ATTENDEE"].params
    points.ok((str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"]), asks["PARTSTAT"], asks["RSVP"]) ==
              (made["uid"], 0, "TENTATIVE", "NEEDS-ACTION", "TRUE"), "which the calendar's own buttons answer", event.to_ical())
    lint(offer, "the offer")
    points.ok(company["contacts"][0]["email"] not in offer[0].text and company["name"] in offer[0].text,
              "which tells only what the expert may see")

    page, same = unchanged(s, lambda: s.nobody.get(link))
    points.ok(page.status == 200 and same and page.body.decode().count('<form method="post">') == 3
              and company["name"] in page.body.decode() and "2026년 6월 4일 (목) 10:00" in page.body.decode(),
              "the link's page has the facts and three forms, and changes nothing", page)
    points.ok("no-store" in page.headers["Cache-Control"] and "default-src 'none'" in
              page.headers["Content-Security-Policy"], "and is neither kept nor scripted", page.headers)
    head, same = unchanged(s, lambda: s.nobody.call("HEAD", link))
    points.ok(head.status == 200 and same and head.body == b"", "HEAD changes nothing either")
    for name, form in (("an old revision", ("accept", 9)), ("declining without a reason", ("decline", 1)),
                       ("no answer at all", ("maybe", 1))):
        reply, same = unchanged(s, lambda: answer(s, link, *form))
        points.ok(reply.status == 200 and same and 'class="notice"' in reply.body.decode(), f"{name} changes nothing", reply)
    reply = answer(s, link, "accept")
    points.ok(reply.status == 200 and "수락하신 자문 일정입니다" in reply.body.decode(), "a POST accepts", reply)
    points.ok(state(s, made) == ("confirmed", "scheduled", "accepted"), "the appointment stands")

    now = s.coordinator.get(f"/v1/appointments/{made['id']}").json
    invites = mails(s, made["id"], 1)
    contact = company["contacts"][0]
    points.ok([(m.to, m.method) for m in invites] == [(a, "REQUEST") for a in (
        who["email"], contact["email"], "field@example.kr")], "expert, contact and team are invited", invites)
    lint(invites, "the invitations")
    for mail, partstat in zip(invites, ("ACCEPTED", "NEEDS-ACTION", "NEEDS-ACTION")):
        event = mail.event
        points.ok((str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt.isoformat(),
                   event["DTEND"].dt.isoformat(), str(event["STATUS"])) ==
                  (now["uid"], now["sequence"], now["start"], now["end"], "CONFIRMED"),
                  "python3-icalendar reads what the API says", event.to_ical())
        points.ok(event["ATTENDEE"].params["PARTSTAT"] == partstat, f"{mail.to} is {partstat}", event["ATTENDEE"].params)
        points.ok((mail.link == link) == (mail.to == who["email"]), "only the expert's has the link")
    points.ok(not any(invites[1].holds(x) for x in (who["email"], who["phone"])), "the company sees no address of the expert")
    points.ok(not invites[0].holds(contact["email"]) and invites[0].holds(contact["phone"]),
              "the expert sees the contact's phone, not the e-mail")
    points.ok(not any(invites[2].holds(x) for x in (who["email"], who["phone"])), "nor does the team see the expert's")

    tags = [m.reply_tag for m in invites]
    points.ok(all(tags) and len(set(tags)) == 3, "calendars answer each to an address of their own", tags)
    whose = [s.sql(f"select email from jamund.seat_of_reply('{hashlib.sha256(t.encode()).hexdigest()}')") for t in tags]
    points.ok(whose == [m.to for m in invites], "which tells whose answer it is", whose)
    points.ok(s.sql("select count(*) from jamund.reply_addresses r where r::text ~ any "
                    f"(array['{tags[0]}', '{tags[1]}', '{tags[2]}'])") == "0", "and is nowhere kept")

    reply, same = unchanged(s, lambda: answer(s, link, "accept", now["revision"]))
    points.ok(reply.status == 200 and same and "수락하신" in reply.body.decode(), "the same answer again changes nothing")
    reply, same = unchanged(s, lambda: answer(s, link, "decline", 1, "바쁩니다"))
    points.ok(reply.status == 200 and same and "그사이 일정이 바뀌었습니다" in reply.body.decode(),
              "another answer comes too late, and says so kindly", reply)

    where = f"/v1/appointments/{made['id']}/cancel"
    points.ok(s.coordinator.post(where, {"reason": "기업 사정"}).status == 428, "cancelling asks for If-Match")
    points.ok(s.coordinator.post(where, {"reason": "기업 사정"}, match=f"\"v{made['version']}\"").status == 412,
              "the current one")
    done = s.coordinator.post(where, {"reason": "기업 사정"}, match=f"\"v{now['version']}\"")
    points.ok(done.status == 200 and state(s, made) == ("cancelled", "open", "withdrawn"), "cancelled", done)
    cancels = mails(s, made["id"], 4)
    points.ok([(m.to, m.method) for m in cancels] == [(m.to, "CANCEL") for m in invites],
              "CANCEL goes to exactly those who got a REQUEST", cancels)
    lint(cancels, "the cancellations")
    points.ok(all(str(m.event["UID"]) == now["uid"] and int(m.event["SEQUENCE"]) > now["sequence"] for m in cancels),
              "with the UID, and SEQUENCE risen")
    points.ok([m.reply_tag for m in cancels] == tags, "from the same organizers")
    first = [offer[0], invites[1], invites[2]]
    points.ok([m.message["References"] for m in cancels] == [m.message["Message-ID"] for m in first]
              and invites[0].message["In-Reply-To"] == offer[0].message["Message-ID"], "in the thread of the first one")
    points.ok(int(invites[0].event["SEQUENCE"]) > int(offer[0].event["SEQUENCE"]) and invites[0].reply_tag == offer[0].reply_tag,
              "to the expert the invitation was an update of the offer", invites[0])
    points.ok("취소된 자문 일정입니다" in s.nobody.get(link).body.decode(), "the link says so")
    points.ok(s.coordinator.post(where, {"reason": "다시"}, match=done.etag).json.get("state") == "cancelled",
              "once: then 409 with the state")
    points.ok(s.sql(f"select count(*) from jamund.holds where appointment_id = '{made['id']}'") == "0", "the time is free")
    again = office.offer(asked, who, THURSDAY)
    points.ok(again["uid"] != made["uid"], "and is offered anew, with a UID of its own")


def declined(s, office):
    asked, who, made, link = asked_and_offered(s, office)
    reply = answer(s, link, "decline", 1, "출장입니다")
    points.ok("사양하신 자문 요청입니다" in reply.body.decode(), "a POST with a reason declines", reply)
    points.ok(state(s, made) == ("cancelled", "open", "declined"), "the request is open again")
    told = mails(s, made["id"], 1)
    points.ok([(m.to, m.method) for m in told] == [("coordinator@example.kr", None)] and "출장입니다" in told[0].text,
              "its owner is told, with the reason; nobody else", told)
    lint(told, "that mail")
    reply, same = unchanged(s, lambda: answer(s, link, "accept", 1))
    points.ok(same and "사양하신" in reply.body.decode(), "a declined offer is not accepted later")

    asked, who, made, link = asked_and_offered(s, office)
    seat = made["seats"][0]
    where = f"/v1/seats/{seat['id']}"
    points.ok(s.coordinator.get(where).json == seat and s.coordinator.get(where).etag == '"v1"', "a seat is read")
    points.ok(s.coordinator.post(where + "/decline", {"via": "phone"}, match='"v1"').pointers == ["/reason"],
              "declining by phone takes a reason too")
    points.ok(s.coordinator.post(where + "/decline", {"via": "link", "reason": "x"}, match='"v1"').pointers == ["/via"],
              "and is by phone or mail")
    points.ok(s.coordinator.post(where + "/decline", {"via": "phone", "reason": "x"}, match='"v2"').status == 412, "412")
    reply = s.coordinator.post(where + "/decline", {"via": "phone", "reason": "휴가"}, match='"v1"')
    points.ok(reply.status == 200 and (reply.json["state"], reply.json["answered_via"], reply.json["reason"]) ==
              ("declined", "phone", "휴가"), "declined by phone", reply)
    points.ok([m.to for m in mails(s, made["id"], 1)] == ["coordinator@example.kr"], "the owner is told")
    points.ok(s.coordinator.post(where + "/accept", {"via": "phone"}, match=reply.etag).json["state"] == "declined",
              "it is not accepted after that: 409 with the state")

    asked, who, made, link = asked_and_offered(s, office, by="coordinator")
    office.accept(made)
    points.ok(state(s, made) == ("confirmed", "scheduled", "accepted"), "accepted by phone")
    sent = mails(s, made["id"], 1)
    points.ok([m.method for m in sent] == ["REQUEST"] * 3 and sent[2].to == "coordinator@example.kr",
              "who asked for it is the team", sent)
    reply = s.coordinator.post(f"/v1/requests/{asked['id']}/withdraw", {"reason": "해결됨"}, match="*")
    points.ok(reply.status == 200 and state(s, made) == ("cancelled", "withdrawn", "withdrawn"), "withdrawn", reply)
    points.ok([(m.to, m.method) for m in mails(s, made["id"], 4)] == [(m.to, "CANCEL") for m in sent],
              "who was invited gets a CANCEL")

    asked, who, made, link = asked_and_offered(s, office)
    s.coordinator.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "다른 위원"}, match="*")
    ended = mails(s, made["id"], 1)
    points.ok([(m.to, m.method, str(m.event["STATUS"])) for m in ended] == [(who["email"], "CANCEL", "CANCELLED")],
              "an offer taken back: a CANCEL to the expert", ended)
    lint(ended, "that word")
    points.ok("취소된" in s.nobody.get(link).body.decode() or "거두어들인" in s.nobody.get(link).body.decode(), "the link says so")


def expired(s, office):
    asked, who, made, link = asked_and_offered(s, office)
    s.sql(f"update jamund.seats set respond_by = '2026-06-01T00:59:00Z' where id = '{made['seats'][0]['id']}'")
    wait_for("the sweep", lambda: state(s, made) == ("cancelled", "open", "expired"))
    told = mails(s, made["id"], 1)
    points.ok([(m.to, m.method) for m in told] == [(who["email"], "CANCEL"), ("coordinator@example.kr", None)],
              "an offer expires by itself; expert and owner are told", told)
    lint(told, "these mails")
    points.ok("답변 기한이 지났습니다" in s.nobody.get(link).body.decode(), "the link says so kindly")
    reply, same = unchanged(s, lambda: answer(s, link, "accept"))
    points.ok(reply.status == 200 and same, "and takes no answer any more")
    for cut in (link[:-1], link + "x", "/r/" + "A" * 43, "/r/x"):
        page = s.nobody.get(cut)
        points.ok(page.status == 404 and "text/html" in page.headers["Content-Type"] and "더는 쓰이지 않는" in
                  page.body.decode(), "an unknown link, or one cut short, has a kind page", page)
    points.ok(answer(s, "/r/" + "A" * 43, "accept").status == 404, "and takes no answer")


def rules(s, office):
    who, asked = office.expert(), office.request()
    body = {"request_id": asked["id"], "expert_id": who["id"], "start": "2026-06-06T10:00:00+09:00"}
    no = s.coordinator.post("/v1/appointments", body)
    points.ok(no.code == "needs-override" and [(r["rule"], r["hard"]) for r in no.json["rules"]] ==
              [("availability", False)], "a soft rule stands against it", no)
    made = s.coordinator.post("/v1/appointments", {**body, "override_reason": "위원이 동의함"})
    points.ok(made.status == 201 and made.json["seats"][0]["overridden"] == ["availability"]
              and made.json["seats"][0]["override_reason"] == "위원이 동의함", "a reason breaks it", made)
    points.ok(s.sql(f"select reason from jamund.audit where entity_id = '{made.json['id']}'") == "위원이 동의함",
              "and is in the audit")
    busy = s.coordinator.post("/v1/appointments", body)
    points.ok(busy.code == "wrong-state" and busy.json["state"] == "offered", "a request is offered once", busy)
    hard = office.request(excluded_expert_ids=[who["id"]])
    no = s.coordinator.post("/v1/appointments", {**body, "request_id": hard["id"], "start": THURSDAY,
                                                 "override_reason": "그래도"})
    points.ok(no.code == "needs-override" and [r["hard"] for r in no.json["rules"]] == [True], "a hard rule holds", no)
    nobody = "00000000-0000-4000-8000-000000000000"
    for pointer, change in (("/expert_id", {"expert_id": nobody}), ("/request_id", {"request_id": nobody}),
                            ("/start", {"start": "2026-05-04T10:00:00+09:00"})):
        wrong = s.coordinator.post("/v1/appointments", {**body, "request_id": hard["id"], **change})
        points.ok(wrong.pointers == [pointer], f"{pointer} is named", wrong)


def in_the_way(s, office):
    who, company, room = office.expert(), office.company(), office.room(turnaround=30)
    first = office.offer(office.request(company, mode="center", place_id=room["id"]), who, THURSDAY)
    for kind, subject, asked, expert, start, window in (
            ("expert", who, office.request(), who, "2026-06-04T11:00:00+09:00", ("09:50", "11:10")),
            ("company", company, office.request(company), office.expert(), "2026-06-04T10:30:00+09:00", ("10:00", "11:00")),
            ("place", room, office.request(mode="center", place_id=room["id"]), office.expert(),
             "2026-06-04T11:00:00+09:00", ("10:00", "11:30"))):
        before = s.counts()
        no = s.coordinator.post("/v1/appointments", {"request_id": asked["id"], "expert_id": expert["id"], "start": start})
        way = no.json.get("conflict", {})
        points.ok(no.status == 409 and no.code == "slot-taken" and way == {
            "kind": kind, "id": subject["id"], "appointment_id": first["id"],
            "from": f"2026-06-04T{window[0]}:00+09:00", "until": f"2026-06-04T{window[1]}:00+09:00"},
            f"409 names the {kind} in the way", no)
        points.ok(s.counts() == before, "and nothing is written")

    who = office.expert(caps={"per_day": 8, "per_week": 40, "hours_per_year": 400})
    results, clients = [], [s.client(s.tokens["coordinator"]) for _ in range(2)]
    for hour in range(9, 17):
        pair = [office.request(), office.request()]
        gate, replies = threading.Barrier(2), []

        def take(client, asked):
            gate.wait()
            replies.append(client.post("/v1/appointments", {
                "request_id": asked["id"], "expert_id": who["id"], "start": f"2026-06-0{3 + hour % 3}T{hour:02d}:30:00+09:00"}))
        threads = [threading.Thread(target=take, args=x) for x in zip(clients, pair)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        results.append(sorted((r.status, r.code) for r in replies))
    points.ok(results == [[(201, None), (409, "slot-taken")]] * 8, "of two who race for a slot one wins", results)
    points.ok(s.sql("select count(*) from jamund.holds a join jamund.holds b on a.subject = b.subject"
                    " and a.ctid < b.ctid and a.during && b.during") == "0", "and no time is held twice")


def done(s, office):
    who, asked, stands = office.confirmed()
    link = mails(s, stands["id"])[0].link
    other = office.confirmed("2026-06-04T14:00:00+09:00")[2]
    told = len(mails(s, stands["id"]))
    where, report = f"/v1/appointments/{stands['id']}/complete", {
        "outcome": "solved", "summary": "환급 방법을 알려 줌", "minutes": 50, "follow_up": False}
    early = s.coordinator.post(where, report, match="*")
    points.ok(early.code == "wrong-state", "no report before the meeting", early)
    s.at("2026-06-04T16:00:00+09:00")
    points.ok("지난 자문 일정입니다" in s.nobody.get(link).body.decode(), "the link is good until the meeting ends")
    points.ok(s.coordinator.post(where, report).status == 428, "the report asks for If-Match")
    filed = s.coordinator.post(where, report, match=f"\"v{stands['version']}\"")
    points.ok(filed.status == 200 and state(s, stands) == ("completed", "done", "accepted")
              and filed.json["report"]["summary"] == report["summary"], "the report is filed, the request is done", filed)
    points.ok(s.coordinator.post(where, report, match="*").json["state"] == "completed", "once")
    points.ok(len(mails(s, stands["id"])) == told, "nobody gets a mail of it")
    s.coordinator.post(f"/v1/appointments/{other['id']}/complete", {**report, "follow_up": True}, match="*")
    points.ok(state(s, other) == ("completed", "open", "accepted"), "a follow-up opens the request again")
    new = office.request(windows=[{"from": "2026-06-08T09:00:00+09:00", "until": "2026-06-09T18:00:00+09:00"}])
    load = {c["expert"]["id"]: c["load"] for c in
            s.coordinator.get(f"/v1/requests/{new['id']}/candidates").json["candidates"]}
    points.ok(load[who["id"]]["minutes_this_year"] == load[who["id"]]["minutes_this_term"] == 50,
              "the minutes reported count", load[who["id"]])
    open_ = s.coordinator.get(f"/v1/requests/{other['request_id']}").json
    points.ok(open_["appointment_ids"] == [other["id"]], "the request knows its appointment")
    page = s.field.get(f"/v1/appointments?state=completed&expert_id={who['id']}").json["items"]
    points.ok([a["id"] for a in page] == [stands["id"]] and page[0]["report"]["minutes"] == 50, "found by state and expert")


for part in (journey, declined, expired, rules, in_the_way, done):
    with Service(points, sweep_every="100ms") as s:
        part(s, data.Office(s))
points.done()
