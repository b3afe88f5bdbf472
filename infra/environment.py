"""Environments of programs whose libraries are not those of the project."""

import sys
from pathlib import Path

from infra.build import run, tool
from infra.locks import locked
from infra.node import ROOT


def programs(name: str, lock: Path) -> Path:
    """The folder of an environment's programs, installed with the hashes of its lock file."""
    folder = ROOT / ".venv" / name
    installed, wanted = folder / "installed", lock.read_text("utf-8")
    with locked(ROOT / ".aws-sam" / name, lambda: None):
        if not installed.exists() or installed.read_text("utf-8") != wanted:
            run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder), what="venv")
            python = ("--python", str(folder / "bin/python"))
            hashes = ("--require-hashes", "-r", str(lock))
            install = ("pip", "install", "--quiet", *python, *hashes)
            run(tool("uv"), *install, what=f"installing {name}")
            installed.write_text(wanted, "utf-8")
    return folder / "bin"
