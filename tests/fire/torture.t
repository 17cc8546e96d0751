#!/usr/bin/python3
# Two daemons and PostgreSQL under fire for a short while, then every promise is looked at; and a bug is
# planted for each check, which must find it. For long: make torture MINUTES=10.
import copy

import plants
from clients import Client
from fire import House, Tap, accept, start, wait_for
from promises import DATABASE, State
from torture import Torture, figures
from verdict import SEEN, Run

SECONDS = 20
SEED = 20261127  # another one each time: make torture
points = Tap()


def stage(t):
    """A meeting that stands and that everybody was told of, and an open request: for the plants."""
    h, d = t.h, t.daemons[0]
    company = d.made("POST", "/v1/companies", h.company())
    expert = h.made_expert(d)
    made = d.made("POST", "/v1/appointments", h.offer(h.made_request(d, company), expert, start(200)))
    seat = accept(d, made)
    asked = h.made_request(d)
    wait_for("its mails", lambda: h.sql("select count(*) from messages where state = 'sent' and kind = 'invite' and"
                                        f" appointment_id = '{made['id']}'") == "3")
    return {"appointment": made["id"], "seat": seat["id"], "expert": expert["id"], "request": asked["id"]}


def spoiled(run):
    """A copy that may be spoiled."""
    return Run(copy.copy(run.s), {n: copy.copy(o) for n, o in run.ops.items()}, list(run.mails), dict(run.feeds))


def planted(t, run, names):
    both, seen = {**DATABASE, **SEEN}, set()
    last = [o for o in run.writes if o.end == "ok" and o.f == "case"][-1]
    names = {**names, "case": last.doc["id"], "key": last.key}
    for check, words, sql in plants.SQL:
        bad = Run(State(t.h, plants.filled(sql, names)), run.ops, run.mails, run.feeds)
        found = bad.faults({check: both[check]})
        points.ok(found, f"planted: {words}; '{check}' reports {len(found)}")
        seen.add(check)
    for check, words, spoil in plants.SEEN:
        bad = spoiled(run)
        bad.s.messages = copy.deepcopy(run.s.messages)
        spoil(bad)
        found = bad.faults({check: both[check]})
        points.ok(found, f"planted: {words}; '{check}' reports {len(found)}")
        seen.add(check)
    points.equal(set(both) - seen, set(), "every check has found a planted bug")


def not_durable(t):
    """What the checker says of commits that are acknowledged before they are on disk."""
    for setting in ("synchronous_commit = off", "wal_writer_delay = '10s'"):
        t.h.sql(f"alter system set {setting}")
    t.h.sql("select pg_reload_conf()")
    for _ in range(5):
        t.h.sql("checkpoint")
        client = Client(99, t.book, t.history, t.ports, t.mails, t.seed)
        client.company()
        for _ in range(20):
            client.request()
        t.h.pg_kill()
        t.h.pg_start()
        for d in t.daemons:
            d.ready()
        if found := Run(State(t.h), t.history.read(), [], {}).faults({"lost": SEEN["lost"]}):
            return found
    return []


with House("fire_torture", durable=True) as h:
    t = Torture(h, SECONDS, SEED)
    odd = t.burn()
    names = stage(t)
    run = t.verdict()
    points.note(*figures(t, run))
    points.equal(odd, [], "clients, nemesis and daemons lasted; every call has an outcome, every mail has left")
    points.ok(len(t.nemesis.done) >= 4 and any(o.unknowns for o in run.writes), "there was fire: faults, and calls whose"
              " outcome nobody knew", t.nemesis.done)
    faults = run.faults()
    for check in {**DATABASE, **SEEN}:
        points.equal([f for f in faults if f.split(":")[0] == check], [], f"no {check}")
    planted(t, run, names)
    found = not_durable(t)
    points.ok(found, f"planted: commits are acknowledged before they are on disk; 'lost' reports {len(found)}")
    points.equal(t.end(), [], "both daemons ended well")
points.done()
