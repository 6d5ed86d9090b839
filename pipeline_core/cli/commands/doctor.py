"""`suitability doctor`."""

from typing import Annotated

import typer


def doctor(
    json_: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    ask: Annotated[
        bool,
        typer.Option("--ask", help="Ask each configured model for a short answer, which may cost money."),
    ] = False,
) -> None:
    """Look whether everything is in place; change nothing.

    \b
    Example:
      suitability doctor
    """
    from pipeline_core.cli.checks import all_checks
    from pipeline_core.cli.exits import COMPLETED, FAILED
    from pipeline_core.cli.formats import print_json

    findings = [check() for check in all_checks(ask=ask)]
    if json_:
        print_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            advice = "" if finding.fine else f" -> {finding.advice}"
            typer.echo(f"{'ok  ' if finding.fine else 'FAIL'}  {finding.subject}: {finding.found}{advice}")
    raise typer.Exit(COMPLETED if all(finding.fine for finding in findings) else FAILED)
