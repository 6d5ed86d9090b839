"""Read a rubric file; where it is wrong, say in which line."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipeline_core.rubric.errors import RubricError
from pipeline_core.rubric.schema import RubricSpec
from pipeline_core.text.data_files import YAML_LOADER

_yaml: Any = yaml


def read_rubric(path: Path) -> tuple[RubricSpec, bytes]:
    """Return the rubric in a file and the bytes it was read from.

    Raises:
        RubricError: it cannot be read, is not YAML, or does not fit the schema.
    """
    try:
        content = path.read_bytes()
        text = content.decode()
    except OSError as error:
        raise RubricError(path.name, None, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise RubricError(path.name, None, "is not UTF-8 text") from error
    try:
        data = yaml.load(text, Loader=YAML_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = None if mark is None else mark.line + 1
        raise RubricError(path.name, line, f"is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise RubricError(path.name, None, "is not YAML") from error
    try:
        return RubricSpec.model_validate(data), content
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        defect = f"{where}: {message}" if where else message
        raise RubricError(path.name, _line_of(text, first["loc"], message), defect) from error


def _line_of(text: str, location: tuple[int | str, ...], message: str) -> int:
    node: Any = _yaml.compose(text, Loader=YAML_LOADER)
    if node is None:
        return 1
    line: int = node.start_mark.line
    for part in location:
        following: Any = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, following = key.start_mark.line, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            following = node.value[part]
            line = following.start_mark.line
        if following is None:
            break
        node = following
    if not location:
        line = _line_of_name(node, message, line)
    return line + 1


def _line_of_name(node: Any, message: str, otherwise: int) -> int:
    """Find the last scalar that the message quotes, for defects of the rubric as a whole."""
    quoted = message.split("'")[1::2]
    found = otherwise
    stack = [node]
    while stack and quoted:
        current = stack.pop()
        if isinstance(current, yaml.ScalarNode):
            if current.value == quoted[-1]:
                found = max(found, current.start_mark.line)
        elif isinstance(current, yaml.MappingNode):
            stack.extend(part for pair in current.value for part in pair)
        else:
            stack.extend(current.value)
    return found
