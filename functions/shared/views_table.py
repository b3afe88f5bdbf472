"""The table of the materialized views (see views)."""

from shared.dynamo import Table, table
from shared.views import ROWS


def views_table() -> Table:
    return table("VIEWS_TABLE", "pk", "sk")


def row_counts(*names: str) -> dict[str, int]:
    """The sums of the counters by name, 0 where nothing was counted."""
    counts = dict.fromkeys(names, 0)
    for item in views_table().query_all("pk = :pk", {":pk": ROWS}):
        for name in names:
            counts[name] += item.get(name, 0)
    return counts
