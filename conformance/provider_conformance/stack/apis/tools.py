"""Tools: how they are described to a model, called by it, and answered."""

from enum import Enum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from provider_conformance.stack.apis.media import InterleavedTextMedia


class BuiltinTool(Enum):
    """The tools that models know by name."""

    brave_search = "brave_search"
    wolfram_alpha = "wolfram_alpha"
    photogen = "photogen"
    code_interpreter = "code_interpreter"


def _known_tool(name: Any) -> Any:
    """The built-in tool of that name; anything else as it came."""
    known = BuiltinTool.__members__
    return known[name] if isinstance(name, str) and name in known else name


ToolName = Annotated[BuiltinTool | str, BeforeValidator(_known_tool)]

Primitive = str | int | float | bool | None
RecursiveType = Primitive | list[Primitive] | dict[str, Primitive]


class ToolCall(BaseModel):
    """A model's wish that a tool be called."""

    call_id: str
    tool_name: ToolName
    arguments: dict[str, RecursiveType]


class ToolResponse(BaseModel):
    """What a called tool answered."""

    call_id: str
    tool_name: ToolName
    content: InterleavedTextMedia


class ToolParamDefinition(BaseModel):
    """A tool's parameter, as a model is told of it."""

    param_type: str
    description: str | None = None
    required: bool | None = True
    default: Any | None = None


class ToolDefinition(BaseModel):
    """A tool, as a model is told of it."""

    tool_name: ToolName
    description: str | None = None
    parameters: dict[str, ToolParamDefinition] | None = None


class ToolChoice(Enum):
    """Whether a model may or must call a tool."""

    auto = "auto"
    required = "required"


class ToolPromptFormat(Enum):
    """The form in which custom tools are written into a prompt.

    ``json`` is an object with a ``function`` entry, ``function_tag`` is
    ``<function=name>(arguments)</function>``, ``python_list`` a list of Python calls.
    """

    json = "json"
    function_tag = "function_tag"
    python_list = "python_list"
