"""An installed stack as a host: its own resolver, with made-up providers behind it.

What a release looks like is probed, never read off its version: the resolver's entry point and what it
takes, whether it asks for its registry or is given one, the fields of its spec and config classes.
Routers are stand-ins, because real ones open data bases, but that of a tried provider's API; the routing
tables are the stack's own.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import logging
import warnings
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final, TypeVar
from unittest import mock

from provider_conformance.contracts.installed import installed_contract, installed_families
from provider_conformance.contracts.probe import FAMILIES, Stack, open_part, open_stack
from provider_conformance.errors import AmbiguousStackError, ContractError, StackNotInstalledError
from provider_conformance.hosts.class_state import own_state
from provider_conformance.hosts.generated import (
    GeneratedConfig,
    Ledger,
    installed_modules,
    nothing,
    shutdown_of,
)
from provider_conformance.hosts.installed_running import (
    InstalledRunning,
    kinds_of,
    listing_of,
    read_listings,
)
from provider_conformance.hosts.installed_specs import (
    built_in_workers,
    inline_spec_class,
    made,
    protocols_of,
)
from provider_conformance.hosts.loop import ReusedLoop
from provider_conformance.hosts.model import ProviderSketch, Resolution, Sorting, StackSketch, Vocabulary
from provider_conformance.hosts.running import Running
from provider_conformance.hosts.storage import dist_registry, opened
from provider_conformance.hosts.watching import Tried
from provider_conformance.neighbours.standins import stand_in

T = TypeVar("T")

_ENTRY_POINTS: Final = ("resolve_impls", "resolve_impls_with_routing")
_CONFIG: Final = f"{GeneratedConfig.__module__}.{GeneratedConfig.__qualname__}"


def installed_host(family: str | None = None) -> InstalledHost:
    """The host of an installed stack.

    Args:
        family: "llama-stack" or "ogx"; None for the only one that is installed.

    Raises:
        StackNotInstalledError: If the stack is not installed.
        AmbiguousStackError: If no family is given and several stacks are installed.
        StackIncompleteError: If a part of the stack imports what is not installed.
        ContractError: If the stack cannot be imported, or has no resolver that can be driven.
    """
    found = installed_families()
    if not found or (family is not None and family not in found):
        raise StackNotInstalledError(f"{family or 'a stack'} is not installed here")
    if family is None and len(found) > 1:
        raise AmbiguousStackError(found)
    return InstalledHost(open_stack(FAMILIES[family or found[0]]))


class InstalledHost:
    """Resolves sketches with an installed stack's resolver; made by :func:`installed_host`."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._resolver = stack.resolver
        self._distribution = open_part(stack, "distribution")
        self._routers = open_part(stack, "routers")
        self._datatypes = open_part(stack, "datatypes")
        self._protocols = protocols_of(stack.resolver)
        self._classes: dict[str, type] = {}
        self._loop = ReusedLoop()
        self.stack: str = stack.family.name
        self.vocabulary: Vocabulary = self._vocabulary()

    def sort(self, graph: Mapping[str, Sequence[str]]) -> Sorting:
        """Drive the stack's topological sort alone."""
        nodes = {
            name: [SimpleNamespace(spec=SimpleNamespace(deps__=list(needs)), provider_id=name)]
            for name, needs in graph.items()
        }
        try:
            ordered = self._resolver.topological_sort(nodes)
        except Exception as error:
            return Sorting(error=error)
        return Sorting(tuple(name for name, _ in ordered))

    def resolve(self, sketch: StackSketch) -> Resolution:
        """Resolve with the stack's own resolver, then shut down what implements ``shutdown``."""
        ledger = Ledger()
        with (
            installed_modules(sketch.providers, self._implementation, ledger) as modules,
            self._stood_in(Parts(), ledger),
            _quiet(),
        ):
            try:
                impls = self._loop.run(self._resolved(sketch, self._registry(sketch, modules)))
            except Exception as error:
                return Resolution(tuple(ledger.started), tuple(ledger.empty_tables), error=error)
            self._loop.run(_shut_down(impls))
        named = {api.value: impl for api, impl in impls.items()}
        return Resolution(
            tuple(ledger.started), tuple(ledger.empty_tables), tuple(ledger.stopped), impls=named
        )

    async def trying(
        self,
        sketch: StackSketch,
        work: Callable[[Running], Awaitable[T]],
        tried: Tried,
    ) -> T:
        """See :class:`~provider_conformance.hosts.trial.TryingHost`."""
        spec, ledger, api = tried.spec, tried.ledger, tried.spec.api.value
        parts = Parts(self.vocabulary.routed.get(api, ""), api)
        real = (api, spec.provider_type)
        generated = [p for p in sketch.providers if (p.api, p.provider_type) != real]
        with (
            installed_modules(generated, self._implementation, ledger) as modules,
            self._stood_in(parts, ledger),
        ):
            registry = self._registry(StackSketch(tuple(generated)), modules)
            registry.setdefault(spec.api, {})[spec.provider_type] = spec
            async with opened(self._stack.core_package, tried.folder):
                whole = replace(sketch, apis=self._served(sketch))
                return await self._worked(whole, registry, parts, work, tried)

    def rebuilt(self, specs: Iterable[Any]) -> frozenset[str]:
        """See :class:`~provider_conformance.hosts.trial.TryingHost`; the stack's own specs count, too."""
        own: dict[Any, dict[str, Any]] = {}
        with contextlib.suppress(Exception), _quiet():  # older releases want a run config
            own = self._distribution.get_provider_registry()
        known = [spec for several in own.values() for spec in several.values()]
        return built_in_workers([*known, *specs]) - {*self.vocabulary.routed}

    def _served(self, sketch: StackSketch) -> tuple[str, ...]:
        """What is configured, and nothing else: some releases refuse a router without providers."""
        apis = sketch.by_api()
        return (*apis, *(self.vocabulary.routed[api] for api in apis if api in self.vocabulary.routed))

    async def _worked(
        self,
        sketch: StackSketch,
        registry: dict[Any, dict[str, Any]],
        parts: Parts,
        work: Callable[[Running], Awaitable[T]],
        tried: Tried,
    ) -> T:
        kept = dist_registry(self._stack.core_package)
        impls = await self._resolved(sketch, registry, kept)
        try:
            return await work(await self._running(parts, tried))
        finally:
            await _shut_down(impls)

    async def _running(self, parts: Parts, tried: Tried) -> Running:
        instances = {implementation.__provider_id__: implementation for implementation in tried.witness.made}
        private = installed_contract(self.stack).apis[parts.api].private
        protocol = private.live if private and parts.table is not None else None
        return InstalledRunning(
            stack=self.stack,
            api=parts.api,
            instances=instances,
            table=parts.table,
            router=next(iter(instances.values())) if parts.router is None else parts.router,
            kinds=kinds_of(protocol, self._datatypes),
            private=protocol,
            found=await read_listings({} if tried.offline else instances, listing_of(protocol), parts.table),
        )

    async def _resolved(
        self, sketch: StackSketch, registry: dict[Any, dict[str, Any]], kept: Any = None
    ) -> dict[Any, Any]:
        entry = self._entry_point()
        given: dict[str, Any] = {
            "provider_registry": registry,
            "dist_registry": _Answering() if kept is None else kept,
            "policy": [],
            "internal_impls": self._internal(sketch),
        }
        wanted = inspect.signature(entry).parameters
        arguments = {name: value for name, value in given.items() if name in wanted}
        with contextlib.ExitStack() as patches:
            if "provider_registry" not in wanted:
                own = mock.patch.object(self._resolver, "get_provider_registry", lambda *_: registry)
                patches.enter_context(own)
            return dict(await entry(self._config(sketch), **arguments))

    def _internal(self, sketch: StackSketch) -> dict[Any, Any]:
        """Stand-ins for what the stack itself serves and a provider asks for."""
        providable = {*self.vocabulary.providable, *self.vocabulary.routed.values()}
        wanted = {api for p in sketch.providers for api in (*p.needs, *p.may_use)} - providable
        return {self._resolver.Api(api): self._class(api)() for api in sorted(wanted)}

    def _vocabulary(self) -> Vocabulary:
        routed = {
            info.router_api.value: info.routing_table_api.value
            for info in self._distribution.builtin_automatically_routed_apis()
        }
        served = {api.value for api in self._protocols}
        plain = [
            api.value
            for api in self._distribution.providable_apis()
            if api.value in served and api.value not in routed
        ]
        optional = "optional_api_dependencies" in inline_spec_class(self._resolver).model_fields
        behind = {api: table for api, table in routed.items() if api in served}
        return Vocabulary(tuple(plain), behind, optional)

    def _registry(
        self, sketch: StackSketch, modules: Mapping[tuple[str, str], str]
    ) -> dict[Any, dict[str, Any]]:
        """The registry as the stack's own has it: an entry for each API that a provider can serve."""
        registry: dict[Any, dict[str, Any]] = {api: {} for api in self._distribution.providable_apis()}
        for provider in sketch.providers:
            api = self._resolver.Api(provider.api)
            if provider.known:
                module = modules[provider.api, provider.provider_type]
                registry.setdefault(api, {})[provider.provider_type] = self._spec(provider, module)
        return registry

    def _spec(self, provider: ProviderSketch, module: str) -> Any:
        api = self._resolver.Api
        spec_class = inline_spec_class(self._resolver)
        return made(
            spec_class,
            api=api(provider.api),
            provider_type=provider.provider_type,
            module=module,
            config_class=_CONFIG,
            pip_packages=[],
            api_dependencies=[api(name) for name in provider.needs],
            optional_api_dependencies=[api(name) for name in provider.may_use],
        )

    def _config(self, sketch: StackSketch) -> Any:
        parameter = next(iter(inspect.signature(self._entry_point()).parameters.values()))
        config_class = parameter.annotation
        if isinstance(config_class, str):
            config_class = getattr(self._resolver, config_class)
        provider_class = self._resolver.Provider
        providers = {
            api: [
                provider_class(provider_id=p.provider_id, provider_type=p.provider_type, config={})
                for p in several
            ]
            for api, several in sketch.by_api().items()
        }
        return made(
            config_class,
            image_name="sketch",
            built_at=datetime.now(UTC),
            providers=providers,
            apis=list(sketch.apis or ()),
        )

    def _entry_point(self) -> Any:
        for name in _ENTRY_POINTS:
            if entry := getattr(self._resolver, name, None):
                return entry
        raise ContractError(f"{self._resolver.__name__} has none of {', '.join(_ENTRY_POINTS)}")

    def _implementation(self, provider: ProviderSketch, ledger: Ledger) -> Any:
        implementation = self._class(provider.api)()
        implementation.generated_type = provider.provider_type
        implementation.shutdown = shutdown_of(provider, ledger)
        return implementation

    def _class(self, api: str) -> type:
        if api not in self._classes:
            protocols = self._protocols.get(self._resolver.Api(api), ())
            self._classes[api] = stand_in(f"Generated_{api}", protocols, api=api)
        return self._classes[api]

    @contextlib.contextmanager
    def _stood_in(self, parts: Parts, ledger: Ledger) -> Iterator[None]:
        """Put stand-ins for routers but the one of ``parts``, and write down what tables are built over."""
        real, real_router = self._routers.get_routing_table_impl, self._routers.get_auto_router_impl

        async def table(api: Any, impls: Mapping[str, Any], *rest: Any) -> Any:
            if not impls:
                ledger.empty_tables.append(api.value)
            real_table = await real(api, impls, *rest)
            own_state(real_table)
            if api.value == parts.table_api:
                parts.table = real_table
            return real_table

        async def router(api: Any, table_impl: Any, *rest: Any) -> Any:
            if api.value == parts.api:
                # Where it cannot be had, for want of a data base, say, calls go to the provider itself.
                with contextlib.suppress(Exception):
                    parts.router = await real_router(api, table_impl, *rest)
                    return parts.router
            return self._class(api.value)()

        with (
            mock.patch.object(self._routers, "get_routing_table_impl", table),
            mock.patch.object(self._routers, "get_auto_router_impl", router),
            mock.patch.object(self._routers, "InferenceStore", _Storing, create=True),
        ):
            yield


async def _shut_down(impls: Mapping[Any, Any]) -> None:
    for implementation in impls.values():
        shutdown = getattr(implementation, "shutdown", None)
        if shutdown is not None:
            with contextlib.suppress(Exception):
                await shutdown()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the stack prints and logs to itself."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


@dataclass(slots=True)
class Parts:
    """The stack's own parts of the API of a tried provider, put here when they are made."""

    table_api: str = ""
    api: str = ""
    table: Any = None
    router: Any = None


class _Storing:
    """In the place of a router's store of what was answered: keeps nothing."""

    def __init__(self, *_arguments: Any, **_keywords: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return nothing


class _Answering:
    """A registry of registered objects that has none: every method answers with nothing."""

    def __getattr__(self, name: str) -> Any:
        return nothing
