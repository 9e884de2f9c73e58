"""What the stack asks, in the endpoint's words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from provider_conformance.stack.apis.inference import LogProbConfig
from provider_conformance.stack.apis.media import ImageMedia, InterleavedTextMedia
from provider_conformance.stack.apis.messages import (
    CompletionMessage,
    Message,
    SystemMessage,
    ToolResponseMessage,
    UserMessage,
)
from provider_conformance.stack.apis.sampling import DEFAULT_SAMPLING, SamplingParams, SamplingStrategy
from provider_conformance.stack.apis.tools import (
    BuiltinTool,
    ToolCall,
    ToolChoice,
    ToolDefinition,
    ToolParamDefinition,
)

_JSON_TYPES: Final[Mapping[str, str]] = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
}
"""Parameter types as Python calls them; others are handed on as they are."""


def sampling_fields(sampling: SamplingParams | None) -> dict[str, Any]:
    """The fields that say how the next token is chosen.

    ``top_k`` and ``repetition_penalty`` are no part of OpenAI's own API, though of most servers'
    that are compatible with it: they are sent only where they are set.
    """
    sampling = sampling or DEFAULT_SAMPLING
    greedy = sampling.strategy is SamplingStrategy.greedy
    fields: dict[str, Any] = {"temperature": 0.0 if greedy else sampling.temperature}
    if sampling.strategy is SamplingStrategy.top_p:
        fields["top_p"] = sampling.top_p
    if sampling.strategy is SamplingStrategy.top_k:
        fields["top_k"] = sampling.top_k or None
    if sampling.repetition_penalty != 1.0:
        fields["repetition_penalty"] = sampling.repetition_penalty
    fields["max_tokens"] = max(sampling.max_tokens or 0, 0) or None
    return {name: value for name, value in fields.items() if value is not None}


def completion_logprobs(wanted: LogProbConfig | None) -> dict[str, Any]:
    """The field that asks a completion for log probabilities."""
    return {} if wanted is None else {"logprobs": _candidates(wanted)}


def chat_logprobs(wanted: LogProbConfig | None) -> dict[str, Any]:
    """The fields that ask a chat for log probabilities."""
    return {} if wanted is None else {"logprobs": True, "top_logprobs": _candidates(wanted)}


def tool_fields(tools: Sequence[ToolDefinition] | None, choice: ToolChoice | None) -> dict[str, Any]:
    """The fields that offer tools; none where there are none."""
    if not tools:
        return {}
    return {
        "tools": [{"type": "function", "function": _function(tool)} for tool in tools],
        "tool_choice": (choice or ToolChoice.auto).value,
    }


def chat_message(message: Message) -> dict[str, Any]:
    """A message of a conversation."""
    match message:
        case SystemMessage():
            return {"role": "system", "content": _content(message.content)}
        case UserMessage():
            return {"role": "user", "content": _content(_with_context(message))}
        case ToolResponseMessage():
            return {
                "role": "tool",
                "tool_call_id": message.call_id,
                "content": _content(message.content),
            }
        case CompletionMessage():
            calls = [_tool_call(call) for call in message.tool_calls]
            said = {"role": "assistant", "content": _content(message.content)}
            return {**said, "tool_calls": calls} if calls else said


def _candidates(wanted: LogProbConfig) -> int:
    return max(1, wanted.top_k or 0)


def _with_context(message: UserMessage) -> InterleavedTextMedia:
    """What the user says, and below it what was retrieved for it."""
    if message.context is None:
        return message.content
    return [*_parts(message.content), *_parts(message.context)]


def _parts(content: InterleavedTextMedia) -> list[str | ImageMedia]:
    return content if isinstance(content, list) else [content]


def _content(content: InterleavedTextMedia) -> str | list[dict[str, Any]]:
    """Text as text, as every endpoint takes it; with an image in it, a list of parts."""
    parts = _parts(content)
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) == len(parts):
        return "\n".join(texts)
    return [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {"type": "image_url", "image_url": {"url": part.image.uri}}
        for part in parts
    ]


def _tool_name(name: BuiltinTool | str) -> str:
    return name.value if isinstance(name, BuiltinTool) else name


def _tool_call(call: ToolCall) -> dict[str, Any]:
    function = {"name": _tool_name(call.tool_name), "arguments": json.dumps(call.arguments)}
    return {"id": call.call_id, "type": "function", "function": function}


def _function(tool: ToolDefinition) -> dict[str, Any]:
    parameters = tool.parameters or {}
    schema = {
        "type": "object",
        "properties": {name: _parameter(parameter) for name, parameter in parameters.items()},
        "required": [name for name, parameter in parameters.items() if parameter.required],
    }
    function = {"name": _tool_name(tool.tool_name), "parameters": schema}
    return {**function, "description": tool.description} if tool.description else function


def _parameter(parameter: ToolParamDefinition) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": _JSON_TYPES.get(parameter.param_type, parameter.param_type)}
    if parameter.description is not None:
        schema["description"] = parameter.description
    if parameter.default is not None:
        schema["default"] = parameter.default
    return schema
