"""What is kept of a request: enough to judge the caller by, and never a credential."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from provider_conformance.backends.model import Request

_CREDENTIALS: Final = (
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "proxy-authorization",
    "cookie",
)
_LISTS: Final = ("messages", "input", "documents", "items")
_PLAIN: Final = ("model", "stream", "n", "dimensions", "encoding_format")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that was answered.

    Attributes:
        time: When, in seconds of the monotonic clock.
        method: The HTTP method.
        host: The name that was asked for.
        path: The path, without the query.
        query: The names of the query's parameters.
        status: The status that was answered; 0 where the connection broke before.
        known: Whether a route took it.
        headers: The names of its headers.
        credentials: A hash of each credential that came along, by the header; see `hashed`.
        user_agent: The client, as it names itself.
        retry: The number of tries before this one, where the client says.
        parameters: Of the body's `model`, `stream`, `n`, `dimensions` and `encoding_format`, those it has.
        counts: The number of messages, inputs or documents.
        tools: The names of the tools that were offered.
        keys: All keys of the body.
        fault: What was made to go wrong, "" where nothing was.
    """

    time: float
    method: str
    host: str
    path: str
    query: tuple[str, ...]
    status: int
    known: bool
    headers: tuple[str, ...]
    credentials: Mapping[str, str]
    user_agent: str = ""
    retry: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    fault: str = ""


def hashed(credential: str) -> str:
    """A short hash of a credential, to tell equal ones from others; a leading `Bearer` is left off."""
    scheme, _, rest = credential.partition(" ")
    bare = rest if scheme.lower() == "bearer" else credential
    return hashlib.sha256(bare.strip().encode()).hexdigest()[:16]


def recorded(request: Request, status: int, *, known: bool, fault: str = "") -> Recorded:
    """What is kept of a request.

    Args:
        request: The request.
        status: The status that is answered.
        known: Whether a route took it.
        fault: What is made to go wrong.
    """
    body, headers = request.fields(), request.headers
    retry = headers.get("x-stainless-retry-count", "0")
    return Recorded(
        time=time.monotonic(),
        method=request.method,
        host=request.host,
        path=request.path,
        query=tuple(request.query),
        status=status,
        known=known,
        headers=tuple(headers),
        credentials={name: hashed(headers[name]) for name in _CREDENTIALS if name in headers},
        user_agent=headers.get("user-agent", ""),
        retry=int(retry) if retry.isdecimal() else 0,
        parameters={key: body[key] for key in _PLAIN if _is_plain(body.get(key))},
        counts={key: len(body[key]) for key in _LISTS if isinstance(body.get(key), list)},
        tools=_tools(body.get("tools")),
        keys=tuple(body),
        fault=fault,
    )


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _tools(value: Any) -> tuple[str, ...]:
    tools = [tool for tool in value if isinstance(tool, dict)] if isinstance(value, list) else []
    functions = [tool["function"] if isinstance(tool.get("function"), dict) else tool for tool in tools]
    return tuple(str(function.get("name", "")) for function in functions)
