"""What a pipeline is made of: stages in the order of their dependencies, and the tasks in them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pydantic import BaseModel

from pipeline_core.engine.events import Event, TaskCompleted, TaskFailed, TaskStarted
from pipeline_core.engine.failure import Failure
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.state import PipelineState
from pipeline_core.errors import PipelineDefinitionError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}", re.ASCII)


def _check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise PipelineDefinitionError(
            f"{name[:40]!r} cannot name a {what}: use 1 to 100 letters, digits, '.', '_' or '-'"
        )


def _task_failed(failure: Failure) -> Event:
    return TaskFailed(failure=failure)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One unit of work and the words it uses."""

    name: str
    result: type[BaseModel]
    emits: type[Event] | tuple[type[Event], ...] = Event
    """The events its analyzer may yield, besides the one that carries the result."""
    started: Callable[[], Event] = TaskStarted
    """Makes the event that says that it began; called once."""
    completed: type[Event] = TaskCompleted
    """The event that carries the result, in a field `result`; its type ends in `:completed`."""
    failed: Callable[[Failure], Event] = _task_failed
    """Makes the event of a failure; its type ends in `:failed`."""

    def __post_init__(self) -> None:
        _check_name("task", self.name)
        completed = self.completed.model_fields
        if "result" not in completed or not str(completed["type"].default).endswith(":completed"):
            raise PipelineDefinitionError(
                f"task {self.name!r}: {self.completed.__name__} needs a field `result` and a type that ends "
                "in ':completed'"
            )
        if self.start.type.endswith((":completed", ":failed")):
            raise PipelineDefinitionError(
                f"task {self.name!r} begins with {self.start.type!r}, which would end it"
            )
        failed = self.failed(Failure(kind="bug", message="tried out"))
        if getattr(failed, "failure", None) is None or not failed.type.endswith(":failed"):
            raise PipelineDefinitionError(
                f"task {self.name!r}: {type(failed).__name__} needs a field `failure` and a type that ends "
                "in ':failed'"
            )

    @cached_property
    def start(self) -> Event:
        """What `started` made."""
        return self.started()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Tasks that run at once, after other stages."""

    name: str
    tasks: tuple[Task, ...]
    after: tuple[str, ...] = ()
    """The stages whose results its tasks are given."""
    quorum: int | None = None
    """How many tasks must have a result for the pipeline to go on; None means all."""
    required: frozenset[str] = frozenset()
    """Tasks that must have a result whatever the quorum."""

    def __post_init__(self) -> None:
        _check_name("stage", self.name)
        if unknown := self.required.difference(self.task_names):
            raise PipelineDefinitionError(
                f"stage {self.name!r} requires {min(unknown)!r}, which it does not have"
            )
        if self.quorum is not None and not 0 <= self.quorum <= len(self.tasks):
            raise PipelineDefinitionError(
                f"stage {self.name!r} wants {self.quorum} results of its {len(self.tasks)} tasks"
            )

    @cached_property
    def task_names(self) -> tuple[str, ...]:
        """Names of its tasks, in the order of declaration."""
        return tuple(task.name for task in self.tasks)

    def without_result(self, state: PipelineState) -> tuple[str, ...]:
        """Return the tasks that have no result, in the order of declaration."""
        return tuple([name for name in self.task_names if not state.has_result(name)])

    def shortfall(self, state: PipelineState) -> tuple[str, ...]:
        """Return the tasks without a result if too many, or a required one, are missing; else nothing."""
        missing = self.without_result(state)
        quorum = len(self.tasks) if self.quorum is None else self.quorum
        if len(self.tasks) - len(missing) < quorum or self.required.intersection(missing):
            return missing
        return ()


def _no_summary(_: PipelineState) -> Mapping[str, str]:
    return {}


def _whole_state(state: PipelineState) -> BaseModel:
    return state


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Stages, input, result and events; the engine knows nothing else of what it runs.

    Raises:
        PipelineDefinitionError: there are no stages, names collide, a dependency is unknown, or
            dependencies form a cycle.
    """

    name: str
    input: type[BaseModel]
    stages: tuple[Stage, ...]
    """In any order; afterwards in the order in which they run."""
    events: tuple[type[Event], ...] = ()
    """The event classes of the analyzers."""
    result: Callable[[PipelineState], BaseModel] = _whole_state
    """Makes the result that `pipeline:completed` carries from the final state."""
    result_type: type[BaseModel] = PipelineState
    summary: Callable[[PipelineState], Mapping[str, str]] = _no_summary
    """A few short facts to list the thread with."""
    _before: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]], init=False, repr=False, compare=False
    )
    _tasks: dict[str, Task] = field(default_factory=dict[str, Task], init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stages", tuple(_in_order(self.stages)))
        if not self.stages:
            raise PipelineDefinitionError(f"pipeline {self.name!r} has no stages")
        for task in (task for stage in self.stages for task in stage.tasks):
            if task.name in self._tasks:
                raise PipelineDefinitionError(f"two tasks are named {task.name!r}")
            self._tasks[task.name] = task
        types = [kind.model_fields["type"].default for kind in self.events]
        if twice := {name for name in types if types.count(name) > 1}:
            raise PipelineDefinitionError(f"two events have the type {', '.join(map(repr, sorted(twice)))}")

        for stage in self.stages:
            before = self.ancestors(stage)
            self._before[stage.name] = tuple(
                [name for other in self.stages if other.name in before for name in other.task_names]
            )

    @property
    def tasks(self) -> Mapping[str, Task]:
        """All tasks by name, in the order of their stages."""
        return self._tasks

    @cached_property
    def stage_names(self) -> tuple[str, ...]:
        """Names of all stages, in the order in which they run."""
        return tuple(stage.name for stage in self.stages)

    def stage(self, name: str) -> Stage:
        """Return the stage `name`; KeyError if there is none."""
        return next(stage for stage in self.stages if stage.name == name)

    def stage_of(self, task: str) -> Stage:
        """Return the stage that `task` belongs to.

        Raises:
            PipelineDefinitionError: no stage has this task.
        """
        for stage in self.stages:
            if task in stage.task_names:
                return stage
        raise PipelineDefinitionError(f"no task is named {task!r}; tasks: {', '.join(self._tasks)}")

    def ancestors(self, stage: Stage) -> frozenset[str]:
        """Return the names of all stages that `stage` depends on, directly or not."""
        found: set[str] = set()
        waiting = list(stage.after)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.stage(name).after)
        return frozenset(found)

    def known_to(self, stage: Stage, state: PipelineState) -> dict[str, Outcome]:
        """Return the outcomes that the tasks of `stage` are given: of the stages it depends on."""
        outcomes = state.outcomes
        return {name: outcomes[name] for name in self._before[stage.name] if name in outcomes}

    def fingerprint(self, analyzers: Mapping[str, Any]) -> dict[str, str]:
        """Return what shapes an analysis, part by part: the stages, and each task's analyzer.

        An analyzer may say in an attribute `fingerprint` what it depends on (versions, models); else
        its qualified name stands for it.
        """
        parts = {f"stage:{stage.name}": ",".join(stage.task_names) for stage in self.stages}
        for name in self._tasks:
            analyzer = analyzers[name]
            parts[f"analyzer:{name}"] = getattr(analyzer, "fingerprint", None) or _qualified_name(analyzer)
        return parts


def _qualified_name(analyzer: Any) -> str:
    name = getattr(analyzer, "__qualname__", type(analyzer).__qualname__)
    return f"{analyzer.__module__}.{name}"


def _in_order(stages: Iterable[Stage]) -> list[Stage]:
    by_name: dict[str, Stage] = {}
    for stage in stages:
        if stage.name in by_name:
            raise PipelineDefinitionError(f"two stages are named {stage.name!r}")
        by_name[stage.name] = stage
    for stage in by_name.values():
        for name in stage.after:
            if name not in by_name:
                raise PipelineDefinitionError(
                    f"stage {stage.name!r} comes after {name!r}, which is not there"
                )
    try:
        order = TopologicalSorter({name: stage.after for name, stage in by_name.items()}).static_order()
        return [by_name[name] for name in order]
    except CycleError as error:
        raise PipelineDefinitionError(f"stages depend on each other in a circle: {error.args[1]}") from error
