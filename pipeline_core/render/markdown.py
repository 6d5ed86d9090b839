"""The report as Markdown: the answer first, then why, then what to do.

Everything that came from the user or a model is escaped: it can neither add markup nor HTML.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from pipeline_core.models import Evidence, Question
from pipeline_core.render.clean import markdown_prose, markdown_text, one_line
from pipeline_core.render.judges import account_of, judge_of, opinion_text
from pipeline_core.render.labels import CAUSES, HUMAN_MODES, STATUSES, percent, verdict_title
from pipeline_core.render.missing import missing_from
from pipeline_core.report import DimensionReport, Report

_HEADING = re.compile(r"^(#{1,4})(?= )", re.MULTILINE)
_SIGNS = {"for": "For", "against": "Against", "neutral": "Open"}


def markdown(report: Report) -> str:
    """Return `report` as CommonMark with tables; works for a thread in any status."""
    sections: tuple[tuple[str, Callable[[Report], Iterable[str]]], ...] = (
        ("Why", _why),
        ("Conditions", lambda one: _bullets(one.conditions)),
        ("What to do next", _actions),
        ("Questions", _questions),
        ("The seven dimensions" if len(report.dimensions) == 7 else "The dimensions", _dimensions),
        ("Risks", _risks),
        ("Alternatives", _alternatives),
        ("How it would be built", _architecture),
        ("What is missing", lambda one: _bullets(missing_from(one))),
        ("In full", _narrative),
        ("How the verdict came about", lambda one: _bullets(one.reasons)),
        ("Who judged", lambda one: _bullets(account_of(one))),
        ("The problem as it was given", _problem),
    )
    lines = list(_head(report))
    for title, body in sections:
        if written := list(body(report)):
            lines += [f"## {title}", "", *written, ""]
    return "\n".join(lines).rstrip() + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"# {verdict_title(report.verdict)}"
    yield ""
    if report.headline:
        yield f"**{markdown_text(report.headline)}**"
        yield ""
    facts = [f"Status: {STATUSES[report.status]}"]
    if report.confidence is not None:
        facts.append(f"confidence {percent(report.confidence)}")
    if report.score is not None:
        facts.append(f"weighted score {report.score:.0f} of 100")
    yield f"{' · '.join(facts)} · thread `{report.thread_id}`"
    yield ""
    if report.executive_summary:
        yield markdown_text(report.executive_summary)
        yield ""
    if report.cause in CAUSES:
        tool = f": {markdown_text(report.better_tool)}" if report.better_tool else ""
        yield f"Why it is weak: {CAUSES[report.cause]}{tool}."
        yield ""
    if report.overruled:
        yield f"A model proposed “{markdown_text(report.overruled)}”; a veto of the rules overruled it."
        yield ""
    if report.verdict_second_opinion is not None:
        yield f"> {markdown_text(opinion_text(report.verdict_second_opinion))}"
        yield ""


def _why(report: Report) -> Iterator[str]:
    for factor in report.key_factors:
        yield f"- **{_SIGNS[factor.influence]}.** {_supported(factor.text, factor.evidence)}"
    if report.split:
        yield f"- **Safe part.** {markdown_text(report.split.safe_part)}"
        yield f"- **Risky part.** {markdown_text(report.split.risky_part)}"


def _actions(report: Report) -> Iterator[str]:
    for number, item in enumerate(report.action_items, start=1):
        yield f"{number}. **{markdown_text(item.title)}** ({item.priority}). {markdown_text(item.detail)}"
    if report.takeaways:
        yield ""
        yield "To remember:"
        yield ""
        yield from _bullets(report.takeaways)


def _questions(report: Report) -> Iterator[str]:
    for question in report.questions:
        yield from _question(question)
    if report.answers:
        yield from ("", "Answered:", "")
        for name, answer in report.answers.items():
            yield f"- `{name}`: {markdown_text(answer)}"


def _question(question: Question) -> Iterator[str]:
    blocking = " (must be answered first)" if question.priority == "blocking" else ""
    why = f" {markdown_text(question.why)}" if question.why else ""
    yield f"- `{question.id}`{blocking}: **{markdown_text(question.text)}**{why}"
    for option in question.options:
        yield f"    - {markdown_text(option)}"


def _dimensions(report: Report) -> Iterator[str]:
    if not report.dimensions:
        return
    judges = [judge_of(report, one.id) for one in report.dimensions]
    judged = any(judges)
    yield f"| Dimension | Speaks for AI? | Confidence | Weight |{' Judged by |' if judged else ''}"
    yield f"|---|---|---:|---:|{'---|' if judged else ''}"
    for one, judge in zip(report.dimensions, judges, strict=True):
        figures = f"{percent(one.confidence)} | {percent(one.weight)}"
        last = f" {markdown_text(judge or 'the rubric')} |" if judged else ""
        yield f"| {markdown_text(one.title)} | {one.score} | {figures} |{last}"
    for one in report.dimensions:
        yield ""
        yield from _dimension(one)


def _dimension(one: DimensionReport) -> Iterator[str]:
    yield f"### {markdown_text(one.title)}: {one.score}"
    yield ""
    yield markdown_text(one.reasoning)
    for evidence in one.evidence:
        note = f" ({markdown_text(evidence.note)})" if evidence.note else ""
        source = "" if evidence.source == "problem" else f"{markdown_text(evidence.source)} "
        where = f"{source}{evidence.start}–{evidence.end}"
        yield ""
        yield f"> “{markdown_text(evidence.quote)}” — {where}{note}"
    if one.would_change:
        yield ""
        yield f"What would change it: {markdown_text(one.would_change)}"
    if one.second_opinion is not None:
        yield ""
        yield markdown_text(opinion_text(one.second_opinion))


def _risks(report: Report) -> Iterator[str]:
    order = ("critical", "high", "medium", "low")
    for risk in sorted(report.risks, key=lambda one: order.index(one.severity)):
        kind = f"{risk.category}, {risk.severity}, likelihood {risk.likelihood}"
        yield f"- **{markdown_text(risk.title)}** ({kind})."
        yield f"  {_supported(risk.description, risk.evidence)}"
        yield f"  Against it: {markdown_text(risk.mitigation)}"


def _alternatives(report: Report) -> Iterator[str]:
    for one in report.alternatives:
        kind = f"{'with AI' if one.uses_ai else 'without AI'}, effort {one.effort}"
        yield f"- **{markdown_text(one.name)}** ({kind}). {markdown_text(one.description)}"
        for title, points in (("For", one.advantages), ("Against", one.disadvantages)):
            if points:
                yield f"    - {title}: {'; '.join(markdown_text(point) for point in points)}"
        yield f"    - Choose it when: {markdown_text(one.when_to_choose)}"


def _architecture(report: Report) -> Iterator[str]:
    built = report.architecture
    if report.architecture_reasoning:
        yield markdown_text(report.architecture_reasoning)
        yield ""
    if built is not None:
        human = built.human_in_the_loop
        yield f"**{markdown_text(built.pattern)}**"
        yield ""
        yield from (
            f"- **{markdown_text(part.name)}:** {markdown_text(part.purpose)}" for part in built.components
        )
        yield (
            f"- **Person in the loop:** {HUMAN_MODES[human.mode]} ({markdown_text(human.who)}). "
            f"{markdown_text(human.description)}"
        )
        yield f"- **To a person below a confidence of** {percent(built.confidence_threshold)}"
        yield from (f"- **Watch:** {markdown_text(point)}" for point in built.monitoring)
    if report.questions_before_building:
        yield from ("", "Before building, find out:", "")
        yield from _bullets(report.questions_before_building)


def _narrative(report: Report) -> Iterator[str]:
    if report.narrative:
        yield _HEADING.sub(r"\1#", markdown_prose(report.narrative)).strip()


def _problem(report: Report) -> Iterator[str]:
    for text in filter(None, (report.problem, report.context)):
        yield from (f"> {markdown_text(line)}".rstrip() for line in text.strip().splitlines())
        yield ""


def _bullets(lines: Iterable[str]) -> list[str]:
    return [f"- {markdown_text(line)}" for line in lines]


def _supported(text: str, evidence: Iterable[Evidence]) -> str:
    """Return `text` with the quotes it rests on, unless it repeats them itself."""
    quotes = [quote for one in evidence if (quote := one_line(one.quote)).rstrip(".") not in one_line(text)]
    added = f" ({'; '.join(f'“{markdown_text(quote)}”' for quote in quotes)})" if quotes else ""
    return markdown_text(text) + added
