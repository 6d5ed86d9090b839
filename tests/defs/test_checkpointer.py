"""The checkpointer on Dagster's run storage keeps the engine's contract."""

from pathlib import Path

import pytest

from pipeline_core.testing import CheckpointerSuite, Factory
from tests.defs.factories import checkpointer_factory


class TestOnSqlite(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def factory(self, sqlite_home: Path) -> Factory:
        return checkpointer_factory(sqlite_home)


class TestOnPostgres(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def factory(self, postgres_home: Path) -> Factory:
        return checkpointer_factory(postgres_home)
