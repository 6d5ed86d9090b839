"""`suitability compare`."""

from typing import Annotated

import typer

from pipeline_core.cli import options
from pipeline_core.cli.formats import ListFormat, print_json


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A thread.")],
    second: Annotated[str, typer.Argument(metavar="B", help="The thread to compare it with.")],
    format_: options.TableFormat = ListFormat.TEXT,
    rubric: options.Rubric = None,
    dagster: options.Kept = False,
) -> None:
    """Compare the results of two threads: verdict, dimensions, answers.

    \b
    Examples:
      suitability compare 3f2a9c 77b01d
      suitability compare 3f2a9c 77b01d --format json | jq '.[] | select(.changed)'
    """
    from pipeline_core.cli.session import Session
    from pipeline_core.render.comparison import compare_reports, print_comparison
    from pipeline_core.report import report_of

    with Session(dagster=dagster, rubric=rubric) as session:
        reports = [report_of(session.state(thread_id)) for thread_id in (first, second)]
    rows = compare_reports(*reports)
    if format_ == ListFormat.JSON:
        print_json([row._asdict() | {"changed": row.changed} for row in rows])
        return
    import sys

    from pipeline_core.cli.console import console_on

    print_comparison(first, second, rows, console_on(sys.stdout))
