"""Shows the functions' logs as they are written."""

import json
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.cloud import Cloud

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# Lambda's own lines add nothing to the functions'
NOISE = ("START ", "END ", "REPORT ", "INIT_START")


def follow(cloud: Cloud) -> None:
    """Print a line per log event until the cloud ends."""
    client = cloud.client("logs")
    since = int(time.time() * 1000)
    seen: set[str] = set()
    while cloud.process() is not None:
        # a cloud that is stopped at this moment, and ends the loop
        with suppress(BotoCoreError, ClientError):
            since = print_events(client, since, seen)
        if len(seen) > 10_000:
            seen.clear()
        time.sleep(1)


def print_events(client: "CloudWatchLogsClient", since: int, seen: set[str]) -> int:
    """Print what is new since a moment; that of the newest event."""
    newest = since
    for group in client.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        found = client.filter_log_events(logGroupName=name, startTime=since)
        for event in found["events"]:
            identity = f"{name} {event.get('eventId')} {event['timestamp']} {event['message']}"
            if identity not in seen and not event["message"].startswith(NOISE):
                seen.add(identity)
                sys.stdout.write(line(name, event["timestamp"], event["message"]))
            newest = max(newest, event["timestamp"])
    sys.stdout.flush()
    return newest


def line(group: str, timestamp: int, message: str) -> str:
    """Time, function and message of a log event."""
    at = datetime.fromtimestamp(timestamp / 1000, UTC).strftime("%H:%M:%S")
    try:
        entry = json.loads(message)
    except ValueError:
        return f"{at} {group.rpartition('/')[2]}: {message.rstrip()}\n"
    if not isinstance(entry, dict) or "message" not in entry:
        return ""  # metrics
    plain = ("method", "route", "status", "milliseconds", "records", "poison")
    more = " ".join(f"{entry[name]}" for name in plain if name in entry)
    return f"{at} {entry.get('service', '')}: {entry['message']} {more}\n"
