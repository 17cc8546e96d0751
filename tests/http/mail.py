"""Mails as the tests look at them; each is held against the project's linter."""
import email
import email.policy
import re

import icalendar
import service  # noqa: F401 (finds the next one)
import icslint_mail


class Mail:
    def __init__(self, data):
        self.data, self.message = data, email.message_from_bytes(data, policy=email.policy.default)
        self.to = self.message["To"].addresses[0].addr_spec
        self.subject = self.message["Subject"]
        self.parts = {p.get_content_type(): p.get_payload(decode=True) for p in self.message.walk()
                      if not p.is_multipart()}
        self.text = self.parts["text/plain"].decode()

    @property
    def calendar(self):
        """The text/calendar part as python3-icalendar reads it; None in a mail without one."""
        return icalendar.Calendar.from_ical(self.parts["text/calendar"]) if "text/calendar" in self.parts else None

    @property
    def method(self):
        return str(self.calendar["METHOD"]) if self.calendar else None

    @property
    def event(self):
        return self.calendar.walk("VEVENT")[0]

    @property
    def link(self):
        """The path of the link that the mail holds; None in one without."""
        found = re.search(r"http://[^/\s]+(/r/[A-Za-z0-9_-]{56})(?![A-Za-z0-9_-])", self.text)
        return found and found[1]

    @property
    def reply_tag(self):
        """What makes the address that calendars answer to this attendee's own; None in an address without."""
        found = re.fullmatch(r"jamund\+([a-z2-7]{26})@example\.kr", self.message["From"].addresses[0].addr_spec)
        return found and found[1]

    def findings(self):
        return icslint_mail.lint(self.data)

    def holds(self, text):
        """Whether a text stands in any part or header."""
        return any(text in part.decode() for part in self.parts.values()) or any(
            text in str(value) for value in self.message.values())

    def __str__(self):
        return f"{self.method} to {self.to}: {self.subject}"


def mails(service, appointment, since=0):
    """The mails of an appointment, all but the first `since`."""
    return [Mail(data) for data in service.mails(appointment)][since:]
