"""Files that are made when the functions are built."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Make a file that holds this; one that does already stays as it is, with its time."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(exist_ok=True)
    # whoever reads it meanwhile, such as a test, reads a whole one
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
