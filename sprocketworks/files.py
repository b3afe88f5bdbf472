"""What the client reads from files and from the API: JSON objects."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from sprocketworks.output import say


class Document(dict[str, Any]):
    """A JSON object; ValueError for a field that it does not have."""

    def __missing__(self, name: str) -> Any:
        raise MissingField(f"it has no field {name!r}")


class MissingField(ValueError):
    """A JSON object lacks a field that is needed."""


def parse(text: str | bytes) -> Document:
    """The JSON object in a text, ValueError where there is none."""
    try:
        found = json.loads(text, object_pairs_hook=_members)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if isinstance(found, Document):
        return found
    raise ValueError("it is not a JSON object")


def _members(pairs: list[tuple[str, Any]]) -> Document:
    found = Document(pairs)
    if len(found) < len(pairs):  # else the last of its values would be sent
        names = Counter(name for name, _ in pairs)
        raise ValueError(f"an object has the name {names.most_common(1)[0][0]!r} twice")
    return found


def read_object(path: Path) -> Document:
    """The JSON object in a file; empty without the file or, with a warning, if it is damaged."""
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        return Document()
    except (OSError, ValueError) as error:
        say(f"{path} is ignored: {reason(error)}")
        return Document()


def reason(error: Exception) -> str:
    """An error in a few words."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or repr(error)


def state_folder() -> Path:
    """Where the client keeps what it must remember (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "sprocketworks"


def write_private(path: Path, value: object) -> None:
    """Keep a value as JSON in a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(value))
    new.replace(path)
