"""`suitability eval`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline_core.cli import options


def evaluate(
    cases: Annotated[
        Path, typer.Argument(metavar="CASES.jsonl", help="Labelled cases, one JSON object a line.")
    ],
    json_: Annotated[bool, typer.Option("--json", help="Print the numbers as one JSON object.")] = False,
    rubric: options.Rubric = None,
) -> None:
    """Measure a rubric against labelled cases.

    \b
    Examples:
      suitability eval cases.jsonl
      suitability eval cases.jsonl --rubric our-rubric.yaml --json
    """
    sys.stderr.write(f"{cases} {json_} {rubric}")
