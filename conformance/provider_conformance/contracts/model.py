"""A contract: what one release of a stack demands of its providers, as frozen data."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from provider_conformance.findings import Location
from provider_conformance.protocols.calls import Callers, CallShape, contradicts
from provider_conformance.protocols.model import Calls, ProtocolMethod, ProtocolModel
from provider_conformance.protocols.signature import Kind

_SERVER: Final = "/server/"
"""What the paths of a stack's server have in them."""


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
    absence, so a provider without the method goes on working; ``caught``: only the ``try`` guards it, and
    nobody asks before whether the method is there. ``ignored``: nobody reads what the call gives.
    ``answered`` are the exceptions, by their names, for which the caller has an answer of its own; only a
    running provider raises them, so no snapshot keeps them.
    ``caller`` is the qualified name of the calling function, and ``text`` the call as its source has it, in
    one line; both for messages.
    """

    method: str
    positional: int
    keywords: tuple[str, ...] = ()
    spread: bool = False
    awaited: bool = False
    guarded: bool = False
    caught: bool = False
    ignored: bool = False
    caller: str = ""
    text: str = ""
    location: Location | None = None
    answered: tuple[str, ...] = field(default=(), compare=False)

    @property
    def by(self) -> str:
        """Who makes the call, and where."""
        place = f" ({self.location})" if self.location else ""
        return f"{self.caller or 'the stack'}{place}"

    def shape(self, method: ProtocolMethod | None = None) -> CallShape:
        """The call as it binds.

        Args:
            method: The protocol's method, whose names stand for arguments passed by position. A call that
                it does not take is named by what is passed, as without a method.
        """
        passed = CallShape(self._passed(), self.keywords, self.text, self.by)
        if method is None or contradicts(method, passed):
            return passed
        names = [p.name for p in method.signature.parameters if p.kind <= Kind.POSITIONAL_OR_KEYWORD]
        return replace(passed, positional=(*names, *passed.positional[len(names) :])[: self.positional])

    def _passed(self) -> tuple[str, ...]:
        """The arguments passed by position, by the names that the caller has for them."""
        parsed = ast.parse(self.text, mode="eval").body if self.text else None
        passed = parsed.args if isinstance(parsed, ast.Call) else []
        names = [getattr(one, "id", getattr(one, "attr", "")) for one in passed]
        found = [*names, *[""] * self.positional][: self.positional]
        return tuple(name or f"argument_{i + 1}" for i, name in enumerate(found))


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

    def unasked(self, method: str) -> tuple[StackCall, ...]:
        """The calls of a method that are made without asking whether it is there."""
        return tuple(call for call in self.calls.get(method, ()) if call.caught or not call.guarded)

    def undeclared(self) -> tuple[str, ...]:
        """Methods that the stack calls without asking and that neither protocol declares."""
        declared = {name for p in (self.public, self.private) if p for name in (*p.methods, *p.attributes)}
        return tuple(method for method in self.calls if method not in declared and self.unasked(method))

    def how_called(self, method: str) -> Calls:
        """How whoever knows only the protocol passes arguments to ``method``.

        As the stack does: by position or by keyword, or both where its calls differ. A call that mixes the
        two says nothing about that; one whose arguments the source does not show passes them by keyword.
        Where no call says it, a method of the public protocol is called by keyword and one of the private
        protocol positionally.
        """
        calls = self.calls.get(method, ())
        by_name = [call for call in calls if call.keywords or call.spread]
        positional = any(call.positional and call not in by_name for call in calls)
        keyword = any(not call.positional for call in by_name)
        if any(call.spread for call in calls):
            return Calls.KEYWORD
        if positional and keyword:
            return Calls.BOTH
        if positional or by_name:
            return Calls.POSITIONAL if positional else Calls.KEYWORD
        private = self.private is not None and method in self.private.methods
        return Calls.POSITIONAL if private else Calls.KEYWORD

    def callers(self, method: ProtocolMethod) -> Callers:
        """Who calls a method of one of the protocols, as far as the stack's source shows it."""
        calls = self.calls.get(method.name, ())
        seen = (call.shape(method) for call in calls if not call.spread)
        return Callers(
            self.how_called(method.name),
            tuple(dict.fromkeys(seen)),
            unseen=any(call.spread for call in calls),
            ignored=bool(calls) and all(call.ignored for call in calls),
        )

    def only_by_route(self, method: str) -> bool:
        """Whether the stack calls a method only with what the server took out of a request for it.

        A server without route modules makes a route of the very method that it calls: what a request brings
        is read by the types of that method's own signature, and passed on as it is.
        """
        calls = self.calls.get(method, ())
        served = all(call.spread and call.location and _SERVER in call.location.path for call in calls)
        return self.role is Role.PLAIN and bool(calls) and served

    def against(self, method: ProtocolMethod) -> tuple[CallShape, ...]:
        """The stack's calls of a method that its protocol does not promise to take."""
        return tuple(shape for shape in self.callers(method).seen if contradicts(method, shape))


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
