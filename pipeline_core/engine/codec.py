"""State and outcomes as ASCII JSON, and back with the types the pipeline declares."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline_core.engine import json_text
from pipeline_core.engine.events import (
    ENGINE_EVENTS,
    Event,
    PipelineCompleted,
    PipelineForked,
    PipelineResumed,
    PipelineStarted,
    TaskCompleted,
    TaskFailed,
    TaskStarted,
)
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.state import PipelineState
from pipeline_core.engine.stored import ascii_json
from pipeline_core.errors import CorruptCheckpointError


class Encoder:
    """Encodes the successive states of one thread; each part of them once."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}
        self._known: list[object] = []

    def know(self, value: object, text: str) -> str:
        """Use `text` for `value` from now on, and return it."""
        # The value is kept, so that no other object can get its identity.
        self._known.append(value)
        self._texts[id(value)] = text
        return text

    def outcome(self, outcome: Outcome) -> str:
        """Return `outcome` as JSON."""
        return self._member(outcome).partition(":")[2]

    def _member(self, outcome: Outcome) -> str:
        """Return `outcome` as a member of the object of all outcomes."""
        known = self._texts.get(id(outcome))
        if known is not None:
            return known
        result = "null" if outcome.result is None else self._text(outcome.result)
        failure = "null" if outcome.failure is None else self._text(outcome.failure)
        # Names of tasks need no escaping: see `Task`.
        return self.know(
            outcome,
            f'"{outcome.task}":'
            f'{{"task":"{outcome.task}","status":"{outcome.status}","attempt":{outcome.attempt},'
            f'"settled_at":"{outcome.settled_at.isoformat()}","failure":{failure},"result":{result}}}',
        )

    def state(self, state: PipelineState) -> tuple[str, ...]:
        """Return `state` as JSON, equal to what pydantic would write, in pieces."""
        failure = json.dumps(state.failure.model_dump(mode="json")) if state.failure else "null"
        fingerprint, given = self._mapping(state.fingerprint), self._text(state.input)
        head = (
            f'{{"thread_id": {json_text.text(state.thread_id)}, "status": {json_text.text(state.status)}, '
            f'"created_at": "{state.created_at.isoformat()}", "stages": {json_text.array(state.stages)}, '
            f'"answers": {json_text.mapping(state.answers)}, "failure": {failure}, '
            f'"forked_from": {json_text.text(state.forked_from)},"fingerprint":'
        )
        members = [piece for found in state.outcomes.values() for piece in (",", self._member(found))]
        return (head, fingerprint, ',"input":', given, ',"outcomes":{', *members[1:], "}}")

    def _mapping(self, value: Mapping[str, str]) -> str:
        known = self._texts.get(id(value))
        return self.know(value, json_text.mapping(value)) if known is None else known

    def _text(self, value: BaseModel) -> str:
        known = self._texts.get(id(value))
        return self.know(value, ascii_json(value)) if known is None else known


class Decoder:
    """Reads what was stored, or sent elsewhere, with the types of one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        known = (*ENGINE_EVENTS, TaskStarted, TaskCompleted, TaskFailed, *pipeline.events)
        self._events = {kind.model_fields["type"].default: kind for kind in known}

    def state(self, text: str, key: str, *, partly: bool = False) -> PipelineState:
        """Return the state in `text`, stored under `key`; with `partly`, without outcomes it cannot read.

        Raises:
            CorruptCheckpointError: it is not a state of this pipeline.
        """
        try:
            data = json.loads(text)
            if partly:
                data["outcomes"] = {
                    task: outcome for task, outcome in data["outcomes"].items() if self._reads(outcome)
                }
            return self._state(data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CorruptCheckpointError(key, _defect(error)) from error

    def fingerprint(self, text: str) -> dict[str, str]:
        """Return what a stored state says it was made with, even if the rest cannot be read."""
        try:
            return {str(part): str(value) for part, value in json.loads(text)["fingerprint"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def outcome(self, text: str, key: str) -> Outcome:
        """Return the outcome in `text`, stored under `key`.

        Raises:
            CorruptCheckpointError: it is not an outcome of a task of this pipeline.
        """
        try:
            return self._outcome(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CorruptCheckpointError(key, _defect(error)) from error

    def event(self, data: dict[str, Any]) -> Event:
        """Return the event that `data`, its JSON form, describes.

        Raises:
            ValueError: there is no such event in this pipeline, or it lacks something.
        """
        kind = self._events.get(data.get("type", ""))
        if kind is None:
            raise ValueError(f"no event has type {data.get('type')!r}")
        task = self._pipeline.tasks.get(data.get("task") or "")
        try:
            if kind is PipelineStarted:
                data = {**data, "input": _read(self._pipeline.input, data["input"])}
            elif kind in (PipelineResumed, PipelineForked):
                data = {**data, "state": self._state(data["state"])}
            elif kind is PipelineCompleted:
                data = {**data, "result": self._result(data["result"])}
            elif task is not None and kind is task.completed:
                data = {**data, "result": _read(task.result, data["result"])}
        except KeyError as error:
            raise ValueError(f"{data['type']!r} lacks {error}") from error
        return kind.model_validate(data)

    def _result(self, data: dict[str, Any]) -> BaseModel:
        if self._pipeline.result_type is PipelineState:
            return self._state(data)
        return _read(self._pipeline.result_type, data)

    def _state(self, data: dict[str, Any]) -> PipelineState:
        outcomes = {task: self._outcome(outcome) for task, outcome in data["outcomes"].items()}
        given = _read(self._pipeline.input, data["input"])
        return PipelineState.model_validate({**data, "outcomes": outcomes, "input": given})

    def _reads(self, data: dict[str, Any]) -> bool:
        try:
            self._outcome(data)
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        return True

    def _outcome(self, data: dict[str, Any]) -> Outcome:
        result = data["result"]
        if result is not None:
            result = _read(self._pipeline.tasks[data["task"]].result, result)
        return Outcome.model_validate({**data, "result": result})


def _read(kind: type[BaseModel], data: Any) -> BaseModel:
    # As JSON again: what is JSON to pydantic may be more than what is a Python value to it.
    return kind.model_validate_json(json.dumps(data))


def _defect(error: Exception) -> str:
    """Say what is wrong without repeating what is stored."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, KeyError):
        return f"{error} is missing or unknown"
    return "it is not JSON of the expected shape"
