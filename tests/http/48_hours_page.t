#!/usr/bin/python3
# The expert's own page: reached from the offer, changed by plain forms, with effect at once.
import html
import re
import urllib.parse

import data
from mail import mails
from service import Service, Tap, wait_for

points = Tap()


class Page:
    """The page as a browser without script has it: its forms as they would be sent."""

    def __init__(self, client, path, reply=None):
        self.client, self.path = client, path
        self.reply = reply or client.get(path)
        self.text = self.reply.body.decode()

    def forms(self, change):
        found = []
        for form in re.findall(r'<form method="post">(.*?)</form>', self.text, re.S):
            fields = {}
            for tag in re.findall(r"<input [^>]*>", form):
                facts = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
                fields[facts["name"]] = html.unescape(facts.get("value", ""))
            for name, options in re.findall(r'<select [^>]*name="([a-z_]+)">(.*?)</select>', form, re.S):
                fields[name] = (re.findall(r'value="([^"]*)" selected', options) or re.findall(r'value="([^"]*)"', options))[0]
            if fields.get("change") == change:
                found.append(fields)
        return found

    def send(self, change, n=0, **typed):
        fields = {**self.forms(change)[n], **typed}
        return Page(self.client, self.path, self.client.form(self.path, urllib.parse.urlencode(fields)))

    def says(self, text):
        return text in self.text


with Service(points, feed_seen_every="100ms") as s:
    office = data.Office(s)
    who = office.expert(name="김<b>세무</b>")
    at = f"/v1/experts/{who['id']}"
    made = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    link = mails(s, made["id"])[0].link
    offer = s.nobody.get(link).body.decode()
    points.ok(f'action="{link[3:]}/hours"' in offer, "the offer's page leads on")
    moved = s.nobody.form(link + "/hours", "")
    points.ok(moved.status == 303 and moved.headers["Cache-Control"] == "no-store", "by a POST", moved)
    path = urllib.parse.urljoin(link + "/hours", moved.headers["Location"])
    again = s.nobody.form(link + "/hours", "")
    points.ok(again.headers["Location"] == moved.headers["Location"], "to one address")
    points.ok(s.sql(f"select count(*) from jamund.audit where action = 'link.make' and entity_id = '{who['id']}'") == "1", "made once")

    # ---- what it shows ----
    page = Page(s.nobody, path)
    points.ok(page.reply.status == 200 and page.reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
              and page.reply.headers["Cache-Control"] == "no-store" and page.reply.headers["Referrer-Policy"] == "no-referrer",
              "a page under a strict policy", page.reply)
    points.ok(page.says("김&lt;b&gt;세무&lt;/b&gt;님의 상담") and not page.says("<b>"), "names are escaped")
    points.ok(page.forms("week")[0] == {"change": "week", "version": "1", "mon": "09:00-18:00", "tue": "09:00-18:00", "wed": "09:00-18:00", "thu": "09:00-18:00", "fri": "09:00-18:00",
              "sat": "", "sun": ""}, "the weekly hours", page.forms("week"))
    points.ok(page.says("2026년 6월 4일 (목) 10:00 – 11:00") and page.says("답을 기다립니다"), "what is coming")
    points.ok(not page.says("겹칩니다") and not page.says('role="alert"'), "nothing collides")
    before = s.counts()
    for target in (path, path + "?change=pause&version=1", path):
        s.nobody.get(target)
    s.nobody.call("HEAD", path)
    points.ok(s.counts() == before, "looking changes nothing")

    # ---- each form, with effect at once ----
    page = page.send("week", mon="09:00 ~ 12:00, 13:00-18:00", tue="", thu="13:00–18:00", fri="9:00-10:00 10:00-11:00")
    points.ok(page.says("저장했습니다."), "the week is saved", page.text)
    hours = s.coordinator.get(at + "/availability").json
    points.ok([(w["weekday"], w["from"], w["until"]) for w in hours["weekly"]] == [
        ("mon", "09:00", "12:00"), ("mon", "13:00", "18:00"), ("wed", "09:00", "18:00"), ("thu", "13:00", "18:00"),
        ("fri", "09:00", "11:00")], "as it was typed", hours)
    points.ok(page.says("<strong>시간이 겹칩니다") and page.says("센터가 이 목록을 보고 조정해 드립니다"), "what it leaves outside is shown")
    points.ok(s.coordinator.get(f"/v1/appointments/{made['id']}").json["state"] == "tentative", "and stays")
    points.ok([c["appointment_id"] for c in s.coordinator.get(at + "/collisions").json["items"]] == [made["id"]], "the centre sees it")
    page = page.send("date", day="2026-06-04", hours="09:00-12:00")
    points.ok(page.says("저장했습니다.") and not page.says("<strong>시간이 겹칩니다"), "a date of its own takes it in again")
    page = page.send("date", day="2026-06-05", hours="")
    points.ok(page.says("상담하지 않음") and len(page.forms("date_off")) == 2, "a closed date", page.text)
    page = page.send("date", day="2026-06-05", hours="14:00-15:00")
    points.ok(page.says("14:00-15:00") and len(page.forms("date_off")) == 2, "written over")
    page = page.send("date_off", n=1)
    points.ok([d["date"] for d in s.coordinator.get(at + "/availability").json["dates"]] == ["2026-06-04"], "and removed")
    page = page.send("absence", from_day="2026-06-04", from_time="09:30", until_time="13:00", reason="병원 <진료>")
    points.ok(page.says("2026년 6월 4일 (목) 09:30 – 13:00") and page.says("병원 &lt;진료&gt;"), "part of a day away", page.text)
    points.ok(page.says("<strong>시간이 겹칩니다"), "and what is in it")
    page = page.send("absence", from_day="2026-06-08", until_day="2026-06-10")
    absences = s.coordinator.get(at + "/absences").json["items"]
    points.ok([(x["from"], x["until"]) for x in absences] == [
        ("2026-06-04T09:30:00+09:00", "2026-06-04T13:00:00+09:00"), ("2026-06-08T00:00:00+09:00", "2026-06-11T00:00:00+09:00")],
        "whole days where no time is given", absences)
    page = page.send("absence_off")
    points.ok(len(page.forms("absence_off")) == 1 and not page.says("<strong>시간이 겹칩니다"), "taken back")
    page = page.send("pause", reason="안식년")
    points.ok(page.says("쉬는 중입니다") and s.coordinator.get(at + "/availability").json["paused"], "a pause")
    candidates = s.coordinator.get(f"/v1/requests/{office.request()['id']}/candidates").json
    points.ok({i["expert"]["id"]: i["reason"] for i in candidates["ineligible"]}[who["id"]] == "paused", "with effect at once")
    page = page.send("resume")
    points.ok(page.says("자문 요청을 받고 있습니다") and len(page.forms("pause")) == 1, "and its end")

    # ---- how invitations come ----
    points.ok(page.forms("invitations")[0] | {"version": ""} == {"change": "invitations", "version": "", "alarm_minutes": "", "language": "ko"},
              "Korean and no alarm at first", page.forms("invitations"))
    page = page.send("invitations", alarm_minutes="120", language="en")
    set_ = s.coordinator.get(at + "/invitations").json
    points.ok(page.says("저장했습니다.") and (set_["alarm_minutes"], set_["language"]) == (120, "en"), "as the expert wants them", set_)
    points.ok(page.forms("invitations")[0]["alarm_minutes"] == "120" and page.forms("invitations")[0]["language"] == "en", "shown so")
    page = page.send("invitations", alarm_minutes="")
    set_ = s.coordinator.get(at + "/invitations").json
    points.ok((set_["alarm_minutes"], set_["language"]) == (None, "en"), "and without an alarm again", set_)

    # ---- addresses to subscribe to ----
    s.manager.post(at + "/feed", {})
    page = Page(s.nobody, path)
    points.ok(page.says("기본 주소") and len(page.forms("feed_off")) == 1 and "/feeds/" not in page.text, "the address that the centre made, not what it is")
    page = page.send("feed", label="집 <b>PC</b>")
    address = html.unescape(re.search(r"<code>[a-z]+://[^/]+(/feeds/[^<]+)</code>", page.text)[1])
    points.ok(page.says("집 &lt;b&gt;PC&lt;/b&gt;") and page.says("아직 가져가지 않음") and page.says(f'href="webcal://') and len(page.forms("feed_off")) == 2,
              "one more, told now", page.text[-6000:])
    feed = s.nobody.get(address, user_agent="Mozilla/5.0 Thunderbird/128.0")
    points.ok(feed.status == 200 and b"BEGIN:VEVENT" in feed.body, "it is a calendar", feed)
    page = wait_for("it is seen", lambda: (p := Page(s.nobody, path)).says("Thunderbird") and p)
    points.ok(page.says("2026년 6월 1일 (월)") and page.says("에 마지막으로 가져감 · Thunderbird") and address not in page.text, "who fetched it, and when; its address no more")
    page = page.send("feed_off", n=1)
    points.ok(page.says("저장했습니다.") and len(page.forms("feed_off")) == 1 and s.nobody.get(address).status == 410, "ended", page.text[-6000:])
    other = office.expert()
    s.manager.post(f"/v1/experts/{other['id']}/feed", {})
    theirs = s.sql(f"select id from jamund.feeds where expert_id = '{other['id']}'")
    page = page.send("feed_off", feed_id=theirs)
    points.ok(page.says("그사이 내용이 바뀌어") and s.sql(f"select revoked_at is null from jamund.feeds where id = '{theirs}'") == "t", "not another's")
    points.ok(address.split("/")[2][:-4] not in s.log.read_text(), "no log has seen it")
    trail = s.sql(f"select string_agg(action || '/' || actor_kind || '/' || via, ' ' order by id) from jamund.audit"
                  f" where entity_id = '{who['id']}' and via = 'link' and action <> 'link.make'")
    points.ok(trail == " ".join(f"{a}/expert/link" for a in (
        "availability.put availability.put availability.put availability.put availability.put absence.add absence.add"
        " absence.end expert.pause expert.resume invitations.put invitations.put feed.add feed.end").split()), "the audit tells who did it", trail)

    # ---- what is wrong changes nothing, keeps what was typed and marks its field ----
    before = s.counts(), s.coordinator.get(at).etag
    for change, typed, marked in (
            ("week", {"wed": "아침부터"}, "wed"), ("week", {"mon": "09:00-12:00, 11:00-13:00"}, "mon"),
            ("week", {"sun": "18:00-09:00"}, "sun"), ("week", {"sat": "00:00-24:30"}, "sat"),
            ("week", {"tue": ", ".join(f"{h:02d}:00-{h:02d}:30" for h in range(11))}, "tue"),
            ("date", {"day": "2026-05-31", "hours": "09:00-10:00"}, "day"), ("date", {"day": "2030-01-01", "hours": ""}, "day"),
            ("date", {"day": "2026-06-20", "hours": "<i>09:00"}, "hours"),
            ("absence", {"from_day": "2026-06-09", "until_day": "2026-06-08"}, "until_day"),
            ("absence", {"from_day": "2026-05-01", "until_day": "2026-05-02"}, "until_day"),
            ("absence", {"from_day": "2026-06-09", "from_time": "12:00", "until_time": "12:00"}, "until_day"),
            ("absence", {"from_day": "2026-06-09", "until_day": "2046-06-09", "reason": "\"'><script>"}, "until_day")):
        got = page.send(change, **typed)
        field = re.search(r'<input [^>]*id="%s"[^>]*>' % marked, got.text)[0]
        points.ok(got.reply.status == 200 and got.says('id="notice" role="alert"') and 'aria-invalid="true"' in field
                  and got.text.count("aria-invalid") == 1, f"{change} {typed}: {marked} is marked", got.text[:3000])
        points.ok(all(got.forms(change)[0][k] == v for k, v in typed.items()) and "<script" not in got.text
                  and "<i>" not in got.text, "what was typed is still there")
    for text in ("", "change=week", "change=nonsense&version=1", "change=date&version=1", "change=absence_off&version=1&absence_id=x", "change=feed_off&version=1&feed_id=x", "change=feed&version=1",
                 "change=invitations&version=1&language=fr", "change=invitations&version=1&language=ko&alarm_minutes=40321",
                 "change=pause&version=1&version=2", "change=pause&version=1&more=1", "change=pause&version=%ff"):
        got = s.nobody.form(path, text)
        points.ok(got.status == 200 and "읽을 수 없었습니다" in got.body.decode(), f"cannot be read: {text!r}", got)
    old = page.forms("pause")[0]
    stale = s.nobody.form(path, urllib.parse.urlencode({**old, "version": int(old["version"]) - 1}))
    points.ok("그사이 내용이 바뀌어" in stale.body.decode(), "what has changed since is looked at again", stale)
    gone = s.nobody.form(path, f"change=absence_off&version={old['version']}&absence_id={absences[0]['id']}")
    points.ok("그사이 내용이 바뀌어" in gone.body.decode(), "an absence that is gone is not removed twice")
    points.ok((s.counts(), s.coordinator.get(at).etag) == before, "and nothing was changed by any of it")
    points.ok(s.nobody.call("POST", path, {"change": "pause"}, key=None).status == 415, "only forms")

    # ---- an address that is none, another's purpose, an ended one ----
    token = path.split("/")[2]
    for other in (f"/r/{token[:-1]}A/availability", f"/r/{link.split('/')[2]}/availability", f"/r/{token}", "/r/x/availability"):
        points.ok(s.nobody.get(other).status == 404 and s.nobody.form(other, "change=pause&version=1").status == 404,
                  "is not an address: " + other.replace(token, "…"))
    s.coordinator.post(at + "/link", {})
    points.ok(s.nobody.get(path).status == 410 and s.nobody.form(path, "change=pause&version=9").status == 410, "a new link ends this one")
    fresh = s.nobody.form(link + "/hours", "").headers["Location"]
    points.ok(s.nobody.get(urllib.parse.urljoin(link + "/hours", fresh)).status == 200, "the offer leads to the new one")
    s.coordinator.post(f"/v1/seats/{made['seats'][0]['id']}/decline", {"via": "phone", "reason": "사정"}, match="*")
    ended = s.nobody.form(link + "/hours", "")
    points.ok(ended.status == 410 and "Location" not in ended.headers, "an offer that is over leads nowhere", ended)
    points.ok(token not in s.log.read_text(), "no secret is in the log")

    # ---- another zone: days and times are the expert's own ----
    york = office.expert(zone="America/New_York")
    path = "/r/" + s.coordinator.post(f"/v1/experts/{york['id']}/link", {}).json["url"].split("/r/")[1]
    page = Page(s.nobody, path)
    points.ok(page.says("America/New_York") and page.says('min="2026-05-31"'), "it is still yesterday there", page.text)
    page = page.send("absence", from_day="2026-11-01")
    points.ok([(x["from"], x["until"]) for x in s.coordinator.get(f"/v1/experts/{york['id']}/absences").json["items"]] ==
              [("2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00")], "a day of 25 hours is a day")
    points.ok(page.says("2026년 11월 1일 (일) 하루 종일"), "as its clock shows it")
points.done()
