"""Every CSV that leaves: all fields quoted, no formulas, numbers as they are."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.csv_out import csv_line, csv_text
from tests.template import ROOT

NUMBERS = ["-5", "+1.5e3", "-1,5", "-0", "+7", "1e-9", -5, 1.5]
FORMULAS = [
    "=1+1",
    "-5+1",
    "+A1",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "＝1+1",
    "＋1",
    "－A1",
    "＠x",
    "-inf",
    "-",
    "--1",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_stays_a_number(number: Any) -> None:
    assert csv_line([number]) == f'"{number}"\r\n'


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_becomes_a_text(formula: str) -> None:
    assert csv_line([formula]) == f'"\'{formula}"\r\n'


def test_a_cell_is_one_cell_where_semicolons_separate() -> None:
    line = csv_line(["y;=1+1", None])
    assert line == '"y;=1+1",""\r\n'
    assert next(csv.reader([line], delimiter=";"))[0].startswith("y;=1+1")


@given(st.lists(st.lists(st.text() | st.integers(), min_size=2, max_size=2)))
def test_what_is_written_can_be_read_again(rows: list[list[Any]]) -> None:
    columns = ["a", "b"]
    text = csv_text(columns, [dict(zip(columns, row, strict=True)) for row in rows])
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[0] == columns
    for row, found in zip(rows, read[1:], strict=True):
        for cell, value in zip(found, row, strict=True):
            assert cell in (str(value), f"'{value}")


def test_nothing_else_writes_csv() -> None:
    functions = ROOT / "functions"
    found = {
        path.relative_to(functions).as_posix()
        for path in functions.rglob("*.py")
        if "csv.writer" in path.read_text("utf-8") or "DictWriter" in path.read_text("utf-8")
    }
    assert found == {"shared/csv_out.py"}
