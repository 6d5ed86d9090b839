"""What all tests may ask for."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresServer, running_postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A Postgres server for the session; each test makes a database of its own on it."""
    with running_postgres() as server:
        yield server
