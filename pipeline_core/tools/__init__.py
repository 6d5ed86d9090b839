"""Tools of the trade: small deterministic functions that analyzers call and report as tool calls."""

from pipeline_core.tools.cost import CostEstimate, CostPoint, estimate_running_cost
from pipeline_core.tools.domains import DomainGuess, classify_domain, domain_names
from pipeline_core.tools.presets import Preset, UnknownPresetError, preset, preset_names
from pipeline_core.tools.score import ScorePart, WeightedScore, weighted_score

__all__ = [
    "CostEstimate",
    "CostPoint",
    "DomainGuess",
    "Preset",
    "ScorePart",
    "UnknownPresetError",
    "WeightedScore",
    "classify_domain",
    "domain_names",
    "estimate_running_cost",
    "preset",
    "preset_names",
    "weighted_score",
]
