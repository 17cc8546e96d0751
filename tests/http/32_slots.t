#!/usr/bin/python3
# Every start at which somebody can serve, with who: each can be booked, and no other can.
import datetime
import itertools
import urllib.parse

import data
from service import Service, Tap

DAYS = ("2026-06-04", "2026-06-05")  # a Thursday, a Friday
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KST = datetime.timezone(datetime.timedelta(hours=9))
points = Tap()


def windows(*days, start="09:00", end="18:00"):
    return [{"from": f"{day}T{start}:00+09:00", "until": f"{day}T{end}:00+09:00"} for day in days or DAYS]


def hours(*spans):
    return [{"weekday": day, "from": a, "until": b} for day in WEEKDAYS for a, b in spans]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def found(reply):
    """start -> who could take each seat"""
    return {instant(x["start"]): [set(seat["experts"]) for seat in x["seats"]] for x in reply.json["slots"]}


def ask(**query):
    query = {"mode": "visit", "minutes": 60, "district": "suseong", "windows": windows(), **query}
    query["windows"] = ",".join(f"{w['from']}/{w['until']}" for w in query["windows"])
    return "/v1/slots?" + urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})


def whole(client, target, limit):
    """All pages in one."""
    slots, cursor = [], None
    for _ in range(1000):
        page = client.get(target + f"&limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        slots += page.json["slots"]
        cursor = page.json["next_cursor"]
        if not cursor:
            return slots
        if len(page.json["slots"]) != limit:
            raise AssertionError("a page that is not full has another after it")


def booked(s, asked, expert, start):
    """Whether it can be; it is taken back at once."""
    when = datetime.datetime.fromtimestamp(start, KST).isoformat()
    made = s.coordinator.post("/v1/appointments", {"request_id": asked["id"], "expert_id": expert, "start": when})
    if made.status == 201:
        s.coordinator.post(f"/v1/appointments/{made.json['id']}/cancel", {"reason": "다음"}, match=made.etag)
    elif made.status != 409:
        raise AssertionError(str(made))
    return made.status == 201


with Service(points) as s:
    office = data.Office(s)
    company = office.company()
    fields = lambda *of: [{"field": f, "level": 2} for f in of]
    experts = {
        "all day": office.expert(availability=hours(("09:00", "18:00"))),
        "odd hours, buffers": office.expert(availability=hours(("09:10", "11:50"), ("13:20", "16:00")), buffers={"before": 15, "after": 25}),
        "New York": office.expert(zone="America/New_York", availability=hours(("20:00", "24:00"))),
        "one a day": office.expert(caps={"per_day": 1, "per_week": 6, "hours_per_year": 60}),
        "three days' notice": office.expert(notice_hours=73),
        "another field": office.expert(fields=fields("legal")),
        "two fields": office.expert(fields=fields("legal", "tax"), availability=hours(("10:00", "12:00"))),
        "not visiting": office.expert(modes=["online"]),
    }
    office.offer(office.request(windows=windows()), experts["one a day"], f"{DAYS[0]}T10:00:00+09:00")
    office.offer(office.request(windows=windows()), experts["odd hours, buffers"], f"{DAYS[0]}T14:00:00+09:00")
    asked = office.request(company, windows=windows())
    where = f"/v1/requests/{asked['id']}/slots"

    # ---- each start that is named can be booked, no other ----
    for alignment in ("grid", "packed"):
        got = s.coordinator.get(f"{where}?alignment={alignment}&limit=1000")
        points.ok(got.status == 200 and got.json["slots"] and got.json["next_cursor"] is None, f"{alignment}: slots", got)
        points.ok(got.json["alignment"] == alignment and got.json["minutes"] == 60, f"{alignment}: as it was asked")
        slots = found(got)
        points.ok(list(slots) == sorted(slots), f"{alignment}: the earliest first")
        points.ok(all(x["seats"][0]["count"] == len(x["seats"][0]["experts"]) for x in got.json["slots"]), f"{alignment}: counted")
        points.ok({e["id"] for e in got.json["experts"]} == set().union(*(x[0] for x in slots.values())),
                  f"{alignment}: everybody who stands there has a name")
        pairs = [(start, e) for start, seats in slots.items() for e in seats[0]]
        wrong = [(start, e) for start, e in pairs if not booked(s, asked, e, start)]
        points.ok(not wrong, f"{alignment}: each of {len(pairs)} can be booked", wrong)
        if alignment == "grid":
            grid = [instant(f"{day}T09:00:00+09:00") + 1800 * i for day in DAYS for i in range(18)]
            others = [(t, e["id"]) for t in grid for e in experts.values() if e["id"] not in slots.get(t, [set()])[0]]
            wrong = [(t, e) for t, e in others if booked(s, asked, e, t)]
            points.ok(not wrong, f"none of the {len(others)} others can", wrong)
            points.ok(set(slots) <= set(grid), "all are on the grid")
    packed = found(s.coordinator.get(f"{where}?alignment=packed&limit=1000"))
    mine = [t for t, seats in packed.items() if experts["odd hours, buffers"]["id"] in seats[0]]
    points.ok(instant(f"{DAYS[1]}T09:10:00+09:00") in mine, "packed: from where a free stretch begins", mine)

    # ---- the same without a request ----
    fresh = s.coordinator.get(f"/v1/requests/{office.request(windows=windows())['id']}/slots?limit=1000")
    general = s.coordinator.get(ask(fields="tax:2", limit=1000))
    points.ok(general.status == 200 and found(general) == found(fresh), "a request of a new company has those of its field", general)
    points.ok(found(s.coordinator.get(ask(fields="tax:3", limit=1000))) != found(general), "the level counts")
    points.ok(not s.coordinator.get(ask(fields="customs")).json["slots"], "nobody is in the field: none")
    points.ok(not s.coordinator.get(ask(fields="tax", languages="ko,fr")).json["slots"], "nor speaks the language")
    online = found(s.coordinator.get(ask(fields="tax", mode="online", district=None, limit=1000)))
    points.ok(any(experts["not visiting"]["id"] in x[0] for x in online.values()), "the mode counts")
    shown = s.coordinator.get(ask(fields="tax", zone="America/New_York"))
    points.ok(all(x["start"].endswith("-04:00") for x in shown.json["slots"]) and
              shown.json["zone"] == "America/New_York" and
              [instant(x["start"]) for x in shown.json["slots"]] == list(found(general)), "in the zone that is asked for")

    # ---- several seats: by different experts ----
    tax, legal = (found(s.coordinator.get(ask(fields=f, limit=1000))) for f in ("tax", "legal"))
    both = found(s.coordinator.get(ask(fields="tax,legal", limit=1000)))
    teams = {t for t in set(tax) & set(legal) if any(a != b for a, b in itertools.product(tax[t][0], legal[t][0]))}
    points.ok(set(both) == teams and teams, "two seats: the starts at which two can take them")
    points.ok(all(len(x) == 2 for x in both.values()), "each seat with who could take it")
    pair = office.request(windows=windows(), seats=[{"field": "tax", "min_level": 1}, {"field": "legal", "min_level": 1}])
    points.ok(found(s.coordinator.get(f"/v1/requests/{pair['id']}/slots?limit=1000")) == both, "and so for a request")
    wrong = []
    for t, (first, second) in both.items():
        team = next([a, b] for a, b in itertools.product(sorted(first), sorted(second)) if a != b)
        made = s.coordinator.post("/v1/appointments", {"request_id": pair["id"], "expert_ids": team,
                                                       "start": datetime.datetime.fromtimestamp(t, KST).isoformat()})
        if made.status == 201:
            s.coordinator.post(f"/v1/appointments/{made.json['id']}/cancel", {"reason": "다음"}, match=made.etag)
        else:
            wrong.append(str(made))
    points.ok(not wrong, f"each of {len(both)} can be booked with two", wrong)
    alone = [{"field": "legal", "min_level": 1}] * 3
    three = office.request(windows=windows(), seats=alone)
    points.ok(not s.coordinator.get(f"/v1/requests/{three['id']}/slots").json["slots"], "three seats, two experts: none")

    # ---- what is taken is named no more, whoever took it ----
    other = s.twin()
    first = min(found(s.coordinator.get(where)))
    taker = sorted(found(s.coordinator.get(where))[first][0])[0]
    before = s.coordinator.get(where).json["as_of"]
    made = other.coordinator.post("/v1/appointments", {"request_id": office.request(windows=windows())["id"], "expert_id": taker,
                                                       "start": datetime.datetime.fromtimestamp(first, KST).isoformat()})
    after = s.coordinator.get(where)
    points.ok(made.status == 201 and taker not in found(after).get(first, [set()])[0] and after.json["as_of"] > before,
              "what another daemon booked is not named by this one", made, after)
    points.ok(found(other.coordinator.get(where)) == found(after), "both say the same")
    points.ok(other.stop() == 0, "the other daemon ends")
    office.offer(asked, experts["all day"], f"{DAYS[1]}T16:00:00+09:00")
    got = s.coordinator.get(where)
    points.ok(not got.json["slots"], "where a meeting stands and no seat is vacant there is no other start", got)

    # ---- pages ----
    for alignment in ("grid", "packed"):
        target = ask(fields="tax", alignment=alignment)
        points.ok(whole(s.coordinator, target, 7) == s.coordinator.get(target + "&limit=1000").json["slots"], f"page by page, {alignment}")
    points.ok(len(s.coordinator.get(ask(fields="tax", limit=2)).json["slots"]) == 2, "a page has as many as asked for")

    # ---- who sees whom ----
    for role in ("field", "admin", "coordinator", "manager"):
        got = s.__getattr__(role).get(ask(fields="tax"))
        names = "experts" in got.json["slots"][0]["seats"][0]
        points.ok(names == (role in ("coordinator", "manager")) and names == bool(got.json["experts"]) and
                  got.json["slots"][0]["seats"][0]["count"] > 0, f"{role} sees {'who' if names else 'how many'}", got)
    points.ok(s.admin.get(where).status == 403 and s.field.get(where).status == 200, "a request's slots are for who takes in")

    # ---- what is wrong is named ----
    many = [{"from": f"2026-06-{d:02d}T0{h}:00:00Z", "until": f"2026-06-{d:02d}T0{h}:30:00Z"} for d in range(3, 28) for h in (1,)]
    for pointer, query in {
            "/fields": [dict(fields="tax:4"), dict(fields="tax:"), dict(fields="tax,,legal"), dict(fields="Tax"), dict(fields="a,b,c,d"),
                        dict(fields=None)],
            "/windows": [dict(windows=windows("2026-08-15")), dict(windows=many), dict(windows=[{"from": "today", "until": "tomorrow"}]),
                         dict(windows=[{"from": "2026-06-05T00:00:00Z", "until": "2026-06-04T00:00:00Z"}])],
            "/minutes": [dict(minutes=5), dict(minutes="x"), dict(minutes=None)],
            "/mode": [dict(mode="fax"), dict(mode=None)],
            "/alignment": [dict(alignment="loose")],
            "/zone": [dict(zone="Asia/Nowhere"), dict(zone="../../etc")],
            "/cursor": [dict(cursor="x")],
            "/limit": [dict(limit=0), dict(limit=1001)]}.items():
        for bad in query:
            no = s.coordinator.get(ask(**{"fields": "tax", **bad}))
            points.ok(no.status == 422 and pointer in no.pointers, f"{pointer}: {bad}"[:100], no)
    for pointer, bad in {"/fields": dict(fields="tax,alchemy"), "/district": dict(district="atlantis"), "/languages": dict(languages="ko,korean")}.items():
        no = s.coordinator.get(ask(**{"fields": "tax", **bad}))
        points.ok(no.status == 422 and no.pointers == [pointer], f"what there is not is named: {bad}", no)
    no = s.coordinator.get(f"{where}?zone=Asia/Nowhere")
    points.ok(no.status == 422 and no.pointers == ["/zone"], "and so for a request's", no)
    no = s.coordinator.get("/v1/requests/00000000-0000-4000-8000-000000000000/slots")
    points.ok(no.status == 404, "of a request that there is not", no)
points.done()
