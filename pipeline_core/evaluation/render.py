"""Show an evaluation as text."""

from pipeline_core.evaluation.report import EvaluationReport, Interval

_MOST_MISSES = 25


def render(report: EvaluationReport) -> str:
    """Return the report as a text of tables, at most 110 columns wide where the data allow it."""
    verdict = report.verdict
    lines = [
        f"{report.cases} cases, {verdict.cases} of them with a verdict",
        "",
        f"verdict   exact {_interval(verdict.exact)}   acceptable {_interval(verdict.acceptable)}"
        f"   weighted kappa {_interval(verdict.weighted_kappa)}",
        "",
    ]
    names = list(verdict.confusion)
    lines.append(f"{'labelled, given':<18}" + "".join(f"{name:>17}" for name in names))
    lines += [
        f"{name:<18}" + "".join(f"{verdict.confusion[name][other]:>17}" for other in names) for name in names
    ]
    if verdict.unanswered:
        lines.append(f"{verdict.unanswered} got a blocking question instead of a verdict")
    lines += ["", f"{'dimension':<24}{'exact':>20}{'acceptable':>20}{'macro-F1':>10}{'weighted kappa':>24}"]
    lines += [
        f"{each.dimension:<24}{_interval(each.exact):>20}{_interval(each.acceptable):>20}"
        f"{each.macro_f1:>10.2f}{_interval(each.weighted_kappa):>24}"
        for each in report.dimensions
    ]
    if report.dimensions:
        mean = sum(each.acceptable.value for each in report.dimensions) / len(report.dimensions)
        lines.append(f"{'mean acceptable':<24}{mean:>40.2f}")
    asked = report.clarification
    lines += [
        "",
        f"blocking questions: {_share(asked.recall)} of {asked.vague} vague texts, "
        f"{_share(asked.false_alarms)} of {asked.clear} others",
        "",
        f"confidence: expected calibration error {report.calibration.expected_error:.3f}",
        f"{'confidence':<14}{'cases':>6}{'mean':>8}{'right':>8}",
    ]
    lines += [
        f"{each.low:.1f} to {each.high:.1f}    {each.cases:>6}{each.confidence:>8.2f}{each.accuracy:>8.2f}"
        for each in report.calibration.bins
    ]
    lines += ["", f"{len(report.misses)} misses"]
    for miss in report.misses[:_MOST_MISSES]:
        given = miss.given or "a blocking question"
        lines.append(f"- {miss.id}: {miss.labelled or 'too vague'}, given {given} ({miss.confidence:.2f})")
        lines.append(f"    {miss.text}")
        lines += [
            f"    {name}: {label}, given {score}" for name, (label, score) in miss.wrong_dimensions.items()
        ]
        lines += [f"    misled by: {' '.join(each.quote.split())[:120]}" for each in miss.evidence]
    if len(report.misses) > _MOST_MISSES:
        lines.append(f"… and {len(report.misses) - _MOST_MISSES} more")
    return "\n".join(lines)


def _interval(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return f"{interval.value:.2f}"
    return f"{interval.value:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.0%}"
