"""How a worker reports the end of its task."""

from typing import NamedTuple, final

from pipeline_core.engine.events import Event
from pipeline_core.engine.fold import outcome_of
from pipeline_core.engine.outcome import Outcome


@final
class Ending(NamedTuple):
    """The event that ends a task, and the outcome it reports."""

    event: Event
    outcome: Outcome
    text: str | None = None
    """The result it carries as ASCII JSON, if it carries one."""

    @classmethod
    def of(cls, event: Event, text: str | None = None) -> "Ending":
        """Return what `event`, as it was sent, means for its task."""
        outcome = outcome_of(event)
        assert outcome is not None  # (see `Task`: its types end as those of an end do)
        return cls(event, outcome, text)
