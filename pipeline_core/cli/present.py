"""Runs a thread before the user's eyes: shows it, asks what it needs to know, prints what came out."""

import sys
from collections.abc import Callable
from functools import partial

from pipeline_core.cli import exits
from pipeline_core.cli.board import Board
from pipeline_core.cli.console import can_ask, can_draw, console_on
from pipeline_core.cli.formats import StreamFormat, print_report_as
from pipeline_core.cli.session import Session, Watch
from pipeline_core.cli.views import EventsView, LinesView, LiveView, QuietView
from pipeline_core.engine import PipelineState
from pipeline_core.report import report_of

Start = Callable[[Watch], PipelineState]


def present(session: Session, start: Start, format_: StreamFormat, *, progress: bool) -> int:
    """Run a thread with `start`, print it as `format_`, and return the exit code.

    Questions are asked in place where somebody can answer them; formats for programs never ask.

    Args:
        session: what the thread belongs to.
        start: runs the thread and shows its events to what it is given.
        format_: what to print.
        progress: write a line for every task even where no live view can be shown.
    """
    state = _watched(session, start, format_, progress)
    asks = format_ in (StreamFormat.TEXT, StreamFormat.MARKDOWN) and can_ask()
    while asks and state.status == "suspended":
        from pipeline_core.cli.ask import ask

        answers = ask(state.open_questions())
        if not answers:
            break
        resume = partial(session.resume, state.thread_id, answers)
        state = _watched(session, lambda watch, go_on=resume: go_on(watch=watch), format_, progress)
    if format_ != StreamFormat.NDJSON:
        print_state(session, state, format_)
    return exits.code_of(state.status)


def print_state(session: Session, state: PipelineState, format_: str) -> None:
    """Print what is known of a thread, and how to go on with it."""
    report = report_of(state)
    if format_ != StreamFormat.TEXT:
        print_report_as(report, format_)
    elif state.status == "suspended":
        from pipeline_core.render.terminal import print_questions

        console = console_on(sys.stdout)
        console.print(f"Thread {state.thread_id} waits for answers:")
        print_questions(report.questions, console)
    else:
        print_report_as(report, format_)
    if format_ in (StreamFormat.TEXT, StreamFormat.MARKDOWN):
        _say_how_to_go_on(session, state)


def _say_how_to_go_on(session: Session, state: PipelineState) -> None:
    if state.status == "suspended":
        answers = [f"{question.id}=ANSWER" for question in state.blocking_questions()]
        line = f"Answer with: {session.command('answer', state.thread_id, *answers)}"
    elif state.status != "completed":
        reason = f"{state.failure.message}. " if state.failure else ""
        line = f"{reason}Go on with: {session.command('resume', state.thread_id)}"
    else:
        line = f"Keep it with: {session.command('report', state.thread_id, '--out', 'report.html')}"
    where = session.driver.where(state.thread_id)
    for text in filter(None, (line, where)):
        exits.tell(text)


def _watched(session: Session, start: Start, format_: StreamFormat, progress: bool) -> PipelineState:
    view = _view(session, format_, progress)
    with view:
        return start(view)


def _view(session: Session, format_: StreamFormat, progress: bool) -> QuietView:
    if format_ == StreamFormat.NDJSON:
        return EventsView()
    board = Board(session.executor.pipeline.tasks)
    if can_draw(sys.stderr):
        return LiveView(board, console_on(sys.stderr))
    return LinesView(board) if progress else QuietView()
