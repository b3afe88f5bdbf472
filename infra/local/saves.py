"""Saves of the local cloud's state: whole folders, of which the newest counts.

`saves/<number>/` is complete from the moment it has that name. `state/` is what a run starts from,
a copy of the newest save, and what it keeps its keys in.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NOTE = "saved.json"
BLOBS = "lambda-blobs"  # the functions' code by digest, as ministack keeps it


class DamagedSaveError(Exception):
    """A file of a save is missing or not as it was written."""


@dataclass(frozen=True)
class Save:
    """A save: its folder, when it was made, and the digests of its files."""

    path: Path
    at: datetime
    files: dict[str, str]


def state(folder: Path) -> Path:
    return folder / "state"


def newest(folder: Path) -> Save | None:
    """The newest save under a cloud's folder; DamagedSaveError."""
    found = _numbers(folder)
    if not found:
        return None
    path = _path(folder, found[-1])
    try:
        note = json.loads((path / NOTE).read_text())
        return Save(path, datetime.fromisoformat(note["at"]), dict(note["files"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedSaveError(f"{path / NOTE} is not readable") from error


def restore(folder: Path) -> Save | None:
    """Make `state` a copy of the newest save, where there is one; DamagedSaveError."""
    save = newest(folder)
    if save is None:
        return None
    for name, digest in save.files.items():
        path = save.path / name
        if not path.is_file() or _digest(path) != digest:
            raise DamagedSaveError(f"{path} is missing or damaged")
    shutil.rmtree(state(folder), ignore_errors=True)
    shutil.copytree(save.path, state(folder), copy_function=_link)
    return save


def begin(folder: Path) -> Path:
    """An empty folder for the files of the next save, with the keys of the run."""
    path = folder / "saves" / "unfinished"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    leave = shutil.ignore_patterns("*.json", "*.tmp", "*.lock")
    older = _numbers(folder)
    for each in (state(folder), *(_path(folder, number) / BLOBS for number in older)):
        if each.exists():
            target = path / BLOBS if each.name == BLOBS else path
            shutil.copytree(each, target, ignore=leave, copy_function=_link, dirs_exist_ok=True)
    return path


def finish(folder: Path, at: datetime) -> None:
    """Make the folder of `begin` the newest save, and remove the others."""
    path = folder / "saves" / "unfinished"
    files = [each for each in sorted(path.rglob("*")) if each.is_file()]
    note = {
        "at": at.isoformat(),
        "files": {str(each.relative_to(path)): _known_digest(each) for each in files},
    }
    (path / NOTE).write_text(json.dumps(note))
    for each in (*files, path / NOTE):
        with each.open("rb") as file:
            os.fsync(file.fileno())
    older = _numbers(folder)
    number = older[-1] + 1 if older else 1
    path.rename(_path(folder, number))
    for old in older:
        shutil.rmtree(_path(folder, old), ignore_errors=True)


def now() -> datetime:
    return datetime.now(UTC)


def _path(folder: Path, number: int) -> Path:
    return folder / "saves" / f"{number:08}"


def _numbers(folder: Path) -> list[int]:
    found = (folder / "saves").glob("[0-9]*")
    return sorted(int(each.name) for each in found if each.name.isdecimal())


def _known_digest(path: Path) -> str:
    return path.stem if path.parent.name == BLOBS else _digest(path)


def _link(source: str, target: str) -> None:
    """A file that nobody changes in place costs nothing twice."""
    Path(target).unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a disk without links
        shutil.copy2(source, target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
