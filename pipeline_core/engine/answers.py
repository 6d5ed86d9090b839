"""Answers are checked before anything runs."""

from collections.abc import Mapping

from pipeline_core.engine.state import PipelineState
from pipeline_core.errors import (
    EmptyAnswerError,
    InvalidOptionError,
    UnansweredQuestionError,
    UnknownQuestionError,
)
from pipeline_core.models.problem import check_text
from pipeline_core.models.questions import Question


def check_answers(state: PipelineState, answers: Mapping[str, str]) -> dict[str, str]:
    """Return `answers` in the form in which they are kept: trimmed, options as they were offered.

    Raises:
        UnknownQuestionError: an answer names a question that this thread has not asked.
        EmptyAnswerError: an answer has no text.
        InvalidOptionError: a question accepts its options only, and the answer is none of them.
        InvalidTextError, ProblemTooLongError: an answer cannot be stored.
    """
    asked = state.questions()
    checked: dict[str, str] = {}
    for question_id, answer in answers.items():
        if question_id not in asked:
            raise UnknownQuestionError(question_id, asked)
        checked[question_id] = _check(asked[question_id], answer)
    return checked


def require_progress(state: PipelineState, answers: Mapping[str, str]) -> None:
    """Refuse to go on with a suspended thread if `answers` settle none of the questions it waits for.

    Raises:
        UnansweredQuestionError: blocking questions are open and none of them is answered.
    """
    waiting = [question.id for question in state.blocking_questions()]
    if state.status == "suspended" and waiting and not any(name in answers for name in waiting):
        raise UnansweredQuestionError(waiting)


def _check(question: Question, answer: str) -> str:
    text = check_text(answer, f"answer to {question.id!r}").strip()
    if not text:
        raise EmptyAnswerError(question.id)
    for option in question.options:
        if option.casefold() == text.casefold():
            return option
    if question.options and not question.allow_other:
        raise InvalidOptionError(question.id, question.options)
    return text
