"""The thirteen analyzers that ask models."""

from pipeline_core.analyzers import offline_analyzers
from pipeline_core.engine import Analyzer, Policy
from pipeline_core.llm.analyzer import Clocks, LlmAnalyzer, Office
from pipeline_core.llm.conversation import Conversation
from pipeline_core.llm.ledger import Ledger
from pipeline_core.llm.opinion import Opinion
from pipeline_core.llm.prompts import has_prompt
from pipeline_core.llm.tasks import TELLINGS, DimensionTelling
from pipeline_core.rubric import Rubric
from pipeline_core.settings import Settings


def make_analyzers(settings: Settings, rubric: Rubric, policy: Policy) -> dict[str, Analyzer]:
    """Return an analyzer for every task; see `pipeline_core.llm.llm_analyzers`."""
    office = Office(
        settings=settings,
        policy=policy,
        conversation=Conversation(settings, Ledger(settings)),
        opinion=Opinion(rubric),
        clocks=Clocks(),
    )
    analyzers = offline_analyzers(rubric)
    for task, offline in analyzers.items():
        model = settings.model_for(task, rubric.dimensions)
        if model is None or not has_prompt(task):
            continue
        telling = TELLINGS.get(task, DimensionTelling)
        analyzers[task] = LlmAnalyzer(task, model, telling, offline, office)
    return analyzers
