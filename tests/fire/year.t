#!/usr/bin/python3
# A part of a year of the panel in virtual time; every promise is looked at in the end. The whole of it: make torture.
import time

from fire import SANITIZED, House, Tap
from year import faults, figures, lived

REQUESTS, SEED = 30 if SANITIZED else 100, 20261127  # another year each time: make torture
points = Tap()

with House("fire_year") as h:
    began = time.monotonic()
    year = lived(h, REQUESTS, SEED)
    odd, state = faults(year)
    points.note(f"seed {SEED}", *figures(year, state, time.monotonic() - began))
    points.equal(odd, [], f"{REQUESTS} requests lived through: no promise is broken, every mail renders to its bytes again")
    done = {k.split()[0] for k, n in year.tally.items() if n}
    points.equal({"appointment_add", "appointment_complete", "ladder", "expired", "link", "asked", "absence_add"} - done, set(),
                 "experts were asked, answered, let it pass; the ladder went on; calls were asked twice")
    waiting = [q["id"] for q in state.requests if q["state"] in ("offered", "scheduled")]
    points.equal(waiting, [], "nothing is left hanging")
points.done()
