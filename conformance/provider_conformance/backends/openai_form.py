"""The form of OpenAI's servers: models, chat, completions, embeddings, whole and as streams."""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from provider_conformance.backends import catalogue
from provider_conformance.backends.catalogue import (
    CHAT,
    CREATED,
    EMBED,
    MODELS,
    SAID,
    refused,
    refused_model,
    tokens,
)
from provider_conformance.backends.model import Answer, Request, answer_events, answer_json

Fields = Mapping[str, Any]

_MOST: Final = 128
"""The most answers to one question."""
_VERSION: Final = re.compile(r"v\d+(beta\d*|alpha\d*)?")
_SEEN: Final = "Thank you, the tool has answered."


def ending(request: Request, method: str, *ends: str) -> bool:
    """Whether a request is for one of these paths, under whatever a base URL has before them.

    A prefix that a client has put before the path twice (`/v1/v1`), or one with an empty part, is none.
    """
    if request.method != method:
        return False
    return any(_is_base(request.path.removesuffix(end)) for end in ends if request.path.endswith(end))


def _is_base(prefix: str) -> bool:
    parts = prefix.split("/")[1:]
    versions = [part for part in parts if _VERSION.fullmatch(part)]
    return all(parts) and len(versions) < 2 and parts.count("models") == 0


def openai_form(request: Request) -> Answer | None:
    """Answer what OpenAI's clients ask, under any prefix."""
    if ending(request, "GET", "/models"):
        return answer_json(
            {"object": "list", "data": [_model(name) for name in (*MODELS, *sorted(request.served))]}
        )
    if request.method == "GET":
        return _one_model(request)
    for end, wanted, answer in _ANSWERS:
        if ending(request, "POST", end):
            fields = request.fields()
            return refused_model(fields.get("model"), wanted, request.served) or answer(fields)
    return None


def _one_model(request: Request) -> Answer | None:
    base, separator, name = request.path.partition("/models/")
    if not separator or not name or not _is_base(base):
        return None
    return answer_json(_model(name)) if name in {*MODELS, *request.served} else catalogue.not_found(name)


def _model(name: str) -> Fields:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "stand-in"}


def _chat(fields: Fields) -> Answer:
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages:
        return refused("`messages` is no list of messages", param="messages")
    if (wrong := _wrong_count(fields)) is not None:
        return wrong
    prompt = tokens(messages)
    message = _message(fields, messages)
    if fields.get("stream"):
        return answer_events(_with_end(_chat_chunks(fields, message, prompt)))
    choices = [
        {"index": n, "message": message, "logprobs": _logprobs(fields, message["content"]),
         "finish_reason": _finish(fields, message)}
        for n in range(fields.get("n") or 1)
    ]  # fmt: skip
    return answer_json(
        {**_head("chatcmpl", "chat.completion", fields["model"]), "choices": choices,
         "usage": _usage(prompt, len(choices) * _spent(message))}
    )  # fmt: skip


def _wrong_count(fields: Fields) -> Answer | None:
    count = fields.get("n")
    if count is None or (type(count) is int and 0 < count <= _MOST):
        return None
    return refused(f"`n` is no number from 1 to {_MOST}", param="n")


def _message(fields: Fields, messages: list[Any]) -> dict[str, Any]:
    last = messages[-1] if isinstance(messages[-1], dict) else {}
    tool = _tool(fields)
    if tool is not None and last.get("role") != "tool":
        function = {"name": tool.get("name", ""), "arguments": json.dumps(arguments(tool.get("parameters")))}
        call = {"id": "call_1", "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    text = _SEEN if last.get("role") == "tool" else SAID
    wish = fields.get("response_format")
    if isinstance(wish, dict) and wish.get("type") in ("json_object", "json_schema"):
        text = json.dumps(arguments((wish.get("json_schema") or {}).get("schema")))
    return {"role": "assistant", "content": _cut(fields, text)}


def _tool(fields: Fields) -> Fields | None:
    """The function that a model would call, None where it calls none."""
    choice = fields.get("tool_choice")
    functions = [
        tool["function"]
        for tool in fields.get("tools") or []
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
    ]
    if choice == "none" or not functions:
        return None
    named = (choice.get("function") or {}).get("name") if isinstance(choice, dict) else None
    return next((one for one in functions if named in (None, one.get("name"))), None)


def arguments(schema: Any) -> dict[str, Any]:
    """The arguments that a model gives, for a schema of them."""
    made = catalogue.sample(schema) if schema else {}
    return made if isinstance(made, dict) else {}


def _limit(fields: Fields) -> int | None:
    limit = fields.get("max_completion_tokens") or fields.get("max_tokens")
    return limit if isinstance(limit, int) else None


def _cut(fields: Fields, text: str) -> str:
    limit = _limit(fields)
    return text if limit is None else "".join(_pieces(text)[:limit]).rstrip()


def _pieces(text: str) -> list[str]:
    """The text in pieces, as many as it has tokens."""
    return re.findall(r"(?:\w+|[^\w\s])\s*", text)


def _finish(fields: Fields, message: Fields) -> str:
    if message.get("tool_calls"):
        return "tool_calls"
    limit = _limit(fields)
    return "length" if limit is not None and tokens(message["content"]) >= limit else "stop"


def _spent(message: Fields) -> int:
    return tokens(message["content"]) + sum(
        tokens(call["function"]) for call in message.get("tool_calls", ())
    )


def _logprobs(fields: Fields, text: str | None) -> Fields | None:
    if not fields.get("logprobs") or text is None:
        return None
    top = [{"token": "a", "logprob": -0.5, "bytes": [97]}] if fields.get("top_logprobs") else []
    return {
        "content": [
            {"token": piece, "logprob": -0.1, "bytes": [*piece.encode()], "top_logprobs": top}
            for piece in _pieces(text)
        ],
        "refusal": None,
    }


def _chat_chunks(fields: Fields, message: Fields, prompt: int) -> Iterator[Fields]:
    head = _head("chatcmpl", "chat.completion.chunk", fields["model"])
    wish = fields.get("stream_options")
    counted = isinstance(wish, dict) and bool(wish.get("include_usage"))
    more: Fields = {"usage": None} if counted else {}
    count = fields.get("n") or 1
    for number in range(count):
        for delta in _deltas(message):
            probable = _logprobs(fields, delta.get("content"))
            choice = {"index": number, "delta": delta, "logprobs": probable, "finish_reason": None}
            yield {**head, "choices": [choice], **more}
        end = {"index": number, "delta": {}, "logprobs": None, "finish_reason": _finish(fields, message)}
        yield {**head, "choices": [end], **more}
    if counted:
        yield {**head, "choices": [], "usage": _usage(prompt, count * _spent(message))}


def _deltas(message: Fields) -> Iterator[Fields]:
    if not message.get("tool_calls"):
        yield {"role": "assistant", "content": ""}
        yield from ({"content": piece} for piece in _pieces(message["content"]))
        return
    (call,) = message["tool_calls"]
    text = call["function"]["arguments"]
    opened = {**call, "index": 0, "function": {"name": call["function"]["name"], "arguments": ""}}
    yield {"role": "assistant", "content": None, "tool_calls": [opened]}
    for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
        yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def _completion(fields: Fields) -> Answer:
    prompts = _inputs(fields.get("prompt"))
    if prompts is None:
        return refused("`prompt` is no text, and no list of texts or of tokens", param="prompt")
    if (wrong := _wrong_count(fields)) is not None:
        return wrong
    text = _cut(fields, SAID)
    reason = _finish(fields, {"content": text})
    texts = [
        (prompt if fields.get("echo") else "") + text
        for prompt in prompts
        for _ in range(fields.get("n") or 1)
    ]
    usage = _usage(sum(map(tokens, prompts)), len(texts) * tokens(text))
    head = _head("cmpl", "text_completion", fields["model"])
    if fields.get("stream"):
        return answer_events(_with_end(_completion_chunks(fields, head, texts, reason, usage)))
    choices = [_text(n, one, reason) for n, one in enumerate(texts)]
    return answer_json({**head, "choices": choices, "usage": usage})


def _completion_chunks(
    fields: Fields, head: Fields, texts: list[str], reason: str, usage: Fields
) -> Iterator[Fields]:
    for number, text in enumerate(texts):
        yield from ({**head, "choices": [_text(number, piece, None)]} for piece in _pieces(text))
        yield {**head, "choices": [_text(number, "", reason)]}
    wish = fields.get("stream_options")
    if isinstance(wish, dict) and wish.get("include_usage"):
        yield {**head, "choices": [], "usage": usage}


def _text(number: int, text: str, reason: str | None) -> Fields:
    return {"index": number, "text": text, "logprobs": None, "finish_reason": reason}


def _embeddings(fields: Fields) -> Answer:
    inputs = _inputs(fields.get("input"))
    if inputs is None or not all(inputs):
        return refused(
            "`input` is no text, and no list of texts or of tokens, or one is empty", param="input"
        )
    length = catalogue.DIMENSION if fields.get("dimensions") is None else fields["dimensions"]
    if type(length) is not int or not 0 < length <= catalogue.LONGEST:
        return refused(f"`dimensions` is no number from 1 to {catalogue.LONGEST}", param="dimensions")
    encoded = fields.get("encoding_format") or "float"
    if encoded not in ("float", "base64"):
        return refused("`encoding_format` is neither float nor base64", param="encoding_format")
    data = [
        {"object": "embedding", "index": n, "embedding": _encoded(catalogue.vector(text, length), encoded)}
        for n, text in enumerate(inputs)
    ]
    spent = sum(map(tokens, inputs))
    return answer_json(
        {
            "object": "list",
            "data": data,
            "model": fields["model"],
            "usage": {"prompt_tokens": spent, "total_tokens": spent},
        }
    )


def _encoded(values: tuple[float, ...], encoding: str) -> Any:
    """The numbers, or little-endian floats of four bytes as base64."""
    if encoding == "float":
        return list(values)
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


def _inputs(value: Any) -> list[str] | None:
    """The texts of an input: one, several, or the same as tokens; None for anything else or for none."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not value:
        return None
    if all(isinstance(item, int) for item in value):
        return [_of_tokens(value)]
    if all(isinstance(item, str) for item in value):
        return list(value)
    if all(isinstance(item, list) and all(isinstance(one, int) for one in item) for item in value):
        return [_of_tokens(item) for item in value]
    return None


def _of_tokens(numbers: list[int]) -> str:
    return " ".join(map(str, numbers))


def _head(prefix: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": f"{prefix}-1", "object": kind, "created": CREATED, "model": model}


def _usage(prompt: int, completion: int) -> Fields:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _with_end(chunks: Iterator[Fields]) -> Iterator[str]:
    yield from (f"data: {json.dumps(chunk)}" for chunk in chunks)
    yield "data: [DONE]"


_ANSWERS: Final[tuple[tuple[str, str, Callable[[Fields], Answer]], ...]] = (
    ("/chat/completions", CHAT, _chat),
    ("/completions", CHAT, _completion),
    ("/embeddings", EMBED, _embeddings),
)
