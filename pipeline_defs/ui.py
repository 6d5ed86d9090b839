"""Dagster's web interface and daemon, on localhost."""

import os
import signal
import subprocess
import sys

from pipeline_defs.home import WORKSPACE, dagster_home

STOP_SECONDS = 20


def serve(*, port: int) -> int:
    """Serve the web interface with sensors and schedules until it is stopped, and return its exit code."""
    folder = dagster_home()
    workspace = folder / "workspace.yaml"
    workspace.write_text(WORKSPACE)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(workspace),
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    environment = os.environ | {"DAGSTER_DISABLE_TELEMETRY": "1", "PYTHONWARNINGS": "ignore"}
    # A shell without a terminal starts background jobs with SIGINT ignored, and Dagster would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = subprocess.Popen(command, env=environment)
    try:
        return server.wait()
    except KeyboardInterrupt:
        # The terminal has told it too.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
        return 0
