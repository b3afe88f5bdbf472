"""Time zones by their IANA names."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# what is in the data base but no zone of anyone's
_NO_ZONES = {"Factory", "localtime", "posixrules"}


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_ZONES)


def is_zone(name: str) -> bool:
    return name in _known()


def today_in(now: datetime, zone: str | None) -> date:
    """The date in a zone, UTC where none is given, at the moment `now`."""
    return now.astimezone(ZoneInfo(zone or "UTC")).date()
