#!/usr/bin/python3
# The end of a daemon: it says so first, serves on, ends what is under way, takes nothing new. Two daemons
# behind HAProxy are restarted one after the other under load, and no call is lost.
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import uuid

from fire import GONE, SANITIZED, WAIT, House, Session, Tap, Wire, faults, head_and_body, start, wait_for

CLIENTS, ROUNDS, NOTICE = 8, 1 if SANITIZED else 2, "4s"
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
points = Tap()


def free_ports(n):
    """As many different ones."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in listeners]
    for s in listeners:
        s.close()
    return ports


class Caller(threading.Thread):
    """One connection that is kept; a new one where the front closed it between two calls."""

    def __init__(self, house, port, company):
        super().__init__(daemon=True)
        self.h, self.port, self.company, self.stop = house, port, company, threading.Event()
        self.done, self.odd, self.wire = [], [], None

    def run(self):
        while not self.stop.is_set():
            title = f"굴러가는 {uuid.uuid4()}"
            call = head_and_body("POST", "/v1/cases", self.h.case(self.company, title=title), self.h.tokens["field"], title[5:])
            try:
                self.wire = self.wire or Wire(self.port)
                self.wire.send(call)
                reply = self.wire.receive()
            except GONE as why:
                self.odd.append(f"{type(why).__name__} {why}")
                self.wire = None
                continue
            if reply.status == 201:
                self.done.append(title)
            else:
                self.odd.append(str(reply))
            if reply.headers.get("Connection", "").lower() == "close":
                self.wire.close()
                self.wire = None


def drains(h):
    """One daemon asked to end with a call under way, one waiting, one connection idle."""
    d = h.start(drain_wait=NOTICE, write_conns=1, write_timeout="60s", call_deadline="60s")
    company, expert = d.made("POST", "/v1/companies", h.company()), h.made_expert(d)
    asked = [h.made_request(d, company) for _ in range(2)]
    holder = Session(h)
    holder.run(f"begin; select from jamund.experts where id = '{expert['id']}' for update")
    wires = [Wire(d.port) for _ in range(2)]
    for k, wire in enumerate(wires):
        wire.send(head_and_body("POST", "/v1/appointments", h.offer(asked[k], expert, start(20 + k)),
                                h.tokens["coordinator"], f"drain-{k}"))
    wait_for("one to wait for the other", lambda: d.metric('asks_queued{lane="write"}') >= 1)
    d.process.terminate()
    wait_for("serve.leave", lambda: "serve.leave" in d.log.read_text())
    points.equal((d.admin("/readyz").status, d.admin("/livez").status, d.call("GET", "/v1/fields").status), (503, 200, 200),
                 "asked to end: not ready at once, and serving still")
    idle = Wire(d.port)
    wait_for("serve.drain", lambda: "serve.drain calls=2" in d.log.read_text())
    points.ok(wait_for("a refusal", d.refuses), "after drain_wait nobody new is let in")
    points.equal(idle.sock.recv(1), b"", "who had nothing under way is let go")
    holder.close()
    points.equal([w.receive().status for w in wires], [201, 201], "what was under way, and what waited, is answered")
    points.equal((d.process.wait(WAIT), d.oddities()), (0, []), "then it ends well")


def stuck(h):
    """A call that never ends does not keep the daemon from its end."""
    d = h.start(call_deadline="1s", write_timeout="60s")
    company = d.made("POST", "/v1/companies", h.company())
    expert, asked, holder = h.made_expert(d), h.made_request(d, company), Session(h)
    holder.run(f"begin; select from jamund.experts where id = '{expert['id']}' for update")
    wire = Wire(d.port)
    wire.send(head_and_body("POST", "/v1/appointments", h.offer(asked, expert, start(30)), h.tokens["coordinator"], "stuck"))
    wait_for("it to wait", lambda: h.sql("select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname ="
                                         f" '{h.name}'"))
    d.process.terminate()
    points.equal((wire.receive().status, d.process.wait(WAIT)), (504, 0), "a call that gets nowhere is answered at its"
                 " deadline, and the daemon ends")
    holder.close()


def rolled(h):
    """Both daemons restarted, in turn, while clients call through HAProxy."""
    front, *four = free_ports(5)
    ports = dict(zip(("A", "A_ADMIN", "B", "B_ADMIN"), four))

    def daemon(name):
        return h.start(listen=f"127.0.0.1:{ports[name]}", admin_listen=f"127.0.0.1:{ports[name + '_ADMIN']}", drain_wait=NOTICE)
    daemons = {name: daemon(name) for name in "AB"}
    env = {"PATH": os.environ["PATH"], "JAMUND_FRONT": f"127.0.0.1:{front}",
           **{f"JAMUND_{k}": str(v) if "ADMIN" in k else f"127.0.0.1:{v}" for k, v in ports.items()}}
    proxy = subprocess.Popen([HAPROXY, "-db", "-f", str(pathlib.Path(__file__).with_name("haproxy.cfg"))], env=env,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def through():
            try:
                wire = Wire(front)
                wire.send(head_and_body("GET", "/v1/fields", token=h.tokens["field"]))
                return wire.receive("GET").status == 200
            except GONE:
                return False
        wait_for("HAProxy", through)
        company = daemons["A"].made("POST", "/v1/companies", h.company())
        callers = [Caller(h, front, company) for _ in range(CLIENTS)]
        for c in callers:
            c.start()
        served = []
        for _ in range(ROUNDS):
            for name in "AB":
                before = sum(len(c.done) for c in callers)
                wait_for("calls", lambda: sum(len(c.done) for c in callers) > before + CLIENTS)
                ended = daemons[name].stop()
                down = sum(len(c.done) for c in callers)
                wait_for("calls while one is down", lambda: sum(len(c.done) for c in callers) > down + CLIENTS)
                daemons[name] = daemon(name)
                served.append(ended)
                at = daemons[name]
                wait_for("traffic again", lambda: at.metric('replies_total{class="2xx"}') > 2)
        for c in callers:
            c.stop.set()
        for c in callers:
            c.join(WAIT)
        done, odd = [x for c in callers for x in c.done], [x for c in callers for x in c.odd]
        points.equal(served, [0] * 2 * ROUNDS, "each daemon ended well, with calls going on")
        points.equal(odd[:5], [], f"{len(done)} calls through HAProxy while both were restarted {ROUNDS} times: none was lost")
        kept = set(h.sql("select title from cases where title like '굴러가는 %'").splitlines())
        points.equal((len(kept), kept == set(done)), (len(done), True), "each of them had its effect, once")
    finally:
        proxy.terminate()
        proxy.wait(WAIT)
    for d in daemons.values():
        points.equal((d.stop(), d.oddities()), (0, []), "the daemon ended well")


with House("fire_rolling", sweep_every="1h") as h:
    drains(h)
    stuck(h)
    rolled(h)
    points.equal(faults(h), [], "no promise is broken")
points.done()
