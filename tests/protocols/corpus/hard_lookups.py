"""Ways to have, or not to have, a method or a member that only the object itself can tell."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from protocols.corpus.attributes import Described, is_read
from protocols.corpus.case import Casebook, Seen
from protocols.corpus.defects_order_defaults import one_default
from protocols.corpus.stack import Embeddings, Inference, Lifecycle
from protocols.corpus.stores import Injected, Pinging, SlottedPinging, refuses_a_store, takes_a_store

cases = Casebook(__name__)
present = functools.partial(cases.fine, proof=is_read)
takes = functools.partial(cases.fine, proof=takes_a_store)
refuses = functools.partial(cases.defect, proof=refuses_a_store)


class Real:
    async def embed(self, model_id, texts):
        return [1.0]


@cases.defect("getattr-does-not-mend-a-narrow-method", Embeddings, "x03 embed")
class GetattrBesideNarrow:
    def __getattr__(self, name: str) -> Any:
        return getattr(Real(), name)

    async def embed(self, model_id):
        return [1.0]


@cases.defect("getattr-knows-nothing", Embeddings, "x01 embed", views=("instance",))
class GetattrRefuses:
    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


_kept = Real()
cases.add(
    "weak-proxy", Embeddings, Real, views=("instance",), make=lambda: weakref.proxy(_kept), located=False
)


@cases.defect("not-implemented-in-its-place", Embeddings, "x01 embed")
class NotImplementedInPlace(Embeddings):
    embed = NotImplemented


@cases.fine("dataclass-field-with-none-on-the-class", Embeddings, make=lambda: FieldNone(Real().embed))
@dataclasses.dataclass
class FieldNone:
    embed: Callable[..., Any] | None = None


@cases.defect("dataclass-field-left-at-none", Embeddings, "x01 embed", views=("instance",))
@dataclasses.dataclass
class FieldLeftNone:
    embed: Callable[..., Any] | None = None


@cases.fine("pydantic-field-holds-the-function", Embeddings, make=lambda: FieldModel(embed=Real().embed))
class FieldModel(BaseModel):
    embed: Callable[..., Any]


@cases.fine("named-tuple-field-holds-the-function", Embeddings, make=lambda: FieldTuple(Real().embed))
class FieldTuple(NamedTuple):
    embed: Any


@cases.fine("defined-in-a-branch", Embeddings)
class InBranch:
    if TYPE_CHECKING:
        embed: Any
    elif dataclasses:

        async def embed(self, model_id, texts):
            return [1.0]

    else:

        async def embed(self): ...


@cases.fine("returns-inside-blocks", Embeddings)
class InsideBlocks:
    def embed(self, model_id, texts):
        try:
            match texts:
                case ():
                    return self._embed(())
                case _:
                    return self._embed(texts)
        finally:
            self.last = model_id

    async def _embed(self, texts):
        return [1.0]


async def _module_embed(texts):
    return [1.0]


def _module_sync(texts):
    return [float(len(text)) for text in texts]


@cases.fine("plain-def-through-a-module-function", Embeddings)
class ThroughModule:
    def embed(self, model_id, texts):
        return _module_embed(texts)


@cases.defect("plain-def-through-a-sync-module-function", Embeddings, "x06 embed")
class ThroughSyncModule:
    def embed(self, model_id, texts):
        return _module_sync(texts)


async def _hands_out_the_value(provider: Any) -> None:
    assert await asyncio.to_thread(provider.embed, model_id="m", texts=("a",)) == [1.0]


@cases.defect("plain-def-runs-a-loop", Embeddings, "x06 embed", proof=_hands_out_the_value)
class RunsLoop:
    def embed(self, model_id, texts):
        return asyncio.run(_module_embed(texts))


@cases.fine("async-def-with-generators-inside", Embeddings)
class GeneratorsInside:
    async def embed(self, model_id, texts):
        def lengths():
            for text in texts:
                yield float(len(text))

        async def later():
            yield 1.0

        self.later = later
        return list(lengths())


@cases.defect("docstring-pass-and-ellipsis", Embeddings, "x02 embed")
class ManyNothings(Embeddings):
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        """To be written."""
        pass
        ...
        "soon"


@cases.defect("inherits-a-stub-that-returns-nothing", Lifecycle, "x02 shutdown")
class StubNothing(Lifecycle):
    async def initialize(self) -> None:
        """All is done at import."""


class Loud:
    """A default that cannot even be shown."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __repr__(self) -> str:
        raise RuntimeError("not to be shown")


class Unreadable:
    """A default that answers no question about itself."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


def _deep(depth: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(depth):
        nested = [nested]
    return nested


def _default(id: str, promised: Any, given: Any, *expected: str) -> None:
    class Implementation:
        async def pick(self, value=given):
            return Seen()

    cases.add(id, one_default(promised), Implementation, *expected, undecidable="shown by its making")


_default("default-without-repr-other-state", Loud(1), Loud(2), "x05 pick")
_default("default-without-repr-same-state", Loud(1), Loud(1))
_default("default-without-repr-to-none", None, Loud(1), "x05 pick")
_default("default-deeper-than-the-stack", _deep(5000), _deep(5000))
_unreadable = Unreadable()
_default("default-unreadable-the-same", _unreadable, _unreadable)
_default("default-unreadable-to-none", None, _unreadable, "x05 pick")


@present("member-set-by-a-with-target", Described)
class SetByWith(Pinging):
    def __init__(self) -> None:
        with _named() as self.provider_name:
            pass


class _named:
    def __enter__(self) -> str:
        return "p"

    def __exit__(self, *details: object) -> None:
        return None


@present("member-set-on-the-class-in-init", Described)
class SetOnClass(Pinging):
    def __init__(self) -> None:
        type(self).provider_name = "p"


@present("member-set-by-init-subclass", Described)
class SetByBase(
    type(
        "Base", (Pinging,), {"__init_subclass__": classmethod(lambda cls: setattr(cls, "provider_name", "p"))}
    )
): ...


@present("member-of-a-frozen-dataclass-set-after-init", Described)
@dataclasses.dataclass(frozen=True)
class SetAfterInit(Pinging):
    provider_name: str = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "provider_name", "p")


@takes("store-slots-as-a-string", Injected)
class SlotString(SlottedPinging):
    __slots__ = "model_store"


@takes("store-slots-as-a-dictionary", Injected)
class SlotDictionary(SlottedPinging):
    __slots__ = {"model_store": "set by the routing table"}


@refuses("store-slots-as-another-string", Injected, "x09 model_store")
class OtherSlotString(SlottedPinging):
    __slots__ = "other"


class _ReadOnly(Pinging):
    @property
    def model_store(self) -> Any:
        return None


@takes("store-attribute-over-a-read-only-property", Injected)
class OverReadOnly(_ReadOnly):
    model_store = None


@takes("store-setter-added-by-the-child", Injected)
class SetterAdded(_ReadOnly):
    @_ReadOnly.model_store.setter
    def model_store(self, store: Any) -> None:
        vars(self)["store"] = store

    @model_store.getter
    def model_store(self) -> Any:
        return vars(self)["store"]


class _Descriptor:
    def __set_name__(self, owner: type, name: str) -> None:
        self.name = "_" + name

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else vars(instance)[self.name]

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)[self.name] = value


@takes("store-data-descriptor", Injected)
class DataDescriptor(Pinging):
    model_store = _Descriptor()


class _OnlyDeletes:
    def __get__(self, instance: Any, owner: type) -> Any:
        return None

    def __delete__(self, instance: Any) -> None: ...


@refuses("store-descriptor-without-set", Injected, "x09 model_store")
class DeletingDescriptor(Pinging):
    model_store = _OnlyDeletes()


@dataclasses.dataclass(frozen=True)
class _Frozen(Pinging):
    url: str = ""


@takes("store-plain-child-of-a-frozen-dataclass", Injected)
class ChildOfFrozen(_Frozen):
    """The guard of a frozen dataclass holds for its own class and its fields only."""


@takes("store-pydantic-property-with-setter", Injected)
class ModelSetter(Pinging, BaseModel):
    model_config = ConfigDict(protected_namespaces=())
    kept: Any = None

    @property
    def model_store(self) -> Any:
        return self.kept

    @model_store.setter
    def model_store(self, store: Any) -> None:
        self.kept = store


@cases.fine("store-own-setattr-refuses", Injected, proof=refuses_a_store, undecidable="own code decides")
class Sealed(Pinging):
    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(name)


@cases.fine("method-of-the-wrapped-object-through-slots", Inference)
class SlottedDelegate:
    __slots__ = ("_client",)

    def __init__(self) -> None:
        self._client = _Client()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class _Client:
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)
