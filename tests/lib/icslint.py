#!/usr/bin/python3
"""icslint.py [--feed | --mail] FILE...      icslint.py --rules

The project's own strict iCalendar linter: RFC 5545, 5546, 6868, 7986 and what calendar clients were
found to trip over. One line per finding, `rule: message`; exit code 1 when there is one.
--feed: also what a subscribed calendar needs; --mail: FILE is a mail (.eml) with or without one."""
import re
import sys
from datetime import datetime

import icsread

RULES = {  # name: what it asks
    "bom": "no byte order mark",
    "crlf": "every line ends in CR LF",
    "line-length": "no line is longer than 75 octets",
    "utf8": "everything is UTF-8",
    "control": "no control characters",
    "blank-line": "no empty lines",
    "line-blank": "no line ends in a blank (readers and mail paths strip it)",
    "fold-char": "no fold inside a character",
    "content-line": "each line is NAME *(;PARAM=VALUE) : VALUE",
    "param-once": "a parameter stands once",
    "param-quote": "quotes stand around whole parameter values",
    "param-caret": "^ in a parameter is encoded as RFC 6868 asks",
    "param-backslash": "no backslash in a parameter (libical takes \\\" for a quote)",
    "nesting": "BEGIN and END match",
    "calendar": "the file is one VCALENDAR",
    "calendar-empty": "a VCALENDAR has at least one component",
    "component-known": "components are known and stand where they may",
    "property-known": "properties are known to their component",
    "required": "required properties are there",
    "at-most-once": "single properties are single",
    "param-allowed": "a parameter belongs to its property",
    "param-enum": "parameters with fixed values have one of these",
    "cn-quoted": "CN stands in quotes",
    "value-enum": "properties with fixed values have one of these",
    "text-escape": "TEXT escapes \\ ; , and line breaks, nothing else",
    "text-empty": "SUMMARY says something",
    "date-time": "dates and times exist and are well formed",
    "utc-only": "DTSTAMP, CREATED, LAST-MODIFIED, COMPLETED are in UTC",
    "floating": "DTSTART and DTEND have a zone",
    "tzid-missing": "each TZID has its VTIMEZONE",
    "tzid-unused": "each VTIMEZONE is used (or named by X-WR-TIMEZONE)",
    "tzid-twice": "a zone is defined once",
    "tzid-utc": "no TZID on UTC times or dates",
    "tz-observance": "a VTIMEZONE has an observance, starting at a local time",
    "utc-offset": "zone offsets are +HHMM or -HHMM, below a day",
    "dtend-type": "DTEND is of DTSTART's type",
    "dtend-after": "DTEND is after DTSTART",
    "dtend-duration": "DTEND or DURATION, not both",
    "duration": "durations are well formed and positive",
    "integer": "numbers are whole and in range",
    "uri": "URIs have a scheme and only URI characters",
    "cal-address": "ORGANIZER and ATTENDEE are mailto: with a strict address",
    "uid-length": "a UID has 1 to 255 octets and no blanks",
    "uid-unique": "UID (with RECURRENCE-ID) is unique",
    "created-order": "nothing was changed before it was created",
    "recurrence-type": "RECURRENCE-ID is of DTSTART's type",
    "rrule": "recurrence rules are sound",
    "alarm": "an alarm has what its ACTION needs; DURATION and REPEAT go together",
    "refresh-value": "REFRESH-INTERVAL has VALUE=DURATION",
    "attendee-organizer": "who invites somebody has an ORGANIZER",
    "attendee-twice": "nobody is invited twice to one event",
    "method-component": "a METHOD's components: VEVENTs and zones",
    "method-organizer": "PUBLISH, REQUEST, CANCEL: exactly one ORGANIZER",
    "method-attendee": "PUBLISH: no ATTENDEE; REQUEST, CANCEL: at least one",
    "method-sequence": "CANCEL has a SEQUENCE",
    "method-status": "STATUS as the METHOD allows",
    "method-summary": "PUBLISH, REQUEST: a SUMMARY",
    "busy-form": "a published VFREEBUSY says from when until when, in UTC",
    "busy-period": "busy times are UTC periods within that, sorted, none overlapping another of its kind",
    "method-uid": "REQUEST, CANCEL: one UID",
    "feed-method": "a feed has no METHOD",
    "feed-attendee": "a feed has no ATTENDEE",
    "feed-head": "a feed says its name, zone and refresh interval",
    "feed-stamp": "a feed's event has LAST-MODIFIED and SEQUENCE",
}

EVENT_ONE = set("""DTSTAMP UID DTSTART CLASS CREATED DESCRIPTION GEO LAST-MODIFIED LOCATION ORGANIZER PRIORITY SEQUENCE
    STATUS SUMMARY TRANSP URL RECURRENCE-ID DTEND DURATION COLOR""".split())
EVENT_MANY = set("""RRULE ATTACH ATTENDEE CATEGORIES COMMENT CONTACT EXDATE REQUEST-STATUS RELATED-TO RESOURCES RDATE
    CONFERENCE IMAGE""".split())
ZONE_ONE = {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"}
COMPONENTS = {  # name: (where, required, at most once, any number)
    "VCALENDAR": ([""], {"PRODID", "VERSION"},
                  {"CALSCALE", "METHOD", "UID", "LAST-MODIFIED", "URL", "REFRESH-INTERVAL", "SOURCE", "COLOR"},
                  {"NAME", "DESCRIPTION", "CATEGORIES", "IMAGE"}),
    "VEVENT": (["VCALENDAR"], {"DTSTAMP", "UID"}, EVENT_ONE, EVENT_MANY),
    "VFREEBUSY": (["VCALENDAR"], {"DTSTAMP", "UID"}, {"CONTACT", "DTSTART", "DTEND", "ORGANIZER", "URL"},
                  {"ATTENDEE", "COMMENT", "FREEBUSY", "REQUEST-STATUS"}),
    "VTIMEZONE": (["VCALENDAR"], {"TZID"}, {"LAST-MODIFIED", "TZURL"}, set()),
    "STANDARD": (["VTIMEZONE"], ZONE_ONE, {"RRULE"}, {"COMMENT", "RDATE", "TZNAME"}),
    "DAYLIGHT": (["VTIMEZONE"], ZONE_ONE, {"RRULE"}, {"COMMENT", "RDATE", "TZNAME"}),
    "VALARM": (["VEVENT"], {"ACTION", "TRIGGER"}, {"DESCRIPTION", "SUMMARY", "DURATION", "REPEAT"},
               {"ATTACH", "ATTENDEE"}),
}
PERSON = {"CN", "DIR", "SENT-BY", "LANGUAGE", "EMAIL"}
TEXT = {"ALTREP", "LANGUAGE"}
TIME = {"TZID", "VALUE"}
PARAMS = {  # property: its parameters; others have none but X-
    "ATTENDEE": PERSON | {"CUTYPE", "MEMBER", "ROLE", "PARTSTAT", "RSVP", "DELEGATED-TO", "DELEGATED-FROM"},
    "ORGANIZER": PERSON, "SUMMARY": TEXT, "DESCRIPTION": TEXT, "LOCATION": TEXT, "COMMENT": TEXT, "CONTACT": TEXT,
    "RESOURCES": TEXT, "NAME": TEXT, "CATEGORIES": {"LANGUAGE"}, "TZNAME": {"LANGUAGE"},
    "REQUEST-STATUS": {"LANGUAGE"}, "DTSTART": TIME, "DTEND": TIME, "EXDATE": TIME, "RDATE": TIME,
    "RECURRENCE-ID": TIME | {"RANGE"}, "TRIGGER": {"VALUE", "RELATED"}, "ATTACH": {"FMTTYPE", "ENCODING", "VALUE"},
    "RELATED-TO": {"RELTYPE"}, "FREEBUSY": {"FBTYPE"}, "REFRESH-INTERVAL": {"VALUE"}, "SOURCE": {"VALUE"},
    "CONFERENCE": {"VALUE", "FEATURE", "LABEL", "LANGUAGE"}, "IMAGE": {"VALUE", "FMTTYPE", "ALTREP", "DISPLAY"},
    "URL": {"VALUE"}, "DURATION": {"VALUE"},
}
PARAM_ENUMS = {
    "CUTYPE": "INDIVIDUAL GROUP RESOURCE ROOM UNKNOWN", "ROLE": "CHAIR REQ-PARTICIPANT OPT-PARTICIPANT NON-PARTICIPANT",
    "PARTSTAT": "NEEDS-ACTION ACCEPTED DECLINED TENTATIVE DELEGATED", "RSVP": "TRUE FALSE", "RELATED": "START END",
    "RELTYPE": "PARENT CHILD SIBLING", "FBTYPE": "FREE BUSY BUSY-UNAVAILABLE BUSY-TENTATIVE", "RANGE": "THISANDFUTURE",
    "VALUE": "BINARY BOOLEAN CAL-ADDRESS DATE DATE-TIME DURATION FLOAT INTEGER PERIOD RECUR TEXT TIME URI UTC-OFFSET",
    "ENCODING": "8BIT BASE64",
}
VALUE_ENUMS = {
    "VERSION": "2.0", "CALSCALE": "GREGORIAN", "TRANSP": "OPAQUE TRANSPARENT", "STATUS": "TENTATIVE CONFIRMED CANCELLED",
    "CLASS": "PUBLIC PRIVATE CONFIDENTIAL", "ACTION": "AUDIO DISPLAY EMAIL",
    "METHOD": "PUBLISH REQUEST REPLY ADD CANCEL REFRESH COUNTER DECLINECOUNTER",
    "X-MICROSOFT-CDO-BUSYSTATUS": "FREE TENTATIVE BUSY OOF",
}
TEXTS = set("""SUMMARY DESCRIPTION LOCATION COMMENT CONTACT UID NAME PRODID TZID TZNAME CATEGORIES RESOURCES
    X-WR-CALNAME X-WR-CALDESC""".split())
LISTS = {"CATEGORIES", "RESOURCES"}
TIMES = {"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"}
UTC = {"DTSTAMP", "CREATED", "LAST-MODIFIED", "COMPLETED"}
INTEGERS = {"SEQUENCE": (0, 2**31 - 1), "PRIORITY": (0, 9), "REPEAT": (0, 1000)}
URIS = {"URL", "SOURCE", "TZURL", "CONFERENCE"}
ADDRESS = re.compile(r"(?=.{3,254}$)[A-Za-z0-9!$'*+._~%-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
                     r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
DURATION = re.compile(r"([+-])?P(?:\d+W|(?=\d|T\d)(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)")


def moment(value):
    """(kind, datetime) of a DATE or DATE-TIME; None where there is no such day or time."""
    forms = {8: ("date", "%Y%m%d"), 15: ("local", "%Y%m%dT%H%M%S"), 16: ("utc", "%Y%m%dT%H%M%SZ")}
    kind, form = forms.get(len(value), (None, None))
    try:
        return (kind, datetime.strptime(value, form)) if kind and value.isascii() else None
    except ValueError:
        return None


def lint_property(prop, comp, report):
    where = f"line {prop.line}, {prop.name}"
    for key, values in prop.params.items():
        if not key.startswith("X-") and not prop.name.startswith("X-") and key not in PARAMS.get(prop.name, set()):
            report("param-allowed", f"{where} has no {key}")
        for value, quoted in values:
            if key in PARAM_ENUMS and value not in PARAM_ENUMS[key].split() and not value.startswith("X-"):
                report("param-enum", f"{where}: {key}={value}")
            if key == "CN" and not quoted:
                report("cn-quoted", f"{where}: CN={value}")
    if prop.name in VALUE_ENUMS and prop.value not in VALUE_ENUMS[prop.name].split():
        report("value-enum", f"{where}: {prop.value}")
    if prop.name in TEXTS:
        rest = re.sub(r"\\[\\;,nN]", "", prop.value)
        if "\\" in rest or ";" in rest or ("," in rest and prop.name not in LISTS):
            report("text-escape", f"{where}: {prop.value[:60]}")
    if prop.name == "SUMMARY" and not prop.value.strip():
        report("text-empty", where)
    if prop.name in INTEGERS:
        low, high = INTEGERS[prop.name]
        if not re.fullmatch(r"\d{1,10}", prop.value) or not low <= int(prop.value) <= high:
            report("integer", f"{where}: {prop.value}")
    if prop.name in URIS and not re.fullmatch(
            r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", prop.value):
        report("uri", f"{where}: {prop.value}")
    if prop.name in ("ORGANIZER", "ATTENDEE"):
        if not prop.value.startswith("mailto:") or not ADDRESS.fullmatch(prop.value[7:]):
            report("cal-address", f"{where}: {prop.value}")
    if prop.name in ("DURATION", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        m = DURATION.fullmatch(prop.value)
        if not m or m[1] == "-" or not re.search("[1-9]", prop.value):
            report("duration", f"{where}: {prop.value}")
    if prop.name == "TRIGGER" and prop.param("VALUE") != "DATE-TIME" and not DURATION.fullmatch(prop.value):
        report("duration", f"{where}: {prop.value}")
    if prop.name == "REFRESH-INTERVAL" and prop.param("VALUE") != "DURATION":
        report("refresh-value", where)
    if prop.name in ("TZOFFSETFROM", "TZOFFSETTO"):
        if not re.fullmatch(r"[+-](?:[01]\d|2[0-3])[0-5]\d", prop.value) or prop.value == "-0000":
            report("utc-offset", f"{where}: {prop.value}")
    if prop.name == "UID" and not 1 <= len(prop.value.encode()) <= 255 or prop.name == "UID" and " " in prop.value:
        report("uid-length", where)
    if prop.name == "RRULE":
        lint_rrule(prop, comp, report)


def lint_rrule(prop, comp, report):
    parts = [p.partition("=")[::2] for p in prop.value.split(";")]
    keys = [k for k, _ in parts]
    rule = dict(parts)
    start = moment(comp.value("DTSTART") or "")
    until = moment(rule.get("UNTIL", ""))
    known = set("FREQ UNTIL COUNT INTERVAL BYSECOND BYMINUTE BYHOUR BYDAY BYMONTHDAY BYYEARDAY BYWEEKNO BYMONTH BYSETPOS"
                " WKST".split())
    wrong = (keys.count("FREQ") != 1 or len(set(keys)) != len(keys) or not set(keys) <= known
             or {"UNTIL", "COUNT"} <= set(keys)
             or rule.get("FREQ") not in ("SECONDLY MINUTELY HOURLY DAILY WEEKLY MONTHLY YEARLY".split())
             or any(not re.fullmatch(r"[1-9]\d{0,8}", rule.get(k, "1")) for k in ("COUNT", "INTERVAL")))
    if "UNTIL" in rule and not wrong:
        date = start and start[0] == "date"
        wrong = not until or until[0] != ("date" if date else "utc")
    if wrong:
        report("rrule", f"line {prop.line}: {prop.value}")


def lint_times(comp, report):
    """Every time property of one component: form, zone, order."""
    in_zone = comp.name in ("STANDARD", "DAYLIGHT")
    for prop in comp.props:
        if prop.name not in TIMES | UTC:
            continue
        where = f"line {prop.line}, {prop.name}:{prop.value}"
        for value in prop.value.split(",") if prop.name in ("EXDATE", "RDATE") else [prop.value]:
            at = moment(value.partition("/")[0] if prop.param("VALUE") == "PERIOD" else value)
            if not at or (at[0] == "date") != (prop.param("VALUE") == "DATE"):
                report("date-time", where)
                continue
            if prop.name in UTC and (at[0] != "utc" or "TZID" in prop.params):
                report("utc-only", where)
            if prop.name in TIMES and "TZID" in prop.params and at[0] != "local":
                report("tzid-utc", where)
            if prop.name in TIMES and not in_zone and at[0] == "local" and "TZID" not in prop.params:
                report("floating", where)
    start, end = comp.one("DTSTART"), comp.one("DTEND")
    if end and comp.one("DURATION"):
        report("dtend-duration", f"line {end.line}")
    first, last = (moment(p.value) if p else None for p in (start, end))
    if first and last:
        if first[0] != last[0]:
            report("dtend-type", f"line {end.line}")
        elif start.param("TZID") == end.param("TZID") and last[1] <= first[1]:
            report("dtend-after", f"line {end.line}")
    instance = comp.one("RECURRENCE-ID")
    if instance and first and (moment(instance.value) or first)[0] != first[0]:
        report("recurrence-type", f"line {instance.line}")
    created, changed = (moment(comp.value(n) or "") for n in ("CREATED", "LAST-MODIFIED"))
    if created and changed and changed[1] < created[1]:
        report("created-order", f"line {comp.line}")


def lint_component(comp, parent, report):
    where = f"line {comp.line}, {comp.name}"
    known = COMPONENTS.get(comp.name)
    if comp.name.startswith("X-"):
        return
    if not known or parent not in known[0]:
        report("component-known", f"{where} in {parent or 'the file'}")
    if known:
        _, required, once, many = known
        for name in sorted(required):
            if not comp.all(name):
                report("required", f"{where}: no {name}")
        for name in sorted(required | once):
            if len(comp.all(name)) > 1:
                report("at-most-once", f"{where}: {name}")
        for prop in comp.props:
            if prop.name not in required | once | many and not prop.name.startswith("X-"):
                report("property-known", f"line {prop.line}: {prop.name} in {comp.name}")
    for prop in comp.props:
        lint_property(prop, comp, report)
    lint_times(comp, report)
    if comp.name == "VALARM":
        lint_alarm(comp, report)
    if comp.name == "VEVENT":
        lint_event(comp, report)
    for child in comp.comps:
        lint_component(child, comp.name, report)


def lint_event(event, report):
    people = [p.value.lower() for p in event.all("ATTENDEE")]
    if people and not event.one("ORGANIZER"):
        report("attendee-organizer", f"line {event.line}")
    if len(set(people)) != len(people):
        report("attendee-twice", f"line {event.line}")


def lint_alarm(alarm, report):
    need = {"DISPLAY": {"DESCRIPTION"}, "EMAIL": {"DESCRIPTION", "SUMMARY", "ATTENDEE"}}.get(alarm.value("ACTION"), set())
    if any(not alarm.one(n) for n in need) or bool(alarm.one("DURATION")) != bool(alarm.one("REPEAT")):
        report("alarm", f"line {alarm.line}")


def lint_zones(calendar, report):
    zones = [c.value("TZID") for c in calendar.comps if c.name == "VTIMEZONE"]
    used = {p.param("TZID"): p for c in calendar.walk() for p in c.props if "TZID" in p.params}
    for zone, prop in used.items():
        if zone not in zones:
            report("tzid-missing", f"line {prop.line}: {zone}")
    for zone in set(zones) - set(used) - {calendar.value("X-WR-TIMEZONE")}:
        report("tzid-unused", zone or "(none)")
    if len(set(zones)) != len(zones):
        report("tzid-twice", ", ".join(map(str, zones)))
    for zone in (c for c in calendar.comps if c.name == "VTIMEZONE"):
        starts = [moment(o.value("DTSTART") or "") for o in zone.comps]
        plain = all("TZID" not in p.params for o in zone.comps for p in o.all("DTSTART"))
        if not starts or not plain or any(s and s[0] != "local" for s in starts):
            report("tz-observance", f"line {zone.line}")


STATUSES = {"PUBLISH": {None, "TENTATIVE", "CONFIRMED", "CANCELLED"}, "REQUEST": {None, "TENTATIVE", "CONFIRMED"},
            "CANCEL": {None, "CANCELLED"}}


def lint_busy(busy, report):
    """RFC 5546 3.3.1."""
    where = f"line {busy.line}"
    if len(busy.all("ORGANIZER")) != 1:
        report("method-organizer", where)
    if busy.all("ATTENDEE"):
        report("method-attendee", where)
    ends = [moment(busy.value(n) or "") for n in ("DTSTART", "DTEND")]
    if not all(e and e[0] == "utc" for e in ends):
        report("busy-form", where)
        return
    last = {}
    for prop in busy.all("FREEBUSY"):
        for period in prop.value.split(","):
            span = [moment(x) for x in period.split("/")]
            if len(span) != 2 or not all(x and x[0] == "utc" for x in span):
                report("busy-period", f"line {prop.line}: {period}")
                continue
            kind = prop.param("FBTYPE") or "BUSY"
            start, end = span[0][1], span[1][1]
            if not max(ends[0][1], last.get(kind, start)) <= start < end <= ends[1][1]:
                report("busy-period", f"line {prop.line}: {period}")
            last[kind] = end


def lint_method(calendar, report):
    """RFC 5546 3.2, for the methods that an organizer sends."""
    method = calendar.value("METHOD")
    if method not in STATUSES:
        return
    events = [c for c in calendar.comps if c.name == "VEVENT"]
    busy = [c for c in calendar.comps if c.name == "VFREEBUSY"]
    if method == "PUBLISH" and busy and len(busy) == len(calendar.comps):
        for one in busy:
            lint_busy(one, report)
    elif not events or any(c.name not in ("VEVENT", "VTIMEZONE") for c in calendar.comps):
        report("method-component", method)
    if method != "PUBLISH" and len({e.value("UID") for e in events}) > 1:
        report("method-uid", method)
    for event in events:
        where = f"{method}, line {event.line}"
        if len(event.all("ORGANIZER")) != 1:
            report("method-organizer", where)
        if bool(event.all("ATTENDEE")) == (method == "PUBLISH"):
            report("method-attendee", where)
        if method == "CANCEL" and not event.one("SEQUENCE"):
            report("method-sequence", where)
        if event.value("STATUS") not in STATUSES[method]:
            report("method-status", f"{where}: {event.value('STATUS')}")
        if method != "CANCEL" and not event.one("SUMMARY"):
            report("method-summary", where)


def lint_feed(calendar, report):
    if calendar.one("METHOD"):
        report("feed-method", calendar.value("METHOD"))
    for name in ("X-WR-CALNAME", "X-WR-TIMEZONE", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        if not calendar.one(name):
            report("feed-head", f"no {name}")
    for event in calendar.comps:
        if event.all("ATTENDEE"):
            report("feed-attendee", f"line {event.line}")
        if event.name == "VEVENT" and not (event.one("LAST-MODIFIED") and event.one("SEQUENCE")):
            report("feed-stamp", f"line {event.line}")


def lint(data, feed=False):
    """The findings, as `rule: message`, and the calendar (None where there is none)."""
    findings = []

    def report(rule, message):
        assert rule in RULES, rule
        findings.append(f"{rule}: {message}")

    calendars = icsread.read(data, report)
    if len(calendars) != 1 or calendars[0].name != "VCALENDAR":
        report("calendar", f"{len(calendars)} outermost components")
    for calendar in calendars:
        lint_component(calendar, "", report)
        if not calendar.comps:
            report("calendar-empty", f"line {calendar.line}")
        if not calendar.one("METHOD") and any(c.name == "VEVENT" and not c.one("DTSTART") for c in calendar.comps):
            report("required", "VEVENT: no DTSTART")
        ids = [(c.value("UID"), c.value("RECURRENCE-ID")) for c in calendar.comps if c.name == "VEVENT"]
        if len(set(ids)) != len(ids):
            report("uid-unique", "two events with one UID")
        lint_zones(calendar, report)
        lint_method(calendar, report)
        if feed:
            lint_feed(calendar, report)
    return findings, calendars[0] if calendars else None


def main(args):
    import icslint_mail
    if args == ["--rules"]:
        for name, asks in {**RULES, **icslint_mail.RULES}.items():
            print(f"{name:20}{asks}")
        return 0
    mode = args.pop(0) if args and args[0] in ("--feed", "--mail") else ""
    if not args or args[0].startswith("--"):
        print(__doc__, file=sys.stderr)
        return 2
    wrong = 0
    for name in args:
        with open(name, "rb") as file:
            data = file.read()
        findings = icslint_mail.lint(data) if mode == "--mail" else lint(data, mode == "--feed")[0]
        for finding in findings:
            print(finding if len(args) == 1 else f"{name}: {finding}")
        wrong += bool(findings)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.modules["icslint"] = sys.modules["__main__"]
    sys.exit(main(sys.argv[1:]))
