"""What the rubric says beside a model: check, source of vetoes, second opinion."""

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass

from pipeline_core.models import Case, DimensionResult, ScreeningResult, VerdictResult
from pipeline_core.rubric import Rubric

_KEPT = 256


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules of the rubric make of a case."""

    verdict: VerdictResult
    vetoed: bool
    """Whether a veto stands: then the verdict is the one of the veto, and nothing overrules it."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the rubric makes of a text, before anybody else has judged it."""

    screening: ScreeningResult
    dimensions: dict[str, DimensionResult]


class Opinion:
    """The rubric's judgements, computed in a worker thread and remembered for the last cases."""

    def __init__(self, rubric: Rubric) -> None:
        self._rubric = rubric
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Reading] = OrderedDict()

    async def screening(self, case: Case) -> ScreeningResult:
        """Return what the rubric says of a case at first sight."""
        return (await asyncio.to_thread(self._read, case)).screening

    async def dimension(self, case: Case, dimension: str) -> DimensionResult:
        """Return the rubric's own score."""
        return (await asyncio.to_thread(self._read, case)).dimensions[dimension]

    async def ruling(self, case: Case) -> Ruling:
        """Return the verdict of the rules.

        A veto counts whether it follows from the model's scores or from the rubric's own: so a model that
        was talked into a friendly score does not lift it.
        """
        return await asyncio.to_thread(self._rule, case)

    def _rule(self, case: Case) -> Ruling:
        own = case.model_copy(update={"dimensions": self._read(case).dimensions})
        decided = self._rubric.decide(case)
        for view in (case, own):
            if self._rubric.veto(view) is not None:
                verdict = decided if view is case else self._rubric.decide(view)
                return Ruling(verdict.model_copy(update={"score": decided.score}), vetoed=True)
        return Ruling(decided, vetoed=False)

    def _read(self, case: Case) -> _Reading:
        """Judge everything at once: taking a text apart costs more than judging it."""
        key = case.model_dump_json(include={"input", "answers"})
        with self._lock:
            known = self._known.get(key)
            if known is None:
                scores = {name: self._rubric.score(case, name) for name in self._rubric.dimensions}
                known = self._known[key] = _Reading(self._rubric.screen(case), scores)
                if len(self._known) > _KEPT:
                    self._known.popitem(last=False)
        return known
