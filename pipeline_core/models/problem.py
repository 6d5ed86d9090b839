"""What a user hands in: the problem, and the limits it must keep."""

from pydantic import BaseModel, ConfigDict, field_validator

from pipeline_core.errors import EmptyProblemError, InvalidTextError, ProblemTooLongError

MAX_PROBLEM_CHARS = 100_000
"""Longest accepted problem or context, in characters: about forty pages."""


def check_text(text: str, name: str) -> str:
    """Return `text` unchanged if it can be stored and judged.

    Raises:
        InvalidTextError: it holds NUL characters or lone surrogates, which no store keeps.
        ProblemTooLongError: it is longer than `MAX_PROBLEM_CHARS`.
    """
    if "\x00" in text:
        raise InvalidTextError(name, "holds NUL characters")
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidTextError(name, "holds characters that are not valid Unicode")
    if len(text) > MAX_PROBLEM_CHARS:
        raise ProblemTooLongError(name, len(text), MAX_PROBLEM_CHARS)
    return text


class PipelineInput(BaseModel):
    """One problem to judge.

    The text is kept character for character, so that the offsets of evidence fit it.

    Raises:
        EmptyProblemError: the problem is empty or only white space.
        InvalidTextError, ProblemTooLongError: see `check_text`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    problem: str
    """What somebody wants to solve with AI, in their own words."""
    context: str | None = None
    """What else is known: the organisation, its constraints, how it is done today."""

    @field_validator("problem")
    @classmethod
    def _problem_is_text(cls, value: str) -> str:
        if not value.strip():
            raise EmptyProblemError
        return check_text(value, "problem")

    @field_validator("context")
    @classmethod
    def _context_is_text(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        return check_text(value, "context")
