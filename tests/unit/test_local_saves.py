"""The local cloud's server writes one save at a time: its end waits for the one before."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from infra.local import server


def write_slowly(folder: Path) -> None:
    """As `server.write`, in a fork: fails if another one writes at the same time."""
    status = 1
    try:
        (folder / "unfinished").mkdir()
        time.sleep(0.3)
        (folder / "unfinished").rmdir()
        status = 0
    finally:
        os._exit(status)


async def app(scope: Any, receive: Any, send: Any) -> None:
    await receive()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_an_end_waits_for_the_save_that_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "write", write_slowly)
    monkeypatch.setattr("infra.local.server.ministack.app", app)
    running = tmp_path / "process.json"
    running.touch()

    async def run() -> None:
        made = server.Server(tmp_path, 0.01)
        made.changed = True
        events: asyncio.Queue[Any] = asyncio.Queue()
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await events.put({"type": "lifespan.startup"})
        life = asyncio.create_task(made({"type": "lifespan"}, events.get, send))
        while not (tmp_path / "unfinished").exists():
            await asyncio.sleep(0.01)
        await events.put({"type": "lifespan.shutdown"})
        await life
        assert sent == [{"type": "lifespan.shutdown.complete"}]
        assert not (tmp_path / "unfinished").exists()

    asyncio.run(run())
    assert not running.exists(), "its last save failed: the next start takes it for killed"
