"""Google's form: whole and in pieces the same is said, tools are called, embeddings are one a text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provider_conformance.backends.catalogue import MODELS, vector
from provider_conformance.backends.model import Answer, Request
from provider_conformance.backends.vertex import vertex_form

HELLO = {"contents": [{"role": "user", "parts": [{"text": "hello there"}]}]}
TOOL = {"name": "weather", "parameters": {"type": "OBJECT", "properties": {"place": {"type": "STRING"}}}}


def asked(verb: str, body: Any, model: str = "tiny-chat") -> Answer:
    path = f"/v1beta1/projects/p/locations/global/publishers/google/models/{model}:{verb}"
    answer = vertex_form(Request("POST", "aiplatform.googleapis.com", path, body=json.dumps(body).encode()))
    assert answer is not None
    return answer


def whole(body: Any) -> Any:
    return json.loads(asked("generateContent", body).body)


def events(body: Any) -> list[Any]:
    chunks = asked("streamGenerateContent", body).chunks or ()
    return [json.loads(chunk.removeprefix(b"data: ")) for chunk in chunks]


def parts(answer: Any) -> list[Any]:
    return [part for one in answer["candidates"] for part in one["content"]["parts"]]


def test_a_stream_says_what_is_said_at_once() -> None:
    (said,) = parts(whole(HELLO))
    pieces = [part["text"] for event in events(HELLO) for part in parts(event)]
    assert (len(pieces) > 1, "".join(pieces)) == (True, said["text"])


def test_a_stream_ends_with_a_reason_and_a_usage() -> None:
    *before, last = events(HELLO)
    assert last["candidates"][0]["finishReason"] == "STOP"
    assert last["usageMetadata"] == whole(HELLO)["usageMetadata"]
    assert not any("finishReason" in event["candidates"][0] for event in before)


def test_there_are_as_many_candidates_as_are_asked_for() -> None:
    answer = whole({**HELLO, "generationConfig": {"candidateCount": 3}})
    assert [one["index"] for one in answer["candidates"]] == [0, 1, 2]


def test_an_offered_tool_is_called() -> None:
    (part,) = parts(whole({**HELLO, "tools": [{"functionDeclarations": [TOOL]}]}))
    assert part == {"functionCall": {"name": "weather", "args": {"place": "hello"}}}


def test_a_tool_is_not_called_where_calls_are_switched_off() -> None:
    off = {"functionCallingConfig": {"mode": "NONE"}}
    (part,) = parts(whole({**HELLO, "tools": [{"functionDeclarations": [TOOL]}], "toolConfig": off}))
    assert "text" in part


def test_there_is_one_embedding_a_text() -> None:
    body = {"instances": [{"content": "a"}, {"content": "bb"}], "parameters": {"outputDimensionality": 3}}
    predictions = json.loads(asked("predict", body, "tiny-embed").body)["predictions"]
    assert [one["embeddings"]["values"] for one in predictions] == [
        list(vector("a", 3)),
        list(vector("bb", 3)),
    ]


def test_a_model_that_is_not_there_is_not_found() -> None:
    assert asked("generateContent", HELLO, "other").status == 404


@pytest.mark.parametrize(("verb", "model"), [("predict", "tiny-chat"), ("generateContent", "tiny-embed")])
def test_a_model_does_what_it_is_for(verb: str, model: str) -> None:
    assert asked(verb, HELLO, model).status == 400


def test_models_are_listed_under_their_publisher() -> None:
    answer = vertex_form(Request("GET", "aiplatform.googleapis.com", "/v1beta1/publishers/google/models"))
    assert answer is not None
    assert [one["name"] for one in json.loads(answer.body)["publisherModels"]] == [
        f"publishers/google/models/{name}" for name in MODELS
    ]


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/models/tiny-chat:otherwise", "/models/tiny-chat:predict"]
)
def test_another_path_is_not_its_own(path: str) -> None:
    assert vertex_form(Request("POST", "h", path, body=b"{}")) is None
