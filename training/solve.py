"""Regularised linear models, many targets at once."""

import itertools
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

_LEVELS = 127


def logistic(
    dense: np.ndarray, sparse: sp.csr_matrix, labels: np.ndarray, strength: float, rounds: int = 80
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (dense rows first) and biases of one logistic regression for each column of labels."""
    x = np.ascontiguousarray(dense, dtype=np.float32)
    y = labels.astype(np.float32)
    width, hidden, count = x.shape[1], sparse.shape[1], y.shape[1]
    x_t, sparse_t = np.ascontiguousarray(x.T), sparse.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        p = flat.reshape(width + hidden + 1, count).astype(np.float32)
        z = x @ p[:width] + sparse @ p[width:-1] + p[-1]
        value = strength * float((np.logaddexp(0, z) - y * z).sum()) + 0.5 * float((p[:-1] ** 2).sum())
        slope = strength * (1 / (1 + np.exp(-z)) - y)
        gradient = np.vstack([x_t @ slope + p[:width], sparse_t @ slope + p[width:-1], slope.sum(axis=0)])
        return value / 1000, gradient.ravel().astype(np.float64) / 1000

    start = np.zeros((width + hidden + 1, count))
    share = y.mean(axis=0)
    start[-1] = np.log((share + 1e-4) / (1 - share + 1e-4))
    options = {"maxiter": rounds, "maxcor": 8, "ftol": 1e-6}
    p = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options=options).x
    p = p.reshape(start.shape)
    return p[:-1], p[-1]


def softmax(
    x: np.ndarray, labels: Sequence[np.ndarray], strengths: Sequence[float], rounds: int = 400
) -> list[np.ndarray]:
    """Return weights, the bias last, of one softmax regression for each table of soft labels.

    A row of zeros in a table leaves the case out.
    """
    ends = np.cumsum([0, *(y.shape[1] for y in labels)])
    parts = [slice(a, b) for a, b in itertools.pairwise(ends)]
    width = x.shape[1]
    penalty = np.concatenate([np.full(y.shape[1], 1 / c) for y, c in zip(labels, strengths, strict=True)])

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        p = flat.reshape(width + 1, ends[-1])
        z = x @ p[:-1] + p[-1]
        slope = np.empty_like(z)
        value = 0.5 * float((p[:-1] ** 2 * penalty).sum())
        for part, y in zip(parts, labels, strict=True):
            log = z[:, part] - z[:, part].max(axis=1, keepdims=True)
            log -= np.log(np.exp(log).sum(axis=1, keepdims=True))
            value -= float((y * log).sum())
            slope[:, part] = y.sum(axis=1, keepdims=True) * np.exp(log) - y
        return value, np.vstack([x.T @ slope + p[:-1] * penalty, slope.sum(axis=0)]).ravel()

    options = {"maxiter": rounds, "maxcor": 15, "ftol": 1e-7}
    start = np.zeros((width + 1) * int(ends[-1]))
    p = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x.reshape(width + 1, ends[-1])
    return [p[:, part] for part in parts]


def softmax_wide(
    x: sp.csr_matrix, labels: Sequence[np.ndarray], strengths: Sequence[float]
) -> list[np.ndarray]:
    """Return weights like `softmax`, without the bias, for many more columns than rows."""
    values, vectors = np.linalg.eigh((x @ x.T).toarray().astype(np.float64))
    kept = values > 1e-4
    basis = vectors[:, kept] / np.sqrt(values[kept])
    small = softmax((x @ x.T) @ basis, labels, strengths, rounds=120)
    return [x.T @ (basis @ (p[:-1] - p[:-1].mean(axis=1, keepdims=True))) for p in small]


def levels(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights in 8 bits, and the step of each column."""
    step = np.abs(weights).max(axis=0) / _LEVELS
    step[step == 0] = 1
    return np.rint(weights / step).astype(np.int8), step.astype(np.float32)
