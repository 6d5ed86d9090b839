"""Judges whether a problem is a good fit for AI: a pure asyncio pipeline, usable alone."""

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
