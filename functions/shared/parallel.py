"""Calls made at once, by one pool of threads for the process."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

A = TypeVar("A")
T = TypeVar("T")

CONCURRENCY = 8  # calls on their way at once


@cache
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="parallel")


def together(call: Callable[[A], T], arguments: Iterable[A]) -> list[T]:
    """The results of a call for each argument, made at once.

    Not to be called by such a call: all threads might wait for one that is not there.
    """
    return list(pool().map(call, arguments))
