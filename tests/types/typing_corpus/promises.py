"""Protocols of the sort that stacks have, in every kind of annotation that matters to types."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Literal, Protocol, Self, TypedDict, TypeVar, overload

from pydantic import BaseModel

T = TypeVar("T")

Settings = dict[str, Any]
list_of_float = list[float]


class Model(BaseModel):
    name: str


class BiggerModel(Model):
    size: int = 0


class Other(BaseModel):
    name: str


class Chunk(BaseModel):
    text: str


class Options(TypedDict, total=False):
    depth: int


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


@dataclass
class Page:
    items: list[Model]


class ModelStore(Protocol):
    async def get_model(self, name: str) -> Model: ...


class Chat(Protocol):
    """Public, asynchronous, with optional parameters and a store that the stack injects."""

    NAMESPACE: str = "chat"
    model_store: ModelStore | None = None

    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> Model | AsyncIterator[Chunk]: ...

    async def embed(
        self, model: str, contents: list[str], options: Settings | None = None
    ) -> list[float]: ...

    async def close(self) -> None: ...


class Registry(Protocol):
    """Private: called by position."""

    async def register_model(self, model: Model) -> Model: ...

    async def list_models(self) -> list[Model] | None: ...


class Streams(Protocol):
    def stream(self, prompt: str) -> AsyncIterator[Chunk]: ...


class Search(Protocol):
    async def search(
        self,
        query: str,
        *,
        mode: Mode = Mode.FAST,
        kind: Literal["a", "b"] = "a",
        options: Options | None = None,
        score: float = 0.5,
        ranker: Callable[[Model], float] | None = None,
    ) -> Page: ...


class Described(Protocol):
    """Data members of all sorts."""

    title: str
    limits: dict[str, int]
    shared: ClassVar[int]

    @property
    def ready(self) -> bool: ...


class Fluent(Protocol):
    def named(self, name: str) -> Self: ...

    def merge(self, other: Self) -> Self: ...


class Generic(Protocol):
    def echo(self, value: T) -> T: ...

    def first(self, values: Sequence[T]) -> T: ...


class Overloaded(Protocol):
    @overload
    def get(self, key: str) -> str: ...
    @overload
    def get(self, key: int) -> int: ...


class Spread(Protocol):
    def call(self, name: str, *args: int, **kwargs: str) -> str: ...


class Abstract(Protocol):
    @abstractmethod
    async def run(self, data: bytes, at: tuple[int, int]) -> set[str]: ...


class PositionOnly(Protocol):
    def put(self, key: str, value: int, /) -> None: ...


class Loose(Protocol):
    """Promises nothing about types."""

    async def anything(self, first, second=None): ...  # noqa: ANN001, ANN201


class PlainBase:
    """No protocol by its bases, and used as one all the same."""

    async def ask(self, question: str) -> str:
        raise NotImplementedError


class Coloured(PlainBase):
    async def paint(self, colour: str) -> None:
        raise NotImplementedError
