"""What a run that waits for answers says."""

import shlex
from collections.abc import Sequence

import dagster as dg

from pipeline_core.models import Question


def suspension(thread_id: str, questions: Sequence[Question]) -> dg.Failure:
    """Return the failure that ends a step whose thread waits for answers."""
    count = "1 answer" if len(questions) == 1 else f"{len(questions)} answers"
    return dg.Failure(
        f"Waits for {count}: {' '.join(question.text for question in questions)}",
        metadata={
            "questions": dg.MetadataValue.md("\n".join(map(_bullet, questions))),
            "how to answer": dg.MetadataValue.md(_how_to_answer(thread_id, questions)),
            "thread": dg.MetadataValue.text(thread_id),
        },
        allow_retries=False,
    )


def _bullet(question: Question) -> str:
    why = f" ({question.why})" if question.why else ""
    options = f"\n  Answers offered: {'; '.join(question.options)}." if question.options else ""
    return f"- **{question.id}**: {question.text}{why}{options}"


def _how_to_answer(thread_id: str, questions: Sequence[Question]) -> str:
    answers = " ".join(f"{question.id}={shlex.quote('your answer')}" for question in questions)
    return (
        f"1. `suitability answer --dagster {thread_id} {answers}`\n"
        "2. Press **Re-execute ▸ From failure** on this run. With the sensor `resume_answered` switched on, "
        "this happens by itself."
    )
