"""Compare judgements with labels."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from pipeline_core.evaluation.cases import LabelledCase
from pipeline_core.evaluation.errors import MissingExtraError
from pipeline_core.evaluation.report import (
    Bin,
    Calibration,
    Clarification,
    DimensionFigures,
    EvaluationReport,
    Miss,
    VerdictFigures,
)
from pipeline_core.models import DimensionResult, Evidence, PipelineInput, Score, Verdict, VerdictResult

try:
    from pipeline_core.evaluation.statistics import agreement_interval, kappa_interval, macro_f1
except ModuleNotFoundError as missing:
    raise MissingExtraError from missing

VERDICTS: tuple[Verdict, ...] = ("NOT_RECOMMENDED", "WEAK_FIT", "CONDITIONAL", "STRONG_FIT")
SCORES: tuple[Score, ...] = ("unfavorable", "neutral", "favorable")
assert set(VERDICTS) == set(get_args(Verdict))
_BINS = 10
_EXCERPT = 160
_MOST_EVIDENCE = 5


@dataclass(frozen=True)
class Judged:
    """What was made of one case; `verdict` is None if a blocking question was asked."""

    verdict: VerdictResult | None
    dimensions: Mapping[str, DimensionResult] = field(default_factory=dict[str, DimensionResult])


def evaluate(cases: Iterable[LabelledCase], judge: Callable[[PipelineInput], Judged]) -> EvaluationReport:
    """Judge every case and report how far the judgements agree with the labels."""
    pairs = [(case, judge(case.input)) for case in cases]
    return EvaluationReport(
        cases=len(pairs),
        verdict=_verdict_figures(pairs),
        dimensions=_dimension_figures(pairs),
        clarification=_clarification(pairs),
        calibration=_calibration(pairs),
        misses=tuple(miss for case, judged in pairs if (miss := _miss(case, judged)) is not None),
    )


def _verdict_figures(pairs: "_Pairs") -> VerdictFigures:
    labelled = [(case, judged) for case, judged in pairs if case.verdict is not None]
    given = [(case, judged.verdict.verdict) for case, judged in labelled if judged.verdict is not None]
    table = Counter((case.verdict, verdict) for case, verdict in given)
    right = [
        judged.verdict is not None and judged.verdict.verdict == case.verdict for case, judged in labelled
    ]
    fine = [judged.verdict is not None and case.accepts(judged.verdict.verdict) for case, judged in labelled]
    numbers = [
        (VERDICTS.index(case.verdict), VERDICTS.index(v)) for case, v in given if case.verdict is not None
    ]
    return VerdictFigures(
        cases=len(labelled),
        exact=agreement_interval(right),
        acceptable=agreement_interval(fine),
        weighted_kappa=kappa_interval(numbers, len(VERDICTS)),
        confusion={a: {b: table[(a, b)] for b in VERDICTS} for a in VERDICTS},
        unanswered=len(labelled) - len(given),
    )


def _dimension_figures(pairs: "_Pairs") -> tuple[DimensionFigures, ...]:
    clear = [(case, judged) for case, judged in pairs if not case.needs_clarification and judged.dimensions]
    names = list(dict.fromkeys(name for case, _ in clear for name in case.dimensions))
    out: list[DimensionFigures] = []
    for name in names:
        both: list[tuple[LabelledCase, Score, Score]] = [
            (case, case.dimensions[name], judged.dimensions[name].score)
            for case, judged in clear
            if name in case.dimensions and name in judged.dimensions
        ]
        numbers = [(SCORES.index(label), SCORES.index(score)) for _, label, score in both]
        out.append(
            DimensionFigures(
                dimension=name,
                cases=len(both),
                exact=agreement_interval([label == score for _, label, score in both]),
                acceptable=agreement_interval([case.accepts_score(name, score) for case, _, score in both]),
                macro_f1=macro_f1(numbers),
                weighted_kappa=kappa_interval(numbers, len(SCORES)),
            )
        )
    return tuple(out)


def _clarification(pairs: "_Pairs") -> Clarification:
    vague = [judged.verdict is None for case, judged in pairs if case.needs_clarification]
    clear = [judged.verdict is None for case, judged in pairs if not case.needs_clarification]
    return Clarification(
        vague=len(vague),
        recall=sum(vague) / len(vague) if vague else None,
        clear=len(clear),
        false_alarms=sum(clear) / len(clear) if clear else None,
    )


def _calibration(pairs: "_Pairs") -> Calibration:
    points = [
        (judged.verdict.confidence, case.accepts(judged.verdict.verdict))
        for case, judged in pairs
        if judged.verdict is not None and case.verdict is not None
    ]
    bins: list[Bin] = []
    for number in range(_BINS):
        low, high = number / _BINS, (number + 1) / _BINS
        inside = [(c, r) for c, r in points if low <= c < high or (number == _BINS - 1 and c == 1)]
        if inside:
            mean = sum(c for c, _ in inside) / len(inside)
            accuracy = sum(r for _, r in inside) / len(inside)
            bins.append(Bin(low=low, high=high, cases=len(inside), confidence=mean, accuracy=accuracy))
    gap = sum(each.cases * abs(each.confidence - each.accuracy) for each in bins)
    return Calibration(bins=tuple(bins), expected_error=gap / len(points) if points else 0.0)


def _miss(case: LabelledCase, judged: Judged) -> Miss | None:
    given = None if judged.verdict is None else judged.verdict.verdict
    fine = given is None if case.verdict is None else given is not None and case.accepts(given)
    if fine:
        return None
    wrong: dict[str, tuple[Score, Score]] = {}
    evidence: list[Evidence] = []
    for name, result in judged.dimensions.items():
        if name in case.dimensions and case.verdict and not case.accepts_score(name, result.score):
            wrong[name] = (case.dimensions[name], result.score)
            evidence.extend(result.evidence[:1])
    if judged.verdict is not None:
        evidence.extend(each for factor in judged.verdict.key_factors[:3] for each in factor.evidence[:1])
    return Miss(
        id=case.id,
        labelled=case.verdict,
        given=given,
        confidence=0.0 if judged.verdict is None else judged.verdict.confidence,
        wrong_dimensions=wrong,
        evidence=tuple(dict.fromkeys(evidence))[:_MOST_EVIDENCE],
        text=" ".join(case.text.split())[:_EXCERPT],
    )


_Pairs = Sequence[tuple[LabelledCase, Judged]]
