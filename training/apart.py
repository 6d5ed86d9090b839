"""What a transformer makes of cases it has not seen, kept so that measuring needs no PyTorch.

One file for each set of cases that was kept apart: their ids, and the transformer's log-odds.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pipeline_core.rubric.transformer import Opinion

_FOLDER = Path(__file__).parent / "apart"


def keep(name: str, opinions: Mapping[str, Opinion]) -> None:
    """Keep what a transformer makes of cases that were kept apart, by the id of the case."""
    _FOLDER.mkdir(exist_ok=True)
    np.savez_compressed(
        _FOLDER / f"{name}.npz",
        ids=np.array(list(opinions)),
        dimensions=np.stack([each.dimensions for each in opinions.values()]).astype(np.float16),
        verdict=np.stack([each.verdict for each in opinions.values()]).astype(np.float16),
        vague=np.array([each.vague for each in opinions.values()], dtype=np.float16),
    )


def kept() -> dict[str, dict[str, Opinion]]:
    """Return all that was kept, by set and case; what statements speak for is not part of it."""
    out: dict[str, dict[str, Opinion]] = {}
    for path in sorted(_FOLDER.glob("*.npz")):
        with np.load(path, allow_pickle=False) as stored:
            parts = (stored["ids"].tolist(), stored["dimensions"], stored["verdict"], stored["vague"])
        out[path.stem] = {
            name: Opinion(dimensions.astype(float), verdict.astype(float), float(vague), np.zeros((0, 0)))
            for name, dimensions, verdict, vague in zip(*parts, strict=True)
        }
    return out
