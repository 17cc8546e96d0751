#!/usr/bin/python3
# The bench's programs run, with tiny counts, and their checks can fail. Nothing here is about speed.
import contextlib
import http.server
import io
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import bench  # noqa: E402
import dav_servers  # noqa: E402
from fire import Tap, head_and_body  # noqa: E402

points = Tap()
TMP = pathlib.Path(tempfile.mkdtemp(prefix="jamund-smoke."))


CHUNKS = {"/chunks": [b"0\r\n", b"x" * 70_000, b"0\r\n\r", b""], "/none": [b""], "/cut": [b"x"]}


class Fake(http.server.BaseHTTPRequestHandler):
    """Answers with the status that the path says; /short says more bytes than it sends, /close hangs up after each."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        short = self.path == "/short"
        if self.path in CHUNKS:
            self.in_chunks(CHUNKS[self.path])
            return
        self.send_response(200 if self.path in ("/short", "/close") else int(self.path[1:]))
        body = b"" if self.path in ("/304", "/204") else b"x" * 70_000
        self.send_header("Content-Length", str(len(body) + short))
        if self.path == "/close":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = short or self.path == "/close"

    def in_chunks(self, chunks):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        self.close_connection = chunks == CHUNKS["/cut"]

    def log_message(self, *_):
        pass


def load(port, requests, *options):
    file = TMP / "requests"
    file.write_bytes(requests if isinstance(requests, bytes) else
                     b"".join(b"%d\n%s" % (len(r), r) for r in (head_and_body("GET", p) for p in requests)))
    return subprocess.run([bench.BUILD / "tests/bench/load", *options, str(port), file], capture_output=True, text=True,
                          timeout=bench.fire.WAIT)


def generator():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_address[1]
    for name, code, requests, options, said in (
            ("every answer is 2xx", 0, ["/200", "/201", "/204"], [], "calls=3 "),
            ("several clients share the requests", 0, ["/200"] * 20, ["-c", "4"], "good=20 "),
            ("the status that is wanted", 0, ["/304"] * 3, ["-o", "304"], "good=3 "),
            ("a 2xx that is not the one that is wanted", 1, ["/200"], ["-o", "201"], "odd=1"),
            ("an error is odd", 1, ["/200", "/503", "/200"], [], "good=2 refused=0 odd=1"),
            ("a refusal is odd where nobody races", 1, ["/409"], [], "odd=1"),
            ("of those who race one wins", 0, ["/409", "/201", "/409"] * 2, ["-c", "3", "-t"], "good=2 refused=4 odd=0"),
            ("two winners", 1, ["/201", "/201", "/409"], ["-c", "3", "-t"], "odd=1"),
            ("no winner", 1, ["/409"] * 3, ["-c", "3", "-t"], "odd=1"),
            ("a race with an error", 1, ["/201", "/500"], ["-c", "2", "-t"], "odd=1"),
            ("an answer that breaks off", 2, ["/short"], [], ""),
            ("answers in chunks", 0, ["/chunks", "/none"] * 3, [], "good=6 "),
            ("chunks that break off", 2, ["/cut"], [], ""),
            ("a server that hangs up after each", 0, ["/close"] * 3, [], "good=3 "),
            ("who comes anew for each", 0, ["/200"] * 3, ["-n"], "good=3 "),
            ("two statuses that are wanted", 0, ["/200", "/304", "/304"], ["-o", "200,304"], "good=3 refused=0 odd=0 same=2"),
            ("one of them is not", 1, ["/200", "/304", "/204"], ["-o", "200,304"], "good=2 refused=0 odd=1 same=1"),
            ("calls spread over a time", 0, ["/200"] * 8, ["-c", "4", "-e", "0.2", "-n"], "good=8 "),
            ("a file that is none", 2, b"12\nGET /", [], "")):
        done = load(port, requests, *options)
        points.ok(done.returncode == code and said in done.stdout, f"load: {name}: exit {code}", done, done.stderr)
    server.shutdown()
    server.server_close()
    points.ok(load(port, ["/200"]).returncode == 2, "load: nobody listens: exit 2")
    done = subprocess.run([bench.BUILD / "tests/bench/rank", "1"], input="{}", capture_output=True, text=True)
    points.ok(done.returncode == 1 and done.stderr, "rank: a panel that is none: exit 1", done)
    for said, words in (("a side that there is not", ["guess", 9, 3, 4, 2, 1, 1]), ("no size", ["columns"])):
        done = subprocess.run([bench.BUILD / "tests/bench/flow", *map(str, words)], capture_output=True, text=True)
        points.ok(done.returncode == 1 and done.stderr and not done.stdout, f"flow: {said}: exit 1", done)


def table():
    rows = [bench.Row("fast", 10, "calls/s", 5, 2.0, least=0.9), bench.Row("slow", 1, "calls/s", 5, 0.2, least=0.9),
            bench.Row("big", 17, "MB", most=16), bench.Row("plain", 3, "ms")]
    points.equal([r.met for r in rows], [True, False, False, None], "a row says whether it met its aim")
    with contextlib.redirect_stdout(io.StringIO()):
        bench.show(rows, TMP / "table")
    lines = [line.split("\t") for line in (TMP / "table").read_text().splitlines()]
    points.equal(lines[2], ["slow", "1.00", "calls/s", "5.00", "0.20", ">= 0.9 x", "no"], "as a line of the table")


def whole():
    def run(*args, **env):
        return subprocess.run([HERE / "bench.py", "--smoke", *args], env={**os.environ, **env}, capture_output=True,
                              text=True, timeout=600, start_new_session=True)
    points.ok(run("speed").returncode not in (0, None), "a row that there is not")
    done = run(BENCH_TSV=str(TMP / "tsv"))
    points.ok(done.returncode == 0 and "WRONG" not in done.stdout, "all rows are measured", done.stdout, done.stderr)
    if done.returncode:
        return
    lines = [line.split("\t") for line in (TMP / "tsv").read_text().splitlines()]
    points.equal(lines[0], bench.HEAD, "the table has its head")
    wanted = ["booking", "race", "one expert", "candidates", "ranking of", "slots of", "one expert's row", "rank, an", "slots, an",
              "fairness", "expo", "nation", "expo with crossing caps", "an expert drops out", "PSS", "an idle", "dav: sync", "dav: multiget", "20 feeds polled"] + ["feed"] * bool(bench.NGINX)
    there, _ = dav_servers.found()
    wanted += [f"dav: calendar-query, 4 events, and {s.name}" for s in there]
    for start in wanted:
        mine = [x for x in lines if x[0].startswith(start)]
        points.ok(mine and all(math.isfinite(float(x[1])) and (x[5] == "") == (x[6] == "") for x in mine), f"a figure for {start}", mine)


for part in (generator, table, whole):
    part()
subprocess.run(["rm", "-rf", TMP], check=True)
points.done()
