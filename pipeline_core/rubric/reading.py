"""A text taken apart: its statements, and what each of them speaks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline_core.models import Case, Evidence, Score
from pipeline_core.rubric.learned import Judged, Learned
from pipeline_core.rubric.schema import RubricSpec
from pipeline_core.rubric.targets import Target, cues_of, targets
from pipeline_core.text.addressed import without_addressed
from pipeline_core.text.cues import found
from pipeline_core.text.memo import Memo
from pipeline_core.text.sentences import statements

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Statement:
    """A stretch of one source, and the cues found in it."""

    source: str
    start: int
    end: int
    text: str
    hits: Mapping[Target, str]
    """The words that matched, by target."""

    def evidence(self, score: Score | None = None, note: str = "") -> Evidence:
        """Return the statement as a quote."""
        return Evidence(
            quote=self.text, start=self.start, end=self.end, source=self.source, score=score, note=note
        )


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read; shared by all judgements on the same input."""

    statements: tuple[Statement, ...]
    """Those that count."""
    dropped: tuple[Statement, ...]
    """Those addressed to the evaluator, which do not count."""
    targets: tuple[Target, ...]
    judged: Judged | None
    """What the trained parameters make of it, if the rubric uses them and there is anything to read."""

    def hits(self, target: Target) -> list[Statement]:
        """Return the statements in which a cue of the target was found."""
        return [statement for statement in self.statements if target in statement.hits]

    @property
    def words(self) -> int:
        """About how many words count; scripts without spaces count two characters a word."""
        return sum(
            len(s.text.split()) + sum(char > "\u3040" for char in s.text) // 2 for s in self.statements
        )


class Reader:
    """Reads texts under one rubric and remembers the last ones. Safe for use from several threads."""

    def __init__(self, spec: RubricSpec, learned: Learned | None) -> None:
        self._learned = learned
        self._targets = targets(spec)
        self._cues = {target: cues for target, cues in cues_of(spec).items() if cues}
        self._known: Memo[tuple[tuple[str, str], ...], Reading] = Memo()

    def read(self, case: Case) -> Reading:
        """Return the reading of a case's problem, context and answers."""
        sources = [("problem", case.input.problem)]
        if case.input.context:
            sources.append(("context", case.input.context))
        sources.extend((f"answer:{name}", text) for name, text in sorted(case.answers.items()))
        key = tuple(sources)
        return self._known.get(key, lambda: self._read(key))

    def _read(self, sources: tuple[tuple[str, str], ...]) -> Reading:
        kept: list[Statement] = []
        dropped: list[Statement] = []
        for source, text in sources:
            describing, steering = without_addressed(text, statements(text))
            dropped.extend(Statement(source, *span, text[span.start : span.end], {}) for span in steering)
            for span in describing:
                words = text[span.start : span.end]
                hits = {target: hit for target, cues in self._cues.items() if (hit := found(words, cues))}
                kept.append(Statement(source, *span, words, hits))
        return Reading(tuple(kept), tuple(dropped), self._targets, self._judged(tuple(kept)))

    def _judged(self, kept: tuple[Statement, ...]) -> Judged | None:
        """Return what the parameters make of statements; of those they have just judged, the same."""
        if self._learned is None or not kept:
            return None
        read = [(statement.text, statement.source, statement.hits) for statement in kept]
        for reading in self._known.latest():
            if [(each.text, each.source, each.hits) for each in reading.statements] == read:
                return reading.judged
        return self._learned.judge(read, self._targets)
