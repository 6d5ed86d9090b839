"""Dagster instances for tests, as `dagster.yaml` at the top level configures them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster_postgres import DagsterPostgresStorage
from sqlalchemy.engine import make_url

from pipeline_defs.storage import POSTGRES_URL_VARIABLE, psycopg2_url
from tests.support.postgres import PostgresServer

CONFIGURATION = Path(__file__).parents[2] / "dagster.yaml"


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a database that holds Dagster's tables, to be copied by each test."""
    url = postgres_server.create_database()
    DagsterPostgresStorage(psycopg2_url(url))
    yield str(make_url(url).database)
    postgres_server.drop_database(url)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A database of its own for one test, with Dagster's tables in it."""
    url = postgres_server.create_database(postgres_template)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DAGSTER_HOME whose SQLite files are set up, to be copied by each test."""
    folder = tmp_path_factory.mktemp("dagster_home")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv(POSTGRES_URL_VARIABLE, raising=False)
        _home(folder, monkeypatch)
        with dg.DagsterInstance.from_config(str(folder)):
            pass
    return folder


@pytest.fixture
def sqlite_home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DAGSTER_HOME on SQLite, which subprocesses inherit."""
    monkeypatch.delenv(POSTGRES_URL_VARIABLE, raising=False)
    shutil.copytree(sqlite_template, tmp_path, dirs_exist_ok=True)
    return _home(tmp_path, monkeypatch)


@pytest.fixture
def postgres_home(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DAGSTER_HOME on Postgres, which subprocesses inherit."""
    monkeypatch.setenv(POSTGRES_URL_VARIABLE, postgres_url)
    return _home(tmp_path, monkeypatch)


@pytest.fixture
def sqlite_instance(sqlite_home: Path) -> Iterator[dg.DagsterInstance]:
    """An instance on SQLite."""
    with dg.DagsterInstance.from_config(str(sqlite_home)) as instance:
        yield instance


@pytest.fixture
def postgres_instance(postgres_home: Path) -> Iterator[dg.DagsterInstance]:
    """An instance on Postgres."""
    with dg.DagsterInstance.from_config(str(postgres_home)) as instance:
        yield instance


@pytest.fixture(params=["sqlite", "postgres"])
def instance(request: pytest.FixtureRequest) -> dg.DagsterInstance:
    """An instance on each storage in turn."""
    return request.getfixturevalue(f"{request.param}_instance")


@pytest.fixture
def stock_instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance as Dagster makes it without any configuration."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def _home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(CONFIGURATION, folder / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    return folder
