"""The linters of the template and of the workflows find what they are for."""

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
