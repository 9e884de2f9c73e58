"""A contract: what one release of a stack demands of its providers, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from provider_conformance.findings import Location
from provider_conformance.protocols.model import Calls, ProtocolModel


class Role(StrEnum):
    """The part that an API plays: served by its provider, through a router, or by a routing table."""

    PLAIN = "plain"
    ROUTED = "routed"
    ROUTING_TABLE = "routing table"


@dataclass(frozen=True, slots=True)
class StackCall:
    """A call that the stack's own code makes on a provider, read off the stack's source.

    ``positional`` counts positional arguments; ``keywords`` are the names passed by keyword;
    ``spread`` is true where the call passes ``**something`` whose names the source does not show.
    ``guarded``: the call stands behind a ``hasattr`` test or inside a ``try`` that survives its
    absence, so a provider without the method goes on working. ``caller`` is the qualified name
    of the calling function, for messages.
    """

    method: str
    positional: int
    keywords: tuple[str, ...] = ()
    spread: bool = False
    awaited: bool = False
    guarded: bool = False
    caller: str = ""
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Factory:
    """The function that the stack's loader calls to get a provider, and what it passes.

    ``parameters`` are passed positionally, in this order; each of ``optional`` is passed after
    them only where the factory has a parameter of that name.
    """

    function: str
    parameters: tuple[str, ...] = ("config", "deps")
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiContract:
    """What one API demands of a provider.

    ``public`` is the protocol that clients see, ``private`` the one that the routing table
    calls; either is None where the API has none. ``routed_by`` names the routing table's API
    of a routed API. ``calls`` maps a method's name to the calls found in the stack's source,
    methods that no protocol declares included. ``injected`` are attributes that the stack sets
    on a provider of this API after its construction.
    """

    name: str
    role: Role = Role.PLAIN
    public: ProtocolModel | None = None
    private: ProtocolModel | None = None
    routed_by: str | None = None
    calls: Mapping[str, tuple[StackCall, ...]] = field(default_factory=dict)
    injected: tuple[str, ...] = ()
    providable: bool = True

    def undeclared(self) -> tuple[str, ...]:
        """Methods that the stack calls without a guard and that neither protocol declares."""
        declared = {name for p in (self.public, self.private) if p for name in (*p.methods, *p.attributes)}
        return tuple(
            method
            for method, calls in self.calls.items()
            if method not in declared and not all(call.guarded for call in calls)
        )

    def how_called(self, method: str) -> Calls:
        """How the stack passes arguments to ``method``.

        Taken from the calls seen; where none was seen, a method of the public protocol is
        called by keyword and one of the private protocol positionally.
        """
        calls = [
            call for call in self.calls.get(method, ()) if call.positional or call.keywords or call.spread
        ]
        positional = any(call.positional for call in calls)
        keyword = any(call.keywords or call.spread for call in calls)
        if positional and keyword:
            return Calls.BOTH
        if positional or keyword:
            return Calls.POSITIONAL if positional else Calls.KEYWORD
        private = self.private is not None and method in self.private.methods
        return Calls.POSITIONAL if private else Calls.KEYWORD


@dataclass(frozen=True, slots=True)
class Contract:
    """What one release of a stack demands of its providers.

    ``stack`` is "builtin", "llama-stack" or "ogx"; ``release`` its version, and ``api_release``
    that of the separate distribution with its protocols, "" where it has none. ``apis`` is keyed by
    the API's value ("inference"). ``factories`` is keyed by spec kind: "inline", "remote",
    "passthrough". ``spec_fields`` maps a spec class's name to its field names.
    ``attributes`` are set by the stack's loader on every provider ("__provider_id__", ...).
    ``refuses_cycles``: providers that depend on one another end the start; without it they are put in
    some order.
    """

    stack: str
    release: str
    apis: Mapping[str, ApiContract]
    factories: Mapping[str, Factory] = field(default_factory=dict)
    spec_fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: tuple[str, ...] = ("__provider_id__", "__provider_spec__", "__provider_config__")
    api_release: str = ""
    refuses_cycles: bool = False

    @property
    def title(self) -> str:
        """Stack and release as a person would say them: "ogx 1.5.0".

        An API distribution of another release is said too: it is what the protocols come from.
        """
        skewed = self.api_release not in ("", self.release)
        api = f" with {self.stack}-api {self.api_release}" if skewed else ""
        return f"{self.stack} {self.release}{api}".strip()
