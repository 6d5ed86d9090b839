"""Advice that follows from a verdict and from the text's own words: pure, deterministic functions.

All of them are called with a verdict in the case; whatever else is missing (a failed dimension, no
screening) is left out of the advice and said where it matters.
"""

from pipeline_core.advice._data import content_hash
from pipeline_core.advice.alternatives import suggest_alternatives
from pipeline_core.advice.architecture import design_architecture
from pipeline_core.advice.risks import assess_risks
from pipeline_core.advice.synthesis import synthesise

VERSION: str = content_hash()
"""Twelve hex digits that change with the data files advice is made from."""

__all__ = ["VERSION", "assess_risks", "design_architecture", "suggest_alternatives", "synthesise"]
