#!/usr/bin/python3
# Two daemons look after the same requests: each next expert is asked once, whatever dies meanwhile, and
# also after all were down past respond_by.
from fire import SANITIZED, House, Tap, faults, start, wait_for

REQUESTS, EXPERTS = (6, 3) if SANITIZED else (12, 4)
WORK = [{"weekday": day, "from": "09:00", "until": "18:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
points = Tap()

# Every offer the ladder made, by the audit; and what is odd about offers.
MADE = "select count(*) from audit where action = 'appointment.offer' and actor_kind = 'system'"
TWICE = """select a.request_id, s.seat, s.expert_id from seats s join appointments a on a.id = s.appointment_id
            group by 1, 2, 3 having count(*) > 1
           union all select request_id, null, null from appointments where state in ('tentative', 'confirmed')
            group by 1 having count(*) > 1
           union all select appointment_id, null, null from messages where kind = 'offer' group by 1, party having count(*) > 1"""
BUSY = """select (select count(*) from requests where ladder_at is not null)
               + (select count(*) from seats where state = 'offered' and respond_by < clock_timestamp())"""
OVER = "update seats set respond_by = clock_timestamp() - interval '1 s' where state = 'offered'"


def settled(h):
    """Nothing is due for the ladder or the sweep."""
    return h.sql(BUSY) == "0"


def count(h, state):
    return int(h.sql(f"select count(*) from requests where state = '{state}'"))


with House("fire_ladder", ladder_lease="1s", outbox_lease="5s") as h:  # what a killed one had in hand
    first, second = h.start(), h.start()
    who = [h.made_expert(first, availability=WORK, notice_hours=0, districts=["suseong"]) for _ in range(EXPERTS)]
    asked = [h.made_request((first, second)[k % 2], policy="auto", windows=[{"from": start(0), "until": start(14)}])
             for k in range(REQUESTS)]
    wait_for("the first offers", lambda: settled(h))
    points.equal((count(h, "offered"), h.sql(MADE), h.sql(TWICE)), (REQUESTS, str(REQUESTS), ""),
                 f"{REQUESTS} requests at once: each is offered once, though all want the same expert")

    # ---- all down past respond_by ----
    first.kill()
    second.kill()
    h.sql(OVER)
    first, second = h.start(), h.start()
    wait_for("the next offers", lambda: settled(h))
    points.equal((count(h, "offered"), h.sql(MADE), h.sql(TWICE)), (REQUESTS, str(2 * REQUESTS), ""),
                 "all down past respond_by, then two daemons at once: every offer ends, the next is asked once")
    points.equal(h.sql("select count(*) from seats where state = 'expired'"), str(REQUESTS), "each of the old ones has expired")

    # ---- reminders, while both look ----
    h.sql("update seats set nudge_at = clock_timestamp() where state = 'offered'")
    wait_for("the reminders", lambda: h.sql("select count(*) from seats where state = 'offered' and nudge_at is not null") == "0")
    points.equal(h.sql("select count(*) || ' ' || count(distinct (appointment_id, party)) from messages where kind = 'nudge'"),
                 f"{REQUESTS} {REQUESTS}", "each expert is reminded once")

    # ---- one dies in the middle, another leaves in good order ----
    before = int(h.sql(MADE))
    h.sql(OVER)
    wait_for("some of the next", lambda: int(h.sql(MADE)) > before)
    first.kill()
    wait_for("the rest", lambda: settled(h))
    points.equal((count(h, "offered") + count(h, "unmatched"), h.sql(TWICE)), (REQUESTS, ""),
                 "one is killed in the middle: the other goes on, once each")
    first = h.start()
    h.sql(OVER)
    points.equal(second.stop(), 0, "asked to end, a daemon finishes what it has in hand")
    wait_for("the rest", lambda: settled(h))
    second = h.start()

    # ---- until nobody is left ----
    for _ in range(EXPERTS):
        h.sql(OVER)
        wait_for("the next ones", lambda: settled(h))
    points.equal((count(h, "unmatched"), h.sql(TWICE)), (REQUESTS, ""), "in the end nobody is left for any of them")
    points.equal(h.sql(f"select distinct count(*) from seats s join appointments a on a.id = s.appointment_id group by a.request_id"),
                 str(EXPERTS), "each expert was asked once for each request")
    wait_for("the mails", lambda: h.sql("select count(*) from messages where state in ('queued', 'retry', 'sending')") == "0")
    points.equal(h.sql("select count(*) || ' ' || count(distinct request_id) from messages m join appointments a on a.id = m.appointment_id"
                       " where kind = 'unmatched'"), f"{REQUESTS} {REQUESTS}", "each owner is told once")
    points.equal(h.sql("select count(*) from holds"), "0", "no time is held for nothing")
    points.equal(faults(h), [], "holds, revisions, messages, audit and change log agree")
    points.equal([first.stop(), second.stop()], [0, 0], "both end well")
    points.equal([x for d in h.daemons for x in d.oddities()], [], "no daemon had anything odd to say")
points.done()
