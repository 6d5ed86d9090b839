"""What holds for the advice on every labelled text."""

import itertools
import re

import pytest

from tests.advice.cases import labelled_cases
from tests.advice.pages import Page, page_of

_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z]|$)")


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return {name: page_of(case) for name, case in labelled_cases()}


def test_two_texts_never_get_the_same_page(pages: dict[str, Page]) -> None:
    shingles = {name: _shingles(page.words()) for name, page in pages.items()}
    shares = [
        len(shingles[one] & shingles[other]) / len(shingles[one] | shingles[other])
        for one, other in itertools.combinations(shingles, 2)
    ]
    assert max(shares) < 0.5
    assert sum(shares) / len(shares) < 0.08


def test_few_whole_lines_are_shared_by_two_pages(pages: dict[str, Page]) -> None:
    lines = {name: {line for line in page.lines() if len(line) > 25} for name, page in pages.items()}
    shares = [
        len(lines[one] & lines[other]) / min(len(lines[one]), len(lines[other]))
        for one, other in itertools.combinations(lines, 2)
    ]
    assert max(shares) < 0.65
    assert sum(shares) / len(shares) < 0.08


def test_every_evidence_stands_at_its_offsets(pages: dict[str, Page]) -> None:
    for page in pages.values():
        for item in page.evidence():
            assert page.case.input.problem[item.start : item.end] == item.quote


def test_nothing_is_quoted_that_is_not_in_the_text(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        text = " ".join(page.case.input.problem.split())
        # A quote of ours that holds a quote of the text ends too early for the pattern.
        strange = [quote for quote in page.quotes() if quote not in text and "“" not in quote]
        assert not strange, name


def test_no_slot_is_left_open(pages: dict[str, Page]) -> None:
    for page in pages.values():
        for line in page.lines():
            own = line
            for quote in page.quotes():
                own = own.replace(quote, "")
            assert not re.search(r"\{[a-z_]+\}", own)


def test_every_page_is_complete(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert 2 <= len(page.risks.risks) <= 6
        assert 1 <= len(page.alternatives.alternatives) <= 4
        assert any(not way.uses_ai for way in page.alternatives.alternatives)
        assert 2 <= len(page.synthesis.action_items) <= 6
        assert 2 <= len(page.synthesis.takeaways) <= 4
        for risk in page.risks.risks:
            assert risk.title
            assert risk.description
            assert risk.mitigation
            assert risk.evidence or risk.description
        for way in page.alternatives.alternatives:
            assert way.name
            assert way.description
            assert way.advantages
            assert way.disadvantages
            assert way.when_to_choose


def test_summary_has_two_or_three_sentences(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        outside_quotes = re.sub(r"“[^”]*”", "“…”", page.synthesis.executive_summary)
        assert 2 <= len(_SENTENCE_END.findall(outside_quotes)) <= 3, name


def test_action_items_come_most_urgent_first(pages: dict[str, Page]) -> None:
    order = {"high": 0, "medium": 1, "low": 2}
    for page in pages.values():
        ranks = [order[item.priority] for item in page.synthesis.action_items]
        assert ranks == sorted(ranks)
        assert ranks[0] == 0


def test_risks_come_gravest_first_after_the_fatal_one(pages: dict[str, Page]) -> None:
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    for page in pages.values():
        ranks = [order[risk.severity] for risk in page.risks.risks]
        assert ranks == sorted(ranks)


def test_no_architecture_where_ai_is_advised_against(pages: dict[str, Page]) -> None:
    for page in pages.values():
        assert page.case.verdict is not None
        against = page.case.verdict.verdict in ("WEAK_FIT", "NOT_RECOMMENDED")
        assert (page.architecture.architecture is None) == against
        assert page.architecture.reasoning


def test_not_recommended_says_no_and_begins_with_the_fatal_risk(pages: dict[str, Page]) -> None:
    for page in pages.values():
        if page.case.verdict and page.case.verdict.verdict == "NOT_RECOMMENDED":
            assert page.synthesis.executive_summary.startswith("No: ")
            assert page.risks.risks[0].severity == "critical"
            assert all(not way.uses_ai for way in page.alternatives.alternatives)


def test_the_same_case_gives_the_same_page() -> None:
    for _, case in list(labelled_cases())[:12]:
        assert page_of(case) == page_of(case)


def _shingles(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}
