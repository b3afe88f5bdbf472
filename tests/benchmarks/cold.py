"""`make bench-cold`: init of each HTTP function beside a FastAPI peer and a bare handler.

AWS's runtime client (awslambdaric) runs each handler under AWS's runtime emulator, a new process
per round; init is the time from the start of the interpreter to the client's first call for an
invocation, and its processor time is printed beside it, which other work on the machine sways less.
The rounds of all are interleaved.
"""

import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import psutil
from rich.console import Console
from rich.progress import track

from infra.build import CODE, ROOT, THIS_ARCHITECTURE, tool
from tests.template import environment, resources

COLD_ROUNDS = 11
OF_PEER, OF_BARE = 0.12, 1.2  # what the functions must reach
SHIPPED_PEER = "FastAPI + Mangum + boto3, as `sam build` ships it"
BARE = "bare handler with a DynamoDB client"
PEERS = Path(__file__).parent / "peers"
WORK = ROOT / ".local" / "bench"
HTTP = ("ingestion", "sprockets", "reports", "greetings", "portal")
CALL_SECONDS = 30  # at most for one start

# Runs the client as AWS does, and reports when it asks for its first invocation
BOOTSTRAP = """\
import os, sys, time
sys.path[:0] = os.environ["BENCH_PATH"].split(os.pathsep)
from awslambdaric import bootstrap, lambda_runtime_client
client = lambda_runtime_client.LambdaRuntimeClient
wait = client.wait_next_invocation
def first(self, *args, **kwargs):
    client.wait_next_invocation = wait
    took = (time.time_ns() - int(os.environ["BENCH_STARTED"])) / 1e6
    with open(os.environ["BENCH_RESULT"], "w") as out:
        out.write(f"{took} {time.process_time() * 1e3}")
    return wait(self, *args, **kwargs)
client.wait_next_invocation = first
bootstrap.run(sys.argv[1], client(os.environ["AWS_LAMBDA_RUNTIME_API"]))
"""


class StartError(Exception):
    """A handler that was not initialized, and the end of its output."""


class Init(NamedTuple):
    """Milliseconds on the clock, and of the processor."""

    took: float
    processor: float


@dataclass(frozen=True)
class Contender:
    name: str
    handler: str
    path: tuple[Path, ...]  # the handler's folder first


def install(folder: Path, *packages: str, compiled: bool) -> Path:
    """Packages of the lock's versions in a folder of their own, kept until the lock changes."""
    lock = ROOT / "requirements.lock"
    wanted = sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp = folder / f".{'compiled' if compiled else 'sources'}"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        command = (tool("uv"), "pip", "install", "--quiet", "--target", str(folder))
        constraint = ("--constraint", str(lock))
        subprocess.run([*command, *constraint, "--python", sys.executable, *packages], check=True)
        for cache in list(folder.rglob("__pycache__")):
            shutil.rmtree(cache)
        if compiled:
            compile_all(folder)
        stamp.write_text(wanted)
    return folder


def compile_all(folder: Path) -> None:
    how = ("-q", "-f", "--invalidation-mode", "unchecked-hash")
    subprocess.run([sys.executable, "-m", "compileall", *how, str(folder)], check=False)


def peer(name: str, *, compiled: bool) -> Path:
    """A copy of a peer's source, with or without byte code."""
    target = WORK / f"{name}-{'compiled' if compiled else 'sources'}"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(PEERS / name, target, ignore=shutil.ignore_patterns("__pycache__"))
    if compiled:
        compile_all(target)
    return target


def contenders() -> list[Contender]:
    web = ("fastapi", "mangum", "boto3")
    return [
        Contender(
            SHIPPED_PEER,
            "app.handler",
            (peer("fastapi_peer", compiled=False), install(WORK / "web", *web, compiled=False)),
        ),
        Contender(
            "the same, compiled",
            "app.handler",
            (peer("fastapi_peer", compiled=True), install(WORK / "webc", *web, compiled=True)),
        ),
        Contender(
            BARE,
            "app.handler",
            (peer("bare", compiled=True), install(WORK / "bare", "pydynox", compiled=True)),
        ),
        Contender("empty handler", "app.handler", (peer("empty", compiled=True),)),
        *(
            Contender(properties["Handler"].partition(".")[0], properties["Handler"], (CODE,))
            for id_, properties in resources("AWS::Serverless::Function")
            if properties["Handler"].partition(".")[0] in HTTP
        ),
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_once(contender: Contender, runtime: Path, emulator: str) -> Init:
    """Init of one new process."""
    port, api = free_port(), free_port()
    result, script, log = WORK / "result", WORK / "bootstrap", WORK / "log"
    result.unlink(missing_ok=True)
    # the interpreter below the environment, which knows no installed packages with -S
    interpreter = Path(sys.base_prefix) / "bin" / "python3"
    script.write_text(
        "#!/bin/sh\nexport BENCH_STARTED=$(date +%s%N)\n"
        f'exec {interpreter} -B -S -I -c "$BENCH_PROGRAM" "$_HANDLER"\n'
    )
    script.chmod(0o755)
    variables = {
        **environment(),
        "PATH": os.environ["PATH"],
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "POWERTOOLS_SERVICE_NAME": "bench",
        # as on Lambda's disk: what is not compiled beforehand never is
        "PYTHONDONTWRITEBYTECODE": "1",
        "_HANDLER": contender.handler,
        "BENCH_PROGRAM": BOOTSTRAP,
        "BENCH_PATH": os.pathsep.join(map(str, (*contender.path, runtime))),
        "BENCH_RESULT": str(result),
    }
    addresses = (
        "--runtime-interface-emulator-address",
        f"127.0.0.1:{port}",
        "--runtime-api-address",
        f"127.0.0.1:{api}",
    )
    with log.open("w") as out:
        process = psutil.Popen(
            [emulator, *addresses, str(script), contender.handler],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        try:
            invoke(port)
        except OSError as error:
            out.write(f"{error}\n")
        finally:
            end(process)
    if not result.exists():
        raise StartError(f"{contender.name} did not start:\n{log.read_text()[-2000:]}")
    took, processor = result.read_text().split()
    return Init(float(took), float(processor))


def invoke(port: int) -> None:
    """Invoke once, which is when the emulator starts the function; any response will do."""
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + CALL_SECONDS
    while True:
        try:
            with direct.open(url, data=b"{}", timeout=CALL_SECONDS) as response:
                response.read()
                return
        except urllib.error.URLError as error:
            # refused: the emulator does not listen yet
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def end(emulator: psutil.Popen) -> None:
    """End the emulator and the function, which has a process group of its own."""
    try:
        family = [*emulator.children(recursive=True), emulator]
    except psutil.NoSuchProcess:
        family = [emulator]
    for each in family:
        try:
            each.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=CALL_SECONDS)


def machine() -> str:
    """What it was measured on, in one line."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"{os.cpu_count()} cores, {model}, Python {platform.python_version()}, {load}"


def measure(contenders_: list[Contender]) -> dict[str, list[Init]]:
    """The times of each; a first round that does not count brings the files into memory."""
    found = ROOT.glob(f".venv/lib/python3*/site-packages/samcli/local/rapid/*{THIS_ARCHITECTURE}")
    emulator = next((str(path) for path in found), None)
    if emulator is None:
        raise StartError("aws-sam-cli, which has the emulator, is not installed")
    runtime = install(WORK / "runtime", "awslambdaric", compiled=True)
    starts = [(number, each) for number in range(COLD_ROUNDS + 1) for each in contenders_]
    times: dict[str, list[Init]] = {each.name: [] for each in contenders_}
    for number, each in track(starts, "starting", console=Console(stderr=True)):
        took = start_once(each, runtime, emulator)
        if number:
            times[each.name].append(took)
    return times


def table(times: dict[str, list[Init]]) -> list[str]:
    """Lines of Markdown: medians, and ratios of medians."""
    medians = {
        name: Init(*map(statistics.median, zip(*taken, strict=True)))
        for name, taken in times.items()
    }
    first, bare = medians[SHIPPED_PEER].took, medians[BARE].took

    def ratio(name: str, value: float, target: float) -> str:
        return f"{value:.2f}{' (missed)' if name in HTTP and value > target else ''}"

    def row(name: str, init: Init) -> str:
        ratios = ratio(name, init.took / first, OF_PEER), ratio(name, init.took / bare, OF_BARE)
        return f"| {name} | {init.took:.0f} | {init.processor:.0f} | {' | '.join(ratios)} |"

    of_first, of_bare = f"of the FastAPI peer (≤ {OF_PEER})", f"of the bare handler (≤ {OF_BARE})"
    return [
        f"| init of | ms | processor ms | {of_first} | {of_bare} |",
        "|---|---:|---:|---:|---:|",
        *(row(name, init) for name, init in medians.items()),
        "",
        f"Medians of {COLD_ROUNDS} starts each, interleaved; {machine()}.",
    ]


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    every = contenders()
    missing = [path.name for each in every for path in each.path if not path.is_dir()]
    if missing:
        sys.exit(f"not built: {', '.join(missing)}; run `make build` first")
    try:
        times = measure(every)
    except StartError as error:
        sys.exit(str(error))
    sys.stdout.write("\n".join(table(times)) + "\n")


if __name__ == "__main__":
    main()
