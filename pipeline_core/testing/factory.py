"""How any process builds the same checkpointer."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_core.engine.checkpoint import Checkpointer
from pipeline_core.engine.sqlite import SqliteCheckpointer


@dataclass(frozen=True, slots=True)
class Factory:
    """An importable function and its one argument; calling it builds a checkpointer.

    Two calls, in one process or in two, give checkpointers on the same rows.
    """

    target: str
    """`package.module:function`."""
    argument: str

    def __call__(self) -> Checkpointer:
        """Build a checkpointer; the caller closes it."""
        return load(self.target)(self.argument)


def load(target: str) -> Callable[..., Any]:
    """Return what `package.module:name` names."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def sqlite(path: str) -> Checkpointer:
    """Build the checkpointer of `sqlite_factory`."""
    return SqliteCheckpointer(path)


def sqlite_factory(folder: Path) -> Factory:
    """Return a factory of checkpointers on one SQLite file in `folder`."""
    return Factory(f"{__name__}:sqlite", str(folder / "threads.sqlite"))
