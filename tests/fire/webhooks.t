#!/usr/bin/python3
# Webhooks against endpoints that fail in every way, and with two daemons of which one is killed.
import collections
import sys

from fire import TOP, WAIT, House, Tap, accept, start, wait_for
from mail_server import certificates

sys.path.insert(0, str(TOP / "tests/lib"))
from receiver import Receiver  # noqa: E402

HOOKS = {"webhook_networks": "127.0.0.0/8", "webhook_backoff": "10ms", "webhook_timeout": "60s", "outbox_lease": "2s"}
HASTY = {**HOOKS, "webhook_timeout": "5s"}  # where an endpoint says nothing at all
BRISK = {**HOOKS, "webhook_timeout": "1500ms"}  # where a call may come again, and a killed daemon's lease be over soon
points = Tap()


class Office:
    def __init__(self, house, daemon):
        self.h, self.d, self.day = house, daemon, 0
        self.expert = house.made_expert(daemon)

    def ask(self, d=None):
        """A request: one event, request.open."""
        return self.h.made_request(d or self.d)

    def offered(self, d=None):
        self.day += 1
        return (d or self.d).made("POST", "/v1/appointments",
                                  self.h.offer(self.ask(d), self.expert, start(self.day)))

    def hook(self, url, *kinds):
        return self.d.made("POST", "/v1/webhooks", {"url": url, "kinds": kinds}, token="manager")

    def get(self, path):
        return self.d.made("GET", path, token="manager")

    def settle(self):
        """Until nothing waits; how long the waits become after many failures is not what is looked at here."""
        open_ = "state in ('queued', 'retry', 'sending')"
        try:
            wait_for("the deliveries", lambda: self.h.sql("update deliveries set due_at = clock_timestamp() where state = 'retry' and"
                                                          f" due_at > clock_timestamp() + interval '3 s'; select (select count(*) from messages where {open_})"
                                                          f" + (select count(*) from deliveries where {open_})") == "0")
        except TimeoutError:
            points.note(self.h.sql(f"select kind, state, attempts, due_at, last_error from messages where {open_}"),
                        self.h.sql("select d.kind, state, attempts, due_at, lease_until, last_error, url from deliveries d"
                                   f" join webhooks w on w.id = webhook_id where {open_} order by d.seq"))
            raise


def of(r, path, subject):
    return [c for c in r.on(path) if c.subject == subject]


def ordered(h, r, path):
    """The kinds of each subject, once each, in the order of their first arrival; and as they were written."""
    came = collections.defaultdict(dict)
    for c in [c for c in r.on(path) if c.answer in (204, "wait")]:
        came[c.subject].setdefault(c.id, c.type)
    written = collections.defaultdict(dict)
    for row in h.sql(f"select subject, d.id, kind from deliveries d join webhooks w on w.id = webhook_id"
                     f" where url like '%{path}' order by d.seq").splitlines():
        subject, ident, kind = row.split("|")
        written[subject][ident] = kind
    return [(s, list(came[s].values()), list(w.values())) for s, w in written.items() if list(came[s].items()) != list(w.items())]


def trouble(h, office, r, crm):
    for word in (500, 302, 404, "cut", "stall"):
        r.go_on.clear()
        r.plan["/crm"] = [word, 503]
        asked = office.ask()
        office.settle()
        mine = of(r, "/crm", asked["id"])
        points.ok(len(mine) == 3 and len({c.id for c in mine}) == 1 and len({c.body for c in mine}) == 1
                  and [c.answer for c in mine] == [word, 503, 204],
                  f"{word}, then 503: tried again under the same id with the same body", [c.answer for c in mine])
        r.go_on.set()
    points.ok(not r.on("/elsewhere"), "a redirect is not followed")
    r.plan["/crm"] = ["endless"]
    asked = office.ask()
    office.settle()
    points.equal([c.answer for c in of(r, "/crm", asked["id"])], ["endless"], "200 and a body without end: taken, and cut off")

    r.plan["/crm"] = [500] * 4
    asked = office.ask()
    office.settle()
    listed = office.get(f"/v1/webhook-deliveries?state=dead&webhook_id={crm['id']}")["items"]
    points.equal([(x["subject"], x["attempts"], x["last_error"], x["kind"]) for x in listed],
                 [(asked["id"], 4, "HTTP 500", "request.open")], "tried too often: dead, and listed with why")
    path = f"/v1/webhook-deliveries/{listed[0]['id']}/replay"
    replies = [office.d.call("POST", path, {}, key="again", token="manager") for _ in range(2)]
    office.settle()
    points.ok(replies[0].status == 200 and replies[0].json == replies[1].json
              and (r.on("/crm")[-1].id, r.on("/crm")[-1].answer) == (listed[0]["id"], 204), "replayed, under its id", *replies)
    points.equal(office.d.call("POST", path, {}, token="manager").code, "wrong-state", "what was delivered is not replayed")


def stalling(h, office, r):
    """It has four under way at most; another's go on, while none of the four is given up."""
    office.d.stop()
    office.d = h.start(**HOOKS, webhook_attempts_max=4)
    r.go_on.clear()
    r.plan["/slow"] = ["wait"] * 9
    asked = [office.ask() for _ in range(9)]
    wait_for("four at once", lambda: r.open["/slow"] == 4)
    wait_for("the others", lambda: {c.subject for c in r.on("/crm", 204)} >= {a["id"] for a in asked})
    points.ok(r.most["/slow"] == 4 and r.open["/slow"] >= 1, "an endpoint that stalls holds up no other", dict(r.most))
    r.go_on.set()
    office.settle()
    points.ok({c.subject for c in r.on("/slow")} >= {a["id"] for a in asked}, "and gets its own in the end")


def rotation(office, r, crm):
    turned = office.d.made("POST", f"/v1/webhooks/{crm['id']}/rotate", {}, token="manager")
    for secret in (turned["secret"], crm["secret"]):
        r.secrets["/crm"] = [secret]
        office.ask()
        office.settle()
    points.ok(not r.odd and len(r.on("/crm")[-1].signatures) == 2, "after a rotation both secrets sign", *r.odd)
    office.d.made("POST", f"/v1/webhooks/{crm['id']}/rotate", {"grace_hours": 0}, token="manager")
    office.ask()
    office.settle()
    points.ok(len(r.odd) == 1 and len(r.on("/crm")[-1].signatures) == 1, "with no grace the old one does not", *r.odd)
    r.odd.clear()
    r.secrets.pop("/crm")


def gone(office, r, crm):
    r.plan["/crm"] = [410]
    count = len(r.on("/crm"))
    office.ask()
    office.settle()
    off = office.get(f"/v1/webhooks/{crm['id']}")
    points.ok(off["active"] is False and off["gone_at"] and len(r.on("/crm")) == count + 1, "410: the webhook is switched off", off)
    office.ask()
    office.settle()
    points.equal(len(r.on("/crm")), count + 1, "and is not called any more")
    dead = office.get("/v1/webhook-deliveries?state=dead")["items"][0]
    path = f"/v1/webhook-deliveries/{dead['id']}/replay"
    points.equal(office.d.call("POST", path, {}, token="manager").code, "wrong-state", "nor replayed to")
    office.d.call("PATCH", f"/v1/webhooks/{crm['id']}", {"active": True}, match="*", token="manager")
    office.d.call("POST", path, {}, token="manager")
    office.settle()
    points.equal((r.on("/crm")[-1].id, r.on("/crm")[-1].answer), (dead["id"], 204), "until somebody switches it on")


def secure(h, office):
    ca, chain, key = certificates(h.dir)
    r = Receiver((chain, key))
    office.hook(r.base + "/tls", "request.open")
    office.ask()
    office.settle()
    row = h.sql("select d.state, last_error from deliveries d join webhooks w on w.id = webhook_id where url like '%/tls'")
    points.ok(row.startswith("dead|") and not r.got, "a certificate that nobody vouches for: nothing is sent", row)
    office.d.stop()
    office.d = h.start(**HOOKS, webhook_attempts_max=4, webhook_ca_file=ca)
    asked = office.ask()
    office.settle()
    points.equal([c.subject for c in r.got], [asked["id"]], "with webhook_ca_file: sent")
    r.close()


def two_daemons(h, office, r):
    """Each event at least once and in order, though every third call fails, one daemon is killed, another ends."""
    other = h.start(**BRISK, webhook_attempts_max=100)
    office.d.stop()
    office.d = h.start(**BRISK, webhook_attempts_max=100)
    r.plan["/all"] = [204, 500, 204, "cut", 503, 204] * 20
    office.hook(r.base + "/all", "message.*", "appointment.*", "request.*")
    r.go_on.clear()
    live = [office.offered(d) for d in (office.d, other) * 6]
    r.plan["/all"][:0] = ["wait"] * 3
    for k, made in enumerate(live):
        accept((office.d, other)[k % 2], made)
        if k == 3:
            wait_for("calls in hand", lambda: r.open["/all"] >= 1)
            other.kill()
            other = h.start(**BRISK, webhook_attempts_max=100)
    r.go_on.set()
    for k, made in enumerate(live[::2]):
        d = (office.d, other)[k % 2]
        d.made("POST", f"/v1/appointments/{made['id']}/cancel", {"reason": "사정"}, match="*")
    office.settle()
    wrong = ordered(h, r, "/all")
    taken = collections.Counter(c.id for c in r.on("/all") if c.answer in (204, "wait"))
    count, many = len(taken), [n for n in taken.values() if n > 1]
    points.ok(not wrong and count > 80, f"two daemons, one killed: {count} events, each came, in order ({len(many)} again)", *wrong[:3])
    points.ok(not r.odd, "every one signed", *r.odd[:3])
    points.equal(h.sql("select count(*) from deliveries d join webhooks w on w.id = webhook_id"
                       " where url like '%/all' and d.state <> 'delivered'"), "0", "none is dead")
    return other


with House("fire_webhooks") as h:
    receiver = Receiver()
    desk = Office(h, h.start(**HASTY, webhook_attempts_max=4))
    hook = desk.hook(receiver.base + "/crm", "request.open")
    receiver.secrets["/crm"] = [hook["secret"]]
    trouble(h, desk, receiver, hook)
    desk.hook(receiver.base + "/slow", "request.open")
    stalling(h, desk, receiver)
    h.sql("update webhooks set active = false where url like '%/slow'")
    rotation(desk, receiver, hook)
    gone(desk, receiver, hook)
    secure(h, desk)
    h.sql("update webhooks set active = false")
    second = two_daemons(h, desk, receiver)

    # SIGTERM with a call in hand: it ends first
    receiver.plan["/all"] = ["wait"]
    receiver.go_on.clear()
    second.stop()
    desk.ask()
    wait_for("a call in hand", lambda: receiver.open["/all"] == 1)
    desk.d.process.terminate()
    wait_for("serve.drain", lambda: "serve.drain" in desk.d.log.read_text())
    receiver.go_on.set()
    points.equal((desk.d.process.wait(WAIT), h.sql("select count(*) from deliveries where state = 'sending'")), (0, "0"),
                 "a daemon that is asked to end finishes the call in hand")
    points.equal([x for e in h.daemons for x in e.oddities()], [], "no daemon had anything odd to say")
    receiver.close()
points.done()
