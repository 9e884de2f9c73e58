"""Classes whose shape does not fit, and whose types do; `CASES` names their protocols."""

# ruff: noqa: ANN001

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
)
from typing import (
    TYPE_CHECKING,
    Self,
)

from typing_corpus.promises import (
    Chat,
    Chunk,
    Settings,
)

if TYPE_CHECKING:
    pass

from typing_corpus.whole import Whole as Same


class Missing:
    async def close(self) -> None: ...


class Renamed(Same):
    async def embed(self, name: str, texts: list[str], settings: Settings | None = None) -> list[float]:
        return []


class RenamedAndOfOtherTypes(Same):
    """What is passed by its name never gets here."""

    async def embed(self, request: bytes) -> list[float]:
        return []


class ExtraRequiredFirst(Same):
    async def embed(
        self, extra, model: str, contents: list[str], options: Settings | None = None
    ) -> list[float]:
        return []


class ExtraRequiredLast(Same):
    async def embed(
        self, model: str, contents: list[str], options: Settings | None, extra: int
    ) -> list[float]:
        return []


class TooFew(Same):
    async def embed(self, model: str) -> list[float]:
        return []


class Reordered(Same):
    async def embed(self, contents: list[str], model: str, options: Settings | None = None) -> list[float]:
        return []


class Synchronous(Same):
    def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []


class YieldsInsteadOfReturning(Same):
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> AsyncIterator[Chunk]:
        yield Chunk(text="")


class CoroutineForStream:
    async def stream(self, prompt: str) -> AsyncIterator[Chunk]:
        raise NotImplementedError


class SynchronousStream:
    def stream(self, prompt: str) -> list[Chunk]:
        return []


class AsynchronousPlain:
    async def named(self, name: str) -> Self:
        return self

    def merge(self, other: Self) -> Self:
        return self


class NotCallable(Same):
    embed = 3


class InheritsStubs(Chat):
    pass


class AttributesMissing:
    pass


class WithoutSelf(Same):
    async def close() -> None: ...


CASES = {
    "RenamedAndOfOtherTypes": "Chat",
    "Missing": "Chat",
    "Renamed": "Chat",
    "ExtraRequiredFirst": "Chat",
    "ExtraRequiredLast": "Chat",
    "TooFew": "Chat",
    "Reordered": "Chat",
    "Synchronous": "Chat",
    "YieldsInsteadOfReturning": "Chat",
    "CoroutineForStream": "Streams",
    "SynchronousStream": "Streams",
    "AsynchronousPlain": "Fluent",
    "NotCallable": "Chat",
    "InheritsStubs": "Chat",
    "AttributesMissing": "Described",
    "WithoutSelf": "Chat",
}
