"""A model is measured like the rubric, and paid for once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_core import SqliteCheckpointer
from pipeline_core.evaluation import LabelledCase
from pipeline_core.llm.evaluation import ModelEvaluation, evaluate_model, render_model
from pipeline_core.models import Score
from pipeline_core.rubric import Rubric
from pipeline_core.settings import Settings
from pipeline_core.suitability import DIMENSIONS
from tests.llm.conftest import DIVING, TICKETS
from tests.support.llm_server import LlmServer, Reply

Make = Callable[..., Settings]
FAVORABLE: dict[str, Score] = dict.fromkeys(DIMENSIONS, "favorable")
CASES = (
    LabelledCase(id="a", text=TICKETS, verdict="STRONG_FIT", dimensions=FAVORABLE),
    LabelledCase(id="b", text=DIVING, verdict="NOT_RECOMMENDED", dimensions=FAVORABLE),
    LabelledCase(id="c", text=TICKETS + " Cheap.", verdict="CONDITIONAL", dimensions=FAVORABLE),
)


def _measure(settings: Settings, rubric: Rubric, folder: Path) -> ModelEvaluation:
    async def run() -> ModelEvaluation:
        cache = SqliteCheckpointer(folder / "cache.db")
        try:
            return await evaluate_model(CASES, settings, cache, rubric)
        finally:
            await cache.close()

    return asyncio.run(run())


def test_a_second_run_costs_nothing_and_says_the_same(
    settings: Make, provider: LlmServer, rubric: Rubric, tmp_path: Path
) -> None:
    first = _measure(settings(), rubric, tmp_path)
    assert len(provider.requests()) == 27
    second = _measure(settings(), rubric, tmp_path)
    assert len(provider.requests()) == 27
    assert (first.from_cache, second.from_cache) == (0, 3)
    assert second.paid_now.requests == 0
    assert second.model == first.model
    assert second.usage == first.usage


def test_another_model_is_asked_anew(
    settings: Make, provider: LlmServer, rubric: Rubric, tmp_path: Path
) -> None:
    _measure(settings(), rubric, tmp_path)
    _measure(settings(model="other"), rubric, tmp_path)
    assert len(provider.requests()) == 54


def test_figures_agreement_and_cost_are_told(settings: Make, rubric: Rubric, tmp_path: Path) -> None:
    found = _measure(settings(), rubric, tmp_path)
    assert found.model.verdict.exact.value == pytest.approx(2 / 3)
    assert [each.subject for each in found.agreement] == [*DIMENSIONS, "verdict"]
    assert found.cost_per_case == pytest.approx(9 * 0.00027)
    text = render_model(found)
    assert "agreement of model and rubric" in text
    assert "cost per case: $0.0024" in text


def test_what_the_rubric_had_to_judge_is_asked_again(
    settings: Make, provider: LlmServer, rubric: Rubric, tmp_path: Path
) -> None:
    down = Reply(status=401, error={"error": {"message": "x", "code": "invalid_api_key"}})
    provider.script = lambda _: down
    assert _measure(settings(), rubric, tmp_path).fallbacks == 3
    provider.reset()
    again = _measure(settings(), rubric, tmp_path)
    assert (again.fallbacks, len(provider.requests())) == (0, 27)
