"""The objects that are registered with a running provider, and what calls and listings name them by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

from provider_conformance.hosts.running import FIRST, Running
from provider_conformance.laws.model import DIMENSION
from provider_conformance.neighbours.smallest import WORD, likely, smallest

_IDENTIFIES: Final = re.compile(r"_(id|type|name|identifier)$")


def names_object(parameter: str, nouns: Iterable[str]) -> bool:
    """Whether a parameter takes the identifier of one of the API's objects: ``bank_id`` of a memory bank."""
    base = _IDENTIFIES.sub("", parameter)
    return any(base == n or n.endswith(f"_{base}") or n.startswith(f"{base}_") for n in nouns)


def nouns_of(running: Running) -> tuple[str, ...]:
    """What the objects of an API are called, by its listing and by their classes."""
    listed = re.sub(r"^list_|s$", "", running.listing)
    classes = [re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in running.kinds]
    return tuple(noun for noun in (listed, *classes) if noun)


def identifier_of(obj: Any) -> str:
    """The name by which the provider itself knows an object."""
    return str(getattr(obj, "provider_resource_id", None) or obj.identifier)


async def objects_of(running: Running, fields: Mapping[str, Any] | None = None) -> list[Any]:
    """The provider's registered objects; where there are none, one that it lets us register.

    Args:
        running: The stack.
        fields: Plain data for fields of an object that is registered.
    """
    found = await _registered(running)
    for kind in () if found else running.kinds:
        for make in (partial(likely_object, fields=fields), smallest):
            with suppress(Exception):
                if await running.register(make(kind)) is None and (found := await _registered(running)):
                    return found
    return found


def likely_object(kind: Any, fields: Mapping[str, Any] | None = None) -> Any:
    """An object to register.

    Args:
        kind: Its class.
        fields: Plain data for its fields; those that the class does not have are left out.

    Raises:
        Exception: The class has no value for a field, or refuses one.
    """
    made = likely(kind, text=WORD)
    places = getattr(kind, "model_fields", {})
    sizes = {name: DIMENSION for name in places if name.endswith("dimension")}
    update = {**sizes, **{name: value for name, value in (fields or {}).items() if name in places}}
    return kind.model_validate({**dict(made), **update}) if update else made


async def _registered(running: Running) -> list[Any]:
    with suppress(Exception):
        return [obj for obj in await running.objects() if obj.provider_id == FIRST]
    return []
