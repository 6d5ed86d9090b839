"""The loopback provider in a process of its own: it must not share the interpreter with what it measures."""

import multiprocessing
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, cast

from tests.support.llm_server import Reply, running_llm_server


@dataclass(frozen=True)
class Record:
    """What the provider saw of all requests."""

    most_active: int
    spans: list[tuple[float, float]]
    """When each request began and ended, by the monotonic clock of this machine."""

    def use(self, limit: int) -> float:
        """Return the share of `limit` in use between the first and the last moment at which all of it was."""
        steps = sorted([(begun, 1) for begun, _ in self.spans] + [(ended, -1) for _, ended in self.spans])
        active, area, full = 0, 0.0, list[tuple[float, float]]()
        before = steps[0][0]
        for now, change in steps:
            area += active * (now - before)
            before = now
            active += change
            if active == limit:
                full.append((now, area))
        (first, area_then), (last, area_at_last) = full[0], full[-1]
        return (area_at_last - area_then) / (limit * (last - first))


@dataclass(frozen=True)
class ProviderProcess:
    """The running process."""

    base_url: str
    _pipe: "Connection[Any, Any]"

    def record(self) -> Record:
        """Return what was seen so far, and forget it."""
        self._pipe.send("record")
        return cast("Record", self._pipe.recv())


@contextmanager
def provider_process(reply: Reply) -> Generator[ProviderProcess]:
    """Run a provider that gives `reply` to everything."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, reply), daemon=True)
    process.start()
    try:
        yield ProviderProcess(cast("str", ours.recv()), ours)
    finally:
        ours.send("stop")
        process.join(10)
        ours.close()
        process.close()


def _serve(pipe: "Connection[Any, Any]", reply: Reply) -> None:
    with running_llm_server() as server:
        server.script = lambda _: reply
        pipe.send(server.openai_url)
        while pipe.recv() == "record":
            spans = [(each.begun, each.ended) for each in server.requests()]
            pipe.send(Record(server.most_active, spans))
            server.asked, server.most_active = [], 0
