"""A compact multilingual sentence encoder: a fixed-length vector for each statement.

A deep averaging network with n-gram windows over sub-word pieces (Universal Sentence Encoder
Multilingual 3, Apache-2.0, pruned and quantised by `training/build_encoder.py`). It needs numpy and reads
only those rows of its table that a text uses.
"""

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline_core.rubric.pieces import Pieces

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

_DIMENSIONS = 512
WIDTH = 2 * _DIMENSIONS
"""Numbers in a vector: the sentence vector, then the average it was computed from."""
_BRANCH = 256
_BRANCHES = ((2, 0), (3, 1), (5, 2))
_LEFT, _RIGHT = 2, 2
_LONGEST_STATEMENT = 1_200


class Encoder:
    """Turns statements into vectors of length one; the same text always gives the same vector."""

    def __init__(self, folder: Path) -> None:
        import numpy as np  # noqa: PLC0415

        with np.load(folder / "encoder.npz", allow_pickle=False) as stored:
            arrays: dict[str, Array] = {name: stored[name] for name in stored.files}
        unknown, self._begin, self._end = (int(i) for i in arrays.pop("specials"))
        self._pieces = Pieces(
            arrays.pop("hashes"), arrays.pop("scores"), unknown, float(arrays.pop("unknown_score"))
        )
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
            pieces = self._pieces.split(statement[:_LONGEST_STATEMENT])
            out[row] = self._vector([self._begin, *pieces, self._end])
        return out

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
