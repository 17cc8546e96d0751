"""A model of an appointment's life, small enough to be read: told again from the audit, change by change.

    lives = told(state)
    lives.now[appointment]                (its state, ((seat, state), …)) as the audit has it
    lives.at[version]                     the same right after that change
    lives.refused                         seats whose proposals the owner refused for good
"""
UNDOABLE = ("appointment.move", "appointment.cancel", "appointment.reassign", "appointment.no_show", "seat.drop_out",
            "seat.hand_over")
LIVE, SEATED = ("tentative", "confirmed"), ("offered", "countered", "accepted")
QUIET = ("appointment.wish", "appointment.keep", "appointment.rate", "appointment.remind")


class One:
    def __init__(self, seats_needed):
        self.state, self.seats, self.stood, self.before, self.needed = "tentative", {}, False, None, seats_needed

    def live(self):
        return [i for i, state in self.seats.items() if state in SEATED]

    def settle(self):
        live = self.live()
        full = len(live) == self.needed and all(self.seats[i] == "accepted" for i in live)
        self.state = "confirmed" if full else "tentative"
        self.stood |= full

    def end(self):
        self.seats.update((i, "withdrawn") for i in self.live())
        self.state = "cancelled"

    def vacate(self, seat, state):
        self.seats[seat] = state
        if self.live() or self.stood:
            self.settle()
        else:
            self.end()

    def all_asked_again(self, but=None):
        self.seats.update((i, "offered") for i in self.live() if i != but)
        self.settle()

    def shape(self):
        return self.state, tuple(sorted(self.seats.items()))


class Lives:
    def __init__(self, state):
        self.now, self.at, self.strange, self.ones, self.refused = {}, {}, [], {}, set()
        self.needed = {}
        for r in state.request_seats:
            self.needed[r["request_id"]] = self.needed.get(r["request_id"], 0) + 1
        self.request = {a["id"]: a["request_id"] for a in state.appointments}
        self.unborn = {a["id"]: sorted(state.seats_of[a["id"]], key=lambda s: -s["seq"]) for a in state.appointments}
        for change in sorted(state.audit, key=lambda a: a["version"]):
            if change["entity"] == "appointment" and change["entity_id"] in self.request:
                self.change(change["entity_id"], change)
                self.at[change["version"]] = change["entity_id"], self.now[change["entity_id"]]
            elif change["action"] == "request.withdraw":
                for a in [a for a, q in self.request.items() if q == change["entity_id"]]:
                    if a in self.ones and self.ones[a].state in LIVE:
                        self.ones[a].end()
                        self.now[a] = self.ones[a].shape()

    def change(self, a, change):
        one = self.ones.setdefault(a, One(self.needed.get(self.request[a], 1)))
        was = one.state, dict(one.seats)
        verb = change["action"].split(".")[1]
        step = getattr(self, "do_" + verb, None)
        if step:
            step(a, one, change["detail"], change)
        elif change["action"] not in QUIET:
            self.strange.append(f"the model knows no {change['action']}")
        if change["action"] not in ("appointment.undo", *QUIET):
            one.before = was if change["action"] in UNDOABLE else None
        self.now[a] = one.shape()

    def born(self, a, one, state="offered"):
        """The next seat in the order of their making."""
        if self.unborn[a]:
            one.seats[self.unborn[a].pop()["id"]] = state

    def do_offer(self, a, one, detail, change):
        for _ in detail["experts"]:
            self.born(a, one)
        one.settle()

    def do_accept(self, a, one, detail, change):
        one.seats[detail["seat"]] = "accepted"
        one.settle()

    def do_decline(self, a, one, detail, change):
        one.vacate(detail["seat"], "declined")

    def do_drop_out(self, a, one, detail, change):
        one.vacate(detail["seat"], "declined")

    def do_hand_over(self, a, one, detail, change):
        one.vacate(detail["seat"], "withdrawn")

    def do_record(self, a, one, detail, change):
        while self.unborn[a]:
            self.born(a, one, "accepted")
        one.state = "completed"

    def do_expire(self, a, one, detail, change):
        one.vacate(detail["seat"], "expired" if one.seats.get(detail["seat"]) == "offered" else "withdrawn")

    def do_counter(self, a, one, detail, change):
        one.seats[detail["seat"]] = "countered"
        one.settle()

    def do_take(self, a, one, detail, change):
        one.seats[detail["seat"]] = "accepted"
        one.all_asked_again(but=detail["seat"])

    def do_refuse(self, a, one, detail, change):
        """The reason says whether the expert is asked again: the audit has no other word for it."""
        if (change["reason"] or "").startswith("again"):
            one.seats[detail["seat"]] = "offered"
            one.settle()
        else:
            one.vacate(detail["seat"], "declined")
            self.refused.add(detail["seat"])

    def do_move(self, a, one, detail, change):
        """To the same time (another room): who accepted stays accepted."""
        if detail.get("from") is None or detail["from"] != detail["start"]:
            one.all_asked_again()

    def do_reassign(self, a, one, detail, change):
        gone = [i for i in one.live() if self.seat_no(a, i) == detail["seat"]]
        one.seats.update((i, "withdrawn") for i in gone)
        self.born(a, one)
        one.settle()

    def seat_no(self, a, seat):
        return self.numbers.get(seat, 1)

    def do_cancel(self, a, one, detail, change):
        one.end()

    def do_complete(self, a, one, detail, change):
        one.state = "completed"

    def do_no_show(self, a, one, detail, change):
        one.state = "no_show"

    def do_correct(self, a, one, detail, change):
        one.state = detail["to"]

    def do_undo(self, a, one, detail, change):
        """As it was before the last change; who was asked meanwhile is not any more."""
        if one.before is None:
            self.strange.append(f"an undo of nothing in {a}")
            return
        state, seats = one.before
        one.seats = {**{i: "withdrawn" for i in one.seats if i not in seats}, **seats}
        one.state, one.before = state, None


def told(state):
    Lives.numbers = {s["id"]: s["seat"] for s in state.seats}
    return Lives(state)
