"""Lambda entry point that compares the views with the tables, and repairs them on request.

The tables are read page by page and not at one moment, so a change under way looks like a
difference: only what differs by the same amount in two passes counts.
"""

from typing import Any

from aws_lambda_powertools import Logger

from projector.differences import Differences, lasting_differences, missing
from projector.store.repair import add_missing, compact, correct_lists
from shared.metrics import measure
from shared.views import USERS_WITH_EXPERIMENTS

logger = Logger()

# Seconds between the passes: the projector is seldom that late
COMPARISON_PAUSE = 20.0
# Differences in the response, at most
LISTED = 1000


def repair(found: Differences) -> None:
    listed = {name: by for (kind, name), by in found.items() if kind == "listed"}
    add_missing(
        missing(found),
        found.get(("active", USERS_WITH_EXPERIMENTS), 0),
        [user for kind, user in found if kind == "stale"],
    )
    correct_lists(
        [item for item, by in listed.items() if by > 0],
        [item for item, by in listed.items() if by < 0],
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"repair": true}` repairs what is wrong, `{"pause": seconds}` is for quiet tables."""
    found = lasting_differences(float(event.get("pause", COMPARISON_PAUSE)))
    for (kind, name), by in found.items():
        # names of counters are ids, never a person's data
        logger.warning("difference", extra={"counter": f"{kind} {name}", "missing": by})
    if event.get("repair"):
        repair(found)
    moved = compact()
    measure({"ViewDifferences": len(found)})
    listed = [{"counter": f"{kind} {name}", "missing": by} for (kind, name), by in found.items()]
    return {
        "differences": len(found),
        "repaired": bool(event.get("repair")),
        "compacted": moved,
        "first": listed[:LISTED],
    }
