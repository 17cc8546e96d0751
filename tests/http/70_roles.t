#!/usr/bin/python3
# Who may do what, and who sees what: every route and role against the printed tables.
import json
import re
import threading
from urllib.parse import urlencode

import data
from mail import mails
from service import ROLES, Service, Tap
from tables import disclosed, permitted, table

points = Tap()
NOBODY = "00000000-0000-4000-8000-000000000000"


def walk(value):
    """Every text in a JSON value."""
    if isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from walk(one)
    elif isinstance(value, str):
        yield value


def tokens_that_are_none(s):
    """name -> a token that speaks for nobody"""
    made = {}
    for name in ("revoked", "expired", "inactive"):
        mail = f"{name}@example.kr"
        s.cli("user", "add", mail, "manager", name)
        made[name] = s.cli("token", "add", mail, "--days=1").stdout.decode().strip()
        points.ok(s.client(made[name]).get("/v1/fields").status == 200, f"the {name} token was good once")
    rows = [line.split("\t") for line in s.cli("token", "list").stdout.decode().splitlines()]
    points.ok(s.cli("token", "revoke", next(r[0] for r in rows if r[1] == "revoked@example.kr")).returncode == 0,
              "`jamund token revoke` ends it")
    s.sql("update jamund.users set active = false where email = 'inactive@example.kr';"
          "update jamund.tokens set expires_at = '2026-06-01T00:59:59Z' where user_id ="
          " (select id from jamund.users where email = 'expired@example.kr')")
    return {"no": None, "unknown": "A" * 43, "malformed": "x", **made}


def routes(s):
    may, none = permitted(s), tokens_that_are_none(s)
    points.ok(may["ASSIGN"] == {"manager", "coordinator"} and may["KEEP_ROSTER"] == {"admin", "manager"}
              and "field" in may["TAKE_IN"] and "admin" not in may["TAKE_IN"], "the table says what was decided", may)
    before = s.counts()
    for row in table(s, "routes"):
        target = re.sub(r"{\w*id}", NOBODY, row["path"]).replace("{token}", "A" * 43)
        allowed, wrong = may[row["who may"]], []
        for method in [row["method"]] + (["HEAD"] if row["method"] == "GET" else []):
            body = None if method in ("GET", "HEAD", "DELETE") else b"{}"
            for name, token in [(r, s.tokens[r]) for r in ROLES] + list(none.items()):
                reply = s.client(token).call(method, target, body, match='"v1"')
                if allowed is None or name in allowed:
                    fine = reply.status not in (401, 403) and reply.status < 500
                elif name in ROLES:
                    fine = reply.status == 403
                else:
                    fine = reply.status == 401 and reply.headers["WWW-Authenticate"] == "Bearer"
                if not fine:
                    wrong.append(f"{name}: {reply}")
                s.clients.pop().close()
        points.ok(not wrong, f"{row['method']} {row['path']} is for {row['who may']} alone", wrong)
    points.ok(re.sub("audit.*", "", s.counts()) == re.sub("audit.*", "", before), "and nothing was written")
    for value in ("bearer " + s.tokens["field"], "Bearer  " + s.tokens["field"], "Basic " + s.tokens["field"],
                  "Bearer " + s.tokens["field"] + " x", s.tokens["field"]):
        reply = s.nobody.get("/v1/fields", authorization=value)
        points.ok(reply.status == (200 if value.startswith("bearer ") else 401), f"Authorization: {value[:8]}…", reply)
    points.ok(not any(t in s.log.read_text() for t in s.tokens.values()), "no token is in the log")


def facts(s):
    """Each personal fact has a text of its own; who may not see it does not get it anywhere."""
    shown, office, may = disclosed(s), data.Office(s), permitted(s)
    who = office.expert(email="expert-email@example.kr", phone="010-1111-1111")
    company = office.company(contacts=[{"name": "홍담당", "email": "contact-email@example.kr",
                                        "phone": "053-222-2222", "consent": True}])
    s.sql("update jamund.users set phone = '010-3333-3333', email = 'requester-email@example.kr' where role = 'field';"
          "update jamund.users set email = 'owner-email@example.kr' where role = 'coordinator'")
    case = office.made(s.field.post("/v1/cases", data.case(company["id"], text="비밀스러운 사정")))
    asked = office.made(s.field.post("/v1/requests", data.request(case["id"], contact_id=company["contacts"][0]["id"])))
    first = office.offer(asked, who, "2026-06-04T10:00:00+09:00")
    s.coordinator.post(f"/v1/seats/{first['seats'][0]['id']}/decline", {"via": "phone", "reason": "개인 휴가"}, match="*")
    made = office.offer(asked, who, "2026-06-12T20:00:00+09:00", override_reason="급한 사정")
    office.accept(made)
    later = office.offer(office.request(company), who, "2026-06-09T10:00:00+09:00")
    office.accept(later)
    link = next(re.search(r"/r/[^/\s]+/company", m.text)[0] for m in mails(s, later["id"]) if m.to == "contact-email@example.kr")
    s.nobody.form(link, urlencode({"answer": "other_time", "revision": 2, "reason": "은밀한 부탁"}))
    sent = mails(s, first["id"]) + mails(s, made["id"]) + mails(s, later["id"])
    for role in ROLES:
        got = getattr(s, role).get(f"/v1/appointments/{later['id']}")
        points.ok(got.status != 200 or ("은밀한 부탁" in set(walk(got.json))) == shown["wish.note", role], f"wish.note for {role}", got)
    s.at("2026-06-12T22:00:00+09:00")
    office.made(s.coordinator.post(f"/v1/appointments/{made['id']}/complete", {
        "outcome": "solved", "summary": "은밀한 결과", "minutes": 60, "follow_up": False}, match="*"))
    s.sql(f"insert into jamund.ratings values ('{made['id']}', 4, '은밀한 평가', 1, '2026-06-12T13:00:00Z')")
    office.made(s.coordinator.post(f"/v1/experts/{who['id']}/absences", {
        "from": "2026-07-01T00:00:00+09:00", "until": "2026-07-02T00:00:00+09:00", "reason": "병원 진료"}))
    texts = {"absence.reason": "병원 진료", "expert.email": who["email"], "expert.phone": who["phone"], "contact.name": "홍담당",
             "contact.email": "contact-email@example.kr", "contact.phone": "053-222-2222",
             "case.text": "비밀스러운 사정", "report.summary": "은밀한 결과", "requester.email": "requester-email@example.kr",
             "requester.phone": "010-3333-3333", "owner.email": "owner-email@example.kr",
             "seat.reason": "개인 휴가", "seat.override_reason": "급한 사정",
             "wish.note": "은밀한 부탁", "rating.comment": "은밀한 평가"}
    # whom a draft plan names has no text of its own: 85_plans.t
    # whom and what a calendar names is no reply's: 51_feed_scopes.t
    listed = {fact for fact, _ in shown if not fact.startswith("meeting.")}
    listed -= {fact for fact in listed if fact.startswith("reply.") or fact.endswith("_bounced_at")}  # 49_replies.t
    listed -= {fact for fact in listed if fact.startswith("calendar.")}  # 49_calendars.t
    points.ok(listed - {"draft.experts"} == set(texts), "each fact of the table has its text here", shown)

    # ---- replies: a fact is there where the table says so, and nowhere else ----
    where = {"expert.email": f"/v1/experts/{who['id']}", "expert.phone": "/v1/experts",
             "contact.name": f"/v1/companies/{company['id']}", "contact.email": "/v1/companies",
             "contact.phone": "/v1/companies", "case.text": f"/v1/cases/{case['id']}",
             "report.summary": f"/v1/appointments/{made['id']}",
             "absence.reason": f"/v1/experts/{who['id']}/absences",
             "seat.reason": f"/v1/seats/{first['seats'][0]['id']}", "seat.override_reason": f"/v1/appointments/{made['id']}",
             "rating.comment": f"/v1/appointments/{made['id']}"}
    gets = [r["path"].replace("{id}", i) for r in table(s, "routes") if r["method"] == "GET" and r["path"].startswith("/v1/")
            for i in (who["id"], company["id"], case["id"], asked["id"], made["id"], made["seats"][0]["id"])]
    for role in ROLES:
        client = getattr(s, role)
        replies = [client.get(path) for path in dict.fromkeys(gets)]
        texts_only = [r for r in replies if r.status == 200 and ("/certificate" in r.target or r.target.endswith(".ics"))]
        pages = "".join(r.body.decode() for r in texts_only)
        points.ok(("자문확인서" in pages) == (role in may["ASSIGN"]), f"{role} {'prints' if pages else 'does not print'} a certificate")
        seen = {text for r in replies if r.status == 200 and r.body and r not in texts_only for text in walk(r.json)}  # a stream has ids alone: 78_changes.t
        points.ok(len([r for r in replies if r.status == 200]) >= 4, f"{role} reads something")
        # the outbox shows to whom a mail goes: that is what it is for
        outbox = {t for r in replies if r.target == "/v1/messages" and r.status == 200 for t in walk(r.json)}
        hidden = [f for f, text in texts.items() if not shown[f, role] and (text in seen - outbox or text in pages)]
        points.ok(not hidden, f"{role} gets nothing that the table hides", hidden)
        for fact, path in where.items():
            reply = client.get(path)
            if reply.status == 200:
                points.ok((texts[fact] in set(walk(reply.json))) == shown[fact, role],
                          f"{role} {'sees' if shown[fact, role] else 'does not see'} {fact} in {path.split('/')[2]}", reply)

    # ---- mails: nothing that the reader may not see ----
    viewers = {who["email"]: "expert", "contact-email@example.kr": "company",
               "requester-email@example.kr": "field", "owner-email@example.kr": "coordinator"}
    points.ok({viewers[m.to] for m in sent} == set(viewers.values()), "a mail to each kind of reader", sent)
    for mail in sent:
        viewer = viewers[mail.to]
        wrong = [f for f, text in texts.items() if not shown[f, viewer] and text != mail.to and mail.holds(text)]
        points.ok(not wrong, f"the mail to the {viewer} hides what it must ({mail.method})", wrong)
    feed = s.manager.post(f"/v1/experts/{who['id']}/feed", {}).json["url"]
    body = s.nobody.get("/feeds/" + feed.rsplit("/", 1)[1]).body.replace(b"\r\n ", b"").decode()
    wrong = [f for f, text in texts.items() if not shown[f, "expert"] and text in body]
    points.ok(made["uid"] in body and not wrong, "so does the feed", wrong)


def together(s):
    """Calls that come at one moment are checked in one ask; each is answered for its own token."""
    paths = ["/v1/fields", "/v1/webhooks"]
    may = {role: [200, 200 if role in ("manager", "admin") else 403] for role in ROLES}
    calls = [(role, path) for role in (*ROLES, "unknown") for path in (0, 1)] * 6
    gate, got = threading.Barrier(len(calls)), [None] * len(calls)

    def one(i, client, path):
        gate.wait()
        got[i] = [client.get(path).status for _ in range(5)]

    wanted = [[may[role][path] if role in may else 401] * 5 for role, path in calls]
    threads = [threading.Thread(target=one, args=(i, s.client(s.tokens.get(role, "A" * 43)), paths[path]))
               for i, (role, path) in enumerate(calls)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    points.ok(got == wanted, "calls at one moment: each token speaks for itself", got)


for part in (routes, facts, together):
    with Service(points) as s:
        part(s)
points.done()
