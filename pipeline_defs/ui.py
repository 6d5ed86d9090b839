"""Dagster's web interface on the storage of this machine."""

import os
import signal
import subprocess
import sys

from pipeline_defs.home import WORKSPACE, dagster_home


def serve(*, port: int) -> int:
    """Serve the interface, and the daemon that runs sensors and schedules, on localhost until stopped."""
    folder = dagster_home()
    workspace = folder / "workspace.yaml"
    workspace.write_text(WORKSPACE)
    where = ["-w", str(workspace), "--host", "127.0.0.1", "--port", str(port)]
    # Silences the advice to use another command line, which is not installed here.
    environment = {**os.environ, "DAGSTER_DISABLE_TELEMETRY": "1", "PYTHONWARNINGS": "ignore"}
    # A shell without a terminal starts background jobs with SIGINT ignored, and Dagster would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stderr.write(f"Dagster's web interface: http://127.0.0.1:{port} (ctrl-c ends it)\n")
    with subprocess.Popen([sys.executable, "-m", "dagster", "dev", *where], env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # The child got it too and is shutting down: wait for that.
                continue
