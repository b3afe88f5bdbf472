"""The API over HTTP, and its command-line client: `cli` as a program, `run` in this process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra import assets, console, openapi
from ingestion.large import objects
from ingestion.large.store import records
from shared import dynamo
from shared.datasets import DATA_SETS
from sprocketworks.main import main
from tests import events
from tests.bridge import Bridge, serving
from tests.command_line import Cli, Done
from tests.template import ROOT


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write the examples of responses anew")


@pytest.fixture(scope="session")
def built() -> None:
    """What `make build` puts beside the portal's own files."""
    assets.copy()
    console.bundle()
    openapi.write()


@pytest.fixture
def seeded(tables: None) -> None:
    """Every data set with some rows, jobs with their file, and what `make build` makes."""
    dynamo.client.cache_clear()
    for name, rows in events.ROWS.items():
        data_set = DATA_SETS[name]
        dynamo.table(data_set.setting, data_set.key).put_many(rows)
    for job in events.JOBS.values():
        objects.client().put_object(Bucket=objects.bucket(), Key=job["key"], Body=events.FILE)
        found = objects.find(job["key"])
        assert found is not None
        ended = {"finished_at": records.now()} if job["status"] in {"failed", "succeeded"} else {}
        counts = {"rejected": 1, "bytes": found.size, "etag": found.etag, "delimiter": ","}
        records.create({**job, **ended, **counts, "chunks_total": 1})


@pytest.fixture
def bridge(tables: None) -> Iterator[Bridge]:
    dynamo.client.cache_clear()
    objects.client.cache_clear()
    with serving() as bridge:
        yield bridge
    objects.client.cache_clear()


@pytest.fixture
def cli(bridge: Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command with the API that the nearest cloud.json names."""
    (tmp_path / ".local").mkdir()
    described = {"api": bridge.url, "headers": {"Authorization": "Bearer local"}}
    (tmp_path / ".local/cloud.json").write_text(json.dumps(described))
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def command(
        *arguments: str, started: Callable[[int], None] = lambda _: None, stdin: str = ""
    ) -> Done:
        with subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "sprocketworks", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            text=True,
        ) as process:
            started(process.pid)
            try:
                out, err = process.communicate(stdin, timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()  # else the end of this block waits for it
                raise
        return Done(process.returncode, out, err)

    return command


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(time, "sleep", lambda _: None)

    def command(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["sprocketworks", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out, err)

    return command


@pytest.fixture
def server() -> Iterator[Bridge]:
    """Gives planned responses only."""
    with serving() as bridge:
        yield bridge
