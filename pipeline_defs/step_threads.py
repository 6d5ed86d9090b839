"""Runs the steps of a plan in threads, each as soon as it is ready."""

import asyncio
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

import dagster as dg

from pipeline_defs._dagster import (
    ActiveExecution,
    EngineEventData,
    ExecutionStep,
    PlanExecutionContext,
    StepExecutionContext,
    dagster_event_sequence_for_step,
    hook_event_sequence_for_step,
)
from pipeline_defs.cancellation import Cancellation, current_cancellation, set_current_cancellation

_TICK_SECONDS = 0.1
"""How soon a request to cancel, a retry that falls due or a freed slot of a pool is noticed."""


@dataclass(frozen=True)
class _StepEnded:
    step_key: str
    error: BaseException | None = None


class StepThreads:
    """One execution of a plan.

    The state of the plan is touched by the main thread only. Worker threads run a step's generator and
    hand its events over in order; they have been stored in the event log by then.
    """

    def __init__(
        self, job_context: PlanExecutionContext, active: ActiveExecution, max_concurrent: int
    ) -> None:
        self._job_context = job_context
        self._active = active
        self._max_concurrent = max_concurrent
        self._arrivals: queue.SimpleQueue[dg.DagsterEvent | _StepEnded] = queue.SimpleQueue()
        self._running: set[str] = set()
        self._cancellation = Cancellation()
        # Of whoever executes the run in a thread of its own, where no signal arrives.
        self._outer_cancellation = current_cancellation()
        self._error: BaseException | None = None
        self._was_interrupted = False

    def events(self) -> Iterator[dg.DagsterEvent]:
        """Run the plan to its end and yield all events of its steps.

        Raises:
            DagsterExecutionInterruptedError: the run was cancelled before all steps had succeeded.
                Running steps were told and have ended.
        """
        with ThreadPoolExecutor(self._max_concurrent, thread_name_prefix="step") as pool:
            try:
                while self._running or not (self._is_stopping or self._active.is_complete):
                    yield from self._interruption()
                    if not self._is_stopping:
                        self._start_ready_steps(pool)
                        yield from self._active.concurrency_event_iterator(self._job_context)
                    yield from self._arrived()
                    yield from self._active.plan_events_iterator(self._job_context)
            finally:
                # Also when the consumer stops early: the pool waits for its threads.
                self._cancellation.request()
        if self._error is not None:
            raise self._error
        if self._was_interrupted:
            raise dg.DagsterExecutionInterruptedError("the run was cancelled while steps were running")

    @property
    def _is_stopping(self) -> bool:
        return self._cancellation.requested or self._error is not None

    def _interruption(self) -> Iterator[dg.DagsterEvent]:
        asked = self._active.check_for_interrupts() or self._outer_cancellation.requested
        if not asked or self._cancellation.requested:
            return
        self._active.mark_interrupted()
        self._cancellation.request()
        yield dg.DagsterEvent.engine_event(
            self._job_context,
            "Cancelling: running steps are told to stop",
            EngineEventData.interrupted(sorted(self._running)),
        )

    def _start_ready_steps(self, pool: ThreadPoolExecutor) -> None:
        free = self._max_concurrent - len(self._running)
        for step in self._active.get_steps_to_execute(limit=free) if free > 0 else ():
            self._running.add(step.key)
            pool.submit(copy_context().run, self._run_step, step, self._step_context(step))

    def _step_context(self, step: ExecutionStep) -> StepExecutionContext:
        known_state = self._active.get_known_state()
        # The set itself goes on changing while the step reads it.
        known_state = known_state._replace(ready_outputs=set(known_state.ready_outputs))
        return self._job_context.for_step(step, known_state)

    def _arrived(self) -> Iterator[dg.DagsterEvent]:
        """Yield what the steps have handed over, waiting for one tick if that is nothing."""
        wait = _TICK_SECONDS if self._running else max(0.0, min(_TICK_SECONDS, self._seconds_to_next_step()))
        try:
            arrival = self._arrivals.get(timeout=wait) if wait else self._arrivals.get_nowait()
            while True:
                if isinstance(arrival, _StepEnded):
                    self._end_step(arrival)
                else:
                    yield arrival
                    self._active.handle_event(arrival)
                arrival = self._arrivals.get_nowait()
        except queue.Empty:
            return

    def _seconds_to_next_step(self) -> float:
        return float(self._active.sleep_interval())  # pyright: ignore[reportUnknownArgumentType]

    def _end_step(self, ended: _StepEnded) -> None:
        self._running.discard(ended.step_key)
        self._active.verify_complete(self._job_context, ended.step_key)
        if isinstance(ended.error, (dg.DagsterExecutionInterruptedError, KeyboardInterrupt)):
            self._was_interrupted = True
        elif ended.error is not None and self._error is None:
            self._error = ended.error

    def _run_step(self, step: ExecutionStep, context: StepExecutionContext) -> None:
        """Run one step and its hooks, in a worker thread."""
        set_current_cancellation(self._cancellation)
        # Asynchronous ops would share the loop of the run, which can serve only one thread.
        loop = asyncio.new_event_loop()
        context._event_loop = loop  # pyright: ignore[reportPrivateUsage]
        error: BaseException | None = None
        try:
            events: list[dg.DagsterEvent] = []
            for event in dagster_event_sequence_for_step(context):
                events.append(event)
                self._arrivals.put(event)
            for event in hook_event_sequence_for_step(context, events):
                self._arrivals.put(event)
        except BaseException as caught:
            error = caught
        finally:
            loop.close()
            self._arrivals.put(_StepEnded(step.key, error))
