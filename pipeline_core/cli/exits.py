"""Exit codes, and the one line on the standard error that goes with a failure."""

import sys
from typing import Final

from pipeline_core.render.clean import one_line

COMPLETED: Final = 0
FAILED: Final = 1
BAD_INPUT: Final = 2
SUSPENDED: Final = 3
INTERRUPTED: Final = 130
"""As shells have it for ctrl-c."""
BROKEN_PIPE: Final = 141
"""As shells have it for a reader that went away."""

_BY_STATUS = {"completed": COMPLETED, "suspended": SUSPENDED}


def code_of(status: str) -> int:
    """Return the exit code for a thread that ended with `status`."""
    return _BY_STATUS.get(status, FAILED)


def complain(message: str) -> None:
    """Write one line on the standard error."""
    sys.stderr.write(f"suitability: {one_line(message)}\n")


def tell(message: str) -> None:
    """Write one line on the standard error that is no complaint."""
    sys.stderr.write(f"{one_line(message)}\n")
