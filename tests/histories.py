"""Histories of rows for property tests: what is put and deleted, and the streams' records of it."""

from typing import Any

from hypothesis import strategies as st

from shared.datasets import DATA_SETS
from shared.views import LONGEST_NAME
from tests.streams import record

Row = dict[str, Any]
State = dict[tuple[str, Any], Row]

YEARS = (2020, 2021)
small = st.integers(1, 3)
# also of more bytes than the views keep
titles = st.sampled_from(["Casting", "Gießerei", "x" * LONGEST_NAME, "ß" * LONGEST_NAME])
dates = st.sampled_from(
    [f"{year}-{month:02}-15T10:00:00Z" for year in YEARS for month in (1, 3, 4, 12)]
)


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def rows(table: str, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Row]]:
    def clean(row: Row) -> tuple[str, Row]:
        return table, {name: value for name, value in row.items() if value is not None}

    return st.fixed_dictionaries({DATA_SETS[table].key: st.integers(1, 5), **columns}).map(clean)


any_row = st.one_of(
    rows(
        "hired_employees",
        datetime=optional(dates),
        department_id=optional(small),
        job_id=optional(st.sampled_from([1, 2, 64, 200])),
    ),
    rows("users", name=st.just("somebody")),
    rows(
        "user_experiments",
        user_id=small,
        experiment_compound_ids=st.lists(st.integers(-1, 5), min_size=1, max_size=4),
    ),
    rows("departments", department=titles),
    rows("jobs", job=titles),
)
MOMENTS = (1577836799, 1577836800, 1580515199, 1600000000)  # around the turn of 2019


def point(number: int, factory: int, time: int, actual: int) -> tuple[str, Row]:
    key = {"pk": f"POINTS#{factory}#1", "sk": f"{time:015}#{number:015}"}
    what = {"factory_id": factory, "id": number, "time": time, "actual": actual, "goal": 2}
    return "production", key | what


points = st.builds(point, small, small, st.sampled_from(MOMENTS), st.integers(0, 3))
steps = st.lists(st.tuples(st.one_of(any_row, points), st.booleans()), max_size=25)


def key_of(table: str, row: Row) -> Any:
    return row[DATA_SETS[table].key] if table in DATA_SETS else (row["pk"], row["sk"])


def records_of(history: list[tuple[tuple[str, Row], bool]]) -> tuple[State, list[Row]]:
    """The rows after a history of puts and deletes, and the stream's records of it."""
    state: State = {}
    records = []
    for number, ((table, row), deleted) in enumerate(history):
        key = (table, key_of(table, row))
        old, new = state.get(key), None if deleted else row
        if old == new:
            continue
        records.append(record(table, f"event{number}", old, new))
        if new is None:
            del state[key]
        else:
            state[key] = new
    return state, records
