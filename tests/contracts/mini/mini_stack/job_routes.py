"""Routes of the jobs API, which call its provider positionally."""

from __future__ import annotations

from typing import Any

from mini_stack.api import Jobs


def optional(impl: Jobs) -> Any:
    if not all(callable(getattr(impl, name, None)) for name in ("pause",)):
        raise LookupError("pausing is not offered")
    return impl


def create_router(impl: Jobs) -> list[Any]:
    async def start(request: str) -> Any:
        return await impl.start(request)

    async def pause(request: str) -> Any:
        return await optional(impl).pause(request)

    return [start, pause]
