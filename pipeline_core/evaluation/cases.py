"""Labelled cases and where they come from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline_core.evaluation.errors import MalformedCaseError
from pipeline_core.models import PipelineInput, Score, Verdict


class LabelledCase(BaseModel):
    """A described problem and what a careful reader makes of it.

    `acceptable_verdicts` holds the verdict first and then others that can be defended;
    `acceptable_dimensions` likewise, only where two scores can be.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    text: str = Field(min_length=1)
    context: str | None = None
    verdict: Verdict | None
    acceptable_verdicts: tuple[Verdict, ...] = ()
    dimensions: Mapping[str, Score]
    acceptable_dimensions: Mapping[str, tuple[Score, ...]] = Field(default_factory=dict)
    needs_clarification: bool = False
    tags: tuple[str, ...] = ()

    @property
    def input(self) -> PipelineInput:
        """The case as it is submitted."""
        return PipelineInput(problem=self.text, context=self.context)

    def accepts(self, verdict: Verdict) -> bool:
        """Return whether a verdict can be defended."""
        return verdict == self.verdict or verdict in self.acceptable_verdicts

    def accepts_score(self, dimension: str, score: Score) -> bool:
        """Return whether a score can be defended."""
        known = self.dimensions.get(dimension)
        return score == known or score in self.acceptable_dimensions.get(dimension, ())

    @model_validator(mode="after")
    def _verdict_fits(self) -> Self:
        if (self.verdict is None) != self.needs_clarification:
            raise ValueError("a case has a verdict, or needs clarification, and not both")
        return self


def load_cases(path: Path) -> tuple[LabelledCase, ...]:
    """Return the cases of a file with one JSON object a line; empty lines are skipped.

    Raises:
        MalformedCaseError: the file cannot be read, is empty, names a case twice, or a line is not a case.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise MalformedCaseError(path.name, None, "is not UTF-8 text") from error
    except OSError as error:
        raise MalformedCaseError(path.name, None, f"cannot be read ({error.strerror})") from error
    cases: dict[str, LabelledCase] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = LabelledCase.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            message = first["msg"].removeprefix("Value error, ")
            raise MalformedCaseError(
                path.name, number, f"{where}: {message}" if where else message
            ) from error
        if case.id in cases:
            raise MalformedCaseError(path.name, number, f"the id {case.id!r} was used before")
        cases[case.id] = case
    if not cases:
        raise MalformedCaseError(path.name, None, "holds no case")
    return tuple(cases.values())
