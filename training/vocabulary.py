"""The pieces the transformer knows: those of its source that are kept."""

import numpy as np

from pipeline_core.rubric.pieces import Pieces, piece_hash
from training.source_model import SourceModel


class Vocabulary:
    """The pieces that are kept, in the order of their hashes."""

    def __init__(self, source: SourceModel) -> None:
        kept = source.kept()
        special = {source.begin, source.end, source.unknown}
        hashes = np.array(
            [i if i in special else piece_hash(source.pieces[i]) for i in kept], dtype=np.uint64
        )
        if len(set(hashes.tolist())) != len(hashes):
            raise SystemExit("two pieces share a hash: change the multiplier")
        order = np.argsort(hashes)
        self.rows = np.array(kept)[order]
        self.hashes = hashes[order]
        self.scores = source.scores[self.rows].astype(np.float32)
        at = {int(row): place for place, row in enumerate(self.rows)}
        self.unknown, self.begin, self.end = (at[i] for i in (source.unknown, source.begin, source.end))
        self.unknown_score = float(source.scores.min() - 10)
        self.pieces = Pieces(self.hashes, self.scores, self.unknown, self.unknown_score)
