"""How each task asks a model, and how it tells what the model says."""

from pipeline_core.llm.tasks.alternatives import AlternativesTelling
from pipeline_core.llm.tasks.architecture import ArchitectureTelling
from pipeline_core.llm.tasks.dimension import DimensionTelling
from pipeline_core.llm.tasks.risks import RisksTelling
from pipeline_core.llm.tasks.screening import ScreeningTelling
from pipeline_core.llm.tasks.synthesis import SynthesisTelling
from pipeline_core.llm.tasks.telling import Opinions, Telling
from pipeline_core.llm.tasks.verdict import VerdictTelling

TELLINGS: dict[str, type[Telling]] = {
    "screening": ScreeningTelling,
    "verdict": VerdictTelling,
    "risks": RisksTelling,
    "alternatives": AlternativesTelling,
    "architecture": ArchitectureTelling,
    "synthesis": SynthesisTelling,
}
"""By task; every other task is a dimension."""

__all__ = ["TELLINGS", "DimensionTelling", "Opinions", "Telling"]
