"""The checkpointer on Dagster's run storage keeps the engine's contract."""

from pathlib import Path

import dagster as dg
import pytest

from pipeline_core.engine import Checkpointer
from pipeline_core.testing import CheckpointerSuite, Factory
from pipeline_defs.checkpointer import DagsterCheckpointer


def open_checkpointer(home: str) -> Checkpointer:
    """Build a checkpointer on the instance in `home`; the environment says where its storage is."""
    return DagsterCheckpointer(dg.DagsterInstance.from_config(home))


class TestOnSqlite(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def factory(self, sqlite_home: Path) -> Factory:
        return Factory(f"{__name__}:open_checkpointer", str(sqlite_home))


class TestOnPostgres(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def factory(self, postgres_home: Path) -> Factory:
        return Factory(f"{__name__}:open_checkpointer", str(postgres_home))
