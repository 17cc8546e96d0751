#!/usr/bin/python3
# Follow-up until solved: sessions with the expert who knows the case, and what was held already.
import re
import threading
from urllib.parse import urlencode

import data
from mail import mails
from service import Service, Tap, wait_for

points = Tap()
REPORT = {"outcome": "partly_solved", "summary": "서류를 살펴봄", "minutes": 50, "follow_up": True}


def unchanged(s, call):
    before = s.counts()
    reply = call()
    return reply, s.counts() == before


def candidates(s, asked):
    return s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json["candidates"]


def continuity(found):
    return {c["expert"]["id"]: next(p["points"] for p in c["parts"] if p["part"] == "continuity") for c in found}


def sessions(s, office):
    who, asked, first = office.confirmed()
    others = [office.expert() for _ in range(2)]
    s.at("2026-06-04T12:00:00+09:00")
    filed = s.coordinator.post(f"/v1/appointments/{first['id']}/complete", REPORT, match="*")
    now = s.coordinator.get(f"/v1/requests/{asked['id']}")
    points.ok(filed.json["state"] == "completed" and (now.json["state"], now.json["preferred_expert_id"]) == ("open", who["id"]),
              "a report with a follow-up opens the request for the same expert", now)
    short = s.coordinator.post(f"/v1/requests/{asked['id']}/reopen", {"reason": "다음 회차", "windows": [
        {"from": "2026-06-10T09:00:00+09:00", "until": "2026-06-10T09:30:00+09:00"}]}, match=now.etag)
    points.ok(short.status == 422 and short.pointers == ["/windows"], "not with times that are shorter than the meeting", short)
    again = s.coordinator.post(f"/v1/requests/{asked['id']}/reopen", {"reason": "다음 회차", "windows": [
        {"from": "2026-06-10T09:00:00+09:00", "until": "2026-06-12T18:00:00+09:00"}]}, match=now.etag)
    points.ok(again.status == 200 and again.json["windows"][0]["from"].startswith("2026-06-10"), "with times of its own", again)
    found = candidates(s, asked)
    points.ok(continuity(found) == {who["id"]: 300, **{e["id"]: 0 for e in others}} and found[0]["expert"]["id"] == who["id"],
              "continuity puts the expert who knows it first", found)
    later = office.made(s.coordinator.post("/v1/requests", data.request(asked["case_id"], contact_id=asked["contact_id"])))
    points.ok(continuity(candidates(s, later))[who["id"]] == 300, "on another request of the case, too: it is not solved")
    second = office.offer(asked, who, found[0]["slots"][0])
    mails(s, second["id"])  # the offer has left before the answer, which would call it back
    office.accept(second)
    points.ok(second["uid"] != first["uid"] and second["sequence"] == 0, "the next session is an appointment with a UID of its own")
    told = [m for m in mails(s, second["id"]) if m.calendar]
    points.ok([str(m.event["UID"]) for m in told] == [second["uid"]] * 4,
              "and is in the calendars beside the first", told)
    s.at("2026-06-10T18:00:00+09:00")
    points.ok(s.coordinator.post(f"/v1/appointments/{second['id']}/complete", {**REPORT, "outcome": "solved", "follow_up": False},
                                 match="*").status == 200, "its report")
    now = s.coordinator.get(f"/v1/requests/{asked['id']}").json
    points.ok(now["state"] == "done" and now["appointment_ids"] == [first["id"], second["id"]], "the request is done, with both", now)
    certificate(s, office, who, asked, first, second)


def certificate(s, office, who, asked, first, second):
    paper = lambda a, more="": f"/v1/appointments/{a['id']}/certificate{more}"
    got, same = unchanged(s, lambda: s.coordinator.get(paper(first)))
    text = got.body.decode()
    points.ok(got.status == 200 and same and got.headers["Content-Type"].startswith("text/html")
              and got.headers["Cache-Control"] == "no-store" and "default-src 'none'" in got.headers["Content-Security-Policy"]
              and "<script" not in text, "the certificate is a page without script, kept by nobody", got.headers)
    for line in (who["name"], who["affiliation"], "예시정밀", "2026년 6월 4일 (목) 10:00 – 11:00", "2026년 6월 10일 (수) 09:00 – 10:00",
                 "<td>1시간 40분</td>", "자문확인서", "(서명 또는 인)"):
        points.ok(line in text, f"it says: {line}", text)
    points.ok(not any(x in text for x in (who["email"], who["phone"], "053-", REPORT["summary"])), "and no more of anybody")
    points.ok(s.manager.get(paper(second)).body == got.body and s.coordinator.get(paper(first, "?seat=1")).body == got.body,
              "whichever session it is asked of, and by whom, the same bytes")
    points.ok(s.nobody.get("/assets/certificate.css").status == 200, "its style is there")
    for role in ("field", "admin", "nobody"):
        points.ok(getattr(s, role).get(paper(first)).status == (401 if role == "nobody" else 403), f"not for {role}")
    for seat, pointer in (("2", "/seat"), ("4", "/seat"), ("x", "/seat")):
        no = s.coordinator.get(paper(first, f"?seat={seat}"))
        points.ok(no.status == 422 and no.pointers == [pointer], f"seat={seat}: there is none", no)
    ahead = office.request(windows=[{"from": "2026-06-15T09:00:00+09:00", "until": "2026-06-16T18:00:00+09:00"}])
    plan = office.offer(ahead, office.expert(), "2026-06-15T10:00:00+09:00")
    no = s.coordinator.get(paper(plan))
    points.ok(no.status == 409 and no.json["state"] == "tentative", "nor of a meeting that is to come", no)
    points.ok(s.coordinator.get(paper({"id": "00000000-0000-4000-8000-000000000000"})).status == 404, "nor of what is not there")
    traced = lambda: set(s.sql("select subject from jamund.reads where what like '%/certificate'").split())
    wait_for("the trace", lambda: len(traced()) > 1)
    points.ok(traced() == {first["id"], second["id"]}, "each reading leaves its trace", traced())


def held(s, office):
    """What was held already is entered; nobody hears of it."""
    who, asked = office.expert(), office.request()
    where, body = f"/v1/requests/{asked['id']}/sessions", {
        "expert_ids": [who["id"]], "start": "2026-05-28T19:00:00+09:00", "report": {**REPORT, "follow_up": False}}
    for pointer, change in (("/start", {"start": "2026-06-01T09:30:00+09:00"}), ("/expert_ids", {"expert_ids": []}),
                            ("/expert_ids/0", {"expert_ids": ["x"]}), ("/report/minutes", {"report": {**REPORT, "minutes": 0}}),
                            ("/report/outcome", {"report": {**REPORT, "outcome": "fine"}}), ("/report", {"report": None}),
                            ("/end", {"end": "2026-05-28T20:00:00+09:00"})):
        no, same = unchanged(s, lambda: s.coordinator.post(where, {**body, **change}))
        points.ok(no.status == 422 and no.pointers == [pointer] and same, f"{pointer} is named", no)
    points.ok(s.coordinator.post("/v1/requests/00000000-0000-4000-8000-000000000000/sessions", body).status == 404, "no request: 404")
    points.ok(s.field.post(where, body).status == 403, "the field team may not")
    made = s.coordinator.post(where, body, key="held-1")
    points.ok(made.status == 201 and made.headers["Location"] == f"/v1/appointments/{made.json['id']}"
              and (made.json["state"], made.json["end"], made.json["seats"][0]["state"]) ==
              ("completed", "2026-05-28T19:50:00+09:00", "accepted"), "a consultation that was held is entered", made)
    again, same = unchanged(s, lambda: s.coordinator.post(where, body, key="held-1"))
    points.ok(again.body == made.body and same, "once for its key")
    other = office.request()
    no, same = unchanged(s, lambda: s.coordinator.post(f"/v1/requests/{other['id']}/sessions", body))
    points.ok(same and no.status == 409 and no.code == "slot-taken" and no.json["conflict"] == {
        "kind": "expert", "id": who["id"], "appointment_id": made.json["id"], "from": body["start"], "until": made.json["end"]},
        "another meeting at that time is in the way, by name", no)
    far = office.expert(fields=[{"field": "legal", "level": 3}])
    no = s.coordinator.post(where, {**body, "expert_ids": [far["id"]]})
    points.ok(no.code == "needs-override" and [(r["rule"], r["hard"]) for r in no.json["rules"]] == [("not_in_field", True)],
              "the field is a hard rule", no)
    points.ok(mails(s, made.json["id"]) == [], "nobody gets a mail")
    results = []
    for day in range(11, 15):  # the same expert, overlapping, for two requests at once
        pair, gate, got = [office.request(), office.request()], threading.Barrier(2), []

        def enter(client, one, start):
            gate.wait()
            got.append(client.post(f"/v1/requests/{one['id']}/sessions", {**body, "start": start}))
        threads = [threading.Thread(target=enter, args=(s.client(s.tokens["coordinator"]), one, f"2026-05-{day}T1{n}:30:00+09:00"))
                   for n, one in enumerate(pair)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        results.append(sorted((r.status, r.code) for r in got))
    points.ok(results == [[(201, None), (201, None)]] * 4, "an hour apart both were held", results)
    results = []
    for day in range(11, 15):
        pair, gate, got = [office.request(), office.request()], threading.Barrier(2), []
        threads = [threading.Thread(target=enter, args=(s.client(s.tokens["coordinator"]), one, f"2026-05-{day}T15:{n}0:00+09:00"))
                   for n, one in enumerate(pair)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        results.append(sorted((r.status, r.code) for r in got))
    points.ok(results == [[(201, None), (409, "slot-taken")]] * 4, "of two who enter the same time one does", results)
    load = {c["expert"]["id"]: c["load"] for c in candidates(s, office.request())}
    points.ok(load[who["id"]]["minutes_this_year"] == load[who["id"]]["minutes_this_term"] == 13 * 50, "the minutes count", load)
    feed = s.manager.post(f"/v1/experts/{who['id']}/feed", {}).json["url"]
    body = s.nobody.get("/feeds/" + feed.rsplit("/", 1)[1]).body.replace(b"\r\n ", b"").decode()
    points.ok(made.json["uid"] in body, "the expert's calendar shows what was held")


def lint(all_mails, what):
    findings = [f"{m}: {f}" for m in all_mails for f in m.findings()]
    points.ok(not findings, f"the linter takes {what}", findings)


def link_of(mail, purpose):
    found = re.search(r"http://[^/\s]+(/r/[A-Za-z0-9_-]{56}/" + purpose + r")(?![A-Za-z0-9_-])", mail.text)
    return found and found[1]


def says(s, link, answer, revision, **more):
    return s.nobody.form(link, urlencode({"answer": answer, "revision": revision, **more}))


def invited(s, office, start="2026-06-04T10:00:00+09:00", **changes):
    """An appointment that stands, and the company's link."""
    who, asked, made = office.confirmed(start, **changes)
    invite = next(m for m in mails(s, made["id"], 1) if m.to.startswith("contact-"))
    return who, asked, made, invite, link_of(invite, "company")


def company(s, office):
    who, asked, made, invite, link = invited(s, office, by="field")
    points.ok(link and not any(link_of(m, "company") for m in mails(s, made["id"]) if m.to != invite.to),
              "the company's invitation has a link, nobody else's", invite)
    lint([invite], "it")
    page, same = unchanged(s, lambda: s.nobody.get(link))
    text = page.body.decode()
    points.ok(page.status == 200 and same and text.count('<form method="post">') == 2 and "2026년 6월 4일 (목) 10:00" in text
              and who["name"] in text, "its page has the facts and two forms, and changes nothing", page)
    points.ok(not any(x in text for x in (who["email"], who["phone"], "053-")), "and no address of the expert", text)
    points.ok("no-store" in page.headers["Cache-Control"] and "default-src 'none'" in page.headers["Content-Security-Policy"]
              and page.headers["Referrer-Policy"] == "no-referrer", "neither kept nor scripted nor told on", page.headers)
    head, same = unchanged(s, lambda: s.nobody.call("HEAD", link))
    points.ok(head.status == 200 and same, "HEAD changes nothing either")
    token = link.split("/")[2]
    seat = mails(s, made["id"])[0].link
    for other in (f"/r/{token}", f"/r/{token}/rating", seat + "/company", f"/r/{token[:-1]}A/company" if token[-1] != "A" else
                  f"/r/{token[:-1]}B/company", f"/r/{token[:-1]}/company", "/r/x/company"):
        no = s.nobody.get(other)
        points.ok(no.status == 404 and "더는 쓰이지 않는" in no.body.decode(), "a token is for one purpose, and whole", no)
    now = s.coordinator.get(f"/v1/appointments/{made['id']}").json
    for name, form in (("an old revision", ("cancel", 1, {"reason": "x"})), ("cancelling without a reason", ("cancel", now["revision"], {})),
                       ("no answer", ("maybe", now["revision"], {})), ("another time without one", ("other_time", now["revision"], {})),
                       ("a time that is none", ("other_time", now["revision"], {"proposal_1": "tomorrow"})),
                       ("a time long over", ("other_time", now["revision"], {"proposal_2": "2020-01-01T10:00"})),
                       ("too long a word", ("other_time", now["revision"], {"reason": "가" * 2001}))):
        reply, same = unchanged(s, lambda: says(s, link, *form[:2], **form[2]))
        points.ok(reply.status == 200 and same and 'class="notice"' in reply.body.decode(), f"{name} changes nothing", reply)

    before = len(mails(s, made["id"]))
    note = "<b>그날</b>은 감사 기간입니다"
    reply = says(s, link, "other_time", now["revision"], reason=note, proposal_1="2026-06-05T14:00")
    text = reply.body.decode()
    points.ok("담당자에게 전달했습니다" in text and "2026년 6월 5일 (금) 14:00" in text and "<b>" not in text
              and "&lt;b&gt;그날" in text, "another time is asked for; the page shows it, escaped", reply)
    told = mails(s, made["id"], before)
    points.ok([(m.to, m.method) for m in told] == [("coordinator@example.kr", None)] and "2026-06-05 14:00" in told[0].text,
              "the owner alone is told", told)
    lint(told, "that mail")
    then = s.coordinator.get(f"/v1/appointments/{made['id']}")
    points.ok((then.json["start"], then.json["state"], then.json["revision"]) == (made["start"], "confirmed", now["revision"]), "nothing moves")
    points.ok(then.json["wish"]["note"] == note and then.json["wish"]["proposals"] == ["2026-06-05T14:00:00+09:00"], "the wish can be read", then)
    where = f"/v1/appointments/{made['id']}/keep-time"
    points.ok(s.coordinator.post(where, {}, match=then.etag).pointers == ["/reason"] and s.coordinator.post(where, {"reason": "x"}).status == 428
              and s.field.post(where, {"reason": "x"}, match=then.etag).status == 403, "keeping the time takes a reason, If-Match and the right")
    kept = s.coordinator.post(where, {"reason": "위원 일정이 안 됩니다"}, match=then.etag)
    points.ok(kept.status == 200 and kept.json["wish"] is None, "the owner keeps the time", kept)
    points.ok(s.coordinator.post(where, {"reason": "x"}, match=kept.etag).status == 409, "once")
    answer = mails(s, made["id"], before + 1)
    points.ok([(m.to, link_of(m, "company")) for m in answer] == [(invite.to, link)] and "위원 일정이" in answer[0].text, "the company is told why", answer)
    lint(answer, "that word")

    says(s, link, "other_time", now["revision"], reason="그래도 부탁드립니다")
    moved = s.coordinator.post(f"/v1/appointments/{made['id']}/move", {"start": "2026-06-05T14:00:00+09:00", "reason": "기업 요청"}, match="*")
    points.ok(moved.status == 200 and moved.json["wish"] is None, "a move answers by itself", moved)
    points.ok("일정을 다시 맞추고 있습니다" in s.nobody.get(link).body.decode(), "the page says that the new time is asked for")
    sent = len(mails(s, made["id"]))
    reply, same = unchanged(s, lambda: says(s, link, "cancel", now["revision"], reason="x"))
    points.ok(same and "그사이 일정이 바뀌었습니다" in reply.body.decode(), "what the page showed is stale: it says so kindly", reply)
    reply = says(s, link, "cancel", moved.json["revision"], reason="문제가 해결되었습니다")
    points.ok("취소된 자문 일정입니다" in reply.body.decode(), "cancelled", reply)
    now = s.coordinator.get(f"/v1/appointments/{made['id']}").json
    request = s.coordinator.get(f"/v1/requests/{asked['id']}").json
    points.ok((now["state"], now["late"], request["state"], request["ladder_at"]) == ("cancelled", False, "open", None),
              "the request is open; whether it goes on, the owner says", now, request)
    ended = mails(s, made["id"], sent)
    points.ok(sorted((m.to, m.method or "-") for m in ended) == sorted([(who["email"], "CANCEL"), (invite.to, "CANCEL"), ("field@example.kr", "CANCEL"),
              ("coordinator@example.kr", "-")]) and all("문제가 해결되었습니다" in m.text for m in ended), "whoever was told is told, and the owner", ended)
    lint(ended, "the cancellations")
    reply, same = unchanged(s, lambda: says(s, link, "cancel", now["revision"], reason="x"))
    points.ok(same and "취소된" in reply.body.decode(), "once")
    points.ok(s.sql(f"select count(*) from jamund.holds where appointment_id = '{made['id']}'") == "0", "the time is free")

    over = invited(s, office, "2026-06-04T10:00:00+09:00")
    late = invited(s, office, "2026-06-04T15:00:00+09:00")
    s.at("2026-06-04T10:30:00+09:00")
    says(s, late[4], "cancel", late[2]["revision"], reason="병가")
    points.ok(s.coordinator.get(f"/v1/appointments/{late[2]['id']}").json["late"] is True, "within the office's notice it is flagged")
    points.ok("진행 중인 자문입니다" in s.nobody.get(over[4]).body.decode(), "while it takes place the page only shows")
    s.at("2026-06-04T11:00:00+09:00")
    points.ok("지난 자문 일정입니다" in s.nobody.get(over[4]).body.decode(), "the link is good until the meeting ends")
    points.ok(not any(x in s.log.read_text() for x in (token, note, invite.to)), "no token and nothing personal is in the log")


def rating(s, office):
    who, asked, made, invite, link = invited(s, office)
    silent = office.company(contacts=[data.contact(900, consent=False)])
    quiet = office.confirmed("2026-06-04T14:00:00+09:00", of=silent, contact_id=None)[2]
    s.at("2026-06-04T16:00:00+09:00")
    for one in (made, quiet):
        s.coordinator.post(f"/v1/appointments/{one['id']}/complete", {**REPORT, "follow_up": False}, match="*")
    count = len(mails(s, made["id"]))
    points.ok(s.sql(f"select kind || state from jamund.messages where kind = 'rating'") == "ratingqueued", "one contact will be asked, some hours later")
    s.at("2026-06-05T11:59:00+09:00")
    points.ok(len(mails(s, made["id"])) == count, "not before")
    s.at("2026-06-05T12:00:00+09:00")
    wait_for("the mail", lambda: s.sql("select state from jamund.messages where kind = 'rating'") == "sent")
    mail = mails(s, made["id"], count)[0]
    points.ok(mail.to == invite.to and mail.method is None and mail.message["References"] == invite.message["Message-ID"],
              "then, in the thread of the invitation", mail)
    lint([mail], "it")
    link = link_of(mail, "rating")
    page, same = unchanged(s, lambda: s.nobody.get(link))
    points.ok(page.status == 200 and same and page.body.decode().count('type="radio"') == 5, "its page asks for one to five", page)
    for name, form in (("none", {"comment": "x"}), ("six", {"stars": 6}), ("a word", {"stars": "good"}), ("a long comment", {"stars": 3, "comment": "x" * 2001})):
        reply, same = unchanged(s, lambda: s.nobody.form(link, urlencode(form)))
        points.ok(reply.status == 200 and same and 'class="notice"' in reply.body.decode(), f"{name} changes nothing", reply)
    hostile = "</textarea><script>alert(1)</script>좋았습니다"
    reply = s.nobody.form(link, urlencode({"stars": 5, "comment": hostile}))
    text = reply.body.decode()
    points.ok("알려 주셔서 고맙습니다" in text and "<script" not in text and "2026년 7월 5일" in text, "it rates, and may change it for thirty days", reply)
    reply = s.nobody.form(link, urlencode({"stars": 4, "comment": hostile}))
    points.ok('value="4" checked' in reply.body.decode(), "the last word counts", reply)
    reply, same = unchanged(s, lambda: s.nobody.form(link, urlencode({"stars": 4, "comment": hostile})))
    points.ok(same, "said again it changes nothing")
    for role, sees in (("coordinator", True), ("manager", True), ("field", False)):
        got = getattr(s, role).get(f"/v1/appointments/{made['id']}").json["rating"]
        points.ok(got["stars"] == 4 and ("comment" in got) == sees, f"{role} {'reads' if sees else 'does not read'} the comment", got)
    feed = s.manager.post(f"/v1/experts/{who['id']}/feed", {}).json["url"]
    points.ok("좋았습니다" not in s.nobody.get("/feeds/" + feed.rsplit("/", 1)[1]).body.decode(), "the expert's calendar says nothing of it")
    s.at("2026-07-05T12:01:00+09:00")
    reply, same = unchanged(s, lambda: s.nobody.form(link, urlencode({"stars": 1})))
    points.ok(same and "평가 기간이 지났습니다" in reply.body.decode(), "then it is too late, and says so", reply)


for part in (sessions, held, company, rating):
    with Service(points) as s:
        part(s, data.Office(s))
points.done()
