"""Measure how well judgements agree with labelled cases. Needs the extra `eval`."""

from pipeline_core.evaluation.cases import LabelledCase, load_cases
from pipeline_core.evaluation.errors import MalformedCaseError, MissingExtraError
from pipeline_core.evaluation.evaluate import Judged, evaluate
from pipeline_core.evaluation.render import render
from pipeline_core.evaluation.report import (
    Bin,
    Calibration,
    Clarification,
    DimensionFigures,
    EvaluationReport,
    Interval,
    Miss,
    VerdictFigures,
)

__all__ = [
    "Bin",
    "Calibration",
    "Clarification",
    "DimensionFigures",
    "EvaluationReport",
    "Interval",
    "Judged",
    "LabelledCase",
    "MalformedCaseError",
    "Miss",
    "MissingExtraError",
    "VerdictFigures",
    "evaluate",
    "load_cases",
    "render",
]
