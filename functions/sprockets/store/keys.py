"""The factory table: what is stored under which keys.

| pk                   | sk                | what                                             |
|----------------------|-------------------|--------------------------------------------------|
| COUNTER              | sprocket, factory, point#factory | the last id given                 |
| SPROCKET             | id                | a sprocket, and how many points refer to it      |
| FACTORY              | id                | a factory, with the generation of its points     |
| INDEX#factory#gen    | id                | a point                                          |
| POINTS#factory#gen   | time#id           | the same, in time order                          |
| SAMPLE#factory#gen#n | time#id           | the same, if 2 to the n divides its id, no more  |
| IMPORT               | kind#digest       | a seed document: ids reserved, how far it is     |
| LOADS#factory#gen    | digest            | points of a request that is not finished         |
| JOURNAL              | factory#gen       | a generation that may have points, not current   |

A chart is replaced by writing its points as a new generation and pointing the factory at it.
"""

import hashlib
import json
from typing import Any

from shared.factory_keys import padded, points_partition
from shared.items import Key

SPROCKETS = "SPROCKET"
JOURNAL = "JOURNAL"
EXISTS = "attribute_exists(pk)"
ABSENT = "attribute_not_exists(pk)"
# The densest level of samples: every eighth point is in it or in a sparser one
SAMPLED = 3


def counter_key(counter: str) -> Key:
    return {"pk": "COUNTER", "sk": counter}


def point_counter(factory: int) -> str:
    return f"point#{factory}"


def sprocket_key(number: int) -> Key:
    return {"pk": SPROCKETS, "sk": padded(number)}


def index_key(factory: int, generation: int, point_id: int) -> Key:
    return {"pk": f"INDEX#{factory}#{generation}", "sk": padded(point_id)}


def time_key(time: int, point_id: int) -> str:
    """In time order, points of one moment by id."""
    return f"{padded(time)}#{padded(point_id)}"


def sample_partition(factory: int, generation: int, level: int) -> str:
    return f"SAMPLE#{factory}#{generation}#{level}"


def point_keys(factory: int, generation: int, point_id: int, time: int) -> list[Key]:
    """Where a point is stored, whole each time: by its id, by its time, and one in eight as sample.

    The first is what is read of a single point, so it is there whatever else changes.
    """
    by_id, sk = index_key(factory, generation, point_id), time_key(time, point_id)
    keys = [by_id, {"pk": points_partition(factory, generation), "sk": sk}]
    level = (point_id & -point_id).bit_length() - 1
    if level >= SAMPLED:
        keys.append({"pk": sample_partition(factory, generation, level), "sk": sk})
    return keys


def journal_key(factory: int, generation: int) -> Key:
    return {"pk": JOURNAL, "sk": f"{padded(factory)}#{padded(generation)}"}


def loads_partition(factory: int, generation: int) -> str:
    return f"LOADS#{factory}#{generation}"


def points_load_key(factory: int, generation: int, bodies: Any) -> Key:
    return {"pk": loads_partition(factory, generation), "sk": digest_of(bodies)}


def import_key(kind: str, document: Any) -> Key:
    return {"pk": "IMPORT", "sk": f"{kind}#{digest_of(document)}"}


def digest_of(content: Any) -> str:
    """SHA-256 of what would be JSON, whatever the order of its keys."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
