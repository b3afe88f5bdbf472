"""What a request names: the id of a resource, and the states of it that it expects."""

from shared.etags import UNCONDITIONAL, Expected, missing
from shared.params import integer
from shared.problems import PreconditionFailed

# How often a write is tried, as others write to the same item
WRITE_ATTEMPTS = 10


def number_of(text: str, what: str, expected: Expected = UNCONDITIONAL) -> int:
    """An id in a path; NotFound or PreconditionFailed for what cannot be one."""
    number = integer(text)
    # an id has one spelling, and at most the digits that keys have
    if number is None or str(number) != text or not 0 < number < 10**15:
        raise missing(what, expected)
    return number


def check_version(version: int, expected: Expected) -> None:
    if not expected.allows(version):
        raise PreconditionFailed(expected.refusal)
