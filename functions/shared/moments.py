"""Moments in responses and records: RFC 3339 in UTC."""

from datetime import UTC, datetime


def rfc3339(moment: datetime, timespec: str = "milliseconds") -> str:
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
