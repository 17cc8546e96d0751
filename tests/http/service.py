"""A real daemon on a fresh database, and clients that hold every reply against /openapi.json.

    points = Tap()
    with Service(points) as s:
        reply = s.coordinator.post("/v1/companies", company(1))
        points.ok(reply.status == 201, "a company is added", reply)
    points.done()

The clock of the database stands still at NOW (a Monday, 10:00 in Seoul) until `s.at()` moves it: the
daemon's role here may, being a member of the owner; it inherits nothing from it, so that all else it
may do is what the real role may. Leaving the block ends the daemon by SIGTERM: it must end well.
"""
import atexit
import copy
import http.client
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import uuid

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/lib"))
import openapi  # noqa: E402
from tap import Tap  # noqa: E402,F401

NOW = "2026-06-01T10:00:00+09:00"
ROLES = ("admin", "manager", "coordinator", "field")
DAEMON = "jamund_clock"
WAIT = 60  # seconds until something that must come is given up
AUTO = object()


def server_of_its_own():
    """For a test that stops PostgreSQL: starts it again on a server that no other test has."""
    if "SERVER_OF_ITS_OWN" not in os.environ:
        env = {k: v for k, v in os.environ.items() if k != "TEST_CLUSTER"}
        alone = str(TOP / "tests/lib/with_db.sh")
        os.execve(alone, [alone, *sys.argv], {**env, "SERVER_OF_ITS_OWN": "1"})


def cluster(verb):
    """pg_stop or pg_start."""
    subprocess.run(["bash", "-c", f'. "{TOP}/tests/lib/pg.sh" && {verb} "$TEST_CLUSTER"'], check=True,
                   stdout=subprocess.DEVNULL)


def wait_for(what, truth, seconds=WAIT):
    end = time.monotonic() + seconds
    while not (value := truth()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)
    return value


class Reply:
    def __init__(self, method, target, status, headers, body):
        self.method, self.target, self.status, self.headers, self.body = \
            method, target, status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def etag(self):
        return self.headers.get("ETag")

    @property
    def code(self):
        """The problem's code, None where the reply is no problem."""
        media = self.headers.get("Content-Type", "")
        return self.json.get("code") if media.startswith(openapi.PROBLEM) else None

    @property
    def pointers(self):
        return [e["pointer"] for e in self.json.get("errors", [])]

    def __str__(self):
        return f"{self.method} {self.target} -> {self.status} {self.body[:600].decode(errors='replace')}"


class Client:
    """One connection, kept alive; speaks with one token (None: without)."""

    def __init__(self, service, token=None):
        self.service, self.token, self.http = service, token, None

    def close(self):
        if self.http:
            self.http.close()
        self.http = None

    def call(self, method, target, body=None, key=AUTO, match=None, check=True, **headers):
        """body: bytes as they are, anything else as JSON. headers: content_type="text/plain"."""
        head = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if self.token:
            head.setdefault("authorization", "Bearer " + self.token)
        if key is AUTO and method not in ("GET", "HEAD"):
            key = str(uuid.uuid4())
        if key not in (None, AUTO):
            head["idempotency-key"] = key
        if match:
            head["if-match"] = match
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        if body is not None and "content-type" not in headers and "content_type" not in headers:
            head["content-type"] = "application/json"
        head = {name: value for name, value in head.items() if value}
        reply = self._exchange(method, target, body, head)
        if check:
            self.service.validate(reply)
        return reply

    def _exchange(self, method, target, body, head, again=True):
        fresh = self.http is None or self.http.sock is None
        if self.http is None:
            self.http = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=WAIT)
        try:
            self.http.request(method, target, body, head)
            got = self.http.getresponse()
            if got.headers.get_content_type() == "text/event-stream":  # has no end: its head is all
                got.close()
                self.close()
                return Reply(method, target, got.status, got.headers, b"")
            return Reply(method, target, got.status, got.headers, got.read())
        except (ConnectionError, http.client.BadStatusLine):
            self.close()
            if fresh or not again:
                raise
            return self._exchange(method, target, body, head, again=False)

    def get(self, target, **more):
        return self.call("GET", target, **more)

    def post(self, target, body, **more):
        return self.call("POST", target, body, **more)

    def put(self, target, body, **more):
        return self.call("PUT", target, body, **more)

    def delete(self, target, **more):
        return self.call("DELETE", target, **more)

    def form(self, target, text, **more):
        return self.call("POST", target, text.encode(), key=None,
                         content_type="application/x-www-form-urlencoded", **more)


class Service:
    def __init__(self, tap, start=True, **settings):
        self.tap, self.daemon, self.port, self.admin_port, self.now = tap, None, None, None, NOW
        self.database = f"http_{os.getpid()}_{secrets.token_hex(3)}"
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="jamund-http."))
        self.spool, self.log = self.dir / "spool", self.dir / "log"
        self.settings, self.api, self.checked, self.clients = settings, None, 0, []
        (self.dir / "key").touch(mode=0o600)
        (self.dir / "key").write_text(secrets.token_hex(32))
        self._database()
        self._people()
        atexit.register(self.kill)
        if start:
            self.start()

    # ---- the database and the command line ----

    def _database(self):
        self._fresh()
        self.sql((pathlib.Path(__file__).parent / "witness.sql").read_text())

    def _fresh(self):
        subprocess.run(["bash", "-c", f'. "{TOP}/tests/lib/pg.sh"; pg_fresh {self.database}'], check=True,
                       env={**os.environ, "JAMUND": os.environ["JAMUND"]}, stdout=subprocess.DEVNULL)
        self.sql(f"""
            do $$ begin
                create role {DAEMON} login noinherit in role jamund_owner;
            exception when duplicate_object or unique_violation then null; -- by a test beside this one
            end $$;
            grant connect on database {self.database} to {DAEMON};
            grant usage on schema api to {DAEMON};
            grant execute on all functions in schema api to {DAEMON};
            alter role {DAEMON} in database {self.database} set jamund.now = '{self.now}';""")

    def sql(self, text, role="postgres"):
        """The rows as psql prints them, columns separated by |."""
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", role, "-d", self.database],
                              input=text, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{text}: {done.stderr}")
        return done.stdout.strip()

    def counts(self):
        """How many rows each table has: what a call that fails must not change. Reads leave their
        trace some time later (work/trace.h), so that table does not count; and a mail that leaves may
        get its reader an address to answer to, so that those which are due have left before."""
        if self.daemon:
            wait_for("the outbox", lambda: self.sql(
                "select count(*) from jamund.messages where state = 'sending'"
                f" or state in ('queued', 'retry') and due_at <= '{self.now}'") == "0")
        tables = self.sql("select relname from pg_class where relkind = 'r'"
                          " and relnamespace = 'jamund'::regnamespace and relname <> 'reads' order by 1").split()
        return self.sql(" union all ".join(f"select '{t}', count(*) from jamund.{t}" for t in tables))

    def environment(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("JAMUND_")}
        settings = {"database": f"user={DAEMON} dbname={self.database}",
                    "secret_key_file": self.dir / "key", "spool_dir": self.spool,
                    "listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0", "message_wait": 0,
                    "read_timeout": "20s", "write_timeout": "20s", "call_deadline": "60s",  # a machine that stands still for seconds is no fault
                    "migrations_dir": TOP / "migrations", **self.settings}
        return {**env, **{f"JAMUND_{k.upper()}": str(v) for k, v in settings.items()}}

    def cli(self, *args, stdin=None):
        return subprocess.run([os.environ["JAMUND"], *map(str, args)], env=self.environment(),
                              input=stdin, capture_output=True, timeout=60)

    def _people(self):
        self.users, self.tokens = {}, {}
        for role in ROLES:
            mail = f"{role}@example.kr"
            added = self.cli("user", "add", mail, role, f"예시 {role}")
            self.users[role] = json.loads(added.stdout)["id"]
            self.tokens[role] = self.cli("token", "add", mail).stdout.decode().strip()

    # ---- the daemon ----

    def start(self):
        self.listening = False
        with open(self.log, "ab") as log:
            begin = log.tell()
            self.daemon = subprocess.Popen([os.environ["JAMUND"], "serve"], env=self.environment(),
                                           stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_for("serve.up", lambda: self._ports(begin))
        wait_for("/readyz", lambda: self.inside("/readyz").status == 200)
        if not self.api:
            self.api = openapi.Api.load(f"http://127.0.0.1:{self.port}")
        for client in self.clients:
            client.close()

    def _ports(self, begin):
        if self.daemon.poll() is not None:
            raise RuntimeError("the daemon ended: " + self.log.read_text()[begin:])
        for line in self.log.read_bytes()[begin:].decode(errors="replace").splitlines(keepends=True):
            if "serve.up" in line and line.endswith("\n"):  # else the port's last digits are still to come
                said = dict(word.split("=", 1) for word in line.split() if "=" in word)
                self.port, self.admin_port = int(said["port"]), int(said["admin_port"])
                return True
        return False

    def twin(self, **settings):
        """Another daemon on the same database; stop it before this one."""
        other = copy.copy(self)
        for role in ROLES + ("nobody",):
            other.__dict__.pop(role, None)
        other.settings = {**self.settings, **settings}
        other.daemon, other.clients, other.log = None, [], self.dir / f"log-{secrets.token_hex(3)}"
        atexit.register(other.kill)
        other.start()
        return other

    def stop(self):
        """Ends it by SIGTERM; gives its exit code."""
        daemon, self.daemon = self.daemon, None
        if not daemon:
            return 0
        daemon.send_signal(signal.SIGTERM)
        try:
            return daemon.wait(WAIT)
        except subprocess.TimeoutExpired:
            daemon.kill()
            return daemon.wait()

    def kill(self):
        if self.daemon:
            self.daemon.kill()
            self.daemon.wait()
            self.daemon = None

    def at(self, when):
        """Another time of the database's clock; the daemon starts anew."""
        self.stop()
        self.now = when
        self.sql(f"alter role {DAEMON} in database {self.database} set jamund.now = '{when}'")
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            self.kill()
            print("# log:", *self.log.read_text(errors="replace").splitlines()[-20:], sep="\n# ")
            return
        unheard = self.sql("select * from witness.unheard")
        self.tap.ok(not unheard, "the change log says of every change whom it reaches", unheard)
        code = self.stop()
        text = self.log.read_text(errors="replace")
        odd = [line for line in text.splitlines()
               if "Sanitizer" in line or "runtime error" in line or "call.failed" in line]
        self.tap.ok(code == 0 and not odd, "the daemon ended well", code, odd)
        self.tap.ok(self.checked > 0 or not self.api, f"replies were as /openapi.json says: {self.checked}")
        self.sql(f"select pg_terminate_backend(pid) from pg_stat_activity"
                 f" where datname = '{self.database}' and pid <> pg_backend_pid()")
        subprocess.run(["rm", "-rf", str(self.dir)], check=True)

    # ---- talking to it ----

    def client(self, token=None):
        self.clients.append(Client(self, token))
        return self.clients[-1]

    def __getattr__(self, role):
        """s.coordinator: that role's client; s.nobody: the one without a token."""
        if role not in ROLES + ("nobody",):
            raise AttributeError(role)
        self.__dict__[role] = self.client(self.tokens.get(role))
        return self.__dict__[role]

    def metrics(self):
        """{"mails_sent_total": 3, 'replies_total{class="2xx"}': 8, …}"""
        lines = (line.rsplit(" ", 1) for line in self.inside("/metrics").body.decode().splitlines())
        return {name.removeprefix("jamund_"): int(n) for name, n in lines}

    def inside(self, target, method="GET"):
        """One call to the admin listener; status 0: it is not there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=WAIT)
        try:
            connection.request(method, target)
            got = connection.getresponse()
            return Reply(method, target, got.status, got.headers, got.read())
        except ConnectionError:
            return Reply(method, target, 0, {}, b"")
        finally:
            connection.close()

    def validate(self, reply):
        """A reply that is not as the document says is a failed point. Of what no route is for, the
        problem itself is looked at."""
        self.checked += 1
        try:
            if reply.status in (404, 405, 501) and self._unknown(reply):
                problem = {"$ref": "#/components/schemas/Problem"}
                errors = self.api.schema_errors(problem, reply.json) if reply.body else []
                if errors or (reply.body and reply.json["status"] != reply.status):
                    raise openapi.Mismatch(f"{reply}: {errors}")
            else:
                self.api.validate(reply.method, reply.target, reply.status, reply.headers, reply.body)
        except (openapi.Mismatch, ValueError) as e:
            self.tap.ok(False, "a reply is as /openapi.json says", str(e)[:900], str(reply))

    def _unknown(self, reply):
        try:
            self.api.operation(reply.method, reply.target)
            return False
        except openapi.Mismatch:
            return True

    def mails(self, appointment=None):
        """Every mail in the spool, in the order of the outbox, once nothing is left to send but what
        waits for another hour."""
        wait_for("the outbox", lambda: self.sql("select count(*) from jamund.messages where state in"
                                                " ('queued', 'sending', 'retry') and due_at < created_at"
                                                " + interval '1 hour'") == "0")
        ids = self.sql("select id from jamund.messages where state = 'sent' and to_email <> ''" +
                       (f" and appointment_id = '{appointment}'" if appointment else "") +
                       " order by seq").split()
        return [(self.spool / f"{i}.eml").read_bytes() for i in ids]
