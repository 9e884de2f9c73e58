"""Classes that look as if they had inherited a stub, or lacked a method, and do not."""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import functools
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from protocols.corpus import protocol_copy
from protocols.corpus.case import Casebook, Seen
from protocols.corpus.stack import (
    COMPLETION,
    EMBED,
    Batch,
    CheckableInference,
    Embeddings,
    Inference,
    InferenceCopy,
    Lifecycle,
    Use,
    used,
)

cases = Casebook(__name__)


class Real:
    """A mixin with everything."""

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id, content=content, stream=stream, max_tokens=max_tokens)

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None


@cases.fine("mixin-before-the-protocol", Inference)
class MixinFirst(Real, Inference): ...


@cases.fine("mixin-before-every-protocol", Batch)
class MixinFirstOfAll(Real, CheckableInference, Batch): ...


@cases.fine("mixin-derives-from-the-protocol", Inference)
class DerivedMixin(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


class _AlsoInference(Inference):
    """Adds nothing: the stub stands behind the mixin in the MRO."""


@cases.fine("diamond-where-the-stub-comes-last", Inference)
class Diamond(_AlsoInference, DerivedMixin): ...


@cases.fine("deep-diamond", Batch)
class DeepDiamond(_AlsoInference, DerivedMixin, Real, Batch): ...


@cases.fine("own-method-over-a-stub-and-a-mixin", Inference)
class OwnOverAll(Inference, Real):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return await Real.completion(self, model_id, content, stream, max_tokens)


@cases.fine("takes-the-mixins-method-by-assignment", Inference)
class TakesMixins(Inference, Real):
    completion = Real.completion


@cases.fine("super-call-reaches-the-mixin", Inference)
class SuperReachesMixin(Real, Inference):
    async def completion(self, *args, **kwargs):
        return await super().completion(*args, **kwargs)


@cases.fine("leaf-mends-a-broken-base", Inference)
class MendsBase(type("Broken", (), {"completion": lambda self: None})):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("leaf-mends-a-stub-of-a-base", Inference)
class MendsStub(_AlsoInference):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


class _Data:
    def __init__(self):
        self.completion = {}


class _Completes:
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("constructor-with-data-does-not-run", Inference)
class OwnConstructor(_Completes, _Data):
    def __init__(self):
        self.completions = {}


@cases.fine("data-under-a-condition", Inference)
class DataSometimes(_Completes):
    def __init__(self, url=None):
        if url == "":
            self.completion = None


@cases.fine("data-that-is-replaced", Inference)
class DataAtFirst(_Completes):
    def __init__(self):
        self.completion = None
        self.prepare()

    def prepare(self):
        self.completion = super().completion


@cases.fine("carries-the-name-of-the-protocol", Inference)
class _NamedLikeIt(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


_NamedLikeIt.__name__ = _NamedLikeIt.__qualname__ = "Inference"


@cases.fine("base-carries-name-and-module-of-the-protocol", Inference)
class NamesakeBase(type("Inference", (Real,), {"__module__": Inference.__module__})): ...


@cases.fine("implements-two-apis-with-one-method-name", InferenceCopy)
class BothApis(Inference):
    async def completion(self, model_id, content="", stream=False, max_tokens=None) -> Any:
        return Seen(model_id=model_id)


@cases.fine("derives-from-a-copy-and-implements", Inference)
class FromCopy(protocol_copy.Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


@cases.fine("mixin-before-the-copy", Inference)
class MixinBeforeCopy(Real, protocol_copy.Inference, Inference): ...


@cases.fine("traced-class-keeps-the-protocol-flag", Inference)
class FlaggedReal(Inference):
    """Some tracing decorators leave the flag of a protocol on ordinary classes."""

    def __init__(self) -> None:
        self.ready = True

    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return Seen(model_id=model_id)


FlaggedReal._is_protocol = True


@cases.fine("inherits-from-a-flagged-class", Inference)
class FromFlagged(FlaggedReal): ...


@cases.fine("runtime-checkable", CheckableInference)
class Checkable(Real): ...


@cases.fine("registered-virtually", Inference)
class Virtual(Real): ...


class _Abc(abc.ABC):
    @abc.abstractmethod
    async def completion(self, model_id, content, stream=False, max_tokens=None): ...


@cases.fine("abstract-method-implemented", Inference)
class AbcImplemented(_Abc):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("abstract-method-implemented-by-a-mixin", Inference)
class AbcMixin(Real, _Abc): ...


@cases.fine("dataclass", Inference)
@dataclasses.dataclass
class Data:
    url: str = "https://inference.example"

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("frozen-slotted-dataclass", Inference)
@dataclasses.dataclass(frozen=True, slots=True)
class FrozenData:
    url: str = "https://inference.example"

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


def _client_field() -> Any:
    return Real().completion


@cases.fine("dataclass-field-holds-the-function", Inference)
@dataclasses.dataclass
class DataField:
    completion: Any = dataclasses.field(default_factory=_client_field)


@cases.fine("dataclass-field-without-default", Inference, make=lambda: DataRequired(Real().completion))
@dataclasses.dataclass
class DataRequired:
    completion: Any


@cases.fine("pydantic-model", Inference)
class Model(BaseModel):
    url: str = "https://inference.example"

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("pydantic-model-with-a-mixin", Batch)
class ModelMixin(Real, BaseModel):
    model_config = ConfigDict(frozen=True)


@cases.fine("enum-member-as-provider", Inference, make=lambda: Choice.ONLY)
class Choice(enum.Enum):
    ONLY = 1

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


class _Fields(NamedTuple):
    url: str = "https://inference.example"


@cases.fine("named-tuple", Inference)
class Tupled(_Fields):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("named-tuple-itself", Inference)
class TupledItself(NamedTuple):
    url: str = "https://inference.example"

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("singleton", Inference)
class Singleton(Real):
    _only: Any = None

    def __new__(cls) -> Any:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only


@cases.fine("dict-subclass", Inference)
class DictLike(collections.UserDict):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("slots", Inference)
class Slotted:
    __slots__ = ("client",)

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return Seen(model_id=model_id)


@cases.fine("slot-filled-with-the-method", Inference)
class SlotFilled:
    __slots__ = ("completion",)

    def __init__(self) -> None:
        self.completion = Real().completion


class _Meta(type):
    completion = None

    def __getattr__(cls, name: str) -> Any:
        raise AttributeError(name)


@cases.fine("metaclass-has-none-of-that-name", Inference)
class WithMeta(Real, metaclass=_Meta): ...


class _Secretive(type):
    def __getattribute__(cls, name: str) -> Any:
        if name in ("__name__", "__qualname__", "__module__", "__mro__", "__dict__"):
            raise RuntimeError(name)
        return type.__getattribute__(cls, name)


@cases.fine("metaclass-tells-nothing-of-the-class", Inference)
class WithSecretiveMeta(Real, metaclass=_Secretive): ...


T = TypeVar("T")


@used(put=Use({"key": "k", "value": 1}), get=Use({"key": "k"}))
class Store(Protocol[T]):
    async def put(self, key: str, value: T) -> T: ...

    async def get(self, key: str) -> T: ...


@cases.fine("generic-protocol", Store)
class IntStore(Store[int]):
    async def put(self, key: str, value: int) -> int:
        return value

    async def get(self, key: str) -> int:
        return 1


@cases.fine("generic-implementation", Store)
class AnyStore(Generic[T]):
    async def put(self, key: str, value: T) -> T:
        return value

    async def get(self, key: str) -> Any:
        return key


@cases.fine("generic-implementation-specialised", Store)
class TextStore(AnyStore[str], Store[str]): ...


@cases.defect("generic-protocol-stub", Store, "x02 get")
class HalfStore(Store[int]):
    async def put(self, key: str, value: int) -> int:
        return value


@used(completion=COMPLETION, embed=EMBED)
class Both(Inference, Embeddings, Protocol): ...


@cases.fine("protocol-of-protocols", Both)
class BothProvider(DerivedMixin, Embeddings):
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        return [1.0]


@cases.defect("protocol-of-protocols-one-absent", Both, "x01 embed")
class BothLacksOne(DerivedMixin): ...


@cases.fine("unused-stub-of-another-api", Embeddings)
class UnusedStub(Inference, Lifecycle):
    """The stubs of other APIs are no business of this one."""

    async def embed(self, model_id, texts):
        return [1.0]


@cases.fine("nested-class-of-a-function", Embeddings)
class _Local(
    functools.reduce(lambda base, n: type(f"L{n}", (base,), {}), range(3), UnusedStub),
): ...


@cases.fine("ellipsis-is-the-value", Embeddings)
class EllipsisValue:
    async def embed(self, model_id, texts):
        return ...


@cases.fine("ellipsis-before-the-work", Embeddings)
class EllipsisFirst(Embeddings):
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        """Embed."""
        ...
        return [1.0]
