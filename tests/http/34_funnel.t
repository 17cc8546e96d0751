#!/usr/bin/python3
# A request without candidates: who is left after each rule, and what would help, which then does help.
import data
from service import Service, Tap

points = Tap()


def windows(*days, start="09", end="18"):
    return [{"from": f"{d}T{start}:00:00+09:00", "until": f"{d}T{end}:00:00+09:00"} for d in days]


with Service(points) as s:
    office = data.Office(s)
    company = office.company()
    late = [{"weekday": d, "from": "09:00", "until": "18:00"} for d in ("thu", "fri")]
    there = [office.expert(availability=late, notice_hours=0) for _ in range(4)]
    office.expert(fields=[{"field": "legal", "level": 3}])
    office.expert(fields=[{"field": "tax", "level": 1}], availability=late)
    office.expert(conflicts={"companies": [company["registration_number"]]})

    def look(asked):
        return s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json

    asked = office.request(company, windows=windows("2026-06-08", "2026-06-09"))  # Monday, Tuesday
    got = look(asked)
    points.ok(not got["candidates"] and [(x["rule"], x["left"]) for x in got["funnel"]["steps"]] ==
              [("not_in_field", 6), ("level", 5), ("conflict_company", 4), ("no_free_slot", 0)] and got["funnel"]["experts"] == 7,
              "7 experts, 6 in the field, 5 of the level, 4 without conflict, none in the windows", got)
    points.ok(all(x["ko"] and x["en"] for x in got["funnel"]["steps"] + got["funnel"]["suggestions"]), "each with its sentence")
    said = {(x["change"], x["value"]): x for x in got["funnel"]["suggestions"]}
    points.ok({k: x["candidates"] for k, x in said.items()} == {("weekday", "thu"): 4, ("weekday", "fri"): 4},
              "4 if Thursday were allowed, or Friday; nothing else would help", said)
    thursday = said["weekday", "thu"]
    points.ok(thursday["windows"] == windows("2026-06-08", "2026-06-09", "2026-06-11") and "목요일" in thursday["ko"],
              "with the windows that it takes", thursday)
    now = s.coordinator.get(f"/v1/requests/{asked['id']}")
    office.made(s.coordinator.post(f"/v1/requests/{asked['id']}/reopen", {"reason": "목요일도 가능", "windows": thursday["windows"]},
                                   match=now.etag))
    got = look(asked)
    points.ok(len(got["candidates"]) == thursday["candidates"] and "funnel" not in got, "made so, they are there; no funnel then", got)
    points.ok(all(c["slots"][0].startswith("2026-06-11") for c in got["candidates"]), "on Thursday")

    # every suggestion of other troubles: taken at its word, by a new request
    def suggestions(**changes):
        request = office.request(company, **changes)
        got = look(request)
        points.ok(not got["candidates"], f"nobody: {changes}", [c["expert"] for c in got["candidates"]])
        return {(x["change"], x["value"]): x["candidates"] for x in got["funnel"]["suggestions"]}

    on = {"windows": windows("2026-06-11")}
    for changes, key, cure in (
            ({"seats": [{"field": "tax", "min_level": 3}], "languages": ["vi"]}, ("language", None), {"languages": []}),
            ({"excluded_expert_ids": [e["id"] for e in there]}, ("excluded", None), {"excluded_expert_ids": []}),
            ({"deadline": "2026-06-11T09:30:00+09:00"}, ("deadline", None), {"deadline": None}),
            ({"windows": windows("2026-06-11", start="17", end="19"), "minutes": 90}, ("minutes", "30"), {"minutes": 30}),
            ({"windows": windows("2026-06-10")}, ("day_more", None), {"windows": windows("2026-06-10", "2026-06-11")})):
        promised = suggestions(**{**on, **changes}).get(key)
        found = look(office.request(company, **{**on, **changes, **cure}))["candidates"]
        points.ok(promised == len(found) > 0, f"{key} is kept", (promised, [c["expert"] for c in found]))
    far = office.company(district="gunwi")
    got = look(office.request(far, **on))
    said = {(x["change"], x["value"]): x["candidates"] for x in got["funnel"]["suggestions"]}
    for mode in ("online", "phone"):
        found = look(office.request(far, **on, mode=mode))["candidates"]
        points.ok(said.get(("mode", mode)) == len(found) > 0, f"the mode {mode} is kept", (said, found))
    words = {x["value"]: x["ko"] for x in got["funnel"]["suggestions"] if x["change"] == "mode"}
    points.ok(words.get("online") == "온라인 방식이라면" and words.get("phone") == "전화 방식이라면", "modes are said in words", words)
    points.ok(said.get(("district", None)) == 5, "or they come to a district that is not theirs", said)
    # several seats, each with somebody, and nobody for all at once
    day = lambda n: [{"weekday": d, "from": "09:00", "until": "18:00"} for d in n]
    office.expert(fields=[{"field": "patent", "level": 3}], availability=day(["mon", "wed"]))
    office.expert(fields=[{"field": "customs", "level": 3}], availability=day(["tue", "wed"]))
    both = [{"field": f, "min_level": 1} for f in ("patent", "customs")]
    got = look(office.request(company, seats=both, windows=windows("2026-06-08", "2026-06-09")))
    why = got["no_team"]
    said = {(x["change"], x["value"]): x for x in why["suggestions"]}
    points.ok(got["candidates"] and not got["teams"] and (why["rule"], why["seat"]) == ("no_common_start", None), "no start for both", got)
    points.ok(list(said) == [("weekday", "wed"), ("day_more", None)], "on Wednesday there would be", said)
    got = look(office.request(company, seats=both, windows=said["weekday", "wed"]["windows"]))
    points.ok(len(got["teams"]) == said["weekday", "wed"]["starts"] > 0 and "no_team" not in got, "and there is", got["teams"])
    got = look(office.request(company, seats=[both[0], {"field": "rnd", "min_level": 1}], windows=windows("2026-06-08")))
    points.ok((got["no_team"]["rule"], got["no_team"]["seat"]) == ("empty_seat", 2), "nobody for the second seat", got["no_team"])
    body = {"request_id": office.request(far, **on)["id"], "expert_id": there[0]["id"], "start": "2026-06-11T10:00:00+09:00"}
    points.ok(s.coordinator.post("/v1/appointments", body).code == "needs-override" and
              s.coordinator.post("/v1/appointments", {**body, "override_reason": "부탁함"}).status == 201, "which takes a reason")
points.done()
