"""Commands of the guides, run as they are written, by a person at a shell of a local account."""

import os
import subprocess

from infra.build import ROOT
from infra.local.cloud import Cloud


class Shell:
    """A person at a shell, with the credentials of an account."""

    def __init__(self, cloud: Cloud) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **cloud.environment,
            "PATH": f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, command: str, **more: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\n{command}"],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def outputs(self, stack: str) -> dict[str, str]:
        text = self.run(
            f"aws cloudformation describe-stacks --stack-name {stack}"
            " --query 'Stacks[0].Outputs[].[OutputKey,OutputValue]' --output text"
        )
        return dict(line.split("\t") for line in text.splitlines())


def commands(guide: str, words: str) -> str:
    """The one block of commands in a guide of docs/ that has these words."""
    blocks = (ROOT / "docs" / guide).read_text("utf-8").split("```")[1::2]
    (found,) = [block.removeprefix("bash\n") for block in blocks if words in block]
    return found
