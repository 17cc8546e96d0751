#!/usr/bin/python3
"""Real mail: our outbox sends through a Postfix of its own into a maildir, an attendee answers through it, and Postfix
hands the answer to our LMTP; what a further server refuses comes back as a bounce. `make postfix`, as root or with sudo,
where Postfix is installed; it touches no Postfix of the machine. The settings are those of README (Behind Postfix)."""
import datetime
import email.message
import os
import pathlib
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile

import data
from mail import Mail
from service import Service, Tap, wait_for

points = Tap()
DIR = pathlib.Path(__file__).resolve().parent / "postfix"


def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Postfix:
    """One of its own: settings, queue and mailboxes below a folder, two ports of 127.0.0.1."""

    def __init__(self, lmtp):
        self.root = [] if os.getuid() == 0 else ["sudo"]
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="jamund-postfix."))
        self.dir.chmod(0o755)
        self.port, self.far = port(), port()
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        words = {"dir": self.dir, "port": self.port, "far": self.far, "lmtp": lmtp, "uid": owner.pw_uid, "gid": owner.pw_gid}
        for name in ("main.cf", "master.cf", "transport", "refused"):
            (self.dir / name).write_text((DIR / name).read_text().format(**words))
        (self.dir / "mail").mkdir()
        self.run("chown", "-R", "root:root", self.dir)
        self.run("chown", f"{owner.pw_uid}:{owner.pw_gid}", self.dir / "mail")
        self.run("install", "-d", "-o", "root", self.dir / "queue")
        self.run("install", "-d", "-o", "postfix", self.dir / "data")
        self.run("postfix", "-c", self.dir, "start")

    def run(self, *words):
        return subprocess.run([*self.root, *map(str, words)], check=True, capture_output=True, text=True, timeout=60)

    def box(self):
        """Every mail that was delivered, in no order; a maildir has the line ends of its machine."""
        return [f.read_bytes().replace(b"\n", b"\r\n") for f in self.dir.glob("mail/*/new/*")]

    def log(self):
        return (self.dir / "mail/log").read_text(errors="replace") if (self.dir / "mail/log").exists() else ""

    def end(self):
        self.run("postfix", "-c", self.dir, "stop")
        self.run("rm", "-rf", self.dir)


def reply(asked, partstat):
    """What a calendar program sends back: to the organizer's address, with the words of the invitation."""
    event, to = asked.event, str(asked.event["ORGANIZER"]).split(":", 1)[1]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//Test//EN", "METHOD:REPLY", "BEGIN:VEVENT", f"UID:{event['UID']}",
             f"SEQUENCE:{event['SEQUENCE']}", "DTSTAMP:20260601T020000Z", f"DTSTART:{event['DTSTART'].dt.astimezone(datetime.timezone.utc):%Y%m%dT%H%M%SZ}",
             f"ORGANIZER:mailto:{to}", f"ATTENDEE;PARTSTAT={partstat}:mailto:{asked.to}", "END:VEVENT", "END:VCALENDAR", ""]
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = asked.to, to, f"Re: {asked.subject}"
    message.set_content(partstat.capitalize())
    message.add_alternative("\r\n".join(lines).encode(), maintype="text", subtype="calendar", params={"method": "REPLY", "charset": "UTF-8"})
    return message


def state(s, made):
    return s.sql(f"select state || ' ' || coalesce(answered_via, '-') from jamund.seats where appointment_id = '{made['id']}' order by seq desc limit 1")


def trip(s, office, postfix, partstat, wanted):
    who = office.expert()
    made = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    mine = lambda: [m for m in map(Mail, postfix.box()) if m.to == who["email"]]
    asked = wait_for("the offer", mine)[0]
    points.ok(asked.method == "REQUEST" and not asked.findings() and asked.reply_tag, "the offer comes through Postfix, unharmed", asked.findings(), asked.data[:2000])
    with smtplib.SMTP("127.0.0.1", postfix.port) as out:
        out.send_message(reply(asked, partstat))
    points.ok(wait_for("the answer", lambda: state(s, made) == wanted and state(s, made)), f"an answer through Postfix: {wanted}")


def bounce(s, office, postfix):
    who = office.expert(email="gone@elsewhere.example")
    office.offer(office.request(), who, "2026-06-05T10:00:00+09:00")
    marked = lambda: s.coordinator.get(f"/v1/experts/{who['id']}").json.get("email_bounced_at")
    points.ok(wait_for("the bounce", marked), "what a further server refuses comes back, and marks the address", postfix.log())


def away(s, office, postfix):
    """An answer that comes while the daemon is away waits in Postfix's queue."""
    who = office.expert()
    made = office.offer(office.request(), who, "2026-06-08T10:00:00+09:00")
    asked = wait_for("the offer", lambda: [m for m in map(Mail, postfix.box()) if m.to == who["email"]])[0]
    s.stop()
    with smtplib.SMTP("127.0.0.1", postfix.port) as out:
        out.send_message(reply(asked, "ACCEPTED"))
    wait_for("a deferral", lambda: "status=deferred" in postfix.log())
    s.start()
    postfix.run("postqueue", "-c", postfix.dir, "-f")
    points.ok(wait_for("the answer", lambda: state(s, made) == "accepted mail"), "an answer waits while the daemon is away")


if "TEST_CLUSTER" not in os.environ:
    raise SystemExit("run it below tests/lib/with_db.sh")
if not shutil.which("postfix", path="/usr/sbin:/usr/bin"):
    raise SystemExit("Postfix is not installed: apt-get install postfix")
os.environ["PATH"] += ":/usr/sbin"
for way in ("inet", "unix"):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jamund-lmtp."))
    where = f"127.0.0.1:{port()}" if way == "inet" else f"unix:{folder}/lmtp"
    postfix = Postfix(where if way == "unix" else "inet:" + where)
    # the socket's group is Postfix's own, as it gives up every other
    postfix.run("install", "-d", "-o", pwd.getpwuid(os.getuid()).pw_name, "-g", "postfix", "-m", "2750", folder)
    try:
        with Service(points, lmtp_listen=where, smtp_url=f"smtp://127.0.0.1:{postfix.port}", sweep_every="200ms") as s:
            office = data.Office(s)
            trip(s, office, postfix, "ACCEPTED", "accepted mail")
            trip(s, office, postfix, "DECLINED", "declined mail")
            bounce(s, office, postfix)
            away(s, office, postfix)
    finally:
        postfix.end()
        shutil.rmtree(folder)
points.done()
