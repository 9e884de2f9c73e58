"""OpenAI's form: what its clients rely on."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest

from provider_conformance.backends.openai_form import openai_form
from support.asking_routes import ask, events, told

HELLO = [{"role": "user", "content": "hello"}]
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
            "required": ["a"],
        },
    },
}


def chat(**fields: Any) -> Any:
    return ask(
        openai_form, "POST", "/v1/chat/completions", {"model": "tiny-chat", "messages": HELLO, **fields}
    )


def embed(**fields: Any) -> Any:
    return ask(openai_form, "POST", "/v1/embeddings", {"model": "tiny-embed", **fields})


@pytest.mark.parametrize(
    "prefix",
    ["", "/v1", "/openai/v1", "/serving-endpoints", "/ml/v1", "/v1beta/openai", "/20231130/actions/v1"],
)
def test_models_are_listed_under_any_prefix(prefix: str) -> None:
    listed = told(ask(openai_form, "GET", f"{prefix}/models"))
    assert [model["id"] for model in listed["data"]] == ["tiny-chat", "tiny-embed", "tiny-rerank"]


@pytest.mark.parametrize("prefix", ["/v1/v1", "//v1", "/v1/"])
def test_a_prefix_that_was_put_together_wrongly_is_none(prefix: str) -> None:
    assert ask(openai_form, "GET", f"{prefix}/models") is None


def test_one_model_is_told_and_another_refused() -> None:
    assert told(ask(openai_form, "GET", "/v1/models/tiny-chat"))["id"] == "tiny-chat"
    refused = ask(openai_form, "GET", "/v1/models/org/other")
    assert refused is not None
    assert (refused.status, told(refused)["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize("path", ["chat/completions", "completions", "embeddings"])
def test_an_unknown_model_is_refused(path: str) -> None:
    refused = ask(openai_form, "POST", f"/v1/{path}", {"model": "made-up"})
    assert refused is not None
    assert (refused.status, told(refused)["error"]["code"]) == (404, "model_not_found")


def test_a_model_is_refused_for_what_it_does_not_do() -> None:
    refused = chat(model="tiny-embed")
    assert (refused.status, told(refused)["error"]["code"]) == (400, None)


def test_there_are_as_many_choices_as_asked_for_and_usage_adds_up() -> None:
    answer = told(chat(n=3))
    assert [choice["index"] for choice in answer["choices"]] == [0, 1, 2]
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


@pytest.mark.parametrize("fields", [{"messages": []}, {"messages": "hello"}, {"n": 0}, {"n": "2"}])
def test_a_malformed_chat_is_refused(fields: dict[str, Any]) -> None:
    assert chat(**fields).status == 400


def test_a_tool_is_called_with_arguments_that_it_takes() -> None:
    choice = told(chat(tools=[ADD]))["choices"][0]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("add", {"a": 1})


def test_no_tool_is_called_after_its_answer_or_where_none_may_be() -> None:
    answered = [*HELLO, {"role": "tool", "tool_call_id": "call_1", "content": "3"}]
    for fields in ({"tools": [ADD], "messages": answered}, {"tools": [ADD], "tool_choice": "none"}):
        choice = told(chat(**fields))["choices"][0]
        assert choice["finish_reason"] == "stop"


def test_a_limit_of_tokens_cuts_and_says_so() -> None:
    choice = told(chat(max_tokens=1))["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("Hello", "length")


def test_a_stream_says_the_same_as_the_whole() -> None:
    *chunks, end = events(chat(stream=True))
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    assert text == told(chat())["choices"][0]["message"]["content"]
    assert (chunks[-1]["choices"][0]["finish_reason"], end) == ("stop", "[DONE]")


def test_a_streamed_tool_call_is_put_together_from_its_pieces() -> None:
    *chunks, _ = events(chat(stream=True, tools=[ADD]))
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    pieces = [call["function"]["arguments"] for delta in deltas for call in delta.get("tool_calls", ())]
    assert json.loads("".join(pieces)) == {"a": 1}


def test_usage_is_streamed_where_it_is_asked_for_and_only_there() -> None:
    *chunks, last, _ = events(chat(stream=True, stream_options={"include_usage": True}))
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] > 0
    assert all(chunk["usage"] is None for chunk in chunks)
    assert not any("usage" in chunk for chunk in events(chat(stream=True))[:-1])


@pytest.mark.parametrize(("prompt", "count"), [("a", 1), (["a", "b"], 2), ([1, 2], 1), ([[1], [2, 3]], 2)])
def test_each_prompt_is_completed(prompt: Any, count: int) -> None:
    answer = told(ask(openai_form, "POST", "/v1/completions", {"model": "tiny-chat", "prompt": prompt}))
    assert [choice["index"] for choice in answer["choices"]] == list(range(count))


def test_a_streamed_completion_says_the_same_as_the_whole() -> None:
    fields = {"model": "tiny-chat", "prompt": "a"}
    *chunks, end = events(ask(openai_form, "POST", "/v1/completions", {**fields, "stream": True}))
    whole = told(ask(openai_form, "POST", "/v1/completions", fields))
    assert "".join(chunk["choices"][0]["text"] for chunk in chunks) == whole["choices"][0]["text"]
    assert end == "[DONE]"


@pytest.mark.parametrize(
    ("given", "count"), [("a", 1), (["a", "b", "a"], 3), ([1, 2], 1), ([[1, 2], [3]], 2)]
)
def test_each_input_has_a_vector_of_unit_length_in_its_order(given: Any, count: int) -> None:
    data = told(embed(input=given))["data"]
    assert [one["index"] for one in data] == list(range(count))
    assert [sum(x * x for x in one["embedding"]) for one in data] == pytest.approx([1.0] * count)


def test_the_same_text_has_the_same_vector_and_another_has_another() -> None:
    first, second, third = (one["embedding"] for one in told(embed(input=["a", "b", "a"]))["data"])
    assert first == third != second


def test_vectors_are_as_long_as_asked_for() -> None:
    assert len(told(embed(input="a", dimensions=5))["data"][0]["embedding"]) == 5


def test_base64_holds_the_same_numbers_in_little_endian_floats() -> None:
    plain = told(embed(input="a", dimensions=3))["data"][0]["embedding"]
    coded = told(embed(input="a", dimensions=3, encoding_format="base64"))["data"][0]["embedding"]
    assert struct.unpack("<3f", base64.b64decode(coded)) == pytest.approx(plain)


@pytest.mark.parametrize(
    "fields",
    [{}, {"input": []}, {"input": ""}, {"input": [None]}, {"input": "a", "dimensions": 0},
     {"input": "a", "encoding_format": "hex"}],
)  # fmt: skip
def test_malformed_embeddings_are_refused(fields: dict[str, Any]) -> None:
    assert embed(**fields).status == 400


def test_what_is_not_openais_is_left_to_others() -> None:
    assert ask(openai_form, "GET", "/health") is None
    assert ask(openai_form, "POST", "/v1/models", {}) is None
