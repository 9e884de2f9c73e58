"""What a server does wrong, on demand: it refuses, is slow, breaks off, talks nonsense, has no models."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from provider_conformance.backends.catalogue import MODELS
from provider_conformance.backends.model import Answer, answer_json


class Fault(StrEnum):
    """What goes wrong."""

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    RATE_LIMITED = "429"
    """With ``Retry-After: 1``."""
    INTERNAL = "500"
    BAD_GATEWAY = "502"
    """In HTML, as something in between answers."""
    SLOW = "slow"
    """The answer is right, and late."""
    CUT = "cut"
    """The connection ends in the middle of the answer."""
    MALFORMED = "malformed"
    """What should be JSON is none; in a stream, after its first event."""
    NO_MODELS = "no models"
    """Listings of models are empty; all else is as ever."""


@dataclass(frozen=True, slots=True)
class _Now:
    """A fault that is in force, for so many answers; None for all."""

    fault: Fault
    left: int | None


class Faults:
    """A switch for faults. It starts with none.

    Attributes:
        delay: Seconds by which a slow answer is late.
    """

    def __init__(self, delay: float = 5.0) -> None:
        self.delay = delay
        self._now: _Now | None = None
        self._lock = threading.Lock()

    def switch(self, fault: Fault | str | None, *, times: int | None = None) -> None:
        """Let something go wrong from now on.

        Args:
            fault: What, a `Fault` or its value; None for nothing.
            times: For how many answers; all, where it is None.

        Raises:
            ValueError: There is no such fault.
        """
        now = None if fault is None else _Now(Fault(fault), times)
        with self._lock:
            self._now = now

    @contextmanager
    def during(self, fault: Fault | str, *, times: int | None = None) -> Iterator[None]:
        """Let something go wrong for as long as the context lasts; see `switch`."""
        self.switch(fault, times=times)
        try:
            yield
        finally:
            self.switch(None)

    def spoil(self, answer: Answer) -> tuple[str, Answer]:
        """What is wrong with an answer, and the answer with it; "" and the answer as it is with nothing.

        Args:
            answer: What is right.
        """
        fault = self._taken()
        return ("", answer) if fault is None else (fault.value, spoilt(fault, answer, delay=self.delay))

    def _taken(self) -> Fault | None:
        with self._lock:
            now = self._now
            if now is None or now.left is None:
                return None if now is None else now.fault
            self._now = replace(now, left=now.left - 1) if now.left > 1 else None
            return now.fault


def spoilt(fault: Fault, answer: Answer, *, delay: float) -> Answer:
    """An answer with a fault.

    Args:
        fault: What goes wrong.
        answer: What is right.
        delay: Seconds by which a slow answer is late.
    """
    if fault is Fault.SLOW:
        return replace(answer, delay=delay)
    return _SPOILT[fault](answer)


def _refusal(status: int, message: str, code: str, **headers: str) -> Callable[[Answer], Answer]:
    body = {"error": {"message": message, "type": code, "param": None, "code": code}}
    refused = answer_json(body, status)
    return lambda _answer: replace(refused, headers={**refused.headers, **headers})


_HTML: Final = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)


def _bad_gateway(_answer: Answer) -> Answer:
    return Answer(502, _HTML, {"content-type": "text/html"})


def _malformed(answer: Answer) -> Answer:
    if answer.chunks is None:
        return replace(answer, body=b"{no json")
    return replace(answer, chunks=(*answer.chunks[:1], b"data: {no json\n\n", *answer.chunks[1:]))


_LISTS: Final = ("data", "models", "items", "endpoints", "resources", "publisherModels", "modelSummaries")
_NAMES: Final = ("id", "name", "model_id", "modelId", "displayName")
_LISTED: Final = frozenset(MODELS)


def _no_models(answer: Answer) -> Answer:
    """The answer without models, where it lists some."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        return answer
    if _are_models(told):
        return replace(answer, body=b"[]")
    if not isinstance(told, dict):
        return answer
    emptied: dict[str, Any] = {key: [] for key in _LISTS if _are_models(told.get(key))}
    return replace(answer, body=json.dumps({**told, **emptied}).encode()) if emptied else answer


def _are_models(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_model(one) for one in value)


def _is_model(value: Any) -> bool:
    named = (str(value.get(key, "")).rpartition("/")[2] for key in _NAMES) if isinstance(value, dict) else ()
    return not _LISTED.isdisjoint(named)


_SPOILT: Final[Mapping[Fault, Callable[[Answer], Answer]]] = {
    Fault.UNAUTHORIZED: _refusal(401, "Incorrect API key provided", "invalid_api_key"),
    Fault.FORBIDDEN: _refusal(403, "You have no access to this resource", "permission_denied"),
    Fault.RATE_LIMITED: _refusal(429, "Rate limit reached", "rate_limit_exceeded", **{"retry-after": "1"}),
    Fault.INTERNAL: _refusal(500, "The server had an error", "server_error"),
    Fault.BAD_GATEWAY: _bad_gateway,
    Fault.CUT: lambda answer: replace(answer, cut=True),
    Fault.MALFORMED: _malformed,
    Fault.NO_MODELS: _no_models,
}
