"""Windows of whole records: together they are read as the file would be."""

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.csv_reader import Record, split
from ingestion.csv_text import CsvError
from ingestion.large import boundaries
from ingestion.large.boundaries import LONGEST_BYTES, line_count, windows

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
        assert b"".join(window for _, window in found) == text.encode()
        return [
            record for line, window in found for record in read(window.decode(), delimiter, line)
        ]

    assert outcome(in_windows) == outcome(lambda: read(text, delimiter))


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
