"""Announces birthdays as they begin: one message for each person and year.

Called every hour. Those whose day it is in their zone, and who were not greeted this year, are
greeted: one whose hour was missed is greeted by a later run of the same day. Each is claimed by a
conditional write, then published, then marked as greeted; if a run dies in between, the claim
expires and the next run publishes again with the same `id`, by which subscribers find repetitions.
"""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from greetings import service, store
from greetings.names import name_key
from greetings.store import Person
from greetings.zones import today_in
from shared.aws import make_client
from shared.birthdays import birthday_in, born_on, message
from shared.deadline import HANDOVER
from shared.metrics import measure
from shared.parallel import together
from shared.settings import setting

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

logger = Logger()

# Zones are at most so far behind UTC, and before it
BEHIND, BEFORE = timedelta(hours=12), timedelta(hours=14)
TOGETHER = 64  # people at once


class NotPublishedError(Exception):
    """Some greetings could not be published; they are tried again."""


@cache
def _sns() -> "SNSClient":
    return make_client("sns", read_timeout=5)


def handler(_event: object, context: Any) -> dict[str, int]:
    """How many were `greeted`, and how many could not be (NotPublishedError)."""
    now = service.now()
    greeted = failed = 0
    batch: list[Person] = []
    for person in _due(now):
        batch.append(person)
        if len(batch) == TOGETHER:
            greeted, failed = _sum(greeted, failed, batch, now)
            batch = []
            if context.get_remaining_time_in_millis() < HANDOVER * 1000:
                break
    greeted, failed = _sum(greeted, failed, batch, now)
    measure({"Greeted": greeted})
    logger.info("announced", extra={"greeted": greeted, "failed": failed})
    if failed:
        raise NotPublishedError(f"{failed} greetings could not be published")
    return {"greeted": greeted}


def _sum(greeted: int, failed: int, batch: list[Person], now: datetime) -> tuple[int, int]:
    done = together(lambda person: _greet(person, now), batch)
    return greeted + done.count(True), failed + done.count(None)


def _due(now: datetime) -> Iterator[Person]:
    """Whose birthday it is, and who was not greeted this year."""
    day, last = (now - BEHIND).date(), (now + BEFORE).date()
    while day <= last:
        for born in born_on(day):
            for person in store.everyone_born(born):
                if today_in(now, person.zone) == day and person.greeted < day.year:
                    yield person
        day += timedelta(days=1)


def _greet(person: Person, now: datetime) -> bool | None:
    """Whether the person was greeted here; None where that failed."""
    from botocore.exceptions import BotoCoreError, ClientError

    today = today_in(now, person.zone)
    if person.born >= today or birthday_in(today.year, person.born) != today:
        return False  # changed since the index was written
    if not store.claim(person, today.year, time.time()):
        return False
    message_id = sha256(f"{name_key(person.username)} {today.year}".encode()).hexdigest()[:32]
    try:
        _sns().publish(
            TopicArn=setting("GREETINGS_TOPIC"),
            Message=json.dumps(
                {
                    "id": message_id,
                    "username": person.username,
                    "message": message(person.username, person.born, today),
                },
                ensure_ascii=False,
            ),
        )
    except (BotoCoreError, ClientError):
        logger.exception("not published")
        store.release(person)
        return None
    store.release(person, greeted=today.year)
    return True
