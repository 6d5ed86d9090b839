"""`suitability analyze`."""

from typing import Annotated

import typer

from pipeline_core.cli import options
from pipeline_core.cli.formats import StreamFormat
from pipeline_core.cli.usage import UsageProblemError
from pipeline_core.intake import read_problem, read_text
from pipeline_core.models import PipelineInput


def analyze(
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE|-", help="A text, Markdown or JSON file; - for the standard input."),
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="The problem itself, instead of a file.")] = None,
    context: Annotated[
        str | None,
        typer.Option("--context", help="What else is known: organisation, limits, how it is done today."),
    ] = None,
    context_file: Annotated[
        str | None, typer.Option("--context-file", metavar="PATH", help="A file that holds the context.")
    ] = None,
    format_: options.RunFormat = StreamFormat.TEXT,
    thread_id: Annotated[
        str | None,
        typer.Option("--thread-id", metavar="ID", help="Name the new thread; made up if left out."),
    ] = None,
    rubric: options.Rubric = None,
    dagster: options.Dagster = False,
    progress: options.Progress = False,
) -> None:
    """Judge one problem.

    Reads a description, looks at it from seven sides and says whether AI fits, why, under which
    conditions, and what to do instead. A JSON file holds {"problem": "...", "context": "..."}.

    \b
    Examples:
      suitability analyze problem.md
      suitability analyze --text "Draft replies to complaints" --context "A clerk sends each one"
      cat problem.txt | suitability analyze - --format markdown > report.md
      suitability analyze problem.md --format ndjson | jq -r .type
      suitability analyze problem.md --format json | jq .verdict

    If the problem cannot be judged without an answer, it asks; where nobody can be asked it exits with
    3 and says how to answer later.
    """
    if (file is None) == (text is None):
        raise UsageProblemError("analyze", "name one FILE, - for the standard input, or give --text")
    if context is not None and context_file is not None:
        raise UsageProblemError("analyze", "give --context or --context-file, not both")
    if context_file is not None:
        context = read_text(context_file)
    if file is not None:
        given = read_problem(file, context=context)
    else:
        given = PipelineInput(problem=text or "", context=context)

    from pipeline_core.cli.present import present
    from pipeline_core.cli.session import Session

    with Session(dagster=dagster, rubric=rubric) as session:
        code = present(
            session,
            lambda watch: session.execute(given, thread_id=thread_id, watch=watch),
            format_,
            progress=progress,
        )
    raise typer.Exit(code)
