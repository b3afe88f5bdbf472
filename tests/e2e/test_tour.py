"""The commands in README.md and docs/api.md, pasted into a shell as a whole."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.build import ROOT
from tests.stack import Stack

pytestmark = pytest.mark.e2e
ADDRESS = "http://localhost:4566"


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_a_tour_runs_as_a_whole(stack: Stack, tmp_path: Path, page: str) -> None:
    (tour,) = re.findall(
        r"^```bash\n(.*?)^```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE
    )
    assert "http://localhost:4566" in tour
    (tmp_path / ".local").symlink_to(stack.cloud.folder)
    (tmp_path / "data").symlink_to(ROOT / "data")
    done = subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            tour.replace("http://localhost:4566", stack.cloud.endpoint),
        ],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{failing_curl(tmp_path)}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert (tmp_path / "chart.svg").read_text().startswith("<svg")
    if "/ingestions" in tour:
        assert '"status":"succeeded"' in done.stdout
        assert "line,column,value,reason" in done.stdout.replace('"', "")


def failing_curl(folder: Path) -> Path:
    """A folder with a curl that ends with an error where the API refuses."""
    program = folder / "bin" / "curl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shutil.which("curl")} --fail-with-body "$@"\n')
    program.chmod(0o755)
    return program.parent
