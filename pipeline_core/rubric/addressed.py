"""Find passages addressed to the evaluator instead of describing the problem."""

from collections.abc import Sequence

from pipeline_core.rubric.sentences import Span


def addressed(text: str, spans: Sequence[Span]) -> frozenset[int]:
    """Return the numbers of the statements that try to steer the judgement."""
    return frozenset()
