"""`python -m infra.local up|run|down|clean`: the whole stack on this machine."""

import argparse
import os
import shutil
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra.build import ROOT, BuildError
from infra.local.access import NAME, PASSWORD, sign_in
from infra.local.cloud import Cloud, CloudError
from infra.local.deploy import deploy
from infra.local.logs import follow
from infra.local.sample_data import load
from infra.local.views import reconcile

say = sys.stdout.write


def the_cloud() -> Cloud:
    """The project's local cloud; SPROCKETWORKS_PORT and SPROCKETWORKS_STATE say otherwise."""
    folder = Path(os.environ.get("SPROCKETWORKS_STATE", ROOT / ".local")).resolve()
    port = os.environ.get("SPROCKETWORKS_PORT", "4566")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CloudError(f"SPROCKETWORKS_PORT must be a port, not {port!r}")
    return Cloud(folder, int(port))


def up(cloud: Cloud, *, sample_data: bool = True) -> dict[str, Any]:
    """Start, deploy, load; on a failure nothing is left running. What cloud.json says."""
    running = cloud.process() is not None
    try:
        cloud.start()
        made = deploy(cloud)
        api = cloud.api(made)
        headers, places = sign_in(cloud, api, made)
        described = cloud.describe(api, headers, asdict(places))
        if not running and (cloud.folder / "loaded").exists():
            # what was written last may not have been in the views when the cloud stopped
            reconcile(cloud, repair=True, pause=0)
        if sample_data:
            load(cloud, described)
    except BaseException:
        if not running:
            cloud.stop()
        raise
    return described


def tell(described: dict[str, Any]) -> None:
    api = described["api"]
    headers = "".join(f" -H '{name}: {value}'" for name, value in described["headers"].items())
    say(
        f"\nConsole  {described['console']} (sign in as {NAME}, {PASSWORD})\n"
        f"Docs     {api}/docs\nAPI      {api}\n\nTry:\n"
        f"  curl{headers} '{api}/health'\n"
        f"  curl{headers} '{api}/reports/departments-above-mean?year=2021'\n"
        f"  curl{headers} '{api}/hello/Ada'\n\n"
    )
    sys.stdout.flush()


def run(cloud: Cloud) -> None:
    """Up, then the functions' logs until Ctrl-C."""
    running = cloud.process() is not None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    tell(up(cloud))
    say("Logs of the functions; Ctrl-C stops the cloud.\n")
    try:
        follow(cloud)
    except KeyboardInterrupt:
        pass
    finally:
        if not running:
            say("stopping, which saves the state …\n")
            cloud.stop()


def clean(cloud: Cloud) -> None:
    """Stop it and forget its state."""
    cloud.stop()
    shutil.rmtree(cloud.folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=["up", "run", "down", "clean"])
    command = parser.parse_args().command
    started = time.monotonic()
    try:
        cloud = the_cloud()
        if command == "up":
            tell(up(cloud))
            say(f"up in {time.monotonic() - started:.0f} s; `make down` stops it\n")
        elif command == "run":
            run(cloud)
        elif command == "down":
            cloud.stop()
        else:
            clean(cloud)
    except (CloudError, BuildError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
