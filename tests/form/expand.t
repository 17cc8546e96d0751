#!/usr/bin/python3
"""Busy time by the reader and by python3-recurring-ical-events, on random recurrences of a fixed seed.

Where the two differ, RFC 5545 must say why: EXPLAINED lists each kind of difference with its text, and
says which cases are of that kind by the case alone, not by the answer."""
import datetime as dt
import json
import logging
import os
import pathlib
import random
import subprocess
import sys
import zoneinfo

import icalendar
import recurring_ical_events

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from tap import Tap  # noqa: E402

BUILD = os.environ.get("BUILD", "build/release")
CASES = int(os.environ.get("EXPAND_CASES", "1500"))
SEED = int(os.environ.get("EXPAND_SEED", "5545"))
logging.disable(logging.CRITICAL)
points = Tap()
HOME = zoneinfo.ZoneInfo("Asia/Seoul")
FROM, UNTIL = dt.datetime(2026, 9, 1, tzinfo=dt.timezone.utc), dt.datetime(2027, 3, 1, tzinfo=dt.timezone.utc)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
ZONES = ["Asia/Seoul", "America/New_York", "Europe/Berlin", "UTC", "Asia/Kolkata"]


def stamp(t, date):
    return t.strftime("%Y%m%d") if date else t.strftime("%Y%m%dT%H%M%S")


class Case:
    """One event with a rule, exceptions, additions and moved instances."""

    def __init__(self, r):
        self.date = r.random() < 0.2
        self.zone = None if self.date else r.choice(ZONES)
        self.freq = r.choices(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"], [30, 35, 20, 10, 5])[0]
        self.start = dt.datetime(2026, 1, 1) + dt.timedelta(days=r.randrange(300), minutes=15 * r.randrange(96))
        if self.date:
            self.start = self.start.replace(hour=0, minute=0)
            self.freq = "DAILY" if self.freq == "HOURLY" else self.freq
        self.lasts = dt.timedelta(days=r.randrange(1, 3)) if self.date else dt.timedelta(minutes=15 * r.randrange(1, 12))
        self.parts = [f"FREQ={self.freq}"]
        if r.random() < 0.4 or self.freq == "HOURLY":
            self.parts.append(f"INTERVAL={r.randrange(5, 30) if self.freq == 'HOURLY' else r.randrange(1, 5)}")
        self.by(r)
        end = r.random()
        if end < 0.3:
            self.parts.append(f"COUNT={r.randrange(1, 60)}")
        elif end < 0.6:
            self.parts.append("UNTIL=" + self.until(r))
        if r.random() < 0.15:
            self.parts.append(f"WKST={r.choice(DAYS)}")

    def by(self, r):
        weekday = DAYS[self.start.weekday()]
        nth = (self.start.day - 1) // 7 + 1
        kind = r.random()
        if self.freq == "WEEKLY" and kind < 0.6:
            days = {weekday, *r.sample(DAYS, r.randrange(0, 3))}
            self.parts.append("BYDAY=" + ",".join(sorted(days, key=DAYS.index)))
        elif self.freq == "MONTHLY" and kind < 0.3:
            self.parts.append(f"BYDAY={nth if nth < 5 else -1}{weekday}" if nth < 5 else "BYMONTHDAY=%d" % self.start.day)
        elif self.freq == "MONTHLY" and kind < 0.6:
            self.parts.append(f"BYMONTHDAY={self.start.day},{r.choice([1, 15, 28])}")
        elif self.freq == "MONTHLY" and kind < 0.7:
            self.parts += ["BYDAY=MO,TU,WE,TH,FR", f"BYSETPOS={r.choice([1, -1, 2])}"]
        elif self.freq == "YEARLY" and kind < 0.5:
            months = sorted({self.start.month, *r.sample(range(1, 13), 2)})
            self.parts.append("BYMONTH=" + ",".join(map(str, months)))
        elif self.freq == "DAILY" and kind < 0.25:
            self.parts.append("BYDAY=" + ",".join(sorted({weekday, *r.sample(DAYS, 2)}, key=DAYS.index)))
        elif self.freq == "DAILY" and kind < 0.35:
            self.parts.append(f"BYMONTH={self.start.month},{r.randrange(9, 13)}")

    def until(self, r):
        t = self.start + dt.timedelta(days=r.randrange(1, 400), minutes=0 if self.date else 15 * r.randrange(96))
        if self.date:
            return stamp(t, True)
        return stamp(t.replace(tzinfo=zoneinfo.ZoneInfo(self.zone)).astimezone(dt.timezone.utc), False) + "Z"

    def time(self, name, t, extra=""):
        if self.date:
            return f"{name};VALUE=DATE{extra}:{stamp(t, True)}"
        if self.zone == "UTC":
            return f"{name}{extra}:{stamp(t, False)}Z"
        return f"{name};TZID={self.zone}{extra}:{stamp(t, False)}"

    def exceptions(self, r, instances):
        """EXDATE, RDATE and moved instances of those that there are (local times)."""
        self.exdates = [t for t in instances if r.random() < 0.1][:8]
        rest = [t for t in instances if t not in self.exdates and t != self.start]
        self.moved = [(t, t + dt.timedelta(days=r.randrange(-3, 4), minutes=0 if self.date else 15 * r.randrange(-8, 8)),
                       r.choice(["", "", "", "STATUS:CANCELLED", "TRANSP:TRANSPARENT"])) for t in rest if r.random() < 0.08][:6]
        self.rdates = []
        if r.random() < 0.25:
            self.rdates = [self.start + dt.timedelta(days=r.randrange(200, 400), minutes=0 if self.date else 15 * r.randrange(96))
                           for _ in range(r.randrange(1, 4))]

    def text(self, plain=False):
        head = ["BEGIN:VEVENT", "UID:case", "DTSTAMP:20260101T000000Z"]
        lines = head + [self.time("DTSTART", self.start), self.time("DTEND", self.start + self.lasts),
                        "RRULE:" + ";".join(self.parts)]
        if not plain:
            lines += [self.time("EXDATE", t) for t in self.exdates] + [self.time("RDATE", t) for t in self.rdates]
        lines.append("END:VEVENT")
        for old, new, state in [] if plain else self.moved:
            lines += head + [self.time("RECURRENCE-ID", old), self.time("DTSTART", new), self.time("DTEND", new + self.lasts),
                             *([state] if state else []), "END:VEVENT"]
        return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""])


def instant(t):
    if not isinstance(t, dt.datetime):
        t = dt.datetime(t.year, t.month, t.day, tzinfo=HOME)
    return int((t if t.tzinfo else t.replace(tzinfo=HOME)).timestamp())


def oracle(text):
    """(from, until) of each instance that makes busy, merged."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(
        FROM - dt.timedelta(days=4), UNTIL + dt.timedelta(days=4))
    spans = [(instant(e["DTSTART"].dt), instant(e["DTEND"].dt)) for e in found
             if e.get("STATUS") != "CANCELLED" and e.get("TRANSP") != "TRANSPARENT"]
    return merged(spans)


def merged(spans):
    out = []
    lo, hi = int(FROM.timestamp()), int(UNTIL.timestamp())
    for a, b in sorted((max(a, lo), min(b, hi)) for a, b in spans):
        if a >= b:
            continue
        if out and a <= out[-1][1]:
            out[-1][1] = max(out[-1][1], b)
        else:
            out.append([a, b])
    return out


def reader(texts):
    head = json.dumps({"from": int(FROM.timestamp()), "until": int(UNTIL.timestamp()), "zone": "Asia/Seoul"}) + "\n"
    docs = [(head + t).encode() for t in texts]
    given = b"".join(b"%d\n%s" % (len(d), d) for d in docs)
    done = subprocess.run([f"{BUILD}/tests/form/expand"], input=given, capture_output=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def known_instances(text):
    """Local starts of the instances, for exceptions to choose from."""
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(FROM, UNTIL)
    starts = [e["DTSTART"].dt for e in found]
    return sorted(t.replace(tzinfo=None) if isinstance(t, dt.datetime) else dt.datetime(t.year, t.month, t.day)
                  for t in starts)[:40]


def in_change(case):
    """Some time of it may be one that a clock shows twice, or never."""
    begins = [case.start, *case.rdates, *[new for _, new, _ in case.moved]]
    times = begins + [t + case.lasts for t in begins]
    return case.zone in ("America/New_York", "Europe/Berlin") and (
        case.freq == "HOURLY" or any(1 <= t.hour <= 3 for t in times))


EXPLAINED = [  # (what the RFC says, whether a case is of that kind)
    ("3.8.4.4: a RECURRENCE-ID names one instance, the library takes all of that day for it",
     lambda c: c.moved and (c.freq == "HOURLY" or {t.date() for t in c.rdates} & {old.date() for old, _, _ in c.moved})),
    ("3.3.5: of a time that is shown twice the first is meant, one that is skipped counts by the offset before it; the "
     "library takes the second, or adds hours to the clock", in_change),
]

if __name__ == "__main__":
    r = random.Random(SEED)
    cases = []
    for _ in range(CASES):
        case = Case(r)
        case.exceptions(r, known_instances(case.text(plain=True)))
        cases.append(case)
    texts = [c.text() for c in cases]
    answers = reader(texts)
    points.ok(len(answers) == len(texts), "an answer for every calendar", len(answers))
    apart, busy, explained = [], 0, {}
    for case, text, got in zip(cases, texts, answers):
        want = oracle(text)
        ours = [[a, b] for a, b, _ in got.get("busy", [])]
        busy += len(want)
        if ours == want and not got["warnings"]:
            continue
        why = next((why for why, is_so in EXPLAINED if is_so(case)), None)
        if why:
            explained[why] = explained.get(why, 0) + 1
            continue
        iso = lambda s: [f"{dt.datetime.fromtimestamp(a, HOME):%m-%d %H:%M}–{dt.datetime.fromtimestamp(b, HOME):%m-%d %H:%M}" for a, b in s]
        apart.append(f"{text!r} ours alone {iso([s for s in ours if s not in want])[:6]} theirs alone "
                     f"{iso([s for s in want if s not in ours])[:6]} {got.get('warnings', got)}")
    points.ok(not apart, f"{len(cases)} random recurrences, {busy} spans, are read alike", f"{len(apart)} are not", apart[:8])
    for why, n in explained.items():
        print(f"# {n} differ: {why}")
    points.ok(sum(explained.values()) < len(cases) / 20, "few differences need an explanation", explained)
    points.done()
