"""Measures runs of the jobs: `python -m benchmarks.dagster_runs [--runs 3] [--multiprocess]`.

Each row is one storage and one way to execute; all of them run in this one process, warm, one after the
other in turn. `overhead` is the wall time of the run beyond the critical path of its tasks.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg

from benchmarks.dagster_runs import sleeping
from pipeline_defs.storage import POSTGRES_URL_VARIABLE, psycopg2_url
from tests.support.postgres import running_postgres

SECONDS = 0.5
IDEAL = SECONDS * sleeping.CRITICAL_PATH
CONFIGURATION = Path(__file__).parents[2] / "dagster.yaml"
STOCK = "telemetry: {enabled: false}\n"
STOCK_POSTGRES = STOCK + "storage: {postgres: {postgres_url: {env: STOCK_POSTGRES_URL}}}\n"

Row = tuple[str, str, Callable[[], dg.JobDefinition], dict[str, Any]]


def main() -> None:
    """Run all rows in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each row is run")
    parser.add_argument("--multiprocess", action="store_true", help="also with a process for each step")
    options = parser.parse_args()
    threads: dict[str, Any] = {"threads": {}}
    rows: list[Row] = [
        ("threads", "13 steps", sleeping.stepwise, threads),
        ("threads", "1 step", sleeping.compact, threads),
        ("in_process", "13 steps", sleeping.stepwise, {"in_process": {}}),
    ]
    if options.multiprocess:
        # As many processes as there are cores, which is Dagster's default, and as many as could be of use.
        rows.append(("multiprocess", "13 steps", sleeping.stepwise, {"multiprocess": {}}))
        rows.append(("multi, 8", "13 steps", sleeping.stepwise, {"multiprocess": {"max_concurrent": 8}}))
    with sites() as found:
        times: dict[tuple[str, str, str], list[float]] = {}
        for site in found.values():
            run(site, sleeping.compact, threads)
        for _ in range(options.runs):
            for storage, site in found.items():
                for executor, steps, job, execution in rows:
                    if "multiprocess" in execution and "sqlite" not in storage:
                        continue
                    taken = run(site, job, execution)
                    times.setdefault((storage, executor, steps), []).append(taken)
    walls = {row: statistics.median(taken) for row, taken in times.items()}
    print(f"{'storage':16} {'executor':14} {'job':10} {'wall s':>8} {'overhead s':>11} {'of in_process':>14}")
    for (storage, executor, steps), wall in walls.items():
        stock = walls[f"{storage.partition(',')[0]}, stock", "in_process", "13 steps"]
        print(f"{storage:16} {executor:14} {steps:10} {wall:8.2f} {wall - IDEAL:11.2f} {wall / stock:14.3f}")


def run(site: "Site", job: Callable[[], dg.JobDefinition], execution: dict[str, Any]) -> float:
    """Run a job once and return how long that took."""
    config = {
        "resources": {"pipeline": {"config": {"seconds": SECONDS}}},
        "execution": {"config": execution},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    began = time.perf_counter()
    with site.entered():
        result = dg.execute_job(dg.reconstructable(job), site.instance, run_config=config)
    taken = time.perf_counter() - began
    assert result.success
    return taken


@dataclass
class Site:
    """An instance, and the environment that processes of its runs need."""

    environment: dict[str, str]
    instance: dg.DagsterInstance = field(init=False)

    def __post_init__(self) -> None:
        with self.entered():
            self.instance = dg.DagsterInstance.from_config(self.environment["DAGSTER_HOME"])

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Set the environment for a while."""
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name in self.environment:
                del os.environ[name]


@contextmanager
def sites() -> Iterator[dict[str, Site]]:
    """Yield instances by name: our storage and Dagster's own, on SQLite and on Postgres."""
    folder = Path(tempfile.mkdtemp(prefix="suitability-bench-"))
    with running_postgres() as postgres:
        ours, stock = postgres.create_database(), psycopg2_url(postgres.create_database())
        found = {
            "sqlite": _site(folder / "sqlite", CONFIGURATION.read_text()),
            "sqlite, stock": _site(folder / "sqlite-stock", STOCK),
            "postgres": _site(folder / "postgres", CONFIGURATION.read_text(), {POSTGRES_URL_VARIABLE: ours}),
            "postgres, stock": _site(
                folder / "postgres-stock", STOCK_POSTGRES, {"STOCK_POSTGRES_URL": stock}
            ),
        }
        try:
            yield found
        finally:
            for site in found.values():
                site.instance.dispose()
    shutil.rmtree(folder)


def _site(home: Path, configuration: str, environment: dict[str, str] | None = None) -> Site:
    home.mkdir()
    (home / "dagster.yaml").write_text(configuration)
    return Site({"DAGSTER_HOME": str(home), **(environment or {})})


if __name__ == "__main__":
    main()
