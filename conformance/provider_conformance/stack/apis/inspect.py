"""The inspect API: what a running stack is made of."""

from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from provider_conformance.stack.apis.webmethod import webmethod


class ProviderInfo(BaseModel):
    """A configured provider."""

    provider_id: str
    provider_type: str


class RouteInfo(BaseModel):
    """A route, and the types of the providers that may answer it."""

    route: str
    method: str
    provider_types: list[str]


class HealthInfo(BaseModel):
    """Whether the stack is up."""

    status: str


@runtime_checkable
class Inspect(Protocol):
    """Tells what is running. Built into the stack: no provider package can supply it."""

    @webmethod(route="/providers/list", method="GET")
    async def list_providers(self) -> dict[str, list[ProviderInfo]]:
        """The configured providers by API."""

    @webmethod(route="/routes/list", method="GET")
    async def list_routes(self) -> dict[str, list[RouteInfo]]:
        """The routes by API."""

    @webmethod(route="/health", method="GET")
    async def health(self) -> HealthInfo:
        """Whether the stack is up."""
