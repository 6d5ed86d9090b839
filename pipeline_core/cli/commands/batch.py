"""`suitability batch`."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli import exits, options


def batch(
    source: Annotated[
        Path, typer.Argument(metavar="FILE.jsonl|FOLDER", help="A problem a line, or a problem a file.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE.jsonl", help="Where results go; the standard output if left out."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Most problems at a time.")] = 4,
    rubric: options.Rubric = None,
) -> None:
    """Judge many problems at once.

    A line is an object with "problem", or "text", and perhaps "context" and "id"; a folder's .md, .txt
    and .json files are read. Every row gets a line of JSON: its id and its report, or why it has none. A
    bad row stops no other. The same command again goes on where it stopped, and judges nothing twice.

    Exit codes: 0 all completed, 3 some wait for answers, 1 some failed or are no problems.

    \b
    Examples:
      suitability batch problems.jsonl --out results.jsonl
      suitability batch proposals/ | jq -r '[.id, .verdict] | @tsv'
    """
    from pipeline_core.cli.batch_input import read_batch
    from pipeline_core.cli.batch_output import FileResults, StdoutResults
    from pipeline_core.cli.batch_progress import BatchProgress
    from pipeline_core.cli.batch_run import run_batch
    from pipeline_core.cli.session import Session

    rows = read_batch(source)
    counts: Counter[str] = Counter()
    with Session(rubric=rubric) as session:
        results = FileResults(out) if out is not None else StdoutResults()
        try:
            with BatchProgress(len(rows), counts) as progress:
                session.run(run_batch(session.executor, rows, results, jobs=jobs, tell=progress.tell))
        except KeyboardInterrupt:
            exits.tell("Stopped. Nothing is lost: the same command goes on.")
            raise typer.Exit(exits.INTERRUPTED) from None
    summary = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    sys.stderr.write(f"{len(rows)} problems: {summary}\n")
    raise typer.Exit(_code(counts))


def _code(counts: "Counter[str]") -> int:
    if counts.keys() - {"completed", "kept", "suspended"}:
        return exits.FAILED
    return exits.SUSPENDED if counts["suspended"] else exits.COMPLETED
