#!/usr/bin/python3
# The admin listener, and the end of the daemon.
import socket
import time

from service import WAIT, Service, Tap, wait_for

points = Tap()


def refused():
    try:
        socket.create_connection(("127.0.0.1", s.port)).close()
        return False
    except ConnectionError:
        return True


with Service(points) as s:
    live, ready, metrics = s.inside("/livez"), s.inside("/readyz"), s.inside("/metrics")
    points.ok(live.status == 200 and live.body == b"ok\n", "/livez: the loop turns", live)
    points.ok(ready.status == 200 and ready.body == b"ready\n", "/readyz: PostgreSQL answers", ready)
    points.ok(all(f"jamund_{name}" in metrics.body.decode() for name in
                  ("requests_total", "asks_total", "mails_sent_total", "store_connections")),
              "/metrics tells of door, store and outbox", metrics)
    before = dict(line.rsplit(" ", 1) for line in metrics.body.decode().splitlines())
    s.coordinator.get("/v1/fields")
    after = dict(line.rsplit(" ", 1) for line in s.inside("/metrics").body.decode().splitlines())
    points.ok(int(after["jamund_requests_total"]) == int(before["jamund_requests_total"]) + 1,
              "/metrics counts a request")
    points.ok(s.inside("/livez", "POST").status == 405, "the admin listener has its methods")
    points.ok(s.nobody.get("/livez").status == 404, "the public listener has no /livez")
    points.ok(s.inside("/v1/fields").status == 404, "the admin listener has no API")

    # the head is sent before the end is asked for, the body after it
    slow = socket.create_connection(("127.0.0.1", s.port))
    body = b'{"ko":"\xec\x83\x81\xeb\x8b\xb4\xec\x8b\xa4","en":"Room"}'
    slow.sendall(b"POST /v1/places HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                 b"Idempotency-Key: 1\r\nAuthorization: Bearer " + s.tokens["manager"].encode() +
                 b"\r\nContent-Length: %d\r\n\r\n" % len(body))
    wait_for("the third connection", lambda: "jamund_connections 3\n" in s.inside("/metrics").body.decode())
    s.daemon.terminate()
    wait_for("/readyz to say 503", lambda: s.inside("/readyz").status in (503, 0))
    # it says first that it is not ready; the door is shut after `drain_wait`: 0 s here, and yet a turn of the loop
    points.ok(wait_for("a refusal", refused), "after SIGTERM nobody new is let in")
    points.ok(s.daemon.poll() is None, "but what is under way holds the end up")
    slow.sendall(body)
    slow.settimeout(WAIT)
    answer = b""
    while chunk := slow.recv(65536):
        answer += chunk
    points.ok(answer.startswith(b"HTTP/1.1 201 "), "and gets its answer", answer)
    points.ok(b"Connection: close" in answer, "which says that it was the last")
    hurry = time.monotonic() + WAIT
    while s.daemon.poll() is None and time.monotonic() < hurry:  # whoever is impatient hurries the end, and does not make it a bad one
        s.daemon.terminate()
    points.ok(s.sql("select count(*) from jamund.places") == "1", "and is in the database")
points.done()
