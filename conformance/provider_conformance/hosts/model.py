"""What is tried on a stack, and what came of it: sketches of stacks, and resolutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol


class _Pasteable:
    """A representation that can be pasted into a test: fields at their default are left out."""

    __slots__ = ()

    def __repr__(self) -> str:
        told = (
            f"{f.name}={getattr(self, f.name)!r}"
            for f in fields(self)  # type: ignore[arg-type]
            if f.repr and getattr(self, f.name) != f.default
        )
        return f"{type(self).__name__}({', '.join(told)})"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The APIs that a stack knows.

    Attributes:
        plain: Those that a provider serves by itself.
        routed: Those whose providers stand behind a router, each with the API of its routing table.
        optional: Whether a spec can declare optional dependencies.
    """

    plain: tuple[str, ...]
    routed: Mapping[str, str] = field(default_factory=dict)
    optional: bool = True

    @property
    def providable(self) -> tuple[str, ...]:
        """The APIs that a run config may name providers for."""
        return (*self.plain, *self.routed)

    def served_by(self, api: str) -> str:
        """The API whose providers are behind ``api``: the routed one for that of a routing table."""
        return next((router for router, table in self.routed.items() if table == api), api)


@dataclass(frozen=True, slots=True, repr=False)
class ProviderSketch(_Pasteable):
    """A provider of a run config, and its spec in the registry.

    Attributes:
        api: The API that it is declared for.
        provider_id: Its id in the run config.
        provider_type: Its type; each type has a spec of its own in the registry.
        needs: The APIs that its spec declares as dependencies.
        may_use: Those that it declares as optional.
        known: Whether the registry has its type.
    """

    api: str
    provider_id: str
    provider_type: str
    needs: tuple[str, ...] = ()
    may_use: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class StackSketch(_Pasteable):
    """A run config with the registry that belongs to it.

    Attributes:
        providers: The providers in the order of their declaration.
        apis: The APIs to serve, None where the config does not say.
    """

    providers: tuple[ProviderSketch, ...] = ()
    apis: tuple[str, ...] | None = None

    def by_api(self) -> dict[str, list[ProviderSketch]]:
        """The providers of each API; APIs in the order in which they are first named."""
        grouped: dict[str, list[ProviderSketch]] = {}
        for provider in self.providers:
            grouped.setdefault(provider.api, []).append(provider)
        return grouped


@dataclass(frozen=True, slots=True)
class Started:
    """A provider that was built.

    Attributes:
        api: The API of its spec.
        provider_type: The type of its spec.
        received: The APIs in the ``deps`` that its factory got, each with the type of the provider
            behind it, or "" where that is the stack's own part.
    """

    api: str
    provider_type: str
    received: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What came of resolving a run config.

    Attributes:
        started: The generated providers in the order in which their factories were called.
        empty_tables: The routing tables that were built over no provider.
        stopped: The provider types whose ``shutdown`` was called, in that order.
        error: What the resolver raised.
        impls: The running implementations by API; empty after an error.
    """

    started: tuple[Started, ...] = ()
    empty_tables: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    error: BaseException | None = None
    impls: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sorting:
    """What a stack's sort made of a graph: an order, or an error."""

    order: tuple[str, ...] = ()
    error: BaseException | None = None


class Host(Protocol):
    """A stack in which providers can be tried."""

    @property
    def stack(self) -> str:
        """The name by which it is loaded: "builtin", "llama-stack" or "ogx"."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The APIs that it knows."""

    def sort(self, graph: Mapping[str, Sequence[str]]) -> Sorting:
        """Put nodes in order, dependencies first, as the stack does with its providers.

        Args:
            graph: What each node needs, in the order of declaration.
        """

    def resolve(self, sketch: StackSketch) -> Resolution:
        """Resolve a run config into running providers, and shut them down again."""
