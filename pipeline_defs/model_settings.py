"""Which models judge in a run: what its worker's environment says, and what its config changes of that."""

import os
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline_core.environment import names_a_model
from pipeline_core.errors import InputError

if TYPE_CHECKING:
    from pipeline_core.settings import Settings

_BASE_URL = "SUITABILITY_BASE_URL"


class ModelConfigError(InputError):
    """Raised when the address in a run's config must not be used."""

    def __init__(self, defect: str) -> None:
        super().__init__(f"base_url: {defect}")


def model_settings(model: str = "", base_url: str = "") -> "Settings | None":
    """Return the settings of this process with these changes; None if the rubric judges alone.

    Without a model nothing is imported for it.

    Args:
        model: takes the place of `SUITABILITY_MODEL`, unless it is empty.
        base_url: takes the place of `SUITABILITY_BASE_URL`, unless it is empty.

    Raises:
        SettingsError: a value is not what it should be.
        ModelConfigError: the address must not be used.
    """
    if not model and not names_a_model():
        return None
    from pipeline_core.settings import read_settings  # noqa: PLC0415

    if base_url:
        _check_address(base_url)
    os.environ.setdefault("PYDANTIC_AI_NO_BANNER", "1")
    return read_settings(
        **{name: value for name, value in (("model", model), ("base_url", base_url)) if value}
    )


def _check_address(base_url: str) -> None:
    """Refuse an address that must not come from config.

    Whoever may launch a run may write its config, and the keys of the worker go wherever the address
    points: so it may name this machine, or what the worker's own environment names.
    """
    try:
        parts = urlsplit(base_url)
        host, secret = parts.hostname or "", parts.username or parts.password or parts.query
    except ValueError:
        host, secret = "", None
    if not host:
        raise ModelConfigError("is no address such as http://127.0.0.1:8080/v1")
    if secret:
        raise ModelConfigError("holds more than an address; keys belong in the environment")
    keys = [name for name, value in os.environ.items() if name.endswith("_API_KEY") and value]
    if keys and not _is_here(host) and base_url != os.environ.get(_BASE_URL):
        named = ", ".join(sorted(keys))
        defect = f"would be sent a key of the run worker ({named}); set {_BASE_URL} there instead"
        raise ModelConfigError(defect)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
