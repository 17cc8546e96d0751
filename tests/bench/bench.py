#!/usr/bin/python3
"""bench.py [--smoke|--bare] [ROW...]: how fast it is, against what it could be measured by (make bench).

Each row compares two sides that take turns in one run (A B A B …), so that what else the machine does
falls on both; the figure of a side is the median of its turns. A row says whether its aim was met;
only a wrong answer makes the command fail. Everything runs on loopback and on a cluster of its own
that keeps what it says (fsync on). --smoke: tiny counts, to see that it runs. --bare: without
the sample data, whose loading takes a while; memory and candidates are then not what they say.
"""
import collections
import copy
import dataclasses
import json
import os
import pathlib
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/fire"))
import core_rows  # noqa: E402
import dav_rows  # noqa: E402
import fire  # noqa: E402
import planref  # noqa: E402
import poll_rows  # noqa: E402
from dav_servers import free_port  # noqa: E402
from fair import fairness  # noqa: E402
from fire import House, head_and_body, wait_for  # noqa: E402

BUILD = pathlib.Path(os.environ["BUILD"])
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]
FILES = 8000  # descriptors of the daemon with many connections
EXPERTS = 200  # who are booked; some more are raced for, have the feed and the calendar
SAMPLE_SECONDS = 300
FEED_EXPERT = EXPERTS + 8
DAV_EXPERT = FEED_EXPERT + 1
MANY_REQUESTS = 80  # more than replies are kept
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")


@dataclasses.dataclass
class Sizes:
    rounds: int = 5
    bookings: int = 480  # of one side in one round
    slots: int = 50  # raced for in one round
    seconds: float = 1.5  # of one side in one round, where time is the measure
    idle: int = 1000  # connections
    streams: int = 2000
    ranked: int = 200
    year: int = 150  # requests
    expos: tuple = ((1000, 119, 32, 60, 1), (2000, 119, 32, 60, 1))  # requests, experts, slots, booths, regions
    nation: tuple = (20_000, 2000, 32, 1200, 17)
    planned: int = 1000  # requests
    sample: bool = True
    feeds: tuple = (200, 500)  # events
    calendar: int = 200  # events
    polled: int = 5000  # feeds
    minute: float = 60  # in which they are polled, and
    changes: int = 60  # are booked meanwhile
    asked: int = 1000  # of core alone, in one round
    many: int = 10_000  # experts
    scales: tuple = (11_900, 100_000)


SMOKE = Sizes(sample=False, rounds=1, bookings=64, slots=4, seconds=0.1, idle=50, streams=50, ranked=3, year=4,
              expos=((40, 8, 8, 4, 1),), nation=(60, 12, 8, 6, 3), planned=60, feeds=(3, 8), calendar=4, polled=20, minute=0.5, changes=2, asked=3, many=300, scales=(200,))


@dataclasses.dataclass
class Row:
    """aim: of the ratio (ours by the reference, turned so that more is better) or of the value itself."""
    name: str
    value: float
    unit: str
    reference: float = None
    ratio: float = None
    least: float = None  # the ratio's aim
    most: float = None  # the value's aim

    @property
    def met(self):
        if self.least is not None:
            return self.ratio >= self.least
        return self.value <= self.most if self.most is not None else None

    @property
    def cells(self):
        aim = f">= {self.least} x" if self.least is not None else f"<= {self.most:g}" if self.most is not None else ""
        number = ["" if x is None else f"{x:.2f}" if abs(x) < 100 else f"{x:.0f}" for x in (self.value, self.reference)]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return [self.name, number[0], self.unit, number[1], ratio, aim, {None: "", True: "yes", False: "no"}[self.met]]


class Bench(House):
    """A durable house with the sample data, what bench.sql adds, and the rows as they come."""

    def __init__(self, sizes):
        self.sizes, self.rows, self.faults, self.booked = sizes, [], [], 0
        try:
            super().__init__("bench", durable=True, sweep_every="15s", message_wait=600)
            self.sql(f"\\i {TOP}/tests/bench/bench.sql\ncall bench.add_experts({DAV_EXPERT + 1})")
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def _people(self):
        """Those of the sample data, which a smoke run does without: it takes a minute."""
        if not self.sizes.sample:
            super()._people()
            return
        env = {**self.environment(), "JAMUND_OWNER_DATABASE": f"host={self.pg_env['PGHOST']} user=jamund_owner dbname={self.name}"}
        subprocess.run([fire.JAMUND, "sample"], env=env, check=True, stdout=subprocess.DEVNULL, timeout=SAMPLE_SECONDS)
        self.tokens = {role: self.cli("token", "add", f"{mail}@example.kr") for role, mail in
                       (("manager", "manager"), ("coordinator", "coordinator-1"), ("field", "field-1"))}

    # ---- programs ----

    def program(self, *args, **more):
        env = {**self.pg_env, "PGUSER": "postgres", "PGDATABASE": self.name}
        done = subprocess.run([str(a) for a in args], env=env, capture_output=True, text=True, timeout=120,
                              cwd=self.dir, **more)
        if done.returncode:
            self.faults.append(f"{pathlib.Path(args[0]).name}: {done.stderr.strip()[-600:]}")
        return done.stdout

    def load(self, port, requests, *options, pin=None):
        """The line that tests/bench/load.c prints, as a dict."""
        pinned = ["taskset", "-c", str(pin)] if pin is not None else []
        with tempfile.NamedTemporaryFile(dir=self.dir) as file: # its own: several may be at work
            file.write(b"".join(b"%d\n%s" % (len(r), r) for r in requests))
            file.flush()
            return figures(self.program(*pinned, BUILD / "tests/bench/load", *options, port, file.name))

    def pgbench(self, script, clients, *options, **variables):
        """tps and the latencies of each transaction, in microseconds."""
        (self.dir / "script").write_text(script)
        for old in self.dir.glob("pgbench_log*"):
            old.unlink()
        defined = [x for k, v in variables.items() for x in ("-D", f"{k}={v}")]
        said = self.program("pgbench", "-n", "-M", "prepared", "-c", clients, "-j", 1, "-l",
                            *defined, "-f", "script", *options)
        took = sorted(int(line.split()[2]) for log in self.dir.glob("pgbench_log*") for line in log.open()
                      if line.split()[2].isdigit())
        rate = [float(line.split()[2]) for line in said.splitlines() if line.startswith("tps = ")]
        if not took or not rate:
            return NOTHING
        return {"rate": rate[0], "calls": len(took), "p50_us": took[len(took) // 2], "p99_us": took[len(took) * 99 // 100]}

    def turns(self, *sides, times=1):
        """Each side's results; a side is called with the number of the round. times: so many times the rounds."""
        results = [[] for _ in sides]
        for r in range(self.sizes.rounds * times):
            for got, side in zip(results, sides):
                got.append(side(r))
        return results

    # ---- rows ----

    def row(self, name, unit, ours, theirs=None, faster=False, **aim):
        """ours, theirs: a figure or one of each turn. faster: less is better, as with times. The ratio is the median of those
        of each turn, where both sides had one: what the machine does to both then does not count."""
        value, reference = median(ours), median(theirs)
        pairs = zip(ours, theirs) if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs) else [(value, reference)]
        ratio = None if theirs is None else median([(y / x if faster else x / y) if x and y else 0 for x, y in pairs])
        self.rows.append(Row(name, value, unit, reference, ratio, **aim))

    def expect(self, truth, what):
        if not truth:
            self.faults.append(what)

    def add_requests(self, of, companies, nth):
        """One request for each; the number of the first."""
        first, self.booked = self.booked, self.booked + len(of)
        array = "array[{}]".format
        self.sql("call bench.add_requests({}, {}, {}, {})".format(
            first, *(array(",".join(map(str, x))) for x in (of, companies, nth))))
        return first

    def bookings(self, first, count):
        """The calls that book them, as bytes."""
        lines = self.sql("select request_id, expert_id, start at time zone 'Asia/Seoul' from bench.bookings"
                         f" where n >= {first} and n < {first + count} order by n").splitlines()
        return [head_and_body("POST", "/v1/appointments", {
            "request_id": q, "expert_id": e, "start": start.replace(" ", "T") + "+09:00"},
            self.tokens["coordinator"], f"bench-{first + i}") for i, (q, e, start) in enumerate(x.split("|") for x in lines)]

    def get(self, path, role=None, **headers):
        """A GET's bytes."""
        head = head_and_body("GET", path, token=self.tokens.get(role)).removesuffix(b"\r\n")
        return head + b"".join(f"{k.replace('_', '-')}: {v}\r\n".encode() for k, v in headers.items()) + b"\r\n"

    def appointments(self):
        return int(self.sql("select count(*) from appointments"))


def figures(said):
    """name=number … as a dict, with the rate."""
    got = {k: float(v) for k, v in (word.split("=") for word in said.split())}
    return {**got, "rate": got["calls"] / got["seconds"]} if got else NOTHING


NOTHING = {"rate": 0, "calls": 0, "seconds": 0, "p50_us": 0, "p99_us": 0, "good": 0, "refused": 0}


def median(figures):
    if figures is None:
        return None
    return statistics.median(figures) if isinstance(figures, list) else figures


def each(results, key, scale=1):
    return [r[key] * scale for r in results]


# ---- booking ----

BOOK = """\\set i :i + 1
\\set n :base + :client_id * :each + :i
select 1 / (r.status = 201)::int, r.* from bench.bookings b, api.appointment_add(b.call, b.args) r where b.n = :n;
"""


def booking(b):
    """32 clients over HTTP against 32 of pgbench that call the same function."""
    d, clients, n = b.start(), 32, b.sizes.bookings
    total = 2 * b.sizes.rounds * n
    first = b.add_requests([k % EXPERTS for k in range(total)], [k % EXPERTS for k in range(total)],
                           [k // EXPERTS for k in range(total)])
    before = b.appointments()
    calls = [b.bookings(first + r * 2 * n, n) for r in range(b.sizes.rounds)]
    ours, theirs = b.turns(
        lambda r: b.load(d.port, calls[r], "-c", clients, "-o", 201),
        lambda r: b.pgbench(BOOK, clients, "-t", n // clients, base=first + (2 * r + 1) * n, each=n // clients, i=-1))
    b.expect(b.appointments() == before + total, f"booked {b.appointments() - before} of {total}")
    b.row("booking, 32 clients", "calls/s", each(ours, "rate"), each(theirs, "rate"), least=0.9)
    b.row("booking, 32 clients, p99", "ms", each(ours, "p99_us", 1e-3), each(theirs, "p99_us", 1e-3), faster=True, least=1.0)
    d.stop()


# ---- race ----

def race(b):
    """8 callers for each slot, all at the same moment: whole bookings over HTTP; and taking the time
    alone, against a plain insert that catches the violation."""
    d, callers, slots = b.start(), 8, b.sizes.slots
    total = 3 * b.sizes.rounds * slots * callers
    first = b.add_requests([EXPERTS] * total, [EXPERTS + k % callers for k in range(total)],
                           [k // callers for k in range(total)])
    deadlocks = {"ours": 0, "plain": 0}

    def turn(side, run):
        def one(r):
            before = logged_deadlocks(b)
            got = run(first + (3 * r + ("whole", "hold", "plain").index(side)) * slots * callers)
            deadlocks["plain" if side == "plain" else "ours"] += logged_deadlocks(b) - before
            b.expect(side == "plain" or (got["good"], got["refused"]) == (slots, slots * (callers - 1)), f"race: {side}: {got}")
            return got
        return one

    def take(plain):
        return lambda at: figures(b.program(BUILD / "tests/bench/race", callers, slots, at,
                                            f"select bench.take($1::int, $2::int, {plain})"))

    whole, hold, plain = b.turns(
        turn("whole", lambda at: b.load(d.port, b.bookings(at, slots * callers), "-c", callers, "-t")),
        turn("hold", take("false")), turn("plain", take("true")))
    b.expect(deadlocks["ours"] == 0, f"race: {deadlocks['ours']} deadlocks")
    b.row("race, 8 callers a slot, taking the time", "calls/s", each(hold, "rate"), each(plain, "rate"), least=5)
    b.row("race, 8 callers a slot, whole bookings", "calls/s", each(whole, "rate"))
    b.row("race, deadlocks, and the plain insert's", "", deadlocks["ours"], deadlocks["plain"], most=0)
    d.stop()


def logged_deadlocks(b):
    return (b.cluster / "data/server.log").read_text(errors="replace").count("deadlock detected")


# ---- feed ----

def feed(b):
    """Feeds of 200 and 500 events, and the 304, against nginx with the same bytes on the same core;
    then many feeds, each fetched once: when nothing is kept, and again."""
    d = b.start()
    if NGINX:
        path = booked = None
        for events in b.sizes.feeds:
            path, booked = feed_of_events(b, d, path, booked or 0, events), events
            feed_against_nginx(b, d, path, events)
    else:
        print("feed: left out but for many, there is no nginx (tests/lib/deps.sh bench)")
    many_feeds(b, d)
    d.stop()


def feed_against_nginx(b, d, path, events):
    known = d.call("GET", path, token=None)
    b.expect(known.body.count(b"BEGIN:VEVENT") == events, f"feed: {known.body.count(b'BEGIN:VEVENT')} events of {events}")
    server = Nginx(b, known.body)
    try:
        for status, name in ((200, f"feed of {events} events, {len(known.body) / 1000:.0f} KB"), (304, f"feed of {events} events, 304")):
            ours, theirs = b.turns(
                lambda r: fetch(b, d.process.pid, d.port, path, status, known.headers["ETag"]),
                lambda r: fetch(b, server.process.pid, server.port, "/feed.ics", status, server.etag), times=2) # the two are close
            b.row(name, "calls/s", each(ours, "rate"), each(theirs, "rate"), least=0.9 if status == 200 else 1.0)
            b.row(f"{name}, CPU of the server", "us", each(ours, "cpu_us"), each(theirs, "cpu_us"), faster=True)
    finally:
        server.stop()


def feed_of_events(b, d, path, booked, events):
    """The path of an expert's feed, once it has so many."""
    if not path:
        expert = b.sql(f"select expert_id from bench.experts where n = {FEED_EXPERT}")
        path = "/feeds/" + d.made("POST", f"/v1/experts/{expert}/feed", {}, token="manager")["url"].rsplit("/", 1)[1]
    book_events(b, d, FEED_EXPERT, booked, events)
    return path


def book_events(b, d, expert, booked, events):
    """expert, a number, had so many, and now has so many."""
    more = events - booked
    first = b.add_requests([expert] * more, [expert] * more, list(range(booked, events)))
    got = b.load(d.port, b.bookings(first, more), "-c", 1, "-o", 201)
    b.expect(got["good"] == more, f"{got} of {more} bookings")


def many_feeds(b, d):
    """So many feeds of experts; 8 clients fetch each once, as fast as the answers come."""
    n = b.sizes.polled
    calls = [b.get(f) for f in poll_rows.made(b, n, "0")]
    for name in ("nothing kept", "kept"):
        got = b.load(d.port, calls, "-c", 8, "-o", 200)
        b.expect(got["good"] == n, f"many feeds: {got}")
        b.row(f"{n} feeds fetched once, {name}, p99", "ms", got["p99_us"] * 1e-3, most=20)
        b.row(f"{n} feeds fetched once, {name}, all", "s", got["seconds"], most=60)


def polled(b):
    """As many feeds, polled once each in a minute, while their experts are booked."""
    free = 2 * b.sizes.rounds * b.sizes.bookings // EXPERTS + 1  # beyond what the row `booking` takes
    of = [k % EXPERTS for k in range(b.sizes.changes)]
    first = b.add_requests(of, of, [free + k // EXPERTS for k in range(b.sizes.changes)])
    poll_rows.polled(b, b.bookings(first, b.sizes.changes))


def dav(b):
    """The questions of calendar programs, against Radicale and Cyrus."""
    expert = b.sql(f"select expert_id from bench.experts where n = {DAV_EXPERT}")
    dav_rows.dav(b, expert, lambda d, events: book_events(b, d, DAV_EXPERT, 0, events))


def fetch(b, pid, port, path, status, etag):
    return on_core(b, pid, port, b.get(path, **({"if_none_match": etag} if status == 304 else {})), status)


def on_core(b, pid, port, call, status=200):
    """One call again and again by 16 clients; the server on one core, they on the other."""
    os.sched_setaffinity(pid, {SERVER_CORE})
    before = cpu_seconds(pid)
    got = b.load(port, [call], "-c", 16, "-s", b.sizes.seconds, "-o", status, pin=CLIENT_CORE)
    return {**got, "cpu_us": (cpu_seconds(pid) - before) * 1e6 / max(got["calls"], 1)}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Nginx:
    """One process that serves one file with the headers of a feed, from an open file."""

    CONF = """daemon off; master_process off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
    types {{ text/calendar ics; }} charset utf-8; charset_types text/calendar;
    access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000; open_file_cache max=16;
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4;
    scgi_temp_path {dir}/t5;
    server {{
        listen 127.0.0.1:{port}; root {dir}/root;
        add_header Cache-Control "private, no-cache"; add_header X-Robots-Tag noindex;
        add_header Referrer-Policy no-referrer; add_header X-Content-Type-Options nosniff;
        add_header Content-Disposition 'inline; filename="jamund.ics"'; add_header Vary Accept-Encoding;
    }}
}}
"""

    def __init__(self, b, body):
        self.dir, self.port = b.dir / "nginx", free_port()
        shutil.rmtree(self.dir, ignore_errors=True)
        (self.dir / "root").mkdir(parents=True)
        (self.dir / "root/feed.ics").write_bytes(body)
        (self.dir / "conf").write_text(f"user {'root' if os.getuid() == 0 else 'nobody'};\n" * (os.getuid() == 0)
                                       + self.CONF.format(dir=self.dir, port=self.port))
        self.process = subprocess.Popen([NGINX, "-p", self.dir, "-c", self.dir / "conf"], stderr=subprocess.DEVNULL)
        got = wait_for("nginx", self.answer)
        self.etag = got.headers["ETag"]
        b.expect(got.status == 200 and got.body == body, f"nginx: {got.status}, {len(got.body)} bytes")

    def answer(self):
        if self.process.poll() is not None:
            raise RuntimeError("nginx ended: " + (self.dir / "error.log").read_text())
        try:
            wire = fire.Wire(self.port)
        except ConnectionError:
            return None
        wire.send(head_and_body("GET", "/feed.ics"))
        return wire.receive("GET")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(fire.WAIT)


# ---- reads ----

def expert(b):
    """One expert, whole, against one row of a table, at 8 clients."""
    d = b.start()
    ids = b.sql("select id from experts order by seq limit 119").splitlines()
    calls = [b.get(f"/v1/experts/{i}", "coordinator") for i in ids]
    script = f"\\set n random(1, {len(ids)})\nselect * from bench.one where n = :n;\n"
    ours, theirs = b.turns(
        lambda r: b.load(d.port, calls, "-c", 8, "-s", b.sizes.seconds, "-o", 200),
        lambda r: b.pgbench(script, 8, "-T", max(1, round(b.sizes.seconds))))
    b.row("one expert, 8 clients", "calls/s", each(ours, "rate"), each(theirs, "rate"), least=0.8)
    d.stop()


def candidates(b):
    """Who could serve a request, another one each time, so that no reply is kept; against the query that made a
    panel of rows for each. Core's part of it; and the same request again."""
    d = b.start()
    asked = open_request(b)
    first = b.add_requests([0] * MANY_REQUESTS, [0] * MANY_REQUESTS, list(range(MANY_REQUESTS)))
    calls = [b.get(f"/v1/requests/{q}/candidates", "coordinator") for q in b.sql(
        f"select request_id from bench.bookings where n >= {first} and n < {first + MANY_REQUESTS} order by n").split()]
    ours, theirs = b.turns(
        lambda r: b.load(d.port, calls, "-c", 1, "-s", b.sizes.seconds, "-o", 200),
        lambda r: b.pgbench(f"select api.request_panel('{asked}');\n", 1, "-T", max(1, round(b.sizes.seconds))))
    said = b.program(BUILD / "tests/bench/rank", b.sizes.ranked, input=b.sql(f"select api.request_panel('{asked}')"))
    b.row("candidates, and the panel's query", "ms", each(ours, "p50_us", 1e-3), each(theirs, "p50_us", 1e-3), faster=True)
    if said:
        b.row("candidates, core's rank alone", "ms", float(said.split()[0].removeprefix("us=")) / 1000)
    warm(b, d, asked)
    d.stop()


def warm(b, d, asked):
    """The same while nothing changes, against as many bytes of which nothing has to be made."""
    path = f"/v1/requests/{asked}/candidates"
    reply = d.call("GET", path)
    (b.dir / "static").write_bytes(reply.body)
    server = subprocess.Popen([BUILD / "tests/bench/static", b.dir / "static"], stdout=subprocess.PIPE, text=True)
    port = int(server.stdout.readline())
    try:
        ours, theirs = b.turns(
            lambda r: on_core(b, d.process.pid, d.port, b.get(path, "coordinator")),
            lambda r: on_core(b, server.pid, port, b.get("/static")))
    finally:
        server.kill()
        server.wait()
    experts = len(reply.json["candidates"] + reply.json["ineligible"])
    b.row(f"candidates, warm: {experts} experts, {len(reply.body) / 1000:.0f} KB", "calls/s", each(ours, "rate"),
          each(theirs, "rate"), least=0.5)
    b.row("candidates, warm, CPU of the server", "us", each(ours, "cpu_us"), each(theirs, "cpu_us"), faster=True)


def open_request(b):
    """The sample's, or one more."""
    find = "select id from requests where state = 'open' and upper(windows) > api.clock() order by seq limit 1"
    if not b.sql(find):
        b.add_requests([0], [0], [0])
    return b.sql(find)


# ---- flow ----

def flow(b):
    """An expo and a nation's worth of requests, proved optimal, against LEMON's network simplex on the
    same arcs, all of them; seconds of CPU. The nation's LEMON takes long: one turn each."""
    for size in b.sizes.expos:
        sides = b.turns(*(lambda r, side=side: solved(b, side, size) for side in ("simplex", "columns", "lemon")))
        for name, got in zip(("network simplex", "columns"), sides):
            b.row(f"expo, {size[0]:,} requests, {name}", "ms", each(got, "seconds", 1e3),
                  each(sides[-1], "seconds", 1e3), faster=True, least=0.83)
        b.expect(len({r["cost"] for side in sides for r in side}) == 1, f"flow: {size}: {sides}")
    size = b.sizes.expos[0]
    again, = b.turns(lambda r: solved(b, "again", size))
    b.expect(all(r["moved"] <= r["lost"] + size[0] / 100 for r in again), f"flow: again: {again}")
    b.row(f"expo, {size[0]:,} requests, an expert drops out; the first answer", "ms", each(again, "seconds", 1e3),
          each(again, "first", 1e3), faster=True, least=0.67)
    ours, theirs = (solved(b, side, b.sizes.nation) for side in ("columns", "lemon"))
    b.expect(ours["cost"] == theirs["cost"], f"flow: {b.sizes.nation}: {ours} {theirs}")
    name = f"nation, {b.sizes.nation[0]:,} requests, {theirs['arcs'] / 1e6:.0f} M arcs"
    b.row(name, "s", ours["seconds"], theirs["seconds"], faster=True, least=2)
    b.row(f"{name}, memory", "MB", ours["kib"] / 1024, theirs["kib"] / 1024, faster=True, least=4)


def solved(b, side, size, seed=1):
    said = b.program(BUILD / "tests/bench/flow", side, *size, seed)
    return {k: float(v) for k, v in (word.split("=") for word in said.split())} or {
        "seconds": 0, "kib": 0, "cost": -1, "arcs": 0, "first": 0, "lost": 0, "moved": 0}


# ---- plan ----

def plan(b):
    """An expo whose caps and booths cross, proved, against CBC on the whole model; then an expert drops
    out. Seconds of CPU. CBC takes long: one turn."""
    requests = b.sizes.planned
    d = planref.expo(1, requests=requests, experts=max(requests * 119 // 1000, 20), booths=max(requests // 25, 3),
                     candidates=20 if requests >= 1000 else 6, windows=(4, 10))
    d["lambda"] = [d["chosen"]]
    dropped = None
    first, again = [], []
    for _ in range(b.sizes.rounds):
        first.append(planned(d))
        dropped, lost = drop_out(d, first[-1]["plan"])
        again.append(planned(dropped))
    before = cpu_of_children()
    best = planref.Whole(d).best(b.dir)
    cbc = cpu_of_children() - before
    p = first[-1]["plan"]
    b.expect(p["end"] == "optimal" and sum(p["served"]) == requests and p["value"] == best, f"plan: {p['end']} {p['value']} {best}")
    name = f"expo with crossing caps, {requests:,} requests"
    b.row(f"{name}, proved", "s", each(first, "seconds"), cbc, faster=True, least=5)
    b.row(f"{name}, gap <= 0.01 %", "s", each(first, "near"), cbc, faster=True, least=20)
    b.row(f"an expert drops out, {requests:,} requests", "s", each(again, "seconds"), each(first, "seconds"), faster=True, least=0.67)
    b.row(f"moved besides the {lost} lost", "", again[-1]["plan"]["moved"], most=requests * 0.01)
    b.expect(again[-1]["plan"]["end"] == "optimal", "plan: the second one is not proved")


def planned(document):
    """The plan, the CPU it took, and the CPU until best and bound were as near as 0.01 %."""
    before, near = cpu_of_children(), None
    worker = subprocess.Popen([fire.JAMUND, "worker", "plan"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={})
    worker.stdin.write(json.dumps(document))
    worker.stdin.close()
    for line in worker.stdout:
        said = json.loads(line)
        now = said.get("progress", {})
        if now.get("stage") == "value" and near is None and now["bound"]["value"] - now["best"]["value"] <= 1e-4 * now["best"]["value"]:
            near = cpu_seconds(worker.pid)
    worker.wait()
    took = cpu_of_children() - before
    return {"plan": said["plan"], "seconds": took, "near": min(near or took, took)}


def drop_out(document, p):
    """The busiest expert is gone, everybody else was told; and how many appointments are lost."""
    d = copy.deepcopy(document)
    load = collections.Counter(x["experts"][0] for x in p["assigned"])
    gone = load.most_common(1)[0][0]
    for x in p["assigned"]:
        if x["experts"][0] != gone:
            d["requests"][x["request"]]["kept"] = {"experts": x["experts"], "slot": x["slot"], "weight": 100, "pinned": False}
    d["experts"][gone]["free"] = []
    return d, load[gone]


def cpu_of_children():
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


# ---- memory ----

def memory(b):
    """PSS with the sample data, and what connections and streams add; idle ones to a daemon that has
    done nothing else, whose heap has no room left over from greater things."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    many = {"conns_max": FILES, "conns_per_address_max": FILES, "changes_streams_max": FILES}
    d = b.start(**many)
    first = connect(b, d, b.sizes.idle // 10, b.get("/assets/page.css"))
    before = pss_kib(d)
    idle = connect(b, d, b.sizes.idle, b.get("/assets/page.css"))
    each_one = (pss_kib(d) - before) / len(idle)
    close(d, first + idle)
    d.stop()
    d = b.start(**many)
    asked = open_request(b)
    for path in ("/v1/experts", "/v1/companies", "/v1/cases", f"/v1/requests/{asked}/candidates", "/v1/appointments"):
        reply = d.call("GET", path)
        b.expect(reply.status == 200, f"memory: {path}: {reply}")
    b.row("PSS with the sample data", "MB", pss_kib(d) / 1024, most=16)
    b.row("an idle connection", "KiB", each_one, most=3)
    streams = connect(b, d, b.sizes.streams, b.get("/v1/changes", "coordinator"))
    b.row(f"PSS with {len(streams)} streams", "MB", pss_kib(d) / 1024, most=100)
    close(d, streams)
    d.stop()


def connect(b, d, count, call):
    """So many connections, each answered once (the head at least) and left open."""
    wires = []
    for _ in range(count):
        wires.append(fire.Wire(d.port))
        wires[-1].send(call)
        head = wires[-1].sock.recv(1 << 16)
        b.expect(head.startswith(b"HTTP/1.1 200 "), f"memory: {head[:100]}")
    return wires


def close(d, wires):
    for wire in wires:
        wire.close()
    wait_for("the connections' end", lambda: d.files() < 100)


def pss_kib(d):
    for line in pathlib.Path(f"/proc/{d.process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise KeyError("Pss")


# ---- all of it ----

ROWS = {f.__name__: f for f in (booking, race, feed, polled, dav, expert, candidates, core_rows.ranking, core_rows.slots,
                                core_rows.board, fairness, flow, plan, memory)}
HEAD = ["name", "value", "unit", "reference", "ratio", "aim", "met"]


def show(rows, file):
    lines = [HEAD] + [r.cells for r in rows]
    wide = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    for line in lines:
        print("  ".join(x.rjust(w) if i in (1, 3, 4) else x.ljust(w) for i, (x, w) in enumerate(zip(line, wide))).rstrip())
    file.write_text("".join("\t".join(line) + "\n" for line in lines))


def main(args):
    options = {a for a in args if a.startswith("--")}
    if options - {"--smoke", "--bare"}:
        raise SystemExit(__doc__)
    names = [a for a in args if a not in options] or list(ROWS)
    if unknown := [n for n in names if n not in ROWS]:
        raise SystemExit(f"no such row: {' '.join(unknown)} (there are: {' '.join(ROWS)})")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Bench(SMOKE if "--smoke" in options else Sizes(sample="--bare" not in options)) as b:
        try:
            for name in names:
                begin = time.monotonic()
                ROWS[name](b)
                print(f"# {name}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
            b.faults += [f"log: {line}" for d in b.daemons for line in d.oddities()]
        finally: # what was measured is told, even when it is broken off
            show(b.rows, pathlib.Path(os.environ.get("BENCH_TSV", TOP / "build/bench.tsv")))
            for fault in b.faults:
                print("WRONG", fault)
        return 1 if b.faults or not b.rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
