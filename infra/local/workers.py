"""ministack's processes that run the functions: one copy of their code, no more than are needed."""

import hashlib
import threading
import time
import zipfile
from pathlib import Path
from shutil import rmtree
from typing import Any
from zipfile import ZipFile

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

# Seconds that a request waits for a worker of its function: another one takes longer to start
PATIENCE = 1.0
LONGEST_START = 30.0


def share_code(folder: Path) -> None:
    """Have ministack's workers share their code in `folder`; each would unpack some 60 MB."""
    lock = threading.Lock()

    class Shared(ZipFile):
        def extractall(self, path: Any = None, *_: Any, **__: Any) -> None:
            """Make `path`, an empty folder of a worker, a link to what the archive holds."""
            archive, link = Path(str(self.filename)), Path(path)
            with archive.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            code = folder / "code" / digest
            with lock:
                link.rmdir()
                link.symlink_to(code)
                if not code.exists():
                    clear(folder)
                    unfinished = folder / "code" / "unfinished"
                    rmtree(unfinished, ignore_errors=True)
                    super().extractall(unfinished)
                    unfinished.rename(code)
            archive.unlink()

    class Zipfile:
        """The part of `zipfile` that ministack's workers use."""

        ZipFile = Shared
        BadZipFile = zipfile.BadZipFile
        LargeFileError = zipfile.LargeZipFile

    lambda_runtime.zipfile = Zipfile


def clear(folder: Path) -> None:
    """Remove the code that no worker links to."""
    # a folder, not yet a link, is that of a worker that waits for its turn
    links = [link for link in folder.glob("ministack-lambda-*/code") if link.is_symlink()]
    used = {link.readlink() for link in links}
    for code in (folder / "code").glob("*"):
        if code not in used:
            rmtree(code, ignore_errors=True)


def start_few() -> None:
    """Have requests wait for a worker that starts or is busy for a moment.

    ministack starts one for each request at a time: the first requests of a page would start
    several of the same function, and all of them would share the processors.
    """
    acquire = lambda_runtime.acquire_worker
    choosing = threading.Lock()  # two requests at once would each find no worker, and start one

    def acquire_patiently(
        name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST", **more: Any
    ) -> Any:
        key = lambda_runtime._worker_key(name, config, qualifier)  # noqa: SLF001
        began = time.monotonic()
        while True:
            with choosing:
                with lambda_runtime._lock:  # noqa: SLF001
                    pool = list(lambda_runtime._workers.get(key, ()))  # noqa: SLF001
                free = not pool or any(not worker.in_use for worker in pool)
                starting = any(worker._start_time is None for worker in pool)  # noqa: SLF001
                longest = LONGEST_START if starting else PATIENCE
                if free or time.monotonic() - began > longest:
                    return acquire(name, config, code, qualifier=qualifier, **more)
            time.sleep(0.005)

    lambda_svc.acquire_worker = acquire_patiently
