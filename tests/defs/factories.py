"""How any process of a test builds the checkpointer on the same instance."""

from functools import lru_cache
from pathlib import Path

import dagster as dg

from pipeline_core.engine import Checkpointer
from pipeline_core.testing import Factory
from pipeline_defs.checkpointer import DagsterCheckpointer


def checkpointer_factory(home: Path) -> Factory:
    """Return a factory of checkpointers on the instance in `home`.

    The environment says where its storage is.
    """
    return Factory(f"{__name__}:open_checkpointer", str(home))


def open_checkpointer(home: str) -> Checkpointer:
    """Build a checkpointer of `checkpointer_factory`."""
    return DagsterCheckpointer(_instance(home))


@lru_cache(maxsize=1)
def _instance(home: str) -> dg.DagsterInstance:
    # To open one takes longer than what most tests do with it. Each checkpointer has connections of its own.
    return dg.DagsterInstance.from_config(home)
