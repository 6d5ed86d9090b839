"""Long texts that share most of their pieces."""

Text = str | tuple[str, ...]
"""A text, whole or in pieces that follow each other."""


def whole(text: Text) -> str:
    """Return `text` in one piece."""
    return text if isinstance(text, str) else "".join(text)
