"""What users of the engine test their own parts with.

`CheckpointerSuite` needs pytest, which is imported when it is asked for.
"""

from typing import TYPE_CHECKING, Any

from pipeline_core.testing.analyzers import BlockingAnalyzer, FailingAnalyzer, ScriptedAnalyzer
from pipeline_core.testing.factory import Factory, sqlite_factory
from pipeline_core.testing.harness import Harness

if TYPE_CHECKING:
    from pipeline_core.testing.suite import CheckpointerSuite

__all__ = [
    "BlockingAnalyzer",
    "CheckpointerSuite",
    "Factory",
    "FailingAnalyzer",
    "Harness",
    "ScriptedAnalyzer",
    "sqlite_factory",
]


def __getattr__(name: str) -> Any:
    if name == "CheckpointerSuite":
        from pipeline_core.testing.suite import CheckpointerSuite  # noqa: PLC0415

        return CheckpointerSuite
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
