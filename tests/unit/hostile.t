#!/usr/bin/python3
# Hostile calendars against jamund-reader: each gets its answer, a result or a word that says what is wrong, within
# the limits on CPU time, and the process lives to say so. Written for this project; the shapes are those that have
# hurt parsers of calendars: depth, length, number, rules without an end, dates that are none, bytes that are no text.
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from tap import Tap  # noqa: E402

READER = pathlib.Path(os.environ.get("BUILD", "build/release")) / "jamund-reader"
OPTIONS = json.dumps({"from": 1780272000, "until": 1796169600, "zone": "Asia/Seoul", "address": "e@example.kr", "own": "@example.kr"}) + "\n"
WORDS = {"too-long", "line-too-long", "not-utf-8", "not-a-calendar", "components", "nesting", "properties", "malformed",
         "unbalanced", "truncated", "too-many", "too-much-work"}
points = Tap()


def cal(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def ev(*lines, n=1):
    return cal(*["BEGIN:VEVENT", "UID:u", "DTSTART:20260901T010000Z", "DTEND:20260901T020000Z", *lines, "END:VEVENT"] * n)


def rule(text, n=1, start="20260901T010000Z"):
    return ev(n=n, *[f"RRULE:{text}"]).replace("20260901T010000Z", start, 1) if n == 1 else ev(f"RRULE:{text}", n=n)


def zone(*lines, times=1):
    part = ["BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0900", "TZOFFSETTO:+0800", *lines, "END:STANDARD"]
    return cal("BEGIN:VTIMEZONE", "TZID:Z", *part * times, "END:VTIMEZONE", "BEGIN:VEVENT", "UID:1",
               "DTSTART;TZID=Z:20260901T090000", "DURATION:PT1H", "END:VEVENT")


def mutants(n, seed=7):
    """A calendar with bytes changed, cut out, doubled."""
    base = bytearray(cal("BEGIN:VTIMEZONE", "TZID:Z", "BEGIN:DAYLIGHT", "DTSTART:20260301T020000", "TZOFFSETFROM:+0100",
                         "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT", "END:VTIMEZONE", "BEGIN:VEVENT",
                         "UID:m", "DTSTART;TZID=Z:20260901T090000", "DURATION:P1DT2H", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;UNTIL=20271231T000000Z",
                         "EXDATE;TZID=Z:20260914T090000", "RDATE;VALUE=PERIOD:20260915T000000Z/PT1H,20260916T000000Z/20260916T030000Z",
                         "ATTENDEE;CN=\"a;b\";PARTSTAT=DECLINED:mailto:x@example.kr", "REQUEST-STATUS:2.0;OK;x", "END:VEVENT").encode())
    r = random.Random(seed)
    for i in range(n):
        b = bytearray(base)
        for _ in range(r.randrange(1, 12)):
            at = r.randrange(len(b))
            what = r.randrange(4)
            if what == 0:
                b[at] = r.randrange(256)
            elif what == 1:
                del b[at:at + r.randrange(1, 30)]
            elif what == 2:
                b[at:at] = b[at:at + r.randrange(1, 200)] * r.randrange(1, 20)
            else:
                b[at:at] = r.choice([b"\r\n", b"\n ", b";", b":", b"\"", b",", b"-", b"99999999999", b"\x00", b"\xff"])
        yield f"bytes changed, {i}", bytes(b)


HUGE = "9" * 400
SAMPLES = [
    ("nothing", b""), ("one LF", b"\n"), ("NULs", b"\0" * 100000), ("noise", random.Random(1).randbytes(200000)),
    ("a BOM alone", b"\xef\xbb\xbf"), ("UTF-16", ev().encode("utf-16")), ("a page", b"<html>" * 1000),
    ("one line of 8 MB", "BEGIN:VCALENDAR\r\n" + "X" * (8 << 20)), ("one line of 5 MB without a colon", "BEGIN:VCALENDAR\r\n" + "X" * (5 << 20 - 1)),
    ("one SUMMARY of 4 MB", ev("SUMMARY:" + "x" * (4 << 20))), ("one value in 50,000 folds", ev("SUMMARY:", *[" x"] * 50000)),
    ("folds alone", "BEGIN:VCALENDAR" + "\r\n " * 1000000), ("CRs alone", "BEGIN:VCALENDAR\r\n" + "\r" * 4000000),
    ("200,000 deep", "BEGIN:VCALENDAR\r\n" + "BEGIN:VEVENT\r\n" * 200000), ("deep in VALARMs", ev(*["BEGIN:VALARM"] * 80000)),
    ("ENDs alone", "END:VEVENT\r\n" * 100000), ("ends crossed", cal("BEGIN:VEVENT", "BEGIN:VALARM", "END:VEVENT", "END:VALARM")),
    ("100,000 calendars", cal() * 50000), ("20,000 calendars", cal() * 19000), ("100,000 events", ev(n=60000)),
    ("19,999 events", ev(n=19999)), ("19,999 bad starts", ev(n=19999).replace("20260901T0100", "2026XX01T0100")),
    ("16,000 bad DTSTARTs in one event", ev(*["DTSTART:bad"] * 16000)), ("1,000,000 tiny properties", ev(*["A:"] * 900000)),
    ("1,000 lines that are none", ev(*["?"] * 1000)), ("100,000 lines that are none", ev(*["?"] * 100000)),
    ("a line of parameters", ev("X" + ";A=B" * 15000 + ":v")), ("a quote without end", ev('ATTENDEE;CN="a' + ":" * 60000)),
    ("quotes", ev("ATTENDEE;" + '"' * 60000 + ":x")), ("60,000 carets", ev('ATTENDEE;CN="' + "^" * 60000 + '":mailto:x@y')),
    ("60,000 backslashes", ev("SUMMARY:" + "\\" * 60001)), ("60,000 commas", ev("CATEGORIES:" + "," * 60000)),
    ("malformed REQUEST-STATUS", ev(*["REQUEST-STATUS:", "REQUEST-STATUS:;;;", "REQUEST-STATUS:2", "REQUEST-STATUS:2.;"] * 20)),
    ("cut inside a character", ev("SUMMARY:자").encode()[:-60]), ("cut inside an event", ev("SUMMARY:x")[:-30]),
    ("overlong UTF-8", ev("SUMMARY:").encode().replace(b"SUMMARY:", b"SUMMARY:\xc0\xaf")),
    ("surrogates", ev("SUMMARY:").encode().replace(b"SUMMARY:", b"SUMMARY:\xed\xa0\x80")),
    ("year 0", rule("FREQ=DAILY", start="00000101T000000Z")), ("year 1", rule("FREQ=DAILY", start="00010101T000000Z")),
    ("year 9999", rule("FREQ=YEARLY", start="99991231T235959Z")), ("30 February", rule("FREQ=DAILY", start="20260230T000000Z")),
    ("hour 25", rule("FREQ=DAILY", start="20260901T250000Z")), ("a leap second", rule("FREQ=DAILY", start="20261231T235960Z")),
    ("an end before its start", ev().replace("DTEND:20260901T02", "DTEND:20250901T02")),
    ("a length of ages", ev().replace("DTEND:20260901T020000Z", "DURATION:P" + HUGE + "W")),
    ("a length below all", ev().replace("DTEND:20260901T020000Z", "DURATION:-P99999W")),
    ("a length of everything", ev().replace("DTEND:20260901T020000Z", "DURATION:P1W2DT3H4M5S6X")),
    ("every second", rule("FREQ=SECONDLY")), ("every second of no day", rule("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")),
    ("every minute", rule("FREQ=MINUTELY;BYHOUR=1;BYDAY=MO")), ("every hour since 1970", rule("FREQ=HOURLY", start="19700101T000000Z")),
    ("every hour of no day", rule("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30")), ("no day", rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")),
    ("no day of years", rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")), ("no day, 500 times", rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", n=500)),
    ("no week", rule("FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6")), ("no place in the set", rule("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366")),
    ("two thousand million", rule("FREQ=DAILY;COUNT=2000000000")), ("a count too large", rule(f"FREQ=DAILY;COUNT={HUGE}")),
    ("a count below 0", rule("FREQ=DAILY;COUNT=-1")), ("an interval of 0", rule("FREQ=DAILY;INTERVAL=0")),
    ("an interval too large", rule(f"FREQ=YEARLY;INTERVAL={HUGE}")), ("an interval of 32767 years", rule("FREQ=YEARLY;INTERVAL=32767")),
    ("until the end of time", rule("FREQ=DAILY;UNTIL=99991231T235959Z")), ("until and count", rule("FREQ=DAILY;COUNT=3;UNTIL=20270101T000000Z")),
    ("a list of 10,000 hours", rule("FREQ=DAILY;BYHOUR=" + ",".join(["1"] * 10000))),
    ("lists beyond their ranges", rule("FREQ=YEARLY;BYYEARDAY=999,-999;BYMONTHDAY=77;BYMONTH=13;BYWEEKNO=99;BYHOUR=99")),
    ("all lists at once", rule("FREQ=YEARLY;BYMONTH=1,2,3;BYWEEKNO=1,2,3;BYYEARDAY=1,100,200;BYMONTHDAY=1,-1;BYDAY=MO,1TU,-1WE;BYHOUR=0,23;BYMINUTE=0,59;BYSECOND=0,59;BYSETPOS=1,-1")),
    ("another calendar's year", rule("RSCALE=CHINESE;FREQ=YEARLY;SKIP=FORWARD")), ("parts twice", rule("FREQ=DAILY;FREQ=WEEKLY;FREQ=SECONDLY")),
    ("semicolons", rule(";" * 4000)), ("no rule", rule("")), ("500 rules of one event", ev(*["RRULE:FREQ=DAILY"] * 500)),
    ("4,000 events every hour", rule("FREQ=HOURLY", n=4000)), ("1,000 EXDATEs of 50 values", ev("RRULE:FREQ=HOURLY", *["EXDATE:" + ",".join(["20260901T010000Z"] * 50)] * 990)),
    ("RDATEs that are none", ev("RDATE;VALUE=PERIOD:/,//,20260901T000000Z/,/PT1H,20260901T000000Z/PT," + "," * 1000)),
    ("a RECURRENCE-ID of itself", ev("RECURRENCE-ID:20260901T010000Z", "RRULE:FREQ=DAILY")),
    ("10,000 overrides of one event", ev("RECURRENCE-ID:20260902T010000Z", n=9000).replace("RECURRENCE-ID:20260902T010000Z", "RRULE:FREQ=HOURLY", 1)),
    ("a zone that never comes", zone("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", times=150)), ("a zone that changes each hour", zone("RRULE:FREQ=HOURLY", times=100)),
    ("a zone of 99 hours", zone().replace("+0900", "+9999")), ("a zone of no offset", zone().replace("TZOFFSETTO", "X")), ("a zone of 5,000 parts", zone(times=5000)),
    ("a zone named like a file", ev().replace("DTSTART:", "DTSTART;TZID=../../../../etc/passwd:").replace("010000Z", "010000")),
    ("a zone's name of 60 kB", ev().replace("DTSTART:", "DTSTART;TZID=" + "A/" * 30000 + ":").replace("010000Z", "010000")),
    ("19,000 zones' names", cal(*[x for i in range(9000) for x in ("BEGIN:VEVENT", f"DTSTART;TZID=Z{i}:20260901T000000", "DURATION:PT1H", "END:VEVENT")])),
    ("free-busy of nothing", cal("BEGIN:VFREEBUSY", "FREEBUSY:" + "/" * 60000, "FREEBUSY;FBTYPE=:20260901T000000Z/PT1H", "END:VFREEBUSY")),
    ("100,000 spans", cal("BEGIN:VFREEBUSY", *["FREEBUSY:" + ",".join(f"202609{1 + k % 28:02}T{i % 24:02}{k:02}00Z/PT30S" for k in range(60)) for i in range(900)], "END:VFREEBUSY")),
    *mutants(40),
]


def ask(task, given):
    data = given if isinstance(given, bytes) else given.encode(errors="surrogatepass")
    child = subprocess.Popen([READER, task], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={})
    try:
        out, err = child.communicate((OPTIONS.encode() if task == "busy" else b"") + data, timeout=300)
    except BrokenPipeError:
        out, err = child.stdout.read(), b""
    return child.returncode, out, err


def judge(name, given):
    rules = isinstance(given, str) and "RRULE" in given and "VTIMEZONE" not in given  # which are no matter of `object`
    for task in ("busy",) if rules else ("object", "days", "busy"):
        code, out, err = ask(task, given)
        try:
            doc = json.loads(out)
        except ValueError:
            doc = None
        if code != 0 or not isinstance(doc, dict) or out.count(b"\n") != 1:
            return f"{task}: exit {code}, {out[:200]!r} {err[-3000:]!r}"
        if not ("events" in doc or doc.get("error") in WORDS):
            return f"{task}: {str(doc)[:300]}"
        if task == "busy" and "busy" in doc and any(a >= b for a, b, _ in doc["busy"]):
            return f"{task}: spans {doc['busy'][:5]}"
    return None


with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for (name, _), wrong in zip(SAMPLES, pool.map(lambda s: judge(*s), SAMPLES)):
        points.ok(wrong is None, name, wrong)
points.ok(len(SAMPLES) - 40 >= 60, f"{len(SAMPLES)} samples")
points.done()
