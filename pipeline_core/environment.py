"""What the environment says that is asked before anything heavy is imported for it."""

import os


def names_a_model() -> bool:
    """Tell whether the environment names a language model that is to judge."""
    return any(os.environ.get(name) for name in ("SUITABILITY_MODEL", "SUITABILITY_MODELS"))
