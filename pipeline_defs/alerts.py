"""Lines that somebody should read."""

import json
import os
from datetime import UTC, datetime
from logging import Logger
from pathlib import Path

VARIABLE = "SUITABILITY_ALERT_FILE"
"""Names a file that gets a line of JSON for each alert, for whatever watches it."""


def alert(log: Logger, message: str, **facts: str) -> None:
    """Log `message`, and append it with its facts to the file of alerts, if there is one."""
    log.error(message)
    if chosen := os.environ.get(VARIABLE):
        line = json.dumps({"time": datetime.now(UTC).isoformat(), "message": message, **facts})
        path = Path(chosen).expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
