#!/usr/bin/python3
# Invitations as their reader wants them: language, alarm, conference; and without addresses of their own.
from data import Office
from mail import mails
from service import Service, Tap

THURSDAY = "2026-06-04T10:00:00+09:00"
points = Tap()


def lint(sent):
    points.ok(sent and not [f for m in sent for f in m.findings()], f"the linter takes {len(sent)} mails", [f for m in sent for f in m.findings()])


with Service(points) as s:
    office = Office(s)
    who = office.expert()
    where = f"/v1/experts/{who['id']}/invitations"
    now = s.coordinator.get(where)
    points.ok((now.json["alarm_minutes"], now.json["language"]) == (None, "ko"), "nothing set: Korean first, no alarm", now)
    for body, pointer in (({"alarm_minutes": -1, "language": "ko"}, "/alarm_minutes"), ({"alarm_minutes": 40321, "language": "ko"}, "/alarm_minutes"),
                          ({"alarm_minutes": 5, "language": "fr"}, "/language"), ({"language": "ko"}, "/alarm_minutes")):
        no = s.coordinator.put(where, body, match=now.etag)
        points.ok(no.status == 422 and no.pointers == [pointer], f"{body} names {pointer}", no)
    done = s.coordinator.put(where, {"alarm_minutes": 45, "language": "en"}, match=now.etag)
    points.ok(done.status == 200 and (done.json["alarm_minutes"], done.json["language"]) == (45, "en"), "set", done)
    points.ok(s.coordinator.put(where, {"alarm_minutes": 5, "language": "ko"}, match=now.etag).status == 412, "by who saw the last of it")

    asked = office.request(mode="online", online_url="https://meet.example.kr/r/41")
    made = office.offer(asked, who, THURSDAY)
    offer = mails(s, made["id"])
    lint(offer)
    event, alarm = offer[0].event, offer[0].calendar.walk("VALARM")
    points.ok(len(alarm) == 1 and alarm[0]["TRIGGER"].dt.total_seconds() == -45 * 60, "an alarm 45 minutes before", event.to_ical())
    points.ok(event["ATTENDEE"].params["LANGUAGE"] == "en" and str(event["SUMMARY"]).startswith("[Tentative] Consultation"), "English", event.to_ical())
    points.ok(offer[0].text.index("Dear ") < offer[0].text.index("안녕하십니까"), "which comes first in the mail, too", offer[0].text)
    points.ok(str(event["CONFERENCE"]) == str(event["URL"]) == "https://meet.example.kr/r/41" and event["CONFERENCE"].params["FEATURE"] == "VIDEO",
              "an address for joining", event.to_ical())

    s.coordinator.put(where, {"alarm_minutes": None, "language": "ko"}, match="*")
    again = s.sql(f"select alarm_minutes || language from jamund.messages where appointment_id = '{made['id']}'")
    points.ok(again == "45en", "a mail keeps what held when it was written: tried again, it has the same bytes", again)
    act = s.coordinator.post(f"/v1/appointments/{made['id']}/move", {"online_url": "https://meet.example.kr/r/42", "reason": "새 주소"}, match="*")
    new = mails(s, made["id"], 1)
    lint(new)
    points.ok([(m.to, m.method, int(m.event["SEQUENCE"])) for m in new] == [(who["email"], "REQUEST", 0)]
              and str(new[0].event["CONFERENCE"]).endswith("/42") and not new[0].calendar.walk("VALARM"),
              "another address is told, and asks nothing anew: SEQUENCE stays", new)
    points.ok(new[0].event["DTSTAMP"].dt > event["DTSTAMP"].dt and new[0].reply_tag == offer[0].reply_tag, "by a later DTSTAMP, from the same organizer")

with Service(points, calendar_plus="no", calendar_address="calendar@example.kr") as s:
    office = Office(s)
    who, asked, made = office.confirmed(THURSDAY)
    sent = mails(s, made["id"])
    lint(sent)
    points.ok({m.message["From"].addresses[0].addr_spec for m in sent if m.method} == {"calendar@example.kr"}
              and {str(m.event["ORGANIZER"]) for m in sent if m.method} == {"mailto:calendar@example.kr"},
              "a mail server without tags: one organizer for all", sent)
    points.ok(s.sql("select count(*) from jamund.reply_addresses") == "0", "and nothing is kept of any")
points.done()
