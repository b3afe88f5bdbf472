"""Loads the files of data/ through the API, as a client would."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.build import ROOT
from infra.local.cloud import Cloud, CloudError

DATA = ROOT / "data"
# referenced tables first
TABLES = ("departments", "jobs", "hired_employees", "users", "compounds", "user_experiments")
BIRTHDAYS = {
    "Ada": {"dateOfBirth": "1985-12-10", "timeZone": "Europe/London"},
    "Josefína": {"dateOfBirth": "1992-02-29"},
}

Load = tuple[str, Callable[[httpx.Client], httpx.Response]]


def _loads() -> Iterator[Load]:
    for table in TABLES:
        body = (DATA / f"{table}.csv").read_bytes()
        yield (
            table,
            lambda api, table=table, body=body: api.post(  # type: ignore[misc]
                f"/tables/{table}", content=body, headers={"Content-Type": "text/csv"}
            ),
        )
    for kind in ("sprockets", "factories"):
        document = json.loads((DATA / f"{kind}.json").read_text())
        yield (
            kind,
            lambda api, kind=kind, document=document: api.post(  # type: ignore[misc]
                f"/{kind}/import", json=document
            ),
        )
    for name, birthday in BIRTHDAYS.items():
        yield (
            "birthdays",
            lambda api, name=name, birthday=birthday: api.put(  # type: ignore[misc]
                f"/hello/{name}", json=birthday
            ),
        )


def load(cloud: Cloud, described: dict[str, Any]) -> None:
    """Load all once; CloudError when the API refuses any of it."""
    stamp = cloud.folder / "loaded"
    if stamp.exists():
        return
    loads = list(_loads())
    bar = Progress(
        TextColumn("sample data"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
    )
    with (
        bar,
        httpx.Client(base_url=described["api"], headers=described["headers"], timeout=60) as api,
    ):
        task = bar.add_task("", total=len(loads))
        for what, send in loads:
            bar.update(task, description=what)
            try:
                answer = send(api)
            except httpx.HTTPError as error:
                raise CloudError(f"loading {what} failed: {error}") from error
            if answer.is_error:
                raise CloudError(f"loading {what} failed: {answer.status_code} {answer.text[:300]}")
            bar.advance(task)
    stamp.touch()
