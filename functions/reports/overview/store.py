"""What the overview reads: the same at any number of rows, points, jobs and people."""

from itertools import chain, groupby

from shared import birthdays_table
from shared.datasets import DATA_SETS
from shared.factory_keys import FACTORIES, points_partition
from shared.factory_table import factory_table
from shared.items import Item
from shared.jobs_table import jobs_page
from shared.views_table import row_counts

MOST_FACTORIES = 6
MOST_POINTS = 60  # of each factory
MOST_JOBS = 25
MOST_PEOPLE = 20


def tables() -> dict[str, int]:
    """The number of rows of each data set."""
    return row_counts(*DATA_SETS)


def jobs() -> list[Item]:
    """The newest jobs."""
    return jobs_page(MOST_JOBS).items


def factories() -> list[Item]:
    """The first factories in order of id."""
    page = factory_table().query("pk = :pk", {":pk": FACTORIES}, limit=MOST_FACTORIES)
    return page.items


def points(factory: Item) -> list[Item]:
    """A factory's latest points, in time order."""
    partition = points_partition(factory["id"], factory["generation"])
    page = factory_table().query("pk = :pk", {":pk": partition}, limit=MOST_POINTS, forward=False)
    return page.items[::-1]


def born(days: list[str]) -> list[Item]:
    """People born on days of birth, MM-DD, that follow each other; a query for each month."""
    months = [list(month) for _, month in groupby(days, key=lambda day: day[:2])]
    found = (birthdays_table.born(month[0], month[-1], MOST_PEOPLE) for month in months)
    return list(chain.from_iterable(found))[:MOST_PEOPLE]
