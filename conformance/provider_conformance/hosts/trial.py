"""A real provider on a stack, with made-up ones around it, and what it does there."""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Final, Protocol, TypeVar
from unittest import mock

from provider_conformance.configuration.given import Given
from provider_conformance.hosts.builtin import BuiltinHost
from provider_conformance.hosts.configuring import configuring
from provider_conformance.hosts.fetched import stood_in
from provider_conformance.hosts.generated import FACTORIES, Ledger
from provider_conformance.hosts.model import ProviderSketch, StackSketch, Vocabulary
from provider_conformance.hosts.running import FIRST, SECOND, Running
from provider_conformance.hosts.watching import Tried, WatchedDeps, Witness, extra_parameters
from provider_conformance.sandbox.constructing import construct
from provider_conformance.sandbox.containment import Attempt
from provider_conformance.sandbox.leftovers import Leftovers, noting

__all__ = ["Trial", "TryingHost", "WatchedDeps", "Witness", "made_up"]

T = TypeVar("T")

_PREFIX: Final = "_provider_conformance_tried_"
_runs = itertools.count()


class TryingHost(Protocol):
    """A stack in which a real provider can be tried."""

    @property
    def stack(self) -> str:
        """The name by which it is loaded."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The APIs that it knows."""

    async def trying(
        self,
        sketch: StackSketch,
        work: Callable[[Running], Awaitable[T]],
        tried: Tried,
    ) -> T:
        """Do some work on a running stack that is shut down afterwards.

        Args:
            sketch: The run config; providers of the tried one's type are real.
            work: What to do with the stack.
            tried: The real provider.

        Returns:
            What ``work`` returns.

        Raises:
            Exception: Whatever keeps the stack from starting, or ``work`` raises. What goes wrong
                when it is shut down is not raised.
        """

    def rebuilt(self, specs: Iterable[Any]) -> frozenset[str]:
        """The APIs whose providers the stack builds once more elsewhere, and initializes after their factory.

        Args:
            specs: The specs of the providers under test.
        """


@dataclass(frozen=True, slots=True)
class Trial:
    """A provider that can be tried.

    Attributes:
        spec: Its spec.
        factory: Its factory.
        config_class: The class of its configuration, or what makes one; None without one.
        host: The stack to try it on.
        given: The configuration that the user gave, None for the sample.
        offline: Whether its back end is known not to be there: then the stack does not ask for listings.
        environment: Variables that are set while it is tried, and put back.
    """

    spec: Any
    factory: Callable[..., Any]
    config_class: Callable[..., Any] | None
    host: TryingHost = field(default_factory=BuiltinHost)
    given: Given | None = None
    offline: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def sketch(self) -> ProviderSketch:
        """The provider as an entry of a run config, under the first id."""
        spec = self.spec
        return ProviderSketch(
            spec.api.value,
            FIRST,
            spec.provider_type,
            tuple(api.value for api in spec.api_dependencies),
            tuple(api.value for api in _optional(spec)),
        )

    def surroundings(self, *, optional: bool = True) -> StackSketch:
        """The smallest run config that has the provider and a made-up one for each API that it needs.

        Args:
            optional: Whether the APIs that it may do without are there too.
        """
        own = self.sketch
        wanted = dict.fromkeys([*own.needs, *(own.may_use if optional else ())])
        return StackSketch((own, *made_up(wanted, self.host.vocabulary, without=own.api)))

    def twice(self) -> StackSketch:
        """The smallest run config that has the provider under two ids."""
        own = self.surroundings().providers
        return StackSketch((own[0], replace(own[0], provider_id=SECOND), *own[1:]))

    def run(
        self,
        sketch: StackSketch,
        work: Callable[[Running], Awaitable[T]],
        witness: Witness | None = None,
        leftovers: Leftovers | None = None,
    ) -> Attempt:
        """Resolve a run config, do some work on the stack, and shut it down.

        It runs in a thread of its own, without a network, and for as long as the limits of the run say.

        Args:
            sketch: The run config; providers of the tried one's type are real.
            work: What to do with the stack.
            witness: Is told what the provider does.
            leftovers: Looks for what is left after the shutdown.

        Returns:
            What ``work`` returned, or the error that ended the trial.
        """
        seen = Witness() if witness is None else witness
        ledger = Ledger()

        async def worked() -> Any:
            with self._module(seen, ledger, folder) as spec, noting(leftovers) as look:
                tried = Tried(spec, ledger, seen, folder, offline=self.offline)
                value = await self.host.trying(sketch, work, tried)
                await look()
                return value

        prefix = "provider-conformance-"
        with (
            tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder,
            mock.patch.dict("os.environ", self.environment),
            stood_in(),
        ):
            return construct(worked, ())

    @contextmanager
    def _module(self, witness: Witness, ledger: Ledger, folder: str) -> Iterator[Any]:
        """The spec with a module of ours in between, for as long as the context lasts."""
        name = f"{_PREFIX}{next(_runs)}"
        module = ModuleType(name)
        factory = self._watched(witness, ledger)
        config = configuring(self.config_class, folder, self.given)
        vars(module).update(dict.fromkeys(FACTORIES, factory), Config=config)
        sys.modules[name] = module
        try:
            yield _elsewhere(self.spec, name)
        finally:
            sys.modules.pop(name, None)

    def _watched(self, witness: Witness, ledger: Ledger) -> Callable[..., Any]:
        declared = frozenset([*self.spec.api_dependencies, *_optional(self.spec)])

        async def factory(config: Any, deps: Mapping[Any, Any], *further: Any) -> Any:
            witness.before.append(tuple(started.provider_type for started in ledger.started))
            witness.received.append(tuple(api.value for api in deps))
            # Awaited whatever it is, as the stack does: what cannot be awaited is a TypeError there, too.
            made = await self.factory(config, WatchedDeps(deps, declared, witness.undeclared), *further)
            witness.made.append(made)
            return made

        return extra_parameters(factory, self.factory)


def made_up(apis: Iterable[str], vocabulary: Vocabulary, *, without: str = "") -> list[ProviderSketch]:
    """A made-up provider for each of ``apis``; for the API of a routing table one behind it."""
    served = dict.fromkeys(vocabulary.served_by(api) for api in apis)
    return [
        ProviderSketch(api, f"{api}-0", f"inline::{api}-0")
        for api in served
        if api != without and api in vocabulary.providable
    ]


def _optional(spec: Any) -> list[Any]:
    """The optional dependencies; older releases know none."""
    return list(getattr(spec, "optional_api_dependencies", None) or ())


def _elsewhere(spec: Any, module: str) -> Any:
    """The spec, with its factory and configuration in another module."""
    update: dict[str, Any] = {"config_class": f"{module}.Config"}
    adapter = getattr(spec, "adapter", None)
    if "module" in type(spec).model_fields:
        update["module"] = module
    if adapter is not None:
        update["adapter"] = adapter.model_copy(update={"module": module})
    if "execution_mode" in type(spec).model_fields:
        # What is to run in a process of its own is tried in this one: there its class can be seen.
        update["execution_mode"] = "inline"
    return spec.model_copy(update=update)
