"""Runs of reconcile as its state machine makes them, and what they find."""

import json
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import boto3

from projector.reconcile import part, plan
from projector.store.repair import gather
from shared.dynamo import Table
from shared.settings import setting
from shared.views_table import views_table
from tests.large_files import Task
from tests.streams import record

_runs = count(1)
Call = Callable[[Callable[[], dict[str, Any]]], dict[str, Any]]


def once(task: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A task that succeeds with its first call."""
    return task()


def read(key: str) -> Any:
    body = boto3.client("s3").get_object(Bucket=setting("LANDING_BUCKET"), Key=key)["Body"]
    return json.loads(body.read())


def reconcile(
    *,
    call: Call = once,
    between: Callable[[], object] = lambda: None,
    context: Any = None,
    **options: Any,
) -> dict[str, Any]:
    """The result of a run; `call` makes each call of a task, `between` is called before each."""
    run, after, parts = f"run-{next(_runs)}", -1, 0
    context = context or Task()
    while True:
        event = {"run": run, "options": {"pause": 0, "segments": 1, **options}, "after": after}
        between()
        step = call(partial(plan.handler, event, context))
        if not step["more"]:
            result: dict[str, Any] = read(f"reconcile/{run}/result.json")
            return result
        after = step["step"]
        for each in read(step["parts"]):
            done = False
            while not done:
                between()
                done = call(partial(part.handler, each, context))["done"]
                parts += 1
                assert parts < 2000, "a part that never ends"


def compact() -> int:
    """Items of hires that were gathered."""
    return sum(map(gather, list(views_table().scan_all())))


def load_rows() -> list[dict[str, Any]]:
    """Rows in the tables, and the stream's records of them."""
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("departments", "id", {"id": 1, "department": "Casting"}),
        ("users", "user_id", {"user_id": 1, "name": "a"}),
        ("users", "user_id", {"user_id": 2, "name": "b"}),
    ]
    for n in range(30):
        hire = {"id": n, "datetime": "2021-05-01T00:00:00Z", "department_id": 1, "job_id": n % 3}
        rows.append(("hired_employees", "id", hire))
        experiment = {"experiment_id": n, "user_id": n % 5, "experiment_compound_ids": [n % 4, 1]}
        rows.append(("user_experiments", "experiment_id", experiment))
    tables = {
        "departments": "DepartmentsTable",
        "users": "UsersTable",
        "hired_employees": "HiredEmployeesTable",
        "user_experiments": "UserExperimentsTable",
    }
    for table, key, row in rows:
        Table(tables[table], key).put(row)
    return [record(table, f"e{n}", None, row) for n, (table, _, row) in enumerate(rows)]
