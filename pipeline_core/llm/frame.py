"""Puts what a user wrote into a frame that it cannot leave."""

import json
from collections.abc import Mapping

from pydantic import BaseModel

from pipeline_core.models import Case

_CONTROL = {code: " " for code in range(32) if chr(code) not in "\t\n\r"}


def escape(text: str) -> str:
    """Return `text` without any mark-up of its own: it cannot open, close or imitate a frame."""
    plain = text.translate(_CONTROL)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return what `escape` was given."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def framed(case: Case, findings: Mapping[str, BaseModel] | None = None) -> str:
    """Return the message that shows a case to a model: data, and nothing but data.

    Args:
        case: its input and answers are shown.
        findings: results of earlier tasks that are shown too, by task.
    """
    parts = [f"<problem>\n{escape(case.input.problem)}\n</problem>"]
    if case.input.context:
        parts.append(f"<context>\n{escape(case.input.context)}\n</context>")
    for question, answer in sorted(case.answers.items()):
        parts.append(f'<answer question="{escape(question)}">\n{escape(answer)}\n</answer>')
    for task, result in (findings or {}).items():
        parts.append(f'<finding task="{escape(task)}">\n{escape(_brief(result))}\n</finding>')
    return "<case>\n" + "\n".join(parts) + "\n</case>"


def _brief(result: BaseModel) -> str:
    kept = result.model_dump(
        mode="json",
        exclude={"usage", "fallback_reason", "source", "evidence", "questions"},
        exclude_defaults=True,
    )
    return json.dumps(kept, ensure_ascii=False)
