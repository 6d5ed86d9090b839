"""Questions to the user and what may be answered."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Priority = Literal["blocking", "helpful"]


class Question(BaseModel):
    """Something only the user knows.

    A blocking question suspends the thread until it is answered. A helpful one never stops it; its
    answer, if it comes, reaches the stages that have not run yet.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Short, stable, unique in its thread; what an answer names."""
    text: str
    why: str = ""
    """What the answer would change."""
    priority: Priority = "helpful"
    dimension: str | None = None
    """The dimension whose score the answer would move, if it is about one."""
    options: tuple[str, ...] = ()
    """Suggested answers. With `allow_other` false, the only ones accepted."""
    allow_other: bool = True
