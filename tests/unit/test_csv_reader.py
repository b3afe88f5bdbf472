"""Whatever a CSV writer writes comes back, with the line where each record starts."""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.csv_format import DELIMITERS, is_header, records
from ingestion.csv_reader import LONGEST_FIELD
from ingestion.csv_text import LONGEST_RECORD, CsvError, lines
from ingestion.rows import Checker
from shared.datasets import DATA_SETS

DEPARTMENTS = DATA_SETS["departments"]
HIRES = DATA_SETS["hired_employees"]
COMPOUNDS = DATA_SETS["compounds"]
HIRE_NAMES = [column.name for column in HIRES.columns]
# all that a text file can hold but lone surrogates and NUL
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
compounds = st.lists(st.tuples(st.integers(0, 9999).map(str), words, words), min_size=1)
# where not all is quoted a header tells the delimiter
styles = st.one_of(
    st.tuples(st.just(csv.QUOTE_ALL), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()),
    st.tuples(st.just(csv.QUOTE_MINIMAL), st.just("\r\n"), st.just(True)),
)


def line_count(text: str) -> int:
    return len(list(io.StringIO(text, newline="")))


@given(
    rows=compounds,
    delimiter=st.sampled_from(DELIMITERS),
    style=styles,
    blank=st.booleans(),
    piece=st.integers(1, 50),
)
def test_every_record_comes_back_with_its_line_and_text(
    rows: list[tuple[str, ...]],
    delimiter: str,
    style: tuple[int, str, bool],
    blank: bool,
    piece: int,
) -> None:
    quoting, end, header = style
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    if header:
        writer.writerow([column.name for column in COMPOUNDS.columns])
    starts, raws = [], []
    for row in rows:
        if blank:
            out.write(end)
        before = out.getvalue()
        starts.append(line_count(before) + 1)
        writer.writerow(row)
        raws.append(out.getvalue().removeprefix(before))
    data = out.getvalue().encode()
    pieces = (data[at : at + piece] for at in range(0, len(data), piece))
    found = list(records(COMPOUNDS, lines(pieces)))
    assert [tuple(record.fields) for record in found] == rows
    assert [record.line for record in found] == starts
    assert [record.raw for record in found] == raws
    assert not any(record.broken for record in found)


@given(st.permutations(HIRE_NAMES), st.integers(1, 5))
def test_columns_in_any_order_are_put_right(names: list[str], count: int) -> None:
    text = [",".join(names).upper() + "\n"]
    text += [",".join(f"{name}{n}" for name in names) + "\n" for n in range(count)]
    expected = [[f"{name}{n}" for name in HIRE_NAMES] for n in range(count)]
    assert [record.fields for record in records(HIRES, text)] == expected


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        (["id", "\tDepartment\t"], True),
        (["department"], True),
        (["key", "id"], True),
        (["1", "ID"], False),
        (["1", "department"], False),
        (["x", "department"], False),
        ([], False),
    ],
)
def test_a_header_is_told_from_a_row(fields: list[str], header: bool) -> None:
    assert is_header(DEPARTMENTS, fields) == header


def test_a_header_without_the_key_is_told_by_most_of_its_names() -> None:
    with pytest.raises(CsvError, match="unknown column 'key', required column 'id' is missing"):
        records(HIRES, [",".join(["key", *HIRE_NAMES[1:]]) + "\n"])


def test_a_broken_first_record_is_no_header_and_not_lost() -> None:
    found = list(records(DEPARTMENTS, ['1,"a"b\n', "id,department\n", "2,c\n"]))
    assert [record.fields for record in found] == [[], ["id", "department"], ["2", "c"]]
    assert (found[0].raw, found[0].broken) == ('1,"a"b\n', "has a quote in the wrong place")


good = st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(1, 9))
broken = st.sampled_from(["x,,,1,1", "1,2", ",,,,", "1,a,2021-13-01,1,1", '1,"a"b,,1,1', "1\0,,,,"])


@given(st.lists(st.one_of(good, broken), min_size=1, max_size=60))
def test_a_broken_row_never_affects_the_others(rows: list[tuple[int, int] | str]) -> None:
    rows = [(0, 0), *rows]
    text = [row if isinstance(row, str) else f"{row[0]},,,{row[1]}," for row in rows]
    found = list(records(HIRES, [f"{line}\n" for line in text]))
    assert [record.line for record in found] == list(range(1, len(rows) + 1))
    assert [record.raw for record in found] == [f"{line}\n" for line in text]
    whole = [record for record in found if record.broken is None]
    items, faults = Checker(HIRES).check([record.fields for record in whole])
    expected = [row for row in rows if isinstance(row, tuple)]
    assert [(item["id"], item["department_id"]) for item in items] == expected
    rejected = sum(record.broken is not None for record in found) + len(faults)
    assert rejected == len(rows) - len(expected)


def test_records_come_before_the_file_is_read_to_its_end() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"1,Casting\n" * 10

    found = records(DEPARTMENTS, lines(endless()))
    for _ in range(1000):
        next(found)
    assert taken <= 102


def test_a_field_that_is_too_long_is_refused_without_those_below_it() -> None:
    long = "x" * (LONGEST_FIELD + 1)
    found = list(records(DEPARTMENTS, [f"1,{long}\n", f'2,"{long}"\n', "3,c\n"]))
    assert [record.line for record in found if record.broken] == [1, 2]
    assert found[-1].fields == ["3", "c"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (["1,a\n", '2,"b\n'], "line 2: the record that begins here has a quote"),
        (["1,a\n", f'2,"{"x" * 200_000}\n', '3,Fake"\n'], "line 2: a quoted field of more than"),
        # its quotes are even, but the last one opens the field
        ([f'5" pipe,"{"x" * 200_000}\n', '3,Fake"\n'], "line 1: a quoted field of more than"),
        (["1,a\n", '2,"b\n', *["3,c\n"] * 100_000], "line 2: a quoted field of more than"),
        (["1,a\n", "x" * (LONGEST_RECORD + 1)], "line 2: a record of more than"),
        (["1,a\n", '2,"b\n', *['","b\n'] * 200_000], "line 2: a record of more than"),
    ],
)
def test_what_has_no_end_fails_as_a_whole_with_its_line(text: list[str], words: str) -> None:
    with pytest.raises(CsvError, match=words):
        list(records(DEPARTMENTS, text))
