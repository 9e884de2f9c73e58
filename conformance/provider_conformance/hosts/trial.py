"""A real provider on the built-in stack, with made-up ones around it, and what it does there."""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeVar
from unittest import mock

from provider_conformance.hosts.builtin import BuiltinHost
from provider_conformance.hosts.builtin_running import BuiltinRunning
from provider_conformance.hosts.generated import Ledger
from provider_conformance.hosts.model import ProviderSketch, StackSketch
from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.hosts.vocabulary import BUILTIN
from provider_conformance.providers.constructing import construct
from provider_conformance.providers.containment import Attempt
from provider_conformance.providers.sample import sample_config
from provider_conformance.stack.errors import ShutdownError
from provider_conformance.stack.loading import factory_name
from provider_conformance.stack.resolver import Stack
from provider_conformance.stack.specs import ProviderSpec, RemoteProviderSpec

T = TypeVar("T")

_PREFIX: Final = "_provider_conformance_tried_"
_runs = itertools.count()


@dataclass(slots=True)
class Witness:
    """What was seen of a provider during a trial.

    Attributes:
        before: For each call of its factory the types of the made-up providers built by then.
        undeclared: What it looked up in ``deps`` without having declared it.
        received: What its ``deps`` held, at each call of its factory.
        made: What its factory returned, in the order of the calls.
    """

    before: list[tuple[str, ...]] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)
    received: list[tuple[str, ...]] = field(default_factory=list)
    made: list[Any] = field(default_factory=list)


class WatchedDeps(dict[Any, Any]):
    """The ``deps`` of a provider, which write down what is looked up in them and not there."""

    def __init__(self, deps: Mapping[Any, Any], declared: frozenset[Any], undeclared: list[str]) -> None:
        super().__init__(deps)
        self._declared = declared
        self._undeclared = undeclared

    def __getitem__(self, key: Any) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        """The dependency, ``default`` without it."""
        self._note(key)
        return super().get(key, default)

    def pop(self, key: Any, *default: Any) -> Any:
        """Take a dependency out."""
        self._note(key)
        return super().pop(key, *default)

    def _note(self, key: Any) -> None:
        told = f"Api.{key.name}" if hasattr(key, "name") else repr(key)
        if key not in self._declared and told not in self._undeclared:
            self._undeclared.append(told)


@dataclass(frozen=True, slots=True)
class Trial:
    """A provider that can be tried.

    Attributes:
        spec: Its spec.
        factory: Its factory.
        config_class: The class of its configuration, or what makes one; None without one.
    """

    spec: ProviderSpec
    factory: Callable[..., Any]
    config_class: Callable[..., Any] | None

    @property
    def sketch(self) -> ProviderSketch:
        """The provider as an entry of a run config, under the first id."""
        spec = self.spec
        return ProviderSketch(
            spec.api.value,
            FIRST,
            spec.provider_type,
            tuple(api.value for api in spec.api_dependencies),
            tuple(api.value for api in spec.optional_api_dependencies),
        )

    def surroundings(self, *, optional: bool = True) -> StackSketch:
        """The smallest run config that has the provider and a made-up one for each API that it needs.

        Args:
            optional: Whether the APIs that it may do without are there too.
        """
        own = self.sketch
        wanted = dict.fromkeys([*own.needs, *(own.may_use if optional else ())])
        return StackSketch((own, *made_up(wanted, without=own.api)))

    def run(
        self, sketch: StackSketch, work: Callable[[Running], Awaitable[T]], witness: Witness | None = None
    ) -> Attempt:
        """Resolve a run config, do some work on the stack, and shut it down.

        It runs in a thread of its own, watched and within the run's limits.

        Args:
            sketch: The run config; providers of the tried one's type are real.
            work: What to do with the stack.
            witness: Is told what the provider does.

        Returns:
            What ``work`` returned, or the error that ended the trial.
        """
        seen = Witness() if witness is None else witness
        ledger = Ledger()

        async def worked() -> Any:
            done: list[T] = []

            async def once(stack: Stack) -> None:
                done.append(await work(BuiltinRunning.of(stack, self.spec.api.value)))

            with self._module(seen, ledger) as spec, suppress(ShutdownError):
                await BuiltinHost().working(sketch, once, ledger=ledger, specs=[spec])
            return done[0]

        return construct(worked, ())

    @contextmanager
    def _module(self, witness: Witness, ledger: Ledger) -> Iterator[ProviderSpec]:
        """The spec with a module of ours in between, for as long as the context lasts."""
        name = f"{_PREFIX}{next(_runs)}"
        module = ModuleType(name)
        with tempfile.TemporaryDirectory(prefix="provider-conformance-") as folder:
            places = itertools.count()
            vars(module)["Config"] = lambda **_: self._config(folder, next(places))
            vars(module)[factory_name(self.spec)] = self._watched(witness, ledger)
            sys.modules[name] = module
            try:
                yield _elsewhere(self.spec, name)
            finally:
                sys.modules.pop(name, None)

    def _config(self, folder: str, number: int) -> Any:
        """A sample configuration, whose paths are of this instance alone where it asks for a folder."""
        if self.config_class is None:
            return None
        own = f"{folder}/{number}"
        with mock.patch.object(tempfile, "tempdir", own):
            Path(own).mkdir()
            return sample_config(self.config_class)

    def _watched(self, witness: Witness, ledger: Ledger) -> Callable[..., Any]:
        spec = self.spec
        declared = frozenset([*spec.api_dependencies, *spec.optional_api_dependencies])

        async def factory(config: Any, deps: Mapping[Any, Any]) -> Any:
            witness.before.append(tuple(started.provider_type for started in ledger.started))
            witness.received.append(tuple(api.value for api in deps))
            made = self.factory(config, WatchedDeps(deps, declared, witness.undeclared))
            if isawaitable(made):
                made = await made
            witness.made.append(made)
            return made

        return factory


def made_up(apis: Mapping[str, Any], *, without: str = "") -> list[ProviderSketch]:
    """A made-up provider for each of ``apis``; for the API of a routing table one behind it."""
    served = dict.fromkeys(BUILTIN.served_by(api) for api in apis)
    return [
        ProviderSketch(api, f"{api}-0", f"inline::{api}-0")
        for api in served
        if api != without and api in BUILTIN.providable
    ]


def _elsewhere(spec: ProviderSpec, module: str) -> ProviderSpec:
    """The spec, with its factory and configuration in another module."""
    update: dict[str, Any] = {"config_class": f"{module}.Config"}
    if isinstance(spec, RemoteProviderSpec) and spec.adapter is not None:
        update["adapter"] = spec.adapter.model_copy(update={"module": module})
    else:
        update["module"] = module
    return spec.model_copy(update=update)
