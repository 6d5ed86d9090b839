"""Dagster's web interface on the storage of this machine."""

import os
import subprocess
import sys
from pathlib import Path

from pipeline_core.errors import PipelineError


class NoDagsterHomeError(PipelineError):
    """Raised when it is not known where Dagster keeps its runs."""

    def __init__(self) -> None:
        super().__init__(
            "DAGSTER_HOME does not name a folder with a dagster.yaml: run make ui in a checkout, or set it"
        )


def serve(*, port: int) -> int:
    """Serve the interface, and the daemon that resumes answered threads, on localhost until stopped.

    Raises:
        NoDagsterHomeError: `DAGSTER_HOME` is not set, or holds no `dagster.yaml`.
    """
    home = Path(os.environ.get("DAGSTER_HOME") or ".dagster").absolute()
    if not (home / "dagster.yaml").exists():
        raise NoDagsterHomeError
    environment = {**os.environ, "DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1"}
    sys.stderr.write(f"Dagster's web interface: http://127.0.0.1:{port} (ctrl-c ends it)\n")
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen([*command, *_code_location()], env=environment) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # The child got it too and is shutting down: wait for that.
                continue


def _code_location() -> list[str]:
    workspace = Path(__file__).parent.parent / "workspace.yaml"
    return ["-w", str(workspace)] if workspace.exists() else ["-m", "pipeline_defs.definitions"]
