#!/usr/bin/python3
# Two thousand streams of /v1/changes on one daemon: what they cost, and that each gets each change.
import re
import resource
import selectors
import socket

from fire import SANITIZED, WAIT, House, Tap, head_and_body, wait_for

MANY = 200 if SANITIZED else 2000
MIB_MAX = 100  # the daemon's PSS, whole
points = Tap()
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
if hard < 2 * MANY:
    raise SystemExit(f"1..0 # skip: {hard} descriptors")
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def pss(d):
    """KiB of the daemon's memory, shared pages counted by their part."""
    with open(f"/proc/{d.process.pid}/smaps_rollup") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


class Crowd:
    """Sockets that are read when something comes; `got` is what each has received."""

    def __init__(self):
        self.selector, self.got = selectors.DefaultSelector(), {}

    def add(self, port, request):
        sock = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        sock.sendall(request)
        self.got[sock] = b""
        self.selector.register(sock, selectors.EVENT_READ)

    def read(self):
        for key, _ in self.selector.select(0.1):
            more = key.fileobj.recv(65536)
            self.got[key.fileobj] += more
            if not more:
                raise ConnectionError("a stream ended")

    def until(self, text):
        def there():
            self.read()
            return all(text in got for got in self.got.values())
        wait_for(text, there)


with House("fire_streams", conns_max=2 * MANY, conns_per_address_max=2 * MANY, changes_streams_max=MANY,
           changes_heartbeat="60s") as h:
    d, crowd = h.start(), Crowd()
    for _ in range(3):
        d.made("POST", "/v1/companies", h.company())
    request = head_and_body("GET", "/v1/changes", token=h.tokens["coordinator"])
    before = pss(d)
    for n in range(MANY):
        crowd.add(d.port, request)
        if n % 100 == 99:
            crowd.until(b"id: ")
    idle = pss(d)
    points.ok(d.metric("changes_streams") == MANY, f"{MANY} streams")
    points.equal(d.call("GET", "/v1/changes", token="coordinator").status, 503, "and no more")
    ids = [d.made("POST", "/v1/companies", h.company())["id"].encode() for _ in range(10)]
    crowd.until(ids[-1])
    busy = pss(d)
    points.ok(all(re.findall(b'"id": "([^"]+)"', got)[-10:] == ids for got in crowd.got.values()),
              "each gets each of ten changes, in order")
    points.note(f"PSS: {before} KiB before, {idle} KiB with {MANY} idle streams"
                f" ({(idle - before) / MANY:.2f} KiB each), {busy} KiB after changes")
    points.ok(SANITIZED or busy <= MIB_MAX * 1024, f"PSS is at most {MIB_MAX} MiB", busy)
    points.ok(SANITIZED or (idle - before) / MANY <= 3, "an idle stream costs at most 3 KiB", (idle - before) / MANY)
    for sock in crowd.got:
        sock.close()
    wait_for("all to be gone", lambda: d.metric("changes_streams") == 0)
    points.equal(d.stop(), 0, "the daemon ends well")
    points.equal(d.oddities(), [], "and had nothing odd to say")
points.done()
