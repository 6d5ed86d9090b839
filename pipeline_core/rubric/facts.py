"""What the rules of a verdict look at."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_core.models import Case, Score
from pipeline_core.rubric.learned import PREDICATES, Learned
from pipeline_core.rubric.reading import Reading, Statement
from pipeline_core.rubric.schema import RubricSpec
from pipeline_core.rubric.scoring import own_score
from pipeline_core.rubric.targets import SCORES, Target
from pipeline_core.tools import weighted_score

_BY_CUE = 0.7


@dataclass(frozen=True, eq=False)
class Facts:
    """Scores, signals and predicates of one case."""

    scores: Mapping[str, Score]
    """Scores of the dimensions that have a result."""
    own: Mapping[str, Score]
    """Scores the rubric itself gives, by the text and the answers."""
    score: float
    """Weighted score, 0 to 100, over those."""
    signals: Mapping[str, float]
    predicates: Mapping[str, float]
    """Empty where the rubric is not learned."""
    signal_statements: Mapping[str, Statement]
    """The statement that speaks most plainly for each signal."""

    @property
    def favorable(self) -> int:
        """Number of favorable scores."""
        return sum(score == "favorable" for score in self.scores.values())

    @property
    def unfavorable(self) -> int:
        """Number of unfavorable scores."""
        return sum(score == "unfavorable" for score in self.scores.values())


def facts_of(spec: RubricSpec, case: Case, reading: Reading, learned: Learned | None) -> Facts:
    """Return the facts of a case: its own results, and what the text and the answers say besides."""
    known = {each.id for each in spec.dimensions}
    results = {name: result for name, result in case.dimensions.items() if name in known}
    scores: dict[str, Score] = {name: result.score for name, result in results.items()}
    own: dict[str, Score] = {each.id: own_score(spec, each, case, reading)[0] for each in spec.dimensions}
    signals, statements = _signals(spec, case, reading)
    return Facts(
        scores=scores,
        own=own,
        score=weighted_score(results, None).total,
        signals=signals,
        predicates=_predicates(reading, scores, learned),
        signal_statements=statements,
    )


def _signals(spec: RubricSpec, case: Case, reading: Reading) -> tuple[dict[str, float], dict[str, Statement]]:
    signals: dict[str, float] = {}
    statements: dict[str, Statement] = {}
    for signal in spec.signals:
        target = Target(signal.id, "")
        signals[signal.id] = 0.0
        for row, statement in enumerate(reading.statements):
            if reading.judged is None:
                probability = _BY_CUE if target in statement.hits else 0.0
            else:
                column = reading.targets.index(target)
                probability = round(1 / (1 + math.exp(-float(reading.judged.statement[row, column]))), 4)
            if probability > signals[signal.id]:
                signals[signal.id] = probability
                statements[signal.id] = statement
    questions = [each.question for each in spec.dimensions if each.question is not None]
    for question in (*questions, *spec.questions):
        answer = case.answers.get(question.id, "").strip().casefold()
        for option in question.options:
            if option.signal is not None and option.text.casefold() == answer:
                signals[option.signal] = 1.0
    return signals, statements


def _predicates(reading: Reading, scores: Mapping[str, Score], learned: Learned | None) -> dict[str, float]:
    if reading.judged is None or learned is None:
        return {}
    own: dict[str, Score] = {
        name: SCORES[max(range(len(SCORES)), key=lambda i: (p[i], -abs(i - 1)))]
        for name, p in reading.judged.dimensions.items()
    }
    now = own | {name: score for name, score in scores.items() if name in own}
    text = reading.judged.predicates
    if now == own:
        return dict(text)
    before, after = learned.by_scores(own), learned.by_scores(now)
    shifted = {name: math.log(max(text[name], 1e-4)) + after[name] - before[name] for name in PREDICATES}
    most = max(shifted.values())
    total = sum(math.exp(value - most) for value in shifted.values())
    return {name: round(math.exp(value - most) / total, 4) for name, value in shifted.items()}
