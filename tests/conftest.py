"""What all tests may ask for."""

import os
import signal
from collections.abc import Iterator

import pytest

# Before anything imports numpy: on small matrices its threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A shell without a terminal has its background jobs ignore Ctrl-C, and all they start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Before anything imports it: the conformance suite asserts, and is no test module itself.
pytest.register_assert_rewrite("pipeline_core.testing")

from tests.support.postgres import PostgresServer, running_postgres  # noqa: E402


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A Postgres server for the session; each test makes a database of its own on it."""
    with running_postgres() as server:
        yield server
