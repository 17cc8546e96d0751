#!/usr/bin/python3
# What a score is made of: each part by its own fact, the office's weights and what-if, where one expert stands.
import data
from service import Service, Tap, wait_for

DAY = "2026-06-04"  # a Thursday
points = Tap()


def windows(day=DAY, start="09", end="18"):
    return [{"from": f"{day}T{start}:00:00+09:00", "until": f"{day}T{end}:00:00+09:00"}]


with Service(points) as s:
    office = data.Office(s)
    company = office.company()
    one, two = sorted((office.expert(notice_hours=0, districts=["suseong", "jung"]) for _ in range(2)), key=lambda e: e["id"])

    def candidates(asked, query=""):
        got = s.coordinator.get(f"/v1/requests/{asked['id']}/candidates{query}")
        if got.status != 200:
            raise AssertionError(str(got))
        return got.json["candidates"]

    def parts(candidate):
        return {p["part"]: p["points"] for p in candidate["parts"]}

    def turned(asked, part, who, name):
        """`who` is first now, by that part alone."""
        first, second = (c for c in candidates(asked) if c["expert"]["id"] in (one["id"], two["id"]))
        odd = [p for p in parts(first) if p != part and parts(first)[p] != parts(second)[p]]
        points.ok(first["expert"]["id"] == who["id"] and parts(first)[part] > parts(second)[part] and not odd,
                  f"{part}: {name}", [first, second])

    def told(sql):
        """A change of both from behind the service, and in the log."""
        s.sql(sql)
        for e in (one, two):
            s.sql(f"select jamund.log_change('{{\"actor_kind\": \"system\", \"via\": \"system\"}}', 'expert', '{e['id']}', 'expert.put')")

    def put(who, **changes):
        where = f"/v1/experts/{who['id']}"
        now = s.manager.get(where)
        body = data.writable(now.json)
        return office.made(s.manager.put(where, {**body, **changes}, match=now.etag))

    asked = office.request(company, windows=windows(), topics=["부가세", "원천세"])
    found = candidates(asked)
    points.ok([c["expert"]["id"] for c in found] == [one["id"], two["id"]] and parts(found[0]) == parts(found[1]),
              "two alike stand by id", found)
    points.ok(list(parts(found[0])) == [r.split(" | ")[0].strip("| ") for r in
                                        s.cli("scores").stdout.decode().splitlines()[2:]], "every part of `jamund scores` is there")

    put(one, fields=[{"field": "tax", "level": 2}])
    turned(asked, "field_level", two, "a higher level")
    put(one, fields=[{"field": "tax", "level": 3}])
    put(two, topics=["부가세", "원천세"])
    turned(asked, "topics", two, "more topics in common")
    put(two, topics=["부가세"])

    # scarcity: what the last plan found
    told(f"insert into jamund.expert_prices values ('{one['id']}', 'tax', 60, gen_random_uuid())")
    turned(asked, "scarcity", two, "whom others need less")
    told("delete from jamund.expert_prices")

    # response: a decline, far from the windows, leaves nothing else behind
    other = office.request(windows=windows("2026-06-24"))
    seat = office.offer(other, one, "2026-06-24T10:00:00+09:00")["seats"][0]
    s.coordinator.post(f"/v1/seats/{seat['id']}/decline", {"via": "phone", "reason": "출장"}, match='"v1"')
    turned(asked, "response", two, "who has not declined")
    told("update jamund.seats set created_at = '2025-12-31T12:00:00+09:00'")
    points.ok(parts(candidates(asked)[0]) == parts(candidates(asked)[1]), "response: before the term does not count")

    # fairness: hours, then what they are measured against
    made = office.offer(office.request(windows=windows("2026-06-24")), one, "2026-06-24T10:00:00+09:00")
    turned(asked, "fairness", two, "fewer hours")
    caps = {"per_day": 2, "per_week": 6}
    put(two, caps={**caps, "hours_per_year": 5})
    found = candidates(asked)
    points.ok([p["ko"] for p in found[0]["parts"] if p["part"] == "fairness"] == ["이번 임기 상담 0시간 0분, 몫은 0시간 4분"],
              "its sentence tells hours and share", found[0]["parts"])
    put(two, caps={**caps, "hours_per_year": 60})
    s.coordinator.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "다음"}, match=made.get("etag") or '"v1"')
    told("update jamund.seats set created_at = '2025-12-31T12:00:00+09:00'")

    # place: a meeting of the same day nearby; none where the way is too long for the time between
    near = office.request(office.company(district="jung"), windows=windows(DAY, "14", "15"))
    made = office.offer(near, two, f"{DAY}T14:00:00+09:00")
    got = {c["expert"]["id"]: c for c in candidates(asked, "?weights=fairness:0")}
    points.ok(parts(got[two["id"]])["place"] == 87 and parts(got[one["id"]])["place"] == 50,
              "place: another meeting of the day, 15 minutes away", got[two["id"]]["parts"])
    ways = s.manager.get("/v1/travel")
    far = [{**w, "minutes": 600} if {w["from"], w["to"]} == {"jung", "suseong"} else w for w in ways.json["ways"]]
    new = s.manager.put("/v1/travel", {"ways": far}, match=ways.etag)
    points.ok(new.status == 200 and new.json["ways"] == far, "the office says how far districts are apart", new)
    got = {c["expert"]["id"]: c for c in candidates(asked, "?weights=fairness:0")}
    points.ok(parts(got[two["id"]])["place"] == 0, "place: without the time for the way", got[two["id"]]["parts"])
    no = s.manager.put("/v1/travel", {"ways": [{"from": "jung", "to": "magic", "minutes": 5}]}, match=new.etag)
    points.ok(no.status == 422 and [e["pointer"] for e in no.json["errors"]] == ["/ways/0/to"], "to no such district", no)
    s.manager.put("/v1/travel", {"ways": ways.json["ways"]}, match=new.etag)
    s.coordinator.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "다음"}, match='"v1"')

    # preference and earliness
    wish = office.request(company, windows=windows() + windows("2026-06-05"), preferred_windows=windows("2026-06-05", "10", "12"))
    got = candidates(wish)[0]
    points.ok([x[:16] for x in got["slots"]] == ["2026-06-05T10:00", "2026-06-05T10:30", "2026-06-05T11:00", "2026-06-04T09:00",
                                               "2026-06-04T09:30"] and parts(got)["preference"] == 100,
              "preference: slots that the company likes best come first", got)
    office.dates(one, {"2026-06-05": [("12:00", "18:00")]})
    got = {c["expert"]["id"]: parts(c) for c in candidates(wish)}
    points.ok(got[one["id"]]["preference"] == 0 and got[two["id"]]["preference"] == 100 and
              got[one["id"]]["earliness"] > got[two["id"]]["earliness"], "who is not there then is not preferred, but earlier", got)
    no = s.coordinator.post("/v1/requests", data.request(office.case(company)["id"], windows=windows(),
                                                         preferred_windows=windows("2026-06-05")))
    points.ok(no.status == 422 and [e["pointer"] for e in no.json["errors"]] == ["/preferred_windows/0"],
              "wished is what is possible", no)
    office.dates(one, {})
    office.dates(one, {DAY: [("13:00", "18:00")]})
    found = candidates(asked)
    points.ok(found[0]["expert"]["id"] == two["id"] and parts(found[0])["earliness"] > parts(found[1])["earliness"],
              "earliness: who can sooner", found)
    office.dates(one, {})

    # continuity: the same expert until it is solved
    def session(outcome, start):
        return office.made(s.coordinator.post(f"/v1/requests/{asked['id']}/sessions", {
            "expert_ids": [two["id"]], "start": start,
            "report": {"outcome": outcome, "summary": "상담", "minutes": 60, "follow_up": outcome != "solved"}}))

    def continuity(request):
        return {c["expert"]["id"]: parts(c)["continuity"] for c in candidates(request)}[two["id"]]

    sister = office.request(company, windows=windows())
    points.ok(continuity(asked) == 0, "continuity: new to the company")
    session("unsolved", "2026-05-27T10:00:00+09:00")
    told("update jamund.requests set preferred_id = null")  # the report prefers them, too
    points.ok(continuity(asked) == 300 and continuity(sister) == 100, "who left it unsolved goes on; the company is known")
    asked = s.coordinator.get(f"/v1/requests/{asked['id']}").json
    told("update jamund.reports set outcome = 'solved'")
    points.ok(continuity(asked) == 200, "once it is solved, others may come, too")

    # ---- what if ----
    where = f"/v1/requests/{asked['id']}/candidates"
    before = s.coordinator.get(where)
    plain = {c["expert"]["id"]: parts(c) for c in before.json["candidates"]}
    got = s.coordinator.get(where + "?weights=continuity:0,place:300")
    odd = [(c, plain[c["expert"]["id"]]) for c in got.json["candidates"] if parts(c)["continuity"] != 0 or
           parts(c)["place"] != 3 * plain[c["expert"]["id"]]["place"] or sum(parts(c).values()) != c["score"] or
           any(parts(c)[p] != plain[c["expert"]["id"]][p] for p in parts(c) if p not in ("continuity", "place"))]
    points.ok(got.status == 200 and not odd, "what if: those parts weigh so, the others as before", odd)
    points.ok(got.json["candidates"][0]["expert"]["id"] == one["id"] != before.json["candidates"][0]["expert"]["id"],
              "the order turns")
    points.ok(s.coordinator.get(where).body == before.body, "and nothing stays")
    for text in ("magic:1", "place", "place:1001", "place:1,place:2", "place:-1", "place:1000,topics:1000", "%20"):
        no = s.coordinator.get(where + "?weights=" + text)
        points.ok(no.status == 422 and [e["pointer"] for e in no.json["errors"]] == ["/weights"], f"what if {text}", no)

    # ---- the office's own ----
    now = s.coordinator.get("/v1/weights")
    points.ok(now.json["version"] == 1 and now.json["weights"]["continuity"] == 300 and now.etag == '"v1"', "the standard weights", now)
    new = s.manager.put("/v1/weights", {"weights": {"continuity": 0}}, match=now.etag)
    points.ok(new.status == 200 and new.json["weights"] == {**now.json["weights"], "continuity": 0}, "the manager sets one", new)
    points.ok(s.coordinator.get("/v1/weights").json == new.json, "and it stays")
    points.ok(s.coordinator.get(where).json["candidates"] == s.coordinator.get(where + "?weights=continuity:0").json["candidates"],
              "candidates are ranked by it")
    auto = office.request(company, windows=windows(), preferred_expert_id=two["id"], policy="auto")
    wait_for("the ladder", lambda: s.sql(f"select ladder_at is null from jamund.requests where id = '{auto['id']}'") == "t")
    first = s.coordinator.get(f"/v1/requests/{auto['id']}").json["appointment_ids"][0]
    points.ok(s.coordinator.get(f"/v1/appointments/{first}").json["seats"][0]["expert"]["id"] == one["id"], "so does the ladder")
    for body, pointer in (({"weights": {"magic": 1}}, "/weights/magic"), ({"weights": {"topics": 1001}}, "/weights/topics"),
                          ({"weights": {"topics": -1}}, "/weights/topics"), ({}, "/weights"),
                          ({"weights": {"topics": 1000, "place": 1000}}, "/weights")):
        no = s.manager.put("/v1/weights", body, match=new.etag)
        points.ok(no.status == 422 and [e["pointer"] for e in no.json["errors"]] == [pointer], f"no such weights: {body}", no)
    points.ok(s.manager.put("/v1/weights", {"weights": {}}, match='"v1"').status == 412, "not over somebody else's")
    points.ok(s.coordinator.put("/v1/weights", {"weights": {}}, match=new.etag).status == 403, "the manager alone")
    back = s.manager.put("/v1/weights", {"weights": {}}, match=new.etag)
    points.ok(back.json["weights"] == now.json["weights"], "what is not named is standard again", back)

    # ---- where one stands ----
    third = office.expert(notice_hours=0, fields=[{"field": "tax", "level": 2}], topics=[])
    away = office.expert(modes=["phone"])
    ranked = candidates(asked)
    places = {c["expert"]["id"]: s.coordinator.get(f"{where}/{c['expert']['id']}").json for c in ranked}
    odd = [p for c, p in zip(ranked, places.values()) if any(p[k] != c[k] for k in ("expert", "rank", "score", "parts", "slots"))
           or p["of"] != len(ranked) or p["reason"] is not None]
    points.ok(len(ranked) == 3 and not odd, "a candidate stands where the ranking says", odd)
    odd = [b for p in places.values() for b in p["behind"] if b["missing"] != sum(x["missing"] for x in b["parts"]) or
           b["missing"] != b["score"] - p["score"] or ranked[b["rank"] - 1]["expert"] != b["expert"]]
    points.ok(not odd, "what is missing is the sum of its parts", odd)
    points.ok([[b["rank"] for b in places[c["expert"]["id"]]["behind"]] for c in ranked] == [[], [1], [2, 1]],
              "to the next one above and to the first")
    last = places[third["id"]]
    missing = {x["part"]: x["missing"] for x in last["behind"][-1]["parts"]}
    points.ok(missing["field_level"] == 100 and missing["topics"] == 50 and last["behind"][-1]["missing"] > 0 and
              last["ko"].startswith("첫 번째 후보보다 ") and "less than the first" in last["en"], "part by part", last)
    got = s.coordinator.get(f"{where}/{away['id']}").json
    points.ok(got["reason"] == "mode" and got["ko"] and got["en"] and "rank" not in got and got["of"] == 3, "why not: the first rule", got)
    top = ranked[0]["expert"]["id"]
    points.ok(s.coordinator.get(f"{where}/{top}?weights=continuity:0").json["rank"] != 1, "what if, here too")
    points.ok(s.coordinator.get(f"{where}/{top}?seat=2").json["errors"][0]["pointer"] == "/seat", "no such seat")
    nobody = "00000000-0000-4000-8000-000000000000"
    points.ok(s.coordinator.get(f"{where}/{nobody}").status == 404, "an expert who is not there")
    points.ok(s.coordinator.get(f"/v1/requests/{nobody}/candidates/{top}").status == 404, "nor a request")
points.done()
