"""Runs the renderer (tests/form/render.c) and expands the golden cases into its jobs."""
import copy
import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD") or os.path.join(ROOT, "build/release")
GOLDEN = os.path.join(ROOT, "tests/golden")


def render(jobs):
    """[(error name, bytes)] of the jobs, by one process."""
    lines = "".join(json.dumps(job, ensure_ascii=False) + "\n" for job in jobs)
    done = subprocess.run([os.path.join(BUILD, "tests/form/render")], input=lines.encode("utf-8", "surrogatepass"),
                          stdout=subprocess.PIPE, check=True, timeout=300)
    answers, at = [], 0
    while at < len(done.stdout):
        end = done.stdout.index(b"\n", at)
        name, length = done.stdout[at:end].split()
        at = end + 1 + int(length)
        answers.append((name.decode(), done.stdout[end + 1:at]))
    assert len(answers) == len(jobs), f"{len(answers)} answers to {len(jobs)} jobs"
    return answers


def golden():
    """{file name: job} of tests/golden/cases.json."""
    with open(os.path.join(GOLDEN, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)

    def revision(case):
        r = copy.deepcopy(cases["revisions"][case["revision"]])
        r.update({k: case[k] for k in ("status", "uid", "zone") if k in case})
        for seat in r["seats"]:
            seat["state"] = case.get("seat", seat["state"])
        return r

    jobs = {}
    for name, case in cases["mails"].items():
        message = {**cases["message"], **case, "revision": revision(case)}
        jobs[f"{name}.eml"] = {"form": "mail", "message": message}
    for name, case in cases["feeds"].items():
        jobs[f"{name}.ics"] = {"form": "feed", **case, "organizer": cases["message"]["organizer"],
                               "revisions": [revision(r) for r in case["revisions"]]}
    for name, case in cases["busy"].items():
        jobs[f"{name}.ifb"] = {"form": "busy", **case, "organizer": cases["message"]["organizer"]}
    for name in ("invite_expert", "cancel", "uninvite"):
        m = jobs[f"{name}.eml"]["message"]
        jobs[f"{name}.ics"] = {"form": "itip", "method": "REQUEST" if m["kind"] == "invite" else "CANCEL",
                               "organizer": m["organizer"], "attendee": m["to"], "partstat": m["to"]["partstat"],
                               "revision": m["revision"]}
    return jobs
