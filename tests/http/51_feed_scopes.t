#!/usr/bin/python3
# Feeds of every scope: what each role may see of them, free/busy, gzip, who fetched them last, and what a fetch costs.
import gzip
import re
from urllib.parse import urlsplit

import data
import icalendar
from service import DAEMON, ROLES, WAIT, Service, Tap, wait_for

import icslint
import icsread
from sse import Stream

points = Tap()
NASTY = 'a,b;c\\d "e" ^f BEGIN:VEVENT X-INJECT:1 😀'
TEXT = NASTY + "\nX-INJECT:2\nEND:VCALENDAR"


def path_of(reply):
    return urlsplit(reply.json["url"]).path


def body_of(scope, n=1, **more):
    return {"scope": scope, "label": f"{scope} {n}", **more}


def events(reply):
    return {str(e["UID"]): str(e["STATUS"]) for e in icalendar.Calendar.from_ical(reply.body).walk("VEVENT")}


def clean(reply, what):
    findings = icslint.lint(reply.body, feed="VFREEBUSY" not in reply.body.decode())[0]
    points.ok(reply.status == 200 and not findings, f"the linter takes {what}", findings)
    names = {p.name for c in icsread.read(reply.body, print)[0].walk() for p in c.props}
    points.ok(not any(n.startswith("X-INJECT") for n in names), f"nothing typed became a line: {what}")


def hidden(s, role):
    return {f for f, viewer, shown in (r.split("|") for r in s.sql("select fact, viewer, shown from jamund.disclosures").splitlines())
            if viewer == role and shown == "f"}


def scopes(s, office):
    """One meeting of each kind, nasty words in all that people type; then every feed of every role."""
    who = office.expert(name="법무-01 전문위원", affiliation="예시 " + NASTY, email="expert-email@example.kr", phone="010-1111-1111")
    abroad = office.expert(name="세무-02 전문위원", zone="America/New_York", fields=[{"field": "patent", "level": 3}],
                           availability=[{"weekday": d, "from": "00:00", "until": "24:00"} for d in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")])
    company = office.company(name=NASTY, address=NASTY, contacts=[
        {"name": "홍담당", "email": "contact-email@example.kr", "phone": "053-222-2222", "consent": True}])
    case = office.made(s.field.post("/v1/cases", data.case(company["id"], title=NASTY, text=TEXT)))
    team = office.made(s.field.post("/v1/requests", data.request(case["id"], contact_id=company["contacts"][0]["id"],
                                                                 owner_id=s.users["coordinator"])))
    first = office.offer(team, who, "2026-06-04T10:00:00+09:00")
    office.accept(first)
    s.sql(f"update jamund.requests set owner_id = '{s.users['manager']}' where id = '{team['id']}'")
    other = office.offer(office.request(seats=[{"field": "patent", "min_level": 1}], mode="online"), abroad, "2026-06-08T22:00:00+09:00",
                         override_reason="시차")
    event = office.made(s.coordinator.post("/v1/events", {
        "title": NASTY, "place": NASTY, "slots": [{"from": "2026-07-01T10:00:00+09:00", "until": "2026-07-01T11:00:00+09:00", "booths": 2}],
        "experts": [{"expert_id": who["id"]}]}))
    s.sql(f"update jamund.appointments set booth_id = (select id from jamund.event_booths where number = 1) where id = '{other['id']}'")
    of = {"expert": {"expert_id": who["id"]}, "field": {"field": "tax"}, "event": {"event_id": event["id"]}}
    one, two = first["uid"], other["uid"]
    shows = {"expert": {one}, "field": {one}, "event": {two}, "panel": {one, two}}
    own = {("coordinator", "coordinator"): {two}, ("manager", "coordinator"): {one}, ("field", "team"): {one}, ("coordinator", "team"): {two}}
    allowed = {tuple(r.split("|")) for r in s.sql("select scope, role from jamund.feed_scopes where allowed").splitlines()}
    facts = {"contact.name": "홍담당", "contact.email": "contact-email", "contact.phone": "053-222-2222", "expert.email": "expert-email",
             "expert.phone": "010-1111-1111", "case.text": "X-INJECT:2", "meeting.company": "a\\,b", "meeting.seats": "전문위원"}
    for role in ROLES:
        client = getattr(s, role)
        for scope in ("expert", "field", "coordinator", "team", "event", "panel"):
            made = client.post("/v1/feeds", body_of(scope, **of.get(scope, {})))
            if (scope, role) not in allowed:
                points.ok(made.status == 403, f"{role}: no feed of scope {scope}", made)
                continue
            feed, busy = (s.nobody.get(path_of(made)[:-4] + suffix) for suffix in (".ics", ".ifb"))
            want = own.get((role, scope), shows.get(scope, set()))
            points.ok(made.status == 201 and set(events(feed)) == want, f"{role}: what {scope} shows", made, feed)
            clean(feed, f"{scope} of {role}")
            text = "\n".join(line for _, line in icsread.unfold(feed.body, print))
            viewer = "expert" if scope == "expert" else role
            leaks = [f for f in hidden(s, viewer) if f in facts and facts[f] in text and not (f == "meeting.seats" and scope == "expert")]
            points.ok(not leaks, f"{role}: {scope} hides what the table hides", leaks)
            if want == {one, two} and role != "admin":
                points.ok(all(facts[f] in text for f in facts if f not in hidden(s, viewer)), f"{role}: and shows the rest", text)
            clean(busy, f"the busy time of {scope} of {role}")
            spans = [(p.param("FBTYPE"), p.value) for p in icsread.read(busy.body, print)[0].comps[0].all("FREEBUSY")]
            points.ok(spans == sorted({one: ("BUSY", "20260604T010000Z/20260604T020000Z"),
                                       two: ("BUSY-TENTATIVE", "20260608T130000Z/20260608T140000Z")}[u] for u in want)
                      and "전문위원" not in busy.body.decode(), f"{role}: {scope} is busy, and nothing else", spans)
    foreign = s.nobody.get(path_of(s.manager.post("/v1/feeds", body_of("expert", 2, expert_id=abroad["id"]))))
    at = icalendar.Calendar.from_ical(foreign.body).walk("VEVENT")[0]["DTSTART"].dt
    points.ok(b"DTSTART;TZID=America/New_York:20260608T090000" in foreign.body and at.isoformat() == "2026-06-08T09:00:00-04:00"
              and b"X-WR-TIMEZONE:America/New_York" in foreign.body, "an expert abroad has their own clock", foreign)
    for wrong, pointer in (({"scope": "field"}, "/field"), ({"scope": "panel", "field": "tax"}, "/field"), ({"scope": "all"}, "/scope"),
                           ({"scope": "panel", "label": ""}, "/label"), ({"scope": "field", "field": "nothing"}, "/field"),
                           ({"scope": "expert", "expert_id": first["id"]}, "/expert_id"), ({"scope": "event", "event_id": first["id"]}, "/event_id")):
        reply = s.manager.post("/v1/feeds", {"label": "x", **wrong})
        points.ok(reply.status == 422 and reply.pointers == [pointer], f"{wrong}: {pointer}", reply)
    return path_of(s.coordinator.post("/v1/feeds", body_of("panel", 3)))


def life(s):
    """Made, listed, renewed, ended; by the API and by the command."""
    made = s.field.post("/v1/feeds", body_of("team", 7), key="seven")
    points.ok(made.json == s.field.post("/v1/feeds", body_of("team", 7), key="seven").json and made.headers["Location"] == f"/v1/feeds/{made.json['id']}",
              "the same key tells the same URL", made)
    path, where = path_of(made), f"/v1/feeds/{made.json['id']}"
    mine = s.field.get("/v1/feeds").json["items"]
    points.ok({f["owner_id"] for f in mine} == {s.users["field"]} and "url" not in mine[0] and mine[0]["label"] == "team 7", "each sees the own ones", mine)
    points.ok(s.coordinator.get(where).status == 404 and s.coordinator.delete(where).status == 404, "and nobody else's")
    points.ok(s.admin.get(where).status == 200 and s.admin.post(where + "/rotate", {}).status == 403, "who keeps the roster sees it, and gets no address of it")
    points.ok(s.nobody.get(path).status == 200, "it is there")
    renewed = s.field.post(where + "/rotate", {})
    points.ok(renewed.status == 201 and path_of(renewed) != path and s.nobody.get(path).status == 410
              and s.nobody.get(path[:-4] + ".ifb").status == 410 and s.nobody.get(path_of(renewed)).status == 200, "renewed: the old address answers 410", renewed)
    points.ok(s.field.post(where + "/rotate", {}).code == "wrong-state", "what was revoked gets no address")
    ended = s.admin.delete(f"/v1/feeds/{renewed.json['id']}")
    points.ok(ended.json["revoked_at"] and s.nobody.get(path_of(renewed)).status == 410, "ended by who keeps the roster", ended)
    points.ok(s.nobody.get("/feeds/" + "A" * 43 + ".ifb").status == 404, "an unknown one: 404")
    for args, code in ((("add", "panel", "coordinator@example.kr", "--label=벽"), 0), (("add", "field", "field@example.kr", "tax"), 0),
                       (("add", "expert", "expert-email@example.kr"), 0), (("add", "panel", "nobody@example.kr"), 1),
                       (("add", "coordinator", "field@example.kr"), 1), (("add", "field", "field@example.kr"), 2), (("add", "all", "x"), 2)):
        done = s.cli("feed", *args)
        url = urlsplit(done.stdout.decode().strip()).path
        points.ok(done.returncode == code and (code or s.nobody.get(url).status == 200), f"`jamund feed {' '.join(args)}`: {code}", done)
    rows = [line.split("\t") for line in s.cli("feed", "list").stdout.decode().splitlines()]
    row = next(r for r in rows if r[4] == "벽")
    points.ok(row[1] == "panel" and row[3] == "coordinator@example.kr" and s.cli("feed", "revoke", row[0]).returncode == 0
              and s.sql(f"select revoked_at is not null from jamund.feeds where id = '{row[0]}'") == "t", "`jamund feed list`, `revoke ID`", row)


def wire(s, path):
    """Plain and packed; HEAD says what GET does."""
    for suffix in (".ics", ".ifb"):
        at = path[:-4] + suffix
        plain, packed = s.nobody.get(at), s.nobody.get(at, accept_encoding="br;q=1, gzip;q=0.5")
        points.ok(packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.body) == plain.body
                  and "Content-Encoding" not in plain.headers, f"{suffix}: the same bytes, packed", packed.headers)
        points.ok(packed.etag != plain.etag and not plain.etag.startswith("W/") and {plain.headers["Vary"], packed.headers["Vary"]} == {"Accept-Encoding"},
                  "each with its own strong ETag", packed.headers)
        for name, accept, get in (("plain", "identity", plain), ("packed", "gzip", packed)):
            head = s.nobody.call("HEAD", at, accept_encoding=accept)
            same = [(k, v) for k, v in head.headers.items() if k != "Date"] == [(k, v) for k, v in get.headers.items() if k != "Date"]
            points.ok(same and head.body == b"", f"HEAD, {name}: the same headers", head.headers, get.headers)
            again = s.nobody.get(at, accept_encoding=accept, if_none_match=get.etag)
            points.ok(again.status == 304 and again.etag == get.etag and again.headers["Vary"] == "Accept-Encoding" and not again.body
                      and "Content-Encoding" not in again.headers, f"304, {name}", again.headers)
        points.ok(s.nobody.get(at, accept_encoding="gzip;q=0, *").etag == plain.etag, "who refuses gzip gets none")
        want = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
                "Content-Disposition": f'inline; filename="jamund{suffix}"', "Content-Length": str(len(plain.body))}
        points.ok({k: plain.headers[k] for k in want} == want and "Set-Cookie" not in plain.headers and plain.headers["Last-Modified"], "what readers need", plain.headers)


def leaves(s):
    """A kept feed ends with its owner's role or stay, though the database alone was told."""
    path = path_of(s.admin.post("/v1/feeds", body_of("panel", 9)))
    owner = f"where id = '{s.users['admin']}'"
    times = s.nobody.get(path)
    s.sql(f"update jamund.users set role = 'manager' {owner}")
    names = s.nobody.get(path)
    points.ok(times.status == names.status == 200 and "전문위원" not in times.body.decode() and len(names.body) > len(times.body),
              "another role, other eyes, at once", names)
    s.sql(f"update jamund.users set active = false {owner}")
    points.ok(s.nobody.get(path).status == 410, "who left has no feed")
    s.sql(f"update jamund.users set role = 'admin', active = true {owner}")
    points.ok(s.nobody.get(path).body == times.body, "who comes back has")


def revised(s, made, facts):
    """Another revision of these meetings: what the API would never write."""
    ids = ", ".join(f"'{a['id']}'" for a in made)
    s.sql(f"""insert into jamund.revisions select r.appointment_id, r.number + 1, r.sequence, r.stamp, r.status, {facts}
                from jamund.appointments a join jamund.revisions r on (r.appointment_id, r.number) = (a.id, a.revision) where a.id in ({ids});
              update jamund.appointments set revision = revision + 1 where id in ({ids});
              select jamund.log_change('{{"actor_kind": "system", "via": "system"}}', 'appointment', id, 'appointment.put')
                from jamund.appointments where id in ({ids})""")


def uids(reply):
    return re.findall(rb"^UID:(.+)\r$", reply.body, re.MULTILINE)


def too_much(s, office, path):
    """One meeting that cannot be rendered, and more of them than a feed holds."""
    made = [office.offer(office.request(), office.expert(), f"2026-07-{day:02d}T10:00:00+09:00", override_reason="시험")
            for day in (6, 7, 8, 9, 10, 13, 14, 15, 16, 20, 21, 22, 23, 24, 27, 28, 29, 30, 31)]
    names = [a["uid"].encode() for a in made]
    was = uids(s.nobody.get(path))
    points.ok(set(names) <= set(was), "all are there", was)
    revised(s, made[-1:], "r.facts || jsonb_build_object('end', r.facts -> 'start')")
    one = s.nobody.get(path)
    points.ok(one.status == 200 and uids(one) == [u for u in was if u != names[-1]], "what cannot be rendered is left out", one.status)
    points.ok(f"event=feed.text appointment={made[-1]['id']}" in s.log.read_text(), "and told in the log")
    revised(s, made[:-1], "jsonb_set(r.facts, '{case,text}', to_jsonb(repeat('x ', 230000)))")
    long = s.nobody.get(path)
    here = [u for u in uids(long) if u in names]
    points.ok(long.status == 200 and 15 << 20 < len(long.body) <= 16 << 20 and 10 < len(here) < 18 and here == names[18 - len(here):-1],
              "beyond 16 MB the oldest are left out", long.status, len(long.body), len(here))
    points.ok(long.body.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n") and "event=feed.cut" in s.log.read_text(), "it is whole, and the log tells")


def asked(s, name):
    return int(s.sql(f"select coalesce(sum(calls), 0) from pg_stat_user_functions where schemaname = 'api' and funcname = '{name}'"))


def cost(s, office, path):
    """What is known holds for feed_fresh: a fetch asks nothing, and is written down with many others."""
    s.sql(f"alter role {DAEMON} in database {s.database} set track_functions = 'all'")
    s.settings.update(feed_fresh="60s", feed_seen_every="1h")
    s.stop()
    s.start()
    log = Stream(s.port, s.tokens["manager"], last=0, wait=WAIT)
    points.ok(log.until(lambda: log.events), "the log was looked at: from now on nothing is new but what is written")
    log.close()
    before = {name: asked(s, name) for name in ("feeds_now", "feed_fetch", "feeds_seen")}
    feed = s.nobody.get(path)
    s.nobody.get(path)  # asks what is now
    agent = "Mozilla/5.0 \x80<script>" + "x" * 200
    got = {s.nobody.get(path, if_none_match=etag, user_agent=agent).status for etag in (feed.etag, '"x"') * 20}
    made = office.offer(office.request(), office.expert(), "2026-06-09T10:00:00+09:00")
    points.ok(got == {200, 304} and made["uid"] in events(s.nobody.get(path)), "a write of this daemon is seen at once")
    s.stop()
    wait_for("the end of its sessions, who then have told their calls", lambda: s.sql(
        f"select count(*) from pg_stat_activity where usename = '{DAEMON}' and datname = '{s.database}'") == "0")
    calls = {name: asked(s, name) - n for name, n in before.items()}
    points.ok(calls == {"feeds_now": 2, "feed_fetch": 2, "feeds_seen": 1}, "43 fetches: four asks and one write", calls)
    s.settings.update(feed_fresh="0ms", feed_seen_every="50ms")
    s.start()
    s.nobody.get(path, user_agent=agent)
    who = wait_for("the fetch to be written down", lambda: next((f for f in s.coordinator.get("/v1/feeds").json["items"] if f["agent"]), None))
    points.ok(who["agent"] == ("Mozilla/5.0 ?<script>" + "x" * 200)[:120] and who["fetched_at"], "when it was fetched, and by what, cleaned and cut", who)


# A feed of 16 MB takes a sanitized daemon on a busy machine longer than a call, or one of its reads, may take elsewhere.
with Service(points, sweep_every="200ms", feed_fresh="0ms", call_deadline="60s", read_timeout="30s") as s:
    office = data.Office(s)
    panel = scopes(s, office)
    life(s)
    wire(s, panel)
    leaves(s)
    cost(s, office, panel)
    too_much(s, office, panel)
points.done()
