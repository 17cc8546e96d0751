#!/usr/bin/python3
# The outbox against a mail server with STARTTLS and AUTH that fails it in every way there is.
import collections
import json
import socket

from fire import WAIT, House, Tap, accept, cancel, start, wait_for
from mail_server import MailServer, certificates

CUTS = ["greeting", "ehlo", "starttls", "tls ehlo", "auth", "auth done", "mail", "rcpt", "data", "dot lost", "dot"]
TEXT = ".\n..\n.점으로 시작하는 줄\nFrom 줄\n"  # what SMTP must stuff and quote
points = Tap()


class Office:
    """Appointments on different days, so that nothing but the mail is in the way."""

    def __init__(self, house, daemon):
        self.h, self.day = house, 0
        self.expert = house.made_expert(daemon)

    def offered(self, d):
        self.day += 1
        return d.made("POST", "/v1/appointments",
                      self.h.offer(self.h.made_request(d, text=TEXT), self.expert, start(self.day)))

    def confirmed(self, d):
        """Four mails: the offer, and three invitations."""
        made = self.offered(d)
        wait_for("the offer to be taken", lambda: "queued" not in self.messages(made))  # else the answer withdraws it
        accept(d, made)
        return made

    def messages(self, made=None, columns="state"):
        return self.h.sql(f"select {columns} from messages" +
                          (f" where appointment_id = '{made['id']}'" if made else "") + " order by seq").splitlines()

    def settle(self, made=None, states=("sent",)):
        """How long the waits become after many failures is not what is looked at here."""
        def over():
            self.h.sql("update messages set due_at = clock_timestamp() where state = 'retry' and due_at > clock_timestamp() + interval '3 s'")
            return set(self.messages(made)) <= set(states)
        try:
            wait_for("the outbox", over)
        except TimeoutError as e:
            points.note(e, *self.messages(made, "kind, state, attempts, last_error"))
        return set(self.messages(made)) <= set(states)

    def tried(self, made):
        """Until each of its messages failed once."""
        wait_for("a first attempt", lambda: all(s == "retry" for s in self.messages(made)))
        return self.messages(made, "state || coalesce(': ' || last_error, '')")


def arrived(h, server, made=None):
    """Every message said to be sent came at least once, each time in the bytes said to be handed over."""
    by_id = collections.defaultdict(list)
    for mail in server.taken:
        by_id[mail.id].append(mail.sha256)
    odd = []
    for row in h.sql("select id, bytes_sha256, state from messages" +
                     (f" where appointment_id = '{made['id']}'" if made else "")).splitlines():
        message, sha256, state = row.split("|")
        if state != "sent" or not by_id[message] or set(by_id[message]) != {sha256}:
            odd.append(f"{message} {state} {sha256}: {by_id[message]}")
    return odd


def times(server):
    return collections.Counter(m.id for m in server.taken)


with House("fire_smtp", outbox_backoff="10ms", outbox_attempts_max=100) as h:
    ca, chain, key = certificates(h.dir)
    server = MailServer((chain, key), "jamund", "비밀 word")
    right = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "smtp_tls": "require", "smtp_ca_file": ca,
             "smtp_user": "jamund", "smtp_password": "비밀 word"}
    d = h.start(**right)
    office = Office(h, d)

    made = office.confirmed(d)
    points.ok(office.settle(made), "four mails of an appointment are sent")
    points.equal(arrived(h, server, made), [], "and came as they were stored")
    points.equal(set(times(server).values()), {1}, "once each")
    points.ok(all(to == m.mail["To"].split("<")[-1].rstrip(">") for m in server.taken for to in [m.to])
              and all(m.data.endswith(b"\r\n") and b"\n" not in m.data.replace(b"\r\n", b"") for m in server.taken),
              "one recipient per mail, every line ended by CR LF")
    points.equal(server.commands["AUTH"] > 0 and server.commands["STARTTLS"] > 0, True, "after STARTTLS and AUTH")

    for name in CUTS:
        server.hang_up()
        server.cut[name] = 2
        made = office.confirmed(d)
        points.ok(office.settle(made) and server.cuts[name] == 2 and not arrived(h, server, made),
                  f"cut twice after {name}: every mail arrives, in the bytes stored",
                  dict(server.cuts), *arrived(h, server, made))
    again = [i for i, n in times(server).items() if n > 1]
    points.ok(1 <= len(again) <= 4, f"only mails whose 250 was lost came again: {len(again)}")

    # ---- what the server says ----
    points.equal((d.stop(), d.oddities()), (0, []), "a daemon ends well")
    d = h.start(**right, outbox_backoff="1s")
    for name, words in (("rcpt", "451 4.7.1 later"), ("data", "452 4.3.1 full"), ("dot", "451 4.3.0 later"),
                        ("greeting", "421 4.3.2 busy"), ("greeting", "554 5.3.2 no mail here now")):
        server.hang_up()
        server.tried.clear()
        server.say[name] = [words] * 2
        made = office.offered(d)
        points.ok(office.settle(made) and office.messages(made, "attempts") == ["3"] and not arrived(h, server, made),
                  f"{words[:3]} to {name}: tried again until it is sent",
                  *office.messages(made, "state, attempts, last_error"))
        if name != "greeting":
            at = [t for t, _ in server.tried]
            points.ok(len(at) == 3 and at[1] - at[0] > 0.9 and at[2] - at[1] > 1.9,
                      f"{words[:3]} to {name}: the wait doubles", at)

    for name, words in (("rcpt", "550 5.1.1 no such user"), ("dot", "554 5.6.0 not this")):
        server.say[name] = [words]
        made = office.offered(d)
        wait_for("the end of it", lambda: office.messages(made) in (["dead"], ["sent"]))
        listed = d.made("GET", "/v1/messages?state=dead")["items"]
        mine = [m for m in listed if m["appointment_id"] == made["id"]]
        points.ok(len(listed) == len(mine) == 1 and mine[0]["attempts"] == 1 and words[:3] in mine[0]["last_error"],
                  f"{words[:3]} to {name}: dead at once, and listed with the reason", json.dumps(listed))
        if not mine:
            continue
        path = f"/v1/messages/{mine[0]['id']}/replay"
        replies = [d.call("POST", path, {}, key=f"again-{name}") for _ in range(2)]
        points.ok(replies[0].status == 200 and replies[0].json == replies[1].json and office.settle(made)
                  and not arrived(h, server, made), "and sent after a replay", *replies)
        points.equal(d.call("POST", path, {}).code, "wrong-state", "what was sent is not replayed")

    # ---- whom to trust ----
    d.stop()
    count = len(server.taken)
    d = h.start(**{**right, "smtp_password": "틀린 word"})
    made = office.offered(d)
    why = office.tried(made)
    points.ok(len(server.taken) == count and not h.sql("select 1 from messages where state = 'dead'"),
              "a wrong password: nothing is sent, nothing is dead", *why)
    d.stop()

    plain = MailServer()
    d = h.start(**{**right, "smtp_url": f"smtp://127.0.0.1:{plain.port}"})
    office.offered(d)
    wait_for("an attempt", lambda: plain.commands["EHLO"] >= 2)
    wait_for("marks", lambda: "sending" not in office.messages())
    points.ok(not plain.taken and plain.commands["MAIL"] == plain.commands["AUTH"] == 0
              and "dead" not in office.messages(),
              "TLS required and none offered: neither a mail nor the password leaves", dict(plain.commands))
    d.stop()

    (h.dir / "other").mkdir()
    d = h.start(**{**right, "smtp_ca_file": certificates(h.dir / "other")[0]})
    secure = server.commands["STARTTLS"]
    wait_for("attempts", lambda: server.commands["STARTTLS"] >= secure + 2)
    wait_for("marks", lambda: "sending" not in office.messages())
    points.ok(len(server.taken) == count and "dead" not in office.messages(),
              "a certificate nobody vouches for: nothing is sent")
    d.stop()

    # ---- nobody there ----
    port = server.port
    server.close()
    closed = socket.socket()  # nobody else gets the port, and nobody listens
    closed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    closed.bind(("127.0.0.1", port))
    d = h.start(**right)
    made = office.confirmed(d)
    wait_for("an attempt", lambda: office.messages(made, "attempts > 0 and state = 'retry'")[0] == "t")
    points.ok("sent" not in office.messages(made), "the server is away: mails wait")
    closed.close()
    taken, server = server.taken, MailServer((chain, key), "jamund", "비밀 word", port)
    points.ok(office.settle(), "it is back: all are sent")
    server.taken = taken + server.taken
    points.equal(arrived(h, server), [], "every message ever written arrived in the bytes stored")

    # ---- the order ----
    server.taken.clear()
    made = office.offered(d)
    office.settle(made)
    server.say["rcpt"] = ["451 4.7.1 later"] * 6
    accept(d, made)
    wait_for("failures", lambda: office.messages(made)[1:].count("retry") >= 1 and not server.say["rcpt"][4:])
    cancel(d, made)
    office.settle(made, ("sent", "withdrawn"))
    heard = collections.defaultdict(list)
    for m in server.taken:
        if m.method:
            heard[m.to].append(m.method)
    points.ok(heard and all(x[0] == "REQUEST" and x.index("CANCEL") == len(x) - 1 for x in heard.values()),
              "who got a REQUEST gets its CANCEL, after it", dict(heard), *office.messages(made, "kind, state"))

    # ---- two daemons, one outbox ----
    server.taken.clear()
    two = [d, h.start(**right)]
    before = [x.metric("mails_sent_total") for x in two]
    for k in range(24):
        office.confirmed(two[k % 2])
    office.settle(None, ("sent", "withdrawn"))
    done = [x.metric("mails_sent_total") - b for x, b in zip(two, before)]
    points.ok(len(server.taken) == 96 and set(times(server).values()) == {1} and all(done),
              f"two daemons, 96 mails: each is sent once ({done[0]} and {done[1]})",
              len(server.taken), times(server).most_common(3))
    points.equal(sum(x.metric("mails_failed_total") for x in two[1:]), 0, "and none fails")

    # ---- a daemon dies with mails in hand, another ends while one is under way ----
    two[1].stop()
    d.stop()
    d = h.start(**right, outbox_lease="1s")
    server.taken.clear()
    server.go_on.clear()
    made = office.confirmed(d)
    wait_for("a mail in hand", lambda: server.held)
    points.equal(d.admin("/livez").status, 200, "a mail server that thinks long stops nobody else")
    d.kill()
    points.note(f"killed with {server.held} mails in hand")
    server.go_on.set()
    wait_for("nothing in hand", lambda: not server.held)
    d = h.start(**right)
    points.ok(office.settle(made) and not arrived(h, server, made) and max(times(server).values()) > 1,
              "a daemon killed in mid-mail: its lease runs out, the mail comes again in the same bytes",
              times(server), *arrived(h, server, made))
    server.taken.clear()
    server.go_on.clear()
    made = office.offered(d)
    wait_for("a mail in hand", lambda: server.held)
    d.process.terminate()
    wait_for("serve.drain", lambda: "serve.drain" in d.log.read_text())
    server.go_on.set()
    points.equal((d.process.wait(WAIT), d.oddities(), office.messages(made), list(times(server).values())),
                 (0, [], ["sent"], [1]), "a daemon that is asked to end finishes the mail in hand")
    points.equal([x for e in h.daemons for x in e.oddities()], [], "no daemon had anything odd to say")
points.done()
