"""Data members that the stack sets on a provider: they must be assignable, not present."""

from __future__ import annotations

import dataclasses
import enum
import functools
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from protocols.corpus.case import Casebook
from protocols.corpus.stack import Use, used

cases = Casebook(__name__)


@used(ping=Use())
class Injected(Protocol):
    """A member that the routing table sets on the provider."""

    model_store: Any

    async def ping(self) -> str: ...


class Pinging:
    async def ping(self):
        return "pong"


async def takes_a_store(provider: Any) -> None:
    store = object()
    provider.model_store = store
    assert provider.model_store is store
    assert await provider.ping() == "pong"


async def refuses_a_store(provider: Any) -> None:
    try:
        provider.model_store = object()
    except (AttributeError, TypeError, ValueError):
        return
    raise AssertionError("the store was taken")


refuses = functools.partial(cases.defect, proof=refuses_a_store)
takes = functools.partial(cases.fine, proof=takes_a_store)


@takes("store-plain-class", Injected)
class PlainClass(Pinging): ...


@takes("store-inherits-the-protocol", Injected)
class InheritsProtocol(Pinging, Injected): ...


@takes("store-preset-to-none", Injected)
class PresetNone(Pinging):
    model_store = None


@takes("store-slot", Injected)
class StoreSlot(Pinging):
    __slots__ = ("model_store",)


class SlottedPinging:
    __slots__ = ()

    async def ping(self):
        return "pong"


@takes("store-slots-with-a-dictionary", Injected)
class SlotsWithDictionary(SlottedPinging):
    __slots__ = ("__dict__",)


@takes("store-slots-over-an-open-base", Injected)
class SlotsOverOpenBase(Pinging):
    __slots__ = ()


@takes("store-slots-over-the-protocol", Injected)
class SlotsOverProtocol(SlottedPinging, Injected):
    __slots__ = ()


@takes("store-slot-of-the-base", Injected)
class SlotOfBase(type("Base", (SlottedPinging,), {"__slots__": ("model_store",)})):
    __slots__ = ()


@takes("store-property-with-setter", Injected)
class WithSetter(Pinging):
    @property
    def model_store(self) -> Any:
        return self._store

    @model_store.setter
    def model_store(self, store: Any) -> None:
        self._store = store


@takes("store-cached-property", Injected)
class StoreCached(Pinging):
    @functools.cached_property
    def model_store(self) -> Any:
        raise RuntimeError("not injected yet")


class _ReadOnlyByName:
    """No data descriptor: the instance's dictionary wins."""

    def __get__(self, instance: Any, owner: type) -> Any:
        return None


@takes("store-non-data-descriptor", Injected)
class NonDataDescriptor(Pinging):
    model_store = _ReadOnlyByName()


@takes("store-dataclass", Injected)
@dataclasses.dataclass
class StoreData(Pinging):
    url: str = ""


@takes("store-pydantic-field", Injected)
class StoreModel(Pinging, BaseModel):
    model_config = ConfigDict(protected_namespaces=())
    model_store: Any = None


@takes("store-pydantic-extra", Injected)
class StoreModelExtra(Pinging, BaseModel):
    model_config = ConfigDict(extra="allow")


@takes("store-own-setattr-passes-on", Injected)
class PassingSetattr(Pinging):
    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)


@takes("store-enum", Injected, make=lambda: StoreEnum.ONLY)
class StoreEnum(Pinging, enum.Enum):
    ONLY = 1


@refuses("store-no-slot", Injected, "x09 model_store")
class NoSlot(SlottedPinging):
    __slots__ = ("other",)


@refuses("store-read-only-property", Injected, "x09 model_store")
class ReadOnly(Pinging):
    @property
    def model_store(self) -> Any:
        return None


@refuses("store-read-only-property-inherited", Injected, "x09 model_store")
class ReadOnlyInherited(ReadOnly): ...


@refuses("store-frozen-dataclass", Injected, "x09 model_store")
@dataclasses.dataclass(frozen=True)
class Frozen(Pinging):
    url: str = ""


@refuses("store-frozen-dataclass-with-the-field", Injected, "x09 model_store")
@dataclasses.dataclass(frozen=True)
class FrozenField(Pinging):
    model_store: Any = None


@refuses("store-slotted-dataclass", Injected, "x09 model_store")
@dataclasses.dataclass(slots=True)
class SlottedData(SlottedPinging):
    url: str = ""


@refuses("store-pydantic-without-field", Injected, "x09 model_store")
class NoField(Pinging, BaseModel):
    url: str = ""


@refuses("store-pydantic-forbids", Injected, "x09 model_store")
class Forbids(Pinging, BaseModel):
    model_config = ConfigDict(extra="forbid")


@refuses("store-pydantic-frozen", Injected, "x09 model_store")
class FrozenModel(Pinging, BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=())
    model_store: Any = None


@refuses("store-named-tuple", Injected, "x09 model_store")
class StoreTuple(NamedTuple):
    url: str = ""

    async def ping(self):
        return "pong"
