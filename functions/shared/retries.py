"""Calls that fail for a moment are made again.

With full jitter (Amazon Builders' Library, "Timeouts, retries, and backoff with jitter").
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.problems import StoreUnavailable

T = TypeVar("T")

STORE_ATTEMPTS = 6
STORE_PATIENCE = 12.0  # seconds after which no further attempt is made
FIRST_BACKOFF = 0.05  # seconds, doubled with each attempt
LAST_BACKOFF = 2.0  # seconds
CALM = 10.0  # seconds without a throttled call after which a table counts as fast enough


class PassingError(Exception):
    """A failure worth another attempt; `throttled` where the store asks for fewer calls."""

    def __init__(self, *, throttled: bool = False) -> None:
        super().__init__()
        self.throttled = throttled


class RefusedError(Exception):
    """The store will never take this call: an item over 400 KB, say."""


@dataclass
class State:
    """Of this process: until when throttled calls are tried again, and when one was throttled."""

    until: float | None = None
    throttled_at: float = float("-inf")


state = State()


@contextmanager
def patient(until: float) -> Iterator[None]:
    """Within, throttled calls are tried again until a moment of `time.monotonic()`.

    Holds for all threads of the process: for functions that do one thing at a time.
    """
    before, state.until = state.until, until
    try:
        yield
    finally:
        state.until = before


def patient_to_the_end(context: Any, last: float) -> AbstractContextManager[None]:
    """`patient` until `last` seconds before the end of the time of a Lambda context."""
    left = context.get_remaining_time_in_millis() / 1000
    return patient(time.monotonic() + left - last)


def throttled_lately() -> bool:
    return time.monotonic() - state.throttled_at < CALM


def retried(call: Callable[[], T]) -> T:
    """The call's result; StoreUnavailable when no attempt succeeded."""
    started = time.monotonic()
    failures = counted = 0
    while True:
        try:
            return call()
        except PassingError as passing:
            now = time.monotonic()
            failures += 1
            if passing.throttled:
                state.throttled_at = now
            until = started + STORE_PATIENCE
            if passing.throttled and state.until is not None:
                until = state.until
            else:
                counted += 1
            if counted == STORE_ATTEMPTS or now > until:
                raise StoreUnavailable from passing.__cause__
        ceiling = min(LAST_BACKOFF, FIRST_BACKOFF * 2 ** min(failures - 1, 10))
        time.sleep(random.uniform(0, ceiling))  # noqa: S311 - jitter, no secret
