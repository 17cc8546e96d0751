#!/usr/bin/python3
"""Others read what we wrote: whatever people type comes back as the same values, and never as a
property, a parameter, a header or markup of its own. Known nasty strings in every member, then
random mixtures of them (seeded): in mails and feeds that all is looked at of, then 10,000 events that
our strict reader, libical, python3-icalendar and ical.js must read alike.

Where a reader does not see what the RFCs say is there, its own way is written down here and must be met
to the letter, so that nothing else hides behind it:

| reader | what | what the RFC says |
| --- | --- | --- |
| python3-icalendar 4.0 | unescapes by replacements, twice: a typed "\\n" becomes a line break, "%2C" a comma | 5545 3.3.11: an escaped backslash is one backslash, % is no escape |
| python3-icalendar 4.0 | leaves ^^ ^n ^' in parameters as they are | 6868 3.2: a caret decodes in every parameter value |
| ical.js 2.2 | leaves the values of X- properties escaped | 5545 3.8.8.2: their default type is TEXT |
| libical 3.0 | drops blanks in front of a value, and an empty one | 5545 3.1: the value is all that follows the colon |
"""
import email
import email.header
import email.utils
import html
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys

import icalendar

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import icslint
import icslint_mail
import icsread
import jobs
from tap import Tap

tap = Tap()
ROUNDS = 100  # mails, and feeds of four events
EVENTS, A_FEED = 10000, 20
NASTY = ["a\r\nX-INJECT:1", "\nBEGIN:VEVENT\n", "a\r\n\r\n<b>", "\rBcc: all@example.kr", '"quoted"', '"', "^", "^^n^'", ";X=1", ":",
         ",,", "\\", "\\n", "\\\\,", "a\\", "\u2028X-A:1", "\u2029", "\u0085", "\x01", "\x7f", "\t", " ", "  ",
         " " * 200, "a " * 60, "😀", "👨‍👩‍👧", "가" * 400, "각하 " * 80, "똠방각하", "e\u0301", "\u202eelgnis", "=?UTF-8?B?YQ==?=", "<script>",
         "</td>", "&amp;", "'", "a@b", "mailto:x@example.kr", "END:VCALENDAR", "{}", "%s%n", "%2C%5C", "=", "--=_m_", "ﷺ", "\U0010ffff", "\ufffe"]
BASE = jobs.golden()
CONTROL = "[\x01-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"


def block(s):
    """What form/clean makes of a text."""
    s = re.sub("\r\n|[\r\n\u0085\u2028\u2029]", "\n", s)
    s = re.sub(CONTROL, lambda m: m[0] if m[0] == "\n" else " ", s)
    return re.sub(" {33,}", " " * 32, s)


def line(s):
    return re.sub(" +", " ", block(s).replace("\n", " ")).strip(" ")


def set_words(revision, word):
    """Every text of a revision from word(); the values the readers must see."""
    r = revision
    for key in ("ko", "en"):
        r["place"][key], r["field"][key] = word(), word()
        r["company"]["district"][key] = word()
    r["company"].update(name=word(), address=word())
    r["company"]["contact"] = {"name": word(), "email": word(), "phone": word()}
    r["case"] = {"title": word(), "text": word()}
    r["seats"] = [{"state": "accepted", "expert": {"name": word(), "affiliation": word(), "email": word()}}]
    r["requester"], r["owner"] = {"name": word()}, {"name": word(), "email": word()}
    r["online_url"] = random.choice([word(), "https://meet.example.kr/a?b=c;d,e", None])
    return r


def summary(r, prefix):
    return line(f"{prefix}심층자문({r['field']['ko']}) {r['company']['name']}")


def description_holds(text, r):
    return all(block(x) in text for x in (r["case"]["text"], r["case"]["title"], r["company"]["name"], r["owner"]["name"])
               if len(x) < 33)


def by_uid(calendar):
    """What the strict reader and python3-icalendar see: {UID: (component, component)}."""
    strict = [c for c in icsread.read(calendar, lambda *_: None)[0].comps if c.name == "VEVENT"]
    other = {str(c["UID"]): c for c in icalendar.Calendar.from_ical(calendar).walk("VEVENT")}
    return {c.value("UID"): (c, other[c.value("UID")]) for c in strict}


def differences(events, r, organizer, prefix):
    """What the strict reader and python3-icalendar see of one event, against what was put in."""
    wrong = []
    event, other = events[r["uid"]]
    for name, value in wanted(r, prefix).items():
        if icsread.unescape(event.value(name) or "") != value:
            wrong.append(f"{name}: {event.value(name)!r} for {value!r}")
        if name != "CATEGORIES" and str(other.get(name, "")) != python_text(event.value(name) or ""):
            wrong.append(f"python3-icalendar, {name}: {str(other.get(name))!r} for {value!r}")
    if not description_holds(icsread.unescape(event.value("DESCRIPTION")), r):
        wrong.append(f"DESCRIPTION: {event.value('DESCRIPTION')!r}")
    if event.one("ORGANIZER").param("CN") != line(organizer["name"]).replace("\\", "/"):
        wrong.append(f"CN: {event.one('ORGANIZER').param('CN')!r} for {organizer['name']!r}")
    for name, at in (("DTSTART", "start"), ("DTEND", "end")):
        if int(other[name].dt.timestamp()) != r[at]:
            wrong.append(f"python3-icalendar, {name}: {other[name].dt}")
    known = set(icslint.EVENT_ONE | icslint.EVENT_MANY | {"X-MICROSOFT-CDO-BUSYSTATUS"})
    if {p.name for p in event.props} - known or set(other.keys()) - known:
        wrong.append(f"a property that is not ours: {[p.name for p in event.props]}")
    return wrong


def wanted(r, prefix):
    want = {"SUMMARY": summary(r, prefix), "LOCATION": block(r["place"]["ko"]), "CATEGORIES": block(r["field"]["ko"])}
    return {name: value.rstrip(" ") for name, value in want.items()}


def python_text(raw):
    """TEXT as python3-icalendar unescapes it: one replacement after the other, twice."""
    for old, new in (("\\,", "%2C"), ("\\:", "%3A"), ("\\;", "%3B"), ("\\\\", "%5C"), ("%2C", ","), ("%3A", ":"), ("%3B", ";"), ("%5C", "\\"),
                     ("\\N", "\\n"), ("\r\n", "\n"), ("\\n", "\n"), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\")):
        raw = raw.replace(old, new)
    return raw


def others(calendars):
    """{reader: [what it reads]} of libical and ical.js, each one process for all."""
    data = b"".join(b"%d\n%s" % (len(c), c) for c in calendars)
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    programs = {"libical": [os.path.join(jobs.BUILD, "tests/form/icalread")],
                "ical.js": ["node", os.path.join(top, "tests/form/icalread.js"), os.path.join(top, "build/npm")]}
    found = {}
    for name, program in programs.items():
        done = subprocess.run(program, input=data, stdout=subprocess.PIPE, check=True, timeout=300)
        found[name] = [json.loads(x) for x in done.stdout.splitlines()]
        assert len(found[name]) == len(calendars), name
    return found


ALIKE = ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "CATEGORIES", "ORGANIZER;CN", "ATTENDEE;CN")


def read_alike(reader, got, event):
    """What a reader sees of one event, against the strict one."""
    wrong = []
    for name in ALIKE:
        prop, _, param = name.partition(";")
        p = event.one(prop)
        want = (p.param(param) if param else icsread.unescape(p.value)) if p else None
        if reader == "libical" and p and not param:
            want = want.lstrip(" ") or None
        if got.get(name) != want:
            wrong.append(f"{reader}, {name}: {got.get(name)!r} for {want!r}")
    return wrong


def decoded(s):
    """RFC 2047 (email.policy.default keeps the blanks between two encoded words of a name)."""
    return str(email.header.make_header(email.header.decode_header(s)))


def mail_differences(data, m, r):
    mail = email.message_from_bytes(data)
    wrong = []
    want = {"From": m["organizer"]["name"], "To": m["to"]["name"]}
    for name, value in want.items():
        got = email.utils.getaddresses([re.sub("\r\n", "", mail[name])])
        if len(got) != 1 or decoded(got[0][0]).strip() != line(value).strip():
            wrong.append(f"{name}: {got} for {value!r}")
    if summary(r, "").strip() not in decoded(mail["Subject"]):
        wrong.append(f"Subject: {mail['Subject']!r} for {summary(r, '')!r}")
    parts = {p.get_content_type(): p.get_payload(decode=True).decode("utf-8") for p in mail.walk() if not p.is_multipart()}
    plain, page = parts["text/plain"].replace("\r\n", "\n"), parts["text/html"].replace("\r\n", "\n")
    title = block(r["case"]["title"])
    if len(title) < 33 and title.replace("\n", "\n  ") not in plain:
        wrong.append(f"plain: no {title!r}")
    shown = html.unescape(re.sub("<br>\n", "\n", page))
    if len(title) < 33 and title not in shown:
        wrong.append(f"html: no {title!r}")
    tags = set(re.findall(r"<(/?[a-zA-Z!]+)", page))
    if tags - set("!DOCTYPE html /html head /head meta body /body div /div p /p table /table tr /tr th /th td /td a /a br hr".split()):
        wrong.append(f"html: tags {tags}")
    return wrong


def invitation_differences(data, m, r):
    """An offer as calendars read it: who answers to whom, where to join, when to be reminded."""
    mail = email.message_from_bytes(data)
    calendar = next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    read = icalendar.Calendar.from_ical(calendar.get_payload(decode=True))
    event = read.walk("VEVENT")[0]
    said, alarm = event["ATTENDEE"], read.walk("VALARM")
    want = {"METHOD": "REQUEST", "param": "REQUEST", "UID": r["uid"], "STATUS": "TENTATIVE", "PARTSTAT": "NEEDS-ACTION",
            "RSVP": "TRUE", "LANGUAGE": m["language"], "ORGANIZER": "mailto:" + m["reply_to"], "CONFERENCE": r["online_url"],
            "TRIGGER": -60 * m["alarm_minutes"], "SUMMARY": ["", "[Tentative] "][m["language"] == "en"] and
            line(f"[Tentative] Consultation ({r['field']['en']}) {r['company']['name']}").rstrip(" ")}
    conference = event.get("CONFERENCE")
    got = {"METHOD": str(read["METHOD"]), "param": calendar.get_param("method"), "UID": str(event["UID"]), "STATUS": str(event["STATUS"]),
           "PARTSTAT": said.params["PARTSTAT"], "RSVP": said.params["RSVP"], "LANGUAGE": said.params["LANGUAGE"],
           "ORGANIZER": str(event["ORGANIZER"]), "CONFERENCE": conference and str(conference),
           "TRIGGER": alarm[0]["TRIGGER"].dt.total_seconds() if alarm else None,
           "SUMMARY": want["SUMMARY"] and icsread.unescape(next(
               c for c in icsread.read(calendar.get_payload(decode=True), lambda *_: None)[0].comps if c.name == "VEVENT").value("SUMMARY"))}
    return [f"{name}: {got[name]!r} for {want[name]!r}" for name in want if got[name] != want[name]]


def declined_differences(data, m):
    """A DECLINECOUNTER as calendars read it: of which event, and the words of the refusal."""
    calendar = next(p for p in email.message_from_bytes(data).walk() if p.get_content_type() == "text/calendar")
    event = next(c for c in icsread.read(calendar.get_payload(decode=True), lambda *_: None)[0].comps if c.name == "VEVENT")
    want = {"param": "DECLINECOUNTER", "UID": m["revision"]["uid"], "SEQUENCE": str(m["revision"]["sequence"]), "COMMENT": block(m["reason"]).rstrip(" ")}
    got = {"param": calendar.get_param("method"), "UID": event.value("UID"), "SEQUENCE": event.value("SEQUENCE"),
           "COMMENT": icsread.unescape(event.value("COMMENT") or "")}
    return [f"{name}: {got[name]!r} for {want[name]!r}" for name in want if got[name] != want[name]]


def person(word):
    return {"name": word(), "email": "o'hana.kim+1=a@example.kr"}


def build(word):
    """One invitation by mail and one feed, of what word() says."""
    m = {**BASE["invite_expert.eml"]["message"], "organizer": {"name": word(), "email": "panel@example.kr"}, "to":
         {**person(word), "partstat": "ACCEPTED"}, "reason": word()}
    m["revision"] = set_words(jobs.copy.deepcopy(BASE["invite_expert.eml"]["message"]["revision"]), word)
    feed = {**BASE["feed.ics"], "name": word() or "x", "description": word(), "organizer": m["organizer"]}
    feed["revisions"] = [set_words(jobs.copy.deepcopy(r), word) for r in feed["revisions"]]
    return m, feed


def offer(m, word, n):
    """The same as an offer of an online meeting, every other one to a reader of English, with an alarm."""
    r = {**m["revision"], "status": "tentative", "mode": "online", "online_url": "https://meet.example.kr/r/22?k=a;b,c"}
    r["field"] = {**r["field"], "en": word()}
    return {**m, "kind": "offer", "revision": r, "language": ("ko", "en")[n % 2], "alarm_minutes": 15 * n, "thread": None,
            "reply_to": "panel+abcdefghijklmnopqrstuvwx27@example.kr", "to": {**m["to"], "partstat": "NEEDS-ACTION"}}


def judge_offers(built, word, label):
    offers = [offer(m, word, i) for i, (m, _) in enumerate(built)]
    wrong = []
    for i, (m, (err, data)) in enumerate(zip(offers, jobs.render([{"form": "mail", "message": m} for m in offers]))):
        found = [err] if err != "OK" else icslint_mail.lint(data) + invitation_differences(data, m, m["revision"])
        wrong += [f"{label(i)}: {f}" for f in found]
    declined = [{**m, "kind": "counter_declined"} for m in offers]
    for i, (m, (err, data)) in enumerate(zip(declined, jobs.render([{"form": "mail", "message": m} for m in declined]))):
        found = [err] if err != "OK" else icslint_mail.lint(data) + declined_differences(data, m)
        wrong += [f"{label(i)}, its counter declined: {f}" for f in found]
    return wrong


def judge(built, label):
    """Renders and reads all; the findings."""
    wrong = []
    answers = jobs.render([j for m, feed in built for j in ({"form": "mail", "message": m}, feed)])
    for i, (m, feed) in enumerate(built):
        (err, data), (feed_err, calendar) = answers[2 * i:2 * i + 2]
        if err != "OK" or feed_err != "OK":
            wrong.append(f"{label(i)}: {err} {feed_err}")
            continue
        found = icslint_mail.lint(data) + icslint.lint(calendar, True)[0]
        found += mail_differences(data, m, m["revision"])
        inner = next(p for p in email.message_from_bytes(data).walk() if p.get_content_type() == "text/calendar")
        found += differences(by_uid(inner.get_payload(decode=True)), m["revision"], m["organizer"], "")
        events = by_uid(calendar)
        for r, prefix in zip(feed["revisions"], PREFIXES):
            found += differences(events, r, feed["organizer"], prefix)
        wrong += [f"{label(i)}: {f}" for f in found]
    return wrong


PREFIXES = ("", "[미확정] ", "[취소] ", "")


def judge_feeds(feeds):
    """Renders feeds and has all read them; the findings."""
    wrong, calendars = [], [data for _, data in jobs.render(feeds)]
    for feed, calendar, *read in zip(feeds, calendars, *others(calendars).values()):
        found, tree = icslint.lint(calendar, True)
        mine = [c for c in tree.comps if c.name == "VEVENT"]
        events = {c.value("UID"): (c, o) for c, o in zip(mine, icalendar.Calendar.from_ical(calendar).walk("VEVENT"))}
        for i, r in enumerate(feed["revisions"]):
            found += differences(events, r, feed["organizer"], PREFIXES[i % 4])
            for reader, got in zip(("libical", "ical.js"), read):
                found += read_alike(reader, got["events"][i], mine[i])
                if (got["events"][i]["DTSTART"], got["events"][i]["DTEND"]) != (r["start"], r["end"]):
                    found.append(f"{reader}: {got['events'][i]['DTSTART']}")
        raw = tree.value("X-WR-CALNAME")
        names = [icsread.unescape(raw).lstrip(" "), raw] + [block(feed["name"]).rstrip(" ")]
        if [got["calendar"]["X-WR-CALNAME"] for got in read] + [icsread.unescape(raw)] != names:
            found.append(f"X-WR-CALNAME: {[got['calendar']['X-WR-CALNAME'] for got in read]} for {feed['name']!r}")
        if [len(got["events"]) for got in read] != [len(mine)] * 2:
            found.append("not as many events")
        wrong += found
    return wrong


def short():
    """Two pieces at an offset that lets every piece meet a fold somewhere."""
    return random.choice(SHORT) + "가" * random.randint(0, 24) + random.choice(SHORT) + "x" * random.randint(0, 3)


def made_feed(number):
    """A feed of its own seed, so that the processes share nothing."""
    random.seed(seed * 1000 + number)
    base = BASE["feed.ics"]
    feed = {**base, "name": short() or "x", "description": short(), "organizer": {"name": short(), "email": "panel@example.kr"}}
    feed["revisions"] = []
    for i in range(A_FEED):
        r = set_words(jobs.copy.deepcopy(base["revisions"][i % 4]), short)
        feed["revisions"].append({**r, "uid": f"{number:05d}{i:03d}-1111-4111-8111-111111111111"})
    return feed


def feeds_of(part):
    return judge_feeds([made_feed(n) for n in range(part, EVENTS // A_FEED, PARTS)])


SHORT = [n for n in NASTY if len(n) < 20]
PARTS = 8  # two at a time

seed = int(os.environ.get("SEED", "20261123"))
random.seed(seed)
nasty = [f"가{n}나" for n in NASTY] + [n for n in NASTY if n.strip()]
for word in nasty:
    findings = judge([build(lambda w=word: w)], lambda i: "")
    tap.ok(not findings, f"everywhere: {word.encode('unicode_escape').decode()[:40]}", findings)


def mixture():
    return "".join(random.choice(NASTY) for _ in range(random.randint(1, 6)))


built = [build(mixture) for _ in range(ROUNDS)]
findings = judge(built, lambda i: f"round {i}, SEED={seed}")
tap.ok(not findings, f"{ROUNDS} mails and {4 * ROUNDS} feed events of random mixtures", findings)
with multiprocessing.Pool(2) as pool:
    findings = [f for part in pool.map(feeds_of, range(PARTS), 1) for f in part]
tap.ok(not findings, f"{EVENTS} events are read alike by libical, python3-icalendar and ical.js, SEED={seed}", findings)
findings = judge_offers([build(lambda w=w: w) for w in nasty] + built[:200], mixture, lambda i: f"offer {i}, SEED={seed}")
tap.ok(not findings, f"{len(nasty) + 200} offers as invitations", findings)
twice = [{"form": "mail", "message": m} for m, _ in built[:100]] * 2
answers = jobs.render(twice)
tap.ok(answers[:100] == answers[100:], "the same message is the same bytes")
tap.done()
