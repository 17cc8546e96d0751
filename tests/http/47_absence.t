#!/usr/bin/python3
# Hours, absences and pauses of experts, what collides with them, and handing it over.
import data
from service import Service, Tap, wait_for

points = Tap()
HOURS = {"weekly": [{"weekday": "mon", "from": "09:00", "until": "12:00"}, {"weekday": "thu", "from": "09:00", "until": "18:00"}],
         "dates": [{"date": "2026-06-05", "windows": [{"from": "10:00", "until": "11:00"}]}, {"date": "2026-06-08", "windows": []}]}
NOBODY = "00000000-0000-4000-8000-000000000000"

with Service(points) as s:
    office = data.Office(s)
    who = office.expert()
    at = f"/v1/experts/{who['id']}"

    def wrong(reply, *pointers):
        return reply.status == 422 and reply.pointers == list(pointers) and all(
            e["ko"] and e["en"] for e in reply.json["errors"])

    # ---- hours as a whole ----
    first = s.field.get(at + "/availability")
    points.ok(first.json["weekly"] == who["availability"] and first.json["dates"] == [] and not first.json["paused"],
              "the hours are those of the roster", first)
    points.ok(first.etag == s.field.get(at).etag, "under the expert's version")
    put = s.coordinator.put(at + "/availability", HOURS, match=first.etag)
    points.ok(put.status == 200 and put.json["weekly"] == HOURS["weekly"] and put.json["dates"] == HOURS["dates"]
              and put.json["collisions"] == [], "a coordinator puts them anew", put)
    points.ok(s.field.get(at).json["availability"] == HOURS["weekly"] and s.field.get(at).etag == put.etag, "the roster shows them")
    points.ok(s.coordinator.get(at + "/availability", if_none_match=put.etag).status == 304, "unchanged: 304")
    points.ok(s.coordinator.put(at + "/availability", HOURS).status == 428, "without If-Match: 428")
    stale = s.coordinator.put(at + "/availability", HOURS, match=first.etag)
    points.ok(stale.status == 412 and stale.json["current"] == put.etag, "over what somebody changed: 412", stale)
    points.ok(s.field.put(at + "/availability", HOURS, match=put.etag).status == 403, "the field team may not")
    for body, pointers in (
            ({"weekly": []}, ["/dates"]),
            ({**HOURS, "zone": "UTC"}, ["/zone"]),
            ({**HOURS, "weekly": [{"weekday": "mo", "from": "9:00", "until": "18:00"}]}, ["/weekly/0/weekday", "/weekly/0/from"]),
            ({**HOURS, "weekly": [{"weekday": "mon", "from": "18:00", "until": "09:00"}]}, ["/weekly/0/until"]),
            ({**HOURS, "weekly": HOURS["weekly"] + [{"weekday": "mon", "from": "11:59", "until": "13:00"}]}, ["/weekly/2"]),
            ({**HOURS, "dates": [{"date": "2026-02-30", "windows": []}]}, ["/dates/0/date"]),
            ({**HOURS, "dates": HOURS["dates"] + [{"date": "2026-06-08", "windows": [{"from": "09:00", "until": "10:00"}]}]}, ["/dates/2/date"]),
            ({**HOURS, "dates": [{"date": "2026-06-08", "windows": [{"from": "09:00", "until": "11:00"}, {"from": "10:00", "until": "12:00"}]}]},
             ["/dates/0/windows/1"]),
            ({**HOURS, "dates": [{"date": "2026-06-08", "windows": [{"from": f"{h:02d}:00", "until": f"{h:02d}:30"} for h in range(11)]}]},
             ["/dates/0/windows"]),
            ({**HOURS, "dates": [{"date": f"{2020 + y}-{m:02d}-{d:02d}", "windows": []} for y in range(2) for m in range(1, 13)
                                 for d in range(1, 19)]}, ["/dates"])):
        reply = s.coordinator.put(at + "/availability", body, match=put.etag)
        points.ok(wrong(reply, *pointers), f"named: {pointers}", reply)
    points.ok(s.coordinator.get(at + "/availability").etag == put.etag, "and nothing was changed")
    points.ok(s.coordinator.get(f"/v1/experts/{NOBODY}/availability").status == 404, "of nobody: 404")

    # ---- absences ----
    told = office.offer(office.request(), who, "2026-06-04T10:00:00+09:00")
    office.accept(told)
    asked = office.offer(office.request(), who, "2026-06-04T14:00:00+09:00")
    body = {"from": "2026-06-04T00:00:00+09:00", "until": "2026-06-05T00:00:00+09:00", "reason": "출장"}
    sent = [s.mails(told["id"]), s.mails(asked["id"])]
    before = s.counts()
    for bad, pointers in (({"from": body["from"]}, ["/until"]), ({**body, "from": "내일"}, ["/from"]),
                          ({**body, "until": body["from"]}, ["/until"]), ({**body, "reason": ""}, ["/reason"]),
                          ({"from": "2026-05-01T00:00:00+09:00", "until": "2026-06-01T10:00:00+09:00"}, ["/until"])):
        reply = s.coordinator.post(at + "/absences", bad)
        points.ok(wrong(reply, *pointers), f"named: {pointers}", reply)
    points.ok(s.counts() == before, "what is wrong writes nothing")
    key = "absence-1"
    added = s.coordinator.post(at + "/absences", body, key=key)
    points.ok(added.status == 201 and added.etag != put.etag and added.json["until"] == body["until"], "an absence is added", added)
    points.ok([(c["appointment_id"], c["state"], c["start"], c["cause"], c["absence_id"]) for c in added.json["collisions"]] ==
              [(told["id"], "accepted", "2026-06-04T10:00:00+09:00", "absence", added.json["id"]),
               (asked["id"], "offered", "2026-06-04T14:00:00+09:00", "absence", added.json["id"])], "with what is in it", added)
    points.ok(s.coordinator.post(at + "/absences", body, key=key).body == added.body, "the same key: the same answer")
    points.ok([s.coordinator.get(f"/v1/appointments/{i}").json["state"] for i in (told["id"], asked["id"])] ==
              ["confirmed", "tentative"], "nothing is moved")
    points.ok([s.mails(told["id"]), s.mails(asked["id"])] == sent, "and nobody is told")
    listed = s.coordinator.get(at + "/absences")
    points.ok([x["id"] for x in listed.json["items"]] == [added.json["id"]] and listed.etag == added.etag, "it is listed", listed)
    points.ok("reason" not in s.field.get(at + "/absences").json["items"][0], "the field team does not see why")
    collisions = s.coordinator.get(at + "/collisions")
    points.ok(collisions.json["items"] == added.json["collisions"], "collisions are listed at any time", collisions)
    points.ok(s.coordinator.get(at + "/collisions", if_none_match=collisions.etag).status == 304, "unchanged: 304")
    points.ok(s.field.get(at + "/collisions").status == 403, "not for the field team")
    refused = s.coordinator.post("/v1/appointments", {"request_id": office.request()["id"], "expert_id": who["id"],
                                                      "start": "2026-06-04T16:00:00+09:00", "override_reason": "급함"})
    points.ok(refused.code == "needs-override" and [r["rule"] for r in refused.json["rules"] if r["hard"]] == ["paused"],
              "nothing new is booked in it, whatever the reason", refused)

    gone = f"{at}/absences/{added.json['id']}"
    points.ok(s.coordinator.delete(gone).status == 428 and s.coordinator.delete(gone, match=put.etag).status == 412,
              "it is ended by who has read it")
    points.ok(s.coordinator.delete(f"/v1/experts/{office.expert()['id']}/absences/{added.json['id']}", match="*").status == 404,
              "an absence of somebody else is not there")
    ended = s.coordinator.delete(gone, match=added.etag)
    points.ok(ended.status == 200 and ended.json["cancelled_at"], "taken back before it begins", ended)
    points.ok(s.coordinator.get(at + "/absences").json["items"] == [] and s.coordinator.get(at + "/collisions").json["items"] == []
              and s.coordinator.get(at + "/collisions").etag != collisions.etag, "then nothing collides")

    # ---- pause ----
    paused = s.coordinator.post(at + "/pause", {"reason": "안식년"}, match=ended.etag)
    points.ok(paused.status == 200 and paused.json["until"] is None and len(paused.json["collisions"]) == 2, "a pause", paused)
    points.ok(s.coordinator.post(at + "/pause", {}, match=paused.etag).code == "wrong-state", "there is one")
    points.ok(s.coordinator.get(at + "/availability").json["paused"], "the hours say so")
    candidates = s.coordinator.get(f"/v1/requests/{office.request()['id']}/candidates").json
    points.ok({i["expert"]["id"]: i["reason"] for i in candidates["ineligible"]}[who["id"]] == "paused", "candidates, too")

    # ---- handing over ----
    before = s.counts()
    dry = s.coordinator.post(at + "/hand-over", {"reason": "안식년", "dry_run": True}, key="dry")
    points.ok(dry.status == 200 and dry.json["dry_run"] and [(x["appointment_id"], x["outcome"]) for x in dry.json["seats"]] ==
              [(told["id"], "refilled"), (asked["id"], "ended")], "a preview says what would become of each", dry)
    points.ok(s.counts() == before, "and writes nothing")
    for bad, pointers in (({}, ["/reason"]), ({"reason": "x", "dry_run": 1}, ["/dry_run"]),
                          ({"reason": "x", "seat_ids": []}, ["/seat_ids"]),
                          ({"reason": "x", "seat_ids": [dry.json["seats"][0]["seat_id"], NOBODY]}, ["/seat_ids/1"])):
        reply = s.coordinator.post(at + "/hand-over", bad)
        points.ok(wrong(reply, *pointers), f"named: {pointers}", reply)
    points.ok(s.counts() == before, "all or nothing")
    done = s.coordinator.post(at + "/hand-over", {"reason": "안식년"}, key="dry")
    points.ok(done.status == 200 and done.json["seats"] == dry.json["seats"] and not done.json["dry_run"],
              "done as it was previewed; the preview's key is free", done)
    points.ok(s.coordinator.post(at + "/hand-over", {"reason": "안식년"}, key="dry").body == done.body, "the same key: the same answer")
    after = [s.coordinator.get(f"/v1/appointments/{i}").json for i in (told["id"], asked["id"])]
    points.ok([(a["state"], a["seats"][0]["state"], a["seats"][0]["reason"]) for a in after] ==
              [("tentative", "withdrawn", "안식년"), ("cancelled", "withdrawn", "안식년")], "the seats are vacant", after)

    def asked_instead(a):
        """By the ladder; it may have been there before we look."""
        now = s.coordinator.get(f"/v1/requests/{a['request_id']}").json
        last = s.coordinator.get(f"/v1/appointments/{now['appointment_ids'][-1]}").json
        return [x["expert"]["id"] for x in last["seats"] if x["state"] == "offered"]

    points.ok(all(who["id"] not in wait_for("the ladder", lambda: asked_instead(a)) for a in after), "the ladder has them")
    points.ok(s.coordinator.get(at + "/collisions").json["items"] == [], "nothing collides")
    points.ok(s.coordinator.post(at + "/hand-over", {"reason": "x"}).json["seats"] == [], "nothing is left to hand over")
    points.ok(len(s.mails(asked["id"])) > len(sent[1]), "the expert is told")
    undone = s.coordinator.post(f"/v1/appointments/{asked['id']}/undo", {}, match="*")
    points.ok(undone.code == "wrong-state", "who was told is not un-told", undone)
    resumed = s.coordinator.post(at + "/resume", {}, match="*")
    points.ok(resumed.status == 200 and not resumed.json["paused"], "the pause is over", resumed)
    points.ok(s.coordinator.post(at + "/resume", {}, match="*").code == "wrong-state", "once")

    # ---- shorter than the whole seconds in which ranking counts ----
    other = office.expert()
    blink = s.coordinator.post(f"/v1/experts/{other['id']}/absences",
                               {"from": "2026-06-04T10:00:00.200+09:00", "until": "2026-06-04T10:00:00.800+09:00"})
    ranked = s.coordinator.get(f"/v1/requests/{office.request()['id']}/candidates")
    points.ok(blink.status == 201 and ranked.status == 200, "an absence within one second spoils no ranking", ranked)

    # ---- a change of hours ----
    thursday = office.offer(office.request(windows=[{"from": "2026-06-10T09:00:00+09:00", "until": "2026-06-13T18:00:00+09:00"}]),
                            who, "2026-06-11T10:00:00+09:00")
    changed = s.manager.put(at + "/availability", {"weekly": [], "dates": [{"date": "2026-06-11", "windows": [{"from": "09:00", "until": "10:30"}]}]},
                            match="*")
    points.ok([(c["appointment_id"], c["cause"]) for c in changed.json["collisions"]] == [(thursday["id"], "hours")],
              "a change of hours tells what it leaves outside", changed)
    trail = s.sql(f"select string_agg(action, ' ' order by id) from jamund.audit where entity_id = '{who['id']}'")
    points.ok(trail == "expert.add availability.put absence.add absence.end expert.pause expert.hand_over expert.hand_over"
                       " expert.resume availability.put", "the audit tells it all", trail)
    points.ok(s.sql(f"select count(*) from jamund.change_log where entity_id = '{who['id']}'") == "9", "so does the change log")

    # ---- the link of an expert's own page ----
    points.ok(s.field.post(at + "/link", {}).status == 403, "the field team makes no links")
    one = s.coordinator.post(at + "/link", {}, key="link")
    points.ok(one.status == 201 and one.json["url"].endswith("/availability"), "a link to the expert's page", one)
    points.ok(s.coordinator.post(at + "/link", {}, key="link").body == one.body, "the same key: the same link")

    def path(link):
        return "/r/" + link.json["url"].split("/r/")[1]

    points.ok(s.nobody.get(path(one)).status == 200, "it opens the page")
    two = s.manager.post(at + "/link", {})
    points.ok(s.nobody.get(path(one)).status == 410 and s.nobody.get(path(two)).status == 200, "a new one ends the old one")
    points.ok(s.nobody.form(path(one), "change=pause&version=1").status == 410, "which changes nothing any more")
    points.ok(one.json["url"] not in s.log.read_text() and path(two).split("/")[2] not in s.log.read_text(), "no link is in the log")
points.done()
