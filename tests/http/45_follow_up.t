#!/usr/bin/python3
# Follow-up until solved: sessions with the expert who knows the case, and what was held already.
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
    again = s.coordinator.post(f"/v1/requests/{asked['id']}/reopen", {"reason": "다음 회차", "windows": [
        {"from": "2026-06-10T09:00:00+09:00", "until": "2026-06-12T18:00:00+09:00"}]}, match=now.etag)
    points.ok(again.status == 200 and again.json["windows"][0]["from"].startswith("2026-06-10"), "with times of its own", again)
    found = candidates(s, asked)
    points.ok(continuity(found) == {who["id"]: 150, **{e["id"]: 0 for e in others}} and found[0]["expert"]["id"] == who["id"],
              "continuity puts the expert who knows it first", found)
    later = office.made(s.coordinator.post("/v1/requests", data.request(asked["case_id"], contact_id=asked["contact_id"])))
    points.ok(continuity(candidates(s, later))[who["id"]] == 100, "on another request of the case, two thirds of it")
    second = office.offer(asked, who, found[0]["slots"][0])
    office.accept(second)
    points.ok(second["uid"] != first["uid"] and second["sequence"] == 0, "the next session is an appointment with a UID of its own")
    points.ok([str(m.event["UID"]) for m in mails(s, second["id"]) if m.calendar] == [second["uid"]] * 3,
              "and is in the calendars beside the first")
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
    wait_for("the trace", lambda: s.sql("select count(*) from jamund.reads where what like '%/certificate'"
                                        f" and subject = '{first['id']}'") == "2")
    points.ok(True, "each reading leaves its trace")


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
    load = {c["expert"]["id"]: c["load"] for c in candidates(s, office.request())}
    points.ok(load[who["id"]]["minutes_this_year"] == load[who["id"]]["minutes_this_term"] == 50, "its minutes count", load)
    feed = s.manager.post(f"/v1/experts/{who['id']}/feed", {}).json["url"]
    body = s.nobody.get("/feeds/" + feed.rsplit("/", 1)[1]).body.replace(b"\r\n ", b"").decode()
    points.ok(made.json["uid"] in body, "the expert's calendar shows what was held")


for part in (sessions, held):
    with Service(points) as s:
        part(s, data.Office(s))
points.done()
