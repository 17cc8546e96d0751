#!/usr/bin/python3
# GET /v1/changes: server-sent events over the change log.
import signal

import data
from service import ROLES, WAIT, Service, Tap, cluster, server_of_its_own, wait_for
from sse import Stream
from tables import permitted, table

points = Tap()
server_of_its_own()


def follow(s, role="coordinator", **more):
    return Stream(s.port, s.tokens.get(role, role), wait=WAIT, **more)


def shown(s, role, after=0, entity=None):
    """What the log has for a role."""
    return [int(v) for v in s.sql(f"""
        select version from jamund.change_log l where version > {after} and ('{entity or ''}' in ('', entity)) and exists (
            select from jamund.change_audience a where a.entity = l.entity and a.role = '{role}' and a.shown)
        order by version""").split()]


def newest(s):
    return int(s.sql("select max(version) from jamund.change_log"))


def flood(s, n, entity="expert"):
    """Changes that are nothing but rows of the log, so that there are many soon; gives the last version."""
    return int(s.sql(f"""begin; select pg_advisory_xact_lock(20260701) \\g /dev/null
        insert into jamund.change_log (version, at, entity, entity_id, kind)
        select (select max(version) from jamund.change_log) + g, now(), '{entity}', gen_random_uuid(), '{entity}.put'
          from generate_series(1, {n}) g;
        select max(version) from jamund.change_log; commit;"""))


def metric(s, name):
    for line in s.inside("/metrics").body.decode().splitlines():
        if line.startswith(f"jamund_{name} "):
            return int(line.split()[1])
    raise KeyError(name)


def agrees(s, stream, role, after, name, **more):
    want = shown(s, role, after, **more)
    stream.until(lambda: len(stream.versions) >= len(want))
    points.ok(stream.versions == want and want, name, stream.events[:3], stream.versions[-5:], want[-5:])


def streams(s, office):
    """Live, and from where one left."""
    before = newest(s)
    one, two = follow(s), follow(s, "field")
    points.ok(one.status == 200 and one.headers["Content-Type"] == "text/event-stream"
              and one.headers["Cache-Control"] == "no-store" and "Content-Length" not in one.headers
              and one.headers["Connection"] == "close", "a stream begins", str(one.headers))
    points.ok(one.until(lambda: one.last is not None) and one.last == before and 1000 <= one.retry < 3000
              and not one.events, "with the place to come back to, before any change", one.last, before)
    made = office.confirmed()[-1]
    agrees(s, one, "coordinator", before, "a stream has each change of the log once, in order")
    agrees(s, two, "field", before, "and so has another")
    rows = [line.split("|") for line in s.sql(f"select version, jamund.iso(at), entity, entity_id, kind from"
                                              f" jamund.change_log where version > {before} order by 1").splitlines()]
    want = {int(v): {"version": int(v), "at": at, "entity": e, "id": i, "kind": k} for v, at, e, i, k in rows}
    points.ok(all(e.data == want[e.id] and e.kind == want[e.id]["kind"] for e in one.events),
              "an event is what the log says, ids and nothing else", one.events[0], want)
    accepted = [e for e in one.events if e.kind == "seat.accept"]
    points.ok(len(accepted) == 1 and accepted[0].data["id"] == made["id"], "the appointment's id is in it", one.kinds)
    places = one.versions
    one.close()
    office.confirmed("2026-06-05T10:00:00+09:00")
    for last in (places[0], places[len(places) // 2], places[-1]):
        again = follow(s, last=last)
        agrees(s, again, "coordinator", last, f"Last-Event-ID {last}: it goes on after it")
        again.close()
    again = follow(s, query=f"?since={places[2]}")
    agrees(s, again, "coordinator", places[2], "so does since")
    again.close()
    again = follow(s, query=f"?since={places[0]}", last=places[3])
    agrees(s, again, "coordinator", places[3], "the header is newer than the address")
    again.close()
    head = s.coordinator.call("HEAD", "/v1/changes")
    points.ok(head.status == 200 and head.headers["Content-Type"] == "text/event-stream", "HEAD gets the head", head)
    for target, headers, status, pointer in (("?since=x", {}, 422, "/since"), ("?since=-1", {}, 422, "/since"),
                                             ("?entity=x", {}, 422, "/entity"), ("?more=1", {}, 422, "/more"),
                                             ("", {"last_event_id": "1 or 1"}, 400, None),
                                             ("", {"last_event_id": "9" * 30}, 400, None)):
        reply = s.coordinator.get("/v1/changes" + target, **headers)
        points.ok(reply.status == status and (not pointer or pointer in reply.pointers), f"{target}{headers}: {status}", reply)
    two.close()
    wait_for("the daemon to see who left", lambda: metric(s, "changes_streams") == 0)


def audience(s, office):
    """Who sees what: the table, the routes and the streams say the same."""
    office.confirmed("2026-06-08T10:00:00+09:00")
    flood(s, 3, "message")
    flood(s, 2, "nothing_listed")
    s.cli("token", "add", "field@example.kr")
    rows = table(s, "audiences")
    may = permitted(s)
    reads = {r["path"].split("/")[2]: may[r["who may"]] for r in table(s, "routes") if r["method"] == "GET"
             and r["path"].count("/") == 2 and r["path"].startswith("/v1/")}
    entities = {r["entity"] for r in rows}
    for entity in sorted(entities - {"user", "token", "office", "feed"}):
        path = {"company": "companies", "reply": "replies"}.get(entity, entity + "s")
        seen = {r["role"] for r in rows if r["entity"] == entity and r["shown"] == "t"}
        points.ok(seen == reads[path], f"changes of {entity}s are shown to whom /v1/{path} is", seen, reads[path])
    points.ok({r["role"] for r in rows if r["entity"] in ("user", "token", "office") and r["shown"] == "t"} == {"admin"},
              "those of users and tokens to the admin")
    points.ok({r["role"] for r in rows if r["entity"] == "feed" and r["shown"] == "t"} == {"manager", "admin"},
              "those of feeds to who sees everybody's")
    logged = set(s.sql("select distinct entity from jamund.change_log").split()) - {"nothing_listed"}
    points.ok(logged <= entities, "each entity of the log has its row", logged - entities)
    known = next(p for p in s.api.document["paths"]["/v1/changes"]["get"]["parameters"] if p["name"] == "entity")
    points.ok(set(known["schema"]["enum"]) == entities, "and can be asked for alone", known)
    for role in ROLES:
        mine = follow(s, role, query="?since=0")
        agrees(s, mine, role, 0, f"{role} gets what the table shows to it")
        odd = {e.data["entity"] for e in mine.events} - {r["entity"] for r in rows if r["role"] == role and r["shown"] == "t"}
        points.ok(not odd, "and nothing else", odd)
        mine.close()
    points.ok(not {"case", "request", "appointment", "company", "message"} &
              {r["entity"] for r in rows if r["role"] == "admin" and r["shown"] == "t"}, "the admin follows no case")
    mine = follow(s, query="?since=0&entity=appointment")
    agrees(s, mine, "coordinator", 0, "one entity alone", entity="appointment")
    mine.close()


def places(s, office):
    """Behind what is kept in memory (8), behind what is replayed (500), ahead of the log."""
    office.company()
    end = flood(s, 700)
    wait_for("the reader", lambda: follow_newest(s) == end)
    mine = follow(s, last=end - 440)
    agrees(s, mine, "coordinator", end - 440, "a client far behind is read to from the database, page by page")
    points.ok(metric(s, "changes_replays_total") >= 4, "in pages")
    seen = flood(s, 30)
    mine.until(lambda: seen in mine.versions)
    points.ok(mine.versions == shown(s, "coordinator", end - 440), "and then goes on live, over a burst", mine.versions[-40:])
    mine.close()
    for last, what in ((seen + 1, "from the future"), (10 ** 17, "from far in the future"), (seen - 501, "older than what is replayed")):
        mine = follow(s, last=last)
        mine.until(lambda: mine.events)
        points.ok(mine.kinds == ["reset"] and mine.events[0].data == {"version": seen} and mine.last == seen,
                  f"an id {what}: reset", mine.events)
        office.company()
        mine.until(lambda: len(mine.events) > 1)
        points.ok(mine.versions == [seen + 1], "and it goes on from there", mine.events)
        seen += 1
        mine.close()
    many = [follow(s, last=seen - 300 + i) for i in range(20)]
    for stream in many:
        stream.until(lambda: stream.last == seen)
    points.ok([m.versions for m in many] == [shown(s, "coordinator", seen - 300 + i) for i in range(20)],
              "twenty come back from far behind at once")
    for stream in many:
        stream.close()


def follow_newest(s):
    """What the daemon has read up to."""
    mine = follow(s)
    mine.until(lambda: mine.last is not None)
    mine.close()
    return mine.last


def limits(s, office):
    """The most streams (4), heartbeats, a token that ends, a client that takes nothing, the end."""
    four = [follow(s) for _ in range(4)]
    reply = s.coordinator.get("/v1/changes")
    points.ok(reply.status == 503 and reply.code == "busy" and reply.headers["Retry-After"], "one too many: 503", reply)
    points.ok(s.coordinator.get("/v1/cases").status == 200, "others are served")
    four.pop().close()
    wait_for("a free place", lambda: metric(s, "changes_streams") == 3)
    admin = follow(s, "admin")
    points.ok(admin.status == 200, "one that leaves makes room")
    made = office.company()
    points.ok(admin.until(lambda: admin.beats > 2 and admin.last == newest(s)) and not admin.events,
              "a silent stream gets comments, and its place moves on with the log", admin.last, admin.events)
    points.ok(four[0].until(lambda: four[0].beats > 2 and four[0].events) and four[0].events[0].data["id"] == made["id"],
              "so do those that have something", four[0].events)

    admin.close()
    wait_for("a free place", lambda: metric(s, "changes_streams") == 3)
    token = s.cli("token", "add", "field@example.kr").stdout.decode().strip()
    mine = follow(s, token)
    points.ok(mine.status == 200, "a stream of another token")
    s.sql(f"update jamund.tokens set revoked_at = now() where hash = encode(sha256('{token}'), 'hex')")
    points.ok(mine.until(lambda: mine.over) and mine.kinds[-1] == "end" and mine.events[-1].data == {"reason": "unauthenticated"},
              "its token revoked, it is told and ended", mine.events)
    points.ok(Stream(s.port, token).status == 401 and not four[0].over, "it is not let in again; others go on")

    for stream in four:
        stream.close()
    wait_for("all to be gone", lambda: metric(s, "changes_streams") == 0)
    wait_for("the reader", lambda: follow_newest(s) == newest(s))  # else the two begin before the last token
    wait_for("its stream to be gone", lambda: metric(s, "changes_streams") == 0)
    fast, slow = follow(s), follow(s, receive_buffer=2048)
    for stream in (fast, slow):
        stream.until(lambda: stream.last is not None)
    start = end = fast.last
    while end < start + 20000 and not metric(s, "streams_slow_total"):
        end = flood(s, 1000)
        fast.until(lambda: fast.last >= end)
    points.ok(wait_for("the cut", lambda: metric(s, "streams_slow_total") == 1 and metric(s, "changes_streams") == 1),
              "who takes nothing for the write deadline is cut")
    points.ok(fast.versions == list(range(start + 1, end + 1)), "the others get all", len(fast.versions), end - start)
    while not slow.over:
        slow.read(WAIT)
    points.ok(slow.versions == list(range(start + 1, start + 1 + len(slow.versions))) and len(slow.versions) < end - start,
              "what it got is the beginning, whole", len(slow.versions))
    back = follow(s, last=slow.last)
    points.ok(back.until(lambda: back.last == end) and
              slow.versions + back.versions == fast.versions, "it comes back and misses nothing", back.last, end)
    back.close()

    stuck = follow(s, receive_buffer=2048)
    stuck.until(lambda: stuck.last is not None)
    end = flood(s, 5000)
    fast.until(lambda: fast.last == end)
    s.daemon.send_signal(signal.SIGTERM)
    points.ok(fast.until(lambda: fast.over) and fast.events[-1][1:] == ("end", {"reason": "restart"}) and fast.last == end,
              "asked to end, the service tells the streams", fast.events[-1])
    points.ok(s.daemon.wait(WAIT) == 0 and "calls_cut=0" in s.log.read_text(), "and ends, whoever is stuck")
    s.start()
    office.company()
    again = follow(s, last=fast.last)
    again.until(lambda: again.events)
    points.ok(again.versions == [end + 1], "the next daemon goes on where it was", again.events)


def away(s, office):
    """PostgreSQL goes and comes back: streams stay."""
    office.company()
    mine = follow(s)
    mine.until(lambda: mine.last is not None)
    start = mine.last
    cluster("pg_stop")
    try:
        wait_for("/readyz to say 503", lambda: s.inside("/readyz").status == 503)
        beats = mine.beats
        points.ok(mine.until(lambda: mine.beats > beats + 2) and not mine.over, "away: the stream stays and gets its comments")
        reply = s.coordinator.get("/v1/changes")
        points.ok(reply.status == 503 and reply.headers["Retry-After"], "away: a new one is told to come later", reply)
    finally:
        cluster("pg_start")
    wait_for("/readyz to say 200", lambda: s.inside("/readyz").status == 200)
    flood(s, 20)
    office.company()
    agrees(s, mine, "coordinator", start, "back: nothing is lost")
    # a backup was restored: the log is shorter, and then another one
    s.sql("""set session_replication_role = replica;
             delete from jamund.audit where version > (select max(version) - 10 from jamund.change_log);
             delete from jamund.change_log where version > (select max(version) - 10 from jamund.change_log)""")
    now = newest(s)
    points.ok(mine.until(lambda: "reset" in mine.kinds) and mine.events[-1].data == {"version": now} and mine.last == now,
              "the log is an older one: reset", mine.events[-1], now)
    office.company()
    points.ok(mine.until(lambda: mine.events[-1].kind == "company.add") and mine.last == now + 1, "and on with it", mine.events[-1])
    points.ok(s.log.read_text().count("changes.replaced") == 1, "the log of the service says so")


FAST = {"changes_every": "50ms", "changes_heartbeat": "100ms", "changes_recheck": "200ms"}
for part, settings in ((streams, {}), (audience, {}), (places, {"changes_kept": 8, "changes_replay_max": 500}),
                       (limits, {**FAST, "changes_streams_max": 4, "write_deadline": "1s", "changes_replay_max": 50000}),
                       (away, FAST)):
    with Service(points, **settings) as s:
        part(s, data.Office(s))
points.done()
