"""What the tests under fire share: a house (database, people, daemons), wires into it, TAP.

    with House("fire_x", sweep_every="100ms") as h:
        d = h.start()
        reply = d.call("POST", "/v1/companies", h.company())

The database's clock is the machine's. Nothing here waits without a bound or for luck.
"""
import datetime
import http.client
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

from promises import faults  # noqa: F401 (what must be true of a database whatever happened to it)

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/lib"))
JAMUND = os.environ["JAMUND"]
SANITIZED = "/asan/" in JAMUND
WAIT = 60  # seconds until something that must come is given up
GONE = (ConnectionError, http.client.HTTPException, socket.timeout, TimeoutError)


# ---- TAP ----

class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, truth, name, *why):
        self.count += 1
        self.failed += not truth
        print(f"{'ok' if truth else 'not ok'} {self.count} - {name}", flush=True)
        if not truth:
            self.note(*why)
        return bool(truth)

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, f"got    {got!r}", f"wanted {wanted!r}")

    def note(self, *words):
        for line in "\n".join(str(w) for w in words).splitlines()[:40]:
            print("# " + line[:600], flush=True)

    def done(self):
        print(f"1..{self.count}")
        raise SystemExit(self.failed != 0)


def wait_for(what, truth, seconds=WAIT):
    end = time.monotonic() + seconds
    while not (value := truth()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.05)
    return value


# ---- HTTP ----

class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code") if "problem+json" in self.headers.get("Content-Type", "") else None

    def __str__(self):
        return f"{self.status} {self.body[:400].decode(errors='replace')}"


class Wire:
    """One connection; sending and receiving are apart, so that many calls are under way at once."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.sock.sendall(data)

    def receive(self, method="POST"):
        got = http.client.HTTPResponse(self.sock, method=method)
        got.begin()
        return Reply(got.status, got.headers, got.read())

    def close(self):
        self.sock.close()


def head_and_body(method, path, body=None, token=None, key=None, match=None, media="application/json"):
    """A request's bytes."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: fire.example.kr"]
    if token:
        lines.append("Authorization: Bearer " + token)
    if key:
        lines.append("Idempotency-Key: " + key)
    if match:
        lines.append("If-Match: " + match)
    if body is not None:
        lines += ["Content-Type: " + media, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b"")


# ---- the daemon ----

class Daemon:
    def __init__(self, house, settings):
        self.house, self.log = house, house.dir / f"log.{len(house.daemons)}"
        house.daemons.append(self)
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([JAMUND, "serve"], env=house.environment(settings), stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)
        self.port, self.admin_port = wait_for("serve.up", self._ports)

    def _ports(self):
        text = self.log.read_text(errors="replace")
        if self.process.poll() is not None:
            raise RuntimeError("the daemon ended: " + text[-2000:])
        for line in text.split("\n")[:-1]:  # whole lines
            if "event=serve.up" in line:
                said = dict(word.split("=", 1) for word in line.split() if "=" in word)
                return int(said["port"]), int(said["admin_port"])
        return None

    def ready(self):
        wait_for("/readyz", lambda: self.admin("/readyz").status == 200)
        return self

    def admin(self, path):
        wire = Wire(self.admin_port)
        try:
            wire.send(head_and_body("GET", path))
            return wire.receive("GET")
        finally:
            wire.close()

    def metric(self, name):
        for line in self.admin("/metrics").body.decode().splitlines():
            if line.rsplit(" ", 1)[0] == "jamund_" + name:
                return int(line.rsplit(" ", 1)[1])
        raise KeyError(name)

    def call(self, method, path, body=None, key=None, match=None, token="coordinator", **more):
        if method != "GET" and token:
            key = key or str(uuid.uuid4())
        wire = Wire(self.port)
        try:
            wire.send(head_and_body(method, path, body, self.house.tokens.get(token), key, match, **more))
            return wire.receive(method)
        finally:
            wire.close()

    def made(self, method, path, body=None, **more):
        reply = self.call(method, path, body, **more)
        if reply.status not in (200, 201):
            raise AssertionError(f"{method} {path}: {reply}")
        return reply.json

    def refuses(self):
        """Nobody new is let in. The log says serve.drain a moment before that."""
        try:
            Wire(self.port).close()
            return False
        except ConnectionError:
            return True

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """By SIGTERM; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT)

    def oddities(self):
        """Lines of the log that no weather explains."""
        return [line for line in self.log.read_text(errors="replace").splitlines()
                if "Sanitizer" in line or "runtime error" in line or "call.failed" in line
                or "Assertion" in line]


# ---- the house ----

class Session:
    """A psql that stays open: for transactions that hold something while others go on."""

    def __init__(self, house):
        self.psql = subprocess.Popen(house.psql + ["-q"], env=house.pg_env, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run(self, sql):
        self.psql.stdin.write(sql + "\n;\n\\echo [[done]]\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) and line != "[[done]]\n":
            lines.append(line.rstrip("\n"))
        return "\n".join(lines)

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(WAIT)


class House:
    """durable: a cluster of its own that keeps what it says, and may be killed."""

    def __init__(self, name, durable=False, **settings):
        self.name, self.settings, self.daemons, self.n = name, settings, [], 0
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="jamund-fire."))
        self.dir.chmod(0o711)
        self.cluster = self.dir / "pg" if durable else None
        self.pg_env = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
        if durable:
            self.pg_start()
        else:
            self.sh(f"pg_fresh {name}")
        self.psql = ["psql", "-XAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", name]
        (self.dir / "key").touch(mode=0o600)
        (self.dir / "key").write_text(secrets.token_hex(32))
        self._people()

    def sh(self, script):
        done = subprocess.run(["bash", "-c", f'set -e; . "{TOP}/tests/lib/pg.sh"; {script}'], env=self.pg_env,
                              capture_output=True, text=True, timeout=180)
        if done.returncode:
            raise RuntimeError(f"{script}: {done.stderr} {done.stdout}")
        return done.stdout.strip()

    def pg_start(self):
        said = self.sh(f'pg_start "{self.cluster}" durable; echo "$PGHOST"'
                       if (self.cluster / "data").exists() else
                       f'pg_start "{self.cluster}" durable; pg_fresh {self.name}; echo "$PGHOST"')
        self.pg_env.update(PGHOST=said.splitlines()[-1], PGPORT="5432")

    def pg_stop(self):
        self.sh(f'pg_stop "{self.cluster}"')

    def pg_kill(self):
        """kill -9 of the postmaster and every process of its. It stands still first: a child that it makes meanwhile
        would live on, and nobody could start in its place."""
        postmaster = int((self.cluster / "data/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)
        wait_for("PostgreSQL to stand still", lambda: process_state(postmaster) == "T")
        children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in [postmaster, *map(int, children)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_for("PostgreSQL's end", lambda: not any(alive(pid) for pid in [postmaster, *map(int, children)]))

    def environment(self, settings=None):
        env = {k: v for k, v in self.pg_env.items() if not k.startswith("JAMUND_") and k != "PGOPTIONS"}
        mine = {"database": f"host={self.pg_env['PGHOST']} user=jamund dbname={self.name}",
                "secret_key_file": self.dir / "key", "spool_dir": self.dir / "spool",
                "listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "sweep_every": "100ms", "message_wait": 0,
                "migrations_dir": TOP / "migrations", **self.settings, **(settings or {})}
        return {**env, **{f"JAMUND_{k.upper()}": str(v) for k, v in mine.items()}}

    def cli(self, *args):
        done = subprocess.run([JAMUND, *args], env=self.environment(), capture_output=True, text=True, timeout=WAIT)
        if done.returncode:
            raise RuntimeError(f"{args}: {done.stderr}")
        return done.stdout.strip()

    def _people(self):
        self.tokens = {}
        for role in ("manager", "coordinator", "field"):
            self.cli("user", "add", f"{role}@example.kr", role, f"예시 {role}")
            self.tokens[role] = self.cli("token", "add", f"{role}@example.kr")

    def start(self, **settings):
        return Daemon(self, settings).ready()

    def sql(self, text):
        """The rows as psql prints them, columns separated by |."""
        done = subprocess.run(self.psql + ["-q"], input="set search_path = jamund, public;\n" + text,
                              env=self.pg_env, capture_output=True, text=True, timeout=WAIT)
        if done.returncode:
            raise RuntimeError(f"{text}: {done.stderr}")
        return done.stdout.strip()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for d in self.daemons:
            d.kill()
            if kind:
                print("# log:", *d.log.read_text(errors="replace").splitlines()[-15:], sep="\n# ")
        if self.cluster:
            self.pg_stop()
        shutil.rmtree(self.dir)

    # ---- bodies ----

    def number(self):
        self.n += 1
        return self.n

    def expert(self, **changes):
        n = self.number()
        return {"email": f"expert-{n}@example.kr", "name": f"세무-{n} 전문위원",
                "fields": [{"field": "tax", "level": 3}], "modes": ["visit", "center", "online", "phone"],
                "term": {"from": "2020-01-01", "until": "2099-12-31"},
                "caps": {"per_day": 24, "per_week": 100, "hours_per_year": 3000},
                "buffers": {"before": 10, "after": 10}, **changes}

    def company(self, **changes):
        n = self.number()
        return {"registration_number": registration(n), "name": f"예시정밀 {n:05d}", "district": "suseong",
                "address": f"대구광역시 수성구 예시로 {n}",
                "contacts": [{"name": f"담당 {n}", "email": f"contact-{n}@example.kr", "consent": True}], **changes}

    def case(self, company, **changes):
        return {"company_id": company["id"], "channel": "visit", "title": f"부가세 {self.number()}",
                "text": "환급이 늦어집니다.", "triage": "deep", **changes}

    def request(self, case, company, **changes):
        return {"case_id": case["id"], "seats": [{"field": "tax", "min_level": 1}], "mode": "visit", "minutes": 60,
                "windows": [{"from": start(0), "until": start(300)}],
                "contact_id": company["contacts"][0]["id"], **changes}

    # ---- what a test needs first ----

    def made_expert(self, d, **changes):
        return d.made("POST", "/v1/experts", self.expert(**changes), token="manager")

    def made_request(self, d, company=None, text="환급이 늦어집니다.", **changes):
        """A request by the field team, with its company's contact."""
        company = company or d.made("POST", "/v1/companies", self.company())
        case = d.made("POST", "/v1/cases", self.case(company, text=text), token="field")
        return d.made("POST", "/v1/requests", self.request(case, company, **changes), token="field")

    def offer(self, request, expert, when):
        return {"request_id": request["id"], "expert_id": expert["id"], "start": when,
                "override_reason": "시험입니다"}


def accept(d, appointment, call="made"):
    seat = appointment["seats"][0]
    return getattr(d, call)("POST", f"/v1/seats/{seat['id']}/accept", {"via": "phone"},
                            match=f'"v{seat["version"]}"')


def cancel(d, appointment, call="made"):
    return getattr(d, call)("POST", f"/v1/appointments/{appointment['id']}/cancel", {"reason": "시험입니다"},
                            match="*")


TODAY = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9))).replace(
    hour=10, minute=0, second=0, microsecond=0)  # of the whole test, also when midnight comes


def start(days, minutes=0):
    """Ten in the morning in Seoul, a week and so many days from today."""
    return (TODAY + datetime.timedelta(days=7 + days, minutes=minutes)).isoformat()


def registration(n):
    digits = [int(x) for x in f"{n:09d}"]
    total = sum(x * w for x, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5))) + digits[8] * 5 // 10
    text = f"{n:09d}{(10 - total % 10) % 10}"
    return f"{text[:3]}-{text[3:5]}-{text[5:]}"


def process_state(pid):
    """As /proc has it ("T": it stands still); "Z" also of one that is not there any more."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def alive(pid):
    return process_state(pid) != "Z"
