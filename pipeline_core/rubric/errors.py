"""What can be wrong with a rubric."""

from pipeline_core.errors import InputError


class RubricError(InputError):
    """Raised when a rubric file cannot be used; names the line that is wrong, counted from 1."""

    def __init__(self, name: str, line: int | None, defect: str) -> None:
        self.line = line
        place = name if line is None else f"{name}, line {line}"
        super().__init__(f"{place}: {defect}")
