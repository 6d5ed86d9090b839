"""Reports read well, and what they quote cannot do anything."""

import re
from html import unescape
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from pipeline_core.models import Usage
from pipeline_core.render import markdown
from pipeline_core.render.clean import markdown_text, one_line
from pipeline_core.render.html import html
from pipeline_core.render.terminal import print_report
from pipeline_core.report import Report
from tests.render.reports import report_saying

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![pixel](https://example.org/p.png)",
    "<https://example.org>",
    "https://example.org/x",
    "[bold red]styled[/bold red]",
    "\x1b[31mred\x1b[0m \x9b2J \x07",
    "\u202egnp.exe",
    "a | b | c",
    "line one\n# heading\n- item\n```\ncode",
    "&lt;script&gt; &#60;b&#62;",
    "1. first",
    "**bold** _it_ `code`",
    "[1]: https://example.org",
]
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.mark.parametrize("text", HOSTILE)
def test_html_of_a_report_holds_no_element_or_link_from_outside(text: str) -> None:
    page = html(report_saying(text))
    body = page.partition("<body>")[2]
    assert not any(tag in body for tag in ("<script", "<img", "<a ", "<b>", "<s>", 'javascript:alert(1)"'))
    assert "\x1b" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_of_a_report_holds_no_html_link_or_image_from_outside(text: str) -> None:
    rendered = PARSER.render(markdown(report_saying(text)))
    assert not any(tag in rendered for tag in ("<script", "<img", "<a ", "<b>"))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_is_neither_driven_nor_styled_by_a_report(text: str) -> None:
    out = StringIO()
    console = Console(file=out, force_terminal=True, color_system=None, width=100, markup=False)
    print_report(report_saying(text), console)
    assert not any(char in out.getvalue() for char in "\x1b\x9b\x07\u202e")
    assert one_line("[bold red]styled[/bold red]") == "[bold red]styled[/bold red]"


@given(st.text(max_size=80))
def test_escaped_markdown_reads_exactly_as_the_text(text: str) -> None:
    tokens = PARSER.parseInline(markdown_text(text))
    children = tokens[0].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children).strip() == one_line(text).strip()


@given(st.text(alphabet="-+=#>123.) \tab_*`", min_size=1, max_size=12))
def test_escaped_markdown_is_one_paragraph(text: str) -> None:
    kinds = [token.type for token in PARSER.parse(markdown_text(text)) if token.nesting == 1]
    assert kinds in ([], ["paragraph_open"])


def shown(report: Report) -> dict[str, str]:
    """Return the report as each of the three renderers shows it, without markup and on one line."""
    out = StringIO()
    print_report(report, Console(file=out, width=200, color_system=None))
    page = unescape(re.sub("<[^>]*>", " ", html(report)))
    texts = {"text": out.getvalue(), "markdown": markdown(report).replace("\\", ""), "html": page}
    return {kind: " ".join(text.split()) for kind, text in texts.items()}


@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
def test_a_report_says_who_judged_what_it_cost_and_what_the_rubric_says_beside_it(kind: str) -> None:
    text = shown(report_saying("a-model"))[kind]
    for claim in (
        "a-model: Error tolerance",
        "the rubric, as the model failed: Verdict",
        "the rubric: Screening",
        "Verdict, why the model failed: a-model",
        "What the models consumed: 2 requests, 1,234 tokens, cost $0.5000",
        "Second opinion: the rubric says Weak fit (60%). a-model",
        "Second opinion: the rubric says unfavorable (60%). a-model",
    ):
        assert claim in text


@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
def test_a_report_of_the_rubric_alone_says_nothing_of_judges_or_costs(kind: str) -> None:
    alone = {"sources": {"error_tolerance": "rubric"}, "fallbacks": {}, "usage": {}, "total_usage": None}
    text = shown(report_saying("x").model_copy(update=alone))[kind].lower()
    assert "judged" not in text
    assert "consumed" not in text


@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
def test_a_cost_that_nobody_knows_or_that_is_a_lower_bound_is_said_to_be_so(kind: str) -> None:
    used = Usage(models=("m",), requests=1, input_tokens=7, output_tokens=0, cost=None, complete=False)
    text = shown(report_saying("x").model_copy(update={"total_usage": used}))[kind]
    assert "1 request, at least 7 tokens, cost unknown" in text


def test_the_answer_comes_first_and_the_sections_follow_in_order() -> None:
    lines = markdown(report_saying("plain")).splitlines()
    assert lines[0] == "# Conditional fit"
    headings = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert headings == [
        "Why",
        "Conditions",
        "What to do next",
        "Questions",
        "The dimensions",
        "Risks",
        "Alternatives",
        "How it would be built",
        "What is missing",
        "In full",
        "How the verdict came about",
        "Who judged",
        "The problem as it was given",
    ]


def test_a_report_of_a_thread_that_has_hardly_begun_is_short_and_honest() -> None:
    said = report_saying("x")
    kept = {"thread_id", "problem", "context", "language", "domain", "questions", "insights"}
    empty = {name: () if isinstance(value, tuple) else None for name, value in said if name not in kept}
    empty |= {"status": "suspended", "answers": {}, "sources": {}, "fallbacks": {}, "usage": {}}
    text = markdown(said.model_copy(update=empty))
    assert text.startswith("# No verdict\n\nStatus: waiting for answers · thread `t`")
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## Questions",
        "## The problem as it was given",
    ]
