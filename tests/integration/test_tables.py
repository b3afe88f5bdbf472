"""The tables through the front door: what a CSV may look like, and what is reported of bad ones."""

import base64
import json

import pytest

from shared.datasets import DATA_SETS
from tests.front_door import call, event, invoke
from tests.tables import CSV, assert_problem, load, rows, write

HIRE = "1,Ada,2021-07-27T16:02:08Z,2,3"
ADA = {
    "id": 1,
    "name": "Ada",
    "datetime": "2021-07-27T16:02:08Z",
    "department_id": 2,
    "job_id": 3,
}


def test_a_row_is_loaded_and_read_back(tables: None) -> None:
    response = load("hired_employees", HIRE)
    assert response.status == 200
    assert response.json == {
        "table": "hired_employees",
        "read": 1,
        "written": 1,
        "duplicates": 0,
        "rejected": 0,
        "errors": [],
    }
    assert call("GET", "/tables/hired_employees/rows/1").json == ADA
    assert call("GET", "/tables/hired_employees").json["sample"] == [ADA]


@pytest.mark.parametrize(
    "text",
    [
        "id,name,datetime,department_id,job_id\n" + HIRE,
        "ID ,\tName,\tDateTime,\tDEPARTMENT_ID,\tjob_id\t\n" + HIRE,
        "\ufeff" + HIRE,
        "\ufeffid,name,datetime,department_id,job_id\r\n" + HIRE + "\r\n",
        "\n\n" + HIRE + "\n\n  \n",
        HIRE.replace(",", ";"),
        HIRE.replace(",", "\t"),
        HIRE.replace(",", "|"),
        '"1","Ada","2021-07-27T16:02:08Z","2","3"',
        "job_id,id,department_id,datetime,name\n3,1,2,2021-07-27T16:02:08Z,Ada",
        "1,Ada,2021-07-27 16:02:08, 2 ,3",
        "1,\tAda,\t2021-07-27T16:02:08Z,\t2,\t3",
        '1 ;" \tAda  ";2021-07-27T16:02:08Z\t;2; 3',
        "1,Ada,2021-07-27T18:02:08+02:00,2,3",
    ],
)
def test_files_of_many_looks_hold_the_same_row(tables: None, text: str) -> None:
    response = load("hired_employees", text)
    assert (response.status, response.json["errors"]) == (200, [])
    assert rows("hired_employees") == [ADA]


@pytest.mark.parametrize(
    "text",
    [
        "1;Engineer, Senior\n2;Clerk, Junior\n",
        "1;Engineer, Senior\n2;Clerk, Junior\n3;Cook\n4;Driver, Long, Distance\n",
        "1\tEngineer, Senior; Main | Part\n2\tClerk, Junior; a | b\n",
        "1|Engineer, Senior\n 2 |Clerk, Junior\n",
        "id\t|\tjob\t\n1\t|\tEngineer, Senior\n",
        "\n" * 101 + "id;job\n1;Engineer, Senior\n",
        " \r\n" * 300 + "job;id\r\nEngineer, Senior;1\r\n",
        "\t\n" * 300 + "1\tEngineer, Senior\n",
    ],
)
def test_the_delimiter_is_the_one_that_gives_valid_keys(tables: None, text: str) -> None:
    response = load("jobs", text)
    assert (response.status, response.json["rejected"]) == (200, 0)
    (first, *_) = rows("jobs")
    assert first == {"id": 1, "job": first["job"]}
    assert first["job"].startswith("Engineer, Senior")


def test_lines_above_a_late_header_count(tables: None) -> None:
    (error,) = load("jobs", "\n" * 101 + "id,job\n1,a\nx,b\n").json["errors"]
    assert error["line"] == 104


def test_a_header_may_leave_optional_columns_out(tables: None) -> None:
    assert load("hired_employees", "department_id,id\n2,1\n").json["written"] == 1
    expected = dict.fromkeys(ADA, None) | {"id": 1, "department_id": 2}
    assert rows("hired_employees") == [expected]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("id,departmnt", "unknown column 'departmnt'"),
        ("id,department,id", "column 'id' twice"),
        ("department", "required column 'id' is missing"),
        ("foo,bar", "no valid 'id', is not one of departments: unknown column 'foo', unknown"),
        ("departments of 2021", "unknown column 'departments of 2021'"),
        ("foo;bar", "unknown column 'foo', unknown column 'bar'"),
    ],
)
def test_a_header_that_cannot_be_is_a_422(tables: None, header: str, words: str) -> None:
    delimiter = ";" if ";" in header else ","
    assert_problem(load("departments", f"{header}\n1{delimiter}Casting\n"), 422, words)
    assert rows("departments") == []


def test_quoted_fields_keep_their_newlines_commas_and_quotes(tables: None) -> None:
    name = 'The "big",\r\nloud\nroom'
    text = 'id,department\n1,"The ""big"",\r\nloud\nroom"\nx,broken\n2,Casting\n'
    response = load("departments", text)
    assert response.json["written"] == 2
    (error,) = response.json["errors"]
    assert (error["line"], error["column"], error["value"]) == (5, "id", "x")
    found = [{"id": 1, "department": name}, {"id": 2, "department": "Casting"}]
    assert rows("departments") == found


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1,Ada,2021-07-27T16:02:08Z,2", None, "has 4 fields, not 5"),
        ("1,Ada,2021-07-27T16:02:08Z,2,3,4", None, "has 6 fields, not 5"),
        ("1", None, "has 1 field, not 5"),
        (",Ada,2021-07-27T16:02:08Z,2,3", "id", "is required"),
        ("x,Ada,2021-07-27T16:02:08Z,2,3", "id", "is not a whole number"),
        ("1_000,Ada,2021-07-27T16:02:08Z,2,3", "id", "is not a whole number"),
        ("9223372036854775808,A,,2,3", "id", "is too large: whole numbers go from"),
        ("1,Ada,2021-07-27T16:02:08Z,2.5,3", "department_id", "is not a whole number"),
        ("1,Ada,2021-02-30T00:00:00Z,2,3", "datetime", "is not a date and time"),
        ("1,Ada,yesterday,2,3", "datetime", "is not a date and time"),
        ("1,Ada,1627401728,2,3", "datetime", "is not a date and time"),
        ("1,Ada,0001-01-01T00:00:00+10:00,2,3", "datetime", "is not a date and time"),
        ("1,A\0da,2021-07-27T16:02:08Z,2,3", "name", "NUL"),
        ('1,"A"da,2021-07-27T16:02:08Z,2,3', None, "has a quote in the wrong place"),
        (f"1,{'x' * 200_000},2021-07-27T16:02:08Z,2,3", None, "has a field of more than"),
    ],
)
def test_a_broken_row_is_rejected_on_its_own(
    tables: None, row: str, column: str | None, reason: str
) -> None:
    response = load("hired_employees", f"7,First,,,\n{row}\n8,Last,,,\n")
    assert response.status == 200, response.text
    loaded = response.json
    assert (loaded["read"], loaded["written"], loaded["rejected"]) == (3, 2, 1)
    (error,) = loaded["errors"]
    assert (error["line"], error["column"]) == (2, column)
    assert reason in error["reason"]
    assert [row["id"] for row in rows("hired_employees")] == [7, 8]


def test_every_error_of_a_row_is_reported(tables: None) -> None:
    loaded = load("hired_employees", "x,Ada,never,y,3").json
    assert loaded["rejected"] == 1
    assert [error["column"] for error in loaded["errors"]] == ["id", "datetime", "department_id"]


def test_only_the_first_hundred_errors_are_listed(tables: None) -> None:
    loaded = load("departments", "x,y\n" * 2500).json
    assert (loaded["read"], loaded["rejected"], len(loaded["errors"])) == (2500, 2500, 100)
    assert [error["line"] for error in loaded["errors"]] == list(range(1, 101))


def test_if_a_key_occurs_twice_the_last_row_wins(tables: None) -> None:
    loaded = load("departments", "".join(f"1,name {n}\n" for n in range(60))).json
    assert loaded["written"] == 60
    load("departments", "2,Casting\n")
    load("departments", "2,Forging\n")
    expected = [{"id": 1, "department": "name 59"}, {"id": 2, "department": "Forging"}]
    assert rows("departments") == expected


def test_dates_numbers_and_lists_keep_their_kind(tables: None) -> None:
    load("users", "1,Ada,ada@example.com,2020-02-29\n2,Bo,,\n")
    users = rows("users")
    assert users[0]["signup_date"] == "2020-02-29"
    assert users[1] == {"user_id": 2, "name": "Bo", "email": None, "signup_date": None}
    load("user_experiments", '1,2,3;1; 3,0.1\n2,2,4,\n"3",2,-5,1e3\n')
    experiments = rows("user_experiments")
    assert [row["experiment_compound_ids"] for row in experiments] == [[3, 1, 3], [4], [-5]]
    assert [row["experiment_run_time"] for row in experiments] == [0.1, None, 1000]
    bad = "4,2,,1\n5,2,a;b,1\n6,2,1;,1\n7,2,1,nan\n8,2,1,1e400\n9,2,1,inf\n"
    assert load("user_experiments", bad).json["rejected"] == 6
    assert load("users", "3,Cy,c,2021-02-29\n4,Di,d,20210228\n").json["rejected"] == 2


def test_formulas_are_kept_as_they_are(tables: None) -> None:
    load("departments", "1,=1+1\n2,-5\n")
    assert [row["department"] for row in rows("departments")] == ["=1+1", "-5"]


def test_rows_loads_the_first_only(tables: None) -> None:
    loaded = load("departments", "id,department\n1,a\nx,b\n3,c\n4,d\n", "?rows=3").json
    assert (loaded["read"], loaded["written"], loaded["rejected"]) == (3, 2, 1)
    for bad in ("0", "1001", "x", "-1"):
        assert_problem(load("departments", "1,a\n", f"?rows={bad}"), 400, "rows")


def test_strict_rejects_blanks_and_dry_run_writes_nothing(tables: None) -> None:
    text = f"{HIRE}\n2,,,,\n"
    loaded = load("hired_employees", text, "?strict=true&dry_run=true").json
    assert (loaded["dry_run"], loaded["written"], loaded["rejected"]) == (True, 1, 1)
    assert {error["reason"] for error in loaded["errors"]} == {"is required"}
    assert rows("hired_employees") == []
    assert "dry_run" not in load("hired_employees", text, "?strict=true").json
    assert_problem(load("hired_employees", text, "?strict=yes"), 400, "strict")


def test_dedupe_keeps_the_first_row_of_each_content(tables: None) -> None:
    first = load("departments", "1,a\n2,b\n3,a\n4,b\n5,c\nx,c\n", "?dedupe=true").json
    assert (first["read"], first["written"]) == (6, 3)
    assert (first["duplicates"], first["rejected"]) == (2, 1)
    again = load("departments", "7,c\n8,d\n1,a\n", "?dedupe=true").json
    assert (again["written"], again["duplicates"]) == (1, 2)
    assert {row["id"] for row in rows("departments")} == {1, 2, 5, 8}


def test_dedupe_compares_values_and_what_is_stored_now(tables: None) -> None:
    moment = "1,A,2021-01-01T00:00:00Z,1,\n2, A\t,2021-01-01T01:00:00+01:00,+1, \n"
    assert load("hired_employees", moment, "?dedupe=true").json["duplicates"] == 1
    same = "3,A,2021-01-01T01:00:00+01:00,+01, \n"
    assert load("hired_employees", same, "?dedupe=true").json["duplicates"] == 1
    number = load("user_experiments", "1,1,1;2,1.50\n2,1, 1 ;2,1.5\n", "?dedupe=true").json
    assert number["duplicates"] == 1
    # blanks in different columns are different rows
    blanks = "4,B,,7,\n5,B,,,7\n"
    assert load("hired_employees", blanks, "?dedupe=true").json["written"] == 2
    load("departments", "1,a\n")
    load("departments", "1,b\n")
    assert load("departments", "2,a\n", "?dedupe=true").json["written"] == 1
    assert load("departments", "3,b\n", "?dedupe=true").json["duplicates"] == 1


@pytest.mark.parametrize(
    ("stored", "file", "left"),
    [
        ("801,Gamma", "800,Gamma\n801,Delta", {800: "Gamma", 801: "Delta"}),
        ("801,Gamma", "801,Delta\n800,Gamma", {800: "Gamma", 801: "Delta"}),
        # the row that has it is replaced by none: it stays the only one
        ("801,Gamma\n802,Delta", "800,Gamma\n801,Delta", {801: "Gamma", 802: "Delta"}),
        ("801,Gamma\n802,Gamma", "800,Gamma\n801,Delta", {801: "Delta", 802: "Gamma"}),
        # every row moves to the next key
        ("1,a\n2,b\n3,c", "1,x\n2,a\n3,b\n4,c", {1: "x", 2: "a", 3: "b", 4: "c"}),
        # a key that occurs twice in the file
        ("9,z", "800,Gamma\n801,Gamma\n800,Delta", {9: "z", 800: "Delta", 801: "Gamma"}),
    ],
)
def test_dedupe_loses_no_content_to_a_row_that_is_replaced(
    tables: None, stored: str, file: str, left: dict[int, str]
) -> None:
    load("departments", stored)
    response = load("departments", file, "?dedupe=true").json
    assert {row["id"]: row["department"] for row in rows("departments")} == left
    assert response["written"] + response["duplicates"] == response["read"]


@pytest.mark.parametrize("body", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_a_422(tables: None, body: str) -> None:
    assert_problem(load("departments", body), 422, "empty")


def test_a_header_only_holds_no_rows(tables: None) -> None:
    loaded = load("departments", "id,department\n").json
    assert (loaded["read"], loaded["written"], loaded["rejected"]) == (0, 0, 0)


def test_what_is_no_utf8_is_a_422_that_says_where(tables: None) -> None:
    latin = "1,Casting\n2,Gießerei\n".encode("latin-1")
    assert_problem(load("departments", latin), 422, "line 2: byte 15 ")
    request = event("POST", "/tables/departments", "", CSV)
    exact = request | {"body": base64.b64encode(latin).decode(), "isBase64Encoded": True}
    assert_problem(invoke(exact), 422, "line 2: byte 15 ")
    assert_problem(load("departments", "1,a\n".encode("utf-16")), 422, "line 1: byte 0 ")
    assert rows("departments") == []


def test_a_quote_that_is_never_closed_is_a_422(tables: None) -> None:
    response = load("departments", '1,a\n2,"b\n3,c\n')
    assert_problem(response, 422, "line 2: the record that begins here has a quote")
    assert rows("departments") == []


def test_other_media_types_are_a_415(tables: None) -> None:
    for kind in ("application/json", "application/vnd.ms-excel", ""):
        response = call("POST", "/tables/departments", "1,a", {"Content-Type": kind})
        assert_problem(response, 415, "text/csv")


def test_a_large_file_is_sent_to_ingestions(tables: None) -> None:
    assert_problem(load("departments", "1,a\n" * 1_500_000), 413, "/ingestions")


def test_an_unknown_table_or_row_is_a_404(tables: None) -> None:
    for method, path in [
        ("GET", "/tables/none"),
        ("GET", "/tables/none/rows"),
        ("GET", "/tables/departments/rows/1"),
        ("GET", "/tables/departments/rows/x"),
        ("GET", "/tables/departments/rows/１"),
    ]:
        assert_problem(call(method, path), 404)
    assert_problem(load("none", "1,a"), 404, "departments")
    assert_problem(call("POST", "/tables/none/rows", json_body={"rows": [{}]}), 404)


def test_pages_of_rows_hold_each_row_once(tables: None) -> None:
    load("departments", "".join(f"{n},d{n}\n" for n in range(250)))
    assert [row["id"] for row in rows("departments")] == list(range(250))
    page = call("GET", "/tables/departments/rows?limit=7").json
    assert len(page["items"]) == 7
    cursor = page["next"]
    for damaged in (cursor[:-2], cursor[:5] + "A" + cursor[6:], "x", "é", cursor + "="):
        assert_problem(call("GET", f"/tables/departments/rows?cursor={damaged}"), 400, "cursor")
    assert_problem(call("GET", f"/tables/jobs/rows?cursor={cursor}"), 400, "another list")
    for limit in ("0", "101", "ten"):
        assert_problem(call("GET", f"/tables/departments/rows?limit={limit}"), 400, "limit")


def test_rows_are_written_from_json(tables: None) -> None:
    response = write("hired_employees", ADA, {"id": 2}, {"id": 3, "name": None, "job_id": -1})
    assert (response.status, response.json) == (201, {"table": "hired_employees", "written": 3})
    assert rows("hired_employees")[0] == ADA
    experiment = {"experiment_id": 1, "user_id": 2, "experiment_run_time": 0.5}
    listed = experiment | {"experiment_compound_ids": [3, 4]}
    joined = experiment | {"experiment_compound_ids": "3;4", "experiment_id": 2}
    assert write("user_experiments", listed, joined).status == 201
    assert [row["experiment_compound_ids"] for row in rows("user_experiments")] == [[3, 4]] * 2


def test_one_bad_row_writes_nothing_and_every_fault_is_named(tables: None) -> None:
    response = write(
        "hired_employees",
        {"id": 1},
        {"id": "2", "datetime": "2021-02-30T00:00:00Z", "colour": "red"},
        {"name": "nobody"},
        {"id": True, "job_id": 1.5, "name": 7},
    )
    assert_problem(response, 422, "3 of 4 rows are invalid")
    assert [error["loc"][2:] for error in response.json["errors"]] == [
        [1, "colour"],
        [1, "id"],
        [1, "datetime"],
        [2, "id"],
        [3, "id"],
        [3, "name"],
        [3, "job_id"],
    ]
    assert rows("hired_employees") == []


def test_one_to_a_thousand_rows_are_taken(tables: None) -> None:
    assert write("departments").status == 422
    many = [{"id": n, "department": "d"} for n in range(1001)]
    assert_problem(write("departments", *many), 422)
    assert write("departments", *many[:1000]).json["written"] == 1000
    assert len(rows("departments")) == 1000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("", 400),
        ("[]", 422),
        ('{"rows": 1}', 422),
        ('{"rows": [1]}', 422),
        ('{"rows": [{}], "more": 1}', 422),
        ('{"rows": [{"id": NaN, "department": "x"}]}', 400),
        ("[" * 100_000, 400),
    ],
)
def test_a_body_that_is_no_document_of_rows_is_refused(
    tables: None, body: str, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    assert_problem(call("POST", "/tables/departments/rows", body, headers), status)


def test_json_of_another_media_type_is_a_415(tables: None) -> None:
    body = json.dumps({"rows": [{"id": 1, "department": "d"}]})
    assert_problem(call("POST", "/tables/departments/rows", body, CSV), 415)


def test_tables_are_listed_with_their_columns(tables: None) -> None:
    listed = call("GET", "/tables").json["tables"]
    described = {
        name: [(column.name, column.type, column.required) for column in data_set.columns]
        for name, data_set in DATA_SETS.items()
    }
    assert [table["name"] for table in listed] == list(described)
    for table in listed:
        columns = [(each["name"], each["type"], each["required"]) for each in table["columns"]]
        assert columns == described[table["name"]]
    assert listed[0]["columns"][0] == {"name": "id", "type": "int", "required": True}


def test_methods_that_are_not_known_are_a_405(tables: None) -> None:
    response = call("DELETE", "/tables/departments")
    assert_problem(response, 405)
    assert response.headers["allow"] == "GET, HEAD, POST"
