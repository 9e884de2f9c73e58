# ruff: noqa: PLC0414, SIM108 - written the way the real stacks are, which is what has to be read
"""Makes providers."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from mini_stack import api as specs
from mini_stack.api import Api, RemoteProviderSpec
from mini_stack.core.distribution import (
    builtin_automatically_routed_apis as builtin_automatically_routed_apis,
)


def api_protocol_map(external: Any = None) -> dict[Api, Any]:
    return {
        Api.chat: specs.Chat,
        Api.bots: specs.Bots,
        Api.files: specs.Files,
        Api.shelves: specs.Shelves,
        Api.baskets: specs.Basket,
        Api.jobs: specs.Jobs,
    }


def api_protocol_map_for_compliance_check(config: Any) -> dict[Api, Any]:
    return {**api_protocol_map(config), Api.chat: specs.ChatProvider}


def additional_protocols_map() -> dict[Api, Any]:
    return {Api.bots: (specs.BotsProtocolPrivate, specs.Bots, Api.bots)}


class AutoRoutedProviderSpec:
    routing_table_api: Any


async def make(provider: Any, deps: dict[Api, Any], policy: list[str], siblings: dict[str, Any]) -> Any:
    module = importlib.import_module(provider.module)
    if isinstance(provider.spec, RemoteProviderSpec):
        if provider.spec.adapter_type:
            method = "get_adapter_impl"
        else:
            method = "get_client_impl"
        config = provider.config
        args = [config, deps]
    elif isinstance(provider.spec, AutoRoutedProviderSpec):
        method = "get_auto_router_impl"
        args = [provider.spec.routing_table_api, deps]
    else:
        method = "get_provider_impl"
        config = provider.config
        args = [config, deps]
        if "policy" in inspect.signature(getattr(module, method)).parameters:
            args.append(policy)
    impl = await getattr(module, method)(*args)
    impl.__provider_id__ = provider.provider_id
    impl.__provider_spec__ = provider.spec
    if hasattr(impl, "set_siblings"):
        impl.set_siblings(siblings)
    return impl
