#!/usr/bin/python3
# Promise 7: who read whose personal data leaves a trace, in batches; nothing else does.
import hashlib
from urllib.parse import urlsplit

import data
from mail import mails
from service import Service, Tap, wait_for

points = Tap()


def reads(s):
    return s.sql("select what || ' ' || role || ' ' || coalesce(actor::text, '-') || ' ' || coalesce(nullif(subject, ''), '-')"
                 " from jamund.reads order by at, what").splitlines()


with Service(points) as s:
    company = s.coordinator.post("/v1/companies", data.company(1)).json
    me = s.sql("select id from jamund.users where role = 'coordinator' order by seq limit 1").strip()
    points.ok(reads(s) == [], "a write leaves its audit entry, no read")
    s.coordinator.get(f"/v1/companies/{company['id']}")
    one = f"/v1/companies/{{id}} coordinator {me} {company['id']}"
    wait_for("the trace", lambda: reads(s))
    points.ok(reads(s) == [one], "a read says who, what and whose", reads(s))

    s.coordinator.get("/v1/fields")
    s.coordinator.get("/v1/companies/00000000-0000-4000-8000-000000000000")
    s.field.get("/v1/messages")
    s.coordinator.get("/v1/experts")
    many = f"/v1/experts coordinator {me} -"
    wait_for("the trace", lambda: len(reads(s)) > 1)
    points.ok(sorted(reads(s)) == sorted([one, many]),
              "a list leaves one; codes, nothing found and a refusal leave none", reads(s))

    for _ in range(20):
        s.coordinator.get(f"/v1/companies/{company['id']}")
        s.field.get(f"/v1/companies/{company['id']}")
    s.stop()
    other = one.replace("coordinator", "field").replace(me, s.users["field"])
    points.ok(sorted(set(reads(s))) == sorted([one, other, many]) and len(reads(s)) > 3,
              "a service that ends writes what it has", reads(s))
    twice = s.sql("select at, actor, what, subject from jamund.reads group by 1, 2, 3, 4 having count(*) > 1")
    points.ok(not twice, "the same read again within a second leaves no second trace", twice)

with Service(points) as s:
    office = data.Office(s)
    offer = office.offer(office.request(), office.expert(), "2026-06-04T10:00:00+09:00")
    link = mails(s, offer["id"])[0].link
    before = reads(s)
    shown = s.nobody.form(link, "answer=nonsense")
    points.ok(shown.status == 200 and s.sql("select state from jamund.seats") == "offered",
              "a form that cannot be read shows the page again", shown)
    wait_for("the trace", lambda: len(reads(s)) > len(before))
    points.ok([r.split()[:2] for r in reads(s) if r not in before] == [["/r/{token}", "secret"]], "which leaves a trace, too", reads(s))

    path = urlsplit(s.manager.post(f"/v1/experts/{office.expert()['id']}/feed", {}).json["url"]).path
    fetched = lambda: [r for r in reads(s) if r.startswith("/feeds/")]
    wait_for("its traces", lambda: s.nobody.get(path).status == 200 and len(fetched()) > 2)
    points.ok(s.metrics()['feed_bodies_total{from="database"}'] == 1 and set(fetched()) == {"/feeds/{token}.ics secret - " + hashlib.sha256(
        path.removeprefix("/feeds/").removesuffix(".ics").encode()).hexdigest()}, "a feed's is of the same, made or kept", fetched())
points.done()
