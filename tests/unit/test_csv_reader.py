"""Whatever a CSV writer writes comes back, with the line where each record starts."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from ingestion.csv_reader import DELIMITERS, records
from ingestion.rows import Checker
from shared.datasets import DATA_SETS

HIRES = DATA_SETS["hired_employees"]
COMPOUNDS = DATA_SETS["compounds"]
# all that a text file can hold but lone surrogates and NUL
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
compounds = st.lists(st.tuples(st.integers(0, 9999).map(str), words, words), min_size=1)


@given(
    rows=compounds,
    delimiter=st.sampled_from(DELIMITERS),
    end=st.sampled_from(["\n", "\r\n"]),
    blank=st.booleans(),
    header=st.booleans(),
)
def test_every_record_comes_back_with_its_line(
    rows: list[tuple[str, ...]], delimiter: str, end: str, blank: bool, header: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    if header:
        writer.writerow([column.name for column in COMPOUNDS.columns])
    starts = []
    for row in rows:
        if blank:
            out.write(end)
        # a line ends as Python's universal newlines see it
        starts.append(len(io.StringIO(out.getvalue(), newline="").readlines()) + 1)
        writer.writerow(row)
    found = list(records(COMPOUNDS, io.StringIO(out.getvalue(), newline="")))
    assert [tuple(record.fields) for record in found] == rows
    assert [record.line for record in found] == starts
    assert not any(record.broken for record in found)


@given(st.permutations([column.name for column in HIRES.columns]), st.integers(1, 5))
def test_columns_in_any_order_are_put_right(names: list[str], count: int) -> None:
    lines = [",".join(names).upper() + "\n"]
    lines += [",".join(f"{name}{n}" for name in names) + "\n" for n in range(count)]
    expected = [[f"{column.name}{n}" for column in HIRES.columns] for n in range(count)]
    assert [record.fields for record in records(HIRES, lines)] == expected


good = st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(1, 9))
broken = st.sampled_from(["x,,,1,1", "1,2", ",,,,", "1,a,2021-13-01,1,1", '1,"a"b,,1,1', "1\0,,,,"])


@given(st.lists(st.one_of(good, broken), min_size=1, max_size=60))
def test_a_broken_row_never_affects_the_others(rows: list[tuple[int, int] | str]) -> None:
    lines = [row if isinstance(row, str) else f"{row[0]},,,{row[1]}," for row in rows]
    found = list(records(HIRES, [f"{line}\n" for line in lines]))
    assert [record.line for record in found] == list(range(1, len(rows) + 1))
    whole = [record for record in found if record.broken is None]
    items, faults = Checker(HIRES).check([record.fields for record in whole])
    expected = [row for row in rows if isinstance(row, tuple)]
    assert [(item["id"], item["department_id"]) for item in items] == expected
    rejected = sum(record.broken is not None for record in found) + len(faults)
    assert rejected == len(rows) - len(expected)
