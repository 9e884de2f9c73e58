"""The built-in stack as rules see it while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from provider_conformance.hosts.running import FIRST
from provider_conformance.stack.apis.memory_banks import (
    GraphMemoryBankDef,
    KeyValueMemoryBankDef,
    KeywordMemoryBankDef,
    VectorMemoryBankDef,
)
from provider_conformance.stack.apis.models import ModelDefWithProvider
from provider_conformance.stack.apis.shields import ShieldDefWithProvider
from provider_conformance.stack.errors import RegistrationRefusedError
from provider_conformance.stack.plan import TABLE_OF
from provider_conformance.stack.resolver import Stack
from provider_conformance.stack.specs import Api

_LISTINGS: Final = {"inference": "list_models", "safety": "list_shields", "memory": "list_memory_banks"}
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "inference": (ModelDefWithProvider,),
    "safety": (ShieldDefWithProvider,),
    "memory": (VectorMemoryBankDef, KeyValueMemoryBankDef, KeywordMemoryBankDef, GraphMemoryBankDef),
}


@dataclass(frozen=True, slots=True)
class BuiltinRunning:
    """See :class:`~provider_conformance.hosts.running.Running`, whose members these are."""

    api: str
    instances: Mapping[str, Any]
    table: Any
    router: Any
    stack: str = "builtin"
    unregistering: bool = False

    @classmethod
    def of(cls, stack: Stack, api: str) -> BuiltinRunning:
        """The parts of a stack that have to do with the providers of ``api``."""
        tried = Api(api)
        table = stack.impls[TABLE_OF[tried]] if tried in TABLE_OF else None
        return cls(api, stack.providers[tried], table, stack.impls[tried])

    @property
    def kinds(self) -> tuple[type, ...]:
        """The classes of the objects that are registered; a memory bank is one of four."""
        return _KINDS.get(self.api, ())

    @property
    def listing(self) -> str:
        """The provider's method that lists its objects."""
        return _LISTINGS.get(self.api, "")

    def problems(self, provider_id: str = FIRST) -> tuple[str, ...]:
        """What the table has written down at its start."""
        return () if self.table is None else tuple(self.table.problems[provider_id])

    async def unanswered(self) -> BaseException | None:
        """What asking the first instance for its listing raises."""
        try:
            await self.listed() if self.listing else ()
        except (Exception, SystemExit) as error:
            return error
        return None

    async def listed(self, provider_id: str = FIRST) -> list[Any]:
        """What the provider lists."""
        return list(await getattr(self.instances[provider_id], self.listing)())

    async def objects(self) -> list[Any]:
        """What the table lists."""
        return list(self.table.list_objects())

    async def register(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        """Register through the table, which adds the provider's id to what a provider lists."""
        whole = self.table.adapter.validate_python({**obj.model_dump(), "provider_id": provider_id})
        try:
            await self.table.register_object(whole)
        except RegistrationRefusedError as refused:
            return refused.__cause__ or refused
        return None

    async def unregister(self, obj: Any, provider_id: str = FIRST) -> BaseException | None:
        """Not in this stack, as it was not in the seed."""
        raise NotImplementedError("the built-in stack has no way to unregister")
