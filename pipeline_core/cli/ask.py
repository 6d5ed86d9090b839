"""Asks questions in the terminal, in place."""

import sys
from collections.abc import Iterable

from pipeline_core.cli.console import console_on
from pipeline_core.models import Question
from pipeline_core.render.terminal import print_questions


def ask(questions: Iterable[Question]) -> dict[str, str] | None:
    """Ask each question in turn and return the answers by question id.

    A helpful question may be passed over with an empty line. None if the user would rather not answer
    now: ctrl-c, or the end of the input.
    """
    console = console_on(sys.stderr)
    answers: dict[str, str] = {}
    try:
        for question in sorted(questions, key=lambda one: one.priority != "blocking"):
            console.print()
            print_questions([question], console)
            answer = _answer_to(question)
            if answer:
                answers[question.id] = answer
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\n")
        return None
    return answers


def chosen(question: Question, typed: str) -> str | None:
    """Return the answer that `typed` means: an option by its number or words, or words of the user's own.

    None if it is empty, or not among the options where nothing else is accepted.
    """
    text = typed.strip()
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(question.options):
        return question.options[int(text) - 1]
    for option in question.options:
        if option.casefold() == text.casefold():
            return option
    return text if text and question.allow_other else None


def _answer_to(question: Question) -> str | None:
    prompt = _prompt(question)
    while True:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        typed = input()
        answer = chosen(question, typed)
        if answer is not None or (question.priority == "helpful" and not typed.strip()):
            return answer


def _prompt(question: Question) -> str:
    number = f"a number from 1 to {len(question.options)}" if question.options else ""
    words = "your own words" if question.allow_other or not question.options else ""
    skip = "Enter to skip" if question.priority == "helpful" else ""
    return f"  {', '.join(filter(None, (number, words, skip)))} > "
