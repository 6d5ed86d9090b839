"""A live Dagster daemon: what ticks sensors and schedules and starts queued runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def running_daemon(home: Path, workspace: Path) -> Generator["subprocess.Popen[bytes]"]:
    """Run the daemon of the instance in `home`; it and all that it started are gone afterwards."""
    command = [sys.executable, "-m", "dagster._daemon", "run", "-w", str(workspace)]
    with (home / "daemon.log").open("w") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            env={**os.environ, "DAGSTER_HOME": str(home)},
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            _kill_group(process.pid)
            process.wait()


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
