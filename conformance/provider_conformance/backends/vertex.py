"""Google's own form of generation: ``generateContent``, whole and as a stream, and embeddings by ``predict``.

Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from provider_conformance.backends.discovery import embeds
from provider_conformance.backends.model import EVENTS, Answer, Request, Route, answer_json

HOSTS: Final = ("aiplatform.googleapis.com", "*-aiplatform.googleapis.com")
"""The hosts that are answered for; ``*`` is a region."""

_PUBLISHED: Final = "publishers/google/models/"
_LISTING: Final = re.compile(r"/v1(?:beta1)?/publishers/google/models")
_CALL: Final = re.compile(r"/v1(?:beta1?)?/(?:.*/)?models/(?P<model>[^/:]+):(?P<verb>\w+)")
_SAID: Final = "A stand-in answers."
Vector = Callable[[str, int | None], Sequence[float]]
"""The embedding of a text, of the asked-for length where one is."""


def generating(models: Sequence[str], vector: Vector) -> Route:
    """A route for Google's form.

    Args:
        models: The names of the models that are there; another one is refused.
        vector: Makes embeddings.
    """

    def embedding(body: Mapping[str, Any]) -> Answer:
        length = _mapping(body.get("parameters")).get("outputDimensionality")
        texts = [str(one.get("content", "")) for one in _mappings(body.get("instances"))]
        made = [{"values": list(vector(text, length)), "statistics": _statistics(text)} for text in texts]
        return answer_json({"predictions": [{"embeddings": one} for one in made]})

    verbs: Mapping[str, Callable[[Mapping[str, Any], str], Answer]] = {
        "generateContent": lambda body, model: answer_json(_generated(body, model)),
        "streamGenerateContent": _streamed,
        "predict": lambda body, _model: embedding(body),
        "countTokens": lambda body, _model: answer_json({"totalTokens": _tokens(_text(body))}),
    }

    def answering(request: Request) -> Answer | None:
        if request.method == "GET" and _LISTING.fullmatch(request.path):
            return answer_json({"publisherModels": [{"name": f"{_PUBLISHED}{name}"} for name in models]})
        called = _CALL.fullmatch(request.path)
        verb = verbs.get(called["verb"]) if called and request.method == "POST" else None
        if called is None or verb is None:
            return None
        if called["model"] not in models:
            return _refused(404, "NOT_FOUND", f"Publisher Model `{called['model']}` was not found")
        if embeds(called["model"]) is not (called["verb"] == "predict"):
            return _refused(400, "INVALID_ARGUMENT", f"{called['model']} does not support {called['verb']}")
        return verb(_mapping(request.json()), called["model"])

    return answering


def _generated(body: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    """As many candidates as are asked for; each calls the first tool where tools are offered."""
    count = _mapping(body.get("generationConfig")).get("candidateCount") or 1
    parts = [_call(body) or {"text": _SAID}]
    return {
        "candidates": [_candidate(index, parts, "STOP") for index in range(count)],
        "usageMetadata": _usage(body),
        "modelVersion": model,
        "responseId": "stand-in",
    }


def _streamed(body: Mapping[str, Any], model: str) -> Answer:
    """The same in pieces, without a mark at its end."""
    call = _call(body)
    pieces = [call] if call else [{"text": text} for text in re.findall(r"\S+\s*", _SAID)]
    last = len(pieces) - 1
    events = [
        {
            "candidates": [_candidate(0, [piece], "STOP" if index == last else None)],
            "modelVersion": model,
            "responseId": "stand-in",
            **({"usageMetadata": _usage(body)} if index == last else {}),
        }
        for index, piece in enumerate(pieces)
    ]
    chunks = tuple(f"data: {json.dumps(event)}\r\n\r\n".encode() for event in events)
    return Answer(headers={"content-type": EVENTS}, chunks=chunks)


def _candidate(index: int, parts: Sequence[Mapping[str, Any]], reason: str | None) -> Mapping[str, Any]:
    ended = {} if reason is None else {"finishReason": reason}
    return {"index": index, "content": {"role": "model", "parts": list(parts)}, **ended}


def _call(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A call of the first function that is offered; None without one, and where calls are switched off."""
    mode = _mapping(_mapping(body.get("toolConfig")).get("functionCallingConfig")).get("mode")
    functions = [
        function
        for tool in _mappings(body.get("tools"))
        for function in _mappings(tool.get("functionDeclarations"))
    ]
    if not functions or mode == "NONE":
        return None
    schema = functions[0].get("parameters") or functions[0].get("parametersJsonSchema")
    properties = _mapping(_mapping(schema).get("properties"))
    return {"functionCall": {"name": functions[0].get("name", ""), "args": _arguments(properties)}}


def _arguments(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    made: Mapping[str, Any] = {
        "string": "stand-in", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {},
    }  # fmt: skip
    kinds = {name: str(_mapping(schema).get("type", "string")).lower() for name, schema in properties.items()}
    return {name: made.get(kind, "stand-in") for name, kind in kinds.items()}


def _usage(body: Mapping[str, Any]) -> Mapping[str, int]:
    asked, said = _tokens(_text(body)), _tokens(_SAID)
    return {"promptTokenCount": asked, "candidatesTokenCount": said, "totalTokenCount": asked + said}


def _statistics(text: str) -> Mapping[str, Any]:
    return {"truncated": False, "token_count": _tokens(text)}


def _text(body: Mapping[str, Any]) -> str:
    parts = (part for content in _mappings(body.get("contents")) for part in _mappings(content.get("parts")))
    return " ".join(str(part.get("text", "")) for part in parts)


def _tokens(text: str) -> int:
    return max(1, len(text.split()))


def _refused(status: int, code: str, message: str) -> Answer:
    return answer_json({"error": {"code": status, "message": message, "status": code}}, status)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
