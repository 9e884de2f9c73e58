"""Which made-up provider answers what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provider_conformance.neighbours import evaluating, inference, stores, tools
from provider_conformance.neighbours.heard import Handler

_BY_API: Final[Mapping[str, Mapping[str, Handler]]] = {
    "inference": inference.HANDLERS,
    "models": inference.MODELS,
    "files": stores.FILES,
    "file_processors": stores.PROCESSORS,
    "vector_io": stores.STORES,
    "tool_runtime": tools.HANDLERS,
    "datasetio": evaluating.DATASETIO,
    "scoring": evaluating.SCORING,
}
APIS: Final = tuple(_BY_API)
"""The APIs of which it is known how a real provider answers."""


def handlers_of(api: str) -> Mapping[str, Handler]:
    """What answers the methods of an API by their names; others get the smallest answer that is promised."""
    return _BY_API.get(api, {})
