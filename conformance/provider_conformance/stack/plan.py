"""What a run config amounts to: typed nodes, what each needs, and the order in which they start.

Nothing is imported or started here; every mistake that the run config and the specs alone show is
found here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from provider_conformance.stack.errors import (
    ApiLeftOutError,
    CycleError,
    DependencyCycleError,
    DuplicateProviderIdError,
    MissingDependencyError,
    NothingProvidesApiError,
    ProviderNotAllowedError,
    UnknownApiError,
)
from provider_conformance.stack.graph import levels, topological_order
from provider_conformance.stack.registry import ProviderRegistry
from provider_conformance.stack.run_config import Provider, StackRunConfig
from provider_conformance.stack.specs import (
    Api,
    ProviderSpec,
    builtin_automatically_routed_apis,
    providable_apis,
)

TABLE_OF: Final[Mapping[Api, Api]] = {
    info.router_api: info.routing_table_api for info in builtin_automatically_routed_apis()
}
"""The routing table's API of each routed API."""

ROUTED_BY: Final[Mapping[Api, Api]] = {table: router for router, table in TABLE_OF.items()}
"""The routed API of each routing table's API."""


@dataclass(frozen=True, slots=True)
class ProviderNode:
    """One configured provider."""

    api: Api
    provider_id: str

    def __str__(self) -> str:
        return f"{self.api.value} provider `{self.provider_id}`"


@dataclass(frozen=True, slots=True)
class TableNode:
    """The routing table that answers for ``api``."""

    api: Api

    def __str__(self) -> str:
        return f"routing table of {self.api.value}"


@dataclass(frozen=True, slots=True)
class RouterNode:
    """The router that answers for ``api``."""

    api: Api

    def __str__(self) -> str:
        return f"router of {self.api.value}"


@dataclass(frozen=True, slots=True)
class InspectNode:
    """What tells about the stack itself. It needs nothing: it looks at the stack when it is asked."""

    api: Api = Api.inspect

    def __str__(self) -> str:
        return self.api.value


Node: TypeAlias = ProviderNode | TableNode | RouterNode | InspectNode


@dataclass(frozen=True, slots=True)
class Configured:
    """A provider of the run config, together with the spec of its type."""

    node: ProviderNode
    spec: ProviderSpec
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a stack is put together.

    Attributes:
        providers: The providers to start.
        dependencies: What each node needs; keys in the order of the run config.
        order: All nodes, dependencies first.
        served: The APIs that the stack answers for.
    """

    providers: Mapping[ProviderNode, Configured]
    dependencies: Mapping[Node, tuple[Node, ...]]
    order: tuple[Node, ...]
    served: tuple[Api, ...]

    def levels(self) -> list[list[Node]]:
        """The nodes that may start together, from the bottom up."""
        return levels(self.dependencies)

    def behind(self, api: Api) -> tuple[ProviderNode, ...]:
        """The providers that answer for ``api``: its own, or those behind its routing table."""
        owner = ROUTED_BY.get(api, api)
        return tuple(node for node in self.providers if node.api is owner)

    def answering(self, api: Api) -> Node:
        """The node that answers for a served API.

        Of several providers of an API that has no router the last one answers.
        """
        return _needed_nodes(api, self.providers)[-1]


def make_plan(run_config: StackRunConfig, registry: ProviderRegistry) -> Plan:
    """Find out what is to be started, and in which order.

    Args:
        run_config: What is configured.
        registry: The specs of the provider types.

    Returns:
        The plan. The same run config and registry always give the same one.

    Raises:
        UnknownApiError: An API under ``providers:`` or in ``apis:`` does not exist.
        ProviderNotAllowedError: A provider for an API that the stack serves itself.
        UnknownProviderTypeError: A type that the registry does not have.
        DuplicateProviderIdError: Two providers of one API with one id.
        NothingProvidesApiError: An API in ``apis:`` without a provider.
        ApiLeftOutError: A provider needs an API that ``apis:`` leaves out.
        MissingDependencyError: A provider needs an API for which there is no provider.
        DependencyCycleError: Providers that need one another.
    """
    configured = {
        node: Configured(node, registry.find(node.api, provider.provider_type), provider.config)
        for node, provider in _declared(run_config)
    }
    served = _served(run_config, configured)
    started = {node: it for node, it in configured.items() if _is_started(node.api, served)}
    _check_dependencies(started, configured, served)
    dependencies = dict(_edges(started, served))
    try:
        order = topological_order(dependencies)
    except CycleError as cycle:
        raise DependencyCycleError(cycle.path) from None
    return Plan(started, dependencies, tuple(order), served)


def api_named(name: str, place: str) -> Api:
    """The API of that name.

    Args:
        name: The API's value.
        place: Where it was named, for the error.

    Raises:
        UnknownApiError: There is none.
    """
    try:
        return Api(name)
    except ValueError:
        raise UnknownApiError(name, [api.value for api in Api], place) from None


def _declared(run_config: StackRunConfig) -> Iterator[tuple[ProviderNode, Provider]]:
    for name, providers in run_config.providers.items():
        api = api_named(name, "providers")
        if api not in providable_apis():
            raise ProviderNotAllowedError(name, ROUTED_BY[api].value if api in ROUTED_BY else "")
        _check_ids(name, providers)
        for provider in providers:
            yield ProviderNode(api, provider.provider_id), provider


def _check_ids(api: str, providers: Sequence[Provider]) -> None:
    types: dict[str, list[str]] = {}
    for provider in providers:
        types.setdefault(provider.provider_id, []).append(provider.provider_type)
    for provider_id, several in types.items():
        if len(several) > 1:
            raise DuplicateProviderIdError(api, provider_id, several)


def _served(run_config: StackRunConfig, configured: Iterable[ProviderNode]) -> tuple[Api, ...]:
    """The APIs that are answered for: those of ``apis:``, else all that have a provider.

    A routed API brings its routing table's along, and ``inspect`` is always there.
    """
    provided = list(dict.fromkeys(node.api for node in configured))
    wanted = [api_named(name, "apis") for name in run_config.apis] or provided
    for api in wanted:
        owner = ROUTED_BY.get(api, api)
        if owner not in provided and owner is not Api.inspect:
            raise NothingProvidesApiError(api.value, owner.value)
    with_tables = [part for api in wanted for part in (TABLE_OF.get(api), api) if part]
    return tuple(dict.fromkeys([*with_tables, Api.inspect]))


def _is_started(api: Api, served: Sequence[Api]) -> bool:
    return api in served or TABLE_OF.get(api) in served


def _check_dependencies(
    started: Mapping[ProviderNode, Configured], configured: Iterable[ProviderNode], served: Sequence[Api]
) -> None:
    provided = {node.api for node in configured}
    for configuration in started.values():
        for api in configuration.spec.api_dependencies:
            if api in served:
                continue
            needed_by = [str(n) for n, other in started.items() if api in other.spec.api_dependencies]
            owner = ROUTED_BY.get(api, api)
            if owner in provided:
                raise ApiLeftOutError(api.value, needed_by)
            raise MissingDependencyError(api.value, needed_by, owner.value)


def _edges(
    started: Mapping[ProviderNode, Configured], served: Sequence[Api]
) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    for node, configuration in started.items():
        spec = configuration.spec
        optional = [api for api in spec.optional_api_dependencies if api in served]
        needed = dict.fromkeys([*spec.api_dependencies, *optional])
        yield node, tuple(other for api in needed for other in _needed_nodes(api, started))
    for api in served:
        if api in ROUTED_BY:
            yield TableNode(api), tuple(node for node in started if node.api is ROUTED_BY[api])
        elif api in TABLE_OF:
            yield RouterNode(api), (TableNode(TABLE_OF[api]),)
    yield InspectNode(), ()


def _needed_nodes(api: Api, started: Iterable[ProviderNode]) -> tuple[Node, ...]:
    """What has to be there before ``api`` can be called."""
    if api in TABLE_OF:
        return (RouterNode(api),)
    if api in ROUTED_BY:
        return (TableNode(api),)
    if api is Api.inspect:
        return (InspectNode(),)
    return tuple(node for node in started if node.api is api)
