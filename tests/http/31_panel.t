#!/usr/bin/python3
# The panel in memory is as one that was loaded anew, after any history of changes, by whichever daemon.
import datetime
import http.client
import json
import random
import subprocess
import threading

import data
from service import DAEMON, Service, Tap, wait_for

SEED, STEPS, FRESH_EVERY = 4, 100, 10
KST = datetime.timezone(datetime.timedelta(hours=9))
MONDAY = datetime.datetime(2026, 6, 1, tzinfo=KST)
points = Tap()


def panel(s):
    """What a daemon has in memory: {"version": …, "experts": …, "digest": …}; None while it cannot say."""
    reply = s.inside("/panel")
    return dict(line.split(" ", 1) for line in reply.body.decode().splitlines()) if reply.status == 200 else None


def alike(*readers):
    """Whether all say the same of the same version: of another one they are asked again (offers expire, too)."""
    said = wait_for("one version", lambda: (lambda all_: all_ if len({x and x["version"] for x in all_}) == 1 else None)(
        [read() for read in readers]), 120)
    return all(x == said[0] for x in said)


def metric(s, name):
    return next(int(line.split()[1]) for line in s.inside("/metrics").body.decode().splitlines()
                if line.startswith(f"jamund_{name} "))


def fresh(s):
    """The same from a daemon that has just started."""
    other = s.twin()
    try:
        return panel(other)
    finally:
        other.stop()


class History:
    """Calls at random, most of which change something; each says what it was."""

    def __init__(self, s, other, rng):
        self.s, self.daemons, self.rng, self.office = s, (s, other), rng, data.Office(s)
        self.experts = [self.office.expert(caps={"per_day": 4, "per_week": 20, "hours_per_year": 200}) for _ in range(6)]
        self.done, self.first = {}, 1

    def client(self):
        return self.rng.choice(self.daemons).coordinator

    def when(self):
        day = MONDAY + datetime.timedelta(days=self.first + self.rng.randrange(16))
        return (day + datetime.timedelta(minutes=30 * self.rng.randrange(18, 35))).isoformat()

    def windows(self):
        return [{"from": (MONDAY + datetime.timedelta(days=d)).isoformat(), "until": (MONDAY + datetime.timedelta(days=d + 20)).isoformat()}
                for d in (self.first,)]

    def who(self):
        return self.rng.choice(self.experts)["id"]

    def idle(self):
        """The kinds that did not take place yet."""
        return [f for f in dir(self) if f.startswith("do_") and not self.done.get(f)]

    def step(self):
        kinds = self.rng.random() < 0.3 and self.idle() or [f for f in dir(self) if f.startswith("do_")]
        what = self.rng.choices(kinds, [WEIGHTS.get(f[3:], 1) for f in kinds])[0]
        reply = getattr(self, what)()
        good = reply is not None and reply.status in (200, 201)
        self.done[what] = self.done.get(what, 0) + good
        return what[3:], reply

    # ---- experts ----

    def do_expert(self):
        reply = self.rng.choice(self.daemons).manager.post("/v1/experts", data.expert(
            500 + len(self.experts), zone=self.rng.choice(["Asia/Seoul", "America/New_York", "Asia/Kathmandu"])))
        self.experts.append(reply.json)
        return reply

    def do_roster(self):
        at = self.s.manager.get(f"/v1/experts/{self.who()}")
        body = data.writable(at.json)
        body["caps"]["per_day"] = self.rng.randrange(1, 5)
        body["topics"] = self.rng.sample(["부가세", "법인세", "관세"], 2)
        body["conflicts"] = {"companies": [data.number(self.rng.randrange(900, 990))], "affiliations": [self.rng.choice("가나다") + "예시"]}
        return self.rng.choice(self.daemons).manager.put(f"/v1/experts/{at.json['id']}", body, match=at.etag)

    def do_hours(self):
        where = f"/v1/experts/{self.who()}/availability"
        at, hour = self.s.coordinator.get(where), self.rng.randrange(8, 12)
        day = (MONDAY + datetime.timedelta(days=self.rng.randrange(2, 30))).date().isoformat()
        body = {"weekly": [{"weekday": d, "from": f"{hour:02d}:00", "until": "18:00"} for d in ("mon", "tue", "wed", "thu", "fri")],
                "dates": [{"date": day, "windows": [{"from": "10:00", "until": "12:00"}] * self.rng.randrange(2)}]}
        return self.client().put(where, body, match=at.etag)

    def do_absence(self):
        start = datetime.datetime.fromisoformat(self.when())
        return self.client().post(f"/v1/experts/{self.who()}/absences", {
            "from": start.isoformat(), "until": (start + datetime.timedelta(hours=self.rng.randrange(1, 60))).isoformat()})

    def do_absence_end(self):
        one = self.pick("select expert_id || '/absences/' || id from jamund.absences where cancelled_at is null and not upper_inf(during)"
                        f" and lower(during) > '{MONDAY.isoformat()}'::timestamptz + interval '{self.first} days'"
                        " order by created_at, lower(during), upper(during)")
        at = one and self.s.coordinator.get(f"/v1/experts/{one.split('/')[0]}/availability")
        return at and self.client().delete(f"/v1/experts/{one}", match=at.etag)

    def do_pause(self):
        where = f"/v1/experts/{self.who()}"
        at = self.s.coordinator.get(where + "/availability")
        verb, body = self.rng.choice([("pause", {"reason": "출장"}), ("pause", {"from": self.when()}), ("resume", {}), ("resume", {})])
        return self.client().call("POST", f"{where}/{verb}", body, match=at.etag)

    def do_hand_over(self):
        return self.client().post(f"/v1/experts/{self.who()}/hand-over", {"reason": "일정 충돌"})

    def do_link(self):
        return self.client().post(f"/v1/experts/{self.who()}/link", {})

    # ---- meetings ----

    def do_offer(self):
        two = self.rng.random() < 0.2
        asked = self.office.request(seats=[{"field": "tax", "min_level": 1}] * (2 if two else 1), windows=self.windows())
        ids = self.rng.sample([e["id"] for e in self.experts], 2 if two else 1)
        return self.client().post("/v1/appointments", {"request_id": asked["id"], "expert_ids": ids, "start": self.when(),
                                                       "override_reason": "급합니다"})

    def do_ladder(self):
        asked = self.office.request(policy="auto", minutes=90, windows=self.windows())
        where = f"/v1/requests/{asked['id']}"
        wait_for("the ladder", lambda: self.s.coordinator.get(where).json["state"] != "open")
        return self.s.coordinator.get(where)

    def pick(self, query):
        """One of the ids that the query gives in an order of its own; None where there is none."""
        ids = self.s.sql(query).split()
        return self.rng.choice(ids) if ids else None

    def change(self, verb, body, *states):
        """One of the meetings in those states."""
        one = self.pick("select id from jamund.appointments where state in ({}) order by seq".format(
            ",".join(f"'{x}'" for x in states)))
        at = one and self.s.coordinator.get(f"/v1/appointments/{one}")
        return at and self.client().post(f"/v1/appointments/{one}/{verb}", body, match=at.etag)

    def do_move(self):
        return self.change("move", {"start": self.when(), "reason": "기업 요청", "override_reason": "급합니다"}, "tentative", "confirmed")

    def do_cancel(self):
        return self.change("cancel", {"reason": "취소"}, "tentative", "confirmed")

    def do_undo(self):
        last = self.rng.choice((self.do_cancel, self.do_move, self.do_no_show))()
        where = f"/v1/appointments/{last.json['id']}" if last is not None and last.status == 200 else None
        return where and self.client().post(where + "/undo", {}, match=last.etag)

    def do_complete(self):
        return self.change("complete", {"outcome": "solved", "summary": "끝", "minutes": self.rng.randrange(30, 120),
                                        "follow_up": False}, "confirmed")

    def do_no_show(self):
        return self.change("no-show", {"by": "company", "reason": "오지 않음"}, "confirmed")

    def do_correct(self):
        body = self.rng.choice([{"state": "no_show", "by": "company"}, {"state": "completed", "report": {
            "outcome": "solved", "summary": "끝", "minutes": 45, "follow_up": False}}])
        return self.change("correct", {**body, "reason": "고침"}, "completed", "no_show")

    def do_reassign(self):
        return self.change("reassign", {"seat": 1, "expert_id": self.who(), "reason": "바꿈", "override_reason": "급합니다"},
                           "tentative", "confirmed")

    def seat(self, verb, body, *states):
        one = self.pick("select s.id from jamund.seats s join jamund.appointments a on a.id = s.appointment_id where s.state in"
                        " ({}) order by a.seq, s.seat, s.created_at".format(",".join(f"'{x}'" for x in states)))
        at = one and self.s.coordinator.get(f"/v1/seats/{one}")
        if at and verb == "take":
            body = {"start": at.json["proposals"][0]}
        return at and self.client().post(f"/v1/seats/{one}/{verb}", body, match=at.etag)

    def do_accept(self):
        return self.seat("accept", {"via": "phone"}, "offered")

    def do_decline(self):
        return self.seat("decline", {"via": "phone", "reason": "바쁨"}, "offered")

    def do_counter(self):
        return self.seat("counter", {"via": "phone", "proposals": [self.when()]}, "offered")

    def do_take(self):
        return self.seat("take", {}, "countered")

    def do_refuse(self):
        return self.seat("refuse", {"reason": "안 됨"}, "countered")

    def do_drop_out(self):
        return self.seat("drop-out", {"via": "phone", "reason": "못 감"}, "accepted")

    def do_withdraw(self):
        one = self.pick("select id from jamund.requests where state in ('open', 'offered', 'scheduled') order by seq")
        at = one and self.s.coordinator.get(f"/v1/requests/{one}")
        return at and self.client().post(f"/v1/requests/{one}/withdraw", {"reason": "필요 없음"}, match=at.etag)


WEIGHTS = {"offer": 8, "ladder": 2, "accept": 5, "absence": 2, "absence_end": 2, "undo": 2, "complete": 2}


def set_clock(s, daemons, when):
    """Another time for the daemons that run: their connections end, and the next ones have it."""
    there = f"from pg_stat_activity where usename = '{DAEMON}' and datname = '{s.database}'"
    s.sql(f"alter role {DAEMON} in database {s.database} set jamund.now = '{when}'")
    old = [row.split("|")[0] for row in s.sql(f"select pid, pg_terminate_backend(pid) {there}").split()]
    # one that has not heard of its end would take a write, and lose it
    wait_for("their end", lambda: s.sql(f"select count(*) {there} and pid in ({','.join(old)})") == "0")
    for d in daemons:
        wait_for("/readyz", lambda: d.inside("/readyz").status == 200)
        wait_for("the panel", lambda: panel(d))


def go_through(h, steps, odd):
    for n in range(steps):
        what, _ = h.step()
        readers = [lambda d=d: panel(d) for d in h.daemons] + [lambda: fresh(h.s)] * (n % FRESH_EVERY == 0)
        if not alike(*readers):
            odd.append((n, what, [read() for read in readers]))


def histories(s):
    """Nine days later what was booked can be reported; a day later, and a year, another part of it is looked at."""
    other = s.twin()
    h, odd = History(s, other, random.Random(SEED)), []
    go_through(h, STEPS, odd)
    points.ok(metric(s, "panel_loads_total") == 1, "nothing was loaded twice", metric(s, "panel_loads_total"))
    points.ok(metric(s, "panel_reached_total") < 3 * STEPS, "but those whom a change reached", metric(s, "panel_reached_total"))
    for loads, day, steps in ((2, 10, STEPS // 2), (3, 11, 5), (4, 3, 5), (5, 300, 5)):
        set_clock(s, h.daemons, (MONDAY + datetime.timedelta(days=day, hours=20)).isoformat())
        h.first = day + 1
        panel(s) # a day's turn is learnt of by a look, and loaded after it
        wait_for("another load", lambda: metric(s, "panel_loads_total") == loads)
        wait_for("both to have loaded", lambda: panel(s) == panel(other))
        points.ok(alike(lambda: panel(s), lambda: fresh(s)), f"day {day}: as a fresh one")
        go_through(h, steps, odd)
    for day in (320, 340, 360):
        for _ in range(STEPS):
            if h.idle():
                go_through(h, 1, odd)
        if h.idle():  # what was booked meanwhile can be reported later
            set_clock(s, h.daemons, (MONDAY + datetime.timedelta(days=day, hours=20)).isoformat())
            h.first = day + 1
    points.ok(not odd, "after each change both daemons have the same in memory, and what a fresh one has", odd[:5])
    points.ok(not h.idle(), "each kind of change did take place", h.idle(), h.done)
    points.ok(metric(s, "panel_unread") == metric(other, "panel_unread") == 0, "and in no daemon's metric")
    points.ok(other.stop() == 0, "the other daemon ends")


def another_log(s):
    """A backup is restored under the daemon: what is not so any more is forgotten, though the log is as long again."""
    office = data.Office(s)
    who, _ = office.expert(), office.expert()
    before = panel(s)
    s.sql("""begin; -- the daemon looks at the log by itself, too
             set local session_replication_role = replica;
             delete from jamund.audit where version > (select max(version) - 1 from jamund.change_log);
             delete from jamund.change_log where version > (select max(version) - 1 from jamund.change_log);
             delete from jamund.availability where expert_id = (select max(id::text) from jamund.experts)::uuid;
             commit""")
    office.company()
    wait_for("the panel", lambda: panel(s))
    points.ok(panel(s)["version"] == before["version"] and panel(s) == fresh(s) and panel(s) != before, "another log of that length: all is loaded again",
              panel(s), before)
    points.ok("panel.anew" in s.log.read_text(), "and the log of the service says so")
    s.sql(f"""set session_replication_role = replica; delete from jamund.experts where id = '{who['id']}';
              select jamund.log_change('{{"actor_kind": "system", "via": "system"}}', 'expert', '{who['id']}', 'expert.gone')""")
    points.ok(panel(s) == fresh(s) and int(panel(s)["experts"]) == int(before["experts"]) - 1, "an expert that is no more is forgotten")
    loads = metric(s, "panel_loads_total")  # before: the daemon looks at the log by itself, too
    s.sql("""select jamund.log_change('{"actor_kind": "system", "via": "system"}', 'unheard_of', gen_random_uuid(), 'unheard_of.add')""")
    points.ok(panel(s) == fresh(s) and metric(s, "panel_loads_total") == loads + 1, "a change of unknown reach reaches everybody")
    s.sql("truncate witness.rows") # the log was cut


def kept(s):
    """A reply is kept while neither the log nor the minute goes on."""
    office = data.Office(s)
    who, asked = office.expert(), office.request()
    where, looks = f"/v1/requests/{asked['id']}/candidates", lambda: metric(s, "panel_looks_total")
    first = s.coordinator.get(where)

    def without_a_look():
        """The daemon looks by itself, too, after what was written before."""
        then = looks()
        return s.coordinator.get(where).body == first.body and looks() == then
    points.ok(wait_for("a reply that is kept", without_a_look), "the same again is kept")
    slots = f"/v1/requests/{asked['id']}/slots"
    seen = [s.coordinator.get(slots).body, s.coordinator.get(slots + "?limit=1").body, s.field.get(slots).body]
    again = [s.field.get(slots).body, s.coordinator.get(slots).body, s.coordinator.get(slots + "?limit=1").body]
    points.ok(len(set(seen)) == 3 and again == seen[2:] + seen[:2], "each role and each query has its own")
    then = looks()
    office.offer(office.request(), who, first.json["candidates"][0]["slots"][0])
    later = s.coordinator.get(where)
    points.ok(later.json["as_of"] > first.json["as_of"] and looks() > then and
              later.json["candidates"][0]["slots"][0] != first.json["candidates"][0]["slots"][0], "a change is seen at once", later)
    slot = later.json["candidates"][0]["slots"][0]
    last = datetime.datetime.fromisoformat(slot) - datetime.timedelta(hours=24)  # of the notice
    for seconds, named in ((-2, True), (0, True), (1, False)):
        set_clock(s, [s], (last + datetime.timedelta(seconds=seconds)).isoformat())
        got = s.coordinator.get(where)
        points.ok((got.json["candidates"][0]["slots"][0] == slot) == named, f"notice and {seconds} s: {'named still' if named else 'too late'}", got)
    targets = [f"{slots}?limit={n}" for n in range(1, 100)]

    def said():
        got = [s.coordinator.get(x).json for x in targets]
        return {"version": tuple(x["as_of"] for x in got), "said": got}
    points.ok(alike(said, said), "more than can be kept are made anew")


def own_writes(s):
    """Clients that book and look, at both daemons at once: what one has booked is free for nobody afterwards."""
    office, other, wrong = data.Office(s), s.twin(), []
    asked = office.request(policy="ask", windows=[{"from": "2026-06-03T09:00:00+09:00", "until": "2026-06-19T18:00:00+09:00"}])
    [office.expert(caps={"per_day": 8, "per_week": 40, "hours_per_year": 500}) for _ in range(4)]
    requests = [[office.request(windows=asked["windows"]) for _ in range(8)] for _ in range(6)]

    def work(n):
        at, there = (s, other)[n % 2].client(s.tokens["coordinator"]), (other, s)[n % 2].client(s.tokens["coordinator"])
        for one in requests[n]:
            slots = at.get(f"/v1/requests/{one['id']}/slots?limit=1000").json["slots"]
            slot = slots[(7 * n) % len(slots)]
            who = slot["seats"][0]["experts"][0]
            made = at.post("/v1/appointments", {"request_id": one["id"], "expert_id": who, "start": slot["start"]})
            if made.status == 201:
                left = there.get(f"/v1/requests/{asked['id']}/slots?limit=1000").json["slots"]
                if any(x["start"] == slot["start"] and who in x["seats"][0]["experts"] for x in left):
                    wrong.append((n, who, slot["start"]))
            elif made.status != 409:
                wrong.append(str(made))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(requests))]
    for x in threads:
        x.start()
    for x in threads:
        x.join()
    booked = int(s.sql("select count(*) from jamund.appointments"))
    points.ok(not wrong and booked > 8, f"of {booked} that were booked none is named free afterwards", wrong)
    points.ok(alike(lambda: panel(s), lambda: panel(other), lambda: fresh(s)), "and in the end all have the same in memory")
    points.ok(other.stop() == 0, "the other daemon ends")


class Session:
    """psql that stays: what it says comes at once."""

    def __init__(self, s):
        self.psql = subprocess.Popen(["psql", "-XqAt", "-U", "postgres", "-d", s.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ask("select 1")

    def tell(self, text):
        self.psql.stdin.write(text + ";\n")
        self.psql.stdin.flush()

    def hear(self):
        return self.psql.stdout.readline().strip()

    def ask(self, text):
        self.tell(text)
        return self.hear()

    def end(self):
        self.psql.stdin.close()
        self.psql.wait()


HOLD = "begin; lock table jamund.scoring in access exclusive mode; select 'held'"  # so no look comes back
LINE = """from pg_locks where not granted and relation = 'jamund.scoring'::regclass
          and database = (select oid from pg_database where datname = current_database())"""  # copies of one database have the same oids
WAITING = f"select count(*) {LINE}"


def asks(s, look):
    """How many wait for this look, or for the next one."""
    return metric(s, f'panel_asks{{look="{look}"}}')


def begun(s, target):
    """A call whose reply is read later."""
    c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=30)
    c.request("GET", target, None, {"authorization": "Bearer " + s.tokens["coordinator"]})
    return c


def ended(c):
    got = c.getresponse()
    body = got.read()
    c.close()
    return got.status, body


def held(s, target):
    """A call whose look is under way and does not come back until the session ends: (session, call)."""
    watch = Session(s)
    while True:
        session = Session(s)
        session.ask(HOLD)
        call = begun(s, target)
        wait_for("a look that is held", lambda: watch.ask(WAITING) == "1")
        if asks(s, "this"):
            watch.end()
            return session, call
        session.end()  # the daemon was looking by itself, after what was written before; the call may be in line behind that
        ended(call)


def gone(s):
    """A client leaves while the look that it waits for with others is under way: each of them gets its own request's answer."""
    office = data.Office(s)
    office.expert()
    asked = [office.request(minutes=30 * (n + 1)) for n in range(4)]
    where = [f"/v1/requests/{q['id']}/slots?limit=1" for q in asked]
    first, call = held(s, where[0])
    calls = [call] + [begun(s, x) for x in where[1:]]
    wait_for("those of the next look", lambda: asks(s, "next") == 3)
    second, watch = Session(s), Session(s)
    second.tell(HOLD)  # it has the lock after the look of the first call, before that of the others
    wait_for("both in line", lambda: watch.ask(WAITING) == "2")
    first.end()
    ended(calls[0])
    second.hear()
    wait_for("the next look", lambda: asks(s, "this") == 3)
    then = metric(s, "requests_gone_total")
    calls[1].close()
    wait_for("who has left", lambda: metric(s, "requests_gone_total") == then + 1)
    second.end()
    watch.end()
    got = [ended(c) for c in calls[2:]]
    points.ok([json.loads(body).get("minutes") for _, body in got] == [90, 120], "who leaves takes nobody else's place", got)


def failed(s):
    """A look that fails fails those who wait for it; who came meanwhile waits for the next."""
    office = data.Office(s)
    office.expert()
    where = [f"/v1/requests/{office.request()['id']}/slots?limit=1" for _ in range(2)]
    holder, call = held(s, where[0])
    calls = [call, begun(s, where[1])]
    wait_for("who is late", lambda: asks(s, "next") == 1)
    watch = Session(s)
    watch.ask(f"select count(pg_cancel_backend(pid)) {LINE}")
    failure, _ = ended(calls[0])
    holder.end()
    watch.end()
    success, _ = ended(calls[1])
    points.ok(failure >= 500 and success == 200, "who comes while a look fails has the next one", (failure, success))


def unread(s):
    """An expert whose facts cannot be read is left out; everybody else is there."""
    office = data.Office(s)
    well, ill = office.expert(), office.expert()
    where = f"/v1/requests/{office.request()['id']}/candidates"

    def offered(daemon):
        got = daemon.coordinator.get(where)
        return got.status, {c["expert"]["id"] for c in got.json.get("candidates", [])}

    def topics(words):  # longer than any that the service takes
        s.sql(f"begin; update jamund.experts set topics = {words} where id = '{ill['id']}';"
              f" select jamund.log_lines('expert', array['{ill['id']}'::uuid], 'expert.update'); commit")

    points.ok(offered(s) == (200, {well["id"], ill["id"]}), "both are there", offered(s))
    topics("array[repeat('x', 1001)]")
    points.ok(offered(s) == (200, {well["id"]}), "the one that can be read is", offered(s))
    points.ok(metric(s, "panel_unread") == 1 and f"event=panel.expert expert={ill['id']} why=" in s.log.read_text(), "the other is named in the log")
    other = s.twin()
    points.ok(wait_for("the panel", lambda: panel(other)) and offered(other) == (200, {well["id"]}), "a daemon that starts does the same", offered(other))
    topics("'{}'")
    points.ok(offered(s) == offered(other) == (200, {well["id"], ill["id"]}), "once mended, it is there again", offered(s))
    points.ok(other.stop() == 0, "the other daemon ends")


with Service(points, message_wait=600) as s:
    histories(s)
for part in (another_log, kept, own_writes, unread):
    with Service(points) as s:
        part(s)
for part in (gone, failed):
    with Service(points, read_depth=1, read_timeout="60s", call_deadline="60s") as s:  # nothing queues behind a look
        part(s)
points.done()
