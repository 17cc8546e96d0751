#!/usr/bin/python3
"""VTIMEZONEs: every IANA zone, read by python3-dateutil and python3-icalendar from what we wrote, has the
offsets of python3's zoneinfo at many instants of the years that it was asked for."""
import os
import sys
import warnings
import zoneinfo
from datetime import datetime, timedelta, timezone
from io import StringIO

import dateutil.tz
import icalendar

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import icslint
import jobs
from tap import Tap

warnings.simplefilter("ignore")
tap = Tap()
NAMES = sorted(n for n in zoneinfo.available_timezones() if n[0].isupper() and n not in ("UTC", "Factory"))
SPANS = ((2025, 2027), (2036, 2038))  # tzdata lists changes up to 2037
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Jamund//Test//KO\r\nX-WR-TIMEZONE:{}\r\n{}END:VCALENDAR\r\n"


def new_year(year):
    return int(datetime(year, 1, 1, tzinfo=timezone.utc).timestamp())


def job(name, first, last):
    return {"form": "zone", "name": name, "from": new_year(first), "until": new_year(last + 1) - 1}


def changes(zone, first, last):
    """The instants at which the offset changes, to the second."""
    t, end = datetime(first, 1, 1, tzinfo=timezone.utc), datetime(last, 12, 31, tzinfo=timezone.utc)

    def offset(u):
        return u.astimezone(zone).utcoffset()

    while t < end:
        later = t + timedelta(days=1)
        if offset(t) != offset(later):
            low, high = t, later
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            yield high
        t = later


def instants(zone, first, last):
    """A day of each month, and around each change; none within the hour that a clock shows twice or
    not at all, which a reader of local times cannot tell."""
    for year in range(first, last + 1):
        for month in range(1, 13):
            yield datetime(year, month, 1 if month % 2 else 15, 12, 30, tzinfo=timezone.utc)
    for at in changes(zone, first, last):
        for hours in (-26, -2, 2, 26):
            yield at + timedelta(hours=hours)


def differences(name, text, first, last):
    zone = zoneinfo.ZoneInfo(name)
    known = text.replace(f"X-LIC-LOCATION:{name}\r\n", "")  # dateutil takes no X-
    dateutils = dateutil.tz.tzical(StringIO(HEAD.format(name, known))).get(name)
    wrong = []
    for at in instants(zone, first, last):
        local = at.astimezone(zone)
        got = local.replace(tzinfo=dateutils).utcoffset()
        if got != local.utcoffset():
            wrong.append(f"{name} {at}: {got} for {local.utcoffset()}")
    return wrong


def icalendars(name, text, first, last):
    zone, wrong = zoneinfo.ZoneInfo(name), []
    calendar = icalendar.Calendar.from_ical(HEAD.format(name, text))
    read = calendar.walk("VTIMEZONE")[0].to_tz()
    for at in instants(zone, first, last):
        if at.astimezone(read).utcoffset() != at.astimezone(zone).utcoffset():
            wrong.append(f"{name} {at}: {at.astimezone(read).utcoffset()}")
    return wrong


def meetings(year):
    """Invitations to meetings of 45 minutes, each half hour around each change of a clock: {(zone, start): job}."""
    like = jobs.golden()["invite_expert.ics"]
    return {(name, at): {**like, "revision": {**like["revision"], "zone": name, "start": int(at.timestamp()), "end": int(at.timestamp()) + 2700}}
            for name in NAMES for change in changes(zoneinfo.ZoneInfo(name), year, year)
            for at in (change + timedelta(minutes=m) for m in range(-90, 91, 30))}


def told(text, name, of):
    """The instant that DTSTART or DTEND means by zoneinfo: of a time that is shown twice the first (RFC 5545 3.3.5)."""
    line = next(x for x in text.split("BEGIN:VEVENT")[1].split("\r\n") if x.startswith(of))
    params, value = line.split(":")
    local = datetime.strptime(value[:15], "%Y%m%dT%H%M%S")
    return local.replace(tzinfo=zoneinfo.ZoneInfo(params.split("TZID=")[1]) if "TZID" in params else timezone.utc, fold=0).timestamp()


for first, last in SPANS:
    answers = jobs.render([job(n, first, last) for n in NAMES])
    texts = {n: data.decode() for n, (err, data) in zip(NAMES, answers) if err == "OK" and data}
    tap.ok(set(texts) == set(NAMES) and len(NAMES) > 400, f"{first}-{last}: a VTIMEZONE for each of {len(NAMES)} zones", set(NAMES) - set(texts))
    found = [f"{n}: {f}" for n, text in texts.items() for f in icslint.lint(HEAD.format(n, text).encode())[0]]
    tap.ok(not found, "past the linter", found)
    found = [f for n, text in texts.items() for f in differences(n, text, first, last)]
    tap.ok(not found, "python3-dateutil reads the offsets of zoneinfo", found)
    if first == 2025:
        by_rule = [n for n, text in texts.items() if "RRULE" in text]
        tap.ok(len(by_rule) > 100 and max(len(texts[n]) for n in by_rule) < 420, "where a rule holds it is short", len(by_rule))
        some = ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Seoul", "Europe/Dublin", "Africa/Casablanca",
                "America/Santiago", "Asia/Gaza", "Pacific/Chatham"]
        found = [f for n in some for f in icalendars(n, texts[n], first, last)]
        tap.ok(not found, "so does python3-icalendar, for some", found)
        planted = texts["Asia/Kathmandu"].replace("+0545", "+0530")
        tap.ok(differences("Asia/Kathmandu", planted, first, last), "a wrong offset is noticed")
        tap.ok("DTSTART:20070311T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"
               in texts["America/New_York"], "New York as everybody writes it", texts["America/New_York"])
        tap.ok(texts["Asia/Kathmandu"].count("BEGIN:STANDARD") == 1 and "TZOFFSETTO:+0545" in texts["Asia/Kathmandu"], "Kathmandu")
        later = dict(zip(some, jobs.render([job(n, 2026, 2027) for n in some])))
        tap.ok(later["America/New_York"][1].decode() == texts["America/New_York"], "a rule's bytes do not depend on the years")
asked = meetings(2026)
found, in_utc = [], 0
for (name, at), (err, data) in zip(asked, jobs.render(list(asked.values()))):
    text, start = data.decode(), at.timestamp()
    utc = "VTIMEZONE" not in text
    in_utc += utc
    if (told(text, name, "DTSTART"), told(text, name, "DTEND")) != (start, start + 2700) or (utc and icslint.lint(data)[0]):
        found.append(f"{name} {at}: {text[text.index('DTSTART', text.index('VEVENT')):][:90]!r}")
tap.ok(len(asked) > 1000 and not found, f"{len(asked)} meetings around the changes of clocks are when they are", len(asked), found[:5])
tap.ok(0 < in_utc < len(asked) / 3, "in UTC where the clock does not tell, and only there", in_utc)
for name in ("UTC", "Foo/Bar", "../../etc/passwd", "Asia/Seoul\r\nX-A:1"):
    tap.ok(jobs.render([{"form": "zone", "name": name, "from": 0, "until": 1}]) == [("OK", b"")], f"nothing for {name!r}")
tap.done()
