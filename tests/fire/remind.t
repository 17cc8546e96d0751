#!/usr/bin/python3
# Two daemons remind of the same meetings: each mail is made once, whoever looks first or is killed.
from fire import SANITIZED, House, Tap, accept, faults, start, wait_for

MEETINGS = 8 if SANITIZED else 30
ROUNDS = 4 if SANITIZED else 12
points = Tap()


def made(h):
    return int(h.sql("select count(*) from messages where kind = 'reminder'"))


with House("fire_remind", sweep_every="10ms") as h:
    d = h.start()
    for n in range(MEETINGS):
        accept(d, d.made("POST", "/v1/appointments", h.offer(h.made_request(d), h.made_expert(d), start(n % 4))))
    wait_for("the invitations", lambda: h.sql("select count(*) from messages where state in ('queued', 'sending', 'retry')") == "0")
    d.stop()
    points.equal(made(h), 0, "a week before nobody is reminded")

    # the office reminds two weeks before, and all were invited long ago: everything is due, late
    h.sql("update messages set sent_at = sent_at - interval '30 days';"
          "update office set remind_first_minutes = 14 * 1440, remind_last_minutes = 0")
    daemons = [h.start(), h.start()]
    for n in range(ROUNDS):
        wait_for("the reminders", lambda: made(h) >= 3 * MEETINGS)
        wait_for("their mails", lambda: h.sql("select count(*) from messages where state in ('queued', 'sending', 'retry')") == "0")
        if n == ROUNDS // 2:  # one dies; the other and its successor go on
            daemons[0].kill()
            daemons.append(h.start())
        if n < ROUNDS - 1:
            h.sql("begin; delete from messages where kind = 'reminder'; delete from reminders; commit")
    for d in daemons[1:]:
        points.equal(d.stop(), 0, "a daemon ends well")
    points.equal(made(h), 3 * MEETINGS, "every party of every meeting has one reminder")
    points.equal(h.sql("select count(*) from (select from messages where kind = 'reminder' group by appointment_id, viewer, party) x"),
                 str(3 * MEETINGS), "nobody has two")
    points.equal(h.sql("select count(*) from audit where action = 'appointment.remind'"), str(ROUNDS * MEETINGS),
                 "each meeting was looked after once in each round")
    points.equal(h.sql("select sum((detail ->> 'mails')::int) from audit where action = 'appointment.remind'"),
                 str(ROUNDS * MEETINGS * 3), "with a mail for each party")
    points.equal(h.sql("select deadlocks from pg_stat_database where datname = current_database()"), "0", "without a deadlock")
    points.equal([f for f in faults(h) if not f.startswith("message missing")], [], "and all promises hold")
    points.equal([line for d in daemons for line in d.oddities()], [], "nothing odd in the logs")
points.done()
