"""Judgement without a model: deterministic, offline, explained."""

from pipeline_core.rubric.errors import RubricError
from pipeline_core.rubric.rubric import Rubric

__all__ = ["Rubric", "RubricError"]
