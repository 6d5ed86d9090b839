"""What a run is given: the form of the launchpad."""

import hashlib
import re

import dagster as dg
from pydantic import Field

from pipeline_core import PipelineInput
from pipeline_core.intake import read_problem

EXAMPLE = (
    "About 400 support emails reach us every day, and two people sort them by hand into 12 queues. A wrong "
    "queue costs the customer half an hour. We have three years of tickets with the queue they ended up in, "
    "and an agent reads every mail anyway before anything is answered."
)


class ProblemConfig(dg.Config):
    """The problem to judge: its text, or the path of a file that holds it."""

    problem: str = Field(
        default=EXAMPLE,
        description="What should be solved, in your own words. Say how much there is of it, what a mistake "
        "costs, what data there is and how it is done today.",
    )
    context: str = Field(default="", description="What else is known: the organisation, its constraints.")
    path: str = Field(
        default="",
        description="Path of a file (.md, .txt, .json) on the machine of the run; read instead of `problem`.",
    )
    name: str = Field(
        default="",
        description="Name under which the report is filed, and compared with earlier ones of the same name; "
        "made from the text if empty.",
    )

    def given(self) -> PipelineInput:
        """Return the input of the pipeline.

        Raises:
            InputError: the text or the file cannot be used.
        """
        if self.path:
            return read_problem(self.path, context=self.context or None)
        return PipelineInput(problem=self.problem, context=self.context or None)


def partition_of(given: PipelineInput, name: str = "") -> str:
    """Return the partition under which the report on a problem is filed.

    The same text has the same partition; a name groups what is the same problem in other words.
    """
    if name.strip():
        return _slug(name, 80)
    # Short: plots write the names of partitions beneath each other's points.
    digest = hashlib.sha256(f"{given.problem}\0{given.context or ''}".encode()).hexdigest()[:8]
    return f"{_slug(given.problem, 20)}-{digest}"


def _slug(text: str, limit: int) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return words[:limit].rstrip("-") or "problem"
