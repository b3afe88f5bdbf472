"""Works the views out anew from the tables, tells every difference, repairs on request.

The tables are read page by page and not at one moment, so a change under way looks like a
difference: only what differs by the same amount in two passes counts.
"""

import time
from collections import Counter
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from projector.deltas import Deltas
from projector.figures import Listed, from_tables, from_views
from projector.store import ROUNDS, addition, additions, counters
from projector.users import rewritten
from shared.dynamo import TransactionFailedError, transact
from shared.parallel import together
from shared.retries import RefusedError
from shared.views import (
    USERS_WITH_EXPERIMENTS,
    VERSION,
    ViewKey,
    hires_attribute,
    hires_cells,
    hires_partition,
    moves_key,
    row_key,
    views,
)

logger = Logger()
metrics = Metrics()

# Seconds between the passes: the projector is seldom that late
PAUSE = 20.0
SHOWN = 1000


# What to add to each counter so that it is right, by the counter's kind and name
Differences = dict[tuple[str, Any], int]
SUMS = ("rows", "hires", "experiments", "known", "compounds", "production")


def differences() -> Differences:
    should, does = from_tables(), from_views()
    found: Differences = {("active", USERS_WITH_EXPERIMENTS): should.active - does.active}
    for kind in SUMS:
        expected: Counter[Any] = getattr(should.sums, kind)
        stored: Counter[Any] = getattr(does.sums, kind)
        for name in expected.keys() | stored.keys():
            found[kind, name] = expected[name] - stored[name]
    for listed in should.listed ^ does.listed:
        found["listed", listed] = 1 if listed in should.listed else -1
    for user in does.stale:
        found["stale", user] = 1
    return {counter: by for counter, by in found.items() if by}


def lasting_differences(pause: float) -> Differences:
    """Differences that are the same in two passes, `pause` seconds apart."""
    first = differences()
    if not first:
        return first
    time.sleep(pause)
    second = differences()
    return {counter: by for counter, by in second.items() if first.get(counter) == by}


def repair(found: Differences) -> None:
    """Add what is missing; sums may move meanwhile, so nothing is set, only added."""
    missing = Deltas()
    wrong: list[Listed] = []
    users: set[int] = set()
    for (kind, name), by in found.items():
        if kind in SUMS:
            getattr(missing, kind)[name] = by
        elif kind == "stale":
            users.add(name)
        elif kind == "listed" and by < 0:
            wrong.append(name)
    sums = counters(missing, row_shard=0, hire_shard=0)
    active = found.get(("active", USERS_WITH_EXPERIMENTS), 0)
    sums[row_key(USERS_WITH_EXPERIMENTS, 0)]["n"] += active
    together(lambda operation: transact([operation]), additions(sums))
    users |= missing.users()
    together(lambda user: _rewrite(missing, user), sorted(users))
    views().delete_many({"pk": pk, "sk": sk} for pk, sk, _ in wrong)
    views().put_many(
        {"pk": name[0], "sk": name[1], "user_id": name[2]}
        for (kind, name), by in found.items()
        if kind == "listed" and by > 0
    )


def _rewrite(missing: Deltas, user: int) -> None:
    """Add to a user's figures what is missing; made anew while the projector writes them."""
    for _ in range(ROUNDS):
        try:
            transact(rewritten(missing, [user], every_bucket=True)[user].operations)
        except TransactionFailedError:
            continue
        except RefusedError:
            logger.exception("a user's figures are too large", extra={"user_id": user})
        return


def compact() -> int:
    """Move the hires that busy times spread over the shards into the first; items moved."""
    moved = 0
    for item in views().scan_all():
        kind, _, rest = item["pk"].partition("#")
        year, _, shard = rest.partition("#")
        if kind != "HIRES" or shard == "0":
            continue
        counts = Counter({VERSION: 1, **{hires_attribute(c): n for c, n in hires_cells(item)}})
        target = ViewKey(hires_partition(int(year), 0), item["sk"])
        key = {"pk": item["pk"], "sk": item["sk"]}
        version = item.get(VERSION)
        unchanged = "attribute_not_exists(#v)" if version is None else "#v = :v"
        values = None if version is None else {":v": version}
        try:
            transact(
                [
                    views().delete_operation(key, unchanged, names={"#v": VERSION}, values=values),
                    addition(target, counts),
                    addition(moves_key(int(year)), Counter(n=1)),
                ]
            )
        except TransactionFailedError:
            continue  # written to meanwhile: another time
        moved += 1
    return moved


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"repair": true}` mends what is wrong, `{"pause": seconds}` is for quiet tables."""
    found = lasting_differences(float(event.get("pause", PAUSE)))
    for (kind, name), by in found.items():
        # names of counters are ids, never a person's data
        logger.warning("difference", extra={"counter": f"{kind} {name}", "missing": by})
    if event.get("repair"):
        repair(found)
    moved = compact()
    metrics.add_metric("ViewDifferences", MetricUnit.Count, len(found))
    metrics.flush_metrics()
    shown = [{"counter": f"{kind} {name}", "missing": by} for (kind, name), by in found.items()]
    return {
        "differences": len(found),
        "repaired": bool(event.get("repair")),
        "compacted": moved,
        "first": shown[:SHOWN],
    }
