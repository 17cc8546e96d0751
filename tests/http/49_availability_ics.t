#!/usr/bin/python3
# Hours as VAVAILABILITY (RFC 7953): whatever the JSON form says goes out and comes back as it was, random
# hours, too; what VAVAILABILITY says and hours cannot is refused by its name.
import os
import random
import sys
from datetime import date, timedelta

import data
from service import TOP, Service, Tap

sys.path.insert(0, str(TOP / "tests/lib"))
import icslint  # noqa: E402

points = Tap()
ROUNDS = 60
seed = int(os.environ.get("SEED", "20261128"))
random.seed(seed)
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ZONES = ["Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "UTC", "Africa/Casablanca"]


def hhmm(minute):
    return f"{minute // 60:02d}:{minute % 60:02d}"


def window(low=0, high=1440):
    a, b = sorted(random.sample(range(low, high + 1), 2))
    return {"from": hhmm(a), "until": hhmm(b)}


def day():
    return date(2019, 6, 1) + timedelta(random.randrange(4000))


def rule():
    r = {"weekday": random.choice(DAYS), **window()}
    if random.random() < 0.3:
        r["every"], r["first_day"] = random.randint(2, 52), str(day())
    elif random.random() < 0.4:
        r["nth"] = sorted(random.sample([n for n in range(-5, 6) if n], random.randint(1, 10)))
    if random.random() < 0.4:
        r.setdefault("first_day", random.choice([str(day()), "2020-01-06", "2020-01-08"]))
    if random.random() < 0.4:
        first = date.fromisoformat(r.get("first_day", "2024-01-01"))
        r["last_day"] = str(first + timedelta(random.choice([0, 1, 6, 40, 2000])))
    return r


def hours():
    """Rules of every week do not overlap on their weekday: at most one of these a weekday."""
    rules, plain = [], set()
    for r in (rule() for _ in range(random.randint(0, 12))):
        if set(r) > {"weekday", "from", "until"} or r["weekday"] not in plain:
            rules.append(r)
        if set(r) == {"weekday", "from", "until"}:
            plain.add(r["weekday"])
    dates = {str(day()): [window(a, a + 400) for a in random.sample([0, 480, 1000], random.randint(0, 3))] for _ in range(random.randint(0, 5))}
    unique = [r for i, r in enumerate(rules) if r not in rules[:i]]
    return {"weekly": unique, "dates": [{"date": d, "windows": w} for d, w in dates.items()]}


with Service(points) as s:
    office = data.Office(s)
    kim = office.expert()
    at = f"/v1/experts/{kim['id']}/availability"
    ics = at + ".ics"
    TYPE = {"content_type": "text/calendar; charset=utf-8"}

    def of(reply):
        return {k: reply.json[k] for k in ("weekly", "dates")}

    # ---- the resource ----
    got = s.field.get(ics)
    points.ok(got.status == 200 and got.headers["Content-Type"].startswith("text/calendar") and got.etag == s.field.get(at).etag,
              "the hours, under the expert's version", got)
    points.ok(s.field.get(ics, if_none_match=got.etag).status == 304 and s.field.get(ics).body == got.body, "304, and the same bytes twice")
    points.ok(s.field.get(ics.replace(kim["id"], "00000000-0000-4000-8000-000000000000")).status == 404, "of nobody: 404")
    points.ok(s.coordinator.put(ics, got.body, **TYPE).status == 428 and s.field.put(ics, got.body, match=got.etag, **TYPE).status == 403
              and s.coordinator.put(ics, got.body, match=got.etag).status == 415, "If-Match, permission and media type are asked")
    put = s.coordinator.put(ics, got.body, match=got.etag, key="once", **TYPE)
    points.ok(put.status == 200 and of(put) == of(s.field.get(at)) and put.json["collisions"] == [], "put back: the same hours", put)
    points.ok(s.coordinator.put(ics, got.body, match=got.etag, key="once", **TYPE).body == put.body, "the same key: the same answer")
    points.ok(s.coordinator.put(ics, got.body, match=got.etag, **TYPE).status == 412, "over what somebody changed: 412")

    # ---- there and back ----
    wrong, lint = [], []
    experts = [kim] + [office.expert(zone=z) for z in ZONES[1:]]
    for i in range(ROUNDS):
        who = experts[i % len(experts)]
        at_ = f"/v1/experts/{who['id']}/availability"
        said = s.coordinator.put(at_, hours(), match=s.field.get(at_).etag)
        calendar = s.field.get(at_ + ".ics")
        lint += icslint.lint(calendar.body)[0]
        empty = s.coordinator.put(at_, {"weekly": [], "dates": []}, match=said.etag)
        back = s.coordinator.put(at_ + ".ics", calendar.body, match=empty.etag, **TYPE)
        if back.status != 200 or of(back) != of(said) or s.field.get(at_ + ".ics").body.split(b"DTSTAMP")[0] != calendar.body.split(b"DTSTAMP")[0]:
            wrong.append(f"{i}, SEED={seed}: {said} / {back}")
    points.ok(not wrong, f"{ROUNDS} random hours go out and come back as they were", wrong)
    points.ok(not lint, "and the linter finds nothing in them", lint)

    # ---- what others write ----
    def calendar(*available, head=(), more=()):
        parts = [["BEGIN:AVAILABLE", "UID:2", "DTSTAMP:20260101T000000Z", *a, "END:AVAILABLE"] for a in available]
        return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//", "BEGIN:VAVAILABILITY", "UID:1", "DTSTAMP:20260101T000000Z", *head,
                            *[line for p in parts for line in p], "END:VAVAILABILITY", *more, "END:VCALENDAR", ""]).encode()

    def send(body):
        return s.coordinator.put(ics, body, match=s.field.get(at).etag, **TYPE)

    START = "DTSTART;TZID=Asia/Seoul:20260302T090000"  # a Monday
    END = "DTEND;TZID=Asia/Seoul:20260302T120000"
    MON = {"weekday": "mon", "from": "09:00", "until": "12:00", "first_day": "2026-03-02"}
    for available, want in (
            ((START, END, "RRULE:FREQ=WEEKLY"), [MON]),
            ((START, "DURATION:PT3H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2;WKST=MO"),
             [{**MON, "every": 2}, {**MON, "weekday": "thu", "every": 2}]),
            ((START, END, "RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20260401T000000Z"), [{**MON, "last_day": "2026-04-01"}]),
            ((START, END, "RRULE:FREQ=WEEKLY;UNTIL=20260330T235959"), [{**MON, "last_day": "2026-03-30"}]),
            ((START, END, "RRULE:FREQ=MONTHLY;BYDAY=1MO,-1FR"), [{**MON, "nth": [1]}, {**MON, "weekday": "fri", "nth": [-1]}]),
            ((START, END), [{**MON, "last_day": "2026-03-02"}])):
        reply = send(calendar(available))
        points.ok(reply.status == 200 and of(reply) == {"weekly": want, "dates": []}, f"taken: {available[-1]}", reply, want)
    where = "/VAVAILABILITY/0/AVAILABLE/0/"
    for body, pointer in (
            (calendar((START, END, "RRULE:FREQ=DAILY")), where + "RRULE"), (calendar((START, END, "RRULE:FREQ=WEEKLY;COUNT=9")), where + "RRULE"),
            (calendar((START, END, "RRULE:FREQ=WEEKLY;BYHOUR=9")), where + "RRULE"), (calendar((START, END, "RRULE:FREQ=WEEKLY;BYDAY=TU")), where + "RRULE"),
            (calendar((START, END, "RRULE:FREQ=MONTHLY;BYDAY=MO")), where + "RRULE"),
            (calendar((START, END, "RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU")), where + "RRULE"),
            (calendar((START, END, "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Asia/Seoul:20260309T090000")), where + "EXDATE"),
            (calendar((START, END, "RDATE;TZID=Asia/Seoul:20260309T090000")), where + "RDATE"),
            (calendar((START, END, "RECURRENCE-ID;TZID=Asia/Seoul:20260309T090000")), where + "RECURRENCE-ID"),
            (calendar((START, END, "LOCATION:서울")), where + "LOCATION"), (calendar((START, END, "SUMMARY:x")), where + "SUMMARY"),
            (calendar((START, "DTEND;TZID=Asia/Seoul:20260303T010000")), where + "DTEND"), (calendar((START, "DTEND;TZID=Asia/Tokyo:20260302T120000")), where + "DTEND"),
            (calendar(("DTSTART:20260302T090000", "DTEND:20260302T120000")), where + "DTSTART"), (calendar((START,)), where + "DTEND"),
            (calendar(("DTSTART;TZID=Asia/Seoul:20260302T090030", END)), where + "DTSTART"),
            (calendar((START, END), head=["BUSYTYPE:BUSY-TENTATIVE"]), "/VAVAILABILITY/0/BUSYTYPE"), (calendar((START, END), head=["ORGANIZER:mailto:a@example.kr"]), "/VAVAILABILITY/0/ORGANIZER"),
            (calendar((START, END), head=["DTSTART;TZID=Asia/Seoul:20260301T000000"]), "/VAVAILABILITY/0/DTEND"),
            (calendar((START, END), head=["DTSTART;TZID=Asia/Seoul:20260302T000000", "DTEND;TZID=Asia/Seoul:20260304T000000"]), "/VAVAILABILITY/0/DTSTART"),
            (calendar((START, END), more=["BEGIN:VEVENT", "UID:9", "END:VEVENT"]), "/VEVENT"), (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "/VAVAILABILITY"),
            (calendar(("DTSTART:20260302T090000Z", "DTEND:20260302T120000Z")), "/VTIMEZONE"), (b"BEGIN:VCALENDAR\r\n", "/line/1")):
        reply = send(body)
        points.ok(reply.status == 422 and reply.pointers[:1] == [pointer], f"refused: {pointer}", reply)
points.done()
