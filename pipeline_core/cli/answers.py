"""Answers as they are typed after a command: `id=answer`."""

from collections.abc import Iterable

from pipeline_core.cli.ask import chosen
from pipeline_core.engine import PipelineState
from pipeline_core.errors import AnswerError


class AnswerSyntaxError(AnswerError):
    """Raised when an argument is not of the form `id=answer`."""

    def __init__(self, argument: str) -> None:
        super().__init__(
            f"{argument[:40]!r} is not an answer: write id=answer, for example scale='200 a day'"
        )


class RepeatedAnswerError(AnswerError):
    """Raised when one question is answered twice in one command."""

    def __init__(self, question_id: str) -> None:
        super().__init__(f"{question_id!r} is answered twice: give one answer")


def parse_answers(arguments: Iterable[str]) -> dict[str, str]:
    """Return the answers in `id=answer` arguments.

    Raises:
        AnswerSyntaxError: an argument has no `=`, or nothing before it.
        RepeatedAnswerError: one question is answered twice.
    """
    answers: dict[str, str] = {}
    for argument in arguments:
        name, separator, answer = argument.partition("=")
        if not separator or not name:
            raise AnswerSyntaxError(argument)
        if name in answers:
            raise RepeatedAnswerError(name)
        answers[name] = answer
    return answers


def numbers_to_options(state: PipelineState, answers: dict[str, str]) -> dict[str, str]:
    """Return `answers` with numbers of options replaced by the options, where only options are accepted."""
    questions = state.questions()
    return {
        name: (chosen(question, answer) or answer)
        if (question := questions.get(name)) is not None and not question.allow_other
        else answer
        for name, answer in answers.items()
    }
