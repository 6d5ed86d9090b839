"""`suitability prune`."""

import sys
from datetime import timedelta
from typing import Annotated

import typer

from pipeline_core.cli import options


def prune(
    days: Annotated[
        float, typer.Option("--days", min=0, max=36_500, help="Delete what has not changed for so many days.")
    ] = 30,
    include_suspended: Annotated[
        bool, typer.Option("--include-suspended", help="Also threads that still wait for answers.")
    ] = False,
    dagster: options.Kept = False,
) -> None:
    """Delete old threads for good, and print their ids.

    \b
    Examples:
      suitability prune
      suitability prune --days 7 --include-suspended
    """
    from pipeline_core.cli.session import Session

    with Session(dagster=dagster) as session:
        work = session.driver.checkpointer.prune(timedelta(days=days), include_suspended=include_suspended)
        for thread_id in session.run(work):
            sys.stdout.write(f"{thread_id}\n")
