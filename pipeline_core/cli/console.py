"""Consoles for output and for what accompanies it."""

import os
import sys
from typing import TextIO

from rich.console import Console


def console_on(stream: TextIO) -> Console:
    """Return a console that styles only on a terminal, and never where `NO_COLOR` is set."""
    terminal = stream.isatty()
    plain = not terminal or bool(os.environ.get("NO_COLOR"))
    return Console(
        file=stream,
        force_terminal=terminal,
        no_color=plain,
        color_system=None if plain else "auto",
        markup=False,
        emoji=False,
        highlight=False,
    )


def can_draw(stream: TextIO) -> bool:
    """Tell whether lines on `stream` can be redrawn."""
    return stream.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


def can_ask() -> bool:
    """Tell whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
