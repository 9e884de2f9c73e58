"""The form of Anthropic's servers: models, messages whole and as streams, counting of tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from provider_conformance.backends.catalogue import CHAT, MODELS, tokens
from provider_conformance.backends.model import Answer, Request, answer_events, answer_json
from provider_conformance.backends.openai_form import arguments, ending

Fields = Mapping[str, Any]

_SAID: Final = ("Hello! ", "It is ", "sunny today.")
_CREATED: Final = "2024-01-01T00:00:00Z"


def anthropic_form(request: Request) -> Answer | None:
    """Answer what Anthropic's clients ask, under any prefix; their listing is told by its header."""
    if ending(request, "GET", "/models") and "anthropic-version" in request.headers:
        return answer_json(_page())
    if ending(request, "POST", "/messages"):
        return _checked(request) or _message(request.fields())
    if ending(request, "POST", "/messages/count_tokens"):
        return _checked(request) or answer_json({"input_tokens": _asked(request.fields())})
    return None


def _page() -> Fields:
    data = [{"type": "model", "id": name, "display_name": name, "created_at": _CREATED} for name in MODELS]
    return {"data": data, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}


def _checked(request: Request) -> Answer | None:
    """A refusal, None where there is nothing to refuse."""
    fields = request.fields()
    if fields.get("model") not in {CHAT, *request.served}:
        return _error("not_found_error", f"model: {fields.get('model')}", 404)
    if not isinstance(fields.get("messages"), list) or not fields["messages"]:
        return _error("invalid_request_error", "messages: at least one message is required", 400)
    return None


def _error(kind: str, message: str, status: int) -> Answer:
    return answer_json({"type": "error", "error": {"type": kind, "message": message}}, status)


def _asked(fields: Fields) -> int:
    return sum(tokens(fields.get(name)) for name in ("messages", "system", "tools"))


def _message(fields: Fields) -> Answer:
    if not isinstance(fields.get("max_tokens"), int):
        return _error("invalid_request_error", "max_tokens: Field required", 400)
    tool = _tool(fields)
    block = {"type": "text", "text": "".join(_SAID)} if tool is None else _use(tool)
    reason = "end_turn" if tool is None else "tool_use"
    usage = {"input_tokens": _asked(fields), "output_tokens": tokens(list(_SAID))}
    head = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": fields["model"],
        "stop_sequence": None,
    }  # fmt: skip
    if fields.get("stream"):
        return answer_events(
            f"event: {event['type']}\ndata: {json.dumps(event)}"
            for event in _events(head, block, reason, usage)
        )
    return answer_json({**head, "content": [block], "stop_reason": reason, "usage": usage})


def _tool(fields: Fields) -> Fields | None:
    """The tool that is called, None where none is: after its result it is not called again."""
    choice, tools = (
        fields.get("tool_choice") or {},
        [t for t in fields.get("tools") or [] if isinstance(t, dict)],
    )
    last = fields["messages"][-1]
    content = last.get("content") if isinstance(last, dict) else None
    answered = isinstance(content, list) and any(
        isinstance(part, dict) and part.get("type") == "tool_result" for part in content
    )
    if not tools or answered or choice.get("type") == "none":
        return None
    return next((tool for tool in tools if choice.get("name") in (None, tool.get("name"))), None)


def _use(tool: Fields) -> Fields:
    return {
        "type": "tool_use",
        "id": "toolu_1",
        "name": tool.get("name", ""),
        "input": arguments(tool.get("input_schema")),
    }


def _events(head: Fields, block: Fields, reason: str, usage: Fields) -> Iterator[Fields]:
    begun = {**head, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    is_text = block["type"] == "text"
    empty: Fields = {"text": ""} if is_text else {"input": {}}
    yield {"type": "message_start", "message": begun}
    yield {"type": "content_block_start", "index": 0, "content_block": {**block, **empty}}
    yield {"type": "ping"}
    deltas = (
        [{"type": "text_delta", "text": part} for part in _SAID]
        if is_text
        else [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
    )
    for delta in deltas:
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None},
        "usage": {"output_tokens": usage["output_tokens"]},
    }
    yield {"type": "message_stop"}
