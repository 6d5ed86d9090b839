"""How one task ended."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from pipeline_core.engine.failure import Failure


class Outcome(BaseModel):
    """The end of a task: a result, or a recorded failure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    status: Literal["completed", "failed"]
    result: SerializeAsAny[BaseModel] | None = None
    failure: Failure | None = None
    attempt: int
    """The attempt that settled the task, from 1."""
    settled_at: datetime
