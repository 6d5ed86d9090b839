"""Advice on the example briefs, judged by the shipped rubric."""

import json
from pathlib import Path

import pytest

from pipeline_core.models import Case, PipelineInput
from pipeline_core.rubric import Rubric
from tests.advice.pages import Page, page_of

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").iterdir())


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return Rubric.load()


def page_for(path: Path, rubric: Rubric) -> Page:
    written = path.read_text("utf-8")
    given = json.loads(written) if path.suffix == ".json" else {"problem": written}
    case = Case(input=PipelineInput(**given))
    case = case.model_copy(update={"screening": rubric.screen(case)})
    scored = {name: rubric.score(case, name) for name in rubric.dimensions}
    case = case.model_copy(update={"dimensions": scored})
    return page_of(case.model_copy(update={"verdict": rubric.decide(case)}))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_gets_a_whole_page_in_its_own_words(path: Path, rubric: Rubric) -> None:
    page = page_for(path, rubric)
    texts = {"problem": page.case.input.problem, "context": page.case.input.context or ""}
    assert all(texts[item.source][item.start : item.end] == item.quote for item in page.evidence())
    assert 2 <= len(page.risks.risks) <= 6
    assert any(not way.uses_ai for way in page.alternatives.alternatives)
    assert "## How to go on" in page.synthesis.narrative
    assert any(quote in " ".join(texts["problem"].split()) for quote in page.quotes())
