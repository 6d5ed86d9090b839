"""`suitability cancel`."""

import sys

from pipeline_core.cli import options


def cancel(thread_id: options.ThreadId, dagster: options.Kept = False) -> None:
    """Mark a thread as cancelled; it can still be resumed.

    A thread that runs is stopped with ctrl-c where it runs.

    \b
    Example:
      suitability cancel 3f2a9c
    """
    from pipeline_core.cli.session import Session

    with Session(dagster=dagster) as session:
        session.run(session.executor.cancel(thread_id))
    sys.stdout.write(f"{thread_id} is cancelled\n")
