"""Builds the functions' artifact: assets, console, OpenAPI document, libraries, byte code.

Lambda's disk is read-only: without byte code every start would compile anew. Hashes, unlike times,
stay valid when files are copied and zipped.

All functions are made of the same code, and one archive is that of all: uploaded once, and only
when a byte of it has changed.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_dump, yaml_parse

from infra.lazy import EagerError, make_lazy
from infra.locks import locked

ROOT = Path(__file__).parent.parent
BUILD = ROOT / ".aws-sam" / "build"
STAMP = ROOT / ".aws-sam" / "built"
# The code of all functions, as a folder and as the archive that is deployed
CODE = BUILD / "functions"
ARCHIVE = BUILD / "functions.zip"
# Where Lambda unpacks it: in byte code, a path of the building machine would change the archive
TASK_ROOT = "/var/task"
# All that the artifact is made of, as patterns: a new file is one of them by itself
SOURCES = (
    "functions/**/*",
    "template.yaml",
    "samconfig.toml",
    "console/src/**/*",
    "console/package-lock.json",
    "events/**/*",
    "infra/*.asl.json",
    "infra/*.py",
)
GENERATED = (
    ROOT / "functions/portal/assets",
    ROOT / "functions/portal/openapi.json",
    ROOT / "functions/pretraffic/events.json",
    ROOT / "console/src/reports.json",
)

OPEN = "OPEN TO EVERYONE WITHOUT A TOKEN: for demonstrations only, keep no real data here"
THIS_RUNTIME = f"python3.{sys.version_info.minor}"
THIS_ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"


class BuildError(Exception):
    """One sentence on what could not be built."""


def source_hash(*extra: str) -> str:
    """Changes whenever the artifact would."""
    digest = hashlib.sha256(repr(extra).encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if "__pycache__" in path.parts or path in GENERATED or GENERATED[0] in path.parents:
                continue
            if path.is_file():
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def tool(name: str) -> str:
    """A program of the environment this runs in."""
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if not found:
        raise BuildError(f"{name} is not installed in the environment: run `make .venv`")
    return found


def run(*command: str, what: str, env: dict[str, str] | None = None) -> None:
    """Run a program quietly; BuildError with the end of its output if it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "PATH": path, **(env or {})}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        output = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise BuildError(f"{what} failed: {' | '.join(output[-6:])}")


def install_libraries(runtime: str, architecture: str) -> None:
    """Put the wheels of the requirements, with their hashes, into the code's folder."""
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[architecture]
    run(
        tool("uv"),
        *("pip", "install", "--require-hashes", "--only-binary", ":all:", "--target", str(CODE)),
        *("--python-platform", f"{machine}-manylinux2014"),
        *("--python-version", runtime.removeprefix("python")),
        *("-r", "functions/requirements.txt"),
        what="installing the functions' libraries",
    )
    # programs, which name this machine's interpreter
    shutil.rmtree(CODE / "bin", ignore_errors=True)
    (CODE / ".lock").unlink(missing_ok=True)
    try:
        make_lazy(CODE)
    except EagerError as error:
        raise BuildError(str(error)) from error


def point_to_files(template: dict[str, Any]) -> None:
    """Have a built template name its files from where it is, the archive for all functions."""
    template["Globals"]["Function"]["CodeUri"] = ARCHIVE.name
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "DefinitionUri" in properties:
            properties["DefinitionUri"] = os.path.relpath(ROOT / properties["DefinitionUri"], BUILD)


def write_runtime(template: dict[str, Any], runtime: str, architecture: str) -> None:
    """What byte code and libraries are for, as no parameters.

    A stack keeps the value of a parameter that a deployment does not name, and would refuse a
    release that is made for a newer runtime.
    """
    template["Globals"]["Function"] |= {"Runtime": runtime, "Architectures": [architecture]}


def write_archive() -> None:
    """Zip the code so that the same files give the same bytes."""
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in CODE.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(path.relative_to(CODE)))  # of 1980, whenever it was built
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def open_to_everyone(template: dict[str, Any]) -> None:
    """Take the authorizer out of a template; its outputs say so, and its rules where it may go."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Api":
            del properties["Auth"]
        if resource["Type"] == "AWS::Serverless::Function":
            for event in properties.get("Events", {}).values():
                event["Properties"].pop("Auth", None)
    template["Outputs"]["Access"]["Value"] = OPEN
    template.setdefault("Rules", {})["OpenForDemonstrationsOnly"] = {
        "Assertions": [
            {
                "Assert": {"Fn::Contains": [["local", "dev"], {"Ref": "Environment"}]},
                "AssertDescription": f"{OPEN}. Build without OPEN=1 for other environments",
            }
        ]
    }


def build(
    runtime: str = THIS_RUNTIME,
    architecture: str = THIS_ARCHITECTURE,
    *,
    everyone: bool = False,
) -> str:
    """Build unless the artifact is that of the sources already; their hash.

    The API is open to `everyone`, or to who has a token.
    """
    with locked(STAMP.parent, lambda: None):
        wanted = source_hash(runtime, architecture, str(everyone))
        if not STAMP.exists() or not BUILD.exists() or STAMP.read_text() != wanted:
            STAMP.unlink(missing_ok=True)
            make(runtime, architecture, everyone=everyone)
            STAMP.write_text(wanted)
    return wanted


def make(runtime: str, architecture: str, *, everyone: bool) -> None:
    """Build, whatever is there."""
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    modules = {
        "infra.assets": "copying the docs' assets",
        "infra.console": "building the console",
        "infra.openapi": "making the OpenAPI document",
        "infra.pretraffic": "choosing the events of the hook",
    }
    with ThreadPoolExecutor() as pool:
        steps = [pool.submit(install_libraries, runtime, architecture)]
        steps += [
            pool.submit(run, sys.executable, "-m", module, what=what)
            for module, what in modules.items()
        ]
        for step in steps:
            step.result()
    shutil.copytree(
        ROOT / "functions", CODE, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True
    )
    template = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    point_to_files(template)
    write_runtime(template, runtime, architecture)
    if everyone:
        open_to_everyone(template)
    (BUILD / "template.yaml").write_text(yaml_dump(template), "utf-8")
    # byte code is for one interpreter, the one that the functions run on
    interpreter = sys.executable if runtime == THIS_RUNTIME else shutil.which(runtime)
    if interpreter is None:
        raise BuildError(f"{runtime} is not on the PATH, and byte code must be compiled by it")
    compile_ = ("-m", "compileall", "-q", "-j0", "--invalidation-mode", "unchecked-hash")
    where = ("-s", str(CODE), "-p", TASK_ROOT)
    run(interpreter, *compile_, *where, str(CODE), what="compiling byte code")
    write_archive()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runtime", default=THIS_RUNTIME)
    parser.add_argument("--architecture", default=THIS_ARCHITECTURE)
    parser.add_argument("--open", action="store_true", help="no access token is asked for")
    options = parser.parse_args()
    try:
        build(options.runtime, options.architecture, everyone=options.open)
    except BuildError as error:
        sys.exit(str(error))
    if options.open:
        sys.stdout.write(f"{OPEN}\n")
    sys.stdout.write(f"built for {options.runtime} on {options.architecture}: {BUILD.name}\n")


if __name__ == "__main__":
    main()
