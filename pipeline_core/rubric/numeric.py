"""Start numpy the way small matrices want it."""

import os
import sys

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def start_numpy() -> None:
    """Import numpy with one thread for linear algebra, unless it was imported before.

    More threads only spin on matrices this small, and one thread adds up in one order.
    """
    if "numpy" in sys.modules:
        return
    ours = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(ours, "1"))
    try:
        import numpy  # noqa: PLC0415, F401  # pyright: ignore[reportUnusedImport]
    finally:
        for name in ours:
            del os.environ[name]
