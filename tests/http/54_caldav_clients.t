#!/usr/bin/python3
# Real programs against an expert's calendar: python3-caldav finds it, reads it and answers; vdirsyncer keeps a folder in
# step, both ways.
import os
import pathlib
import re
import subprocess
import tempfile

import caldav
import data
from service import Service, Tap, wait_for

points = Tap()


def state(s, made):
    return s.sql(f"select state from jamund.seats where appointment_id = '{made['id']}' order by seq desc limit 1")


def python_caldav(s, office, who, login):
    made = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    client = caldav.DAVClient(f"http://127.0.0.1:{s.port}/dav/", username=login["user"], password=login["password"])
    calendars = client.principal().calendars()
    points.ok(len(calendars) == 1 and who["name"] in str(calendars[0].get_properties([caldav.dav.DisplayName()])), "python3-caldav: one calendar is found", calendars)
    calendar = calendars[0]
    points.ok([str(e.icalendar_component["UID"]) if hasattr(e, "icalendar_component") else e.vobject_instance.vevent.uid.value
               for e in calendar.events()] == [made["uid"]], "with one event")
    event = calendar.event_by_uid(made["uid"])
    points.ok(made["uid"] in event.data, "found by UID")
    import datetime
    found = calendar.date_search(datetime.datetime(2026, 6, 4, tzinfo=datetime.timezone.utc), datetime.datetime(2026, 6, 5, tzinfo=datetime.timezone.utc))
    points.ok([e.url.path.rsplit("/", 1)[1] for e in found] == [made["id"] + ".ics"], "and by date", found)
    known = calendar.objects_by_sync_token(load_objects=True)
    again = calendar.objects_by_sync_token(known.sync_token)
    points.ok(len(list(known)) == 1 and len(list(again)) == 0, "sync: all, then nothing", known.sync_token)
    event.data = re.sub("PARTSTAT=[A-Z-]+", "PARTSTAT=ACCEPTED", event.data.replace("\r\n ", "").replace("\n ", ""))
    event.save()
    points.ok(state(s, made) == "accepted", "what it saves is an answer", state(s, made))
    event.load()
    points.ok("PARTSTAT=ACCEPTED" in event.data, "and is there when it looks again")
    event.data = event.data.replace("SUMMARY:", "SUMMARY:x ")
    try:
        event.save()
        points.ok(False, "another title is refused")
    except caldav.lib.error.DAVError as e:
        points.ok(True, "another title is refused", e)
    try:
        event.delete()
        points.ok(False, "nothing is deleted")
    except caldav.lib.error.DAVError as e:
        points.ok(len(calendar.events()) == 1, "nothing is deleted", e)


CONFIG = """
[general]
status_path = "{dir}/status"
[pair panel]
a = "folder"
b = "remote"
collections = ["from b"]
conflict_resolution = "b wins"
[storage folder]
type = "filesystem"
path = "{dir}/folder"
fileext = ".ics"
[storage remote]
type = "caldav"
url = "http://127.0.0.1:{port}/"
username = "{user}"
password = "{password}"
"""


class Folder:
    def __init__(self, s, login):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="jamund-vdirsyncer."))
        (self.dir / "config").write_text(CONFIG.format(dir=self.dir, port=s.port, **login))

    def run(self, *words):
        return subprocess.run(["vdirsyncer", "-c", self.dir / "config", *words], input=b"y\n" * 9, capture_output=True, timeout=120,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "HOME": str(self.dir)})

    def files(self):
        return {f.name: f.read_text() for f in sorted((self.dir / "folder").glob("*/*.ics"))}

    def path(self, name):
        return next((self.dir / "folder").glob("*/" + name))


def vdirsyncer(s, office, who, login):
    first = office.offer(office.request(), who, "2026-06-05T10:00:00+09:00")
    folder = Folder(s, login)
    done = folder.run("discover")
    points.ok(done.returncode == 0, "vdirsyncer finds the calendar, from the top of the site", done.stdout[-900:], done.stderr[-900:])
    done = folder.run("sync")
    names = folder.files()
    mine = next((n for n, text in names.items() if first["uid"] in text.replace("\n ", "")), None)
    points.ok(done.returncode == 0 and mine and len(names) == 2, "and copies it", done.stderr[-900:], list(names))
    second = office.offer(office.request(), who, "2026-06-08T10:00:00+09:00")
    folder.run("sync")
    points.ok(len(folder.files()) == 3, "a new offer comes")
    s.coordinator.post(f"/v1/seats/{second['seats'][0]['id']}/decline", {"via": "phone", "reason": "휴가"}, match="*")
    folder.run("sync")
    points.ok(set(folder.files()) == set(names), "and goes when it was declined")
    text = folder.files()[mine].replace("\r\n ", "").replace("\n ", "")
    folder.path(mine).write_text(re.sub("PARTSTAT=[A-Z-]+", "PARTSTAT=ACCEPTED", text))
    done = folder.run("sync")
    points.ok(state(s, first) == "accepted", "an answer in the folder is an answer", done.stderr[-900:])
    folder.run("sync")
    points.ok("STATUS:CONFIRMED" in folder.files()[mine], "and what it made of the appointment comes back", folder.files()[mine])
    done = folder.run("sync")
    points.ok(done.returncode == 0 and b"Copying" not in done.stderr + done.stdout, "then all is still", done.stderr[-500:])


if "TEST_CLUSTER" not in os.environ:
    raise SystemExit("run it below tests/lib/with_db.sh")
with Service(points) as s:
    office = data.Office(s)
    who = office.expert(caps={"per_day": 8, "per_week": 40, "hours_per_year": 200})
    login = s.coordinator.post(f"/v1/experts/{who['id']}/app-passwords", {"label": "PC"}).json
    python_caldav(s, office, who, login)
    vdirsyncer(s, office, who, login)
points.done()
