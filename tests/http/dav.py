"""A CalDAV client that shows its work: raw requests, answers taken apart."""
import base64
import xml.etree.ElementTree as ET

NS = {"d": "DAV:", "c": "urn:ietf:params:xml:ns:caldav", "s": "http://calendarserver.org/ns/", "a": "http://apple.com/ns/ical/"}
SPACES = " ".join(f'xmlns:{p}="{n}"' for p, n in NS.items())


def tag(name):
    prefix, local = name.split(":")
    return f"{{{NS[prefix]}}}{local}"


def short(name):
    for prefix, space in NS.items():
        if name.startswith(f"{{{space}}}"):
            return f"{prefix}:{name.split('}')[1]}"
    return name


class Multistatus:
    """href -> {"status", "props": {name: element}, "missing": {names}}"""

    def __init__(self, reply):
        root = ET.fromstring(reply.body)
        assert root.tag == tag("d:multistatus"), reply
        self.token = root.findtext(tag("d:sync-token"))
        self.all = {}
        for response in root.findall(tag("d:response")):
            one = {"status": response.findtext(tag("d:status")), "props": {}, "missing": set(), "refused": set()}
            for stat in response.findall(tag("d:propstat")):
                code = stat.findtext(tag("d:status")).split()[1]
                for prop in stat.find(tag("d:prop")):
                    if code == "200":
                        one["props"][short(prop.tag)] = prop
                    else:
                        one["missing" if code == "404" else "refused"].add(short(prop.tag))
            self.all[response.findtext(tag("d:href"))] = one

    def __getitem__(self, href):
        return self.all[href]

    def __iter__(self):
        return iter(self.all)

    def texts(self, prop):
        return {href: one["props"][prop].text for href, one in self.all.items() if prop in one["props"]}

    def gone(self):
        return {href for href, one in self.all.items() if one["status"] and " 404 " in one["status"]}


def precondition(reply):
    root = ET.fromstring(reply.body)
    return short(root[0].tag) if root.tag == tag("d:error") else None


class Dav:
    def __init__(self, client, user, password):
        self.client = client
        self.auth = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def call(self, method, path, body=None, **headers):
        headers.setdefault("authorization", self.auth)
        if body is not None:
            headers.setdefault("content_type", "application/xml")
        return self.client.call(method, path, body.encode() if isinstance(body, str) else body, key=None, check=False, **headers)

    def propfind(self, path, *props, depth="0", **headers):
        body = "".join(f"<{p}/>" for p in props)
        reply = self.call("PROPFIND", path, f"<d:propfind {SPACES}><d:prop>{body}</d:prop></d:propfind>", depth=depth, **headers)
        return Multistatus(reply) if reply.status == 207 else reply

    def report(self, path, name, inside, *props, **headers):
        body = "".join(f"<{p}/>" for p in props)
        prop = f"<d:prop>{body}</d:prop>" if props else ""
        return self.call("REPORT", path, f"<{name} {SPACES}>{prop}{inside}</{name}>", **headers)

    def query(self, path, inside="", *props):
        reply = self.report(path, "c:calendar-query", f'<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">{inside}'
                            "</c:comp-filter></c:comp-filter></c:filter>", *(props or ("d:getetag",)), depth="1")
        return Multistatus(reply) if reply.status == 207 else reply

    def multiget(self, path, *hrefs):
        return Multistatus(self.report(path, "c:calendar-multiget", "".join(f"<d:href>{h}</d:href>" for h in hrefs),
                                       "d:getetag", "c:calendar-data", depth="1"))

    def sync(self, path, token="", limit=None, *props):
        reply = self.report(path, "d:sync-collection", f"<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>"
                            + (f"<d:limit><d:nresults>{limit}</d:nresults></d:limit>" if limit else ""), *(props or ("d:getetag",)), depth="0")
        return Multistatus(reply) if reply.status == 207 else reply
