#!/usr/bin/python3
# Calendars through everything that happens: what a daemon has kept and mended is what another reads anew, what a program
# has by sync is what is there, and an ETag is that of its bytes.
import itertools
import os
import random
import re

import data
from dav import SPACES, Dav
from service import Service, Tap

points = Tap()
EVERY = 16  # things that happen until a daemon that knows nothing reads all of it, too
NOBODY = "00000000-0000-4000-8000-000000000000"
REPORT = {"outcome": "solved", "minutes": 50, "summary": "정리함", "follow_up": False}
OTHERS = ("2026-06-04T15:00:00+09:00", "2026-06-09T11:00:00+09:00")


class Program:
    """A calendar program that keeps its copy by sync-collection."""

    def __init__(self, s, who):
        self.id, self.email = who["id"], who["email"]
        self.password = s.coordinator.post(f"/v1/experts/{self.id}/app-passwords", {"label": "PC"}).json["password"]
        self.top, self.token, self.mine, self.texts = f"/dav/c/{self.id}/panel/", "", {}, {}

    def at(self, s):
        return Dav(s.nobody, self.id, self.password)

    def tags(self, dav):
        props = "".join(f"<{p}/>" for p in ("d:getetag", "c:schedule-tag", "d:getcontentlength", "d:sync-token", "s:getctag", "d:displayname"))
        return dav.call("PROPFIND", self.top, f'<d:propfind {SPACES}><d:prop>{props}</d:prop></d:propfind>', depth="1").body

    def anew(self, s, rng):
        """The tags as they are kept, and as they are read anew: for a name that nobody signed in with before, though it is the same."""
        name = "".join(rng.choice((x, x.upper())) for x in self.email)
        return self.tags(self.at(s)), self.tags(Dav(s.nobody, name, self.password))

    def all(self, s):
        """Each answer, byte by byte, but for when it was made."""
        dav, zero = self.at(s), re.sub(r"/sync/\d+-", "/sync/0-", self.token)
        span = '<c:time-range start="20260601T000000Z" end="20260630T000000Z"/>'
        return (self.tags(dav),
                dav.report(self.top, "d:sync-collection", f"<d:sync-token>{zero}</d:sync-token><d:sync-level>1</d:sync-level>", "d:getetag", depth="0").body,
                dav.report(self.top, "c:calendar-query", '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"/></c:comp-filter></c:filter>',
                           "d:getetag", "c:calendar-data", depth="1").body,
                re.sub(rb"\nDTSTAMP:\w+", b"", dav.report(self.top, "c:free-busy-query", span, depth="1").body))

    def sync(self, s):
        """What is not as it should be, after what has changed was taken over."""
        dav = self.at(s)
        got = dav.sync(self.top, self.token)
        if getattr(got, "status", 207) == 403:  # it is to be read anew
            self.mine, got = {}, dav.sync(self.top)
        self.token = got.token
        self.mine |= got.texts("d:getetag")
        for href in got.gone():
            self.mine.pop(href, None)
        now = dav.query(self.top, "", "d:getetag", "c:calendar-data")
        there, odd = now.texts("d:getetag"), []
        for href, text in now.texts("c:calendar-data").items():
            if self.texts.setdefault((href, there[href]), text) != text:
                odd.append(f"{href} {there[href]} has other bytes")
        return odd + ([] if there == self.mine else [(there, self.mine)])

    def version(self):
        return re.search(r"/sync/(\d+)-", self.token)[1]


class Life:
    def __init__(self, s, there, rng):
        self.s, self.daemons, self.rng, self.office = s, (s, there), rng, data.Office(s)
        self.rooms = [self.office.room() for _ in range(3)]
        self.experts = [self.office.expert(caps={"per_day": 8, "per_week": 40, "hours_per_year": 400}, notice_hours=0, buffers={"before": 0, "after": 0})
                        for _ in range(3)]
        self.programs = [Program(s, who) for who in self.experts]
        self.asked = []

    def act(self, where, body, match="*"):
        reply = self.rng.choice(self.daemons).coordinator.post("/v1/" + where, body, **({"match": match} if match else {}))
        if reply.status >= 500:
            raise AssertionError(str(reply))
        return reply

    def start(self):
        return f"2026-06-{self.rng.choice(('03', '04', '05', '08', '09'))}T{self.rng.randrange(9, 17):02d}:00:00+09:00"

    def now(self, *states):
        all_ = self.s.coordinator.get("/v1/appointments?limit=100", check=False).json["items"]
        return [a for a in all_ if a["state"] in states or not states]

    def appointment(self):
        """One that stands."""
        return self.rng.choice(self.now("tentative", "confirmed") or self.now())

    def seat(self, *states, first=None):
        """One of these states; where there is none, after another thing has happened."""
        among = [seat["id"] for a in self.now("tentative", "confirmed") for seat in a["seats"] if seat["state"] in states]
        if not among and first:
            first()
            return self.seat(*states)
        return self.rng.choice(among or [NOBODY])

    def odd(self):
        """What is not as it should be in any of the calendars."""
        odd = [x for program in self.programs for x in program.sync(self.s)]
        anew = [program.anew(self.s, self.rng) for program in self.programs]
        versions = dict(row.split("|") for row in self.s.sql("select id, calendar_version from jamund.experts").splitlines())
        return odd + [pair for pair in anew if pair[0] != pair[1]] + [
            (p.id, p.version(), versions[p.id]) for p in self.programs if p.version() != versions[p.id]]

    # ---- what may happen; each gives the reply ----

    def offer(self):
        if len(self.asked) < 8:
            mode = self.rng.choice(("center", "online", "visit"))
            more = {"center": {"place_id": self.rooms[0]["id"]}, "online": {"online_url": "https://meet.example.kr/1"}, "visit": {}}[mode]
            self.asked.append(self.office.request(mode=mode, **more)["id"])
        free = [q for q in self.asked if self.s.coordinator.get(f"/v1/requests/{q}").json["state"] == "open"]
        return self.act("appointments", {"request_id": self.rng.choice(free or self.asked), "expert_id": self.rng.choice(self.experts)["id"],
                                        "start": self.start(), "override_reason": "급함"}, None)

    def accept(self):
        return self.act(f"seats/{self.seat('offered', 'countered', first=self.offer)}/accept", {"via": "phone"})

    def decline(self):
        return self.act(f"seats/{self.seat('offered', 'countered', first=self.offer)}/decline", {"via": "phone", "reason": "출장"})

    def counter(self):
        return self.act(f"seats/{self.seat('offered', first=self.offer)}/counter", {"via": "phone", "proposals": list(OTHERS)})

    def take(self):
        return self.act(f"seats/{self.seat('countered', first=self.counter)}/take", {"start": self.rng.choice(OTHERS), "override_reason": "합의"})

    def refuse(self):
        return self.act(f"seats/{self.seat('countered', first=self.counter)}/refuse", {"reason": "안 됨", "again": self.rng.random() < 0.5})

    def drop_out(self):
        return self.act(f"seats/{self.seat('accepted', first=self.accept)}/drop-out", {"via": "phone", "reason": "병가"})

    def move(self):
        return self.act(f"appointments/{self.appointment()['id']}/move", {"start": self.start(), "reason": "사정", "override_reason": "급함"})

    def elsewhere(self):
        made = self.rng.choice([a for a in self.now("tentative", "confirmed") if a["mode"] != "visit"] or self.now())
        body = {"place_id": self.rng.choice(self.rooms)["id"]} if made["mode"] == "center" else {"online_url": f"https://meet.example.kr/{self.rng.randrange(99)}"}
        return self.act(f"appointments/{made['id']}/move", {**body, "reason": "장소"})

    def reassign(self):
        return self.act(f"appointments/{self.appointment()['id']}/reassign", {"expert_id": self.rng.choice(self.experts)["id"], "reason": "교체", "override_reason": "급함"})

    def cancel(self):
        return self.act(f"appointments/{self.appointment()['id']}/cancel", {"reason": "취소"})

    def undo(self):
        change = self.rng.choice((self.cancel, self.move, self.elsewhere, self.reassign))()
        return self.act(f"appointments/{change.json['id']}/undo", {}) if change.status == 200 else change

    def withdraw(self):
        return self.act(f"requests/{self.appointment()['request_id']}/withdraw", {"reason": "해결됨"})

    def session(self):
        return self.act(f"requests/{self.rng.choice(self.asked)}/sessions", {"expert_ids": [self.rng.choice(self.experts)["id"]],
                       "start": f"2026-05-{self.rng.randrange(11, 30)}T{self.rng.randrange(9, 18):02d}:00:00+09:00", "report": REPORT}, None)

    def correct(self):
        body = self.rng.choice(({"state": "no_show", "by": "expert"}, {"state": "no_show", "by": "company"}, {"state": "completed", "report": REPORT}))
        one = self.rng.choice(self.now("completed", "no_show") or self.now())
        return self.act(f"appointments/{one['id']}/correct", {**body, "reason": "정정"})

    def rename(self):
        who = self.rng.choice(self.experts)
        now = self.s.manager.get(f"/v1/experts/{who['id']}")
        return self.s.manager.put(f"/v1/experts/{who['id']}", {**data.writable(now.json), "name": f"개명-{self.rng.randrange(99):02d} 전문위원"}, match=now.etag)

    def hand_over(self):
        who = self.rng.choice(self.experts)
        away = self.act(f"experts/{who['id']}/absences", {"from": "2026-06-08T00:00:00+09:00", "until": "2026-06-10T00:00:00+09:00", "reason": "출장"}, None)
        got = self.act(f"experts/{who['id']}/hand-over", {"reason": "출장"})
        self.s.coordinator.delete(f"/v1/experts/{who['id']}/absences/{away.json['id']}", match="*")
        return got

    def put(self):
        among = [(p, a["id"], seat["state"]) for p in self.programs for a in self.now("tentative", "confirmed") for seat in a["seats"]
                 if seat["expert"]["id"] == p.id and seat["state"] in ("offered", "accepted")]
        program, made, state = self.rng.choice(among or [(self.programs[0], NOBODY, "")])
        partstat = "DECLINED" if state == "accepted" else self.rng.choice(("ACCEPTED", "TENTATIVE", "TENTATIVE"))
        dav, href = program.at(self.rng.choice(self.daemons)), f"{program.top}{made}.ics"
        got = dav.call("GET", href)
        text = re.sub("PARTSTAT=[A-Z-]+", f"PARTSTAT={partstat}", got.body.decode().replace("\r\n ", ""))
        return dav.call("PUT", href, text.encode(), content_type="text/calendar", if_match=got.etag)


def settled(odd):
    """What is still odd when it is looked at again: a ladder may act between two looks."""
    for _ in range(9):
        if not odd():
            return []
    return odd()


def lives(s, seed):
    there, rng = s.twin(feed_fresh="1s"), random.Random(seed)
    life = Life(s, there, rng)
    things = [life.accept, life.decline, life.counter, life.take, life.refuse, life.drop_out, life.move, life.elsewhere, life.reassign, life.cancel,
              life.undo, life.session, life.correct, life.withdraw, life.hand_over, life.put, life.put]
    things = 3 * [life.offer] + rng.sample(2 * things + 9 * [life.offer] + 2 * [life.rename], 2 * len(things) + 11)
    taken = dict.fromkeys([what.__name__ for what in things], 0)
    for step, what in enumerate(things, 1):
        got = what()
        taken[what.__name__] += got.status in (200, 201, 204)
        odd = settled(life.odd)
        if odd:
            points.ok(False, f"{step}, {what.__name__}: a copy by sync is what is there, as of now, and an ETag that of its bytes", got, odd)
            break
        if step % EVERY == 0:
            fresh = s.twin()
            odd = settled(lambda: list(differences(*([program.all(d) for program in life.programs] for d in (s, fresh)))))
            points.ok(not odd, f"after {step} steps what was kept and mended is what is read anew", *odd)
            fresh.stop()
    points.ok(sum(map(bool, taken.values())) >= len(taken) - 3 and sum(taken.values()) > len(things) // 2, "nearly everything has happened", taken)
    there.stop()


def differences(kept, read):
    """The responses that differ."""
    for mine, theirs in zip(kept, read):
        for a, b in zip(mine, theirs):
            a, b = (part.decode().split("<d:response>") for part in (a, b))
            yield from ((x, y) for x, y in itertools.zip_longest(a, b) if x != y)


def sessions(s):
    """A request's earlier meeting is what it was, wherever the next one is."""
    office = data.Office(s)
    office.n = 50
    who, here, there = office.expert(), office.room(), office.room()
    program, asked = Program(s, who), office.request(mode="center", place_id=here["id"])
    held = s.coordinator.post(f"/v1/requests/{asked['id']}/sessions", {"expert_ids": [who["id"]], "start": "2026-05-28T10:00:00+09:00", "report": {**REPORT, "follow_up": True}})
    points.ok(held.status == 201 and not program.sync(s), "a meeting that was held is in it", held)
    before = program.all(s)
    made = office.offer(asked, office.expert(), "2026-06-05T10:00:00+09:00")
    moved = s.coordinator.post(f"/v1/appointments/{made['id']}/move", {"place_id": there["id"], "reason": "공사"}, match="*")
    fresh = s.twin()
    kept, read = program.all(s), program.all(fresh)
    points.ok(moved.status == 200 and before == kept == read, "and is the same, Schedule-Tag and all, when the next one is elsewhere",
              moved, *differences([before, kept], [kept, read]))
    fresh.stop()


def unsure(s):
    """More has happened than the log is asked for: nothing that is kept is sure, for who waits to hear of it, neither."""
    office, there = data.Office(s), s.twin()
    office.n = 60
    who = office.expert()
    made, program = office.offer(office.request(), who, "2026-06-05T10:00:00+09:00"), Program(s, who)
    points.ok(not program.sync(s) and len(program.mine) == 1, "a calendar is kept")
    there.coordinator.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "취소"}, match="*")
    s.sql("select jamund.log_lines('case', array(select gen_random_uuid() from generate_series(1, 1001)), 'case.add')")
    points.ok(not program.sync(s) and not program.mine, "after more changes than one look tells it is as it is now", program.mine)
    there.stop()


def judged(s):
    """An answer by what is now, though another daemon knows it alone."""
    office, late = data.Office(s), s.twin(feed_fresh="1s")
    office.n = 80
    who = office.expert(caps={"per_day": 8, "per_week": 40, "hours_per_year": 400})
    program, got = Program(s, who), []
    for hour in (9, 11, 13, 15):
        made = office.offer(office.request(), who, f"2026-06-05T{hour:02d}:00:00+09:00")
        office.accept(made)
        seen = program.at(late).call("GET", f"{program.top}{made['id']}.ics")
        s.coordinator.post(f"/v1/seats/{made['seats'][0]['id']}/drop-out", {"via": "phone", "reason": "병가"}, match="*")
        got.append((seen.status, program.at(late).call("PUT", f"{program.top}{made['id']}.ics", seen.body, content_type="text/calendar").status))
    points.ok(got == [(200, 409)] * 4, "who dropped out elsewhere has not accepted still", got)
    late.stop()


def many(s):
    """Texts are asked for some at a time; all come."""
    office, n = data.Office(s), 600
    office.n = 70
    who, asked = office.expert(), office.request()
    held = s.coordinator.post(f"/v1/requests/{asked['id']}/sessions", {"expert_ids": [who["id"]], "start": "2026-05-27T10:00:00+09:00", "report": REPORT}).json
    columns = {table: s.sql(f"select string_agg(attname, ', ') from pg_attribute where attrelid = 'jamund.{table}'::regclass and attnum > 0 and not attisdropped"
                            " and attidentity = '' and attname not in ('id', 'appointment_id', 'seq', 'uid', 'version')")
               for table in ("appointments", "revisions", "seats", "calendar_entries")}
    s.sql("set session_replication_role = replica; create temp table n as select gen_random_uuid() as new, i from generate_series(1, %d) i;" % n + "".join(
        f"insert into jamund.{table} ({ids}, {columns[table]}) select {new}, {columns[table]} from jamund.{table}, n where {key} = '{held['id']}';"
        for table, ids, new, key in (("appointments", "id, uid, version", "new, new || '@example.kr', 1", "id"), ("revisions", "appointment_id", "new", "appointment_id"),
                                     ("seats", "id, appointment_id, version", "gen_random_uuid(), new, 1", "appointment_id"),
                                     ("calendar_entries", "appointment_id, version", "new, 1000 + i", "appointment_id")))
          + f"update jamund.experts set calendar_version = 1000 + {n} where id = '{who['id']}'; select jamund.log_lines('expert', array['{who['id']}'::uuid], 'x')")
    program = Program(s, who)
    dav = program.at(s)
    texts = dav.query(program.top, "", "c:calendar-data").texts("c:calendar-data")
    points.ok(len(texts) == n + 1 and all("END:VCALENDAR" in text for text in texts.values()), f"{n + 1} events are told in one answer", len(texts))
    got = dav.multiget(program.top, *sorted(texts))
    points.ok(got.texts("c:calendar-data") == texts, "and by their names", len(got.all))


if "TEST_CLUSTER" not in os.environ:
    raise SystemExit("run it below tests/lib/with_db.sh")
with Service(points, message_wait=600, feed_fresh="0ms", sweep_every="200ms") as s:
    sessions(s)
    unsure(s)
    judged(s)
    many(s)
    lives(s, 8)
points.done()
