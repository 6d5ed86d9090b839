"""`suitability answer`."""

from typing import Annotated

import typer

from pipeline_core.cli import options
from pipeline_core.cli.formats import StreamFormat


def answer(
    thread_id: options.ThreadId,
    answers: Annotated[
        list[str], typer.Argument(metavar="ID=ANSWER...", help="Answers, each after its question's id.")
    ],
    run: Annotated[
        bool, typer.Option("--run/--no-run", help="Go on with the thread, or only store the answers.")
    ] = True,
    format_: options.RunFormat = StreamFormat.TEXT,
    rubric: options.Rubric = None,
    dagster: options.Dagster = False,
    progress: options.Progress = False,
) -> None:
    """Answer the questions of a thread and go on with it.

    `suitability show THREAD` lists the questions. Where only the options are accepted, their number will
    do. Nothing is paid for twice: what was finished before stays.

    \b
    Examples:
      suitability answer 3f2a9c scale="200 a day" checker="a nurse, before it is sent"
      suitability answer 3f2a9c scale="200 a day" --no-run
    """
    from pipeline_core.cli.answers import numbers_to_options, parse_answers
    from pipeline_core.cli.present import present, print_state
    from pipeline_core.cli.session import Session

    given = parse_answers(answers)
    with Session(dagster=dagster, rubric=rubric) as session:
        given = numbers_to_options(session.state(thread_id), given)
        if run:
            code = present(
                session,
                lambda watch: session.resume(thread_id, given, watch=watch),
                format_,
                progress=progress,
            )
            raise typer.Exit(code)
        state = session.run(session.executor.answer(thread_id, given))
        print_state(session, state, format_)
