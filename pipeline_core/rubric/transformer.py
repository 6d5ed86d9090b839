"""A small transformer that reads a text as a whole and judges what its statements say together.

The model multilingual-e5-small (Microsoft, MIT), its vocabulary cut to the scripts the rubric judges and
fine-tuned on the labelled cases by `training/fine_tune.py`. Weights are stored in 8 bits with a step for each
column, embeddings in 4 bits with a scale for each 32. It needs numpy only.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline_core.rubric.pieces import Pieces

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

WIDTH = 384
HEADS = 12
BLOCK = 32
"""Numbers of an embedding that share a scale."""
POOLING = 0.25
"""Sharpness with which a head looks for the pieces that matter to it."""
LONGEST_STATEMENT = 1_200
"""Characters of a statement that are read."""
LONGEST_WINDOW = 400
"""Pieces that are read at once, with the two that mark beginning and end."""
_MOST_WINDOWS = 5
_MATRICES = (
    ("qkv", WIDTH, 3 * WIDTH),
    ("ao", WIDTH, WIDTH),
    ("fi", WIDTH, 4 * WIDTH),
    ("fo", 4 * WIDTH, WIDTH),
)
_LARGEST = 4 * WIDTH * WIDTH


@dataclass(frozen=True, eq=False)
class Opinion:
    """Log-odds, before any are compared; rows of `statements` are those that were read."""

    dimensions: "Array"
    """A row for each dimension, a column for each score."""
    verdict: "Array"
    vague: float
    """Of there being no task that could be recognised."""
    statements: "Array"
    """A row for each statement, a column for each target."""


class Transformer:
    """Reads statements in each other's light."""

    def __init__(self, folder: Path) -> None:
        import numpy as np  # noqa: PLC0415

        with np.load(folder / "transformer.npz", allow_pickle=False) as stored:
            self._p: dict[str, Array] = {name: stored[name] for name in stored.files}
        p = self._p
        unknown, self._begin, self._end = (int(i) for i in p["specials"])
        self._pieces = Pieces(p["hashes"], p["scores"], unknown, float(p["unknown_score"]))
        self._table: Array = np.load(folder / "transformer_table.npy", mmap_mode="r", allow_pickle=False)
        self._layers = _layers(np.load(folder / "transformer_weights.npy", mmap_mode="r", allow_pickle=False))

    def pieces(self, statement: str) -> list[int]:
        """Return the pieces of a statement, as far as it is read."""
        return self._pieces.split(statement[:LONGEST_STATEMENT])[: LONGEST_WINDOW - 2]

    def read(self, statements: Sequence[str]) -> Opinion:
        """Return what the statements say together; of a very long text, what its beginning says."""
        import numpy as np  # noqa: PLC0415

        read = [self._judge(window) for window in self._windows(statements)]
        sizes = [size for size, _ in read]
        opinions = [opinion for _, opinion in read]

        def average(values: Sequence["Array | float"]) -> "Array":
            return np.average(np.stack([np.asarray(value) for value in values]), axis=0, weights=sizes)

        return Opinion(
            dimensions=average([each.dimensions for each in opinions]),
            verdict=average([each.verdict for each in opinions]),
            vague=float(average([each.vague for each in opinions])),
            statements=np.vstack([each.statements for each in opinions]),
        )

    def _windows(self, statements: Sequence[str]) -> Iterator[list[list[int]]]:
        """Yield as many whole statements, in pieces, as are read at once."""
        window: list[list[int]] = []
        size, made = 2, 0
        for statement in statements:
            pieces = self.pieces(statement)
            if window and size + len(pieces) > LONGEST_WINDOW:
                yield window
                made += 1
                if made == _MOST_WINDOWS:
                    return
                window, size = [], 2
            window.append(pieces)
            size += len(pieces)
        yield window

    def _judge(self, window: Sequence[Sequence[int]]) -> tuple[int, Opinion]:
        import numpy as np  # noqa: PLC0415

        p = self._p
        ids = [self._begin, *(piece for pieces in window for piece in pieces), self._end]
        x = self._hidden(ids)
        attention = x @ p["queries"].T * POOLING
        attention = np.exp(attention - attention.max(axis=0))
        pooled = (attention / attention.sum(axis=0)).T @ x
        pooled = np.hstack([pooled, np.repeat(x.mean(axis=0)[None, :], len(pooled), axis=0)])
        count = len(p["dimensions"])
        scores = np.einsum("dh,dhs->ds", pooled[:count], p["dimensions"]) + p["dimensions_bias"]
        ends = 1 + np.cumsum([len(pieces) for pieces in window])
        starts = [1, *ends[:-1]]
        means = np.stack([x[a:b].sum(axis=0) / max(b - a, 1) for a, b in zip(starts, ends, strict=True)])
        return len(ids), Opinion(
            dimensions=scores,
            verdict=pooled[count] @ p["verdict"] + p["verdict_bias"],
            vague=float(pooled[count + 1] @ p["vague"] + p["vague_bias"]),
            statements=means @ p["targets"] + p["targets_bias"],
        )

    def _hidden(self, ids: Sequence[int]) -> "Array":
        """Return a vector for each piece, in the light of all others.

        Matrices are unpacked one at a time, so that the many processes of a busy machine share the pages
        of the file instead of each keeping four times as much.
        """
        import numpy as np  # noqa: PLC0415

        p = self._p
        space = np.empty(_LARGEST, dtype=np.float32)

        def through(name: str, k: int, x: "Array") -> "Array":
            matrix = self._layers[k][name]
            unpacked = space[: matrix.size].reshape(matrix.shape)
            np.copyto(unpacked, matrix)
            out = x @ unpacked
            out *= p[f"{name}_step"][k]
            out += p[f"{name}_bias"][k]
            return out

        x = _normalized(self._embedded(ids), p["embedding_gain"], p["embedding_shift"])
        for k in range(len(self._layers)):
            attended = through("ao", k, _attended(through("qkv", k, x)))
            x = _normalized(x + attended, p["attended_gain"][k], p["attended_shift"][k])
            out = through("fo", k, _gelu(through("fi", k, x)))
            x = _normalized(x + out, p["out_gain"][k], p["out_shift"][k])
        return x

    def _embedded(self, ids: Sequence[int]) -> "Array":
        import numpy as np  # noqa: PLC0415

        packed = self._table[list(ids)]
        levels = np.empty((len(ids), WIDTH), dtype=np.float32)
        levels[:, ::2] = packed >> 4
        levels[:, 1::2] = packed & 15
        scales = self._p["scales"][list(ids)].astype(np.float32)
        return (levels - 8) * np.repeat(scales, BLOCK, axis=1) + self._p["positions"][: len(ids)]


def _layers(packed: "Array") -> list[dict[str, "Array"]]:
    """Return the matrices of each layer, as they are stored."""
    layers: list[dict[str, Array]] = []
    place = 0
    while place < len(packed):
        layer: dict[str, Array] = {}
        for name, rows, columns in _MATRICES:
            layer[name] = packed[place : place + rows * columns].reshape(rows, columns)
            place += rows * columns
        layers.append(layer)
    return layers


def _normalized(x: "Array", gain: "Array", shift: "Array") -> "Array":
    import numpy as np  # noqa: PLC0415

    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-12)
    return centred / spread * gain + shift


def _attended(qkv: "Array") -> "Array":
    import numpy as np  # noqa: PLC0415

    size = WIDTH // HEADS
    query, key, value = qkv.reshape(len(qkv), 3, HEADS, size).transpose(1, 2, 0, 3)
    weights = (query * np.float32(1 / math.sqrt(size))) @ key.transpose(0, 2, 1)
    weights -= weights.max(axis=-1, keepdims=True)
    np.exp(weights, out=weights)
    attended = weights @ value
    attended /= weights.sum(axis=-1, keepdims=True)
    return attended.transpose(1, 0, 2).reshape(len(qkv), WIDTH)


def _gelu(x: "Array") -> "Array":
    """Return x by the gate of Hendrycks and Gimpel (2016), in the approximation by tanh."""
    import numpy as np  # noqa: PLC0415

    inner = x * x
    inner *= 0.044715
    inner += 1
    inner *= x
    inner *= math.sqrt(2 / math.pi)
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= 0.5
    return inner


@cache
def shared_transformer(folder: Path) -> Transformer:
    """Return the transformer of a folder; it is read once in a process."""
    return Transformer(folder)
