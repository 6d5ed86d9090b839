"""What a run that waits for answers says."""

import shlex
from collections.abc import Sequence

import dagster as dg

from pipeline_core.models import Question


def suspension(thread_id: str, questions: Sequence[Question]) -> dg.Failure:
    """Return the failure that ends a step whose thread waits for answers."""
    count = "1 answer" if len(questions) == 1 else f"{len(questions)} answers"
    # Texts, not markdown: the run page hides markdown behind a link.
    return dg.Failure(
        f"Waits for {count}: {' '.join(question.text for question in questions)}",
        metadata={
            "questions": dg.MetadataValue.text("\n".join(map(_line, questions))),
            "how to answer": dg.MetadataValue.text(_command(thread_id, questions)),
            "then": dg.MetadataValue.text(
                "this goes on in a run listed under Re-executions; with --no-run it only stores the answer: "
                "then choose From failure, beside Re-execute"
            ),
        },
        allow_retries=False,
    )


def _line(question: Question) -> str:
    why = f" ({question.why})" if question.why else ""
    options = f" Answers offered: {'; '.join(question.options)}." if question.options else ""
    return f"{question.id}: {question.text}{why}{options}"


def _command(thread_id: str, questions: Sequence[Question]) -> str:
    answers = " ".join(f"{question.id}={shlex.quote('your answer')}" for question in questions)
    return f"suitability answer --dagster {thread_id} {answers}"
