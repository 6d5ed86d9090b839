"""The rubric: everything that judges without a model, a key or a network."""

import hashlib
import os
from pathlib import Path
from typing import Self

from pipeline_core.models import Case, DimensionResult, Question, ScreeningResult, VerdictResult
from pipeline_core.rubric.errors import RubricError
from pipeline_core.rubric.facts import Facts, facts_of
from pipeline_core.rubric.learned import Learned, parameters_of
from pipeline_core.rubric.loading import read_rubric
from pipeline_core.rubric.numeric import start_numpy
from pipeline_core.rubric.reading import Reader, Reading
from pipeline_core.rubric.rules import applies, decide
from pipeline_core.rubric.schema import DimensionSpec, RubricSpec, RuleSpec
from pipeline_core.rubric.scoring import as_question, score_dimension
from pipeline_core.rubric.screening import screen_case
from pipeline_core.rubric.targets import targets
from pipeline_core.rubric.verdict import result_of
from pipeline_core.text.addressed import PHRASES

_BUILTIN = Path(__file__).parent / "builtin"
_ENCODERS = ("default", "compact", "none")
_OTHER_TARGETS = (
    "the trained parameters know only the dimensions and signals of the built-in rubric: "
    "set `learned: false`, or keep them"
)


class Rubric:
    """Judges problems by data: dimensions, cues, trained parameters and rules.

    Every method is a pure function of the rubric and the case, and may be called from several threads.
    """

    def __init__(self, spec: RubricSpec, version: str, learned: Learned | None) -> None:
        self.version = version
        self.dimensions = tuple(dimension.id for dimension in spec.dimensions)
        self._spec = spec
        self._learned = learned
        self._by_id = {dimension.id: dimension for dimension in spec.dimensions}
        self._reader = Reader(spec, learned)

    @classmethod
    def load(cls, path: Path | None = None, *, encoder: str | None = None) -> Self:
        """Return the rubric of a file, or the built-in one.

        Args:
            path: the file.
            encoder: how a rubric that is learned reads: `default` with a transformer, the text as a whole;
                `compact` sentence by sentence, in about two thirds of the time; `none` by cues and words. If
                None, what `SUITABILITY_ENCODER` says, or `default`.

        Raises:
            RubricError: the file is not a rubric; names the line that is wrong.
        """
        encoder = encoder or os.environ.get("SUITABILITY_ENCODER") or "default"
        if encoder not in _ENCODERS:
            raise RubricError("encoder", None, f"{encoder!r} is not one of {', '.join(_ENCODERS)}")
        spec, content = read_rubric(path or _BUILTIN / "rubric.yaml")
        digest = hashlib.sha256(content)
        digest.update(encoder.encode())
        digest.update(PHRASES.read_bytes())
        learned: Learned | None = None
        if spec.learned:
            digest.update(parameters_of(_BUILTIN, encoder).read_bytes())
            start_numpy()
            learned = Learned(_BUILTIN, encoder)
            if not learned.fits(targets(spec)):
                raise RubricError(
                    path.name if path else "rubric.yaml", _line_of_learned(content), _OTHER_TARGETS
                )
        return cls(spec, digest.hexdigest()[:16], learned)

    def title(self, dimension: str) -> str:
        """Return the name of a dimension as it is shown."""
        return self._dimension(dimension).title

    def question(self, dimension: str) -> Question | None:
        """Return the question that is asked about a dimension, if its rubric has one."""
        question = self._dimension(dimension).question
        return None if question is None else as_question(question, dimension)

    def screen(self, case: Case) -> ScreeningResult:
        """Return whether the case can be judged, and the blocking questions if not."""
        reading = self._reader.read(case)
        return screen_case(self._spec, case, reading, self._facts(case, reading))

    def score(self, case: Case, dimension: str) -> DimensionResult:
        """Return the score of one dimension with its evidence."""
        return score_dimension(self._spec, self._dimension(dimension), case, self._reader.read(case))

    def decide(self, case: Case) -> VerdictResult:
        """Return the verdict on a case from its dimension results; some may be missing."""
        reading = self._reader.read(case)
        facts = self._facts(case, reading)
        return result_of(self._spec, case, reading, facts, decide(self._spec, facts))

    def veto(self, case: Case) -> RuleSpec | None:
        """Return the rule that forbids any verdict but its own on this case, or None."""
        facts = self._facts(case, self._reader.read(case))
        for rule in self._spec.rules:
            if rule.veto and applies(rule, facts)[0]:
                return rule
        return None

    def _facts(self, case: Case, reading: Reading) -> Facts:
        return facts_of(self._spec, case, reading, self._learned)

    def _dimension(self, name: str) -> DimensionSpec:
        return self._by_id[name]


def _line_of_learned(content: bytes) -> int | None:
    lines = content.splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith(b"learned:")), None)
