"""`suitability fork`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli import options
from pipeline_core.cli.formats import StreamFormat

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipeline_core.cli.session import Session


def fork(
    thread_id: options.ThreadId,
    answers: options.Answers = None,
    version: Annotated[
        int | None,
        typer.Option(
            "--version", min=1, help="The checkpoint to begin from, as `suitability history` lists it."
        ),
    ] = None,
    new_thread_id: Annotated[
        str | None,
        typer.Option("--thread-id", metavar="ID", help="Name the new thread; made up if left out."),
    ] = None,
    run: Annotated[bool, typer.Option("--run/--no-run", help="Run the new thread, or only make it.")] = True,
    format_: options.RunFormat = StreamFormat.TEXT,
    rubric: options.Rubric = None,
    dagster: options.Dagster = False,
    progress: options.Progress = False,
) -> None:
    """Make a new thread out of another, with other answers or another rubric.

    The old thread stays as it is. With answers and no --version, the new thread keeps the other answers
    and begins right after these questions were asked: everything that can use them runs again.

    \b
    Examples:
      suitability fork 3f2a9c checker="a nurse, before it is sent"
      suitability fork 3f2a9c --version 1 --rubric our-rubric.yaml
      suitability compare 3f2a9c 77b01d
    """
    from pipeline_core.cli.answers import numbers_to_options, parse_answers
    from pipeline_core.cli.present import present
    from pipeline_core.cli.session import Session

    given = parse_answers(answers or ())
    with Session(dagster=dagster, rubric=rubric) as session:
        source = session.state(thread_id)
        given = numbers_to_options(source, given)
        if version is None and given:
            version, asked = _asked_in(session, thread_id, given)
            given = {**{name: text for name, text in source.answers.items() if name in asked}, **given}
        new = session.run(
            session.executor.fork(thread_id, version=version, answers=given, new_thread_id=new_thread_id)
        )
        if not run:
            sys.stdout.write(f"{new}\n")
            return
        code = present(
            session, lambda watch: session.resume(new, {}, watch=watch), format_, progress=progress
        )
    raise typer.Exit(code)


def _asked_in(
    session: "Session", thread_id: str, names: "Collection[str]"
) -> "tuple[int | None, Collection[str]]":
    """Return the first checkpoint in which all these questions had been asked, and all that had been then.

    The checkpoint is None if there is none.
    """
    for checkpoint in session.run(session.executor.history(thread_id)):
        state = session.executor.decoder.state(checkpoint.body, f"{thread_id}@{checkpoint.version}")
        if set(names) <= set(state.questions()):
            return checkpoint.version, set(state.questions())
    return None, ()
