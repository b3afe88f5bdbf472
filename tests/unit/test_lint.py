"""The linters of the template and of the workflows find what they are for; locks are kept new."""

import re
from pathlib import Path

import pytest
import yaml

from infra.lint import ALL, LINTERS, actionlint, exceptions, faults
from tests.template import ROOT


def test_a_workflow_that_github_would_refuse_is_a_fault(tmp_path: Path) -> None:
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        (tmp_path / path.name).write_text(path.read_text())
    actionlint(tmp_path)
    broken = (tmp_path / "ci.yml").read_text().replace("github.ref }}", "github.reference }}")
    (tmp_path / "ci.yml").write_text(broken)
    with pytest.raises(SystemExit, match='property "reference" is not defined'):
        actionlint(tmp_path)


def test_workflows_that_are_not_read_are_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="did not read"):
        actionlint(tmp_path)


def test_a_finding_is_a_fault_unless_it_is_an_exception() -> None:
    found = {("A", "Table"): "encrypt", ("A", "Other"): "encrypt", ("B", "Table"): "back up"}
    assert list(faults(found, {("A", "Table"), ("B", ALL)})) == ["Other: encrypt (A)"]


def test_an_exception_that_nothing_needs_is_a_fault() -> None:
    (fault,) = faults({("A", "Table"): "encrypt"}, {("A", "Table"), ("A", "Gone")})
    assert fault.startswith("Gone: the exception from A")


def test_each_exception_has_a_reason() -> None:
    listed = yaml.safe_load((LINTERS / "exceptions.yaml").read_text())
    assert all(each["reason"] for each in listed)
    assert len(set(exceptions())) == len(list(exceptions()))


def test_linters_are_installed_by_their_hashes_alone() -> None:
    packages = yaml.safe_load((LINTERS / "package-lock.json").read_text())["packages"]
    assert all("integrity" in each for name, each in packages.items() if name)


def files(*names: str) -> set[str]:
    """The project's own files of these names, but for what is installed."""
    found = (
        path for name in names for depth in ("", "*/", "*/*/") for path in ROOT.glob(depth + name)
    )
    paths = {path.relative_to(ROOT) for path in found}
    return {
        str(path)
        for path in paths
        if not any(part.startswith(".") or part == "node_modules" for part in path.parts)
    }


def test_dependabot_keeps_every_lock_file_of_npm_new() -> None:
    updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
    # a release that was tampered with is usually found within days
    assert all(each["cooldown"]["default-days"] >= 7 for each in updates)
    found = {each["package-ecosystem"]: each for each in updates}
    # which edits pins one by one, and knows no lock that is made of groups
    assert not {"pip", "uv"} & set(found)
    folders = {f"/{Path(each).parent}" for each in files("package-lock.json")}
    assert folders
    assert set(found["npm"]["directories"]) == folders


def test_a_workflow_keeps_every_lock_file_of_python_new() -> None:
    pinned = {
        each for each in files("*.txt", "*.lock") if "--hash=sha256:" in (ROOT / each).read_text()
    }
    assert "requirements.lock" in pinned
    recipe = (ROOT / "Makefile").read_text().partition("\nlock:")[2]
    assert set(re.findall(r" -o (\S+)", recipe)) == pinned
    jobs = yaml.safe_load((ROOT / ".github/workflows/lock.yml").read_text())["jobs"]
    (lock,) = [step for step in jobs["lock"]["steps"] if step.get("run") == "make lock"]
    assert lock["env"]["UV_EXCLUDE_NEWER"] == "7 days"
    assert jobs["lock"]["permissions"] == {"contents": "read"}
    proposed = " ".join(step.get("run", "") for step in jobs["propose"]["steps"])
    # whatever else the first job has changed is not taken over
    assert set(re.findall(r"--include=(\S+)", proposed)) == pinned
