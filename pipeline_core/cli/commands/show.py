"""`suitability show`."""

from pipeline_core.cli import options
from pipeline_core.cli.formats import Format


def show(
    thread_id: options.ThreadId,
    format_: options.ReportFormat = Format.TEXT,
    rubric: options.Rubric = None,
    dagster: options.Kept = False,
) -> None:
    """Show the report of a thread, or the questions it waits for.

    \b
    Examples:
      suitability show 3f2a9c
      suitability show 3f2a9c --format json | jq '.questions[].id'
    """
    from pipeline_core.cli.present import print_state
    from pipeline_core.cli.session import Session

    with Session(dagster=dagster, rubric=rubric) as session:
        print_state(session, session.state(thread_id), format_)
