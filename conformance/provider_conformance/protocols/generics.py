"""What the type variables of a generic protocol stand for, in the protocol and in each of its bases."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Final, Generic, Protocol, Union, get_args, get_origin

from provider_conformance.protocols import classes

Meanings = Mapping[str, Any]
"""Names of type variables, and what they stand for: themselves where nothing was given for them."""

_SPECIAL: Final = (Generic, Protocol)


def class_of(protocol: Any) -> Any:
    """The class of a protocol that may be given with its arguments: ``Store`` of ``Store[int]``."""
    origin = get_origin(protocol)
    return protocol if origin in (None, Union, UnionType) else origin


def meanings(protocol: Any) -> dict[type, Meanings]:
    """What the type variables of a protocol and of its bases stand for.

    Args:
        protocol: A class, or a generic one with its arguments.

    Returns:
        For each class along the bases the meanings of its own variables, by their names.
    """
    found: dict[type, Meanings] = {}
    _enter(class_of(protocol), get_args(protocol), found)
    return found


def _enter(cls: Any, arguments: tuple[Any, ...], found: dict[type, Meanings]) -> None:
    parameters = _parameters(cls)
    given = dict(zip(parameters, arguments, strict=False)) if len(parameters) == len(arguments) else {}
    found.setdefault(cls, {p.__name__: given.get(p, p) for p in parameters})
    for base in classes.namespace(cls).get("__orig_bases__", cls.__bases__):
        origin = class_of(base)
        if origin not in _SPECIAL and issubclass(type(origin), type):
            _enter(origin, tuple(filled(argument, given) for argument in get_args(base)), found)


def filled(annotation: Any, given: Mapping[Any, Any]) -> Any:
    """An annotation with type variables replaced by what is given for them."""
    parameters = () if isinstance(annotation, type) else getattr(annotation, "__parameters__", ())
    if not parameters:
        return given.get(annotation, annotation) if _is_variable(annotation) else annotation
    try:
        return annotation[tuple(given.get(parameter, parameter) for parameter in parameters)]
    except TypeError:  # it holds what cannot be filled in one by one: ``*Ts``, ``**P``
        return annotation


def _is_variable(annotation: Any) -> bool:
    return type(annotation).__module__ == "typing" and hasattr(annotation, "__constraints__")


def own_meanings(cls: type | None) -> Meanings:
    """The type variables of an implementation's classes, none of which says more than its bound."""
    if cls is None:
        return {}
    return {parameter.__name__: parameter for base in classes.mro(cls) for parameter in _parameters(base)}


def _parameters(cls: type) -> tuple[Any, ...]:
    found = classes.namespace(cls).get("__parameters__", ())
    return found if type(found) is tuple else ()
