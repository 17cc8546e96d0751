#!/usr/bin/python3
# Answers that come in by mail: the scenarios of tests/itip/*.txt, each on a meeting of its own, all through LMTP;
# then the ways in themselves: LMTP (RFC 2033) and `jamund deliver`.
import collections
import re
import resource
import smtplib
import socket
import sys
import uuid

import itip
from mail import Mail
from replies import SECRET_BOX, Mailed, a_mail, taken, worlds
from service import WAIT, Tap, wait_for

points = Tap()


class Play:
    """One scenario on its world."""

    def __init__(self, s, post, scenario, world, stranger):
        self.s, self.post, self.name, self.steps, self.w = s, post, scenario.name, scenario.steps, world
        self.stranger, self.sent, self.seen, self.at = stranger, 0, 0, f"{scenario.file}:{scenario.line}"
        self.last, self.outcome, self.findings = None, None, []

    def run(self):
        self.mails = self.told()
        self.offer = Mail(self.s.mail_of(self.w["appointment"], "expert"))
        for n, (verb, *words) in self.steps:
            try:
                getattr(self, "do_" + verb)(*words)
            except (AssertionError, LookupError, RuntimeError, smtplib.SMTPException, TimeoutError) as e:
                self.findings.append(f"{self.at}, line {n}: {verb} {' '.join(words)}: {type(e).__name__} {e}")
                break
        points.ok(not self.findings, f"{self.name}", self.findings)

    # ---- what is so ----

    def one(self, sql):
        return self.s.ask(sql.format(**self.w))

    def told(self):
        return self.one("select coalesce(string_agg(kind || '/' || viewer, ' ' order by seq), '') from jamund.messages"
                        " where appointment_id = '{appointment}' and state <> 'withdrawn'").split()

    def letter(self, viewer="expert"):
        """The last mail to somebody, which the linter takes, and to which calendars can answer."""
        mail = Mail(self.s.mail_of(self.w["appointment"], viewer))
        assert not mail.findings() and bool(mail.reply_tag) == bool(mail.method), f"{mail}: {mail.findings()}"
        return mail

    def event(self, event):
        """The names of its properties, but for whom and when it is, which are told."""
        whom = {"mailto:" + self.w["email"]: "expert", "mailto:" + self.w["contact"]: "company"}.get(str(event["ATTENDEE"]), str(event["ATTENDEE"]))
        assert str(event["UID"]) == self.w["uid"] and event["DTSTAMP"].dt.strftime("%Y%m%dT%H%M%SZ") >= itip.HOUR.strftime("%Y%m%dT%H%M%SZ"), event
        return f"{' '.join(sorted(set(event) - {'ATTENDEE'}))} ATTENDEE/{whom} {event['DTSTART'].dt:%Y-%m-%dT%H:%M}"

    def address(self, word):
        tag = self.s.tagged(self.w["appointment"])
        return {"expert": self.w["email"], "companytag": self.s.tagged(self.w["appointment"], "company"), "stranger": "stranger@elsewhere.example", "company": self.w["contact"],
                "other": self.stranger["email"], "tag": tag, "plain": f"{SECRET_BOX}@example.kr", "nobody": "",
                "TAG": tag.split("@")[0].upper() + "@EXAMPLE.KR", "unknown": f"{SECRET_BOX}+{'a' * 26}@example.kr",
                "othertag": self.stranger["tag"], "EXPERT": self.w["email"].upper(),
                "alias": "alias-" + self.w["email"], "long": "a" * 300 + "@elsewhere.example"}.get(word, word)

    def words(self, words):
        w = {"from": "expert", "attendee": "expert", "to": "tag", "organizer": "tag", "uid": self.w["uid"],
             "return": "expert", **dict(x.split("=", 1) for x in words)}
        w["uid"] = {"other": self.stranger["uid"], "unknown": str(uuid.uuid4()) + "@elsewhere.example"}.get(w["uid"], w["uid"])
        for k in ("from", "to", "organizer", "return"):
            w[k] = self.address(w[k])
        w.update({"comment": "가" * int(w["long"])} if "long" in w else {})
        w["attendee"] = ",".join(self.address(a) for a in w["attendee"].split(","))
        return {**w, "recipient": w["to"], "id": str(uuid.uuid4())}

    # ---- steps ----

    def do_mail(self, method, *words):
        w = self.words(words)
        if method != "again":
            self.last = itip.answer(method, w) if method not in ("TEXT", "RAW") else itip.other(method, w)
        self.send(w)

    def send(self, w):
        self.mails = self.told()
        self.post.mail(w["return"]), self.post.rcpt(w["to"])
        code, said = self.post.data(self.last)
        code = int(str(code)[:3]) if not isinstance(code, int) else code
        assert code == int(w.get("code", 250)), f"{code} {said}"
        self.outcome = self.s.ask("select string_agg(state || coalesce('/' || why, ''), ' ' order by nth) from jamund.replies where digest = "
                                  "(select digest from jamund.replies order by seq desc limit 1)") if code == 250 else str(code)

    def do_bounce(self, action, *words):
        w = self.words(words)
        status = {"failed": "5.1.1", "delayed": "4.4.1", "delivered": "2.0.0"}[action]
        ours = self.s.mail_of(self.w["appointment"], w.get("whose", "expert"))
        w["to"] = w["recipient"] = self.address(w.get("verp", "plain"))
        w["return"] = ""
        self.last = itip.exim(w, ours) if w.get("as") == "exim" else itip.report(w, action, status, itip.head_of(ours))
        self.send(w)

    def do_by(self, what, *more):
        seat, a = f"/v1/seats/{self.w['seat']}", f"/v1/appointments/{self.w['appointment']}"
        to = dict(x.split("=", 1) for x in more)
        where, body = {
            "accept": (seat + "/accept", {"via": "phone"}), "decline": (seat + "/decline", {"via": "phone", "reason": "출장"}),
            "counter": (seat + "/counter", {"via": to.get("via", "phone"), "proposals": ["2026-06-08T11:00:00+09:00"]}),
            "drop-out": (seat + "/drop-out", {"via": "phone", "reason": "출장"}),
            "take": (seat + "/take", {"start": to.get("start"), "override_reason": "약속"}),
            "refuse": (seat + "/refuse", {"reason": to.get("reason", "회의실이 없습니다"), "again": to.get("again", "yes") == "yes"}),
            "keep": (a + "/keep-time", {"reason": "상담실이 그때뿐입니다"}),
            "cancel": (a + "/cancel", {"reason": "사정"}),
            "move": (a + "/move", {"start": to.get("start", "2026-06-05T14:00:00+09:00"), "reason": "사정", "override_reason": "약속"}),
        }[what]
        self.mails = self.told()
        reply = self.s.coordinator.post(where, body, match="*")
        assert reply.status == 200, reply
        self.settled()

    def do_link(self, answer, *more):
        form = {"answer": answer, "revision": self.one("select revision from jamund.appointments where id = '{appointment}'"),
                "reason": "출장", **dict(x.split("=", 1) for x in more)}
        self.mails = self.told()
        page = self.s.nobody.form(Mail(self.s.mail_of(self.w["appointment"], "expert")).link, itip.form(form))
        assert page.status == 200, page
        self.settled()

    def do_wish(self, time):
        form = {"answer": "other_time", "proposal_1": time, "revision": self.one("select revision from jamund.appointments where id = '{appointment}'")}
        self.mails = self.told()
        page = self.s.nobody.form(Mail(self.s.mail_of(self.w["appointment"], "company")).link + "/company", itip.form(form))
        assert page.status == 200, page
        self.settled()

    def settled(self):
        """What is to be told has left."""
        wait_for("the outbox", lambda: self.one("select count(*) from jamund.messages where appointment_id = '{appointment}'"
                                                " and state in ('queued', 'sending', 'retry') and due_at <= '" + self.s.now + "'") == "0")

    def do_settle(self):
        self.settled()

    def do_crowd(self, n):
        """So many wait already: about the appointment up to 50, else about none."""
        about = "'{appointment}'" if int(n) <= 50 else "null"
        self.one("insert into jamund.replies (digest, nth, at, via, state, kind, why, appointment_id)"
                 " select repeat('0', 64), i, now(), 'lmtp', 'waiting', 'mail', 'no_answer', " + about + f" from generate_series(1, {n}) i")

    def do_disperse(self):
        self.one("delete from jamund.replies where digest = repeat('0', 64)")

    def do_set(self, table, column, value):
        """What somebody changed of the expert or of the company's contact."""
        self.one(f"update jamund.{table} set {column} = {value} where lower(email) = lower('{{{'email' if table == 'experts' else 'contact'}}}')")

    def do_untagged(self):
        """As it was before there were reply addresses, or is without them."""
        self.one("delete from jamund.reply_addresses where appointment_id = '{appointment}'")

    def do_dismiss(self):
        found = self.one("select id from jamund.replies where appointment_id = '{appointment}' and state = 'waiting' order by seq desc limit 1")
        reply = self.s.coordinator.post(f"/v1/replies/{found}/dismiss", {})
        assert reply.status == 200, reply

    def do_expect(self, what, *wanted):
        what, _, to = what.partition("/")
        to = to or "expert"
        got = {
            "outcome": lambda: self.outcome,
            "seat": lambda: self.one("select state from jamund.seats where id = '{seat}'"),
            "via": lambda: self.one("select answered_via from jamund.seats where id = '{seat}'"),
            "reason": lambda: self.one("select reason from jamund.seats where id = '{seat}'"),
            "appointment": lambda: self.one("select state from jamund.appointments where id = '{appointment}'"),
            "start": lambda: self.one("select to_char(lower(during) at time zone zone, 'YYYY-MM-DD\"T\"HH24:MI')"
                                      " from jamund.appointments where id = '{appointment}'"),
            "proposals": lambda: self.one("select coalesce(string_agg(to_char(p at time zone 'Asia/Seoul', 'YYYY-MM-DD\"T\"HH24:MI'), ' '), 'none')"
                                          " from jamund.seats, unnest(proposals) p where id = '{seat}'"),
            "wish": lambda: self.one("select coalesce(string_agg(to_char(p at time zone 'Asia/Seoul', 'YYYY-MM-DD\"T\"HH24:MI'), ' '), 'none')"
                                     " from jamund.wishes, unnest(proposals) p where appointment_id = '{appointment}'"),
            "told": lambda: " ".join(self.told()[len(self.mails):]) or "nothing",
            "worklist": lambda: " ".join(sorted(i["kind"] for i in self.s.coordinator.get("/v1/worklist?all=true&limit=100").json["items"]
                                                if i["appointment_id"] == self.w["appointment"])) or "nothing",
            "waiting": lambda: self.one("select count(*) from jamund.replies where appointment_id = '{appointment}' and state = 'waiting'"),
            "audit": lambda: self.one("select actor_kind || '/' || via || '/' || action from jamund.audit where entity_id = '{appointment}'"
                                      " order by id desc limit 1"),
            "bounced": lambda: self.one("select count(*) from jamund.bounces b join jamund.messages m on m.id = b.message_id"
                                        " where m.appointment_id = '{appointment}'"),
            "messages": lambda: self.one("select string_agg(state, ' ' order by seq) from jamund.messages where appointment_id = '{appointment}'"),
            "addressed": lambda: self.one("select split_part(to_email, '-', 1) from jamund.messages where appointment_id = '{appointment}'"
                                          " order by seq desc limit 1"),
            "sent": lambda: str(self.letter(to).method),
            "sequence": lambda: str(self.letter(to).event["SEQUENCE"]),
            "comment": lambda: str(self.letter(to).event["COMMENT"]),
            "event": lambda: self.event(self.letter(to).event),
            "answer": lambda: str(self.letter(to).event["ATTENDEE"].params["PARTSTAT"]),
            "text": lambda: self.one("select comment from jamund.replies order by seq desc limit 1"),
            "partstat": lambda: self.one("select partstat from jamund.replies where appointment_id = '{appointment}' order by seq desc limit 1"),
        }[what]()
        assert got == " ".join(wanted), f"it is {got}"


def play_all(s, list_):
    made = worlds(s, len(list_) + 3)
    s.coordinator.post("/v1/cases", {}, check=False)  # whatever is written, the outbox is looked at
    wait_for("the offers", lambda: s.ask("select count(*) from jamund.messages where state <> 'sent'") == "0", 60)
    stranger = made.pop()
    stranger["tag"] = s.tagged(stranger["appointment"])
    post = smtplib.LMTP("127.0.0.1", s.lmtp_port)
    post.ehlo("mx.example.kr")
    for scenario, world in zip(list_, made):
        Play(s, post, scenario, world, stranger).run()
    post.quit()
    counted = {k.partition('"')[2][:-2]: v for k, v in s.metrics().items() if k.startswith("mail_answers_total")}
    told = collections.Counter(" ".join(re.findall(r'event=mail.in via=lmtp outcome=("[^"]+"|\S+)', s.log.read_text())).replace('"', "").split())
    points.ok(told["done"] > 50 and all(counted[k] == told[k] for k in counted if k != "not_taken"), "/metrics counts what became of them", counted, told)
    return made[len(list_):]


# ---- the ways in ----

class Line:
    """LMTP byte by byte."""

    def __init__(self, s):
        self.socket = socket.create_connection(("127.0.0.1", s.lmtp_port), timeout=WAIT)
        self.file = self.socket.makefile("rb")

    def say(self, data, replies=1):
        """What comes back: the codes of so many replies (the last lines of them)."""
        self.socket.sendall(data)
        return self.hear(replies)

    def hear(self, replies):
        codes = []
        while len(codes) < replies:
            try:
                line = self.file.readline()
            except ConnectionResetError:
                line = b""
            if not line:
                return codes + ["gone"]
            if line[3:4] == b" ":
                codes.append(line[:3].decode())
        return codes

    def close(self):
        self.file.close()
        self.socket.close()


def talks(s, world):
    to, mail = a_mail(s, world)
    line = Line(s)
    points.ok(line.hear(1) == ["220"], "a greeting")
    points.ok(line.say(b"EHLO mx\r\nMAIL FROM:<a@b.kr>\r\nLHLO mx\r\nRCPT TO:<a@b.kr>\r\nDATA\r\n", 5) == ["500", "503", "250", "503", "503"],
              "RFC 2033 4.1: LHLO, and everything in its order")
    points.ok(line.say(b"MAIL FROM:<a@b.kr>\r\nRCPT TO:nobody\r\nRCPT TO:<>\r\nNOOP\r\nVRFY x\r\nRSET\r\nRCPT TO:<a@b.kr>\r\n", 7)
              == ["250", "501", "501", "250", "252", "250", "503"], "what is wrong is told, RSET forgets")
    before = taken(s)
    data = (f"MAIL FROM:<{world['email']}>\r\nRCPT TO:<{to}>\r\nRCPT TO:<jamund@example.kr>\r\nDATA\r\n").encode() \
        + mail.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\nQUIT\r\n"
    for i in range(0, len(data), 97):  # in pieces, all of it ahead of the answers (RFC 2920)
        line.socket.sendall(data[i:i + 97])
    points.ok(line.hear(7) == ["250", "250", "250", "354", "250", "250", "221"], "two recipients have a reply each")
    points.ok(taken(s) == before + 2, "and the message is taken for each")
    points.ok(line.say(b"", 1) == ["gone"], "after QUIT it is over")
    line.close()


def refusals(s, world):
    to, mail = a_mail(s, world, dtstamp="-5")
    line = Line(s)
    line.hear(1)
    envelope = f"MAIL FROM:<{world['email']}>\r\nRCPT TO:<{to}>\r\nRCPT TO:<x@example.kr>\r\n".encode()
    points.ok(line.say(b"LHLO mx\r\nMAIL FROM:<a@b.kr> SIZE=99999999\r\n", 2) == ["250", "552"], "one that says that it is too long")
    before = taken(s)
    points.ok(line.say(envelope + b"DATA\r\n", 4) == ["250", "250", "250", "354"]
              and line.say(mail + b"x" * 200000 + b"\r\n.\r\n", 2) == ["552", "552"], "one that is too long")
    points.ok(line.say(envelope + b"DATA\r\n", 4)[-1] == "354" and line.say(b"no mail\r\n.\r\n", 2) == ["554", "554"], "what is no mail")
    nested = b"From: a@b.kr\r\n" + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(1000))
    points.ok(line.say(envelope + b"DATA\r\n", 4)[-1] == "354" and line.say(nested + b"\r\n.\r\n", 2) == ["554", "554"], "parts in parts in parts")
    points.ok(line.say(envelope + b"DATA\r\n", 4)[-1] == "354" and line.say(b".\r\n", 2) == ["554", "554"], "nothing at all")
    points.ok(taken(s) == before, "nothing of these is taken")
    points.ok(line.say(b"MAIL FROM:<a@b.kr>\r\n" + b"RCPT TO:<a@b.kr>\r\n" * 21, 22)[-2:] == ["250", "452"], "RFC 5321 4.5.3.1.10: too many recipients")
    points.ok(line.say(b"RSET\r\n" + envelope + b"DATA\r\n", 5)[-1] == "354" and line.say(mail + b"\r\n.\r\n", 2) == ["250", "250"],
              "and the line is as good as before")
    line.close()
    line = Line(s)
    line.hear(1)
    points.ok(line.say(b"x" * 9000, 1) == ["421"] and line.hear(1) == ["gone"], "a line without an end")
    line.close()
    line = Line(s)
    line.hear(1)
    points.ok(line.say(b"WHAT\r\n" * 10, 10) == ["500"] * 9 + ["421"], "who speaks nonsense is sent away")
    line.close()


def leaving(s, world):
    """Clients that are gone in the middle of everything leave nothing behind."""
    to, mail = a_mail(s, world, dtstamp="-6")
    envelope = f"LHLO mx\r\nMAIL FROM:<{world['email']}>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode()
    before = taken(s)
    for cut in (b"LHLO mx\r\nMAIL", envelope, envelope + mail[:200], envelope + mail + b"\r\n."):
        line = Line(s)
        line.say(cut, 1)
        line.close()
    held = [Line(s) for _ in range(20)]
    points.ok(wait_for("every place", lambda: [h.hear(1) for h in held] == [["220"]] * 20), "twenty lines at once")
    one = Line(s)
    points.ok(one.hear(1) == ["421"], "one more is told to come later")
    for h in (*held, one):
        h.close()
    post = wait_for("a place", lambda: connected(s))
    post.sendmail(world["email"], to, mail)
    post.quit()
    points.ok(taken(s) == before + 1, "what was cut off was not taken; what came whole was, once")


def starved(s):
    """No descriptor is left: who calls waits, and the daemon does not spin."""
    def paused():
        return s.log.read_text(errors="replace").count("lmtp.paused")

    was = resource.prlimit(s.daemon.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(s.daemon.pid, resource.RLIMIT_NOFILE, (3, was[1]))
    line = Line(s)
    pauses = wait_for("a pause", paused)
    resource.prlimit(s.daemon.pid, resource.RLIMIT_NOFILE, was)
    points.ok(pauses and line.hear(1) == ["220"], "out of descriptors it pauses, and then greets who waited")
    line.close()


def connected(s):
    try:
        return smtplib.LMTP("127.0.0.1", s.lmtp_port)
    except smtplib.SMTPConnectError:
        return None


def delivered(s, world):
    to, mail = a_mail(s, world, partstat="ACCEPTED")
    done = s.cli("deliver", f"--to={to}", f"--from={world['email']}", stdin=mail)
    points.ok((done.returncode, done.stdout) == (0, b"done\n"), "deliver takes an answer", done)
    done = s.cli("deliver", f"--to={to}", stdin=mail)
    points.ok((done.returncode, done.stdout) == (0, b"done\n"), "the same again is as it was", done)
    _, other = a_mail(s, world, partstat="ACCEPTED")
    done = s.cli("deliver", stdin=other)
    points.ok((done.returncode, done.stdout) == (0, b"same\n"), "without --to the head says to whom", done)
    for rc, why, args, stdin in ((65, "no mail", [], b"\x00\xff no mail"), (65, "too long a mail", [], mail + b"x" * 200000),
                                 (64, "an unknown option", ["--x=1"], mail), (75, "no database", ["--database=host=/nowhere"], mail),
                                 (75, "no setting", ["--mail-in-max=wrong"], mail)):
        done = s.cli("deliver", *args, stdin=stdin)
        points.ok(done.returncode == rc, f"{why}: {rc}", done)


def impossible(s, world):
    """A mail that the tables cannot hold: there is none that we know of, so a rule is made against one."""
    to, mail = a_mail(s, world, comment="impossible", dtstamp="7")
    s.ask("alter table jamund.replies add constraint impossible check (comment <> 'impossible') not valid")
    before = taken(s)
    line = Line(s)
    line.hear(1)
    points.ok(line.say(f"LHLO mx\r\nMAIL FROM:<a@b.kr>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode(), 4)[-1] == "354"
              and line.say(mail + b"\r\n.\r\n", 1) == ["554"], "what can never be taken is refused for good")
    line.close()
    done = s.cli("deliver", f"--to={to}", stdin=mail)
    points.ok(done.returncode == 65, "by deliver, too", done)
    s.ask("alter table jamund.replies drop constraint impossible")
    points.ok(taken(s) == before, "and leaves nothing")


def listed(s):
    page = s.coordinator.get("/v1/replies").json
    points.ok(page["items"] and all(r["state"] == "waiting" and r["why"] for r in page["items"]), "what waits is listed, and why")
    one = next(r for r in page["items"] if r["why"]["code"] == "other_sender")
    points.ok(one["sender"] == "stranger@elsewhere.example", "coordinators see who sent it")
    points.ok(s.field.get("/v1/replies").status == 403, "the field team does not")
    for state in ("done", "dropped", "old", "same"):
        rows = s.coordinator.get(f"/v1/replies?state={state}&limit=100").json["items"]
        points.ok(rows and not any(r["sender"] or r["attendee"] or r["comment"] for r in rows), f"nothing personal is kept of what is {state}")
    points.ok(s.coordinator.post(f"/v1/replies/{uuid.uuid4()}/dismiss", {}).status == 404, "one that is not there")
    done = s.coordinator.get("/v1/replies?state=done&limit=1").json["items"][0]
    points.ok(s.coordinator.post(f"/v1/replies/{done['id']}/dismiss", {}).status == 409, "one that does not wait")
    reply = s.coordinator.post(f"/v1/replies/{one['id']}/dismiss", {}, key="k-dismiss")
    points.ok(reply.json["state"] == "dismissed", "one is dismissed", reply)
    again = s.coordinator.post(f"/v1/replies/{one['id']}/dismiss", {}, key="k-dismiss")
    points.ok(again.body == reply.body, "and again under its key")


def marked(s):
    """Who sees that mail to somebody comes back: who sees the address."""
    expert, company = s.ask("select m.party, a.company_id from jamund.bounces b join jamund.messages m on m.id = b.message_id"
                            " join jamund.appointments a on a.id = m.appointment_id where m.viewer = 'expert' limit 1").split("|")
    points.ok(s.coordinator.get(f"/v1/experts/{expert}").json.get("email_bounced_at"), "coordinators see that an address does not work")
    points.ok("email_bounced_at" not in s.field.get(f"/v1/experts/{expert}").json, "the field team does not")
    points.ok("email_bounced_at" not in s.coordinator.get(f"/v1/companies/{company}").json["contacts"][0], "of others nothing is said")
    message = s.ask(f"select id from jamund.messages where party = '{expert}' and state = 'bounced'")
    points.ok(s.coordinator.post(f"/v1/messages/{message}/replay", {}).json["state"] == "queued", "what came back is sent again")
    points.ok("email_bounced_at" not in s.coordinator.get(f"/v1/experts/{expert}").json, "and the mark is gone until it comes back anew")


with Mailed(points, mail_in_max="100k") as service:
    chosen = [x for x in itip.scenarios() if not sys.argv[1:] or any(a in x.name for a in sys.argv[1:])]
    rest = play_all(service, chosen)
    talks(service, rest[0])
    refusals(service, rest[0])
    leaving(service, rest[0])
    starved(service)
    delivered(service, rest[1])
    impossible(service, rest[0])
    if not sys.argv[1:]:
        listed(service)
        marked(service)
points.done()
