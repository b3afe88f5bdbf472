"""Which processes are a local cloud's."""

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

from infra.local import processes


def test_a_killed_server_that_nobody_has_waited_for_is_none(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as server:
        process = psutil.Process(server.pid)
        known = {"pid": server.pid, "started": process.create_time()}
        (tmp_path / "process.json").write_text(json.dumps(known))
        assert processes.server(tmp_path) == process
        server.kill()
        while process.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert processes.server(tmp_path) is None
