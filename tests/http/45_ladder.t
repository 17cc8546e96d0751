#!/usr/bin/python3
# The running service asks the next expert by itself; meetings of several experts; who is told.
import email
import email.policy
import re

import data
from service import Service, Tap, wait_for

DAY = "2026-06-04"  # a Thursday
TWO = [{"field": "legal", "min_level": 2}, {"field": "tax", "min_level": 2}]
LAWYER = {"fields": [{"field": "legal", "level": 3}]}
points = Tap()


def windows(day=DAY):
    return [{"from": f"{day}T09:00:00+09:00", "until": f"{day}T18:00:00+09:00"}]


def state(s, asked):
    """Of the request, once the ladder has nothing to do for it."""
    wait_for("the ladder", lambda: s.sql(f"select ladder_at is null from jamund.requests where id = '{asked['id']}'") == "t")
    return s.coordinator.get(f"/v1/requests/{asked['id']}").json


def meeting(s, asked):
    return s.coordinator.get("/v1/appointments/" + state(s, asked)["appointment_ids"][-1]).json


def live(appointment):
    return [x for x in appointment["seats"] if x["state"] in ("offered", "accepted")]


def quiet(s):
    wait_for("the outbox", lambda: s.sql("select count(*) from jamund.messages where state not in"
                                         " ('sent', 'dead', 'withdrawn')") == "0")


def say(s, seat, what, **more):
    quiet(s)  # an answer that comes before its offer has left takes that offer back
    got = s.coordinator.post(f"/v1/seats/{seat['id']}/{what}", {"via": "phone", **more}, match=f"\"v{seat['version']}\"")
    if got.status != 200:
        raise AssertionError(str(got))
    return got.json


def told(s, appointment=None):
    """kind>who of every mail, in the order of the outbox; the text of each is read, too."""
    where = f"appointment_id = '{appointment['id']}'" if appointment else "appointment_id is null"
    quiet(s)
    return s.sql(f"select kind || '>' || split_part(to_email, '@', 1) || case state when 'sent' then '' else ' ' || state"
                 f" end from jamund.messages where {where} order by seq").split("\n")


def text_of(s, kind):
    raw = s.sql(f"select id from jamund.messages where kind = '{kind}' and state = 'sent' order by seq desc limit 1")
    mail = email.message_from_bytes((s.spool / f"{raw}.eml").read_bytes(), policy=email.policy.default)
    return mail["subject"] + "\n" + mail.get_body(("plain",)).get_content()


with Service(points, sweep_every="50ms") as s:
    office = data.Office(s)
    first, second, third = [office.expert(topics=["부가세"] if i < 2 else [], notice_hours=0,
                                          fields=[{"field": "tax", "level": 3 - (i == 2)}]) for i in range(3)]

    # ---- one seat: asked by itself, from one to the next, then the people ----
    deputy = s.users["manager"]
    asked = office.request(windows=windows(), topics=["부가세"], policy="auto", deputy_id=deputy)
    ranked = [c["expert"]["id"] for c in s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json["candidates"]]
    order = []
    while (now := state(s, asked))["state"] == "offered":
        made = meeting(s, asked)
        order.append(made["seats"][0]["expert"]["id"])
        say(s, made["seats"][0], "decline", reason="출장")
    points.ok(now["state"] == "unmatched" and len(order) == 3 and len(set(order)) == 3,
              "each expert was asked once, by the service, then nobody is left", now, order)
    points.ok(order[-1] == third["id"], "the best first", order, ranked)
    points.ok(told(s, made) == [f"offer>{third['email'][:6]}", "unmatched>coordinator", "unmatched>manager"],
              "owner and deputy are told at the end, not of each decline", told(s, made))
    points.ok("배정 가능한 위원 없음" in text_of(s, "unmatched"), "in words", text_of(s, "unmatched"))
    audit = s.sql("select distinct actor_kind || ' ' || via || ' ' || action from jamund.audit where actor_kind = 'system' order by 1")
    points.ok(audit.split("\n") == ["system system appointment.offer", "system system request.exhaust"],
              "the audit says who did it", audit)
    s.at("2026-06-01T10:01:00+09:00")  # the clock stands still otherwise: who was asked before, and after
    again = s.coordinator.post(f"/v1/requests/{asked['id']}/reopen", {"reason": "다시"}, match=f"\"v{now['version']}\"")
    points.ok(again.status == 200 and state(s, asked)["state"] == "offered", "reopened, the ladder begins anew", again)
    made = meeting(s, asked)
    say(s, made["seats"][0], "accept")
    points.ok(state(s, asked)["state"] == "scheduled", "a yes ends it")

    # ---- a cancellation is the owner's business; policy ask leaves everything to the owner ----
    made = meeting(s, asked)
    s.coordinator.post(f"/v1/appointments/{made['id']}/cancel", {"reason": "기업 사정"}, match=f"\"v{made['version']}\"")
    points.ok(state(s, asked)["state"] == "open" and len(state(s, asked)["appointment_ids"]) == 4,
              "after a coordinator's cancel nobody is asked", state(s, asked))
    by_hand = office.request(windows=windows())
    made = office.offer(by_hand, first, f"{DAY}T15:00:00+09:00")
    say(s, made["seats"][0], "decline", reason="출장")
    flags = {c["expert"]["id"]: c["asked"] for c in s.coordinator.get(f"/v1/requests/{by_hand['id']}/candidates").json["candidates"]}
    points.ok([k for k, asked_before in flags.items() if asked_before] == [first["id"]] and len(flags) == 3,
              "the ranking tells who was asked before", flags)
    points.ok(state(s, by_hand)["state"] == "open" and told(s, made)[-1] == "declined>coordinator", "policy ask: the owner is told")

    # ---- nobody ever to be asked ----
    none = office.request(windows=windows("2026-06-06"), policy="auto", deputy_id=deputy)  # a Saturday
    points.ok(state(s, none)["state"] == "unmatched" and told(s) == ["unmatched>coordinator", "unmatched>manager"],
              "nobody at all: told without an appointment", told(s))
    words = text_of(s, "unmatched")
    points.ok("2026년 6월 6일" in words and "세무" in words and not re.search("자문위원: *\n", words), "with the request's facts", words)
    rows = s.coordinator.get("/v1/messages?limit=5").json["items"]
    points.ok(any(r["kind"] == "unmatched" and r["appointment_id"] is None for r in rows), "and listed", rows)

    # ---- several seats ----
    s.sql("update jamund.experts set notice_minutes = 0")
    l1, l2 = office.expert(**LAWYER, notice_hours=0), office.expert(**LAWYER, notice_hours=0, availability=[
        {"weekday": "fri", "from": "13:00", "until": "18:00"}])
    both = office.request(windows=windows("2026-06-05"), seats=TWO, minutes=60)
    where = f"/v1/requests/{both['id']}/candidates"
    lists = [s.coordinator.get(where + q).json for q in ("", "?seat=1", "?seat=2")]
    points.ok(lists[0] == lists[1] and [x["seat"] for x in lists] == [1, 1, 2], "candidates of each seat, the first one's unless asked")
    names = [{c["expert"]["id"] for c in x["candidates"]} for x in lists[1:]]
    points.ok(names == [{l1["id"], l2["id"]}, {first["id"], second["id"], third["id"]}], "in the field of the seat", names)
    teams = lists[0]["teams"]
    points.ok(teams == lists[2]["teams"] and len(teams) == 10 and all([m["seat"] for m in t["experts"]] == [1, 2] and
              sum(m["score"] for m in t["experts"]) == t["score"] for t in teams), "teams: who could take all seats", teams[:1])
    points.ok([t["score"] for t in teams] == sorted((t["score"] for t in teams), reverse=True), "the best first")
    for bad, pointer in (("?seat=3", "/seat"), ("?seat=4", "/seat"), ("?seat=x", "/seat")):
        no = s.coordinator.get(where + bad)
        points.ok(no.status in (400, 422) and no.pointers == [pointer], f"{bad} is refused", no)
    points.ok("teams" not in s.coordinator.get(f"/v1/requests/{asked['id']}/candidates").json, "one seat needs no team")
    best = teams[0]
    made = office.made(s.coordinator.post("/v1/appointments", {"request_id": both["id"], "start": best["start"],
                                                               "expert_ids": [m["expert"]["id"] for m in best["experts"]]}))
    points.ok(made["state"] == "tentative" and [x["seat"] for x in made["seats"]] == [1, 2], "a team is offered as it is listed", made)
    lawyer, taxer = made["seats"]
    say(s, lawyer, "accept")
    say(s, taxer, "decline", reason="출장")
    left = s.coordinator.get(where).json
    points.ok(left["seat"] == 2 and all(c["slots"] == [best["start"]] for c in left["candidates"]) and left["candidates"],
              "a vacant seat's candidates are those free at the meeting's time", left)
    points.ok([t["start"] for t in left["teams"]] == [best["start"]] and len(left["teams"][0]["experts"]) == 1, "one team, for it alone")
    reasons = {x["expert"]["id"]: x["reason"] for x in s.coordinator.get(where + "?seat=1").json["ineligible"]}
    points.ok(reasons[lawyer["expert"]["id"]] == "seated", "who has a seat is not asked again", reasons)

    # ---- the same by the ladder: one seat refilled without disturbing the other ----
    asked = office.request(windows=windows("2026-06-08"), seats=TWO, policy="auto")
    made = meeting(s, asked)
    points.ok([x["state"] for x in made["seats"]] == ["offered", "offered"], "all seats are asked at once", made)
    lawyer, taxer = made["seats"]
    say(s, lawyer, "accept")
    say(s, taxer, "decline", reason="출장")
    made = meeting(s, asked)
    points.ok([(x["seat"], x["state"]) for x in made["seats"]] == [(1, "accepted"), (2, "declined"), (2, "offered")]
              and made["start"] and made["seats"][0]["version"] == 2, "one declines: the next is asked for that seat alone", made)
    points.ok(told(s, made) == [f"offer>{e['email'].split('@')[0]}" for e in
                                (l1, *[x for c in (taxer, made["seats"][2]) for x in (first, second, third) if x["id"] == c["expert"]["id"]])],
              "nobody else hears of it", told(s, made))
    say(s, made["seats"][2], "accept")
    made = meeting(s, asked)
    points.ok((made["state"], state(s, asked)["state"]) == ("confirmed", "scheduled"), "all needed have accepted", made)
    say(s, live(made)[1], "drop-out", reason="병가")
    made = meeting(s, asked)
    points.ok([x["state"] for x in live(made)] == ["accepted", "offered"], "a drop-out is refilled", made)
    say(s, live(made)[1], "decline", reason="출장")
    now = state(s, asked)
    made = meeting(s, asked)
    points.ok(now["state"] == "unmatched" and [x["state"] for x in live(made)] == ["accepted"] and made["state"] == "tentative",
              "nobody is left for it: who has accepted stays, the owner decides", now, made)
    points.ok(told(s, made)[-1] == "unmatched>coordinator", "who is told")

    # ---- a rule that ranking does not know: the owner is told, nothing is tried for ever ----
    s.sql("create function jamund.no_offers() returns trigger language plpgsql as $$ begin"
          " perform jamund.fail('JM004', 'no', jsonb_build_object('expert_id', new.expert_id, 'rules', '[]'::jsonb)); end $$;"
          " create trigger no_offers before insert on jamund.seats for each row execute function jamund.no_offers()")
    asked = office.request(windows=windows("2026-06-09"), policy="auto")
    points.ok(state(s, asked)["state"] == "unmatched", "every candidate is refused: unmatched")
    # ---- a lost race, again and again: left to the lease, and nothing is lost ----
    s.sql("create or replace function jamund.no_offers() returns trigger language plpgsql as $$ begin"
          " perform jamund.fail('23P01', 'taken'); end $$")
    asked = office.request(windows=windows("2026-06-09"), policy="auto")
    wait_for("the tries", lambda: f"ladder.left request={asked['id']} error=slot-taken" in s.log.read_text())
    points.ok(s.sql(f"select state || ' ' || (ladder_at > '2026-06-01T10:01:00+09:00') from jamund.requests where id = '{asked['id']}'")
              == "open true", "a race lost time and again is left to the lease")
    s.sql("drop trigger no_offers on jamund.seats")
    s.at("2026-06-01T10:03:00+09:00")
    points.ok(state(s, asked)["state"] == "offered", "after which it goes on")

    # ---- the reminder before respond_by, made by the service ----
    made = meeting(s, asked)
    s.at("2026-06-01T17:00:00+09:00")
    wait_for("the reminder", lambda: any(m.startswith("nudge>") for m in told(s, made)))
    points.ok(sum(m.startswith("nudge>") for m in told(s, made)) == 1 and "회신 부탁" in text_of(s, "nudge")
              and "/r/" in text_of(s, "nudge"), "an expert is reminded, with the link", told(s, made), text_of(s, "nudge"))
    s.at("2026-06-02T11:00:00+09:00")
    now = wait_for("the next", lambda: (m := meeting(s, asked))["id"] != made["id"] and m)
    points.ok(now["seats"][0]["expert"]["id"] != made["seats"][0]["expert"]["id"] and
              s.coordinator.get(f"/v1/seats/{made['seats'][0]['id']}").json["state"] == "expired",
              "no answer by then: the next is asked", now)
points.done()
