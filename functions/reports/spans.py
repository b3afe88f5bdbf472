"""A span of days as whole years, months and days. Pure."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.views import PRODUCTION_YEARS, production_days, production_months

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A run of sort keys in a partition of the production views."""

    partition: str
    first: str
    last: str


def spans(first: date, last: date) -> Iterator[Span]:
    """Five runs at most that cover each day from `first` to `last` once."""
    if first > last:
        return
    if first.year == last.year:
        yield from _in_year(first, last)
        return
    whole = range(first.year, last.year + 1)
    if first != date(first.year, 1, 1):
        yield from _in_year(first, date(first.year, 12, 31))
        whole = range(first.year + 1, last.year + 1)
    if last != date(last.year, 12, 31):
        yield from _in_year(date(last.year, 1, 1), last)
        whole = range(whole.start, last.year)
    if whole:
        yield Span(PRODUCTION_YEARS, f"{whole[0]:04}", f"{whole[-1]:04}")


def _in_year(first: date, last: date) -> Iterator[Span]:
    """Whole months of a year, and the days of the others."""
    months = [
        month
        for month in range(first.month, last.month + 1)
        if first <= date(first.year, month, 1) and _end(first.year, month) <= last
    ]
    if months:
        partition = production_months(first.year)
        yield Span(partition, f"{months[0]:02}", f"{months[-1]:02}")
    for month in {first.month, last.month} - set(months):
        start = max(first, date(first.year, month, 1))
        end = min(last, _end(first.year, month))
        yield Span(production_days(first.year, month), f"{start.day:02}", f"{end.day:02}")


def _end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
