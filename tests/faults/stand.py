"""A local cloud of a test's own, which it starts, fills, stops and kills."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

import httpx

from infra.build import ROOT
from infra.local.cloud import Cloud
from tests.expected_reports import Expected
from tests.stack import free_port, soon

HIRED = 2030  # in no file of the sample
YEARS = (*range(2018, 2024), HIRED)


class Stand:
    """A local cloud of the test's own, driven as a user at a shell does."""

    def __init__(self, folder: Path) -> None:
        # saves every two seconds, where it is every minute otherwise
        self.cloud = Cloud(folder / "state", free_port(), save_seconds=2)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "SPROCKETWORKS_STATE": str(self.cloud.folder),
            "SPROCKETWORKS_PORT": str(self.cloud.port),
            "SPROCKETWORKS_SAVE_SECONDS": str(self.cloud.save_seconds),
        }

    def begin(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "infra.local", command],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, command: str) -> str:
        """What a command that succeeds prints on stderr."""
        return ended(self.begin(command))

    def kill(self) -> None:
        """Kill the server alone, as the kernel does when memory is short."""
        process = self.cloud.process()
        if process is not None:
            os.kill(process.pid, signal.SIGKILL)
            with suppress(Exception):
                process.wait(10)

    def api(self) -> httpx.Client:
        described = json.loads(self.cloud.description.read_text())
        return httpx.Client(base_url=described["api"], headers=described["headers"], timeout=60)


def ended(command: subprocess.Popen[str]) -> str:
    out, errors = command.communicate(timeout=500)
    assert command.returncode == 0, out + errors
    return errors


def expect_reports(api: httpx.Client, expected: Expected) -> None:
    """The reports equal the same by SQL over the sample files, once the views are up to date."""

    def results(name: str, **parameters: Any) -> Any:
        return api.get(f"/reports/{name}", params=parameters).raise_for_status().json()

    def differing() -> Iterator[str]:
        for year in YEARS:
            for name, wanted in (
                ("hires-by-quarter", expected.hires_by_quarter(year)),
                ("departments-above-mean", expected.departments_above_mean(year)),
            ):
                if (found := results(name, year=year)["results"]) != wanted:
                    yield f"{name} of {year}: {first_difference(found, wanted)}"
        found = results("experiments", limit=100)["user_reports"]
        if found != expected.user_reports():
            yield f"experiments: {first_difference(found, expected.user_reports())}"

    soon(lambda: list(differing()), [])


def first_difference(found: list[Any], wanted: list[Any]) -> str:
    for pair in zip_longest(found, wanted):
        if pair[0] != pair[1]:
            return f"{pair[0]} instead of {pair[1]}; {len(found)} rows instead of {len(wanted)}"
    return "none"


class Writer(threading.Thread):
    """Writes rows one after the other until the cloud is gone."""

    def __init__(self, api: httpx.Client, first: int) -> None:
        super().__init__()
        self.api = api
        self.first = first
        self.written: dict[int, float] = {}  # when each row was confirmed

    def run(self) -> None:
        number = self.first
        with suppress(httpx.HTTPError):
            while True:
                rows = {"rows": [{"id": number, "department": f"Department {number}"}]}
                if self.api.post("/tables/departments/rows", json=rows).status_code != 201:
                    return
                self.written[number] = time.time()
                number += 1
