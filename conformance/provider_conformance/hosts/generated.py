"""Providers made up for one resolution: a module with a factory each, which write down what they get.

The modules live in ``sys.modules`` under a private name for as long as a run lasts.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

from pydantic import BaseModel

from provider_conformance.hosts.model import ProviderSketch, Started

_PREFIX: Final = "_provider_conformance_generated_"
FACTORIES: Final = ("get_provider_impl", "get_adapter_impl", "get_client_impl")
"""The names that factories have had."""

_runs = itertools.count()


class GeneratedConfig(BaseModel):
    """The configuration of a made-up provider: there is nothing to set."""


@dataclass(slots=True)
class Ledger:
    """What happened during one resolution."""

    started: list[Started] = field(default_factory=list)
    empty_tables: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)


@contextlib.contextmanager
def installed_modules(
    providers: Sequence[ProviderSketch], make: Callable[[ProviderSketch, Ledger], Any], ledger: Ledger
) -> Iterator[Mapping[tuple[str, str], str]]:
    """Put a module into ``sys.modules`` for each provider.

    Args:
        providers: The providers.
        make: Makes the implementation of a provider.
        ledger: Is written to by the factories.

    Yields:
        The modules' names by API and provider type.
    """
    run = next(_runs)
    names = [f"{_PREFIX}{run}_{number}" for number, _ in enumerate(providers)]
    try:
        for name, provider in zip(names, providers, strict=True):
            sys.modules[name] = _module(name, provider, make, ledger)
        yield {(p.api, p.provider_type): name for name, p in zip(names, providers, strict=True)}
    finally:
        for name in names:
            sys.modules.pop(name, None)


def _module(
    name: str, provider: ProviderSketch, make: Callable[[ProviderSketch, Ledger], Any], ledger: Ledger
) -> ModuleType:
    async def factory(config: Any, deps: Mapping[Any, Any]) -> Any:
        ledger.started.append(Started(provider.api, provider.provider_type, received(deps)))
        return make(provider, ledger)

    module = ModuleType(name)
    members = dict.fromkeys(FACTORIES, factory)
    vars(module).update(members, GeneratedConfig=GeneratedConfig)
    return module


def received(deps: Mapping[Any, Any]) -> dict[str, str]:
    """The APIs in ``deps``, each with the provider type of what stands behind it, "" for the stack's own."""
    found: dict[str, str] = {}
    for api, implementation in deps.items():
        kind = getattr(implementation, "generated_type", "")
        found[getattr(api, "value", str(api))] = kind if isinstance(kind, str) else ""
    return found


async def nothing(*_arguments: Any, **_keywords: Any) -> list[Any]:
    """What every method of a made-up provider answers: nothing."""
    return []


def shutdown_of(provider: ProviderSketch, ledger: Ledger) -> Callable[..., Awaitable[None]]:
    """A ``shutdown`` that writes down that it was called."""

    async def shutdown(*_arguments: Any, **_keywords: Any) -> None:
        ledger.stopped.append(provider.provider_type)

    return shutdown
