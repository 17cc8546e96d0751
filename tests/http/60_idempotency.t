#!/usr/bin/python3
# The same key gets the same answer; key and effect are one.
import json
import subprocess
import threading

import data
from service import Service, Tap, wait_for

points = Tap()


def same(one, other):
    return (one.status, one.body, one.etag, one.headers["Location"]) == \
        (other.status, other.body, other.etag, other.headers["Location"])


with Service(points, write_timeout="60s", call_deadline="60s") as s:  # who waits for our lock is not given up
    office = data.Office(s)
    who, asked = office.expert(), office.request()

    # every kind of write, twice with one key
    def twice(name, client, method, target, body, **more):
        key = f"key of {name}"
        first = client.call(method, target, body, key=key, **more)
        before = s.counts()
        again = client.call(method, target, body, key=key, **more)
        points.ok(first.status in (200, 201) and same(first, again) and s.counts() == before,
                  f"{name}: the same answer, nothing done again", first, again)
        return first

    company = twice("a company", s.field, "POST", "/v1/companies", data.company(900)).json
    twice("a contact", s.field, "POST", f"/v1/companies/{company['id']}/contacts", data.contact(901))
    expert = twice("an expert", s.manager, "POST", "/v1/experts", data.expert(900))
    twice("an expert anew", s.manager, "PUT", expert.headers["Location"], data.expert(900, name="세무 위원"), match='"v1"')
    twice("a room", s.manager, "POST", "/v1/places", {"ko": "상담실", "en": "Room"})
    case = twice("a case", s.field, "POST", "/v1/cases", data.case(company["id"], triage=None)).json
    twice("a triage", s.field, "POST", f"/v1/cases/{case['id']}/triage", {"triage": "deep"}, match='"v1"')
    request = twice("a request", s.field, "POST", "/v1/requests", data.request(case["id"])).json
    offer = twice("an offer", s.coordinator, "POST", "/v1/appointments", {
        "request_id": request["id"], "expert_id": who["id"], "start": "2026-06-04T10:00:00+09:00"}).json
    points.ok(len(s.mails(offer["id"])) == 1, "and one mail of it")
    seat = f"/v1/seats/{offer['seats'][0]['id']}"
    twice("an acceptance", s.coordinator, "POST", seat + "/accept", {"via": "phone"}, match='"v1"')
    twice("a cancellation", s.coordinator, "POST", f"/v1/appointments/{offer['id']}/cancel", {"reason": "x"}, match='"v2"')
    twice("a withdrawal", s.coordinator, "POST", f"/v1/requests/{request['id']}/withdraw", {"reason": "x"}, match="*")
    feed = twice("a feed", s.manager, "POST", f"/v1/experts/{who['id']}/feed", {}).json
    points.ok(feed["url"].endswith(".ics"), "with its URL both times")
    twice("the end of a feed", s.manager, "DELETE", f"/v1/experts/{who['id']}/feed", None)

    # bytes that are no text
    before = s.counts()
    for what, key, match in (("Idempotency-Key", "k\xff", '"v1"'), ("If-Match", "key of bytes", '"\xff"')):
        reply = s.manager.call("PUT", expert.headers["Location"], data.expert(900), key=key, match=match)
        points.ok(reply.status == (400 if match == '"v1"' else 412), f"{what} that is not UTF-8 is refused", reply)
    points.ok(s.counts() == before, "and nothing is done")

    # another request with a key in use
    room = {"ko": "상담실 7", "en": "Room 7"}
    first = s.manager.post("/v1/places", room, key="seven")
    before = s.counts()
    for what, reply in (("body", s.manager.post("/v1/places", {**room, "en": "Room 8"}, key="seven")),
                        ("path", s.manager.post("/v1/experts", data.expert(800), key="seven")),
                        ("method", s.manager.delete(f"/v1/experts/{who['id']}/feed", key="seven"))):
        points.ok(reply.status == 422 and reply.code == "key-reused", f"the key with another {what}: 422", reply)
    points.ok(s.counts() == before, "which does nothing")
    company = data.company(950)
    one = s.coordinator.post("/v1/companies", company, key="mine")
    two = s.field.post("/v1/companies", data.company(951), key="mine")
    points.ok(one.status == two.status == 201 and one.json["id"] != two.json["id"], "a key is its actor's own", two)

    # the key itself
    points.ok(s.manager.post("/v1/places", room, key=None).code == "idempotency-key-required", "without: 400")
    points.ok(s.manager.post("/v1/places", room, key="k" * 256).status == 400, "256 bytes: 400")
    points.ok(s.manager.post("/v1/places", {"ko": "상담실 9", "en": "Room 9"}, key="k" * 255).status == 201, "255 will do")
    wrong = s.manager.post("/v1/places", {"ko": "상담실 10"}, key="mended")
    mended = s.manager.post("/v1/places", {"ko": "상담실 10", "en": "Room 10"}, key="mended")
    points.ok(wrong.status == 422 and mended.status == 201, "what failed does not use the key up", mended)
    taken = s.manager.post("/v1/places", {"ko": "상담실 10", "en": "Room 10"}, key="taken")
    points.ok(taken.status == 409 and s.manager.post("/v1/places", {"ko": "상담실 11", "en": "Room 11"},
                                                     key="taken").status == 201, "nor does a conflict")

    # at once
    clients, replies = [s.client(s.tokens["manager"]) for _ in range(6)], []
    gate = threading.Barrier(6)

    def post(client):
        gate.wait()
        replies.append(client.post("/v1/places", {"ko": "상담실 20", "en": "Room 20"}, key="at once"))
    threads = [threading.Thread(target=post, args=(c,)) for c in clients]
    [t.start() for t in threads]
    [t.join() for t in threads]
    good = [r for r in replies if r.status == 201]
    points.ok(good and all(same(good[0], r) for r in good) and all(r.code == "key-in-progress" for r in replies
              if r not in good), "six at once: one answer, or 409 in progress", [str(r) for r in replies])
    points.ok(s.sql("select count(*) from jamund.places where en = 'Room 20'") == "1", "and one room")

    rival = subprocess.Popen(["psql", "-XqAt", "-U", "postgres", "-d", s.database], stdin=subprocess.PIPE, text=True)
    rival.stdin.write("begin; lock table jamund.places in share mode;\n")
    rival.stdin.flush()
    wait_for("the lock", lambda: s.sql("select 1 from pg_locks where mode = 'ShareLock' and granted"
                                       " and relation = 'jamund.places'::regclass"))
    held = []
    slow = threading.Thread(target=lambda: held.append(
        clients[0].post("/v1/places", {"ko": "상담실 21", "en": "Room 21"}, key="held")))
    slow.start()
    wait_for("the write to wait", lambda: s.sql("select 1 from pg_locks where not granted"
                                                " and relation = 'jamund.places'::regclass"))
    busy = clients[1].post("/v1/places", {"ko": "상담실 21", "en": "Room 21"}, key="held")
    points.ok(busy.status == 409 and busy.code == "key-in-progress", "while the first is under way: 409", busy)
    rival.communicate("commit;\n")
    slow.join()
    again = clients[1].post("/v1/places", {"ko": "상담실 21", "en": "Room 21"}, key="held")
    points.ok(held[0].status == 201 and same(held[0], again), "after it: its answer", again)

    # what was told stays told
    s.kill()
    s.start()
    points.ok(same(first, s.manager.post("/v1/places", room, key="seven")), "after kill -9 the key tells the same")

with Service(points, body_max="32M") as s:
    def long(name):
        return json.dumps({"ko": name, "en": "Room"}).encode() + b" " * (17 << 20)

    first = s.manager.post("/v1/places", long("상담실"), key="long")
    other = s.manager.post("/v1/places", long("회의실"), key="long")
    points.ok(first.status == 201 and other.code == "key-reused", "all of a long body counts, too", first, other)
    points.ok(same(first, s.manager.post("/v1/places", long("상담실"), key="long")), "the same one: the same answer")
points.done()
