"""Somebody else's web server, with calendars."""
import http.server
import threading


class Shelf:
    """A web server with calendars: pages[path] is a function of the request's headers → (status, headers, body);
    a body in parts says its Content-Length itself."""

    def __init__(self):
        self.pages, self.calls = {}, []
        shelf = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                shelf.calls.append((self.path, dict(self.headers)))
                status, headers, body = shelf.pages.get(self.path.split("?")[0], lambda h: (404, {}, b""))(self.headers)
                self.send_response(status)
                parts = [body] if isinstance(body, bytes) else body
                length = {"Content-Length": len(body)} if isinstance(body, bytes) else {}
                for name, value in {**length, **headers}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                for part in parts:
                    self.wfile.write(part)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


def plain(body, **headers):
    return lambda h: (200, {k.replace("_", "-"): v for k, v in headers.items()}, body)
