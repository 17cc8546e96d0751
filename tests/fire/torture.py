#!/usr/bin/python3
"""Two daemons, one database, clients and a nemesis: `torture.py --seconds 600 --seed 7` ends 1 when a promise is broken.

make torture MINUTES=10 runs it for long, make fire for a short while (torture.t). The seed draws the faults and what
each client does; what the machine does in between nobody can repeat.
"""
import argparse
import collections
import concurrent.futures
import pathlib
import re
import time

from clients import COMPANIES, EXPERTS, Book, Client
from fire import Daemon, House, wait_for
from history import History
from mail_server import MailServer
from nemesis import Nemesis
from promises import State
from proxy import Proxy
from verdict import Run

CLIENTS = 16
SETTLE = 90  # seconds until what is unknown must be known, and every mail gone
SETTINGS = {"outbox_lease": "3s", "outbox_backoff": "10ms", "call_deadline": "1500ms", "smtp_tls": "none",
            "feed_fresh": "0ms"}  # of two daemons neither may show what the other has changed


class Torture:
    def __init__(self, house, seconds, seed):
        self.h, self.seconds, self.seed = house, seconds, seed
        self.mails, self.wires, self.daemons = MailServer(), {}, []
        house.sql("update office set settle_seconds = 1")
        self.wires["mail"] = Proxy(lambda: ("127.0.0.1", self.mails.port))
        for i in range(2):
            socket_ = house.dir / f"wire.{i}"
            socket_.mkdir()
            self.wires[f"pg {i}"] = Proxy(lambda: house.pg_env["PGHOST"] + "/.s.PGSQL.5432", str(socket_ / ".s.PGSQL.5432"))
            self.daemons.append(self.daemon(i).ready())
            self.wires[f"clients {i}"] = Proxy(lambda i=i: ("127.0.0.1", self.daemons[i].port))
        self.ports = [self.wires[f"clients {i}"].port for i in range(2)]
        self.history = History(house.dir / "history.jsonl")
        self.book = Book(house)
        self.people()

    def daemon(self, i):
        return Daemon(self.h, {**SETTINGS, "smtp_url": f"smtp://127.0.0.1:{self.wires['mail'].port}",
                               "database": f"host={self.h.dir}/wire.{i} user=jamund dbname={self.h.name}"})

    def restart(self, i):
        self.daemons[i] = self.daemon(i)

    def people(self):
        d, h = self.daemons[0], self.h
        for n in range(EXPERTS):
            expert = h.made_expert(d, buffers={"before": 10 * (n % 3), "after": 15 * (n % 2)})
            self.book.experts.append(expert)
            url = d.made("POST", f"/v1/experts/{expert['id']}/feed", {}, token="manager")["url"]
            self.book.feeds.append(re.search("/feeds/.*", url).group())
        self.clients = [Client(n, self.book, self.history, self.ports, self.mails, self.seed) for n in range(CLIENTS)]
        while len(self.book.companies) < COMPANIES:
            self.clients[0].company()

    def burn(self, faults=8):
        """The fire itself, of so many faults at least; then calm, and nothing unknown any more. What went wrong besides."""
        self.nemesis = Nemesis(self.h, self.daemons, self.restart, self.wires, self.mails, self.seed)
        threads = self.clients + [self.nemesis]
        for t in threads:
            t.start()
        time.sleep(self.seconds)
        wait_for("faults", lambda: self.nemesis.error or sum(self.nemesis.done.values()) >= faults, 120)
        for t in threads:
            t.stop.set()
        for t in threads:
            t.join(60)
        odd = [f"a thread: {t.error or 'goes on'}" for t in threads if t.error or t.is_alive()]
        for i, d in enumerate(self.daemons):
            if d.process.poll() is not None:
                odd.append(f"daemon {i} ended by itself")
                self.restart(i)
            self.daemons[i].ready()
        return odd + self.calm()

    def calm(self):
        with concurrent.futures.ThreadPoolExecutor(len(self.clients)) as all_:
            known = list(all_.map(lambda c: c.settle(SETTLE), self.clients))
        odd = [f"client {n} has calls without an end" for n, well in enumerate(known) if not well]
        self.mails.cut.clear()
        self.mails.say.clear()
        self.h.sql("update messages set due_at = clock_timestamp() where state = 'retry'")
        self.last_mail()
        return odd

    def last_mail(self):
        wait_for("the last mail", lambda: not self.h.sql(
            "select 1 from messages where state in ('queued', 'sending', 'retry') and (due_at <= clock_timestamp()"
            " + interval '3 s' or state <> 'queued') limit 1"), SETTLE)  # reminders are for later

    def feeds(self):
        """Every feed, by both daemons and by one that has nothing in memory."""
        fresh = self.daemon(0).ready()
        seen = {path: {who: self.feed(d, path) for who, d in (("0", self.daemons[0]), ("1", self.daemons[1]), ("fresh", fresh))}
                for path in self.book.feeds}
        fresh.stop()
        return seen

    @staticmethod
    def feed(d, path):
        got = d.call("GET", path, token=None)
        return got.status, got.headers["ETag"], got.body

    def verdict(self):
        """All at one moment: the ladder may still ask somebody, so that it is taken again until nothing moved."""
        while True:
            self.last_mail()
            before = self.moment()
            run = Run(State(self.h), self.history.read(), list(self.mails.taken), self.feeds())
            if self.moment() == before:
                return run

    def moment(self):
        return self.h.sql("select max(version) from change_log; select state, count(*) from messages group by 1 order by 1")

    def end(self):
        """What the daemons that were not killed have to say."""
        odd = [f"daemon {i} ended with {d.stop()}" for i, d in enumerate(self.daemons) if d.stop() != 0]
        return odd + [line for d in self.h.daemons for line in d.oddities()]


def figures(t, run):
    ops = run.writes + run.links
    asked_again = [o for o in run.writes if o.unknowns]
    had = sum(o.end == "ok" and bool(o.again) and run.kept[o.key]["at"] < o.again for o in asked_again if o.key in run.kept)
    yield f"seed {t.seed}, {t.seconds} s: {len(ops)} writes by {CLIENTS} clients: " + ", ".join(
        f"{n} {f}" for f, n in sorted(collections.Counter(o.f for o in ops).items()))
    yield "; ".join(f"{at - t.nemesis.log[0][0]:.1f} s {name}" for at, name in t.nemesis.log)
    yield f"{sum(t.nemesis.done.values())} faults: " + ", ".join(f"{n} × {f}" for f, n in sorted(t.nemesis.done.items()))
    yield (f"answers: " + ", ".join(f"{n} {k}" for k, n in sorted(collections.Counter(str(o.end) for o in ops).items()))
           + f"; {sum(o.unknowns for o in ops)} tries without an outcome, of {len(asked_again)} writes with a key and"
           f" {sum(o.unknowns > 0 for o in run.links)} by link")
    yield (f"the {len(asked_again)} unknown: {had} had happened when they were asked again, "
           f"{sum(o.end == 'ok' for o in asked_again) - had} happened then, {sum(o.end == 'fail' for o in asked_again)} never")
    s = run.s
    yield (f"left: {len(s.change_log)} changes, {len(s.appointments)} appointments, {len(s.revisions)} revisions,"
           f" {len(s.messages)} messages; {len(run.mails)} mails taken,"
           f" {len(run.mails) - len({m.id for m in run.mails})} of them again")


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--seconds", type=float, default=60)
    words.add_argument("--minutes", type=float, default=0)
    words.add_argument("--seed", type=int, default=int(time.time()))
    words.add_argument("--keep", type=pathlib.Path, help="where the history goes")
    args = words.parse_args()
    with House("fire_torture", durable=True) as h:
        t = Torture(h, args.seconds + 60 * args.minutes, args.seed)
        odd = t.burn()
        run = t.verdict()
        odd += run.faults() + t.end()
        print(*figures(t, run), sep="\n")
        if args.keep:
            args.keep.write_bytes(t.history.path.read_bytes())
    print(*(odd or ["no promise broken"]), sep="\n")
    raise SystemExit(bool(odd))


if __name__ == "__main__":
    main()
