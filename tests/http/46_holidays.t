#!/usr/bin/python3
# Holidays: added, named anew, taken away; what one does to meetings that stand is told, and nothing moves.
import data
from service import TOP, Service, Tap
from shelf import Shelf, plain

points = Tap()
DAY = {"date": "2026-06-04", "ko": "임시공휴일", "en": "Temporary holiday"}

with Service(points, calendar_networks="127.0.0.0/8") as s:
    office = data.Office(s)
    who, asked, told = office.confirmed()

    def listed():
        return s.field.get("/v1/holidays").json["items"]

    # ---- what it would do, and doing it ----
    points.ok(listed() == [], "there are none at first")
    before = s.counts()
    preview = s.coordinator.post("/v1/holidays", {"holidays": [DAY], "dry_run": True}, key="first")
    points.ok(preview.status == 200 and preview.json["dry_run"] and [h["date"] for h in preview.json["added"]] == [DAY["date"]]
              and [(c["appointment_id"], c["cause"], c["expert"]["id"]) for c in preview.json["collisions"]] ==
              [(told["id"], "hours", who["id"])], "a dry run tells which meetings stand on it", preview)
    points.ok(s.counts() == before and listed() == [], "and does nothing")
    sent = s.mails(told["id"])
    hours = s.field.get(f"/v1/experts/{who['id']}/availability.ics")
    s.at("2026-06-01T09:10:00+09:00")
    added = s.coordinator.post("/v1/holidays", {"holidays": [DAY]}, key="first")
    same = s.field.get(f"/v1/experts/{who['id']}/availability.ics")
    points.ok((same.etag, same.body) == (hours.etag, hours.body), "weekly hours are the same bytes under the same ETag", same)
    points.ok(added.status == 200 and added.json["collisions"] == preview.json["collisions"], "then it is added, with the same meetings", added)
    points.ok(s.coordinator.post("/v1/holidays", {"holidays": [DAY]}, key="first").body == added.body, "the same key: the same answer")
    points.ok([{k: h[k] for k in DAY} for h in listed()] == [DAY], "it is listed")
    points.ok(s.coordinator.get(f"/v1/appointments/{told['id']}").json["state"] == "confirmed" and s.mails(told["id"]) == sent,
              "nothing is moved and nobody is told")
    points.ok([i["kind"] for i in s.coordinator.get("/v1/worklist").json["items"]] == ["collision"], "it waits in the worklist")
    points.ok(s.coordinator.get(f"/v1/experts/{who['id']}/collisions").json["items"][0]["cause"] == "hours", "and with the expert")
    slots = s.coordinator.get(f"/v1/requests/{office.request()['id']}/slots").json
    points.ok(slots["slots"] and not any(i["start"].startswith(DAY["date"]) for i in slots["slots"]), "no start is offered on it", slots)

    # ---- again, named anew, more of them ----
    again = s.coordinator.post("/v1/holidays", {"holidays": [DAY]})
    points.ok((again.json["unchanged"], again.json["added"], again.json["changed"], again.json["collisions"]) == (1, [], [], []),
              "what is there already is no news", again)
    more = s.coordinator.post("/v1/holidays", {"holidays": [{**DAY, "ko": "지방선거일"}, {"date": "2026-06-06", "ko": "현충일", "en": "Memorial Day"}]})
    points.ok([h["ko"] for h in more.json["added"]] == ["현충일"] and [h["ko"] for h in more.json["changed"]] == ["지방선거일"],
              "one is new, one has another name", more)
    for body, pointers in (({"holidays": []}, ["/holidays"]), ({"holidays": [DAY, {**DAY, "ko": "다른 날"}]}, ["/holidays/1/date"]),
                           ({"holidays": [{**DAY, "date": "2026-02-30"}]}, ["/holidays/0/date"]), ({"holidays": [{**DAY, "ko": ""}]}, ["/holidays/0/ko"]),
                           ({"holidays": [{"date": "2026-06-08", "ko": "쉼"}]}, ["/holidays/0/en"])):
        reply = s.coordinator.post("/v1/holidays", body)
        points.ok(reply.status == 422 and reply.pointers == pointers, f"named: {pointers}", reply)
    points.ok(s.field.post("/v1/holidays", {"holidays": [DAY]}).status == 403, "the field team may not")
    points.ok(s.field.get("/v1/holidays?from=2026-06-05&until=2026-06-30").json["items"] == more.json["added"], "of some days alone")
    points.ok(s.field.get("/v1/holidays?from=2026-06-05&until=2030-06-30").pointers == ["/until"], "not of all years at once")

    # ---- taken away ----
    where = f"/v1/holidays/{listed()[0]['id']}"
    points.ok(s.field.delete(where).status == 403 and s.coordinator.delete(where, key="away").status == 200, "a working day after all")
    points.ok(s.coordinator.delete(where, key="away").status == 200 and s.coordinator.delete(where).status == 404, "once")
    points.ok(s.coordinator.get(f"/v1/experts/{who['id']}/collisions").json["items"] == [], "then nothing collides")

    # ---- from a file ----
    def calendar(*events):
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//"]
        for event in events:
            lines += ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z", *event, "END:VEVENT"]
        return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()

    def put(body, query="", by=s.coordinator, **more):
        return by.post("/v1/holidays/import" + query, body, **{"content_type": "text/calendar; charset=utf-8", **more})

    three = calendar(["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261226", "SUMMARY:쉼\\, 성탄 / Christmas\\, rest"],
                     ["DTSTART;VALUE=DATE:20261231", "SUMMARY:종무일"], ["DTSTART;VALUE=DATE:20261231", "SUMMARY:창립일 / Founding day"],
                     ["DTSTART;VALUE=DATE:20261230", "SUMMARY:없던 일", "STATUS:CANCELLED"])
    dry = put(three, "?dry_run=true")
    points.ok(dry.status == 200 and dry.json["dry_run"] and len(dry.json["added"]) == 3, "a dry run", dry)
    took = put(three, key="file")
    points.ok([(h["date"], h["ko"], h["en"]) for h in took.json["added"]] ==
              [("2026-12-24", "쉼, 성탄", "Christmas, rest"), ("2026-12-25", "쉼, 성탄", "Christmas, rest"),
               ("2026-12-31", "종무일 · 창립일", "종무일 · Founding day")], "every day of an all-day event, both names", took)
    points.ok(put(three, key="file").body == took.body and put(three).json["unchanged"] == 3, "once")
    day = "DTSTART;VALUE=DATE:20261224"
    for body, pointer in ((calendar(), "/holidays"), (calendar(["DTSTART:20261224T000000Z", "SUMMARY:x"]), "/events/0/DTSTART"),
                          (calendar([day, "SUMMARY:x"], [day, "SUMMARY:x", "RRULE:FREQ=YEARLY"]), "/events/1/RRULE"),
                          (calendar([day]), "/events/0/SUMMARY"), (calendar([day, "DTEND;VALUE=DATE:20271224", "SUMMARY:x"]), "/events/0/DTEND"),
                          (calendar([day, "SUMMARY:" + "가" * 101]), "/holidays/0/ko"),
                          (calendar([day, "SUMMARY:" + "가" * 60], [day, "SUMMARY:" + "나" * 60]), "/events/1/SUMMARY"),
                          (calendar(*[[day, "SUMMARY:가"]] * 500), "/events/25/SUMMARY"),
                          (calendar(*[[f"DTSTART;VALUE=DATE:{y}{m:02d}01", f"DTEND;VALUE=DATE:{y}{m:02d}28", "SUMMARY:가"]
                                      for y in range(2027, 2037) for m in range(1, 13)]), "/holidays"), (b"nothing", "/line/1"), (three[:-20], "/line/29")):
        reply = put(body)
        points.ok(reply.status == 422 and reply.pointers[:1] == [pointer], f"named: {pointer}", reply)
    points.ok(put(three, content_type="application/json").status == 415 and put(three, by=s.field).status == 403, "no other media, no field team")

    # ---- those that come with the program ----
    korea = s.cli("import", "holidays", "--dry-run", "korea")
    points.ok(korea.returncode == 0 and b"dry run: 1" in korea.stdout, "a dry run of Korea's", korea)
    before = s.counts()
    korea = s.cli("import", "holidays", "korea")
    days = s.field.get("/v1/holidays?from=2028-01-01&until=2028-12-31").json["items"]
    points.ok(korea.returncode == 0 and len(days) == 18 and {"ko": "설날", "en": "Seollal"}.items() <= days[2].items(), "Korea's", korea, days)
    again = s.cli("import", "holidays", "-", stdin=(TOP / "src/web/holidays-kr.ics").read_bytes())
    points.ok(again.stdout.startswith(b"0 holidays added, 0 named anew, 102 unchanged"), "the same as from its file", again)
    bad = s.cli("import", "holidays", "-", stdin=b"BEGIN:VCALENDAR\r\n")
    points.ok(bad.returncode == 1 and b"truncated" in bad.stderr, "what cannot be read is told", bad)

    # ---- from an address ----
    shelf = Shelf()
    shelf.pages["/days.ics"] = plain(calendar(["DTSTART;VALUE=DATE:20270520", "SUMMARY:창립일 / Founding day"]))
    shelf.pages["/there.ics"] = lambda h: (301, {"Location": "/days.ics"}, b"")
    shelf.pages["/inside.ics"] = lambda h: (302, {"Location": "http://169.254.169.254/days.ics"}, b"")
    shelf.pages["/page.ics"] = plain(b"<!DOCTYPE html><p>log in")
    shelf.pages["/long.ics"] = plain(b"x" * (6 << 20))
    for path, word in (("/none.ics", b"http-404"), ("/inside.ics", b"not-public"), ("/long.ics", b"too-long"), ("/page.ics", b"not-a-calendar")):
        before = s.counts()
        told = s.cli("import", "holidays", shelf.url + path)
        points.ok(told.returncode == 1 and word in told.stderr and told.stdout == b"" and s.counts() == before, f"an address: {word.decode()}", told)
    told = s.cli("import", "holidays", "--dry-run", shelf.url + "/there.ics")
    points.ok(told.returncode == 0 and b"dry run: 1 holidays added" in told.stdout and "창립일" in told.stdout.decode(), "a dry run of what is fetched", told)
    told = s.cli("import", "holidays", shelf.url + "/there.ics")
    points.ok(told.returncode == 0 and told.stdout.startswith("added\t2027-05-20\t창립일".encode()), "fetched, behind a redirect", told)
    points.ok(s.cli("import", "holidays", shelf.url + "/days.ics").stdout.startswith(b"0 holidays added, 0 named anew, 1 unchanged"), "once")
    s.settings = {k: v for k, v in s.settings.items() if k != "calendar_networks"}
    told = s.cli("import", "holidays", shelf.url + "/days.ics")
    points.ok(told.returncode == 1 and b"not-https" in told.stderr, "this machine is no public address unless the settings say so", told)
points.done()
