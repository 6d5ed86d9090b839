"""The one place where events change state."""

from collections.abc import Callable, Iterable
from typing import Any, overload

from pipeline_core.engine.events import (
    AnswerReceived,
    Event,
    PipelineCancelled,
    PipelineCompleted,
    PipelineFailed,
    PipelineForked,
    PipelineResumed,
    PipelineStarted,
    PipelineSuspended,
    StageCompleted,
)
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.values import assembled, changed

_ENDS = (":completed", ":failed")


def apply(state: PipelineState | None, event: Event) -> PipelineState:
    """Return the state after `event`; the same object where the event changes nothing.

    Events of sibling tasks commute.

    Raises:
        ValueError: the first event of a thread does not start it.
    """
    change = _CHANGES.get(type(event))
    if change is not None:
        return change(state, event)
    if state is None:
        raise ValueError(f"a thread cannot begin with {event.type!r}")
    return _settled(state, event) if event.type.endswith(_ENDS) else state


@overload
def fold(events: Iterable[Event]) -> PipelineState | None: ...
@overload
def fold(events: Iterable[Event], state: PipelineState) -> PipelineState: ...
def fold(events: Iterable[Event], state: PipelineState | None = None) -> PipelineState | None:
    """Return the state that `events` of one thread add up to, from `state` on; None for nothing at all."""
    for event in events:
        state = apply(state, event)
    return state


def outcome_of(event: Event) -> Outcome | None:
    """Return the outcome that `event` reports, or None if it does not end a task.

    An event ends the task it belongs to by carrying a `result` (then it completed) or a `failure`
    (then it failed) and by being neither the executor's own nor interim.
    """
    said = vars(event)
    if said["task"] is None or not said["type"].endswith(_ENDS):
        return None
    fields = {
        "task": said["task"],
        "status": "completed" if said["type"].endswith(":completed") else "failed",
        "result": said.get("result"),
        "failure": said.get("failure"),
        "attempt": said["attempt"],
        "settled_at": said["timestamp"],
    }
    return assembled(Outcome, fields)


def settle(state: PipelineState, outcome: Outcome) -> PipelineState:
    """Return the state after the event that reports `outcome`."""
    return changed(state, outcomes={**state.outcomes, outcome.task: outcome})


def _settled(state: PipelineState, event: Event) -> PipelineState:
    outcome = outcome_of(event)
    return state if outcome is None else settle(state, outcome)


def _started(_: PipelineState | None, event: PipelineStarted) -> PipelineState:
    fields: dict[str, Any] = {
        "thread_id": event.thread_id,
        "status": "running",
        "input": event.input,
        "fingerprint": event.fingerprint,
        "created_at": event.timestamp,
        "stages": (),
        "outcomes": {},
        "answers": {},
        "failure": None,
        "forked_from": None,
    }
    return assembled(PipelineState, fields)


def _forked(_: PipelineState | None, event: PipelineForked) -> PipelineState:
    return event.state


def _resumed(state: PipelineState | None, event: PipelineResumed) -> PipelineState:
    durable = event.state
    if state is None or state.thread_id != durable.thread_id:
        return durable
    kept = {task: outcome for task, outcome in state.outcomes.items() if outcome.status == "completed"}
    closed = (*durable.stages, *(stage for stage in state.stages if stage not in durable.stages))
    return changed(
        durable,
        outcomes={**durable.outcomes, **kept},
        stages=closed,
        answers={**state.answers, **durable.answers},
    )


def _closed(state: PipelineState, event: StageCompleted) -> PipelineState:
    return state if event.stage in state.stages else changed(state, stages=(*state.stages, event.stage))


def _answered(state: PipelineState, event: AnswerReceived) -> PipelineState:
    return changed(state, answers={**state.answers, event.question_id: event.answer})


def _failed(state: PipelineState, event: PipelineFailed) -> PipelineState:
    return changed(state, status="failed", failure=event.failure)


_CHANGES: dict[type[Event], Callable[[Any, Any], PipelineState]] = {
    PipelineStarted: _started,
    PipelineForked: _forked,
    PipelineResumed: _resumed,
    StageCompleted: _closed,
    AnswerReceived: _answered,
    PipelineSuspended: lambda state, _: changed(state, status="suspended"),
    PipelineCompleted: lambda state, _: changed(state, status="completed"),
    PipelineFailed: _failed,
    PipelineCancelled: lambda state, _: changed(state, status="cancelled"),
}
