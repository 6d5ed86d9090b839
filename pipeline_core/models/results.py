"""The results of the thirteen tasks."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline_core.models.evidence import Evidence, Score
from pipeline_core.models.questions import Question
from pipeline_core.models.usage import Usage

Confidence = float
Level = Literal["low", "medium", "high"]
Severity = Literal["low", "medium", "high", "critical"]
Source = Literal["rubric", "model", "fallback"]
"""Who judged: the offline rubric, a language model, or the rubric after a model failed."""
Verdict = Literal["STRONG_FIT", "CONDITIONAL", "WEAK_FIT", "NOT_RECOMMENDED"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Result(_Value):
    """What the results of all tasks have in common, besides `source`."""

    usage: Usage | None = None
    """What models consumed for this result, failed attempts included; None where none was asked."""
    fallback_reason: str | None = None
    """Why a model's judgement is missing, if the rubric stands in for it."""


class SecondOpinion(_Value):
    """A judgement beside the one that counts, shown where the two differ widely."""

    source: Source
    value: str
    """The score or verdict it would give."""
    confidence: Confidence = Field(ge=0, le=1)
    reasoning: str


class Insight(_Value):
    """Something the screening noticed, with the words it rests on."""

    text: str
    evidence: tuple[Evidence, ...] = ()


class ScreeningResult(_Result):
    """Whether the problem can be judged, and what must be asked first."""

    can_evaluate: bool
    signal: Literal["likely_positive", "uncertain", "likely_negative"]
    confidence: Confidence = Field(ge=0, le=1)
    reasoning: str
    insights: tuple[Insight, ...] = ()
    questions: tuple[Question, ...] = Field(default=(), max_length=3)
    language: str = "en"
    """ISO 639-1 code, or `und` where it cannot be told."""
    domain: str = "general"
    source: Source = "rubric"


class DimensionResult(_Result):
    """One of the dimensions, scored on what the text says."""

    dimension: str
    title: str
    score: Score
    confidence: Confidence = Field(ge=0, le=1)
    weight: float = Field(ge=0, le=1)
    """Share of this dimension in the weighted score; the weights of a rubric add up to 1."""
    reasoning: str
    evidence: tuple[Evidence, ...] = ()
    information_gaps: tuple[str, ...] = ()
    """What the text does not say and the score would need."""
    would_change: str = ""
    """The answer that would move the score, in a sentence."""
    questions: tuple[Question, ...] = ()
    second_opinion: SecondOpinion | None = None
    """What the rubric says, where a model says something very different."""
    source: Source = "rubric"


class KeyFactor(_Value):
    """One reason for the verdict."""

    dimension: str | None = None
    influence: Literal["for", "against", "neutral"]
    text: str
    evidence: tuple[Evidence, ...] = ()


class Split(_Value):
    """A proposal that deserves two answers: one part is safe to hand over, the other is not."""

    safe_part: str
    risky_part: str


class VerdictResult(_Result):
    """The answer, decided by the rules of the rubric."""

    verdict: Verdict
    confidence: Confidence = Field(ge=0, le=1)
    headline: str
    """One sentence."""
    key_factors: tuple[KeyFactor, ...] = ()
    conditions: tuple[str, ...] = ()
    """What must hold for the verdict to hold."""
    rule: str
    """Identifier of the rule that decided."""
    reasons: tuple[str, ...] = ()
    """The rules that were looked at and what they said, in order."""
    score: float = Field(ge=0, le=100)
    """Weighted score of the dimensions, 0 to 100."""
    cause: Literal["better_tool", "leave_to_people"] | None = None
    """Why a weak fit is weak."""
    better_tool: str | None = None
    """The tool that is plainly better, by name, where there is one."""
    split: Split | None = None
    overruled: str | None = None
    """What a model proposed before a veto overruled it."""
    second_opinion: SecondOpinion | None = None
    """What the rules of the rubric say, where a model says something very different."""
    source: Source = "rubric"


class Risk(_Value):
    category: Literal["technical", "operational", "ethical", "business"]
    title: str
    description: str
    severity: Severity
    likelihood: Level
    mitigation: str
    evidence: tuple[Evidence, ...] = ()


class RisksResult(_Result):
    risks: tuple[Risk, ...]
    source: Source = "rubric"


class Alternative(_Value):
    name: str
    uses_ai: bool
    description: str
    effort: Level
    advantages: tuple[str, ...]
    disadvantages: tuple[str, ...]
    when_to_choose: str
    evidence: tuple[Evidence, ...] = ()


class AlternativesResult(_Result):
    """At least one alternative does without AI."""

    alternatives: tuple[Alternative, ...] = Field(min_length=1)
    source: Source = "rubric"


class Component(_Value):
    name: str
    purpose: str


class HumanInTheLoop(_Value):
    mode: Literal["review_every_item", "review_below_threshold", "sample", "on_request"]
    who: str
    description: str


class Architecture(_Value):
    pattern: str
    components: tuple[Component, ...] = Field(min_length=1)
    human_in_the_loop: HumanInTheLoop
    confidence_threshold: float = Field(ge=0, le=1)
    """Below this confidence of the model an item goes to a person."""
    monitoring: tuple[str, ...] = ()


class ArchitectureResult(_Result):
    """How it would be built; `architecture` is None where the verdict advises against AI."""

    architecture: Architecture | None
    reasoning: str
    questions_before_building: tuple[str, ...] = ()
    source: Source = "rubric"


class ActionItem(_Value):
    priority: Literal["high", "medium", "low"]
    title: str
    detail: str


class SynthesisResult(_Result):
    executive_summary: str
    """Two to three sentences."""
    narrative: str
    """Markdown."""
    action_items: tuple[ActionItem, ...]
    """Most urgent first."""
    takeaways: tuple[str, ...]
    source: Source = "rubric"
