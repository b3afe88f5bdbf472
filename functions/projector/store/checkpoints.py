"""How far each shard of a stream is counted.

A shard's records arrive at least once, the first time in order. What arrives again, in any order,
is at or below the checkpoint. Each transaction moves it, on the condition that it is where it was
read.
"""

import time

from shared.dynamo import Operation
from shared.views_table import views_table

# A record is in its stream for 24 hours, so what is older cannot arrive again
KEPT_SECONDS = 3 * 24 * 3600


def _key(shard: str) -> dict[str, str]:
    return {"pk": f"CHECKPOINT#{shard}", "sk": "-"}


def read_checkpoint(shard: str) -> int:
    """The sequence number up to which records are counted, 0 for a shard that is new."""
    item = views_table().get(_key(shard), consistent=True) or {}
    return int(item.get("position", 0))


def move_checkpoint(shard: str, read: int, to: int) -> Operation:
    """To a sequence number, on the condition that the checkpoint is where it was read."""
    # as text: a sequence number has more digits than a number of DynamoDB
    item = {
        **_key(shard),
        "position": str(to),
        "expires": int(time.time()) + KEPT_SECONDS,
    }
    unchanged = "#p = :p" if read else "attribute_not_exists(#p)"
    values = {":p": str(read)} if read else None
    return views_table().put_operation(item, unchanged, names={"#p": "position"}, values=values)
