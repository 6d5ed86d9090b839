"""Text from outside, made safe to show."""

import re

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_MARKUP = re.compile(r"([\\`*_{}\[\]#|~$!])")
_LINE_START = re.compile(r"^([-+=]|\d+[.)])(?=\s|$|[-=])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "://": "&#58;//", "www.": "www&#46;", "@": "&#64;"}


def visible(text: str) -> str:
    """Return `text` without characters that drive a terminal or turn the direction of writing.

    Each is replaced by the replacement character; newlines and tabs stay.
    """
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str) -> str:
    """Return `text` as `visible` does, on one line."""
    return " ".join(visible(text).split())


def shortened(text: str, width: int) -> str:
    """Return `text` on one line of at most `width` characters."""
    line = one_line(text)
    return line if len(line) <= width else f"{line[: width - 1].rstrip()}…"


def markdown_text(text: str) -> str:
    """Return Markdown for one line that reads exactly `text`: no markup, HTML, image or link of its own."""
    line = _MARKUP.sub(r"\\\1", one_line(text))
    for plain, entity in _ENTITIES.items():
        line = line.replace(plain, entity)
    return _LINE_START.sub(lambda found: f"{found[1][:-1]}\\{found[1][-1]}", line)


def markdown_prose(text: str) -> str:
    """Return Markdown that an analyzer wrote, without its HTML, links and images; other markup stays."""
    kept = visible(text).replace("<", "&lt;").replace("[", "\\[")
    return kept.replace("://", "&#58;//")
