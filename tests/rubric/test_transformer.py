import hashlib
from pathlib import Path

import numpy as np
import pytest

import pipeline_core.rubric
from pipeline_core.models import Case, PipelineInput
from pipeline_core.rubric import Rubric
from pipeline_core.rubric.transformer import LONGEST_WINDOW, Transformer

_FOLDER = Path(pipeline_core.rubric.__file__).parent / "builtin"
_SORTED = "Sort 900 letters a week by department."
_CHECKED = "A clerk confirms each one with a click before anything happens."
_UNCHECKED = "The letter is destroyed at once and nobody ever looks at it again."


@pytest.fixture(scope="module")
def transformer() -> Transformer:
    return Transformer(_FOLDER)


def test_a_statement_is_read_in_the_light_of_the_others(transformer: Transformer) -> None:
    checked, unchecked = (transformer.read([_SORTED, other]) for other in (_CHECKED, _UNCHECKED))
    assert not np.allclose(checked.statements[0], unchecked.statements[0], atol=0.01)
    assert checked.verdict[0] < unchecked.verdict[0]


def test_every_statement_of_an_ordinary_text_is_heard(transformer: Transformer) -> None:
    opinion = transformer.read([_SORTED, _CHECKED, _UNCHECKED])
    assert len(opinion.statements) == 3
    assert opinion.dimensions.shape == (7, 3)


def test_a_long_text_is_read_in_windows_up_to_a_limit(transformer: Transformer) -> None:
    some = transformer.read([_SORTED] * 60)
    assert len(some.statements) == 60
    endless = transformer.read([_SORTED] * 5_000)
    assert 60 < len(endless.statements) < 5_000
    assert np.isfinite(endless.verdict).all()


@pytest.mark.parametrize("statement", ["x" * 5_000, "\U0001f600" * 900, "書" * 1_500, "\u200b", " "])
def test_odd_statements_are_read_without_an_error(transformer: Transformer, statement: str) -> None:
    assert len(transformer.pieces(statement)) <= LONGEST_WINDOW - 2
    assert np.isfinite(transformer.read([statement]).dimensions).all()


def test_the_same_text_gives_the_same_numbers_whatever_was_read_before(transformer: Transformer) -> None:
    before = transformer.read([_SORTED, _CHECKED])
    transformer.read([_UNCHECKED] * 30)
    assert (transformer.read([_SORTED, _CHECKED]).dimensions == before.dimensions).all()


def test_the_parameters_were_made_for_this_transformer() -> None:
    digest = hashlib.sha256()
    for name in ("transformer.npz", "transformer_table.npy", "transformer_weights.npy"):
        digest.update((_FOLDER / name).read_bytes())
    with np.load(_FOLDER / "parameters_default.npz", allow_pickle=False) as stored:
        assert str(stored["transformer"]) == digest.hexdigest()


def test_the_longest_text_allowed_is_judged_with_every_statement() -> None:
    problem = (f"{_SORTED} {_CHECKED} " * 1_100)[:100_000].strip()
    rubric = Rubric.load()
    case = Case(input=PipelineInput(problem=problem))
    assert rubric.screen(case).can_evaluate
    assert rubric.score(case, "human_oversight_cost").score == "favorable"
