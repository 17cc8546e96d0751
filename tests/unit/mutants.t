#!/usr/bin/python3
# The judge of the tests of the hard rules: whatever is changed in a predicate of core/eligible, or in what
# says which time is free (core/availability, core/slots), a unit test must fail. tests/sql/39_rules.sql does
# the same with the judge of the bookings.
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/lib"))
from tap import Tap  # noqa: E402

SOURCES = {"eligible": None, "availability": None, "slots": ("slot_free", "slots_unbooked", "free_time")}
LIB = pathlib.Path(os.environ.get("BUILD", TOP / "build/release")) / "libjamund.a"
TESTS = ("eligible_test", "rank_test", "availability_test")  # the quick one first
SECONDS = 30  # of CPU, for a mutant that does not end; it may sleep instead
PATIENCE = 20 * SECONDS

# Comparisons, connectives, signs, negations; a loop's own conditions and what is asserted are left alone.
TURNS = [(r"(?<![<>=!-])<(?![<=])", "<="), (r"<=", "<"), (r"(?<![<>=!-])>(?![>=])", ">="), (r"(?<![>-])>=", ">"),
         (r"==", "!="), (r"!=", "=="), (r"&&", "||"), (r"\|\|", "&&"), (r"!(?=[a-z])", ""), (r" \+ ", " - "),
         (r" - ", " + "), (r"\* 60", "* 61"), (r"\+ 1(?=\})", "+ 2"), (r"return true", "return false"), (r"return false", "return true")]
# Changes that change nothing, by predicate and what is turned: why.
SAME = {
    ("rest", ">= becomes >"): "of two meetings that touch either gap is too short",
    ("add_window", "< becomes <="): "an empty window is no span",
    ("weekly_on", "> becomes >=, the 2."): "every first week is every week",
    ("availability", "< becomes <="): "nothing lies in an empty range",
    ("availability", "< becomes <=, the 2."): "the lesser of two equal days",
    ("availability", "> becomes >="): "the greater of two equal days",
}


def flags():
    return subprocess.run(["pkg-config", "--cflags", "jansson", "libical"], capture_output=True, text=True).stdout.split()


def predicates(text):
    """(rule, start and end of its body) for each; what they share is called after itself."""
    for m in re.finditer(r"^(?:static )?(?:bool|int32_t|size_t|void|struct spans?) (\w+)\([^{;]*\)\n\{\n(.*?)^\}\n", text, re.M | re.S):
        name = m.group(1).removeprefix("against_")
        if name not in ("eligible_against", "eligible"):
            yield name, m.start(2), m.end(2)


def mutants(text, only):
    """(rule, what, mutated source)"""
    for name, start, end in predicates(text):
        if only and name not in only:
            continue
        body = text[start:end]
        if f"against_{name}(" in text:
            unused = "(void)p, (void)e;"
            for value in ("true", "false"):
                yield name, f"always {value}", f"{text[:start]}    {unused}\n    return {value};\n{text[end:]}"
        loops = [m.span() for m in re.finditer(r"(for|assert) ?\(.*\)", body)]
        for pattern, to in TURNS:
            for n, m in enumerate(re.finditer(pattern, body), 1):
                if not any(a <= m.start() < b for a, b in loops):
                    yield (name, f"{m.group().strip()} becomes {to.strip() or 'nothing'}" + f", the {n}." * (n > 1),
                           text[:start] + body[:m.start()] + to + body[m.end():] + text[end:])


def build(folder, source, name, optimize="-O0"):
    """What the compiler said against it; None: nothing."""
    (folder / f"{name}.c").write_text(source)
    done = subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", optimize, "-w", f"-I{TOP}/include", f"-I{TOP}/tests/unit", *flags(),
                           "-c", "-o", folder / f"{name}.o", folder / f"{name}.c"], capture_output=True, text=True)
    return done.stderr if done.returncode else None


def noticed(folder, name):
    """Which test fails with that object in place of the library's own."""
    for test in TESTS:
        program = folder / f"{name}.{test}"
        subprocess.run(["gcc", "-o", program, folder / f"{name}.o", folder / f"{test}.o", LIB, "-lcmocka", "-lm", "-ljansson", "-lical"],
                       check=True, capture_output=True)
        try:
            done = subprocess.run(["prlimit", f"--cpu={SECONDS}", program], capture_output=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return test
        program.unlink()
        if done.returncode:
            return test
    return None


def one(folder, number, mutant):
    rule, what, source = mutant
    wrong = build(folder, source, f"m{number}")
    return rule, what, "the compiler" if wrong else noticed(folder, f"m{number}")


def main():
    if not LIB.exists() or "release" not in LIB.parent.name:
        print("1..0 # skip: once is enough, with the release build")
        return
    points, todo = Tap(), []
    for name, only in SOURCES.items():
        todo += mutants((TOP / f"src/core/{name}.c").read_text(), only)
    rules = re.findall(r"^RULE\((?:FIXED|TIMED), (\w+),", (TOP / "include/core/rule.def").read_text(), re.M)
    with tempfile.TemporaryDirectory(prefix="jamund-mutants.") as folder:
        folder = pathlib.Path(folder)
        for test in TESTS:
            wrong = build(folder, (TOP / f"tests/unit/{test}.c").read_text(), test, "-O2")
            points.ok(not wrong, f"{test} is built", wrong)
        points.ok(not build(folder, (TOP / "src/core/eligible.c").read_text(), "plain") and noticed(folder, "plain") is None, "nothing is noticed of the source as it is")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(lambda x: one(folder, *x), enumerate(todo)))
    for rule in dict.fromkeys([*rules, *(r for r, _, _ in found)]):
        mine = [(what, by) for r, what, by in found if r == rule]
        missed = [what for what, by in mine if not by and (rule, what) not in SAME]
        points.ok(len(mine) >= 2 - (rule not in rules) and not missed, f"{rule}: {len(mine)} changes are noticed", missed)
    wrong = [x for x in SAME if x not in {(r, w) for r, w, by in found if not by}]
    points.ok(not wrong, "what is said to change nothing does not", wrong)
    stopped = sum(by == "the compiler" for _, _, by in found)
    points.ok(stopped * 10 < len(found), f"{len(found) - stopped} of {len(found)} changes could run", stopped)
    points.done()


main()
