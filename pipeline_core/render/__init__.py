"""The report for readers: Markdown, HTML, and text for a terminal."""

from pipeline_core.render.markdown import markdown

__all__ = ["markdown"]
