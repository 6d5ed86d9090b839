"""The command line as a whole: its commands, in the order of `--help`."""

from typing import Annotated

import typer

from pipeline_core.cli.commands.analyze import analyze
from pipeline_core.cli.commands.answer import answer
from pipeline_core.cli.commands.batch import batch
from pipeline_core.cli.commands.cancel import cancel
from pipeline_core.cli.commands.compare import compare
from pipeline_core.cli.commands.doctor import doctor
from pipeline_core.cli.commands.evaluate import evaluate
from pipeline_core.cli.commands.fork import fork
from pipeline_core.cli.commands.history import history
from pipeline_core.cli.commands.prune import prune
from pipeline_core.cli.commands.report import report
from pipeline_core.cli.commands.resume import resume
from pipeline_core.cli.commands.rubric import rubric
from pipeline_core.cli.commands.show import show
from pipeline_core.cli.commands.threads import threads
from pipeline_core.cli.commands.ui import ui

app = typer.Typer(
    name="suitability",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(invoke_without_command=True)
def suitability(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Is this problem a good fit for AI, with which guardrails, or is there a better way?

    \b
    Start here:
      suitability analyze problem.md
      suitability analyze --text "Sort 4,000 support mails a day into 12 queues"
      suitability threads

    Exit codes: 0 completed, 1 failed, 2 bad input, 3 waiting for answers.

    Threads are kept in SUITABILITY_HOME, or else in your user data folder.
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"suitability {installed('ai-suitability-pipeline')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


for command in (
    analyze,
    answer,
    resume,
    show,
    report,
    threads,
    compare,
    fork,
    history,
    cancel,
    prune,
    batch,
    rubric,
    doctor,
    ui,
):
    app.command()(command)
app.command(name="eval")(evaluate)
