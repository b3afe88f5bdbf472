"""A stack without the index of contents: a row has no `content`, `dedupe` sees its file only."""

from collections.abc import Iterator

import boto3
import pytest

from shared.settings import setting
from tests.front_door import call
from tests.large_files import run, submit
from tests.tables import load, rows


@pytest.fixture(autouse=True)
def unindexed(tables: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CONTENT_INDEX", "false")
    setting.cache_clear()
    yield
    setting.cache_clear()


def test_a_row_carries_its_columns_only() -> None:
    load("departments", "1,a\n")
    call("POST", "/tables/departments/rows", json_body={"rows": [{"id": 2, "department": "b"}]})
    items = boto3.resource("dynamodb").Table("DepartmentsTable").scan()["Items"]
    assert [set(item) for item in items] == [{"id", "department"}] * 2


def test_dedupe_compares_within_the_file_and_says_so() -> None:
    assert "dedupe_scope" not in load("departments", "9,a\n").json
    loaded = load("departments", "1,a\n2,b\n3,a\n", "?dedupe=true").json
    assert (loaded["written"], loaded["duplicates"]) == (2, 1)
    assert loaded["dedupe_scope"] == "file"
    assert {row["id"] for row in rows("departments")} == {1, 2, 9}


def test_a_large_file_is_compared_with_itself() -> None:
    load("departments", "1000,department 7\n")
    raw = b"".join(b"%d,department %d\n" % (n, n % 150) for n in range(300))
    job = run(submit("departments", raw, dedupe=True))
    assert job["rows"] == {"read": 300, "written": 150, "duplicates": 150, "rejected": 0}
    assert job["dedupe_scope"] == "file"
    assert "dedupe_scope" not in run(submit("departments", raw))
