"""How long a request may call the store: a function that is cut off sends no response.

Holds for all threads of the process, as a function does one thing at a time.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.problems import StoreUnavailable

# Seconds before the end of a scheduled function's time at which its next call takes over
HANDOVER = 20.0


@dataclass
class _Deadline:
    at: float = math.inf  # of time.monotonic()


_deadline = _Deadline()


@contextmanager
def calls_within(seconds: float) -> Iterator[None]:
    """Within, no call is made after so many seconds: StoreUnavailable."""
    before, _deadline.at = _deadline.at, time.monotonic() + seconds
    try:
        yield
    finally:
        _deadline.at = before


def time_left() -> float:
    """Seconds in which calls are still made."""
    return _deadline.at - time.monotonic()


def check() -> None:
    """Before each attempt of a call; StoreUnavailable when it is too late for it."""
    if time_left() < 0:
        raise StoreUnavailable("the store is too slow now, try again")
