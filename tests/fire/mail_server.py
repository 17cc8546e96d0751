"""A small SMTP server for tests: STARTTLS and AUTH, and a switch for every way to be unkind.

Each reply has a name ("greeting", "ehlo", "starttls", "tls ehlo", "auth", "auth done", "mail", "rcpt", "data",
"dot"). `cut[name] = n`: the next n conversations that come to it end right after the reply was sent
("dot lost": the mail is taken, its 250 is not sent). `say[name] = [(n, text), …]`: another reply.
"""
import base64
import collections
import email
import hashlib
import pathlib
import re
import socket
import ssl
import subprocess
import threading
import time


def certificates(folder):
    """A CA of the test's own and a certificate of 127.0.0.1; (CA file, server's key and chain)."""
    folder = pathlib.Path(folder)

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=fire CA")
    openssl("req", *curve, "-keyout", "mail.key", "-out", "mail.csr", "-subj", "/CN=127.0.0.1")
    (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "mail.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "mail.pem", "-days", "2", "-extfile", "ext")
    return folder / "ca.pem", folder / "mail.pem", folder / "mail.key"


class Cut(Exception):
    pass


class Taken:
    """One mail that the server took."""

    def __init__(self, to, data):
        self.to, self.data, self.at = to, data, time.monotonic()
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.mail = email.message_from_bytes(data)
        self.id = self.mail["Message-ID"].strip("<>").split("@")[0]

    @property
    def link(self):
        """The path of the page it points to."""
        for part in self.mail.walk():
            if part.get_content_type() == "text/plain" and (
                    found := re.search(r"/r/[A-Za-z0-9_-]+\b(?!/)", part.get_payload(decode=True).decode())):
                return found.group()
        return None

    @property
    def method(self):
        for part in self.mail.walk():
            if part.get_content_type() == "text/calendar":
                return part.get_param("method")
        return None


class MailServer:
    def __init__(self, tls=None, user=None, password=None, port=0):
        """tls: (chain, key) files; user: without one there is no AUTH."""
        self.user, self.password, self.tls = user, password, None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*tls)
        self.cut, self.say = collections.Counter(), collections.defaultdict(list)
        self.cuts, self.commands, self.tried = collections.Counter(), collections.Counter(), []
        self.taken, self.lock, self.open = [], threading.Lock(), set()
        self.go_on = threading.Event()  # clear: the 250 of a final dot waits
        self.go_on.set()
        self.held = 0
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open.add(sock)
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def hang_up(self):
        """Ends every conversation; the next mail needs a new one."""
        with self.lock:
            for sock in self.open:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.listener.close()
        self.hang_up()

    def _talk(self, sock):
        talk = Talk(self, sock)
        try:
            talk.run()
        except (Cut, OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.open.discard(talk.sock)
            talk.end()


class Talk:
    def __init__(self, server, sock):
        self.server, self.sock, self.raw = server, sock, sock
        self.file, self.secure, self.known = sock.makefile("rb"), False, server.user is None

    def end(self):
        self.file.close()
        for sock in (self.sock, self.raw):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def reply(self, name, text):
        """Sends it, or what it was replaced by; True when the kind reply was sent."""
        server = self.server
        with server.lock:
            said = server.say[name]
            odd = said.pop(0) if said else None
            cut = server.cut[name] > 0 and not odd
            if cut:
                server.cut[name] -= 1
                server.cuts[name] += 1
        self.sock.sendall(((odd or text) + "\r\n").encode())
        if cut:
            raise Cut(name)
        return odd is None

    def run(self):
        self.reply("greeting", "220 mail.example.kr ESMTP")
        to = None
        while line := self.file.readline(4096):
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            with self.server.lock:
                self.server.commands[verb] += 1
            if verb == "EHLO":
                self.ehlo()
            elif verb == "STARTTLS":
                self.starttls()
            elif verb == "AUTH":
                self.auth(rest)
            elif verb == "MAIL":
                kind = self.reply("mail", "250 OK" if self.known else "530 5.7.0 sign in first")
                to = [] if kind and self.known else None
            elif verb == "RCPT" and to is not None:
                with self.server.lock:
                    self.server.tried.append((time.monotonic(), rest))
                if self.reply("rcpt", "250 OK"):
                    to.append(rest.split("<")[1].split(">")[0])
            elif verb == "DATA" and to:
                if self.reply("data", "354 go on"):
                    self.data(to)
                to = None
            elif verb in ("RSET", "NOOP"):
                self.reply("rset", "250 OK")
            elif verb == "QUIT":
                self.reply("quit", "221 bye")
                return
            else:
                self.reply("bad", "503 bad sequence")

    def ehlo(self):
        words = ["mail.example.kr", "8BITMIME"]
        if self.server.tls and not self.secure:
            words.append("STARTTLS")
        elif self.server.user:
            words.append("AUTH PLAIN")
        self.reply("tls ehlo" if self.secure else "ehlo",
                   "\r\n".join(f"250{'-' if w != words[-1] else ' '}{w}" for w in words))

    def starttls(self):
        if not self.reply("starttls", "220 go on"):
            return
        self.file.close()
        self.sock = self.server.tls.wrap_socket(self.raw, server_side=True)
        with self.server.lock:
            self.server.open.discard(self.raw)
            self.server.open.add(self.sock)
        self.file, self.secure = self.sock.makefile("rb"), True

    def auth(self, rest):
        _, _, first = rest.partition(" ")
        if not first:
            if not self.reply("auth", "334 "):
                return
            first = self.file.readline(4096).decode().strip()
        _, user, password = base64.b64decode(first).decode().split("\0")
        self.known = (user, password) == (self.server.user, self.server.password)
        self.reply("auth done", "235 welcome" if self.known else "535 5.7.8 no")

    def data(self, to):
        lines = []
        while (line := self.file.readline(65536)) != b".\r\n":
            if not line:
                return
            lines.append(line[1:] if line.startswith(b".") else line)
        server = self.server
        with server.lock:
            odd = bool(server.say["dot"])
            lost = server.cut["dot lost"] > 0 and not odd
            if not odd:
                server.taken += [Taken(one, b"".join(lines)) for one in to]
            if lost:
                server.cut["dot lost"] -= 1
                server.cuts["dot lost"] += 1
        if lost:
            raise Cut("dot lost")
        with server.lock:
            server.held += 1
        server.go_on.wait(60)
        with server.lock:
            server.held -= 1
        self.reply("dot", "250 taken")
