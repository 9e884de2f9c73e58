"""What a stand-in server is asked and what it answers: plain data, and functions from one to the other."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived.

    Attributes:
        method: The HTTP method in capitals.
        host: The name that was asked for, from the header ``Host``, without a port.
        path: The path, decoded, without the query.
        query: The values of each parameter of the query.
        headers: The headers, by names in lower case.
        body: The body, empty where there is none.
        served: The models that are served besides those of the catalogue.
    """

    method: str
    host: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    served: frozenset[str] = frozenset()

    def json(self) -> Any:
        """The body read as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def fields(self) -> Mapping[str, Any]:
        """The body read as a JSON object; empty where it is none."""
        value = self.json()
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Attributes:
        status: The HTTP status.
        body: The body, where it is sent whole.
        headers: Further headers; length and connection are the server's business.
        chunks: The parts of a stream, sent one by one; None for an answer that is sent whole.
        delay: Seconds to wait before anything is sent.
        cut: Whether the connection ends in the middle of the answer.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[bytes, ...] | None = None
    delay: float = 0
    cut: bool = False


Route = Callable[[Request], Answer | None]
"""Answers a request; None where it is not its own, and the next is asked."""


def answer_json(value: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(value).encode(), {"content-type": JSON})


def answer_events(events: Iterable[str]) -> Answer:
    """A stream of server-sent events, of which each is given with its lines and without the blank one."""
    return Answer(headers={"content-type": EVENTS}, chunks=tuple(f"{event}\n\n".encode() for event in events))


UNKNOWN_ROUTE: Final = "unknown_route"
"""The code in the answer to a request that no route takes: another thing than a refused model."""


def unknown_route(request: Request) -> Answer:
    """The answer to a request that no route takes."""
    message = does_not_answer(request.method, request.path)
    return answer_json({"error": {"message": message, "type": UNKNOWN_ROUTE, "code": UNKNOWN_ROUTE}}, 404)


def does_not_answer(method: str, path: str) -> str:
    """How it is said that no route takes a request; `DOES_NOT_ANSWER` finds it in a text."""
    return f"the stand-in does not answer {method} {path}"


DOES_NOT_ANSWER: Final = re.compile(r"the stand-in does not answer [A-Z]+ [^\s'\"\\]+")
