"""A good implementation, for those that spoil one method of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from typing_corpus.promises import Chunk, Model, Settings


class Whole:
    async def complete(
        self, model: str, content: str | list[str], stream: bool | None = False
    ) -> Model | AsyncIterator[Chunk]:
        return Model(name=model)

    async def embed(self, model: str, contents: list[str], options: Settings | None = None) -> list[float]:
        return []

    async def close(self) -> None: ...
