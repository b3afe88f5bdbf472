"""Starting and stopping the stack, as a user at a shell does."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from infra.build import ROOT
from infra.local.cloud import Cloud
from tests.e2e.conftest import free_port

pytestmark = pytest.mark.e2e


def local(command: str, state: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local", command],
        cwd=ROOT,
        env={**os.environ, "SPROCKETWORKS_STATE": str(state), "SPROCKETWORKS_PORT": str(port)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def row_count(api: httpx.Client) -> int:
    return int(api.get("/tables").json()["tables"][0]["rows"])


def test_a_second_start_finds_the_data_and_down_leaves_nothing_running(tmp_path: Path) -> None:
    state, port = tmp_path / "state", free_port()
    cloud = Cloud(state, port)
    try:
        first = local("up", state, port)
        assert first.returncode == 0, first.stderr
        assert first.stdout.count("curl") == 3
        process = cloud.process()
        assert process is not None
        assert local("down", state, port).returncode == 0
        assert not process.is_running()
        assert not cloud.description.exists()
        again = local("up", state, port)
        assert again.returncode == 0, again.stderr
        assert "sample data" not in again.stdout, "loaded once"
        described = json.loads(cloud.description.read_text())
        assert f"API      {described['api']}\n" in again.stdout
        with httpx.Client(base_url=described["api"], headers=described["headers"]) as api:
            assert api.get("/sprockets").json()["items"][0]["id"] == 1
            before = row_count(api)
            rows = {"rows": [{"id": 4711, "department": "New"}]}
            assert api.post("/tables/departments/rows", json=rows).status_code == 201
            deadline = time.monotonic() + 20
            while row_count(api) == before and time.monotonic() < deadline:
                time.sleep(0.2)
            assert row_count(api) == before + 1, "the views follow after a restart too"
        children = psutil.Process(cloud.process().pid).children(recursive=True)  # type: ignore[union-attr]
        assert local("clean", state, port).returncode == 0
        assert not state.exists()
        assert not any(child.is_running() for child in children)
    finally:
        cloud.stop()


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = local("up", tmp_path, port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: port {port} is taken")
    assert done.stderr.count("\n") == 1
    assert Cloud(tmp_path, port).process() is None


def test_a_port_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", "up"],
        cwd=ROOT,
        env={**os.environ, "SPROCKETWORKS_STATE": str(tmp_path), "SPROCKETWORKS_PORT": "many"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "SPROCKETWORKS_PORT" in done.stderr
