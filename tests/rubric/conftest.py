import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline_core.models import Case, PipelineInput, ScreeningResult, VerdictResult
from pipeline_core.rubric import Rubric

DATA = Path(__file__).parents[2] / "training" / "data"


def labelled(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]


@pytest.fixture(scope="session")
def rubric() -> Rubric:
    return Rubric.load()


@pytest.fixture(scope="session")
def cases() -> list[dict[str, Any]]:
    return labelled("development") + labelled("development2")


Judge = Callable[..., Case]


@pytest.fixture(scope="session")
def judge(rubric: Rubric) -> Judge:
    def judge(text: str, answers: Mapping[str, str] | None = None, context: str | None = None) -> Case:
        return judged(rubric, text, answers, context)

    return judge


def judged(
    rubric: Rubric, text: str, answers: Mapping[str, str] | None = None, context: str | None = None
) -> Case:
    """Return a case with everything the rubric makes of it."""
    case = Case(input=PipelineInput(problem=text, context=context), answers=answers or {})
    screening: ScreeningResult = rubric.screen(case)
    dimensions = {name: rubric.score(case, name) for name in rubric.dimensions}
    case = case.model_copy(update={"screening": screening, "dimensions": dimensions})
    verdict: VerdictResult = rubric.decide(case)
    return case.model_copy(update={"verdict": verdict})
