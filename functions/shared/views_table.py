"""The table of the materialized views (see views)."""

from shared.dynamo import Table, table
from shared.views import ROW_SHARDS, row_key


def views_table() -> Table:
    return table("VIEWS_TABLE", "pk", "sk")


def row_counts(*names: str) -> dict[str, int]:
    """The sums of the counters by name, 0 where nothing was counted."""
    counts = dict.fromkeys(names, 0)
    keys = [row_key(name, shard) for name in names for shard in range(ROW_SHARDS)]
    for item in views_table().get_many([key._asdict() for key in keys]):
        counts[item["sk"]] += item.get("n", 0)
    return counts
