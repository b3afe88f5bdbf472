"""When the next birthday is, who has it in the coming days, and the message for it. Pure."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any


def birthday_in(year: int, born: date) -> date:
    """The birthday in a year; of 29 February it is the 28th in a common year."""
    if (born.month, born.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return date(year, born.month, born.day)


def next_birthday(born: date, today: date) -> date:
    """The first birthday that is not before today."""
    this_year = birthday_in(today.year, born)
    return this_year if this_year >= today else birthday_in(today.year + 1, born)


def message(username: str, born: date, today: date) -> str:
    days = (next_birthday(born, today) - today).days
    if days == 0:
        return f"Hello, {username}! Happy Birthday!"
    return f"Hello, {username}! Your birthday is in {days} day(s)"


def month_day(day: date) -> str:
    return f"{day.month:02}-{day.day:02}"


def born_on(day: date) -> list[str]:
    """The days of birth, MM-DD, whose birthday a day is."""
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
        return ["02-28", "02-29"]
    return [month_day(day)]


def days_from(today: date, within: int) -> Iterator[date]:
    """Today and the `within` days after, each a different birthday of anyone."""
    for ahead in range(within + 1):
        yield today + timedelta(days=ahead)


def days_of_birth(today: date, within: int) -> list[tuple[str, str]]:
    """The coming days, YYYY-MM-DD, each with a day of birth, MM-DD, that has its birthday then."""
    return [
        (day.isoformat(), born)
        for day in days_from(today, within)
        for born in born_on(day)
        if next_birthday(date.fromisoformat(f"2000-{born}"), today) == day
    ]


def upcoming(username: str, born: date, today: date) -> dict[str, Any]:
    """Someone's next birthday as JSON."""
    day = next_birthday(born, today)
    return {
        "username": username,
        "next_birthday": day.isoformat(),
        "in_days": (day - today).days,
        "turns": day.year - born.year,
    }
