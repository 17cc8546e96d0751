#!/usr/bin/python3
"""What calendar programs send, request by request (tests/dav/*.txt), and that each gets an answer it can live with.

A file holds scenarios, one after the other; each has an expert of its own with one offer, on 4 June 2026, 10:00 in Seoul:

    scenario apple-answers           its name
    PROPFIND {home}                  a request; {root} {principal} {home} {calendar} {event} are addresses, {mailto} {uid} words
    | Depth: 1                       a header
      <propfind …>                   its body
    expect 207                       the status
    expect only {home} {calendar}    a multistatus of these alone
    expect has {home} d:owner …      properties that are there; none: said not to be there; refused: with another status
    expect text {home} d:owner X     what a property is, or its first href
    expect silent                    nothing is said not to be there
    expect gone {event}              told as removed, or missing
    expect error d:need-privileges   the precondition
    expect header Allow PUT          what a header holds; * for anything
    expect body X, expect seat X     what the body holds; the state of the expert's seat
    keep etag                        for {etag}; also schedule-tag, token
    answer ACCEPTED                  {answer} is the body before with that PARTSTAT; with SUMMARY, with another title
    by cancel                        the coordinator ends the meeting
"""
import os
import pathlib
import re

import data
from dav import Dav, Multistatus, precondition
from service import Service, Tap

points = Tap()
DIR = pathlib.Path(__file__).resolve().parents[1] / "dav"
VERBS = ("expect", "keep", "answer", "by")


def scenarios():
    """(name, steps); a step is a request (method, path, headers, body) or (verb, words)."""
    found = []
    for file in sorted(DIR.glob("*.txt")):
        for line in file.read_text().splitlines():
            word, _, rest = line.partition(" ")
            if line.startswith("  "):
                found[-1][1][-1][3].append(line[2:])
            elif word == "|":
                found[-1][1][-1][2].append(rest.split(": ", 1))
            elif word == "scenario":
                found.append((rest, []))
            elif word in VERBS:
                found[-1][1].append((word, rest.split()))
            elif line and word != "#":
                found[-1][1].append((word, rest, [], []))
    return found


class Play:
    def __init__(self, s, office, name):
        self.s, self.name = s, name
        who = office.expert()
        login = s.coordinator.post(f"/v1/experts/{who['id']}/app-passwords", {"label": "PC"}).json
        self.made = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
        self.dav, home = Dav(s.nobody, login["user"], login["password"]), f"/dav/c/{who['id']}/"
        self.words = {"root": "/dav/", "principal": f"/dav/p/{who['id']}/", "home": home, "calendar": home + "panel/",
                      "event": f"{home}panel/{self.made['id']}.ics", "mailto": "mailto:" + who["email"], "uid": self.made["uid"]}

    def fill(self, text):
        return re.sub(r"\{([a-z-]+)\}", lambda m: self.words[m[1]], text)

    def request(self, method, path, headers, body):
        self.at = f"{self.name}: {method} {path}"
        head = {name.lower().replace("-", "_"): self.fill(value) for name, value in headers}
        text = self.fill("\n".join(body)) if body else None
        self.reply = self.dav.call(method, self.fill(path), text, **head)
        self.many = Multistatus(self.reply) if self.reply.status == 207 else None

    def keep(self, what):
        self.words[what] = self.many.token if what == "token" else self.reply.headers[what]

    def answer(self, partstat, *more):
        text = re.sub("PARTSTAT=[A-Z-]+", "PARTSTAT=" + partstat, self.reply.body.decode().replace("\r\n ", ""))
        self.words["answer"] = text.replace("SUMMARY:", "SUMMARY:x ") if more else text

    def by(self, what):
        done = self.s.coordinator.post(f"/v1/appointments/{self.made['id']}/{what}", {"reason": "사정"}, match="*")
        assert done.status == 200, done

    def expect(self, what, *words):
        words = [self.fill(w) for w in words]
        check = getattr(self, "is_" + what, None)
        points.ok(check(*words) if check else self.reply.status == int(what), f"{self.at}: {what} {' '.join(words)}", self.reply, self.reply.headers)

    def is_only(self, *paths):
        return set(self.many) == set(paths)

    def is_has(self, path, *names):
        return set(names) <= set(self.many[path]["props"])

    def is_none(self, path, *names):
        return set(names) <= self.many[path]["missing"]

    def is_refused(self, path, *names):
        return set(names) <= self.many[path]["refused"]

    def is_text(self, path, name, text):
        found = self.many[path]["props"][name]
        return (found[0] if len(found) else found).text == text

    def is_silent(self):
        return not any(one["missing"] for one in self.many.all.values())

    def is_gone(self, path):
        return path in self.many.gone()

    def is_error(self, name):
        return precondition(self.reply) == name

    def is_header(self, name, text):
        return text == "*" and name in self.reply.headers or text in self.reply.headers.get(name, "")

    def is_body(self, text):
        return text in self.reply.body.decode().replace("\r\n ", "")

    def is_seat(self, state):
        return self.s.sql(f"select state from jamund.seats where appointment_id = '{self.made['id']}' order by seq desc limit 1") == state


if "TEST_CLUSTER" not in os.environ:
    raise SystemExit("run it below tests/lib/with_db.sh")
with Service(points) as s:
    office = data.Office(s)
    for name, steps in scenarios():
        play = Play(s, office, name)
        for step in steps:
            if step[0] in VERBS:
                getattr(play, step[0])(*step[1])
            else:
                play.request(*step)
points.done()
