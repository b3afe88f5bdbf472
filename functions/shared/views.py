"""The materialized views: which counters there are, and under which key each is kept.

The projector writes them, reports and row counts read them. All are sums: changes of different
rows may be counted in any order, those of one row in theirs. Counters that every writer hits are
in shards, one of them for each writer, and a reader sums the shards.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zlib import crc32

Item = dict[str, Any]

# Of the counters that every writer hits: fewer cost more conflicts, see docs/capacity.md, more of
# them more reads
SHARDS = 8
# Partitions of the hires of a year, each of which takes 1,000 write units a second
HIRE_PARTITIONS = 8
# Jobs whose counters share an item
JOBS_PER_ITEM = 64
# Tables whose names reports show in numbers; ids whose names share an item, as 4 KB cost one read;
# and a name's bytes at most: of a longer one the item says that the table has it
NAMED = ("departments", "jobs")
NAMES_PER_ITEM = 128
LONGEST_NAME = 255
IN_TABLE = ""
# Lists of users, merged when they are read in order
USER_LISTS = 16

# What the keys of hires items begin with
HIRED = "HIRED"
# Attribute of a hires item that grows with each write to it
VERSION = "version"
ROWS = "ROWCOUNTS"
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


def shard_of(writer: str) -> int:
    """Where a writer counts: the writers of different shards meet at no counter."""
    return crc32(writer.encode()) % SHARDS


def rows_key(shard: int) -> ViewKey:
    """Counts rows by the name of their table, and the users with experiments."""
    return ViewKey(ROWS, f"{shard:02}")


def moves_partition(year: int) -> str:
    return f"MOVES#{year:04}"


def moves_key(year: int, shard: int) -> ViewKey:
    """`n` grows with each transaction that takes hires of the year out of an item.

    While no shard's moves, hires are only added, and items read one after the other belong
    together.
    """
    return ViewKey(moves_partition(year), f"{shard:02}")


def hires_partition(year: int, number: int) -> str:
    return f"{HIRED}#{year:04}#{number}"


def hires_key(year: int, shard: int, cell: HireCell) -> ViewKey:
    """One item for a department and a run of jobs: small to write, few to read."""
    jobs = "-" if cell.job_id is None else str(cell.job_id // JOBS_PER_ITEM)
    return ViewKey(
        hires_partition(year, cell.department_id % HIRE_PARTITIONS),
        f"{shard:02}#{cell.department_id}#{jobs}",
    )


def hires_place(item: Item) -> tuple[int, int]:
    """The year and the shard of a hires item."""
    return int(item["pk"].split("#")[1]), int(item["sk"].split("#")[0])


def hires_attribute(cell: HireCell) -> str:
    """Two digits: an item with all of its cells is read as a third of a unit."""
    job = 0 if cell.job_id is None else cell.job_id % JOBS_PER_ITEM
    return f"{4 * job + cell.quarter - 1:02x}"


def hires_cells(item: Item) -> Iterator[tuple[HireCell, int]]:
    """The cells that a hires item counts, with their counts."""
    _, department, jobs = item["sk"].split("#")
    for attribute, hired in item.items():
        if attribute not in {"pk", "sk", VERSION}:
            job, quarter = divmod(int(attribute, 16), 4)
            job_id = None if jobs == "-" else int(jobs) * JOBS_PER_ITEM + job
            yield HireCell(int(department), job_id, quarter + 1), hired


def names_key(table: str, number: int) -> ViewKey:
    """Where the name of a row is, among those of a run of ids; its attribute is `names_slot`."""
    return ViewKey(f"NAMES#{table}", str(number // NAMES_PER_ITEM))


def names_slot(number: int) -> str:
    return str(number % NAMES_PER_ITEM)


def stored_name(name: str) -> str:
    """A name as an item has it."""
    return name if len(name.encode()) <= LONGEST_NAME else IN_TABLE


def names_in(item: Item) -> dict[int, str]:
    """The names in an item, by id."""
    first = int(item["sk"]) * NAMES_PER_ITEM
    return {first + int(slot): name for slot, name in item.items() if slot not in ("pk", "sk")}


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
