"""The row `polled`: as many feeds as there are, each polled once in a minute by a client that comes anew, at its time
whether others were answered or not; what it takes is counted from that time. Of five clients four know what they got
last and one does not; a third takes gzip. Meanwhile experts are booked, so that some bodies are new.
"""
import concurrent.futures
import os
import pathlib
import subprocess

import fire

KNOWN_OF = 5  # one of so many knows nothing


def made(b, n, digit):
    """The paths of so many new feeds of experts; digit sets their secrets apart from those of others."""
    b.sql(f"""insert into feeds (id, hash, label, expert_id, created_at)
        select gen_random_uuid(), encode(sha256(convert_to(lpad(i::text, 43, '{digit}'), 'UTF8')), 'hex'), 'bench ' || i,
               (array(select id from experts order by seq))[1 + i % (select count(*) from experts)::int], now()
          from generate_series(0, {n - 1}) i""")
    return [f"/feeds/{i:{digit}>43}.ics" for i in range(n)]


def known(d, calls):
    """The tags of what they give now."""
    wire, tags = fire.Wire(d.port), []
    for call in calls:
        wire.send(call)
        got = wire.receive("GET")
        tags.append(got.headers["ETag"])
    wire.close()
    return tags


def polled(b, bookings):
    d, n = b.start(), b.sizes.polled
    paths = made(b, n, "x")
    accept = [{"accept_encoding": "gzip"} if i % 3 == 0 else {} for i in range(n)]
    tags = known(d, [b.get(p, **a) for p, a in zip(paths, accept)])
    calls = [b.get(p, **a, **({"if_none_match": t} if i % KNOWN_OF else {})) for i, (p, a, t) in enumerate(zip(paths, accept, tags))]
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        booked = other.submit(b.load, d.port, bookings, "-c", 8, "-e", b.sizes.minute, "-n", "-o", 201)
        got = b.load(d.port, calls, "-c", 256, "-e", b.sizes.minute, "-n", "-o", "200,304")
        booked = booked.result()
    b.expect(got["good"] == n and booked["good"] == len(bookings), f"polled: {got}, {booked}")
    b.expect(0 < got["same"] <= n - n // KNOWN_OF, f"polled: {got['same']:.0f} of {n} were the same")
    d.stop()
    idle = floor(b, n)
    title = f"{n} feeds polled in {b.sizes.minute:g} s, {100 * got['same'] / max(n, 1):.0f} % of them 304"
    for name, aim in (("p99", {"most": 20}), ("p50", {})):
        b.row(f"{title}, {name}", "ms", got[f"{name}_us"] * 1e-3, idle[f"{name}_us"] * 1e-3, faster=True, **aim)


def floor(b, n):
    """What the machine itself lets nobody undercut: calls at the same pace, to a server that has nothing to do."""
    (b.dir / "static").write_bytes(b"x" * 1000)
    server = subprocess.Popen([bench_program("static"), b.dir / "static"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(server.stdout.readline())
        return b.load(port, [b.get("/static")] * max(1, n // 4), "-c", 256, "-e", b.sizes.minute / 4, "-n", "-o", 200)
    finally:
        server.kill()
        server.wait()


def bench_program(name):
    return pathlib.Path(os.environ["BUILD"]) / "tests/bench" / name
