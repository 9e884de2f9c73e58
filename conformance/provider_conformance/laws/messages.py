"""Messages: Anthropic's form of a conversation with a model, and batches of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provider_conformance.laws.contents import IMAGE
from provider_conformance.laws.model import Guide, Making, Setting, Until, Way

TOOL = {
    "name": "add",
    "description": "Adds two numbers",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}
_PIXEL = {"type": "base64", "media_type": "image/png", "data": IMAGE.rpartition(",")[2]}


def said(setting: Setting) -> list[dict[str, Any]]:
    """One message of the user's."""
    return [{"role": "user", "content": setting.text}]


CONVERSATIONS: tuple[Mapping[str, Any], ...] = (
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]},
    {"messages": [{"role": "user", "content": [{"type": "image", "source": _PIXEL}]}]},
    {
        "messages": [
            {"role": "user", "content": "hello"},
            {"role": "assistant", "content": "hello to you"},
            {"role": "user", "content": "hello again"},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": "hello, what is 1 and 2?"},
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"a": 1, "b": 2}}],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "3"}],
            },
        ],
        "tools": [TOOL],
    },
    {"system": "Be brief."},
    {"tools": [TOOL]},
)
"""What differs in further conversations."""

_TOKENS = {"max_tokens": 50}


def _requests(setting: Setting) -> list[dict[str, Any]]:
    params = {"model": "conformance", **_TOKENS, "messages": said(setting)}
    return [{"custom_id": f"r{number}", "params": params} for number in range(2)]


GUIDE = Guide(
    "messages",
    ways=(
        Way("create_message", {"messages": said, **_TOKENS}, CONVERSATIONS),
        Way("count_message_tokens", {"messages": said}, CONVERSATIONS[:1]),
        Way("create_message_batch", {"requests": _requests}),
        Way("list_message_batches", others=({"limit": 1},)),
        Way("retrieve_message_batch"),
        Way(
            "retrieve_message_batch_results",
            until=Until("retrieve_message_batch", "processing_status", ("ended",)),
        ),
        Way("cancel_message_batch", uses_up=("batch_id",)),
    ),
    makes=(Making("batch_id", "create_message_batch"),),
    listings=("list_message_batches",),
)
