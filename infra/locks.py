"""One command at a time on a folder: a local cloud's, or that of what is built."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path, waits: Callable[[], object]) -> Iterator[None]:
    """Be the only one with the folder's lock; `waits` is called when another has it."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waits()
                fcntl.flock(file, fcntl.LOCK_EX)
            if _still(file.fileno(), folder / "lock"):
                yield
                return
            # `clean` removed the folder while this waited


def _still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
