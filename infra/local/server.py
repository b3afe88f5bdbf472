"""ministack as a process that saves its state while it runs: `python -m infra.local.server FOLDER`.

ministack writes its state when it stops, a file after the other, and loses it when it is killed.
Here a fork of the process writes it, as it was at one moment, and gives it its name as a save when
it is whole. Requests go on meanwhile, and a kill at any moment leaves the save before.
"""

import asyncio
import copy
import gc
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import persistence
from ministack.services import cloudformation, lambda_svc

from infra.local import saves
from infra.local.gateway import to_the_api, use_own_responses
from infra.local.workers import share_code, start_few

logger = logging.getLogger("saves")
LONGEST_SAVE = 600  # seconds
# Reading the logs changes nothing
LOGS = b"Logs_"


class Server:
    """ministack behind what saves it: every `seconds` when it had requests, and at its end."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.changed = False
        self.saving = asyncio.Lock()
        self.tasks: list[asyncio.Task[Any]] = []

    async def __call__(self, scope: Any, receive: Callable[..., Any], send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(scope, receive, send)
            return
        if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD"}:
            headers = dict(scope["headers"])
            self.changed |= not headers.get(b"x-amz-target", b"").startswith(LOGS)
        await ministack.app(to_the_api(scope), receive, send)

    async def lifespan(self, scope: Any, receive: Callable[..., Any], send: Any) -> None:
        """Hand the start on to ministack, but not the end, when it would write by itself."""
        inner: asyncio.Queue[Any] = asyncio.Queue()
        await inner.put(await receive())
        self.tasks.append(asyncio.create_task(ministack.app(scope, inner.get, send)))
        self.tasks.append(asyncio.create_task(self.save_regularly()))
        await receive()
        self.tasks[1].cancel()
        with suppress(asyncio.CancelledError):
            await self.tasks[1]
        if await self.save():
            # its absence means that this process was not killed
            (self.folder / "process.json").unlink(missing_ok=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def save_regularly(self) -> None:
        while True:
            await asyncio.sleep(self.seconds)
            if self.changed and not deploying():
                self.changed = False
                # goes on where an end comes meanwhile, whose own save waits for it
                if not await asyncio.shield(self.save()):
                    self.changed = True

    async def save(self) -> bool:
        """Write a save of this moment, after the one being written; whether that succeeded."""
        async with self.saving:
            child = os.fork()
            if child == 0:
                write(self.folder)
            loop = asyncio.get_running_loop()
            late = loop.call_later(LONGEST_SAVE, os.kill, child, signal.SIGKILL)
            _, status = await loop.run_in_executor(None, os.waitpid, child, 0)
            late.cancel()
        if status:
            logger.error("the state could not be saved")
        return status == 0


def deploying() -> bool:
    """Whether a stack is being changed: nobody would go on with it after a restart."""
    found = [stack.get("StackStatus", "") for _, stack in cloudformation._stacks.all_items()]  # noqa: SLF001
    return any(status.endswith("_IN_PROGRESS") and "REVIEW" not in status for status in found)


def write(folder: Path) -> None:
    """Save the state of this fork, and end it."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)  # the parent's
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        gc.disable()  # it would copy the parent's memory
        persistence.logger.setLevel(logging.WARNING)  # no line for each file
        at = saves.now()
        path = saves.begin(folder)
        persistence.STATE_DIR = str(path)
        lambda_svc.CODE_BLOB_DIR = str(path / saves.BLOBS)
        copy.deepcopy = lambda value, _=None: value  # type: ignore[assignment,misc]  # nobody changes it here
        for name, state in ministack._build_persistence_save_dict().items():  # noqa: SLF001
            found = state()
            if found is not None:
                persistence.save_state(name, found)
                if not (path / f"{name}.json").exists():
                    raise OSError(f"{name} was not written")  # noqa: TRY301
        saves.finish(folder, at)
        status = 0
    except Exception:
        logger.exception("saving failed")
    finally:
        os._exit(status)


async def serve_forever(folder: Path, port: int, seconds: float) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.startup_timeout = config.shutdown_timeout = LONGEST_SAVE
    ended = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    await serve(Server(folder, seconds), config, shutdown_trigger=ended.wait)


def main() -> None:
    folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
    share_code(folder / "tmp")
    start_few()
    use_own_responses()
    # a burst of connections takes more files than the usual 1024
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(serve_forever(folder, int(os.environ["GATEWAY_PORT"]), seconds))


if __name__ == "__main__":
    main()
