#!/usr/bin/env python3
"""Holds replies against the service's own OpenAPI document.

    api = Api.load("http://127.0.0.1:8080")            # reads /openapi.json once
    api.validate("GET", "/v1/experts", 200, headers, body)

A route, a status or a media type that the document does not know is a Mismatch, and so is a member
that no schema names (objects are closed). headers is a mapping, body is bytes. On the command line:

    openapi.py --self-test [FOLDER]

proves on a small document that planted faults are found, and on openapi.json and values.json in
FOLDER (made by the unit test openapi_test) that a JSON Schema validator judges as form/shape does.
"""
import json
import re
import sys
import urllib.request
import warnings

from jsonschema import Draft202012Validator, FormatChecker

with warnings.catch_warnings():  # newer releases would rather have another one
    warnings.simplefilter("ignore", DeprecationWarning)
    from jsonschema import RefResolver

PROBLEM = "application/problem+json"


class Mismatch(Exception):
    """A reply (or the document) is not as the document says."""


class Api:
    def __init__(self, document):
        self.document = document
        self.resolver = RefResolver("", document)
        self.routes = [(self._pattern(path), path, operations)
                       for path, operations in document["paths"].items()]
        # a path without parameters wins over one that has them
        self.routes.sort(key=lambda route: route[1].count("{"))

    @classmethod
    def load(cls, base):
        with urllib.request.urlopen(base.rstrip("/") + "/openapi.json", timeout=10) as reply:
            return cls(json.load(reply))

    @staticmethod
    def _pattern(path):
        parts = re.split(r"(\{[^}]*\})", path)
        return re.compile("".join("[^/]+?" if part.startswith("{") else re.escape(part)
                                  for part in parts))

    def schema_errors(self, schema, value):
        validator = Draft202012Validator(schema, resolver=self.resolver,
                                         format_checker=FormatChecker())
        return [f"/{'/'.join(map(str, e.absolute_path))}: {e.message}"
                for e in validator.iter_errors(value)]

    def check_document(self):
        """Every schema is one, every reference leads somewhere."""
        for name, schema in self.document["components"]["schemas"].items():
            Draft202012Validator.check_schema(schema)
            self.schema_errors({"$ref": f"#/components/schemas/{name}"}, {})
        ids = [operation["operationId"] for _, _, operations in self.routes
               for operation in operations.values()]
        if len(ids) != len(set(ids)):
            raise Mismatch("an operationId comes twice")

    def operation(self, method, target):
        path = target.split("?", 1)[0]
        method = "get" if method.upper() == "HEAD" else method.lower()
        for pattern, _, operations in self.routes:
            if pattern.fullmatch(path) and method in operations:
                return operations[method]
        raise Mismatch(f"{method.upper()} {path}: the document has no such route")

    def validate(self, method, target, status, headers, body=b""):
        where = f"{method} {target} -> {status}"
        replies = self.operation(method, target)["responses"]
        reply = replies.get(str(status)) or replies.get(f"{int(status) // 100}XX")
        if reply is None:
            raise Mismatch(f"{where}: the document has no such status")
        content = reply.get("content")
        if not content or method.upper() == "HEAD":
            if body:
                raise Mismatch(f"{where}: a body where there is none")
            return None
        headers = {name.lower(): value for name, value in headers.items()}
        media = headers.get("content-type", "").split(";")[0].strip().lower()
        if media not in content:
            raise Mismatch(f"{where}: {media or 'no media type'} is not one of {list(content)}")
        for name in reply.get("headers", {}):
            if name.lower() not in headers:
                raise Mismatch(f"{where}: no {name}")
        if not media.endswith("json"):
            return None
        value = json.loads(body)
        errors = self.schema_errors(content[media]["schema"], value)
        if media == PROBLEM and isinstance(value, dict) and value.get("status") != int(status):
            errors.append("/status: is not the status of the reply")
        if errors:
            raise Mismatch(f"{where}: " + "; ".join(errors))
        return value


def fails(what, *args):
    try:
        what(*args)
    except Mismatch:
        return True
    return False


def self_test():
    thing = {"type": "object", "additionalProperties": False, "required": ["id"],
             "properties": {"id": {"type": "integer"}}}
    problem = {"type": "object", "properties": {"status": {"type": "integer"}}}
    good = {"description": "", "content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/Thing"}}},
        "headers": {"ETag": {"schema": {"type": "string"}}}}
    bad = {"description": "", "content": {PROBLEM: {
        "schema": {"$ref": "#/components/schemas/Problem"}}}}
    api = Api({"paths": {
        "/things/{id}": {"get": {"operationId": "a", "responses": {"200": good, "4XX": bad}},
                         "delete": {"operationId": "b", "responses": {"204": {"description": ""}}}},
        "/feeds/{token}.ics": {"get": {"operationId": "c", "responses": {
            "200": {"description": "", "content": {"text/calendar": {}}}}}},
    }, "components": {"schemas": {"Thing": thing, "Problem": problem}}})
    js, etag = {"Content-Type": "application/json; charset=utf-8"}, {"ETag": '"v1"'}
    both, pj = {**js, **etag}, {"content-type": PROBLEM}
    api.check_document()
    rows = [
        ("a good reply", True, ("GET", "/things/7?x=y", 200, both, b'{"id":1}')),
        ("HEAD has no body", True, ("HEAD", "/things/7", 200, both, b"")),
        ("a problem", True, ("GET", "/things/7", 404, pj, b'{"status":404}')),
        ("no content", True, ("DELETE", "/things/7", 204, {}, b"")),
        ("a calendar", True, ("GET", "/feeds/x.ics", 200, {"content-type": "text/calendar"}, b"B")),
        ("an extra member", False, ("GET", "/things/7", 200, both, b'{"id":1,"more":2}')),
        ("a missing member", False, ("GET", "/things/7", 200, both, b"{}")),
        ("a wrong type", False, ("GET", "/things/7", 200, both, b'{"id":"1"}')),
        ("a missing header", False, ("GET", "/things/7", 200, js, b'{"id":1}')),
        ("another media type", False, ("GET", "/things/7", 200, pj, b'{"id":1}')),
        ("an unknown route", False, ("GET", "/other", 200, both, b'{"id":1}')),
        ("a deeper route", False, ("GET", "/things/7/8", 200, both, b'{"id":1}')),
        ("an unknown method", False, ("PUT", "/things/7", 200, both, b'{"id":1}')),
        ("an unknown status", False, ("GET", "/things/7", 201, both, b'{"id":1}')),
        ("a problem of another status", False, ("GET", "/things/7", 409, pj, b'{"status":404}')),
        ("a body after 204", False, ("DELETE", "/things/7", 204, {}, b"x")),
    ]
    return [(name, fails(api.validate, *args) != fine) for name, fine, args in rows]


def agrees(folder):
    """What shape_check said of each value, a JSON Schema validator says too."""
    with open(f"{folder}/openapi.json", encoding="utf-8") as file:
        api = Api(json.load(file))
    with open(f"{folder}/values.json", encoding="utf-8") as file:
        values = json.load(file)
    api.check_document()
    for row in values:
        errors = api.schema_errors({"$ref": f"#/components/schemas/{row['schema']}"}, row["value"])
        said = json.dumps(row["value"], ensure_ascii=False)[-70:].replace("#", "")
        yield f"{'takes' if row['good'] else 'refuses'} {row['schema']} …{said}", \
            (not errors) == row["good"]


def main(argv):
    if argv[1:2] != ["--self-test"] or len(argv) > 3:
        sys.exit(__doc__)
    results = self_test() + (list(agrees(argv[2])) if len(argv) == 3 else [])
    print(f"1..{len(results)}")
    for number, (name, fine) in enumerate(results, 1):
        print(f"{'ok' if fine else 'not ok'} {number} - {name}")
    return 0 if all(fine for _, fine in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
