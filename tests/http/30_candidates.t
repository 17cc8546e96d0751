#!/usr/bin/python3
# Who may serve a request, why, when; and who may not, and why not.
import datetime
import threading

import data
from service import Service, Tap

DAY = "2026-06-04"  # a Thursday
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
points = Tap()


def windows(day=DAY):
    return [{"from": f"{day}T09:00:00+09:00", "until": f"{day}T18:00:00+09:00"}]


def always(start, end):
    return [{"weekday": day, "from": start, "until": end} for day in WEEKDAYS]


with Service(points) as s:
    office = data.Office(s)
    company = office.company(affiliation="예시그룹")
    good = [office.expert(), office.expert(fields=[{"field": "tax", "level": 2}], topics=[]),
            # the office's morning is the evening before in New York: until midnight, 13:00 in Seoul
            office.expert(zone="America/New_York", availability=always("20:00", "24:00")),
            office.expert(zone="Europe/Berlin", availability=always("02:00", "08:30"), notice_hours=0)]
    faults = {
        "not_in_field": office.expert(fields=[{"field": "legal", "level": 3}]),
        "level": office.expert(fields=[{"field": "tax", "level": 1}]),
        "term_over": office.expert(term={"from": "2025-01-01", "until": "2026-06-03"}),
        "paused": office.expert(),
        "conflict_company": office.expert(conflicts={"companies": [company["registration_number"]]}),
        "conflict_affiliation": office.expert(conflicts={"affiliations": ["(주)예시 그룹"]}),
        "excluded": office.expert(),
        "mode": office.expert(modes=["center"]),
        "district": office.expert(districts=["buk"]),
        "language": office.expert(languages=["en"]),
        "no_free_slot": office.expert(availability=[{"weekday": "sat", "from": "09:00", "until": "18:00"}]),
        "notice": office.expert(notice_hours=720),
        "cap_day": office.expert(caps={"per_day": 1, "per_week": 6, "hours_per_year": 60}),
        "cap_week": office.expert(caps={"per_day": 2, "per_week": 1, "hours_per_year": 60}, notice_hours=0),
        "cap_year": office.expert(caps={"per_day": 2, "per_week": 6, "hours_per_year": 1}),
    }
    busy = {"busy all day": office.expert(availability=always("09:00", "12:00"))}
    s.sql(f"insert into jamund.absences (expert_id, created_at, during) values"
          f" ('{faults['paused']['id']}', '{DAY}', tstzrange('2026-05-01T00:00:00Z', null));"
          f"select jamund.log_change('{{\"actor_kind\": \"system\", \"via\": \"system\"}}', 'expert', '{faults['paused']['id']}', 'expert.pause')")
    for who, start in ((faults["cap_day"], f"{DAY}T09:00:00+09:00"), (faults["cap_week"], "2026-06-02T09:00:00+09:00"),
                       (faults["cap_year"], "2026-06-17T09:00:00+09:00")):
        other = office.request(windows=windows(start[:10]))
        office.offer(other, who, start)
    office.offer(office.request(windows=windows(), minutes=180), busy["busy all day"], f"{DAY}T09:00:00+09:00")

    asked = office.request(company, windows=windows(), languages=["ko"], topics=["부가세"],
                           excluded_expert_ids=[faults["excluded"]["id"]])
    where = f"/v1/requests/{asked['id']}/candidates"
    got, again = s.coordinator.get(where), s.coordinator.get(where)
    points.ok(got.status == 200 and got.body == again.body, "two reads are the same bytes", got)
    found, against = got.json["candidates"], {i["expert"]["id"]: i for i in got.json["ineligible"]}
    points.ok({c["expert"]["id"] for c in found} == {e["id"] for e in good}, "who may serve is ranked",
              [c["expert"]["name"] for c in found])
    points.ok([c["rank"] for c in found] == list(range(1, len(found) + 1)) and
              [c["score"] for c in found] == sorted((c["score"] for c in found), reverse=True), "by score")
    points.ok(all(sum(p["points"] for p in c["parts"]) == c["score"] for c in found), "whose parts sum to it")
    points.ok(all(p["ko"] and p["en"] for c in found for p in c["parts"]), "each part has its sentence")
    for reason, who in faults.items():
        row = against.get(who["id"], {})
        points.ok(row.get("reason") == reason and row["ko"] and row["en"], f"why not: {reason}", row)
    row = against.get(busy["busy all day"]["id"], {})
    points.ok(row.get("reason") == "no_free_slot", "why not: the time is held already", row)
    points.ok(len(found) + len(against) == int(s.sql("select count(*) from jamund.experts")), "everybody is in one list")

    # who may not serve is not offered a seat, whatever the start
    for reason, who in {**faults, **busy}.items():
        no = s.coordinator.post("/v1/appointments", {"request_id": asked["id"], "expert_id": who["id"],
                                                     "start": f"{DAY}T10:30:00+09:00"})
        rules = [r["rule"] for r in no.json.get("rules", [])]
        wanted = "availability" if reason == "no_free_slot" else reason
        if reason in busy:
            points.ok(no.code == "slot-taken" and no.json["conflict"]["kind"] == "expert", "booking says: " + reason, no)
        else:
            points.ok(no.code == "needs-override" and wanted in rules, f"booking says the same: {reason}", no)

    # every slot listed can be booked
    by_zone = {c["expert"]["id"]: c for c in found}
    points.ok(all(slot.endswith(offset) for e, offset in zip(good, ("+09:00", "+09:00", "-04:00", "+02:00"))
                  for slot in by_zone[e["id"]]["slots"]), "slots are told in the expert's own time",
              [c["slots"] for c in found])
    points.ok(all(1 <= len(c["slots"]) <= 5 for c in found), "one to five for each")
    for candidate in found:
        for slot in candidate["slots"]:
            made = s.coordinator.post("/v1/appointments", {"request_id": asked["id"], "start": slot,
                                                           "expert_id": candidate["expert"]["id"]})
            points.ok(made.status == 201, f"a listed slot is booked: {slot}", made)
            if made.status == 201:
                s.coordinator.post(f"/v1/appointments/{made.json['id']}/cancel", {"reason": "다음"}, match=made.etag)
    later = s.coordinator.get(where).json
    points.ok([{**c, "load": 0} for c in later["candidates"]] == [{**c, "load": 0} for c in found]
              and later["as_of"] > got.json["as_of"], "after it all is as before, as of a later version")

    # what is held is not offered again, to anyone whom it concerns
    first = found[0]
    slot = first["slots"][0]
    office.offer(asked, first["expert"], slot)
    other = office.request(windows=windows(), topics=["부가세"])
    rest = s.coordinator.get(f"/v1/requests/{other['id']}/candidates").json["candidates"]
    points.ok(all(slot not in c["slots"] for c in rest if c["expert"] == first["expert"]), "a held slot is not listed")
    same = office.request(company, windows=windows())
    rest = s.coordinator.get(f"/v1/requests/{same['id']}/candidates").json["candidates"]
    points.ok(rest and all(slot != c["slots"][0] for c in rest), "nor to the same company with anybody else")

    # the deadline ends the windows
    short = office.request(windows=windows(), deadline=f"{DAY}T10:30:00+09:00")
    slots = [x for c in s.coordinator.get(f"/v1/requests/{short['id']}/candidates").json["candidates"]
             for x in c["slots"]]
    points.ok(slots and all("T09:" in x or "T02:" in x or "T20:" in x for x in slots), "a deadline bounds the slots", slots)

    # the office's cap for a company: candidates and booking agree, year by year
    cap = lambda n: s.sql(f"update jamund.office set company_cap_per_year = {n}")
    cap(1)
    again = office.request(company, windows=windows("2026-06-05"), topics=["부가세"])
    rows = {i["expert"]["id"]: i["reason"] for i in s.coordinator.get(f"/v1/requests/{again['id']}/candidates").json["ineligible"]}
    points.ok({rows.get(e["id"]) for e in good} == {"company_cap"}, "why not: company_cap", rows)
    body = {"request_id": again["id"], "expert_id": good[0]["id"], "start": "2026-06-05T10:00:00+09:00"}
    no = s.coordinator.post("/v1/appointments", body)
    points.ok(no.code == "needs-override" and [(r["rule"], r["hard"]) for r in no.json["rules"]] == [("company_cap", False)],
              "booking says the same: company_cap", no)
    year = office.request(company, windows=[{"from": "2026-12-31T09:00:00+09:00", "until": "2027-01-04T18:00:00+09:00"}])
    slots = {x for c in s.coordinator.get(f"/v1/requests/{year['id']}/candidates").json["candidates"] for x in c["slots"]}
    points.ok(any(x.startswith("2026-12-31T20:") and x.endswith("-05:00") for x in slots) and
              not any(x.startswith("2026-12-31") and x.endswith("+09:00") for x in slots),
              "the next year begins on the office's clock", sorted(slots))
    night = {"request_id": year["id"], "expert_id": good[2]["id"]}
    points.ok([r["rule"] for r in s.coordinator.post("/v1/appointments", {**night, "start": "2026-12-31T14:30:00+00:00"}).json
               ["rules"]][:1] == ["company_cap"], "and so booking counts")
    slot = min(x for x in slots if x.endswith("-05:00"))
    made = s.coordinator.post("/v1/appointments", {**night, "start": slot})
    points.ok(made.status == 201, "a slot listed beyond New Year is booked", made)
    made = s.coordinator.post("/v1/appointments", {**body, "override_reason": "센터장 승인"})
    points.ok(made.status == 201 and made.json["seats"][0]["overridden"] == ["company_cap"], "more take a reason", made)
    results = []
    for n in range(6):  # two requests of one company with two experts at two times: one is too many
        at, gate = office.company(), threading.Barrier(2)
        pairs = [(office.request(at, windows=windows("2026-06-08")), office.expert(), f"2026-06-08T{h}:00:00+09:00")
                 for h in ("10", "14")]
        clients, got = [s.client(s.tokens["coordinator"]) for _ in pairs], []

        def take(client, asked, who, start):
            gate.wait()
            got.append(client.post("/v1/appointments", {"request_id": asked["id"], "expert_id": who["id"], "start": start}))
        threads = [threading.Thread(target=take, args=(c, *p)) for c, p in zip(clients, pairs)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        results.append(sorted((r.status, r.code) for r in got))
    points.ok(results == [[(201, None), (409, "needs-override")]] * 6, "two at once do not slip past the cap", results)
    cap(0)
    again = office.request(company, windows=windows("2026-06-09"))
    points.ok(s.coordinator.get(f"/v1/requests/{again['id']}/candidates").json["candidates"], "0: there is no cap")

    # candidates and booking agree on hours of single dates and of days on which a clock changes
    york = office.expert(zone="America/New_York", availability=[], notice_hours=0)
    berlin = office.expert(zone="Europe/Berlin", availability=[{"weekday": "sun", "from": "01:00", "until": "04:00"}],
                           notice_hours=0)
    seoul = office.expert(notice_hours=0)
    office.dates(york, {"2026-11-01": [("01:00", "02:00")], "2027-03-14": [("01:00", "04:00")],
                        "2026-06-10": [("22:00", "24:00")], "2026-06-11": [("00:00", "01:00")]})
    office.dates(seoul, {"2026-06-11": [("09:30", "10:30"), ("20:00", "21:00")], "2026-06-12": [],
                         "2026-08-15": [("10:00", "11:00")]})
    s.sql("insert into jamund.holidays values ('2026-06-10', '쉬는 날', 'Holiday'), ('2026-08-15', '광복절', 'Liberation Day')")
    rows = [  # expert, start, minutes, whether it can be met
        (york, "2026-11-01T01:00:00-04:00", 120, True), (york, "2026-11-01T01:30:00-04:00", 120, False),
        (york, "2026-11-01T01:30:00-05:00", 30, True), (york, "2026-11-01T02:00:00-05:00", 30, False),
        (york, "2027-03-14T01:00:00-05:00", 120, True), (york, "2027-03-14T01:30:00-05:00", 120, False),
        (york, "2026-06-10T23:30:00-04:00", 60, True), (york, "2026-06-11T00:30:00-04:00", 60, False),
        (berlin, "2026-10-25T01:00:00+02:00", 240, True), (berlin, "2026-10-25T02:00:00+02:00", 240, False),
        (berlin, "2027-03-28T01:00:00+01:00", 120, True), (berlin, "2027-03-28T01:30:00+01:00", 120, False),
        (seoul, "2026-06-11T09:30:00+09:00", 60, True), (seoul, "2026-06-11T10:00:00+09:00", 60, False),
        (seoul, "2026-06-11T20:00:00+09:00", 60, True), (seoul, "2026-06-12T10:00:00+09:00", 60, False),
        (seoul, "2026-06-10T10:00:00+09:00", 60, False), (seoul, "2026-08-15T10:00:00+09:00", 60, True)]
    for who, start, minutes, meets in rows:
        at = datetime.datetime.fromisoformat(start)
        here = office.request(minutes=minutes, windows=[
            {"from": start, "until": (at + datetime.timedelta(minutes=minutes)).isoformat()}])
        got = s.coordinator.get(f"/v1/requests/{here['id']}/candidates").json["candidates"]
        listed = [x for c in got if c["expert"]["id"] == who["id"] for x in c["slots"]]
        made = s.coordinator.post("/v1/appointments", {"request_id": here["id"], "expert_id": who["id"], "start": start})
        rules = [r["rule"] for r in made.json.get("rules", [])]
        points.ok(listed == ([start] if meets else []), f"{start} for {minutes} minutes is listed: {meets}", listed)
        points.ok(made.status == 201 if meets else rules == ["availability"], "and booking says the same", made)
        if made.status == 201:
            s.coordinator.post(f"/v1/appointments/{made.json['id']}/cancel", {"reason": "다음"}, match=made.etag)
    s.sql("delete from jamund.holidays where day in ('2026-06-10', '2026-08-15')")

    missing = s.coordinator.get("/v1/requests/00000000-0000-4000-8000-000000000000/candidates")
    points.ok(missing.status == 404, "no candidates for what is not there", missing)
points.done()
