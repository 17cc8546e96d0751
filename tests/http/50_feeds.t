#!/usr/bin/python3
# An expert's calendar by its secret URL, and what goes on while PostgreSQL is away.
import os
import pathlib
import resource
from urllib.parse import urlsplit

import data
import icalendar
from mail import mails
from service import DAEMON, Service, Tap, cluster, server_of_its_own, wait_for

import icslint

points = Tap()
server_of_its_own()


def events(reply):
    return {str(e["UID"]): str(e["STATUS"]) for e in icalendar.Calendar.from_ical(reply.body).walk("VEVENT")}


def lint(reply, what):
    findings = icslint.lint(reply.body, feed=True)[0]
    points.ok(not findings, f"the linter takes {what}", findings)


def conditional(s, path, feed):
    day = feed.headers["Last-Modified"]
    for status, what, headers in (
            (304, "the ETag", {"if_none_match": feed.etag}),
            (304, "a list with the ETag", {"if_none_match": f'"x", {feed.etag}, "y"'}),
            (304, "the ETag, weak", {"if_none_match": f"W/{feed.etag}"}),
            (304, "*", {"if_none_match": "*"}),
            (200, "another ETag", {"if_none_match": '"x"'}),
            (200, "the ETag without quotes", {"if_none_match": feed.etag.strip('"')}),
            (200, "a longer one", {"if_none_match": '"x' + feed.etag.strip('"') + '"'}),
            (304, "the day of change", {"if_modified_since": day}),
            (200, "another ETag and that day", {"if_none_match": '"x"', "if_modified_since": day})):
        reply = s.nobody.get(path, **headers)
        points.ok(reply.status == status and reply.etag == feed.etag and (status == 304) == (reply.body == b""),
                  f"If-None-Match or If-Modified-Since with {what}: {status}", reply)
    head = s.nobody.call("HEAD", path)
    points.ok(head.status == 200 and head.etag == feed.etag and head.body == b""
              and head.headers["Content-Length"] == str(len(feed.body)), "HEAD", head.headers)


def feeds(s, office):
    who, other = office.expert(), office.expert()
    made = s.manager.post(f"/v1/experts/{who['id']}/feed", {}, key="one")
    path = urlsplit(made.json["url"]).path
    points.ok(made.status == 201 and path.startswith("/feeds/") and path.endswith(".ics"), "a feed has a secret URL", made)
    secret = path.removeprefix("/feeds/").removesuffix(".ics")
    points.ok(secret not in s.sql("select string_agg(f::text, ' ') from jamund.feeds f")
              and secret not in s.log.read_text(), "which is neither in the database nor in the log")
    points.ok(s.manager.post(f"/v1/experts/{who['id']}/feed", {}, key="one").json == made.json,
              "the same key tells the same URL")
    empty = s.nobody.get(path)
    points.ok(empty.status == 200 and empty.headers["Content-Type"] == "text/calendar; charset=utf-8"
              and not events(empty), "an empty feed", empty)
    lint(empty, "an empty feed")

    asked = office.request()
    first = office.offer(asked, who, "2026-06-04T10:00:00+09:00")
    offered = s.nobody.get(path)
    points.ok(events(offered) == {first["uid"]: "TENTATIVE"} and offered.etag != empty.etag, "an offer is tentative", offered)
    lint(offered, "a feed with an offer")
    office.accept(first)
    second = office.confirmed("2026-06-05T10:00:00+09:00")
    feed = s.nobody.get(path)
    points.ok(events(feed) == {first["uid"]: "CONFIRMED"}, "accepted, it is confirmed; others' are not shown", feed)
    lint(feed, "a feed with an appointment")
    again = s.nobody.get(path)
    points.ok(again.body == feed.body and again.etag == feed.etag and again.headers["Last-Modified"] ==
              feed.headers["Last-Modified"], "the same revision is the same bytes")
    event = icalendar.Calendar.from_ical(feed.body).walk("VEVENT")[0]
    now = s.coordinator.get(f"/v1/appointments/{first['id']}").json
    points.ok((event["DTSTART"].dt.isoformat(), int(event["SEQUENCE"])) == (now["start"], now["sequence"]),
              "python3-icalendar reads what the API says", event.to_ical())
    contact = s.coordinator.get(f"/v1/companies/{first['company_id']}").json["contacts"][0]
    points.ok(contact["email"].encode() not in icslint.icsread.unfold(feed.body, print).__repr__().encode(),
              "the contact's e-mail is not in it")
    conditional(s, path, feed)

    third = office.offer(office.request(), who, "2026-06-08T10:00:00+09:00")
    shown = s.nobody.get(path)
    s.at("2026-06-01T10:05:00+09:00")
    s.coordinator.post(f"/v1/seats/{third['seats'][0]['id']}/decline", {"via": "phone", "reason": "휴가"}, match="*")
    points.ok(s.nobody.get(path).body == feed.body, "what was declined is gone")
    points.ok(s.nobody.get(path, if_modified_since=shown.headers["Last-Modified"]).status == 200,
              "and a client that knows dates alone is told")
    s.coordinator.post(f"/v1/appointments/{first['id']}/cancel", {"reason": "사정"}, match="*")
    cancelled = s.nobody.get(path)
    points.ok(events(cancelled) == {first["uid"]: "CANCELLED"}, "what was cancelled stays for a while, as such", cancelled)
    lint(cancelled, "a feed with a cancelled appointment")
    s.at("2026-06-30T10:00:00+09:00")
    points.ok(not events(s.nobody.get(path)), "and goes after two weeks")

    def counted():
        return [s.metrics()[name] for name in ('feed_replies_total{status="200"}', 'feed_replies_total{status="304"}',
                                               'feed_replies_total{status="410"}', 'feed_bodies_total{from="memory"}', 'feed_bodies_total{from="database"}')]

    before, same = counted(), s.nobody.get(path)
    s.nobody.get(path, if_none_match=same.etag)
    points.ok(counted() == [before[0] + 1, before[1] + 1, before[2], before[3] + 2, before[4]], "/metrics counts feeds, by status and by where they are from", before, counted())
    rotated = s.manager.post(f"/v1/experts/{who['id']}/feed", {})
    new = urlsplit(rotated.json["url"]).path
    points.ok(new != path and s.nobody.get(path).code == "gone" and s.nobody.get(new).status == 200,
              "rotated: the old URL answers 410, the new one 200", rotated)
    revoked = s.manager.delete(f"/v1/experts/{who['id']}/feed")
    points.ok(revoked.status == 200 and revoked.json["revoked_at"] and s.nobody.get(new).status == 410,
              "revoked: 410", revoked)
    points.ok(s.manager.delete(f"/v1/experts/{who['id']}/feed").status == 404, "once")
    points.ok(counted()[2] == before[2] + 2 and counted()[4] == before[4] + 1, "counted, too", before, counted())
    for path in ("/feeds/" + "A" * 43 + ".ics", "/feeds/x.ics"):
        points.ok(s.nobody.get(path).status == 404, "an unknown URL: 404")
    points.ok(s.nobody.get(new.removesuffix(".ics"), check=False).status == 404, "and without .ics")
    done = s.cli("feed", "rotate", other["email"])
    path = urlsplit(done.stdout.decode().strip()).path
    points.ok(done.returncode == 0 and s.nobody.get(path).status == 200, "`jamund feed rotate` prints the URL", done)
    points.ok(s.cli("feed", "revoke", other["email"]).returncode == 0 and s.nobody.get(path).status == 410,
              "`jamund feed revoke` ends it")
    points.ok(s.cli("feed", "rotate", "nobody@example.kr").returncode == 1, "an expert who is not there")
    return second


def away(s, office):
    who, other = office.expert(), office.expert()
    made = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    known, unknown = [urlsplit(s.manager.post(f"/v1/experts/{e['id']}/feed", {}).json["url"]).path for e in (who, other)]
    feed = s.nobody.get(known)
    link = mails(s, made["id"])[0].link
    cluster("pg_stop")
    try:
        wait_for("/readyz to say 503", lambda: s.inside("/readyz").status == 503)
        points.ok(s.inside("/livez").status == 200, "PostgreSQL away: alive, not ready")
        gone_on = s.nobody.get(known)
        points.ok(gone_on.status == 200 and gone_on.body == feed.body and gone_on.etag == feed.etag, "feeds go on", gone_on)
        points.ok(s.nobody.get(known, if_none_match=feed.etag).status == 304, "with their ETag")
        for what, reply in (
                ("a feed that nobody has read yet", s.nobody.get(unknown)),
                ("a write", s.manager.post("/v1/places", {"ko": "상담실", "en": "Room"}, key="later")),
                ("a read", s.coordinator.get(f"/v1/appointments/{made['id']}")),
                ("a link", s.nobody.get(link))):
            points.ok(reply.status == 503 and reply.headers["Retry-After"], f"{what}: 503 with Retry-After", reply.headers, reply)
        points.ok(s.nobody.get("/r/" + "A" * 56).status == 404, "a link that is none of ours needs no database to be refused")
        points.ok(s.nobody.get("/openapi.json").status == 200, "what needs no database goes on")
    finally:
        cluster("pg_start")
    wait_for("/readyz to say 200", lambda: s.inside("/readyz").status == 200)
    points.ok(s.manager.post("/v1/places", {"ko": "상담실", "en": "Room"}, key="later").status == 201,
              "it recovers by itself, and the write is done with the same key")
    points.ok(s.nobody.get(known).body == feed.body and s.nobody.get(unknown).status == 200, "so do the feeds")
    office.accept(made)
    points.ok(len(s.mails(made["id"])) == 4 and s.nobody.get(link).status == 200, "and the mails, and the link")


def long_request(s, office):
    """Whose meeting makes a feed long."""
    at = office.company()
    return office.made(s.coordinator.post("/v1/requests", data.request(
        office.case(at, text="𠮷" * 9999)["id"], contact_id=at["contacts"][0]["id"])))


def kept(s, office):
    """What is kept is as good as new: read again after each change that reaches it, by whomever, and only then."""
    s.sql(f"alter role {DAEMON} in database {s.database} set track_functions = 'all'")
    s.stop()
    s.start()
    who, other = office.expert(), office.expert()
    path = urlsplit(s.manager.post(f"/v1/experts/{who['id']}/feed", {}).json["url"]).path
    feed, reads = s.nobody.get(path), 1
    others = [s.client() for _ in range(8)]
    for _ in range(3):
        same = [c.get(path) for c in others] + [c.get(path, if_none_match=feed.etag) for c in others]
        points.ok({(r.status, r.body) for r in same} == {(200, feed.body), (304, b"")}, "nothing changes: the same bytes")
    for what, change in (
            ("an offer", lambda: office.offer(long_request(s, office), who, "2026-06-04T10:00:00+09:00")),
            ("another's offer", lambda: office.offer(office.request(), other, "2026-06-04T10:00:00+09:00")),
            ("another's feed, by a command", lambda: s.cli("feed", "rotate", other["email"])),
            ("a name", lambda: s.manager.put(f"/v1/experts/{who['id']}", {
                **data.writable(who), "name": "새 이름"}, match="*"))):
        change()
        was, feed = feed, s.nobody.get(path)
        reads += "another" not in what
        points.ok((feed.etag != was.etag) == ("another" not in what), f"after {what} it is as it is now", feed)
        points.ok({(r.status, r.body) for c in others for r in (c.get(path), c.get(path))} == {(200, feed.body)}, "and stays so")
    points.ok(len(feed.body) > 1 << 16 and len(s.nobody.call("HEAD", path).body) == 0, "however long it is", len(feed.body))
    points.ok(sum("memfd:" in os.path.realpath(f) for f in pathlib.Path(f"/proc/{s.daemon.pid}/fd").iterdir()) == 1,
              "sent from one file in memory")
    limit = resource.prlimit(s.daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(s.daemon.pid, resource.RLIMIT_FSIZE, (1, limit[1]))
    office.offer(office.request(), who, "2026-06-05T10:00:00+09:00")
    reads += 1
    without = {s.nobody.get(path).body for _ in range(3)}
    resource.prlimit(s.daemon.pid, resource.RLIMIT_FSIZE, limit)
    points.ok(len(without) == 1 and feed.body not in without, "and without one, where files may not be so long")
    s.stop()
    wait_for("the end of its sessions, who then have told their calls", lambda: s.sql(
        f"select count(*) from pg_stat_activity where usename = '{DAEMON}' and datname = '{s.database}'") == "0")
    calls = s.sql("select calls from pg_stat_user_functions where schemaname = 'api' and funcname = 'feed_fetch'")
    points.ok(calls == str(reads), f"it was read {reads} times", calls)
    s.start()


for part in (feeds, kept, away):
    with Service(points, sweep_every="200ms", feed_fresh="0ms") as s:
        part(s, data.Office(s))
points.done()
