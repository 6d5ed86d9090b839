"""An analyzer that does not end when it is told to."""

import asyncio
from contextlib import suppress
from typing import Literal

from pipeline_core.engine import Event
from pipeline_core.testing import BlockingAnalyzer


class _Stubborn(asyncio.Event):
    """An event for which its waiters wait although they are cancelled."""

    async def wait(self) -> Literal[True]:
        while not self.is_set():
            with suppress(asyncio.CancelledError):
                await super().wait()
        return True


class StuckAnalyzer(BlockingAnalyzer):
    """Ignores its cancellation until it is released."""

    def __init__(self, *script: Event | BaseException) -> None:
        super().__init__(*script)
        self.released = _Stubborn()
