#!/usr/bin/python3
"""Others read what we wrote: whatever people type comes back as the same values, and never as a
property, a parameter, a header or markup of its own. Known nasty strings in every member, then
random mixtures of them (seeded; 500 mails and 500 feeds of four events, 2,500 events in all)."""
import email
import email.header
import email.utils
import html
import os
import random
import re
import sys

import icalendar

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import icslint
import icslint_mail
import icsread
import jobs
from tap import Tap

tap = Tap()
ROUNDS = 500
NASTY = ["a\r\nX-INJECT:1", "\nBEGIN:VEVENT\n", "a\r\n\r\n<b>", "\rBcc: all@example.kr", '"quoted"', '"', "^", "^^n^'", ";X=1", ":",
         ",,", "\\", "\\n", "\\\\,", "a\\", "\u2028X-A:1", "\u2029", "\u0085", "\x01", "\x7f", "\t", " ", "  ",
         " " * 200, "a " * 60, "😀", "👨‍👩‍👧", "가" * 400, "각하 " * 80, "똠방각하", "e\u0301", "\u202eelgnis", "=?UTF-8?B?YQ==?=", "<script>",
         "</td>", "&amp;", "'", "a@b", "mailto:x@example.kr", "END:VCALENDAR", "{}", "%s%n", "=", "--=_m_", "ﷺ", "\U0010ffff", "\ufffe"]
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


def differences(calendar, r, organizer, prefix):
    """What the strict reader and python3-icalendar see of one event, against what was put in."""
    wrong = []
    tree = icsread.read(calendar, lambda *_: None)[0]
    event = next(c for c in tree.comps if c.name == "VEVENT" and c.value("UID") == r["uid"])
    other = next(c for c in icalendar.Calendar.from_ical(calendar).walk("VEVENT") if c["UID"] == r["uid"])
    want = {"SUMMARY": summary(r, prefix), "LOCATION": block(r["place"]["ko"]), "CATEGORIES": block(r["field"]["ko"])}
    want = {name: value.rstrip(" ") for name, value in want.items()}
    for name, value in want.items():
        if icsread.unescape(event.value(name) or "") != value:
            wrong.append(f"{name}: {event.value(name)!r} for {value!r}")
    if not description_holds(icsread.unescape(event.value("DESCRIPTION")), r):
        wrong.append(f"DESCRIPTION: {event.value('DESCRIPTION')!r}")
    if event.one("ORGANIZER").param("CN") != line(organizer["name"]).replace("\\", "/"):
        wrong.append(f"CN: {event.one('ORGANIZER').param('CN')!r} for {organizer['name']!r}")
    for name in ("SUMMARY", "LOCATION"):  # its unescaping is not exact where a backslash was typed
        if "\\" not in want[name] and str(other[name] if name in other else "") != want[name]:
            wrong.append(f"python3-icalendar, {name}: {str(other.get(name))!r} for {want[name]!r}")
    for name, at in (("DTSTART", "start"), ("DTEND", "end")):
        if int(other[name].dt.timestamp()) != r[at]:
            wrong.append(f"python3-icalendar, {name}: {other[name].dt}")
    known = set(icslint.EVENT_ONE | icslint.EVENT_MANY | {"X-MICROSOFT-CDO-BUSYSTATUS"})
    if {p.name for p in event.props} - known or set(other.keys()) - known:
        wrong.append(f"a property that is not ours: {[p.name for p in event.props]}")
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
        found += differences(inner.get_payload(decode=True), m["revision"], m["organizer"], "")
        for r, prefix in zip(feed["revisions"], ("", "[미확정] ", "[취소] ", "")):
            found += differences(calendar, r, feed["organizer"], prefix)
        wrong += [f"{label(i)}: {f}" for f in found]
    return wrong


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
twice = [{"form": "mail", "message": m} for m, _ in built[:100]] * 2
answers = jobs.render(twice)
tap.ok(answers[:100] == answers[100:], "the same message is the same bytes")
tap.done()
