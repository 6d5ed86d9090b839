"""What a rubric file may say."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pipeline_core.models import Priority, Score, Verdict
from pipeline_core.text.cues import check

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]


def _is_cue(cue: str) -> str:
    check(cue)
    return cue


Cue = Annotated[str, AfterValidator(_is_cue)]
Cues = tuple[Cue, ...]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OptionSpec(_Part):
    """An answer that is offered, and the score it means."""

    text: str
    score: Score | None = None
    signal: Slug | None = None
    """A signal that this answer raises."""


class QuestionSpec(_Part):
    id: Slug
    text: str
    why: str = ""
    priority: Priority = "helpful"
    options: tuple[OptionSpec, ...] = ()
    allow_other: bool = True


class CueSpec(_Part):
    """Phrases by the score they speak for."""

    favorable: Cues = ()
    neutral: Cues = ()
    unfavorable: Cues = ()


class SaysSpec(_Part):
    """What each score means, in the words used in explanations."""

    favorable: str
    neutral: str
    unfavorable: str
    silent: str


class DimensionSpec(_Part):
    id: Slug
    title: str
    weight: float = Field(gt=0, le=100)
    says: SaysSpec
    cues: CueSpec = CueSpec()
    question: QuestionSpec | None = None
    undermined_by: tuple[Slug, ...] = ()
    """Signals which say that a check, whatever it costs, cannot stop an error."""


class SignalSpec(_Part):
    """A fact that decides a verdict and that no dimension holds."""

    id: Slug
    title: str
    cues: Cues = ()
    cause: Literal["better_tool", "leave_to_people"] | None = None
    """Why a fit is weak, if this is what makes it weak."""
    tool: str | None = None
    """The better tool, in a phrase."""


class ConditionSpec(_Part):
    """One condition of a rule; exactly one subject."""

    dimension: Slug | None = None
    is_: tuple[Score, ...] | None = Field(default=None, alias="is")
    own: bool = False
    """Look at what the rubric itself makes of the dimension, whatever a model may have scored."""
    signal: Slug | None = None
    predicate: Literal["veto", "weak", "strong", "conditional"] | None = None
    at_least: float | None = Field(default=None, ge=0, le=1)
    below: float | None = Field(default=None, ge=0, le=1)
    leads: bool | None = None
    favorable_at_least: int | None = Field(default=None, ge=0)
    unfavorable_at_most: int | None = Field(default=None, ge=0)
    unfavorable_at_least: int | None = Field(default=None, ge=0)
    score_at_least: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        subjects = [
            self.dimension,
            self.signal,
            self.predicate,
            self.favorable_at_least,
            self.unfavorable_at_most,
            self.unfavorable_at_least,
            self.score_at_least,
        ]
        if sum(subject is not None for subject in subjects) != 1:
            raise ValueError(
                "a condition names exactly one of dimension, signal, predicate, favorable_at_least, "
                "unfavorable_at_most, unfavorable_at_least, score_at_least"
            )
        if self.dimension is not None and not self.is_:
            raise ValueError("a condition on a dimension needs `is: [score, ...]`")
        if self.predicate is not None and self.at_least is None and self.below is None and self.leads is None:
            raise ValueError("a condition on a predicate needs at_least, below or leads")
        return self


class RuleSpec(_Part):
    """The first rule whose conditions hold decides."""

    id: Slug
    verdict: Verdict
    title: str
    all: tuple[ConditionSpec, ...] = ()
    any: tuple[ConditionSpec, ...] = ()
    veto: bool = False
    """Nothing may overrule it, a language model neither."""


class RubricSpec(_Part):
    """A whole rubric."""

    format: Literal[1]
    name: str
    learned: bool = False
    """Whether the trained parameters that ship with the built-in rubric take part."""
    dimensions: tuple[DimensionSpec, ...] = Field(min_length=1)
    signals: tuple[SignalSpec, ...] = ()
    rules: tuple[RuleSpec, ...] = Field(min_length=1)
    questions: tuple[QuestionSpec, ...] = ()
    """Asked when no task can be recognised."""

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        dimensions = [dimension.id for dimension in self.dimensions]
        signals = [signal.id for signal in self.signals]
        for kind, names in (("dimension", dimensions), ("signal", signals)):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{kind} {twice[0]!r} is defined twice")
        for dimension in self.dimensions:
            if unknown := sorted(set(dimension.undermined_by) - set(signals)):
                raise ValueError(f"dimension {dimension.id!r} names an unknown signal {unknown[0]!r}")
        for rule in self.rules:
            for condition in (*rule.all, *rule.any):
                if condition.dimension is not None and condition.dimension not in dimensions:
                    raise ValueError(f"rule {rule.id!r} names an unknown dimension {condition.dimension!r}")
                if condition.signal is not None and condition.signal not in signals:
                    raise ValueError(f"rule {rule.id!r} names an unknown signal {condition.signal!r}")
                if condition.predicate is not None and not self.learned:
                    raise ValueError(f"rule {rule.id!r} names a predicate, which only a learned rubric has")
        last = self.rules[-1]
        if last.all or last.any:
            raise ValueError(f"the last rule, {last.id!r}, must hold always: leave out its conditions")
        return self
