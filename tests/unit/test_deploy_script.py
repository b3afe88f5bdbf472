"""What infra/deploy.sh makes of the AWS CLI's words."""

import os
import subprocess
from pathlib import Path

from tests.template import ROOT

# The CLI of an account in which nothing can be deployed
CLI = """#!/bin/sh
case "$2" in
deploy) echo "Failed to create/update the stack." >&2; exit 255 ;;
describe-stack-events) echo "PortalFunction  no such file" ;;
esac
"""


def test_a_deployment_that_fails_names_the_reason(tmp_path: Path) -> None:
    cli = tmp_path / "aws"
    cli.write_text(CLI)
    cli.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "infra/deploy.sh", "dev"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "AWS_ARTIFACT_BUCKET": "releases"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PortalFunction  no such file" in done.stderr
