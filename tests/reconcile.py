"""Runs of reconcile as its state machine makes them, and what they find."""

import json
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import boto3

from projector.reconcile import part, plan
from projector.store.repair import gather
from shared.settings import setting
from shared.views_table import views_table
from tests.large_files import Task

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
