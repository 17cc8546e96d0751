"""The row `fairness`: how far apart experts are in hours by share after a year in virtual time (tests/fire/year.py),
with the part fairness and without it. A year's people and troubles are drawn from one seed; whom requests go to is not."""
import json
import os
import pathlib
import statistics

from fire import House
from year import Lines, lived

SEED, EXPERTS = 20261127, 24


def spread(ranker, requests, weights):
    """The standard deviation of hours by share, in percent of the share; and how many experts there were."""
    with House("bench_year", durable=True) as h:
        h.pg_env["PGOPTIONS"] += " -c synchronous_commit=off"  # what a crash would lose is no matter here
        h.sql(f"update scoring set weights = '{json.dumps(weights)}'")
        year = lived(h, requests, SEED, EXPERTS)
        panel = year.sql.run("select api.request_panel(id) from requests order by seq desc limit 1")[0]
    shares = ranker.rank(panel)
    return statistics.pstdev([100 * minutes / share for minutes, share in shares if share]), len(shares)


def fairness(b):
    ranker = Lines(pathlib.Path(os.environ["BUILD"]) / "tests/fire/rank", "shares")
    fair, experts = spread(ranker, b.sizes.year, {})
    plain, _ = spread(ranker, b.sizes.year, {"fairness": 0})
    b.row(f"fairness: spread of hours/share, {experts} experts, {b.sizes.year} requests", "% sd", [fair], [plain],
          faster=True, least=1)
