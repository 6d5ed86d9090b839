"""Print how far two labellings of the same cases agree; both stand in `training/passes`.

Two readers labelled these cases by the guide, each without the other's labels and in another order. Read the
figures as consistency of the guide: the texts were written around intended verdicts.

    python -m training.agreement
"""

import json
from pathlib import Path

from sklearn.metrics import cohen_kappa_score

from training.model import VERDICTS

_PASSES = Path(__file__).parent / "passes"
_SCORES = ("unfavorable", "neutral", "favorable")


def main() -> None:
    lines = [line for path in sorted(_PASSES.glob("*.jsonl")) for line in path.read_text().splitlines()]
    rows = [json.loads(line) for line in lines]
    clear = [row for row in rows if row["first"]["verdict"] and row["second"]["verdict"]]
    print(f"{len(rows)} cases, {len(clear)} with a verdict from both")
    pairs = [(row["first"]["verdict"], row["second"]["verdict"]) for row in clear]
    _show("verdict", pairs, VERDICTS)
    for name in clear[0]["first"]["dimensions"]:
        pairs = [(row["first"]["dimensions"][name], row["second"]["dimensions"][name]) for row in clear]
        _show(name, pairs, _SCORES)


def _show(name: str, pairs: list[tuple[str, str]], order: tuple[str, ...]) -> None:
    equal = sum(one == other for one, other in pairs) / len(pairs)
    first, second = ([order.index(value) for value in side] for side in zip(*pairs, strict=True))
    kappa = cohen_kappa_score(first, second, weights="quadratic")
    print(f"{name:22} equal {equal:.3f}  weighted kappa {kappa:.3f}")


if __name__ == "__main__":
    main()
