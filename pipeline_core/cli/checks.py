"""What `suitability doctor` looks at. Checks change nothing and never raise."""

import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, entry_points, version
from typing import NamedTuple

from pipeline_core.cli.driver import GROUP
from pipeline_core.cli.home import FILE, home
from pipeline_core.errors import PipelineError


class Finding(NamedTuple):
    """What a check found."""

    subject: str
    fine: bool
    found: str
    advice: str = ""
    """What to do if it is not fine."""


Check = Callable[[], Finding]


def all_checks(*, ask: bool) -> Sequence[Check]:
    """Return all checks in the order in which they are shown; with `ask`, models are asked something."""
    return (_python, _package, _rubric, lambda: _judge(ask=ask), _home, _threads, _output, _dagster)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), found, "use Python 3.11 or newer")


def _package() -> Finding:
    name = "ai-suitability-pipeline"
    try:
        return Finding("package", True, f"{name} {version(name)}")
    except PackageNotFoundError:
        return Finding("package", False, f"{name} is not installed", "pip install .")


def _rubric() -> Finding:
    from pipeline_core.rubric import Rubric

    try:
        rubric = Rubric.load()
    except (PipelineError, OSError, ValueError) as error:
        return Finding("rubric", False, str(error), "install the package again")
    return Finding("rubric", True, f"{len(rubric.dimensions)} dimensions, version {rubric.version}")


def _judge(*, ask: bool) -> Finding:
    """Look at what judges: the rubric, or the models of the environment."""
    import asyncio

    from pipeline_core.llm import doctor

    try:
        diagnosis = asyncio.run(doctor(ask=ask))
    except PipelineError as error:
        return Finding("judge", False, str(error), "correct the setting, or unset it to use the rubric")
    if diagnosis.judge == "rubric":
        return Finding("judge", True, "the rubric, offline")
    found = "; ".join(
        f"{check.model} (key {check.key}{', answers' if check.answers else ''})" for check in diagnosis.models
    )
    sick = "; ".join(f"{check.model}: {check.problem}" for check in diagnosis.models if check.problem)
    keyless = any(check.key == "not set" for check in diagnosis.models)
    return Finding("judge", diagnosis.healthy and not keyless, found, sick or "set the provider's key")


def _home() -> Finding:
    folder = home()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    fine = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    return Finding(
        "threads folder",
        fine,
        str(folder),
        f"{nearest} is not writable: set SUITABILITY_HOME to another folder",
    )


def _threads() -> Finding:
    file = home() / FILE
    if not file.exists():
        return Finding("threads", True, "none yet")
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        try:
            (count,) = connection.execute("SELECT count(*) FROM rows WHERE key LIKE 'head/%'").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return Finding("threads", False, f"{file.name} cannot be read ({error})", "move the file away")
    return Finding("threads", True, f"{count} in {file.name}")


def _output() -> Finding:
    encoding = sys.stdout.encoding or "unknown"
    fine = encoding.lower().replace("-", "").startswith("utf")
    return Finding("output encoding", fine, encoding, "set PYTHONUTF8=1")


def _dagster() -> Finding:
    names = sorted({entry.name for entry in entry_points(group=GROUP)})
    found = f"driver {', '.join(names)}" if names else "no driver"
    return Finding("Dagster", "dagster" in names, found, "pip install . from the project's folder")
