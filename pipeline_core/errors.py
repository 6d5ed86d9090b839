"""Everything this package raises on purpose.

Constructors take data and write the message. `InputError` and its children mean that nothing ran and
nothing was written.
"""

from collections.abc import Iterable, Mapping


class PipelineError(Exception):
    """Root of all errors of this package."""


class InputError(PipelineError):
    """What was handed in cannot be used; the message says what to do."""


class EmptyProblemError(InputError):
    """Raised when a problem is empty or only white space."""

    def __init__(self) -> None:
        super().__init__("the problem is empty: describe what should be solved in a sentence or two")


class ProblemTooLongError(InputError):
    """Raised when a text is longer than can be judged."""

    def __init__(self, name: str, length: int, limit: int) -> None:
        super().__init__(
            f"the {name} is too long: {length:,} characters, at most {limit:,} are read; summarise it"
        )


class InvalidTextError(InputError):
    """Raised when a text holds characters that cannot be stored."""

    def __init__(self, name: str, defect: str) -> None:
        super().__init__(f"the {name} {defect}: save it as plain UTF-8 text")


class UnreadableInputError(InputError):
    """Raised when a file or a stream is not a problem description."""

    def __init__(self, name: str, defect: str, advice: str) -> None:
        super().__init__(f"{name} {defect}: {advice}")


class InvalidThreadIdError(InputError):
    """Raised when a thread id is not 1 to 100 letters, digits, `.`, `_` or `-`."""

    def __init__(self, thread_id: str) -> None:
        super().__init__(
            f"{thread_id[:40]!r} cannot name a thread: use 1 to 100 letters, digits, '.', '_' or '-'"
        )


class UnknownThreadError(InputError):
    """Raised when no thread has this id."""

    def __init__(self, thread_id: str) -> None:
        super().__init__(f"there is no thread {thread_id!r}")


class ThreadExistsError(InputError):
    """Raised when a new thread would take the id of another."""

    def __init__(self, thread_id: str) -> None:
        super().__init__(f"there is already a thread {thread_id!r}: resume it, or choose another id")


class ThreadNotSuspendedError(InputError):
    """Raised when a thread that has ended is resumed or answered."""

    def __init__(self, thread_id: str, status: str) -> None:
        super().__init__(f"thread {thread_id!r} is {status} and cannot be resumed: fork it to go on from it")


class UnknownVersionError(InputError):
    """Raised when a thread has no checkpoint of this version."""

    def __init__(self, thread_id: str, version: int) -> None:
        super().__init__(f"thread {thread_id!r} has no checkpoint {version}")


class AnswerError(InputError):
    """What was answered does not fit what was asked."""


class UnknownQuestionError(AnswerError):
    """Raised when an answer names a question that was never asked."""

    def __init__(self, question_id: str, known: Iterable[str]) -> None:
        names = ", ".join(sorted(known)) or "none"
        super().__init__(f"no question {question_id!r} was asked; asked: {names}")


class EmptyAnswerError(AnswerError):
    """Raised when an answer has no text."""

    def __init__(self, question_id: str) -> None:
        super().__init__(f"the answer to {question_id!r} is empty")


class InvalidOptionError(AnswerError):
    """Raised when an answer is not among the options."""

    def __init__(self, question_id: str, options: Iterable[str]) -> None:
        super().__init__(f"the answer to {question_id!r} must be one of: {'; '.join(options)}")


class UnansweredQuestionError(AnswerError):
    """Raised when a suspended thread is resumed without an answer to any of its blocking questions."""

    def __init__(self, question_ids: Iterable[str]) -> None:
        super().__init__(f"still waiting for an answer to: {', '.join(question_ids)}")


class FingerprintMismatchError(InputError):
    """Raised when a thread would go on under another pipeline than it began with."""

    def __init__(self, thread_id: str, difference: Mapping[str, tuple[str | None, str | None]]) -> None:
        self.difference = dict(difference)
        changes = "; ".join(
            f"{part}: {then or 'absent'} -> {now or 'absent'}" for part, (then, now) in difference.items()
        )
        super().__init__(
            f"thread {thread_id!r} began under another configuration ({changes}): "
            "restore it, or fork the thread to go on under the new one"
        )


class ThreadBusyError(PipelineError):
    """Raised at once when another execution holds the thread."""

    def __init__(self, thread_id: str, owner: str, seconds_left: float) -> None:
        self.owner = owner
        self.seconds_left = seconds_left
        super().__init__(
            f"thread {thread_id!r} is being run by {owner!r}; "
            f"if that one died, try again in {max(1, round(seconds_left))} s"
        )


class StaleWriterError(PipelineError):
    """Raised when an execution writes to a thread that another has taken over since."""

    def __init__(self, thread_id: str) -> None:
        super().__init__(f"thread {thread_id!r} was taken over by another execution; nothing was written")


class CorruptCheckpointError(PipelineError):
    """Raised when what is stored for a thread cannot be read back."""

    def __init__(self, key: str, defect: str) -> None:
        self.key = key
        self.defect = defect
        super().__init__(f"stored row {key!r} cannot be read: {defect}")


class PipelineDefinitionError(PipelineError):
    """Raised when stages, tasks or analyzers do not fit together."""


class AnalyzerError(PipelineError):
    """An analyzer's failure with a class of its own; any other exception counts as a bug.

    The message is shown in events, reports and logs: it never holds a key, a prompt or a provider's
    words.
    """

    kind = "bug"
    usage: object = None
    """What models consumed for the task so far, as a `Usage`, where an analyzer knows."""


class TransientError(AnalyzerError):
    """Worth trying again: a dropped connection, an overloaded server."""

    kind = "transient"


class RateLimitedError(AnalyzerError):
    """The provider asks to wait, `retry_after` seconds where it said how long."""

    kind = "rate_limited"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class AnalyzerTimeoutError(AnalyzerError):
    """The analyzer, its stage or its thread ran out of time."""

    kind = "timeout"


class InvalidOutputError(AnalyzerError):
    """The analyzer's output does not have the promised shape."""

    kind = "invalid_output"


class RejectedError(AnalyzerError):
    """Refused for good: authentication, quota, content filter, input too long."""

    kind = "rejected"
