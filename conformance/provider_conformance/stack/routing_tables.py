"""Routing tables: which provider serves which model, shield or memory bank."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from provider_conformance.stack.apis.memory_banks import MemoryBankDef, MemoryBanks
from provider_conformance.stack.apis.models import ModelDefWithProvider, Models
from provider_conformance.stack.apis.shields import ShieldDefWithProvider, Shields
from provider_conformance.stack.errors import NotServedError, RegistrationRefusedError, UnknownProviderIdError
from provider_conformance.stack.naming import describe, said
from provider_conformance.stack.specs import Api
from provider_conformance.stack.store import RegistryStore, StoredObject

T = TypeVar("T", bound=Any)

LISTING_TIMEOUT: Final = 60.0
"""How many seconds a provider may take to list what it serves."""


class CommonRoutingTable(ABC, Generic[T]):
    """What the three tables share.

    A provider is asked once, when the table is initialized, what it serves; what is registered
    later is handed to the provider that it names, and kept in the store. Of several providers that
    serve the same identifier the one that the run config names first is called.

    Attributes:
        problems: What went wrong with a provider, by its id; it does not keep the others from
            serving.
    """

    kind: ClassVar[str]
    api: ClassVar[Api]
    adapter: ClassVar[TypeAdapter[Any]]

    def __init__(
        self,
        providers: Mapping[str, Any],
        store: RegistryStore,
        *,
        concurrent: bool = True,
        listing_timeout: float = LISTING_TIMEOUT,
    ) -> None:
        self._providers = dict(providers)
        self._rank = {provider_id: rank for rank, provider_id in enumerate(self._providers)}
        self._store = store
        self._limit = asyncio.Semaphore(len(self._providers) or 1) if concurrent else asyncio.Semaphore(1)
        self._listing_timeout = listing_timeout
        self._entries: dict[str, dict[str, T]] = {}
        self._routes: dict[str, Any] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.problems: defaultdict[str, list[str]] = defaultdict(list)

    @abstractmethod
    def _inject(self, provider: Any) -> None:
        """Set the attribute by which a provider can ask this table."""

    @abstractmethod
    async def _list(self, provider: Any) -> Any:
        """Ask a provider what it serves."""

    @abstractmethod
    async def _register(self, provider: Any, obj: T) -> None:
        """Have a provider serve an object."""

    async def initialize(self) -> None:
        """Ask the providers for their listings, then register again what was registered before."""
        listings = await asyncio.gather(*(self._listed(*item) for item in self._providers.items()))
        for provider_id, listing in zip(self._providers, listings, strict=True):
            for item in listing:
                self._add_listed(provider_id, item)
        for stored in await self._store.load(self.api.value):
            await self._restore(stored)

    async def shutdown(self) -> None:
        """Nothing to do: the stack shuts the providers down itself, each one once."""

    def get_provider_impl(self, routing_key: str, provider_id: str | None = None) -> Any:
        """The provider that serves an object.

        Args:
            routing_key: The object's identifier.
            provider_id: The provider to take where several serve it.

        Raises:
            NotServedError: No provider serves it, or not that one; the error lists near names and
                who serves what.
        """
        if provider_id is None:
            if routing_key in self._routes:
                return self._routes[routing_key]
        elif provider_id in self._entries.get(routing_key, ()):
            return self._providers[provider_id]
        served = {identifier: tuple(entry) for identifier, entry in self._entries.items()}
        raise NotServedError(self.kind, routing_key, served, provider_id, tuple(self.problems))

    def get_object_by_identifier(self, identifier: str) -> T | None:
        """The object of that name, as the first of the providers that serve it has it."""
        found = next(iter(self._entries.get(identifier, {}).values()), None)
        return None if found is None else found.model_copy(deep=True)

    def list_objects(self) -> list[T]:
        """All objects, once for each provider that serves them."""
        return [obj.model_copy(deep=True) for entry in self._entries.values() for obj in entry.values()]

    async def register_object(self, obj: T) -> None:
        """Have a provider serve an object from now on, and remember it.

        The provider is the one that ``obj.provider_id`` names; it may be left empty where there is
        only one. An object that the provider serves already, just as it is, is left alone.

        Raises:
            UnknownProviderIdError: There is no such provider.
            RegistrationRefusedError: The provider does not accept the object.
            StoreError: The registration cannot be kept.
        """
        provider_id = self._provider_for(obj)
        obj = obj.model_copy(update={"provider_id": provider_id}, deep=True)
        async with self._locks[provider_id]:
            if self._entries.get(obj.identifier, {}).get(provider_id) == obj:
                return
            await self._hand_over(provider_id, obj)
            data = self.adapter.dump_json(obj).decode()
            await self._store.save(StoredObject(self.api.value, obj.identifier, provider_id, data))
            self._add(provider_id, obj)

    def _provider_for(self, obj: T) -> str:
        provider_id: str = obj.provider_id
        if not provider_id and len(self._providers) == 1:
            return next(iter(self._providers))
        if provider_id not in self._providers:
            raise UnknownProviderIdError(self.kind, obj.identifier, provider_id, self._providers)
        return provider_id

    async def _hand_over(self, provider_id: str, obj: T) -> None:
        try:
            await self._register(self._providers[provider_id], obj.model_copy(deep=True))
        except (Exception, SystemExit) as error:
            raise RegistrationRefusedError(self.kind, obj.identifier, provider_id, error) from error

    async def _listed(self, provider_id: str, provider: Any) -> Iterable[Any]:
        try:
            self._inject(provider)
            async with self._limit, asyncio.timeout(self._listing_timeout):
                listing = await self._list(provider)
        except TimeoutError as error:
            self._note(provider_id, f"its listing failed: {said(error) or 'it takes too long'}")
        except (Exception, SystemExit) as error:
            self._note(provider_id, f"its listing failed: {describe(error)}")
        else:
            if isinstance(listing, (list, tuple)):
                return listing
            self._note(provider_id, f"its listing failed: it is a {type(listing).__name__}, not a list")
        return ()

    def _add_listed(self, provider_id: str, item: Any) -> None:
        if not isinstance(item, BaseModel):
            self._note(provider_id, f"lists a {type(item).__name__} where a {self.kind} is expected")
            return
        try:
            obj = self.adapter.validate_python({**item.model_dump(), "provider_id": provider_id})
        except ValidationError as error:
            self._note(provider_id, f"lists something that is no {self.kind}: {error.errors()[0]['msg']}")
            return
        if provider_id in self._entries.get(obj.identifier, {}):
            self._note(provider_id, f"lists the {self.kind} `{obj.identifier}` more than once")
            return
        self._add(provider_id, obj)

    async def _restore(self, stored: StoredObject) -> None:
        if stored.provider_id not in self._providers:
            gone = f"the {self.kind} `{stored.identifier}` was registered with it, and it is gone"
            self._note(stored.provider_id, gone)
            return
        try:
            obj = self.adapter.validate_json(stored.data)
            if stored.provider_id not in self._entries.get(stored.identifier, {}):
                await self._hand_over(stored.provider_id, obj)
        except (ValidationError, RegistrationRefusedError) as error:
            self._note(stored.provider_id, f"`{stored.identifier}` cannot be registered again: {error}")
            return
        self._add(stored.provider_id, obj)

    def _add(self, provider_id: str, obj: T) -> None:
        entry = {**self._entries.get(obj.identifier, {}), provider_id: obj}
        ordered = dict(sorted(entry.items(), key=lambda item: self._rank[item[0]]))
        self._entries[obj.identifier] = ordered
        self._routes[obj.identifier] = self._providers[next(iter(ordered))]

    def _note(self, provider_id: str, problem: str) -> None:
        self.problems[provider_id].append(problem)


class ModelsRoutingTable(CommonRoutingTable[ModelDefWithProvider], Models):
    """The models API, over the inference providers."""

    kind = "model"
    api = Api.models
    adapter = TypeAdapter(ModelDefWithProvider)

    def _inject(self, provider: Any) -> None:
        provider.model_store = self

    async def _list(self, provider: Any) -> Any:
        return await provider.list_models()

    async def _register(self, provider: Any, obj: ModelDefWithProvider) -> None:
        await provider.register_model(obj)

    async def list_models(self) -> list[ModelDefWithProvider]:
        """All models that can be asked for."""
        return self.list_objects()

    async def get_model(self, identifier: str) -> ModelDefWithProvider | None:
        """The model of that name, None without one."""
        return self.get_object_by_identifier(identifier)

    async def register_model(self, model: ModelDefWithProvider) -> None:
        """Have the named provider serve ``model`` too."""
        await self.register_object(model)


class ShieldsRoutingTable(CommonRoutingTable[ShieldDefWithProvider], Shields):
    """The shields API, over the safety providers."""

    kind = "shield"
    api = Api.shields
    adapter = TypeAdapter(ShieldDefWithProvider)

    def _inject(self, provider: Any) -> None:
        provider.shield_store = self

    async def _list(self, provider: Any) -> Any:
        return await provider.list_shields()

    async def _register(self, provider: Any, obj: ShieldDefWithProvider) -> None:
        await provider.register_shield(obj)

    async def list_shields(self) -> list[ShieldDefWithProvider]:
        """All shields that can be run."""
        return self.list_objects()

    async def get_shield(self, shield_type: str) -> ShieldDefWithProvider | None:
        """The shield whose identifier is ``shield_type``, None without one."""
        return self.get_object_by_identifier(shield_type)

    async def register_shield(self, shield: ShieldDefWithProvider) -> None:
        """Have the named provider run ``shield`` too."""
        await self.register_object(shield)


class MemoryBanksRoutingTable(CommonRoutingTable[MemoryBankDef], MemoryBanks):
    """The memory banks API, over the memory providers."""

    kind = "memory bank"
    api = Api.memory_banks
    adapter = TypeAdapter(MemoryBankDef)

    def _inject(self, provider: Any) -> None:
        provider.memory_bank_store = self

    async def _list(self, provider: Any) -> Any:
        return await provider.list_memory_banks()

    async def _register(self, provider: Any, obj: MemoryBankDef) -> None:
        await provider.register_memory_bank(obj)

    async def list_memory_banks(self) -> list[MemoryBankDef]:
        """All banks that can be used."""
        return self.list_objects()

    async def get_memory_bank(self, identifier: str) -> MemoryBankDef | None:
        """The bank of that name, None without one."""
        return self.get_object_by_identifier(identifier)

    async def register_memory_bank(self, memory_bank: MemoryBankDef) -> None:
        """Have the named provider keep ``memory_bank`` too."""
        await self.register_object(memory_bank)


ROUTING_TABLES: Final[Mapping[Api, type[CommonRoutingTable[Any]]]] = {
    table.api: table for table in (ModelsRoutingTable, ShieldsRoutingTable, MemoryBanksRoutingTable)
}
"""The routing table of each routing table's API."""
