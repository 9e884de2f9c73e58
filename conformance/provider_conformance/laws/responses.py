"""Responses: OpenAI's agent: every kind of input and tool, what came before, in the background."""

from __future__ import annotations

from provider_conformance.laws.contents import IMAGE, LONG
from provider_conformance.laws.model import Guide, Making, Way, text

_ADD = {
    "type": "function",
    "name": "add",
    "description": "Adds two numbers",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}
_IMAGE = {"type": "input_image", "image_url": IMAGE, "detail": "auto"}
_SEARCH = {"type": "file_search", "vector_store_ids": ["vs-conformance"]}

_OTHERS = (
    {"input": [{"role": "user", "content": "hello"}, {"role": "user", "content": "hello again"}]},
    {"input": [{"role": "user", "content": [{"type": "input_text", "text": "hello"}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_text", "text": "hello"}, _IMAGE]}]},
    {"instructions": "Be brief."},
    {"tools": [_ADD]},
    {"tools": [_SEARCH]},
    {"previous_response_id": lambda s: s.known.get("response_id")},
    {"store": False},
    {"temperature": 0.0, "max_output_tokens": 16},
    {"metadata": {"purpose": "conformance"}},
    {"input": LONG},
)

GUIDE = Guide(
    "responses",
    ways=(
        Way("create_openai_response", {"input": text}, _OTHERS),
        Way("list_openai_responses", others=({"limit": 1}, {"order": "asc"})),
        Way("get_openai_response"),
        Way("list_openai_response_input_items", others=({"limit": 1}, {"order": "asc"})),
        Way("compact_openai_response", {"input": text, "model": "conformance"}),
        Way("cancel_openai_response", uses_up=("response_id",), made_with={"background": True}),
        Way("delete_openai_response", uses_up=("response_id",)),
    ),
    makes=(Making("response_id", "create_openai_response"),),
    listings=("list_openai_responses",),
)
