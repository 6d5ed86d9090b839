"""A compact multilingual sentence encoder: a fixed-length vector for each statement.

A deep averaging network with n-gram windows over sub-word pieces (Universal Sentence Encoder
Multilingual 3, Apache-2.0, pruned and quantised by `training/build_encoder.py`). It needs numpy and reads
only those rows of its table that a text uses.
"""

import math
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

_MULTIPLIER = 0x9E3779B97F4A7C15
_WORD = 0xFFFFFFFFFFFFFFFF
_LONGEST_PIECE = 16
_DIMENSIONS = 512
WIDTH = 2 * _DIMENSIONS
"""Numbers in a vector: the sentence vector, then the average it was computed from."""
_BRANCH = 256
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_LEFT, _RIGHT = 2, 2
_UNKNOWN, _BEGIN, _END = 0, 1, 2
_LONGEST_STATEMENT = 1_200


def piece_hash(piece: str) -> int:
    """Return the 64-bit hash by which a piece is found."""
    value = 0
    for char in piece:
        value = (value * _MULTIPLIER + ord(char)) & _WORD
    return value


class Encoder:
    """Turns statements into vectors of length one; the same text always gives the same vector."""

    def __init__(self, folder: Path) -> None:
        import numpy as np  # noqa: PLC0415

        with np.load(folder / "encoder.npz", allow_pickle=False) as stored:
            arrays: dict[str, Array] = {name: stored[name] for name in stored.files}
        self._hashes = arrays.pop("hashes")
        self._scores = arrays.pop("scores")
        self._special = [int(i) for i in arrays.pop("specials")]
        self._unknown_score = float(arrays.pop("unknown_score"))
        self._epsilon = float(arrays.pop("epsilon"))
        self._ranges = arrays.pop("ranges")
        self._table: Array = np.load(folder / "encoder_table.npy", mmap_mode="r", allow_pickle=False)
        self._w = {
            name: array if array.dtype != np.int8 else array * arrays[f"{name}_step"]
            for name, array in arrays.items()
            if not name.endswith("_step")
        }

    def encode(self, statements: Sequence[str]) -> "Array":
        """Return one row of `WIDTH` numbers for each statement."""
        import numpy as np  # noqa: PLC0415

        out = np.empty((len(statements), WIDTH), dtype=np.float32)
        for row, statement in enumerate(statements):
            out[row] = self._vector(self._pieces(statement[:_LONGEST_STATEMENT]))
        return out

    def _pieces(self, text: str) -> list[int]:
        import numpy as np  # noqa: PLC0415

        words = unicodedata.normalize("NFKC", text).split()
        marked = "▁" + "▁".join(words)
        codes = np.array([ord(char) for char in marked], dtype=np.uint64)
        size = len(codes)
        best = [0.0] + [-1e38] * size
        back: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        candidates: list[list[tuple[int, int, float]]] = [[] for _ in range(size)]
        rolling = np.zeros(size, dtype=np.uint64)
        for length in range(1, min(_LONGEST_PIECE, size) + 1):
            rolling = rolling[: size - length + 1] * np.uint64(_MULTIPLIER) + codes[length - 1 :]
            place = np.searchsorted(self._hashes, rolling)
            place[place == len(self._hashes)] = 0
            for start in np.flatnonzero(self._hashes[place] == rolling).tolist():
                piece = int(place[start])
                candidates[start].append((length, piece, float(self._scores[piece])))
        unknown = self._special[_UNKNOWN]
        for start in range(size):
            base = best[start]
            options = candidates[start]
            if not options or options[0][0] > 1:
                options = [(1, unknown, self._unknown_score), *options]
            for length, piece, score in options:
                if base + score > best[start + length]:
                    best[start + length] = base + score
                    back[start + length] = (start, piece)
        pieces = [self._special[_END]]
        position = size
        while position > 0:
            position, piece = back[position]
            pieces.append(piece)
        pieces.append(self._special[_BEGIN])
        return pieces[::-1]

    def _vector(self, pieces: list[int]) -> "Array":
        import numpy as np  # noqa: PLC0415

        w = self._w
        rows = np.array(pieces)
        packed = self._table[rows]
        embedded = np.empty((len(rows), _DIMENSIONS), dtype=np.float32)
        embedded[:, ::2] = packed >> 4
        embedded[:, 1::2] = packed & 15
        ranges = self._ranges[rows]
        embedded *= ranges[:, 1:]
        embedded += ranges[:, :1]
        x = self._normalized(embedded @ w["projection"] + w["projection_bias"], "narrow")
        features = [embedded]
        for branch, (width, left) in enumerate(_BRANCHES):
            own = x[:, branch * _BRANCH : (branch + 1) * _BRANCH]
            hidden = self._window(own, width, left) @ w[f"w1_{branch}"] + w[f"b1_{branch}"]
            hidden = np.maximum(hidden, 0) + own
            deeper = self._window(hidden, width, left) @ w[f"w2_{branch}"] + w[f"b2_{branch}"]
            features.append(np.maximum(deeper, 0) + hidden)
        wide = self._normalized(np.hstack(features), "wide")
        count = len(rows)
        mean = (wide.sum(axis=0) @ w["output"] + count * w["output_bias"]) / np.sqrt(count)
        first = np.maximum(mean @ w["d0"], 0)
        second = np.maximum(mean @ w["p1"] + first @ w["d1"], 0)
        third = np.maximum(second @ w["d2"], 0)
        vector = np.tanh(second @ w["p3"] + third @ w["d3"])
        return np.hstack([self._of_unit_length(vector), self._of_unit_length(mean)])

    def _of_unit_length(self, vector: "Array") -> "Array":
        return vector / math.sqrt(max(float(vector @ vector), self._epsilon))

    def _normalized(self, x: "Array", layer: str) -> "Array":
        import numpy as np  # noqa: PLC0415

        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self._epsilon)
        return centred / spread * self._w[f"{layer}_gain"] + self._w[f"{layer}_shift"]

    @staticmethod
    def _window(x: "Array", width: int, left: int) -> "Array":
        import numpy as np  # noqa: PLC0415

        padded = np.vstack([np.zeros((_LEFT, _BRANCH), x.dtype), x, np.zeros((_RIGHT, _BRANCH), x.dtype)])
        starts = range(_LEFT - left, _LEFT - left + width)
        return np.hstack([padded[start : start + len(x)] for start in starts])


@cache
def shared_encoder(folder: Path) -> Encoder:
    """Return the encoder of a folder; it is read once in a process."""
    return Encoder(folder)
