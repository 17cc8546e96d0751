#!/usr/bin/python3
# Events and plans: asked for, computed by the daemon's worker, looked at, booked; re-plans and walk-ins.
import data
from service import Service, Tap, wait_for
from sse import Stream

points = Tap()
DAY = "2026-06-10"  # a Wednesday
TWO = [{"field": "legal", "min_level": 2}, {"field": "tax", "min_level": 2}]


def at(clock, day=DAY):
    return f"{day}T{clock}:00+09:00"


def slots(first=10, hours=2, booths=3, day=DAY):
    minutes = [first * 60 + 30 * i for i in range(hours * 2)]
    clock = [f"{m // 60:02d}:{m % 60:02d}" for m in minutes + [minutes[-1] + 30]]
    return [{"from": at(a, day), "until": at(b, day), "booths": booths} for a, b in zip(clock, clock[1:])]


def event(experts, **more):
    return {"title": "가상 박람회", "place": "가상 전시장 1홀", "slots": slots(booths=4),
            "experts": [{"expert_id": e["id"]} for e in experts], **more}


def plan(s, reply, state="ready"):
    """The plan once it is in a state."""
    where = f"/v1/plans/{reply.json['id']}"
    return wait_for(state, lambda: (p := s.coordinator.get(where)).json["state"] == state and p)


def act(s, p, verb, body=None, **more):
    return s.coordinator.post(f"/v1/plans/{p.json['id']}/{verb}", body or {}, match=p.etag, **more)


def items(s, p, by="coordinator"):
    found, cursor = [], ""
    while True:
        page = getattr(s, by).get(f"/v1/plans/{p.json['id']}/items?limit=50{cursor}").json
        found += page["items"]
        if not page["next_cursor"]:
            return found
        cursor = "&cursor=" + page["next_cursor"]


def live_at(s):
    """(start, booth number, expert) of every appointment in a booth."""
    return sorted(s.sql("select lower(a.during) || ' ' || b.number || ' ' || s.expert_id from jamund.appointments a join jamund.event_booths b"
                        " on b.id = a.booth_id join jamund.seats s on s.appointment_id = a.id and s.state = 'accepted'"
                        " where a.state in ('tentative', 'confirmed')").splitlines())


def expo(s, office):
    """An event day from its plan to its last walk-in."""
    experts = [office.expert(notice_hours=400, availability=[], modes=["online"]) for _ in range(3)]
    made = s.coordinator.post("/v1/events", event(experts))
    points.ok(made.status == 201 and len(made.json["slots"]) == 4, "an event is made", made)
    wide = [{"from": at("09:00"), "until": at("18:00")}]
    asked = [office.request(minutes=30, windows=wide, urgency="urgent" if n < 2 else "normal") for n in range(9)]
    none = office.request(minutes=30, windows=wide, seats=[{"field": "patent", "min_level": 1}])
    stream = Stream(s.port, s.tokens["coordinator"], query="?entity=plan")
    p = plan(s, s.coordinator.post("/v1/plans", {"event_id": made.json["id"], "seconds": 5}))
    out = p.json["outcome"]
    points.ok(p.json["requests"] == 10 and p.json["assigned"] == 9 and p.json["unserved"] == 1 and out["end"] in ("optimal", "gap"),
              "every request that can be is served", p)
    draft = items(s, p)
    lost = [i for i in draft if i["state"] == "unserved"]
    points.ok([i["request_id"] for i in lost] == [none["id"]] and lost[0]["why"] == "no_candidate"
              and lost[0]["funnel"][-1]["rule"] == "not_in_field" and lost[0]["funnel"][-1]["left"] == 0, "who is not served knows why", lost)
    points.ok(all(len(i["experts"]) == 1 for i in draft if i["state"] == "assigned")
              and not any("experts" in i for i in items(s, p, "field")), "a draft names experts to planners alone", draft[0])
    stream.until(lambda: "plan.compute" in stream.kinds)
    points.ok([k for k in stream.kinds if k != "plan.progress"] == ["plan.ask", "plan.compute"], "the stream tells", stream.events)
    stream.close()
    points.ok(live_at(s) == [], "nothing is booked yet")

    done = act(s, p, "apply", key="apply-once")
    points.ok(done.status == 200 and done.json["state"] == "applied", "applied", done)
    again = act(s, p, "apply", key="apply-once")
    points.ok(again.status == 200 and again.body == done.body, "the same key, the same answer", again)
    points.ok(act(s, done, "apply").code == "wrong-state", "and once only")
    booked = live_at(s)
    points.ok(len(booked) == 9 and len({b.rsplit(" ", 1)[0] for b in booked}) == 9, "each in a booth of its own", booked)
    told = s.sql("select string_agg(distinct viewer || ' ' || kind, ', ' order by viewer || ' ' || kind) from jamund.messages")
    points.ok(told == "company invite, expert invite, field invite" or told == "company invite, expert invite", "invited at once, nobody is asked", told)
    mail = s.mails()[0].decode()
    points.ok(len(s.mails()) >= 18, "a mail for each", len(s.mails()))
    one = s.coordinator.get(f"/v1/appointments/{next(i for i in items(s, done) if i['booth'])['appointment_id']}").json
    points.ok(one["state"] == "confirmed" and one["mode"] == "event" and "부스" in one["place"]["ko"], "it stands in the booth", one, mail[:200])

    # an expert drops out, a booth is lost, a request is new
    before = live_at(s)
    gone = experts[0]["id"]
    fresh = office.request(minutes=30, windows=wide)
    re = act(s, done, "replan", {"reason": "불참", "dropped_expert_ids": [gone], "request_ids": [fresh["id"]],
                                 "lost_booths": [{"number": 3}]})
    points.ok(re.status == 201 and re.json["base_id"] == p.json["id"] and re.json["requests"] == 11, "a re-plan", re)
    points.ok(s.sql(f"select count(*) from jamund.change_log where entity_id = '{made.json['id']}' and kind = 'event.lose'") == "1", "the event has lost something")
    two = plan(s, re)
    points.ok(two.json["assigned"] == 8, "two experts, four slots: eight", two)
    moved = act(s, two, "apply")
    points.ok(moved.status == 200, "applied over what stands", moved)
    after = live_at(s)
    stayed = set(before) & set(after)
    points.ok(len(after) == 8 and not any(gone in a for a in after) and not any(a.split()[-2] == "3" for a in after), "without the expert and the booth", after)
    points.ok(len(stayed) >= len([b for b in before if gone not in b and b.split()[-2] != "3"]) - 1, "what could stay, stayed", before, after)
    points.ok(s.coordinator.get(f"/v1/plans/{p.json['id']}").json["state"] == "superseded", "the first plan is over")
    points.ok(s.sql("select count(*) from jamund.requests where state = 'open'") >= "3", "who lost the seat is open again")

    # an expert more, and walk-ins
    now = s.coordinator.get(f"/v1/events/{made.json['id']}")
    more = office.expert()
    body = event(experts + [more])
    put = s.coordinator.put(f"/v1/events/{made.json['id']}", body, match=now.etag)
    points.ok(put.status == 200 and [e["dropped_at"] is not None for e in put.json["experts"] if e["expert"]["id"] == gone] == [True], "the event anew", put)
    comes = office.request(minutes=30, windows=wide)
    walk = s.coordinator.post(f"/v1/plans/{two.json['id']}/walk-in", {"request_id": comes["id"]}, key="walk")
    points.ok(walk.status == 201 and walk.json["state"] == "confirmed" and walk.json["seats"][0]["expert"]["id"] == more["id"]
              and walk.json["start"] == at("10:00"), "a walk-in gets the first seat there is", walk)
    points.ok(s.coordinator.post(f"/v1/plans/{two.json['id']}/walk-in", {"request_id": comes["id"]}, key="walk").body == walk.body, "once")
    points.ok(s.coordinator.post(f"/v1/plans/{two.json['id']}/walk-in", {"request_id": comes["id"]}).code == "wrong-state", "it has a seat")
    no = s.coordinator.post(f"/v1/plans/{two.json['id']}/walk-in", {"request_id": none["id"]})
    points.ok(no.code == "plan-changed" and no.json["changed"][0]["what"] == "no_seat"
              and [(r["rule"], r["left"]) for r in no.json["changed"][0]["funnel"]] == [("all", 3), ("not_in_field", 0)], "nobody for it, and why", no)
    points.ok(len(live_at(s)) == 9 and any(i["appointment_id"] == walk.json["id"] for i in items(s, two)), "it is part of the plan")


def changed(s, office):
    """What is not as it was: nothing is booked, and the answer says what."""
    experts = [office.expert() for _ in range(4)]
    made = s.coordinator.post("/v1/events", event(experts, slots=slots(day="2026-06-17"))).json
    wide = [{"from": at("09:00", "2026-06-17"), "until": at("18:00", "2026-06-17")}]
    asked = [office.request(minutes=30, windows=wide) for _ in range(4)]
    p = plan(s, s.coordinator.post("/v1/plans", {"event_id": made["id"], "request_ids": [a["id"] for a in asked]}))
    by = {i["request_id"]: i for i in items(s, p)}
    s.coordinator.post(f"/v1/requests/{asked[0]['id']}/withdraw", {"reason": "취소"}, match='"v1"')
    paused = by[asked[1]["id"]]["experts"][0]["id"]
    pause = s.coordinator.get(f"/v1/experts/{paused}/availability")
    s.coordinator.post(f"/v1/experts/{paused}/pause", {}, match=pause.etag)
    counts = s.counts()
    no = act(s, p, "apply", key="late")
    what = {c["request_id"]: c["what"] for c in no.json["changed"]}
    points.ok(no.status == 409 and no.code == "plan-changed" and what[asked[0]["id"]] == "request_over" and what[asked[1]["id"]] == "rule",
              "all that has changed is named", no)
    points.ok(s.counts() == counts and s.coordinator.get(f"/v1/plans/{p.json['id']}").json["state"] == "ready", "nothing is half done")
    points.ok([r["rule"] for c in no.json["changed"] if c["request_id"] == asked[1]["id"] for r in c["rules"]] == ["paused"], "with the rule", no)
    over = act(s, p, "discard")
    points.ok(over.status == 200 and over.json["state"] == "superseded", "thrown away", over)
    stale = act(s, p, "apply")
    points.ok(stale.status == 412, "an old ETag does not do it", stale)


def day(s, office):
    """A day without an event: seats are offered, rooms taken."""
    office.room()
    experts = [office.expert(caps={"per_day": 2, "per_week": 6, "hours_per_year": 60}) for _ in range(2)]
    the = "2026-06-24"
    room = office.room()
    wide = [{"from": at("09:00", the), "until": at("18:00", the)}]
    asked = [office.request(minutes=60, windows=wide, mode="center", place_id=room["id"]) for _ in range(5)]
    reply = s.coordinator.post("/v1/plans", {
        "windows": [{"from": at("09:00", the), "until": at("12:00", the)}], "slot_minutes": 60, "gap_minutes": 20, "booths": 2,
        "request_ids": [a["id"] for a in asked], "expert_ids": [e["id"] for e in experts], "lambda": 5})
    p = plan(s, reply)
    points.ok(p.json["assigned"] == 4 and p.json["lambda"] == 5 and [x["booths"] for x in p.json["slots"]] == [2, 2], "two slots, two rooms: four", p)
    done = act(s, p, "apply")
    states = s.sql(f"select string_agg(distinct a.state || ' ' || x.state || ' ' || q.state, ', ') from jamund.plan_items i join jamund.appointments a on a.id = i.appointment_id"
                   f" join jamund.seats x on x.appointment_id = a.id join jamund.requests q on q.id = i.request_id where i.plan_id = '{p.json['id']}'")
    points.ok(done.status == 200 and states == "tentative offered offered", "experts are asked, as always", done, states)
    points.ok(s.sql("select count(distinct subject) from jamund.holds where kind = 'place'") == "2", "each in a free room")
    served = next(i for i in items(s, done) if i["state"] == "assigned")["request_id"]
    for bad, pointer in (({}, "/event_id"), ({"windows": wide}, "/slot_minutes"), ({"windows": wide, "slot_minutes": 60, "request_ids": [served]}, "/request_ids/0"),
                         ({"windows": [{"from": at("09:00", "2026-05-01"), "until": at("12:00", "2026-05-01")}], "slot_minutes": 60}, "/windows"),
                         ({"event_id": asked[0]["id"]}, "/event_id"), ({"windows": wide + wide, "slot_minutes": 60}, "/windows/1"),
                         ({"windows": wide, "slot_minutes": 60, "expert_ids": [asked[0]["id"]]}, "/expert_ids/0")):
        no = s.coordinator.post("/v1/plans", bad)
        points.ok(no.status == 422 and no.pointers == [pointer], f"{pointer} is named", no)


def weeks(s, office):
    """A backlog over three weeks: nobody is given more in a week of their own clock than booking allows."""
    experts = [office.expert(caps={"per_day": 2, "per_week": 2, "hours_per_year": 60}) for _ in range(2)]
    days = [f"2026-07-{d:02d}" for d in (6, 7, 13, 14, 20, 21)]  # Mondays and Tuesdays
    windows = [{"from": at("10:00", d), "until": at("12:20", d)} for d in days]
    office.offer(office.request(minutes=60, windows=windows), experts[0], at("10:00", days[4]))
    asked = [office.request(minutes=60, windows=windows) for _ in range(13)]
    p = plan(s, s.coordinator.post("/v1/plans", {"windows": windows, "slot_minutes": 60, "gap_minutes": 20, "booths": 2, "request_ids": [a["id"] for a in asked],
                                                 "expert_ids": [e["id"] for e in experts]}))
    done = act(s, p, "apply")
    points.ok(p.json["assigned"] == 11 and p.json["outcome"]["end"] == "optimal", "as many as the weeks have room for", p)
    points.ok(done.status == 200, "and all of it can be booked", done)
    by_week = s.sql("select string_agg(n::text, ' ') from (select count(*) as n from jamund.seats x join jamund.appointments a on a.id = x.appointment_id"
                    f" where x.expert_id in ('{experts[0]['id']}', '{experts[1]['id']}') and x.state = 'offered'"
                    " group by x.expert_id, date_trunc('week', lower(a.during) at time zone 'Asia/Seoul')) y")
    points.ok(by_week == "2 2 2 2 2 2", "two in each week for each of them", by_week)


def near(s, office):
    """Slots nearer to one another than an expert's buffers; and a meeting in two of them, which needs none within."""
    the, caps = "2026-06-25", {"per_day": 3, "per_week": 6, "hours_per_year": 60}
    wide = [{"from": at("09:00", the), "until": at("13:00", the)}]

    def day_of(who, asked, **grid):
        p = plan(s, s.coordinator.post("/v1/plans", {"windows": wide, **grid, "request_ids": [a["id"] for a in asked], "expert_ids": [who["id"]]}))
        return p, sorted(i["from"][11:16] for i in items(s, p) if i["state"] == "assigned")

    p, starts = day_of(office.expert(caps=caps), [office.request(windows=wide) for _ in range(3)], slot_minutes=60, gap_minutes=10)
    done = act(s, p, "apply")
    points.ok(starts == ["09:00", "11:20"] and done.status == 200, "whose buffers reach into the next slot has one between", starts, done)
    p, starts = day_of(office.expert(caps=caps), [office.request(windows=wide) for _ in range(3)], slot_minutes=30)
    done = act(s, p, "apply")
    points.ok(len(starts) == 3 and done.status == 200, "meetings of two slots, a slot between them", starts, done)


def stays(s, office):
    """One of two drops out: who stays at the same time is not asked again; and an event says what it has lost."""
    the = "2026-06-26"
    law, tax = office.expert(fields=[{"field": "legal", "level": 3}]), [office.expert() for _ in range(2)]
    wide = [{"from": at("09:00", the), "until": at("11:00", the)}]
    asked = office.request(windows=wide, seats=TWO)
    p = plan(s, s.coordinator.post("/v1/plans", {"windows": wide, "slot_minutes": 60, "request_ids": [asked["id"]],
                                                 "expert_ids": [e["id"] for e in [law, *tax]]}))
    done = act(s, p, "apply")
    seats = s.coordinator.get(f"/v1/appointments/{items(s, done)[0]['appointment_id']}").json["seats"]
    for seat in seats:
        s.coordinator.post(f"/v1/seats/{seat['id']}/accept", {"via": "phone"}, match=f"\"v{seat['version']}\"")
    gone = next(x["expert"]["id"] for x in seats if x["expert"]["id"] != law["id"])
    two = plan(s, act(s, done, "replan", {"reason": "불참", "dropped_expert_ids": [gone]}))
    over = act(s, two, "apply")
    now = s.coordinator.get(f"/v1/appointments/{items(s, over)[0]['appointment_id']}").json
    points.ok(over.status == 200 and [(x["expert"]["id"] == law["id"], x["state"]) for x in now["seats"] if x["state"] != "withdrawn"]
              == [(True, "accepted"), (False, "offered")], "who stays has said yes already", now)


def pair(s, office):
    """A meeting of two fields takes an expert of each, at one time and booth; a walk-in, too; a long one takes two slots."""
    the = "2026-06-18"
    tax, law = office.expert(), office.expert(fields=[{"field": "legal", "level": 3}])
    made = s.coordinator.post("/v1/events", event([tax, law], slots=slots(day=the))).json
    wide = [{"from": at("09:00", the), "until": at("18:00", the)}]
    both, long = office.request(minutes=30, windows=wide, seats=TWO), office.request(minutes=50, windows=wide)
    p = plan(s, s.coordinator.post("/v1/plans", {"event_id": made["id"], "request_ids": [both["id"], long["id"]]}))
    found = {i["request_id"]: i for i in items(s, p)}
    points.ok([e["id"] for e in found[both["id"]]["experts"]] == [law["id"], tax["id"]], "an expert for each seat, in their order", found)
    done = act(s, p, "apply")
    points.ok(done.status == 200 and [i["state"] for i in found.values()] == ["assigned"] * 2, "booked", done)
    seats = s.sql(f"select string_agg(x.state || x.seat, ' ' order by x.seat) from jamund.seats x join jamund.appointments a on a.id = x.appointment_id"
                  f" where a.request_id = '{both['id']}'")
    points.ok(seats == "accepted1 accepted2", "both have agreed to be there", seats)
    times = s.sql(f"select upper(a.during) - lower(a.during) from jamund.appointments a where a.request_id = '{long['id']}'")
    points.ok(times == "00:50:00", "as long as was asked for", times)
    comes = office.request(minutes=30, windows=wide, seats=TWO)
    walk = s.coordinator.post(f"/v1/plans/{p.json['id']}/walk-in", {"request_id": comes["id"]})
    points.ok(walk.status == 201 and [x["expert"]["id"] for x in walk.json["seats"]] == [law["id"], tax["id"]], "a walk-in for two", walk)


with Service(points, sweep_every="50ms") as s:
    office = data.Office(s)
    expo(s, office)
    changed(s, office)
    day(s, office)
    weeks(s, office)
    near(s, office)
    stays(s, office)
    pair(s, office)
points.done()
