"""All advice for one case, and the text a reader sees."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline_core.advice import assess_risks, design_architecture, suggest_alternatives, synthesise
from pipeline_core.models import (
    AlternativesResult,
    ArchitectureResult,
    Case,
    Evidence,
    RisksResult,
    SynthesisResult,
)

_QUOTED = re.compile(r"“([^”]*)”")


@dataclass(frozen=True)
class Page:
    """The four results of one case."""

    case: Case
    risks: RisksResult
    alternatives: AlternativesResult
    architecture: ArchitectureResult
    synthesis: SynthesisResult

    def lines(self) -> list[str]:
        """Return every sentence or phrase of the advice."""
        return list(self._lines())

    def words(self) -> list[str]:
        """Return all words in order."""
        return re.findall(r"\w+", " ".join(self.lines()).lower())

    def evidence(self) -> list[Evidence]:
        """Return all evidence of risks and alternatives."""
        parts = (*self.risks.risks, *self.alternatives.alternatives)
        return [item for part in parts for item in part.evidence]

    def quotes(self) -> list[str]:
        """Return what stands in quotation marks, without the mark of a cut."""
        found = (quote for line in self.lines() for quote in _QUOTED.findall(line))
        return [quote.removesuffix(" …") for quote in found]

    def _lines(self) -> Iterator[str]:
        for risk in self.risks.risks:
            yield from (risk.title, risk.description, risk.mitigation)
        for way in self.alternatives.alternatives:
            yield from (way.name, way.description, way.when_to_choose, *way.advantages, *way.disadvantages)
        built = self.architecture.architecture
        if built is not None:
            yield from (built.human_in_the_loop.description, *built.monitoring)
            yield from (component.purpose for component in built.components)
        yield self.architecture.reasoning
        yield from self.architecture.questions_before_building
        yield self.synthesis.executive_summary
        yield from self.synthesis.narrative.splitlines()
        yield from self.synthesis.takeaways
        yield from (f"{item.title}: {item.detail}" for item in self.synthesis.action_items)


def page_of(case: Case) -> Page:
    """Return the advice for a case, made in the order of the stages."""
    risks, alternatives = assess_risks(case), suggest_alternatives(case)
    architecture = design_architecture(case)
    done = case.model_copy(
        update={"risks": risks, "alternatives": alternatives, "architecture": architecture}
    )
    return Page(done, risks, alternatives, architecture, synthesise(done))
