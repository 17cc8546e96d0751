#!/usr/bin/python3
# A mailbox that is read for answers: against a Dovecot, through a door that hears each command and can be unkind.
import contextlib
import re
import socket
import sys
import threading
import uuid

import itip
from replies import Mailed, a_mail, taken, worlds
from service import TOP, Tap, wait_for

sys.path.insert(0, str(TOP / "tests/fire"))
import mailbox  # noqa: E402
from mail_server import certificates  # noqa: E402

points = Tap()
MAX = 100 * 1024
GET, SIZE, MARK = "UID FETCH {} (UID BODY.PEEK[])", "UID FETCH {} (UID RFC822.SIZE)", "UID STORE {} +FLAGS"


class Box:
    """The service, its mailbox, and the way between them."""

    def __init__(self, s, box, door):
        self.s, self.box, self.door, self.worlds, self.used = s, box, door, [], 0

    def world(self):
        self.used += 1
        return self.worlds[self.used - 1]

    def answer(self, world, **words):
        return a_mail(self.s, world, **{"partstat": "ACCEPTED", **words})[1]

    def read(self, *uids):
        """When each of them is marked; their flags."""
        wait_for(f"{uids} to be read", lambda: all(self.box.flags().get(u) for u in uids))
        return [self.box.flags()[u] for u in uids]

    def said(self, event, since=0):
        """Lines of the log."""
        return [line for line in self.s.log.read_text(errors="replace")[since:].splitlines() if f"event={event} " in line + " "]

    def seat(self, world):
        return self.s.ask(f"select state from jamund.seats where id = '{world['seat']}'")

    def restart(self, **settings):
        self.s.stop()
        self.s.settings.update(settings)
        self.s.start()

    def pass_word(self, file, text):
        """Whole at once: it is read at each sign-in."""
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(text)
        new.rename(file)

    def stopped(self, command, then):
        """The next one of these commands waits at the door while something is done."""
        held, self.door.hold = self.door.held, command
        wait_for(command, lambda: self.door.held > held)
        then()
        self.door.go()

    def quiet(self):
        """Until a whole round has found nothing: whatever came before has been dealt with."""
        def rounds():
            return [n for n, command in self.door.heard if command.startswith("LOGOUT")]
        before = len(rounds())
        wait_for("two rounds", lambda: len(rounds()) >= before + 2)


def answers(b):
    w = b.world()
    uid, = b.box.add(b.answer(w))
    points.ok(b.read(uid) == ["Seen"], "a REPLY in the mailbox is read, and marked so")
    points.ok(b.seat(w) == "accepted", "and answers the offer")
    points.ok([r["via"] for r in b.s.coordinator.get("/v1/replies?state=done").json["items"]] == ["imap"], "coordinators see how it came")
    points.ok(b.s.ask("select via || '/' || state || '/' || kind from jamund.replies order by seq desc limit 1") == "imap/done/reply", "as one that came by IMAP")
    audit = b.s.ask(f"select actor_kind || '/' || via || '/' || action from jamund.audit where entity_id = '{w['appointment']}' order by id desc limit 1")
    points.ok("mail" in audit, "in the audit it is an answer by mail", audit)
    points.ok(any("via=imap" in line and "outcome=done" in line for line in b.said("mail.in")), "the log says so")
    points.ok(b.door.count("EXAMINE") == 0 and not any("BODY[" in c for _, c in b.door.heard), "nothing is read but by BODY.PEEK")


def told_apart(b):
    """As by LMTP: the same reader and the same function."""
    w = b.world()
    words = {"from": w["email"], "recipient": b.s.tagged(w["appointment"]), "id": str(uuid.uuid4())}
    kinds = {
        "an automatic reply": (itip.other("TEXT", {**words, "head": "Auto-Submitted: auto-replied"}), "Seen", "automatic"),
        "a mail": (itip.other("TEXT", {**words, "id": "x1"}), "Seen", "no_answer"),
        "a stranger's": (itip.other("TEXT", {**words, "from": "who@elsewhere.example", "recipient": "jamund@example.kr", "id": "x2"}), "Seen", "stranger"),
        "what is no mail": (b"no mail\r\n", "Flagged Seen", None),
        "a wrong calendar": (itip.other("TEXT", {**words, "type": "text/calendar; method=REPLY", "comment": "BEGIN:VCALENDAR", "id": "x3"}), "Seen", "unreadable"),
    }
    for name, (mail, flags, why) in kinds.items():
        uid, = b.box.add(mail)
        points.ok(b.read(uid) == [flags], f"{name}: {flags}", b.box.flags())
        found = b.s.ask("select why from jamund.replies order by seq desc limit 1")
        points.ok(why is None or found == why, f"{name}: {why}", found)
    points.ok(b.seat(w) == "offered", "none of them is an answer")
    points.ok(any("error=unreadable" in line and "uid=" in line for line in b.said("mail.in")), "what cannot be read is told in the log")


def too_large(b):
    w = b.world()
    large, good = b.box.add(b.answer(w, comment="x") + b"x" * MAX, b.answer(w))
    points.ok(b.read(large, good) == ["Flagged Seen", "Seen"], "one that is too large is flagged; the one behind it is read")
    points.ok(not b.door.count(GET.format(large)), "and never fetched")
    points.ok(any("error=too-long" in line for line in b.said("mail.in")), "and told of")
    b.door.say[SIZE.format(good + 1)] = [b"* 1 FETCH (UID %d RFC822.SIZE 5)\r\n{tag} OK\r\n" % (good + 1)]
    lied, = b.box.add(b.answer(w, comment="y") + b"x" * MAX)
    points.ok(b.read(lied) == ["Flagged Seen"] and not b.door.say[SIZE.format(lied)], "a server that errs about a size changes nothing")


def many(b):
    """Thirty in one conversation, each of them once."""
    ws = [b.world() for _ in range(30)]
    b.door.shut()
    uids = b.box.add(*[b.answer(w) for w in ws])
    since = len(b.door.heard)
    b.door.open()
    points.ok(b.read(*uids) == ["Seen"] * 30, "thirty messages are read")
    points.ok([b.seat(w) for w in ws] == ["accepted"] * 30, "and answer thirty offers")
    gets = [n for n, command in b.door.heard[since:] if "BODY.PEEK" in command]
    points.ok(len(gets) == 30 and len(set(gets)) == 1, "in one round", gets)


def cut_before_seen(b):
    w, since = b.world(), len(b.door.heard)
    before = taken(b.s)
    b.door.cut["UID STORE"] = 1
    uid, = b.box.add(b.answer(w))
    points.ok(b.read(uid) == ["Seen"] and b.door.count(GET.format(uid), since) == 2, "cut off before it is marked, it is read twice")
    points.ok(taken(b.s) == before + 1 and b.seat(w) == "accepted", "and taken once")
    told = b.s.ask(f"select count(*) from jamund.audit where entity_id = '{w['appointment']}' and action like '%accept%'")
    points.ok(told == "1", "with one transition", told)
    b.door.cut["UID FETCH"] = 1
    w = b.world()
    uid, = b.box.add(b.answer(w))
    points.ok(b.read(uid) == ["Seen"] and b.seat(w) == "accepted", "cut off before it is fetched, it comes again")


def killed_before_seen(b):
    w, since, before = b.world(), len(b.door.heard), taken(b.s)
    b.door.hold = "UID STORE"
    held = b.door.held
    uid, = b.box.add(b.answer(w))
    wait_for("the mark", lambda: b.door.held > held)
    b.s.kill()
    b.door.cut["UID STORE"] = 1
    b.door.go()
    wait_for("its end", lambda: not b.door.cut["UID STORE"])
    points.ok(b.box.flags()[uid] == "" and taken(b.s) == before + 1, "killed before it is marked, it is taken and unread")
    b.s.start()
    points.ok(b.read(uid) == ["Seen"] and b.door.count(GET.format(uid), since) == 2 and taken(b.s) == before + 1, "and read again to no effect")


def away(b):
    since = len(b.s.log.read_text(errors="replace"))
    b.stopped("UID SEARCH", b.door.shut)  # not while it signs in: what is cut then is no IMAP, or no TLS
    failed = wait_for("three failures", lambda: f if len(f := b.said("imap.failed", since)) > 2 else None)
    points.ok(all(re.search(r"why=(away|cut)", line) for line in failed) and "times=3" in failed[2], "a server that is away is told of", failed)
    w = b.world()
    uid, = b.box.add(b.answer(w))
    b.door.open()
    points.ok(b.read(uid) == ["Seen"] and b.seat(w) == "accepted", "and when it is back all goes on")


def wrong_password(b, file):
    since, tries = len(b.s.log.read_text(errors="replace")), b.door.count("AUTHENTICATE")
    b.pass_word(file, "틀린 secret\n")
    wait_for("two failures", lambda: "times=2" in " ".join(b.said("imap.failed", since)))
    text = b.s.log.read_text(errors="replace")
    points.ok(all("why=sign-in" in line for line in b.said("imap.failed", since)), "a wrong password is told of", b.said("imap.failed", since))
    points.ok(not any(word in text for word in ("secret", "틀린", mailbox.PASSWORD, mailbox.USER)), "no secret and no name in the log")
    points.ok(b.door.count("AUTHENTICATE") > tries, "it was tried")
    file.chmod(0o644)
    wait_for("its mode", lambda: "why=password-file" in " ".join(b.said("imap.failed", since)))
    points.ok(True, "a file that others may read is not used")
    b.pass_word(file, mailbox.PASSWORD + "\n")
    w = b.world()
    uid, = b.box.add(b.answer(w))
    points.ok(b.read(uid) == ["Seen"], "the right one is taken without a restart")


def hostile(b):
    """Whatever it says, the round ends, and the next one reads on."""
    seen = b"* SEARCH\r\n{tag} OK\r\n"
    bad = {
        "a line without an end": ("UID SEARCH", b"* SEARCH " + b"1" * (1 << 20) + b"1", "endless"),
        "a literal without an end": ("UID SEARCH", b"* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n", "endless"),
        "many literals": ("UID SEARCH", b"* 1 FETCH (X {102400}\r\n" + (b"x" * 102400 + b" {102400}\r\n") * 30, "endless"),
        "parentheses": ("UID FETCH", b"* 1 FETCH " + b"(" * 200000 + b"\r\n{tag} BAD\r\n", "fetch"),
        "what is no IMAP": ("SELECT", b"HTTP/1.1 200 OK\r\n\r\n\0\xff\n\n{tag} NO\r\n", "no-such-folder"),
        "a folder without UIDs": ("SELECT", b"{tag} OK\r\n", "no-uids"),
        "a folder for reading": ("SELECT", b"* OK [UIDVALIDITY 1] x\r\n{tag} OK [READ-ONLY] x\r\n", "read-only"),
        "good-bye": ("UID SEARCH", b"* BYE enough\r\n", "sent-away"),
        "responses for ever": ("UID SEARCH", b"* 5 EXPUNGE\r\n" * 20001, "endless"),
        "an answer to another command": ("UID SEARCH", b"j0 OK\r\nk1 OK\r\n* SEARCH 5\r\n{tag} BAD\r\n", "search"),
    }
    for name, (command, bytes_, why) in bad.items():
        b.quiet()
        since, w = len(b.s.log.read_text(errors="replace")), b.worlds[0]
        b.door.say[command] = [bytes_]
        uid, = b.box.add(b.answer(w, partstat="TENTATIVE"))
        flags = b.read(uid)
        failed = b.said("imap.failed", since)
        points.ok(flags == ["Seen"] and len(failed) == 1 and f"why={why} " in failed[0], f"{name}: {why}, and on it goes", failed)
    b.quiet()
    since = len(b.door.heard)
    b.door.say["UID SEARCH"] = [b"* SEARCH 4294967295 0 -5 4294967296 77777 \r\n{tag} OK\r\n", seen]
    wait_for("the asking", lambda: b.door.count(SIZE.format(4294967295), since))
    b.quiet()
    points.ok(not b.door.count(SIZE.format(77777), since), "of numbers that are none the list ends")
    b.door.say["UID FETCH"] = [b"* 1 FETCH (UID 99999 RFC822.SIZE 5)\r\n* 1 FETCH (FLAGS (\\Seen))\r\n{tag} OK\r\n"]
    uid, = b.box.add(b.answer(b.worlds[0], partstat="TENTATIVE"))
    points.ok(b.read(uid) == ["Seen"], "what it says of other messages is nothing")


def given_up(b):
    """One at which the conversation breaks each time holds up nobody, and not for ever."""
    b.door.shut()
    poison, good = b.box.add(b.answer(b.worlds[0], partstat="TENTATIVE"), b.answer(b.worlds[0], partstat="TENTATIVE"))
    b.door.cut[GET.format(poison)] = 99
    since = len(b.door.heard)
    b.door.open()
    points.ok(b.read(good, poison) == ["Seen", "Flagged Seen"] and b.door.count(GET.format(poison), since) == 5, "after five tries it is flagged")
    heard = [command for _, command in b.door.heard[since:] if command in (GET.format(poison), GET.format(good))]
    points.ok(heard[:2] == [GET.format(poison), GET.format(good)], "the one behind it is read before it is tried again", heard)
    points.ok(any("error=given-up" in line for line in b.said("mail.in")), "and told of")
    b.door.cut.clear()


def made_anew(b):
    """Another UIDVALIDITY: nothing is marked by the old numbers."""
    w = b.world()
    b.door.hold = GET.format("")[:9]
    held = b.door.held
    b.box.add(b.answer(w))
    wait_for("the asking", lambda: b.door.held > held)
    b.door.cut["UID FETCH"] = 1
    b.box.renew()
    b.door.go()
    uid, = b.box.add(b.answer(w))
    points.ok(b.read(uid) == ["Seen"] and b.seat(w) == "accepted", "a folder that was made anew is read from its first message")
    b.box.renew()
    b.door.say[GET.format(1)] = [b"* 1 FETCH (UID 1 BODY[] {999999}\r\n"]
    b.door.hold, held = GET.format(1), b.door.held
    b.box.add(b.answer(w))
    wait_for("the asking", lambda: b.door.held > held)
    b.box.renew()
    w = b.world()
    uid, = b.box.add(b.answer(w))
    b.door.go()
    points.ok(uid == 1 and b.read(uid) == ["Seen"] and b.seat(w) == "accepted", "what is known of a number is not held against another message")


def two_daemons(b):
    ws, before = [b.world() for _ in range(10)], taken(b.s)
    other = b.s.twin()
    uids = b.box.add(*[b.answer(w) for w in ws])
    points.ok(b.read(*uids) == ["Seen"] * 10, "two daemons read the same mailbox")
    b.quiet()
    points.ok(taken(b.s) == before + 10 and [b.seat(w) for w in ws] == ["accepted"] * 10, "each message is taken once",
              before, taken(b.s))
    points.ok(other.stop() == 0, "and each ends well")


def moved(b):
    b.restart(imap_done_folder="Done")
    w = b.world()
    b.box.add(b.answer(w))
    wait_for("the move", lambda: "Seen" in b.box.flags("Done").values())
    points.ok(b.seat(w) == "accepted", "what is taken is moved")
    b.restart(imap_done_folder="Nowhere")
    since = len(b.s.log.read_text(errors="replace"))
    b.door.shut()
    uids, heard = b.box.add(*[b.answer(b.world()) for _ in range(2)]), len(b.door.heard)
    b.door.open()
    points.ok(b.read(*uids) == ["Seen"] * 2 and wait_for("the log", lambda: len(b.said("imap.unmoved", since)) == 2),
              "a folder that is not there is told of; nothing is read for ever")
    moves = [n for n, command in b.door.heard[heard:] if command.startswith("UID MOVE")]
    points.ok(len(moves) == 2 and len(set(moves)) == 1, "and no message holds up the next one", moves)
    b.restart(imap_done_folder="")


def tls(b, elsewhere):
    b.restart(imap_url=f"imap://127.0.0.1:{b.box.port}")
    w = b.world()
    uid, = b.box.add(b.answer(w))
    points.ok(b.read(uid) == ["Seen"], "STARTTLS will do")
    since = len(b.s.log.read_text(errors="replace"))
    b.restart(imap_url=f"imaps://127.0.0.1:{b.door.port}", imap_ca_file=elsewhere)
    wait_for("a failure", lambda: "why=tls" in " ".join(b.said("imap.failed", since)))
    points.ok(True, "a certificate that nobody vouches for ends it")
    b.restart(imap_ca_file=b.ca)


def in_the_clear(b):
    """A server that knows no STARTTLS, or whom somebody in between makes say so, hears no name and no password."""
    heard = []

    def serve(listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), sock, sock.makefile("rb") as lines:
                sock.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] here\r\n")
                for line in lines:
                    heard.append(line)
                    tag = line.split()[0]
                    sock.sendall((b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" if b"CAPABILITY" in line else b"") + tag + b" OK\r\n")

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    since = len(b.s.log.read_text(errors="replace"))
    b.restart(imap_url=f"imap://127.0.0.1:{listener.getsockname()[1]}")
    wait_for("a failure", lambda: "why=tls" in " ".join(b.said("imap.failed", since)))
    points.ok(heard and not any(word in line for line in heard for word in (b"AUTHENTICATE", b"LOGIN", b"jamund")), "without TLS nobody signs in", heard)
    listener.shutdown(socket.SHUT_RDWR)
    b.restart(imap_url=f"imaps://127.0.0.1:{b.door.port}")


def draining(b):
    """What is taken is marked before the daemon ends: it is there to hear that it was not."""
    w, since = b.world(), len(b.s.log.read_text(errors="replace"))
    b.door.hold, held = "UID STORE", b.door.held
    uid, = b.box.add(b.answer(w))
    wait_for("the mark", lambda: b.door.held > held)
    b.s.daemon.terminate()
    wait_for("the drain", lambda: b.said("serve.drain", since))
    try:
        wait_for("its end, too early", lambda: b.s.daemon.poll() is not None, 0.5)
    except TimeoutError:
        pass
    b.door.say["UID STORE"] = [b"{tag} NO\r\n"]
    b.door.go()
    code, b.s.daemon = b.s.daemon.wait(60), None  # a second signal would end it at once
    points.ok(code == 0 and "why=store" in " ".join(b.said("imap.failed", since)), "asked to end, it waits for the mark of what is taken")
    b.s.start()
    points.ok(b.read(uid) == ["Seen"], "and the next daemon marks it")
    w = b.world()
    b.door.hold, held = "UID FETCH", b.door.held
    uid, = b.box.add(b.answer(w))
    wait_for("the asking", lambda: b.door.held > held)
    points.ok(b.s.stop() == 0 and b.box.flags()[uid] == "", "a message that is only asked for is left unread")
    b.door.go()
    b.door.drip = "UID SEARCH"
    b.s.start()
    wait_for("the dripping", lambda: b.door.drops > 3)
    points.ok(b.s.stop() == 0, "a server that never pauses keeps nobody from ending")
    b.door.drip = None
    b.s.start()
    points.ok(b.read(uid) == ["Seen"] and b.seat(w) == "accepted", "and taken by the next daemon")


def settings(s, file):
    def refused(word, **wrong):
        was = dict(s.settings)
        s.settings.update(wrong)
        done = s.cli("serve")
        s.settings = was
        points.ok(done.returncode != 0 and word in (done.stdout + done.stderr).decode(), f"refused at start: {word}", done)
    refused("imap_user must be given", imap_user="")
    refused("imap_password_file must be given", imap_password_file="")
    refused("imap_password_file", imap_password_file="/nowhere/password")
    refused("imap_url must be a host and a port alone", imap_url="imaps://me:geheim@example.kr")
    refused("imap_url must be a URL (imap|imaps)", imap_url="https://example.kr")
    refused("imap_folder must be printable ASCII", imap_folder="받은편지함")
    refused("imap_done_folder must be printable ASCII", imap_done_folder="처리")
    empty = s.dir / "empty"
    empty.touch(mode=0o600)
    refused("its first line must have 1 to 1000 bytes", imap_password_file=empty)
    file.chmod(0o640)
    refused("may be read by others", imap_password_file=file)
    file.chmod(0o600)


with Mailed(points, start=False, mail_in_max="100k", imap_user=mailbox.USER, imap_folder=mailbox.FOLDER, imap_every="100ms") as service:
    password = service.dir / "imap-password"
    password.touch(mode=0o600)
    password.write_text(mailbox.PASSWORD + "\n")
    authority, chain, key = certificates(service.dir)
    (service.dir / "other").mkdir()
    other_authority = certificates(service.dir / "other")[0]
    dovecot = mailbox.Dovecot(chain, key).start()
    door = mailbox.Door(dovecot, chain, key)
    del service.settings["lmtp_listen"]  # two daemons cannot share it
    service.settings.update(imap_url=f"imaps://127.0.0.1:{door.port}", imap_password_file=password, imap_ca_file=authority)
    settings(service, password)
    service.start()
    b = Box(service, dovecot, door)
    b.ca = authority
    b.worlds = worlds(service, 64)
    service.coordinator.post("/v1/cases", {}, check=False)  # whatever is written, the outbox is looked at
    wait_for("the offers", lambda: service.ask("select count(*) from jamund.messages where state <> 'sent'") == "0", 60)
    answers(b)
    told_apart(b)
    too_large(b)
    many(b)
    cut_before_seen(b)
    killed_before_seen(b)
    away(b)
    wrong_password(b, password)
    hostile(b)
    given_up(b)
    made_anew(b)
    two_daemons(b)
    moved(b)
    tls(b, other_authority)
    in_the_clear(b)
    draining(b)
    rounds = re.search(r"jamund_imap_taken_total (\d+)", service.inside("/metrics").body.decode())
    points.ok(rounds and int(rounds.group(1)) >= 1, "the metrics count what was taken")
points.done()
