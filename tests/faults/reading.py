"""An independent reading of a CSV of departments, character by character."""

import re
from dataclasses import dataclass, field

LONGEST_FIELD = 131_072
LONGEST_RECORD = 1_000_000


class NotReadableError(Exception):
    """The file can't be read as a whole."""


@dataclass
class Reading:
    """What a file holds: how many rows are read, those that are good, the lines of the others."""

    read: int = 0
    rows: list[tuple[int, str]] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)


def read(raw: bytes, delimiter: str) -> Reading:
    """The reading of a file below its header; NotReadableError."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        before = re.sub(rb"\r\n?", b"\n", raw[: error.start]).count(b"\n")
        raise NotReadableError(f"line {1 + before}: byte {error.start} ") from error
    found = Reading()
    is_header = True
    for line, fields in _records(text.removeprefix("\ufeff"), delimiter):
        if fields is not None and len(fields) == 1 and not fields[0].strip():
            continue
        if is_header:
            is_header = False
            continue
        found.read += 1
        row = None if fields is None else _row(fields)
        if row is None:
            found.rejected.append(line)
        else:
            found.rows.append(row)
    return found


def _row(fields: list[str]) -> tuple[int, str] | None:
    if len(fields) != 2:
        return None
    key, name = (each.strip(" \t") for each in fields)
    if not re.fullmatch(r"[+-]?[0-9]{1,19}", key.strip()) or not -(2**63) <= int(key) < 2**63:
        return None
    if not name.strip() or "\0" in name or len(name) > 10_000:
        return None
    return int(key), name


def _records(text: str, delimiter: str) -> list[tuple[int, list[str] | None]]:
    """The fields of each record, None for a broken one, and the line where it starts."""
    found: list[tuple[int, list[str] | None]] = []
    at, line = 0, 1
    while at < len(text):
        begun = at
        fields, at, state, long_at = _record(text, at, delimiter)
        raw = text[begun:at]
        if state == "open" or len(raw) > LONGEST_RECORD:
            raise NotReadableError(f"line {line}: ")
        broken = state == "broken"
        if long_at is not None:
            # where the record goes on behind that line, its other lines look like records
            if re.search(r"[\r\n]", re.sub(r"(\r\n?|\n)\Z", "", text[long_at:at])):
                raise NotReadableError(f"line {line}: ")
            broken = True
        found.append((line, None if broken else fields))
        line += len(re.findall(r"\r\n?|\n", text[begun:at]))
    return found


def first_fields(text: str) -> list[str]:
    """The first field of each record of a CSV that is whole, whatever its size."""
    found: list[str] = []
    at = 0
    while at < len(text):
        fields, at, _, _ = _record(text, at, ",")
        found.append(fields[0])
    return found


def _record(text: str, at: int, delimiter: str) -> tuple[list[str], int, str, int | None]:
    """The fields of the record at a place, where the next one begins, whether it is whole.

    And where its first field that is too long becomes so.
    """
    fields: list[str] = []
    long_at: int | None = None
    while True:
        if text[at : at + 1] == '"':
            value = ""
            while True:
                close = text.find('"', at + 1)
                if close < 0:
                    return fields, len(text), "open", long_at
                value += text[at + 1 : close]
                if len(value) > LONGEST_FIELD and long_at is None:
                    long_at = close - (len(value) - LONGEST_FIELD)
                at = close + 1
                if text[at : at + 1] != '"':
                    break
                value += '"'
            fields.append(value)
            if text[at : at + 1] not in {"", delimiter, "\r", "\n"}:
                return fields, _behind_line(text, at), "broken", long_at
        else:
            end = re.compile(rf"[{re.escape(delimiter)}\r\n]|\Z").search(text, at)
            stop = end.start() if end else len(text)
            if stop - at > LONGEST_FIELD and long_at is None:
                long_at = at + LONGEST_FIELD
            fields.append(text[at:stop])
            at = stop
        if text[at : at + 1] != delimiter:
            return fields, _behind_line(text, at), "whole", long_at
        at += 1


def _behind_line(text: str, at: int) -> int:
    end = re.compile(r"\r\n?|\n|\Z").search(text, at)
    return end.end() if end else len(text)
