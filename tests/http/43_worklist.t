#!/usr/bin/python3
# The worklist: each kind comes and goes by doing the thing; whose it is; pages, counts; who may see it.
import json
import re
from urllib.parse import urlencode

import data
from mail import mails
from service import Service, Tap, wait_for

points = Tap()
THURSDAY = "2026-06-04T10:00:00+09:00"
ALL = ["collision", "unmatched", "lost_expert", "countered", "other_time", "offer_expiring", "reply", "message_dead", "report_overdue", "unassigned", "untriaged"]


def kinds(s, query="", who="coordinator"):
    return [i["kind"] for i in getattr(s, who).get("/v1/worklist" + query).json["items"]]


def only(s, kind):
    """The one item there is."""
    items = s.coordinator.get("/v1/worklist").json["items"]
    if [i["kind"] for i in items] != [kind]:
        raise AssertionError(f"{kind}: {items}")
    return items[0]


def do(s, path, body):
    return s.coordinator.post(path, body, match="*")


def shows(s, kind, name, entity, ident, ends, *end):
    """A kind is there with its entity, and gone after what ends it."""
    item = only(s, kind)
    points.ok((item["entity"], item["id"]) == (entity, ident), name, item)
    points.ok(all(item[w].startswith(item["company"]["name"] + " · ") for w in ("ko", "en")), "it says so in words", item)
    done = do(s, ends, *end)
    points.ok(done.status == 200 and kinds(s) == [], f"and is gone after {ends.rsplit('/', 1)[1]}", done, kinds(s))
    return item


def each_kind(s, office):
    points.ok(kinds(s) == [], "nothing waits")
    counts = s.coordinator.get("/v1/worklist").json["counts"]
    points.ok([c["kind"] for c in counts] == ALL and all(c["count"] == 0 and c["ko"] and c["en"] for c in counts), "every kind is counted", counts)

    case = office.case(triage=None)
    shows(s, "untriaged", "a case that nobody triaged", "case", case["id"], f"/v1/cases/{case['id']}/triage", {"triage": "review"})
    do(s, f"/v1/cases/{case['id']}/close", {"answer": "안내"})

    who, asked = office.expert(), office.request()
    item = only(s, "unassigned")
    points.ok((item["entity"], item["id"], item["owner"]["id"], item["person"]) == ("request", asked["id"], s.users["coordinator"], None),
              "a request for which nobody was asked", item)
    made = office.offer(asked, who, THURSDAY)
    seat = made["seats"][0]
    points.ok(kinds(s) == [], "an offer takes it away")

    s.at("2026-06-01T16:30:00+09:00")  # its deadline: eight working hours after ten
    points.ok(kinds(s) == ["offer_expiring"] and only(s, "offer_expiring")["due"] == seat["respond_by"], "an offer about to expire")
    points.ok(only(s, "offer_expiring")["person"] == {k: who[k] for k in ("id", "name", "email", "phone")}, "with whom to call")
    shows(s, "offer_expiring", "its seat", "seat", seat["id"], f"/v1/seats/{seat['id']}/accept", {"via": "phone"})

    link = next(found[0] for m in mails(s, made["id"]) if (found := re.search(r"/r/[^/\s]+/company", m.text)))
    revision = s.coordinator.get(f"/v1/appointments/{made['id']}").json["revision"]
    s.nobody.form(link, urlencode({"answer": "other_time", "revision": revision, "reason": "감사 기간"}))
    item = shows(s, "other_time", "the company asks for another time", "appointment", made["id"],
                 f"/v1/appointments/{made['id']}/keep-time", {"reason": "방이 없음"})
    points.ok(item["person_as"] == "company" and item["person"]["phone"] and item["due"] == THURSDAY, "with whom to call", item)

    other = office.offer(office.request(), office.expert(), THURSDAY)
    seat = other["seats"][0]
    do(s, f"/v1/seats/{seat['id']}/counter", {"via": "phone", "proposals": ["2026-06-05T14:00:00+09:00"]})
    shows(s, "countered", "other times are proposed", "seat", seat["id"], f"/v1/seats/{seat['id']}/take", {"start": "2026-06-05T14:00:00+09:00"})

    do(s, f"/v1/seats/{seat['id']}/drop-out", {"via": "phone", "reason": "병가"})
    shows(s, "lost_expert", "the expert dropped out", "request", other["request_id"], f"/v1/appointments/{other['id']}/reassign",
          {"expert_id": office.expert()["id"]})
    do(s, f"/v1/requests/{other['request_id']}/withdraw", {"reason": "해결"})

    asked = office.request()
    office.offer(asked, office.expert(), "2026-06-05T10:00:00+09:00")
    s.at("2026-06-04T09:30:00+09:00")
    wait_for("the sweep", lambda: kinds(s) == ["lost_expert"])
    points.ok("did not answer in time" in only(s, "lost_expert")["en"], "an offer expired by itself")
    version = s.sql(f"select version from jamund.requests where id = '{asked['id']}'")
    s.sql(f"select api.ladder_exhausted('{asked['id']}', {version})")
    item = only(s, "unmatched")
    points.ok(item["id"] == asked["id"], "nobody is left", item)
    do(s, f"/v1/requests/{asked['id']}/reopen", {"reason": "넓힘"})
    points.ok(kinds(s) == ["unassigned"], "looking again", kinds(s))
    do(s, f"/v1/requests/{asked['id']}/withdraw", {"reason": "해결"})
    points.ok(kinds(s) == [], "withdrawn")

    body = data.writable(who)
    term = {"from": "2026-01-01", "until": "2026-06-03"}
    s.manager.put(f"/v1/experts/{who['id']}", {**body, "term": term}, match="*")
    item = only(s, "collision")
    points.ok(item["appointment_id"] == made["id"] and "term" in item["en"] and item["due"] == THURSDAY, "a term that ends before the meeting", item)
    s.manager.put(f"/v1/experts/{who['id']}", body, match="*")
    points.ok(kinds(s) == [], "and not any more")
    where = f"/v1/experts/{who['id']}"
    paused = s.manager.post(where + "/pause", {"reason": "휴식"}, match=s.manager.get(where).etag)
    points.ok(paused.status == 200 and "paused" in only(s, "collision")["en"], "a pause", paused)
    back = s.manager.post(where + "/resume", {}, match="*")
    points.ok(back.status == 200 and kinds(s) == [], "and its end", back)

    s.at("2026-06-05T11:00:00+09:00")
    shows(s, "report_overdue", "a day without a report", "appointment", made["id"], f"/v1/appointments/{made['id']}/complete",
          {"outcome": "solved", "summary": "끝", "minutes": 60, "follow_up": False})


def dead_mail(s, office):
    made = office.offer(office.request(), office.expert(), THURSDAY)
    wait_for("the mail to die", lambda: kinds(s) == ["message_dead"])
    item = only(s, "message_dead")
    points.ok(item["entity"] == "message" and item["appointment_id"] == made["id"] and item["person_as"] == "expert", "a mail that died", item)
    s.stop()
    del s.settings["smtp_url"]  # mails go to the spool
    s.start()
    points.ok(s.coordinator.post(f"/v1/messages/{item['id']}/replay", {}).status == 200 and kinds(s) == [], "sent again: gone")


def whose(s, office):
    office.request()
    field = office.made(s.field.post("/v1/requests", data.request(office.case()["id"], owner_id=s.users["manager"],
                                                                   deputy_id=s.users["coordinator"])))
    office.case(triage=None)
    points.ok(kinds(s) == ["unassigned", "unassigned", "untriaged"], "the owner's, the deputy's and nobody's", kinds(s))
    mine = s.manager.get("/v1/worklist").json["items"]
    points.ok([i["id"] for i in mine if i["kind"] == "unassigned"] == [field["id"]], "the manager's own", mine)
    points.ok(mine[0]["owner"]["id"] == s.users["manager"] and mine[0]["deputy"]["id"] == s.users["coordinator"], "named", mine)
    points.ok(len(kinds(s, "?all=true", "manager")) == 3 and len(kinds(s, "?all=false", "manager")) == 2, "everybody's on demand")
    points.ok([c["count"] for c in s.manager.get("/v1/worklist?all=true&kind=untriaged").json["counts"] if c["count"]] == [2, 1],
              "counts of all kinds")
    for role in ("field", "admin", "nobody"):
        points.ok(getattr(s, role).get("/v1/worklist").status == (401 if role == "nobody" else 403), f"not for {role}")
    for query, pointer in (("?kind=nonsense", "/kind"), ("?kind=No", "/kind"), ("?cursor=7", "/cursor"), ("?all=maybe", "/all"),
                           ("?limit=0", "/limit"), ("?owner=x", "/owner")):
        points.ok(s.coordinator.get("/v1/worklist" + query).pointers == [pointer], f"{query} is named")
    wait_for("the trace", lambda: s.sql("select count(*) from jamund.reads where what like '%/v1/worklist'") != "0")
    points.ok(True, "reading it leaves a trace")


def pages(s, office):
    for _ in range(7):
        office.request()
    seen, cursor = [], None
    while True:
        page = s.coordinator.get("/v1/worklist?limit=3" + (f"&cursor={cursor}" if cursor else "")).json
        seen += page["items"]
        if len(seen) == 3:
            s.coordinator.post(f"/v1/requests/{seen[0]['id']}/withdraw", {"reason": "해결"}, match="*")
        cursor = page["next_cursor"]
        if not cursor:
            break
    ids = [i["id"] for i in seen]
    points.ok(len(set(ids)) == len(ids) == 7, "each once, though one went meanwhile", ids)
    points.ok(ids == [i["id"] for i in sorted(seen, key=lambda i: (i["since"], i["id"]))], "oldest first, then by id", json.dumps(seen)[:500])


with Service(points, sweep_every="100ms") as s:
    each_kind(s, data.Office(s))
with Service(points, sweep_every="100ms", smtp_url="smtp://127.0.0.1:1", outbox_attempts_max=1) as s:
    dead_mail(s, data.Office(s))
for part in (whose, pages):
    with Service(points) as s:
        part(s, data.Office(s))
points.done()
