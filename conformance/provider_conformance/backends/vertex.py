"""Google's own form of generation: ``generateContent``, whole and as a stream, and embeddings by ``predict``.

Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from provider_conformance.backends.catalogue import (
    CHAT,
    DIMENSION,
    EMBED,
    LONGEST,
    MODELS,
    SAID,
    tokens,
    vector,
)
from provider_conformance.backends.model import EVENTS, Answer, Request, answer_json
from provider_conformance.backends.openai_form import arguments

HOSTS: Final = ("aiplatform.googleapis.com", "*-aiplatform.googleapis.com")
"""The hosts that are answered for; ``*`` is a region."""

_PUBLISHED: Final = "publishers/google/models/"
_LISTING: Final = re.compile(r"/v1(?:beta1)?/publishers/google/models")
_CALL: Final = re.compile(r"/v1(?:beta1?)?/(?:.*/)?models/(?P<model>[^/:]+):(?P<verb>\w+)")
_HEAD: Final = {"modelVersion": CHAT, "responseId": "stand-in"}


def vertex_form(request: Request) -> Answer | None:
    """Answer what Google's clients ask."""
    if request.method == "GET" and _LISTING.fullmatch(request.path):
        return answer_json({"publisherModels": [{"name": f"{_PUBLISHED}{name}"} for name in MODELS]})
    called = _CALL.fullmatch(request.path)
    verb = _VERBS.get(called["verb"]) if called and request.method == "POST" else None
    if called is None or verb is None:
        return None
    wanted, model = EMBED if called["verb"] == "predict" else CHAT, called["model"]
    if model not in MODELS:
        return _refused(404, "NOT_FOUND", f"Publisher Model `{model}` was not found")
    if model != wanted:
        return _refused(400, "INVALID_ARGUMENT", f"{model} does not support {called['verb']}")
    return verb(request.fields())


def _generated(body: Mapping[str, Any]) -> Answer:
    """As many candidates as are asked for; each calls the first tool where tools are offered."""
    count = _mapping(body.get("generationConfig")).get("candidateCount") or 1
    parts = [_call(body) or {"text": SAID}]
    candidates = [_candidate(index, parts, "STOP") for index in range(count)]
    return answer_json({"candidates": candidates, "usageMetadata": _usage(body), **_HEAD})


def _streamed(body: Mapping[str, Any]) -> Answer:
    """The same in pieces, without a mark at its end."""
    call = _call(body)
    pieces = [call] if call else [{"text": text} for text in re.findall(r"\S+\s*", SAID)]
    last = len(pieces) - 1
    events = [
        {
            "candidates": [_candidate(0, [piece], "STOP" if index == last else None)],
            **_HEAD,
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
    return {"functionCall": {"name": functions[0].get("name", ""), "args": arguments(_plain(schema))}}


def _plain(schema: Any) -> Any:
    """A schema with its types in small letters; Google writes them in capitals."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.lower() if key == "type" and isinstance(value, str) else _plain(value)
        for key, value in schema.items()
    }


def _embedded(body: Mapping[str, Any]) -> Answer:
    asked = _mapping(body.get("parameters")).get("outputDimensionality")
    length = DIMENSION if asked is None else asked
    if type(length) is not int or not 0 < length <= LONGEST:
        return _refused(400, "INVALID_ARGUMENT", "outputDimensionality is out of range")
    texts = [str(one.get("content", "")) for one in _mappings(body.get("instances"))]
    made = [{"values": list(vector(text, length)), "statistics": _statistics(text)} for text in texts]
    return answer_json({"predictions": [{"embeddings": one} for one in made]})


def _counted(body: Mapping[str, Any]) -> Answer:
    return answer_json({"totalTokens": tokens(body.get("contents"))})


def _usage(body: Mapping[str, Any]) -> Mapping[str, int]:
    asked, said = tokens(body.get("contents")), tokens(SAID)
    return {"promptTokenCount": asked, "candidatesTokenCount": said, "totalTokenCount": asked + said}


def _statistics(text: str) -> Mapping[str, Any]:
    return {"truncated": False, "token_count": tokens(text)}


def _refused(status: int, code: str, message: str) -> Answer:
    return answer_json({"error": {"code": status, "message": message, "status": code}}, status)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


_VERBS: Final[Mapping[str, Callable[[Mapping[str, Any]], Answer]]] = {
    "generateContent": _generated,
    "streamGenerateContent": _streamed,
    "predict": _embedded,
    "countTokens": _counted,
}
