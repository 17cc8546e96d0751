#!/usr/bin/python3
# Webhooks: registering them, what an endpoint gets, what it may do, and whom we never call.
import data
from service import Service, Tap, wait_for

from receiver import Receiver

points = Tap()
HOOK = {"url": "https://sms.example.kr/in", "kinds": ["message.*"]}


def waiting(s):
    return s.sql("select count(*) from jamund.deliveries where state in ('queued', 'retry', 'sending')") != "0"


def settle(s):
    s.mails()
    wait_for("the deliveries", lambda: not waiting(s))


def rows(s, hook, columns="state"):
    return s.sql(f"select {columns} from jamund.deliveries where webhook_id = '{hook['id']}' order by seq").split("\n")


def register(s):
    bad = (
        ("http to elsewhere", {"url": "http://sms.example.kr/in"}, ["/url"]),
        ("http to this machine, with no setting for it", {"url": "http://127.0.0.1:1/"}, ["/url"]),
        ("http to localhost", {"url": "http://localhost/"}, ["/url"]),
        ("loopback", {"url": "https://127.0.0.1/"}, ["/url"]),
        ("a private address", {"url": "https://10.1.2.3:8443/in"}, ["/url"]),
        ("a cloud's metadata", {"url": "https://169.254.169.254/latest"}, ["/url"]),
        ("an address in brackets", {"url": "https://[::1]/"}, ["/url"]),
        ("a user in it", {"url": "https://u:p@example.kr/"}, ["/url"]),
        ("another scheme", {"url": "file:///etc/passwd"}, ["/url"]),
        ("a line end", {"url": "https://example.kr/\r\nX: y"}, ["/url"]),
        ("an unknown kind", {"kinds": ["message.offer", "message.nothing", "nothing.*"]}, ["/kinds/1", "/kinds/2"]),
        ("no kind", {"kinds": []}, ["/kinds"]),
        ("a kind twice", {"kinds": ["message.*", "message.*"]}, ["/kinds/1"]),
        ("an unknown member", {"secret": "whsec_x"}, ["/secret"]),
        ("a label of two lines", {"label": "a\nb"}, ["/label"]),
    )
    before = s.counts()
    for what, change, pointers in bad:
        reply = s.manager.post("/v1/webhooks", {**HOOK, **change})
        points.ok(reply.status == 422 and reply.pointers == pointers and reply.json["errors"][0]["ko"],
                  f"{what}: 422, named", reply)
    points.ok(s.counts() == before, "and nothing was written")

    made = s.manager.post("/v1/webhooks", HOOK, key="one")
    points.ok(made.status == 201 and made.json["secret"].startswith("whsec_") and made.json["active"]
              and made.headers["Location"] == f"/v1/webhooks/{made.json['id']}", "a webhook", made)
    points.ok(s.manager.post("/v1/webhooks", HOOK, key="one").json == made.json, "the same key tells the same secret")
    other = s.admin.post("/v1/webhooks", HOOK)
    points.ok(other.json["secret"] != made.json["secret"], "each has its own")
    path = made.headers["Location"]
    got = s.manager.get(path)
    points.ok(got.status == 200 and "secret" not in got.json and got.etag == '"v1"', "it is told once", got)
    points.ok([w["id"] for w in s.manager.get("/v1/webhooks").json["items"]] == [other.json["id"], made.json["id"]], "listed")
    turned = s.manager.post(path + "/rotate", {"grace_hours": 1}, key="turn")
    points.ok(turned.status == 200 and turned.json["secret"] != made.json["secret"]
              and turned.json["grace_until"] == "2026-06-01T11:00:00+09:00", "rotated", turned)
    points.ok(s.manager.post(path + "/rotate", {"grace_hours": 1}, key="turn").json == turned.json, "once per key")
    points.ok(s.manager.post(path + "/rotate", {"grace_hours": 169}).pointers == ["/grace_hours"], "not for ever")
    points.ok(s.manager.call("PATCH", path, {"label": "문자"}, match='"v1"').status == 412, "what changed meanwhile is not changed")
    points.ok(s.manager.call("PATCH", path, {"url": "https://192.168.0.1/"}, match="*").pointers == ["/url"], "nor to a bad URL")
    changed = s.manager.call("PATCH", path, {"label": "문자", "kinds": ["message.offer"], "active": False}, match='"v2"')
    points.ok((changed.status, changed.json["label"], changed.json["kinds"], changed.json["active"], changed.json["url"]) ==
              (200, "문자", ["message.offer"], False, HOOK["url"]), "changed, but for what was not named", changed)
    points.ok(s.manager.delete(path).status == 200 and s.manager.get(path).status == 404
              and s.manager.delete(path).status == 404, "deleted")
    texts = s.sql("select string_agg(i::text, '') || (select string_agg(w::text, '') from jamund.webhooks w)"
                  " || (select string_agg(a::text, '') from jamund.audit a) from jamund.idempotency i") + s.log.read_text()
    points.ok(not any(m.json["secret"].removeprefix("whsec_") in texts for m in (made, other, turned)),
              "no secret is in the database or the log")


def deliver(s, r, office):
    sms = office.made(s.manager.post("/v1/webhooks", {"url": r.base + "/sms", "kinds": ["message.*"]}))
    crm = office.made(s.manager.post("/v1/webhooks", {"url": r.base + "/crm", "kinds": ["appointment.*", "request.*"]}))
    r.secrets.update({"/sms": [sms["secret"]], "/crm": [crm["secret"]]})
    who = office.expert(phone="010-1111-1111")
    asked = office.request()
    made = office.offer(asked, who, "2026-06-04T10:00:00+09:00")
    settle(s)
    call, = r.on("/sms")
    doc, sent = call.json, call.json["data"]
    message = s.coordinator.get(f"/v1/messages?appointment_id={made['id']}").json["items"][0]
    points.ok(doc["type"] == "message.offer" and sent["message_id"] == message["id"] and sent["viewer"] == "expert"
              and sent["to"] == {"name": who["name"], "phone": "010-1111-1111"}
              and sent["appointment"] == {"id": made["id"], "state": "tentative", "start": made["start"], "end": made["end"]},
              "an offer for the gateway: whom to call, and when", doc)
    link = sent["link_url"]
    points.ok(s.nobody.get("/r/" + link.rsplit("/", 1)[1]).status == 200, "with a link that opens the offer's page", link)
    text = sent["text_ko"]
    points.ok(sent["title"].startswith("[자문 요청] 6월 4일") and text.startswith(sent["title"]) and link in text
              and "일시" in text and "회신 기한" in text and "메일" not in text, "and a Korean text that is no mail's", text)
    contact = s.coordinator.get(f"/v1/companies/{made['company_id']}").json["contacts"][0]
    hidden = [contact["email"], contact["phone"], contact["name"], "환급이", who["email"]]
    points.ok(not any(h in call.body.decode() for h in hidden), "nothing of the case or of others", call.body.decode())
    kept = s.sql("select string_agg(d::text, ' ') from jamund.deliveries d")
    points.ok(who["phone"] not in kept and link.rsplit("/", 1)[1] not in kept, "neither the number nor the link is kept with it")

    office.accept(made)
    settle(s)
    s.coordinator.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "비밀 사정"}, match="*")
    settle(s)
    points.ok([c.type for c in r.on("/crm") if c.subject == made["id"]] ==
              ["appointment.tentative", "appointment.confirmed", "appointment.cancelled"], "the life of an appointment, in order")
    points.ok([c.type for c in r.on("/crm") if c.subject == asked["id"]] ==
              ["request.open", "request.offered", "request.scheduled", "request.open"], "and of its request")
    points.ok([c.json["data"] for c in r.on("/crm")][-1].keys() <= {"appointment_id", "request_id", "case_id"}, "by ids alone")
    to = {(c.json["data"]["viewer"], c.json["data"]["to"]["phone"]) for c in r.on("/sms")}
    points.ok(to == {("expert", "010-1111-1111"), ("company", contact["phone"]), ("field", None)},
              "each reader with their own number", to)
    points.ok("비밀 사정" not in b"".join(c.body for c in r.got).decode(), "a reason is for people")
    points.ok(not r.odd and len({c.id for c in r.got}) == len(r.got), "each is signed, comes once, and has its own id", r.odd)
    return sms, crm


def phone_only(s, r, office):
    """A contact without an e-mail address: nobody could tell them but a gateway."""
    deaf = office.request(office.company(contacts=[{"name": "김예시", "phone": "010-2222-2222", "consent": True}]))
    office.accept(office.offer(deaf, office.expert(), "2026-06-04T10:00:00+09:00"))
    settle(s)
    points.ok(not [m for m in s.coordinator.get("/v1/messages").json["items"] if m["viewer"] == "company"],
              "without a gateway there is no message for them")
    hook = office.made(s.manager.post("/v1/webhooks", {"url": r.base + "/sms", "kinds": ["message.*"]}))
    r.secrets["/sms"] = [hook["secret"]]
    asked = office.request(office.company(contacts=[{"name": "이예시", "phone": "010-3333-3333", "consent": True}]))
    made = office.offer(asked, office.expert(), "2026-06-05T10:00:00+09:00")
    office.accept(made)
    settle(s)
    call, = [c for c in r.on("/sms") if c.json["data"]["viewer"] == "company"]
    sent = call.json["data"]
    points.ok((call.json["type"], sent["to"]) == ("message.invite", {"name": "이예시", "phone": "010-3333-3333"})
              and s.nobody.get(sent["link_url"][sent["link_url"].index("/r/"):]).status == 200, "with one, it tells them, link and all", sent)
    message = next(m for m in s.coordinator.get(f"/v1/messages?appointment_id={made['id']}").json["items"] if m["viewer"] == "company")
    points.ok((message["state"], message["to"]["email"], message["bytes_sha256"],
               (s.spool / f"{message['id']}.eml").exists()) == ("sent", "", None, False), "and no mail is made")


def guard(s, r, office):
    """Registered while a setting allowed it, or by a name that leads inwards: judged at the call."""
    hook = office.made(s.manager.post("/v1/webhooks", {"url": "https://2130706433/", "kinds": ["request.open"]}))
    name = office.made(s.manager.post("/v1/webhooks", {"url": f"https://localhost:{r.port}/name", "kinds": ["request.open"]}))
    inside = s.sql("insert into jamund.webhooks (url, kinds, created_at) values"
                   f" ('{r.base}/inside', '{{request.open}}', api.clock()) returning id")
    office.request()
    settle(s)
    for what, one in (("127.0.0.1 as a number", hook), ("a name that leads inwards", name), ("a URL of old settings", {"id": inside})):
        points.ok(rows(s, one, "state, last_error") == ["dead|its address is not a public one"], f"{what}: never called",
                  rows(s, one, "state, last_error"))
    points.ok(not r.got, "nobody heard anything")


with Service(points) as s:
    register(s)
receiver = Receiver()
with Service(points, webhook_networks="127.0.0.0/8") as s:
    hooks = deliver(s, receiver, data.Office(s))
    said = s.log.read_text()
    points.ok(receiver.base not in said and not any(h["secret"][6:] in said for h in hooks), "the log has neither URLs nor secrets")
    points.ok("jamund_webhooks_delivered_total " + str(len(receiver.got)) in s.inside("/metrics").body.decode().splitlines(),
              "counted in /metrics")
receiver.close()
receiver = Receiver()
with Service(points, webhook_networks="127.0.0.0/8") as s:
    phone_only(s, receiver, data.Office(s))
receiver.close()
receiver = Receiver()
with Service(points, webhook_attempts_max=1) as s:
    guard(s, receiver, data.Office(s))
receiver.close()
points.done()
