"""Conversations: what was said, item by item."""

from __future__ import annotations

from typing import Any

from provider_conformance.laws.model import Guide, Making, Setting, Way


def _message(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content}


def _items(setting: Setting) -> list[dict[str, Any]]:
    return [_message(setting.text), _message("hello again")]


GUIDE = Guide(
    "conversations",
    ways=(
        Way(
            "create_conversation",
            {"metadata": {"purpose": "conformance"}, "items": _items},
            ({"items": []}, {"items": [{"type": "message", "role": "user", "content": "hello"}]}),
        ),
        Way("get_conversation"),
        Way("update_conversation", {"metadata": {"purpose": "another"}}),
        Way("add_items", {"items": _items}, ({"items": lambda s: _items(s)[:1]},)),
        Way("list_items", others=({"limit": 1}, {"order": "asc"})),
        Way("retrieve"),
        Way("openai_delete_conversation_item", uses_up=("item_id",)),
        Way("openai_delete_conversation", uses_up=("conversation_id",)),
    ),
    makes=(
        Making("conversation_id", "create_conversation"),
        Making("item_id", "add_items", "first_id"),
    ),
)
