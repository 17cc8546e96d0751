#!/usr/bin/python3
# What happens after the first offer: proposals, moves, replacements, drop-outs, no-shows,
# corrections, undo; and that mails go to exactly those whom they concern.
from urllib.parse import urlencode

import data
from mail import mails
from service import Service, Tap

THURSDAY, FRIDAY = "2026-06-04T10:00:00+09:00", "2026-06-05T14:00:00+09:00"
points = Tap()


def act(s, where, body, status=200):
    reply = s.coordinator.post(where, body, match="*")
    points.ok(reply.status == status, f"{where.rsplit('/', 1)[1]}: {status}", reply)
    return reply


def now(s, made):
    return s.coordinator.get(f"/v1/appointments/{made['id']}").json


def live(s, made):
    """The state of the appointment, of its request, and of each seat as it stands."""
    a = now(s, made)
    last = {seat["seat"]: seat["state"] for seat in a["seats"]}
    return a["state"], s.coordinator.get(f"/v1/requests/{a['request_id']}").json["state"], *last.values()


def told(s, made, since):
    """Who was told what after so many mails, each mail held against the linter."""
    new = mails(s, made["id"], since)
    findings = [f"{m}: {f}" for m in new for f in m.findings()]
    points.ok(not findings, f"the linter takes {len(new)} mails", findings)
    return new


def whom(new):
    return sorted((m.to.split("@")[0].split("-")[0], m.method) for m in new)


def confirmed(s, office, **changes):
    who, asked, made = office.confirmed(THURSDAY, by="field", **changes)
    return who, asked, made, len(mails(s, made["id"]))


def proposals(s, office):
    asked, who = office.request(), office.expert()
    made = office.offer(asked, who, THURSDAY)
    link = mails(s, made["id"])[0].link
    form = {"answer": "counter", "revision": 1, "proposal_1": "2026-06-05T14:00", "proposal_2": "2026-06-08T11:00",
            "reason": "목요일은 어렵습니다"}
    before = s.counts()
    for wrong in ({"proposal_1": ""}, {"proposal_1": "2026-05-01T10:00"}, {"proposal_1": "내일"}, {"proposal_1": "2026-13-45T10:00"}):
        page = s.nobody.form(link, urlencode({**form, "proposal_2": "", **wrong}))
        points.ok(page.status == 200 and 'class="notice"' in page.body.decode() and s.counts() == before,
                  f"{wrong['proposal_1'] or 'nothing'} is no proposal, and the page says so", page)
    page = s.nobody.form(link, urlencode(form)).body.decode()
    points.ok("다른 시간을 제안하셨습니다" in page and "2026년 6월 5일 (금) 14:00" in page, "the page shows what was proposed")
    points.ok(live(s, made) == ("tentative", "offered", "countered"), "the offer waits for the owner")
    word = told(s, made, 1)
    points.ok(whom(word) == [("coordinator", None)] and word[0].holds("2026-06-05 14:00") and word[0].holds("목요일은"),
              "who is told, with the times", word)
    seat = now(s, made)["seats"][0]
    points.ok(seat["proposals"] == [FRIDAY, "2026-06-08T11:00:00+09:00"], "in the API, too", seat)
    where = f"/v1/seats/{seat['id']}"
    no = act(s, where + "/take", {"start": THURSDAY}, 422)
    points.ok(no.pointers == ["/start"], "only a time that was proposed is taken")
    act(s, where + "/take", {"start": FRIDAY})
    points.ok(live(s, made) == ("confirmed", "scheduled", "accepted") and now(s, made)["start"] == FRIDAY,
              "taken: the meeting is there, accepted by who proposed it")
    invites = told(s, made, 2)
    points.ok(whom(invites) == [("contact", "REQUEST"), ("coordinator", "REQUEST"), ("tax", "REQUEST")]
              and all(m.event["DTSTART"].dt.isoformat() == FRIDAY for m in invites), "all are invited to it", invites)
    points.ok(s.sql("select count(*) from jamund.holds where lower(during) < '2026-06-05'") == "0", "Thursday is free again")

    made = office.offer(office.request(), who, "2026-06-08T09:00:00+09:00")
    where, sent = f"/v1/seats/{made['seats'][0]['id']}", len(mails(s, made["id"]))
    act(s, where + "/counter", {"via": "phone", "proposals": ["2026-06-08T13:00:00+09:00"]})
    act(s, where + "/refuse", {"reason": "회의실이 없습니다", "again": True})
    points.ok(live(s, made) == ("tentative", "offered", "offered"), "refused, and asked again as it was")
    new = told(s, made, sent)
    points.ok(whom(new) == [("coordinator", None), ("tax", "REQUEST")] and new[1].link and new[1].holds("회의실이 없습니다"),
              "the expert reads why, and may answer", new)


def moves(s, office):
    who, asked, made, sent = confirmed(s, office)
    where = f"/v1/appointments/{made['id']}"
    no = act(s, where + "/move", {"start": "2026-06-01T09:00:00+09:00", "reason": "늦음"}, 422)
    points.ok(no.pointers == ["/start"], "not into the past")
    rival = office.offer(office.request(), who, FRIDAY)
    no = act(s, where + "/move", {"start": FRIDAY, "reason": "기업 사정"}, 409)
    points.ok(no.code == "slot-taken" and no.json["conflict"]["appointment_id"] == rival["id"]
              and now(s, made)["start"] == THURSDAY, "not onto another meeting; nothing moves", no)
    act(s, where + "/move", {"start": "2026-06-05T16:00:00+09:00", "reason": "기업 사정"})
    points.ok(live(s, made) == ("tentative", "offered", "offered"), "a moved meeting is asked for anew")
    new = told(s, made, sent)
    points.ok(whom(new) == [("contact", "REQUEST"), ("field", "REQUEST"), ("tax", "REQUEST")], "who was invited is told", new)
    old = mails(s, made["id"])[sent - 1]
    points.ok(all(str(m.event["UID"]) == made["uid"] and int(m.event["SEQUENCE"]) > int(old.event["SEQUENCE"])
                  and str(m.event["STATUS"]) == "TENTATIVE" for m in new), "same UID, SEQUENCE risen, tentative", new)
    expert = next(m for m in new if m.to == who["email"])
    points.ok(expert.event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION" and expert.link, "the expert is asked again")
    sent += 3
    s.nobody.form(expert.link, urlencode({"answer": "accept", "revision": now(s, made)["revision"]}))
    points.ok(live(s, made) == ("confirmed", "scheduled", "accepted"), "and accepts")
    new = told(s, made, sent)
    points.ok(all(str(m.event["STATUS"]) == "CONFIRMED" for m in new) and len(new) == 3, "all see it confirmed", new)
    sent += 3
    act(s, where + "/move", {"minutes": 90, "reason": "시간이 더 필요함"})
    points.ok(now(s, made)["end"] == "2026-06-05T17:30:00+09:00" and len(told(s, made, sent)) == 3, "a longer meeting is a move, too")


def replacements(s, office):
    who, asked, made, sent = confirmed(s, office)
    second, where = office.expert(), f"/v1/appointments/{made['id']}"
    no = act(s, where + "/reassign", {"expert_id": second["id"]}, 422)
    points.ok(no.pointers == ["/reason"], "replacing an expert takes a reason")
    act(s, where + "/reassign", {"expert_id": second["id"], "reason": "전문 분야"})
    points.ok(live(s, made) == ("tentative", "offered", "offered"), "the next one is asked")
    new = told(s, made, sent)
    mine = {m.to: m for m in new}
    points.ok(mine[who["email"]].method == "CANCEL" and "STATUS" not in mine[who["email"]].event,
              "who is un-invited gets a CANCEL without STATUS", mine[who["email"]])
    points.ok(mine[second["email"]].method == "REQUEST" and mine[second["email"]].link, "the next one an offer", new)
    sent += len(new)
    office.accept({"seats": [next(x for x in now(s, made)["seats"] if x["state"] == "offered")]})
    new = told(s, made, sent)
    points.ok(whom(new) == [("contact", "REQUEST"), ("field", "REQUEST"), ("tax", "REQUEST")]
              and who["email"] not in [m.to for m in new], "the others see it stands; the first hears nothing", new)
    sent += len(new)

    s.at("2026-06-03T18:00:00+09:00")
    link = next(m.link for m in reversed(mails(s, made["id"])) if m.to == second["email"])
    form = {"answer": "drop_out", "revision": now(s, made)["revision"]}
    points.ok('class="notice"' in s.nobody.form(link, urlencode(form)).body.decode(), "dropping out takes a reason")
    s.nobody.form(link, urlencode({**form, "reason": "몸이 아픕니다"}))
    points.ok(live(s, made) == ("tentative", "open", "declined"), "the expert drops out; the meeting looks for another")
    seat = next(x for x in now(s, made)["seats"] if x["state"] == "declined")
    points.ok(seat["late"] and seat["reason"] == "몸이 아픕니다", "flagged: within the notice", seat)
    new = told(s, made, sent)
    mine = {m.to: m.method for m in new}
    points.ok(mine[second["email"]] == "CANCEL" and "coordinator@example.kr" in mine, "who dropped out and the owner are told", new)
    done = act(s, where + "/cancel", {"reason": "위원 없음"})
    points.ok(done.json["state"] == "cancelled", "the coordinator ends it")
    last = [m for m in told(s, made, sent + len(new))]
    points.ok({m.to.split("-")[0].split("@")[0] for m in last} == {"contact", "field"}
              and all(str(m.event["STATUS"]) == "CANCELLED" for m in last), "who still knew of it is told", last)


def afterwards(s, office):
    who, asked, made, sent = confirmed(s, office)
    where = f"/v1/appointments/{made['id']}"
    act(s, where + "/no-show", {"by": "company", "reason": "연락 없음"}, 409)
    s.at("2026-06-04T12:00:00+09:00")
    no = act(s, where + "/no-show", {"by": "expert", "seat": 2, "reason": "연락 없음"}, 422)
    points.ok(no.pointers == ["/seat"], "no such seat")
    act(s, where + "/no-show", {"by": "company", "reason": "연락 없음"})
    points.ok(live(s, made)[:2] == ("no_show", "open") and now(s, made)["no_show_by"] == "company", "who did not come")
    no = act(s, where + "/correct", {"state": "completed", "reason": "늦게 왔음"}, 422)
    points.ok(no.pointers == ["/report"], "a meeting that took place has a report", no)
    report = {"outcome": "solved", "summary": "환급 방법", "minutes": 40, "follow_up": False}
    act(s, where + "/correct", {"state": "completed", "report": report, "reason": "늦게 왔음"})
    points.ok(live(s, made)[:2] == ("completed", "done") and now(s, made)["report"]["minutes"] == 40, "corrected")
    act(s, where + "/correct", {"state": "no_show", "by": "expert", "reason": "다른 날이었음"})
    points.ok(live(s, made)[:2] == ("no_show", "open") and now(s, made)["report"] is None
              and now(s, made)["seats"][0]["no_show"], "and once more, the other way")
    points.ok(len(mails(s, made["id"])) == sent, "nobody is written to about what is over")
    points.ok(s.sql("select string_agg(reason, ',' order by id) from jamund.audit where action = 'appointment.correct'"
                    f" and entity_id = '{made['id']}'") == "늦게 왔음,다른 날이었음", "each with its reason in the audit")


def undone(s, office):
    who, asked, made, sent = confirmed(s, office)
    s.sql("update jamund.office set settle_seconds = 60")
    where, held = f"/v1/appointments/{made['id']}", "select subject, during from jamund.holds order by 1"
    before = s.sql(held)
    for verb, body in (("cancel", {"reason": "실수"}), ("move", {"start": FRIDAY, "reason": "실수"}),
                       ("reassign", {"expert_id": office.expert()["id"], "reason": "실수"})):
        act(s, f"{where}/{verb}", body)
        points.ok(s.sql(held) != before, f"{verb}: the time changed")
        act(s, where + "/undo", {})
        points.ok(live(s, made)[:2] == ("confirmed", "scheduled") and now(s, made)["start"] == THURSDAY
                  and s.sql(held) == before, f"{verb} is undone, time and all")
        points.ok(now(s, made)["seats"][0]["state"] == "accepted", "who had accepted still has", now(s, made)["seats"])
    act(s, where + "/undo", {}, 409)
    points.ok(s.sql(f"select count(*) from jamund.messages where appointment_id = '{made['id']}' and state <> 'withdrawn'"
                    " and kind in ('cancel', 'move')") == "0", "nobody hears of it")
    act(s, where + "/cancel", {"reason": "이번에는 정말로"})
    s.at("2026-06-01T10:05:00+09:00")
    points.ok(whom(told(s, made, sent)) == [("contact", "CANCEL"), ("field", "CANCEL"), ("tax", "CANCEL")],
              "after the settle time all are told, once")
    no = act(s, where + "/undo", {}, 409)
    points.ok(no.code == "wrong-state", "and it is too late to undo", no)


for part in (proposals, moves, replacements, afterwards, undone):
    with Service(points) as s:
        part(s, data.Office(s))
points.done()
