"""The small language of tests/itip/*.txt, and mails as calendar programs send them.

A file holds scenarios, one after the other; each has a meeting of its own, an offer to one expert on 4 June 2026,
10:00 in Seoul, whose mail has left. A line is a step, words with spaces in it stand in "quotes":

    scenario rfc5546-3.2.3-accepted      named for its rule; a line that begins with # says more
    by accept                            what a coordinator records: accept, decline, cancel, move, take, refuse …
    link accept                          the expert's answer from the page
    wish 2026-06-08T11:00                another time that the company asks for on its page
    mail REPLY partstat=ACCEPTED …       a mail comes in (by LMTP)
    bounce failed …                      a report of the last mail comes in
    set contacts consent_at null         what somebody changed of the expert (experts) or the contact
    untagged                             nobody has a reply address
    crowd 50                             so many wait already, until disperse
    expect seat accepted                 what is so afterwards
    expect sent DECLINECOUNTER           of the last mail to the expert, or sent/company: METHOD, sequence, comment, event

mail takes client= (gmail, outlook, outlookcom, apple, thunderbird, naver, bare), from= attendee= to= uid= (words
expert, other, stranger, company, tag, plain, or an address), sequence= (a number, none), dtstamp= (seconds from the hour of
the test, or none), start= end= comment= (long=N: one of N characters), charset= (label=: as the type calls it) and
head= ("Name: value"); also again (the bytes of the mail before).
"""
import base64
import datetime
import email.policy
import pathlib
import re
import shlex
from email.header import Header

DIR = pathlib.Path(__file__).resolve().parents[1] / "itip"
HOUR = datetime.datetime(2026, 6, 1, 1, 0, tzinfo=datetime.timezone.utc)  # service.NOW
START, END = "20260604T010000Z", "20260604T020000Z"


class Scenario:
    def __init__(self, file, line, name):
        self.file, self.line, self.name, self.steps = file, line, name, []


def scenarios():
    found = []
    for file in sorted(DIR.glob("*.txt")):
        for n, line in enumerate(file.read_text().splitlines(), 1):
            words = shlex.split(line, comments=True)
            if words and words[0] == "scenario":
                found.append(Scenario(file.name, n, words[1]))
            elif words:
                found[-1].steps.append((n, words))
    return found


# ---- calendars ----

PRODIDS = {"gmail": "-//Google Inc//Google Calendar 70.9054//EN", "outlook": "Microsoft Exchange Server 2010",
           "outlookcom": "Microsoft Exchange Server 2010", "apple": "-//Apple Inc.//macOS 14.4//EN",
           "thunderbird": "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "naver": "-//NAVER Corp//NAVER Calendar//KO",
           "bare": "-//Example//Test//EN"}


def fold(line):
    """RFC 5545 3.1: at 75 octets, never within a character."""
    out, rest = [], line.encode()
    while len(rest) > 75:
        n = 75
        while rest[n] & 0xC0 == 0x80:
            n -= 1
        out.append(rest[:n])
        rest = b" " + rest[n:]
    return b"\r\n".join([*out, rest])


def calendar(client, method, properties, timezone=False):
    lines = ["BEGIN:VCALENDAR", f"PRODID:{PRODIDS[client]}", "VERSION:2.0"]
    lines += ["CALSCALE:GREGORIAN"] if client in ("gmail", "apple") else []
    lines += [f"METHOD:{method}"] if method else []
    if timezone:
        lines += ["BEGIN:VTIMEZONE", "TZID:Korea Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T000000",
                  "TZOFFSETFROM:+0900", "TZOFFSETTO:+0900", "END:STANDARD", "END:VTIMEZONE"]
    lines += ["BEGIN:VEVENT", *properties, "END:VEVENT", "END:VCALENDAR"]
    return b"".join(fold(line) + b"\r\n" for line in lines)


def in_utc(text):
    """2026-06-05T14:00+09:00 as an iCalendar instant."""
    return datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def event(client, method, w):
    """The properties of an answer as that program writes them; w: the words of the step."""
    start, end = (in_utc(w[k]) if w.get(k) else d for k, d in (("start", START), ("end", END)))
    if w.get("start") and not w.get("end"):
        end = in_utc((datetime.datetime.fromisoformat(w["start"]) + datetime.timedelta(hours=1)).isoformat())
    local = client in ("outlook", "outlookcom")
    times = [f"DTSTART:{start}", f"DTEND:{end}"]
    if local:
        times = [f"{n};TZID=Korea Standard Time:" + (datetime.datetime.strptime(v, "%Y%m%dT%H%M%SZ")
                 + datetime.timedelta(hours=9)).strftime("%Y%m%dT%H%M%S") for n, v in (("DTSTART", start), ("DTEND", end))]
    if w.get("times") == "none":
        times = []
    props = [*times, f"UID:{w['uid']}"]
    if w.get("dtstamp") != "none":
        props.append("DTSTAMP:" + (HOUR + datetime.timedelta(seconds=int(w.get("dtstamp", 0)))).strftime("%Y%m%dT%H%M%SZ"))
    if client != "outlookcom" and w.get("organizer") != "none":  # its replies have none
        props.append(f"ORGANIZER;CN=\"자문단\":mailto:{w['organizer']}")
    partstat = f";PARTSTAT={w['partstat']}" if w.get("partstat") else ""
    for one in w["attendee"].split(",") if w["attendee"] != "none" else []:
        props.append({"gmail": f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{partstat};CN={one};X-NUM-GUESTS=0:mailto:{one}",
                      "outlook": f"ATTENDEE{partstat};CN=전문위원:mailto:{one}",
                      "outlookcom": f"ATTENDEE{partstat};CN=전문위원:mailto:{one}",
                      "apple": f"ATTENDEE;CN=\"전문위원\";CUTYPE=INDIVIDUAL{partstat};ROLE=REQ-PARTICIPANT;EMAIL={one}:mailto:{one}",
                      "thunderbird": f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{partstat};RSVP=TRUE:MAILTO:{one}",
                      "naver": f"ATTENDEE;ROLE=REQ-PARTICIPANT{partstat};CN=전문위원:mailto:{one}",
                      "bare": f"ATTENDEE{partstat}{w.get('params', '')}:mailto:{one}"}[client])
    if w.get("sequence", "0") != "none":
        props.append(f"SEQUENCE:{w.get('sequence', '0')}")
    if w.get("recurrence"):
        props.append(f"RECURRENCE-ID:{w['recurrence']}")
    if w.get("comment"):
        props.append("COMMENT:" + w["comment"].replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;"))
    if w.get("status"):
        props.append(f"REQUEST-STATUS:{w['status']}")
    return props + w.get("more", "").split("|") if w.get("more") else props


# ---- mails ----

def part(type_, body, *heads, how="7bit"):
    coded = {"7bit": body, "8bit": body, "base64": base64.encodebytes(body).replace(b"\n", b"\r\n"),
             "quoted-printable": qp(body)}[how]
    return b"\r\n".join([b"Content-Type: " + type_.encode(), b"Content-Transfer-Encoding: " + how.encode(),
                         *(h.encode() for h in heads), b"", coded])


def qp(body):
    import quopri
    return quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def multi(kind, boundary, *parts):
    mark = b"--" + boundary.encode()
    inner = b"".join(mark + b"\r\n" + p + b"\r\n" for p in parts)
    return f"Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n".encode() + inner + mark + b"--\r\n"


def body(client, method, ics, charset="utf-8"):
    """The parts, as each of the programs arranges them."""
    text = "답장드립니다.".encode()
    plain = part("text/plain; charset=\"UTF-8\"", text, how="base64")
    html = part("text/html; charset=\"UTF-8\"", b"<p>" + text + b"</p>", how="quoted-printable")
    m = f"; method={method}" if method else ""
    if client == "gmail":
        return multi("mixed", "000000000000a1", multi("alternative", "000000000000b2", plain, html, part(
            f"text/calendar; charset=\"UTF-8\"{m}", ics, how="base64")), part(
                "application/ics; name=\"invite.ics\"", ics, "Content-Disposition: attachment; filename=\"invite.ics\"", how="base64"))
    if client in ("outlook", "outlookcom"):
        return multi("alternative", "_000_PS2PR01MB", plain, html, part(f"text/calendar; charset=\"utf-8\"{m}", ics, how="base64"))
    if client == "apple":
        return multi("alternative", "Apple-Mail=_1", plain, multi("mixed", "Apple-Mail=_2", html, part(
            f"text/calendar{m}; name=\"iCal-20260601.ics\"; charset=utf-8", ics,
            "Content-Disposition: attachment; filename=\"iCal-20260601.ics\"", how="quoted-printable")))
    if client == "thunderbird":
        return multi("mixed", "------------0905", plain, part(f"text/calendar{m}; charset=UTF-8", ics, how="8bit"), part(
            "application/ics; name=\"invite.ics\"", ics, "Content-Disposition: attachment; filename=\"invite.ics\"", how="base64"))
    if client == "naver":
        return multi("mixed", "----=_Part_1", part("text/html; charset=\"euc-kr\"", "답장".encode("euc-kr"), how="base64"),
                     part(f"text/calendar; charset=UTF-8{m}", ics, how="base64"))
    return part(f"text/calendar; charset={charset}{m}", ics, how="8bit")


def message(client, w, content):
    subject = str(Header("수락: 자문 상담", "utf-8").encode())
    heads = [f"From: {Header('전문위원', 'utf-8').encode()} <{w['from']}>", f"To: {w['recipient']}", f"Subject: {subject}",
             "Date: Mon, 01 Jun 2026 10:00:00 +0900", f"Message-ID: <{w['id']}@client.example>", "MIME-Version: 1.0",
             *([w["head"]] if w.get("head") else [])]
    return "\r\n".join(heads).encode() + b"\r\n" + content


def answer(method, w):
    """One mail: w has from, recipient, attendee, uid, organizer, id and what the step says."""
    client = w.get("client", "bare")
    ics = calendar(client, w.get("method", method), event(client, method, w), timezone=client in ("outlook", "outlookcom"))
    if w.get("charset"):
        ics = ics.decode().encode(w["charset"])
    return message(client, w, body(client, w.get("outer", method), ics, w.get("label", "utf-8")))


def report(w, action, status, head):
    """A delivery status notification (RFC 3464) of the mail whose head is given."""
    text = part("text/plain; charset=us-ascii", b"This is the mail system.")
    fields = f"Reporting-MTA: dns; mx.example.kr\r\n\r\nFinal-Recipient: rfc822; {w['from']}\r\nAction: {action}\r\n" \
             f"Status: {status}\r\nDiagnostic-Code: smtp; 550 5.1.1 <{w['from']}>: no such user\r\n"
    how = w.get("as", "message")
    original = {"message": part("message/rfc822", head), "headers": part("text/rfc822-headers", head), "none": None}[how]
    parts = [text, part("message/delivery-status", fields.encode()), *([original] if original else [])]
    content = multi("report; report-type=delivery-status", "B1/mx", *parts)
    return message("bare", {**w, "from": "MAILER-DAEMON@mx.example.kr", "head": "Auto-Submitted: auto-replied"}, content)


def head_of(mail):
    """The header section of one of our mails."""
    return re.split(rb"\r?\n\r?\n", mail, maxsplit=1)[0] + b"\r\n\r\n"


def exim(w, ours):
    """What servers send that know no RFC 3464: plain text with our head in it."""
    text = b"This message was created automatically by mail delivery software.\r\n\r\n  " + w["from"].encode() + \
        b"\r\n    host mx.example.kr: 550 no such user\r\n\r\n------ This is a copy of the headers ------\r\n\r\n" + head_of(ours)
    return message("bare", {**w, "from": "Mailer-Daemon@mx.example.kr", "head": f"X-Failed-Recipients: {w['from']}\r\n"
                            "Auto-Submitted: auto-replied"}, part("text/plain; charset=utf-8", text, how="8bit"))


def other(kind, w):
    """A mail without a calendar."""
    text = w.get("comment", "감사합니다.").encode(w.get("charset", "utf-8"))
    return message("bare", w, part(w.get("type", "text/plain; charset=utf-8"), text, how="base64"))


def form(values):
    from urllib.parse import urlencode
    return urlencode(values)
