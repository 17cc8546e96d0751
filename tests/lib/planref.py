"""Made-up plans, and the whole of one as an integer programme for CBC: a referee that shares no code with ours."""
import pathlib
import random
import re
import subprocess

CBC = "/usr/bin/cbc"


def expo(seed=1, requests=1000, experts=119, slots=32, booths=40, per_day=6, chosen=0, candidates=8, seconds=600, windows=(4, 12)):
    """Two days; each request takes some slots in a row of one of them and has a few candidates."""
    r = random.Random(seed)
    half = slots // 2
    document = {
        "slots": [{"from": 1800 * s + 86400 * (s // half), "until": 1800 * (s + 1) + 86400 * (s // half), "booths": booths}
                  for s in range(slots)],
        "days": [s // half for s in range(slots)],
        "experts": [{"id": f"e{e:04}", "free": [s for s in range(slots) if r.random() < 0.85], "per_day": per_day,
                     "load": 0, "share": 1} for e in range(experts)],
        "requests": [], "lambda": [0, 5, 10, 20, 40], "chosen": chosen, "seconds": seconds}
    for i in range(requests):
        wide = r.randint(*windows)
        first = r.randrange(half - wide + 1) + half * r.randrange(2)
        document["requests"].append({
            "id": f"q{i:05}", "company": f"c{i:05}", "class": r.randrange(3), "slots": list(range(first, first + wide)),
            "length": 1, "experts_needed": 1, "slot_points": [r.randrange(101) for _ in range(wide)],
            "candidates": [{"expert": e, "points": r.randrange(1200)} for e in sorted(r.sample(range(experts), candidates))]})
    return document


def weeks(r, first, until, whole):
    """Caps of a stretch of slots and of its parts; whole: slots at which it may be cut."""
    cuts = [s for s in range(first + 1, until) if s in whole]
    found = [{"from": first, "until": until, "most": r.randint(1, 3), "slots": r.random() < 0.5}] if r.random() < 0.5 else []
    if cuts and r.random() < 0.8:
        cut = r.choice(cuts)
        found += weeks(r, first, cut, whole) + weeks(r, cut, until, whole)
    return found


def small(seed, more=()):
    """A few requests of any kind: rows cross, companies return, some take two slots or two experts."""
    r, near = random.Random(seed), random.Random(-1 - seed)
    slots, experts = r.randint(4, 8), r.randint(4, 8)
    maybe = {k: r.random() < 0.5 for k in ("zones", "caps", "rests", "companies", "longs", "pairs", "kept", "load", *more)}
    start = [1800 * s + 900 * (s // 3) for s in range(slots)]
    d = {"slots": [{"from": t, "until": t + 1800, "booths": r.randint(1, 3)} for t in start],
         "days": [s * 2 // slots for s in range(slots)],
         "zones": [{"id": z, "booths": [r.randint(0, 2) for _ in range(slots)]} for z in "BA"] if maybe["zones"] else [],
         "experts": [], "requests": [], "lambda": [0, 5], "chosen": r.randint(1, 6) if maybe["load"] else 0, "seconds": 600}
    for e in range(experts):
        d["experts"].append({
            "id": f"e{(e * 7 + 3) % 10}", "free": [s for s in range(slots) if r.random() < 0.8],
            "per_day": r.choice((1, 2, None)) if maybe["caps"] else None, "most": r.choice((2, 3, None)) if maybe["caps"] else None,
            "load": r.randint(0, 4), "share": r.randint(1, 9), "zone": r.choice(("A", "B", None)) if maybe["zones"] else None,
            "rest_after": r.choice((1, 2, None)) if maybe["rests"] else None})
        if seed % 2:  # touching slots; across the short gaps; the one after the next, too
            d["experts"][-1]["apart"] = near.choice((None, 600, 901, 1801, 2701))
        if maybe.get("weeks"):
            capped = d["experts"][-1]["per_day"] is not None
            d["experts"][-1]["caps"] = weeks(r, 0, slots, {s for s in range(1, slots) if not capped or d["days"][s - 1] != d["days"][s]})
    for i in range(r.randint(8, 14)):
        windows = [s for s in range(slots) if r.random() < 0.6]
        length, needed = 1 + (maybe["longs"] and r.random() < 0.4), 1 + (maybe["pairs"] and r.random() < 0.4)
        candidates = [{"expert": e, "points": r.randrange(60)} for e in range(experts) if r.random() < 0.6]
        for c in candidates:
            if needed == 2 and r.random() < 0.5:
                c["seat"] = r.randint(1, 2)
        q = {"id": f"q{(i * 5 + 2) % 17:02}", "company": f"c{r.randrange(5)}" if maybe["companies"] else f"c{i}", "class": r.randrange(3),
             "slots": windows, "length": length, "experts_needed": needed, "candidates": candidates,
             "slot_points": [r.randrange(9) for _ in windows]}
        if maybe["kept"] and windows and len(candidates) > 1 and r.random() < 0.5:
            q["kept"] = {"experts": [c["expert"] for c in candidates[:needed]], "slot": r.choice(windows), "weight": r.randrange(4), "pinned": False}
            if q["kept"]["slot"] + length > slots:
                del q["kept"]
        d["requests"].append(q)
    return d


class Whole:
    """All rows and columns of a document's plan, all levels in one number or one level alone."""

    def __init__(self, d, chosen=None, weights=(0, 0, 0), keep=0, point=1, served=None, kept=0):
        self.d, self.cost, self.rows, self.whole = d, {}, {}, set()
        self.lam = d["chosen"] if chosen is None else chosen
        self.meetings, self.kept = {}, {}
        for i, q in enumerate(d["requests"]):
            self.request(i, q, weights, keep, point)
        if point:
            self.loads(point)
        for c, n in enumerate(served or ()):  # at least
            if n:
                self.rows[f"served{c}"] = ("L", -n, {x: -1 for x, cls in self.meetings.items() if cls == c})
        if kept:
            self.rows["kept"] = ("L", -kept, {x: -k for x, k in self.kept.items() if k})

    def add(self, name, limit, column, coef=1, sense="L"):
        self.rows.setdefault(name, (sense, limit, {}))[2][column] = coef

    def starts(self, q):
        slots, days = self.d["slots"], self.d.get("days") or [0] * len(self.d["slots"])
        for s in q["slots"]:
            if q["length"] == 1:
                yield s, [s]
            elif s + 1 < len(slots) and slots[s]["until"] == slots[s + 1]["from"] and days[s] == days[s + 1]:
                yield s, [s, s + 1]

    def request(self, i, q, weights, keep, point):
        d = self.d
        bonus = dict(zip(q["slots"], q.get("slot_points") or [0] * len(q["slots"])))
        kept = q.get("kept")
        for s, taken in self.starts(q):
            zones = {}
            for c in q["candidates"]:
                e = d["experts"][c["expert"]]
                if set(taken) <= set(e["free"]):
                    zones.setdefault(e.get("zone"), []).append(c)
            for z, candidates in zones.items():
                meeting = f"m{i}_{s}_{z}"
                self.cost[meeting] = -(weights[q["class"]] + point * bonus[s])
                self.whole.add(meeting)
                self.meetings[meeting] = q["class"]
                self.add(f"request{i}", 1, meeting)
                for t in taken:
                    self.add(f"hall{t}", d["slots"][t]["booths"], meeting)
                    self.add(f"company{q['company']}_{t}", 1, meeting)
                    if z is not None:
                        booths = next(x["booths"][t] for x in d["zones"] if x["id"] == z)
                        self.add(f"zone{z}_{t}", booths, meeting)
                for seat in range(q["experts_needed"]):
                    self.add(f"team{i}_{s}_{z}_{seat}", 0, meeting, -1, "E")
                    for c in candidates:
                        if c.get("seat") in (None, seat + 1):
                            stays = kept and kept["slot"] == s and c["expert"] in kept["experts"]
                            self.expert(i, s, z, seat, c, taken, point, keep,
                                        2 * kept["weight"] // q["experts_needed"] if stays else 0)

    def expert(self, i, s, z, seat, c, taken, point, keep, kept):
        d, e = self.d, c["expert"]
        x = f"x{i}_{s}_{z}_{seat}_{e}"
        expert = d["experts"][e]
        self.cost[x] = -(point * c["points"] + keep * kept)
        self.kept[x] = kept
        self.whole.add(x)
        self.add(f"team{i}_{s}_{z}_{seat}", 0, x, 1, "E")
        day = (d.get("days") or [0] * len(d["slots"]))[s]
        if expert.get("per_day") is not None:
            self.add(f"day{e}_{day}", expert["per_day"], x)
        if expert.get("most") is not None:
            self.add(f"most{e}", expert["most"], x)
        for k, cap in enumerate(expert.get("caps") or ()):
            if cap["from"] <= s < cap["until"]:
                self.add(f"cap{e}_{k}", cap["most"], x, len(taken) if cap.get("slots") else 1)
        self.add(f"load{e}", 0, x, len(taken), "E")
        for t in taken:
            self.add(f"seat{e}_{t}", 1, x)
            for first, run in self.runs(expert):
                if first <= t < first + run:
                    name = f"rest{e}_{first}"
                    self.add(name, run - 1, x, self.rows.get(name, (0, 0, {}))[2].get(x, 0) + 1)
        for first, near in self.near(expert):
            if near & set(taken):
                self.add(f"near{e}_{first}", 1, x)

    def near(self, expert):
        slots, apart = self.d["slots"], expert.get("apart") or 0
        for first in range(len(slots) if apart else 0):
            yield first, {first} | {t for t in range(first + 1, len(slots)) if slots[t]["from"] - slots[first]["until"] < apart}

    def runs(self, expert):
        d, rest = self.d, expert.get("rest_after")
        days = d.get("days") or [0] * len(d["slots"])
        for first in range(len(d["slots"]) - rest if rest else 0):
            if all(d["slots"][t]["until"] == d["slots"][t + 1]["from"] and days[t] == days[t + 1] for t in range(first, first + rest)):
                yield first, rest + 1

    def loads(self, point):
        experts = self.d["experts"]
        mean = (sum(e["share"] for e in experts) + len(experts) // 2) // max(len(experts), 1)
        for e, expert in enumerate(experts):
            row = self.rows.get(f"load{e}")
            for n in range(min(sum(row[2].values()), len(self.d["slots"])) if row else 0):
                y = f"y{e}_{n}"
                self.cost[y] = point * (self.lam * (2 * (expert["load"] + n) + 1) * mean // expert["share"])
                self.add(f"load{e}", 0, y, -1, "E")

    def write(self, path):
        rows = {name: row for name, row in self.rows.items()
                if not (name.startswith("load") and (self.lam == 0 or not any(y.startswith("y") for y in row[2])))}
        columns = {x: [] for x in self.cost}
        names = {name: f"R{k}" for k, name in enumerate(rows)}
        for name, (_, _, entries) in rows.items():
            for x, coef in entries.items():
                columns[x].append((names[name], coef))
        with open(path, "w") as f:
            f.write("NAME whole FREE\nROWS\n N COST\n" + "".join(f" {row[0]} {names[name]}\n" for name, row in rows.items()) + "COLUMNS\n")
            order = sorted(columns, key=lambda x: x not in self.whole)
            ended = False
            f.write(" M1 'MARKER' 'INTORG'\n")
            for k, x in enumerate(order):
                if x not in self.whole and not ended:
                    f.write(" M2 'MARKER' 'INTEND'\n")
                    ended = True
                f.write(f" C{k} COST {self.cost[x]}\n" + "".join(f" C{k} {r} {v}\n" for r, v in columns[x]))
            if not ended:
                f.write(" M2 'MARKER' 'INTEND'\n")
            f.write("RHS\n" + "".join(f" RHS {names[name]} {row[1]}\n" for name, row in rows.items() if row[1]))
            f.write("BOUNDS\n" + "".join(f" UP BND C{k} 1\n" for k in range(len(order))) + "ENDATA\n")

    @staticmethod
    def levels(d, where):
        """What is best, level by level: (served by class, kept weight, value)."""
        n = len(d["requests"]) + 1
        best = Whole(d, weights=(n * n, n, 1), point=0).best(where)
        served = (best // (n * n), best // n % n, best % n)
        kept = Whole(d, keep=1, point=0, served=served).best(where)
        return served, kept, Whole(d, served=served, kept=kept).best(where)

    def best(self, where, seconds=120):
        """The best value, as CBC proves it."""
        model, answer = pathlib.Path(where) / "whole.mps", pathlib.Path(where) / "whole.answer"
        self.write(model)
        subprocess.run([CBC, model, "-timeMode", "elapsed", "-seconds", str(seconds), "-ratioGap", "0", "-allowableGap", "0.999",
                        "-solve", "-solution", answer], stdout=subprocess.DEVNULL, check=True, timeout=seconds + 30)
        said = answer.read_text().splitlines()[0]
        found = re.fullmatch(r"Optimal - objective value (-?[\d.e+]+)", said)
        if not found:
            raise RuntimeError(said)
        return -round(float(found.group(1)))
