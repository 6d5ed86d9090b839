"""The report: summary, narrative, what to do, what to remember."""

from pipeline_core.advice.actions import action_items
from pipeline_core.advice.narrative import narrative_of
from pipeline_core.advice.phrases import fill, sentence
from pipeline_core.advice.reading import Reading, read
from pipeline_core.models import Case, SynthesisResult


def synthesise(case: Case) -> SynthesisResult:
    """Return the report of a case with a verdict; results that are missing are left out, never invented.

    The executive summary has two or three sentences. Action items come most urgent first, takeaways are two to
    four.
    """
    reading = read(case)
    return SynthesisResult(
        executive_summary=" ".join(_summary(reading)),
        narrative=narrative_of(reading),
        action_items=action_items(reading),
        takeaways=_takeaways(reading),
    )


def _summary(reading: Reading) -> list[str]:
    slots = reading.brief
    answer = sentence(fill(_ANSWERS[answer_key(reading)], slots))
    reason = sentence(_reason(reading))
    step = sentence(fill(_STEPS[answer_key(reading)], slots))
    return [part for part in (answer, reason, step) if part][:3]


def answer_key(reading: Reading) -> str:
    """Name the kind of answer: the verdict, refined by its cause or by what is still to be agreed."""
    if reading.verdict == "STRONG_FIT":
        return "strong" if reading.score("evaluation_clarity") == "favorable" else "strong_measure"
    if reading.verdict == "CONDITIONAL":
        return "conditional"
    if reading.verdict == "WEAK_FIT":
        return {"better_tool": "weak_tool", "leave_to_people": "weak_people"}.get(reading.cause or "", "weak")
    return "unlawful" if reading.unlawful else "no"


_ANSWERS = {
    "strong": ["Yes: {job} is a strong fit for AI"],
    "strong_measure": ["Yes: {job} is a strong fit for AI, provided that a measure is agreed first"],
    "conditional": ["{job_cap} can use AI under conditions"],
    "weak_tool": ["Not with AI: {tool} does {job} better", "Not with AI: a plain tool does {job} better"],
    "weak_people": ["Not with AI: leave {job} to people"],
    "weak": ["AI is a weak fit for {job}"],
    "unlawful": ["No: the purpose behind {job} is to be given up, with or without AI"],
    "no": ["No: AI must not do {job} in the way described"],
}
_STEPS = {
    "strong": [
        "Start in suggestion mode with {volume} and widen once the measure holds for four weeks ({metric_short})",
        "Start in suggestion mode with a part of the {item} and widen once the measure holds for four weeks ({metric_short})",
    ],
    "strong_measure": [
        "Agree a number first ({kind_metric}), measure today's way with it, then start in suggestion mode"
    ],
    "conditional": [
        "{first_condition}",
        "Begin with a pilot in which {checker_or_person} sees every result on {item}, and decide by the measure ({metric_short})",
    ],
    "weak_tool": ["Try {tool} on last month's {item} before spending anything on a model"],
    "weak_people": [
        "Give {checker_or_person} the time {item} need, and use software only for what surrounds them"
    ],
    "weak": ["Take the plain way first and come back when the gaps around {item} are closed"],
    "unlawful": ["Stop, talk to counsel, and look for an honest way to reach what is behind “{task}”"],
    "no": [
        "It could be looked at again only if somebody with the time and the right to say no stood between the result and its effect",
    ],
}


def _reason(reading: Reading) -> str:
    slots = dict(reading.brief)
    key = answer_key(reading)
    variants = {
        "strong": [
            "mistakes are cheap or caught in time (“{error}”) and success can be counted (“{metric}”)",
            "mistakes are cheap or caught in time (“{error}”) and success can be counted",
            "mistakes are cheap or caught in time and success can be counted (“{metric}”)",
            "mistakes are cheap or caught in time and success can be counted for “{task}”",
        ],
        "strong_measure": [
            "mistakes are cheap or caught in time (“{error}”), but the text names no number for success",
            "mistakes are cheap or caught in time, but the text names no number for success of “{task}”",
        ],
        "conditional": [
            "what holds it back is “{error}”, what carries it is the check (“{check}”)",
            "what holds it back is “{error}”",
            "what has to be settled first is who stops a wrong result on {item} and how success is counted",
        ],
        "weak_tool": [
            "the text points to it: “{tool_quote}”",
            "the answer to “{task}” is fixed by rules or numbers, which a model only approximates",
        ],
        "weak_people": [
            "what counts is what people bring: “{people}”",
            "the volume ({volume}) is too small to earn back a system",
            "what was asked (“{task}”) rests on judgement and comes too rarely to earn back a system",
        ],
        "weak": ["too much speaks against “{task}” as described"],
        "unlawful": [
            "it rests on “{deception}”, and doing it well would only spread the harm",
            "doing “{task}” well would only spread the harm",
        ],
        "no": [
            "a grave mistake is possible (“{error}”) and nobody stops it (“{nocheck}”)",
            "a grave mistake is possible and nobody stops it: “{nocheck}”",
            "a grave mistake is possible (“{error}”) and nobody is able to stop it in time",
            "a grave mistake in “{task}” is possible and nobody is able to stop it in time",
        ],
    }[key]
    return fill(variants, slots)


def _takeaways(reading: Reading) -> tuple[str, ...]:
    slots = reading.brief
    key = answer_key(reading)
    lines = [fill(_LESSONS[key], slots)]
    if key in ("strong", "strong_measure", "conditional"):
        lines.append(
            fill(
                [
                    "What protects is “{check}”: whether {checker} can say no in time matters more than the minutes it costs.",
                    "Whether somebody can stop a wrong result on {item} in time matters more than what the check costs.",
                ],
                slots,
            )
        )
        lines.append(
            fill(
                [
                    "{review_hours} hours of checking per working day belong in the business case.",
                    "Today's way (“{today}”) is what the result has to beat.",
                    "Measure today's handling of {item} before the model's.",
                ],
                slots,
            )
        )
    elif key in ("weak_tool", "weak_people", "weak"):
        lines.append(
            fill(
                [
                    "Today's way (“{today}”) is the yardstick for anything new.",
                    "The hours spent on {item} today are the yardstick for anything new.",
                ],
                slots,
            )
        )
    elif key == "no":
        lines.append(
            fill(
                [
                    "A signature or a later look (“{check}”) is no protection if the effect comes first.",
                    "The need behind “{task}” is real all the same; the alternatives start from there.",
                ],
                slots,
            )
        )
    else:
        lines.append(fill("Feasibility was not the question for “{task}”.", slots))
    if reading.case.verdict is not None and reading.case.verdict.split is not None:
        split = reading.case.verdict.split
        lines.append(
            f"Two answers: yes to {split.safe_part.strip().rstrip('.')}, no to {split.risky_part.strip().rstrip('.')}."
        )
    return tuple(dict.fromkeys(sentence(line) for line in lines if line))[:4]


_LESSONS = {
    "strong": ["A closed task, cheap mistakes and a count make {job} easy to start and easy to stop."],
    "strong_measure": ["The only thing missing for {job} is a number both sides accept."],
    "conditional": ["{job_cap} is worth a pilot with limits, not a roll-out."],
    "weak_tool": [
        "Good data and low risk do not make {job} an AI task when {tool} is exact.",
        "Good data and low risk do not make {job} an AI task when a plain tool is exact.",
    ],
    "weak_people": ["For {job} the person is part of the result."],
    "weak": ["{job_cap} has more against it than for it today."],
    "unlawful": ["No accuracy makes {job} acceptable."],
    "no": ["Accuracy is not the issue in {job}: the missing power to stop a mistake is."],
}
