"""What stand-ins answer, held against what their protocols promise."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Sequence
from typing import Any

from provider_conformance.neighbours.standins import stand_in
from provider_conformance.protocols.annotated import hints
from provider_conformance.protocols.fitting import misfit


def misfits(protocols: Sequence[type]) -> list[str]:
    """Call every method of a stand-in; what is wrong with the answers, in sentences."""
    made = stand_in("Answering", protocols)()
    return [told for name in methods(protocols) if (told := _misfit(made, name, protocols))]


def methods(protocols: Sequence[type]) -> list[str]:
    """The methods of protocols."""
    found = [name for p in protocols for name, _ in inspect.getmembers(p, inspect.isfunction)]
    return [name for name in dict.fromkeys(found) if not name.startswith("__")]


def _misfit(made: Any, name: str, protocols: Sequence[type]) -> str:
    method = getattr(made, name)
    required = [p for p in inspect.signature(method).parameters.values() if p.default is p.empty]
    by_name = {p.name: None for p in required if p.kind is p.KEYWORD_ONLY}
    result = method(
        *[None for p in required if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)], **by_name
    )
    if inspect.iscoroutine(result):
        result = asyncio.run(_awaited(result))
    declared = next(getattr(p, name) for p in protocols if hasattr(p, name))
    promised = hints(declared).get("return", Any)
    return "" if isinstance(promised, str) else misfit(result, promised, name)


async def _awaited(coroutine: Any) -> Any:
    return await coroutine
