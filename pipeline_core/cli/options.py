"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli.formats import Format, ListFormat, StreamFormat

ThreadId = Annotated[
    str, typer.Argument(metavar="THREAD", help="A thread, as `suitability threads` lists it.")
]
Answers = Annotated[
    list[str] | None, typer.Argument(metavar="ID=ANSWER...", help="Answers, each after its question's id.")
]
Rubric = Annotated[
    Path | None,
    typer.Option("--rubric", metavar="PATH", help="Judge by this rubric instead of the built-in."),
]
Dagster = Annotated[
    bool, typer.Option("--dagster", help="Run it as a Dagster job, kept in Dagster's storage.")
]
Kept = Annotated[bool, typer.Option("--dagster", help="Look among the threads kept in Dagster's storage.")]
RunFormat = Annotated[StreamFormat, typer.Option("--format", help="What to print on the standard output.")]
ReportFormat = Annotated[Format, typer.Option("--format", help="What to print on the standard output.")]
TableFormat = Annotated[ListFormat, typer.Option("--format", help="What to print on the standard output.")]
Progress = Annotated[
    bool,
    typer.Option(
        "--progress", help="Write a line per task to the standard error, also where it is no terminal."
    ),
]
