"""Anthropic's form: what its clients rely on."""

from __future__ import annotations

from typing import Any

import pytest

from provider_conformance.backends.anthropic_form import anthropic_form
from support.asking_routes import ask, events, told

HELLO = [{"role": "user", "content": "hello"}]
ADD = {"name": "add", "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}


def say(path: str = "/v1/messages", **fields: Any) -> Any:
    body = {"model": "tiny-chat", "max_tokens": 50, "messages": HELLO, **fields}
    return ask(anthropic_form, "POST", path, body)


@pytest.mark.parametrize("prefix", ["/v1", "/anthropic/v1", "/inference/v1", ""])
def test_messages_are_answered_under_any_prefix(prefix: str) -> None:
    answer = told(say(f"{prefix}/messages"))
    assert (answer["role"], answer["stop_reason"]) == ("assistant", "end_turn")


def test_the_listing_is_theirs_where_their_header_is() -> None:
    page = told(ask(anthropic_form, "GET", "/v1/models", anthropic_version="2023-06-01"))
    assert (page["has_more"], page["data"][0]["type"]) == (False, "model")
    assert ask(anthropic_form, "GET", "/v1/models") is None


def test_tokens_are_counted() -> None:
    few, more = (told(say("/v1/messages/count_tokens", system=text)) for text in ("", "be brief"))
    assert 0 < few["input_tokens"] < more["input_tokens"]


def test_an_unknown_model_is_refused_in_their_form() -> None:
    refused = say(model="made-up")
    assert (refused.status, told(refused)["error"]["type"]) == (404, "not_found_error")


@pytest.mark.parametrize("fields", [{"messages": []}, {"max_tokens": None}])
def test_a_malformed_request_is_refused(fields: dict[str, Any]) -> None:
    assert say(**fields).status == 400


def test_a_tool_is_called_until_it_has_answered() -> None:
    called = told(say(tools=[ADD]))
    assert (called["stop_reason"], called["content"][0]["input"]) == ("tool_use", {"a": 1})
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "3"}]}
    assert told(say(tools=[ADD], messages=[*HELLO, result]))["stop_reason"] == "end_turn"


def test_a_stream_has_named_events_from_start_to_stop_and_says_the_same() -> None:
    answer = say(stream=True)
    seen = events(answer)
    text = "".join(e["delta"]["text"] for e in seen if e["type"] == "content_block_delta")
    assert [seen[0]["type"], seen[-1]["type"]] == ["message_start", "message_stop"]
    assert text == told(say())["content"][0]["text"]
    assert all(chunk.startswith(b"event: ") for chunk in answer.chunks)
