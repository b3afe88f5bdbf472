"""`python -m infra.local up|run|down|clean`: the whole stack on this machine."""

import argparse
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from infra.build import ROOT, BuildError, build
from infra.local.access import NAME, PASSWORD, sign_in
from infra.local.cloud import DEFAULT_REGION, SAVE_SECONDS, Cloud
from infra.local.deploy import deploy, outputs
from infra.local.logs import follow
from infra.local.sample_data import load
from infra.local.starting import CloudError, kept_region
from infra.runs import ViewsError, reconcile

say = sys.stdout.write
LOADED = "sample-data"


def the_cloud() -> Cloud:
    """The project's local cloud; the SPROCKETWORKS_ variables make it another."""
    folder = Path(os.environ.get("SPROCKETWORKS_STATE", ROOT / ".local")).resolve()
    port = os.environ.get("SPROCKETWORKS_PORT", "4566")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CloudError(f"SPROCKETWORKS_PORT must be a port, not {port!r}")
    seconds = os.environ.get("SPROCKETWORKS_SAVE_SECONDS", str(SAVE_SECONDS))
    if not seconds.isdecimal() or not int(seconds):
        raise CloudError(f"SPROCKETWORKS_SAVE_SECONDS must be whole seconds, not {seconds!r}")
    region = os.environ.get("SPROCKETWORKS_REGION") or kept_region(folder) or DEFAULT_REGION
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-[0-9]", region):
        raise CloudError(f"SPROCKETWORKS_REGION must be a region of AWS, not {region!r}")
    return Cloud(folder, int(port), int(seconds), region)


def up(cloud: Cloud, *, sample_data: bool = True) -> dict[str, Any]:
    """Start, deploy, load; on a failure nothing is left running. The content of cloud.json."""
    with cloud.alone(another):
        running = cloud.is_up()
        try:
            with ThreadPoolExecutor(1) as beside:
                started = beside.submit(cloud.start)
                with step("build"):
                    built = build()
                with step("start"):
                    gone = started.result()
            if gone:
                warn(gone)
            with step("deploy"):
                made = deploy(cloud, built)
            with step("sign in"):
                headers, places = sign_in(cloud, made)
                described = cloud.describe(headers, asdict(places))
            loaded = cloud.note(LOADED) is not None
            if not running and loaded:
                # what was written last may not have been in the views when the cloud stopped
                with step("compare the views"):
                    failed = compare(cloud)
                if failed:
                    warn(failed)
            if sample_data and not loaded:
                with step("load the sample data"):
                    load(described)
                    cloud.take_note(LOADED, "yes")
        except BaseException:
            if not running:
                cloud.stop()
            raise
    return described


@contextmanager
def step(name: str) -> Iterator[None]:
    """A line with the seconds that a step takes."""
    say(f"{name:<24}")
    sys.stdout.flush()
    started = time.monotonic()
    try:
        yield
        say(f"{time.monotonic() - started:5.1f} s")
    finally:
        say("\n")
        sys.stdout.flush()


def compare(cloud: Cloud) -> str | None:
    """Repair the views; the sentence on why that failed, which does not end a start."""
    try:
        reconcile(cloud.client, outputs(cloud), repair=True, pause=0)
    except (CloudError, ViewsError, BotoCoreError, ClientError) as error:
        return (
            f"the views may differ from the tables: {error}; `make reconcile REPAIR=1` repairs them"
        )
    return None


def another() -> None:
    warn("another start or stop of this cloud is under way: waiting for it")


def warn(sentence: str) -> None:
    sys.stderr.write(f"warning: {' '.join(sentence.split())}\n")
    sys.stderr.flush()


def down(cloud: Cloud) -> None:
    with cloud.alone(another):
        cloud.stop()


def greet(cloud: Cloud) -> None:
    """Where to go next: an address and a sign-in for a person, commands for a terminal."""
    below = cloud.token.is_relative_to(Path.cwd())
    header = cloud.token.relative_to(Path.cwd()) if below else cloud.token
    say(
        f"\nOpen      {cloud.api}/\n"
        f"Sign in   {NAME} / {PASSWORD}\n"
        f"API docs  {cloud.api}/docs\n\n"
        f"Try, in this folder:\n"
        f"  API={cloud.api}\n"
        f'  curl "$API/health"\n'
        f'  curl -H @{header} "$API/tables"\n'
        f'  curl -H @{header} "$API/reports/departments-above-mean?year=2021"\n'
        f"  .venv/bin/sprocketworks --help\n\n"
    )
    sys.stdout.flush()


def run(cloud: Cloud) -> None:
    """Up, then the functions' logs until Ctrl-C."""
    running = cloud.process() is not None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    up(cloud)
    greet(cloud)
    say("Logs of the functions; Ctrl-C stops the cloud.\n")
    try:
        follow(cloud)
        warn("the local cloud has ended: `make up` starts it again")
    except KeyboardInterrupt:
        pass
    finally:
        if not running:
            say("stopping, which saves the state …\n")
            down(cloud)


def clean(cloud: Cloud) -> None:
    """Stop it and forget its state."""
    with cloud.alone(another):
        cloud.stop()
        shutil.rmtree(cloud.folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=["up", "run", "down", "clean"])
    command = parser.parse_args().command
    started = time.monotonic()
    try:
        cloud = the_cloud()
    except (CloudError, OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    try:
        if command == "up":
            up(cloud)
            greet(cloud)
            say(f"up in {time.monotonic() - started:.0f} s; `make down` stops it\n")
        elif command == "run":
            run(cloud)
        elif command == "down":
            down(cloud)
        else:
            clean(cloud)
    except (CloudError, BuildError) as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError, httpx.HTTPError, OSError) as error:
        sys.exit(f"error: {' '.join(str(error).split())}; the local cloud's log: {cloud.log}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
