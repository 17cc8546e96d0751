#!/usr/bin/python3
# Bad input gets a clear error that names the field, and nothing is written. What slips through as a
# name, an address or a text is harmless where it comes out again.
import email
import email.policy
import json
import subprocess

import data
from service import TOP, Service, Tap, wait_for

points = Tap()
LINT = TOP / "tests/lib/icslint.py"
LONG = "가" * 30000


def change(body, path, value):
    """The body with one member changed; path "contacts/0/email"; value ... takes it out."""
    body = json.loads(json.dumps(body))
    at = body
    *way, last = [int(p) if p.isdigit() else p for p in path.split("/")]
    for p in way:
        at = at[p]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return body


with Service(points) as s:
    company = s.coordinator.post("/v1/companies", data.company(1)).json
    case = s.coordinator.post("/v1/cases", data.case(company["id"])).json
    expert = s.manager.post("/v1/experts", data.expert(1)).json
    request = s.coordinator.post("/v1/requests", data.request(case["id"])).json
    offer = {"request_id": request["id"], "expert_id": expert["id"], "start": "2030-01-01T10:00:00+09:00"}
    bodies = {
        "/v1/experts": (s.manager, data.expert(2)),
        "/v1/companies": (s.coordinator, data.company(2)),
        f"/v1/companies/{company['id']}/contacts": (s.coordinator, data.contact(2)),
        "/v1/cases": (s.coordinator, data.case(company["id"])),
        "/v1/requests": (s.coordinator, data.request(case["id"])),
        "/v1/appointments": (s.coordinator, offer),
        "/v1/places": (s.manager, {"ko": "상담실", "en": "Room"}),
    }
    before = s.counts()

    # ---- every body: what is not JSON, and what is not this shape ----
    for target, (who, body) in bodies.items():
        first = next(iter(body))
        text = json.dumps(body)
        for what, sent, status, pointer in (
                ("an unknown member", {**body, "surplus": 1}, 422, "/surplus"),
                ("a member missing", change(body, first, ...), 422, "/" + first),
                ("a member of another type", change(body, first, {"a": []}), 422, "/" + first),
                ("null", b"null", 422, ""),
                ("a list", b"[]", 422, ""),
                ("a member twice", (text[:-1] + f', "{first}": 1}}').encode(), 400, "/" + first),
                ("invalid UTF-8", text.encode()[:-1] + b', "x": "\xff\xfe"}', 400, None),
                ("half a body", text.encode()[:-1], 400, None),
                ("no body", b"", 400, None),
                ("NUL in a string", change(body, first, "a\0b"), (400, 422), None),
                ("nesting without end", b"[" * 5000, 400, None)):
            got = who.post(target, sent)
            fits = got.status in (status if isinstance(status, tuple) else (status,))
            points.ok(fits and (pointer is None or pointer in got.pointers), f"{target}: {what}", got)
        got = who.post(target, text.encode(), content_type="text/plain")
        points.ok(got.status == 415, f"{target}: another media type", got)
        got = who.call("POST", target, b"x" * (1 << 20 | 1))
        points.ok(got.status == 413, f"{target}: a body over the limit", got)
        who.close()
        points.ok(who.post(target, body, key=None).status == 400, f"{target}: no Idempotency-Key")
        points.ok(who.post(target, body, key="k" * 256).status == 400, f"{target}: a key too long")

    # ---- single fields, each named ----
    expert_body, company_body = data.expert(2), data.company(2)
    request_body = data.request(case["id"])
    case_body = data.case(company["id"])
    window = request_body["windows"][0]
    for target, body, path, value in (
            ("/v1/experts", expert_body, "email", "a b@example.kr"),
            ("/v1/experts", expert_body, "email", "x@example.kr\r\nBcc: all@example.kr"),
            ("/v1/experts", expert_body, "name", "세무\r\n위원"),
            ("/v1/experts", expert_body, "name", LONG),
            ("/v1/experts", expert_body, "phone", "010\n0000"),
            ("/v1/experts", expert_body, "fields/0/level", 4),
            ("/v1/experts", expert_body, "fields/0/field", "magic"),
            ("/v1/experts", expert_body, "districts/0", "atlantis"),
            ("/v1/experts", expert_body, "modes/0", "telepathy"),
            ("/v1/experts", expert_body, "term/from", "2026-02-30"),
            ("/v1/experts", expert_body, "term/until", "2020-01-01"),
            ("/v1/experts", expert_body, "caps/per_day", 0),
            ("/v1/experts", expert_body, "caps/per_week", 2.5),
            ("/v1/experts", expert_body, "availability/0/weekday", "someday"),
            ("/v1/experts", expert_body, "availability/0/from", "25:00"),
            ("/v1/experts", expert_body, "availability/0/until", "08:00"),
            ("/v1/experts", expert_body, "zone", "Mars/Olympus"),
            ("/v1/experts", expert_body, "conflicts/companies", ["1"]),
            ("/v1/companies", company_body, "registration_number", "123-45-67890"),
            ("/v1/companies", company_body, "registration_number", "12345"),
            ("/v1/companies", company_body, "district", "atlantis"),
            ("/v1/companies", company_body, "contacts/0/email", "no address"),
            ("/v1/companies", company_body, "contacts/0/consent", "yes"),
            ("/v1/companies", company_body, "address", "a\u2028b"),
            ("/v1/cases", case_body, "company_id", "1"),
            ("/v1/cases", case_body, "company_id", "00000000-0000-4000-8000-000000000000"),
            ("/v1/cases", case_body, "channel", "pigeon"),
            ("/v1/cases", case_body, "title", ""),
            ("/v1/cases", case_body, "text", LONG),
            ("/v1/requests", request_body, "seats", []),
            ("/v1/requests", request_body, "seats/0/min_level", 0),
            ("/v1/requests", request_body, "minutes", 10),
            ("/v1/requests", request_body, "windows", []),
            ("/v1/requests", request_body, "windows/0/from", window["from"][:19]),
            ("/v1/requests", request_body, "windows/0/from", "2026-13-01T09:00:00+09:00"),
            ("/v1/requests", request_body, "windows/0/until", window["from"]),
            ("/v1/requests", request_body, "deadline", "tomorrow"),
            ("/v1/requests", request_body, "urgency", "very"),
            ("/v1/requests", request_body, "online_url", "javascript:alert(1)"),
            ("/v1/requests", request_body, "owner_id", "00000000-0000-4000-8000-000000000000"),
            ("/v1/requests", request_body, "contact_id", "00000000-0000-4000-8000-000000000000"),
            ("/v1/requests", request_body, "preferred_expert_id", "00000000-0000-4000-8000-000000000000"),
            ("/v1/appointments", offer, "start", "2030-01-01T10:00:00"),
            ("/v1/appointments", offer, "start", "2020-01-01T10:00:00+09:00"),
            ("/v1/appointments", offer, "expert_id", "00000000-0000-4000-8000-000000000000"),
            ("/v1/appointments", offer, "request_id", "x")):
        who = s.manager if target == "/v1/experts" else s.coordinator
        got = who.post(target, change(body, path, value))
        points.ok(got.status == 422 and any(p.startswith("/" + path) or ("/" + path).startswith(p + "/")
                                            for p in got.pointers),
                  f"{target}: {path} = {str(value)[:30]!r}", got)
    points.ok(s.counts() == before, "nothing of all this was written")

    # ---- targets, queries, methods ----
    for target, status in (("/v1/experts?limit=0", 422), ("/v1/experts?limit=101", 422), ("/v1/experts?nope=1", 422),
                           ("/v1/experts?limit=1&limit=2", 400), ("/v1/experts?cursor=x", 422),
                           ("/v1/fields?q=1", 400), ("/v1/experts/1", 404), ("/v1/nothing", 404),
                           ("/v1/experts/%00", 400), ("/v1/experts/00000000-0000-4000-8000-000000000000", 404)):
        got = s.coordinator.get(target, check=status not in (404, 400))
        points.ok(got.status == status, f"GET {target}: {status}", got)
    got = s.coordinator.call("PUT", "/v1/fields", {}, check=False)
    points.ok(got.status == 405 and "GET" in got.headers.get("allow", ""), "another method: 405 and Allow", got)
    seen, cursor = [], ""
    for n in range(3, 8):
        s.manager.post("/v1/experts", data.expert(n))
    while cursor is not None:
        page = s.manager.get("/v1/experts?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen, cursor = seen + [e["id"] for e in page["items"]], page["next_cursor"]
    points.ok(len(seen) == len(set(seen)) == 6, "a cursor gives each item once", seen)

    # ---- what is allowed comes out harmless ----
    nasty = "\"';<script>alert(1)</script> \\n,;:^ {{x}} %s $(id) 😀"
    bad = s.coordinator.post("/v1/companies", data.company(9, name=nasty, address=nasty)).json
    hurt = s.coordinator.post("/v1/cases", data.case(bad["id"], title=nasty, text=nasty + "\nBEGIN:VEVENT\n.\nEND")).json
    asked = s.coordinator.post("/v1/requests", data.request(hurt["id"], contact_id=bad["contacts"][0]["id"])).json
    best = s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json["candidates"][0]
    made = s.coordinator.post("/v1/appointments", {"request_id": asked["id"], "expert_id": best["expert"]["id"],
                                                   "start": best["slots"][0]}).json
    seat = made["seats"][0]["id"]
    s.coordinator.post(f"/v1/seats/{seat}/accept", {"via": "phone"}, match="*")
    wait_for("the mails", lambda: len(list(s.spool.glob("*.eml"))) >= 3) # the offer may be over before it is sent
    for path in sorted(s.spool.glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        kept = nasty in str(mail.get_body(("plain",)).get_content())
        html = mail.get_body(("html",)).get_content()
        heads = [name.lower() for name in mail.keys()]
        points.ok(kept and "<script>" not in html and len(heads) == len(set(heads)) and mail["bcc"] is None,
                  f"a mail keeps the text as text ({mail['subject'][:20]}…)", mail.as_string()[:2000])
        if mail.get_content_type() == "multipart/mixed":
            lint = subprocess.run([LINT, "--mail", path], capture_output=True, text=True)
            points.ok(lint.returncode == 0, "and the linter passes it", lint.stdout)
    url = s.manager.post(f"/v1/experts/{best['expert']['id']}/feed", {}).json["url"]
    feed = s.coordinator.get("/feeds/" + url.rsplit("/", 1)[1])
    (s.dir / "feed.ics").write_bytes(feed.body)
    lint = subprocess.run([LINT, "--feed", s.dir / "feed.ics"], capture_output=True, text=True)
    points.ok(lint.returncode == 0 and feed.body.count(b"BEGIN:VEVENT\r\n") == 1, "and a feed holds one event of it",
              lint.stdout)
points.done()
