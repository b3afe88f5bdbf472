"""The command-line client as a program."""

from collections.abc import Callable
from typing import NamedTuple


class Done(NamedTuple):
    code: int
    out: str
    err: str


Cli = Callable[..., Done]
