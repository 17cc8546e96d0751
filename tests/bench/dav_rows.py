"""The row `dav`: what a calendar's questions cost us, Radicale and Cyrus, on the same objects; CPU of all processes of
each server (ours: the daemon, and PostgreSQL with all that is its), and rate. An answer is looked at before it counts.
"""
import os
import pathlib
import re
import sys

import fire
from dav_servers import basic, family, found, message, pin, spent

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))
from dav import SPACES, Multistatus  # noqa: E402

CORES = sorted(os.sched_getaffinity(0))
CLIENTS = 4
ANEW, ANEW_OF = 3000, ("sync, initial", "calendar-query")
STRANGERS = 19 # a password is the twentieth of an expert
PROPS = "<d:prop><d:getetag/>{}</d:prop>"
DATA = "<c:calendar-data/>"
MAKE = f"""<c:mkcalendar {SPACES}><d:set><d:prop><d:displayname>bench</d:displayname></d:prop></d:set></c:mkcalendar>"""


class Ours:
    """The daemon and its database; auth and calendar of one expert."""
    name = "ours"

    def __init__(self, b, d, expert):
        self.port, self.calendar = d.port, f"/dav/c/{expert}/panel/"
        self.auth, *self.strangers = (basic(made["user"], made["password"]) for made in (
            d.made("POST", f"/v1/experts/{expert}/app-passwords", {"label": "bench"}, token="manager") for _ in range(STRANGERS + 1)))
        self.roots = (d.process.pid, int((b.cluster / "data/postmaster.pid").read_text().split()[0]))

    def pids(self):
        return [pid for root in self.roots for pid in family(root)]


def ask(side, name, inside, data, depth="1"):
    """A report's bytes."""
    body = f"<{name} {SPACES}>{PROPS.format(DATA if data else '')}{inside}</{name}>".encode()
    return message("REPORT", side.calendar, body, Authorization=side.auth, Depth=depth, Content_Type="application/xml")


def sync(side, token=""):
    return ask(side, "d:sync-collection", f"<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>", False, "0")


def query(side):
    return ask(side, "c:calendar-query", '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
               '<c:time-range start="20200101T000000Z" end="20400101T000000Z"/></c:comp-filter></c:comp-filter></c:filter>', True)


def multiget(side, hrefs):
    return ask(side, "c:calendar-multiget", "".join(f"<d:href>{h}</d:href>" for h in hrefs), True)


def answer(side, call):
    wire = fire.Wire(side.port)
    try:
        wire.send(call)
        return Multistatus(wire.receive("REPORT"))
    finally:
        wire.close()


# ---- what they hold ----

def uids(texts):
    return sorted(line for text in texts for line in text.splitlines() if line.startswith("UID:"))


def whole(b, side, call, events, data):
    """The answer, if it tells of every event, with its tag, and its text where it is asked for."""
    got = answer(side, call)
    tags, texts = got.texts("d:getetag"), got.texts("c:calendar-data")
    objects = {href for href in got if href != side.calendar}
    b.expect(len(objects) == events and all(tags.get(h) for h in objects), f"dav: {side.name}: {len(objects)} objects of {events}, {len(tags)} tags")
    b.expect(not data or len(uids(texts.values())) == len(set(uids(texts.values()))) == events, f"dav: {side.name}: {len(texts)} texts of {events}")
    return got


def fill(b, server, objects):
    made = server.call("MKCALENDAR", server.calendar, MAKE.encode(), Content_Type="application/xml")
    b.expect(made.status == 201, f"dav: {server.name}: {made}")
    for href, text in objects.items():
        put = server.call("PUT", server.calendar + href.rsplit("/", 1)[1], text.encode(), Content_Type="text/calendar; charset=utf-8")
        b.expect(put.status in (201, 204), f"dav: {server.name}: PUT {put}")


def questions(b, side, events):
    """name -> calls; each kind was answered rightly once. Those asked anew differ in a comment, so no answer that is kept fits."""
    first = whole(b, side, sync(side), events, False)
    hrefs = sorted(href for href in first if href != side.calendar)
    same = answer(side, sync(side, first.token))
    b.expect(not same.all and same.token, f"dav: {side.name}: {len(same.all)} changes of none")
    calls = {"sync, initial": sync(side), "sync, no change": sync(side, first.token), "calendar-query": query(side),
             "multiget": multiget(side, hrefs)}
    for name in ("calendar-query", "multiget"):
        whole(b, side, calls[name], events, True)
    return {name: [call] for name, call in calls.items()} | {
        f"{name}, asked anew": [commented(calls[name], n) for n in range(ANEW)] for name in ANEW_OF}


def commented(call, n):
    head, body = call.split(b"\r\n\r\n", 1)
    body += b"<!-- %d -->" % n
    return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head) + b"\r\n\r\n" + body


# ---- the row ----

def measured(b, side, calls):
    pin(side.pids(), CORES[0])
    before = spent(side.pids())
    got = b.load(side.port, calls, "-c", CLIENTS, "-s", b.sizes.seconds, "-o", 207, pin=CORES[-1])
    return {**got, "cpu_us": (spent(side.pids()) - before) * 1e6 / max(got["calls"], 1)}


def compare(b, sides, events):
    calls = [questions(b, side, events) for side in sides]
    for name in calls[0]:
        results = b.turns(*(lambda r, s=s, c=c: measured(b, s, c[name]) for s, c in zip(sides, calls)))
        cpu, rate = ([[r[key] for r in side] for side in results] for key in ("cpu_us", "rate"))
        title = f"dav: {name}, {events} events"
        for i, side in enumerate(sides[1:], 1):
            b.row(f"{title}, and {side.name}, CPU", "us", cpu[0], cpu[i], faster=True, least=30)
            b.row(f"{title}, and {side.name}, rate", "calls/s", rate[0], rate[i])
        if len(sides) == 1:
            b.row(f"{title}, CPU", "us", cpu[0])
    for side, call in zip(sides, calls): # and is still what it was
        for call in (call["calendar-query"][0], call["calendar-query, asked anew"][0]):
            whole(b, side, call, events, True)


def strange(b, side, events):
    """Who comes for the first time: nothing is kept for them. Ours alone."""
    calls = [re.sub(rb"Authorization: [^\r]*", b"Authorization: " + auth.encode(), sync(side)) for auth in side.strangers]
    before = spent(side.pids())
    for call in calls:
        whole(b, side, call, events, False)
    b.row(f"dav: sync, initial, {events} events, by who was never there, CPU", "us", [(spent(side.pids()) - before) * 1e6 / len(calls)])


def dav(b, expert, booked):
    """expert: who has so many appointments; booked(): makes them."""
    there, missing = found()
    if missing:
        print(f"dav: without {' and '.join(missing)}, not installed (tests/lib/deps.sh bench)")
    d = b.start()
    events = b.sizes.calendar
    booked(d, events)
    sides = [Ours(b, d, expert)]
    objects = whole(b, sides[0], query(sides[0]), events, True).texts("c:calendar-data")
    b.sql("vacuum analyze")
    try:
        for kind in there:
            folder = b.dir / kind.name
            folder.mkdir()
            sides.append(kind(folder))
            fill(b, sides[-1], objects)
        strange(b, sides[0], events)
        compare(b, sides, events)
    finally:
        for side in sides[1:]:
            side.stop()
    d.stop()
