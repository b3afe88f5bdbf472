"""`make bench-cold`: init of each HTTP function beside a FastAPI peer and a bare handler.

AWS's runtime client (awslambdaric) runs each handler under AWS's runtime emulator, a new process
per round; init is the time from the start of the interpreter to the client's first call for an
invocation. The rounds of all are interleaved.
"""

import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.progress import track

from infra.build import BUILD, ROOT, THIS_ARCHITECTURE, tool
from tests.template import environment, resources

ROUNDS = 11
PEERS = Path(__file__).parent / "peers"
WORK = ROOT / ".local" / "bench"
HTTP = ("ingestion", "sprockets", "reports", "greetings", "portal")
SECONDS = 30  # at most for one start

# Runs the client as AWS does, and tells when it asks for its first invocation
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
        out.write(str(took))
    return wait(self, *args, **kwargs)
client.wait_next_invocation = first
bootstrap.run(sys.argv[1], client(os.environ["AWS_LAMBDA_RUNTIME_API"]))
"""


@dataclass(frozen=True)
class Contender:
    name: str
    handler: str
    path: tuple[Path, ...]  # the handler's folder first
    writes_byte_code: bool = False


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
            "FastAPI + Mangum + boto3, as `sam build` ships it",
            "app.handler",
            (peer("fastapi_peer", compiled=False), install(WORK / "web", *web, compiled=False)),
        ),
        Contender(
            "the same, compiled",
            "app.handler",
            (peer("fastapi_peer", compiled=True), install(WORK / "webc", *web, compiled=True)),
        ),
        Contender(
            "bare handler with a DynamoDB client",
            "app.handler",
            (peer("bare", compiled=True), install(WORK / "bare", "pydynox", compiled=True)),
        ),
        Contender("empty handler", "app.handler", (peer("empty", compiled=True),)),
        *(
            Contender(
                properties["Handler"].partition(".")[0], properties["Handler"], (BUILD / id_,)
            )
            for id_, properties in resources("AWS::Serverless::Function")
            if properties["Handler"].partition(".")[0] in HTTP
        ),
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_once(contender: Contender, runtime: Path, emulator: str) -> float:
    """Init of one new process, in milliseconds."""
    port, api = free_port(), free_port()
    result = WORK / "result"
    result.unlink(missing_ok=True)
    script = WORK / "bootstrap"
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
        "AWS_LAMBDA_FUNCTION_NAME": contender.name,
        "POWERTOOLS_SERVICE_NAME": "bench",
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
    with subprocess.Popen(
        [emulator, *addresses, str(script), contender.handler],
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            return _invoked(port, result)
        finally:
            os.killpg(process.pid, 9)


def _invoked(port: int, result: Path) -> float:
    """Invoke, which is when the emulator starts the function, and wait for its init."""
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            request = urllib.request.Request(url, data=b"{}")
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                answer.read()
        except OSError:
            time.sleep(0.02)
        if result.exists() and (text := result.read_text()):
            return float(text)
    raise TimeoutError("a function did not start")


def machine() -> str:
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    found = ROOT.glob(f".venv/lib/python3*/site-packages/samcli/local/rapid/*{THIS_ARCHITECTURE}")
    emulator = str(next(iter(found)))
    runtime = install(WORK / "runtime", "awslambdaric", compiled=True)
    all_of_them = contenders()
    times: dict[str, list[float]] = {each.name: [] for each in all_of_them}
    # the table alone goes to stdout
    seen = Console(stderr=True)
    for number in track(range(ROUNDS + 1), description="starting", console=seen):
        for each in all_of_them:
            took = start_once(each, runtime, emulator)
            if number:  # the first round warms the disk's cache
                times[each.name].append(took)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    peer_, _, bare, *_ = medians.values()
    lines = [
        "| init of | ms | of the FastAPI peer (≤ 0.2) | of the bare handler (≤ 1.6) |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {took:.0f} | {took / peer_:.2f} | {took / bare:.2f} |"
            for name, took in medians.items()
        ),
        "",
        f"Medians of {ROUNDS} starts each, interleaved; {machine()}.",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
