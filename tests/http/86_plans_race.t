#!/usr/bin/python3
# Plans when something else happens: a daemon that dies while it computes, two daemons, a booking at the same moment.
import contextlib
import os
import pathlib
import signal
import subprocess
import threading

import data
from service import WAIT, Service, Tap, wait_for

points = Tap()
DAY = "2026-06-10"
WIDE = [{"from": f"{DAY}T09:00:00+09:00", "until": f"{DAY}T18:00:00+09:00"}]
SLOTS = [{"from": f"{DAY}T{h}:00:00+09:00", "until": f"{DAY}T{h}:30:00+09:00", "booths": 3} for h in (10, 11, 12)]


def ask(s, event, requests):
    return s.coordinator.post("/v1/plans", {"event_id": event["id"], "request_ids": [q["id"] for q in requests], "seconds": 5})


def state(s, p):
    return s.coordinator.get(f"/v1/plans/{p['id']}")


def ready(s, p):
    return wait_for("ready", lambda: (x := state(s, p)).json["state"] == "ready" and x)


def expo(s, office, experts):
    return office.made(s.coordinator.post("/v1/events", {"title": "가상 박람회", "place": "가상 전시장", "slots": SLOTS,
                                                         "experts": [{"expert_id": e["id"]} for e in experts]}))


@contextlib.contextmanager
def held_up(s):
    """Nobody can gather a plan's facts meanwhile."""
    with subprocess.Popen(["psql", "-XqAt", "-U", "postgres", "-d", s.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as psql:
        psql.stdin.write("begin; lock table jamund.expert_fields in access exclusive mode; select 'held';\n")
        psql.stdin.flush()
        psql.stdout.readline()
        yield
        psql.stdin.write("rollback;\n")
        psql.stdin.close()


def claimed(s, p):
    wait_for("the claim", lambda: s.sql(f"select claims from jamund.plans where id = '{p['id']}'") == "1")


def killed(s, office):
    """kill -9 in the middle of it: when the lease has run out, another daemon computes it."""
    made = expo(s, office, [office.expert() for _ in range(2)])
    asked = [office.request(minutes=30, windows=WIDE) for _ in range(4)]
    with held_up(s):
        p = ask(s, made, asked).json
        claimed(s, p)
        s.kill()
    s.start()
    points.ok(state(s, p).json["state"] == "computing" and s.sql(f"select claims from jamund.plans where id = '{p['id']}'") == "1",
              "as long as the lease lasts it is the dead daemon's")
    s.at("2026-06-01T10:05:00+09:00")
    done = ready(s, p)
    points.ok(done.json["assigned"] == 4 and s.sql(f"select claims from jamund.plans where id = '{p['id']}'") == "2", "then another one computes it", done)
    points.ok(s.sql(f"select count(*) from jamund.change_log where entity_id = '{p['id']}' and kind = 'plan.compute'") == "1", "once")
    s.coordinator.post(f"/v1/plans/{p['id']}/discard", {}, match=done.etag)


def given_back(s, office):
    """A daemon that ends well gives it back at once; three that die are enough."""
    made = expo(s, office, [office.expert()])
    asked = [office.request(minutes=30, windows=WIDE)]
    with held_up(s):
        p = ask(s, made, asked).json
        claimed(s, p)
        code = s.stop()
    points.ok(code == 0 and s.sql(f"select state || ' ' || (lease is null) || ' ' || claims from jamund.plans where id = '{p['id']}'") == "computing true 0",
              "nobody waits for its lease")
    s.sql(f"update jamund.plans set claims = 3 where id = '{p['id']}'")
    s.start()
    end = wait_for("the end", lambda: (x := state(s, p)).json["state"] == "failed" and x)
    points.ok("three times" in end.json["reason"], "what kills daemons is given up, with a reason", end)


def too_late(s, office):
    """A plan whose claim comes back to a daemon that ends is given back, too."""
    made = expo(s, office, [office.expert()])
    with held_up(s):
        p = ask(s, made, [office.request(minutes=30, windows=WIDE)]).json
        claimed(s, p)
        s.stop()
    s.sql(f"update jamund.plans set lease_until = 'infinity' where id = '{p['id']}'")
    s.start()
    with subprocess.Popen(["psql", "-XqAt", "-U", "postgres", "-d", s.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
        psql.stdin.write(f"begin; lock table jamund.plans in exclusive mode; update jamund.plans set lease_until = null where id = '{p['id']}'; select 'held';\n")
        psql.stdin.flush()
        psql.stdout.readline()
        wait_for("a claim that waits", lambda: s.sql("select count(*) from pg_locks where not granted and relation = 'jamund.plans'::regclass") != "0")
        then = s.log.read_text().count("serve.drain")
        s.daemon.terminate()
        wait_for("the end to begin", lambda: s.log.read_text().count("serve.drain") > then)
        psql.stdin.write("commit;\n")
        psql.stdin.close()
    points.ok(s.daemon.wait(WAIT) == 0 and s.sql(f"select state || ' ' || (lease is null) || ' ' || claims from jamund.plans where id = '{p['id']}'") == "computing true 0",
              "what was claimed too late is given back")
    s.start()
    wait_for("the next daemon", lambda: state(s, p).json["state"] == "ready")


def works(pid):
    """It is a worker by now: until a child has become another program, the daemon stands still with it."""
    with contextlib.suppress(OSError):
        return b"\0worker\0" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


def caught(s, ask):
    """A worker that stands still: (its pid, the plan). One that is faster than we are is let go."""
    children = pathlib.Path(f"/proc/{s.daemon.pid}/task/{s.daemon.pid}/children")
    for _ in range(50):
        p = ask()
        while state(s, p).json["state"] == "computing":
            for _ in range(200):
                for pid in filter(works, map(int, children.read_text().split())):
                    with contextlib.suppress(OSError):  # it is gone
                        os.kill(pid, signal.SIGSTOP)
                        if "T" in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]:
                            return pid, p
    raise TimeoutError("no worker was seen")


def untold(s, office):
    """Progress that cannot be told is not the plan's end."""
    made = expo(s, office, [office.expert() for _ in range(3)])
    asked = [office.request(minutes=30, windows=WIDE) for _ in range(9)]
    was = s.sql("select pg_get_functiondef('api.plan_progress'::regproc)")
    s.sql("create or replace function api.plan_progress(args jsonb) returns text language plpgsql as $$ begin raise exception 'not now'; end $$")
    pid, p = caught(s, lambda: ask(s, made, asked).json)
    wait_for("a failed ask", lambda: any(f"event=planner.{e} plan={p['id']}" in s.log.read_text() for e in ("untold", "left")))
    s.sql(was)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
    end = ready(s, p)
    claims = s.sql(f"select claims from jamund.plans where id = '{p['id']}'")
    points.ok(end.json["assigned"] == 9 and claims == "1", "the plan is there all the same", claims, end)


def two(s, office):
    """Two daemons, ten plans: each computed once."""
    made = expo(s, office, [office.expert() for _ in range(2)])
    asked = [office.request(minutes=30, windows=WIDE) for _ in range(3)]
    second = s.twin()  # who is asked to end before it serves does not end well
    try:
        plans = [ask(s, made, asked).json for _ in range(10)]
        values = {ready(s, p).json["outcome"]["value"] for p in plans}
        counts = s.sql("select string_agg(n::text, ' ') from (select count(*) as n from jamund.change_log where kind = 'plan.compute' and entity_id in"
                       f" ({', '.join(repr(p['id']) for p in plans)}) group by entity_id) x")
        points.ok(counts == " ".join("1" * 10) and len(values) == 1, "each once, and all the same", counts, values)
    finally:
        points.ok(second.stop() == 0, "the second daemon ended well")
    for p in plans[1:]:
        s.coordinator.post(f"/v1/plans/{p['id']}/discard", {}, match=state(s, p).etag)
    s.coordinator.post(f"/v1/plans/{plans[0]['id']}/discard", {}, match=state(s, plans[0]).etag)


def together(*calls):
    """Replies of calls made at the same moment."""
    got, gate = [None] * len(calls), threading.Barrier(len(calls))

    def run(i):
        gate.wait()
        got[i] = calls[i]()
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return got


def race(s, office):
    """Somebody books one of the experts in the same moment: all of the plan stands, or nothing of it."""
    ends, wrong = set(), []
    rival = s.client(s.tokens["manager"])
    for n in range(12):
        experts = [office.expert() for _ in range(3)]
        made = expo(s, office, experts)
        asked = [office.request(minutes=30, windows=WIDE) for _ in range(6)]
        other = office.request(minutes=30, windows=WIDE)
        p = ready(s, ask(s, made, asked).json)
        item = [i for i in s.coordinator.get(f"/v1/plans/{p.json['id']}/items").json["items"] if i["state"] == "assigned"][-1]
        body = {"request_id": other["id"], "expert_id": item["experts"][0]["id"], "start": item["from"]}
        if n % 3 == 2:  # or the request goes
            def against():
                return rival.post(f"/v1/requests/{item['request_id']}/withdraw", {"reason": "취소"}, match="*")
        else:
            def against():
                return rival.post("/v1/appointments", body)

        def apply():
            return s.coordinator.post(f"/v1/plans/{p.json['id']}/apply", {}, match=p.etag)
        plan, booking = together(apply, against)
        booked = int(s.sql(f"select count(*) from jamund.plan_items where plan_id = '{p.json['id']}' and appointment_id is not null"))
        held = int(s.sql("select count(*) from jamund.appointments a join jamund.event_booths b on b.id = a.booth_id"
                         f" where b.event_id = '{made['id']}'"))
        ends.add((plan.status, booking.status < 300, n % 3 == 2))
        whole = plan.status == 200 and booked == held == 6 or plan.status == 409 and booked == held == 0
        sane = n % 3 == 2 or (plan.status == 200) != (booking.status == 201)
        if not whole or not sane:
            wrong.append((str(plan), str(booking), booked, held))
        if plan.status == 409:
            s.coordinator.post(f"/v1/plans/{p.json['id']}/discard", {}, match=p.etag)
    points.ok(not wrong, "all or nothing, and never both", wrong)
    print("#", ends)
    # two who come to one event at once: each gets a seat of their own
    experts = [office.expert()]
    made = expo(s, office, experts)
    p = ready(s, ask(s, made, [office.request(minutes=30, windows=WIDE)]).json)
    s.coordinator.post(f"/v1/plans/{p.json['id']}/apply", {}, match=p.etag)
    comes = [office.request(minutes=30, windows=WIDE) for _ in range(2)]
    where = f"/v1/plans/{p.json['id']}/walk-in"
    got = together(*[lambda c=c, q=q: c.post(where, {"request_id": q["id"]}) for c, q in ((s.coordinator, comes[0]), (rival, comes[1]))])
    points.ok([g.status for g in got] == [201, 201] and len({g.json["start"] for g in got}) == 2, "walk-ins at once", *got)
    full = s.coordinator.post(where, {"request_id": office.request(minutes=30, windows=WIDE)["id"]})
    points.ok(full.code == "plan-changed", "then it is full", full)


with Service(points, sweep_every="50ms", plan_lease="60s", write_timeout="60s") as s:
    office = data.Office(s)
    killed(s, office)
    two(s, office)
    untold(s, office)
    race(s, office)
    too_late(s, office)
    given_back(s, office)
points.done()
