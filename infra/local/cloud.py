"""The local cloud: ministack as a process of its own, its state in a folder."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil

from infra.build import tool

REGION = "us-east-1"
# any will do: the local cloud knows one account
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
START_SECONDS = 60
STOP_SECONDS = 60
# A Popen object that is forgotten warns that its process goes on, which is the point here
_started: list[subprocess.Popen[bytes]] = []


class CloudError(Exception):
    """One sentence on what went wrong with the local cloud."""


@dataclass(frozen=True)
class Cloud:
    """A local cloud: the folder of its state, and its port on the loopback interface."""

    folder: Path
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def description(self) -> Path:
        """cloud.json, for tests and tools."""
        return self.folder / "cloud.json"

    @property
    def log(self) -> Path:
        return self.folder / "cloud.log"

    @property
    def environment(self) -> dict[str, str]:
        """What an AWS client needs to speak to it."""
        return {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of one of its services."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            **options,
        )

    def process(self) -> psutil.Process | None:
        """The running process, None when there is none."""
        try:
            found = json.loads((self.folder / "process.json").read_text())
            process = psutil.Process(found["pid"])
            if process.create_time() == found["started"]:
                return process
        except (FileNotFoundError, ValueError, psutil.Error):
            pass
        return None

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2):  # noqa: S310
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def start(self) -> None:
        """Start it and wait until it answers; CloudError when it can't."""
        if self.process() is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                raise CloudError(
                    f"port {self.port} is taken: stop what listens there, "
                    "or set SPROCKETWORKS_PORT to another"
                ) from error
        self._rewind_streams()
        # AWS_* of the caller's would leak into the functions
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {
            **clean,
            **CREDENTIALS,
            "AUTH": "true",  # enforce the functions' policies
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.folder / "objects"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "TMPDIR": str(self._temporary()),
        }
        with self.log.open("ab") as log:
            # a session of its own, so that Ctrl-C reaches make but not the cloud
            started = subprocess.Popen(
                [tool("ministack")],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _started.append(started)
        known = {"pid": started.pid, "started": psutil.Process(started.pid).create_time()}
        (self.folder / "process.json").write_text(json.dumps(known))
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if started.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise CloudError(f"the local cloud did not start: see {self.log}")
            time.sleep(0.1)

    def _rewind_streams(self) -> None:
        """Have the streams read from their beginning.

        ministack keeps how far they were read, but not the streams: what is written after a start
        would not be seen until there is as much of it as before.
        """
        path = self.folder / "state" / "lambda.json"
        if path.exists():
            state = json.loads(path.read_text())
            state.get("payload", {}).pop("dynamodb_stream_positions", None)
            path.write_text(json.dumps(state))

    def _temporary(self) -> Path:
        folder = self.folder / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def stop(self) -> None:
        """Stop it gracefully, which is when it writes its state, and whatever it started."""
        process = self.process()
        if process is not None:
            children = process.children(recursive=True)
            process.send_signal(signal.SIGTERM)
            _, alive = psutil.wait_procs([process], timeout=STOP_SECONDS)
            for known in _started:
                known.poll()
            left = [*alive, *[child for child in children if child.is_running()]]
            for each in left:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
            psutil.wait_procs(left, timeout=STOP_SECONDS)
        for name in ("process.json", "cloud.json"):
            (self.folder / name).unlink(missing_ok=True)

    def api(self, outputs: dict[str, str]) -> str:
        """The API's base URL."""
        return f"{self.endpoint}/_aws/execute-api/{outputs['ApiId']}/v1"

    def describe(self, api: str, headers: dict[str, str], auth: dict[str, str]) -> dict[str, Any]:
        """Write cloud.json: where the API is, the headers that open it, where people sign in."""
        described = {
            "api": api,
            "console": f"{api}/",
            "aws_endpoint": self.endpoint,
            "headers": headers,
            "auth": auth,
        }
        self.description.touch(mode=0o600)
        self.description.write_text(json.dumps(described, indent=2) + "\n")
        return described
