#!/usr/bin/python3
"""A year of the panel in virtual time: requests come in, experts answer or do not, fall ill, drop out, move; the
owners take proposals, the ladder asks the next one, mails go out. `year.py --requests 3000 --seed 7`.

Every step is a function of the api under a clock that stands where the year is; experts are ranked by the real core
(rank.c), mails rendered by the real form (tests/form/render). What people do is drawn from the seed (ids are the
database's, so that ties fall differently). At the end every promise is looked at.
"""
import argparse
import collections
import datetime
import hashlib
import heapq
import json
import os
import random
import re
import subprocess
import time

from fire import House, registration
from promises import CANCELS, REQUESTS, State
from verdict import mail_bytes, mail_lost

KOREA = datetime.timezone(datetime.timedelta(hours=9))
BEGIN = datetime.datetime(2026, 1, 5, 9, 0, tzinfo=KOREA)
MINUTE, HOUR, DAY = 60, 3600, 86400
WORKDAYS, EXPERTS, SETTLE, SWEEP = 240, 119, 20, 10 * MINUTE
FIELDS = ("tax", "legal", "labor", "patent", "accounting", "customs")
DISTRICTS = ("jung", "dong", "seo", "nam", "buk", "suseong", "dalseo", "dalseong")


class Refused(Exception):
    pass


class Lines:
    """A program that answers line by line."""

    def __init__(self, *words):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def rank(self, panel):
        self.say(panel)
        return json.loads(self.process.stdout.readline())

    def render(self, message):
        self.say(json.dumps({"form": "mail", "message": message}, ensure_ascii=False))
        word, length = self.process.stdout.readline().split()
        data = self.process.stdout.read(int(length))
        if word != b"OK":
            raise AssertionError(f"a mail that cannot be rendered: {message}")
        return data


class Sql:
    """One psql session under the fake clock."""

    def __init__(self, house):
        self.psql = subprocess.Popen(house.psql[:1] + ["-XAtq"] + house.psql[4:], env=house.pg_env, text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.calls = 0
        self.run("\\set VERBOSITY verbose\nset search_path = jamund, public; set jit = off")

    def run(self, sql):
        """The lines of its answer; Refused with the SQLSTATE and the words."""
        self.calls += 1
        self.psql.stdin.write(sql + "\n;\n\\echo [[done]]\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "[[done]]\n":
            if not line:
                raise RuntimeError("psql ended")
            lines.append(line.rstrip("\n"))
        bad = next((x for x in lines if x.startswith("ERROR:")), None)
        if bad:
            raise Refused(bad + " " + " ".join(x for x in lines if x.startswith("DETAIL:")))
        return lines


def quoted(doc):
    text = doc if isinstance(doc, str) else json.dumps(doc, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"


class Year:
    def __init__(self, house, requests, seed, experts=EXPERTS):
        self.h, self.pick, self.sql, self.experts = house, random.Random(seed), Sql(house), experts
        build = os.environ["BUILD"]
        self.ranker, self.renderer = Lines(build + "/tests/fire/rank"), Lines(build + "/tests/form/render")
        self.wanted, self.now, self.queue, self.n, self.keys = requests, BEGIN.timestamp(), [], 0, 0
        self.tally, self.mails, self.mails_due, self.swept = collections.Counter(), [], False, 0
        self.methods = []  # of each mail: (id, kind, METHODs)
        self.unbooked = []  # requests for which ranking found who could not be booked
        house.sql(f"update office set settle_seconds = {SETTLE}, rest_minutes = 10, rest_night_hours = 15, cooling_off_months = 9; insert into holidays select d::date, '공휴일', 'holiday'"
                  " from unnest('{2026-02-16,2026-02-17,2026-03-02,2026-05-05,2026-09-24,2026-09-25,2026-10-09}'::date[]) d")
        self.users = dict(line.split("|") for line in house.sql("select role, id from users").splitlines())

    # ---- the clock and what is due ----

    def at(self, when, step, *args):
        self.n += 1
        heapq.heappush(self.queue, (when, self.n, step, args))

    def later(self, seconds, step, *args):
        """In the office's hours: whoever would act at night acts the next morning."""
        self.at(self.working(self.now + seconds), step, *args)

    @staticmethod
    def working(t):
        when = datetime.datetime.fromtimestamp(t, KOREA)
        if when.hour >= 18:
            when = when.replace(hour=9) + datetime.timedelta(days=1)
        if when.hour < 9:
            when = when.replace(hour=9)
        while when.weekday() > 4:
            when += datetime.timedelta(days=1)
        return when.timestamp()

    def clock(self, t):
        self.now = t
        self.sql.run(f"set jamund.now = '{self.iso(t)}'")

    @staticmethod
    def iso(t):
        return datetime.datetime.fromtimestamp(t, KOREA).isoformat()

    def live(self):
        """Until nothing is due any more; the service's own work comes up every hour, and after each step."""
        for _ in range(self.wanted):
            day = BEGIN + datetime.timedelta(days=int(self.pick.random() * WORKDAYS / 5 * 7))
            self.at(self.working(day.timestamp() + self.pick.uniform(0, 8 * HOUR)), self.arrive)
        for _ in range(self.wanted // 20):
            self.at(BEGIN.timestamp() + self.pick.uniform(0, 330 * DAY), self.absence)
        for _ in range(self.wanted // 2):
            self.at(BEGIN.timestamp() + self.pick.uniform(0, 330 * DAY), self.duty)
        while self.queue:
            when, _, step, args = heapq.heappop(self.queue)
            self.clock(when)
            step(*args)
            if step != self.serve:
                self.mail_soon()
            if self.now >= self.swept + SWEEP:
                self.ladder()

    # ---- calling ----

    def call(self, name, args, role="coordinator"):
        """A function of the api; its body. Now and then it is asked twice with one key: one effect, one answer."""
        self.keys += 1
        who = {"actor": self.users[role], "actor_kind": "user", "role": role, "via": "api", "key": f"year-{self.keys:06d}",
               "hash": "x"}
        text = f"select row_to_json(r) from api.{name}({quoted(who)}, {quoted(args)}) r"
        got = self.sql.run(text)[0]
        if self.pick.random() < 0.02:
            if self.sql.run(text)[0] != got:
                raise AssertionError(f"{name}: the same key has another answer")
            self.tally["asked twice"] += 1
        self.tally[name] += 1
        return json.loads(got)["body"]

    def tried(self, name, args, role="coordinator"):
        """None where the state or a rule stands against it."""
        try:
            return self.call(name, args, role)
        except Refused as why:
            state = str(why).split()[1].rstrip(":")
            if state not in ("JM002", "JM004", "23P01", "JM422"):
                raise
            self.tally["refused " + state] += 1
            return None

    # ---- the panel ----

    def people(self):
        for n in range(self.experts):
            fields = self.pick.sample(FIELDS, self.pick.choice((1, 1, 2)))
            days = self.pick.sample(("mon", "tue", "wed", "thu", "fri"), self.pick.randint(2, 5))
            self.call("expert_add", {"body": {
                "email": f"expert-{n}@example.kr", "name": f"자문-{n} 위원", "affiliation": "", "topics": [],
                "fields": [{"field": f, "level": self.pick.randint(1, 3)} for f in fields],
                "districts": self.pick.sample(DISTRICTS, 5), "modes": ["visit", "online", "phone", "center"],
                "languages": ["ko"], "term": {"from": "2025-01-01", "until": "2027-12-31"},
                "caps": {"per_day": 3, "per_week": 8, "hours_per_year": 120}, "zone": "Asia/Seoul",
                "buffers": {"before": self.pick.choice((0, 10, 30)), "after": self.pick.choice((0, 15))},
                "notice_hours": self.pick.choice((0, 24)), "conflicts": {"companies": [], "affiliations": []},
                "availability": [{"weekday": d, "from": "09:00", "until": "18:00", **self.breadth()} for d in sorted(days)]}}, "manager")
        self.companies = [self.call("company_add", {"body": {
            "registration_number": registration(300000000 + n), "name": f"예시산업 {n:04d}", "address": f"예시로 {n}",
            "district": self.pick.choice(DISTRICTS), "industry": "제조", "contacts": [{
                "name": f"담당 {n}", "email": f"company-{n}@example.kr", "consent": self.pick.random() < 0.9}]}}, "field")
            for n in range(max(20, self.wanted // 8))]
        for n in range(self.experts):  # worked for a company until lately
            self.sql.run("insert into conflicts_ended select e.id, 'company', c.registration_number, '2025-11-30' from (select id from"
                         f" experts order by seq offset {n} limit 1) e, (select registration_number from companies order by seq"
                         f" offset {self.pick.randrange(len(self.companies))} limit 1) c returning 1")
        self.rooms = [self.call("place_add", {"body": {"ko": f"상담실 {n}", "en": f"Room {n}", "turnaround": 15}}, "manager")
                      for n in range(4)]

    def breadth(self):
        """Most hours are of every week."""
        return self.pick.choices(({}, {"every": 2, "first_day": self.pick.choice(("2025-12-29", "2026-01-05"))}, {"nth": [1, 3]},
                                  {"nth": [-1, 2], "last_day": "2026-10-31"}, {"first_day": "2026-02-01"}), (6, 1, 1, 1, 1))[0]

    def duty(self):
        """Somebody has desk duty for a morning or an afternoon of the days to come."""
        expert = self.sql.run(f"select id from experts order by seq offset {self.pick.randrange(self.experts)} limit 1")[0]
        hours = self.pick.choice((("10:00", "12:00"), ("13:00", "17:00")))
        self.tried("duty_add", {"body": {"expert_id": expert, "date": self.iso(self.now + self.pick.randint(2, 12) * DAY)[:10],
                                         "from": hours[0], "until": hours[1]}})

    def absence(self):
        """An expert is away for some days from the day after tomorrow; what is booked in them goes to the ladder."""
        expert = self.sql.run(f"select id from experts order by seq offset {self.pick.randrange(self.experts)} limit 1")[0]
        lo, hi = self.now + 2 * DAY, self.now + self.pick.uniform(3, 10) * DAY
        away = self.tried("absence_add", {"id": expert, "body": {"from": self.iso(lo), "until": self.iso(hi), "reason": "출장"}},
                          "manager")
        if away and away["collisions"]:
            done = self.tried("hand_over", {"id": expert, "body": {"reason": "부재"}})
            for seat in done["seats"] if done else []:
                self.later(self.pick.uniform(0.2, 6) * HOUR, self.look_after, seat["request_id"])

    # ---- a request's life ----

    def arrive(self):
        company = self.pick.choice(self.companies)
        contact = company["contacts"][0]
        case = self.call("case_add", {"body": {"company_id": company["id"], "channel": "web", "title": f"기업애로 {self.n}",
                                               "text": "도움이 필요합니다.", "triage": "deep"}}, "field")
        mode = self.pick.choice(("visit", "center", "online", "phone"))
        desk = mode != "visit" and self.pick.random() < 0.15
        policy = self.pick.choices(("auto", "ask"), (8, 2))[0]
        asked = self.call("request_add", {"body": {
            "case_id": case["id"], "mode": mode, "desk": desk, "minutes": self.pick.choice((30, 60, 90)), "policy": policy,
            "seats": [{"field": self.pick.choice(FIELDS), "min_level": self.pick.choice((1, 1, 2))}],
            "windows": [{"from": self.iso(self.now + 2 * DAY), "until": self.iso(self.now + 16 * DAY)}],
            "place_id": self.pick.choice(self.rooms)["id"] if mode == "center" else None,
            "urgency": self.pick.choices(("normal", "high", "urgent"), (8, 2, 1))[0],
            "contact_id": contact["id"] if contact["consent"] else None}}, "field")
        self.later(self.pick.uniform(10 * MINUTE, 3 * HOUR), self.offer, asked["id"])

    def best(self, request):
        panel = self.sql.run(f"select api.request_panel('{request}')")[0]
        ranked = self.ranker.rank(panel)
        if isinstance(ranked, str):
            raise AssertionError(ranked)
        return ranked

    def offer(self, request):
        """The owner asks the best team of the ranking, or looks for other times once, or gives up."""
        if self.sql.run(f"select state from requests where id = '{request}'")[0] not in ("open", "unmatched"):
            return
        found = self.best(request)
        made = found and self.tried("appointment_add", {"body": {
            "request_id": request, "expert_ids": found["expert_ids"], "start": self.iso(found["start"])}})
        if found and not made:
            self.unbooked.append(f"{request} {found}")  # nobody came in between
        if made:
            self.asked(made["id"])
        elif self.pick.random() < 0.7:
            self.reopen(request)
        else:
            self.tried("request_withdraw", {"id": request, "body": {"reason": "맞는 시간이 없음"}})

    def reopen(self, request):
        windows = [{"from": self.iso(self.now + 2 * DAY), "until": self.iso(self.now + 25 * DAY)}]
        if self.tried("request_reopen", {"id": request, "body": {"reason": "다른 시간", "windows": windows}}):
            self.later(self.pick.uniform(1 * HOUR, DAY), self.offer, request)

    def asked(self, appointment):
        """What each expert who was just asked will do, and when."""
        for seat in self.sql.run(f"select id from seats where appointment_id = '{appointment}' and state = 'offered'"):
            what = self.pick.choices((self.accept, self.decline, self.counter, None), (70, 12, 8, 10))[0]
            if what:
                self.later(self.pick.expovariate(1 / (4 * HOUR)), what, seat)
        request = self.sql.run(f"select request_id from appointments where id = '{appointment}'")[0]
        self.later(2.5 * DAY, self.look_after, request)

    def answered(self, seat, verb, **more):
        """By the link of the mail, or by phone; True when it counts."""
        if self.pick.random() < 0.6:
            row = self.sql.run("select l.id || ' ' || a.revision from links l join seats s on s.id = l.seat_id join"
                               f" appointments a on a.id = s.appointment_id where s.id = '{seat}'")
            link, revision = row[0].split()
            form = {"answer": verb, "revision": int(revision), "reason": "링크로 답함", **more.get("form", {})}
            said = self.sql.run(f"select api.link_answer('{link}', {quoted(form)})")[0]
            self.tally[f"link {verb} {said}"] += 1
            return said == "done"
        return bool(self.tried("seat_" + verb, {"id": seat, "body": {"via": "phone", **more.get("body", {"reason": "전화"})}}))

    def accept(self, seat):
        if self.answered(seat, "accept", body={}):
            a, lo, hi = self.meeting_of(seat)
            what = self.pick.choices((None, self.move, self.drop_out, self.cancel), (85, 6, 5, 4))[0]
            if what:
                self.at(self.pick.uniform(self.now + HOUR, max(lo - HOUR, self.now + 2 * HOUR)), what, a, seat)
            self.at(hi + self.pick.uniform(0.1, 30) * HOUR, self.report, a)

    def meeting_of(self, seat):
        a, lo, hi = self.sql.run("select a.id || ' ' || epoch(lower(during)) || ' ' || epoch(upper(during)) from"
                                 f" appointments a join seats s on s.appointment_id = a.id where s.id = '{seat}'")[0].split()
        return a, int(lo), int(hi)

    def decline(self, seat):
        self.answered(seat, "decline")
        self.owner_goes_on(seat)

    def owner_goes_on(self, seat):
        request = self.sql.run("select a.request_id from appointments a join seats s on s.appointment_id = a.id where s.id ="
                               f" '{seat}'")[0]
        self.later(self.pick.uniform(0.2, 6) * HOUR, self.look_after, request)

    def look_after(self, request):
        """The owner of a request that the ladder does not care for."""
        state, at = self.sql.run(f"select state || '|' || coalesce(ladder_at::text, '') from requests where id = '{request}'"
                                 )[0].split("|")
        if state in ("open", "unmatched") and not at:
            vacant = self.sql.run(f"select id from appointments where request_id = '{request}' and state in ('tentative',"
                                  " 'confirmed')")
            if vacant:
                self.refill(request, vacant[0])
            else:
                self.offer(request)

    def refill(self, request, a):
        """Another expert for the vacant seat, at the meeting's time; or the meeting ends."""
        lo = self.sql.run(f"select iso(lower(during)) from appointments where id = '{a}'")[0]
        for e in self.sql.run("select e.id from experts e join expert_fields f on f.expert_id = e.id join request_seats r on"
                              f" r.request_id = '{request}' and r.field = f.field where f.level >= r.min_level order by"
                              f" md5(e.email || '{lo}') limit 5"):
            if self.tried("seat_fill", {"id": a, "body": {"seat": 1, "expert_id": e}}):
                self.asked(a)
                return
        if self.tried("appointment_cancel", {"id": a, "body": {"reason": f"대신할 위원 없음 {lo}"}}):
            self.later(HOUR, self.look_after, request)

    def counter(self, seat):
        a, lo, hi = self.meeting_of(seat)
        other = lo + self.pick.choice((-2, 2, 24, 48)) * HOUR
        if other <= self.now + HOUR:
            return
        local = self.iso(other)[:16]
        if self.answered(seat, "counter", form={"proposal_1": local}, body={"proposals": [self.iso(other)]}):
            self.later(self.pick.uniform(0.5, 20) * HOUR, self.proposal, seat, other)

    def proposal(self, seat, other):
        """The owner takes it, asks again for the old time, or goes to the next one."""
        what = self.pick.random()
        if what < 0.6 and self.tried("seat_take", {"id": seat, "body": {"start": self.iso(other), "override_reason": "제안"}}):
            a, lo, hi = self.meeting_of(seat)
            self.at(hi + HOUR, self.report, a)
        elif what < 0.8:
            if self.tried("seat_refuse", {"id": seat, "body": {"reason": "again 어렵습니다", "again": True}}):
                self.asked(self.meeting_of(seat)[0])
        elif self.tried("seat_refuse", {"id": seat, "body": {"reason": "어렵습니다"}}):
            self.owner_goes_on(seat)

    def undone(self, a):
        """Sometimes it was a slip, and is taken back at once; sometimes too late."""
        if self.pick.random() < 0.2:
            self.clock(self.now + self.pick.choice((5, 15, 60, 900)))
            return bool(self.tried("appointment_undo", {"id": a}))
        return False

    def move(self, a, seat):
        _, lo, hi = self.meeting_of(seat)
        to = lo + self.pick.choice((-3, 3, 24, 72)) * HOUR
        if self.tried("appointment_move", {"id": a, "body": {"start": self.iso(to), "reason": "기업 사정", "override_reason":
                                                             "기업과 합의"}}) and not self.undone(a):
            self.asked(a)

    def drop_out(self, a, seat):
        if self.answered(seat, "drop_out") and not self.undone(a):
            self.owner_goes_on(seat)

    def cancel(self, a, seat):
        done = self.tried("appointment_cancel", {"id": a, "body": {"reason": "기업 사정"}})
        if done and not self.undone(a):
            if self.pick.random() < 0.5:
                self.reopen(done["request_id"])
            else:
                self.tried("request_withdraw", {"id": done["request_id"], "body": {"reason": "해결됨"}})

    def report(self, a):
        """After the meeting, where it took place; a follow-up now and then; a no-show, corrected now and then."""
        hi = int(self.sql.run(f"select epoch(upper(during)) from appointments where id = '{a}'")[0])
        if hi > self.now:  # it was moved
            self.at(hi + HOUR, self.report, a)
            return
        if self.pick.random() < 0.04:
            if self.tried("appointment_no_show", {"id": a, "body": {"by": "company", "reason": "연락 없음"}}):
                if self.undone(a):
                    self.later(HOUR, self.report, a)
                elif self.pick.random() < 0.5:
                    self.tried("appointment_correct", {"id": a, "body": {"state": "completed", "reason": "착오", "report": {
                        "outcome": "solved", "summary": "상담함", "minutes": 60, "follow_up": False}}})
            return
        more = self.pick.random() < 0.12
        done = self.tried("appointment_complete", {"id": a, "body": {
            "outcome": "partly_solved" if more else "solved", "summary": "상담 결과입니다.", "minutes": 60, "follow_up": more}})
        if done and more:
            self.reopen(done["request_id"])

    # ---- what the running service does ----

    def ladder(self):
        """Offers run out, the next candidates are asked."""
        self.swept = self.now
        expired, *due = self.sql.run("select api.offers_expire(100) + 0 * api.offers_nudge(100) + 0 * api.reminders_make(100); select request_id, version, spent from"
                                     " api.ladder_claim(100, 60)")
        self.tally["expired"] += int(expired)
        for line in due:
            request, version, spent = line.split("|")
            found = None if spent == "t" else self.best(request)
            try:
                if found:
                    args = {"request_id": request, "version": int(version), **found}
                    said = self.sql.run(f"select api.ladder_offer({quoted(args)})")[0]
                    if said == "offered":
                        self.asked(self.sql.run(f"select id from appointments where request_id = '{request}' order by seq"
                                                " desc limit 1")[0])
                else:
                    said = self.sql.run(f"select api.ladder_exhausted('{request}', {version})")[0]
                    if said == "unmatched":
                        self.later(HOUR, self.offer, request)
            except Refused as why:
                said = "refused " + str(why).split()[1]
                self.unbooked.append(f"{request} by the ladder: {why}")
            self.tally["ladder " + said] += 1

    def mail_soon(self):
        if not self.mails_due:
            self.mails_due = True
            self.at(self.now + SETTLE + 1, self.serve)

    def serve(self):
        """The outbox: each mail is rendered and marked with its bytes; now and then the mark is lost, and it goes again."""
        self.mails_due = False
        while claimed := self.sql.run("select id, message from api.outbox_claim('year', 1000, 60)"):
            for line in claimed:
                id_, message = line.split("|", 1)
                data = self.renderer.render(self.with_link(json.loads(message)))
                self.methods.append((id_, json.loads(message)["kind"], re.findall(rb"; method=([A-Z]+);", data)))
                self.mails.append(Mail(id_, json.loads(message)["to"]["email"], hashlib.sha256(data).hexdigest()))
                if self.pick.random() < 0.01:  # its daemon died: the lease runs out
                    self.at(self.now + 61, self.serve)
                    continue
                self.sql.run(f"select api.outbox_sent('{id_}', 'year', '{self.mails[-1].sha256}')")
        self.ladder()

    @staticmethod
    def with_link(message):
        if message.get("link_id"):
            message["link_url"] = f"https://jamund.example.kr/r/{message['link_id']}"
        return message


class Mail:
    def __init__(self, id_, to, sha256):
        self.id, self.to, self.sha256 = id_, to, sha256


class Seen:
    """What verdict's checks of mails look at."""

    def __init__(self, state, mails):
        self.s, self.mails = state, mails


def faults(year):
    year.clock(year.now + 30 * DAY)
    year.serve()
    state = State(year.h, f"set local jamund.now = '{year.iso(year.now)}'")
    run = Seen(state, year.mails)
    odd = state.faults() + [f"mail lost: {x}" for x in mail_lost(run)][:5] + [f"mail bytes: {x}" for x in mail_bytes(run)][:5]
    waiting = collections.Counter(q["state"] for q in state.requests)
    odd += [f"the METHOD of {kind} {id_} is {said}" for id_, kind, said in year.methods if said != [b"REQUEST"] * (
        kind in REQUESTS) + [b"CANCEL"] * (kind in CANCELS)][:5]
    odd += [f"ranked, and not booked: {x}" for x in year.unbooked]
    odd += [f"after 30 quiet days {waiting[s]} requests are {s}" for s in ("offered",) if waiting[s]]
    # every mail once more, from the database alone: the same bytes
    for line in year.sql.run("select m.id, message_doc(m) from messages m where state = 'sent' order by seq"):
        id_, message = line.split("|", 1)
        data = year.renderer.render(year.with_link(json.loads(message)))
        if hashlib.sha256(data).hexdigest() != state.by_id[id_]["sha"]:
            odd.append(f"mail bytes: {id_} renders to other bytes now")
    return odd[:20], state


def figures(year, state, seconds):
    yield f"{year.wanted} requests, {year.sql.calls} statements, {seconds:.0f} s; left: {len(state.change_log)} changes," \
          f" {len(state.appointments)} appointments, {len(state.revisions)} revisions, {len(state.messages)} messages"
    yield "requests: " + ", ".join(f"{n} {k}" for k, n in sorted(collections.Counter(
        q["state"] for q in state.requests).items())) + "; appointments: " + ", ".join(
        f"{n} {k}" for k, n in sorted(collections.Counter(a["state"] for a in state.appointments).items()))
    yield ", ".join(f"{k} {n}" for k, n in sorted(year.tally.items()))


def lived(house, requests, seed, experts=EXPERTS):
    year = Year(house, requests, seed, experts)
    year.clock(BEGIN.timestamp() - 10 * DAY)
    year.people()
    year.live()
    return year


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--requests", type=int, default=300)
    words.add_argument("--seed", type=int, default=1)
    args = words.parse_args()
    began = time.monotonic()
    with House("fire_year") as h:
        year = lived(h, args.requests, args.seed)
        odd, state = faults(year)
        print(f"seed {args.seed}", *figures(year, state, time.monotonic() - began), sep="\n")
    print(*(odd or ["no promise broken"]), sep="\n")
    raise SystemExit(bool(odd))


if __name__ == "__main__":
    main()
