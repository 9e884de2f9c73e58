"""Stand-ins for servers of remote providers: on loopback, deterministic; they record what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from provider_conformance.backends.anthropic_form import anthropic_form
from provider_conformance.backends.model import Route
from provider_conformance.backends.openai_form import openai_form
from provider_conformance.backends.record import Recorded
from provider_conformance.backends.server import Server
from provider_conformance.backends.small import small

__all__ = ["ROUTES", "Backend", "Recorded", "serving"]

ROUTES: Final[tuple[Route, ...]] = (anthropic_form, small, openai_form)
"""What a stand-in answers with."""


@dataclass(frozen=True, slots=True)
class Backend:
    """A stand-in server that runs."""

    server: Server

    @property
    def url(self) -> str:
        """Scheme, host and port; `/v1` and other prefixes follow."""
        return self.server.url

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """What it was asked up to now."""
        return self.server.requests


@contextmanager
def serving() -> Iterator[Backend]:
    """Run a stand-in server on loopback for as long as the context lasts.

    It lists the models `tiny-chat`, `tiny-embed` and `tiny-rerank` and refuses all others.
    """
    with Server(ROUTES) as server:
        yield Backend(server)
