"""How the objects of the built-in stack's routed APIs are used: one small request for each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final


async def error_of(
    call: Callable[[Any, str], Awaitable[Any]], target: Any, identifier: str
) -> BaseException | None:
    """What a call raises, None where it gives an answer."""
    try:
        await call(target, identifier)
    except (Exception, SystemExit) as error:
        return error
    return None


async def _complete(target: Any, identifier: str) -> Any:
    from provider_conformance.stack.apis.sampling import SamplingParams  # noqa: PLC0415

    return await target.completion(
        model=identifier, content="a", sampling_params=SamplingParams(max_tokens=1)
    )


async def _shield(target: Any, identifier: str) -> Any:
    return await target.run_shield(shield_type=identifier, messages=[])


async def _query(target: Any, identifier: str) -> Any:
    return await target.query_documents(identifier, "a")


CALLS: Final[Mapping[str, Callable[[Any, str], Awaitable[Any]]]] = {
    "inference": _complete,
    "safety": _shield,
    "memory": _query,
}
"""A small request for an object of each routed API of the built-in stack, by its identifier."""
