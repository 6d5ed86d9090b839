"""`suitability threads`."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline_core.cli import options
from pipeline_core.cli.formats import ListFormat, print_json
from pipeline_core.cli.usage import UsageProblemError
from pipeline_core.render.clean import shortened
from pipeline_core.render.labels import STATUSES

if TYPE_CHECKING:
    from pipeline_core.engine import ThreadInfo


def threads(
    status: Annotated[
        str | None, typer.Option("--status", metavar="STATUS", help=f"Only these: {', '.join(STATUSES)}.")
    ] = None,
    format_: options.TableFormat = ListFormat.TEXT,
    dagster: options.Kept = False,
) -> None:
    """List threads, the last changed first.

    \b
    Examples:
      suitability threads
      suitability threads --status suspended
      suitability threads --format json | jq -r '.[].thread_id'
    """
    from pipeline_core.cli.session import Session

    if status is not None and status not in STATUSES:
        raise UsageProblemError("threads", f"{status!r} is no status; there are {', '.join(STATUSES)}")
    with Session(dagster=dagster) as session:
        found = session.run(session.driver.checkpointer.threads(status))
    if format_ == ListFormat.JSON:
        print_json([_as_json(info) for info in found])
    else:
        _print_table(found)


def _as_json(info: "ThreadInfo") -> dict[str, Any]:
    return {
        "thread_id": info.thread_id,
        "status": info.status,
        "created_at": info.created_at.isoformat(),
        "updated_at": info.updated_at.isoformat(),
        **info.summary,
    }


def _print_table(found: "list[ThreadInfo]") -> None:
    if not found:
        sys.stderr.write("No threads. Begin one with: suitability analyze FILE\n")
        return
    wide = max(len(info.thread_id) for info in found)
    for info in found:
        verdict = info.summary.get("verdict", "")
        problem = shortened(info.summary.get("problem", ""), 50)
        columns = (f"{info.thread_id:<{wide}}", f"{info.status:<9}", f"{_age(info.updated_at):>8}")
        sys.stdout.write("  ".join((*columns, f"{verdict:<15}", problem)).rstrip() + "\n")


def _age(then: datetime) -> str:
    seconds = max((datetime.now(UTC) - then).total_seconds(), 0)
    for name, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {name}"
    return f"{seconds:.0f} s"
