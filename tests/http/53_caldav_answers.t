#!/usr/bin/python3
# An expert answers from a calendar program: a PUT that changes their PARTSTAT alone (RFC 6638 3.2.2.1) is an answer, the
# same as by link; anything else is refused so that the program takes it back, and changes nothing.
import os
import re

import data
import icalendar
from dav import Dav, precondition
from service import Service, Tap

points = Tap()
LONG = [{"from": "2026-06-03T09:00:00+09:00", "until": "2026-06-30T18:00:00+09:00"}]
NOT_THEIRS = "c:allowed-attendee-scheduling-object-change"


def unfolded(body):
    return body.decode().replace("\r\n ", "")


def answered(body, partstat):
    return re.sub("PARTSTAT=[A-Z-]+", f"PARTSTAT={partstat}", unfolded(body))


def thunderbird(text):
    """What Thunderbird makes of an event before it puts it back: another PRODID, no CALSCALE, a time zone of its own,
    other stamps, no quotes, parameters in another order, properties of its own."""
    text = re.sub(r"PRODID:.*", "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", text.replace("CALSCALE:GREGORIAN\r\n", ""))
    text = re.sub(r"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", "BEGIN:VTIMEZONE\r\nTZID:Asia/Seoul\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\n"
                  "TZNAME:KST\r\nDTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n", text, flags=re.S)
    text = re.sub(r"(DTSTAMP|LAST-MODIFIED):.*", r"\1:20260601T033333Z", text)
    text = re.sub(r"ATTENDEE;(.*?):mailto:(.*)", lambda m: "ATTENDEE;" + ";".join(sorted(m[1].replace('"', "").split(";"), reverse=True))
                  + ":MAILTO:" + m[2].upper(), text)
    return text.replace("END:VEVENT", "X-MOZ-GENERATION:1\r\nX-MOZ-LASTACK:20260601T033333Z\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\n"
                        "DESCRIPTION:Mozilla\r\nEND:VALARM\r\nEND:VEVENT")


def put(dav, href, text, **headers):
    return dav.call("PUT", href, text.encode(), content_type="text/calendar; charset=utf-8", **headers)


def state(s, made):
    return s.sql(f"select state || ' ' || coalesce(answered_via, '-') from jamund.seats where appointment_id = '{made['id']}' order by seq desc limit 1")


def answers(s, office, dav, top, who):
    for day, partstat, rewritten, wanted in ((4, "ACCEPTED", False, "accepted caldav"), (5, "DECLINED", False, "declined caldav"),
                                             (8, "ACCEPTED", True, "accepted caldav"), (9, "DECLINED", True, "declined caldav")):
        made = office.offer(office.request(windows=LONG), who, f"2026-06-{day:02d}T10:00:00+09:00")
        href = top + made["id"] + ".ics"
        got = dav.call("GET", href)
        text = answered(got.body, partstat)
        text = thunderbird(text) if rewritten else text
        reply = put(dav, href, text, if_match=got.etag)
        points.ok(reply.status == 204 and "ETag" not in reply.headers, f"{partstat}{' by Thunderbird' if rewritten else ''}: taken, without an ETag (RFC 4791 5.3.4)", reply)
        points.ok(state(s, made) == wanted, f"it is {wanted}", state(s, made))
        again = put(dav, href, text)
        points.ok(again.status == 204 and state(s, made) == wanted, "the same again changes nothing", again)
        stale = put(dav, href, text, if_match=got.etag)
        points.ok(stale.status == 412, "with the old ETag it is told to look again", stale)
        if partstat == "DECLINED":
            points.ok(dav.call("GET", href).status == 404 and put(dav, href, answered(got.body, "ACCEPTED")).status == 409, "what was declined is over")
        else:
            now = dav.call("GET", href)
            points.ok(f"PARTSTAT={partstat}" in unfolded(now.body) and "VALARM" not in unfolded(now.body), "reminders are the program's own affair", now)
            trail = s.sql(f"select action || '/' || actor_kind || '/' || via from jamund.audit where entity_id = '{made['id']}' order by id desc limit 1")
            points.ok(trail == "seat.accept/expert/caldav", "the audit says how", trail)


def folded(s, office, dav, top, who):
    """An escaped character of ours may be on both sides of a fold."""
    split = 0
    for hour, before in ((14, ""), (16, "x")):
        of = office.company()
        case = office.case(of, text=before + "," * 150)
        asked = office.made(s.coordinator.post("/v1/requests", data.request(case["id"], windows=LONG, contact_id=of["contacts"][0]["id"])))
        href = top + office.offer(asked, who, f"2026-06-15T{hour}:00:00+09:00")["id"] + ".ics"
        got = dav.call("GET", href)
        split += b"\\\r\n ," in got.body
        points.ok(put(dav, href, answered(got.body, "ACCEPTED")).status == 204, f"a text of ours with {len(before)} and 150 commas is taken back", got)
    points.ok(split, "in one of them a fold parts what is escaped")


def maybe(s, office, dav, top, who):
    made = office.offer(office.request(windows=LONG), who, "2026-06-10T10:00:00+09:00")
    href = top + made["id"] + ".ics"
    first = dav.call("GET", href)
    points.ok(put(dav, href, answered(first.body, "TENTATIVE"), if_schedule_tag_match=first.headers["Schedule-Tag"]).status == 204
              and state(s, made) == "offered -", "maybe answers nothing", state(s, made))
    shown = dav.call("GET", href)
    points.ok("PARTSTAT=TENTATIVE" in unfolded(shown.body) and shown.etag != first.etag, "but stands there", shown)
    points.ok(put(dav, href, answered(first.body, "ACCEPTED"), if_schedule_tag_match=first.headers["Schedule-Tag"]).status == 412,
              "one's own answer is another Schedule-Tag (RFC 6638 3.2.10)")
    points.ok(put(dav, href, answered(shown.body, "ACCEPTED"), if_schedule_tag_match=shown.headers["Schedule-Tag"]).status == 204
              and state(s, made) == "accepted caldav", "then yes")
    accepted = dav.call("GET", href)
    got = put(dav, href, answered(accepted.body, "TENTATIVE"))
    points.ok(got.status == 403 and precondition(got) == NOT_THEIRS and b"need-privileges" in got.body, "who has accepted is not let into a maybe", got)
    text = answered(accepted.body, "DECLINED").replace("END:VEVENT", "COMMENT:갑자기 출장이 생겼습니다\r\nEND:VEVENT")
    points.ok(put(dav, href, text).status == 204, "but may drop out")
    seat = s.coordinator.get(f"/v1/seats/{made['seats'][0]['id']}").json
    points.ok(seat["state"] == "declined" and seat["reason"] == "갑자기 출장이 생겼습니다", "with a word about why", seat)


def moved(s, office, dav, top, who):
    made = office.offer(office.request(windows=LONG), who, "2026-06-11T10:00:00+09:00")
    href = top + made["id"] + ".ics"
    old = dav.call("GET", href)
    s.coordinator.post(f"/v1/appointments/{made['id']}/move", {"start": "2026-06-11T14:00:00+09:00", "reason": "사정"}, match="*")
    got = put(dav, href, answered(old.body, "ACCEPTED"))
    points.ok(got.status == 403 and precondition(got) == NOT_THEIRS and state(s, made) == "offered -", "a meeting that has moved is not answered by what was seen before", got)
    got = put(dav, href, answered(old.body, "ACCEPTED"), if_schedule_tag_match=old.headers["Schedule-Tag"])
    points.ok(got.status == 412, "nor with its Schedule-Tag", got)
    points.ok(put(dav, href, answered(dav.call("GET", href).body, "ACCEPTED")).status == 204, "as it is now, it is")


def refused(s, office, dav, top, who):
    made = office.offer(office.request(windows=LONG), who, "2026-06-12T10:00:00+09:00")
    href = top + made["id"] + ".ics"
    shown = dav.call("GET", href)
    text = answered(shown.body, "ACCEPTED")
    event = text[text.index("BEGIN:VEVENT"):text.index("END:VCALENDAR")]
    s.mails()  # with a mail that leaves comes the address it is answered to
    before = s.counts(), shown.etag
    for what, changed in (
            ("another start", text.replace("DTSTART;TZID=Asia/Seoul:20260612T100000", "DTSTART;TZID=Asia/Seoul:20260612T110000")),
            ("another end", text.replace("DTEND;TZID=Asia/Seoul:20260612T110000", "DTEND;TZID=Asia/Seoul:20260612T120000")),
            ("a floating start", text.replace("DTSTART;TZID=Asia/Seoul:", "DTSTART:")),
            ("another title", re.sub("SUMMARY:", "SUMMARY:내 ", text)),
            ("no title", re.sub("SUMMARY:.*\r\n", "", text)),
            ("another place", re.sub("LOCATION:", "LOCATION:다른 ", text)),
            ("another description", re.sub("DESCRIPTION:", "DESCRIPTION:덧붙임 ", text)),
            ("another organizer", re.sub("ORGANIZER(.*):mailto:.*", r"ORGANIZER\1:mailto:friend@example.kr", text)),
            ("another link", re.sub("(URL:.*)?END:VEVENT", "URL:https://example.kr/other\r\nEND:VEVENT", text)),
            ("it recurs", text.replace("END:VEVENT", "RRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT")),
            ("cancelled", re.sub("STATUS:.*", "STATUS:CANCELLED", text)),
            ("a guest", text.replace("END:VEVENT", "ATTENDEE:mailto:friend@example.kr\r\nEND:VEVENT")),
            ("nobody", re.sub("ATTENDEE.*\r\n", "", text)),
            ("another attendee", text.replace(f"mailto:{who['email']}", "mailto:friend@example.kr")),
            ("a delegate", answered(shown.body, "DELEGATED")),
            ("a strange answer", answered(shown.body, "X-PERHAPS"))):
        points.ok(changed != text, f"{what}: there is something to change")
        got = put(dav, href, changed)
        points.ok(got.status == 403 and precondition(got) == NOT_THEIRS, f"{what}: 403 (RFC 6638 3.2.2.1)", got)
    for what, body, why in (("no calendar", "x", "c:valid-calendar-data"), ("nothing", "", "c:valid-calendar-data"),
                            ("a line without end", "BEGIN:VCALENDAR\r\n" + "X" * 200000, "c:valid-calendar-data"),
                            ("a METHOD", text.replace("BEGIN:VEVENT", "METHOD:REPLY\r\nBEGIN:VEVENT", 1), "c:valid-calendar-object-resource"),
                            ("two events", text.replace("BEGIN:VEVENT", event + "BEGIN:VEVENT", 1), "c:valid-calendar-object-resource"),
                            ("a task", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:1\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", "c:valid-calendar-object-resource"),
                            ("another UID", text.replace(made["uid"], "1@example.kr"), "c:no-uid-conflict")):
        got = put(dav, href, body)
        points.ok(got.status == 403 and precondition(got) in (why, "c:valid-calendar-object-resource"), f"{what}: 403 {why}", got)
    got = dav.call("PUT", href, text.encode(), content_type="text/plain")
    points.ok(got.status == 403 and precondition(got) == "c:supported-calendar-data", "another media type", got)
    for headers in ({"if_match": '"x"'}, {"if_none_match": "*"}, {"if_schedule_tag_match": '"x"'}):
        points.ok(put(dav, href, text, **headers).status == 412, f"{headers}: 412")
    token = dav.propfind(top, "d:sync-token")[top]["props"]["d:sync-token"].text
    for said, status in (("(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2>)", 412), (f"(<urn:uuid:1> [{shown.etag}])", 412), ('(["x"])', 412),
                         (f"<{top}> (<{token[:-1]}>)", 412), (f"(<{token}>)", 412), ("(", 400), ("x", 400)):
        points.ok(put(dav, href, text, **{"if": said}).status == status, f"If: {said}: {status} (RFC 4918 10.4)")
        points.ok(dav.call("GET", href, **{"if": said}).status == status, "of a GET, too")
    same, tag = unfolded(shown.body), {"if_schedule_tag_match": shown.headers["Schedule-Tag"]}
    for what, changed in (("title", same.replace("SUMMARY:", "SUMMARY:내 ")), ("place", same.replace("LOCATION:", "LOCATION:다른 ")),
                          ("description", same.replace("DESCRIPTION:", "DESCRIPTION:덧붙임 ")), ("organizer gone", re.sub("ORGANIZER.*\r\n", "", same))):
        points.ok(changed != same, f"{what}: there is something to change")
        got = put(dav, href, changed, **tag)
        points.ok(got.status == 403 and precondition(got) == NOT_THEIRS, f"{what}, without an answer but with the Schedule-Tag: 403, else it would stay", got)
    points.ok(put(dav, href, thunderbird(same).replace("mailto:", "MAILTO:"), **tag).status == 204, "as a program writes it, it is the same")
    points.ok((s.counts(), dav.call("GET", href).etag) == before, "and nothing was changed by any of it")
    got = put(dav, href, thunderbird(unfolded(shown.body)), if_match=shown.etag)
    points.ok(got.status == 204 and (s.counts(), dav.call("GET", href).etag) == before, "reminders alone: taken, and nothing changes", got)
    other = office.offer(office.request(windows=LONG), office.expert(), "2026-06-12T10:00:00+09:00")
    got = put(dav, top + other["id"] + ".ics", text)
    points.ok(got.status == 403 and precondition(got) == "d:need-privileges", "a new event, or another's: none is added", got)
    got = put(dav, top + other["id"] + ".ics", text, if_match='"1"')
    points.ok(got.status == 412, "which was there once, as they think", got)
    token = dav.propfind(top, "d:sync-token")[top]["props"]["d:sync-token"].text
    held = f'(["x"]) ([{shown.etag}] Not <DAV:no-lock>)'
    points.ok(dav.call("GET", href, **{"if": held}).status == 200 and dav.call("GET", href, **{"if": f"<{top}> (<{token}>)"}).status == 200,
              "If holds where one of its lists does; a sync token is a state of the calendar (RFC 6578 5)")
    long = text.replace("END:VEVENT", f"X-LONG:{'x' * 1048000}\r\nEND:VEVENT")
    got = put(dav, href, long)
    most = int(dav.propfind(top, "c:max-resource-size")[top]["props"]["c:max-resource-size"].text)
    points.ok(len(long.encode()) > most and got.status == 403 and precondition(got) == "c:max-resource-size", "what is longer than max-resource-size (RFC 4791 5.3.2.1)", got)
    points.ok(put(dav, href, text, **{"if": held}).status == 204 and state(s, made) == "accepted caldav", "and the answer is taken after all of this")


def escaped(s, office, *_):
    """An address that a URI cannot hold as it is (RFC 6068)."""
    who = office.expert(email="r&d=a/b@example.kr")
    password = s.coordinator.post(f"/v1/experts/{who['id']}/app-passwords", {"label": "PC"}).json["password"]
    dav, uri = Dav(s.nobody, who["email"], password), "mailto:r%26d%3Da%2Fb@example.kr"
    principal = f"/dav/p/{who['id']}/"
    told = dav.propfind(principal, "c:calendar-user-address-set")[principal]["props"]["c:calendar-user-address-set"]
    points.ok(told[0].text == uri, "the principal's address is a URI", told[0].text)
    for day, rewrite in ((4, lambda text: text), (5, lambda text: text.replace(uri, "mailto:" + who["email"]))):
        made = office.offer(office.request(windows=LONG), who, f"2026-06-{day:02d}T10:00:00+09:00")
        href = f"/dav/c/{who['id']}/panel/{made['id']}.ics"
        text = answered(dav.call("GET", href).body, "ACCEPTED")
        points.ok(uri in text, "and the attendee's the same")
        got = put(dav, href, rewrite(text))
        points.ok(got.status == 204 and state(s, made) == "accepted caldav", "escaped or not, it is theirs", got)


if "TEST_CLUSTER" not in os.environ:
    raise SystemExit("run it below tests/lib/with_db.sh")
with Service(points, body_max="2M") as s:
    office = data.Office(s)
    who = office.expert(caps={"per_day": 8, "per_week": 40, "hours_per_year": 200})
    made = s.coordinator.post(f"/v1/experts/{who['id']}/app-passwords", {"label": "PC"}).json
    dav, top = Dav(s.nobody, who["email"], made["password"]), f"/dav/c/{who['id']}/panel/"
    for part in (answers, folded, maybe, moved, refused, escaped):
        part(s, office, dav, top, who)
points.done()
