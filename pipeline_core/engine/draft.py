"""Events that are to become durable together."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pipeline_core.engine.envelope import Envelope
from pipeline_core.engine.events import Event
from pipeline_core.engine.fold import apply
from pipeline_core.engine.state import PipelineState


class Draft:
    """Events without numbers yet, and the state after them.

    Args:
        state: the state before them.
        envelope: goes around them.
        said: the first of them.
    """

    def __init__(self, state: PipelineState, envelope: Envelope, said: Iterable[Event] = ()) -> None:
        self.state = state
        self.events: list[Event] = []
        self._envelope = envelope
        for event in said:
            self.add(event)

    def add(self, said: Event) -> None:
        """Append an event."""
        event = self._envelope.around(said, datetime.now(UTC))
        self.state = apply(self.state, event)
        self.events.append(event)
