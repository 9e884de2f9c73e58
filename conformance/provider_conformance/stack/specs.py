"""Provider specs: what a provider package tells the stack about itself, and what the stack tells itself."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field

from provider_conformance.stack.apis.agents import Agents
from provider_conformance.stack.apis.inference import Inference
from provider_conformance.stack.apis.inspect import Inspect
from provider_conformance.stack.apis.memory import Memory
from provider_conformance.stack.apis.memory_banks import MemoryBanks
from provider_conformance.stack.apis.models import Models
from provider_conformance.stack.apis.safety import Safety
from provider_conformance.stack.apis.shields import Shields
from provider_conformance.stack.apis.telemetry import Telemetry
from provider_conformance.stack.private import (
    MemoryBanksProtocolPrivate,
    ModelsProtocolPrivate,
    ShieldsProtocolPrivate,
)

__all__ = [
    "AdapterSpec",
    "Api",
    "AutoRoutedApiInfo",
    "AutoRoutedProviderSpec",
    "InlineProviderSpec",
    "MemoryBanksProtocolPrivate",
    "ModelsProtocolPrivate",
    "ProviderSpec",
    "RemoteProviderConfig",
    "RemoteProviderSpec",
    "RoutingTable",
    "RoutingTableProviderSpec",
    "ShieldsProtocolPrivate",
    "additional_protocols_map",
    "api_protocol_map",
    "builtin_automatically_routed_apis",
    "is_passthrough",
    "providable_apis",
    "remote_provider_spec",
]

PASSTHROUGH_MODULE: Final = "provider_conformance.stack.passthrough"
"""The module whose ``get_client_impl`` speaks to a remote that speaks the stack's own routes."""


class Api(Enum):
    """The APIs of the stack."""

    inference = "inference"
    safety = "safety"
    agents = "agents"
    memory = "memory"
    telemetry = "telemetry"
    models = "models"
    shields = "shields"
    memory_banks = "memory_banks"
    inspect = "inspect"


class ProviderSpec(BaseModel):
    """What all specs have. A spec never changes once it is made."""

    model_config = ConfigDict(frozen=True)

    api: Api
    provider_type: str
    config_class: str = Field(description="The dotted path of the class of the provider's configuration")
    api_dependencies: list[Api] = Field(
        default_factory=list,
        description="The APIs that the provider calls; their implementations arrive in `deps`",
    )
    optional_api_dependencies: list[Api] = Field(
        default_factory=list,
        description="The APIs that the provider calls where they are there; `deps` may lack them",
    )


class AdapterSpec(BaseModel):
    """The code that makes a remote service speak the stack's protocol."""

    model_config = ConfigDict(frozen=True)

    adapter_type: str = Field(description="The adapter's name, unique within its API")
    module: str = Field(description="The module that has `async get_adapter_impl(config, deps)`")
    pip_packages: list[str] = Field(default_factory=list, description="The requirements of the adapter")
    config_class: str | None = Field(
        default=None,
        description="The dotted path of the class of its configuration, RemoteProviderConfig without one",
    )
    provider_data_validator: str | None = Field(
        default=None, description="The dotted path of the class that checks what a request brings along"
    )


class InlineProviderSpec(ProviderSpec):
    """A provider that runs within the stack's process."""

    module: str = Field(description="The module that has `async get_provider_impl(config, deps)`")
    pip_packages: list[str] = Field(default_factory=list, description="The requirements of the provider")
    docker_image: str | None = Field(
        default=None, description="The image to run the stack in; `pip_packages` are not used then"
    )
    provider_data_validator: str | None = Field(
        default=None, description="The dotted path of the class that checks what a request brings along"
    )


class RemoteProviderConfig(BaseModel):
    """Where a remote provider listens."""

    host: str = "localhost"
    port: int

    @property
    def url(self) -> str:
        """The remote's base URL, without a trailing slash."""
        return f"http://{self.host}:{self.port}"


class RemoteProviderSpec(ProviderSpec):
    """A provider elsewhere: behind an adapter, or without one where it speaks the stack's own routes."""

    adapter: AdapterSpec | None = Field(
        default=None, description="What translates; without one, requests are passed through"
    )

    @property
    def docker_image(self) -> str | None:
        """None: a remote provider needs no image."""
        return None

    @property
    def module(self) -> str:
        """The module that has the factory: the adapter's, or the stack's own passthrough client."""
        return self.adapter.module if self.adapter else PASSTHROUGH_MODULE

    @property
    def pip_packages(self) -> list[str]:
        """The adapter's requirements."""
        return self.adapter.pip_packages if self.adapter else []

    @property
    def provider_data_validator(self) -> str | None:
        """The adapter's class that checks what a request brings along."""
        return self.adapter.provider_data_validator if self.adapter else None


class AutoRoutedProviderSpec(ProviderSpec):
    """The router that stands before the providers of an API and asks a routing table which one to call."""

    provider_type: str = "router"
    config_class: str = ""
    docker_image: str | None = None
    routing_table_api: Api
    module: str
    provider_data_validator: str | None = None


class RoutingTableProviderSpec(ProviderSpec):
    """The routing table that knows which provider of an API serves which object."""

    provider_type: str = "routing_table"
    config_class: str = ""
    docker_image: str | None = None
    router_api: Api
    module: str
    pip_packages: list[str] = Field(default_factory=list)


class RoutingTable(Protocol):
    """What a router asks of a routing table."""

    def get_provider_impl(self, routing_key: str) -> Any:
        """The provider that serves the object called ``routing_key``."""


class AutoRoutedApiInfo(BaseModel):
    """An API that is routed, and the API that tells where to."""

    model_config = ConfigDict(frozen=True)

    routing_table_api: Api
    router_api: Api


def is_passthrough(spec: ProviderSpec) -> bool:
    """Whether requests for the provider of ``spec`` are passed on as they are."""
    return isinstance(spec, RemoteProviderSpec) and spec.adapter is None


def remote_provider_spec(api: Api, adapter: AdapterSpec | None = None) -> RemoteProviderSpec:
    """The spec of a remote provider.

    Args:
        api: The API that it provides.
        adapter: What translates; None for a remote that speaks the stack's own routes.

    Returns:
        A spec of type ``remote::<adapter_type>``, or ``remote`` without an adapter.
    """
    default = f"{RemoteProviderConfig.__module__}.{RemoteProviderConfig.__qualname__}"
    return RemoteProviderSpec(
        api=api,
        provider_type=f"remote::{adapter.adapter_type}" if adapter else "remote",
        config_class=(adapter.config_class if adapter else None) or default,
        adapter=adapter,
    )


def builtin_automatically_routed_apis() -> list[AutoRoutedApiInfo]:
    """The routed APIs, each with its routing table's."""
    pairs = ((Api.models, Api.inference), (Api.shields, Api.safety), (Api.memory_banks, Api.memory))
    return [AutoRoutedApiInfo(routing_table_api=table, router_api=router) for table, router in pairs]


def providable_apis() -> list[Api]:
    """The APIs that a provider package can provide: all but the routing tables' and ``inspect``."""
    built_in = {info.routing_table_api for info in builtin_automatically_routed_apis()} | {Api.inspect}
    return [api for api in Api if api not in built_in]


def api_protocol_map() -> dict[Api, type]:
    """The public protocol of each API."""
    return {
        Api.agents: Agents,
        Api.inference: Inference,
        Api.inspect: Inspect,
        Api.memory: Memory,
        Api.memory_banks: MemoryBanks,
        Api.models: Models,
        Api.safety: Safety,
        Api.shields: Shields,
        Api.telemetry: Telemetry,
    }


def additional_protocols_map() -> dict[Api, type]:
    """The private registry protocol of each API whose providers stand behind a routing table."""
    return {
        Api.inference: ModelsProtocolPrivate,
        Api.memory: MemoryBanksProtocolPrivate,
        Api.safety: ShieldsProtocolPrivate,
    }
