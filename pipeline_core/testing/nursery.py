"""Starts child processes fast: by a small server that has imported everything and forks."""

import json
import subprocess
import sys
from dataclasses import asdict
from types import TracebackType

from pipeline_core.testing.child import Order
from pipeline_core.testing.factory import Factory


class Nursery:
    """A context manager in which children can be started."""

    def __init__(self, factory: Factory) -> None:
        module = factory.target.partition(":")[0]
        self._server = subprocess.Popen(
            [sys.executable, "-m", "pipeline_core.testing.nursery_server", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.communicate()

    def start(self, order: Order) -> int:
        """Start a child that obeys `order`, and return its process id."""
        return self._ask(f"start {json.dumps(asdict(order))}")

    def wait(self, pid: int) -> int:
        """Wait for the end of a child, and return its exit code; negative for a signal."""
        return self._ask(f"wait {pid}")

    def _ask(self, line: str) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(f"{line}\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())
