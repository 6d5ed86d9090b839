"""The prompts: data files, one for each task, all under the same house rules."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told to do."""

    version: str
    """As the file says, and a hash of all of it: no change goes unseen."""
    text: str


@cache
def prompt(task: str) -> Prompt:
    """Return the prompt of a task, house rules first. The first line of a file is `version: N`."""
    rules, own = _read("house_rules"), _read(task)
    text = "\n\n".join(body for _, body in (rules, own))
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(version=f"{rules[0]}.{own[0]}-{digest}", text=text)


def has_prompt(task: str) -> bool:
    """Tell whether there is a prompt for a task."""
    return files("pipeline_core.llm").joinpath("prompts", f"{task}.md").is_file()


def _read(name: str) -> tuple[str, str]:
    head, _, body = (
        files("pipeline_core.llm").joinpath("prompts", f"{name}.md").read_text("utf-8").partition("\n")
    )
    return head.removeprefix("version:").strip(), body.strip()
