#!/usr/bin/python3
# kill -9 of the daemon and of PostgreSQL while clients write: what was acknowledged is there, each key
# had one effect. The planted bugs at the end show that the checker would see if it were not so.
import random
import threading
import time
import uuid

from fire import GONE, SANITIZED, House, Session, Tap, Wire, accept, faults, head_and_body, start, wait_for

CLIENTS = 12
KILLS = 3 if SANITIZED else 6
points = Tap()


class Call:
    """One write with its key: sent until it got an answer; acked is the first good one."""

    def __init__(self, path, body, match=None):
        self.path, self.body, self.match, self.key = path, body, match, str(uuid.uuid4())
        self.acked, self.refused, self.unknown, self.odd = None, None, 0, []

    def sent(self, h, wire):
        wire.send(head_and_body("POST", self.path, self.body, h.tokens["coordinator"], self.key, self.match))


class Clients:
    """Threads that write without pause. Whoever got no answer asks again with the same key."""

    def __init__(self, house, port):
        self.h, self.port = house, port  # port: a function, for the daemon that is up now
        self.calls, self.lock, self.stop = [], threading.Lock(), threading.Event()
        self.waiting = set()  # clients whose call is sent and not answered
        self.lost = 0  # calls that were broken off
        self.threads = [threading.Thread(target=self._live, args=(n,), daemon=True) for n in range(CLIENTS)]

    def begin(self, d):
        h = self.h
        self.company = d.made("POST", "/v1/companies", h.company())
        self.experts = [h.made_expert(d) for _ in range(4)]
        for t in self.threads:
            t.start()

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join(WAIT_CLIENT)
        return not any(t.is_alive() for t in self.threads)

    def done(self, n, call):
        """Until it has an answer; the daemon and PostgreSQL may come and go."""
        with self.lock:
            self.calls.append(call)
        end = time.monotonic() + WAIT_CLIENT
        while time.monotonic() < end:
            wire = None
            try:
                wire = Wire(self.port())
                call.sent(self.h, wire)
                self.waiting.add(n)
                reply = wire.receive()
            except GONE:
                call.unknown += n in self.waiting
                self.lost += n in self.waiting
                time.sleep(0.02)  # the daemon is down: nothing to poll but itself
                continue
            finally:
                self.waiting.discard(n)
                if wire:
                    wire.close()
            if reply.status in (200, 201):
                call.acked = reply
                return reply.json
            if reply.status in (503, 504) or reply.code == "key-in-progress":
                call.unknown += 1
                time.sleep(0.02)
                continue
            call.refused = reply
            if reply.status not in (409, 412):
                call.odd.append(str(reply))
            return None
        call.odd.append("no answer at last")
        return None

    def _live(self, n):
        h, pick = self.h, random.Random(n)
        while not self.stop.is_set():
            with self.lock:
                company, case = h.company(contacts=[]), h.case(self.company)
                when = start(1 + pick.randrange(40), pick.randrange(0, 480, 30))
            self.done(n, Call("/v1/companies", company))
            made = self.done(n, Call("/v1/cases", case))
            request = made and self.done(n, Call("/v1/requests", h.request(made, self.company)))
            expert = pick.choice(self.experts)
            booked = request and self.done(n, Call("/v1/appointments", h.offer(request, expert, when)))
            if booked:
                seat = booked["seats"][0]
                self.done(n, Call(f"/v1/seats/{seat['id']}/accept", {"via": "phone"}, f'"v{seat["version"]}"'))
                if pick.random() < 0.5:
                    self.done(n, Call(f"/v1/appointments/{booked['id']}/cancel", {"reason": "취소"}, "*"))

    # ---- the checker ----

    def faults(self, d):
        """What was promised to the clients and is not so; d is up again."""
        h = self.h
        odd = [f"{c.path}: {w}" for c in self.calls for w in c.odd]
        rows = dict(line.split("|", 1) for line in h.sql(
            "select id, name || registration_number from companies union all select id, title from cases union all"
            " select id, case_id::text from requests union all select id, request_id || ' '"
            " || extract(epoch from lower(during))::bigint from appointments").splitlines())
        audits = set(h.sql("select a.entity_id || ' ' || a.action from audit a").splitlines())
        states = dict(line.split("|") for line in h.sql(
            "select id, state from seats union all select id, state from appointments").splitlines())
        keys = set(h.sql("select key from idempotency").splitlines())
        for c in self.calls:
            if not c.acked:
                odd += [f"effect of a refused call: {c.path}"] * (c.key in keys)
                continue
            said = c.acked.json
            odd += [f"lost: {c.path} {said['id']}"] * (not self.kept(c, said, rows, audits, states))
            odd += [f"lost key: {c.path}"] * (c.key not in keys)
        for table, column in (("companies", "registration_number"), ("cases", "title")):
            odd += [f"twice: {x}" for x in h.sql(
                f"select {column} from {table} group by 1 having count(*) > 1").splitlines()]
        return odd + self.replays(d) + faults(h)

    @staticmethod
    def kept(c, said, rows, audits, states):
        where, last = c.path.split("/")[2], c.path.split("/")[-1]
        if last == "accept":
            return states.get(said["id"]) in ("accepted", "withdrawn") and \
                f"{said['appointment_id']} seat.accept" in audits
        if last == "cancel":
            return states.get(said["id"]) == "cancelled" and f"{said['id']} appointment.cancel" in audits
        wanted = {"companies": lambda: c.body["name"] + c.body["registration_number"],
                  "cases": lambda: c.body["title"], "requests": lambda: c.body["case_id"],
                  "appointments": lambda: f"{c.body['request_id']} {epoch(c.body['start'])}"}[where]()
        return rows.get(said["id"]) == wanted

    def replays(self, d):
        """The same key gives the same answer, whatever happened in between."""
        odd, wire = [], Wire(d.port)
        for c in self.calls[:400] + [c for c in self.calls[400:] if c.unknown]:
            if c.acked:
                c.sent(self.h, wire)
                reply = wire.receive()
                if (reply.status, reply.json) != (c.acked.status, c.acked.json):
                    odd.append(f"another answer: {c.path} {reply}")
        wire.close()
        return odd


WAIT_CLIENT = 60


def epoch(text):
    import datetime
    return int(datetime.datetime.fromisoformat(text).timestamp())


def held_up(h):
    """No write gets to its end; returns when PostgreSQL has some in hand."""
    holder = Session(h)
    holder.run("begin; lock table jamund.idempotency in share mode")
    wait_for("writes that wait", lambda: int(h.sql("select count(*) from pg_stat_activity where usename = 'jamund' and"
                                                   f" wait_event_type = 'Lock' and datname = '{h.name}'")) >= CLIENTS // 3)
    return holder


def under_fire(h, what, kill):
    """kill(n) kills and starts again; every time with calls under way."""
    now = {"d": h.start()}
    clients = Clients(h, lambda: now["d"].port)
    clients.begin(now["d"])
    under_way, unknown = [], []
    for k in range(KILLS):
        goal = len([c for c in clients.calls if c.acked]) + 40 + 15 * k
        wait_for("writes", lambda: len([c for c in clients.calls if c.acked]) >= goal)
        # where we are slower than the daemon, each call has its answer already: once that cannot be
        held = held_up(h) if k == 0 else None
        under_way.append(wait_for("calls under way", lambda: (n := len(clients.waiting)) >= CLIENTS // 3 and n))
        unknown.append(sum(c.unknown for c in clients.calls))
        kill(now)
        if held:
            held.close()
            wait_for("an outcome nobody knows", lambda: sum(c.unknown for c in clients.calls) > unknown[-1])
        now["d"].ready()
    ended = clients.end()
    unknown.append(sum(c.unknown for c in clients.calls))
    broken = [after - before for before, after in zip(unknown, unknown[1:])]
    acked = [c for c in clients.calls if c.acked]
    points.note(f"{what}: {under_way} calls under way at each kill; tries without an outcome after each: {broken};"
                f" {len(acked)} acknowledged, {len([c for c in acked if c.unknown])} of them only when asked again")
    points.ok(ended and min(under_way) > 0 and any(c.unknown for c in acked),
              f"{what} was killed {KILLS} times with calls under way", under_way, broken)
    points.equal(clients.faults(now["d"])[:10], [], f"{what} killed: every acknowledged id is there as acknowledged, one"
                 " effect per key, the same answer again; holds, audit and change log agree")
    points.equal((now["d"].stop(), [x for d in h.daemons for x in d.oddities()]), (0, []),
                 f"{what} killed: the last daemon ended well")


def kill_daemon(now):
    house = now["d"].house
    now["d"].kill()
    now["d"] = house.start()


def kill_postgres(now):
    house = now["d"].house
    house.pg_kill()
    house.pg_start()


with House("fire_kill", durable=True) as h:
    under_fire(h, "the daemon", kill_daemon)
    under_fire(h, "PostgreSQL", kill_postgres)

    # ---- planted: acknowledged before it is on disk ----
    h.sql("alter database fire_kill set synchronous_commit = off")
    h.sql("alter system set wal_writer_delay = '10s'")
    h.sql("select pg_reload_conf()")
    lost = []
    for _ in range(5):
        d = h.start()
        clients = Clients(h, lambda: d.port)
        clients.company = d.made("POST", "/v1/companies", h.company())
        h.sql("checkpoint")
        for _ in range(30):
            clients.done(0, Call("/v1/cases", h.case(clients.company)))
        h.pg_kill()
        d.kill()
        h.pg_start()
        d = h.start()
        lost = [f for f in clients.faults(d) if f.startswith("lost: /v1/cases")]
        d.stop()
        if lost:
            break
    points.ok(lost, f"planted: acknowledged before it is on disk; the checker reports {len(lost)} lost")

    # ---- planted: no constraint against double booking ----
    h.sql("alter system reset wal_writer_delay")
    h.sql("alter table holds drop constraint holds_no_overlap")
    d = h.start()
    expert = h.made_expert(d)
    points.ok(not [f for f in faults(h) if f.startswith("overlap")], "before it is planted there is no overlap")
    for k in range(2):
        booked = d.made("POST", "/v1/appointments", h.offer(h.made_request(d), expert, start(200, 30 * k)))
    found = [f for f in faults(h) if f.startswith("overlap")]
    points.ok(found, f"planted: the constraint is dropped; the checker reports {len(found)} overlaps")
    accept(d, booked)
    h.sql("set session_replication_role = replica; delete from audit where id = (select max(id) from audit)")
    h.sql("set session_replication_role = replica; delete from change_log where version = 1")
    h.sql(f"delete from holds where appointment_id = '{booked['id']}' and kind = 'company'")
    kinds = {f.split(":")[0] for f in faults(h)}
    points.ok({"audit missing", "change log gap", "hold missing"} <= kinds,
              "planted: rows taken out of audit, change log and holds are missed", kinds)
    points.equal(d.stop(), 0, "the daemon ended well")
points.done()
