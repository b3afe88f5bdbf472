"""The tables at the edges of what they take: sizes, digits, headers, and files cut wrongly."""

import json
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.rows import Checker
from shared.datasets import DATA_SETS
from tests.expected_reports import DATA, Expected
from tests.front_door import call
from tests.tables import assert_problem, form, load, post_form, rows, write

JSON = {"Content-Type": "application/json"}
NUMBERS = (
    "0.1",
    "1.50",
    "1e3",
    "123456789012345678",
    "-0.5e-99",
    " +7. ",
    "0.12345678901234568",
    "1e22",
)


def experiment(number: int, **columns: Any) -> dict[str, Any]:
    return {
        "experiment_id": number,
        "user_id": 1,
        "experiment_compound_ids": [1],
        "experiment_run_time": None,
    } | columns


@pytest.mark.parametrize("name", [path.stem for path in sorted(DATA.glob("*.csv"))])
def test_the_sample_data_is_taken_with_the_counts_promised(tables: None, name: str) -> None:
    loaded = load(name, (DATA / f"{name}.csv").read_bytes()).json
    with closing(Expected()) as expected:
        assert (loaded["read"], loaded["written"], loaded["rejected"]) == expected.counts[name]
    assert loaded["duplicates"] == 0


def test_a_row_with_the_wrong_width_is_reported_as_it_was_sent(tables: None) -> None:
    loaded = load("departments", f'1,a\n2,b,"c"\r\n3,{"d" * 300},\n').json
    assert [(error["line"], error["column"]) for error in loaded["errors"]] == [
        (2, None),
        (3, None),
    ]
    assert [error["value"] for error in loaded["errors"]] == ['2,b,"c"', "3," + "d" * 198]


def test_a_department_may_be_called_id(tables: None) -> None:
    assert load("departments", "1,ID\n2,Department\n").json["written"] == 2


def test_a_header_of_another_table_is_a_422(tables: None) -> None:
    header = "employee_id,name,datetime,department_id,job_id"
    response = load("hired_employees", f"{header}\n1,Ada,,2,3\n")
    assert_problem(response, 422, "unknown column 'employee_id', required column 'id' is missing")
    assert rows("hired_employees") == []


def test_numbers_that_are_taken_are_kept_exactly(tables: None) -> None:
    text = "".join(f"{n},1,1,{number}\n" for n, number in enumerate(NUMBERS))
    assert load("user_experiments", text).json["errors"] == []
    found = call("GET", "/tables/user_experiments/rows?limit=100").text
    read = json.loads(found, parse_float=Decimal, parse_int=Decimal)["items"]
    kept = {int(row["experiment_id"]): row["experiment_run_time"] for row in read}
    assert kept == {n: Decimal(number.strip()) for n, number in enumerate(NUMBERS)}


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("123456789012345678.5", "has more digits than are kept exactly: 15 always are"),
        ("0.12345678901234567891", "has more digits than are kept exactly: 15 always are"),
        ("1" * 39, "has more digits than are kept exactly: 15 always are"),
        ("1" + "0" * 27 + "e99", "has more digits than are kept exactly: 15 always are"),
        ("1" * 127, "has more digits than are taken: 126 before the point"),
        ("0." + "1" * 21, "has more digits than are taken: 126 before the point"),
        ("1e100", "has more digits than are taken: 126 before the point"),
        (".", "is not a number"),
        ("1_0", "is not a number"),
        ("0x1", "is not a number"),
        ("NaN", "is not a number"),
    ],
)
def test_a_number_that_cannot_be_kept_is_refused_in_rows_of_both_kinds(
    tables: None, number: str, reason: str
) -> None:
    (error,) = load("user_experiments", f"9,1,1,{number}\n").json["errors"]
    assert (error["column"], error["value"]) == ("experiment_run_time", number)
    assert error["reason"].startswith(reason)
    if number[:1].isdigit() and "_" not in number and "x" not in number:
        body = '{"rows": [{"experiment_id": 9, "user_id": 1, "experiment_compound_ids": [1],'
        body += f' "experiment_run_time": {number}}}]}}'
        response = call("POST", "/tables/user_experiments/rows", body, JSON)
        assert_problem(response, 422, "1 of 1 rows")
        assert response.json["errors"][0]["msg"].startswith(reason)


def test_a_number_is_taken_again_as_it_is_read(tables: None) -> None:
    numbers = ["1e99", "1.5e30", "-1e20", "123456789012345678e99", "1e-99", "1" * 38]
    loaded = load("user_experiments", "".join(f"{n},1,1,{x}\n" for n, x in enumerate(numbers)))
    assert loaded.json["written"] == len(numbers)
    # DynamoDB returns a whole number with all its zeros
    read = "".join(f"{n},1,1,{int(Decimal(x)):d}\n" for n, x in enumerate(numbers) if x != "1e-99")
    again = load("user_experiments", read, "?dedupe=true").json
    assert (again["errors"], again["duplicates"]) == ([], len(numbers) - 1)


@given(st.from_regex(r"\A-?(0|[1-9][0-9]{0,18})(0{0,120})(\.[0-9]{1,21})?([eE][+-]?[0-9]{1,2})?\Z"))
def test_a_checked_number_is_the_number_that_was_sent(text: str) -> None:
    items, faults = Checker(DATA_SETS["user_experiments"]).check([["1", "1", "1", text]])
    if not faults:
        number = items[0]["experiment_run_time"]
        # what the store's client makes of it
        read = int(number) if number == number.to_integral_value() else float(number)
        assert Decimal(repr(read)) == Decimal(text)


def test_integers_have_64_bits(tables: None) -> None:
    most, least = 2**63 - 1, -(2**63)
    assert load("user_experiments", f"{most},{least},{most};{least},\n").json["written"] == 1
    assert call("GET", f"/tables/user_experiments/rows/{most}").json["user_id"] == least
    loaded = load("user_experiments", f"1,2,3;{most + 1},\n2,{least - 1},3,\n3,4,5,\n").json
    assert [error["line"] for error in loaded["errors"]] == [1, 2]


@pytest.mark.parametrize("number", [str(2**63), "1" + "0" * 400, "9" * 4300, "1.0", "true", '"1"'])
@pytest.mark.parametrize("column", ["experiment_id", "experiment_compound_ids"])
def test_json_integers_have_64_bits_too(tables: None, number: str, column: str) -> None:
    value = "@" if column == "experiment_id" else [1, "@"]
    text = json.dumps({"rows": [experiment(7, **{column: value})]}).replace('"@"', number)
    headers = {"Content-Type": "application/json"}
    response = call("POST", "/tables/user_experiments/rows", text, headers)
    assert_problem(response, 422)
    assert [error["loc"] for error in response.json["errors"]] == [["body", "rows", 0, column]]


def test_json_numbers_may_be_any_that_a_csv_may_hold(tables: None) -> None:
    values = [0.1, 5, 1e22, 0.00012345678901234567, -1e-99, None]
    written = write(
        "user_experiments",
        *(experiment(n, experiment_run_time=value) for n, value in enumerate(values)),
    )
    assert written.status == 201, written.text
    assert [row["experiment_run_time"] for row in rows("user_experiments")] == values
    beyond: list[Any] = [1e300, 10**126, True, "1", []]
    for refused in beyond:
        response = write("user_experiments", experiment(1, experiment_run_time=refused))
        assert_problem(response, 422, "1 of 1 rows")


def test_a_row_that_the_client_has_is_a_304(tables: None) -> None:
    load("departments", "1,a\n2,b\n")
    path = "/tables/departments/rows/1"
    tag = call("GET", path).headers["etag"]
    had = {"If-None-Match": f'"other", W/{tag}'}
    assert (call("GET", path, headers=had).status, call("GET", path, headers=had).text) == (304, "")
    assert call("GET", "/tables/departments/rows/2", headers=had).status == 200
    load("departments", "1,a\n")
    assert call("GET", path, headers=had).status == 304
    load("departments", "1,c\n")
    changed = call("GET", path, headers=had)
    assert (changed.status, changed.json["department"]) == (200, "c")
    assert changed.headers["etag"] != tag


def test_a_file_in_a_form_has_the_same_limit(tables: None) -> None:
    full = b"1,a\n" * 1_250_000
    large, boundary = form(full + b"1")
    assert_problem(post_form(large, boundary), 413, "/ingestions")
    assert_problem(load("departments", full.decode() + "1"), 413, "/ingestions")
    fitting, boundary = form(full)
    kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
    loaded = call("POST", "/tables/departments?dry_run=true&rows=5", fitting, kind).json
    assert (loaded["read"], loaded["written"]) == (5, 5)


def test_old_and_mixed_newlines_count_as_lines(tables: None) -> None:
    loaded = load("departments", "id,department\r1,a\r\n\r\nx,b\ny,c\r").json
    assert loaded["read"] == 3
    assert [error["line"] for error in loaded["errors"]] == [4, 5]
