#!/usr/bin/python3
"""The linter itself: a clean file passes, and for each rule a planted violation makes that rule speak.
No rule may stand in the tables without one."""
import base64
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import icslint
import icslint_mail
from tap import Tap

tap = Tap()
ZONE = """BEGIN:VTIMEZONE
TZID:Asia/Seoul
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
TZNAME:KST
END:STANDARD
END:VTIMEZONE
"""
EVENT = """BEGIN:VEVENT
UID:1@example.kr
DTSTAMP:20261101T000000Z
CREATED:20261101T000000Z
LAST-MODIFIED:20261101T000000Z
SEQUENCE:0
DTSTART;TZID=Asia/Seoul:20261106T110000
DTEND;TZID=Asia/Seoul:20261106T120000
STATUS:CONFIRMED
SUMMARY:심층자문\\, 세무
CATEGORIES:세무,특허
CLASS:PRIVATE
TRANSP:OPAQUE
URL:https://meet.example.kr/a?b=c
ORGANIZER;CN="센터 ^'가^^나^'":mailto:panel@example.kr
"""
ATTENDEE = """ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=
 TRUE:mailto:tax@example.kr
"""
ALARM = """BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:곧 시작
TRIGGER:-PT15M
DURATION:PT5M
REPEAT:2
END:VALARM
"""
HEAD = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Jamund//Test//KO
CALSCALE:GREGORIAN
"""
FEED_HEAD = HEAD + """X-WR-CALNAME:일정
X-WR-TIMEZONE:Asia/Seoul
REFRESH-INTERVAL;VALUE=DURATION:PT15M
X-PUBLISHED-TTL:PT15M
"""


def wire(text):
    return text.replace("\n", "\r\n").encode()


def calendar(head, event, rest=""):
    return wire(head + ZONE + event + "END:VEVENT\n" + rest + "END:VCALENDAR\n")


FEED = calendar(FEED_HEAD, EVENT + ALARM)
ITIP = {m: calendar(HEAD + f"METHOD:{m}\n", (EVENT if m != "CANCEL" else EVENT.replace("CONFIRMED", "CANCELLED"))
                    + (ATTENDEE if m != "PUBLISH" else "")) for m in ("PUBLISH", "REQUEST", "CANCEL")}
REPLY = ATTENDEE.replace("NEEDS-ACTION", "ACCEPTED")
ITIP |= {"REPLY": calendar(HEAD + "METHOD:REPLY\n", EVENT + REPLY), "ADD": calendar(HEAD + "METHOD:ADD\n", EVENT.replace("SEQUENCE:0", "SEQUENCE:1") + ATTENDEE),
         "COUNTER": calendar(HEAD + "METHOD:COUNTER\n", EVENT + REPLY), "DECLINECOUNTER": calendar(HEAD + "METHOD:DECLINECOUNTER\n", EVENT + ATTENDEE),
         "REFRESH": wire(HEAD + "METHOD:REFRESH\nBEGIN:VEVENT\nUID:1@example.kr\nDTSTAMP:20261101T000000Z\n"
                         + EVENT[EVENT.index("ORGANIZER"):] + ATTENDEE + "END:VEVENT\nEND:VCALENDAR\n")}
BUSY = wire(HEAD + """METHOD:PUBLISH
BEGIN:VFREEBUSY
UID:1@example.kr
DTSTAMP:20261101T000000Z
DTSTART:20261101T000000Z
DTEND:20261108T000000Z
ORGANIZER:mailto:panel@example.kr
FREEBUSY;FBTYPE=BUSY:20261102T010000Z/20261102T020000Z,20261103T010000Z/PT
 1H
FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261102T010000Z/20261102T020000Z
FREEBUSY:20261103T020000Z/20261103T030000Z
END:VFREEBUSY
END:VCALENDAR
""")
HOURS = wire(HEAD + ZONE + """BEGIN:VAVAILABILITY
UID:1@example.kr
DTSTAMP:20261101T000000Z
PRIORITY:9
BUSYTYPE:BUSY-UNAVAILABLE
BEGIN:AVAILABLE
UID:2@example.kr
DTSTAMP:20261101T000000Z
DTSTART;TZID=Asia/Seoul:20261106T110000
DTEND;TZID=Asia/Seoul:20261106T120000
RRULE:FREQ=MONTHLY;BYDAY=1FR,-1FR
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
""")
CLEAN = {"feed": FEED, "busy": BUSY, "hours": HOURS, **ITIP}
SECOND = re.search(rb"BEGIN:VEVENT.*END:VEVENT\r\n", FEED, re.S)[0].replace(b"UID:1@", b"UID:2@")


def swap(old, new, base="feed", count=1):
    """The clean file `base` with one thing replaced; it must be there."""
    data = CLEAN[base] if isinstance(base, str) else base
    old, new = (x.encode() if isinstance(x, str) else x for x in (old, new))
    old, new = (re.sub(rb"(?<!\r)\n", b"\r\n", x) if x not in (b"\n",) else x for x in (old, new))
    assert old in data, old
    return data.replace(old, new, count)


def drop(line, base="feed"):
    return re.sub(rf"(?m)^{line}[^\n]*\n".encode(), b"", CLEAN[base], count=1)


def add(line, base="feed"):
    return swap("STATUS:", line + "\nSTATUS:", base)


PLANTED = {
    "bom": [b"\xef\xbb\xbf" + FEED],
    "crlf": [FEED.replace(b"\r\n", b"\n", 1), FEED.replace(b"OPAQUE", b"OPA\rQUE"), FEED[:-2]],
    "line-length": [add("COMMENT:" + "a" * 68)],
    "utf8": [swap("세무", b"\xff")],
    "control": [swap("세무", b"\x00"), swap("세무", "a\u0085b"), swap("세무", "a\u2028b")],
    "blank-line": [swap("STATUS:", "\nSTATUS:")],
    "line-blank": [add("COMMENT:a \n b"), add("COMMENT:a ")],
    "fold-char": [swap("세무", "세".encode()[:1] + b"\r\n " + "세".encode()[1:])],
    "content-line": [add("NO COLON"), add("COMMENT;LANGUAGE:x"), add(";:"), add("COMMENT;=a:b")],
    "param-once": [swap("DTSTART;", "DTSTART;TZID=Asia/Seoul;")],
    "param-quote": [swap("CN=\"센터", "CN=센\"터"), swap("^'\":mailto:panel@example.kr", ":")],
    "param-caret": [swap("^^", "^x")],
    "param-backslash": [swap("가^^", "가\\")],
    "nesting": [swap("END:VALARM\n", ""), swap("END:VALARM", "END:VEVENT"), FEED + b"X-A:b\r\n", FEED + b"END:VCALENDAR\r\n"],
    "calendar": [FEED + FEED, b"", SECOND],
    "calendar-empty": [wire(FEED_HEAD + "END:VCALENDAR\n")],
    "component-known": [swap("BEGIN:VALARM", "BEGIN:VBELL"), swap("VALARM", "STANDARD", count=2)],
    "property-known": [add("DUE:20261106T110000Z"), add("TZNAME:KST"), swap("CALSCALE", "CALSKALE")],
    "required": [drop("UID:"), drop("DTSTAMP:"), drop("PRODID"), drop("TZOFFSETTO"), drop("TRIGGER"), drop("DTSTART;")],
    "at-most-once": [add("SEQUENCE:0"), add("DTSTAMP:20261101T000000Z"), swap("VERSION:2.0", "VERSION:2.0\nVERSION:2.0")],
    "param-allowed": [swap("STATUS:", "STATUS;LANGUAGE=ko:"), swap("CLASS:", "CLASS;TZID=Asia/Seoul:")],
    "param-enum": [swap("RSVP=\n TRUE", "RSVP=MAYBE", "REQUEST"), swap("NEEDS-ACTION", "MAYBE", "REQUEST"),
                   swap("REQ-PARTICIPANT", "GUEST", "REQUEST"), swap("INDIVIDUAL", "PERSON", "REQUEST")],
    "cn-quoted": [swap("CN=\"센터 ^'가^^나^'\"", "CN=센터")],
    "value-enum": [swap("STATUS:CONFIRMED", "STATUS:SURE"), swap("VERSION:2.0", "VERSION:1.0"), swap("OPAQUE", "SOLID"),
                   swap("PRIVATE", "SECRET"), swap("DISPLAY", "FLASH"), swap("METHOD:REQUEST", "METHOD:ASK", "REQUEST")],
    "text-escape": [swap("\\,", ","), swap("\\,", ";"), swap("\\,", "\\:"), swap("곧", "\\")],
    "text-empty": [swap("SUMMARY:심층자문\\, 세무", "SUMMARY:")],
    "date-time": [swap(":20261106T110000", ":20260230T110000"), swap(":20261106T110000", ":20261106T250000"),
                  swap(":20261106T110000", ":2026-11-06"), swap("DTSTART;TZID=Asia/Seoul:20261106T110000", "DTSTART:20261106")],
    "utc-only": [swap("DTSTAMP:20261101T000000Z", "DTSTAMP:20261101T000000"), swap("CREATED:", "CREATED;TZID=Asia/Seoul:")],
    "floating": [swap("DTSTART;TZID=Asia/Seoul:", "DTSTART:")],
    "tzid-missing": [swap("DTSTART;TZID=Asia/Seoul", "DTSTART;TZID=Asia/Tokyo"), swap(ZONE, "")],
    "tzid-unused": [swap(ZONE, ZONE + ZONE.replace("Seoul", "Tokyo"))],
    "tzid-twice": [swap(ZONE, ZONE + ZONE)],
    "tzid-utc": [swap(":20261106T110000", ":20261106T020000Z"), swap("DTSTART;", "DTSTART;VALUE=DATE;TZID=Asia/Seoul:20261106\nX-A;")],
    "tz-observance": [swap(ZONE, "BEGIN:VTIMEZONE\nTZID:Asia/Seoul\nEND:VTIMEZONE\n"), swap("DTSTART:1970", "DTSTART;TZID=Asia/Seoul:1970"),
                      swap("19700101T000000", "19700101T000000Z")],
    "utc-offset": [swap("TZOFFSETTO:+0900", "TZOFFSETTO:+9"), swap("TZOFFSETTO:+0900", "TZOFFSETTO:+082752"),
                   swap("TZOFFSETTO:+0900", "TZOFFSETTO:-0000"), swap("TZOFFSETTO:+0900", "TZOFFSETTO:+2460")],
    "dtend-type": [swap("DTEND;TZID=Asia/Seoul:20261106T120000", "DTEND;VALUE=DATE:20261107"),
                   swap("DTEND;TZID=Asia/Seoul:20261106T120000", "DTEND:20261106T120000Z")],
    "dtend-after": [swap("T120000", "T110000"), swap("T120000", "T100000")],
    "dtend-duration": [add("DURATION:PT1H")],
    "duration": [swap("DTEND;TZID=Asia/Seoul:20261106T120000", "DURATION:1H"), swap("DURATION:PT15M", "DURATION:-PT15M"),
                 swap("TTL:PT15M", "TTL:PT"), swap("TTL:PT15M", "TTL:P0D"), swap("-PT15M", "15"), swap("TTL:PT15M", "TTL:P")],
    "integer": [swap("SEQUENCE:0", "SEQUENCE:-1"), swap("SEQUENCE:0", "SEQUENCE:1.5"), add("PRIORITY:10")],
    "uri": [swap("https://meet.example.kr/", "meet.example.kr/"), swap("a?b=c", "a b"), swap("a?b=c", "가"), swap("a?b=c", "%zz")],
    "cal-address": [swap("mailto:panel", "panel"), swap("mailto:panel", "MAILTO:panel"), swap("panel@example", "pa nel@example"),
                    swap("panel@example.kr", "panel"), swap("panel@example.kr", "panel@example..kr")],
    "uid-length": [swap("UID:1@example.kr", "UID:"), swap("UID:1@example.kr", "UID:1 2"),
                   swap("UID:1@example.kr", "UID:" + "\n ".join(["a" * 64] * 4))],
    "uid-unique": [swap(SECOND.replace(b"UID:2@", b"UID:1@"), SECOND + SECOND)],
    "created-order": [swap("CREATED:20261101", "CREATED:20261102")],
    "recurrence-type": [add("RECURRENCE-ID;VALUE=DATE:20261106")],
    "rrule": [add("RRULE:" + r) for r in (
        "COUNT=3", "FREQ=OFTEN", "FREQ=DAILY;COUNT=3;UNTIL=20261201T000000Z", "FREQ=DAILY;UNTIL=20261201",
        "FREQ=WEEKLY;BYDAY=2MO", "FREQ=MONTHLY;BYDAY=XX", "FREQ=YEARLY;BYMONTH=13", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYWEEKNO=1", "FREQ=MONTHLY;BYYEARDAY=1", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYSETPOS=1", "FREQ=WEEKLY;WKST=XX",
        "FREQ=MONTHLY;BYDAY=54MO", "FREQ=DAILY;UNTIL=20260230T000000Z", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;BYMOON=1")],
    "alarm": [drop("DESCRIPTION:곧"), drop("REPEAT"), swap("DURATION:PT5M\n", ""), swap("DISPLAY", "EMAIL")],
    "refresh-value": [swap(";VALUE=DURATION", ""), swap("VALUE=DURATION", "VALUE=TEXT")],
    "attendee-organizer": [drop("ORGANIZER", "REQUEST")],
    "attendee-twice": [swap(ATTENDEE, ATTENDEE * 2, "REQUEST")],
    "method-component": [wire(HEAD + "METHOD:PUBLISH\n" + ZONE + "END:VCALENDAR\n"),
                         swap("BEGIN:VEVENT", "BEGIN:VFREEBUSY\nUID:9\nDTSTAMP:20261101T000000Z\nEND:VFREEBUSY\nBEGIN:VEVENT", "REQUEST")],
    "value-type": [add("RDATE;VALUE=TEXT:20261106"), swap("DTEND;TZID=Asia/Seoul:", "DTEND;VALUE=PERIOD;TZID=Asia/Seoul:"), swap("-PT15M", "-PT15M").replace(b"TRIGGER", b"TRIGGER;VALUE=DATE")],
    "language": [add("COMMENT;LANGUAGE=ko_KR:a"), add("COMMENT;LANGUAGE=k:a")],
    "param-address": [swap("RSVP=\n TRUE", "RSVP=\n TRUE;DELEGATED-TO=" + v, "REQUEST") for v in ("mailto:b@example.kr", '"b@example.kr"', '"mailto:b"')]
    + [swap("ORGANIZER;", 'ORGANIZER;SENT-BY="x";')],
    "conference": [add("CONFERENCE:https://meet.example.kr/a")],
    "color": [add("COLOR:#ff0000"), add("COLOR:reddish")],
    "geo": [add("GEO:91;0"), add("GEO:35.8,128.6"), add("GEO:35;181")],
    "exdate-type": [add("EXDATE;VALUE=DATE:20261107"), add("RDATE;VALUE=DATE:20261107,20261108")],
    "request-status": [add("REQUEST-STATUS:2", "REPLY"), add("REQUEST-STATUS:9.1;what", "REPLY")],
    "freebusy": [swap("PT\n 1H", v, "busy") for v in ("20261103T010000Z", "-PT1H", "20261103T000000Z", "20261109T000000Z")]
    + [swap("FREEBUSY:20261103T02", "FREEBUSY:20261103T01", "busy")] + [swap("20261103T010000Z", v, "busy") for v in ("20261103T010000", "20261102T013000Z", "20261031T010000Z")],
    "available": [drop("DTEND", "hours"), swap("DTEND;", "DURATION:PT1H\nDTEND;", "hours"), swap(";TZID=Asia/Seoul:20261106T11", ":20261106T11", "hours")],
    "method-start": [drop("DTSTART;", m) for m in ("PUBLISH", "REQUEST", "ADD", "COUNTER")],
    "method-property": [add("REQUEST-STATUS:2.0;ok", m) for m in ("PUBLISH", "REQUEST", "ADD", "CANCEL")] + [swap("UID:", "SUMMARY:a\nUID:", "REFRESH")],
    "method-alarm": [swap("END:VEVENT", ALARM + "END:VEVENT", m) for m in ("REPLY", "CANCEL", "REFRESH", "DECLINECOUNTER")],
    "method-partstat": [swap("ACCEPTED", "NEEDS-ACTION", "REPLY"), swap("PARTSTAT=ACCEPTED;", "", "REPLY")],
    "method-busy": [drop("ORGANIZER", "busy"), drop("DTEND", "busy"), swap("DTSTART:20261101T000000Z", "DTSTART;TZID=Asia/Seoul:20261101T000000", "busy"), swap("FREEBUSY;", ATTENDEE + "FREEBUSY;", "busy")],
    "method-organizer": [drop("ORGANIZER", m) for m in ITIP],
    "method-attendee": [swap(ATTENDEE, "", "REQUEST"), swap(ATTENDEE, "", "CANCEL"), add(ATTENDEE.strip(), "PUBLISH"), swap(ATTENDEE, "", "ADD"),
                        swap(REPLY, "", "REPLY"), swap(REPLY, REPLY + REPLY.replace("tax@", "b@"), "REPLY"), swap(ATTENDEE, "", "REFRESH")],
    "method-sequence": [drop("SEQUENCE", "CANCEL"), drop("SEQUENCE", "ADD"), swap("SEQUENCE:1", "SEQUENCE:0", "ADD")],
    "method-status": [swap("CONFIRMED", "CANCELLED", "ADD"), swap("UID:", "STATUS:CONFIRMED\nUID:", "REFRESH"), swap("CONFIRMED", "CANCELLED", "REQUEST"), swap("CANCELLED", "CONFIRMED", "CANCEL")],
    "method-summary": [drop("SUMMARY", m) for m in ("REQUEST", "PUBLISH", "ADD", "COUNTER")],
    "method-uid": [swap("END:VCALENDAR", SECOND + b"END:VCALENDAR", "REPLY"), swap("END:VCALENDAR", SECOND + b"END:VCALENDAR", "REQUEST")],
    "feed-method": [swap("CALSCALE", "METHOD:PUBLISH\nCALSCALE")],
    "feed-attendee": [add(ATTENDEE.strip())],
    "feed-head": [drop("X-WR-CALNAME"), drop("X-WR-TIMEZONE"), drop("REFRESH"), drop("X-PUBLISHED")],
    "feed-stamp": [drop("LAST-MODIFIED"), drop("SEQUENCE")],
}

MAIL = (b"Date: Sat, 31 Oct 2026 08:40:00 +0900\r\n"
        b"From: =?UTF-8?B?7IS87YSw?= <panel@example.kr>\r\n"
        b"Reply-To: <panel@example.kr>\r\n"
        b"To: \"Tax, One\" <tax@example.kr>\r\n"
        b"Subject: =?UTF-8?B?7J6Q66y4?=\r\n"
        b"Message-ID: <2@example.kr>\r\n"
        b"In-Reply-To: <1@example.kr>\r\n"
        b"References: <1@example.kr>\r\n"
        b"Auto-Submitted: auto-generated\r\n"
        b"Content-Class: urn:content-classes:calendarmessage\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n")


def part(kind, body, extra=""):
    return (f"Content-Type: {kind}\r\n{extra}Content-Transfer-Encoding: base64\r\n\r\n".encode()
            + base64.encodebytes(body).replace(b"\n", b"\r\n"))


ICS = ITIP["REQUEST"]
PLAIN = part("text/plain; charset=UTF-8", "자문\r\n".encode())
HTML = part("text/html; charset=UTF-8", "<p>자문</p>\r\n".encode())
INLINE = part("text/calendar; charset=UTF-8; method=REQUEST; component=VEVENT", ICS)
FILE = part("application/ics; name=\"invite.ics\"", ICS, "Content-Disposition: attachment; filename=\"invite.ics\"\r\n")


def alternative(*parts):
    return (b"Content-Type: multipart/alternative; boundary=\"a\"\r\n\r\n"
            + b"".join(b"--a\r\n" + p for p in parts) + b"--a--\r\n")


def mixed(*parts):
    return MAIL + b"".join(b"--m\r\n" + p for p in parts) + b"--m--\r\n"


CALENDAR_MAIL = mixed(alternative(PLAIN, HTML, INLINE), FILE)
PLAIN_MAIL = (MAIL.replace(b"Content-Class: urn:content-classes:calendarmessage\r\n", b"").rsplit(b"Content-Type", 1)[0]
              + alternative(PLAIN, HTML))
CLEAN_MAILS = {"calendar mail": CALENDAR_MAIL, "plain mail": PLAIN_MAIL}


def m(old, new, base=CALENDAR_MAIL, count=1):
    return swap(old, new, base, count)


def other_ics(old, new):
    ics = swap(old, new, ICS)
    return mixed(alternative(PLAIN, HTML, m(INLINE.split(b"\r\n\r\n")[1], part("", ics).split(b"\r\n\r\n")[1], INLINE)),
                 m(FILE.split(b"\r\n\r\n")[1], part("", ics).split(b"\r\n\r\n")[1], FILE))


LONG_WORD = b"=?UTF-8?B?" + b"7J6Q" * 17 + b"?="
PLANTED_MAIL = {
    "mail-crlf": [CALENDAR_MAIL.replace(b"\r\n", b"\n", 1), CALENDAR_MAIL[:-2]],
    "mail-ascii": [m("Tax, One", "세무"), m("Tax, One", b"Tax\x00")],
    "mail-line": [m("Subject: ", "X-A: " + "a" * 80 + "\nSubject: ")],
    "mail-header-once": [re.sub(rf"(?m)^{h}: [^\n]*\n".encode(), b"", CALENDAR_MAIL, count=1) for h in icslint_mail.ONCE]
    + [m("Subject: ", "Subject: x\nSubject: ")],
    "mail-one-recipient": [m("<tax@example.kr>", "<tax@example.kr>, <b@example.kr>"), m("Subject:", "Bcc: <b@example.kr>\nSubject:"),
                           m("Subject:", "Cc: <b@example.kr>\nSubject:")],
    "mail-address": [m("<tax@example.kr>", "<tax@localhost>"), m("<panel@example.kr>", "<pa@nel@example.kr>")],
    "mail-reply-to": [m("Reply-To: <panel@", "Reply-To: <other@")],
    "mail-date": [m("31 Oct", "today"), m(" +0900", "")],
    "mail-message-id": [m("<2@example.kr>", "2@example.kr"), m("References: <1@example.kr>", "References: <1 @example.kr>")],
    "mail-thread": [m("References: <1@example.kr>\n", ""), m("References: <1@", "References: <3@")],
    "mail-word": [m("=?UTF-8?B?7J6Q66y4?=", w) for w in
                  (LONG_WORD, b"=?UTF-8?B?7J6Q66y?=", b"=?UTF-8?B?7J4=?=\r\n =?UTF-8?B?kA==?=", b"=?EUC-KR?B?sKE=?=",
                   b"=?UTF-8?B?YQ0KQmNjOiBi?=", b"=?UTF-8?B?7J6Q66y4?= " + b"=?UTF-8?B?" + b"7J6Q66y4" * 5 + b"?=")],
    "mail-auto": [m("auto-generated", "no"), m("Auto-Submitted: auto-generated\n", "")],
    "mail-class": [m("Content-Class: urn:content-classes:calendarmessage\n", ""),
                   m("MIME-V", "Content-Class: urn:content-classes:calendarmessage\nMIME-V", PLAIN_MAIL)],
    "mail-structure": [mixed(alternative(HTML, PLAIN, INLINE), FILE), mixed(alternative(PLAIN, HTML), FILE),
                       mixed(alternative(PLAIN, HTML, INLINE)), CALENDAR_MAIL.replace(b"--m--\r\n", b""),
                       m("--a--\r\n", b"--a\r\n" + PLAIN + b"--a--\r\n", PLAIN_MAIL)],
    "mail-charset": [m("plain; charset=UTF-8", "plain"), m("html; charset=UTF-8", "html; charset=EUC-KR"),
                     m(PLAIN, part("text/plain; charset=UTF-8", b"\xff\xfe"))],
    "mail-encoding": [m("Encoding: base64", "Encoding: 8bit"), m("7J6Q66y4DQo=", "7J6Q66y4" * 11, PLAIN_MAIL)],
    "mail-empty": [m(PLAIN, part("text/plain; charset=UTF-8", b"\r\n")), m(HTML, part("text/html; charset=UTF-8", b""))],
    "mail-method": [m("method=REQUEST", "method=CANCEL"), m(" method=REQUEST;", "")],
    "mail-component": [m("component=VEVENT", "component=VTODO"), m("; component=VEVENT", "")],
    "mail-inline": [m(INLINE, part("text/calendar; charset=UTF-8; method=REQUEST; component=VEVENT", ICS, "Content-Disposition: attachment\r\n")),
                    m("Content-Disposition: attachment; filename=\"invite.ics\"\n", "")],
    "mail-same": [m(FILE, part("application/ics; name=\"invite.ics\"", ICS + b"\r\n",
                               "Content-Disposition: attachment; filename=\"invite.ics\"\r\n"))],
    "mail-organizer": [other_ics("mailto:panel@", "mailto:other@")],
    "mail-attendee": [other_ics("mailto:tax@", "mailto:other@"), other_ics(ATTENDEE, ATTENDEE + ATTENDEE.replace("tax", "b"))],
}


def rules_of(findings):
    return {f.partition(":")[0] for f in findings}


for name, data in CLEAN.items():
    findings = icslint.lint(data, name == "feed")[0]
    tap.ok(not findings, f"a clean {name} passes", findings)
for name, data in CLEAN_MAILS.items():
    findings = icslint_mail.lint(data)
    tap.ok(not findings, f"a clean {name} passes", findings)
for rule, planted in PLANTED.items():
    for i, data in enumerate(planted):
        findings = icslint.lint(data, rule.startswith("feed"))[0]
        tap.ok(rule in rules_of(findings), f"{rule} speaks ({i + 1})", findings)
for rule, planted in PLANTED_MAIL.items():
    for i, data in enumerate(planted):
        findings = icslint_mail.lint(data)
        tap.ok(rule in rules_of(findings), f"{rule} speaks ({i + 1})", findings)
tap.ok(set(PLANTED) == set(icslint.RULES), "each calendar rule has a planted violation",
       sorted(set(PLANTED) ^ set(icslint.RULES)))
tap.ok(set(PLANTED_MAIL) == set(icslint_mail.RULES), "each mail rule has a planted violation",
       sorted(set(PLANTED_MAIL) ^ set(icslint_mail.RULES)))
inside = icslint_mail.lint(other_ics("STATUS:CONFIRMED", "STATUS:SURE"))
tap.ok("value-enum" in rules_of(inside), "a mail's calendar meets the calendar rules", inside)


def command(*args):
    path = os.path.join(os.path.dirname(os.path.abspath(icslint.__file__)), "icslint.py")
    done = subprocess.run(["/usr/bin/python3", path, *args], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


with tempfile.TemporaryDirectory() as folder:
    names = [os.path.join(folder, n) for n in ("clean.ics", "bad.ics", "clean.eml")]
    for name, data in zip(names, (FEED, drop("UID:"), CALENDAR_MAIL)):
        with open(name, "wb") as file:
            file.write(data)
    tap.ok(command("--feed", names[0]) == (0, ""), "exit code 0 and no word for a clean feed")
    code, out = command(names[1])
    tap.ok(code == 1 and re.fullmatch(r"required: .*\n", out), "exit code 1 and `rule: message` for a bad one", out)
    tap.ok(command("--mail", names[2]) == (0, ""), "exit code 0 for a clean mail", command("--mail", names[2])[1])
    tap.ok(len(command("--rules")[1].splitlines()) == len(PLANTED) + len(PLANTED_MAIL), "--rules lists them all")
tap.done()
