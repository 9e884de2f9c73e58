"""From a run config to a running stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import isawaitable
from types import MappingProxyType, TracebackType
from typing import Any

from provider_conformance.stack.compliance import problems_of
from provider_conformance.stack.errors import NonConformingProviderError, ProviderStartError, ShutdownError
from provider_conformance.stack.inspect import InspectImpl
from provider_conformance.stack.loading import Loaded, load
from provider_conformance.stack.naming import describe
from provider_conformance.stack.plan import (
    TABLE_OF,
    InspectNode,
    Node,
    Plan,
    ProviderNode,
    RouterNode,
    TableNode,
    make_plan,
)
from provider_conformance.stack.registry import ProviderRegistry, registry_for
from provider_conformance.stack.routers import ROUTERS
from provider_conformance.stack.routing_tables import ROUTING_TABLES
from provider_conformance.stack.run_config import StackRunConfig
from provider_conformance.stack.specs import Api
from provider_conformance.stack.starting import shut_down, start_all
from provider_conformance.stack.store import RegistryStore, open_store

__all__ = ["Stack", "resolve"]


class Stack:
    """A running stack; :func:`resolve` makes it. As an async context manager it shuts itself down.

    Attributes:
        plan: What it is made of.
        impls: What answers for each API that is served, in the order of their start.
        providers: Every provider, also those behind routers, by API and provider id.
    """

    def __init__(self, plan: Plan, running: Mapping[Node, Any], store: RegistryStore | None) -> None:
        ordered = [node for node in plan.order if node in running]
        answering = {plan.answering(api): api for api in plan.served}
        providers: dict[Api, dict[str, Any]] = {}
        for node in plan.providers:
            providers.setdefault(node.api, {})[node.provider_id] = running[node]
        self.plan = plan
        self.impls: Mapping[Api, Any] = MappingProxyType(
            {answering[node]: running[node] for node in ordered if node in answering}
        )
        self.providers: Mapping[Api, Mapping[str, Any]] = MappingProxyType(providers)
        self._parts = _in_order(plan, running)
        self._store = store

    async def shutdown(self) -> None:
        """Shut all parts down, each before what it needs; a second call does nothing.

        Raises:
            ShutdownError: Some parts failed; the others are shut down nevertheless.
        """
        parts, self._parts = self._parts, []
        store, self._store = self._store, None
        problems = await shut_down(parts)
        if store is not None:
            await store.close()
        if problems:
            raise ShutdownError(problems)

    async def __aenter__(self) -> Stack:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shutdown()


async def resolve(
    run_config: StackRunConfig,
    registry: ProviderRegistry | None = None,
    *,
    store: RegistryStore | None = None,
    concurrent: bool = True,
) -> Stack:
    """Start the stack that a run config describes.

    All providers are loaded before the first one is started. When one fails to start, those that
    are started already are shut down, in reverse order.

    Args:
        run_config: What is configured.
        registry: The specs to choose from; by default those that the run config points to.
        store: Where registrations are kept; by default what ``metadata_store`` says. A store that
            is given stays open when the stack is shut down.
        concurrent: Whether providers that do not need one another start at the same time.

    Returns:
        The running stack.

    Raises:
        StackError: The run config asks for something that is not there or that cannot be, as
            :func:`~provider_conformance.stack.plan.make_plan` says.
        ProviderLoadError: A provider's module, factory or configuration class is not there.
        ProviderConfigError: A provider's settings are refused.
        ProviderStartError: A provider failed to start; what it raised is the cause.
        NonConformingProviderError: A provider does not keep the protocols of its API.
    """
    plan = make_plan(run_config, registry_for(run_config) if registry is None else registry)
    loaded = {node: load(configured) for node, configured in plan.providers.items()}
    opened = open_store(run_config.metadata_store) if store is None else store
    own_store = opened if store is None else None
    starter = _Starter(plan, loaded, opened, concurrent=concurrent)
    try:
        await start_all(plan.order, plan.dependencies, starter.start, concurrent=concurrent)
    except BaseException as error:
        for name, problem in await shut_down(_in_order(plan, starter.running)):
            error.add_note(f"and {name} could not be shut down: {describe(problem)}")
        if own_store is not None:
            await own_store.close()
        raise
    return Stack(plan, starter.running, own_store)


class _Starter:
    """Starts the nodes of a plan; ``running`` has those that are started."""

    def __init__(
        self, plan: Plan, loaded: Mapping[ProviderNode, Loaded], store: RegistryStore, *, concurrent: bool
    ) -> None:
        self._plan = plan
        self._loaded = loaded
        self._store = store
        self._concurrent = concurrent
        self.running: dict[Node, Any] = {}

    async def start(self, node: Node) -> None:
        """Start one node; what it needs is running already."""
        match node:
            case ProviderNode():
                await self._provider(self._loaded[node])
            case TableNode(api):
                await self._table(node, api)
            case RouterNode(api):
                self.running[node] = ROUTERS[api](self.running[TableNode(TABLE_OF[api])])
            case InspectNode():
                self.running[node] = InspectImpl(self._plan, self.running)

    async def _table(self, node: TableNode, api: Api) -> None:
        providers = {behind.provider_id: self.running[behind] for behind in self._plan.behind(api)}
        table = ROUTING_TABLES[api](providers, self._store, concurrent=self._concurrent)
        await table.initialize()
        self.running[node] = table

    async def _provider(self, loaded: Loaded) -> None:
        node, spec = loaded.configured.node, loaded.configured.spec
        with _start_errors(loaded):
            implementation = loaded.factory(loaded.config, self._deps(loaded))
            if not isawaitable(implementation):
                raise TypeError("its factory is no coroutine function: `async def` is missing")
            implementation = await implementation
            if implementation is None:
                raise TypeError("its factory returned None")
            self.running[node] = implementation
            implementation.__provider_id__ = node.provider_id
            implementation.__provider_spec__ = spec
            implementation.__provider_config__ = loaded.config
            problems = problems_of(implementation, node.api)
        if problems:
            raise NonConformingProviderError(node.api.value, node.provider_id, spec.provider_type, problems)

    def _deps(self, loaded: Loaded) -> dict[Api, Any]:
        """Exactly the APIs that the spec declares; of the optional ones, those that are served."""
        spec = loaded.configured.spec
        declared = dict.fromkeys([*spec.api_dependencies, *spec.optional_api_dependencies])
        return {api: self.running[self._plan.answering(api)] for api in declared if api in self._plan.served}


@contextmanager
def _start_errors(loaded: Loaded) -> Iterator[None]:
    """Tell of whatever a provider raises as an error that names the provider."""
    try:
        yield
    except (Exception, SystemExit) as error:
        node, spec = loaded.configured.node, loaded.configured.spec
        problem = f"failed to start: {describe(error)}"
        raise ProviderStartError(node.api.value, node.provider_id, spec.provider_type, problem) from error


def _in_order(plan: Plan, running: Mapping[Node, Any]) -> list[tuple[str, Any]]:
    return [(str(node), running[node]) for node in plan.order if node in running]
