"""The built-in stack as a host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from provider_conformance.hosts.builtin_running import BuiltinRunning
from provider_conformance.hosts.generated import (
    GeneratedConfig,
    Ledger,
    installed_modules,
    shutdown_of,
)
from provider_conformance.hosts.loop import ReusedLoop
from provider_conformance.hosts.model import ProviderSketch, Resolution, Sorting, StackSketch, Vocabulary
from provider_conformance.hosts.running import Running
from provider_conformance.hosts.vocabulary import BUILTIN
from provider_conformance.hosts.watching import Tried
from provider_conformance.neighbours.standins import stand_in
from provider_conformance.stack.errors import ShutdownError
from provider_conformance.stack.graph import topological_order
from provider_conformance.stack.registry import ProviderRegistry
from provider_conformance.stack.resolver import Stack, resolve
from provider_conformance.stack.run_config import Provider, StackRunConfig
from provider_conformance.stack.specs import (
    Api,
    InlineProviderSpec,
    ProviderSpec,
    additional_protocols_map,
    api_protocol_map,
)

_CONFIG: Final = f"{GeneratedConfig.__module__}.{GeneratedConfig.__qualname__}"

T = TypeVar("T")


class BuiltinHost:
    """Resolves sketches with the built-in stack's resolver, in one event loop for all of them."""

    stack: str = "builtin"
    vocabulary: Vocabulary = BUILTIN

    def __init__(self) -> None:
        self._loop = ReusedLoop()
        self._classes: dict[str, type] = {}

    def sort(self, graph: Mapping[str, Sequence[str]]) -> Sorting:
        """Drive the stack's sort alone."""
        try:
            return Sorting(tuple(topological_order(graph)))
        except Exception as error:
            return Sorting(error=error)

    def resolve(self, sketch: StackSketch) -> Resolution:
        """Resolve with the stack's own resolver, then shut the stack down."""
        ledger = Ledger()
        try:
            impls = self._loop.run(self.working(sketch, _impls, ledger=ledger))
        except Exception as error:
            return Resolution(tuple(ledger.started), error=error, stopped=tuple(ledger.stopped))
        return Resolution(tuple(ledger.started), (), tuple(ledger.stopped), impls=impls)

    async def working(
        self,
        sketch: StackSketch,
        work: Callable[[Stack], Awaitable[T]],
        *,
        ledger: Ledger,
        specs: Iterable[ProviderSpec] = (),
    ) -> T:
        """Do some work on a running stack that is shut down afterwards.

        Args:
            sketch: The run config. Providers whose type is among ``specs`` are the real ones.
            work: What to do with the stack.
            ledger: Is told what the made-up providers do.
            specs: Specs of real providers.

        Returns:
            What ``work`` returns.

        Raises:
            StackError: The stack cannot be started.
            Exception: Whatever ``work`` raises.
        """
        given = list(specs)
        real = {(spec.api.value, spec.provider_type) for spec in given}
        made_up = [p for p in sketch.providers if (p.api, p.provider_type) not in real]
        with installed_modules(made_up, self._implementation, ledger) as modules:
            known = [_spec(p, modules[p.api, p.provider_type]) for p in made_up if p.known and _exists(p)]
            async with await resolve(_config(sketch), ProviderRegistry.of([*known, *given])) as stack:
                return await work(stack)

    async def trying(
        self,
        sketch: StackSketch,
        work: Callable[[Running], Awaitable[T]],
        tried: Tried,
    ) -> T:
        """See :class:`~provider_conformance.hosts.trial.TryingHost`; this stack writes nothing."""
        done: list[T] = []

        async def once(stack: Stack) -> None:
            done.append(await work(BuiltinRunning.of(stack, tried.spec.api.value)))

        with suppress(ShutdownError):
            await self.working(sketch, once, ledger=tried.ledger, specs=[tried.spec])
        return done[0]

    def rebuilt(self, _specs: Iterable[Any]) -> frozenset[str]:
        """See :class:`~provider_conformance.hosts.trial.TryingHost`; this stack has no workers."""
        return frozenset()

    def _implementation(self, provider: ProviderSketch, ledger: Ledger) -> Any:
        implementation = self._class(provider.api)()
        implementation.generated_type = provider.provider_type
        implementation.shutdown = shutdown_of(provider, ledger)
        return implementation

    def _class(self, name: str) -> type:
        if name not in self._classes:
            api = Api(name)
            private = additional_protocols_map().get(api)
            protocols = [api_protocol_map()[api], *([private] if private else [])]
            self._classes[name] = stand_in(f"Generated_{name}", protocols, api=name)
        return self._classes[name]


async def _impls(stack: Stack) -> dict[str, Any]:
    return {api.value: implementation for api, implementation in stack.impls.items()}


def _exists(provider: ProviderSketch) -> bool:
    return provider.api in {api.value for api in Api}


def _spec(provider: ProviderSketch, module: str) -> ProviderSpec:
    return InlineProviderSpec(
        api=Api(provider.api),
        provider_type=provider.provider_type,
        module=module,
        config_class=_CONFIG,
        api_dependencies=[Api(name) for name in provider.needs],
        optional_api_dependencies=[Api(name) for name in provider.may_use],
    )


def _config(sketch: StackSketch) -> StackRunConfig:
    providers = {
        api: [Provider(provider_id=p.provider_id, provider_type=p.provider_type) for p in several]
        for api, several in sketch.by_api().items()
    }
    return StackRunConfig(providers=providers, apis=list(sketch.apis or ()))
