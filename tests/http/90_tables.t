#!/usr/bin/python3
# The program's own tables agree with each other and with the database.
import json

from jsonschema import Draft202012Validator
from service import Service, Tap
from tables import permitted, table

# In schema api, but not for this daemon to ask; the others: for those of the release before, while they are replaced.
HELPERS = {"clock", "token_check", "outbox_claim", "calendar_claim", "dav_look"}
points = Tap()
with Service(points) as s:
    document = s.nobody.get("/openapi.json")
    points.ok(document.status == 200 and document.json == json.loads(s.cli("openapi").stdout),
              "/openapi.json is what `jamund openapi` prints")
    points.ok(document.json["openapi"].startswith("3.1") and s.api.check_document() is None, "its schemas are schemas")
    routes, operations = table(s, "routes"), {}
    for path, methods in document.json["paths"].items():
        for method, operation in methods.items():
            operations[method.upper(), path] = operation
    points.ok(set(operations) == {(r["method"], r["path"]) for r in routes}, "it has each route, and no other")
    odd = [r for r in routes if operations[r["method"], r["path"]]["summary"] != r["what it does"]]
    points.ok(not odd, "with its summary", odd)
    may = permitted(s)
    odd = [r for r in routes if operations[r["method"], r["path"]].get("x-who") !=
           (None if may[r["who may"]] is None else r["who may"])]
    points.ok(not odd, "with who may", odd)
    odd = []
    for r in routes:
        headers = {p["name"] for p in operations[r["method"], r["path"]]["parameters"] if p["in"] == "header"}
        if headers != {{"key": "Idempotency-Key", "match": "If-Match"}[n] for n in r["needs"].split(", ") if n}:
            odd.append(r)
    points.ok(not odd, "with the headers it needs", odd)
    points.ok({r["who may"] for r in routes} == set(may), "each permission is of some route", may)

    asks = {r["function"]: r["arguments"] for r in table(s, "asks")}
    functions = s.sql("select proname from pg_proc where pronamespace = 'api'::regnamespace").split()
    points.ok(set(asks) == set(functions) - HELPERS, "each ask is a function of schema api, and each function is asked",
              set(asks) ^ set(functions))
    odd = s.sql("select f from unnest(array[" + ",".join(f"'api.{name}({types})'" for name, types in asks.items()) +
                "]) f where to_regprocedure(f) is null")
    points.ok(not odd, "with the same arguments", odd)
    points.ok(s.sql("select count(*) from pg_proc where pronamespace = 'api'::regnamespace"
                    " and obj_description(oid) is null") == "0", "and a comment each")
    points.ok(s.sql("select count(*) from pg_proc where pronamespace = 'api'::regnamespace and proname <> 'clock'"
                    " and not prosecdef") == "0", "each runs as the owner, with a path of its own")
    points.ok(s.sql("select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace where nspname ="
                    " 'jamund' and relkind in ('r', 'v', 'S') and (has_table_privilege('jamund', c.oid, 'select')"
                    " or has_table_privilege('jamund', c.oid, 'insert'))") == "0", "the daemon's role reads no table")

    rows = table(s, "lifecycles")
    for entity in dict.fromkeys(r["entity"] for r in rows):
        mine = [r for r in rows if r["entity"] == entity]
        states, reached = {r["to_state"] for r in mine} | {r["from_state"] for r in mine if r["from_state"]}, {""}
        for _ in states:
            reached |= {r["to_state"] for r in mine if r["from_state"] in reached}
        points.ok(states <= reached and all(r["sentence"].endswith(".") for r in mine),
                  f"every state of a {entity} is reached, each step has its sentence", states - reached)
    drawn = s.cli("lifecycles", "--draw").stdout.decode()
    points.ok(drawn.startswith("digraph") and drawn.count("->") == len([r for r in rows if r["from_state"]]), "--draw")

    shapes = json.loads(s.cli("shapes").stdout)
    for shape in shapes.values():
        Draft202012Validator.check_schema(shape)
    points.ok(set(document.json["components"]["schemas"]) <= set(shapes), "`jamund shapes` has every schema")
    points.ok("PlanDocument" in shapes, "and that of `jamund plan`")
    errors = table(s, "errors")
    points.ok(len({e["code"] for e in errors}) == len(errors) > 20, "an error's code is its own")
    points.ok(s.cli("config").returncode == 0 and b"secret_key_file" in s.cli("config").stdout, "`jamund config`")
    for name in ("routes", "permissions", "scores", "asks", "lifecycles", "disclosures", "audiences", "errors"):
        points.ok(len(table(s, name)) > 3, f"`jamund {name}` prints a table")
        points.ok(s.cli(name, "more").returncode == 2, "and takes no word more")
points.done()
