"""The smallest object that can be registered with a routing table."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from provider_conformance.laws.model import DIMENSION
from provider_conformance.neighbours.smallest import smallest

Object = TypeVar("Object", bound=BaseModel)


def named(kind: type[Object], identifier: str) -> Object:
    """The smallest object of a class under an identifier, which is its name at the provider too."""
    update: dict[str, Any] = {"identifier": identifier, "provider_resource_id": identifier}
    # A vector of no dimension is what no provider has to take.
    sizes = dict.fromkeys((name for name in kind.model_fields if name.endswith("dimension")), DIMENSION)
    kept = {name: value for name, value in {**update, **sizes}.items() if name in kind.model_fields}
    made: Object = smallest(kind).model_copy(update=kept)
    return made
