"""What several test modules need is in a module of its own, not in one of them."""

import ast

from tests.template import ROOT

TESTS = ROOT / "tests"


def test_nothing_is_imported_from_a_test_module() -> None:
    found = set()
    for path in TESTS.rglob("*.py"):
        importer = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
            found |= {
                (importer, name) for name in names if name.rpartition(".")[2].startswith("test_")
            }
    assert not found
