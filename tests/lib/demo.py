#!/usr/bin/env python3
"""What a reader sees of the service's mails and pages, as text for a terminal.

demo.py mail FILE...     each mail: its headers, its text, its parts
demo.py calendar FILE    the calendar part of a mail
demo.py link FILE        the address of the expert's page in an offer
demo.py page < HTML      the words of a page, and what its forms send
demo.py registration     a company registration number that nobody has, with a right check digit
"""
import email
import email.policy
import html.parser
import random
import re
import sys

SHOWN = ['From', 'To', 'Reply-To', 'Date', 'Subject', 'Content-Type']
WEIGHTS = [1, 3, 7, 1, 3, 7, 1, 3, 5]


def read(path):
    with open(path, 'rb') as f:
        return email.message_from_binary_file(f, policy=email.policy.default)


def show_mail(path):
    mail = read(path)
    for name in SHOWN:
        if mail[name]:
            print(f'{name}: {mail[name]}')
    print()
    print(mail.get_body(('plain',)).get_content().rstrip())
    print()
    print('parts:', ', '.join(x.get_content_type() + (f' method={x.get_param("method")}'
                              if x.get_param('method') else '') for x in mail.walk()))


def calendar(path):
    part = next(x for x in read(path).walk() if x.get_content_type() == 'text/calendar')
    print(part.get_payload(decode=True).decode().replace('\r\n', '\n'), end='')


def link(path):
    print(re.search(r'https?://\S+/r/[\w-]+', read(path).get_body(('plain',)).get_content()).group())


class Words(html.parser.HTMLParser):
    """A line per block; in brackets what a form sends: hidden values, and what is left to fill in."""
    BLOCKS = {'p', 'h1', 'h2', 'div', 'dt', 'label', 'legend', 'button', 'section', 'footer', 'header', 'tr'}

    def __init__(self):
        super().__init__()
        self.lines, self.silent = [''], 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.silent += tag in ('head', 'style', 'script')
        if tag in self.BLOCKS:
            self.lines.append('[ ' if tag == 'button' else '')
        if tag == 'dd':
            self.lines[-1] = self.lines[-1].strip() + ': '
        if tag in ('td', 'th'):
            self.lines[-1] += ' '
        if tag in ('input', 'textarea'):
            self.lines.append(f'({attrs["name"]} = {attrs.get("value", "…")})')

    def handle_endtag(self, tag):
        self.silent -= tag in ('head', 'style', 'script')
        if tag == 'button':
            self.lines[-1] += ' ]'

    def handle_data(self, data):
        if not self.silent:
            self.lines[-1] += re.sub(r'\s+', ' ', data)


def page():
    words = Words()
    words.feed(sys.stdin.read())
    print('\n'.join(re.sub(' +', ' ', x).strip() for x in words.lines if x.strip()))


def registration():
    digits = [9] + [random.randrange(10) for _ in range(8)]
    total = sum(d * w for d, w in zip(digits, WEIGHTS)) + digits[8] * 5 // 10
    text = ''.join(map(str, digits + [(10 - total % 10) % 10]))
    print(f'{text[:3]}-{text[3:5]}-{text[5:]}')


if __name__ == '__main__':
    what, files = sys.argv[1], sys.argv[2:]
    if what == 'mail':
        for each in files:
            show_mail(each)
    else:
        {'calendar': calendar, 'link': link, 'page': page, 'registration': registration}[what](*files)
