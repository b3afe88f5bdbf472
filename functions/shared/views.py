"""The materialized views: which counters there are, and under which key each is kept.

The projector writes them, reports and row counts read them. All are sums: changes of different
rows may be counted in any order, those of one row in theirs. Counters that every writer hits are
spread over shards, and a reader sums the shards.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

Item = dict[str, Any]

# Shards of the row counts: one write per transaction goes to one of them
ROW_SHARDS = 16
# Shards of the hires; quiet times use the first one only, see docs/capacity.md
HIRE_SHARDS = 8
# Jobs whose counters share an item
JOBS_PER_ITEM = 64
# Lists of users, merged when they are read in order
USER_LISTS = 16

# Attribute of a hires item that grows with each write to it
VERSION = "version"
USERS_WITH_EXPERIMENTS = "users_with_experiments"


class ViewKey(NamedTuple):
    """Key of an item of the views table."""

    pk: str
    sk: str


@dataclass(frozen=True)
class HireCell:
    """Hires of a department in a quarter (1…4), `job_id` None where it was left blank."""

    department_id: int
    job_id: int | None
    quarter: int


def row_key(name: str, shard: int) -> ViewKey:
    """Where the rows of a table are counted, and the users with experiments; attribute `n`."""
    return ViewKey(f"ROWS#{shard}", name)


def hires_partition(year: int, shard: int) -> str:
    return f"HIRES#{year:04}#{shard}"


def moves_key(year: int) -> ViewKey:
    """`n` grows with each transaction that takes hires of the year out of an item.

    While it stays, hires are only added, and items read one after the other belong together.
    """
    return ViewKey(f"MOVES#{year:04}", "-")


def hires_key(year: int, shard: int, cell: HireCell) -> ViewKey:
    """One item for a department and a run of jobs: small to write, few to read."""
    jobs = "-" if cell.job_id is None else str(cell.job_id // JOBS_PER_ITEM)
    return ViewKey(hires_partition(year, shard), f"{cell.department_id}#{jobs}")


def hires_attribute(cell: HireCell) -> str:
    return f"{'-' if cell.job_id is None else cell.job_id}.{cell.quarter}"


def hires_cells(item: Item) -> Iterator[tuple[HireCell, int]]:
    """The cells that a hires item counts, with their counts."""
    department, _, _ = item["sk"].partition("#")
    for attribute, hired in item.items():
        job, dot, quarter = attribute.partition(".")
        if dot:
            cell = HireCell(int(department), None if job == "-" else int(job), int(quarter))
            yield cell, hired


def compounds_of(item: Item) -> dict[int, int]:
    """How often each compound is in a user's experiments, of the user's item."""
    return {
        int(name[1:]): n for name, n in item.items() if name.startswith("c") and name != "count"
    }


def favourite(compounds: Mapping[int, int]) -> int | None:
    """The most common compound, the lowest id of equally common ones; None if there is none."""
    used = [(-count, compound) for compound, count in compounds.items() if count > 0]
    return min(used)[1] if used else None


def user_key(user_id: int, bucket: int | None = None) -> ViewKey:
    """A user's figures: `count`, `known`, and `c<compound id>` for each compound.

    Many compounds are in buckets; the user's item then has the most common one of each.
    """
    return ViewKey(f"USER#{user_id}", "-" if bucket is None else f"{bucket:02}")


def active_key(user_id: int) -> ViewKey:
    """Where a user with experiments is counted: always there, so that no shard falls below 0."""
    return row_key(USERS_WITH_EXPERIMENTS, user_id % ROW_SHARDS)


def users_list(number: int) -> str:
    return f"USERS#{number}"


def listed_key(user_id: int) -> ViewKey:
    """The user's place in the lists, which sort by id (a signed 64-bit integer)."""
    return ViewKey(users_list(user_id % USER_LISTS), ordered(user_id))


def listed_item(user_id: int) -> Item:
    return {**listed_key(user_id)._asdict(), "user_id": user_id}


def listed_user(sort_key: str) -> int:
    """The user whose place in the lists a sort key is, the inverse of `ordered`; ValueError."""
    return int(sort_key) - 2**63


def ordered(number: int) -> str:
    """A signed 64-bit integer as text that sorts as the number does."""
    return f"{number + 2**63:020}"


PRODUCTION_YEARS = "PRODUCTION#Y"


def production_months(year: int) -> str:
    return f"PRODUCTION#M#{year:04}"


def production_days(year: int, month: int) -> str:
    return f"PRODUCTION#D#{year:04}-{month:02}"


def day_of(second: int) -> date:
    """The UTC day of a moment in Unix seconds."""
    return datetime.fromtimestamp(second, UTC).date()


def production_keys(factory: int, second: int) -> tuple[ViewKey, ViewKey, ViewKey]:
    """Where `actual`, `goal` and `points` of a year, a month and a day are summed."""
    day = day_of(second)
    return (
        ViewKey(PRODUCTION_YEARS, f"{day.year:04}#{factory}"),
        ViewKey(production_months(day.year), f"{day.month:02}#{factory}"),
        ViewKey(production_days(day.year, day.month), f"{day.day:02}#{factory}"),
    )
