"""Agreement figures with bootstrap intervals; seeded, so that a report can be repeated."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats  # pyright: ignore[reportMissingTypeStubs]
from sklearn import metrics  # pyright: ignore[reportMissingTypeStubs]

from pipeline_core.evaluation.report import Interval

_stats: Any = stats
_metrics: Any = metrics
_RESAMPLES = 2_000
_SEED = 20_260
_LEAST = 2


def agreement_interval(right: Sequence[bool]) -> Interval:
    """Return the share of right ones."""
    if not right:
        return Interval(value=0.0)
    values = np.array(right, dtype=float)
    if len(values) < _LEAST or values.min() == values.max():
        return Interval(value=float(values.mean()))
    found = _stats.bootstrap(
        (values,), np.mean, n_resamples=_RESAMPLES, method="percentile", rng=np.random.default_rng(_SEED)
    )
    interval = found.confidence_interval
    return Interval(value=float(values.mean()), low=float(interval.low), high=float(interval.high))


def kappa_interval(pairs: Sequence[tuple[int, int]], classes: int) -> Interval:
    """Return Cohen's kappa with quadratic weights."""
    if len(pairs) < _LEAST or len({a for a, _ in pairs} | {b for _, b in pairs}) < _LEAST:
        return Interval(value=1.0 if all(a == b for a, b in pairs) and pairs else 0.0)
    labels = list(range(classes))
    first, second = np.array(pairs).T
    value = float(_metrics.cohen_kappa_score(first, second, labels=labels, weights="quadratic"))
    table = _metrics.confusion_matrix(first, second, labels=labels)
    random = np.random.default_rng(_SEED)
    drawn = random.multinomial(len(pairs), (table / len(pairs)).ravel(), size=_RESAMPLES)
    kappas = [_weighted_kappa(one.reshape(classes, classes)) for one in drawn]
    low, high = np.nanpercentile(kappas, [2.5, 97.5])
    return Interval(value=value, low=float(low), high=float(high))


def macro_f1(pairs: Sequence[tuple[int, int]]) -> float:
    """Return the mean F1 over the classes that occur."""
    if not pairs:
        return 0.0
    first, second = np.array(pairs).T
    return float(_metrics.f1_score(first, second, average="macro", zero_division=0))


def _weighted_kappa(table: "np.ndarray[tuple[int, int], np.dtype[np.int64]]") -> float:
    rows, columns = np.indices(table.shape)
    cost = (rows - columns) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1)
    by_chance = float((cost * expected).sum())
    return float("nan") if by_chance == 0 else 1 - float((cost * table).sum()) / by_chance
