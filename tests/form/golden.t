#!/usr/bin/python3
"""Every kind of mail and calendar: the same bytes as last time, twice the same, past the linter.
golden.t --write makes the golden files anew; look at the difference before you commit it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import icslint
import icslint_mail
import jobs
from tap import Tap

tap = Tap()
cases = jobs.golden()
first, again = (dict(zip(cases, jobs.render(cases.values()))) for _ in range(2))
for name, (err, data) in first.items():
    path = os.path.join(jobs.GOLDEN, name)
    if "--write" in sys.argv:
        with open(path, "wb") as file:
            file.write(data)
    with open(path, "rb") as file:
        same = file.read() == data
    tap.ok(err == "OK", f"{name} renders", err)
    tap.ok(same, f"{name} is what it was")
    tap.ok(again[name][1] == data, f"{name} is the same twice")
    findings = icslint_mail.lint(data) if name.endswith(".eml") else icslint.lint(data, name.startswith("feed"))[0]
    tap.ok(not findings, f"{name} is clean", findings)
files = {f for f in os.listdir(jobs.GOLDEN) if f.endswith((".eml", ".ics", ".ifb"))}
tap.ok(files <= set(cases), "no golden file without its case", files - set(cases))
tap.done()
