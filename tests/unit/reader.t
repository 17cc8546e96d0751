#!/usr/bin/python3
# jamund-reader: what it reads of iCalendar objects, what it refuses, that it can do nothing else. No daemon.
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from tap import Tap  # noqa: E402

BUILD = pathlib.Path(os.environ.get("BUILD", "build/release"))
READER = BUILD / "jamund-reader"
points = Tap()


def read(task, given):
    done = subprocess.run([READER, task], input=given if isinstance(given, bytes) else given.encode(),
                          capture_output=True, timeout=60, env={})
    try:
        return json.loads(done.stdout)
    except ValueError:
        return {"no answer": done.returncode, "stdout": done.stdout[:200], "stderr": done.stderr[:2000]}


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def event(*lines):
    return calendar("BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT")


def first(*lines):
    got = read("object", event(*lines))
    return got["events"][0] if got.get("events") else got


def says(name, got, **want):
    found = {k: got.get(k, "not there") for k in want}
    points.ok(found == want, name, f"want {want}", f"got  {found}", str(got)[:2000])


# ---- an answer as mail clients write it ----

REPLY = calendar(
    "PRODID:-//Example//Client 1//EN", "METHOD:REPLY", "BEGIN:VTIMEZONE", "TZID:Seoul time", "BEGIN:STANDARD",
    "DTSTART:16010101T000000", "TZOFFSETFROM:+0900", "TZOFFSETTO:+0900", "END:STANDARD", "END:VTIMEZONE",
    "BEGIN:VEVENT", "UID:a\\,b@example.kr", "DTSTAMP:20261120T010203Z", "SEQUENCE:3",
    "DTSTART;TZID=Seoul time:20261124T090000", "DTEND;TZID=Seoul time:20261124T103000",
    "ORGANIZER;CN=\"자문단, 사무국\":MAILTO:panel+token@example.kr",
    "ATTENDEE;PARTSTAT=accepted;CN=\"법무-01 ^'전문위원^'\";CUTYPE=INDIVIDUAL;RSVP=TRUE:mailto:law01@example.kr",
    "SUMMARY:자문\\n둘째 줄\\; 끝", "COMMENT:갈 수 있", " 습니다", "CATEGORIES:a\\,b,c", "REQUEST-STATUS:2.0;Success",
    "X-MOZ-GENERATION:1", "RRULE:FREQ=DAILY", "BEGIN:VALARM", "TRIGGER:-PT15M", "END:VALARM", "END:VEVENT")
got = read("object", REPLY)
says("the calendar's own facts", got, method="REPLY", prodid="-//Example//Client 1//EN", others=[], malformed=0)
one = got["events"][0]
says("who, which and when", one, uid="a,b@example.kr", sequence=3, dtstamp="2026-11-20T01:02:03Z",
     start="2026-11-24T00:00:00Z", end="2026-11-24T01:30:00Z", zone="tzid", all_day=False, recurrence_id=None)
says("texts are decoded", one, summary="자문\n둘째 줄; 끝", comment="갈 수 있습니다", categories=["a,b", "c"],
     request_status=["2.0;Success"], description=None, alarms=1)
says("people", one, organizer="panel+token@example.kr", organizer_cn="자문단, 사무국", attendees=[
    {"address": "law01@example.kr", "partstat": "ACCEPTED", "rsvp": True, "cn": "법무-01 \"전문위원\"", "role": None,
     "params": {"CUTYPE": "INDIVIDUAL"}}])
says("everything else, verbatim", one, properties=[
    {"name": "X-MOZ-GENERATION", "params": "", "value": "1"}, {"name": "RRULE", "params": "", "value": "FREQ=DAILY"}])

for uri, address in (("mailto:r%26d@example.kr", "r&d@example.kr"), ("MAILTO:a%3Db%2fc%25@example.kr", "a=b/c%@example.kr"),
                     ("mailto:a%0Ab%zz%4@example.kr", "a%0Ab%zz%4@example.kr"), ("mailto:%EC%9E%90%00", "%EC%9E%90%00"), ("mailto:%", "%"), ("urn:x", None)):
    says(f"an address: {uri}", first(f"ATTENDEE:{uri}")["attendees"][0], address=address)
    says(f"an organizer: {uri}", first(f"ORGANIZER:{uri}"), organizer=address)
asked = json.dumps({"from": 1795000000, "until": 1796000000, "zone": "Asia/Seoul", "address": "r&d@example.kr"}) + "\n"
busy = asked + event("DTSTART:20261124T000000Z", "DURATION:PT1H", "ATTENDEE;PARTSTAT=DECLINED:mailto:r%26d@example.kr")
says("what an escaped address has declined keeps nobody busy", read("busy", busy), events=1, busy=[])
says("what another has, does", read("busy", busy.replace("r%26d", "r%26e")), events=1, busy=[[1795478400, 1795482000, False]])

# ---- times ----

for name, lines, want in [
    ("UTC", ["DTSTART:20261124T000000Z", "DURATION:PT90M"],
     dict(start="2026-11-24T00:00:00Z", end="2026-11-24T01:30:00Z", zone="utc")),
    ("a Windows name", ["DTSTART;TZID=Korea Standard Time:20261124T090000"],
     dict(start="2026-11-24T00:00:00Z", end=None, zone="tzid")),
    ("Exchange's name of UTC", ['DTSTART;TZID="tzone://Microsoft/Utc":20261124T090000'],
     dict(start="2026-11-24T09:00:00Z", zone="tzid")),
    ("an IANA name behind a prefix", ["DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260701T120000"],
     dict(start="2026-07-01T10:00:00Z", zone="tzid")),
    ("a zone nobody knows", ["DTSTART;TZID=Mars/Olympus:20261124T090000"],
     dict(start="2026-11-24T09:00:00", zone="unknown")),
    ("no zone", ["DTSTART:20261124T090000", "DTEND:20261124T100000"],
     dict(start="2026-11-24T09:00:00", end="2026-11-24T10:00:00", zone="floating")),
    ("a day", ["DTSTART;VALUE=DATE:20261231"],
     dict(start="2026-12-31T00:00:00", end="2027-01-01T00:00:00", zone="date", all_day=True)),
    ("the first of two (RFC 5545 3.3.5)", ["DTSTART;TZID=America/New_York:20071104T013000"],
     dict(start="2007-11-04T05:30:00Z")),
    ("in a gap, by the offset before it (RFC 5545 3.3.5)", ["DTSTART;TZID=America/New_York:20070311T023000"],
     dict(start="2007-03-11T07:30:00Z")),
    ("a day is the clock's, hours are exact (RFC 5545 3.3.6)",
     ["DTSTART;TZID=America/New_York:20070310T120000", "DURATION:P1DT1H"], dict(end="2007-03-11T17:00:00Z")),
    ("a moved instance", ["DTSTART:20261124T000000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261123T000000Z"],
     dict(recurrence_id="2026-11-23T00:00:00Z", range="THISANDFUTURE")),
    ("a date that there is not", ["DTSTART:20260230T090000Z"], dict(start=None, end=None)),
]:
    says(f"times: {name}", first(*lines), **want)

# ---- what is refused ----

for word, given in [
    ("not-a-calendar", ""), ("not-a-calendar", "<!DOCTYPE html>\n<html>"), ("not-a-calendar", "BEGIN:VEVENT\nEND:VEVENT\n"),
    ("truncated", event("SUMMARY:x").replace("END:VCALENDAR\r\n", "")),
    ("unbalanced", calendar("BEGIN:VEVENT", "END:VTODO")),
    ("unbalanced", calendar("BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "END:VEVENT")),
    ("not-utf-8", event("SUMMARY:").encode().replace(b"SUMMARY:", b"SUMMARY:\xb6\xca")),
    ("nesting", "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 200000),
    ("components", calendar(*["BEGIN:VEVENT", "END:VEVENT"] * 20001)),
    ("properties", event(*["COMMENT:x"] * 1001)),
    ("line-too-long", event("SUMMARY:" + "x" * 65536)),
    ("line-too-long", event("SUMMARY:", *[" " + "x" * 70] * 1000)),
    ("line-too-long", "BEGIN:VCALENDAR\n" + "X" * (4 << 20)),
    ("too-long", "BEGIN:VCALENDAR\n" + "X" * (8 << 20)),
    ("malformed", calendar(*["no property"] * 1001)),
]:
    says(f"refused: {word}", read("object", given), error=word)

many = [x for i in range(30) for x in ("BEGIN:VEVENT", *["A:"] * 999, "END:VEVENT")]
says("refused: an answer far larger than what was sent", read("object", calendar(*many).replace("\r\n", "\n")), error="too-long")
got = read("days", calendar(*[x for i in range(2000) for x in (
    "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20261225", "SUMMARY:성탄절 / Christmas Day", "X-A:1", "END:VEVENT")]))
says("of days there may be thousands, and only what they are is told", got, events=[{
    "start": "2026-12-25T00:00:00", "zone": "date", "all_day": True, "end": "2026-12-26T00:00:00", "status": None,
    "summary": "성탄절 / Christmas Day", "rule": False}] * 2000)
says("a rule is told", read("days", event("RDATE:x", "STATUS:cancelled"))["events"][0], rule=True, status="CANCELLED")

# ---- mails: what becomes of their calendars ----

def mail(method, *lines):
    return "\r\n".join(["From: law01@example.kr", "To: panel@example.kr", "MIME-Version: 1.0",
                        f"Content-Type: text/calendar; charset=utf-8; method={method}", "", calendar(f"METHOD:{method}", *lines)])


wide = ["BEGIN:VEVENT", "UID:u", "SEQUENCE:2", "SUMMARY:x", "X-A:1", "COMMENT:" + "자" * 2100,
        *[f"ATTENDEE;PARTSTAT=ACCEPTED;CN=x:mailto:a{i}@example.kr" for i in range(30)], "END:VEVENT"]
got = read("mail", mail("REPLY", *wide * 12))["calendars"][0]
points.ok(sorted(got) == ["events", "method"] and len(got["events"]) == 8 and len(json.dumps(got, ensure_ascii=False).encode()) <= 64 << 10,
          "of a mail's events the first eight are told", str(got)[:2000])
one = got["events"][0]
points.ok(sorted(one) == ["attendees", "comment", "dtstamp", "end", "recurrence_id", "sequence", "start", "uid"] and len(one["comment"]) == 2000
          and [a["address"] for a in one["attendees"]] == [f"a{i}@example.kr" for i in range(20)]
          and one["attendees"][0] == {"address": "a0@example.kr", "partstat": "ACCEPTED"}, "and of each what an answer says", one)
says("of other methods nothing but that", read("mail", mail("REQUEST", *wide)), calendars=[{"method": "REQUEST", "events": []}])
big = ["BEGIN:VEVENT", "UID:u", "COMMENT:" + "\"" * 6000, "END:VEVENT"]
says("a mail that says too much", read("mail", mail("REPLY", *big * 8)), error="too-long")

# ---- what is taken all the same ----

says("bare LF, a BOM, blank lines and controls", read("object", "\ufeff" + event("SUMMARY:a\x01b", "", "COMMENT:c").
     replace("\r\n", "\n").replace("\n\n", "\n \n\n")).get("events", [{}])[0], summary="ab", comment="c")
split = event("SUMMARY:자").encode().replace("자".encode(), b"\xec\r\n \x9e\x90")
says("a fold inside a character", read("object", split)["events"][0], summary="자")
says("attachments are left out, however large", first("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUJD" * 100000,
                                                      "X-HUGE:" + "x" * 100000, "SUMMARY:s"), summary="s", properties=[])

# ---- the walls ----

zone = ["BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0900", "TZOFFSETTO:+0900",
        "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "END:STANDARD"]
says("a rule that never comes to an end ends with its CPU time", read("object", calendar(
    "BEGIN:VTIMEZONE", "TZID:X", *zone * 100, "END:VTIMEZONE", "BEGIN:VEVENT", "DTSTART;TZID=X:20261124T090000",
    "END:VEVENT")), error="too-much-work")


def walls():
    """What the kernel says of a reader that waits for its document."""
    child = subprocess.Popen([READER, "object"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={})
    status = {}
    for _ in range(6000):
        text = pathlib.Path(f"/proc/{child.pid}/status").read_text()
        status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
        if status.get("Seccomp") == "2":
            break
        time.sleep(0.01)
    files = sorted(os.listdir(f"/proc/{child.pid}/fd"))
    child.communicate(event("SUMMARY:x").encode())
    return status.get("Seccomp"), status.get("NoNewPrivs"), files[:2], child.returncode


if "asan" in str(BUILD):
    points.ok(True, "the filter of system calls # SKIP ASan needs more of them")
else:
    points.ok(walls() == ("2", "1", ["0", "1"], 0), "the filter of system calls is on before the first byte", walls())
done = subprocess.run([READER, "nothing"], capture_output=True, env={})
points.ok(done.returncode == 2 and b"which task" in done.stderr, "a task that there is not", done.stderr)
libraries = subprocess.run(["ldd", BUILD / "jamund"], capture_output=True, text=True).stdout
points.ok("libpq" in libraries and "libical" not in libraries, "the daemon itself has no parser of foreign calendars",
          libraries.splitlines())
points.done()
