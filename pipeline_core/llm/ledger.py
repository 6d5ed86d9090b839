"""Keeps count of what threads consume, and says no before a budget is exceeded."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_core.llm.failures import BudgetExceededError, PriceUnknownError
from pipeline_core.models import Usage, total
from pipeline_core.settings import Settings

_KEPT_THREADS = 10_000


@dataclass
class _Account:
    """What one scope has consumed, and what requests on their way may still consume."""

    tokens: int = 0
    cost: float = 0.0
    reserved_tokens: int = 0
    reserved_cost: float = 0.0


@dataclass
class _Thread(_Account):
    tasks: dict[str, Usage] = field(default_factory=dict[str, Usage])


@dataclass(frozen=True, slots=True)
class Reservation:
    """The most that one request may consume."""

    thread_id: str
    task: str
    tokens: int
    cost: float | None


class Ledger:
    """Counts for all threads of one set of analyzers. Safe for use from several threads of execution.

    A request is reserved with the most it may consume, and settled with what it did consume; so sums never
    pass a budget, however many requests are on their way.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._run = _Account()
        self._threads: OrderedDict[str, _Thread] = OrderedDict()

    def learn(self, thread_id: str, usages: Mapping[str, Usage]) -> None:
        """Take in what tasks of a thread consumed in other processes, as their results say."""
        with self._lock:
            thread = self._thread(thread_id)
            for task, usage in usages.items():
                if task not in thread.tasks:
                    thread.tasks[task] = usage
                    thread.tokens += usage.tokens
                    thread.cost += usage.cost or 0.0

    def reserve(self, reservation: Reservation) -> None:
        """Set aside what a request may consume.

        Raises:
            BudgetExceededError: that could exceed a budget.
            PriceUnknownError: a money budget is set and the price is unknown.
        """
        settings = self._settings
        wants_money = settings.thread_cost_budget is not None or settings.run_cost_budget is not None
        if wants_money and reservation.cost is None:
            raise PriceUnknownError
        with self._lock:
            thread = self._thread(reservation.thread_id)
            _check(thread, reservation, "thread", settings.thread_token_budget, settings.thread_cost_budget)
            _check(self._run, reservation, "run", settings.run_token_budget, settings.run_cost_budget)
            for account in (thread, self._run):
                account.reserved_tokens += reservation.tokens
                account.reserved_cost += reservation.cost or 0.0

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Replace a reservation by what was consumed; where that is not known, all of it counts."""
        tokens = usage.tokens if usage.complete else max(usage.tokens, reservation.tokens)
        cost = usage.cost or 0.0
        if not usage.complete:
            cost = max(cost, reservation.cost or 0.0)
        with self._lock:
            thread = self._thread(reservation.thread_id)
            thread.tasks[reservation.task] = thread.tasks.get(reservation.task, Usage()).plus(usage)
            for account in (thread, self._run):
                account.reserved_tokens -= reservation.tokens
                account.reserved_cost -= reservation.cost or 0.0
                account.tokens += tokens
                account.cost += cost

    def of_task(self, thread_id: str, task: str) -> Usage | None:
        """Return what a task consumed so far, all attempts together; None if no request was sent."""
        with self._lock:
            return self._thread(thread_id).tasks.get(task)

    def of_thread(self, thread_id: str) -> Usage:
        """Return what a thread consumed so far."""
        with self._lock:
            return total(self._thread(thread_id).tasks.values())

    def _thread(self, thread_id: str) -> _Thread:
        thread = self._threads.setdefault(thread_id, _Thread())
        self._threads.move_to_end(thread_id)
        if len(self._threads) > _KEPT_THREADS:
            self._threads.popitem(last=False)
        return thread


def _check(
    account: _Account, wanted: Reservation, scope: str, tokens: int | None, cost: float | None
) -> None:
    if tokens is not None and account.tokens + account.reserved_tokens + wanted.tokens > tokens:
        raise BudgetExceededError(scope, "token", tokens)
    if cost is not None and account.cost + account.reserved_cost + (wanted.cost or 0.0) > cost:
        raise BudgetExceededError(scope, "money", cost)
