"""One copy of the functions' code for all of ministack's processes that run it."""

import hashlib
import threading
import zipfile
from pathlib import Path
from shutil import rmtree
from typing import Any
from zipfile import ZipFile

from ministack.core import lambda_runtime


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
    used = {link.readlink() for link in folder.glob("ministack-lambda-*/code")}
    for code in (folder / "code").glob("*"):
        if code not in used:
            rmtree(code, ignore_errors=True)
