"""Measure how well the parameters generalise, on folds that are frozen: they follow from the case ids.

python -m training.crossvalidate [--repeats 3] [--encoder default]
"""

import argparse
import hashlib
from collections.abc import Sequence

import numpy as np

from pipeline_core.rubric.learned import mixed
from pipeline_core.rubric.targets import SCORES
from pipeline_core.rubric.transformer import Opinion
from training.apart import kept
from training.model import VERDICTS, Data, Row, Settings, apply, fit
from training.train import SCORE_BIAS, SHARES, SHARPNESS, SHARPNESS_TOGETHER, VAGUE_OFFSET

FOLDS = 5
VAGUE = 0.11
VETO_NEAR = 0.06
"""As in the rule `strong` of the rubric."""


def fold(case_id: str, repeat: int) -> int:
    """Return the fold of a case in a repeat."""
    return hashlib.sha256(f"{repeat}:{case_id}".encode()).digest()[0] % FOLDS


def quadratic_kappa(pairs: Sequence[tuple[int, int]], classes: int) -> float:
    table = np.zeros((classes, classes))
    for a, b in pairs:
        table[a, b] += 1
    i, j = np.indices(table.shape)
    cost = (i - j) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return 1 - (cost * table).sum() / (cost * expected).sum()


def fenced(judged: dict[str, np.ndarray]) -> int:
    """Return the verdict by the leading predicate and the limits that the rules of the rubric set to it."""
    sharp = judged["verdict"] ** SHARPNESS[1]
    leads, veto = int(sharp.argmax()), sharp[0] / sharp.sum()
    stakes = SCORES[judged["dimension:error_tolerance"].argmax()]
    if VERDICTS[leads] == "NOT_RECOMMENDED" and stakes == "favorable":
        return VERDICTS.index("CONDITIONAL")
    if VERDICTS[leads] == "STRONG_FIT" and (veto >= VETO_NEAR or stakes == "unfavorable"):
        return VERDICTS.index("CONDITIONAL")
    return leads


def together(
    judged: dict[str, np.ndarray], opinion: Opinion, dimensions: Sequence[str]
) -> dict[str, np.ndarray]:
    """Return a judgement with the transformer heard, as if it were one of the linear models."""
    out: dict[str, np.ndarray] = {}
    sharper = [one / other for one, other in zip(SHARPNESS_TOGETHER, SHARPNESS, strict=True)]
    for row, name in zip(opinion.dimensions, dimensions, strict=True):
        key = f"dimension:{name}"
        heard = mixed(_log(judged[key]), row, SHARES[0]) + np.array(SCORE_BIAS.get(name, (0.0, 0.0, 0.0)))
        out[key] = _probabilities(sharper[0] * heard)
    out["verdict"] = _probabilities(sharper[1] * mixed(_log(judged["verdict"]), opinion.verdict, SHARES[1]))
    clear, vague = _log(judged["vague"])
    unclear = mixed(vague - clear, np.array(opinion.vague), SHARES[2]) + VAGUE_OFFSET
    out["vague"] = _probabilities(np.array([0.0, float(unclear)]))
    return out


def _log(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, 1e-9))


def _probabilities(log_odds: np.ndarray) -> np.ndarray:
    e = np.exp(log_odds - log_odds.max())
    return e / e.sum()


def alone(opinion: Opinion, dimensions: Sequence[str]) -> dict[str, np.ndarray]:
    """Return what the transformer makes of a case by itself."""
    out = {
        f"dimension:{name}": _probabilities(row)
        for row, name in zip(opinion.dimensions, dimensions, strict=True)
    }
    vague = np.array([0.0, opinion.vague])
    return {**out, "verdict": _probabilities(opinion.verdict), "vague": _probabilities(vague)}


def measure_apart(data: Data, settings: Settings) -> None:
    """Print how linear models, transformer and both together judge cases that none of them has seen."""
    for name, opinions in kept().items():
        test = [row for row in data.rows if row.case["id"] in opinions]
        rest = [row for row in data.rows if row.case["id"] not in opinions]
        judged = apply(fit(data, rest, settings), data, test)
        heard = [opinions[row.case["id"]] for row in test]
        both = [together(j, o, data.dimensions) for j, o in zip(judged, heard, strict=True)]
        print(f"kept apart: {name}, {len(test)} cases; learned from {len(rest)}")
        show("  linear models", summary(data, test, judged))
        show("  transformer", summary(data, test, [alone(o, data.dimensions) for o in heard]))
        show("  together", summary(data, test, both))


def summary(data: Data, rows: Sequence[Row], judged: Sequence[dict[str, np.ndarray]]) -> dict[str, float]:
    """Return the figures that matter of out-of-sample judgements."""
    clear = [(r.case, j) for r, j in zip(rows, judged, strict=True) if not r.case["needs_clarification"]]
    pairs = [(VERDICTS.index(c["verdict"]), fenced(j)) for c, j in clear]
    out = {
        "exact": float(np.mean([a == b for a, b in pairs])),
        "accept": float(
            np.mean(
                [VERDICTS[b] in c["acceptable_verdicts"] for (c, _), (_, b) in zip(clear, pairs, strict=True)]
            )
        ),
        "kappa": quadratic_kappa(pairs, 4),
        "NR<->SF": sum(abs(a - b) == 3 for a, b in pairs),
    }
    for d in data.dimensions:
        right = [
            SCORES[j[f"dimension:{d}"].argmax()]
            in (c["acceptable_dimensions"].get(d) or [c["dimensions"][d]])
            for c, j in clear
        ]
        out[d[:10]] = float(np.mean(right))
    out["dims"] = float(np.mean([out[d[:10]] for d in data.dimensions]))
    vague = [j["vague"][1] for r, j in zip(rows, judged, strict=True) if r.case["needs_clarification"]]
    plain = [j["vague"][1] for r, j in zip(rows, judged, strict=True) if not r.case["needs_clarification"]]
    if vague:
        out["vague_min"] = float(min(vague))
        out["vague_recall"] = float(np.mean([v >= VAGUE for v in vague]))
    out["false_alarm"] = float(np.mean([v >= VAGUE for v in plain]))
    return out


def cross_validate(data: Data, settings: Settings, repeat: int) -> list[dict[str, np.ndarray]]:
    """Return the judgement of each case by parameters that have not seen it."""
    judged: list[dict[str, np.ndarray] | None] = [None] * len(data.rows)
    for k in range(FOLDS):
        held = [i for i, r in enumerate(data.rows) if fold(r.case["id"], repeat) == k]
        rest = [r for r in data.rows if fold(r.case["id"], repeat) != k]
        parameters = fit(data, rest, settings)
        for i, j in zip(held, apply(parameters, data, [data.rows[i] for i in held]), strict=True):
            judged[i] = j
    return [j for j in judged if j is not None]


def show(name: str, figures: dict[str, float]) -> None:
    print(f"{name:24}", "  ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--encoder", default="default")
    arguments = parser.parse_args()
    data = Data(arguments.encoder)
    settings = Settings(encoder=arguments.encoder)
    for repeat in range(arguments.repeats):
        judged = cross_validate(data, settings, repeat)
        show(f"all, repeat {repeat}", summary(data, data.rows, judged))
    if arguments.encoder == "default":
        measure_apart(data, settings)
    files = [
        name for name in ("development", "development2") if any(r.case["file"] == name for r in data.rows)
    ]
    for held in files:
        test = [r for r in data.rows if r.case["file"] == held]
        rest = [r for r in data.rows if r.case["file"] != held]
        if any(r.evidence for r in rest):
            show(f"held out: {held}", summary(data, test, apply(fit(data, rest, settings), data, test)))


if __name__ == "__main__":
    main()
