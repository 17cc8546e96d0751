"""What clients, mail server and caches saw, against the database that is left.

    Run(state, ops, mails, feeds).faults()

ops: history.History.read(); mails: mail_server.Taken; feeds: {path: {who: (status, ETag, bytes)}}, where
"fresh" is a daemon that had nothing in memory. A check is a row of SEEN; plants.py has a bug for each.
"""
import bisect
import collections

from history import MARK
from promises import DATABASE, group

REFUSED = (408, 409, 412, 422)
VERBS = {"company": "company.add", "case": "case.add", "request": "request.add", "offer": "appointment.offer",
         "expert": "expert.add", "withdraw": "request.withdraw", "reopen": "request.reopen", "undo": "appointment.undo",
         **{f: "seat." + f for f in ("accept", "decline", "counter", "take", "refuse", "drop_out")},
         **{f: "appointment." + f for f in ("move", "reassign", "cancel", "complete", "no_show")}}


class Run:
    def __init__(self, state, ops, mails, feeds):
        self.s, self.ops, self.mails, self.feeds = state, ops, mails, feeds
        self.writes = [o for o in ops.values() if o.f in VERBS]
        self.links = [o for o in ops.values() if o.f.startswith("link ")]
        self.effects = self._effects()
        self.kept = {i["key"]: i for i in state.idempotency}

    def _effects(self):
        """mark -> the versions of what it did, from the audit and from the rows that bear it."""
        s, found = self.s, collections.defaultdict(set)
        bearers = {}
        for row, text in [(x["id"], x["name"]) for x in s.companies] + [(x["id"], x["title"]) for x in s.cases] + [
                (x["id"], " ".join(x["topics"])) for x in s.requests]:
            bearers[row] = MARK.findall(text)
        reported = {r["appointment_id"]: MARK.findall(r["summary"]) for r in s.reports}
        for a in s.audit:
            marks = MARK.findall(a["reason"] or "")
            if a["action"].endswith(".add"):
                marks += bearers.get(a["entity_id"], [])
            if a["action"] == "appointment.complete":
                marks += reported.get(a["entity_id"], [])
            for mark in marks:
                found[mark].add(a["version"])
        bearers = collections.Counter(m for marks in bearers.values() for m in marks)
        self.twice = [m for m, n in bearers.items() if n > 1]
        return found

    def version(self, op):
        return min(self.effects[op.mark]) if self.effects.get(op.mark) else None

    def faults(self, checks=None):
        both = checks or {**DATABASE, **SEEN}
        return [f"{what}: {where}" for what, check in both.items()
                for where in list(check(self if what in SEEN else self.s))[:5]]


def name(op):
    return f"{op.f} {op.mark} {op.path}"


# ---- acknowledged, refused, unknown (promise 3) ----

def lost(r):
    """What was acknowledged is there: its change, and the answer that its key keeps."""
    for o in r.writes:
        if o.end == "ok" and (o.key not in r.kept or o.f not in ("undo", "expert") and o.mark not in r.effects):
            yield name(o)


def refused_but_done(r):
    for o in r.writes + r.links:
        if o.end == "fail" and (o.key in r.kept or o.mark in r.effects):
            yield name(o)


def done_twice(r):
    yield from (f"rows of {m}" for m in r.twice)
    for o in r.writes + r.links:
        if len(r.effects.get(o.mark, ())) > 1:
            yield f"{name(o)}: {len(r.effects[o.mark])} effects"
    undone = collections.Counter(o.path.split("/")[3] for o in r.writes if o.f == "undo" and o.end == "ok")
    for one, n in collections.Counter(a["entity_id"] for a in r.s.audit if a["action"] == "appointment.undo").items():
        if undone[one] != n:
            yield f"undo of {one}: {n} effects, {undone[one]} answers"


def unresolved(r):
    for o in r.writes + r.links:
        if o.end is None:
            yield name(o)


def odd_answer(r):
    for o in r.writes + r.links:
        if o.end == "fail" and o.status not in REFUSED + (200,):
            yield f"{name(o)}: {o.status}"


def another_effect(r):
    """The change is the one that was asked for."""
    verb_of = {a["version"]: (a["action"], a["entity_id"]) for a in r.s.audit}
    for o in r.writes:
        for version in r.effects.get(o.mark, ()):
            if verb_of[version][0] != VERBS[o.f]:
                yield f"{name(o)} became {verb_of[version][0]}"


def answer_differs(r):
    """The answer is the one that the key keeps, and tells the state that the change left."""
    for o in r.writes:
        if o.end != "ok" or o.key not in r.kept:
            continue
        kept, life = r.kept[o.key], r.s.lives.at.get(r.version(o))
        if (kept["status"], kept["body"]) != (o.status, o.doc):
            yield f"{name(o)}: another answer than the key's"
        elif life and o.doc["id"] == life[0] and o.doc["state"] != life[1][0]:
            yield f"{name(o)}: answered {o.doc['state']}, the audit tells {life[1][0]}"
        elif life and o.doc["id"] in dict(life[1][1]) and o.doc["state"] != dict(life[1][1])[o.doc["id"]]:
            yield f"{name(o)}: answered {o.doc['state']}, the audit tells {dict(life[1][1])[o.doc['id']]}"


# ---- order ----

def out_of_order(r):
    """Who began after another was answered has the later version."""
    done = sorted((o.ended, r.version(o)) for o in r.writes if o.end == "ok" and r.version(o))
    ended, highest = [at for at, _ in done], []
    for _, version in done:
        highest.append(max(version, highest[-1] if highest else 0))
    for o in r.writes:
        before = bisect.bisect_left(ended, o.began)
        if o.end == "ok" and r.version(o) and before and r.version(o) < highest[before - 1]:
            yield f"{name(o)} has version {r.version(o)}, after {highest[before - 1]} was answered"


def stale_read(r):
    told = group([{"id": o.doc["id"], "at": o.ended, "version": o.doc["version"]} for o in r.ops.values()
                  if o.end == "ok" and o.doc and "uid" in o.doc], "id")
    for o in r.ops.values():
        if o.f == "read" and o.end == "ok":
            known = max((t["version"] for t in told[o.doc["id"]] if t["at"] < o.began), default=0)
            if o.doc["version"] < known:
                yield f"{o.path}: version {o.doc['version']} after {known} was known"


# ---- mails ----

def mail_lost(r):
    got = {m.id for m in r.mails}
    for m in r.s.messages:
        waits = m["state"] in ("queued", "retry", "sending") and not m["later"]
        if waits or m["state"] == "sent" and m["id"] not in got:
            yield f"{m['kind']} {m['id']} is {m['state']}"


def mail_bytes(r):
    """However often a mail was sent, its bytes are the same, and those that the outbox knows of."""
    for id_, same in group([{"id": m.id, "sha": m.sha256, "to": m.to} for m in r.mails], "id").items():
        message = r.s.by_id.get(id_, {})
        if len({m["sha"] for m in same}) > 1 or message.get("sha") not in (None, same[0]["sha"]):
            yield f"{id_}: {len(same)} times, {len({m['sha'] for m in same})} different"


def mail_unbidden(r):
    for m in r.mails:
        message = r.s.by_id.get(m.id)
        if not message or not message["told"] or message["to_email"] != m.to:
            yield f"{m.id} to {m.to}"


# ---- caches ----

def feed_stale(r):
    for path, seen in r.feeds.items():
        yield from (f"{path} by {who}: {got[:2]}" for who, got in seen.items() if got != seen["fresh"])


SEEN = {
    "lost": lost, "refused but done": refused_but_done, "done twice": done_twice, "unresolved": unresolved,
    "odd answer": odd_answer, "another effect": another_effect, "answer differs": answer_differs,
    "out of order": out_of_order, "stale read": stale_read,
    "mail lost": mail_lost, "mail bytes": mail_bytes, "mail unbidden": mail_unbidden, "feed stale": feed_stale,
}
