"""What the artifact is made of: a change of any of it builds and deploys anew."""

from copy import deepcopy
from pathlib import Path

import pytest

from infra import build
from tests.deployed import of_type
from tests.template import ROOT, template
from tests.transformed import transformed

FUNCTION = "AWS::Lambda::Function"

SOURCES = [
    "infra/ingestion.asl.json",
    "infra/reconcile.asl.json",
    "infra/node.py",
    "functions/shared/http.py",
    "console/src/main.tsx",
    "events/list-tables.json",
    "template.yaml",
]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of some sources."""
    for name in SOURCES:
        copy = tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(build, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", SOURCES)
def test_a_change_of_a_source_is_another_artifact(tree: Path, name: str) -> None:
    before = build.source_hash()
    assert build.source_hash() == before
    with (tree / name).open("a") as file:
        file.write("\n")
    assert build.source_hash() != before


def test_a_stack_takes_a_release_for_another_runtime() -> None:
    """`aws cloudformation deploy` keeps the parameters that it is not given."""
    sources = [deepcopy(template()), deepcopy(template())]
    for source, runtime in zip(sources, ("python3.12", "python3.14"), strict=True):
        build.write_runtime(source, runtime, "x86_64")
        functions = [of for _, of in of_type(transformed(source)["Resources"], FUNCTION)]
        assert {of["Runtime"] for of in functions} == {runtime}
        assert all(of["Architectures"] == ["x86_64"] for of in functions)
    before, after = (source["Parameters"] for source in sources)
    assert before == after
