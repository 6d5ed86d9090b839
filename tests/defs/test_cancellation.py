"""Coroutines in steps, and how they learn of cancellation."""

import asyncio
import threading
from contextvars import Context

import dagster as dg
import pytest

from pipeline_defs.cancellation import (
    Cancellation,
    current_cancellation,
    run_coroutine,
    set_current_cancellation,
)


def test_what_the_coroutine_returns_or_raises_is_passed_on() -> None:
    async def give() -> int:
        return 1

    async def fail() -> None:
        raise LookupError("gone")

    assert run_coroutine(give) == 1
    with pytest.raises(LookupError, match="gone"):
        run_coroutine(fail)


def test_a_request_cancels_the_coroutine_and_waits_for_its_clean_up() -> None:
    cancellation = Cancellation()
    steps: list[str] = []

    async def work() -> None:
        threading.Timer(0.05, cancellation.request).start()
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.05)
            steps.append("cleaned up")

    def step() -> None:
        set_current_cancellation(cancellation)
        with pytest.raises(dg.DagsterExecutionInterruptedError):
            run_coroutine(work)

    Context().run(step)
    assert steps == ["cleaned up"]


def test_a_request_made_before_lets_nothing_begin() -> None:
    cancellation = Cancellation()
    cancellation.request()
    steps: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0)
        steps.append("began")
        await asyncio.sleep(30)

    def step() -> None:
        set_current_cancellation(cancellation)
        with pytest.raises(dg.DagsterExecutionInterruptedError):
            run_coroutine(work)

    Context().run(step)
    assert steps == []


def test_a_coroutine_that_cancels_itself_is_not_mistaken_for_a_cancelled_run() -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_coroutine(give_up)


def test_callbacks_are_called_once_and_not_after_they_were_taken_back() -> None:
    cancellation = Cancellation()
    called: list[str] = []
    with cancellation.calling(lambda: called.append("taken back")):
        pass
    with cancellation.calling(lambda: called.append("before")):
        cancellation.request()
        cancellation.request()
    with cancellation.calling(lambda: called.append("after")):
        pass
    assert called == ["before", "after"]
    assert cancellation.requested
    assert cancellation.wait(0)


def test_outside_a_run_nothing_is_ever_cancelled() -> None:
    assert not current_cancellation().requested
