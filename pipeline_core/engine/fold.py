"""The one place where events change state."""

from collections.abc import Iterable
from typing import overload

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


def apply(state: PipelineState | None, event: Event) -> PipelineState:  # noqa: PLR0911
    """Return the state after `event`; the same object where the event changes nothing.

    Events of sibling tasks commute.

    Raises:
        ValueError: the first event of a thread does not start it.
    """
    match event:
        case PipelineStarted():
            return PipelineState.model_construct(
                thread_id=event.thread_id,
                status="running",
                input=event.input,
                fingerprint=event.fingerprint,
                created_at=event.timestamp,
            )
        case PipelineForked():
            return event.state
        case PipelineResumed():
            return _resumed(state, event.state)
        case _ if state is None:
            raise ValueError(f"a thread cannot begin with {event.type!r}")
        case StageCompleted():
            if event.stage in state.stages:
                return state
            return state.model_copy(update={"stages": (*state.stages, event.stage)})
        case AnswerReceived():
            return state.model_copy(update={"answers": {**state.answers, event.question_id: event.answer}})
        case PipelineSuspended():
            return state.model_copy(update={"status": "suspended"})
        case PipelineCompleted():
            return state.model_copy(update={"status": "completed"})
        case PipelineFailed():
            return state.model_copy(update={"status": "failed", "failure": event.failure})
        case PipelineCancelled():
            return state.model_copy(update={"status": "cancelled"})
        case _:
            return _settled(state, event)


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
    kind = event.type.rpartition(":")[2]
    if event.task is None or (kind not in ("completed", "failed")):
        return None
    return Outcome.model_construct(
        task=event.task,
        status=kind,
        result=getattr(event, "result", None),
        failure=getattr(event, "failure", None),
        attempt=event.attempt,
        settled_at=event.timestamp,
    )


def _settled(state: PipelineState, event: Event) -> PipelineState:
    outcome = outcome_of(event)
    if outcome is None:
        return state
    return state.model_copy(update={"outcomes": {**state.outcomes, outcome.task: outcome}})


def _resumed(state: PipelineState | None, durable: PipelineState) -> PipelineState:
    if state is None or state.thread_id != durable.thread_id:
        return durable
    kept = {task: outcome for task, outcome in state.outcomes.items() if outcome.status == "completed"}
    closed = (*durable.stages, *(stage for stage in state.stages if stage not in durable.stages))
    return durable.model_copy(
        update={
            "outcomes": {**durable.outcomes, **kept},
            "stages": closed,
            "answers": {**state.answers, **durable.answers},
        }
    )
