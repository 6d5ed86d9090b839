"""Which part may import which, what importing the package loads, and that public names are explained."""

import ast
import importlib
import inspect
import pkgutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline_core

ROOT = Path(pipeline_core.__file__).parent
ENGINE = {"engine", "errors", "models.questions", "models.problem", "models.usage"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": {"errors"},
    "models": {"models", "errors"},
    "engine": ENGINE,
    "events": {"engine", "models", "events", "errors"},
    "case": {"engine", "models", "case", "errors"},
    "report": {"engine", "models", "case", "report", "errors"},
    "suitability": {"engine", "models", "events", "case", "report", "suitability", "errors"},
    "rubric": {"rubric", "tools", "text", "models", "errors"},
    "advice": {"advice", "tools", "text", "models", "errors"},
    "text": {"text", "models", "errors"},
    "tools": {"tools", "text", "models", "errors"},
    "testing": {"testing", "engine", "models", "errors"},
}
"""What the modules of a part may import of this package. Parts not named here are above all of these."""
OPTIONAL = {"dagster", "pipeline_defs", "pydantic_ai", "numpy", "sklearn", "langgraph"}


def imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the modules that a file imports, and whether when it is imported itself."""
    tree = ast.parse(path.read_text())
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", id(node) not in late


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    allowed = MAY_IMPORT.get(part_of(path))
    for module, _ in imports_of(path):
        name = module.removeprefix("pipeline_core.")
        if module.startswith("pipeline_core.") and allowed is not None:
            assert any(name == part or name.startswith(f"{part}.") for part in allowed), module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_never_imports_dagster(path: Path) -> None:
    modules = {module.partition(".")[0] for module, _ in imports_of(path)}
    assert not modules & {"dagster", "pipeline_defs"}


def fresh(code: str) -> str:
    """Run `code` in a new interpreter, and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_the_package_loads_nothing_optional() -> None:
    code = "import sys; from pipeline_core import *; print(*{name.partition('.')[0] for name in sys.modules})"
    assert not OPTIONAL & set(fresh(code).split())


def test_importing_the_engine_loads_nothing_of_how_problems_are_judged() -> None:
    loaded = fresh("import sys, pipeline_core.engine; print(*sys.modules)").split()
    parts = {name.split(".")[1] for name in loaded if name.startswith("pipeline_core.")}
    assert parts == {"engine", "models", "errors"}
    assert "yaml" not in loaded


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Exekutor'"):
        _ = pipeline_core.Exekutor


def test_importing_the_package_is_quick() -> None:
    code = "import time; began = time.process_time(); {}; print(time.process_time() - began)"
    took = [float(fresh(code.format("from pipeline_core import *"))) for _ in range(5)]
    # Time alone says little on a busy machine: pydantic, which cannot be spared, is the measure.
    pydantic = [float(fresh(code.format("from pydantic import BaseModel"))) for _ in range(5)]
    assert min(took) < 0.3 or statistics.median(took) < 6 * statistics.median(pydantic)


PUBLIC = ["pipeline_core", "pipeline_core.engine", "pipeline_core.testing", "pipeline_core.models"]


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_are_there_sorted_and_explained(module: str) -> None:
    loaded = importlib.import_module(module)
    names: list[str] = list(loaded.__all__)
    assert names == sorted(names, key=lambda name: (not name.isupper(), name)) or names == sorted(names)
    for name in names:
        value = getattr(loaded, name)
        if not (inspect.isclass(value) or inspect.isfunction(value)) or value.__module__ == "typing":
            continue
        if name not in _PLAIN:
            assert inspect.getdoc(value), f"{module}.{name} has no docstring"


_PLAIN = {"Alternative", "Architecture", "ActionItem", "Component", "HumanInTheLoop", "Risk", "RisksResult"}
"""Results whose fields say all there is to say."""


@pytest.mark.parametrize("name", ["Executor", "Checkpointer", "Store"])
def test_public_methods_of_the_engine_are_explained(name: str) -> None:
    kind = getattr(importlib.import_module("pipeline_core.engine"), name)
    for method, value in inspect.getmembers(kind, inspect.isfunction):
        if not method.startswith("_"):
            assert inspect.getdoc(value), f"{name}.{method} has no docstring"


def test_every_module_of_the_engine_says_what_it_is_for() -> None:
    for module in pkgutil.walk_packages([str(ROOT / "engine")], "pipeline_core.engine."):
        loaded = importlib.import_module(module.name)
        assert loaded.__doc__, module.name
