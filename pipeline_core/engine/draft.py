"""Events that are to become durable together."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline_core.engine.ending import Ending
from pipeline_core.engine.envelope import Envelope
from pipeline_core.engine.events import Event
from pipeline_core.engine.fold import apply, settle
from pipeline_core.engine.state import PipelineState


class Draft:
    """Events without numbers yet, and the state after them.

    Args:
        state: the state before them.
        envelope: for those that were not sent yet; the others keep their time.
        said: the first of them.
    """

    def __init__(self, state: PipelineState, envelope: Envelope, said: Iterable[Event | Ending] = ()) -> None:
        self.state = state
        self.events: list[Event] = []
        self._envelope = envelope
        for one in said:
            self.add(one)

    def add(self, said: Event | Ending) -> None:
        """Append an event."""
        if isinstance(said, Ending):
            self.state = settle(self.state, said.outcome)
            self.events.append(said.event)
            return
        event = said if said.thread_id else self._envelope.around(said, datetime.now(UTC))
        self.state = apply(self.state, event)
        self.events.append(event)
