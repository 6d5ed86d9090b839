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
from pathlib import Path
from typing import Any

import dagster as dg

from benchmarks.dagster_runs import sleeping
from pipeline_defs.storage import POSTGRES_URL_VARIABLE
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
        rows.append(("multiprocess", "13 steps", sleeping.stepwise, {"multiprocess": {"max_concurrent": 8}}))
    with instances() as found:
        times: dict[tuple[str, str, str], list[float]] = {}
        for instance in found.values():
            run(instance, sleeping.compact, threads)
        for _ in range(options.runs):
            for storage, instance in found.items():
                for executor, steps, job, execution in rows:
                    taken = run(instance, job, execution)
                    times.setdefault((storage, executor, steps), []).append(taken)
    print(f"{'storage':16} {'executor':14} {'job':10} {'wall s':>8} {'overhead s':>11}  (median of {options.runs})")
    for (storage, executor, steps), taken in times.items():
        wall = statistics.median(taken)
        print(f"{storage:16} {executor:14} {steps:10} {wall:8.2f} {wall - IDEAL:11.2f}")


def run(
    instance: dg.DagsterInstance, job: Callable[[], dg.JobDefinition], execution: dict[str, Any]
) -> float:
    """Run a job once and return how long that took."""
    config = {
        "resources": {"pipeline": {"config": {"seconds": SECONDS}}},
        "execution": {"config": execution},
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
    }
    began = time.perf_counter()
    result = dg.execute_job(dg.reconstructable(job), instance, run_config=config)
    taken = time.perf_counter() - began
    assert result.success
    return taken


@contextmanager
def instances() -> Iterator[dict[str, dg.DagsterInstance]]:
    """Yield instances by name: our storage and Dagster's own, on SQLite and on Postgres."""
    folder = Path(tempfile.mkdtemp(prefix="suitability-bench-"))
    with running_postgres() as postgres:
        urls = [postgres.create_database(), postgres.create_database()]
        os.environ["STOCK_POSTGRES_URL"] = urls[1]
        found = {
            "sqlite": _instance(folder / "sqlite", CONFIGURATION.read_text()),
            "sqlite, stock": _instance(folder / "sqlite-stock", STOCK),
            "postgres": _instance(folder / "postgres", CONFIGURATION.read_text(), urls[0]),
            "postgres, stock": _instance(folder / "postgres-stock", STOCK_POSTGRES),
        }
        try:
            yield found
        finally:
            for instance in found.values():
                instance.dispose()
    shutil.rmtree(folder)


def _instance(home: Path, configuration: str, url: str | None = None) -> dg.DagsterInstance:
    home.mkdir()
    (home / "dagster.yaml").write_text(configuration)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ.pop(POSTGRES_URL_VARIABLE, None)
    if url is not None:
        os.environ[POSTGRES_URL_VARIABLE] = url
    instance = dg.DagsterInstance.from_config(str(home))
    os.environ.pop(POSTGRES_URL_VARIABLE, None)
    return instance


if __name__ == "__main__":
    main()
