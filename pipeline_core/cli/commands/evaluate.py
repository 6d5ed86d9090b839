"""`suitability eval`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline_core.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline_core.evaluation import LabelledCase
    from pipeline_core.rubric import Rubric


def evaluate(
    cases: Annotated[
        Path, typer.Argument(metavar="CASES.jsonl", help="Labelled cases, one JSON object a line.")
    ],
    json_: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
    rubric: options.Rubric = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME", help="Measure this model for all tasks. It costs money."),
    ] = None,
    configured: Annotated[
        bool, typer.Option("--configured", help="Measure the models of the environment. It costs money.")
    ] = False,
) -> None:
    """Measure judgements against labelled cases: the rubric's, or a model's beside them.

    A case is an object with "id", "text", "verdict", "dimensions", and perhaps "acceptable_verdicts",
    "acceptable_dimensions" and "needs_clarification". Judgements of models are kept in the folder of the
    threads, so that a second run asks nobody; of the rubric's nothing is kept. Needs the extra `eval`.

    \b
    Examples:
      suitability eval cases.jsonl
      suitability eval cases.jsonl --rubric our-rubric.yaml --json
      suitability eval cases.jsonl --model openai:gpt-4o-mini
    """
    from pipeline_core.evaluation import load_cases
    from pipeline_core.rubric import Rubric

    if model is not None and configured:
        raise typer.BadParameter("--model and --configured exclude each other")
    labelled = load_cases(cases)
    judge = Rubric.load(rubric)
    if model is None and not configured:
        written = _of_rubric(labelled, judge, json_=json_)
    else:
        written = _of_model(labelled, judge, model, json_=json_)
    sys.stdout.write(written)


def _of_rubric(cases: "Sequence[LabelledCase]", rubric: "Rubric", *, json_: bool) -> str:
    """Return the figures of the rubric, whatever models are configured."""
    import asyncio

    from pipeline_core.cli.judging import judge_all
    from pipeline_core.evaluation import evaluate as measure
    from pipeline_core.evaluation import render
    from pipeline_core.executor import PipelineExecutor

    judged = asyncio.run(judge_all(PipelineExecutor(rubric=rubric), [case.input for case in cases]))
    figures = measure(cases, judged.__getitem__)
    return figures.model_dump_json(indent=2) + "\n" if json_ else render(figures)


def _of_model(cases: "Sequence[LabelledCase]", rubric: "Rubric", model: str | None, *, json_: bool) -> str:
    """Return the figures of a model, or of the configured ones if it is None."""
    import asyncio

    from pipeline_core.cli.executors import NoModelError
    from pipeline_core.cli.home import home
    from pipeline_core.engine import SqliteCheckpointer
    from pipeline_core.llm.evaluation import ModelEvaluation, evaluate_model, render_model
    from pipeline_core.settings import read_settings

    settings = read_settings(**({} if model is None else {"model": model, "models": {}}))
    if settings.model is None and not settings.models:
        raise NoModelError
    home().mkdir(mode=0o700, parents=True, exist_ok=True)

    async def measure() -> ModelEvaluation:
        cache = SqliteCheckpointer(home() / "evaluations.sqlite")
        try:
            return await evaluate_model(cases, settings, cache, rubric)
        finally:
            await cache.close()

    found = asyncio.run(measure())
    return (found.model_dump_json(indent=2) if json_ else render_model(found).rstrip()) + "\n"
