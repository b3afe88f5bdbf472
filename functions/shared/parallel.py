"""Calls made at once, by one pool of threads for the process."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
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

    After a failure nothing goes on behind the response. Not to be called by such a call: all
    threads might wait for one that is not there.
    """
    calls = [pool().submit(call, argument) for argument in arguments]
    try:
        return [each.result() for each in calls]
    finally:
        for each in calls:
            each.cancel()
        wait(calls)
