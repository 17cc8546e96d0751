"""Clients under fire: threads that live a coordinator's day at random, and write down what they saw.

Whoever gets no answer asks again later, with the same key and the same bytes, until there is one.
"""
import datetime
import http.client
import random
import re
import socket
import threading
import time
import urllib.parse
import uuid

from fire import GONE, Reply, head_and_body, registration, start

PATIENCE = 2  # seconds for an answer
UNKNOWN_MAX = 3  # calls of one client that nobody knows the end of; then it only asks again
AGAIN = ("key-in-progress", "request-timeout")
FORM = "application/x-www-form-urlencoded"
EXPERTS, COMPANIES, DAYS = 8, 6, 6
KOREA = datetime.timezone(datetime.timedelta(hours=9))


class Book:
    """What the clients know of the world, all together: the last that any of them has read."""

    def __init__(self, house):
        self.house, self.lock = house, threading.Lock()
        self.experts, self.companies, self.open, self.appointments, self.feeds = [], [], {}, {}, []
        self.n = 0

    def number(self):
        with self.lock:
            self.n += 1
            return self.n

    def see(self, doc):
        """A reply's body: an appointment, a seat or a request."""
        with self.lock:
            if "seats" in doc and "uid" in doc:
                if self.appointments.get(doc["id"], {"version": 0})["version"] <= doc["version"]:
                    self.appointments[doc["id"]] = doc
                if doc["state"] in ("tentative", "confirmed"):
                    self.open.pop(doc["request_id"], None)
            elif "appointment_id" in doc:
                for seat in self.appointments.get(doc["appointment_id"], {"seats": []})["seats"]:
                    if seat["id"] == doc["id"] and seat["version"] <= doc["version"]:
                        seat.update(doc)

    def seats(self, *states):
        with self.lock:
            return [(a, s) for a in self.appointments.values() if a["state"] in ("tentative", "confirmed")
                    for s in a["seats"] if s["state"] in states]

    def live(self):
        with self.lock:
            return [a for a in self.appointments.values() if a["state"] in ("tentative", "confirmed")]


class Client(threading.Thread):
    def __init__(self, n, book, history, ports, mails, seed):
        super().__init__(daemon=True)
        self.n, self.book, self.history, self.ports, self.mails = n, book, history, ports, mails
        self.pick, self.stop, self.unknown, self.meetings = random.Random(f"{seed}/{n}"), threading.Event(), [], []
        self.tokens = book.house.tokens
        self.error = None

    def run(self):
        ways = {self.request: 6, self.offer: 8, self.answer: 10, self.by_link: 5, self.proposal: 4, self.drop_out: 2,
                self.move: 3, self.reassign: 3, self.cancel: 2, self.withdraw: 1, self.reopen: 2, self.meeting: 2,
                self.look: 3, self.company: 1}
        try:
            while not self.stop.is_set():
                if len(self.unknown) < UNKNOWN_MAX:
                    self.pick.choices(list(ways), ways.values())[0]()
                    self.report()
                if len(self.unknown) >= UNKNOWN_MAX or self.unknown and self.pick.random() < 0.3:
                    self.stop.wait(self.pick.uniform(0.05, 0.4))
                    self.ask_again()
        except Exception as why:  # the thread's end is the test's failure
            self.error = f"{type(why).__name__}: {why}"

    def settle(self, seconds):
        """After the fire: what is still unknown is asked until it is not."""
        end = time.monotonic() + seconds
        while self.unknown and time.monotonic() < end:
            if not self.ask_again():
                time.sleep(0.02)
        return not self.unknown

    # ---- calls ----

    def exchange(self, data, method="POST"):
        """(reply, None), or (None, why nobody knows)."""
        try:
            sock = socket.create_connection(("127.0.0.1", self.pick.choice(self.ports)), timeout=PATIENCE)
        except OSError as why:
            return None, type(why).__name__
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(data)
            got = http.client.HTTPResponse(sock, method=method)
            got.begin()
            return Reply(got.status, got.headers, got.read()), None
        except GONE + (OSError,) as why:
            return None, type(why).__name__
        finally:
            sock.close()

    def write(self, f, path, body, match=None, token="coordinator"):
        """Does it once; the doc when it is done at once."""
        n = self.history.next()
        mark = f"#{n:06d}"
        body = body(mark) if callable(body) else body
        call = {"op": n, "f": f, "key": str(uuid.uuid4()), "mark": mark, "path": path, "body": body, "match": match,
                "token": token}
        return self.once(call)

    def once(self, call):
        data = head_and_body("POST", call["path"], call["body"], self.tokens[call["token"]], call["key"], call["match"])
        self.history.log(call["op"], "invoke", client=self.n, **{k: call[k] for k in (
            "f", "key", "mark", "path", "body", "match")})
        reply, why = self.exchange(data)
        if reply and reply.status in (200, 201):
            self.history.log(call["op"], "ok", status=reply.status, doc=reply.json)
            self.book.see(reply.json)
            return reply.json
        if reply is None or reply.status >= 500 or reply.code in AGAIN:
            self.history.log(call["op"], "unknown", why=why or f"{reply.status} {reply.code}")
            self.unknown.append((self.once, call))
            return None
        self.history.log(call["op"], "fail", status=reply.status, why=reply.code)
        return None

    def ask_again(self):
        way, call = self.unknown.pop(self.pick.randrange(len(self.unknown)))
        return way(call)

    def read(self, path, token="coordinator"):
        return self.exchange(head_and_body("GET", path, None, self.tokens.get(token)), "GET")[0]

    # ---- what a day is made of ----

    def when(self):
        return start(1 + self.pick.randrange(DAYS), self.pick.randrange(0, 480, 30))

    def company(self):
        n = self.book.number()
        made = self.write("company", "/v1/companies", lambda mark: {
            "registration_number": registration(200000000 + n), "name": f"예시정밀 {n:05d} {mark}", "district": "suseong",
            "contacts": [{"name": f"담당 {n}", "email": f"fire-{n}@example.kr", "consent": self.pick.random() < 0.9}]})
        if made and len(self.book.companies) < COMPANIES:
            self.book.companies.append(made)
        return made

    def request(self, company=None, **more):
        company = company or self.pick.choice(self.book.companies)
        case = self.write("case", "/v1/cases", lambda mark: {
            "company_id": company["id"], "channel": "visit", "title": f"부가세 {mark}", "triage": "deep"}, token="field")
        made = case and self.write("request", "/v1/requests", lambda mark: {
            "case_id": case["id"], "seats": [{"field": "tax", "min_level": 1}], "mode": "visit", "minutes": 60,
            "windows": [{"from": start(-7), "until": start(300)}], "topics": [mark],
            "policy": self.pick.choice(("auto", "ask")),
            "contact_id": company["contacts"][0]["id"] if company["contacts"][0]["consent"] else None, **more},
            token="field")
        if made:
            with self.book.lock:
                self.book.open[made["id"]] = made
        return made

    def offer(self):
        with self.book.lock:
            asked = list(self.book.open)
        if not asked:
            return self.request()
        return self.write("offer", "/v1/appointments", lambda mark: {
            "request_id": self.pick.choice(asked), "expert_id": self.pick.choice(self.book.experts)["id"],
            "start": self.when(), "override_reason": f"시험 {mark}"})

    def of_seat(self, f, seat, body):
        match = "*" if self.pick.random() < 0.6 else f'"v{seat["version"]}"'
        return self.write(f, f"/v1/seats/{seat['id']}/{f.replace('_', '-')}", body, match)

    def some_seat(self, *states):
        seats = self.book.seats(*states)
        return self.pick.choice(seats)[1] if seats else None

    def answer(self):
        if seat := self.some_seat("offered", "countered"):
            f = self.pick.choices(("accept", "decline", "counter"), (6, 2, 2))[0]
            more = {"decline": "reason", "counter": "note", "accept": "note"}[f]
            times = {"proposals": sorted({self.when() for _ in range(2)})} if f == "counter" else {}
            self.of_seat(f, seat, lambda mark: {"via": "phone", more: f"전화 {mark}", **times})

    def proposal(self):
        if seat := self.some_seat("countered"):
            if seat.get("proposals") and self.pick.random() < 0.7:
                at = self.pick.choice(seat["proposals"])
                self.of_seat("take", seat, lambda mark: {"start": at, "override_reason": f"제안 {mark}"})
            else:
                again = self.pick.random() < 0.5
                self.of_seat("refuse", seat, lambda mark: {"reason": f"{'again ' * again}어렵습니다 {mark}", "again": again})

    def drop_out(self):
        if seat := self.some_seat("accepted"):
            done = self.of_seat("drop_out", seat, lambda mark: {"via": "phone", "reason": f"출장 {mark}"})
            self.perhaps_undo(done and seat.get("appointment_id"))

    def of_appointment(self, f, a, body):
        match = "*" if self.pick.random() < 0.6 else f'"v{a["version"]}"'
        return self.write(f, f"/v1/appointments/{a['id']}/{f.replace('_', '-')}", body, match)

    def perhaps_undo(self, appointment):
        if appointment and self.pick.random() < 0.5:
            self.write("undo", f"/v1/appointments/{appointment}/undo", {}, "*")

    def on_live(self, f, body):
        if live := self.book.live():
            a = self.pick.choice(live)
            done = self.of_appointment(f, a, body)
            self.perhaps_undo(done and a["id"])
            if done and done["state"] == "cancelled":
                with self.book.lock:
                    self.book.open[done["request_id"]] = done

    def move(self):
        self.on_live("move", lambda mark: {"start": self.when(), "reason": f"변경 {mark}", "override_reason": "시험"})

    def reassign(self):
        self.on_live("reassign", lambda mark: {"expert_id": self.pick.choice(self.book.experts)["id"],
                                               "reason": f"교체 {mark}", "override_reason": "시험"})

    def cancel(self):
        self.on_live("cancel", lambda mark: {"reason": f"취소 {mark}"})

    def withdraw(self):
        with self.book.lock:
            known = list(self.book.open) + [a["request_id"] for a in self.book.appointments.values()]
        if known:
            one = self.pick.choice(known)
            if self.write("withdraw", f"/v1/requests/{one}/withdraw", lambda mark: {"reason": f"불필요 {mark}"}, "*"):
                with self.book.lock:
                    self.book.open.pop(one, None)

    def reopen(self):
        with self.book.lock:
            known = [a["request_id"] for a in self.book.appointments.values() if a["state"] not in ("tentative", "confirmed")]
        if known:
            one = self.pick.choice(known)
            made = self.write("reopen", f"/v1/requests/{one}/reopen", lambda mark: {"reason": f"다시 {mark}"}, "*")
            if made:
                with self.book.lock:
                    self.book.open[one] = made

    # ---- a meeting that takes place: offered for right now, accepted, reported when it has begun ----

    def meeting(self):
        company = self.company()
        expert = company and self.write("expert", "/v1/experts", lambda mark: self.book.house.expert(
            email=f"now-{self.book.number()}@example.kr", name=f"즉석 {mark}"), token="manager")
        asked = expert and self.request(company, mode="phone", minutes=60)
        if not asked:
            return
        begins = datetime.datetime.now(KOREA).replace(microsecond=0) + datetime.timedelta(seconds=2 * PATIENCE)
        made = self.write("offer", "/v1/appointments", lambda mark: {
            "request_id": asked["id"], "expert_id": expert["id"], "start": begins.isoformat(),
            "override_reason": f"즉석 {mark}"})
        if made:
            self.of_seat("accept", made["seats"][0], lambda mark: {"via": "phone", "note": f"전화 {mark}"})
            self.meetings.append((begins.timestamp(), made))

    def report(self):
        """Of the meetings that have begun."""
        while self.meetings and self.meetings[0][0] < time.time() - 1:
            a = self.meetings.pop(0)[1]
            if self.pick.random() < 0.7:
                self.write("complete", f"/v1/appointments/{a['id']}/complete", lambda mark: {
                    "outcome": "solved", "summary": f"결과 {mark}", "minutes": 15, "follow_up": self.pick.random() < 0.3}, "*")
            elif self.write("no_show", f"/v1/appointments/{a['id']}/no-show",
                            lambda mark: {"by": "company", "reason": f"불참 {mark}"}, "*"):
                self.perhaps_undo(a["id"])

    # ---- experts answer by the link of a mail ----

    def by_link(self):
        taken = [m for m in self.mails.taken[-60:] if m.link]
        if not taken:
            return
        mail = self.pick.choice(taken)
        page = self.exchange(head_and_body("GET", mail.link), "GET")[0]
        forms = re.findall(r'name="answer" value="(\w+)">\s*<input type="hidden" name="revision" value="(\d+)"',
                           page.body.decode()) if page and page.status == 200 else []
        if not forms:
            return
        verb, revision = self.pick.choice(forms)
        n = self.history.next()
        mark = f"#{n:06d}"
        form = {"answer": verb, "revision": revision, "reason": f"링크 {mark}"}
        if verb == "counter":
            form["proposal_1"] = self.when()[:16]
        self.link_once({"op": n, "mark": mark, "path": mail.link, "form": form, "message": mail.id})

    def link_once(self, call):
        form = call["form"]
        self.history.log(call["op"], "invoke", client=self.n, f="link " + form["answer"], mark=call["mark"],
                         path="/r/", body={**form, "message": call["message"]})
        data = head_and_body("POST", call["path"], urllib.parse.urlencode(form).encode(), media=FORM)
        reply, why = self.exchange(data)
        if reply is None or reply.status >= 500:
            self.history.log(call["op"], "unknown", why=why or str(reply.status))
            self.unknown.append((self.link_once, {**call, "again": True}))
        elif reply.status == 200:
            told = b'class="notice"' in reply.body
            self.history.log(call["op"], "fail" if told and not call.get("again") else "info" if told else "ok", status=200)
        else:
            self.history.log(call["op"], "fail", status=reply.status)
        return reply and reply.status == 200

    # ---- reads: never older than what somebody was told before ----

    def look(self):
        live = self.book.live()
        if live and self.pick.random() < 0.6:
            a = self.pick.choice(live)
            n = self.history.next()
            self.history.log(n, "invoke", client=self.n, f="read", mark="", path=f"/v1/appointments/{a['id']}")
            reply = self.read(f"/v1/appointments/{a['id']}")
            if reply and reply.status == 200:
                self.history.log(n, "ok", status=200, doc=reply.json)
                self.book.see(reply.json)
            else:
                self.history.log(n, "info")
        elif self.book.feeds:
            self.read(self.pick.choice(self.book.feeds), None)
