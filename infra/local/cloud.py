"""The local cloud: ministack as a process of its own, its state in a folder."""

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil

from infra.build import ROOT
from infra.local import processes, saves, starting
from infra.local.starting import CREDENTIALS, STAGE, CloudError
from infra.locks import locked

DEFAULT_REGION = "us-east-1"  # unless another is set
START_SECONDS = 120
STOP_SECONDS = 300
SAVE_SECONDS = 60
# A Popen object that is forgotten warns that its process goes on, which is the point here
_started: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class Cloud:
    """A local cloud: the folder of its state, and its port on the loopback interface."""

    folder: Path
    port: int
    save_seconds: int = SAVE_SECONDS
    region: str = DEFAULT_REGION

    @property
    def endpoint(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def api(self) -> str:
        """The API's base URL."""
        return f"{self.endpoint}/{STAGE}"

    @property
    def description(self) -> Path:
        """cloud.json, for tests and tools."""
        return self.folder / "cloud.json"

    @property
    def token(self) -> Path:
        """A header that opens the API, as `curl -H @FILE` reads it."""
        return self.folder / "auth"

    @property
    def log(self) -> Path:
        return self.folder / "cloud.log"

    @property
    def environment(self) -> dict[str, str]:
        """What an AWS client needs to speak to it."""
        return {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of one of its services."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            **options,
        )

    def process(self) -> psutil.Process | None:
        """The running server, None when there is none."""
        return processes.server(self.folder)

    def alone(self, waits: Callable[[], object]) -> AbstractContextManager[None]:
        """One command at a time; `waits` is called when another is under way."""
        return locked(self.folder, waits)

    def responds(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2):  # noqa: S310
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def start(self) -> str | None:
        """Start it and wait until it responds; what was lost of its state. CloudError."""
        self._keep_region()
        if self.is_up():
            return None
        processes.end(self.folder)
        starting.expect_free(self.port)
        killed = (self.folder / "process.json").exists()
        try:
            save = saves.restore(self.folder)
        except saves.DamagedSaveError as error:
            raise CloudError(f"{error}: `make clean` starts again without that save") from error
        starting.rewind_streams(self.folder)
        starting.empty_temporary(self.folder)
        with self.log.open("ab") as log:
            # a session of its own, so that Ctrl-C reaches make but not the cloud
            started = subprocess.Popen(
                [sys.executable, "-m", processes.SERVER, str(self.folder), str(self.save_seconds)],
                cwd=ROOT,
                env=starting.environment(self.folder, self.port, self.region),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _started.append(started)
        known = {"pid": started.pid, "started": psutil.Process(started.pid).create_time()}
        (self.folder / "process.json").write_text(json.dumps(known))
        if not self.is_up():
            self.stop()
            raise CloudError(f"the local cloud did not start: see {self.log}")
        return starting.lost(save) if killed else None

    def is_up(self) -> bool:
        """Whether it runs, once one that starts or ends has done so; CloudError."""
        deadline = time.monotonic() + START_SECONDS
        while self.process() is not None:
            if self.responds():
                return True
            if time.monotonic() > deadline:
                self.stop()
                raise CloudError(f"the local cloud does not respond: see {self.log}")
            time.sleep(0.1)
            for known in _started:
                known.poll()
        return False

    def _keep_region(self) -> None:
        """A state is of one region, which is part of all its names."""
        kept = starting.kept_region(self.folder)
        if kept not in {None, self.region}:
            raise CloudError(
                f"the state in {self.folder} is of {kept}, not {self.region}: unset "
                "SPROCKETWORKS_REGION, or set SPROCKETWORKS_STATE to another folder"
            )
        (self.folder / starting.REGION_FILE).write_text(self.region)

    def stop(self) -> None:
        """Stop it gracefully, which saves its state, and whatever it started."""
        process = self.process()
        if process is not None:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
            psutil.wait_procs([process], timeout=STOP_SECONDS)
            for known in _started:
                known.poll()
        processes.end(self.folder)
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        for path in (self.token, self.description):
            path.unlink(missing_ok=True)

    def note(self, name: str) -> str | None:
        """What was noted in the cloud itself, so that it is saved and lost with its state."""
        client = self.client("ssm")
        try:
            found = client.get_parameter(Name=f"/sprocketworks-local/{name}")
        except client.exceptions.ParameterNotFound:
            return None
        return str(found["Parameter"]["Value"])

    def take_note(self, name: str, value: str) -> None:
        self.client("ssm").put_parameter(
            Name=f"/sprocketworks-local/{name}", Value=value, Type="String", Overwrite=True
        )

    def describe(self, headers: dict[str, str], auth: dict[str, str]) -> dict[str, Any]:
        """Write cloud.json: where the API is, the headers that open it, where people sign in."""
        described = {
            "api": self.api,
            "console": f"{self.api}/",
            "aws_endpoint": self.endpoint,
            "aws_region": self.region,
            "headers": headers,
            "auth": auth,
        }
        lines = "".join(f"{name}: {value}\n" for name, value in headers.items())
        for path, text in (
            (self.token, lines),
            (self.description, json.dumps(described, indent=2) + "\n"),
        ):
            path.touch(mode=0o600)
            path.write_text(text)
        return described
