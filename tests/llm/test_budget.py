"""Budgets stop before they are exceeded, and usage says what was paid."""

import asyncio
from collections.abc import Callable

import pytest

from pipeline_core import PipelineInput
from pipeline_core.errors import AnalyzerError
from pipeline_core.llm.failures import BudgetExceededError, PriceUnknownError
from pipeline_core.llm.ledger import Ledger, Reservation
from pipeline_core.models import Usage
from pipeline_core.settings import Settings
from tests.llm.conftest import TICKETS, Bench, one
from tests.support.llm_answers import dimension
from tests.support.llm_server import Asked, LlmServer, Reply

Make = Callable[..., Settings]
TASK = "error_tolerance"


def test_tokens_and_money_are_told_per_task_and_thread(bench: Bench, settings: Make) -> None:
    report = one(bench.thread(settings()), "pipeline:completed").result
    assert len(report.usage) == 13
    each = report.usage["verdict"]
    assert (each.requests, each.input_tokens, each.output_tokens) == (1, 1000, 200)
    assert each.cost == pytest.approx(0.00027)
    assert report.total_usage.tokens == 13 * 1200
    assert report.total_usage.money == "$0.0035"


def test_an_unknown_price_is_unknown_and_not_nothing(bench: Bench, settings: Make) -> None:
    report = one(bench.thread(settings(model="our-own-model")), "pipeline:completed").result
    assert report.total_usage.cost is None
    assert report.total_usage.money == "unknown"


def test_prices_of_the_settings_count_where_the_list_knows_none(bench: Bench, settings: Make) -> None:
    own = settings(model="our-own-model", input_price=1.0, output_price=10.0)
    usage = one(bench.dimension(own), "dimension:completed").result.usage
    assert usage.cost == pytest.approx(0.001 + 0.002)


def test_repairs_tool_calls_and_failed_attempts_are_counted(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    def script(asked: Asked) -> Reply:
        if asked.number == 1:
            return Reply(tool="classify_domain")
        return Reply(answer={**dimension(), "score": "great"} if asked.number < 4 else None)

    provider.script = script
    usage = one(bench.dimension(settings(repairs=1)), "dimension:completed").result.usage
    assert usage.requests == len(provider.requests(TASK)) == 4
    assert usage.tokens == 4 * 1200


def test_a_request_that_broke_off_makes_the_rest_a_lower_bound(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    provider.script = lambda asked: Reply(stop_after=3) if asked.number == 1 else Reply()
    usage = one(bench.dimension(settings()), "dimension:completed").result.usage
    assert (usage.requests, usage.complete, usage.money) == (2, False, "at least $0.0003")


def test_what_a_task_without_a_result_consumed_is_told_too(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    wrong = Reply(answer={**dimension(), "score": "great"})
    provider.script = lambda asked: wrong if asked.task == "rate_of_change" else Reply()
    events = bench.thread(settings(fallback=False))
    assert one(events, "dimension:failed").failure.usage.requests == 4
    report = one(events, "pipeline:completed").result
    assert report.usage["rate_of_change"].requests == 4
    assert report.total_usage.requests == len(provider.requests()) == 16


@pytest.mark.parametrize("budget", [3_000, 20_000, 30_000])
def test_a_thread_never_passes_its_token_budget(
    bench: Bench, settings: Make, provider: LlmServer, budget: int
) -> None:
    report = one(bench.thread(settings(thread_token_budget=budget)), "pipeline:completed").result
    spent = report.total_usage.tokens if report.total_usage else 0
    assert spent == 1200 * len(provider.requests()) <= budget
    stopped = [reason for reason in report.fallbacks.values() if reason.startswith("rejected: budget")]
    assert len(stopped) == 13 - len(provider.requests()) > 0


def test_a_thread_never_passes_its_money_budget(bench: Bench, settings: Make, provider: LlmServer) -> None:
    report = one(bench.thread(settings(thread_cost_budget=0.012)), "pipeline:completed").result
    assert report.total_usage.cost <= 0.012
    assert 0 < len(provider.requests()) < 13


def test_a_money_budget_without_a_price_sends_nothing(
    bench: Bench, settings: Make, provider: LlmServer
) -> None:
    events = bench.dimension(settings(model="our-own-model", thread_cost_budget=1.0, fallback=False))
    assert "the price of the model is unknown" in one(events, "dimension:failed").failure.message
    assert provider.requests() == []


def test_a_run_budget_holds_over_threads(bench: Bench, settings: Make, provider: LlmServer) -> None:
    executor = bench.executor(settings(run_token_budget=40_000), only=(TASK,))

    async def several() -> None:
        for _ in range(40):
            async for _event in executor.execute(PipelineInput(problem=TICKETS), until=TASK):
                pass

    asyncio.run(several())
    assert 1200 * len(provider.requests()) <= 40_000
    assert 20 < len(provider.requests()) < 40


def test_what_is_reserved_counts_until_it_is_settled() -> None:
    ledger = Ledger(Settings(thread_token_budget=1000))
    first = Reservation("t", "a", 600, None)
    ledger.reserve(first)
    with pytest.raises(BudgetExceededError):
        ledger.reserve(Reservation("t", "b", 600, None))
    ledger.reserve(Reservation("another", "b", 600, None))
    ledger.settle(first, Usage(requests=1, input_tokens=100))
    ledger.reserve(Reservation("t", "b", 600, None))


def test_a_broken_request_counts_in_full_against_the_budget() -> None:
    ledger = Ledger(Settings(thread_token_budget=1000))
    first = Reservation("t", "a", 600, None)
    ledger.reserve(first)
    ledger.settle(first, Usage(requests=1, complete=False))
    with pytest.raises(BudgetExceededError):
        ledger.reserve(Reservation("t", "b", 600, None))


def test_what_other_processes_spent_counts_against_the_budget_of_the_thread() -> None:
    ledger = Ledger(Settings(thread_token_budget=1000))
    ledger.learn("t", {"screening": Usage(requests=1, input_tokens=900)})
    ledger.learn("t", {"screening": Usage(requests=1, input_tokens=900)})
    with pytest.raises(BudgetExceededError):
        ledger.reserve(Reservation("t", "verdict", 101, None))
    ledger.reserve(Reservation("t", "verdict", 100, None))


def test_errors_of_the_budget_are_rejections() -> None:
    assert issubclass(BudgetExceededError, AnalyzerError)
    assert BudgetExceededError.kind == PriceUnknownError.kind == "rejected"
