"""A reader of server-sent events (the HTML standard's rules, strictly) that keeps what it gets.

    stream = Stream(port, token, since=0)
    stream.until(lambda: len(stream.events) >= 3)
    stream.events[0].id, .kind, .data

last is the place to come back to; beats counts the comments; over: the service ended it.
"""
import http.client
import json
import re
import socket
import time
from collections import namedtuple

Event = namedtuple("Event", "id kind data")
FIELD = re.compile(rb"(id|event|data|retry): ?(.*)")


class Stream:
    def __init__(self, port, token, last=None, query="", wait=60, receive_buffer=None):
        self.events, self.last, self.beats, self.retry, self.over = [], last, 0, None, False
        self.rest, self.wait, self.reset = b"", wait, None
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(wait)
        self.sock.connect(("127.0.0.1", port))
        lines = [f"GET /v1/changes{query} HTTP/1.1", "Host: a", f"Authorization: Bearer {token}"]
        lines += [f"Last-Event-ID: {last}"] if last is not None else []
        self.sock.sendall("\r\n".join(lines + ["", ""]).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.sock.recv(4096)
            if not more:
                raise ConnectionError("no head")
            head += more
        head, _, self.rest = head.partition(b"\r\n\r\n")
        status, _, fields = head.partition(b"\r\n")
        self.status = int(status.split()[1])
        self.headers = http.client.parse_headers(BytesLines(fields))
        self._take()

    def read(self, seconds):
        """Some more bytes; false: nothing came by then, or it is over."""
        self.sock.settimeout(max(seconds, 0.001))
        try:
            more = self.sock.recv(1 << 16)
        except (TimeoutError, socket.timeout):
            return False
        except ConnectionError:
            more = b""
        self.over = self.over or not more
        self.rest += more
        self._take()
        return bool(more)

    def until(self, truth, seconds=None):
        """Reads until it is so; gives whether it is."""
        end = time.monotonic() + (seconds or self.wait)
        while not truth() and not self.over and time.monotonic() < end:
            self.read(end - time.monotonic())
        return truth()

    def close(self):
        self.sock.close()

    @property
    def versions(self):
        return [e.id for e in self.events if e.kind not in ("reset", "end")]

    @property
    def kinds(self):
        return [e.kind for e in self.events]

    def _take(self):
        if self.status != 200:
            return
        *blocks, self.rest = self.rest.split(b"\n\n")
        for block in blocks:
            self._block(block)

    def _block(self, block):
        kind, data = "message", []
        for line in block.split(b"\n"):
            if line.startswith(b":") or not line:
                self.beats += line.startswith(b":")
                continue
            name, value = FIELD.fullmatch(line).groups()
            value = value.decode()
            if name == b"id":
                self.last = int(value)
            elif name == b"event":
                kind = value
            elif name == b"data":
                data.append(value)
            else:
                self.retry = int(value)
        if data:
            self.events.append(Event(self.last, kind, json.loads("\n".join(data))))


class BytesLines:
    """Header lines as http.client reads them."""

    def __init__(self, text):
        self.lines = iter([line + b"\r\n" for line in text.split(b"\r\n")] + [b"\r\n"])

    def readline(self, _size=-1):
        return next(self.lines, b"")
