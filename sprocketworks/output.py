"""What commands print: results on stdout, all else on stderr."""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

WIDE = 400  # characters, where nobody looks
PLAIN_SECONDS = 5.0  # between two lines where there is no terminal
# texts of users and of the API are text: a terminal would obey control characters
JSON_CONTROLS = {n: f"\\u{n:04x}" for n in range(127, 160)}  # it escapes the others itself
CONTROLS = {n: f"\\x{n:02x}" for n in (*range(32), *range(127, 160)) if chr(n) not in "\t\n"}


class _Console(Console):
    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # rich would end the program here


results = _Console(width=None if sys.stdout.isatty() else WIDE)
messages = _Console(stderr=True, soft_wrap=True)


def plain(text: object) -> str:
    """A text without what a terminal would obey."""
    return str(text).translate(CONTROLS)


def say(text: object) -> None:
    """A line on stderr."""
    messages.print(plain(text))


def as_json(value: object) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text.translate(JSON_CONTROLS) + "\n"


def cell(value: object) -> object:
    """A value as a table has it: lists and objects as JSON in one line."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def encoded(text: str) -> bytes:
    """A text for programs: UTF-8, whatever the terminal has."""
    return text.encode("utf-8", "backslashreplace")


def show_json(value: object) -> None:
    write_text(as_json(value), None)


def write_text(text: str, into: Path | None) -> None:
    """Write a result for programs to a file, or to stdout with a line end."""
    if into is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(encoded(text if text.endswith("\n") else text + "\n"))
    else:
        into.write_bytes(encoded(text))


@contextmanager
def writing(into: Path | None) -> Iterator[IO[bytes]]:
    """A file for a result that comes in pieces, or stdout; it has its name when it is complete."""
    if into is None:
        yield sys.stdout.buffer
        return
    if into.exists() and not into.is_file():  # a device, a pipe
        with into.open("wb") as file:
            yield file
        return
    target = into.resolve()
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else plain(cell) for cell in row))
    results.print(table)


class Bar:
    """Progress of one thing: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, about: str, total: float, *, sizes: bool) -> None:
        self.about = about
        self.total = total
        self._told = time.monotonic()
        self._last = ""
        columns = [DownloadColumn(), TransferSpeedColumn()] if sizes else [TaskProgressColumn()]
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            *columns,
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=messages,
            disable=not messages.is_terminal,
        )
        self._task = self._progress.add_task(about, total=total, note="")

    def reach(self, done: float, note: str = "") -> None:
        self._progress.update(self._task, completed=done, note=plain(note))
        moment = time.monotonic()
        line = f"{self.about}: {100 * done / self.total:.0f} % {note}".rstrip()
        due = moment - self._told >= PLAIN_SECONDS or done >= self.total
        if not messages.is_terminal and due and line != self._last:
            self._told, self._last = moment, line
            say(line)

    def start(self) -> None:
        self._progress.start()

    def stop(self) -> None:
        self._progress.stop()


@contextmanager
def bar(about: str, total: float, *, sizes: bool = False) -> Iterator[Bar]:
    progress = Bar(about, total, sizes=sizes)
    progress.start()
    try:
        yield progress
    finally:
        progress.stop()


def rows_of(job: dict[str, Any]) -> list[tuple[str, object]]:
    """The names and values that describe a job, one per line."""
    names = {"written": "would be written"} if job["options"].get("dry_run") else {}
    described = [
        ("id", job["id"]),
        ("table", job["table"]),
        ("status", job["status"]),
        ("progress", f"{100 * job['progress']:.0f} %"),
        *((names.get(name, name), count) for name, count in job["rows"].items()),
    ]
    described += [(name, job[name]) for name in ("waiting_for", "error") if job.get(name)]
    return described
