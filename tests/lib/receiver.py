"""Somebody's endpoint for webhooks: verifies every signature by its own arithmetic, and fails on demand.

    r = Receiver()
    r.secrets["/in"] = ["whsec_…"]     who calls /in must sign with one of these
    r.plan["/in"] = [500, "stall", "cut", "endless", 302, 410]     one word per call; then 204

`got` has each call that came whole; `odd` what was wrong with any.
"""
import base64
import collections
import hashlib
import hmac
import http.server
import json
import socket
import ssl
import threading
import time

TOLERANCE = 300  # seconds, as the specification suggests


def signed(secret, ident, stamp, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, f"{ident}.{stamp}.".encode() + body, hashlib.sha256).digest()).decode()


class Call:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.id, self.stamp = headers["webhook-id"], headers["webhook-timestamp"]
        self.signatures = (headers["webhook-signature"] or "").split()
        self.answer = None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def type(self):
        return self.json["type"]

    @property
    def subject(self):
        """What keeps its order: the appointment, or the request."""
        data = self.json["data"]
        return data["appointment"]["id"] if "appointment" in data else data.get("appointment_id", data.get("request_id"))


class Receiver:
    def __init__(self, tls=None):
        self.plan, self.secrets = collections.defaultdict(list), {}
        self.got, self.odd, self.lock = [], [], threading.Lock()
        self.go_on = threading.Event()  # clear: "stall" and "wait" wait for it
        self.open = collections.Counter()  # calls under way per path
        self.most = collections.Counter()  # and at most at once
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver._take(self)

            def log_message(self, *words):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass  # a daemon that was killed leaves its connections

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    def _take(self, h):
        body = h.rfile.read(int(h.headers["Content-Length"]))
        call = Call(h.path, h.headers, body)
        with self.lock:
            self.open[h.path] += 1
            self.most[h.path] = max(self.most[h.path], self.open[h.path])
            self._verify(call)
            word = self.plan[h.path].pop(0) if self.plan[h.path] else 204
            call.answer = word
            self.got.append(call)
        try:
            self._answer(h, word)
        except OSError:  # it left
            h.close_connection = True
        finally:
            with self.lock:
                self.open[h.path] -= 1

    def _verify(self, call):
        if not call.id or not call.stamp or abs(int(call.stamp) - time.time()) > TOLERANCE:
            self.odd.append(f"{call.path}: id {call.id}, timestamp {call.stamp}")
        wanted = [signed(s, call.id, call.stamp, call.body) for s in self.secrets.get(call.path, [])]
        if call.path in self.secrets and not set(wanted) & set(call.signatures):
            self.odd.append(f"{call.path}: {call.signatures} is none of {wanted}")
        if call.headers["content-type"] != "application/json" or set(call.json) != {"type", "timestamp", "data"}:
            self.odd.append(f"{call.path}: {call.headers} {call.body[:200]}")

    def _answer(self, h, word):
        if word == "cut":
            h.close_connection = True
            h.connection.shutdown(socket.SHUT_RDWR)
            return
        if word in ("stall", "wait"):
            self.go_on.wait(60)
        h.send_response({"wait": 204, "stall": 204, "endless": 200}.get(word, word))
        if word == "endless":
            h.close_connection = True
            h.end_headers()
            for _ in range(10000):
                h.wfile.write(b"x" * 65536)
            return
        if word == 302:
            h.send_header("Location", self.base + "/elsewhere")
        if word != 204:
            h.send_header("Content-Length", "3")
        h.end_headers()
        if word not in (204, "stall", "wait"):
            h.wfile.write(b"ok\n")

    def on(self, path, answered=None):
        with self.lock:
            return [c for c in self.got if c.path == path and answered in (None, c.answer)]
