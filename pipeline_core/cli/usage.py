"""Mistakes in how a command was called that the option parser cannot see."""

from pipeline_core.errors import InputError


class UsageProblemError(InputError):
    """Raised when options do not go together."""

    def __init__(self, command: str, defect: str) -> None:
        super().__init__(f"{defect} (see: suitability {command} --help)")
