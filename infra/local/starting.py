"""What a start of the local cloud needs before its server runs."""

import json
import os
import shutil
import socket
from pathlib import Path

from infra.local import saves

STAGE = "v1"  # of the API, which is at this path of the local cloud
REGION_FILE = "region"
# any will do: the local cloud knows one account
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


class CloudError(Exception):
    """One sentence on what went wrong with the local cloud."""


def kept_region(folder: Path) -> str | None:
    """The region of a folder's state, None where there is none."""
    try:
        return (folder / REGION_FILE).read_text().strip() or None
    except FileNotFoundError:
        return None


def lost(save: saves.Save | None) -> str:
    """What a kill before this start took away."""
    if save is None:
        return (
            "the local cloud was killed before its first save: "
            "everything is deployed and loaded again"
        )
    at = save.at.astimezone().strftime("%H:%M:%S on %d %B")
    return (
        f"the local cloud was killed: it continues from its save of {at}, "
        "and what was written later is lost"
    )


def expect_free(port: int) -> None:
    """CloudError when something listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CloudError(
                f"port {port} is taken: stop what listens there, "
                "or set SPROCKETWORKS_PORT to another"
            ) from error


def rewind_streams(folder: Path) -> None:
    """Have the streams read from their beginning.

    ministack keeps how far they were read, but not the streams: what is written after a start
    would not be seen until there is as much of it as before.
    """
    path = saves.state(folder) / "lambda.json"
    if path.exists():
        try:
            state = json.loads(path.read_text())
        except ValueError as error:
            raise CloudError(f"{path} is damaged: `make clean` starts again without it") from error
        state.get("payload", {}).pop("dynamodb_stream_positions", None)
        path.unlink()  # it is the save's file too
        path.write_text(json.dumps(state))


def empty_temporary(folder: Path) -> None:
    """What an earlier run left there is of no use to anybody."""
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    (folder / "tmp").mkdir()


def environment(folder: Path, port: int, region: str) -> dict[str, str]:
    """The server's; AWS_* of the caller's would leak into the functions."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **clean,
        **CREDENTIALS,
        "AUTH": "true",  # enforce the functions' policies
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(saves.state(folder)),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "objects"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "MINISTACK_REGION": region,
        "TMPDIR": str(folder / "tmp"),
    }
