"""Jobs for tests of the executor and the IO manager, importable by run workers."""

# `dg.job` and `alias` are not fully typed.
# pyright: reportUnknownMemberType=false

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipeline_defs.cancellation import current_cancellation, run_coroutine
from pipeline_defs.executor import thread_executor
from pipeline_defs.io_manager import json_io_manager

BARRIER_SECONDS = 20
together = threading.Barrier(7)
peak_lock = threading.Lock()
running: set[str] = set()
peak: list[int] = []
hooked: list[str] = []
attempts: list[str] = []


@dg.op(out=dg.DynamicOut(int))
def seven():
    for number in range(7):
        yield dg.DynamicOutput(number, mapping_key=f"n{number}")


@dg.op
def meet(number: int) -> int:
    """Ends only if all seven are running at the same time."""
    together.wait(BARRIER_SECONDS)
    return number


@dg.op
def total(numbers: list[int]) -> int:
    return sum(numbers)


@dg.job(executor_def=thread_executor)
def meeting():
    total(seven().map(meet).collect())


@dg.op(tags={"resource": "model"})
def counted(number: int) -> int:
    with peak_lock:
        running.add(str(number))
        peak.append(len(running))
    time.sleep(0.05)
    with peak_lock:
        running.discard(str(number))
    return number


@dg.job(executor_def=thread_executor)
def counting():
    total(seven().map(counted).collect())


@dg.op(pool="model")
def pooled(number: int) -> int:
    with peak_lock:
        running.add(str(number))
        peak.append(len(running))
    time.sleep(0.05)
    with peak_lock:
        running.discard(str(number))
    return number


@dg.op(out=dg.DynamicOut(int))
def three():
    for number in range(3):
        yield dg.DynamicOutput(number, mapping_key=f"n{number}")


@dg.job(executor_def=thread_executor)
def pooling():
    total(three().map(pooled).collect())


@dg.op(retry_policy=dg.RetryPolicy(max_retries=2, delay=0.1))
def flaky() -> int:
    attempts.append("flaky")
    if len(attempts) < 3:
        raise ValueError("not yet")
    return 1


@dg.op
def broken() -> int:
    raise LookupError("always")


@dg.op
def independent() -> int:
    time.sleep(0.2)
    return 1


@dg.op
def after(number: int) -> int:
    return number


@dg.success_hook
def note_success(context: dg.HookContext) -> None:
    hooked.append(f"success {context.op.name}")


@dg.failure_hook
def note_failure(context: dg.HookContext) -> None:
    hooked.append(f"failure {context.op.name}")


@dg.job(executor_def=thread_executor, hooks={note_success, note_failure})
def hooked_and_flaky():
    after(flaky())
    broken()
    independent()


@dg.op
def exits() -> None:
    raise SystemExit(3)


@dg.job(executor_def=thread_executor)
def exiting():
    exits()
    independent()


@dg.op
async def asynchronous() -> int:
    await asyncio.sleep(0.01)
    return 1


@dg.job(executor_def=thread_executor)
def asynchronous_job():
    for number in range(4):
        asynchronous.alias(f"asynchronous_{number}")()


@dg.op(out=dg.Out(is_required=False))
def silent() -> Iterator[dg.Output[int]]:
    yield from ()


@dg.job(executor_def=thread_executor)
def skipping():
    after(silent())


@dg.op(config_schema={"folder": str})
def waits_for_cancel(context: dg.OpExecutionContext) -> None:
    """Runs until it is cancelled, and leaves a file when its clean-up is done."""
    folder = Path(context.op_config["folder"])

    async def work() -> None:
        (folder / "started").touch()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            (folder / "cleaned up").touch()

    run_coroutine(work)


@dg.op(ins={"start": dg.In(dg.Nothing)})
def never_runs() -> None:
    raise AssertionError


@dg.job(executor_def=thread_executor)
def cancellable():
    never_runs(waits_for_cancel())


@dg.job(executor_def=dg.in_process_executor)
def cancellable_in_process():
    never_runs(waits_for_cancel())


@dg.job(executor_def=thread_executor, op_retry_policy=dg.RetryPolicy(max_retries=3))
def cancellable_with_retries():
    never_runs(waits_for_cancel())


@dg.op
def watches() -> bool:
    return current_cancellation().wait(0.01)


@dg.job(executor_def=thread_executor)
def watching():
    watches()


@dg.op
def doubled(number: int) -> int:
    return 2 * number


@dg.job(executor_def=thread_executor, resource_defs={"io_manager": json_io_manager})
def stored():
    total(seven().map(doubled).collect())


@dg.op
def unstorable_output() -> object:
    return object()


@dg.job(executor_def=thread_executor, resource_defs={"io_manager": json_io_manager})
def unstorable():
    unstorable_output()
