"""The protocol once more, as a vendored or doubly installed stack would have it."""

from __future__ import annotations

from typing import Any, Protocol


class Inference(Protocol):
    async def completion(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]: ...


class Answering(Protocol):
    async def answer(
        self, model_id: str, content: str, stream: bool = False, max_tokens: int | None = None
    ) -> dict[str, Any]: ...
