"""Weights of the dimensions by field of work, with the reasons for them."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from pipeline_core.errors import InputError
from pipeline_core.tools._data import load


class UnknownPresetError(InputError):
    """Raised when no preset has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no preset {name!r}: choose one of {', '.join(preset_names())}")


class Preset(BaseModel):
    """How much each dimension counts in one field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    why: str
    """The idea behind the weights, in a sentence."""
    weights: Mapping[str, float]
    """By dimension id; they add up to 1."""
    reasons: Mapping[str, str]
    """Why a dimension weighs more here than elsewhere, by dimension id."""


def preset(name: str) -> Preset:
    """Return the preset `name`.

    Raises:
        UnknownPresetError: there is none.
    """
    data = load("presets")
    if name not in data:
        raise UnknownPresetError(name)
    return Preset(name=name, **data[name])


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets, `general` first."""
    return tuple(load("presets"))
