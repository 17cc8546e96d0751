#!/usr/bin/python3
# Reminders by the running service: who gets which mail when, and that nobody is told who need not come.
import data
from mail import mails
from service import Service, Tap, wait_for

points = Tap()


def reminded(s, appointment, wanted):
    """The reminders of an appointment once there are so many."""
    wait_for(f"{wanted} reminders", lambda: int(s.sql("select count(*) from jamund.messages where kind = 'reminder'"
             f" and state <> 'withdrawn' and appointment_id = '{appointment['id']}'")) >= wanted)
    return [m for m in mails(s, appointment["id"]) if m.subject.startswith("[자문 일정 알림]")]


def swept(s):
    """The service has looked once more: it forgets an old key on the way, after the reminders."""
    s.sql("insert into jamund.idempotency values ('x', 'old', '', 200, null, null, null, '2000-01-01')")
    wait_for("a sweep", lambda: s.sql("select count(*) from jamund.idempotency where actor = 'x'") == "0")


with Service(points, sweep_every="50ms") as s:
    office = data.Office(s)
    who, asked, made = office.confirmed("2026-06-04T10:00:00+09:00")
    other, _, leaves = office.confirmed("2026-06-04T11:00:00+09:00")
    s.mails()
    swept(s)
    points.ok(reminded(s, made, 0) == [], "days before: nobody is reminded")

    s.at("2026-06-03T10:00:00+09:00")
    told = reminded(s, made, 3)
    contact = s.coordinator.get(f"/v1/companies/{made['company_id']}").json["contacts"][0]
    points.ok([m.to for m in told] == [who["email"], contact["email"], "coordinator@example.kr"], "a day before: expert, company, team", told)
    points.ok(all(m.method is None and not m.findings() for m in told), "plain mails that the linter likes", [m.findings() for m in told])
    points.ok(all("2026년 6월 4일(목) 10:00" in m.text and "Thu 4 Jun 2026 10:00" in m.text for m in told), "with the time in both languages")
    first = {m.to: m.message["Message-ID"] for m in reversed(mails(s, made["id"])) if m.method == "REQUEST"}
    points.ok([m.message["References"] for m in told] == [first[m.to] for m in told], "in the thread of the first invitation")
    points.ok(s.nobody.get(told[0].link).status == 200 and s.nobody.get(told[1].link + "/company").status == 200 and not told[2].link,
              "the links of the invitation are in it again")
    points.ok(not any(told[1].holds(x) for x in (who["email"], who["phone"])), "the company sees no address of the expert")
    points.ok(not told[0].holds(contact["email"]) and told[0].holds(contact["phone"]), "the expert sees the contact's phone, not the e-mail")

    s.coordinator.post(f"/v1/appointments/{leaves['id']}/reassign", {"expert_id": office.expert()["id"], "reason": "바꿈"}, match="*")
    now = s.coordinator.get(f"/v1/appointments/{leaves['id']}").json
    seat = next(x for x in now["seats"] if x["state"] == "offered")
    s.coordinator.post(f"/v1/seats/{seat['id']}/accept", {"via": "phone"}, match="*")
    s.mails()
    s.at("2026-06-03T11:00:00+09:00")
    swept(s)
    points.ok(reminded(s, leaves, 0) == [], "told anew within the quiet time: none now")
    s.at("2026-06-04T09:00:00+09:00")
    told = [m.to for m in reminded(s, leaves, 3)]
    points.ok(len(told) == 3 and other["email"] not in told, "two hours before: who comes instead; not who was un-invited", told)
    points.ok(len(reminded(s, made, 6)) == 6, "the service was down two hours before the other one: a late reminder")
    s.at("2026-06-04T10:30:00+09:00")
    swept(s)
    points.ok((len(reminded(s, made, 6)), len(reminded(s, leaves, 3))) == (6, 3), "and no more")

    who, asked, third = office.confirmed("2026-06-09T10:00:00+09:00")
    s.mails()
    s.stop()
    s.settings.update(smtp_url="smtp://127.0.0.1:1", outbox_backoff="1h")  # the mail server is away
    s.at("2026-06-08T10:00:00+09:00")
    wait_for("a try", lambda: s.sql("select count(*) from jamund.messages where kind = 'reminder' and state = 'retry'") == "3")
    s.coordinator.post(f"/v1/appointments/{third['id']}/cancel", {"reason": "기업 사정"}, match="*")
    points.ok(s.sql(f"select distinct state from jamund.messages where kind = 'reminder' and appointment_id = '{third['id']}'") == "withdrawn",
              "cancelled before they left: nobody is reminded of it")

    s.sql("create or replace function api.offers_expire(n int) returns int language plpgsql security definer"
          " as $$ begin raise exception 'a row that nobody foresaw'; end $$")
    wait_for("the failure", lambda: "sweep.failed" in s.log.read_text())  # a round that is under way is past that duty
    swept(s)
    points.ok("sweep.failed duty=offers_expire" in s.log.read_text(), "a duty that fails holds up no other")
points.done()
