#!/usr/bin/python3
# The office's policies: candidates, slots and booking say the same of rest, cooling-off, desk duty,
# visits that are accompanied, and hours that are not of every week.
import datetime

import data
from service import Service, Tap

KST = datetime.timezone(datetime.timedelta(hours=9))
points = Tap()


def day(date, start="09:00", end="18:00"):
    return [{"from": f"{date}T{start}:00+09:00", "until": f"{date}T{end}:00+09:00"}]


def at(date, time):
    return datetime.datetime.fromisoformat(f"{date}T{time}:00+09:00")


def half_hours(date, first="09:00", last="17:00"):
    start = at(date, first)
    while start <= at(date, last):
        yield start
        start += datetime.timedelta(minutes=30)


def try_to_book(s, asked, who, start, **more):
    """The reply; what was booked is taken back at once."""
    made = s.coordinator.post("/v1/appointments", {"request_id": asked["id"], "expert_id": who["id"], "start": start.isoformat(), **more})
    if made.status == 201:
        s.coordinator.post(f"/v1/appointments/{made.json['id']}/cancel", {"reason": "다음"}, match=made.etag)
    return made


def listed(s, asked, who):
    """The starts of an expert, told by /slots."""
    got = s.coordinator.get(f"/v1/requests/{asked['id']}/slots?limit=100")
    return {datetime.datetime.fromisoformat(x["start"]).astimezone(KST) for x in got.json["slots"]
            if who["id"] in {e for seat in x["seats"] for e in seat["experts"]}}


def reason(s, asked, who):
    got = s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json
    return {i["expert"]["id"]: i["reason"] for i in got["ineligible"]}.get(who["id"])


def agree(s, asked, who, starts, rule, what):
    """Of these starts those are listed that can be booked; the others break that rule alone."""
    starts, want, wrong = list(starts), set(), []
    for start in starts:
        made = try_to_book(s, asked, who, start)
        rules = {r["rule"] for r in made.json.get("rules", [])}
        if made.status == 201:
            want.add(start)
        elif rules != {rule}:
            wrong.append((start.isoformat(), made.code, rules))
    got = listed(s, asked, who)
    points.ok(got == want and not wrong, f"{what}: slots and booking agree on {len(want)} of {len(starts)} starts",
           (sorted(got ^ want), wrong))
    return want


def rest(s, office):
    s.sql("update jamund.office set rest_minutes = 20, rest_night_hours = 0")
    who = office.expert(notice_hours=0, caps={"per_day": 8, "per_week": 20, "hours_per_year": 60})
    office.offer(office.request(windows=day("2026-06-04")), who, "2026-06-04T13:00:00+09:00")
    asked = office.request(windows=day("2026-06-04", "09:00", "11:30") + day("2026-06-04", "14:20", "18:00"))
    found = agree(s, asked, who, list(half_hours("2026-06-04", "09:00", "10:30")) + list(half_hours("2026-06-04", "14:30")), "rest", "rest")
    points.ok(at("2026-06-04", "14:30") not in found and at("2026-06-04", "15:00") in found, "an hour after a meeting there was rest")
    made = try_to_book(s, asked, who, at("2026-06-04", "14:30"), override_reason="센터장 승인")
    points.ok(made.status == 201 and made.json["seats"][0]["overridden"] == ["rest"], "less takes a reason", made)
    s.sql("update jamund.office set rest_minutes = 0, rest_night_hours = 20")
    asked = office.request(windows=day("2026-06-05", "09:00", "12:00"))
    found = agree(s, asked, who, half_hours("2026-06-05", "09:00", "11:00"), "rest", "a night's rest")
    points.ok(min(found, default=None) == at("2026-06-05", "10:00"), "twenty hours after 14:00 it is ten", found)
    none = office.request(windows=day("2026-06-05", "09:00", "10:30"))
    points.ok(reason(s, none, who) == "rest", "why not: rest")
    s.sql("update jamund.office set rest_night_hours = 0")


def cooling_off(s, office):
    company = office.company()
    who = office.expert(notice_hours=0, conflicts={"companies": [company["registration_number"]], "affiliations": []})
    asked = office.request(company, windows=day("2026-06-04"))
    points.ok(reason(s, asked, who) == "conflict_company", "a conflict of interest")
    at_ = f"/v1/experts/{who['id']}"
    now = s.manager.get(at_)
    body = data.expert(0, email=now.json["email"], affiliation=now.json["affiliation"], notice_hours=0, conflicts={"companies": []})
    put = s.manager.put(at_, body, match=now.etag)
    points.ok(put.json["conflicts"]["ended"] == [{"kind": "company", "subject": company["registration_number"], "last_day": "2026-06-01"}],
              "taken off the list it has ended today", put)
    points.ok(reason(s, asked, who) is None, "without months of cooling-off the expert may serve from the next day on")
    s.sql("""select api.office_set((select to_jsonb(o) from jamund.office o)
        || '{"cooling_off_months": 3, "mail_from": "jamund@example.kr", "mail_from_name": "센터", "mail_host": "example.kr", "message_wait": 0}')""")
    points.ok(reason(s, asked, who) == "cooling_off", "with them it may not: the daemon knows at once")
    made = try_to_book(s, asked, who, at("2026-06-04", "10:00"), override_reason="센터장 승인")
    points.ok(made.code == "needs-override" and [(r["rule"], r["hard"]) for r in made.json["rules"]] == [("cooling_off", True)],
              "booking says the same, whatever the reason", made)
    edge = office.request(company, windows=day("2026-09-01", "00:00", "23:59") + day("2026-09-02"))
    found = agree(s, edge, who, list(half_hours("2026-09-01")) + list(half_hours("2026-09-02")), "cooling_off", "cooling-off")
    points.ok(min(found) == at("2026-09-02", "09:00"), "three months after its last day", sorted(found)[:1])
    bad = s.manager.put(at_, {**body, "conflicts": {"ended": [{"kind": "company", "subject": "123", "last_day": "2026-06-01"}]}},
                        match=s.manager.get(at_).etag)
    points.ok(bad.status == 422 and bad.pointers == ["/conflicts/ended/0/subject"], "an end of a conflict with nobody is refused", bad)
    s.sql("update jamund.office set cooling_off_months = 0")


def weeks(s, office):
    who = office.expert(notice_hours=0, availability=[
        {"weekday": "thu", "from": "09:00", "until": "12:00", "every": 2, "first_day": "2026-06-01"},
        {"weekday": "tue", "from": "14:00", "until": "17:00", "nth": [2, -1], "last_day": "2026-07-31"}])
    asked = office.request(windows=[w for d in ("2026-06-04", "2026-06-09", "2026-06-11", "2026-06-16", "2026-06-18", "2026-06-30") for w in day(d)])
    found = agree(s, asked, who, [x for d in ("2026-06-04", "2026-06-11", "2026-06-18") for x in half_hours(d)] +
                  [x for d in ("2026-06-09", "2026-06-16", "2026-06-30") for x in half_hours(d)], "availability", "hours of some weeks")
    points.ok({x.date().isoformat() for x in found} == {"2026-06-04", "2026-06-18", "2026-06-09", "2026-06-30"},
              "every other Thursday, the second and the last Tuesday", sorted(found))
    later = office.request(windows=day("2026-08-11") + day("2026-08-25"))
    points.ok(reason(s, later, who) == "no_free_slot", "until their last day")
    where = f"/v1/experts/{who['id']}/availability"
    now = s.coordinator.get(where)
    again = s.coordinator.put(where, {"weekly": now.json["weekly"], "dates": []}, match=now.etag)
    points.ok(again.json["weekly"] == now.json["weekly"] == sorted(who["availability"], key=lambda w: w["weekday"] == "thu"),
              "what is read can be written", again)
    for weekly, pointer in (({"weekday": "mon", "from": "09:00", "until": "10:00", "every": 3}, "/weekly/0/first_day"),
                            ({"weekday": "mon", "from": "09:00", "until": "10:00", "nth": [6]}, "/weekly/0/nth/0"),
                            ({"weekday": "mon", "from": "09:00", "until": "10:00", "nth": [0]}, "/weekly/0/nth"),
                            ({"weekday": "mon", "from": "09:00", "until": "10:00", "first_day": "2026-02-02", "last_day": "2026-02-01"}, "/weekly/0/last_day")):
        bad = s.coordinator.put(where, {"weekly": [weekly], "dates": []}, match=again.etag)
        points.ok(bad.status == 422 and bad.pointers == [pointer], f"refused: {pointer}", bad)


def duty(s, office):
    who, other = office.expert(notice_hours=0), office.expert(notice_hours=0)
    room = office.room(turnaround=0)
    body = {"expert_id": who["id"], "date": "2026-06-06", "from": "10:00", "until": "12:00", "place_id": room["id"]}  # a Saturday
    made = s.coordinator.post("/v1/duties", body)
    points.ok(made.status == 201 and s.coordinator.get(made.headers["Location"]).json["id"] == made.json["id"], "a duty is added", made)
    points.ok(s.coordinator.post("/v1/duties", body).pointers == ["/date"], "not twice")
    s.coordinator.post("/v1/duties", {**body, "date": "2026-06-04"})
    walk_in = office.request(windows=day("2026-06-04") + day("2026-06-06"), mode="center", place_id=room["id"], desk=True)
    points.ok(walk_in["desk"] is True, "a request of a walk-in", walk_in)
    found = listed(s, walk_in, who)
    points.ok(found == set(half_hours("2026-06-04", "10:00", "11:00")) | set(half_hours("2026-06-06", "10:00", "11:00")),
              "a walk-in is served in duty time alone, on a Saturday, too", sorted(found))
    points.ok(reason(s, walk_in, other) == "off_duty", "why not: off_duty")
    here = office.request(windows=day("2026-06-04"), mode="phone", desk=True)
    agree(s, here, who, half_hours("2026-06-04"), "off_duty", "a walk-in around a duty")
    plain = office.request(windows=day("2026-06-04"))
    agree(s, plain, who, half_hours("2026-06-04"), "on_duty", "another request around a duty")
    points.ok(reason(s, office.request(windows=day("2026-06-04", "10:00", "12:00")), who) == "on_duty", "why not: on_duty")
    # the rota, and changes of it
    rota = s.field.get("/v1/duties?from=2026-06-01&until=2026-06-30")
    points.ok([d["date"] for d in rota.json["items"]] == ["2026-06-04", "2026-06-06"], "the rota", rota)
    booked = office.offer(walk_in, who, "2026-06-06T10:30:00+09:00")
    swap = s.coordinator.post(f"/v1/duties/{made.json['id']}/swap", {"expert_id": other["id"], "reason": "교대"}, match=made.etag)
    points.ok(swap.status == 200 and [c["cause"] for c in swap.json["collisions"]] == ["duty"] and
              swap.json["collisions"][0]["appointment_id"] == booked["id"], "a duty changes hands; what is booked is told", swap)
    points.ok(any(i["kind"] == "collision" for i in s.coordinator.get("/v1/worklist?all=true").json["items"]), "and on the worklist")
    s.coordinator.post(f"/v1/appointments/{booked['id']}/cancel", {"reason": "교대"}, match=s.coordinator.get(f"/v1/appointments/{booked['id']}").etag)
    points.ok(listed(s, walk_in, who) == set(half_hours("2026-06-04", "10:00", "11:00")) and
              listed(s, walk_in, other) == set(half_hours("2026-06-06", "10:00", "11:00")), "slots follow at once")
    points.ok(s.coordinator.delete(f"/v1/duties/{made.json['id']}", match=made.etag).status == 412, "not what has changed")
    gone = s.coordinator.delete(f"/v1/duties/{made.json['id']}", match=swap.etag)
    points.ok(gone.status == 200 and gone.json["removed_at"] and not listed(s, walk_in, other), "a duty is removed", gone)
    points.ok(s.field.post("/v1/duties", body).status == 403, "the field team keeps no rota")


def visit(s, office):
    company, who = office.company(), office.expert(notice_hours=0)
    made = s.field.post("/v1/visits", {"company_id": company["id"], "start": "2026-06-04T10:10:00+09:00", "minutes": 90, "note": "설비 점검"})
    points.ok(made.status == 201 and s.field.get(made.headers["Location"]).json == made.json, "a visit is entered", made)
    case = office.case(company)
    body = {k: v for k, v in data.request(case["id"], visit_id=made.json["id"]).items() if k != "windows"}
    for more, pointer in (({"mode": "online"}, "/visit_id"), ({"minutes": 120}, "/minutes"), ({"windows": day("2026-06-04")}, "/windows")):
        bad = s.field.post("/v1/requests", {**body, **more})
        points.ok(bad.status == 422 and bad.pointers == [pointer], f"refused: {pointer}", bad)
    points.ok(s.field.post("/v1/requests", data.request(case["id"], windows=None)).pointers == ["/windows"], "without a visit it takes windows")
    asked = s.field.post("/v1/requests", body)
    points.ok(asked.status == 201 and asked.json["windows"] == [{"from": "2026-06-04T10:10:00+09:00", "until": "2026-06-04T11:10:00+09:00"}],
              "a request to accompany it", asked)
    asked = asked.json
    points.ok(listed(s, asked, who) == {at("2026-06-04", "10:10")}, "its slot is the visit's start, on whatever minute")
    got = s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json["candidates"]
    points.ok([c["slots"] for c in got if c["expert"]["id"] == who["id"]] == [["2026-06-04T10:10:00+09:00"]], "candidates say the same", got)
    no = try_to_book(s, asked, who, at("2026-06-04", "10:00"), override_reason="센터장 승인")
    points.ok(no.code == "needs-override" and [(r["rule"], r["hard"]) for r in no.json["rules"]] == [("visit", True)], "and booking", no)
    booked = office.offer(asked, who, "2026-06-04T10:10:00+09:00")
    office.accept(booked)
    moved = s.coordinator.post(f"/v1/visits/{made.json['id']}/move", {"start": "2026-06-05T15:40:00+09:00", "reason": "기업 사정"}, match=made.etag)
    now = s.coordinator.get(f"/v1/appointments/{booked['id']}").json
    points.ok(moved.status == 200 and now["start"] == "2026-06-05T15:40:00+09:00" and now["seats"][0]["state"] == "offered",
              "the visit moves, and the meeting with it", (moved, now))
    away = s.coordinator.post(f"/v1/visits/{made.json['id']}/move", {"start": "2026-06-06T15:40:00+09:00", "reason": "토요일"}, match=moved.etag)
    points.ok(away.code == "needs-override" and s.field.get(f"/v1/visits/{made.json['id']}").json == moved.json,
              "not to where the expert is not there: nothing has moved", away)


with Service(points) as s:
    office = data.Office(s)
    rest(s, office)
    cooling_off(s, office)
    weeks(s, office)
    duty(s, office)
    visit(s, office)
points.done()
