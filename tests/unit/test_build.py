"""What the artifact is made of: a change of any of it builds and deploys anew."""

from pathlib import Path

import pytest

from infra import build
from tests.template import ROOT

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
