#!/usr/bin/python3
# Real programs against an expert's calendar: python3-caldav and tsdav find it, read it, keep in step and answer;
# vdirsyncer keeps a folder in step, both ways.
import atexit
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import caldav
import data
from service import TOP, WAIT, Service, Tap

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
        atexit.register(shutil.rmtree, self.dir)
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


class Tsdav:
    """tsdav.js: a line is a step."""

    def __init__(self):
        npm = pathlib.Path(os.environ.get("NPM", TOP / "build/npm"))
        self.node = subprocess.Popen(["node", TOP / "tests/http/tsdav.js", npm], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, verb, *values):
        print(json.dumps([verb, *values]), file=self.node.stdin, flush=True)
        told = json.loads(self.node.stdout.readline())
        if "error" in told:
            raise RuntimeError(f"{verb}: {told['error']}")
        return told["value"]

    def end(self):
        self.node.stdin.close()
        return self.node.wait(WAIT)


def tsdav(s, office, who, login):
    run, top = Tsdav(), f"http://127.0.0.1:{s.port}"
    name = lambda made: made["id"] + ".ics"
    made = office.offer(office.request(), who, "2026-06-09T10:00:00+09:00")
    found = run("login", top, login["user"], login["password"])
    points.ok(found == {"rootUrl": f"{top}/dav/", "principalUrl": f"{top}/dav/p/{who['id']}/", "homeUrl": f"{top}/dav/c/{who['id']}/"},
              "tsdav: from the host to the calendar home, by /.well-known/caldav", found)
    calendars = run("calendars")
    points.ok(len(calendars) == 1 and who["name"] in calendars[0]["displayName"] and calendars[0]["components"] == ["VEVENT"]
              and "syncCollection" in calendars[0]["reports"] and calendars[0]["syncToken"] and calendars[0]["ctag"], "its one calendar", calendars)
    objects = run("objects")
    mine = next(o for o in objects if o["url"].endswith(name(made)))
    points.ok(len(objects) > 1 and made["uid"] in mine["data"].replace("\r\n ", "") and mine["etag"].startswith('"'), "its objects, by a query and a multiget", objects)
    day = {"start": "2026-06-09T00:00:00Z", "end": "2026-06-10T00:00:00Z"}
    for more in ({}, {"expand": True}, {"useMultiGet": False}):
        got = run("objects", {"timeRange": day, **more})
        points.ok([o["url"] for o in got] == [mine["url"]] and "END:VEVENT" in got[0]["data"], f"of a day, {more}", got)
    every = sorted(o["url"].rsplit("/", 1)[1] for o in objects)
    step = run("initial")
    points.ok(step == {"calendars": [0, 1, 0], "was": [], "objects": every}, "syncCalendars from nothing: all", step)
    step = run("sync")
    points.ok(step["calendars"] == [0, 0, 0], "then nothing has changed", step)
    second = office.offer(office.request(), who, "2026-06-09T14:00:00+09:00")
    smart = [run("smart", method) for method in ("webdav", "basic")]
    points.ok(smart[0] == smart[1] == {"created": [name(second)], "updated": [], "deleted": []}, "a new offer, by sync token and by ctag", smart)
    step = run("sync")
    points.ok(step["objects"] == sorted([*every, name(second)]), "syncCalendars has it, too", step)
    s.coordinator.post(f"/v1/seats/{second['seats'][0]['id']}/decline", {"via": "phone", "reason": "휴가"}, match="*")
    smart = [run("smart", method) for method in ("webdav", "basic")]
    points.ok(smart[0] == smart[1] == {"created": [], "updated": [], "deleted": [name(second)]}, "declined, it goes", smart)
    run("sync")

    text = mine["data"].replace("\r\n ", "")
    accepted = re.sub("PARTSTAT=[A-Z-]+", "PARTSTAT=ACCEPTED", text)
    for what, changed in (("title", text.replace("SUMMARY:", "SUMMARY:x ")), ("time", accepted.replace("T100000", "T110000"))):
        got = run("update", {**mine, "data": changed})
        points.ok(changed != text and got["status"] == 403 and "allowed-attendee-scheduling-object-change" in got["text"] and state(s, made) == "offered",
                  f"another {what} is refused", got)
    points.ok(run("create", "new.ics", text)["status"] == 403 and run("remove", mine)["status"] == 403, "nothing is added, nothing removed")
    got = run("update", {**mine, "data": accepted})
    points.ok(got["status"] == 204 and state(s, made) == "accepted", "what it puts is an answer", got)
    points.ok(run("update", {**mine, "data": accepted})["status"] == 412, "with the old ETag it is told to look again")
    smart = run("smart", "webdav")
    points.ok(smart == {"created": [], "updated": [name(made)], "deleted": []}, "and sees what it made of the appointment", smart)
    run("sync")
    s.coordinator.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "사정"}, match="*")
    smart = run("smart", "webdav")
    points.ok(smart["updated"] == [name(made)], "what is cancelled after that has changed once more", smart)
    run("sync")
    got = next(o for o in run("objects") if o["url"] == mine["url"])
    points.ok("STATUS:CANCELLED" in got["data"], "and says so", got)
    try:
        run("login", top, login["user"], "x" * 28)
        points.ok(False, "with a wrong password it finds nothing")
    except RuntimeError as e:
        points.ok("principalUrl" in str(e) or "401" in str(e), "with a wrong password it finds nothing", e)
    points.ok(run.end() == 0, "and it ends well")


if "TEST_CLUSTER" not in os.environ:
    raise SystemExit("run it below tests/lib/with_db.sh")
with Service(points) as s:
    office = data.Office(s)
    who = office.expert(caps={"per_day": 8, "per_week": 40, "hours_per_year": 200})
    login = s.coordinator.post(f"/v1/experts/{who['id']}/app-passwords", {"label": "PC"}).json
    python_caldav(s, office, who, login)
    vdirsyncer(s, office, who, login)
    tsdav(s, office, who, login)
points.done()
