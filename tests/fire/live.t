#!/usr/bin/python3
# Streams of /v1/changes under fire: two daemons, writers at both, clients that come and go between
# them, daemons that end and are killed, PostgreSQL stopped and killed. Each client gets each version
# that its role may see exactly once, in order.
import random
import threading
import time

from fire import GONE, SANITIZED, WAIT, House, Session, Tap, faults, wait_for
from sse import Stream

CLIENTS = 6 if SANITIZED else 12
points = Tap()
FAST = {"changes_every": "100ms", "changes_heartbeat": "300ms", "changes_recheck": "500ms", "changes_kept": 64,
        "changes_replay_max": 1000000}


class Client:
    """Follows, leaves when it likes, comes back with the last id to any daemon that is up."""

    def __init__(self, house, ports, role, n):
        self.h, self.ports, self.role, self.dice = house, ports, role, random.Random(n)
        self.last, self.versions, self.odd, self.comings, self.since = None, [], [], 0, n % 3 == 0
        self.stop, self.end = threading.Event(), None
        self.thread = threading.Thread(target=self._live, daemon=True)
        self.thread.start()

    def _live(self):
        while not self._done():
            port = self.dice.choice(self.ports())
            query = f"?since={self.last}" if self.since and self.last is not None else ""
            try:
                stream = Stream(port, self.h.tokens[self.role], None if self.since else self.last, query, wait=WAIT)
            except GONE:
                time.sleep(0.02)  # that daemon is down: nothing to poll but itself
                continue
            if stream.status == 200:
                self._read(stream)
            elif stream.status != 503:
                self.odd.append(stream.status)
            stream.close()
            if stream.status == 503:
                time.sleep(0.02)

    def _read(self, stream):
        patience, self.comings, begun = self.dice.choice((0.05, 0.3, 1.5)), self.comings + 1, time.monotonic()
        while not stream.over and not self._done() and (self.end or time.monotonic() < begun + patience):
            stream.read(0.1)
            self._take(stream)
        self._take(stream)

    def _take(self, stream):
        self.versions += stream.versions
        self.odd += [k for k in stream.kinds if k == "reset"]
        stream.events.clear()
        self.last = stream.last if stream.last is not None else self.last

    def _done(self):
        return self.stop.is_set() or (self.end is not None and self.last is not None and self.last >= self.end)

    def until(self, end):
        self.end = end
        self.thread.join(WAIT)
        self.stop.set()
        self.thread.join(WAIT)
        return not self.thread.is_alive()


class Writers:
    def __init__(self, house, daemons):
        self.h, self.daemons, self.stop, self.count = house, daemons, threading.Event(), 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._live, args=(n,), daemon=True) for n in range(4)]
        for t in self.threads:
            t.start()

    def _live(self, n):
        while not self.stop.is_set():
            with self.lock:
                body = self.h.expert() if n == 3 else self.h.company()
            try:
                d = self.daemons[n % len(self.daemons)]
                reply = d.call("POST", "/v1/experts" if n == 3 else "/v1/companies", body, token="manager")
                self.count += reply.status == 201
                if reply.status != 201:
                    time.sleep(0.02)
            except GONE:
                time.sleep(0.02)

    def more(self, n):
        """Until n more writes were done."""
        goal = self.count + n
        wait_for(f"{n} writes", lambda: self.count >= goal)

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join(WAIT)


def newest(h):
    return int(h.sql("select max(version) from change_log"))


with House("fire_live", durable=True) as h:
    h.cli("user", "add", "admin@example.kr", "admin", "예시 admin")
    h.tokens["admin"] = h.cli("token", "add", "admin@example.kr")
    daemons = [h.start(**FAST), h.start(**FAST)]
    ports = lambda: [d.port for d in daemons]  # noqa: E731
    roles = ("coordinator", "field", "manager", "admin")
    begin = newest(h)
    clients = [Client(h, ports, roles[n % 4], n) for n in range(CLIENTS)]
    wait_for("each to be there", lambda: all(c.last is not None for c in clients))
    begun = {c: c.last for c in clients}
    points.equal(set(begun.values()), {begin}, "clients begin where the log is")
    writers = Writers(h, daemons)
    writers.more(100)

    # ---- a transaction that stays open stalls nobody ----
    open_one = Session(h)
    open_one.run("begin; insert into jamund.holidays values ('2031-01-01', '시험', 'test')")
    start = newest(h)
    writers.more(50)
    wait_for("the clients to go on", lambda: all(c.last > start for c in clients))
    points.ok(True, "a transaction that stays open stalls no stream")
    open_one.close()

    # ---- the end of a daemon, by request and by kill -9 ----
    for end in ("stop", "kill"):
        ended = daemons[0]
        code = getattr(ended, end)()
        points.ok(end == "kill" or code == 0, f"a daemon ends with streams and writers at it: {end}", code)
        writers.more(50)
        daemons[0] = h.start(**FAST)
        writers.more(50)

    # ---- PostgreSQL stops, and is killed ----
    for end in ("pg_stop", "pg_kill"):
        getattr(h, end)()
        h.pg_start()
        for d in daemons:
            d.ready()
        writers.more(50)

    writers.end()
    last = newest(h)
    points.ok(last - begin > 300, f"{last - begin} changes, {writers.count} writes")
    slow = [c.role for c in clients if not c.until(last)]
    points.equal(slow, [], "every client gets to the end")
    for role in roles:
        mine = [c for c in clients if c.role == role]
        want = [int(v) for v in h.sql(f"""select version from change_log l where version > {begin} and exists (
            select from change_audience a where a.entity = l.entity and a.role = '{role}' and a.shown) order by 1""").split()]
        wrong = [(c.versions[:5], len(c.versions), len(set(c.versions)), sorted(set(want) - set(c.versions))[:5],
                  sorted(set(c.versions) - set(want))[:5]) for c in mine if c.versions != want]
        points.ok(want and not wrong, f"{role}: each version once, in order, over {sum(c.comings for c in mine)} comings",
                  len(want), wrong)
    points.equal([c.odd for c in clients if c.odd], [], "nobody was told to reload, or refused")
    points.equal(faults(h), [], "the database is as it must be")
    points.ok([d.stop() for d in daemons] == [0, 0], "the daemons end well")
    points.equal([x for d in h.daemons for x in d.oddities()], [], "no daemon had anything odd to say")
points.done()
