"""The verdict: a model argues, our vetoes stand."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from pipeline_core.engine import Event
from pipeline_core.events import VerdictCompleted, VerdictDetermined
from pipeline_core.llm.opinion import Ruling
from pipeline_core.llm.quotes import evidence_of
from pipeline_core.llm.tasks.telling import Answer, Line, Percent, Quote, Telling
from pipeline_core.models import KeyFactor, SecondOpinion, Split, Verdict, VerdictResult

_RANK: dict[Verdict, int] = {"NOT_RECOMMENDED": 0, "WEAK_FIT": 1, "CONDITIONAL": 2, "STRONG_FIT": 3}
_WIDE = 2


class Factor(Answer):
    dimension: Annotated[str, Field(max_length=60)]
    influence: Literal["for", "against", "neutral"]
    text: Line
    quote: Quote


class VerdictAnswer(Answer):
    verdict: Verdict
    confidence: Percent
    headline: Line
    key_factors: Annotated[list[Factor], Field(max_length=8)]
    conditions: Annotated[list[Line], Field(max_length=8)]
    cause: Literal["better_tool", "leave_to_people", "none"]
    better_tool: Annotated[str, Field(max_length=120)]
    safe_part: Line
    risky_part: Line


class VerdictTelling(Telling):
    """Tells nothing before the whole answer is valid and our rules have been heard."""

    answer = VerdictAnswer
    findings = ("screening", "dimensions")

    async def prepare(self) -> Ruling:
        return await self.opinion.ruling(self.case)

    def finish(self, answer: VerdictAnswer, prepared: Ruling) -> tuple[list[Event], BaseModel]:
        result = self._overruled(answer, prepared) if prepared.vetoed else self._argued(answer, prepared)
        determined = VerdictDetermined(
            verdict=result.verdict, confidence=result.confidence, headline=result.headline
        )
        return [determined], result

    def completed(self, result: VerdictResult) -> Event:
        return VerdictCompleted(result=result)

    def _overruled(self, answer: VerdictAnswer, ruling: Ruling) -> VerdictResult:
        rules = ruling.verdict
        if answer.verdict == rules.verdict:
            agreed = self._argued(answer, ruling)
            return agreed.model_copy(update={"rule": rules.rule})
        said = f"the model proposed {answer.verdict}; a veto of our own rules stands above that"
        return rules.model_copy(
            update={"overruled": answer.verdict, "reasons": (*rules.reasons, said), "source": "model"}
        )

    def _argued(self, answer: VerdictAnswer, ruling: Ruling) -> VerdictResult:
        rules = ruling.verdict
        weak = answer.verdict == "WEAK_FIT"
        wide = abs(_RANK[answer.verdict] - _RANK[rules.verdict]) >= _WIDE
        agrees = "agree" if answer.verdict == rules.verdict else f"would say {rules.verdict}"
        split = Split(safe_part=answer.safe_part, risky_part=answer.risky_part)
        return VerdictResult(
            verdict=answer.verdict,
            confidence=answer.confidence / 100,
            headline=answer.headline,
            key_factors=tuple(self._factor(each) for each in answer.key_factors),
            conditions=() if weak else tuple(answer.conditions),
            rule="model",
            reasons=(*rules.reasons, f"model: {answer.verdict} (no veto stands; the rules {agrees})"),
            score=rules.score,
            cause=answer.cause if weak and answer.cause != "none" else None,
            better_tool=(answer.better_tool.strip() or None) if weak else None,
            split=split if split.safe_part.strip() and split.risky_part.strip() else None,
            second_opinion=_second(rules) if wide else None,
            source="model",
        )

    def _factor(self, factor: Factor) -> KeyFactor:
        known = factor.dimension in self.case.dimensions
        return KeyFactor(
            dimension=factor.dimension if known else None,
            influence=factor.influence,
            text=factor.text,
            evidence=evidence_of([factor.quote], self.case),
        )


def _second(rules: VerdictResult) -> SecondOpinion:
    return SecondOpinion(
        source="rubric",
        value=rules.verdict,
        confidence=rules.confidence,
        reasoning=rules.headline,
    )
