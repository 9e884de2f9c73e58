"""Makes providers for the built-in stack: conforming ones, whose start, calls and end can be watched."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from pydantic import BaseModel

from provider_conformance.neighbours.standins import stand_in
from provider_conformance.stack.registry import ProviderRegistry
from provider_conformance.stack.resolver import Stack, resolve
from provider_conformance.stack.run_config import StackRunConfig, parse_run_config
from provider_conformance.stack.specs import (
    Api,
    InlineProviderSpec,
    ProviderSpec,
    additional_protocols_map,
    api_protocol_map,
)

T = TypeVar("T")
Factory = Callable[[Any, Mapping[Api, Any]], Awaitable[Any]]
_numbers = itertools.count()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine; one that hangs fails instead."""

    async def limited() -> T:
        async with asyncio.timeout(20):
            return await coroutine

    return asyncio.run(limited())


class Settings(BaseModel):
    """The configuration of a made provider."""

    level: int = 0
    secret: str = ""


async def nothing(*_arguments: Any, **_keywords: Any) -> list[Any]:
    return []


def base_of(api: Api) -> type:
    """A class that conforms to an API and does nothing."""
    protocols = [api_protocol_map()[api], *filter(None, [additional_protocols_map().get(api)])]
    return stand_in(f"Made{api.value.title()}", protocols, nothing)


BASES = {api: base_of(api) for api in (Api.inference, Api.safety, Api.memory, Api.agents, Api.telemetry)}


@dataclass
class Behaviour:
    """How a made provider behaves."""

    serves: list[Any] = field(default_factory=list)
    refuses: Callable[[Any], str] = lambda _obj: ""
    listing_fails: BaseException | None = None
    start: Callable[[], Awaitable[None]] | None = None
    stop_fails: Exception | None = None


class Watched:
    """What made providers share; mixed in before a class that conforms."""

    def __init__(self, name: str, behaviour: Behaviour, events: list[str]) -> None:
        self.name = name
        self.behaviour = behaviour
        self.events = events
        self.registered: list[Any] = []

    async def shutdown(self) -> None:
        self.events.append(f"stop {self.name}")
        if self.behaviour.stop_fails:
            raise self.behaviour.stop_fails

    async def list_models(self) -> list[Any]:
        self.events.append(f"list {self.name}")
        if self.behaviour.listing_fails:
            raise self.behaviour.listing_fails
        return [*self.behaviour.serves, *self.registered]

    async def register_model(self, model: Any) -> None:
        await self._register(model)

    async def list_shields(self) -> list[Any]:
        return await self.list_models()

    async def register_shield(self, shield: Any) -> None:
        await self._register(shield)

    async def list_memory_banks(self) -> list[Any]:
        return await self.list_models()

    async def register_memory_bank(self, memory_bank: Any) -> None:
        await self._register(memory_bank)

    async def _register(self, obj: Any) -> None:
        self.events.append(f"register {self.name} {obj.identifier}")
        if reason := self.behaviour.refuses(obj):
            raise ValueError(reason)
        self.registered.append(obj)


def made(api: Api, name: str, behaviour: Behaviour, events: list[str]) -> Any:
    """A provider."""
    return type("Made", (Watched, BASES[api]), {})(name, behaviour, events)


class Workshop:
    """Provider types that live as long as a test.

    Attributes:
        events: What the providers did: ``start x``, ``started x``, ``list x``, ``stop x``, ...
        received: What each provider got as its dependencies, by provider type.
        configs: The configuration that each provider got, by provider type.
    """

    def __init__(self) -> None:
        self.events: list[str] = []
        self.received: dict[str, dict[Api, Any]] = {}
        self.configs: dict[str, Any] = {}
        self.specs: list[ProviderSpec] = []
        self._modules: list[str] = []

    @property
    def registry(self) -> ProviderRegistry:
        return ProviderRegistry.of(self.specs)

    def provider(
        self,
        api: Api,
        provider_type: str,
        *,
        needs: Iterable[Api] = (),
        optional: Iterable[Api] = (),
        behaviour: Behaviour | None = None,
        factory: Factory | None = None,
        **fields: Any,
    ) -> InlineProviderSpec:
        """Add a provider type; its module has a factory that writes down what it gets."""
        module = self.module(get_provider_impl=factory or self._factory(api, provider_type, behaviour))
        spec = InlineProviderSpec(
            api=api,
            provider_type=provider_type,
            **{
                "module": module,
                "config_class": f"{Settings.__module__}.{Settings.__qualname__}",
                "api_dependencies": list(needs),
                "optional_api_dependencies": list(optional),
                **fields,
            },
        )
        self.specs.append(spec)
        return spec

    def module(self, **members: Any) -> str:
        """Put a module into ``sys.modules`` until :meth:`close`."""
        name = f"_workshop_{next(_numbers)}"
        module = ModuleType(name)
        vars(module).update(members)
        sys.modules[name] = module
        self._modules.append(name)
        return name

    def close(self) -> None:
        for name in self._modules:
            sys.modules.pop(name, None)

    def _factory(self, api: Api, provider_type: str, behaviour: Behaviour | None) -> Factory:
        how = behaviour or Behaviour()

        async def get_provider_impl(config: Any, deps: Mapping[Api, Any]) -> Any:
            self.events.append(f"start {provider_type}")
            self.received[provider_type] = dict(deps)
            self.configs[provider_type] = config
            if how.start:
                await how.start()
            self.events.append(f"started {provider_type}")
            return made(api, provider_type, how, self.events)

        return get_provider_impl


def run_config(providers: Mapping[str, Iterable[str | Mapping[str, Any]]], **fields: Any) -> StackRunConfig:
    """A run config; a provider is given as ``type`` or ``type@id`` or as a mapping."""
    listed = {api: [_declared(provider) for provider in several] for api, several in providers.items()}
    return parse_run_config({"providers": listed, **fields}, {})


def _declared(provider: str | Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(provider, str):
        return provider
    provider_type, _, provider_id = provider.partition("@")
    return {"provider_type": provider_type, "provider_id": provider_id or provider_type}


def resolved(workshop: Workshop, config: StackRunConfig, **options: Any) -> Stack:
    """A stack that was started and shut down."""

    async def start_and_stop() -> Stack:
        stack = await resolve(config, workshop.registry, **options)
        await stack.shutdown()
        return stack

    return run(start_and_stop())
