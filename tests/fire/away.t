#!/usr/bin/python3
# PostgreSQL away, clients that leave, the end of a daemon: nothing is lost, nobody waits for ever, and
# everything recovers by itself.
import re
import time

from fire import WAIT, House, Session, Tap, Wire, faults, head_and_body, start, wait_for
from mail_server import MailServer

FORM = "application/x-www-form-urlencoded"
points = Tap()


def blocked(h):
    """Calls that wait for a lock in PostgreSQL."""
    return int(h.sql("select count(*) from pg_stat_activity where usename = 'jamund' and wait_event_type = 'Lock'"
                     f" and datname = '{h.name}'"))


def busy(h):
    """Connections of the daemon that PostgreSQL works for."""
    return int(h.sql("select count(*) from pg_stat_activity where usename = 'jamund' and state <> 'idle'"
                     f" and datname = '{h.name}'"))


def away(d, h, feed, link, expert, request):
    """What each kind of client gets while PostgreSQL is stopped."""
    wait_for("/readyz to say so", lambda: d.admin("/readyz").status == 503)
    points.equal(d.admin("/livez").status, 200, "away: alive, but not ready")
    writes = [("/v1/companies", h.company()), ("/v1/appointments", h.offer(request, expert, start(3)))]
    for path, body in writes:
        reply = d.call("POST", path, body)  # at its deadline it would get 504
        points.ok(reply.status == 503 and int(reply.headers["Retry-After"]) >= 1 and reply.code == "unavailable",
                  f"away: POST {path} is told to come again later", reply)
    for path in ("/v1/experts", f"/v1/requests/{request['id']}/candidates", f"/v1/requests/{request['id']}/slots"):
        reply = d.call("GET", path)
        points.ok(reply.status == 503 and reply.headers["Retry-After"], f"away: so is a read, {path}", reply)
    path, known = feed
    reply = d.call("GET", path, token=None)
    points.ok(reply.status == 200 and reply.body == known.body and reply.headers["ETag"] == known.headers["ETag"],
              "away: a feed goes on with what is known", reply)
    other = d.call("GET", "/feeds/" + "x" * 43 + ".ics", token=None)
    points.equal(other.status, 503, "away: a feed that is not known is neither gone nor empty")
    for method, body in (("GET", None), ("POST", b"answer=accept&revision=1")):
        page = d.call(method, link, body, token=None, media=FORM)
        text = page.body.decode()
        points.ok(page.status == 503 and "text/html" in page.headers["Content-Type"] and re.search("[가-힣]", text)
                  and "<form" not in text, f"away: {method} of an expert's page says so in words", page)


with House("fire_away", durable=True) as h:
    mail = MailServer()
    settings = {"smtp_url": f"smtp://127.0.0.1:{mail.port}", "smtp_tls": "none", "outbox_backoff": "10ms"}
    d = h.start(**settings)
    expert, spare = h.made_expert(d), h.made_expert(d)
    request = h.made_request(d)
    offered = d.made("POST", "/v1/appointments", h.offer(h.made_request(d), expert, start(1)))
    wait_for("the mail", lambda: mail.taken)
    words = "".join(p.get_payload(decode=True).decode() for p in mail.taken[0].mail.walk() if not p.is_multipart())
    link = re.search(r"/r/[A-Za-z0-9_-]+", words).group()
    feed = re.search("/feeds/.*", d.made("POST", f"/v1/experts/{expert['id']}/feed", {}, token="manager")["url"]).group()
    known = d.call("GET", feed, token=None)
    points.ok(known.status == d.call("GET", link, token=None).status == 200, "the feed and the page are there", known)
    company, key = h.company(), "away-1"
    ranked = d.call("GET", f"/v1/requests/{request['id']}/candidates")
    points.equal(ranked.status, 200, "the request has its candidates")

    # ---- PostgreSQL stops and comes back ----
    h.pg_stop()
    first = d.call("POST", "/v1/companies", company, key=key)
    points.ok(first.status == 503 and first.headers["Retry-After"], "the very first write after the stop: 503", first)
    away(d, h, (feed, known), link, expert, request)
    h.pg_start()
    d.ready()
    again = d.call("POST", "/v1/companies", company, key=key)
    points.ok(again.status == 201 and d.process.poll() is None, "back: the same daemon serves, the same key goes on",
              again)
    points.equal(d.call("GET", feed, token=None).body, known.body, "back: the feed is the same")
    points.equal(d.call("GET", link, token=None).status, 200, "back: so is the page")
    now = d.call("GET", f"/v1/requests/{request['id']}/candidates").json
    points.ok([c["expert"] for c in now["candidates"]] == [c["expert"] for c in ranked.json["candidates"]] and now["as_of"] > ranked.json["as_of"],
              "back: and the candidates, as of now", now)
    same = d.call("POST", "/v1/companies", company, key=key)
    points.equal(same.json, again.json, "back: the key had one effect")

    # ---- PostgreSQL goes while a mail is on its way ----
    mail.taken.clear()
    mail.go_on.clear()
    made = d.made("POST", "/v1/appointments", h.offer(request, expert, start(3)))
    wait_for("a mail in hand", lambda: mail.held)
    h.pg_stop()
    mail.go_on.set()
    wait_for("its end", lambda: not mail.held)
    h.pg_start()
    d.ready()
    wait_for("its mark", lambda: h.sql(f"select state from messages where appointment_id = '{made['id']}'") == "sent")
    points.equal(len(mail.taken), 1, "a mail that left while PostgreSQL was away is marked later, not sent twice")

    # ---- an offer runs out while everything is down ----
    late = d.made("POST", "/v1/appointments", h.offer(h.made_request(d), expert, start(5)))
    d.kill()  # first: who is up looks ten times a second
    due = float(h.sql(f"update seats set respond_by = clock_timestamp() + interval '1 s' where appointment_id ="
                      f" '{late['id']}' returning extract(epoch from respond_by)"))
    state = h.sql(f"select state from seats where appointment_id = '{late['id']}'")
    h.pg_stop()
    wait_for("respond_by to pass", lambda: time.time() > due + 0.1)
    h.pg_start()
    d = h.start(**settings)
    wait_for("the offer to expire", lambda: h.sql(
        f"select state from seats where appointment_id = '{late['id']}'") == "expired")
    points.equal((state, d.made("GET", f"/v1/requests/{late['request_id']}")["state"]), ("offered", "open"),
                 "an offer that ran out while all was down expires after the start; the request is open")
    wait_for("the owner's mail", lambda: h.sql("select state from messages where kind = 'expired' and appointment_id ="
                                               f" '{late['id']}'") == "sent")
    points.ok(not h.sql(f"select 1 from holds where appointment_id = '{late['id']}'"), "its time is free, its owner told")

    # ---- clients that leave ----
    d.stop()
    # nothing but the clients' calls in the queues; mails go to the spool; who waits for our lock is not given up
    d = h.start(sweep_every="1h", write_timeout="60s", call_deadline="60s")
    wait_for("quiet", lambda: d.metric("connections") == 0 and all(
        d.metric('store_connections{lane="%s"}' % lane) == n for lane, n in (("read", 2), ("write", 8), ("long", 1))))
    files, gone = d.files(), d.metric("requests_gone_total")
    for n, sent in ((4, 4), (16, 8)):
        requests = [h.made_request(d) for _ in range(n + 1)]
        holder = Session(h)
        holder.run(f"begin; select from jamund.experts where id = '{spare['id']}' for update")
        wires = [Wire(d.port) for _ in range(n + 1)]
        calls = [head_and_body("POST", "/v1/appointments", h.offer(q, spare, start(100 + 20 * n + k)),
                               h.tokens["coordinator"], f"leaver-{n}-{k}") for k, q in enumerate(requests)]
        for wire, call in zip(wires[:n], calls):
            wire.send(call)
        # what the daemon asks for itself (who is to be asked next, mails) may wait behind them
        wait_for("them to be under way", lambda: blocked(h) == min(n, 8)
                 and d.metric('asks_queued{lane="write"}') >= n - min(n, 8))
        wires[n].send(calls[n])
        wait_for("the last one, too", lambda: blocked(h) == min(n + 1, 8)
                 and d.metric('asks_queued{lane="write"}') >= n + 1 - min(n + 1, 8))
        for wire in wires[:n]:
            wire.close()
        gone += n
        wait_for("the door to notice", lambda: d.metric("requests_gone_total") == gone)
        if n < 8:
            points.equal(d.call("POST", "/v1/companies", h.company()).status, 201,
                         "while others wait and leave, the next is served")
        holder.close()
        stayed = wires[n].receive()
        points.ok(stayed.status == 201, f"{n} clients left in mid-call; who stayed is answered", stayed)
        wires[n].close()
        wait_for("calm", lambda: d.metric('asks_queued{lane="write"}') == 0 and busy(h) == 0)
        took = int(h.sql("select count(*) from idempotency where key like 'leaver-%s-%%'" % n))
        points.equal(took, sent + 1, f"{sent} that PostgreSQL had were decided, {n - sent} that waited were dropped")
    half = head_and_body("POST", "/v1/companies", h.company(), h.tokens["coordinator"], "half")
    for cut in (1, 20, len(half) // 2, len(half) - 1):
        wire = Wire(d.port)
        wire.send(half[:cut])
        wire.close()
    wait_for("all to be gone", lambda: d.metric("connections") == 0)
    try:  # the admin listener's own connection may end a moment after its client
        wait_for("descriptors to be closed", lambda: d.files() <= files)
    except TimeoutError:
        pass
    points.ok(d.files() <= files, "no descriptor is left over", files, d.files())
    points.equal(h.sql("select count(*) from idempotency where key = 'half'"), "0", "half a request does nothing")

    # ---- the end, with a call under way ----
    asked, holder = h.made_request(d), Session(h)
    holder.run(f"begin; select from jamund.experts where id = '{spare['id']}' for update")
    wire, idle = Wire(d.port), Wire(d.port)
    wire.send(head_and_body("POST", "/v1/appointments", h.offer(asked, spare, start(300)), h.tokens["coordinator"],
                            "last"))
    wait_for("it to be under way", lambda: blocked(h) == 1)
    d.process.terminate()
    wait_for("serve.drain", lambda: "serve.drain calls=1" in d.log.read_text())
    points.ok(wait_for("a refusal", d.refuses) and d.process.poll() is None,
              "asked to end: nobody new is let in, the call under way is waited for")
    holder.close()
    reply = wire.receive()
    points.equal((reply.status, d.process.wait(WAIT)), (201, 0), "it is answered, then the daemon ends")
    points.equal(h.sql("select status from idempotency where key = 'last'"), "201", "and what it did is there")
    points.equal(faults(h), [], "holds, revisions, messages, audit and change log agree")
    points.equal([x for e in h.daemons for x in e.oddities()], [], "no daemon had anything odd to say")
points.done()
