"""Both checkpointers of the core keep the contract."""

from pathlib import Path

import pytest

from pipeline_core.engine import Checkpointer, MemoryCheckpointer
from pipeline_core.testing import CheckpointerSuite, Factory, sqlite_factory


class TestMemoryCheckpointer(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def checkpointer(self) -> Checkpointer:
        return MemoryCheckpointer()


class TestSqliteCheckpointer(CheckpointerSuite):
    __test__ = True

    @pytest.fixture
    def factory(self, tmp_path: Path) -> Factory:
        return sqlite_factory(tmp_path)
