"""Starting and stopping the stack, as a user at a shell does."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from infra.build import ROOT
from infra.local.access import NAME, PASSWORD
from infra.local.cloud import Cloud
from tests.stack import STACK_REGION, free_port, soon

pytestmark = pytest.mark.e2e


def begin(command: str, state: Path, port: int, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.local", command],
        cwd=ROOT,
        env={
            **os.environ,
            "SPROCKETWORKS_STATE": str(state),
            "SPROCKETWORKS_PORT": str(port),
            **more,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(command: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    out, errors = command.communicate(timeout=600)
    return subprocess.CompletedProcess(command.args, command.returncode, out, errors)


def local(command: str, state: Path, port: int, **more: str) -> subprocess.CompletedProcess[str]:
    return end(begin(command, state, port, **more))


def expect_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    for each in words:
        assert each in done.stderr


def row_count(api: httpx.Client) -> int:
    return int(api.get("/tables").json()["tables"][0]["rows"])


def test_starts_stops_and_what_lies_between_them(tmp_path: Path) -> None:
    """In one test, for each start takes long."""
    state, port = tmp_path / "state", free_port()
    cloud = Cloud(state, port, region=STACK_REGION)
    try:
        # two starts at once: the second waits for the first, and finds its work done
        starts = [begin("up", state, port, SPROCKETWORKS_REGION=STACK_REGION) for _ in range(2)]
        done = [end(each) for each in starts]
        assert [each.returncode for each in done] == [0, 0], [each.stderr for each in done]
        assert (
            sum("another start or stop of this cloud is under way" in each.stderr for each in done)
            == 1
        )
        assert sum("sample data" in each.stdout for each in done) == 1
        expect_that_the_first_screen_works(cloud, done[0].stdout)
        expect_one_sentence(
            local("up", state, port, SPROCKETWORKS_REGION="eu-west-1"), STACK_REGION, "eu-west-1"
        )
        expect_one_copy_of_the_code(state)
        process = cloud.process()
        assert process is not None
        # what compares the views at a start is missing: a warning, not the start's end
        machines = cloud.client("stepfunctions")
        for machine in machines.list_state_machines()["stateMachines"]:
            if machine["name"].endswith("-reconcile"):
                machines.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
        assert local("down", state, port).returncode == 0
        assert not process.is_running()
        assert not cloud.description.exists()
        assert not list(state.glob("tmp/*"))

        expect_a_damaged_save_is_one_sentence(state, port)
        shutil.rmtree(state / "objects")
        (state / "process.json").write_text("[]")
        again = local("up", state, port)
        assert again.returncode == 0, again.stderr
        warnings = again.stderr.splitlines()
        assert [line.partition(":")[0] for line in warnings] == ["warning"] * 2, again.stderr
        assert "was killed" in warnings[0]
        assert "make reconcile REPAIR=1" in warnings[1]
        assert "sample data" not in again.stdout, "loaded once"
        described = json.loads(cloud.description.read_text())
        assert described["api"] == f"http://localhost:{port}/v1"
        expect_that_views_follow(described)
        children = psutil.Process(cloud.process().pid).children(recursive=True)  # type: ignore[union-attr]
        # a stop, and a clean, while a start is under way
        commands = [begin(command, state, port) for command in ("up", "down")]
        assert [end(each).returncode for each in commands] == [0, 0]
        assert local("clean", state, port).returncode == 0
        assert not state.exists()
        assert cloud.process() is None
        assert not any(child.is_running() for child in children)
    finally:
        cloud.stop()


def expect_that_views_follow(described: dict[str, Any]) -> None:
    """After a restart as before it."""
    with httpx.Client(base_url=described["api"], headers=described["headers"], timeout=60) as api:
        assert api.get("/health").status_code == 200
        assert api.get("/sprockets").json()["items"][0]["id"] == 1
        before = row_count(api)
        rows = {"rows": [{"id": 4711, "department": "New"}]}
        assert api.post("/tables/departments/rows", json=rows).status_code == 201
        soon(lambda: row_count(api), before + 1)


def expect_that_the_first_screen_works(cloud: Cloud, screen: str) -> None:
    """An address and a sign-in, and commands that can be pasted."""
    assert f"Open      {cloud.endpoint}/v1/\n" in screen
    assert f"Sign in   {NAME} / {PASSWORD}\n" in screen
    commands = screen.partition("Try, in this folder:\n")[2].partition("\n\n")[0]
    assert commands.count("curl ") == 3
    assert max(map(len, commands.splitlines())) < 200, "a line fits on a screen"
    pasted = subprocess.run(
        ["bash", "-c", commands.replace("curl", "curl --silent --show-error --fail")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert pasted.returncode == 0, pasted.stderr
    assert not pasted.stderr
    assert '"departments"' in pasted.stdout
    assert cloud.token.stat().st_mode & 0o77 == 0, "readable by its owner only"


def expect_one_copy_of_the_code(state: Path) -> None:
    (code,) = (state / "tmp" / "code").iterdir()
    workers = list(state.glob("tmp/ministack-lambda-*"))
    assert workers
    assert all((worker / "code").readlink() == code for worker in workers)
    assert not list(state.glob("tmp/*/code.zip"))


def expect_a_damaged_save_is_one_sentence(state: Path, port: int) -> None:
    (path,) = state.glob("saves/*/dynamodb.json")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    expect_one_sentence(local("up", state, port), "dynamodb.json", "make clean")
    path.write_bytes(whole)


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    expect_one_sentence(local("up", tmp_path / "state", free_port()))


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "many"), ("PORT", "70000"), ("REGION", "Frankfurt"), ("SAVE_SECONDS", "0")],
)
def test_a_setting_that_is_none_is_one_sentence(tmp_path: Path, name: str, value: str) -> None:
    more = {f"SPROCKETWORKS_{name}": value}
    done = subprocess.run(
        [sys.executable, "-m", "infra.local", "up"],
        cwd=ROOT,
        env={**os.environ, "SPROCKETWORKS_STATE": str(tmp_path), **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    expect_one_sentence(done, f"SPROCKETWORKS_{name}")


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = local("up", tmp_path, port)
    expect_one_sentence(done, f"port {port} is taken")
    assert Cloud(tmp_path, port).process() is None
