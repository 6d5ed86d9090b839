"""State and outcomes as ASCII JSON, and back with the types the pipeline declares."""

import json
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline_core.engine.events import (
    ENGINE_EVENTS,
    Event,
    PipelineCompleted,
    TaskCompleted,
    TaskFailed,
    TaskStarted,
)
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.pipeline import Pipeline
from pipeline_core.engine.state import PipelineState
from pipeline_core.errors import CorruptCheckpointError


class Encoder:
    """Encodes the successive states of one thread; each part of them once."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[object, str]] = {}

    def outcome(self, outcome: Outcome) -> str:
        """Return `outcome` as JSON."""
        return self._part(f"outcome:{outcome.task}", outcome)

    def state(self, state: PipelineState) -> str:
        """Return `state` as JSON, equal to what pydantic would write."""
        outcomes = ",".join(
            f"{json.dumps(task)}:{self.outcome(outcome)}" for task, outcome in state.outcomes.items()
        )
        small = {
            "thread_id": state.thread_id,
            "status": state.status,
            "fingerprint": dict(state.fingerprint),
            "created_at": state.created_at.isoformat(),
            "stages": state.stages,
            "answers": dict(state.answers),
            "failure": state.failure.model_dump(mode="json") if state.failure else None,
            "forked_from": state.forked_from,
        }
        head = json.dumps(small)[:-1]
        return f'{head},"input":{self._part("input", state.input)},"outcomes":{{{outcomes}}}}}'

    def _part(self, name: str, value: BaseModel) -> str:
        known = self._parts.get(name)
        if known is not None and known[0] is value:
            return known[1]
        text = value.model_dump_json(ensure_ascii=True)
        self._parts[name] = (value, text)
        return text


class Decoder:
    """Reads what was stored, or sent elsewhere, with the types of one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        known = (*ENGINE_EVENTS, TaskStarted, TaskCompleted, TaskFailed, *pipeline.events)
        self._events = {kind.model_fields["type"].default: kind for kind in known}

    def state(self, text: str, key: str) -> PipelineState:
        """Return the state in `text`, stored under `key`.

        Raises:
            CorruptCheckpointError: it is not a state of this pipeline.
        """
        try:
            return self._state(json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptCheckpointError(key, _defect(error)) from error

    def outcome(self, text: str, key: str) -> Outcome:
        """Return the outcome in `text`, stored under `key`.

        Raises:
            CorruptCheckpointError: it is not an outcome of a task of this pipeline.
        """
        try:
            return self._outcome(json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptCheckpointError(key, _defect(error)) from error

    def event(self, data: dict[str, Any]) -> Event:
        """Return the event that `data`, its JSON form, describes.

        Raises:
            ValueError: there is no such event in this pipeline, or it lacks something.
        """
        kind = self._events.get(data.get("type", ""))
        if kind is None:
            raise ValueError(f"no event has type {data.get('type')!r}")
        data = dict(data)
        if "input" in data:
            data["input"] = self._pipeline.input.model_validate(data["input"])
        if "state" in data:
            data["state"] = self._state(data["state"])
        if kind is PipelineCompleted:
            data["result"] = self._result(data["result"])
        elif "result" in data and data.get("task") in self._pipeline.tasks:
            data["result"] = self._pipeline.tasks[data["task"]].result.model_validate(data["result"])
        return kind.model_validate(data)

    def _result(self, data: dict[str, Any]) -> BaseModel:
        if self._pipeline.result_type is PipelineState:
            return self._state(data)
        return self._pipeline.result_type.model_validate(data)

    def _state(self, data: dict[str, Any]) -> PipelineState:
        outcomes = {task: self._outcome(outcome) for task, outcome in data["outcomes"].items()}
        given = self._pipeline.input.model_validate(data["input"])
        return PipelineState.model_validate({**data, "outcomes": outcomes, "input": given})

    def _outcome(self, data: dict[str, Any]) -> Outcome:
        result = data["result"]
        if result is not None:
            result = self._pipeline.tasks[data["task"]].result.model_validate(result)
        return Outcome.model_validate({**data, "result": result})


def _defect(error: Exception) -> str:
    """Say what is wrong without repeating what is stored."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    if isinstance(error, KeyError):
        return f"{error} is missing or unknown"
    return "it is not JSON of the expected shape"
