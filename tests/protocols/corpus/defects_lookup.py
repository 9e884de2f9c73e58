"""Methods that are not there, however much it looks as if they were."""

from __future__ import annotations

import types
from typing import Any

from protocols.corpus.case import Casebook
from protocols.corpus.stack import Batch, Embeddings, Inference, Lifecycle, Streaming

cases = Casebook(__name__)


@cases.defect("empty-class", Inference, "x01 completion")
class Empty: ...


@cases.defect("every-method-absent", Batch, "x01 completion", "x01 initialize", "x01 shutdown")
class AllAbsent: ...


@cases.defect("one-absent", Lifecycle, "x01 shutdown")
class OneAbsent:
    async def initialize(self) -> None:
        return None


@cases.defect("misspelt", Embeddings, "x01 embed")
class Misspelt:
    async def embeds(self, model_id, texts):
        return [1.0]


@cases.defect("other-letter-case", Embeddings, "x01 embed")
class OtherCase:
    async def Embed(self, model_id, texts):
        return [1.0]


@cases.defect("private-only", Embeddings, "x01 embed")
class PrivateOnly:
    async def _embed(self, model_id, texts):
        return [1.0]


@cases.defect("name-mangled", Embeddings, "x01 embed")
class Mangled:
    async def __embed(self, model_id, texts):
        return [1.0]


@cases.defect("none-in-its-place", Embeddings, "x01 embed")
class NoneInPlace(Embeddings):
    embed = None


@cases.defect("data-in-its-place", Embeddings, "x01 embed")
class DataInPlace(Embeddings):
    embed = {"model_id": "m"}


@cases.defect("text-in-its-place", Embeddings, "x01 embed")
class TextInPlace(Embeddings):
    embed = "https://embeddings.example"


@cases.defect("constructor-puts-data-in-its-place", Embeddings, "x01 embed")
class DataOnInstances:
    def __init__(self):
        self.embed = {}

    async def embed(self, model_id, texts):
        return [1.0]


@cases.defect("constructor-puts-none-in-its-place", Embeddings, "x01 embed")
class NoneOnInstances:
    def __init__(self):
        self.embed: Any = None

    async def embed(self, model_id, texts):
        return [1.0]


@cases.defect("uncallable-object-in-its-place", Embeddings, "x01 embed")
class ObjectInPlace(Embeddings):
    embed = object()


@cases.defect("none-on-the-instance", Embeddings, "x01 embed", views=("instance",))
class NoneOnInstance:
    def __init__(self) -> None:
        self.embed = None

    async def embed(self, model_id, texts):
        return [1.0]


@cases.defect("none-hides-the-base", Embeddings, "x01 embed")
class NoneHidesBase(type("Base", (), {"embed": lambda self, model_id, texts: None})):
    embed = None


class _Meta(type):
    async def embed(cls, model_id, texts):
        return [1.0]


class _Secretive(type):
    def __getattribute__(cls, name: str) -> Any:
        if name in ("__name__", "__qualname__", "__module__", "__mro__", "__dict__"):
            raise RuntimeError(name)
        return type.__getattribute__(cls, name)


@cases.defect("metaclass-tells-nothing-of-a-narrow-class", Embeddings, "x03 embed")
class WithSecretiveMeta(metaclass=_Secretive):
    async def embed(self, model_id):
        return [1.0]


@cases.defect("on-the-metaclass-only", Embeddings, "x01 embed")
class OnMetaclass(metaclass=_Meta): ...


class _AnsweringMeta(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        async def anything(*args: Any, **kwargs: Any) -> str:
            return name

        return anything


@cases.defect("metaclass-answers-everything", Embeddings, "x01 embed")
class OnAnsweringMetaclass(metaclass=_AnsweringMeta): ...


@cases.defect("nested-in-a-nested-class", Embeddings, "x01 embed")
class InNestedClass:
    class Api:
        async def embed(self, model_id, texts):
            return [1.0]


@cases.defect("nested-in-another-method", Embeddings, "x01 embed")
class InAnotherMethod:
    def setup(self):
        async def embed(model_id, texts):
            return [1.0]

        return embed


@cases.defect("annotation-only", Embeddings, "x01 embed", views=("instance",))
class AnnotationOnly:
    embed: Any


@cases.defect("delegate-lacks-the-method", Embeddings, "x01 embed", views=("instance",))
class DelegateLacks:
    class _Client:
        async def embed_all(self, model_id, texts):
            return [1.0]

    def __getattr__(self, name):
        return getattr(DelegateLacks._Client(), name)


@cases.defect("property-raises-attribute-error", Embeddings, "x01 embed", views=("instance",))
class PropertyRaises:
    @property
    def embed(self):
        raise AttributeError("embed")


@cases.defect("property-returns-none", Embeddings, "x01 embed", views=("instance",))
class PropertyReturnsNone:
    @property
    def embed(self):
        return None


@cases.defect("property-runs-the-method", Embeddings, "x01 embed", views=("instance",))
class PropertyRuns:
    """The property hands out the result, not something to call."""

    @property
    def embed(self):
        return [1.0]


@cases.defect("slot-never-filled", Embeddings, "x01 embed", views=("instance",))
class SlotNeverFilled:
    __slots__ = ("embed",)


@cases.defect("deleted-after-the-body", Embeddings, "x01 embed")
class DeletedLater:
    async def embed(self, model_id, texts):
        return [1.0]


del DeletedLater.embed


@cases.defect("assigned-to-another-object", Embeddings, "x01 embed")
class AssignedElsewhere:
    def wire(self, other: Any) -> None:
        other.embed = self._embed

    async def _embed(self, model_id, texts):
        return [1.0]


@cases.defect("dictionary-is-only-read", Embeddings, "x01 embed")
class ReadsDictionary:
    def __repr__(self) -> str:
        return f"provider({self.__dict__})"

    def state(self) -> dict[str, Any]:
        return dict(vars(self))


@cases.defect("computed-names-on-another-object", Embeddings, "x01 embed")
class ConfiguresAnother:
    def configure(self, client: Any, options: dict[str, Any]) -> None:
        for name, value in options.items():
            setattr(client, name, value)
        client.__dict__.update(options)


@cases.defect("computed-names-when-unpickled", Embeddings, "x01 embed")
class Unpickled:
    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


@cases.defect("setattr-with-another-name", Embeddings, "x01 embed")
class SetsOther:
    def __init__(self) -> None:
        setattr(self, "url", "https://embeddings.example")
        object.__setattr__(self, "model", "m")
        self.__dict__["timeout"] = 1


@cases.defect("deleted-in-init", Embeddings, "x01 embed")
class OnlyDeletes:
    def forget(self) -> None:
        del self.embed


@cases.defect("only-read-in-init", Embeddings, "x01 embed")
class OnlyReads:
    def run(self) -> Any:
        return self.embed


@cases.defect("singleton-without-it", Embeddings, "x01 embed")
class Singleton:
    _only: Any = None

    def __new__(cls) -> Any:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only


@cases.defect("protocol-of-another-api", Streaming, "x01 tokens")
class OtherApi(Inference):
    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return {}


@cases.defect("same-name-as-the-protocol", Embeddings, "x01 embed", located=False)
class _Empty: ...


_Empty.__name__ = _Empty.__qualname__ = "Embeddings"


@cases.defect("module-level-function-only", Embeddings, "x01 embed")
class FunctionBesideTheClass: ...


async def embed(model_id, texts):
    return [1.0]


def _namespace() -> Any:
    return types.SimpleNamespace(embedding=embed)


cases.add(
    "namespace-without-it",
    Embeddings,
    types.SimpleNamespace,
    "x01 embed",
    views=("instance",),
    make=_namespace,
    located=False,
)
