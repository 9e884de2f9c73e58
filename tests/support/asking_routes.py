"""Requests as clients make them, for tests of routes: pure functions need no server."""

from __future__ import annotations

import json
from typing import Any

from provider_conformance.backends.model import Answer, Request, Route


def ask(route: Route, method: str, path: str, body: Any = None, **headers: str) -> Answer | None:
    """What a route answers; None where it is not its own."""
    sent = b"" if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return route(Request(method, "127.0.0.1", path, headers=named, body=sent))


def told(answer: Answer | None) -> Any:
    """The JSON of an answer that is sent whole."""
    assert answer is not None
    assert answer.chunks is None
    return json.loads(answer.body)


def events(answer: Answer | None) -> list[Any]:
    """The data of a stream's events, `[DONE]` as it is."""
    assert answer is not None
    assert answer.chunks is not None
    lines = b"".join(answer.chunks).decode().splitlines()
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [one if one == "[DONE]" else json.loads(one) for one in data]
