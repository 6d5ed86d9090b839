"""Analyzers that are told by files what to do, so that a test can direct them in other processes."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from pipeline_core.engine import Analyzer, Event, TaskContext
from pipeline_core.errors import RejectedError
from pipeline_core.events import (
    AlternativesCompleted,
    ArchitectureCompleted,
    DimensionCompleted,
    RisksCompleted,
    ScreeningCompleted,
    SynthesisChunk,
    SynthesisCompleted,
    VerdictCompleted,
)
from pipeline_core.models import (
    ActionItem,
    Alternative,
    AlternativesResult,
    ArchitectureResult,
    DimensionResult,
    Question,
    Risk,
    RisksResult,
    ScreeningResult,
    SynthesisResult,
    VerdictResult,
)
from pipeline_core.suitability import DIMENSIONS
from pipeline_defs.resources import PipelineResource

TASKS = ("screening", *DIMENSIONS, "verdict", "risks", "alternatives", "architecture", "synthesis")
QUESTION = Question(id="volume", text="How many are there?", why="It decides.", priority="blocking")


class Direction:
    """Files in a folder: `hold-<task>` makes a task wait, `fail-<task>` makes it fail, `ask` asks a question.

    Each call of an analyzer leaves a line in `calls`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hold(self, *tasks: str) -> None:
        """Make tasks wait until they are released."""
        for task in tasks:
            (self.folder / f"hold-{task}").touch()

    def release(self, *tasks: str) -> None:
        """Let tasks go on."""
        for task in tasks:
            (self.folder / f"hold-{task}").unlink()

    def fail(self, *tasks: str) -> None:
        """Make tasks fail for good."""
        for task in tasks:
            (self.folder / f"fail-{task}").touch()

    def mend(self, *tasks: str) -> None:
        """Let tasks succeed again."""
        for task in tasks:
            (self.folder / f"fail-{task}").unlink()

    def ask(self) -> None:
        """Make the screening ask a blocking question."""
        (self.folder / "ask").touch()

    def calls(self) -> list[str]:
        """Return the tasks whose analyzers were called, in order."""
        path = self.folder / "calls"
        return path.read_text().split() if path.exists() else []

    def wait_for(self, *tasks: str, seconds: float = 60) -> None:
        """Wait until the analyzers of `tasks` have been called."""
        deadline = time.monotonic() + seconds
        while not set(tasks) <= set(self.calls()):
            assert time.monotonic() < deadline, f"only {self.calls()} were called"
            time.sleep(0.02)


class DirectedPipeline(PipelineResource):
    """The pipeline with analyzers that follow the files in `folder`."""

    folder: str
    seconds: float = 0.0

    def analyzers(self) -> Mapping[str, Analyzer]:
        return {task: DirectedAnalyzer(Path(self.folder), self.seconds) for task in TASKS}


class DirectedAnalyzer:
    """Performs any task."""

    fingerprint = "directed"

    def __init__(self, folder: Path, seconds: float = 0.0) -> None:
        self._folder = folder
        self._seconds = seconds

    async def __call__(self, context: TaskContext, /) -> AsyncIterator[Event]:
        task = context.task
        self._note(task)
        await asyncio.sleep(self._seconds)
        while (self._folder / f"hold-{task}").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        if (self._folder / f"fail-{task}").exists():
            raise RejectedError("was told to fail")
        if task == "synthesis":
            for number in range(20):
                yield SynthesisChunk(text=f"piece {number} ")
        yield completed(task, asks=task == "screening" and (self._folder / "ask").exists())

    def _note(self, task: str) -> None:
        # One write of a short line: whole lines only, whatever other processes do.
        handle = os.open(self._folder / "calls", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, f"{task}\n".encode())
        os.close(handle)


def completed(task: str, *, asks: bool = False) -> Event:
    """Return the event with a result of `task`."""
    if task in DIMENSIONS:
        result = DimensionResult(
            dimension=task, title=task, score="favorable", confidence=0.8, weight=0.1, reasoning="as directed"
        )
        return DimensionCompleted(dimension=task, result=result)
    return _COMPLETED["asking" if asks else task]


def _screened(**fields: Any) -> Event:
    result = ScreeningResult(
        can_evaluate=True, signal="likely_positive", confidence=0.9, reasoning="as directed", **fields
    )
    return ScreeningCompleted(result=result)


_COMPLETED: dict[str, Event] = {
    "screening": _screened(),
    "asking": _screened(questions=(QUESTION,)),
    "verdict": VerdictCompleted(
        result=VerdictResult(
            verdict="STRONG_FIT", confidence=0.8, headline="It fits.", rule="directed", score=80.0
        )
    ),
    "risks": RisksCompleted(
        result=RisksResult(
            risks=(
                Risk(
                    category="technical",
                    title="Drift",
                    description="Inputs change.",
                    severity="low",
                    likelihood="low",
                    mitigation="Watch them.",
                ),
            )
        )
    ),
    "alternatives": AlternativesCompleted(
        result=AlternativesResult(
            alternatives=(
                Alternative(
                    name="Rules",
                    uses_ai=False,
                    description="A few rules.",
                    effort="low",
                    advantages=("cheap",),
                    disadvantages=("brittle",),
                    when_to_choose="if few",
                ),
            )
        )
    ),
    "architecture": ArchitectureCompleted(
        result=ArchitectureResult(architecture=None, reasoning="as directed")
    ),
    "synthesis": SynthesisCompleted(
        result=SynthesisResult(
            executive_summary="It fits. Begin.",
            narrative="piece",
            action_items=(ActionItem(priority="high", title="Begin", detail="Now."),),
            takeaways=("It fits.",),
        )
    ),
}
