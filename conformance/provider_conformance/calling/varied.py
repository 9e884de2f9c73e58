"""Other valid configurations than a given one: one field changed at a time, as its class declares it."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel

from provider_conformance.neighbours.smallest import validated

_MARK: Final = "conformance"
OUTWARD: Final = re.compile(
    r"path|dir|file|folder|url|uri|host|endpoint|key|token|secret|password|cert", re.I
)
"""Names of fields that lead out of the provider: what stands there is not made up."""


@dataclass(frozen=True, slots=True)
class Variation:
    """A configuration with another value in one field.

    Attributes:
        field: The field.
        value: Its value.
        names: The identifiers of the objects that stand in the field, where it holds some; else empty.
        before: Those that stood there.
        made_up: Whether the value is one of very many, and may mean nothing: a path, a text, an object.
    """

    field: str
    value: Any
    names: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    made_up: bool = False

    def of(self, config: Any) -> Any:
        """``config`` with this value; it is validated.

        Raises:
            Exception: Whatever validation raises.
        """
        return validated(type(config), {**values_of(config), self.field: self.value})


def values_of(config: BaseModel) -> dict[str, Any]:
    """The values of a configuration's fields; whoever asks for a deprecated one by its name is warned."""
    return {name: vars(config)[name] for name in type(config).model_fields}


def variations(config: Any) -> Iterator[Variation]:
    """A valid variation for each field that has one; those that hold objects come first.

    Args:
        config: A configuration; nothing is made of what is no pydantic model.
    """
    if not isinstance(config, BaseModel):
        return
    fields, values = type(config).model_fields, values_of(config)
    for name in sorted(fields, key=lambda name: not _objects(values[name])):
        value = values[name]
        if leads_out(name, value):
            continue
        for other in _others(value, fields[name].annotation):
            found = Variation(name, other, _names(other), _names(value))
            if is_valid(found, config):
                yield found
                break


def leads_out(name: str, value: Any) -> bool:
    """Whether a field leads out of the provider: its name says so, or the text that stands there."""
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(t, str) and (OUTWARD.search(name) or re.search(r"[/\\:]", t)) for t in texts)


def is_valid(variation: Variation, config: Any) -> bool:
    """Whether the class takes a configuration with that value, and it is another one."""
    try:
        return bool(variation.of(config) != config)
    except Exception:
        return False


def _objects(value: Any) -> list[Any]:
    """The objects in a value that have an identifier."""
    several = value if isinstance(value, list | tuple) else [value]
    return [item for item in several if isinstance(item, BaseModel) and hasattr(item, "identifier")]


def _names(value: Any) -> tuple[str, ...]:
    return tuple(str(item.identifier) for item in _objects(value))


def _others(value: Any, annotation: Any) -> Iterator[Any]:
    """Other values of a field, likely ones first."""
    if objects := _objects(value):
        renamed = [o.model_copy(update={"identifier": f"{o.identifier}-{_MARK}"}, deep=True) for o in objects]
        yield renamed if isinstance(value, list | tuple) else renamed[0]
    elif isinstance(value, enum.Enum):
        yield from (member for member in type(value) if member is not value)
    elif listed := choices(annotation):
        yield from (choice for choice in listed if choice != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value * 2)
    elif isinstance(value, str):
        yield from (f"{value} {_MARK}", f"{value}-{_MARK}", _MARK)
    elif isinstance(value, list) and all(isinstance(item, str) for item in value):
        yield [*value, _MARK]


def choices(annotation: Any) -> tuple[Any, ...]:
    """The values that an annotation lists."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(choice for part in get_args(annotation) for choice in choices(part))
