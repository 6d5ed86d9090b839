"""Many problems through a daemon on Postgres, with a bounded number of runs at a time.

    python -m benchmarks.load --problems 200 --concurrent 4

Drops one table into the inbox of a fresh installation and waits until each problem has its verdict. Fails
if a problem is lost or judged twice. Uses SUITABILITY_TEST_POSTGRES_URL, or a server found on the machine
or in a wheel, as the tests do.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import dagster as dg
import psutil

from pipeline_defs.inbox import INBOX_KEY
from pipeline_defs.inbox import VARIABLE as INBOX
from pipeline_defs.report_asset import REPORT
from pipeline_defs.storage import POSTGRES_URL_VARIABLE
from pipeline_defs.thread_runs import open_checkpointer
from tests.support.daemon import running_daemon
from tests.support.postgres import running_postgres

CONFIGURATION = Path(__file__).parents[1] / "dagster.yaml"
WORKSPACE = """\
load_from:
  - python_module: {module_name: pipeline_defs.definitions, location_name: suitability}
"""
PROBLEM = (
    "About {count} support emails reach us every day, and two people sort them by hand into 12 queues. A "
    "wrong queue costs the customer half an hour. We have three years of tickets with the queue they ended "
    "up in, and an agent reads every mail anyway before anything is answered."
)


def main() -> int:
    """Run the benchmark and return the exit code: 1 if something was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--concurrent", type=int, default=4, help="most runs at a time")
    parser.add_argument("--minutes", type=float, default=60, help="give up after so long")
    options = parser.parse_args()
    with running_postgres() as server, tempfile.TemporaryDirectory(prefix="suitability-load-") as folder:
        home = Path(folder)
        url = server.create_database()
        os.environ |= {"DAGSTER_HOME": folder, POSTGRES_URL_VARIABLE: url, INBOX: str(home / "in")}
        try:
            (home / "dagster.yaml").write_text(_queued(CONFIGURATION.read_text(), options.concurrent))
            (home / "workspace.yaml").write_text(WORKSPACE)
            with dg.DagsterInstance.from_config(folder) as instance:
                return _measure(instance, home, options.problems, options.minutes * 60)
        finally:
            server.drop_database(url)


def _queued(configuration: str, concurrent: int) -> str:
    """Return the configuration with runs that are queued and limited."""
    limited = f"concurrency:\n  runs:\n    max_concurrent_runs: {concurrent}\n"
    return re.sub(r"(?m)^run_coordinator:\n(?:[ \t].*\n)+", limited, configuration)


def _measure(instance: dg.DagsterInstance, home: Path, problems: int, seconds: float) -> int:
    (home / "in").mkdir()
    rows = ({"problem": PROBLEM.format(count=400 + n), "id": f"load-{n}"} for n in range(problems))
    (home / "in" / "load.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    with running_daemon(home, home / "workspace.yaml") as daemon:
        watch = _Watch(instance, psutil.Process(daemon.pid))
        watch.until(problems, seconds)
    watch.tell()
    if watch.finished < problems:
        sys.stdout.write(f"  gave up waiting: {problems - watch.finished} runs had not finished\n")
    defects = _defects(instance, problems)
    sys.stdout.write("".join(f"  {defect}\n" for defect in defects) or "  nothing lost, nothing doubled\n")
    return 1 if defects else 0


class _Watch:
    """Waits for the runs, and measures meanwhile."""

    def __init__(self, instance: dg.DagsterInstance, daemon: psutil.Process) -> None:
        self.finished = 0
        self._instance = instance
        self._daemon = daemon
        self._began = time.monotonic()
        self._first = self._last = 0.0
        self._most_running = 0
        self._most_memory = 0
        self._most_for_a_run = 0

    def until(self, problems: int, seconds: float) -> None:
        """Wait until so many runs have finished, or for so long."""
        while self.finished < problems and time.monotonic() - self._began < seconds:
            time.sleep(1)
            self._look()

    def tell(self) -> None:
        """Print what was measured."""
        seconds = self._last - self._first
        rate = (self.finished - 1) / seconds if seconds else 0.0
        sys.stdout.write(
            f"{self.finished} runs in {self._last - self._began:.0f} s, the first after "
            f"{self._first - self._began:.0f} s\n"
            f"  throughput {rate * 60:.1f} a minute; at most {self._most_running} at a time\n"
            f"  memory of the daemon and all it started: at most {self._most_memory / 2**20:.0f} MB, "
            f"a run at most {self._most_for_a_run / 2**20:.0f} MB\n"
        )

    def _look(self) -> None:
        started = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
        done = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
        self._most_running = max(
            self._most_running, self._instance.get_runs_count(dg.RunsFilter(statuses=started))
        )
        finished = self._instance.get_runs_count(dg.RunsFilter(statuses=done))
        if finished > self.finished:
            self._last = time.monotonic()
            self._first = self._first or self._last
            if finished // 10 > self.finished // 10:
                sys.stderr.write(f"{finished} finished after {self._last - self._began:.0f} s\n")
            self.finished = finished
        self._weigh()

    def _weigh(self) -> None:
        total = 0
        for process in [self._daemon, *self._daemon.children(recursive=True)]:
            try:
                memory = process.memory_info().rss
                is_run = any("spawn_main" in part for part in process.cmdline())
            except psutil.Error:
                continue
            total += memory
            if is_run:
                self._most_for_a_run = max(self._most_for_a_run, memory)
        self._most_memory = max(self._most_memory, total)


def _defects(instance: dg.DagsterInstance, problems: int) -> list[str]:
    runs = instance.get_runs()
    with open_checkpointer(instance) as checkpointer:
        threads = Counter(info.status for info in asyncio.run(checkpointer.threads()))
    filed = instance.fetch_materializations(REPORT, limit=2 * problems).records
    expected = {
        "runs": (len(runs), problems),
        "problems that have a run": (len({run.tags.get(INBOX_KEY) for run in runs}), problems),
        "runs that succeeded": (sum(run.is_success for run in runs), problems),
        "threads": (threads.total(), problems),
        "threads completed": (threads["completed"], problems),
        "reports": (len(filed), problems),
        "problems reported": (len({record.partition_key for record in filed}), problems),
    }
    return [f"{what}: {found}, not {wanted}" for what, (found, wanted) in expected.items() if found != wanted]


if __name__ == "__main__":
    sys.exit(main())
