"""What keeps an evaluation from running."""

from pipeline_core.errors import InputError


class MissingExtraError(InputError):
    """Raised when the libraries that compute the statistics are not installed."""

    def __init__(self) -> None:
        super().__init__("evaluation needs more libraries: pip install 'ai-suitability-pipeline[eval]'")


class MalformedCaseError(InputError):
    """Raised when a line of a case file is not a labelled case; lines count from 1."""

    def __init__(self, name: str, line: int | None, defect: str) -> None:
        self.line = line
        place = name if line is None else f"{name}, line {line}"
        super().__init__(f"{place}: {defect}")
