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
    json_: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
    rubric: options.Rubric = None,
) -> None:
    """Measure judgements against labelled cases.

    A case is an object with "id", "text", "verdict", "dimensions", and perhaps "acceptable_verdicts",
    "acceptable_dimensions" and "needs_clarification". Nothing is kept. Needs the extra `eval`.

    \b
    Examples:
      suitability eval cases.jsonl
      suitability eval cases.jsonl --rubric our-rubric.yaml --json
    """
    import asyncio

    from pipeline_core.cli.executors import configured_executor
    from pipeline_core.cli.judging import judge_all
    from pipeline_core.evaluation import evaluate as measure
    from pipeline_core.evaluation import load_cases, render

    labelled = load_cases(cases)
    executor = configured_executor(None, rubric=rubric)
    judged = asyncio.run(judge_all(executor, [case.input for case in labelled]))
    figures = measure(labelled, judged.__getitem__)
    sys.stdout.write(figures.model_dump_json(indent=2) + "\n" if json_ else render(figures))
