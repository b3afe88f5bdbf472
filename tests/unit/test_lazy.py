"""A library's package whose modules are imported with the first of their names."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from infra import lazy
from infra.lazy import EagerError, lazily

SOURCE = '''\
"""A library."""
from __future__ import annotations

from eager import core
from eager.rows import Row, read as read_rows
from .version import VERSION
from .event import event

__version__ = VERSION
__all__ = ["Row"]
'''
MODULES = {
    "core": "",
    "rows": "class Row: ...\ndef read(): ...",
    "version": "VERSION = '1.2'",
    "event": "def event(): ...",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "eager"
    folder.mkdir()
    for name, text in {**MODULES, "__init__": lazily("eager", SOURCE)}.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return folder.name


def test_a_module_is_imported_with_its_first_name(package: str) -> None:
    eager = import_module(package)
    # event is the function, as it was, also after its module is imported
    assert {name for name in sys.modules if name.startswith("eager.")} == {
        "eager.core",
        "eager.event",
    }
    assert eager.Row.__module__ == "eager.rows"
    assert eager.read_rows is sys.modules["eager.rows"].read
    assert eager.__version__ == "1.2"
    assert import_module("eager.event").event is eager.event
    with pytest.raises(AttributeError, match="'eager' has no attribute 'missing'"):
        _ = eager.missing


@pytest.mark.parametrize("statement", ["install()", "import sys", "LIMIT = 1", "if LIMIT: ..."])
def test_a_package_that_does_more_than_importing_is_not_made_lazy(statement: str) -> None:
    with pytest.raises(EagerError, match="does more than importing"):
        lazily("eager", f"{SOURCE}\n{statement}")


def test_other_links_to_the_file_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uv installs links to the files of its cache, which other environments share."""
    installed, cached = tmp_path / "eager/__init__.py", tmp_path / "cached.py"
    installed.parent.mkdir()
    cached.write_text(SOURCE)
    installed.hardlink_to(cached)
    monkeypatch.setattr(lazy, "PACKAGES", ("eager",))
    lazy.make_lazy(tmp_path)
    assert cached.read_text() == SOURCE
    assert installed.read_text() == lazily("eager", SOURCE)
