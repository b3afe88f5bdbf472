"""The views after any history of changes, delivered in any way, equal a plain recomputation."""

import json
from typing import Any
from zlib import crc32

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector.handler import handler
from projector.store import changes as store
from projector.store import users
from projector.store.records import MissingShardError
from reports import store as reports
from shared.dynamo import Table, transact
from shared.settings import setting
from shared.views import HireCell
from shared.views_table import row_counts, views_table
from tests.examples import some
from tests.expected_views import assert_views_equal
from tests.front_door import Context, call
from tests.histories import MOMENTS, Row, State, point, records_of, steps
from tests.streams import deliver, end_window, record, stream_of

Delivery = tuple[str, list[Row]]  # a shard, and records of it


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[State, list[Delivery], list[int]]:
    """Final rows; deliveries that hold every record, some again; the transactions that crash.

    A shard's records arrive in order the first time, its children after it; what arrives again does
    so in any order, and whole, in part, or with new records behind it.
    """
    state, records = records_of(draw(steps))
    by_item: dict[str, list[Row]] = {}
    for one in records:
        by_item.setdefault(f"{stream_of(one)}{one['dynamodb']['Keys']}", []).append(one)
    order = draw(st.permutations([item for item, some in by_item.items() for _ in some]))
    queues = {item: iter(some) for item, some in by_item.items()}
    split = draw(st.integers(0, len(order)))
    arrived: dict[str, list[Row]] = {}
    for place, item in enumerate(order):
        one = next(queues[item])
        child = f"child{crc32(item.encode()) % 2}"
        one["dynamodb"]["SequenceNumber"] = f"{place + 1:021}"
        arrived.setdefault(f"{stream_of(one)} {'parent' if place < split else child}", []).append(
            one
        )
    found: list[Delivery] = []
    for shard in sorted(arrived, key=lambda shard: "child" in shard):
        name, some = shard.split()[1], arrived[shard]
        start = 0
        while start < len(some):
            end = start + draw(st.integers(1, 12))
            again = draw(st.permutations(some[: draw(st.integers(0, start))]))
            found.append((name, [*again, *some[start:end]]))
            if draw(st.booleans()):
                found.append((name, some[start : (start + end) // 2 + 1]))
            start = end
    return state, found, draw(st.lists(st.integers(0, 8), max_size=3))


class CrashError(Exception):
    """The projector's process ends."""


def deliver_until_done(shard: str, batch: list[Row]) -> None:
    """As a stream's poller does, which halves a batch that fails."""
    try:
        deliver(batch, shard)
    except CrashError:
        half = len(batch) // 2
        for part in (batch[:half], batch[half:]):
            deliver_until_done(shard, part or batch)


@some(50)
@given(deliveries(), st.booleans())
def test_every_change_counts_once_however_it_is_delivered(
    fresh: Any, delivery: tuple[State, list[Delivery], list[int]], after_commit: bool
) -> None:
    fresh()
    state, batches, crashes = delivery
    left = list(crashes)
    countdown = left.pop() if left else None

    def crashing(operations: list[Any]) -> None:
        nonlocal countdown
        if countdown == 0:
            countdown = left.pop() if left else None
            if after_commit:
                transact(operations)
            raise CrashError
        countdown = None if countdown is None else countdown - 1
        transact(operations)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "transact", crashing)
        patch.setattr(store, "TRANSACTION", 12)  # so that a few records need several
        patch.setattr(users, "MOST_INLINE", 3)  # and a user's compounds several items
        patch.setattr(users, "BUCKETS", 2)
        for shard, batch in batches:
            deliver_until_done(shard, batch)
            end_window(shard)
    assert_views_equal(state)


def test_streams_count_apart_and_are_summed(fresh: Any) -> None:
    row = {"datetime": "2021-02-03T00:00:00Z", "department_id": 1, "job_id": 2}
    for shard in range(5):
        ids = range(10 * shard, 10 * shard + 10)
        batch = [record("hired_employees", f"e{n}", None, {"id": n, **row}) for n in ids]
        deliver(batch, f"shard {shard}")
        deliver(batch, f"shard {shard}")
    items = [*views_table().scan_all()]
    assert sum(item["pk"].startswith("HIRED#") for item in items) > 1
    assert reports.hires(2021) == {HireCell(1, 2, 1): 50}
    assert row_counts("hired_employees") == {"hired_employees": 50}


def dead_letters() -> list[dict[str, Any]]:
    """The reasons and records that the projector kept."""
    s3 = boto3.client("s3")
    found = []
    for each in s3.list_objects_v2(Bucket="landingbucket", Prefix="dead-letters/")["Contents"]:
        body = s3.get_object(Bucket="landingbucket", Key=each["Key"])["Body"].read()
        found += [json.loads(line) for line in body.splitlines()]
    return found


def test_poison_records_are_kept_whole_and_the_rest_counts(fresh: Any) -> None:
    good = [record("departments", f"g{n}", None, {"id": n, "department": "d"}) for n in range(3)]
    # as large as two images of 400 KB, most of it characters that JSON escapes
    large = {"experiment_id": 1, "note": '\u00e9"\n\u2028' * 60_000}
    bad = record("user_experiments", "bad", large | {"user_id": 1}, large | {"user_id": "x"})
    alien = {**good[0], "eventID": "alien", "eventSourceARN": "arn:a:b:c:d:table/other/stream/x"}
    nameless: Row = {"dynamodb": {}}
    deliver([good[0], bad, good[1], alien, nameless, good[2]])
    assert row_counts("departments") == {"departments": 3}
    letters = {letter["record"].get("eventID"): letter for letter in dead_letters()}
    assert letters["bad"]["record"] == bad
    assert letters["alien"]["record"] == alien
    assert "'other'" in letters["alien"]["reason"]
    assert letters[None]["record"] == nameless


def test_a_change_that_moves_no_counter_writes_nothing(fresh: Any) -> None:
    before = {"compound_id": 1, "compound_name": "old"}
    deliver([record("compounds", "e", before, {**before, "compound_name": "new"})])
    assert list(Table("ViewsTable", "pk", "sk").scan_all()) == []


def test_an_event_without_a_shard_stops_on_aws_and_counts_on_the_local_cloud(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = {"Records": [record("departments", "e", None, {"id": 1, "department": "d"})]}
    monkeypatch.setenv("ENVIRONMENT", "prod")
    setting.cache_clear()
    with pytest.raises(MissingShardError):
        handler(event, Context())
    assert row_counts("departments") == {"departments": 0}
    monkeypatch.setenv("ENVIRONMENT", "local")
    setting.cache_clear()
    for _ in range(2):
        handler(event, Context())
    assert row_counts("departments") == {"departments": 1}
    monkeypatch.undo()
    setting.cache_clear()


def test_a_change_that_the_store_refuses_is_a_dead_letter_and_those_around_it_count(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [record("departments", f"e{n}", None, {"id": n, "department": "d"}) for n in range(20)]
    row = {"experiment_id": 1, "user_id": 1, "experiment_compound_ids": list(range(9))}
    refused = record("user_experiments", "refused", None, row)
    monkeypatch.setattr(store, "TRANSACTION", 12)
    monkeypatch.setattr(users, "MOST_INLINE", 3)
    monkeypatch.setattr(users, "BUCKETS", 12)
    small = {"experiment_id": 2, "user_id": 2, "experiment_compound_ids": [1]}
    behind = record("user_experiments", "behind", None, small)
    for _ in range(2):
        deliver([*batch, refused, behind])
    assert row_counts("departments", "user_experiments") == {
        "departments": 20,
        "user_experiments": 1,
    }
    assert [letter["record"] for letter in dead_letters()] == [refused]


def test_reports_show_names_that_were_loaded_after_the_figures(tables: None) -> None:
    hire = {"id": 1, "datetime": "2021-05-01T00:00:00Z", "department_id": 1, "job_id": 7}
    deliver([record("hired_employees", "e", None, hire)])
    assert call("GET", "/reports/hires-by-quarter").json["results"] == []
    deliver(
        [
            record("departments", "d", None, {"id": 1, "department": "Casting"}),
            record("jobs", "j", None, {"id": 7, "job": "Caster"}),
        ]
    )
    report = call("GET", "/reports/hires-by-quarter?year=2021").json
    row = {"department": "Casting", "job": "Caster", "Q1": 0, "Q2": 1, "Q3": 0, "Q4": 0}
    assert report["results"] == [row]
    assert call("GET", "/reports/hires-by-quarter?year=2022").json["results"] == []
    above = call("GET", "/reports/departments-above-mean").json
    assert (above["mean"], above["results"]) == (1.0, [])
    assert call("GET", "/reports/mean-hires").json["results"] == [{"mean_hires": 1.0}]


def test_reports_show_the_names_that_rows_have_now(tables: None) -> None:
    hire = {"id": 1, "datetime": "2021-05-01T00:00:00Z", "department_id": 1, "job_id": -130}
    job = {"id": -130, "job": "Caster"}
    before = {"id": 1, "department": "Casting"}
    deliver([record("hired_employees", "h", None, hire), record("jobs", "j", None, job)])
    for number, title in enumerate(("Casting", "Gießerei", "ß" * 5000, "Turning")):
        row = {"id": 1, "department": title}
        Table("DepartmentsTable", "id").put(row)
        deliver([record("departments", f"d{number}", before if number else None, row)])
        (counted,) = call("GET", "/reports/hires-by-quarter").json["results"]
        assert (counted["department"], counted["job"]) == (title, "Caster")
        before = row
    deliver([record("departments", "gone", before, None)])
    assert call("GET", "/reports/hires-by-quarter").json["results"] == []


@pytest.mark.parametrize("year", ["0", "10000", "-1", "x", "2021.5", "", "１"])
def test_a_year_out_of_bounds_is_a_400(tables: None, year: str) -> None:
    response = call("GET", f"/reports/mean-hires?year={year}")
    assert response.status == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json["errors"][0]["loc"] == ["query", "year"]


def test_experiments_are_paged_in_order_of_id_with_the_average_of_all(tables: None) -> None:
    Table("CompoundsTable", "compound_id").put({"compound_id": 3, "compound_name": "ethanol"})
    people = Table("UsersTable", "user_id")
    batch = []
    for user in range(1, 26):
        people.put({"user_id": user, "name": f"user {user}"})
        batch.append(record("users", f"u{user}", None, {"user_id": user, "name": "n"}))
    for n, (user, compounds) in enumerate([(7, [4, 3, 3, 4]), (7, [9]), (20, [3])]):
        row = {"experiment_id": n, "user_id": user, "experiment_compound_ids": compounds}
        batch.append(record("user_experiments", f"x{n}", None, row))
    deliver(batch)
    found: list[Row] = []
    url = "/reports/experiments?limit=10"
    while url:
        page = call("GET", url).json
        assert page["average_experiment_count"] == 1.5
        found += page["user_reports"]
        url = page["next"] and f"/reports/experiments?limit=10&cursor={page['next']}"
    assert [row["user_id"] for row in found] == list(range(1, 26))
    expected = {"user_id": 7, "name": "user 7", "count": 2, "fav_compound": "ethanol"}
    assert found[6] == expected
    assert call("GET", "/reports/experiments/7").json == expected
    assert call("GET", "/reports/experiments/99").status == 404
    assert call("GET", "/reports/experiments?cursor=AAAA").status == 400


def test_production_is_summed_over_whole_days(tables: None) -> None:
    made = call("POST", "/factories", json_body={"name": "Works"})
    assert made.status == 201
    batch = [
        record("production", f"p{n}", None, point(n, 1, time, 3)[1])
        for n, time in enumerate(MOMENTS)
    ]
    other = {"pk": "FACTORY", "sk": "1", "id": 1, "version": 1}
    deliver([*batch, record("production", "meta", None, other)])
    everything = call("GET", "/reports/production").json
    assert (everything["from"], everything["to"]) == ("1970-01-01", "9999-12-31")
    row = {"factory_id": 1, "name": "Works", "attainment": 1.5}
    assert everything["results"] == [row | {"actual": 12, "goal": 8, "points": 4}]
    part = call("GET", "/reports/production?from=1577836801&to=1580515199").json
    assert (part["from"], part["to"]) == ("2020-01-01", "2020-01-31")
    assert part["results"] == [row | {"actual": 6, "goal": 4, "points": 2}]
    assert call("GET", "/reports/production?from=1&to=2").json["results"] == []
    for bad in ("from=200000&to=1", "from=x", "to=253402300800"):
        assert call("GET", f"/reports/production?{bad}").status == 400
