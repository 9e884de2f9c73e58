"""Inference: chat, completions, embeddings, ranking; every kind of message and of input."""

from __future__ import annotations

from typing import Any

from provider_conformance.laws.contents import IMAGE, LONG
from provider_conformance.laws.messages import CONVERSATIONS, said
from provider_conformance.laws.model import Guide, Setting, Way, text

TOOL = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "Adds two numbers",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}
"""A tool that a model may call."""
_CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1, "b": 2}'}}


def _user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def _texts(setting: Setting) -> list[str]:
    return [setting.text, f"{setting.text} again", "hello"]


_CHATS = (
    {"messages": [_user([{"type": "text", "text": "hello"}])]},
    {"messages": [{"role": "system", "content": "Be brief."}, _user("hello")]},
    {"messages": [{"role": "developer", "content": "Be brief."}, _user("hello")]},
    {"messages": [_user("hello"), {"role": "assistant", "content": "hello to you"}, _user("hello again")]},
    {
        "messages": [
            _user("hello, what is 1 and 2?"),
            {"role": "assistant", "content": None, "tool_calls": [_CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": "3"},
        ],
        "tools": [TOOL],
    },
    {"messages": [_user([{"type": "image_url", "image_url": {"url": IMAGE}}])]},
    {"tools": [TOOL], "tool_choice": "auto"},
    {"max_tokens": 1, "temperature": 0.0, "seed": 1},
    {"messages": [_user(LONG)]},
)

GUIDE = Guide(
    "inference",
    ways=(
        Way("openai_chat_completion", {"messages": lambda s: [_user(s.text)]}, _CHATS),
        Way("openai_completion", {"prompt": text}, ({"prompt": ["hello", "world"]}, {"max_tokens": 1})),
        Way(
            "openai_embeddings",
            {"input": text},
            ({"input": _texts}, {"input": [LONG]}, {"encoding_format": "base64"}, {"input": [[1, 2], [3]]}),
        ),
        Way(
            "rerank",
            {"query": text, "items": ["hello", "hello world", "car"]},
            ({"max_num_results": 1},),
        ),
        Way("openai_chat_completions_with_reasoning", {"messages": lambda s: [_user(s.text)]}),
        Way("anthropic_messages", {"messages": said, "max_tokens": 50}, CONVERSATIONS),
        Way("anthropic_count_tokens", {"messages": said}),
    ),
)
