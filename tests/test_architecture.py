"""The shape of the code: who may import whom, and what every module has."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted(ROOT.glob("pipeline_core/**/*.py"))
SOURCES = [*CORE, *sorted(ROOT.glob("pipeline_defs/**/*.py"))]

ALLOWED = {
    "errors": set[str](),
    "settings": set[str](),
    "models": {"errors"},
    "engine": {"errors", "models"},
    "events": {"engine", "models"},
    "case": {"engine", "models"},
    "report": {"case", "engine", "models"},
    "suitability": {"engine", "events", "models", "report"},
    "tools": {"errors", "models"},
    "rubric": {"errors", "models", "tools"},
    "advice": {"errors", "models", "tools"},
    "analyzers": {"advice", "case", "engine", "events", "models", "rubric"},
    "llm": {
        "analyzers", "case", "engine", "errors", "events", "models", "rubric", "settings", "suitability",
        "tools",
    },
    "executor": {"analyzers", "engine", "rubric", "suitability"},
    "intake": {"errors", "models"},
    "render": {"models", "report"},
    "evaluation": {"errors", "models", "rubric"},
    "testing": {"engine", "errors", "models"},
    "cli": {
        "case", "engine", "errors", "evaluation", "events", "executor", "intake", "llm", "models", "render",
        "report", "rubric", "settings", "suitability",
    },
    "__init__": {"engine", "executor", "models", "report"},
    "__main__": {"cli"},
}  # fmt: skip
"""What each part of `pipeline_core` may import of the others; arrows point one way."""

NOT_IN_THE_CORE = ("dagster", "pipeline_defs", "dagster_postgres", "sqlalchemy")


def imports_of(path: Path) -> Iterator[str]:
    """Yield the full names of the modules that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            assert node.module is not None
            if node.module == "pipeline_core":
                yield from (f"pipeline_core.{alias.name}" for alias in node.names)
            else:
                yield node.module


def part_of(path: Path) -> str:
    """Return the part of `pipeline_core` that a file belongs to."""
    return path.relative_to(ROOT / "pipeline_core").with_suffix("").parts[0]


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    part = part_of(path)
    imported = {name.split(".")[1] for name in imports_of(path) if name.startswith("pipeline_core.")}
    assert imported - {part} <= ALLOWED[part]


def test_the_core_names_neither_dagster_nor_what_comes_with_it() -> None:
    for path in CORE:
        assert not [name for name in imports_of(path) if name.split(".")[0] in NOT_IN_THE_CORE], path.name


def test_only_the_language_model_package_names_its_library() -> None:
    for path in SOURCES:
        names = {name.split(".")[0] for name in imports_of(path)}
        assert "pydantic_ai" not in names or path.is_relative_to(ROOT / "pipeline_core" / "llm"), path.name


def test_one_module_holds_all_private_imports_of_dagster() -> None:
    private = ("dagster._", "dagster_postgres.")
    holders = {path.name for path in SOURCES if any(name.startswith(private) for name in imports_of(path))}
    assert holders <= {"_dagster.py"}


def test_importing_the_core_loads_no_dagster_and_no_model_library() -> None:
    code = (
        "import sys, pipeline_core; "
        "heavy = ('dagster', 'pydantic_ai', 'numpy', 'rich', 'sqlalchemy'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("package", ["pipeline_core", "pipeline_core.engine", "pipeline_core.models"])
def test_public_names_are_sorted_and_there(package: str) -> None:
    module = import_module(package)
    names: list[str] = module.__all__
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if name[0].isupper() and name not in constants]
    functions = [name for name in names if name not in classes and name not in constants]
    assert names == [*sorted(constants), *sorted(classes), *sorted(functions)]
    assert all(hasattr(module, name) for name in names)


def test_nothing_names_the_machine_it_was_written_on() -> None:
    places = ("/work/" + "main", "/root/" + ".pyenv", "/tmp/" + "bash")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    for name in listed.splitlines():
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".yaml", ".lock", "") and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [place for place in places if place in text], name
