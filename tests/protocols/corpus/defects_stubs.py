"""Methods that are there, bind, and do nothing: the stub of a protocol, or one of their own."""

from __future__ import annotations

import abc
import functools
from typing import Any, Protocol, overload

from protocols.corpus import protocol_copy
from protocols.corpus.case import Casebook
from protocols.corpus.stack import (
    COMPLETION,
    EMBED,
    Batch,
    CheckableInference,
    Embeddings,
    Inference,
    InferenceCopy,
    Lifecycle,
    ModelsPrivate,
    Streaming,
    Use,
    used,
)

cases = Casebook(__name__)


class Real:
    """A mixin with a real method."""

    async def completion(self, model_id, content, stream=False, max_tokens=None):
        return {"content": content}


@cases.defect("inherits-the-stub", Inference, "x02 completion")
class InheritsStub(Inference): ...


@cases.defect("inherits-the-docstring-stub", Embeddings, "x02 embed")
class InheritsDocstringStub(Embeddings): ...


@cases.defect("inherits-the-runtime-checkable-stub", CheckableInference, "x02 completion")
class InheritsCheckable(CheckableInference): ...


@cases.defect("inherits-the-iterator-stub", Streaming, "x02 tokens")
class InheritsIteratorStub(Streaming): ...


@cases.defect("inherits-one-of-three", Batch, "x02 initialize")
class InheritsOne(Batch):
    async def completion(self, model_id, content, stream=False, max_tokens=None) -> dict[str, Any]:
        return {}

    async def shutdown(self) -> None:
        return None


@cases.defect("inherits-private-stub", ModelsPrivate, "x02 register_model", calls="positional")
class InheritsPrivateStub(ModelsPrivate):
    async def unregister_model(self, model_id: str) -> None:
        return None


@cases.defect("inherits-through-a-plain-base", Inference, "x02 completion")
class InheritsThroughBase(InheritsStub):
    def helper(self) -> None: ...


@cases.defect("stub-shadows-the-mixin", Inference, "x02 completion")
class StubShadowsMixin(Inference, Real): ...


@cases.defect("stub-of-a-child-protocol-shadows-the-mixin", Inference, "x02 completion")
class StubOfChildShadows(Batch, Real):
    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None


class _ChildProtocol(Inference, Protocol):
    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]: ...


class _RealChild(Real, Inference): ...


@cases.defect("redeclared-stub-shadows-a-diamond", Inference, "x02 completion")
class RedeclaredShadows(_ChildProtocol, _RealChild): ...


@cases.defect("stub-of-another-api", Inference, "x02 completion")
class StubOfAnotherApi(InferenceCopy): ...


@cases.defect("stub-of-another-api-shadows-the-mixin", Inference, "x02 completion")
class AnotherApiShadows(InferenceCopy, Real): ...


@cases.defect("stub-of-a-copied-protocol", Inference, "x02 completion")
class StubOfCopy(protocol_copy.Inference): ...


@cases.defect("stub-of-a-copied-protocol-beside-the-real-one", Inference, "x02 completion")
class StubOfCopyFirst(protocol_copy.Inference, Inference): ...


@cases.defect("alias-of-the-stub", Inference, "x02 completion")
class AliasOfStub:
    completion = Inference.completion


@cases.defect("alias-of-another-protocols-stub", Inference, "x02 completion")
class AliasOfOtherStub:
    completion = protocol_copy.Answering.answer


@cases.defect("alias-of-an-own-stub", Embeddings, "x02 embed")
class AliasOfOwnStub:
    async def vectors(self, model_id: str, texts: tuple[str, ...]) -> list[float]: ...

    embed = vectors


@cases.defect("stub-set-after-the-body", Inference, "x02 completion")
class StubSetLater: ...


StubSetLater.completion = Inference.completion


@cases.defect("stub-through-partialmethod", Inference, "x02 completion")
class StubThroughPartialMethod:
    completion = functools.partialmethod(Inference.completion)


@cases.defect("own-ellipsis", Embeddings, "x02 embed")
class OwnEllipsis:
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]: ...


@cases.defect("own-ellipsis-with-docstring", Embeddings, "x02 embed")
class OwnEllipsisDocstring(Embeddings):
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        """To be written."""
        ...


@cases.defect("own-docstring-only", Embeddings, "x02 embed")
class OwnDocstring(Embeddings):
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        """To be written."""


@cases.defect("own-pass-where-a-value-is-due", Embeddings, "x02 embed")
class OwnPass:
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        pass


@cases.defect("own-pass-unannotated", Embeddings, "x02 embed")
class OwnPassUnannotated(Embeddings):
    async def embed(self, model_id, texts):
        pass


@cases.defect("own-sync-ellipsis", Embeddings, "x02 embed")
class OwnSyncEllipsis:
    def embed(self, model_id, texts): ...


@cases.defect("own-static-ellipsis", Embeddings, "x02 embed")
class OwnStaticEllipsis:
    @staticmethod
    async def embed(model_id, texts) -> list[float]: ...


@cases.defect("own-classmethod-ellipsis", Embeddings, "x02 embed")
class OwnClassMethodEllipsis:
    @classmethod
    async def embed(cls, model_id, texts) -> list[float]: ...


@cases.defect("own-iterator-ellipsis", Streaming, "x02 tokens")
class OwnIteratorEllipsis:
    def tokens(self, prompt: str, limit: int = 3): ...


@cases.defect("ellipsis-in-a-plain-base", Embeddings, "x02 embed")
class EllipsisInBase(OwnEllipsis): ...


def traced(function):
    @functools.wraps(function)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await function(*args, **kwargs)

    return wrapper


@cases.defect("decorated-stub", Embeddings, "x02 embed")
class DecoratedStub(Embeddings):
    @traced
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]: ...


@cases.defect("twice-decorated-stub", Embeddings, "x02 embed")
class TwiceDecoratedStub(Embeddings):
    @traced
    @traced
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]: ...


@cases.defect("abstract-left-over", Embeddings, "x02 embed", views=("class",))
class AbstractLeft(abc.ABC):
    @abc.abstractmethod
    async def embed(self, model_id, texts): ...


@cases.defect("abstract-with-a-body", Embeddings, "x02 embed", views=("class",))
class AbstractWithBody(abc.ABC):
    @abc.abstractmethod
    async def embed(self, model_id, texts):
        return [1.0]


@cases.defect("abstract-inherited", Embeddings, "x02 embed", views=("class",))
class AbstractInherited(AbstractWithBody):
    def helper(self) -> int:
        return 1


@used(embed=EMBED)
class AbstractEmbeddings(Protocol):
    @abc.abstractmethod
    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        raise NotImplementedError


@cases.defect("abstract-of-the-protocol", AbstractEmbeddings, "x02 embed", views=("class",))
class AbstractOfProtocol(AbstractEmbeddings): ...


@cases.defect("abstract-of-the-protocol-absent", AbstractEmbeddings, "x01 embed")
class AbstractAbsent: ...


@used(completion=COMPLETION)
class Overloaded(Protocol):
    @overload
    async def completion(self, model_id: str, content: str) -> str: ...

    @overload
    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]: ...


@cases.defect("inherits-overloads-only", Overloaded, "x02 completion")
class InheritsOverloads(Overloaded): ...


@cases.defect("overloads-absent", Overloaded, "x01 completion")
class OverloadsAbsent: ...


@cases.defect("overloads-of-the-protocol-do-not-bind", Overloaded, "x03 completion")
class OverloadsNarrow:
    async def completion(self, model_id):
        return {}


@cases.defect("own-overloads-only", Inference, "x02 completion")
class OwnOverloads:
    @overload
    async def completion(self, model_id: str, content: str) -> str: ...

    @overload
    async def completion(self, model_id: str, content: str, stream: bool) -> dict: ...


@used(embed=EMBED, rank=Use({"query": "q"}))
class PassStubs(Protocol):
    """Protocols spell their stubs in more than one way."""

    async def embed(self, model_id: str, texts: tuple[str, ...]) -> list[float]:
        pass

    async def rank(self, query: str) -> list[str]:
        """Rank."""
        pass


@cases.defect("inherits-pass-stubs", PassStubs, "x02 embed", "x02 rank")
class InheritsPass(PassStubs): ...


@cases.defect("stub-in-an-exec-ed-module", Embeddings, "x02 embed", located=False)
class StubWithoutSource:
    exec("async def embed(self, model_id, texts): ...\n")


@cases.defect("stub-beside-a-read-of-the-dictionary", Embeddings, "x02 embed")
class StubReadsDictionary(Embeddings):
    def __repr__(self) -> str:
        return f"provider({self.__dict__})"


@cases.defect("stub-beside-other-assignments", Embeddings, "x02 embed")
class StubSetsOther(Embeddings):
    def __init__(self, **options: Any) -> None:
        self.options = options
        self.embedding_model = "m"


@cases.defect("protocol-flag-cleared", Lifecycle, "x02 initialize", "x02 shutdown")
class FlagCleared(Lifecycle):
    _is_protocol = False


@cases.defect("stub-on-the-instance", Embeddings, "x02 embed", views=("instance",))
class StubOnInstance(Embeddings):
    def __init__(self) -> None:
        self.embed = super().embed
