#!/usr/bin/python3
# Calendars that are read for an expert: fetched from a server here, by lease and politely; only the time counts.
import gzip
import re
import secrets
import subprocess
import threading

import data
from mail import mails
from service import Service, Tap, wait_for
from shelf import Shelf, plain

points = Tap()
SECRET = "token-that-nobody-may-see"


def ics(*events):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *[line for e in events for line in
                        ("BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *e, "END:VEVENT")], "END:VCALENDAR", ""]).encode()


DENTIST = ["UID:1", "SUMMARY:치과 비밀", "DTSTART;TZID=Korea Standard Time:20260604T100000", "DURATION:PT3H"]
shelf = Shelf()
with Service(points, calendar_networks="127.0.0.0/8", message_wait=0, sweep_every="100ms") as s:
    office = data.Office(s)
    who, _, made = office.confirmed("2026-06-04T10:00:00+09:00")
    at = f"/v1/experts/{who['id']}/calendars"

    def one():
        items = s.coordinator.get(at).json["items"]
        return items[0] if items else {}

    def due():
        s.sql("update jamund.calendars set due_at = '2000-01-01' where removed_at is null")
        s.coordinator.post("/v1/companies", data.company(office.number()))  # a write: looks soon

    def look():
        """One more look, and its end."""
        n = len(shelf.calls)
        due()
        wait_for("a look", lambda: len(shelf.calls) > n and s.sql(  # at each of them, also where one is looked at after the other
            "select bool_and(leased_by is null and due_at > '2000-01-01') from jamund.calendars where removed_at is null") == "t", 100)

    def state(want, **more):
        try:
            return wait_for(f"state {want} {more}", lambda: (c := one()) and c["state"] == want and all(c[k] == v for k, v in more.items()) and c)
        except TimeoutError:
            return {"not": want, **one()}

    # ---- added ----
    shelf.pages["/a.ics"] = plain(ics(DENTIST), ETag='"v1"')
    added = s.coordinator.post(at, {"url": f"{shelf.url}/a.ics?{SECRET}", "label": "구글"})
    points.ok(added.status == 201 and added.json["state"] == "new" and added.json["host"] == "127.0.0.1" and SECRET not in str(added.json),
              "a coordinator adds a calendar; its address is not shown", added)
    points.ok(s.coordinator.post(at, {"url": f"{shelf.url}/a.ics?{SECRET}"}).status == 409, "not twice")
    points.ok(s.coordinator.post(at, {"url": "ftp://example.kr/"}).pointers == ["/url"], "an address of the web")
    points.ok(s.coordinator.post(at, {"url": "https://10.0.0.1/a.ics"}).pointers == ["/url"], "and of the public one")
    points.ok(s.field.get(at).status == 403, "who does not keep hours does not see it")
    fresh = state("fresh")
    points.ok(fresh["spans"] == 1 and not fresh["stale"] and fresh["warnings"] == [], "it is read at once", fresh)
    path, headers = shelf.calls[0]
    points.ok("Mozilla/5.0 (compatible; Jamund" in headers["User-Agent"] and headers["Accept-Encoding"] == "gzip"
              and "If-None-Match" not in headers, "by a name that servers take", headers)
    points.ok(s.sql("select busy from jamund.calendars") == '{["2026-06-04 01:00:00+00","2026-06-04 04:00:00+00")}', "in its zone")
    kept = s.sql("select c.label || c.warnings::text || c.busy::text from jamund.calendars c")
    points.ok("치과" not in kept and "치과" not in s.sql("select string_agg(detail::text, '') from jamund.audit"), "nothing but the time is kept")
    def dump():
        return subprocess.run(["pg_dump", "-U", "postgres", "--column-inserts", s.database], check=True, capture_output=True, text=True).stdout

    points.ok("구글" in dump() and SECRET not in dump(), "the address is nowhere in the database")

    # ---- what it does ----
    collisions = s.coordinator.get(f"/v1/experts/{who['id']}/collisions").json["items"]
    points.ok([(c["appointment_id"], c["cause"]) for c in collisions] == [(made["id"], "calendar")], "a meeting it collides with is told", collisions)
    waiting = s.coordinator.get("/v1/worklist").json["items"]
    points.ok([w["kind"] for w in waiting if w["kind"] == "collision"] == ["collision"], "and waits for the coordinator", waiting)
    points.ok(s.coordinator.get(f"/v1/appointments/{made['id']}").json["state"] == "confirmed", "nothing is moved")
    owner = s.sql("select email from jamund.users u join jamund.requests q on q.owner_id = u.id limit 1")
    told = [m for m in mails(s, made["id"]) if "자문위원 일정 겹침" in m.subject]
    points.ok([(m.to, m.method, m.link) for m in told] == [(owner, None, None)] and not told[0].findings(), "its owner has a mail", told)
    points.ok(told[0].holds(who["name"]) and told[0].text.index("본인의 캘린더") < told[0].text.index("own calendar"), "whose calendar it is, Korean first", told[0].text)
    points.ok(not [x for x in ("치과", "구글", SECRET, "127.0.0.1:" + shelf.url.rsplit(":", 1)[1], "13:00") if told[0].holds(x)],
              "and nothing that stands in it", told[0].text)
    asked = office.request()
    slots = [x for c in s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json["candidates"]
             if c["expert"]["id"] == who["id"] for x in c["slots"]]
    points.ok(slots and not [x for x in slots if "2026-06-04T09:01" <= x < "2026-06-04T13:00"], "no candidate's time lies in it", slots)
    refused = s.coordinator.post("/v1/appointments", {"request_id": asked["id"], "expert_id": who["id"], "start": "2026-06-04T12:00:00+09:00"})
    points.ok(refused.code == "needs-override" and "calendar" in str(refused.json), "an offer into it needs a reason", refused)

    wait_for("it is counted", lambda: s.metrics()["calendars_collisions"] == 1)
    counted = s.metrics()
    points.ok((counted['calendars_total{result="read"}'], counted['calendars_total{result="failed"}'], counted["calendars_stale"]) == (1, 0, 0),
              "/metrics counts what was read, and what collides", counted)

    # ---- again: politely ----
    shelf.pages["/a.ics"] = lambda h: (304, {}, b"") if h.get("If-None-Match") == '"v1"' else (500, {}, b"")
    before = s.sql("select max(version) from jamund.change_log where kind = 'calendar.read'")
    look()
    points.ok(one()["state"] == "fresh" and s.sql("select max(version) from jamund.change_log where kind = 'calendar.read'") == before,
              "the same again is no change", one())
    points.ok(s.metrics()['calendars_total{result="unchanged"}'] == 1, "counted as such")
    wait = s.sql("select due_at - seen_at between '29 minutes' and '41 minutes' from jamund.calendars")
    points.ok(wait == "t", "it is left alone for half an hour", s.sql("select due_at, seen_at from jamund.calendars"))

    # ---- what goes wrong leaves what was read ----
    bomb = gzip.compress(b"BEGIN:VCALENDAR\r\n" + b" " * (64 << 20))
    for reason, page in (
            ("http-503", lambda h: (503, {}, b"")),
            ("not-a-calendar", plain(b"<!DOCTYPE html><p>log in")),
            ("truncated", plain(ics(DENTIST)[:-15])),
            ("too-long", plain(b"x" * (6 << 20))),
            ("too-long", plain(bomb, Content_Encoding="gzip")),
            ("redirects", lambda h: (302, {"Location": "/a.ics"}, b"")),
            ("not-public", lambda h: (302, {"Location": "http://169.254.169.254/latest"}, b"")),
            ("not-https", lambda h: (302, {"Location": "file:///etc/passwd"}, b"")),
            ("too-much-work", plain(ics(*[["UID:%d" % i, "DTSTART:20200101T000000Z", "DURATION:PT1H",
                                          "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] for i in range(100)])))):
        shelf.pages["/a.ics"] = page
        look()
        got = one()
        points.ok(got.get("reason") == reason and got["stale"] and got["spans"] == 1, f"{reason}: told, and what was read is kept", got)

    wait_for("it is counted", lambda: s.metrics()["calendars_stale"] == 1)
    points.ok(s.metrics()['calendars_total{result="failed"}'] == 9, "each is counted", s.metrics())

    # ---- and comes right ----
    other = ["UID:2", "DTSTART:20260605T010000Z", "DTEND:20260605T020000Z", "RRULE:FREQ=WEEKLY;COUNT=3"]
    shelf.pages["/b.ics"] = plain(gzip.compress(ics(other)), Content_Encoding="gzip")
    shelf.pages["/a.ics"] = lambda h: (301, {"Location": "/b.ics"}, b"")
    look()
    got = one()
    points.ok(got["spans"] == 3 and got["reason"] is None and not got["stale"], "behind a redirect, packed, it is read again", got)
    points.ok(s.coordinator.get(f"/v1/experts/{who['id']}/collisions").json["items"] == [], "and nothing collides any more")

    points.ok(len([m for m in mails(s, made["id"]) if "자문위원 일정 겹침" in m.subject]) == 1, "all the while it was told once")
    shelf.pages["/b.ics"] = plain(ics(other, DENTIST))
    look()
    points.ok(len([m for m in mails(s, made["id"]) if "자문위원 일정 겹침" in m.subject]) == 2, "what comes anew is told anew")
    shelf.pages["/b.ics"] = plain(gzip.compress(ics(other)), Content_Encoding="gzip")
    look()

    # ---- "not modified" counts where it was asked for ----
    shelf.pages["/a.ics"] = lambda h: (304, {}, b"")
    look()
    got = one()
    points.ok(got["reason"] == "http-304" and got["stale"] and got["spans"] == 3, "a 304 that nobody asked for is none", got)
    shelf.pages["/a.ics"] = lambda h: (301, {"Location": "/b.ics"}, b"")

    # ---- two daemons, one look ----
    n = len(shelf.calls)
    twin = s.twin()
    look()
    points.ok(len([c for c in shelf.calls[n:] if c[0].startswith("/a.ics")]) == 1, "of two daemons one fetches it", shelf.calls[n:])

    # ---- the expert's own page ----
    link = mails(s, made["id"])[0].link
    path = re.sub(r"^\.\.", "/r", s.nobody.form(link + "/hours", "").headers["Location"])
    page = s.nobody.get(path).body.decode()
    points.ok("구글" in page and "바쁜 시간을 피합니다" in page and SECRET not in page, "the expert's page shows it, without its address", page[-3000:])
    version = re.search(r'name="version" value="(\d+)"', page).group(1)
    wrong = s.nobody.form(path, f"change=calendar&version={version}&url=http%3A%2F%2Fexample.kr%2F").body.decode()
    points.ok("https://로 시작하는" in wrong, "an address that it cannot be is told")
    ours = s.nobody.form(path, f"change=calendar&version={version}&url=+webcal%3A%2F%2Fcalendar.invalid%2F{SECRET}+&label=n").body.decode() # as pasted
    points.ok("저장했습니다" in ours and s.sql("select host from jamund.calendars order by seq desc limit 1") == "calendar.invalid",
              "the expert adds one", ours[:2000])
    version = re.search(r'name="version" value="(\d+)"', ours).group(1)
    again = s.nobody.form(path, f"change=calendar&version={version}&url=https%3A%2F%2Fcalendar.invalid%2F{SECRET}").body.decode()
    points.ok("더 추가할 수 없습니다" in again, "not twice", again[:2000])
    points.ok(SECRET not in dump(), "and its address is nowhere in the database")
    s.sql("update jamund.calendars set due_at = 'infinity' where host = 'calendar.invalid'")

    # ---- removed ----
    removed = s.coordinator.delete(f"{at}/{added.json['id']}", match="*")
    points.ok(removed.status == 200 and s.sql(f"select url, address, busy from jamund.calendars where id = '{added.json['id']}'") == "-||{}",
              "removed: what was read is forgotten, and the address", removed)

    # ---- what an address is sealed for ----
    s.sql("update jamund.calendars set removed_at = now() where removed_at is null")
    shelf.pages["/c.ics"] = plain(ics(other))
    first, second = (s.coordinator.post(at, {"url": f"{shelf.url}/c.ics?{n}-{SECRET}"}).json["id"] for n in "12")
    wait_for("both are read", lambda: all(c["state"] == "fresh" for c in s.coordinator.get(at).json["items"]))
    s.sql(f"update jamund.calendars set address = (select address from jamund.calendars where id = '{first}') where id = '{second}'")
    look()
    states = {c["id"]: (c["state"], c["reason"]) for c in s.coordinator.get(at).json["items"]}
    points.ok(states == {first: ("fresh", None), second: ("failing", "address-lost")}, "copied to another calendar it does not open", states)
    s.sql(f"update jamund.calendars set removed_at = now() where id = '{second}'")

    # ---- readable ones, of the release before ----
    s.sql(f"update jamund.calendars set address = null, same = null, url = '{shelf.url}/c.ics?old-{SECRET}' where id = '{first}'")
    n = len(shelf.calls)
    look()
    points.ok(one()["state"] == "fresh" and [c[0] for c in shelf.calls[n:]] == [f"/c.ics?old-{SECRET}"] and SECRET not in dump(),
              "a readable address is sealed and read", one())
    points.ok(s.coordinator.post(at, {"url": f"{shelf.url}/c.ics?old-{SECRET}"}).status == 409, "and known again")

    # ---- under another key ----
    twin.stop()
    s.stop()
    key = (s.dir / "key").read_text()
    (s.dir / "key").write_text(secrets.token_hex(32))
    s.start()
    due()
    got = state("failing", reason="address-lost")
    points.ok(got.get("reason") == "address-lost" and got["stale"] and got["spans"] == 3, "by another server's key it does not open, and that is told", got)
    link = s.coordinator.post(f"/v1/experts/{who['id']}/link", {}).json["url"]
    page = s.nobody.get("/r/" + link.partition("/r/")[2]).body.decode()
    points.ok("주소를 열 수 없습니다" in page, "to the expert, too", page)
    s.stop()
    (s.dir / "key").write_text(key)
    s.start()
    due()
    points.ok(state("fresh").get("reason") is None, "by its own it does")
    told = b"".join(p.read_bytes() for p in s.dir.glob("log*"))
    points.ok(SECRET.encode() not in told and b"calendar" in told, "no log has seen an address")

    # ---- an end in the middle ----
    half, end = threading.Event(), threading.Event()

    def slow():
        yield b"BEGIN:VCALENDAR\r\n" * 2000
        half.set()
        end.wait(60)

    shelf.pages["/c.ics"] = lambda h: (200, {"Content-Length": 1 << 20}, slow())
    due()
    points.ok(half.wait(60) and s.stop() == 0, "what is half read is let go when the daemon ends")
    end.set()
points.done()
