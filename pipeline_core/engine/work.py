"""What is executed and how."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_core.engine.analyzer import Analyzer
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.policy import Policy


@dataclass(frozen=True, slots=True)
class Work:
    """What a run executes and how: the same for all runs of an executor."""

    pipeline: Pipeline
    analyzers: Mapping[str, Analyzer]
    policy: Policy
