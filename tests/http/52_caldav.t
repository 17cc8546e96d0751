#!/usr/bin/python3
# An expert's calendar by CalDAV: discovery, properties, reports, sync, and what is refused; a rule of an RFC each.
import base64
import os
import re

import data
import icalendar
from dav import Dav, Multistatus, precondition
from service import Service, Tap, wait_for

import icslint

points = Tap()
NOBODY = "00000000-0000-4000-8000-000000000000"


def event_lines(text):
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def password(s, who, label="휴대전화"):
    made = s.coordinator.post(f"/v1/experts/{who['id']}/app-passwords", {"label": label}, key=who["id"])
    assert made.status == 201, made
    return made


def passwords(s, office):
    who, other = office.expert(), office.expert()
    made = password(s, who)
    at = f"/v1/experts/{who['id']}/app-passwords"
    points.ok(made.json["user"] == who["email"] and made.json["url"].endswith("/dav/")
              and len(made.json["password"].replace("-", "")) == 28, "a password, with what else a program asks for", made)
    points.ok(password(s, who).json == made.json, "the same key tells the same one")
    listed = s.coordinator.get(at)
    points.ok("password" not in listed.json["items"][0] and listed.json["items"][0]["last_used_at"] is None, "a list does not", listed)
    secret = made.json["password"].replace("-", "")
    points.ok(secret not in s.sql("select string_agg(p::text, ' ') from jamund.app_passwords p"), "nor does the database have it")
    top, mine = f"/dav/c/{who['id']}/panel/", {"depth": "0"}
    for name, typed, status in ((who["email"], made.json["password"], 207), (who["email"].upper(), secret.upper(), 207), (who["id"], secret, 207),
                                (who["email"], secret[:-1], 401), (other["email"], secret, 401), ("", secret, 401), (who["email"], "", 401),
                                (who["email"], "x" * 200, 401)):
        got = Dav(s.nobody, name, typed).call("PROPFIND", top, **mine)
        points.ok(got.status == status and (status == 207 or got.headers["WWW-Authenticate"].startswith("Basic realm=")), f"{name[:9]}… {typed[:6]}…: {status}", got)
    for value in (None, "Bearer x", "Basic", "Basic ***", "Basic " + base64.b64encode(b"no colon").decode(),
                  "Basic " + base64.b64encode(b"\xff:x").decode(), "Bearer " + s.tokens["manager"]):
        got = s.nobody.call("PROPFIND", top, key=None, check=False, authorization=value, depth="0")
        points.ok(got.status == 401, f"Authorization: {value}", got)
    dav = Dav(s.nobody, who["email"], secret)
    for path in (f"/dav/p/{other['id']}/", f"/dav/c/{other['id']}/", f"/dav/c/{other['id']}/panel/", f"/dav/c/{NOBODY}/panel/{NOBODY}.ics"):
        got = dav.call("PROPFIND", path, **mine)
        points.ok(got.status == 403 and precondition(got) == "d:need-privileges", "another's is not shown: " + path[:7], got)
    points.ok(dav.call("PROPFIND", "/dav/c/1/panel/", **mine).status == 404, "what is no path is no path")
    wait_for("its last use", lambda: s.coordinator.get(at).json["items"][0]["last_used_at"])
    ended = s.coordinator.delete(f"{at}/{made.json['id']}")
    points.ok(ended.status == 200 and dav.call("PROPFIND", top, **mine).status == 401, "revoked, it opens nothing", ended)
    points.ok(s.coordinator.delete(f"{at}/{made.json['id']}").status == 404, "once")
    link = "/r/" + s.coordinator.post(f"/v1/experts/{who['id']}/link", {}).json["url"].split("/r/")[1]
    page = s.nobody.get(link).body.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    points.ok(who["email"] in page and "/dav/" in page and "<code>" not in page, "the expert's own page says how")
    page = s.nobody.form(link, f"change=app_password&version={version}&label=%3Cb%3EPC").body.decode()
    shown = re.search(r"<code>([a-z2-7-]{34})</code>", page)
    points.ok(shown and "&lt;b&gt;PC 끊기" in page and Dav(s.nobody, who["email"], shown[1]).call("PROPFIND", "/dav/", **mine).status == 207,
              "and makes a password, shown once", page)
    points.ok("<code>" not in s.nobody.get(link).body.decode(), "not twice")
    used = s.coordinator.get(at).json["items"][0]["id"]
    page = s.nobody.form(link, f"change=app_password_off&version={version}&password_id={used}").body.decode()
    points.ok("저장했습니다" in page and "PC 끊기" not in page and Dav(s.nobody, who["email"], shown[1]).call("PROPFIND", "/dav/", **mine).status == 401,
              "and ends it", page)
    trail = s.sql(f"select string_agg(action || '/' || via, ' ' order by id) from jamund.audit where entity_id = '{who['id']}' and action like 'app%'")
    points.ok(trail == "app_password.add/api app_password.revoke/api app_password.add/link app_password.revoke/link", "the audit tells who did it", trail)
    points.ok("hash" not in s.sql("select string_agg(detail::text, ' ') from jamund.audit where action like 'app%'"), "and nothing of the secret")
    done = s.cli("app-password", "add", other["email"], "PC")
    typed = done.stdout.decode().strip()
    points.ok(Dav(s.nobody, other["email"], typed).call("PROPFIND", "/dav/", **mine).status == 207, "`jamund app-password add` prints one", done)
    row = s.cli("app-password", "list", other["email"]).stdout.decode().split("\t")
    points.ok(row[1] == "PC" and s.cli("app-password", "revoke", row[0]).returncode == 0
              and Dav(s.nobody, other["email"], typed).call("PROPFIND", "/dav/", **mine).status == 401, "`list` and `revoke`", row)
    points.ok(s.cli("app-password", "add", "nobody@example.kr", "PC").returncode == 1, "not for an expert who is not there")
    points.ok(secret not in s.log.read_text() and typed.replace("-", "") not in s.log.read_text(), "no password is in the log")


def discovery(s, office):
    who = office.expert()
    dav = Dav(s.nobody, who["email"], password(s, who).json["password"])
    principal, home = f"/dav/p/{who['id']}/", f"/dav/c/{who['id']}/"
    top = home + "panel/"
    for method in ("GET", "PROPFIND"):
        got = s.nobody.call(method, "/.well-known/caldav", key=None, check=False)
        points.ok(got.status == 301 and got.headers["Location"].endswith("/dav/"), f"{method} /.well-known/caldav leads on (RFC 6764 5)", got)
    for path in ("/dav/", principal, home, top, top + NOBODY + ".ics"):
        got = dav.call("OPTIONS", path)
        points.ok(got.status == 200 and got.headers["DAV"] == "1, 3, calendar-access" and "PROPFIND" in got.headers["Allow"],
                  "OPTIONS " + path[:7] + " (RFC 4791 5.1)", got.headers)
    for path in ("/dav/", f"/dav/p/{NOBODY}/"):
        points.ok(s.nobody.call("OPTIONS", path, key=None, check=False).status == 200, "of anybody")
    dav.call("PROPFIND", principal, depth="0")
    wait_for("its trace", lambda: s.sql(f"select count(*) from jamund.reads where what = '/dav/p/{{id}}' and subject <> '{NOBODY}'") != "0")
    points.ok(s.sql(f"select count(*) from jamund.reads where subject in ('', '{NOBODY}') and role = 'secret'") == "0", "which is no read of anybody's data")
    points.ok("PUT" in dav.call("OPTIONS", top + NOBODY + ".ics").headers["Allow"]
              and "PUT" not in dav.call("OPTIONS", top).headers["Allow"], "Allow says what is so there")

    got = dav.propfind("/dav/", "d:current-user-principal", "d:resourcetype", "c:calendar-home-set")
    points.ok(got["/dav/"]["props"]["d:current-user-principal"][0].text == principal and got["/dav/"]["missing"] == {"c:calendar-home-set"},
              "the root names the principal (RFC 5397); what it has not is 404", got.all)
    points.ok(dav.propfind("/dav", "d:current-user-principal").all.keys() == {"/dav/"}, "with or without the slash, and no redirect")
    got = dav.propfind(principal, "c:calendar-home-set", "c:calendar-user-address-set", "d:displayname", "d:resourcetype", "d:principal-URL")[principal]["props"]
    points.ok(got["c:calendar-home-set"][0].text == home and [h.text for h in got["c:calendar-user-address-set"]] == [f"mailto:{who['email']}", principal]
              and got["d:displayname"].text == who["name"] and {x.tag for x in got["d:resourcetype"]} == {"{DAV:}collection", "{DAV:}principal"},
              "the principal names its home and addresses (RFC 4791 6.2.1, 6638 2.4.1)", got)
    got = dav.propfind(home, "d:resourcetype", depth="1")
    points.ok(set(got) == {home, top} and [x.tag.split("}")[1] for x in got[top]["props"]["d:resourcetype"]] == ["collection", "calendar"],
              "the home has one calendar", got.all)
    asked = ("d:resourcetype", "d:owner", "d:current-user-principal", "d:current-user-privilege-set", "d:supported-report-set",
             "c:supported-calendar-component-set", "s:getctag", "d:sync-token", "d:displayname", "a:calendar-color", "c:calendar-description")
    got = dav.propfind(top, *asked)[top]
    props = got["props"]
    points.ok(set(props) == set(asked) and not got["missing"], "what Thunderbird asks a calendar for", got)
    points.ok({p[0].tag.split("}")[1] for p in props["d:current-user-privilege-set"]}
              == {"read", "read-current-user-privilege-set", "read-free-busy", "write-content"}, "it may be answered to, nothing more")
    points.ok({r[0][0].tag.split("}")[1] for r in props["d:supported-report-set"]}
              == {"sync-collection", "calendar-query", "calendar-multiget", "free-busy-query"}, "its reports")
    points.ok(props["c:supported-calendar-component-set"][0].get("name") == "VEVENT" and props["d:owner"][0].text == principal, "of events")
    names = dav.call("PROPFIND", top, f"<propfind xmlns='DAV:'><propname/></propfind>", depth="0").body.decode()
    every = dav.call("PROPFIND", top, None, depth="0").body.decode()
    points.ok("<c:calendar-description/>" in names and "calendar-description" not in every and "<d:displayname>" in every,
              "propname names all, allprop gives what RFC 4918 defines (RFC 4791 5.2)", names, every)
    unknown = dav.call("PROPFIND", top, '<propfind xmlns="DAV:"><prop><x xmlns="urn:a&amp;b"/><y xmlns=""/></prop></propfind>', depth="0")
    points.ok(b'<x:x xmlns:x="urn:a&amp;b"/>' in unknown.body and b'<y xmlns=""/>' in unknown.body, "a strange name comes back escaped", unknown)
    few = dav.call("PROPFIND", top, '<propfind xmlns="DAV:"><prop><getetag/><displayname/></prop></propfind>', depth="0", prefer="return=minimal")
    points.ok(b"404" not in few.body and b"displayname" in few.body and few.headers["Preference-Applied"] == "return=minimal"
              and "Prefer" in few.headers["Vary"], "return=minimal leaves out what is not there, and says so (RFC 8144)", few)
    points.ok("Preference-Applied" not in unknown.headers, "unless it was asked to")
    limits = dav.propfind(top, "c:supported-calendar-data", "c:supported-collation-set", "c:max-resource-size", "c:max-instances", "c:max-attendees-per-instance")[top]
    points.ok(limits["props"]["c:supported-calendar-data"][0].attrib == {"content-type": "text/calendar", "version": "2.0"} and limits["props"]["c:max-resource-size"].text == "1048576"
              and [x.text for x in limits["props"]["c:supported-collation-set"]] == ["i;ascii-casemap", "i;octet"]
              and limits["missing"] == {"c:max-instances", "c:max-attendees-per-instance"}, "its limits (RFC 4791 5.2)", limits)
    for path in ("/dav/", principal, home):
        points.ok(len(dav.propfind(path, "d:supported-report-set")[path]["props"]["d:supported-report-set"]) == 0, "no reports at " + path[:7])
    for depth in ("infinity", None, "2"):
        got = dav.call("PROPFIND", top, None, depth=depth)
        points.ok(got.status == 403 and precondition(got) == "d:propfind-finite-depth", f"Depth: {depth}", got)
    for body in ("<x" + "".join(f" a{i}=''" for i in range(16000)) + "/>", f'<a xmlns="urn:{"x" * 200000}">' + "<b/>" * 9000 + "</a>"):
        got = dav.call("PROPFIND", top, body, depth="0")
        points.ok(got.status == 400 and b"a tag in it" in got.body, f"a tag that would take long to read: {body[:20]}", got)
        got = s.nobody.call("REPORT", top, body.encode(), key=None, check=False, authorization=Dav(s.nobody, "x", "a" * 28).auth)
        points.ok(got.status == 401, "and nobody's is not read at all", got)
    points.ok(dav.call("PROPFIND", top, " " * 700000, depth="0").status == 413, "a body is no longer than a multiget may be")
    for body in ("<", "<!DOCTYPE x><propfind xmlns='DAV:'><allprop/></propfind>", "<propfind xmlns='DAV:'/>", "<a>" * 99 + "</a>" * 99, "x" * 100):
        got = dav.call("PROPFIND", top, body, depth="0")
        points.ok(got.status == 400, f"a body that is none: {body[:20]}", got)


def calendar(s, office):
    who, other = office.expert(), office.expert()
    dav = Dav(s.nobody, who["email"], password(s, who).json["password"])
    top = f"/dav/c/{who['id']}/panel/"
    empty = dav.sync(top)
    points.ok(not empty.all and empty.token.startswith("http"), "an empty calendar has a token, a URI (RFC 6578 3.2)", empty.all)
    first = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    href = top + first["id"] + ".ics"
    offered = dav.call("GET", href)
    points.ok(offered.status == 200 and offered.headers["Content-Type"].startswith("text/calendar; charset=utf-8")
              and offered.etag.startswith('"') and offered.headers["Schedule-Tag"].startswith('"'), "an appointment, with ETag and Schedule-Tag", offered.headers)
    points.ok(not icslint.lint(offered.body, feed=False)[0], "the linter takes it", icslint.lint(offered.body, feed=False)[0])
    event = icalendar.Calendar.from_ical(offered.body)
    points.ok("METHOD" not in event, "a stored object has no METHOD (RFC 4791 4.1)")
    event = event.walk("VEVENT")[0]
    points.ok(str(event["ATTENDEE"]) == f"mailto:{who['email']}" and event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
              and event["ATTENDEE"].params["RSVP"] == "TRUE" and event["UID"] == first["uid"], "it asks the expert, and nobody else", event)
    for status, headers in ((304, {"if_none_match": offered.etag}), (304, {"if_none_match": "*"}), (200, {"if_none_match": '"x"'}),
                            (412, {"if_match": '"x"'}), (200, {"if_match": offered.etag})):
        points.ok(dav.call("GET", href, **headers).status == status, f"{headers}: {status}")
    head = dav.call("HEAD", href)
    points.ok(head.status == 200 and head.body == b"" and head.headers["Content-Length"] == str(len(offered.body)), "HEAD")
    change = dav.sync(top, empty.token)
    points.ok(change.texts("d:getetag") == {href: offered.etag} and change.token != empty.token, "it is what has changed", change.all)
    still = dav.sync(top, change.token)
    points.ok(not still.all and still.token == change.token, "then nothing has")
    tags = lambda: [dav.propfind(top, "s:getctag", "d:sync-token")[top]["props"][p].text for p in ("s:getctag", "d:sync-token")]
    before = tags()
    office.offer(office.request(), other, "2026-06-04T10:00:00+09:00")
    points.ok(tags() == before and before[1] == change.token, "another's appointment changes neither ctag nor token")
    office.accept(first)
    accepted = dav.call("GET", href)
    points.ok(accepted.etag != offered.etag and b"PARTSTAT=ACCEPTED" in accepted.body and b"STATUS:CONFIRMED" in accepted.body
              and tags()[0] != before[0], "accepted, all tags are others", accepted)

    more = [office.offer(office.request(), who, f"2026-06-{day:02d}T10:00:00+09:00") for day in (5, 8, 9)]
    hrefs = [top + m["id"] + ".ics" for m in more]
    whole = dav.propfind(top, "d:getetag", "d:getcontenttype", "c:schedule-tag", depth="1")
    points.ok(set(whole) == {top, href, *hrefs} and whole[href]["props"]["d:getetag"].text == accepted.etag, "PROPFIND of depth 1 lists all", whole.all)
    got = dav.multiget(top, href, hrefs[0], "https://example.kr" + hrefs[1], top + NOBODY + ".ics", "/elsewhere")
    points.ok(len(got.texts("c:calendar-data")) == 3 and got.gone() == {top + NOBODY + ".ics", "/elsewhere"}, "multiget: what is there, 404 for the rest (RFC 4791 7.9)", got.all)
    points.ok(got[href]["props"]["c:calendar-data"].text.encode() == accepted.body, "the same bytes as GET gives, line ends too")
    lines = event_lines(got[href]["props"]["c:calendar-data"].text)
    part = lambda inside: dav.report(top, "c:calendar-multiget", f"<d:prop><d:getcontentlength/><c:calendar-data>{inside}</c:calendar-data></d:prop><d:href>{href}</d:href>", depth="1")
    some = Multistatus(part('<c:comp name="VCALENDAR"><c:prop name="VERSION"/><c:comp name="VEVENT"><c:prop name="UID"/><c:prop name="SUMMARY" novalue="yes"/></c:comp></c:comp>'))
    points.ok(event_lines(some[href]["props"]["c:calendar-data"].text) == ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:" + first["uid"], "SUMMARY:", "END:VEVENT", "END:VCALENDAR"],
              "calendar-data may name what it wants (RFC 4791 9.6)", some[href]["props"]["c:calendar-data"].text)
    points.ok(some[href]["props"]["d:getcontentlength"].text == str(len(accepted.body)), "getcontentlength is that of the whole (RFC 4918 15.4)")
    span = 'start="20260601T000000Z" end="20260701T000000Z"'
    wide = Multistatus(part(f"<c:expand {span}/>"))
    told = event_lines(wide[href]["props"]["c:calendar-data"].text)
    points.ok("DTSTART:20260604T010000Z" in told and "DTEND:20260604T020000Z" in told and "BEGIN:VTIMEZONE" not in told
              and set(told) >= {line for line in lines if line.startswith(("SUMMARY", "ATTENDEE", "DESCRIPTION"))},
              "expanded, its times are in UTC and there is no time zone (RFC 4791 9.6.5)", told)
    points.ok(icalendar.Calendar.from_ical(wide[href]["props"]["c:calendar-data"].text).walk("VEVENT")[0]["DTSTART"].dt == event["DTSTART"].dt, "the same moment")
    for limit in ("limit-recurrence-set", "limit-freebusy-set"):
        points.ok(Multistatus(part(f"<c:{limit} {span}/>"))[href]["props"]["c:calendar-data"].text.encode() == accepted.body, f"{limit} leaves out nothing")
    for inside, status, why in (("<c:expand/>", 400, None), ('<c:comp name="VEVENT"/>', 400, None), (f"<c:expand {span[:25]}/>", 400, None)):
        points.ok(part(inside).status == status, f"{inside}: {status}")
    got = dav.report(top, "c:calendar-query", '<d:prop><c:calendar-data content-type="text/calendar" version="3.0"/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter>')
    points.ok(got.status == 403 and precondition(got) == "c:supported-calendar-data", "another version (RFC 4791 7.8)", got)
    range_ = lambda a, b: f'<c:time-range start="{a}" end="{b}"/>'
    points.ok(set(dav.query(top, range_("20260604T013000Z", "20260605T010000Z"))) == {href}, "calendar-query: what overlaps the span (RFC 4791 9.9)")
    points.ok(set(dav.query(top, '<c:time-range start="20260605T000000Z"/>')) == set(hrefs), "a span without an end")
    points.ok(set(dav.query(top)) == {href, *hrefs}, "without a span: all")
    uid = lambda text, how: set(dav.query(top, f'<c:prop-filter name="UID"><c:text-match collation="{how}">{text}</c:text-match></c:prop-filter>'))
    points.ok(uid(first["uid"], "i;octet") == {href} and uid(first["uid"].upper(), "i;ascii-casemap") == {href} and not uid(first["uid"].upper(), "i;octet"), "by UID")
    todo = dav.report(top, "c:calendar-query", '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VTODO"/></c:comp-filter></c:filter>', "d:getetag")
    points.ok(todo.status == 207 and b"response" not in todo.body, "there are no tasks", todo)
    got = dav.query(top, '<c:prop-filter name="SUMMARY"><c:text-match>x</c:text-match></c:prop-filter>')
    points.ok(got.status == 403 and precondition(got) == "c:supported-filter", "a filter that is not understood is not guessed (RFC 4791 7.8)", got)
    busy = dav.report(top, "c:free-busy-query", range_("20260601T000000Z", "20260604T013000Z"))
    points.ok(busy.status == 200 and b"FREEBUSY;FBTYPE=BUSY:20260604T010000Z/20260604T013000Z\r\n" in busy.body and busy.body.count(b"FREEBUSY;") == 1
              and b"SUMMARY" not in busy.body, "free-busy-query: periods, cut to what was asked", busy)
    points.ok(b"METHOD" not in busy.body and not icslint.lint(busy.body)[0], "an answer, nothing that is published (RFC 4791 7.10)", busy)
    busy = dav.report(top, "c:free-busy-query", range_("20260605T000000Z", "20260606T000000Z"))
    points.ok(b"FBTYPE=BUSY-TENTATIVE:" in busy.body, "an offer is tentative", busy)
    of_one = lambda name, inside, *props: dav.report(href, name, inside, *(props or ("d:getetag",)))
    events = lambda inside: f'<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">{inside}</c:comp-filter></c:comp-filter></c:filter>'
    points.ok([set(Multistatus(of_one("c:calendar-query", events(range_(f"2026060{day}T000000Z", f"2026060{day + 1}T000000Z"))))) for day in (4, 5)] == [{href}, set()]
              and set(Multistatus(of_one("c:calendar-multiget", f"<d:href>{href}</d:href>"))) == {href}, "an appointment has reports of its own (RFC 4791 7)")
    points.ok({r[0][0].tag.split("}")[1] for r in dav.propfind(href, "d:supported-report-set")[href]["props"]["d:supported-report-set"]}
              == {"calendar-query", "calendar-multiget"}, "as it says")
    points.ok(of_one("c:calendar-multiget", f"<d:href>{hrefs[0]}</d:href>").status == 400, "of itself alone (RFC 4791 7.9)")
    for name, inside in (("c:free-busy-query", range_("20260601T000000Z", "20260604T013000Z")), ("d:sync-collection", "<d:sync-token/><d:sync-level>1</d:sync-level>")):
        got = of_one(name, inside)
        points.ok(got.status == 403 and precondition(got) == "d:supported-report", f"not {name}", got)
    got = dav.report(top, "d:expand-property", "")
    points.ok(got.status == 403 and precondition(got) == "d:supported-report", "another report (RFC 3253 3.6)", got)
    points.ok(precondition(dav.report(f"/dav/p/{who['id']}/", "c:calendar-query", "")) in ("d:supported-report", "c:valid-filter"), "a report elsewhere")

    # ---- sync ----
    piece, seen, token = dav.sync(top, "", 2), {}, None
    while True:
        seen.update(piece.texts("d:getetag"))
        cut = " 507 " in (piece.all.get(top, {}).get("status") or "")
        points.ok(cut == (len(seen) < 4) and not piece.gone(), f"in pieces of two: {len(seen)} of 4 (RFC 6578 3.6)", piece.all)
        if not cut:
            break
        piece = dav.sync(top, piece.token, 2)
    points.ok(set(seen) == {href, *hrefs} and piece.token == dav.sync(top).token, "all of it, each once, to the same token")
    s.coordinator.post(f"/v1/seats/{more[0]['seats'][0]['id']}/decline", {"via": "phone", "reason": "휴가"}, match="*")
    gone = dav.sync(top, piece.token)
    points.ok(gone.gone() == {hrefs[0]} and len(gone.all) == 1, "what was declined is gone (RFC 6578 3.5.2)", gone.all)
    points.ok(hrefs[0] not in dav.sync(top) and dav.call("GET", hrefs[0]).status == 404, "and nobody new hears of it (RFC 6578 3.4)")
    version = int(gone.token.rsplit("/", 1)[1].split("-")[0])
    for bad in (gone.token.replace(f"/{version}-", f"/{version + 1}-"), gone.token[:-1] + ("0" if gone.token[-1] != "0" else "1"), "https://example.kr/x", "x",
                gone.token + "0", gone.token.replace("/dav/", "/dav//")):
        got = dav.sync(top, bad)
        points.ok(got.status == 403 and precondition(got) == "d:valid-sync-token", f"a token that is none of ours (RFC 6578 3.2): {bad[-12:]}", got)
    for headers, level in (({"depth": "0"}, 2), ({"depth": "infinity"}, 1)):
        got = dav.report(top, "d:sync-collection", f"<d:sync-token/><d:sync-level>{level}</d:sync-level>", "d:getetag", **headers)
        points.ok(got.status == 400, f"{headers} and level {level}: 400 (RFC 6578 3.3)", got)
    fresh = dav.sync(top, "", None, "d:getetag", "c:calendar-data")
    points.ok(len(fresh.texts("c:calendar-data")) == 3, "texts may come along")
    s.coordinator.post(f"/v1/appointments/{first['id']}/cancel", {"reason": "사정"}, match="*")
    shown = dav.call("GET", href)
    points.ok(b"STATUS:CANCELLED" in shown.body and href in dav.sync(top, fresh.token), "what was cancelled is shown for a while", shown)
    last = dav.sync(top).token
    s.manager.put(f"/v1/experts/{who['id']}", {**{k: v for k, v in who.items() if k in data.expert(0)}, "name": "새 이름"}, match="*")
    got = dav.sync(top, last)
    points.ok(got.status == 403 and precondition(got) == "d:valid-sync-token", "another name is in every event: all is read anew", got)
    last = dav.sync(top).token
    s.at("2026-06-30T10:00:00+09:00")
    wait_for("the cancelled one to go", lambda: href in dav.sync(top, last).gone())
    points.ok(dav.call("GET", href).status == 404, "after two weeks it is gone, and a client is told")


def kept(s, office):
    """The same questions again: a calendar that is kept is brought up to date, and is nobody else's."""
    who, other = office.expert(), office.expert()
    made, theirs = password(s, who).json["password"], password(s, other).json["password"]
    top, twin = f"/dav/c/{who['id']}/panel/", s.twin()
    here, there = (Dav(x.nobody, who["email"], made) for x in (s, twin))

    def ask(dav):
        first = dav.sync(top)
        return {"new": set(dav.sync(top, old)), "all": first.texts("d:getetag"), "texts": hash(tuple(dav.query(top, "", "c:calendar-data").texts("c:calendar-data").items())),
                "found": dav.propfind(top, "d:getetag", depth="1").texts("d:getetag"), "ctag": dav.propfind(top, "s:getctag")[top]["props"]["s:getctag"].text,
                "token": first.token}

    old = here.sync(top).token
    first = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    before = ask(here)
    points.ok([ask(d) for d in (here, there, here, there)] == [before] * 4 and set(before["all"]) == before["new"] == {f"{top}{first['id']}.ics"},
              "two daemons answer alike, again and again", before)
    for what, change in (("an offer", lambda: office.offer(office.request(), who, "2026-06-05T10:00:00+09:00")), ("a yes", lambda: s.coordinator.post(f"/v1/seats/{first['seats'][0]['id']}/accept", {"via": "phone"}, match="*")),
                         ("a cancellation", lambda: s.coordinator.post(f"/v1/appointments/{first['id']}/cancel", {"reason": "사정"}, match="*"))):
        change()
        now = ask(there)
        points.ok(now == ask(here) and all(now[k] != before[k] for k in before if k != "new" or what == "an offer"), f"{what} is there at once, at the other daemon, too", before, now)
        before = now
    late, token = s.twin(feed_fresh="1s"), here.sync(top).token
    later = Dav(late.nobody, who["email"], made)
    points.ok(ask(later) == before, "a daemon that knows nothing yet reads the same as was kept and mended", before)
    for made in [office.offer(office.request(), who, f"2026-06-{at}:00:00+09:00") for at in ("08T10", "08T14", "09T10", "09T14")]:
        later.sync(top, token)
        s.coordinator.post(f"/v1/seats/{made['seats'][0]['id']}/accept", {"via": "phone"}, match="*")
        token = here.sync(top, token).token
        told, again = later.sync(top, token), later.sync(top, token)
        points.ok([getattr(x, "token", x) for x in (told, again)] == [token] * 2 and not set(again) and set(later.sync(top)) == set(here.sync(top)),
                  "a token of one daemon is one of another that has not heard of it yet", told, again)
    wait_for("a change to be seen without any hint", lambda: ask(later) == ask(here))
    late.stop()
    stranger = Dav(s.nobody, other["email"], theirs)
    got = stranger.report(top, "d:sync-collection", "<d:sync-token/><d:sync-level>1</d:sync-level>", "d:getetag", depth="0")
    points.ok(got.status == 403, "who asks the same with another's name and password gets nothing of it", got)
    got = Dav(s.nobody, who["email"], theirs).propfind(top, "s:getctag")
    points.ok(got.status == 401, "nor with this name and another's password", got)
    points.ok(set(here.propfind(top, "d:getetag")) == {top} < set(here.propfind(top, "d:getetag", depth="1")), "another Depth is another question")
    row = s.cli("app-password", "list", who["email"]).stdout.decode().split("\t")
    points.ok(s.cli("app-password", "revoke", row[0]).returncode == 0 and [d.propfind(top, "s:getctag").status for d in (here, there)] == [401, 401],
              "revoked elsewhere, it opens nothing from the next call on")
    twin.stop()


def refused(s, office):
    who = office.expert()
    dav = Dav(s.nobody, who["email"], password(s, who).json["password"])
    home = f"/dav/c/{who['id']}/"
    top = home + "panel/"
    made = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    href = top + made["id"] + ".ics"
    s.mails()  # with a mail that leaves comes the address it is answered to
    before = s.counts(), dav.sync(top).token
    for method, path, why in (("DELETE", href, "d:need-privileges"), ("DELETE", top, "d:need-privileges"), ("DELETE", home, "d:need-privileges"),
                              ("MOVE", href, "d:need-privileges"), ("COPY", href, "d:need-privileges"),
                              ("MKCALENDAR", home + "new/", "c:calendar-collection-location-ok"), ("MKCALENDAR", home + "new", "c:calendar-collection-location-ok"),
                              ("MKCOL", home + "new/", "d:need-privileges"), ("PUT", top + "new.ics", "d:need-privileges")):
        got = dav.call(method, path, b"BEGIN:VCALENDAR" if method == "PUT" else None)
        points.ok(got.status == 403 and precondition(got) == why, f"{method} {path[len(home):]}: 403 {why}", got)
    for method, path in (("MKCALENDAR", top), ("MKCOL", top), ("PUT", top), ("GET", top), ("MOVE", home), ("POST", top), ("POST", href)):
        got = dav.call(method, path)
        points.ok(got.status == 405 and "PROPFIND" in got.headers["Allow"] and method not in got.headers["Allow"].split(", "), f"{method} {path[len(home):]}: 405", got.headers)
    points.ok(dav.call("LOCK", href).status == 501, "LOCK is not known")
    for path in (top, href, home):
        got = dav.call("PROPPATCH", path, '<propertyupdate xmlns="DAV:"><set><prop><displayname>x</displayname></prop></set></propertyupdate>')
        points.ok(got.status == 207 and b"<d:displayname/></d:prop><d:status>HTTP/1.1 403" in got.body, "PROPPATCH: each property 403 (RFC 4918 9.2)", got)
    for method, path in (("GET", top + NOBODY + ".ics"), ("PROPFIND", top + NOBODY + ".ics"), ("GET", top + "x"), ("PROPFIND", home + "inbox/"), ("DELETE", top + "x")):
        points.ok(dav.call(method, path, depth="0").status == 404, f"{method} of nothing: 404")
    points.ok((s.counts(), dav.sync(top).token) == before, "and nothing was changed by any of it")
    name = 'dav_replies_total{method="DELETE",class="4xx"}'
    before = s.metrics()
    dav.call("DELETE", top + "x")
    points.ok(before['dav_replies_total{method="PROPFIND",class="2xx"}'] > 0 and s.metrics()[name] == before[name] + 1, "/metrics counts them by method and class", before)


if "TEST_CLUSTER" not in os.environ:
    raise SystemExit("run it below tests/lib/with_db.sh")
with Service(points, sweep_every="200ms", feed_fresh="0ms") as s:
    office = data.Office(s)
    for part in (passwords, discovery, refused, kept, calendar):
        part(s, office)
points.done()
