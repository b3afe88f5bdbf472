"""Time zones by their IANA names."""

from datetime import date, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@cache
def _known() -> frozenset[str]:
    # zoneinfo.available_timezones() opens each of the 600 files
    names = files("tzdata").joinpath("zones").read_text("ascii").split()
    # in the data base, but no zone of anyone's
    return frozenset(names) - {"Factory"}


def is_zone(name: str) -> bool:
    return name in _known()


def today_in(now: datetime, zone: str | None) -> date:
    """The date in a zone, UTC where none is given, at the moment `now`."""
    return now.astimezone(ZoneInfo(zone or "UTC")).date()
