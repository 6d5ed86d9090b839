"""The report as text for a terminal or a pipe: the answer first, then why, then what to do."""

from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.text import Text

from pipeline_core.models import Question
from pipeline_core.render.clean import one_line
from pipeline_core.render.judges import account_of, judge_of, opinion_text
from pipeline_core.render.labels import CAUSES, HUMAN_MODES, STATUSES, percent, verdict_title
from pipeline_core.render.missing import missing_from
from pipeline_core.report import DimensionReport, Report

_VERDICTS = {
    "STRONG_FIT": "green",
    "CONDITIONAL": "yellow",
    "WEAK_FIT": "dark_orange",
    "NOT_RECOMMENDED": "red",
}
_SCORES = {"favorable": "green", "neutral": "yellow", "unfavorable": "red"}
_SIGNS = {"for": "+", "against": "-", "neutral": "?"}
_SEVERITIES = ("critical", "high", "medium", "low")
_BULLETS = ("- ", "+ ", "? ")
_WIDEST = 100

Row = tuple[int, Text]
"""How far a paragraph is indented, and the paragraph."""


def print_report(report: Report, console: Console) -> None:
    """Print `report`. Text from outside is shown as it is: it can neither style nor drive the terminal."""
    _print(_rows(report), console)


def print_questions(questions: Iterable[Question], console: Console) -> None:
    """Print questions with their ids and options."""
    _print(_questions(questions), console)


def _print(rows: Iterable[Row], console: Console) -> None:
    width = min(console.width, _WIDEST)
    for indent, text in rows:
        hanging = 2 if text.plain[:2] in _BULLETS else 0
        first, *others = text.wrap(console, max(width - indent - hanging, 20)) or [Text()]
        console.print(_indented(first, indent), soft_wrap=True)
        for line in others:
            console.print(_indented(line, indent + hanging), soft_wrap=True)


def _indented(line: Text, indent: int) -> Text:
    line.rstrip()
    return Text(" " * indent) + line if line else line


def _rows(report: Report) -> Iterator[Row]:
    yield from _head(report)
    sections: tuple[tuple[str, Callable[[Report], Iterable[Row]]], ...] = (
        ("Why", _why),
        ("Conditions", lambda one: _bullets(one.conditions)),
        ("What to do next", _actions),
        ("Dimensions", _dimensions),
        ("Risks", _risks),
        ("Alternatives", _alternatives),
        ("How it would be built", _architecture),
        ("Open questions", lambda one: _questions(one.questions)),
        ("What is missing", lambda one: _bullets(missing_from(one))),
        ("Who judged", lambda one: _bullets(account_of(one))),
    )
    for title, body in sections:
        if written := list(body(report)):
            yield 0, Text()
            yield 0, Text(title.upper(), style="bold")
            yield from written


def _head(report: Report) -> Iterator[Row]:
    title = verdict_title(report.verdict).upper()
    facts = [f"thread {report.thread_id}", STATUSES[report.status]]
    if report.confidence is not None:
        facts = [f"confidence {percent(report.confidence)}", f"score {report.score or 0:.0f} of 100", *facts]
    style = f"bold {_VERDICTS.get(report.verdict or '', '')}".strip()
    yield 0, Text.assemble((title, style), f"  ({', '.join(facts)})")
    for paragraph in (report.headline, report.executive_summary):
        if paragraph:
            yield 0, Text()
            yield 0, _plain(paragraph)
    if report.cause in CAUSES:
        tool = f": {report.better_tool}" if report.better_tool else ""
        yield 0, Text()
        yield 0, _plain(f"Why it is weak: {CAUSES[report.cause]}{tool}.")
    if report.overruled:
        yield 0, Text()
        yield 0, _plain(f"A model proposed “{report.overruled}”; a veto of the rules overruled it.")
    if report.verdict_second_opinion is not None:
        yield 0, Text()
        yield 0, _plain(opinion_text(report.verdict_second_opinion))


def _why(report: Report) -> Iterator[Row]:
    for factor in report.key_factors:
        yield 2, _plain(f"{_SIGNS[factor.influence]} {factor.text}")
    if report.split:
        yield 2, _plain(f"+ The safe part: {report.split.safe_part}")
        yield 2, _plain(f"- The risky part: {report.split.risky_part}")


def _actions(report: Report) -> Iterator[Row]:
    for number, item in enumerate(report.action_items, start=1):
        yield 2, Text.assemble(f"{number}. ", (one_line(item.title), "bold"), f" ({item.priority})")
        yield 5, _plain(item.detail)


def _dimensions(report: Report) -> Iterator[Row]:
    for one in report.dimensions:
        yield from _dimension(one, judge_of(report, one.id))


def _dimension(one: DimensionReport, judge: str | None) -> Iterator[Row]:
    judged = f"  judged by {one_line(judge)}" if judge else ""
    figures = f"{percent(one.confidence):>5}  weight {percent(one.weight)}{judged}"
    yield 2, Text.assemble(f"{one_line(one.title):<24} ", (f"{one.score:<12}", _SCORES[one.score]), figures)
    yield 6, _plain(one.reasoning)
    for evidence in one.evidence:
        source = "" if evidence.source == "problem" else f"{evidence.source} "
        where = f"  [{one_line(source)}{evidence.start}-{evidence.end}]"
        yield 6, Text.assemble((f"“{one_line(evidence.quote)}”", "italic"), (where, "dim"))
    if one.second_opinion is not None:
        yield 6, _plain(opinion_text(one.second_opinion))


def _risks(report: Report) -> Iterator[Row]:
    for risk in sorted(report.risks, key=lambda one: _SEVERITIES.index(one.severity)):
        kind = f" ({risk.category}, {risk.severity}, likelihood {risk.likelihood})"
        yield 2, Text.assemble("- ", (one_line(risk.title), "bold"), kind)
        yield 4, _plain(risk.description)
        yield 4, _plain(f"Against it: {risk.mitigation}")


def _alternatives(report: Report) -> Iterator[Row]:
    for one in report.alternatives:
        kind = f" ({'with AI' if one.uses_ai else 'without AI'}, effort {one.effort})"
        yield 2, Text.assemble("- ", (one_line(one.name), "bold"), kind)
        yield 4, _plain(one.description)
        yield 4, _plain(f"Choose it when: {one.when_to_choose}")


def _architecture(report: Report) -> Iterator[Row]:
    if report.architecture_reasoning:
        yield 2, _plain(report.architecture_reasoning)
    built = report.architecture
    if built is not None:
        human = built.human_in_the_loop
        yield 2, Text(one_line(built.pattern), style="bold")
        for part in built.components:
            yield 4, _plain(f"- {part.name}: {part.purpose}")
        yield 4, _plain(f"- Person in the loop: {HUMAN_MODES[human.mode]} ({human.who}). {human.description}")
        yield 4, _plain(f"- To a person below a confidence of {percent(built.confidence_threshold)}")
    if report.questions_before_building:
        yield 2, Text("Before building, find out:")
        yield from ((indent + 2, text) for indent, text in _bullets(report.questions_before_building))


def _questions(questions: Iterable[Question]) -> Iterator[Row]:
    for question in questions:
        blocking = " (must be answered first)" if question.priority == "blocking" else ""
        yield 2, Text.assemble((question.id, "bold cyan"), f"{blocking}: {one_line(question.text)}")
        if question.why:
            yield 6, Text(one_line(question.why), style="dim")
        for number, option in enumerate(question.options, start=1):
            yield 6, _plain(f"{number}. {option}")


def _bullets(lines: Iterable[str]) -> list[Row]:
    return [(2, _plain(f"- {line}")) for line in lines]


def _plain(text: str) -> Text:
    return Text(one_line(text))
