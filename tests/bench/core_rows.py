"""The bench's rows about core alone: the panel in memory against the same questions asked in SQL.

One made-up panel for both (tests/bench/board_made.h); that both say the same is looked at, too.
"""
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = pathlib.Path(os.environ["BUILD"]) / "tests/bench/board"
HOUR = 3600
SLOTS = "select {} from bench.starts('common:1', tstzrange('2026-11-23 00:00+09', '2026-12-21 00:00+09'))"


def numbers(said):
    return {k: float(v) for k, v in (word.split("=") for word in said.split())}


def say(b, what, experts, busy, times):
    return b.program(PROGRAM, what, experts, busy, times)


def load(b, experts, busy):
    """The panel as tables."""
    b.program("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", HERE / "board.sql", input=say(b, "facts", experts, busy, 1))


def each(results, key):
    return [r.get(key, 0) for r in results]


# ---- ranking ----

def question(line):
    """An answer's line: the query that asks the same, and what was answered."""
    code, mode, district, begin, end, found = line.split("\t")
    windows = f"tstzmultirange(tstzrange(to_timestamp({begin}), to_timestamp({end})))"
    return f"bench.best('{code}', '{mode}', '{district}', {windows}, {{}})", sorted(filter(None, found.split(",")))


def ranking(b):
    """The best 20 for a request, and everybody in the field, of few experts and of many."""
    for experts in (119, b.sizes.many):
        load(b, experts, 28)
        asked = [question(x) for x in say(b, "answers", experts, 28, b.sizes.rounds).splitlines()]
        for query, found in asked:
            theirs = b.sql(f"select id || '=' || extract(epoch from start)::bigint from {query.format(10**6)}")
            b.expect(sorted(theirs.split()) == found, f"ranking: {experts} experts: SQL and core differ: {query}")
        ours, theirs = b.turns(
            lambda r: numbers(say(b, "rank", experts, 28, b.sizes.asked)),
            lambda r: b.pgbench(f"select count(*) from {asked[r][0].format(20)};\n", 1, "-T", max(1, round(b.sizes.seconds))))
        name = f"ranking of {experts} experts"
        b.row(f"{name}, the best 20", "us", each(ours, "best_us"), each(theirs, "p50_us"), faster=True,
              **({"least": 200} if experts == b.sizes.many else {}))
        b.row(f"{name}, nobody left out", "us", each(ours, "all_us"), each(theirs, "p50_us"), faster=True, least=1)


# ---- slots ----

def slots(b):
    """Every start in four weeks at which somebody could begin, with who: 119 experts with 200 busy times each."""
    experts, busy = 119, 200
    load(b, experts, busy)
    theirs = b.sql(SLOTS.format("extract(epoch from start)::bigint || E'\\t' || who"))
    b.expect(theirs == say(b, "starts", experts, busy, 1).strip(), "slots: SQL and core differ")
    ours, theirs = b.turns(
        lambda r: numbers(say(b, "slots", experts, busy, b.sizes.asked)),
        lambda r: b.pgbench(SLOTS.format("count(*)") + ";\n", 1, "-t", 3))
    b.row(f"slots of {experts} experts, 4 weeks", "us", each(ours, "us"), each(theirs, "p50_us"), faster=True, least=1000)


# ---- what more experts cost ----

def board(b):
    """A row made anew against its part of all; and what an expert costs where there are many."""
    got = b.turns(lambda r: numbers(say(b, "rebuild", 119, 200, 10 * 119)))[0]
    b.row("one expert's row made anew, by its part of all", "x", [g["one_us"] / g["each_us"] for g in got if g], most=2)
    sizes = (119, *b.sizes.scales)
    got = b.turns(*(lambda r, n=n: numbers(say(b, "scale", n, 28, max(40, b.sizes.asked * 119 // n))) for n in sizes))
    few = got[0]
    for n, many in zip(sizes[1:], got[1:]):
        for what in ("rank", "slots"):
            b.row(f"{what}, an expert of {n} by one of 119", "x",
                  [x[f"{what}_us"] / n / (y[f"{what}_us"] / 119) for x, y in zip(many, few) if x and y], most=1.5)
