"""The inspect API: which providers, routes and problems a running stack has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from provider_conformance.stack.apis.inspect import HealthInfo, Inspect, ProviderInfo, RouteInfo
from provider_conformance.stack.endpoints import endpoints_of
from provider_conformance.stack.plan import TABLE_OF, Node, Plan, ProviderNode, TableNode

OK = "OK"
DEGRADED = "Degraded"


class ProviderStatus(ProviderInfo):
    """A configured provider, and what is wrong with it."""

    status: str = OK
    problems: list[str] = Field(default_factory=list)


class StackHealth(HealthInfo):
    """Whether the stack is up, and what keeps providers from serving all that they should."""

    problems: list[str] = Field(default_factory=list)


class InspectImpl(Inspect):
    """Tells about a stack.

    Args:
        plan: What the stack is made of.
        running: The parts that are started, by node; looked at anew with every call.
    """

    def __init__(self, plan: Plan, running: Mapping[Node, Any]) -> None:
        self._plan = plan
        self._running = running

    async def list_providers(self) -> dict[str, list[ProviderInfo]]:
        """The configured providers by API, each with its problems."""
        listed: dict[str, list[ProviderInfo]] = {}
        for node in self._plan.providers:
            listed.setdefault(node.api.value, []).append(self._status(node))
        return listed

    async def list_routes(self) -> dict[str, list[RouteInfo]]:
        """The routes of the APIs that are served, each with the types of the providers behind it."""
        return {
            api.value: [
                RouteInfo(
                    route=endpoint.route.route,
                    method=endpoint.route.method,
                    provider_types=[
                        self._plan.providers[node].spec.provider_type for node in self._plan.behind(api)
                    ],
                )
                for endpoint in endpoints_of(api)
            ]
            for api in self._plan.served
        }

    async def health(self) -> HealthInfo:
        """Whether the stack is up: ``OK``, or ``Degraded`` where a provider has problems."""
        problems = [
            f"{node.api.value}: {provider_id}: {problem}"
            for node, part in self._running.items()
            if isinstance(node, TableNode)
            for provider_id, several in part.problems.items()
            for problem in several
        ]
        return StackHealth(status=DEGRADED if problems else OK, problems=problems)

    def _status(self, node: ProviderNode) -> ProviderStatus:
        failed = self._failures(node)
        return ProviderStatus(
            provider_id=node.provider_id,
            provider_type=self._plan.providers[node].spec.provider_type,
            status=DEGRADED if failed else OK,
            problems=[*failed, *self._overruled(node)],
        )

    def _failures(self, node: ProviderNode) -> list[str]:
        table_api = TABLE_OF.get(node.api)
        table = self._running.get(TableNode(table_api)) if table_api else None
        return list(table.problems.get(node.provider_id, ())) if table else []

    def _overruled(self, node: ProviderNode) -> list[str]:
        """An API without a router is answered for by one provider, however many are configured."""
        if node.api in TABLE_OF or self._plan.answering(node.api) == node:
            return []
        return [f"not called: {self._plan.answering(node.api)} answers for the API"]
