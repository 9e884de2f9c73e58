"""The models that the stand-ins have, and what is made of texts: the same for the same text, always."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final

from provider_conformance.backends.model import Answer, answer_json

CHAT: Final = "tiny-chat"
EMBED: Final = "tiny-embed"
RERANK: Final = "tiny-rerank"
MODELS: Final = (CHAT, EMBED, RERANK)
"""What is listed. The words in the names are what adapters tell the kinds by that a listing does not say."""

DIMENSION: Final = 64
"""The length of a vector unless another one is asked for."""
LONGEST: Final = 4096
"""The most that may be asked for."""
SAID: Final = "Hello! It is sunny today."
"""What the model says that writes texts."""
CREATED: Final = 1_700_000_000
"""When everything was made, in seconds since 1970: a fixed moment."""

_WORD: Final = re.compile(r"\w+|[^\w\s]")


def refused(message: str, status: int = 400, *, code: str | None = None, param: str | None = None) -> Answer:
    """A refusal in the form of OpenAI's servers."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return answer_json({"error": error}, status)


def not_found(model: Any) -> Answer:
    """The refusal of a model that is not there."""
    return refused(f"The model `{model}` does not exist", 404, code="model_not_found", param="model")


def refused_model(model: Any, wanted: str, served: Collection[str] = ()) -> Answer | None:
    """The refusal of a model that is not there or cannot do what is asked of it; None for a good one.

    Args:
        model: What the request has.
        wanted: The model that does it.
        served: Models that do it besides.
    """
    if model == wanted or model in served:
        return None
    if model in MODELS:
        return refused(f"The model `{model}` does not do that, `{wanted}` does", param="model")
    return not_found(model)


def words(text: str) -> list[str]:
    """The words of a text, which stand for its tokens."""
    return _WORD.findall(text)


def tokens(value: Any) -> int:
    """How many tokens a text, a list of numbers or a tree of such has."""
    if isinstance(value, str):
        return len(words(value))
    if isinstance(value, dict):
        return sum(tokens(item) for item in value.values())
    if isinstance(value, list):
        return sum(1 if isinstance(item, int) else tokens(item) for item in value)
    return 0


@lru_cache(maxsize=4096)
def vector(text: str, length: int = DIMENSION) -> tuple[float, ...]:
    """A vector of unit length for a text: near to those of texts with the same words."""
    total = [0.0] * length
    for word in words(text.lower()) or [text]:
        total = [a + b for a, b in zip(total, _direction(word, length), strict=True)]
    return _unit(total)


@lru_cache(maxsize=4096)
def _direction(word: str, length: int) -> tuple[float, ...]:
    generator = random.Random(word)  # noqa: S311 - the same numbers every time are what is wanted
    return tuple(generator.gauss(0, 1) for _ in range(length))


def _unit(values: Sequence[float]) -> tuple[float, ...]:
    norm = math.sqrt(sum(value * value for value in values)) or 1.0
    return tuple(value / norm for value in values)


def likeness(one: str, other: str) -> float:
    """How much two texts are alike, from 0 to 1."""
    product = sum(a * b for a, b in zip(vector(one), vector(other), strict=True))
    return round((1 + max(-1.0, min(1.0, product))) / 2, 6)


def sample(schema: Any) -> Any:
    """A value that fits a simple JSON schema: what a model gives a tool."""
    if not isinstance(schema, dict):
        return None
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties") or {}
        wanted = schema.get("required") or list(properties)
        return {name: sample(properties.get(name, {"type": "string"})) for name in wanted}
    plain: dict[Any, Any] = {"array": [], "integer": 1, "number": 1.0, "boolean": True, "null": None}
    return plain.get(kind, "hello") if not isinstance(kind, list) else sample({**schema, "type": kind[0]})
