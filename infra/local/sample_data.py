"""Loads the files of data/ through the API, as a client would."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from infra.build import ROOT
from infra.local.starting import CloudError

DATA = ROOT / "data"
# referenced tables first
TABLES = ("departments", "jobs", "hired_employees", "users", "compounds", "user_experiments")
BIRTHDAYS = {
    "Ada": {"dateOfBirth": "1985-12-10", "timeZone": "Europe/London"},
    "Josefína": {"dateOfBirth": "1992-02-29"},
}

Load = tuple[str, Callable[[httpx.Client], httpx.Response]]


def _tables() -> Iterator[Load]:
    for table in TABLES:
        body = (DATA / f"{table}.csv").read_bytes()
        yield (
            table,
            lambda api, table=table, body=body: api.post(  # type: ignore[misc]
                f"/tables/{table}", content=body, headers={"Content-Type": "text/csv"}
            ),
        )


def _factories() -> Iterator[Load]:
    for kind in ("sprockets", "factories"):
        document = json.loads((DATA / f"{kind}.json").read_text())
        yield (
            kind,
            lambda api, kind=kind, document=document: api.post(  # type: ignore[misc]
                f"/{kind}/import", json=document
            ),
        )


def _birthdays() -> Iterator[Load]:
    for name, birthday in BIRTHDAYS.items():
        yield (
            "birthdays",
            lambda api, name=name, birthday=birthday: api.put(  # type: ignore[misc]
                f"/hello/{name}", json=birthday
            ),
        )


def load(described: dict[str, Any]) -> None:
    """Load all; CloudError when the API refuses any of it."""

    def send_all(loads: Iterator[Load]) -> None:
        for what, send in loads:
            try:
                response = send(api)
            except httpx.HTTPError as error:
                raise CloudError(f"loading {what} failed: {error}") from error
            if response.is_error:
                raise CloudError(
                    f"loading {what} failed: {response.status_code} {response.text[:300]}"
                )

    # each function starts with its first request: together they are ready sooner
    with (
        httpx.Client(base_url=described["api"], headers=described["headers"], timeout=60) as api,
        ThreadPoolExecutor() as pool,
    ):
        list(pool.map(send_all, (_tables(), _factories(), _birthdays())))
