"""Judges whether a problem is a good fit for AI: a pure asyncio pipeline, usable alone."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline_core.engine import (
        MemoryCheckpointer,
        PipelineState,
        Policy,
        SqliteCheckpointer,
        fold,
    )
    from pipeline_core.executor import PipelineExecutor
    from pipeline_core.models import PipelineInput
    from pipeline_core.report import Report, report_of

__all__ = [
    "MemoryCheckpointer",
    "PipelineExecutor",
    "PipelineInput",
    "PipelineState",
    "Policy",
    "Report",
    "SqliteCheckpointer",
    "fold",
    "report_of",
]

_HOMES = {
    "PipelineExecutor": "executor",
    "PipelineInput": "models",
    "Report": "report",
    "report_of": "report",
}


def __getattr__(name: str) -> Any:
    # On demand: who uses the engine for another pipeline need not load how problems are judged.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'engine')}"), name)
