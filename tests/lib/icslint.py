#!/usr/bin/python3
"""icslint.py [--feed | --mail] FILE...      icslint.py --rules

The project's own strict iCalendar linter: RFC 5545, 5546, 6868, 7953, 7986 and what calendar clients were
found to trip over. One line per finding, `rule: message`; exit code 1 when there is one.
--feed: also what a subscribed calendar needs; --mail: FILE is a mail (.eml) with or without one."""
import re
import sys
from datetime import datetime, timedelta

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
    "value-type": "VALUE names a type that the property may have",
    "language": "LANGUAGE is a language tag",
    "param-address": "DELEGATED-TO, DELEGATED-FROM, MEMBER, SENT-BY are quoted mailto: addresses",
    "conference": "CONFERENCE has VALUE=URI",
    "color": "COLOR is a name of CSS3",
    "geo": "GEO is a latitude and a longitude",
    "exdate-type": "EXDATE and RDATE are of DTSTART's type",
    "request-status": "REQUEST-STATUS is a code of two or three numbers and words",
    "freebusy": "FREEBUSY holds periods in UTC, rising, apart, within DTSTART and DTEND",
    "available": "an AVAILABLE has a time with a zone, and ends the way one ends",
    "method-component": "a METHOD's components: VEVENTs and zones; PUBLISH: or VFREEBUSYs",
    "method-organizer": "exactly one ORGANIZER",
    "method-attendee": "PUBLISH: no ATTENDEE; REPLY, REFRESH: one; REQUEST, ADD, CANCEL: at least one",
    "method-sequence": "CANCEL and ADD have a SEQUENCE, ADD's is above 0",
    "method-status": "STATUS as the METHOD allows",
    "method-summary": "PUBLISH, REQUEST, ADD, COUNTER: a SUMMARY",
    "method-start": "PUBLISH, REQUEST, ADD, COUNTER: a DTSTART",
    "method-property": "nothing that the METHOD forbids",
    "method-alarm": "REPLY, CANCEL, REFRESH, DECLINECOUNTER: no VALARM",
    "method-partstat": "REPLY: an answer in PARTSTAT",
    "method-busy": "PUBLISH of a VFREEBUSY: an ORGANIZER, from when until when in UTC, no ATTENDEE",
    "method-uid": "one UID, but for PUBLISH",
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
    "VAVAILABILITY": (["VCALENDAR"], {"DTSTAMP", "UID"},
                      {"BUSYTYPE", "CLASS", "CREATED", "DESCRIPTION", "DTSTART", "DTEND", "DURATION", "LAST-MODIFIED", "LOCATION",
                       "ORGANIZER", "PRIORITY", "SEQUENCE", "SUMMARY", "URL"}, {"CATEGORIES", "COMMENT", "CONTACT"}),
    "AVAILABLE": (["VAVAILABILITY"], {"DTSTAMP", "DTSTART", "UID"},
                  {"CREATED", "DESCRIPTION", "DTEND", "DURATION", "LAST-MODIFIED", "LOCATION", "RECURRENCE-ID", "RRULE", "SUMMARY"},
                  {"CATEGORIES", "COMMENT", "CONTACT", "EXDATE", "RDATE"}),
    "VALARM": (["VEVENT"], {"ACTION", "TRIGGER"}, {"DESCRIPTION", "SUMMARY", "DURATION", "REPEAT"},
               {"ATTACH", "ATTENDEE"}),
}
PERSON = {"CN", "DIR", "SENT-BY", "LANGUAGE", "EMAIL", "SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND"}
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
    "ENCODING": "8BIT BASE64", "SCHEDULE-AGENT": "SERVER CLIENT NONE", "SCHEDULE-FORCE-SEND": "REQUEST REPLY",
    "DISPLAY": "BADGE GRAPHIC FULLSIZE THUMBNAIL", "FEATURE": "AUDIO CHAT FEED MODERATOR PHONE SCREEN VIDEO",
}
VALUE_TYPES = {  # property: the types VALUE may name
    "DTSTART": "DATE DATE-TIME", "DTEND": "DATE DATE-TIME", "RECURRENCE-ID": "DATE DATE-TIME", "EXDATE": "DATE DATE-TIME",
    "RDATE": "DATE DATE-TIME PERIOD", "TRIGGER": "DURATION DATE-TIME", "ATTACH": "URI BINARY", "REFRESH-INTERVAL": "DURATION",
    "SOURCE": "URI", "CONFERENCE": "URI", "IMAGE": "URI BINARY", "URL": "URI", "DURATION": "DURATION",
}
COLORS = set("""aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
    cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray darkgreen
    darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray
    darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia
    gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender
    lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink
    lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon
    mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise
    mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
    palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple red rosybrown royalblue
    saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan
    teal thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen""".split())
ADDRESS_PARAMS = {"DELEGATED-TO", "DELEGATED-FROM", "MEMBER", "SENT-BY"}
VALUE_ENUMS = {
    "VERSION": "2.0", "CALSCALE": "GREGORIAN", "TRANSP": "OPAQUE TRANSPARENT", "STATUS": "TENTATIVE CONFIRMED CANCELLED",
    "CLASS": "PUBLIC PRIVATE CONFIDENTIAL", "ACTION": "AUDIO DISPLAY EMAIL",
    "BUSYTYPE": "BUSY BUSY-UNAVAILABLE BUSY-TENTATIVE",
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
            if key == "VALUE" and prop.name in VALUE_TYPES and value not in VALUE_TYPES[prop.name].split():
                report("value-type", f"{where}: VALUE={value}")
            if key == "LANGUAGE" and not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", value):
                report("language", f"{where}: {value}")
            if key in ADDRESS_PARAMS and not (quoted and value.startswith("mailto:") and ADDRESS.fullmatch(value[7:])):
                report("param-address", f"{where}: {key}={value}")
    lint_forms(prop, where, report)
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


def lint_forms(prop, where, report):
    """Values of a form of their own."""
    if prop.name == "CONFERENCE" and prop.param("VALUE") != "URI":
        report("conference", where)
    if prop.name == "COLOR" and prop.value.lower() not in COLORS:
        report("color", f"{where}: {prop.value}")
    if prop.name == "GEO":
        m = re.fullmatch(r"([+-]?\d{1,3}(?:\.\d+)?);([+-]?\d{1,3}(?:\.\d+)?)", prop.value)
        if not m or abs(float(m[1])) > 90 or abs(float(m[2])) > 180:
            report("geo", f"{where}: {prop.value}")
    if prop.name == "REQUEST-STATUS" and not re.fullmatch(r"[1-5]\.\d{1,2}(\.\d{1,2})?;[^;]+(;.*)?", prop.value):
        report("request-status", f"{where}: {prop.value}")


def period(value):
    """(from, until) of a PERIOD in UTC, None where it is none."""
    first, _, last = value.partition("/")
    begin, end = moment(first), moment(last)
    m = DURATION.fullmatch(last)
    if begin and m and m[1] != "-":
        length = re.fullmatch(r"\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", last)
        w, d, h, i, s = (int(x or 0) for x in length.groups())
        end = ("utc", begin[1] + timedelta(weeks=w, days=d, hours=h, minutes=i, seconds=s))
    if not begin or not end or begin[0] != "utc" or end[0] != "utc" or end[1] <= begin[1]:
        return None
    return begin[1], end[1]


def lint_busy(busy, report):
    """RFC 5545 3.6.4 and 3.8.2.6: the periods of each kind rise and do not overlap, over several FREEBUSYs, too."""
    start, end = (moment(busy.value(n) or "") for n in ("DTSTART", "DTEND"))
    last = {}
    for prop in busy.all("FREEBUSY"):
        kind = prop.param("FBTYPE") or "BUSY"
        for value in prop.value.split(","):
            span = period(value)
            good = span and last.get(kind, span[0]) <= span[0]
            if good and start and end:
                good = start[1] <= span[0] and span[1] <= end[1]
            if not good:
                report("freebusy", f"line {prop.line}: {value[:60]}")
            if span:
                last[kind] = span[1]


def lint_available(available, report):
    start = available.one("DTSTART")
    at = moment(start.value) if start else None
    zoned = at and (at[0] == "utc" or "TZID" in start.params)
    if not zoned or bool(available.one("DTEND")) == bool(available.one("DURATION")):
        report("available", f"line {available.line}")


RULE_NUMBERS = {"BYSECOND": (0, 60), "BYMINUTE": (0, 59), "BYHOUR": (0, 23), "BYMONTHDAY": (-31, 31), "BYYEARDAY": (-366, 366),
                "BYWEEKNO": (-53, 53), "BYMONTH": (1, 12), "BYSETPOS": (-366, 366)}


def rule_parts_wrong(rule):
    """Parts out of their range, or where RFC 5545 3.3.10 does not have them."""
    freq = rule.get("FREQ")
    for key, (low, high) in RULE_NUMBERS.items():
        for n in rule[key].split(",") if key in rule else ():
            if not re.fullmatch(r"[+-]?\d{1,3}", n) or not low <= int(n) <= high or (low < 0 and int(n) == 0):
                return True
    days = rule["BYDAY"].split(",") if "BYDAY" in rule else []
    numbered = [d for d in days if len(d) > 2]
    if any(not re.fullmatch(r"([+-]?([1-9]|[1-4]\d|5[0-3]))?(MO|TU|WE|TH|FR|SA|SU)", d) for d in days):
        return True
    return bool(numbered and freq not in ("MONTHLY", "YEARLY") or numbered and freq == "YEARLY" and "BYWEEKNO" in rule
                or freq == "WEEKLY" and "BYMONTHDAY" in rule or freq in ("DAILY", "WEEKLY", "MONTHLY") and "BYYEARDAY" in rule
                or freq != "YEARLY" and "BYWEEKNO" in rule or "BYSETPOS" in rule and not any(k.startswith("BY") and k != "BYSETPOS" for k in rule)
                or rule.get("WKST", "MO") not in ("MO", "TU", "WE", "TH", "FR", "SA", "SU"))


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
             or any(not re.fullmatch(r"[1-9]\d{0,8}", rule.get(k, "1")) for k in ("COUNT", "INTERVAL"))
             or rule_parts_wrong(rule))
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
    for prop in comp.all("EXDATE") + comp.all("RDATE") if first and not in_zone else ():
        at = moment(prop.value.split(",")[0].partition("/")[0])
        if at and (at[0] == "date") != (first[0] == "date"):
            report("exdate-type", f"line {prop.line}")
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
    if comp.name == "VFREEBUSY":
        lint_busy(comp, report)
    if comp.name == "AVAILABLE":
        lint_available(comp, report)
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


MANY = 10**6
METHODS = {  # RFC 5546 3.2: ATTENDEEs, SUMMARY and DTSTART needed, STATUS
    "PUBLISH": ((0, 0), True, {None, "TENTATIVE", "CONFIRMED", "CANCELLED"}),
    "REQUEST": ((1, MANY), True, {None, "TENTATIVE", "CONFIRMED"}),
    "REPLY": ((1, 1), False, {None, "TENTATIVE", "CONFIRMED", "CANCELLED"}),
    "ADD": ((1, MANY), True, {None, "TENTATIVE", "CONFIRMED"}),
    "CANCEL": ((1, MANY), False, {None, "CANCELLED"}),
    "REFRESH": ((1, 1), False, {None}),
    "COUNTER": ((0, MANY), True, {None, "TENTATIVE", "CONFIRMED", "CANCELLED"}),
    "DECLINECOUNTER": ((0, MANY), False, {None, "TENTATIVE", "CONFIRMED", "CANCELLED"}),
}
REFRESH_HAS = {"ATTENDEE", "DTSTAMP", "ORGANIZER", "RECURRENCE-ID", "UID", "COMMENT", "CONTACT"}


def lint_method(calendar, report):
    """RFC 5546 3.2 and 3.3, of every method."""
    method = calendar.value("METHOD")
    if method not in METHODS:
        return
    events = [c for c in calendar.comps if c.name == "VEVENT"]
    busy = [c for c in calendar.comps if c.name == "VFREEBUSY"]
    kinds = {c.name for c in calendar.comps} - {"VTIMEZONE"}
    if kinds not in ({"VEVENT"}, {"VFREEBUSY"}) or busy and method != "PUBLISH":
        report("method-component", method)
    if method != "PUBLISH" and len({e.value("UID") for e in events}) > 1:
        report("method-uid", method)
    for event in events:
        lint_method_event(method, event, report)
    for one in busy if method == "PUBLISH" else ():
        ends = [moment(one.value(n) or "") for n in ("DTSTART", "DTEND")]
        if len(one.all("ORGANIZER")) != 1 or any(not e or e[0] != "utc" for e in ends) or one.all("ATTENDEE"):
            report("method-busy", f"line {one.line}")


def lint_method_event(method, event, report):
    where = f"{method}, line {event.line}"
    (least, most), whole, statuses = METHODS[method]
    people = event.all("ATTENDEE")
    if len(event.all("ORGANIZER")) != 1:
        report("method-organizer", where)
    if not least <= len(people) <= most:
        report("method-attendee", where)
    sequence = event.value("SEQUENCE")
    if method == "CANCEL" and sequence is None or method == "ADD" and sequence in (None, "0"):
        report("method-sequence", where)
    if event.value("STATUS") not in statuses:
        report("method-status", f"{where}: {event.value('STATUS')}")
    if whole and not event.one("SUMMARY"):
        report("method-summary", where)
    if whole and not event.one("DTSTART"):
        report("method-start", where)
    forbidden = {"REQUEST-STATUS"} if method in ("PUBLISH", "REQUEST", "ADD", "CANCEL") else set()
    for prop in event.props:
        if prop.name in forbidden or method == "REFRESH" and prop.name not in REFRESH_HAS and not prop.name.startswith("X-"):
            report("method-property", f"{where}: {prop.name}")
    if method in ("REPLY", "CANCEL", "REFRESH", "DECLINECOUNTER") and any(c.name == "VALARM" for c in event.comps):
        report("method-alarm", where)
    if method == "REPLY" and people and people[0].param("PARTSTAT") in (None, "NEEDS-ACTION"):
        report("method-partstat", where)


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
