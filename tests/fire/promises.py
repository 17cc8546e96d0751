"""What must be true of a database whatever happened to it: rows are read once, and looked at here, without
help of the constraints and functions that should have kept them right.

    faults(house)              "what: where" for each broken promise
    State(house).faults()      the same; State(house, plant) looks at what a planted bug would leave

Names: a check is a row of DATABASE. tests/fire/plants.py has a bug for each of them.
"""
import collections
import json

import life

ROWS = {
    "appointments": "select id, version, state, request_id, company_id, uid, revision, seq, (extract(epoch from"
                    " lower(during)))::float lo, (extract(epoch from upper(during)))::float hi from appointments",
    "seats": "select id, state, appointment_id, seat, expert_id, seq from seats",
    "holds": "select subject, kind, appointment_id, (extract(epoch from lower(during)))::float lo,"
             " (extract(epoch from upper(during)))::float hi from holds",
    "experts": "select id, email, buffer_before, buffer_after from experts",
    "places": "select id, turnaround from places",
    "companies": "select id, name, registration_number from companies",
    "cases": "select id, state, title from cases",
    "contacts": "select id, email, consent_at is not null consent from contacts",
    "requests": "select id, state, case_id, place_id, contact_id, created_by, owner_id, deputy_id, topics from requests",
    "request_seats": "select request_id, seat from request_seats",
    "revisions": "select appointment_id, number, sequence, epoch(stamp) stamp, status, facts -> 'start' start,"
                 " facts -> 'end' as end, facts -> 'status' fact_status, facts ->> 'uid' uid, facts -> 'number' n,"
                 " facts -> 'sequence' s, facts -> 'stamp' t, facts -> 'modified' m, (select"
                 " coalesce(jsonb_agg(x #> '{expert,id}' order by x #> '{expert,id}'), '[]') from jsonb_array_elements(facts -> 'seats')"
                 " x where x ->> 'state' in ('offered', 'countered', 'accepted')) asked from revisions",
    "messages": "select m.id, m.seq, m.state, m.kind, k.standing, m.viewer, m.party, m.to_email, m.appointment_id,"
                " m.revision, m.leased_by is not null told, m.bytes_sha256 sha, m.fingerprint, m.due_at > api.clock() later"
                " from messages m join message_kinds k on k.kind = m.kind",
    "reports": "select appointment_id, summary, minutes from reports",
    "change_log": "select version, entity, entity_id, kind from change_log",
    "audit": "select id, version, actor_kind, via, action, entity, entity_id, reason, detail from audit",
    "idempotency": "select key, status, body, extract(epoch from created_at)::float at from idempotency",
    "clock": "select extract(epoch from api.clock())::float now",
}
LIVE, SEATED = ("tentative", "confirmed"), ("offered", "countered", "accepted")
HELD = LIVE + ("completed", "no_show")


class State:
    """One moment of a database. plant: SQL that is done before the look, and undone after it."""

    def __init__(self, house, plant=""):
        asked = "".join(f"select jsonb_build_object('t', '{t}', 'rows', coalesce(jsonb_agg(x), '[]')) from ({q}) x;\n"
                        for t, q in ROWS.items())
        said = house.sql(f"begin isolation level repeatable read;\n{plant}\n;{asked}rollback;")
        for line in said.splitlines():
            if line.startswith('{"t":'):
                part = json.loads(line)
                setattr(self, part["t"], part["rows"])
        self.now = self.clock[0]["now"]
        self.by_id = {x["id"]: x for t in ("appointments", "seats", "experts", "places", "companies", "cases",
                                           "contacts", "requests", "messages") for x in getattr(self, t)}
        self.seats_of, self.revisions_of = group(self.seats, "appointment_id"), group(self.revisions, "appointment_id")
        self.messages_of = group(self.messages, "appointment_id")
        self.lives = life.told(self)

    def faults(self, checks=None):
        return [f"{what}: {where}" for what, check in (checks or DATABASE).items() for where in list(check(self))[:5]]

    def live_seats(self, a):
        return [s for s in self.seats_of[a["id"]] if s["state"] in SEATED]

    def taken(self, a):
        """The time that an appointment should hold: (subject, kind, from, until)."""
        if a["state"] not in HELD:
            return []
        minute, place = 60, self.by_id.get(self.by_id[a["request_id"]]["place_id"])
        held = [(s["expert_id"], "expert", a["lo"] - minute * self.by_id[s["expert_id"]]["buffer_before"],
                 a["hi"] + minute * self.by_id[s["expert_id"]]["buffer_after"]) for s in self.live_seats(a)]
        held.append((a["company_id"], "company", a["lo"], a["hi"]))
        if place:
            held.append((place["id"], "place", a["lo"], a["hi"] + minute * place["turnaround"]))
        return held


def group(rows, *keys):
    """The rows by the value of a column, or of several."""
    parts = collections.defaultdict(list)
    for row in rows:
        parts[row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)].append(row)
    return parts


def overlaps(spans):
    """Of (subject, kind, from, until): those that meet another of their subject."""
    last = {}
    for subject, kind, lo, hi in sorted(spans, key=lambda x: (str(x[0]), x[2])):
        if subject in last and lo < last[subject]:
            yield f"{kind} {subject} at {lo}"
        last[subject] = max(hi, last.get(subject, hi))


# ---- time (promises 1 and 2) ----

def overlap(s):
    yield from overlaps(h for a in s.appointments for h in s.taken(a) if a["state"] in LIVE)
    yield from overlaps((h["subject"], h["kind"], h["lo"], h["hi"]) for h in s.holds)


def holds(s):
    wanted = collections.Counter((a["id"], *h) for a in s.appointments for h in s.taken(a))
    there = collections.Counter((h["appointment_id"], h["subject"], h["kind"], h["lo"], h["hi"]) for h in s.holds)
    return wanted, there


def hold_missing(s):
    wanted, there = holds(s)
    yield from (wanted - there)


def hold_of_nothing(s):
    wanted, there = holds(s)
    yield from (there - wanted)


# ---- change log and audit (promise 4) ----

def change_log_gap(s):
    got = sorted(c["version"] for c in s.change_log)
    if got != list(range(1, len(got) + 1)):
        yield f"{len(got)} versions up to {got[-1]}"


def audit_missing(s):
    audits = group(s.audit, "version")
    for c in s.change_log:
        of = [(a["action"], a["entity"], a["entity_id"]) for a in audits[c["version"]]]
        if of != [(c["kind"], c["entity"], c["entity_id"])]:
            yield f"version {c['version']} {c['kind']}: {len(of)} audit rows"


def key_without_effect(s):
    done = {a["entity_id"] for a in s.audit} | {str(x) for a in s.audit for x in a["detail"].values()}
    for i in s.idempotency:
        one = (i["body"] or {}).get("id")
        if one and one not in done and s.by_id.get(one, {}).get("appointment_id") not in done:
            yield f"{i['key']} {one}"


def effect_without_key(s):
    """An effect through the API that was made twice, or without its key."""
    added = collections.Counter(i["body"]["id"] for i in s.idempotency if i["status"] == 201 and "id" in i["body"])
    for a in s.audit:
        if a["via"] == "api" and a["action"] in ("company.add", "case.add", "request.add") or (
                a["via"] == "api" and a["action"] == "appointment.offer"):
            if s.idempotency and added[a["entity_id"]] != 1:
                yield f"{a['action']} {a['entity_id']}: {added[a['entity_id']]} keys"


# ---- revisions (promise 5) ----

def revision_order(s):
    for a in s.appointments:
        mine = sorted(s.revisions_of[a["id"]], key=lambda r: r["number"])
        if [r["number"] for r in mine] != list(range(1, a["revision"] + 1)) or not mine:
            yield f"{a['id']}: numbers {[r['number'] for r in mine]} of {a['revision']}"
        elif any(later["stamp"] <= r["stamp"] for r, later in zip(mine, mine[1:])):
            yield f"{a['id']}: DTSTAMP does not rise: {[r['stamp'] for r in mine]}"
        elif {r["uid"] for r in mine} != {a["uid"]}:
            yield f"{a['id']}: UID changes"
        elif any((r["n"], r["s"], r["t"], r["m"]) != (r["number"], r["sequence"], r["stamp"], r["stamp"]) for r in mine):
            yield f"{a['id']}: the facts and the columns of a revision differ"
        elif mine[-1]["status"] != ("confirmed" if a["state"] in ("completed", "no_show") else a["state"]):
            yield f"{a['id']} is {a['state']}, its revision {mine[-1]['status']}"


def sequence(s):
    """RFC 5546 2.1.4: rises with the time, the status and who is asked or comes, and with nothing else here."""
    for one, mine in s.revisions_of.items():
        mine.sort(key=lambda r: r["number"])
        wanted = [0]
        for r, later in zip(mine, mine[1:]):
            changed = any(r[k] != later[k] for k in ("start", "end", "fact_status", "asked"))
            wanted.append(wanted[-1] + changed)
        if [r["sequence"] for r in mine] != wanted:
            yield f"{one}: {[r['sequence'] for r in mine]}, wanted {wanted}"


# ---- states ----

def states_disagree(s):
    seats_of = collections.Counter(r["request_id"] for r in s.request_seats)
    standing = group((a for a in s.appointments if a["state"] in LIVE), "request_id")
    for q in s.requests:
        of = standing[q["id"]]
        if len(of) > 1:
            yield f"request {q['id']} has {len(of)} live appointments"
        for a in of:
            seats = s.live_seats(a)
            vacant = len(seats) < seats_of[q["id"]]
            wanted = "confirmed" if not vacant and all(x["state"] == "accepted" for x in seats) else "tentative"
            if a["state"] != wanted or len({x["seat"] for x in seats}) != len(seats):
                yield f"appointment {a['id']} is {a['state']}, its seats {[x['state'] for x in seats]}"
            good = ("open", "unmatched") if vacant else ("scheduled",) if wanted == "confirmed" else ("offered",)
            if q["state"] not in good:
                yield f"request {q['id']} is {q['state']}, its appointment {a['state']}"
        if not of and q["state"] in ("offered", "scheduled"):
            yield f"request {q['id']} is {q['state']} without an appointment"
    for a in s.appointments:
        if a["state"] == "cancelled" and s.live_seats(a):
            yield f"appointment {a['id']} is cancelled, a seat of it is not"


def life_disagrees(s):
    """The tables against what the audit tells, by a model of its own."""
    yield from s.lives.strange
    for a in s.appointments:
        told = s.lives.now.get(a["id"])
        real = (a["state"], tuple(sorted((x["id"], x["state"]) for x in s.seats_of[a["id"]])))
        if told != real:
            yield f"appointment {a['id']} is {real}, the audit tells {told}"


# ---- who is told (promise 10) ----

def told_of(s, a):
    """Of one appointment: (viewer, party) and the messages that went or will go, in order."""
    went = sorted((m for m in s.messages_of[a["id"]] if m["told"] or m["state"] != "withdrawn"), key=lambda m: m["seq"])
    return group(went, "viewer", "party")


def wanted_of(s, a):
    """Who should know what at last: (viewer, party) -> what the last word may have been."""
    q, wanted, never = s.by_id[a["request_id"]], {}, (None,)
    for x in sorted(s.seats_of[a["id"]], key=lambda x: (x["state"] in SEATED, x["seq"])):
        if a["state"] in LIVE and x["state"] in SEATED:
            good = ("invited",) if a["state"] == "confirmed" else ("asked", "invited") + never * (x["state"] != "offered")
        else:
            good = never + ("gone",) + ("asked",) * (x["state"] == "declined" and x["id"] not in s.lives.refused)
        wanted["expert", x["expert_id"]] = good
    contact = s.by_id.get(q["contact_id"])
    for viewer, one in (("company", contact["id"] if contact and contact["consent"] else None), ("field", q["created_by"])):
        if one and a["state"] == "confirmed":
            wanted[viewer, one] = ("invited",)
        elif one and a["state"] == "cancelled":
            wanted[viewer, one] = never + ("gone",)
    return wanted


def not_told(s):
    for a in s.appointments:
        if a["hi"] <= s.now or a["state"] not in LIVE + ("cancelled",):
            continue  # what is over is not told
        told = told_of(s, a)
        for who, good in wanted_of(s, a).items():
            standing = [m["standing"] for m in told[who] if m["standing"]]
            if (standing or [None])[-1] not in good:
                yield f"appointment {a['id']} is {a['state']}, {' '.join(who)} knows {[m['kind'] for m in told[who]]}"


BEFORE = {"offer": (None, "asked", "gone"), "invite": (None, "asked", "gone"), "update": ("invited",), "move": ("invited",),
          "cancel": ("invited",), "withdrawn": ("asked",)}


def told_wrongly(s):
    """Nobody but whom it concerns; no news to who knows it, nothing taken back from who never had it."""
    for a in s.appointments:
        q = s.by_id[a["request_id"]]
        may = {("expert", x["expert_id"]) for x in s.seats_of[a["id"]]} | {("field", q["created_by"])}
        may |= {("company", q["contact_id"])} if s.by_id.get(q["contact_id"], {}).get("consent") else set()
        may |= {("coordinator", q["owner_id"]), ("coordinator", q["deputy_id"])}
        for who, went in told_of(s, a).items():
            known = print_ = None
            for m in went:
                there = s.by_id.get(who[1])
                if who not in may or (there or m)["email" if there else "to_email"] != m["to_email"]:
                    yield f"{m['kind']} of {a['id']} to {' '.join(who)}"
                if m["standing"] and (known not in BEFORE.get(m["kind"], (known,))
                                      or m["fingerprint"] == print_ and m["standing"] == known):
                    yield f"{m['kind']} of {a['id']} to {' '.join(who)}, who knows {known}"
                if m["standing"]:
                    known, print_ = m["standing"], m["fingerprint"]


REQUESTS, CANCELS = ("offer", "refused", "invite", "update", "move"), ("withdrawn", "cancel")


def calendar_wrong(s):
    """What each attendee's calendar is sent: SEQUENCE never falls, a CANCEL is newer than what it takes back and
    comes to who had a REQUEST, and who lost a seat without having said so is left with none."""
    sequence_of = {(r["appointment_id"], r["number"]): (r["sequence"], r["stamp"]) for r in s.revisions}
    for a in s.appointments:
        left = {}
        for who, went in told_of(s, a).items():
            standing, last = None, (-1, 0)
            for m in went:
                if m["kind"] not in REQUESTS + CANCELS:
                    continue
                now = sequence_of[a["id"], m["revision"]]
                what = f"{m['kind']} of {a['id']} to {' '.join(who)}"
                if m["kind"] in CANCELS and standing not in REQUESTS:
                    yield f"{what}: nothing to cancel"
                if now < last or m["kind"] in CANCELS and now[0] <= last[0]:
                    yield f"{what}: SEQUENCE, DTSTAMP {now} after {last}"
                standing, last = m["kind"], now
            left[who] = standing in REQUESTS
        for x in s.seats_of[a["id"]]:
            seated = any(y["expert_id"] == x["expert_id"] and y["state"] in SEATED for y in s.seats_of[a["id"]])
            lost = x["state"] in ("withdrawn", "expired") or x["id"] in s.lives.refused
            newest = x["seq"] == max(y["seq"] for y in s.seats_of[a["id"]] if y["expert_id"] == x["expert_id"])
            if lost and newest and not (seated and a["state"] in LIVE) and a["hi"] > s.now and left.get(("expert", x["expert_id"])):
                yield f"a REQUEST of {a['id']} is left with expert {x['expert_id']}, whose seat is {x['state']}"


def message_wrong(s):
    for m in s.messages:
        a = s.by_id.get(m["appointment_id"], {"revision": 0})
        if (m["state"] == "sent") != bool(m["sha"]) or not (a["revision"] >= (m["revision"] or 0) > 0 or not m["appointment_id"]):
            yield f"{m['kind']} {m['id']} is {m['state']}, sha256 {m['sha']}, revision {m['revision']}"


DATABASE = {
    "overlap": overlap, "hold missing": hold_missing, "hold of nothing": hold_of_nothing,
    "change log gap": change_log_gap, "audit missing": audit_missing,
    "key without effect": key_without_effect, "effect without key": effect_without_key,
    "revision order": revision_order, "sequence": sequence,
    "states disagree": states_disagree, "life disagrees": life_disagrees,
    "not told": not_told, "told wrongly": told_wrongly, "calendar wrong": calendar_wrong, "message wrong": message_wrong,
}


def faults(house):
    return State(house).faults()
