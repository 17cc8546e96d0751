#!/usr/bin/python3
# A centre's own words for mails: files, checked before the service starts.
import pathlib
import tempfile

import data
from mail import mails
from service import Service, Tap

points = Tap()
with tempfile.TemporaryDirectory(prefix="jamund-words.") as home:
    words = pathlib.Path(home)
    with Service(points, start=False, templates_dir=words / "nowhere") as s:
        said = s.cli("serve")
        points.ok(said.returncode == 1 and b"templates_dir" in said.stderr, "a folder that is not there is no start", said)
        s.settings["templates_dir"] = words
        listed = s.cli("templates").stdout.decode()
        points.ok("`{{respond_by}}`" in listed and "offer" in listed, "`jamund templates` lists the placeholders", listed)
        done = s.cli("templates", f"--write={words}")
        points.ok(done.returncode == 0 and (words / "offer.txt").exists(), "--write writes the built-in ones", done)
        points.ok(s.cli("templates", f"--write={words}").returncode == 1, "but never over what is there")
        points.ok(s.cli("templates", "--check").returncode == 0, "--check: every one is right")

        offer = (words / "offer.txt").read_text()
        (words / "offer.txt").write_text(offer.replace("자문 요청\n", "{{nmae}} 요청\n", 1))
        (words / "ofer.txt").write_text(offer)
        said = s.cli("templates", "--check")
        lines = said.stderr.decode().splitlines()
        points.ok(said.returncode == 1 and f"{words}/offer.txt:3: there is no placeholder {{{{nmae}}}} here" in lines
                  and f"{words}/ofer.txt:0: there is no such template" in lines, "--check names file, line and placeholder", lines)
        said = s.cli("serve")
        points.ok(said.returncode == 1 and b"offer.txt:3:" in said.stderr, "and the service does not start", said)
        (words / "ofer.txt").unlink()

        (words / "offer.txt").write_text(offer.replace("자문 요청\n", "{{company}} 자문 부탁\n", 1).replace(
            "[en.lead]\n", "[en.lead]\n{{to}}, at {{start}} for {{company}}, by {{respond_by}}.\n").replace("\n", "\r\n"))
        (words / "invite.txt").unlink()  # what is not there is built in
        (words / "README").write_text("no template")
        s.start()
        office = data.Office(s)
        firm = office.company(name="<b>가나</b> & {{to}}")
        made = office.offer(office.request(firm), office.expert(), "2026-06-04T10:00:00+09:00")
        mail, = mails(s, made["id"])
        points.ok("<b>가나</b> & {{to}} 자문 부탁" in mail.subject, "a centre's words are in the subject", mail.subject)
        points.ok(f"{mail.message['To'].addresses[0].display_name}, at " in mail.text and "for <b>가나</b> & {{to}}, by " in mail.text,
                  "and in the text", mail.text)
        html = next(p for p in mail.message.walk() if p.get_content_type() == "text/html").get_content()
        points.ok("<b>가나" not in html and "{{start}}" not in html, "escaped in HTML, nothing expanded twice", html)
points.done()
