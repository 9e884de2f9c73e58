"""What a stand-in is asked, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """A request as it came in; the names of headers are in lower case."""

    method: str
    host: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> object:
        """The body as JSON, None where it is none."""
        with suppress(ValueError):
            return json.loads(self.body)
        return None


@dataclass(frozen=True)
class Answer:
    """An answer; with ``chunks`` it is a stream, sent chunked."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] | None = None


Route = Callable[[Request], Answer | None]
"""Answers a request; None where it is not its own, and the next is asked."""


def answer_json(value: object, status: int = 200) -> Answer:
    """An answer of JSON."""
    return Answer(status, json.dumps(value).encode(), {"content-type": "application/json"})
