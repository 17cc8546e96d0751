"""Bugs planted on purpose, to prove the checks: (the check that must find it, what it is, how).

SQL runs against the database that the torture left, inside a transaction that is rolled back: {appointment} is a
meeting that stands and of which everybody was told, {seat} and {expert} its own, {request} an open request, {case}
and {key} of an acknowledged call. A function gets the run and spoils what was seen.
"""
import copy

BY = """jsonb_build_object('actor', (select id from users where role = 'coordinator' limit 1), 'actor_kind', 'user',
    'role', 'coordinator', 'via', 'api')"""
BODY = "'{\"reason\": \"x\"}'::jsonb"
CANCEL = f"select api.appointment_cancel({BY}, jsonb_build_object('id', '{{appointment}}', 'body', {BODY}))"
UNGUARDED = "set local session_replication_role = replica; "  # no trigger, no foreign key


def filled(sql, names):
    for name, value in names.items():
        sql = sql.replace("{" + name + "}", value)
    return sql


def bug(function, right, wrong):
    """A function of the service with a piece of it replaced; fails when the piece is not there any more."""
    return f"""do $do$ declare was text := pg_get_functiondef('jamund.{function}'::regproc); now_ text; begin
        now_ := replace(was, $x${right}$x$, $x${wrong}$x$);
        if now_ = was then raise 'nothing to replace'; end if; execute now_; end $do$; """


DOUBLE = f"""alter table holds drop constraint holds_no_overlap;
    select api.appointment_add({BY}, jsonb_build_object('body', jsonb_build_object('request_id', '{{request}}',
        'expert_id', '{{expert}}', 'override_reason', 'x', 'start', (select iso(lower(during)) from appointments
        where id = '{{appointment}}'))))"""

SQL = [
    ("overlap", "the constraint against double booking is gone", DOUBLE),
    ("overlap", "buffers are not held", bug("hold_expert", "make_interval(mins => e.buffer_before)", "interval '0'") +
     f"delete from holds where kind = 'expert'; select api.appointment_add({BY}, jsonb_build_object("
     "'body', jsonb_build_object('request_id', '{request}', 'expert_id', '{expert}', 'override_reason', 'x', 'start',"
     " (select iso(upper(during)) from appointments where id = '{appointment}'))))"),
    ("hold missing", "a hold is lost", "delete from holds where appointment_id = '{appointment}' and kind = 'company'"),
    ("hold of nothing", "a cancellation frees no time",
     bug("end_appointment", "delete from holds where appointment_id = appointment;", "") + CANCEL),
    ("change log gap", "a change is lost", UNGUARDED + "delete from change_log where version = 2"),
    ("audit missing", "an audit row is lost", UNGUARDED + "delete from audit where version = 2"),
    ("audit missing", "a change is audited twice", UNGUARDED + "insert into audit (at, version, actor_kind, via, action,"
     " entity, entity_id) select at, version, actor_kind, via, action, entity, entity_id from audit where version = 2"),
    ("key without effect", "a key is kept, its effect is not", "insert into idempotency select actor, 'planted',"
     " request_hash, status, etag, location, jsonb_build_object('id', gen_random_uuid()), created_at from idempotency limit 1"),
    ("effect without key", "an effect is kept, its key is not",
     "delete from idempotency where status = 201 and body ->> 'id' = '{request}'"),
    ("revision order", "a revision is lost", UNGUARDED + "delete from revisions where appointment_id = '{appointment}'"
     " and number = 1"),
    ("revision order", "DTSTAMP does not rise", bug("revise", "prev.stamp + interval '1 second'", "prev.stamp")
     + bug("revise", "t := greatest(t,", "t := least(t,") + CANCEL),
    ("revision order", "UID changes with a revision", bug("revision_facts", "'uid', a.uid", "'uid', a.id") + CANCEL),
    ("sequence", "SEQUENCE is not raised", bug("revise", "prev.sequence +", "prev.sequence + 0 *") + CANCEL),
    ("sequence", "SEQUENCE is raised for nothing", bug("revise", "prev.sequence +", "prev.sequence + 1 +") + CANCEL),
    ("states disagree", "the request does not follow its appointment",
     bug("settle", "perform request_state(q.id, state_);", "") +
     f"select api.seat_drop_out({BY}, jsonb_build_object('id', '{{seat}}', 'body', {BODY}))"),
    ("life disagrees", "an answer is overwritten", UNGUARDED + "update seats set state = 'declined' where id = '{seat}'"),
    ("not told", "nobody is told of a cancellation", bug("end_appointment", "perform tell_parties(appointment, why);", "")
     + CANCEL),
    ("not told", "an invitation is lost", "delete from messages where appointment_id = '{appointment}' and kind = 'invite'"
     " and viewer = 'company'"),
    ("told wrongly", "a stranger is invited", "insert into messages (kind, viewer, party, to_name, to_email, appointment_id,"
     " revision, created_at, due_at) select 'invite', 'expert', id, name, email, '{appointment}', 1, now(), now() from experts"
     " where id <> '{expert}' limit 1"),
    ("told wrongly", "nothing has changed, and it is told again", bug("news", "and not same", "")
     + "select jamund.tell_parties('{appointment}', 'x')"),
    ("calendar wrong", "a CANCEL is as old as what it takes back", bug("revise", "prev.sequence +", "prev.sequence + 0 *") + CANCEL),
    ("calendar wrong", "an expert's calendar keeps what was cancelled", CANCEL + "; delete from messages where appointment_id ="
     " '{appointment}' and kind = 'cancel' and viewer = 'expert'"),
    ("message wrong", "a mail was sent, nobody knows which", "update messages set bytes_sha256 = null where state = 'sent'"),
    ("lost", "an acknowledged change is not there", UNGUARDED + "delete from audit where entity_id = '{case}' and action ="
     " 'case.add'"),
    ("lost", "an acknowledged change does not keep its key", "delete from idempotency where key = '{key}'"),
    ("done twice", "a key does not keep a second call from its effect", f"""select api.case_add({BY}, jsonb_build_object(
        'body', jsonb_build_object('company_id', company_id, 'channel', channel, 'title', title, 'triage', 'deep')))
        from cases order by seq limit 1"""),
    ("done twice", "a change is undone twice", UNGUARDED + "insert into audit (at, version, actor_kind, via, action, entity,"
     " entity_id) select at, version, actor_kind, via, 'appointment.undo', entity, entity_id from audit where version ="
     " (select max(version) from audit where entity = 'appointment')"),
    ("another effect", "one thing asked, another done", UNGUARDED + "update audit set action = 'appointment.move' where action"
     " = 'appointment.offer' and via = 'api'"),
    ("answer differs", "a key keeps another answer", "update idempotency set body = body || '{\"state\": \"odd\"}'"
     " where status = 201"),
    ("out of order", "versions are not in the order of commits", UNGUARDED + """update audit set version =
        (select min(version) + max(version) from audit) - version"""),
]


# ---- what was seen, spoiled ----

def op_of(run, **wanted):
    """The first write that is so."""
    return next(o for o in run.writes if all(getattr(o, k) == v for k, v in wanted.items()))


def ok_is_a_refusal(run):
    op = op_of(run, end="ok", f="case")
    op.end, op.status = "fail", 409


def never_answered(run):
    op_of(run, end="ok").end = None


def answered_500(run):
    op = op_of(run, end="fail")
    op.status = 500


def read_of_the_past(run):
    op = next(o for o in run.writes if o.end == "ok" and o.doc and o.doc.get("uid"))
    late = copy.copy(op)
    late.f, late.n, late.began, late.doc = "read", -1, op.ended + 1, {**op.doc, "version": op.doc["version"] - 1}
    run.ops[-1] = late


def mail_vanishes(run):
    gone = next(m["id"] for m in run.s.messages if m["state"] == "sent")
    run.mails = [m for m in run.mails if m.id != gone]


def mail_waits(run):
    next(m for m in run.s.messages if m["state"] == "sent")["state"] = "retry"


def mail_rendered_anew(run):
    again = copy.copy(next(m for m in run.mails if run.s.by_id[m.id]["state"] == "sent"))
    again.sha256 = "0" * 64
    run.mails.append(again)


def mail_to_another(run):
    again = copy.copy(run.mails[0])
    again.to = "somebody@example.kr"
    run.mails.append(again)


def mail_of_nothing(run):
    again = copy.copy(run.mails[0])
    again.id = "00000000-0000-4000-8000-000000000000"
    run.mails.append(again)


def feed_of_yesterday(run):
    path, seen = next(iter(run.feeds.items()))
    run.feeds[path] = {**seen, "1": (seen["1"][0], seen["1"][1], seen["1"][2] + b" ")}


SEEN = [
    ("refused but done", "a refused call had its effect", ok_is_a_refusal),
    ("unresolved", "a call is never answered", never_answered),
    ("odd answer", "a refusal that is an error of ours", answered_500),
    ("stale read", "a read that is older than an answer before it", read_of_the_past),
    ("mail lost", "a mail that was marked, not sent", mail_vanishes),
    ("mail lost", "a mail that waits for ever", mail_waits),
    ("mail bytes", "a mail that is rendered anew for its second try", mail_rendered_anew),
    ("mail unbidden", "a mail to somebody else", mail_to_another),
    ("mail unbidden", "a mail without a message", mail_of_nothing),
    ("feed stale", "a daemon that goes on with an old feed", feed_of_yesterday),
]
