"""A mailbox: a Dovecot of the test's own, and in front of it a door that hears every command, and can be unkind.

The door ends TLS. Its clients' commands are told from their first words ("LOGIN", "UID STORE", "UID FETCH 7 (UID BODY"):

    door.cut["UID STORE"] = 1          the next one ends the conversation; Dovecot never hears it
    door.say["UID SEARCH"] = [bytes]   the next one is answered so; {tag} is the command's
    door.hold = "UID STORE"            they wait until door.go(), and then what is above holds
    door.drip = "UID SEARCH"           they are answered by responses for ever, never 200 ms apart
    door.shut()                        nobody is let in, and who is in is out, until door.open()
"""
import atexit
import collections
import grp
import imaplib
import os
import pathlib
import pwd
import re
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from ports import keep_port

WAIT = 60  # seconds until something that must come is given up
FOLDER = 'Answers "in"'
USER, PASSWORD = "jamund@example.kr", "비밀 word"
CONF = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = imap
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
mail_location = maildir:{dir}/mail
mail_fsync = never
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {dir}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def quoted(folder):
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Dovecot:
    """Started by root it runs as nobody: it gives no mail to root. Else as whoever starts it."""

    def __init__(self, chain, key):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="jamund-imap.", dir="/tmp"))
        root = os.getuid() == 0
        who = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.getuid())
        (self.port, self.kept), self.daemon = keep_port(), None
        for name in ("run", "state", "mail"):
            (self.dir / name).mkdir()
        shutil.copy(chain, self.dir / "cert.pem"), shutil.copy(key, self.dir / "key.pem")
        self.password(PASSWORD)
        (self.dir / "conf").write_text(CONF.format(dir=self.dir, port=self.port, user=who.pw_name,
                                                   group=grp.getgrgid(who.pw_gid).gr_name))
        self.become = []
        if root:
            for path in [self.dir, *self.dir.rglob("*")]:
                os.chown(path, who.pw_uid, who.pw_gid)
            self.become = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]

    def password(self, word):
        (self.dir / "users").write_text(f"{USER}:{{PLAIN}}{word}\n")

    def start(self):
        atexit.register(self.stop)
        self.daemon = subprocess.Popen([*self.become, "/usr/sbin/dovecot", "-F", "-c", str(self.dir / "conf")], cwd="/",
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + WAIT
        while True:
            try:
                self.mine = imaplib.IMAP4("127.0.0.1", self.port, timeout=WAIT)
                break
            except (OSError, imaplib.IMAP4.abort):
                if time.monotonic() > end or self.daemon.poll() is not None:
                    raise RuntimeError("no Dovecot: " + (self.dir / "log").read_text(errors="replace"))
                time.sleep(0.05)
        self.mine.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        self.made(FOLDER), self.made("Done")
        return self

    def made(self, folder):
        assert self.mine.create(quoted(folder))[0] == "OK"

    def stop(self):
        daemon, self.daemon = self.daemon, None
        if daemon:
            daemon.terminate()
            daemon.wait(WAIT)
            shutil.rmtree(self.dir)

    # ---- what is in it ----

    def add(self, *mails):
        """Their UIDs."""
        return [self._add(m) for m in mails]

    def _add(self, mail):
        said = self._at_last(lambda: self.mine.append(quoted(FOLDER), None, None, mail))
        return int(re.search(rb"APPENDUID \d+ (\d+)", said).group(1))

    def _at_last(self, ask):
        """Dovecot refuses ("deleted under us") while another conversation has the folder open that renew() deleted."""
        end = time.monotonic() + WAIT
        while (answer := ask())[0] != "OK":
            if time.monotonic() > end:
                raise RuntimeError(f"Dovecot: {answer}")
            self.mine.create(quoted(FOLDER))  # "NO" where it is there
            time.sleep(0.02)
        return answer[1][0]

    def flags(self, folder=FOLDER):
        """{uid: "Seen Flagged"}, of each message."""
        self._at_last(lambda: self.mine.select(quoted(folder), readonly=True))
        found = self.mine.uid("FETCH", "1:*", "(UID FLAGS)")[1]
        self.mine.unselect()
        rows = [re.search(rb"UID (\d+) FLAGS \(([^)]*)\)", row) for row in found if row]
        return {int(m.group(1)): " ".join(w for w in ("Flagged", "Seen") if b"\\" + w.encode() in m.group(2)) for m in rows if m}

    def renew(self):
        """The folder is made anew, and empty: another UIDVALIDITY."""
        self._at_last(lambda: self.mine.delete(quoted(FOLDER)))
        self._at_last(lambda: self.mine.status(quoted(FOLDER), "(UIDVALIDITY)"))


class Door:
    def __init__(self, dovecot, chain, key):
        self.dovecot, self.lock = dovecot, threading.Lock()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(chain, key)
        self.cut, self.say = collections.Counter(), collections.defaultdict(list)
        self.heard, self.socks = [], set()  # (conversation, command)
        self.hold, self.held, self.going = None, 0, threading.Event()
        self.drip, self.drops = None, 0
        (self.port, self.kept), self.listener, self.conversations = keep_port(), None, 0
        self.open()

    def open(self):
        self.inviting = True
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def shut(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            self.inviting = False
            for sock in self.socks:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def go(self):
        self.hold = None
        self.going.set()

    def count(self, words, since=0):
        return sum(command.startswith(words) for _, command in self.heard[since:])

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.conversations += 1
            threading.Thread(target=self._talk, args=(sock, self.conversations), daemon=True).start()

    def _talk(self, raw, number):
        try:
            with self.tls.wrap_socket(raw, server_side=True) as sock, socket.create_connection(("127.0.0.1", self.dovecot.port)) as inner:
                with self.lock:
                    if not self.inviting:  # it was shut during the handshake
                        return
                    self.socks |= {sock, inner}
                Conversation(self, sock, inner, number).run()
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.socks = {s for s in self.socks if s.fileno() >= 0}


class Conversation:
    """By one thread: TLS is not to be read and written by two at once."""

    def __init__(self, door, sock, inner, number):
        self.door, self.sock, self.inner, self.number, self.line = door, sock, inner, number, b""
        sock.setblocking(False)

    def run(self):
        going = True
        while going:
            if self.inner in select.select([self.sock, self.inner], [], [])[0]:
                data = self.inner.recv(65536)
                self.send(data)
                going = data != b""
            going = going and self.listen()

    def send(self, data):
        while data:
            try:
                data = data[self.sock.send(data):]
            except ssl.SSLWantWriteError:
                select.select([], [self.sock], [])
            except ssl.SSLWantReadError:
                select.select([self.sock], [], [])

    def listen(self):
        """False: it is over."""
        while True:
            try:
                data = self.sock.recv(65536)
            except ssl.SSLWantReadError:
                return True
            *lines, self.line = (self.line + data).split(b"\r\n")
            if not data or not all(self.hear(line) for line in lines):
                return False

    def hear(self, line):
        door, (tag, _, command) = self.door, line.decode().partition(" ")
        if command.startswith("AUTHENTICATE"):
            command = "AUTHENTICATE"
        with door.lock:
            door.heard.append((self.number, command))
            held = door.hold and command.startswith(door.hold)
            if held:
                door.going.clear()  # before it is told: who sees that it is held may let it go at once
                door.held += 1
        if held:
            door.going.wait(WAIT)
        while door.drip and command.startswith(door.drip):  # until it hangs up
            self.send(b"* 5 EXPUNGE\r\n")
            door.drops += 1
            time.sleep(0.05)
        with door.lock:
            cut = next((w for w, n in door.cut.items() if n > 0 and command.startswith(w)), None)
            say = next((w for w, list_ in door.say.items() if list_ and command.startswith(w)), None)
            if cut:
                door.cut[cut] -= 1
            said = None if cut or not say else door.say[say].pop(0)
        if said is not None:
            self.send(said.replace(b"{tag}", tag.encode()))
        elif not cut:
            self.inner.sendall(line + b"\r\n")
        return not cut
