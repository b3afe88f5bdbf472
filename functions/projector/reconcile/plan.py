"""Lambda entry point that decides which step of reconcile is next, and lists its parts.

The task of the state machine between two steps. What it decides is in the bucket, so it may be
called again after a crash.
"""

import json
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools import Logger

from projector.reconcile.compare import Comparison, Difference, differences, text
from projector.reconcile.figures import ACTIVE, unpacked
from projector.store import runs, scans
from shared.metrics import measure
from shared.parallel import together

logger = Logger()

# The second reading is for what the first has found
STEPS = (
    *("views", "tables", "views", "compare"),
    *("tables", "views", "compare"),
    *("repair", "compact"),
)
COMPARISONS = {3: Comparison(1, 0, 2, None), 6: Comparison(4, 2, 5, 3)}
COMPACT = STEPS.index("compact")

# Seconds between the tables and the views: the projector is seldom that late
PAUSE = 20
# Items of a segment: less than a minute to read
SEGMENT = 1_000_000
# Bytes of lines that a comparison reads: some 1 GB in memory
SHARE = 64_000_000
# Differences in the result and the log, at most
LISTED = 1000

Part = dict[str, Any]


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`{"run", "options", "after": step}` in; out the step to do, or `"more": False` at the end.

    Options are `repair`, `pause` in seconds, and `segments` for a number instead of a table's own.
    """
    run, options, after = event["run"], event["options"], event["after"]
    step = _next(run, after, repair=bool(options.get("repair")))
    if step is None:
        _end(run, repair=bool(options.get("repair")))
        return {"more": False, "step": after, "parts": "", "pause": 0}
    key = f"{runs.folder(run, step)}.json"
    parts = [
        {"do": STEPS[step], "run": run, **part, "to": f"{runs.folder(run, step)}/{part['to']}"}
        for part in _parts(run, step, options.get("segments"))
    ]
    runs.put_once(key, json.dumps(parts).encode())
    late = STEPS[step] == "views" and step > 0
    return {
        "more": True,
        "step": step,
        "parts": key,
        "pause": options.get("pause", PAUSE) if late else 0,
    }


def _next(run: str, after: int, *, repair: bool) -> int | None:
    """The step after one, -1 at the start; None at the end."""
    if after == COMPACT:
        return None
    if after not in COMPARISONS:
        return after + 1
    found, _ = _result(run, after)
    last = after == max(COMPARISONS)
    return after + 1 if found and (repair or not last) else COMPACT


def _parts(run: str, step: int, segments: int | None) -> Iterator[Part]:
    match STEPS[step]:
        case "compare":
            of = COMPARISONS[step]
            for first, last in _shares(run, of):
                yield {"of": of, "first": first, "last": last, "to": f"{first:04}"}
        case "repair":
            chunks = runs.found(f"{runs.folder(run, step - 1)}/")
            for number, key in enumerate(key for key, size in chunks if size):
                yield {"from": key, "to": f"{number:06}"}
        case name:
            yield from _segments(scans.sources() if name == "tables" else [scans.VIEWS], segments)


def _segments(tables: list[str], segments: int | None) -> Iterator[Part]:
    """Each of a large table; small tables are read together."""
    counts = {table: segments or 1 + scans.size_of(table) // SEGMENT for table in tables}
    small = [table for table, count in counts.items() if count == 1]
    if small:
        yield {"tables": small, "segment": 0, "segments": 1, "to": "small/000000"}
    for table in counts.keys() - set(small):
        for segment in range(counts[table]):
            to = f"{table}/{segment:06}"
            yield {"tables": [table], "segment": segment, "segments": counts[table], "to": to}


def _shares(run: str, of: Comparison) -> Iterator[tuple[int, int]]:
    """Ranges of hashes, each of which fits in the memory of a call."""
    if of.earlier is not None:
        for part in json.loads(runs.read(f"{runs.folder(run, of.earlier)}.json")):
            yield part["first"], part["last"]
        return
    read = [runs.found(f"{runs.folder(run, step)}/") for step in (of.tables, of.before, of.after)]
    size = sum(each.size - runs.INDEX.size for some in read for each in some)
    width = max(1, runs.HASHES * SHARE // max(size, 1))
    for first in range(0, runs.HASHES, width):
        yield first, min(first + width, runs.HASHES)


def _result(run: str, step: int) -> tuple[int, int]:
    """How many differences a comparison has found, and how many figures were changing.

    Its shares know which users have experiments; whether their number is right only all together.
    """
    keys = [key for key, _ in runs.found(f"{runs.folder(run, step)}/") if key.endswith("/facts")]
    facts = together(runs.facts_of, keys)

    def total(name: str) -> int:
        return sum(int(each[name]) for each in facts)

    found, moving = total("found"), total("moving")
    active = Difference(*ACTIVE, total("active"), total("after"))
    if active.expected != active.stored:
        key = f"{runs.folder(run, step)}/active"
        earlier = COMPARISONS[step].earlier
        same = earlier is None or active in differences(f"{runs.folder(run, earlier)}/active")
        if same and total("before") == active.stored:
            runs.put_once(key, text([active]))
            return found + 1, moving
        moving += 1
    return found, moving


def _end(run: str, *, repair: bool) -> None:
    """Stores, logs and measures what the run has found."""
    first, second = COMPARISONS
    step = second if _result(run, first)[0] else first
    found, moving = _result(run, step)
    listed: list[dict[str, Any]] = []
    for each in differences(f"{runs.folder(run, step)}/"):
        if len(listed) == LISTED:
            break
        # ids, and names of departments and jobs: no person's data
        counter, by = f"{each.kind} {each.name}", each.expected - each.stored
        logger.warning("difference", extra={"counter": counter, "missing": by})
        listed.append({"counter": counter, "missing": by})
    result = {
        "differences": found,
        "repaired": repair,
        "moving": moving,
        "compacted": _compacted(run),
        "first": listed,
    }
    runs.put_once(f"{runs.PREFIX}{run}/result.json", json.dumps(result).encode())
    measure({"ViewDifferences": found})


def _compacted(run: str) -> int:
    lines = runs.sums(f"{runs.folder(run, COMPACT)}/", 0, runs.HASHES)
    return sum(unpacked(line)[2] for line in lines)
