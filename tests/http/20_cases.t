#!/usr/bin/python3
# A case, and the request that it needs.
import data
from service import Service, Tap

points = Tap()
with Service(points) as s:
    office = data.Office(s)
    company = s.field.post("/v1/companies", data.company(1, contacts=[
        data.contact(1), data.contact(2, consent=False)])).json
    yes, no = [c["id"] for c in company["contacts"]]

    # ---- the case ----
    made = s.field.post("/v1/cases", data.case(company["id"], triage=None))
    at = made.headers["Location"]
    points.ok(made.status == 201 and made.json["state"] == "received" and made.json["created_by"] == s.users["field"],
              "the visit team enters a case", made)
    points.ok(s.field.get(at).json == made.json and s.field.get(at, if_none_match=made.etag).status == 304,
              "which is found at Location, with its ETag")
    asked = data.request(made.json["id"], contact_id=yes)
    early = s.field.post("/v1/requests", asked)
    points.ok(early.code == "wrong-state", "no request before the case is triaged as deep", early)
    points.ok(s.field.post(at + "/triage", {"triage": "deep"}).status == 428, "triage asks for If-Match")
    points.ok(s.field.post(at + "/triage", {"triage": "deep"}, match='"v9"').status == 412, "the current one")
    deep = s.field.post(at + "/triage", {"triage": "review", "reason": "살펴봅니다"}, match=made.etag)
    points.ok(deep.json["state"] == "triaged" and deep.json["triage"] == "review", "a case is triaged", deep)
    deep = s.field.post(at + "/triage", {"triage": "deep"}, match=deep.etag)
    points.ok(deep.json["triage"] == "deep" and deep.etag == '"v3"', "and triaged anew", deep)
    points.ok(s.field.post("/v1/cases", data.case(made.json["id"])).pointers == ["/company_id"],
              "a case is of a company that is there")
    points.ok(s.field.post("/v1/cases", data.case(company["id"])).json["state"] == "triaged",
              "a case may come triaged")

    # ---- the request ----
    request = s.field.post("/v1/requests", asked)
    points.ok(request.status == 201 and request.json["state"] == "open", "a request is added", request)
    points.ok(request.json["owner_id"] == s.users["coordinator"] and request.json["created_by"] == s.users["field"],
              "the only coordinator owns what the visit team asks", request)
    points.ok({m: request.json[m] for m in ("seats", "mode", "minutes", "windows", "contact_id")} ==
              {m: asked[m] for m in ("seats", "mode", "minutes", "windows", "contact_id")}, "with what was sent")
    case = s.field.get(at)
    points.ok(case.json["state"] == "in_consultation" and case.json["request_ids"] == [request.json["id"]],
              "the case is in consultation", case)
    second = s.coordinator.post("/v1/requests", {**asked, "deputy_id": s.users["manager"], "topics": ["부가세", "환급"],
                                                 "urgency": "urgent", "deadline": "2026-06-09T18:00:00+09:00"})
    points.ok(second.json["owner_id"] == s.users["coordinator"] and second.json["deputy_id"] == s.users["manager"]
              and second.json["urgency"] == "urgent", "who asks owns it, a deputy is named", second)
    points.ok(s.field.get(at).etag != case.etag, "the case with another request has another ETag")
    named = s.field.post("/v1/requests", {**asked, "owner_id": s.users["manager"]})
    points.ok(named.json["owner_id"] == s.users["manager"], "an owner is named", named)

    room = office.room()
    expert = office.expert()
    nobody = "00000000-0000-4000-8000-000000000000"
    for name, pointers, change in (
            ("an owner who does not coordinate", ["/owner_id"], {"owner_id": s.users["field"]}),
            ("a deputy who is not there", ["/deputy_id"], {"deputy_id": nobody}),
            ("a contact without consent", ["/contact_id"], {"contact_id": no}),
            ("another company's contact", ["/contact_id"], {"contact_id": office.company()["contacts"][0]["id"]}),
            ("an unknown field", ["/seats/0/field"], {"seats": [{"field": "astrology", "min_level": 1}]}),
            ("a preferred expert who is not there", ["/preferred_expert_id"], {"preferred_expert_id": nobody}),
            ("an excluded expert who is not there", ["/excluded_expert_ids/1"],
             {"excluded_expert_ids": [expert["id"], nobody]}),
            ("the centre without a room", ["/place_id"], {"mode": "center"}),
            ("a room that is not there", ["/place_id"], {"mode": "center", "place_id": nobody}),
            ("a room for a visit", ["/place_id"], {"place_id": room["id"]}),
            ("a link for a visit", ["/online_url"], {"online_url": "https://meet.example.kr/1"}),
            ("windows that are over", ["/windows"],
             {"windows": [{"from": "2026-05-01T09:00:00+09:00", "until": "2026-05-02T09:00:00+09:00"}]}),
            ("windows that are shorter than the meeting", ["/windows"],
             {"windows": [{"from": f"2026-06-0{d}T09:00:00+09:00", "until": f"2026-06-0{d}T09:59:00+09:00"} for d in (3, 4)]}),
            ("a case that is not there", ["/case_id"], {"case_id": nobody})):
        before = s.counts()
        wrong = s.field.post("/v1/requests", {**asked, **change})
        points.ok(wrong.status == 422 and wrong.pointers == pointers and s.counts() == before, name + ": 422", wrong)
    for mode, more in (("center", {"place_id": room["id"]}), ("online", {"online_url": "https://meet.example.kr/1"}),
                       ("online", {}), ("phone", {})):
        fine = s.field.post("/v1/requests", {**asked, "mode": mode, **more})
        points.ok(fine.status == 201, f"a request for {mode} with {list(more)}", fine)
    two = s.field.post("/v1/requests", {**asked, "windows": [
        {"from": "2026-06-05T00:00:00Z", "until": "2026-06-05T03:00:00Z"},
        {"from": "2026-06-04T17:30:00+09:00", "until": "2026-06-04T18:00:00+09:00"},
        {"from": "2026-06-04T14:00:00+09:00", "until": "2026-06-04T17:30:00+09:00"}]})
    points.ok(two.json["windows"] == [{"from": "2026-06-04T14:00:00+09:00", "until": "2026-06-04T18:00:00+09:00"},
                                      {"from": "2026-06-05T09:00:00+09:00", "until": "2026-06-05T12:00:00+09:00"}],
              "windows are told in order, those that touch as one, in the office's time", two)

    # ---- lists ----
    mine = s.field.get(f"/v1/requests?owner_id={s.users['manager']}").json["items"]
    points.ok([r["id"] for r in mine] == [named.json["id"]], "requests are found by owner")
    points.ok(len(s.field.get("/v1/requests?state=open").json["items"]) == 8
              and not s.field.get("/v1/requests?state=done").json["items"], "and by state")
    points.ok([c["state"] for c in s.field.get(f"/v1/cases?company_id={company['id']}").json["items"]] ==
              ["triaged", "in_consultation"], "cases are found by company")

    # ---- the end ----
    case = s.field.get(at)
    live = s.coordinator.post(at + "/close", {"answer": "해결"}, match=case.etag)
    points.ok(live.code == "wrong-state", "a case with a live request stays open", live)
    points.ok(s.coordinator.post(f"/v1/requests/{second.json['id']}/withdraw", {}, match="*").status == 422,
              "to withdraw takes a reason")
    for reply in (request, second, named):
        where = f"/v1/requests/{reply.json['id']}"
        gone = s.coordinator.post(where + "/withdraw", {"reason": "필요 없음"}, match=s.coordinator.get(where).etag)
        points.ok(gone.status == 200 and gone.json["state"] == "withdrawn", "a request is withdrawn", gone)
    again = s.coordinator.post(where + "/withdraw", {"reason": "필요 없음"}, match=gone.etag)
    points.ok(again.code == "wrong-state", "once", again)
    for row in s.coordinator.get("/v1/requests?state=open").json["items"]:
        s.coordinator.post(f"/v1/requests/{row['id']}/withdraw", {"reason": "필요 없음"}, match="*")
    closed = s.coordinator.post(at + "/close", {"answer": "전화로 답함"}, match="*")
    points.ok(closed.json["state"] == "closed" and closed.json["answer"] == "전화로 답함", "a case is closed", closed)
    points.ok(s.coordinator.post(at + "/triage", {"triage": "deep"}, match="*").code == "wrong-state", "and stays so")
    points.ok(s.coordinator.post(at + "/reopen", {}, match="*").status == 422, "to reopen takes a reason")
    points.ok(s.coordinator.post(at + "/reopen", {"reason": "다시"}, match="*").json["state"] == "reopened", "it comes back")
    points.ok(s.coordinator.post("/v1/requests", asked).status == 201, "and takes a request")
    points.ok(s.sql("select count(*) from jamund.audit a full join jamund.change_log l using (version)"
                    " where a.version is null or l.version is null") == "0", "each change has its audit entry")
points.done()
