"""What icslint --mail asks of a mail: the form that makes mail clients show their buttons."""
import email
import email.header
import email.policy
import email.utils
import re

import icslint

RULES = {
    "mail-crlf": "every line ends in CR LF",
    "mail-ascii": "ASCII on the wire",
    "mail-line": "no line is longer than 78",
    "mail-header-once": "Date, From, Reply-To, To, Subject, Message-ID, MIME-Version stand once",
    "mail-one-recipient": "one recipient, no Cc, no Bcc",
    "mail-address": "From, Reply-To and To are strict addresses",
    "mail-reply-to": "Reply-To is From",
    "mail-date": "Date is a date",
    "mail-message-id": "Message-ID and References are <id@host>",
    "mail-thread": "In-Reply-To is the last of References",
    "mail-word": "encoded words: <= 75, whole characters, lines <= 76, nothing that breaks a line",
    "mail-auto": "Auto-Submitted: auto-generated",
    "mail-class": "Content-Class on a calendar mail and only there",
    "mail-structure": "mixed{alternative{plain, html, calendar}, ics} or alternative{plain, html}",
    "mail-charset": "text parts say charset=UTF-8 and are UTF-8",
    "mail-encoding": "text and calendar parts are base64 or quoted-printable, lines <= 76",
    "mail-empty": "text parts say something",
    "mail-method": "the method parameter is METHOD",
    "mail-component": "component=VEVENT",
    "mail-inline": "the text/calendar part is not an attachment, the file is",
    "mail-same": "both calendar parts are the same bytes",
    "mail-organizer": "ORGANIZER is From",
    "mail-attendee": "the one ATTENDEE is To",
}
ONCE = "Date From Reply-To To Subject Message-ID MIME-Version".split()
CALENDAR = ["text/plain", "text/html", "text/calendar", "application/ics"]


def lint(data):
    findings = []

    def report(rule, message):
        assert rule in RULES, rule
        findings.append(f"{rule}: {message}")

    lint_bytes(data, report)
    mail = email.message_from_bytes(data, policy=email.policy.compat32)
    lint_headers(mail, report)
    parts = [p for p in mail.walk() if not p.is_multipart()]
    with_calendar = any(p.get_content_type() in CALENDAR[2:] for p in parts)
    lint_structure(mail, with_calendar, report)
    for part in parts:
        lint_part(part, report)
    if (mail.get("Content-Class") == "urn:content-classes:calendarmessage") != with_calendar:
        report("mail-class", str(mail.get("Content-Class")))
    if with_calendar:
        findings += lint_calendar(mail, parts, report)
    return findings


def lint_bytes(data, report):
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data) or not data.endswith(b"\r\n"):
        report("mail-crlf", "a bare CR or LF, or no end")
    if re.search(rb"[^\x20-\x7e\r\n\t]", data):
        report("mail-ascii", "bytes beyond ASCII or control bytes")
    longest = max(map(len, data.split(b"\r\n")))
    if longest > 78:
        report("mail-line", f"{longest} octets")


def addresses(mail, name):
    return email.utils.getaddresses([" ".join(str(v).split()) for v in mail.get_all(name, [])])


def lint_headers(mail, report):
    for name in ONCE:
        if len(mail.get_all(name, [])) != 1:
            report("mail-header-once", f"{name}: {len(mail.get_all(name, []))}")
    if len(addresses(mail, "To")) != 1 or mail.get("Cc") or mail.get("Bcc"):
        report("mail-one-recipient", f"{addresses(mail, 'To')}, Cc {mail.get('Cc')}, Bcc {mail.get('Bcc')}")
    for name in ("From", "Reply-To", "To"):
        for _, address in addresses(mail, name):
            if not icslint.ADDRESS.fullmatch(re.sub("[/?#&=^`{|}]", "x", address)):
                report("mail-address", f"{name}: {address}")
    if [a for _, a in addresses(mail, "From")] != [a for _, a in addresses(mail, "Reply-To")]:
        report("mail-reply-to", str(mail.get("Reply-To")))
    if not email.utils.parsedate_tz(mail.get("Date", "")) or not re.search(r"[+-]\d{4}$", mail.get("Date", "")):
        report("mail-date", str(mail.get("Date")))
    for name in ("Message-ID", "In-Reply-To", "References"):
        for one in (mail.get(name) or "").split():
            if not re.fullmatch(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>", one):
                report("mail-message-id", f"{name}: {one}")
    if (mail.get("In-Reply-To") or "").split() != (mail.get("References") or "").split()[-1:]:
        report("mail-thread", f"{mail.get('In-Reply-To')} / {mail.get('References')}")
    if mail.get("Auto-Submitted") != "auto-generated":
        report("mail-auto", str(mail.get("Auto-Submitted")))
    for name, value in mail.items():
        lint_words(name, str(value), report)


def lint_words(name, value, report):
    words = re.findall(r"=\?[^ \r\n]*", value)
    for line in f"{name}: {value}".splitlines():
        if words and len(line) > 76:
            report("mail-word", f"{name}: a line of {len(line)}")
    for word in words:
        if len(word) > 75 or not re.fullmatch(r"=\?UTF-8\?[BQ]\?[!-~]+\?=", word):
            report("mail-word", f"{name}: {word}")
            continue
        try:
            text = str(email.header.make_header(email.header.decode_header(word)))
        except (UnicodeDecodeError, LookupError, email.errors.HeaderParseError):
            report("mail-word", f"{name}: {word} is not whole characters")
            continue
        if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029]", text):
            report("mail-word", f"{name}: {word} has control characters")


def shape(part):
    if not part.is_multipart():
        return part.get_content_type()
    return [part.get_content_subtype()] + [shape(p) for p in part.get_payload()]


def lint_structure(mail, with_calendar, report):
    want = ["alternative"] + CALENDAR[:2]
    if with_calendar:
        want = ["mixed", want + CALENDAR[2:3], CALENDAR[3]]
    if shape(mail) != want or mail.defects or any(p.defects for p in mail.walk()):
        report("mail-structure", f"{shape(mail)} {mail.defects}")


def lint_part(part, report):
    kind, bytes_ = part.get_content_type(), part.get_payload(decode=True)
    raw = part.get_payload()
    if str(part.get("Content-Transfer-Encoding")).lower() not in ("base64", "quoted-printable") \
            or any(len(line) > 76 for line in raw.splitlines()):
        report("mail-encoding", f"{kind}: {part.get('Content-Transfer-Encoding')}")
    if kind.startswith("text/"):
        try:
            bytes_.decode("utf-8")
            if str(part.get_param("charset")).upper() != "UTF-8":
                report("mail-charset", f"{kind}: {part.get_param('charset')}")
        except UnicodeDecodeError:
            report("mail-charset", f"{kind}: not UTF-8")
    if not bytes_.strip():
        report("mail-empty", kind)


def lint_calendar(mail, parts, report):
    inline = [p for p in parts if p.get_content_type() == "text/calendar"]
    files = [p for p in parts if p.get_content_type() == "application/ics"]
    if len(inline) != 1 or len(files) != 1:
        return []  # mail-structure says so
    part, bytes_ = inline[0], inline[0].get_payload(decode=True)
    if bytes_ != files[0].get_payload(decode=True):
        report("mail-same", "text/calendar and application/ics differ")
    if part.get_content_disposition() == "attachment" or files[0].get_content_disposition() != "attachment" \
            or not files[0].get_filename():
        report("mail-inline", f"{part.get_content_disposition()}, {files[0].get_content_disposition()}")
    if str(part.get_param("component")) != "VEVENT":
        report("mail-component", str(part.get_param("component")))
    findings, calendar = icslint.lint(bytes_)
    if not calendar or str(part.get_param("method")) != calendar.value("METHOD"):
        report("mail-method", str(part.get_param("method")))
    event = next((c for c in calendar.comps if c.name == "VEVENT"), None) if calendar else None
    if event:
        lint_people(mail, event, report)
    return findings


def mailto(prop):
    return re.sub("%([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), prop.value.removeprefix("mailto:")) if prop else None


def lint_people(mail, event, report):
    if [mailto(event.one("ORGANIZER"))] != [a for _, a in addresses(mail, "From")]:
        report("mail-organizer", f"{mailto(event.one('ORGANIZER'))} and {mail.get('From')}")
    if [mailto(p) for p in event.all("ATTENDEE")] != [a for _, a in addresses(mail, "To")]:
        report("mail-attendee", f"{[mailto(p) for p in event.all('ATTENDEE')]} and {mail.get('To')}")
