"""What befalls the house: a fault at a time, drawn from a seed, each healed before the next."""
import contextlib
import os
import pathlib
import random
import signal
import threading
import time

CALM = (0.3, 1.2)  # seconds between faults


def pids_of(postmaster):
    kids = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, kids)]


class Nemesis(threading.Thread):
    """daemons: a list whose members change at a restart; wires: name -> Proxy."""

    def __init__(self, house, daemons, restart, wires, mails, seed):
        super().__init__(daemon=True)
        self.house, self.daemons, self.restart, self.wires, self.mails = house, daemons, restart, wires, mails
        self.pick, self.stop, self.done, self.error = random.Random(f"{seed}/nemesis"), threading.Event(), {}, None
        self.log = []  # (when, what)

    FAULTS = (("kill a daemon", 4), ("pause a daemon", 3), ("kill PostgreSQL", 2), ("pause PostgreSQL", 2), ("cut", 4),
              ("slow", 3), ("hold", 3), ("mail server cuts", 3), ("offers run out", 3), ("stop a daemon", 1))

    def run(self):
        try:
            deck = []
            while not self.stop.wait(self.pick.uniform(*CALM)):
                deck = deck or self.deck()
                name = deck.pop()
                self.log.append((round(time.monotonic(), 2), name))
                getattr(self, name.replace(" ", "_").lower())()
                self.done[name] = self.done.get(name, 0) + 1
        except Exception as why:
            self.error = f"{type(why).__name__}: {why}"
        finally:
            for wire in self.wires.values():
                wire.heal()

    def deck(self):
        """Each of them once, then more of the likelier ones."""
        kinds, more = [name for name, _ in self.FAULTS], [name for name, n in self.FAULTS for _ in range(n - 1)]
        return self.pick.sample(more, len(more)) + self.pick.sample(kinds, len(kinds))

    def while_(self, seconds, begin, end):
        begin()
        try:
            time.sleep(seconds)
        finally:
            end()

    # ---- processes ----

    def kill_a_daemon(self):
        i = self.pick.randrange(len(self.daemons))
        self.daemons[i].kill()
        time.sleep(self.pick.uniform(0, 0.5))
        self.restart(i)

    def stop_a_daemon(self):
        i = self.pick.randrange(len(self.daemons))
        if self.daemons[i].stop() != 0:
            raise RuntimeError("a daemon ended badly")
        self.restart(i)

    def pause_a_daemon(self):
        process = self.pick.choice(self.daemons).process
        self.while_(self.pick.uniform(0.2, 2.5), lambda: process.send_signal(signal.SIGSTOP),
                    lambda: process.send_signal(signal.SIGCONT))

    def postmaster(self):
        return int((self.house.cluster / "data/postmaster.pid").read_text().split()[0])

    def kill_postgresql(self):
        self.house.pg_kill()
        time.sleep(self.pick.uniform(0, 0.5))
        self.house.pg_start()

    def pause_postgresql(self):
        pids = pids_of(self.postmaster())

        def all_of_it(what):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):  # one that has ended
                    os.kill(pid, what)
        self.while_(self.pick.uniform(0.2, 1.5), lambda: all_of_it(signal.SIGSTOP), lambda: all_of_it(signal.SIGCONT))

    # ---- wires ----

    def some_wire(self):
        return self.wires[self.pick.choice(sorted(self.wires))]

    def cut(self):
        wire = self.some_wire()
        self.while_(self.pick.uniform(0.05, 1.5), wire.cut, wire.heal)

    def slow(self):
        wire, delay = self.some_wire(), self.pick.uniform(0.02, 0.3)
        self.while_(self.pick.uniform(0.3, 1.5), lambda: wire.slow(delay), wire.heal)

    def hold(self):
        wire = self.some_wire()
        self.while_(self.pick.uniform(0.3, 3), wire.hold, wire.heal)

    def mail_server_cuts(self):
        """The next mails break at a word of the conversation, most of all after they were taken."""
        for name in self.pick.choices(("dot lost", "dot lost", "mail", "data", "greeting"), k=4):
            self.mails.cut[name] += 1
        self.mails.say["rcpt"] += ["451 4.3.0 later"] * 2

    # ---- time ----

    def offers_run_out(self):
        """Some offers have been waiting for too long, all at once."""
        self.house.sql("update seats set respond_by = clock_timestamp() where id in (select id from seats"
                       f" where state = 'offered' order by md5(id::text || '{self.pick.random()}') limit 3)")
