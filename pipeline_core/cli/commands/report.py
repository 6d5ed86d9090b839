"""`suitability report`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli import exits, options
from pipeline_core.cli.usage import UsageProblemError

_SUFFIXES = (".md", ".html", ".json")


def report(
    thread_id: options.ThreadId,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A file that ends in .md, .html or .json.")
    ] = None,
    rubric: options.Rubric = None,
    dagster: options.Kept = False,
) -> None:
    """Write the report of a thread as Markdown, HTML or JSON.

    The name of the file decides; without one, Markdown goes to the standard output.

    The HTML is one page that loads nothing from anywhere, fit to be mailed.

    \b
    Examples:
      suitability report 3f2a9c
      suitability report 3f2a9c --out report.html
    """
    from pipeline_core.cli.session import Session
    from pipeline_core.report import report_of

    if out is not None and out.suffix.lower() not in _SUFFIXES:
        raise UsageProblemError("report", f"{out.name!r} must end in {', '.join(_SUFFIXES)}")
    with Session(dagster=dagster, rubric=rubric) as session:
        found = report_of(session.state(thread_id))
    suffix = out.suffix.lower() if out is not None else ".md"
    if suffix == ".html":
        from pipeline_core.render.html import html

        text = html(found)
    elif suffix == ".json":
        text = found.model_dump_json(indent=2) + "\n"
    else:
        from pipeline_core.render.markdown import markdown

        text = markdown(found)
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
        exits.tell(f"Wrote {out}")
