"""A made-up model: it says a sentence, calls a tool once where it is given some, makes vectors of texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from provider_conformance.laws.model import DIMENSION
from provider_conformance.laws.vector_io import vector
from provider_conformance.neighbours.heard import Handler, Heard, Pieces
from provider_conformance.neighbours.schemas import likely_of

_SAYS: Final = ("hello ", "to you")
_CREATED: Final = 1_700_000_000
_USAGE: Final = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
_TOKENS: Final = {"input_tokens": 3, "output_tokens": 2}


_CHOICE: Final = re.compile(r"""must (?:read|be|say) ['"](\w+)['"] or ['"]\w+['"]""")
"""What a prompt says that lets a model choose between two words."""


def _says(heard: Heard) -> tuple[str, ...]:
    """What the model says: the first of the words that it is to choose from, or else a sentence."""
    said = " ".join(str(_field(message, "content")) for message in heard.get("messages", []))
    choice = _CHOICE.search(said)
    return (choice[1],) if choice else _SAYS


def _about(heard: Heard, kind: str, number: int = 0) -> dict[str, Any]:
    heard.kept["answers"] = heard.kept.get("answers", 0) + (number == 0)
    identifier = f"conformance-{heard.kept['answers']}"
    return {"id": identifier, "object": kind, "created": _CREATED, "model": str(heard.get("model", ""))}


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _call(heard: Heard) -> dict[str, Any] | None:
    """The call on a tool that is to be answered with, None where there is no tool or it has been called."""
    said = heard.get("messages", [])
    tools = heard.get("tools", [])
    if not tools or any(_field(message, "role") == "tool" for message in said):
        return None
    function = _field(tools[0], "function")
    if function is None:
        return None
    arguments = likely_of(_field(function, "parameters") or {}) or {}
    called = {"name": _field(function, "name"), "arguments": json.dumps(arguments)}
    return {"id": "call_1", "type": "function", "function": called}


async def chat(heard: Heard) -> Any:
    """A chat completion, whole or in pieces."""
    call = _call(heard)
    if heard.wants_a_stream:
        return Pieces.of(_chunks(heard, call))
    message: dict[str, Any] = {"role": "assistant", "content": "".join(_says(heard))}
    if call is not None:
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}
    return {**_about(heard, "chat.completion"), "choices": [choice], "usage": _USAGE}


def _chunks(heard: Heard, call: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    about = _about(heard, "chat.completion.chunk")
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": said} for said in _says(heard)]
    if call is not None:
        deltas = [{"role": "assistant", "tool_calls": [{**call, "index": 0}]}]
    for delta in deltas:
        yield {**about, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    ended = {"index": 0, "delta": {}, "finish_reason": "tool_calls" if call else "stop"}
    yield {**about, "choices": [ended]}
    yield {**about, "choices": [], "usage": _USAGE}


async def completion(heard: Heard) -> Any:
    """A completion, whole or in pieces."""
    about = _about(heard, "text_completion")
    prompt = heard.get("prompt", "")
    count = len(prompt) if isinstance(prompt, list) and prompt and not isinstance(prompt[0], int) else 1
    texts = _SAYS if heard.wants_a_stream else ("".join(_SAYS),)
    answers = [
        {**about, "choices": [{"index": n, "text": said, "finish_reason": "stop"} for n in range(count)]}
        for said in texts
    ]
    return Pieces.of(answers) if heard.wants_a_stream else {**answers[0], "usage": _USAGE}


async def embeddings(heard: Heard) -> Any:
    """A vector for each text; texts that share words are near to each other."""
    texts = heard.get("input", "")
    if not isinstance(texts, list) or (texts and isinstance(texts[0], int)):
        texts = [texts]
    size = heard.get("dimensions", DIMENSION)
    data = [
        {"object": "embedding", "index": n, "embedding": vector(str(text), int(size))}
        for n, text in enumerate(texts)
    ]
    model = str(heard.get("model", ""))
    return {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": 3, "total_tokens": 3}}


async def rerank(heard: Heard) -> Any:
    """All items in the order in which they came."""
    items = list(heard.get("items", []))[: heard.get("max_num_results")]
    return {"data": [{"index": n, "relevance_score": 1 / (n + 1)} for n, _ in enumerate(items)]}


async def messages(heard: Heard) -> Any:
    """An answer in Anthropic's form, whole or as events."""
    block = {"type": "text", "text": "".join(_SAYS)}
    about = {"id": _about(heard, "")["id"], "model": str(heard.get("model", "")), "usage": _TOKENS}
    if not heard.wants_a_stream:
        return {**about, "content": [block], "stop_reason": "end_turn"}
    deltas = ({"type": "text_delta", "text": said} for said in _SAYS)
    return Pieces.of(
        [
            {"type": "message_start", "message": {**about, "content": []}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": _TOKENS},
            {"type": "message_stop"},
        ]
    )


async def count_tokens(heard: Heard) -> Any:
    """How many words there are, at the least one."""
    return {"input_tokens": 1 + len(str(heard.get("messages", "")).split())}


async def model(heard: Heard) -> Any:
    """A model under the identifier that is asked for."""
    identifier = heard.get("model_id", heard.get("identifier", ""))
    kind = "embedding" if "embed" in identifier else "llm"
    about = {"embedding_dimension": DIMENSION} if kind == "embedding" else {}
    return {
        "identifier": identifier,
        "provider_resource_id": identifier,
        "provider_id": "conformance",
        "model_type": kind,
        "metadata": about,
    }


HANDLERS: Final[Mapping[str, Handler]] = {
    "openai_chat_completion": chat,
    "openai_completion": completion,
    "openai_embeddings": embeddings,
    "rerank": rerank,
    "anthropic_messages": messages,
    "anthropic_count_tokens": count_tokens,
}
MODELS: Final[Mapping[str, Handler]] = {"get_model": model}
