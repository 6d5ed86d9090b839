"""How a model is made to answer in a shape."""

from typing import Any

from pydantic import BaseModel
from pydantic_ai import NativeOutput, PromptedOutput, ToolOutput

from pipeline_core.settings import OutputMode

OUTPUT_TOOL = "final_result"
"""Name of the tool by which a model answers in the mode `tool`."""


def output_type(answer: type[BaseModel], mode: OutputMode) -> Any:
    """Return the output type for an agent that is to answer in a shape."""
    match mode:
        case "native":
            return NativeOutput(answer)
        case "prompted":
            return PromptedOutput(answer)
        case "tool":
            return ToolOutput(answer, name=OUTPUT_TOOL)
        case "auto":
            return answer
