#!/usr/bin/python3
# jamund plan and its worker: CBC on the whole model as the referee, bad documents, limits. No daemon.
import copy
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import planref  # noqa: E402
from tap import Tap  # noqa: E402

JAMUND = os.environ.get("JAMUND", "build/release/jamund")
points = Tap()
folder = tempfile.TemporaryDirectory(prefix="jamund-plan-test.")


def run(*args, given=None, env=None):
    text = given if isinstance(given, (str, type(None))) else json.dumps(given)
    return subprocess.run([JAMUND, *args], input=text, capture_output=True, text=True, timeout=300, env=env)


def plan(document):
    done = run("plan", "--json", "-", given=document)
    return json.loads(done.stdout)["plan"] if done.returncode == 0 else done.stderr


def referee():
    wrong, proved, methods = [], 0, set()
    for seed in range(52):
        d = planref.small(seed, ("weeks",) if seed >= 40 else ())
        p, (served, kept, value) = plan(d), planref.Whole.levels(d, folder.name)
        if isinstance(p, str):
            wrong.append(f"{seed}: {p}")
            continue
        mine, best = (tuple(p["served"]), p["kept_weight"], p["value"]), (tuple(served), kept, value)
        proved += p["end"] == "optimal"
        methods.add(p["method"])
        if p["end"] == "optimal" and mine != best:
            wrong.append(f"{seed}: {p['method']}: {mine}, best {best}")
        if mine > best or (tuple(p["served_bound"]), p["kept_bound"], p["bound"]) < best:
            wrong.append(f"{seed}: {mine} <= {best} <= {p['served_bound']}, {p['kept_bound']}, {p['bound']}?")
    points.ok(not wrong, "what is called optimal is as good as CBC's best of the whole model", wrong)
    points.ok(proved == 52, "all are proved", proved)
    points.ok(methods == {"flow", "relaxed flow", "lagrange", "lagrange, branch and bound"}, "in all ways", sorted(methods))


def crossing():
    d = planref.expo(3, requests=120, experts=24, slots=16, booths=9, per_day=4, chosen=7, candidates=6, windows=(3, 6))
    p = plan(d)
    best = planref.Whole(d, served=p["served"]).best(folder.name)
    points.ok(p["end"] == "optimal" and p["value"] == best == p["bound"], "booths, caps and load, proved", p["end"], p["value"], best)
    points.ok([x["lambda"] for x in p["frontier"]] == d["lambda"], "with the frontier", p["frontier"])
    points.ok(p["frontier"][0]["quality"] >= p["frontier"][-1]["quality"] and p["frontier"][0]["max_load"] >= p["frontier"][-1]["max_load"],
              "which gives quality for fairness", p["frontier"])
    again = copy.deepcopy(d)
    again["requests"].reverse()
    q = plan(again)
    last = len(d["requests"]) - 1
    points.ok({(x["request"], x["experts"][0], x["slot"]) for x in p["assigned"]} ==
              {(last - x["request"], x["experts"][0], x["slot"]) for x in q["assigned"]}, "the order of requests changes nothing")


def dropped():
    d = planref.expo(5, requests=150, experts=30, slots=16, booths=30, per_day=6, chosen=5, candidates=6, windows=(3, 6))
    p = plan(d)
    gone = p["assigned"][0]["experts"][0]
    lost = sum(x["experts"][0] == gone for x in p["assigned"])
    for x in p["assigned"]:
        if x["experts"][0] != gone:
            d["requests"][x["request"]]["kept"] = {"experts": x["experts"], "slot": x["slot"], "weight": 100, "pinned": False}
    d["experts"][gone]["free"] = []
    q = plan(d)
    points.ok(q["end"] == "optimal" and q["moved"] <= 0.01 * len(d["requests"]), "an expert drops out: nearly nobody else moves",
              q["end"], q["moved"], lost)


def at(document, pointer, value):
    d = copy.deepcopy(document)
    *path, last = pointer.strip("/").split("/")
    x = d
    for step in path:
        x = x[int(step)] if isinstance(x, list) else x[step]
    if isinstance(x, list):
        x[int(last)] = value
    elif value is None:
        del x[last]
    else:
        x[last] = value
    return d


def bad():
    good = planref.small(5)
    slots = len(good["slots"])
    good["requests"][0]["slots"], good["requests"][0]["slot_points"] = [0, 1], [1, 2]
    good["requests"][0]["candidates"] = [{"expert": 0, "points": 1}, {"expert": 1, "points": 2}]
    good["requests"][0]["experts_needed"] = good["requests"][0]["length"] = 1
    good["requests"][0]["kept"] = {"experts": [0], "slot": 0, "weight": 1, "pinned": False}
    good["zones"] = [{"id": "A", "booths": [1] * len(good["slots"])}]
    for e in good["experts"]:
        e["zone"] = None
    good["experts"][0] |= {"per_day": 1, "caps": [{"from": 0, "until": slots, "most": 2}, {"from": 0, "until": 1, "most": 1}]}
    points.ok(not isinstance(plan(good), str), "a good document", plan(good))
    experts = len(good["experts"])
    for pointer, value in (
            ("/slots", []), ("/slots/1/from", 0), ("/slots/0/until", -1), ("/slots/0/until", good["slots"][0]["from"]), ("/slots/0/booths", "many"), ("/days", [0]),
            ("/days/1", -1), ("/zones/0/booths", [1]), ("/zones/0/id", ""), ("/experts/0/free", [slots]), ("/experts/1/zone", "C"),
            ("/experts/1/share", 0), ("/experts/1/load", None), ("/experts/1/id", good["experts"][0]["id"]),
            ("/experts/0/caps/0/from", -1), ("/experts/0/caps/0/until", slots + 1), ("/experts/0/caps/0/until", 0),
            ("/experts/0/caps/1/until", 0), ("/experts/0/caps/0/most", None), ("/experts/0/caps/0", {"from": 0, "until": slots // 2 + 1, "most": 2}),
            ("/experts/0/caps", [{"from": 0, "until": 2, "most": 1}, {"from": 1, "until": 3, "most": 1}]),
            ("/requests/1/id", good["requests"][0]["id"]), ("/requests/0/class", 3), ("/requests/0/slots", [0, slots]),
            ("/requests/0/length", 3), ("/requests/0/experts_needed", 0), ("/requests/0/slot_points", [1]),
            ("/requests/0/candidates/1/expert", experts), ("/requests/0/candidates/1/expert", 0),
            ("/requests/0/candidates/0/points", 2001), ("/requests/0/candidates/0/seat", 2), ("/requests/0/kept/experts", [0, 1]),
            ("/requests/0/kept/experts/0", experts), ("/requests/0/kept/slot", slots), ("/lambda", [5, 5]), ("/lambda", []),
            ("/chosen", None), ("/seconds", 0), ("/nobody", 1)):
        done = run("plan", "-", given=at(good, pointer, value))
        told = [line.split(" ", 4)[3] if line.count(" ") > 3 else "" for line in done.stderr.splitlines()]
        points.ok(done.returncode == 1 and any(t == pointer or t.startswith(pointer + "/") for t in told),
                  f"{pointer} = {json.dumps(value)[:30]} is named", done.stderr)
    worker = run("worker", "plan", given=at(good, "/experts/1/share", 0))
    points.ok(worker.returncode == 0 and json.loads(worker.stdout)["error"]["pointer"] == "/experts/1/share", "the worker says it in a line")
    points.ok(run("plan", "-", given="{").returncode == 1, "no JSON")
    points.ok("cannot be opened" in run("plan", "/nowhere/plan.json").stderr, "no file")


def table():
    d = planref.small(7)
    d["slots"][0]["name"] = "10:30"
    d["requests"][0] |= {"candidates": [], "kept": None}
    text = run("plan", "-", given=d).stdout
    points.ok(all(word in text for word in ("served ", "slot ", "lambda", d["requests"][0]["id"])), "a table for people", text)
    points.ok("None of the plan's experts may serve it." in text, "and why somebody is not in it", text)


def readme():
    part = re.search(r"<!-- plan -->(.*)<!-- /plan -->", pathlib.Path("README.md").read_text(encoding="utf-8"), re.S).group(1)
    asked, told = re.search(r"<<'END'\n(.*)END\n```", part, re.S).group(1), re.search(r"```text\n(.*)```", part, re.S).group(1)
    said = run("plan", "-", given=asked).stdout
    points.ok(said == told, "README's example", said)


def generated():
    """Too many triples to keep; there is room for everybody's best, so what is best of all is plain to see."""
    d = planref.expo(2, requests=150, experts=300, slots=256, booths=60, per_day=None, candidates=300, windows=(128, 128))
    for e in d["experts"]:
        e["free"] = [s for s in range(256) if s % 16 != 5]
    d["lambda"] = [0]
    p = plan(d)
    best = sum(max(c["points"] for c in q["candidates"]) + max(x for s, x in zip(q["slots"], q["slot_points"]) if s % 16 != 5)
               for q in d["requests"])
    points.ok(p["method"] == "columns" and p["end"] == "optimal" and sum(p["served"]) == 150, "triples made on the fly, proved", p["method"], p["end"])
    points.ok(best - 150 <= p["value"] == p["bound"] <= best, "with nearly everybody's best", p["value"], best)


def worker():
    d = planref.expo(1, requests=400, experts=60, booths=14, per_day=4, chosen=5)
    done = run("worker", "plan", given=d, env={})
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    points.ok(done.returncode == 0 and "plan" in lines[-1] and all("progress" in x for x in lines[:-1]), "lines of progress, then the plan")
    points.ok(run("worker", "--bytes=30000000", "plan", given=d).returncode != 0 or "asan" in JAMUND, "no more memory than it may take")
    big = planref.expo(1, chosen=20, booths=30, candidates=30, windows=(8, 16))
    done = run("worker", "--cpu-seconds=1", "plan", given=big)
    points.ok(done.returncode in (-signal.SIGXCPU, -signal.SIGKILL), "no more CPU time", done.returncode, done.stdout[-200:])
    points.ok(run("worker", "nothing").returncode == 2, "no such task")
    points.ok(run("worker").returncode == 2, "no task")


for part in (referee, crossing, dropped, bad, table, readme, generated, worker):
    part()
folder.cleanup()
points.done()
