"""`suitability resume`."""

import typer

from pipeline_core.cli import options
from pipeline_core.cli.formats import StreamFormat


def resume(
    thread_id: options.ThreadId,
    answers: options.Answers = None,
    format_: options.RunFormat = StreamFormat.TEXT,
    rubric: options.Rubric = None,
    dagster: options.Dagster = False,
    progress: options.Progress = False,
) -> None:
    """Go on with a thread that stopped: it waits, failed, or its process died.

    On a terminal, open questions are asked in place. What was finished before does not run again.

    \b
    Examples:
      suitability resume 3f2a9c
      suitability resume 3f2a9c scale="200 a day"
    """
    from pipeline_core.cli.answers import numbers_to_options, parse_answers
    from pipeline_core.cli.ask import ask
    from pipeline_core.cli.console import can_ask
    from pipeline_core.cli.present import present
    from pipeline_core.cli.session import Session

    given = parse_answers(answers or ())
    with Session(dagster=dagster, rubric=rubric) as session:
        state = session.state(thread_id)
        given = numbers_to_options(state, given)
        if not given and state.status == "suspended" and state.blocking_questions() and can_ask():
            given = ask(state.open_questions()) or {}
        code = present(
            session,
            lambda watch: session.resume(thread_id, given, watch=watch),
            format_,
            progress=progress,
        )
    raise typer.Exit(code)
