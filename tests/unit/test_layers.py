"""Who may import whom, and what may be imported when a function starts."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from infra import lazy
from infra.locks import locked
from tests.template import ROOT, environment, resources

FUNCTIONS = ROOT / "functions"
PACKAGES = {path.parent.name for path in FUNCTIONS.glob("*/__init__.py")}
MODULES = sorted(path for path in FUNCTIONS.glob("*/**/*.py") if path.parent.name != "assets")
HANDLERS = sorted(
    properties["Handler"].rpartition(".")[0]
    for _, properties in resources("AWS::Serverless::Function")
)
# What takes long to import and no function needs to start
SLOW = {
    "aws_lambda_powertools.event_handler.appsync",
    "aws_lambda_powertools.utilities.data_classes.kafka_event",
    "boto3",
    "botocore",
    "pydantic",
    "pydynox.model",
}
# Modules of the routes' floor, in any package; so is a handler that imports one
ROUTES = {"routes", "app"}
# Shared modules that use tables themselves
SHARED_STORES = {
    "shared.birthdays_table",
    "shared.factory_table",
    "shared.idempotency",
    "shared.jobs_table",
    "shared.views_table",
}
# What gives access to tables: for the stores alone
TABLES = {"shared.dynamo", *SHARED_STORES} - {"shared.idempotency"}


def imports(path: Path, *, at_start: bool) -> Iterator[str]:
    """Modules that a file imports; only while it is itself imported, or also later."""

    def walk(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        types_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        if not (at_start and (later or types_only)):
            for child in ast.iter_child_nodes(node):
                yield from walk(child)

    yield from walk(ast.parse(path.read_text("utf-8")))


def first_names(path: Path, *, at_start: bool = False) -> set[str]:
    return {name.partition(".")[0] for name in imports(path, at_start=at_start)}


def name(path: Path) -> str:
    return path.relative_to(FUNCTIONS).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_imports_its_own_package_and_the_shared_one_only(path: Path) -> None:
    own = path.relative_to(FUNCTIONS).parts[0]
    assert (first_names(path) & PACKAGES) <= {own, "shared"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts).removesuffix(".__init__")


# Module -> the modules of this project that it imports, whenever it does
GRAPH = {
    module_name(path): set(imports(path, at_start=False)) & set(map(module_name, MODULES))
    for path in MODULES
}


def floor(module: str) -> str:
    """What a module is by its name: `routes`, `store`, or `rules`."""
    *folders, name = module.split(".")
    if "store" in {*folders, name}:
        return "store"
    below = {each.rpartition(".")[2] for each in GRAPH[module]}
    return "routes" if name in ROUTES or (name == "handler" and ROUTES & below) else "rules"


def reaches_a_store(module: str) -> bool:
    """Whether a module imports a store, itself or by others."""
    seen: set[str] = set()
    left = [module]
    while left:
        for each in GRAPH[left.pop()] - seen:
            seen.add(each)
            left.append(each)
    return any(floor(each) == "store" for each in seen)


def crosses(importer: str, imported: str) -> bool:
    """Whether an import is not one from routes to rules, from rules to a store."""
    above, below = floor(importer), floor(imported)
    if imported in TABLES:
        return above != "store" and not importer.startswith("shared.")
    if above == "store":
        return below == "routes" or (below == "rules" and reaches_a_store(imported))
    return {"routes": "store", "rules": "routes"}[above] == below


def test_a_module_imports_its_own_floor_and_the_one_below() -> None:
    found = {
        (importer, imported)
        for importer, others in GRAPH.items()
        for imported in others
        if crosses(importer, imported)
    }
    assert found == set()


def test_few_shared_modules_use_tables() -> None:
    found = {
        importer
        for importer, others in GRAPH.items()
        if importer.startswith("shared.") and "shared.dynamo" in others
    }
    assert found == SHARED_STORES


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_the_store_is_reached_through_one_module(path: Path) -> None:
    clients = {"pydynox", "boto3", "botocore"} & first_names(path)
    if name(path) != "shared/dynamo.py":
        assert "pydynox" not in clients
    assert not {"boto3", "botocore"} & first_names(path, at_start=True)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_model_is_a_models_module(path: Path) -> None:
    if path.stem != "models":
        assert "pydantic" not in first_names(path, at_start=True)


@pytest.fixture(scope="session")
def runtime() -> Path:
    """The functions' requirements as they are built, nothing else, kept from run to run."""
    requirements = FUNCTIONS / "requirements.txt"
    sources = (requirements, Path(lazy.__file__))
    key = sha256(b"".join(path.read_bytes() for path in sources) + sys.version.encode())
    target = ROOT / ".local" / "runtime" / key.hexdigest()[:16]
    made = target.with_suffix(".unfinished")
    # each process of the tests needs it, and one makes it
    with locked(target.parent, lambda: None):
        if not target.exists():
            shutil.rmtree(made, ignore_errors=True)
            uv = str(Path(sys.executable).with_name("uv"))
            into = ("--target", str(made), "--python", sys.executable, "-r", str(requirements))
            subprocess.run([uv, "pip", "install", "--quiet", *into], check=True, timeout=300)
            lazy.make_lazy(made)
            made.rename(target)
    return target


@pytest.mark.parametrize("module", [*HANDLERS, "shared.idempotency"])
def test_a_function_starts_with_its_requirements_alone_and_without_slow_imports(
    runtime: Path, module: str
) -> None:
    # -S and -I leave nothing but the standard library and the two folders
    program = (
        f"import sys; sys.path[:0] = [{str(FUNCTIONS)!r}, {str(runtime)!r}]; import {module}; "
        f"print(*{SLOW!r} & set(sys.modules))"
    )
    variables = {**environment(), "POWERTOOLS_SERVICE_NAME": "test", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", program],
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
