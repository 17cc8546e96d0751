#!/usr/bin/python3
# The roster in: files by the command line, experts and companies by the API.
import json
import threading

import data
from service import TOP, Service, Tap

GOLDEN = TOP / "tests/golden/roster"
points = Tap()


def said(done):
    return done.stdout.decode().splitlines() + done.stderr.decode().splitlines()


def everybody(s):
    return s.sql("select jamund.expert_body(e) || jsonb_build_object('id', id, 'version', version)"
                 " from jamund.experts e order by email")


with Service(points) as s:
    # ---- files of experts ----
    before = s.counts()
    dry = s.cli("import", "experts", "--dry-run", GOLDEN / "experts-utf8.csv")
    points.ok(dry.returncode == 0 and sum(line.startswith("added\t") for line in said(dry)) == 119,
              "--dry-run shows every expert that would be added", said(dry)[-3:])
    points.ok(s.counts() == before, "and adds none")
    done = s.cli("import", "experts", GOLDEN / "experts-utf8.csv")
    points.ok(done.returncode == 0 and "119 added or changed, 0 unchanged" in said(done), "a file is imported",
              said(done)[-3:])
    wanted = {row["row"]["email"]: row["row"] for row in json.loads((GOLDEN / "experts.json").read_text())}
    rows, cursor = [], ""
    while cursor is not None:
        page = s.manager.get("/v1/experts?limit=50" + (f"&cursor={cursor}" if cursor else "")).json
        rows, cursor = rows + page["items"], page["next_cursor"]
    points.ok(len(rows) == 119 and len({e["id"] for e in rows}) == 119, "the pages hold each expert once")
    odd = [e["email"] for e in rows if any(e[m] != wanted[e["email"]].get(m, e[m]) for m in
                                           ("name", "phone", "affiliation", "term", "caps", "buffers", "zone"))]
    points.ok(not odd, "names, lost zeros and quoted newlines are right", odd)
    first = everybody(s)
    counts = s.counts()
    for name in ("experts-utf8", "experts-bom-crlf", "experts-cp949"):
        again = s.cli("import", "experts", GOLDEN / f"{name}.csv")
        points.ok("0 added or changed, 119 unchanged" in said(again) and everybody(s) == first
                  and s.counts() == counts, f"{name} after it changes nothing", said(again)[-3:])
    text = (GOLDEN / "experts-utf8.csv").read_text().replace("노무-001 전문위원", "노무-001 위원", 1).encode()
    dry = s.cli("import", "experts", "--dry-run", "-", stdin=text)
    points.ok(said(dry)[0] == "changed\t노무-001 위원 (name)" and "1 added or changed, 118 unchanged" in said(dry)[1]
              and everybody(s) == first, "--dry-run names the member that would change", said(dry))
    done = s.cli("import", "experts", "-", stdin=text)
    points.ok(s.sql("select count(*) from jamund.experts where version = 2 and name = '노무-001 위원'") == "1"
              and s.sql("select count(*) from jamund.experts where version = 2") == "1",
              "and is changed without it, nobody else", said(done))

    for kind in ("experts", "companies"):
        before = s.counts()
        done = s.cli("import", kind, GOLDEN / f"{kind}-faulty.csv")
        faults = [line.split("|") for line in (GOLDEN / f"{kind}-faulty.errors").read_text().splitlines()]
        # a quoted newline is one blank in the message
        missed = [f for f in faults if not any(line.startswith(f"{f[0]}행 {f[1]}") and f[2] in line
                                               for line in said(done))]
        points.ok(done.returncode == 1 and not missed, f"each faulty line of {kind} is named with its column",
                  missed, said(done))
        points.ok(s.counts() == before, "and nothing is written")
    bad = ("성명,이메일,전화,분야,방식,위촉시작,위촉종료,일한도,주한도,연간시간\n"
           "세무-90 전문위원,tax-90@example.kr,,세무:1,방문,2026-01-01,2027-12-31,2,6,60\n"
           "세무-91 전문위원,tax-91@example.kr,,점성술:1,방문,2026-01-01,2027-12-31,2,6,60\n").encode()
    done = s.cli("import", "experts", "-", stdin=bad)
    points.ok(done.returncode == 1 and any(line.startswith("3행 ") and "점성술" in line for line in said(done)),
              "a field that is not in the database is named by line", said(done))
    points.ok(s.counts() == before, "all or nothing")
    points.ok(s.cli("import", "experts", "/nonexistent.csv").returncode == 1, "a file that is not there")
    points.ok(s.cli("import", "rooms", "-").returncode == 2, "what cannot be imported")

    # ---- files of companies ----
    done = s.cli("import", "companies", GOLDEN / "companies.csv")
    points.ok("3 added or changed, 0 unchanged" in said(done), "companies are imported", said(done))
    counts = s.counts()
    done = s.cli("import", "companies", GOLDEN / "companies.csv")
    points.ok("0 added or changed, 3 unchanged" in said(done) and s.counts() == counts,
              "the same companies again change nothing", said(done))
    one = s.coordinator.get("/v1/companies?q=123-45-67891").json["items"]
    points.ok(len(one) == 1 and one[0]["name"] == "예시정밀 001" and one[0]["contacts"][0]["phone"] == "053-000-0001",
              "a company is found by its number", one)

    # ---- one expert ----
    body = data.expert(95)
    made = s.manager.post("/v1/experts", body)
    at = made.headers["Location"]
    got = s.manager.get(at)
    points.ok(made.status == 201 and made.etag == '"v1"' and got.json == made.json and got.etag == made.etag,
              "an expert is added and found at Location", made)
    points.ok({m: got.json[m] for m in body} == body, "with each member as sent", got)
    points.ok(s.manager.get(at, if_none_match=got.etag).status == 304, "If-None-Match: 304")
    points.ok(s.manager.get(at, if_none_match=f'"x", W/{got.etag}').status == 304, "in a list, and weak: 304")
    points.ok(s.manager.get(at, if_none_match='"x"').status == 200, "another ETag: 200")
    head = s.manager.call("HEAD", at)
    points.ok(head.status == 200 and head.etag == got.etag and head.body == b"", "HEAD is GET without a body")
    points.ok(s.manager.post("/v1/experts", body).code == "duplicate", "the same e-mail again: 409")
    upper = {**body, "email": body["email"].upper()}
    points.ok(s.manager.post("/v1/experts", upper).code == "duplicate", "in capitals too")
    new = {**body, "name": "세무-95 위원"}
    points.ok(s.manager.put(at, new).status == 428, "PUT without If-Match: 428")
    late = s.manager.put(at, new, match='"v7"')
    points.ok(late.status == 412 and late.json["current"] == '"v1"', "with a stale one: 412 with the current", late)
    points.ok(s.manager.put(at, new, match='W/"v1"').status == 412, "a weak tag never matches")
    changed = s.manager.put(at, new, match=got.etag)
    points.ok(changed.status == 200 and changed.etag == '"v2"' and changed.json["name"] == new["name"],
              "with the current one it is changed", changed)
    points.ok(s.manager.put(at, body, match="*").etag == '"v3"', "* is any")
    wrong = s.manager.post("/v1/experts", data.expert(96, fields=[{"field": "astrology", "level": 1}],
                                                      districts=["suseong", "mars"], zone="Asia/Daegu"))
    points.ok(wrong.code == "invalid" and wrong.pointers == ["/districts/1", "/fields/0/field", "/zone"],
              "what the database does not know is named by pointer", wrong)
    twice = s.manager.put(at, {**body, "email": rows[0]["email"]}, match="*")
    points.ok(twice.code == "duplicate", "somebody else's e-mail: 409", twice)
    gone = "/v1/experts/00000000-0000-4000-8000-000000000000"
    points.ok(s.manager.get(gone).status == 404 and s.manager.put(gone, body, match="*").status == 404,
              "an expert who is not there: 404")
    both = []

    def change(name):
        both.append(s.client(s.tokens["manager"]).put(at, {**body, "name": name}, match='"v3"').status)

    threads = [threading.Thread(target=change, args=(f"세무-{n} 위원",)) for n in (1, 2)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    points.ok(sorted(both) == [200, 412], "of two changes of one version one wins", both)
    found = s.field.get("/v1/experts?q=%EC%84%B8%EB%AC%B4-002&field=tax").json["items"]
    points.ok([e["name"] for e in found] == ["세무-002 전문위원"], "experts are found by name and field", found)

    # ---- one company ----
    body = data.company(500)
    made = s.field.post("/v1/companies", body)
    at = made.headers["Location"]
    points.ok(made.status == 201 and s.field.get(at).json == made.json, "the visit team adds a company", made)
    same = s.field.post("/v1/companies", body)
    points.ok(same.code == "duplicate" and same.json["existing"] == {"id": made.json["id"], "name": body["name"]},
              "the same number: 409 that names it", same)
    alike = data.company(501, name="(주)예시정밀500", contacts=[])
    likely = s.field.post("/v1/companies", alike)
    points.ok(likely.code == "likely-duplicate" and [c["id"] for c in likely.json["likely"]] == [made.json["id"]],
              "a name but for its legal form: 409 with the likely one", likely)
    mail = data.company(502, contacts=[data.contact(500)])
    points.ok(s.field.post("/v1/companies", mail).code == "likely-duplicate", "a contact in common: the same")
    points.ok(s.field.post("/v1/companies", {**alike, "distinct": True}).status == 201, "distinct: true says no")
    added = s.field.post(at + "/contacts", data.contact(777, consent=False))
    got = s.field.get(at)
    points.ok(added.status == 201 and got.etag == '"v2"' and len(got.json["contacts"]) == 2
              and [c["consent"] for c in got.json["contacts"]] == [True, False], "a contact is added", added, got)
    again = s.field.post(at + "/contacts", data.contact(777))
    points.ok(again.json["id"] == added.json["id"] and again.json["consent"], "with the same e-mail: changed", again)
    wrong = s.field.post("/v1/companies", data.company(503, registration_number="123-45-67890"))
    points.ok(wrong.code == "invalid" and wrong.pointers == ["/registration_number"], "the checksum counts", wrong)
    wrong = s.field.post("/v1/companies", data.company(503, district="mars"))
    points.ok(wrong.pointers == ["/district"], "and the district", wrong)
    found = s.field.get("/v1/companies?q=%E3%88%9C%EC%98%88%EC%8B%9C%EC%A0%95%EB%B0%80500").json["items"]
    points.ok(len(found) == 2, "a company is found by its name but for its legal form", found)

    # ---- rooms ----
    room = s.manager.post("/v1/places", {"ko": "상담실 1", "en": "Room 1"})
    points.ok(room.status == 201 and room.json["turnaround"] == 0, "a room is added", room)
    points.ok(s.manager.post("/v1/places", {"ko": "상담실 1", "en": "Room 1"}).code == "duplicate", "once")
    points.ok([p["id"] for p in s.field.get("/v1/places").json["items"]] == [room.json["id"]], "and listed")
points.done()
