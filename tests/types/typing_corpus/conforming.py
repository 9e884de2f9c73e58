"""Chats whose types fit, though some look as if they did not; `CASES` names their protocols."""

# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import functools
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    NoReturn,
    Optional,
    ParamSpec,
    TypeVar,
    Union,
    overload,
)

from typing_corpus.promises import (
    BiggerModel,
    Chat,
    Chunk,
    Model,
    ModelStore,
    Settings,
)

if TYPE_CHECKING:
    from asyncio import Future

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C", bound=Callable[..., Any])


class Same:
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> Model | AsyncIterator[Chunk]:
        return Model(name=model)

    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []

    async def close(self) -> None: ...


class SameInheriting(Chat):
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> Model | AsyncIterator[Chunk]:
        return Model(name=model)

    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []

    async def close(self) -> None: ...


class OldSpelling:
    async def complete(
        self,
        model: str,
        content: str | list[str],
        stream: Optional[bool] = False,  # noqa: UP045
    ) -> Union[Model, AsyncIterator[Chunk]]:  # noqa: UP007
        return Model(name=model)

    async def embed(self, model: str, contents: list[str], options: Settings = None) -> list[float]:
        return []

    async def close(self) -> None: ...


class Wider(Same):
    async def embed(
        self, model: object, contents: Sequence[str], options: Mapping[str, Any] | None = None
    ) -> list[float]:
        return []


class WiderStill(Same):
    async def embed(
        self, model: str | int | None, contents: Iterable[object], options: object = None
    ) -> list[float]:
        return []


class NarrowerResult(Same):
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> BiggerModel:
        return BiggerModel(name=model)


class OnlyStreams(Same):
    async def complete(
        self, model: str, content: str | Collection[str], stream: bool | None = False
    ) -> AsyncGenerator[Chunk, None]:
        raise NotImplementedError


class NeverReturns(Same):
    async def complete(self, model: str, content: str | list[str], stream: bool | None = False) -> NoReturn:
        raise NotImplementedError


class RaisesAndSaysNone(Same):
    """The annotation is careless; a result of that type is never there."""

    async def complete(self, model: str, content: str | list[str], stream: bool | None = False) -> None:
        """Say so."""
        raise NotImplementedError("no chat here")


class Unannotated:
    async def complete(self, model, content, stream=False):
        return Model(name=model)

    async def embed(self, model, contents, options=None):
        return 3

    async def close(self):
        return 7


class HalfAnnotated(Same):
    async def embed(self, model: str, contents, options=None):
        return []


class AllAny(Same):
    async def embed(self, model: Any, contents: Any, options: Any = None) -> Any:
        return []


class TakesAnything(Same):
    async def embed(self, *args: Any, **kwargs: Any) -> list[float]:
        return []


class TakesTheRest(Same):
    async def embed(self, model: str, **kwargs: Any) -> list[float]:
        return []


class TakesMore(Same):
    async def embed(
        self,
        model: str,
        contents: list[str],
        options: Settings | None = None,
        *,
        retries: int = 3,
        **more: str,
    ) -> list[float]:
        return []


class PlainDefOfCoroutine(Same):
    def embed(
        self, model: str, contents: list[str], options: Settings | None = None
    ) -> Coroutine[Any, Any, list[float]]:
        raise NotImplementedError


class PlainDefOfAwaitable(Same):
    def embed(
        self, model: str, contents: list[str], options: Settings | None = None
    ) -> Awaitable[list[float]]:
        raise NotImplementedError


class PlainDefOfFuture(Same):
    def close(self) -> Future[None]:
        raise NotImplementedError


class MixinBefore(Same, Chat):
    pass


class OwnMethods:
    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []

    async def close(self) -> None: ...


class MixinBehindOwn(OwnMethods, Same, Chat):
    pass


class Delegates:
    def __init__(self, inner: Same) -> None:
        self.complete = inner.complete
        self.embed = inner.embed
        self.close = inner.close


class AnswersForOthers:
    def __init__(self, inner: Same) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Aliased(Same):
    async def _embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []

    embed = _embed


def traced(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    @functools.wraps(function)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return await function(*args, **kwargs)

    return wrapper


def untyped(function):
    return function


def marked(function: C) -> C:
    return function


def parametrised(route: str):
    def wrap(function):
        return function

    return wrap


class TracedMethods(Same):
    @traced
    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []


class UntypedDecorator(Same):
    @untyped
    async def embed(self, model: int, contents: list[str], options: Settings | None = None) -> str:
        return ""


class MarkedMethods(Same):
    @marked
    @parametrised("/embed")
    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []


class StaticAndClassMethods(Same):
    @staticmethod
    async def close() -> None: ...

    @classmethod
    async def embed(cls, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []


class Overloads(Same):
    @overload
    async def complete(
        self, model: str, content: str | list[str], stream: Literal[True]
    ) -> AsyncIterator[Chunk]: ...
    @overload
    async def complete(
        self, model: str, content: str | list[str], stream: Literal[False] | None = False
    ) -> Model: ...
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> Model | AsyncIterator[Chunk]:
        return Model(name=model)


class OverloadsByType(Same):
    @overload
    async def complete(self, model: str, content: str, stream: bool | None = False) -> Model: ...
    @overload
    async def complete(self, model: str, content: list[str], stream: bool | None = False) -> BiggerModel: ...
    async def complete(self, model: str, content: str | list[str], stream: bool | None = False) -> Model:
        return Model(name=model)


class StoreNarrower(Same):
    model_store: RoutingTable | None = None


class RoutingTable:
    async def get_model(self, name: str) -> BiggerModel:
        return BiggerModel(name=name)


class StoreAsPromised(Same):
    model_store: ModelStore
    NAMESPACE = "mine"


class StoreOfAny(Same):
    model_store: Any = None
    NAMESPACE: Final = "mine"


class StoreInSlots(Same):
    __slots__ = ("model_store",)


CASES = {
    "Same": "Chat",
    "SameInheriting": "Chat",
    "OldSpelling": "Chat",
    "Wider": "Chat",
    "WiderStill": "Chat",
    "NarrowerResult": "Chat",
    "OnlyStreams": "Chat",
    "NeverReturns": "Chat",
    "RaisesAndSaysNone": "Chat",
    "Unannotated": "Chat",
    "HalfAnnotated": "Chat",
    "AllAny": "Chat",
    "TakesAnything": "Chat",
    "TakesTheRest": "Chat",
    "TakesMore": "Chat",
    "PlainDefOfCoroutine": "Chat",
    "PlainDefOfAwaitable": "Chat",
    "PlainDefOfFuture": "Chat",
    "MixinBefore": "Chat",
    "MixinBehindOwn": "Chat",
    "Delegates": "Chat",
    "AnswersForOthers": "Chat",
    "Aliased": "Chat",
    "TracedMethods": "Chat",
    "UntypedDecorator": "Chat",
    "MarkedMethods": "Chat",
    "StaticAndClassMethods": "Chat",
    "Overloads": "Chat",
    "OverloadsByType": "Chat",
    "StoreNarrower": "Chat",
    "StoreAsPromised": "Chat",
    "StoreOfAny": "Chat",
    "StoreInSlots": "Chat",
}
