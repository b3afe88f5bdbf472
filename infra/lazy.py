"""Has libraries' packages import a module of theirs with the first name of it that is asked for.

Their `__init__` imports all that they have, of which functions use little: that would take a third
of a function's init.
"""

import ast
from pathlib import Path

from infra import generated

PACKAGES = (
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_classes",
    "aws_lambda_powertools/utilities/idempotency",
    "pydynox",
)
LOADER = """\
def __getattr__(name):
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _PLACES[name]
    globals()[name] = found = getattr(import_module(module, __name__), attribute)
    return found
"""


class EagerError(Exception):
    """A package's `__init__` does more than importing."""


def make_lazy(libraries: Path) -> None:
    """Rewrite the packages in a folder of libraries; EagerError."""
    for package in PACKAGES:
        path = libraries / package / "__init__.py"
        text = lazily(package.replace("/", "."), path.read_text("utf-8"))
        # a file of its own: what uv installs is linked to its cache and to other environments
        generated.write(path, text.encode())


def lazily(package: str, source: str) -> str:
    """The source of a package that has the names of this one, and imports each when it is used."""
    places: dict[str, tuple[str, str]] = {}  # name -> its module, and what that calls it
    at_once = []
    for node in ast.parse(source).body:
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module == package or any(
                each.name == module.rpartition(".")[2] for each in names
            ):
                # a name that is also that of a module would be the module once that is imported
                at_once.append(ast.unparse(node))
            case ast.ImportFrom(module="__future__"):
                pass
            case ast.ImportFrom(module=str(module), names=names, level=level):
                where = "." * level + module
                places |= {each.asname or each.name: (where, each.name) for each in names}
            case ast.Assign([ast.Name("__all__")]) | ast.Expr(ast.Constant()):
                pass
            case ast.Assign([ast.Name(name)], ast.Name(of)) if of in places:
                places[name] = places[of]
            case _:
                raise EagerError(f"{package} does more than importing: {ast.unparse(node)}")
    return "\n".join([*at_once, f"_PLACES = {places!r}", "", "", LOADER])
