#!/usr/bin/python3
# Every queue that a client can fill, at its maximum: one more gets 503 and when to come again; and when there
# is room, everything goes on as before.
from fire import House, Session, Tap, Wire, faults, head_and_body, start, wait_for

points = Tap()
PATIENT = {"read_timeout": "60s", "write_timeout": "60s", "call_deadline": "60s"}  # who waits for our lock is not given up


def turned_away(reply, what):
    points.ok(reply.status == 503 and int(reply.headers["Retry-After"]) >= 1 and reply.code == "busy",
              f"{what}: one more is told to come again later", reply)


def blocked(h):
    return int(h.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"))


def connections(h, setting, most):
    """conns_max and conns_per_address_max: who is one too many is answered before he asked."""
    d = h.start(**{setting: most})
    wires = [Wire(d.port) for _ in range(most)]
    for wire in wires:
        wire.send(head_and_body("GET", "/v1/fields", token=h.tokens["field"]))
    points.equal({w.receive("GET").status for w in wires}, {200}, f"{setting}: {most} are served at once")
    more = Wire(d.port)
    turned_away(more.receive("GET"), setting)
    points.equal((d.admin("/readyz").status, d.metric("connections_refused_total")), (200, 1), "and counted; the admin"
                 " address has room of its own")
    wires.pop().close()
    wait_for("room", lambda: d.metric("connections") == most - 1)
    points.equal(d.call("GET", "/v1/fields").status, 200, f"{setting}: with one gone the next is served")
    for wire in wires:
        wire.send(head_and_body("GET", "/v1/fields", token=h.tokens["field"]))
    points.equal({w.receive("GET").status for w in wires}, {200}, "and nobody else has noticed")
    points.equal((d.stop(), d.oddities()), (0, []), "the daemon ended well")


def lane(h, lane_, settings, calls, lock, good):
    """All calls but the last fill the lane while something in PostgreSQL waits for a lock."""
    d, holder = h.start(**settings, changes_every="60s"), Session(h)
    queued, sent = 'asks_queued{lane="%s"}' % lane_, []
    holder.run(f"begin; {lock}")
    while d.metric(queued) < settings["queue_max"]:  # the daemon's own work may be in it, too
        before = d.metric(queued) if sent else -1
        sent.append(Wire(d.port))
        sent[-1].send(calls[len(sent) - 1])
        wait_for("it to be under way", lambda: blocked(h) and d.metric(queued) > before)
    more = Wire(d.port)
    more.send(calls[-1])
    turned_away(more.receive(), f"the {lane_} lane's queue_max")
    holder.close()
    points.equal([w.receive().status for w in sent], [good] * max(len(sent), 1), f"the {lane_} lane: who waited is served")

    def asked_again():  # as he was told, until there is room: the daemon's own work may be in the lane, too
        more.send(calls[-1])
        reply = more.receive()
        return reply.status != 503 and reply.status

    points.equal(wait_for("room", asked_again), good, f"the {lane_} lane: and the one too many, when asking again with the same key")
    wait_for("the queue to be empty", lambda: d.metric(queued) == 0)
    points.equal((d.stop(), d.oddities()), (0, []), "nothing is left over")


with House("fire_full", sweep_every="1h", **PATIENT) as h:
    connections(h, "conns_max", 6)
    connections(h, "conns_per_address_max", 4)
    d = h.start()
    company, expert = d.made("POST", "/v1/companies", h.company()), h.made_expert(d)
    offers = [head_and_body("POST", "/v1/appointments", h.offer(h.made_request(d, company), expert, start(40 + k)),
                            h.tokens["coordinator"], f"full-{k}") for k in range(8)]
    d.stop()
    row = f"select from jamund.experts where id = '{expert['id']}' for update"
    lane(h, "write", {"write_conns": 1, "queue_max": 3}, offers[:5], row, 201)
    reads = [head_and_body("GET", f"/feeds/{c * 43}.ics") for c in "abcde"]  # one ask each, and no such feed
    lane(h, "read", {"read_conns": 1, "read_depth": 1, "queue_max": 3}, reads,
         "lock table jamund.feeds in access exclusive mode", 404)

    # ---- calls under way, wherever they wait ----
    d, holder = h.start(calls_max=2), Session(h)
    holder.run("begin; " + row)
    wires = [Wire(d.port) for _ in range(2)]
    for wire, call in zip(wires, offers[5:7]):
        wire.send(call)
    wait_for("two under way", lambda: blocked(h) == 2)
    turned_away(d.call("GET", "/v1/fields"), "calls_max")
    points.equal(d.admin("/readyz").status, 200, "calls_max: the admin address has calls of its own")
    holder.close()
    points.equal([w.receive().status for w in wires], [201, 201], "calls_max: both are answered")
    points.equal(d.call("GET", "/v1/fields").status, 200, "calls_max: and there is room again")
    points.equal((d.stop(), d.oddities()), (0, []), "the daemon ended well")
    points.equal(faults(h), [], "no promise is broken")
points.done()
