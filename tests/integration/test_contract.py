"""The OpenAPI document, as other people's tools read it: two linters, two makers of clients."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from infra import openapi
from infra.environment import programs
from infra.node import install, node
from tests.bridge import Bridge
from tests.front_door import call
from tests.template import ROOT

CONTRACT = ROOT / "tests/contract"
PACKAGES = CONTRACT / "node_modules"
MADE = CONTRACT / "made"
SPROCKET = {"id": 1, "teeth": 12, "pitch_diameter": 3.86, "outside_diameter": 4.2, "pitch": 1}


@pytest.fixture
def document(monkeypatch: pytest.MonkeyPatch) -> str:
    """The document beside the packages, which ask nobody for news."""
    monkeypatch.setenv("REDOCLY_TELEMETRY", "off")
    monkeypatch.setenv("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
    install(CONTRACT)
    MADE.mkdir(exist_ok=True)
    # whole at any time: other tests may be reading it
    made = MADE / f"{os.getpid()}.json"
    made.write_text(openapi.text(openapi.document()), "utf-8")
    made.replace(MADE / "openapi.json")
    return "made/openapi.json"


def test_redocly_finds_nothing(document: str) -> None:
    node(CONTRACT, PACKAGES / "@redocly/cli/bin/cli.js", "lint", document)


def test_spectral_finds_nothing(document: str) -> None:
    strict = ("--ruleset", ".spectral.yaml", "--fail-severity", "hint")
    node(CONTRACT, PACKAGES / "@stoplight/spectral-cli/dist/index.js", "lint", document, *strict)


def expect_calls(printed: str) -> None:
    """A sprocket was made and read, and two factories that do not exist were named."""
    sprocket, points, errors = json.loads(printed.splitlines()[-1])
    assert (sprocket, points) == (SPROCKET, None)
    assert [error["msg"] for error in errors] == ["there is no factory 1", "there is no factory 2"]
    assert call("GET", "/sprockets/1").json == SPROCKET


def test_a_client_in_typescript_is_made_and_makes_calls(document: str, bridge: Bridge) -> None:
    maker = PACKAGES / "openapi-typescript/bin/cli.js"
    node(CONTRACT, maker, document, "--output", "made/api.d.ts")
    node(CONTRACT, PACKAGES / "typescript/bin/tsc", "--project", ".")
    expect_calls(node(CONTRACT, "calls.ts", bridge.url))


def test_a_client_in_python_is_made_and_makes_calls(
    document: str, bridge: Bridge, tmp_path: Path
) -> None:
    folder = programs("client", CONTRACT / "requirements.txt")
    (tmp_path / "config.yaml").write_text("post_hooks: []\n")
    made = ["--path", document, "--output-path", str(tmp_path / "made"), "--meta", "none"]
    for command in (
        ["openapi-python-client", "generate", *made, "--config", f"{tmp_path}/config.yaml"],
        ["python", "-W", "error", "-m", "compileall", "-q", f"{tmp_path}/made"],
        ["python", "-W", "error", "calls.py", bridge.url],
    ):
        done = subprocess.run(
            [str(folder / command[0]), *command[1:]],
            cwd=CONTRACT,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    expect_calls(done.stdout)
