"""What an expression in a factory's source can stand for."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Union

from provider_conformance.package import loading, places
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import Opaque, definitions

if TYPE_CHECKING:
    import ast


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A live object: a module, a class, a function, a constant."""

    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """An object of exactly this class, not made yet."""

    cls: type


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A function with its first argument: a method."""

    function: FunctionType
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """A function defined within the one that is being read, with the names that it sees."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    names: dict[str, Values]


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """A tuple or list of which each place is known."""

    items: tuple[Values, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pending:
    """What a call of an ``async def`` gives before it is awaited."""

    result: Value


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """What the source does not tell, and why."""

    reason: str


Value = Union[Known, Instance, Bound, Local, Many, Pending, Unknown]  # noqa: UP007 - refers to itself
Values = tuple[Value, ...]
NONE = Known(None)


def distinct(values: Iterable[Value]) -> Values:
    """``values`` without those that say the same as an earlier one."""
    seen: dict[tuple[str, int], Value] = {}
    for value in values:
        seen.setdefault(_identity(value), value)
    return tuple(seen.values())


def _identity(value: Value) -> tuple[str, int]:
    match value:
        case Known(inner):
            return "known", id(inner)
        case Instance(cls):
            return "instance", id(cls)
        case Unknown(reason):
            return "unknown", hash(reason)
        case Pending(result):
            kind, number = _identity(result)
            return f"pending {kind}", number
        case _:
            return "other", id(value)


def known(value: Any) -> Value:
    """A live object, or a stand-in; Unknown where the source does not tell which."""
    return Unknown(f"something unknown: {value.reason}") if isinstance(value, Opaque) else Known(value)


def attribute(value: Value, name: str) -> Value:
    """What ``value.name`` stands for; nothing of the provider's is called."""
    match value:
        case Instance(cls):
            return _of_instance(cls, name, value)
        case Known(inner) if careful.is_class(inner):
            return _of_class(inner, name, value)
        case Known(inner) if issubclass(type(inner), ModuleType):
            return _of_module(inner, name)
        case Known(inner):
            found = careful.attribute(inner, name, loading.ABSENT)
            return Unknown(f"`{name}` is not there") if found is loading.ABSENT else known(found)
        case Unknown():
            return value
        case _:
            return Unknown(f"`.{name}` of what has no attributes that are known")


def _of_module(module: ModuleType, name: str) -> Value:
    found = loading.member(module, name)
    if found.error is None and found.value is not loading.ABSENT:
        return known(found.value)
    full = f"{vars(module).get('__name__')}.{name}"
    inner = loading.loaded(full)
    return known(inner) if inner is not None else Unknown(f"`{full}` is not there")


def _static_member(cls: type, name: str) -> Any:
    return next((raw for _, raw in definitions(cls, name)), loading.ABSENT)


def _of_class(cls: type, name: str, value: Value) -> Value:
    found = _static_member(cls, name)
    if found is loading.ABSENT:
        return Unknown(f"`{careful.class_name(cls)}.{name}` is not there")
    if type(found) is classmethod:
        return _bind(found.__func__, value)
    return Known(found.__func__) if type(found) is staticmethod else known(found)


def _of_instance(cls: type, name: str, value: Value) -> Value:
    found = _static_member(cls, name)
    if type(found) is classmethod:
        return _bind(found.__func__, Known(cls))
    if type(found) is staticmethod:
        return Known(found.__func__)
    if callable(found) and places.plain_function(found) is not None:
        return _bind(found, value)
    return Unknown(f"the value of `{careful.class_name(cls)}().{name}`")


def _bind(function: Any, receiver: Value) -> Value:
    plain = places.plain_function(function)
    return Bound(plain, receiver) if plain is not None else Unknown("a method without source")


def members(value: Value) -> Values | None:
    """The values of a live dictionary, None for anything else."""
    if isinstance(value, Known) and type(value.value) is dict:
        return tuple(known(item) for item in value.value.values())
    return None


def partial(value: Any) -> Any:
    """The function behind ``functools.partial`` objects, ``value`` itself where it is none."""
    return partial(value.func) if isinstance(value, functools.partial) else value


def joined(ends: Sequence[dict[str, Values]]) -> dict[str, Values]:
    """The names behind several ways of which one was taken."""
    names = dict.fromkeys(name for end in ends for name in end)
    return {name: distinct(value for end in ends for value in end.get(name, ())) for name in names}


def part(value: Values, index: int, count: int) -> Values:
    """What one of ``count`` targets gets of a value that is unpacked."""
    parts = [
        single.items[index] for single in value if isinstance(single, Many) and len(single.items) == count
    ]
    found = tuple(item for part in parts for item in part)
    return found or (Unknown("a part of something unknown"),)


def elements(value: Values) -> Values:
    """What a loop over a value meets."""
    many = [item for single in value if isinstance(single, Many) for part in single.items for item in part]
    return tuple(many) or (Unknown("an element of something unknown"),)
