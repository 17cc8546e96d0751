"""Answers that come in by mail, whichever way: offers to answer, and a service that says to which address."""
import base64
import hmac
import json
import subprocess
import uuid

import data
import itip
from service import Service

from ports import keep_port

SECRET_BOX = "jamund"


def worlds(s, n):
    """n offers to an expert each, made in one transaction; what a scenario needs to know of its own."""
    experts = [data.expert(i) for i in range(n)]
    companies = [data.company(i) for i in range(n)]
    case = {"channel": "visit", "title": "부가세 환급", "text": "환급이 늦어집니다.", "triage": "deep"}
    request = {**data.request(None), "urgency": "normal", "languages": ["ko"], "topics": [], "excluded_expert_ids": []}
    who = json.dumps({"actor": s.users["manager"], "actor_kind": "user", "role": "manager", "via": "api"})
    rows = s.sql(f"""
        set jamund.now = '2026-06-01T09:00:00+09:00';
        create temp table made (n int, expert uuid, company uuid, appointment uuid);
        do $do$
        declare
            who jsonb := $x${who}$x$;
            experts jsonb := $x${json.dumps(experts)}$x$;
            companies jsonb := $x${json.dumps(companies)}$x$;
            e uuid; c uuid; k uuid; q uuid; a uuid;
        begin
            for i in 0 .. {n - 1} loop
                e := (api.expert_add(who, jsonb_build_object('body', experts -> i))).body ->> 'id';
                c := (api.company_add(who, jsonb_build_object('body', companies -> i))).body ->> 'id';
                k := (api.case_add(who, jsonb_build_object('body', $x${json.dumps(case)}$x$::jsonb || jsonb_build_object('company_id', c)))).body ->> 'id';
                q := (api.request_add(who, jsonb_build_object('body', $x${json.dumps(request)}$x$::jsonb || jsonb_build_object('case_id', k,
                    'contact_id', (select id from jamund.contacts where company_id = c))))).body ->> 'id';
                a := (api.appointment_add(who, jsonb_build_object('body', jsonb_build_object('request_id', q, 'expert_id', e,
                    'start', '2026-06-04T10:00:00+09:00')))).body ->> 'id';
                insert into made values (i, e, c, a);
            end loop;
        end $do$;
        select m.n, a.id, a.uid, s.id, m.expert, x.email, k.email, l.id from made m join jamund.appointments a on a.id = m.appointment
          join jamund.seats s on s.appointment_id = a.id join jamund.experts x on x.id = m.expert
          join jamund.contacts k on k.company_id = m.company join jamund.links l on l.seat_id = s.id order by m.n""")
    names = ("n", "appointment", "uid", "seat", "expert", "email", "contact", "link")
    return [dict(zip(names, line.split("|"))) for line in rows.splitlines()]


class Mailed(Service):
    """A service with an LMTP port, and one psql that stays."""
    now, psql = "2026-06-01T10:00:00+09:00", None

    def __init__(self, *args, **settings):
        self.lmtp_port, self.kept = keep_port()
        super().__init__(*args, lmtp_listen=f"127.0.0.1:{self.lmtp_port}", sweep_every="200ms", **settings)

    def ask(self, sql):
        """As sql(), of a psql that stays: a scenario asks ten times."""
        if not self.psql:
            self.psql = subprocess.Popen(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", self.database],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.psql.stdin.write(f"{sql};\n\\echo ----\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "----\n":
            if not line:
                raise RuntimeError(f"psql ended: {sql}")
            lines.append(line)
        return "".join(lines).strip()

    def stop(self):
        if self.psql:
            self.psql.stdin.close()
            self.psql.wait()
            self.psql = None
        return super().stop()

    def tagged(self, appointment, viewer="expert"):
        """The address to which that one's calendar answers."""
        found = self.ask(f"select id from jamund.reply_addresses where appointment_id = '{appointment}' and viewer = '{viewer}'")
        mac = hmac.new(bytes.fromhex((self.dir / "key").read_text()), f"reply:{found}".encode(), "sha512").digest()[:16]
        return f"{SECRET_BOX}+{base64.b32encode(mac).decode().lower().rstrip('=')}@example.kr"

    def mail_of(self, appointment, viewer):
        """The last of our mails to that one."""
        found = self.ask(f"select id from jamund.messages where appointment_id = '{appointment}' and viewer = '{viewer}'"
                         " and state in ('sent', 'bounced') order by seq desc limit 1")
        return (self.spool / f"{found}.eml").read_bytes()


def taken(s):
    return int(s.ask("select count(*) from jamund.replies"))


def a_mail(s, world, method="REPLY", **words):
    tag = s.tagged(world["appointment"])
    w = {"from": world["email"], "attendee": world["email"], "recipient": tag, "organizer": tag, "uid": world["uid"],
         "id": str(uuid.uuid4()), "partstat": "TENTATIVE", **words}
    return tag, itip.answer(method, w)
