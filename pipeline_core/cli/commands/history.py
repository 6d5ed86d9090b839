"""`suitability history`."""

import sys

from pipeline_core.cli import options
from pipeline_core.cli.formats import ListFormat, print_json


def history(
    thread_id: options.ThreadId,
    format_: options.TableFormat = ListFormat.TEXT,
    dagster: options.Kept = False,
) -> None:
    """List the checkpoints of a thread, oldest first.

    \b
    Examples:
      suitability history 3f2a9c
      suitability fork 3f2a9c --version 2
    """
    from pipeline_core.cli.session import Session

    with Session(dagster=dagster) as session:
        checkpoints = session.run(session.executor.history(thread_id))
    rows = [
        {
            "version": checkpoint.version,
            "saved_at": checkpoint.saved_at.isoformat(timespec="seconds"),
            "status": checkpoint.status,
            "stage": checkpoint.stage,
        }
        for checkpoint in checkpoints
    ]
    if format_ == ListFormat.JSON:
        print_json(rows)
        return
    for row in rows:
        after = f"after {row['stage']}" if row["stage"] else ""
        sys.stdout.write(
            f"{row['version']:>4}  {row['saved_at']}  {row['status']:<9}  {after}".rstrip() + "\n"
        )
