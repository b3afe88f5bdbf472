"""Windows of whole records: together they are read as the file would be."""

import csv
import io
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.csv_reader import Record, split
from ingestion.csv_text import CsvError, line_count
from ingestion.large import boundaries
from ingestion.large.boundaries import LONGEST_BYTES, windows

PIECES = st.sampled_from(['"', '""', ",", "\n", "\r\n", "\r", "a", "ß", '"a,\n"', "1", ";"])
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def read(text: str, delimiter: str = ",", line: int = 1) -> list[Record]:
    return list(split(io.StringIO(text, newline=""), delimiter, line))


def outcome(reading: Callable[[], list[Record]]) -> list[Record] | str:
    """The records, or why there are none."""
    try:
        return reading()
    except CsvError as error:
        return str(error)


def cut(raw: bytes, step: int) -> list[bytes]:
    return [raw[at : at + step] for at in range(0, len(raw), step)]


@given(TEXTS, st.integers(1, 30), st.integers(1, 40), st.sampled_from([",", ";"]))
def test_windows_read_one_by_one_are_the_file(
    text: str, size: int, step: int, delimiter: str
) -> None:
    def in_windows() -> list[Record]:
        found = list(windows(cut(text.encode(), step), size, delimiter))
        assert b"".join(window.raw for window in found) == text.encode()
        return [
            record for line, window, _ in found for record in read(window.decode(), delimiter, line)
        ]

    assert outcome(in_windows) == outcome(lambda: read(text, delimiter))


def ends(text: str, delimiter: str) -> list[int]:
    """Where `csv.reader` ends each record, a broken one with its line; not one that has no end."""
    found: list[int] = []
    at = 0

    def lines() -> Iterator[str]:
        nonlocal at
        for line in io.StringIO(text, newline=""):
            at += len(line.encode())
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    while True:
        try:
            next(reader)
        except StopIteration:
            return found
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                return found
        found.append(at)


@given(TEXTS, st.integers(1, 40), st.sampled_from([",", ";", "\t", "|"]))
def test_each_record_ends_where_the_csv_module_ends_it(
    text: str, step: int, delimiter: str
) -> None:
    found: list[int] = []
    line = 1
    try:
        for window in windows(cut(text.encode(), step), 0, delimiter):
            assert window.line == line
            line = window.next_line
            found.append(len(window.raw))
    except CsvError:
        assert text.count('"') > 0
    assert list(accumulate(found)) == ends(text, delimiter)


@given(TEXTS, st.integers(1, 30), st.integers(1, 9), st.integers(1, 9))
def test_windows_do_not_depend_on_the_pieces(text: str, size: int, one: int, other: int) -> None:
    raw = text.encode()
    try:
        found = list(windows(cut(raw, one), size, ","))
    except CsvError:
        return
    assert found == list(windows(cut(raw, other), size, ","))


@given(TEXTS)
def test_lines_are_counted_as_they_are_read(text: str) -> None:
    ended = [line for line in io.StringIO(text, newline="") if line[-1] in "\r\n"]
    assert line_count(text.encode()) == len(ended)


def test_an_endless_record_ends_soon_and_says_where() -> None:
    taken = 0

    def endless() -> "list[bytes]":
        return [b"1,a\n2,b\n3," + b"x" * 1_000_000] + [b"x" * 1_000_000] * 50

    def counted() -> "object":
        nonlocal taken
        for piece in endless():
            taken += len(piece)
            yield piece

    with pytest.raises(CsvError, match="line 3: a record of more than 1000000 characters"):
        list(windows(counted(), 1_000_000, ","))  # type: ignore[arg-type]
    assert taken < 2 * LONGEST_BYTES


def test_an_open_quote_is_told_with_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundaries, "LONGEST_BYTES", 100)
    raw = b'1,a\n2,"b\nc"\n3,"d\n' + b"4,e\n" * 10
    with pytest.raises(CsvError, match=r"line 4: the record that begins here has a quote that is"):
        list(windows(cut(raw, 7), 5, ","))


HOSTILE = {
    "inch signs": b"x" * 150 + b'"',
    "dense inch signs": b'x"',
    "quoted commas": b'",',
    "quotes": b'"',
    "broken records": b'"a"b\n',
    "one broken record": b'"a"b',
    "quoted newlines": b'"\n"',
    "doubled quotes": b'a""',
    "carriage returns": b"\r",
    "inch signs in many records": b'x"\n',
    "some of all": b'"a",x"y,"b"c,"d\n"\n',
}


def seconds(raw: bytes) -> float:
    """Processor time of cutting the bytes, in pieces of two sizes."""
    began = time.process_time()
    for step in (1000, 100_000):
        with suppress(CsvError):
            for _ in windows(cut(raw, step), len(raw) // 3, ","):
                pass
    return time.process_time() - began


@pytest.mark.parametrize("before", [b"", b'"'])
@pytest.mark.parametrize("name", HOSTILE)
def test_eight_times_the_bytes_take_some_eight_times_as_long(name: str, before: bytes) -> None:
    block = HOSTILE[name]
    few = before + block * (25_000 // len(block))
    many = before + block * (200_000 // len(block))
    # four times as long as that, and where it takes no time to speak of half a second
    assert seconds(many) < 32 * max(seconds(few), 0.016)
