"""The processes of a local cloud: its server, the server's savers, the functions' workers."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

SERVER = "infra.local.server"
END_SECONDS = 10  # to end


def server(folder: Path) -> psutil.Process | None:
    """The running server of a cloud's folder, None when there is none."""
    try:
        known = json.loads((folder / "process.json").read_text())
        process = psutil.Process(known["pid"])
        ended = process.status() == psutil.STATUS_ZOMBIE
        if process.create_time() == known["started"] and not ended:
            return process
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        pass
    # a file that is broken, or was not written yet, hides no process
    for process in _all(folder):
        # what it forks to save has its command line, and is in its session
        with suppress(OSError):
            if os.getsid(process.pid) == process.pid:
                return process
    return None


def end(folder: Path) -> None:
    """End whatever a dead server left."""
    left = list(_all(folder))
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=END_SECONDS)


def _all(folder: Path) -> Iterator[psutil.Process]:
    workers = f"{folder / 'tmp'}{os.sep}"
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        if process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        if (SERVER in line and str(folder) in line) or any(
            part.startswith(workers) and part.endswith("_worker.py") for part in line
        ):
            yield process
