"""Stand-ins for servers of remote providers: on loopback, deterministic; they record what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from provider_conformance.backends.anthropic_form import anthropic_form
from provider_conformance.backends.conversion import Conversions, partitioning
from provider_conformance.backends.discovery import discovering
from provider_conformance.backends.faults import Fault, Faults
from provider_conformance.backends.files_form import Files
from provider_conformance.backends.known_hosts import is_known
from provider_conformance.backends.model import Route
from provider_conformance.backends.openai_form import openai_form
from provider_conformance.backends.proxy import Proxy, proxying
from provider_conformance.backends.record import Recorded
from provider_conformance.backends.search import searching
from provider_conformance.backends.server import Server
from provider_conformance.backends.small import small
from provider_conformance.backends.tokens import handing_out_tokens
from provider_conformance.backends.vertex import vertex_form
from provider_conformance.errors import MissingExtraError

__all__ = ["Backend", "Fault", "Faults", "Recorded", "serving"]

_ROUTES: Final[tuple[Route, ...]] = (
    # What is for one host alone before what is under any prefix.
    *(searching, handing_out_tokens, partitioning),
    *(discovering, vertex_form, anthropic_form, small, openai_form),
)


@dataclass(frozen=True, slots=True)
class Backend:
    """A stand-in server that runs.

    Attributes:
        server: The server.
        proxy: What leads hosts with a fixed name to it; None where the extra `backends` is not installed.
    """

    server: Server
    proxy: Proxy | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port; `/v1` and other prefixes follow."""
        return self.server.url

    @property
    def faults(self) -> Faults:
        """The switch for what goes wrong."""
        return self.server.faults

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """What it was asked up to now."""
        return self.server.requests

    def serve(self, models: Iterable[str]) -> None:
        """Serve further models, as a server does that its owner has set up.

        Args:
            models: Their names. Each does whatever is asked of it: a name does not say what it is for.
        """
        self.server.served |= frozenset(models)

    @property
    def variables(self) -> Mapping[str, str]:
        """What leads clients of hosts with a fixed name here, to be set before they are made."""
        return self.proxy.variables() if self.proxy is not None else {}

    @property
    def refused(self) -> tuple[str, ...]:
        """The hosts that were asked for and that nothing is known of."""
        return tuple(self.proxy.refused) if self.proxy is not None else ()


@contextmanager
def serving(*, faults: Faults | None = None) -> Iterator[Backend]:
    """Run a stand-in server on loopback for as long as the context lasts.

    It lists the models `tiny-chat`, `tiny-embed` and `tiny-rerank` and refuses all others but those that
    `Backend.serve` adds. What is uploaded to it is kept as long.

    Args:
        faults: What goes wrong; by default a switch of its own, that is off.
    """
    with ExitStack() as stack:
        server = stack.enter_context(Server((Files(), Conversions(), *_ROUTES), faults))
        try:
            proxy = stack.enter_context(proxying(server.url, is_known))
        except MissingExtraError:
            proxy = None
        yield Backend(server, proxy)
