"""What clients saw, in the order they saw it: one JSON object a line, as Jepsen keeps it.

    {"op": 7, "type": "invoke", "at": 12.03, "f": "offer", "mark": "#000007", "key": …, "path": …, "body": …}
    {"op": 7, "type": "unknown", "at": 13.90, "why": "ConnectionResetError"}
    {"op": 7, "type": "invoke", "at": 14.40, …}                              asked again with the same key
    {"op": 7, "type": "ok", "at": 14.42, "status": 201, "doc": {…}}

ok: done. fail: refused, nothing happened. unknown: nobody can say. info: an answer that leaves it open
(a link's page that says "too late", asked again). Every op carries its mark into the audit.
"""
import json
import re
import threading
import time

MARK = re.compile(r"#\d{6}")
END = ("ok", "fail", "info")


class Op:
    """All lines of one operation."""

    def __init__(self, line):
        self.n, self.f, self.key, self.mark = line["op"], line["f"], line.get("key"), line["mark"]
        self.path, self.body, self.match = line["path"], line.get("body"), line.get("match")
        self.began, self.ended, self.end, self.unknowns, self.tries = line["at"], None, None, 0, 0
        self.status = self.doc = None
        self.again = None  # the wall clock when it was first asked again

    def add(self, line):
        kind = line["type"]
        self.tries += kind == "invoke"
        self.unknowns += kind == "unknown"
        if kind == "invoke" and self.tries == 2:
            self.again = line["clock"]
        if kind in END:
            self.end, self.ended = kind, line["at"]
            self.status, self.doc = line.get("status"), line.get("doc")


class History:
    def __init__(self, path):
        self.path, self.file, self.lock, self.n = path, open(path, "w", encoding="utf-8"), threading.Lock(), 0
        self.began = time.monotonic()

    def next(self):
        with self.lock:
            self.n += 1
            return self.n

    def log(self, op, kind, **more):
        line = {"op": op, "type": kind, "at": round(time.monotonic() - self.began, 6), **more}
        if kind == "invoke":
            line["clock"] = time.time()
        with self.lock:
            self.file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def read(self):
        """The operations by number."""
        with self.lock:
            self.file.flush()
        ops = {}
        for text in open(self.path, encoding="utf-8"):
            line = json.loads(text)
            if line["op"] not in ops:
                ops[line["op"]] = Op(line)
            ops[line["op"]].add(line)
        return ops
