#!/usr/bin/python3
# 64 clients racing for one slot: the database lets one in and tells every other what is in its way.
import collections
import random
import uuid

from fire import SANITIZED, House, Tap, Wire, faults, head_and_body, start, wait_for

CLIENTS = 64
ROUNDS = 24 if SANITIZED else 200
random.seed(64)
points = Tap()


def volley(h, wires, bodies):
    """All at once: every wire's request is sent before the first reply is read."""
    calls = [head_and_body("POST", path, body, h.tokens["coordinator"], str(uuid.uuid4()), match)
             for path, body, match in bodies]
    for wire, call in zip(wires, calls):
        wire.send(call)
    return [wire.receive() for wire in wires]


def offers(h, requests, experts, when):
    """when: the start of each."""
    return [("/v1/appointments", h.offer(q, e, w), None) for q, e, w in zip(requests, experts, when)]


def named(reply):
    """A refusal says what is in the way: the appointment that holds the time, or the state."""
    said = reply.json
    if reply.code == "slot-taken":
        return all(said["conflict"].get(k) for k in ("kind", "id", "appointment_id", "from", "until"))
    return reply.code == "wrong-state" and said["state"] == "offered"


# some wires have long nothing to do; who waits for 63 others is not given up
with House("fire_race", sweep_every="1h", idle_deadline="1h", write_timeout="20s", call_deadline="60s") as h:
    d = h.start()
    companies = [d.made("POST", "/v1/companies", h.company()) for _ in range(CLIENTS)]
    experts = [h.made_expert(d, buffers={"before": 0, "after": 0}) for _ in range(CLIENTS)]
    room = d.made("POST", "/v1/places", {"ko": "상담실", "en": "Room", "turnaround": 15}, token="manager")
    spread = [h.made_request(d, c) for c in companies]
    at_room = [h.made_request(d, c, mode="center", place_id=room["id"]) for c in companies]
    of_one = [h.made_request(d, companies[0]) for _ in companies]
    wires = [Wire(d.port) for _ in range(CLIENTS)]
    deadlocks = int(h.sql("select deadlocks from pg_stat_database where datname = current_database()"))

    # what they race for: one expert, one room, one company, one request
    kinds = {"an expert": (spread, lambda k: [experts[k % CLIENTS]] * CLIENTS), "a room": (at_room, lambda k: experts),
             "a company": (of_one, lambda k: experts), "a request": (None, lambda k: experts)}
    tally, winners = collections.Counter(), collections.Counter()
    for k in range(ROUNDS):
        what = list(kinds)[k % len(kinds)]
        requests, who = kinds[what]
        asked = requests or [h.made_request(d, companies[k % CLIENTS])] * CLIENTS
        day = 1 + k  # its own day; the starts differ by less than the meeting lasts
        order = list(zip(asked, who(k), [start(day, random.randrange(0, 60, 5)) for _ in wires]))
        random.shuffle(order)
        replies = volley(h, wires, offers(h, *zip(*order)))
        won = [r for r in replies if r.status == 201]
        tally["won"] += len(won)
        winners[len(won)] += 1
        for r in replies:
            if r.status != 201:
                tally["named" if r.status == 409 and named(r) else f"odd {r.status}"] += 1
                if r.status != 409 or not named(r):
                    points.note(f"round {k}, {what}: {r}")
        if requests and won:  # the winner's request is not open any more: a fresh one for its place
            taken = won[0].json["request_id"]
            i = next(i for i, q in enumerate(requests) if q["id"] == taken)
            more = {"mode": "center", "place_id": room["id"]} if what == "a room" else {}
            requests[i] = h.made_request(d, companies[0] if what == "a company" else companies[i], **more)
    points.equal(dict(winners), {1: ROUNDS}, f"{CLIENTS} clients, {ROUNDS} rounds: one winner each")
    points.equal(dict(tally), {"won": ROUNDS, "named": ROUNDS * (CLIENTS - 1)},
                 "every other got a 409 that names what is in the way; no 5xx")
    points.equal(h.sql("select count(*) from appointments"), str(ROUNDS), "so many appointments are there")

    # offers race with the end of the very appointment that is in their way
    asked, odd, freed = h.made_request(d, companies[0]), [], 0
    who = experts[0]
    holder = d.made("POST", "/v1/appointments", h.offer(asked, who, start(300)))
    for k in range(ROUNDS // 4):
        mixed = offers(h, spread, [who] * CLIENTS, [start(300, random.randrange(0, 60, 5)) for _ in wires])
        at = random.randrange(8)
        if k % 2:
            mixed[at] = (f"/v1/appointments/{holder['id']}/cancel", {"reason": "자리를 비웁니다"}, "*")
        else:
            mixed[at] = (f"/v1/seats/{holder['seats'][0]['id']}/decline", {"via": "phone", "reason": "바쁩니다"}, "*")
        replies = volley(h, wires, mixed)
        won = [r for i, r in enumerate(replies) if i != at and r.status == 201]
        odd += [str(r) for i, r in enumerate(replies) if r.status not in ((200,) if i == at else (201, 409))]
        odd += [f"{len(won)} winners"] * (len(won) > 1)
        freed += len(won)
        if replies[at].status != 200:
            break
        if won:
            holder = won[0].json
            spread = [h.made_request(d, companies[i]) if q["id"] == holder["request_id"] else q
                      for i, q in enumerate(spread)]
        else:
            asked = h.made_request(d, companies[0])
            holder = d.made("POST", "/v1/appointments", h.offer(asked, who, start(300)))
    points.ok(not odd, f"offers racing with a cancel or decline, {ROUNDS // 4} rounds: nothing odd", *odd[:10])
    points.note(f"the freed time went to one of the racers {freed} times")

    # answers race with each other: an accept, a decline and a cancel of one offer
    odd = []
    for k in range(ROUNDS // 4):
        made = d.made("POST", "/v1/appointments", h.offer(h.made_request(d, companies[1]), who, start(301 + k)))
        seat, path = made["seats"][0], f"/v1/appointments/{made['id']}/cancel"
        calls = [(f"/v1/seats/{seat['id']}/accept", {"via": "phone"}, "\"v1\""),
                 (f"/v1/seats/{seat['id']}/decline", {"via": "phone", "reason": "바쁩니다"}, "\"v1\""),
                 (path, {"reason": "취소"}, f"\"v{made['version']}\"")] * 4
        random.shuffle(calls)
        replies = volley(h, wires[:len(calls)], calls)
        if sum(r.status == 200 for r in replies) != 1 or any(r.status not in (200, 409, 412) for r in replies):
            odd.append(" ".join(str(r.status) for r in replies))
    points.ok(not odd, "an accept, a decline and a cancel of one offer: one is taken", *odd[:10])

    # two companies with one registration number, two of one key
    same, odd = [h.company() for _ in range(ROUNDS // 4)], []
    for body in same:
        bodies = [("/v1/companies", {**body, "name": f"{body['name']} {i}", "contacts": []}, None) for i in range(8)]
        replies = volley(h, wires[:8], bodies)
        won = [r.json for r in replies if r.status == 201]
        stored = h.sql(f"select name from companies where registration_number = '{body['registration_number']}'")
        if len(won) != 1 or won[0]["name"] != stored or any(r.status not in (201, 409) for r in replies):
            odd.append(f"{[r.status for r in replies]} {stored}")
    points.ok(not odd, "eight companies with one registration number: the first stays as it was told", *odd[:10])

    odd = []
    for k in range(ROUNDS // 4):
        body = h.case(companies[0])
        call = head_and_body("POST", "/v1/cases", body, h.tokens["coordinator"], f"same-{k}")
        for wire in wires[:8]:
            wire.send(call)
        replies = [wire.receive() for wire in wires[:8]]
        ids = {r.json["id"] for r in replies if r.status == 201}
        if len(ids) != 1 or any(r.status != 201 and r.code != "key-in-progress" for r in replies):
            odd.append(f"{[r.status for r in replies]} {ids}")
    points.ok(not odd, "eight calls with one key: one effect, one answer", *odd[:10])

    # offers that run out while others write: the sweep of two daemons beside them
    late = [d.made("POST", "/v1/appointments", h.offer(q, e, start(360))) for q, e in zip(spread, experts)]
    sweepers = [h.start(sweep_every="10ms") for _ in range(2)]
    h.sql("update seats set respond_by = clock_timestamp() + random() * interval '500 ms' where state = 'offered' and"
          f" appointment_id in (select id from appointments where lower(during) = '{start(360)}')")
    replies = volley(h, wires, [(f"/v1/seats/{a['seats'][0]['id']}/accept", {"via": "phone"}, "*") for a in late])
    points.ok(all(r.status in (200, 409) for r in replies), "answers racing with two sweeps: taken or too late",
              *[r for r in replies if r.status not in (200, 409)][:5])
    wait_for("the sweep", lambda: not h.sql("select 1 from seats where state = 'offered' and appointment_id in"
                                            f" (select id from appointments where lower(during) = '{start(360)}')"))
    took = sum(r.status == 200 for r in replies)
    points.equal(h.sql("select count(*) from audit where action = 'seat.expire'"), str(CLIENTS - took),
                 f"every offer ended once: {took} accepted, the others expired")

    points.equal(h.sql("select deadlocks from pg_stat_database where datname = current_database()"), str(deadlocks),
                 "0 deadlocks")
    points.equal(faults(h), [], "0 overlaps; holds, revisions, messages, audit and change log agree")
    points.ok(d.metric('replies_total{class="5xx"}') == 0, "no 5xx at all")
    for wire in wires:
        wire.close()
    for x in h.daemons:
        points.equal((x.stop(), x.oddities()), (0, []), "a daemon ended well")
points.done()
