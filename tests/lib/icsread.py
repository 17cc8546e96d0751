"""Reads iCalendar bytes strictly (RFC 5545 3.1, RFC 6868) for icslint; every oddity becomes a finding.

read(data, report) gives the tree of components; report(rule, message) takes the findings."""
import re
from dataclasses import dataclass, field

NAME = re.compile(r"[A-Za-z0-9-]+")


@dataclass
class Prop:
    name: str
    params: dict  # NAME -> [(value, quoted)]
    value: str
    line: int

    def param(self, name):
        values = self.params.get(name)
        return values[0][0] if values else None


@dataclass
class Comp:
    name: str
    line: int
    props: list = field(default_factory=list)
    comps: list = field(default_factory=list)

    def all(self, name):
        return [p for p in self.props if p.name == name]

    def one(self, name):
        found = self.all(name)
        return found[0] if found else None

    def value(self, name):
        prop = self.one(name)
        return prop.value if prop else None

    def walk(self):
        yield self
        for comp in self.comps:
            yield from comp.walk()


def physical(data, report):
    """The lines as they stand in the file, without their line ends."""
    if data.startswith(b"\xef\xbb\xbf"):
        report("bom", "starts with a byte order mark")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        report("crlf", "a bare CR or LF ends a line")
    if not data.endswith(b"\r\n"):
        report("crlf", "the last line has no line end")
    lines = re.split(rb"\r\n|\r|\n", data)
    for number, line in enumerate(lines, 1):
        if len(line) > 75:
            report("line-length", f"line {number} has {len(line)} octets")
        if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line):
            report("control", f"line {number} has a control byte")
        if line.endswith((b" ", b"\t")):
            report("line-blank", f"line {number} ends in a blank")
        if not line and number < len(lines):
            report("blank-line", f"line {number} is empty")
    return lines[:-1] if lines[-1] == b"" else lines


def unfold(data, report):
    """(number, text) of each content line."""
    whole, number = None, 0
    for n, line in enumerate(physical(data, report), 1):
        if line[:1] in (b" ", b"\t") and whole is not None:
            if not utf8(last) and utf8(last + line[1:]):
                report("fold-char", f"line {n - 1} is cut inside a character")
            whole += line[1:]
        else:
            if whole is not None:
                yield number, text(whole, number, report)
            whole, number = line, n
        last = line
    if whole is not None:
        yield number, text(whole, number, report)


def utf8(data):
    try:
        data.decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def text(line, number, report):
    if not utf8(line):
        report("utf8", f"line {number} is not UTF-8")
    s = line.decode("utf-8", "replace")
    if re.search("[\u0080-\u009f\u2028\u2029\ufeff]", s):
        report("control", f"line {number} has a control character")
    return s


def content(number, line, report):
    """One content line as a Prop; None where it cannot be one."""
    def bad(what):
        report("content-line", f"line {number}: {what}")

    m = NAME.match(line)
    if not m:
        return bad("no property name")
    name, at, params = m.group().upper(), m.end(), {}
    while at < len(line) and line[at] == ";":
        m = NAME.match(line, at + 1)
        if not m or line[m.end():m.end() + 1] != "=":
            return bad("a parameter without name or =")
        key, at = m.group().upper(), m.end()
        if key in params:
            report("param-once", f"line {number}: {key} twice")
        params[key] = []
        while at < len(line) and line[at] in "=,":
            value, quoted, at = param_value(line, at + 1, number, report)
            params[key].append((value, quoted))
    if line[at:at + 1] != ":":
        return bad("no colon where it should be")
    return Prop(name, params, line[at + 1:], number)


def param_value(line, at, number, report):
    if line[at:at + 1] == '"':
        end = line.find('"', at + 1)
        if end < 0:
            report("param-quote", f"line {number}: a quoted value is not closed")
            return line[at + 1:], True, len(line)
        value, quoted, after = line[at + 1:end], True, end + 1
    else:
        after = re.compile("[:;,]|$").search(line, at).start()
        value, quoted = line[at:after], False
        if '"' in value:
            report("param-quote", f'line {number}: a " inside a value')
    if "\\" in value:
        report("param-backslash", f"line {number}")
    if "^" in re.sub(r"\^[\^n']", "", value):
        report("param-caret", f"line {number}: ^ not encoded (RFC 6868)")
    return re.sub(r"\^([\^n'])", lambda m: {"^": "^", "n": "\n", "'": '"'}[m[1]], value), quoted, after


def read(data, report):
    """The outermost components."""
    top = Comp("", 0)
    stack = [top]
    for number, line in unfold(data, report):
        prop = content(number, line, report) if line else None
        if not prop:
            continue
        if prop.name == "BEGIN":
            comp = Comp(prop.value.upper(), number)
            stack[-1].comps.append(comp)
            stack.append(comp)
        elif prop.name == "END":
            if len(stack) == 1 or stack[-1].name != prop.value.upper():
                report("nesting", f"line {number}: END:{prop.value} without its BEGIN")
            if len(stack) > 1:
                stack.pop()
        else:
            if len(stack) == 1:
                report("nesting", f"line {number}: {prop.name} outside of any component")
            stack[-1].props.append(prop)
    for comp in stack[1:]:
        report("nesting", f"line {comp.line}: BEGIN:{comp.name} without its END")
    return top.comps


def unescape(value):
    """A TEXT value as the reader sees it."""
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value, flags=re.S)
