"""Classes that return something else than is promised; `CASES` says which."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from typing_corpus.promises import (
    Abstract,
    BiggerModel,
    Chunk,
    Fluent,
    Model,
    Other,
    Registry,
    Settings,
    Streams,
)
from typing_corpus.whole import Whole

P = ParamSpec("P")
R = TypeVar("R")
N = TypeVar("N", bound=int)


class ResultOfAnotherType(Whole):
    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[str]:
        return []


class ResultWidened(Whole):
    async def embed(
        self, model: str, contents: list[str], options: Settings | None = None
    ) -> Sequence[float]:
        return []


class ResultMayBeNone(Whole):
    async def embed(
        self, model: str, contents: list[str], options: Settings | None = None
    ) -> list[float] | None:
        return None


class ResultIsNone(Whole):
    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> None:
        print(model)


class ResultWhereNoneIsPromised(Whole):
    async def close(self) -> bool:
        return True


class ResultIsADictionary(Whole):
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> dict[str, Any]:
        return {}


class ResultLooksTheSame(Whole):
    async def complete(self, model: str, content: str | list[str], stream: bool | None = False) -> Other:
        return Other(name=model)


class StreamsSynchronously(Whole):
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> Model | Iterator[Chunk]:
        return Model(name=model)


class StreamsStrings(Whole):
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> Model | AsyncIterator[str]:
        return Model(name=model)


class IteratorOfStrings(Streams):
    async def stream(self, prompt: str) -> AsyncGenerator[str, None]:  # type: ignore[override]
        yield prompt


class PlainStreamOfOthers:
    def stream(self, prompt: str) -> AsyncIterator[Other]:
        raise NotImplementedError


class AwaitableOfAnother(Whole):
    def embed(self, model: str, contents: list[str], options: Settings | None = None) -> Awaitable[list[str]]:
        raise NotImplementedError


class BothWrong(Whole):
    async def embed(self, model: int, contents: list[str], options: Settings | None = None) -> str:
        return ""


class ListsOthers(Registry):
    async def register_model(self, model: Model) -> Model:
        return model

    async def list_models(self) -> list[Other] | None:  # type: ignore[override]
        return None


class ListsSubclasses:
    """A list of a subclass is no list of the class: somebody could append to it."""

    async def register_model(self, model: Model) -> BiggerModel:
        return BiggerModel(name=model.name)

    async def list_models(self) -> list[BiggerModel]:
        return []


class RegistersWithoutResult:
    async def register_model(self, model: Model) -> None: ...

    async def list_models(self) -> None: ...


class FluentReturnsAnother(Fluent):
    def named(self, name: str) -> str:  # type: ignore[override]
        return name

    def merge(self, other: FluentReturnsAnother) -> FluentReturnsAnother:
        return self


class GenericReturnsAnother:
    def echo(self, value: R) -> list[R]:
        return [value]

    def first(self, values: Sequence[R]) -> R:
        return values[0]


class OverloadReturnsAnother:
    def get(self, key: str | int) -> str:
        return str(key)


class AbstractReturnsAnother(Abstract):
    async def run(self, data: bytes, at: tuple[int, int]) -> frozenset[str]:  # type: ignore[override]
        return frozenset()


def traced(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    @functools.wraps(function)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return await function(*args, **kwargs)

    return wrapper


class DecoratedNarrowed(Whole):
    @traced
    async def embed(self, model: int, contents: list[str], options: Settings | None = None) -> list[float]:
        return []


def stringly(
    function: Callable[Concatenate[Any, P], Awaitable[Any]],
) -> Callable[Concatenate[Any, P], Awaitable[str]]:
    @functools.wraps(function)
    async def wrapper(self: Any, *args: P.args, **kwargs: P.kwargs) -> str:
        return str(await function(self, *args, **kwargs))

    return wrapper


class DecoratorChangesTheResult(Whole):
    @stringly
    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []


class StaticNarrowed(Whole):
    @staticmethod
    async def close() -> int:
        return 0


class ClassMethodNarrowed(Whole):
    @classmethod
    async def embed(cls, model: str, contents: list[bytes], options: Settings | None = None) -> list[float]:
        return []


class ExtraRequiredAndWrong(Whole):
    """The shape is told elsewhere; the type that is wrong besides is told here."""

    async def embed(self, model: int, contents: list[str], options: Any, extra: str) -> list[float]:
        return []


class OwnProtocol(Protocol):
    async def close(self) -> int: ...


class StubOfAnotherProtocol(Whole, OwnProtocol):
    async def close(self) -> int:  # type: ignore[override]
        return 0


CASES = {
    "ResultOfAnotherType": ("Chat", "PC402 embed"),
    "ResultWidened": ("Chat", "PC402 embed"),
    "ResultMayBeNone": ("Chat", "PC402 embed"),
    "ResultIsNone": ("Chat", "PC402 embed"),
    "ResultWhereNoneIsPromised": ("Chat", "PC402 close"),
    "ResultIsADictionary": ("Chat", "PC402 complete"),
    "ResultLooksTheSame": ("Chat", "PC402 complete"),
    "StreamsSynchronously": ("Chat", "PC402 complete"),
    "StreamsStrings": ("Chat", "PC402 complete"),
    "IteratorOfStrings": ("Streams", "PC402 stream"),
    "PlainStreamOfOthers": ("Streams", "PC402 stream"),
    "AwaitableOfAnother": ("Chat", "PC402 embed"),
    "BothWrong": ("Chat", "PC401 embed:model", "PC402 embed"),
    "ListsOthers": ("Registry", "PC402 list_models"),
    "ListsSubclasses": ("Registry", "PC402 list_models"),
    "RegistersWithoutResult": ("Registry", "PC402 register_model"),
    "FluentReturnsAnother": ("Fluent", "PC402 named"),
    "GenericReturnsAnother": ("Generic", "PC402 echo"),
    "OverloadReturnsAnother": ("Overloaded", "PC402 get"),
    "AbstractReturnsAnother": ("Abstract", "PC402 run"),
    "DecoratedNarrowed": ("Chat", "PC401 embed:model"),
    "DecoratorChangesTheResult": ("Chat", "PC402 embed"),
    "StaticNarrowed": ("Chat", "PC402 close"),
    "ClassMethodNarrowed": ("Chat", "PC401 embed:contents"),
    "ExtraRequiredAndWrong": ("Chat", "PC401 embed:model"),
    "StubOfAnotherProtocol": ("Chat", "PC402 close"),
}
