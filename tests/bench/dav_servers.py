"""Other CalDAV servers, each in a folder of its own, without the machine's settings: Radicale and Cyrus (Debian's
packages, tests/lib/deps.sh bench). An object has port, auth, calendar (a path), cpu() and stop()."""
import base64
import grp
import os
import pathlib
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess

import fire

USER, PASSWORD = "bench", "secret"
RADICALE = shutil.which("radicale")
CYRUS = pathlib.Path("/usr/lib/cyrus/bin")
TICK = os.sysconf("SC_CLK_TCK")


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


# ---- processes ----

def family(pid):
    """It and all that descend from it."""
    found = [pid]
    for p in found:
        try:
            for task in pathlib.Path(f"/proc/{p}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def spent(pids):
    """Seconds of CPU, with those of children that have ended."""
    total = 0
    for pid in pids:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


def pin(pids, core):
    """Those that have ended meanwhile need no core."""
    for pid in pids:
        for task in pathlib.Path("/proc").glob(f"{pid}/task/*"):
            try:
                os.sched_setaffinity(int(task.name), {core})
            except ProcessLookupError:
                continue


# ---- theirs ----

class Server:
    def __init__(self, folder, *command):
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen([str(c) for c in command], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
                                        cwd="/", preexec_fn=leave_root)
        try:
            self.ready(folder)
        except BaseException:
            self.stop()
            raise

    def ready(self, folder):
        def up():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: " + (folder / "log").read_text(errors="replace")[-2000:])
            return self.call("OPTIONS", "/") is not None
        fire.wait_for(self.name, up)

    def call(self, method, path, body=b"", **headers):
        """None: it does not listen yet."""
        try:
            wire = fire.Wire(self.port)
        except ConnectionError:
            return None
        wire.send(message(method, path, body, Authorization=self.auth, **headers))
        got = wire.receive(method)
        wire.close()
        return got

    def pids(self):
        return family(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(fire.WAIT)
        self.log.close()


def message(method, path, body=b"", **headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: bench.example.kr", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines + [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]).encode() + b"\r\n\r\n" + body


def leave_root():
    """Neither wants to be root; the folder is nobody's then."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def give_away(folder):
    if os.getuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)


class Radicale(Server):
    name, calendar = "Radicale", f"/{USER}/panel/"
    CONF = """[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {dir}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {dir}/data
[logging]
level = error
"""

    def __init__(self, folder):
        self.port, self.auth = free_port(), basic(USER, PASSWORD)
        (folder / "data").mkdir(parents=True)
        (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        (folder / "conf").write_text(self.CONF.format(dir=folder, port=self.port))
        give_away(folder)
        super().__init__(folder, RADICALE, "--config", folder / "conf")


class Cyrus(Server):
    """master and its httpd; lmtpd makes the mailbox, without which nobody has calendars. Scheduling is off: what is
    put is kept as it is, and nobody is written to."""
    name, calendar = "Cyrus", f"/dav/calendars/user/{USER}/panel/"
    IMAPD = """configdirectory: {dir}/conf
partition-default: {dir}/spool
defaultpartition: default
proc_path: {dir}/run/proc
mboxname_lockpath: {dir}/run/lock
lmtpsocket: {dir}/run/lmtp
idlesocket: {dir}/run/idle
notifysocket: {dir}/run/notify
cyrus_user: {user}
cyrus_group: {group}
servername: localhost
autocreate_quota: 0
autocreate_post: yes
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {dir}/passwords
sasl_mech_list: PLAIN
httpmodules: caldav
caldav_allowscheduling: off
"""
    MASTER = """START {{
  recover cmd="{bin}/ctl_cyrusdb -C {dir}/imapd.conf -r"
}}
SERVICES {{
  http cmd="{bin}/httpd -C {dir}/imapd.conf" listen="127.0.0.1:{port}" prefork=0 maxchild=32
  lmtp cmd="{bin}/lmtpd -a -C {dir}/imapd.conf" listen="127.0.0.1:{mail}" prefork=0 maxchild=1
}}
EVENTS {{
}}
"""

    def __init__(self, folder):
        self.port, self.auth, self.mail = free_port(), basic(USER, PASSWORD), free_port()
        uid, gid = (65534, 65534) if os.getuid() == 0 else (os.getuid(), os.getgid())
        for name in ("conf/db", "conf/socket", "spool", "run"):
            (folder / name).mkdir(parents=True)
        facts = {"dir": folder, "bin": CYRUS, "port": self.port, "mail": self.mail,
                 "user": pwd.getpwuid(uid).pw_name, "group": grp.getgrgid(gid).gr_name}
        (folder / "imapd.conf").write_text(self.IMAPD.format(**facts))
        (folder / "cyrus.conf").write_text(self.MASTER.format(**facts))
        subprocess.run(["db_load", "-T", "-t", "hash", folder / "passwords"], check=True, text=True,
                       input=f"{USER}\\00localhost\\00userPassword\n{PASSWORD}\n")
        give_away(folder)
        super().__init__(folder, CYRUS / "master", "-M", folder / "cyrus.conf", "-C", folder / "imapd.conf",
                         "-p", folder / "run/pid", "-D")
        with smtplib.LMTP("127.0.0.1", self.mail) as wire:
            wire.sendmail("bench@localhost", [USER], "Subject: bench\r\n\r\nbench\r\n")


def found():
    """Those that are installed, and the names of those that are not."""
    there = {Radicale: RADICALE, Cyrus: (CYRUS / "httpd").exists() and shutil.which("db_load")}
    return [s for s, is_there in there.items() if is_there], [s.name for s, is_there in there.items() if not is_there]
