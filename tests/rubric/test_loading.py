from pathlib import Path

import pytest

from pipeline_core.errors import InputError
from pipeline_core.models import Case, PipelineInput
from pipeline_core.rubric import Rubric, RubricError
from tests.rubric.conftest import judged

_DIMENSION = """\
  - id: d{number}
    title: Dimension {number}
    weight: {number}
    says: {{favorable: good, neutral: so so, unfavorable: bad, silent: nothing is said}}
    cues:
      favorable: [apple*]
      unfavorable: ["+no apple*", worm*]
"""
_RULES = """\
rules:
  - {id: rotten, verdict: NOT_RECOMMENDED, title: rotten, veto: true, all: [{signal: rot}]}
  - {id: good, verdict: STRONG_FIT, title: good, all: [{favorable_at_least: 5}, {unfavorable_at_most: 0}]}
  - {id: rest, verdict: CONDITIONAL, title: the rest}
"""
_HEAD = "format: 1\nname: Orchard\ndimensions:\n"
_NINE = (
    _HEAD
    + "".join(_DIMENSION.format(number=number) for number in range(1, 10))
    + "signals:\n  - {id: rot, title: it rots, cues: [rotten]}\n"
    + _RULES
)


def _load(folder: Path, text: str) -> Rubric:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return Rubric.load(path)


def test_a_rubric_of_nine_dimensions_judges_by_its_own_cues(tmp_path: Path) -> None:
    rubric = _load(tmp_path, _NINE)
    assert len(rubric.dimensions) == 9
    good = judged(rubric, "We sort apples by colour. The apple is scanned.")
    assert good.verdict is not None
    assert good.verdict.verdict == "STRONG_FIT"
    assert sum(result.weight for result in good.dimensions.values()) == pytest.approx(1, abs=0.001)
    rotten = judged(rubric, "We sort rotten apples by colour, and no apples are thrown away.")
    assert rotten.verdict is not None
    assert (rotten.verdict.verdict, rotten.verdict.rule) == ("NOT_RECOMMENDED", "rotten")
    assert rubric.veto(Case(input=PipelineInput(problem="rotten apples"))) is not None


def test_another_rubric_has_another_version(tmp_path: Path) -> None:
    first = _load(tmp_path, _NINE).version
    assert _load(tmp_path, _NINE).version == first
    assert _load(tmp_path, _NINE.replace("apple*", "pear*")).version != first


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("weight: 3", "weight: heavy", 20, "weight"),
        ("title: Dimension 2", "titel: Dimension 2", 11, "titel"),
        ("id: d4", "id: d3", 18, "defined twice"),
        ("verdict: NOT_RECOMMENDED", "verdict: MAYBE", 69, "verdict"),
        ("signal: rot", "signal: mould", 69, "mould"),
        ("name: Orchard", "name: [Orchard", 3, "not YAML"),
        (
            "{id: rest, verdict: CONDITIONAL, title: the rest}",
            "{id: rest, verdict: CONDITIONAL}",
            71,
            "title",
        ),
    ],
)
def test_a_broken_rubric_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    with pytest.raises(RubricError, match=says) as caught:
        _load(tmp_path, _NINE.replace(old, new, 1))
    assert caught.value.line is not None
    assert abs(caught.value.line - line) <= 8
    assert f"line {caught.value.line}" in str(caught.value)


def test_a_rubric_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Rubric.load(tmp_path / "none.yaml")


def test_an_unknown_encoder_is_refused() -> None:
    with pytest.raises(RubricError, match="default, compact, none"):
        Rubric.load(encoder="best")


def test_the_environment_chooses_the_encoder_unless_the_caller_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUITABILITY_ENCODER", "none")
    assert Rubric.load().version == Rubric.load(encoder="none").version
    assert Rubric.load(encoder="compact").version != Rubric.load().version
    monkeypatch.setenv("SUITABILITY_ENCODER", "best")
    with pytest.raises(RubricError, match="'best' is not one of"):
        Rubric.load()


def test_trained_parameters_are_refused_to_other_dimensions(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"line 3.*learned: false"):
        _load(tmp_path, _NINE.replace("name: Orchard\n", "name: Orchard\nlearned: true\n"))
