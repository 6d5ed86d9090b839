"""The report: summary, narrative, what to do, what to remember."""

from pipeline_core.advice.actions import action_items
from pipeline_core.advice.narrative import narrative_of
from pipeline_core.advice.phrases import plain, report, sentence
from pipeline_core.advice.reading import Reading, read
from pipeline_core.models import Case, SynthesisResult


def synthesise(case: Case) -> SynthesisResult:
    """Return the report of a case with a verdict; results that are missing are left out, never
    invented.

    The executive summary has exactly three sentences: the answer, the reason, the next step. Action
    items come most urgent first, takeaways are two to four.
    """
    reading = read(case)
    key = answer_key(reading)
    summary = (report(part, key, reading.brief) for part in ("answer", "reason", "step"))
    return SynthesisResult(
        executive_summary=" ".join(sentence(part) for part in summary),
        narrative=narrative_of(reading),
        action_items=action_items(reading),
        takeaways=_takeaways(reading, key),
    )


def answer_key(reading: Reading) -> str:
    """Name the kind of answer: the verdict, refined by its cause or by what is still to be agreed."""
    if reading.verdict == "STRONG_FIT":
        return "strong" if reading.score("evaluation_clarity") == "favorable" else "strong_measure"
    if reading.verdict == "CONDITIONAL":
        return "conditional"
    if reading.verdict == "WEAK_FIT":
        return {"better_tool": "weak_tool", "leave_to_people": "weak_people"}.get(reading.cause or "", "weak")
    return "unlawful" if reading.unlawful else "no"


def _takeaways(reading: Reading, key: str) -> tuple[str, ...]:
    family = {
        "strong": "yes",
        "strong_measure": "yes",
        "conditional": "yes",
        "no": "no",
        "unlawful": "unlawful",
    }
    second = family.get(key, "weak")
    lines = [report("lesson", key, reading.brief), report("second_lesson", second, reading.brief)]
    if second == "yes":
        lines.append(report("third_lesson", second, reading.brief))
    split = reading.case.verdict.split if reading.case.verdict else None
    if split is not None:
        lines.append(f"Two answers: yes to {plain(split.safe_part)}, no to {plain(split.risky_part)}.")
    return tuple(dict.fromkeys(sentence(line) for line in lines if line))
