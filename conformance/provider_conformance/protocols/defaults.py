"""Whether two default values are the same value, however they are spelled."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from provider_conformance.protocols import classes
from provider_conformance.protocols.signature import SourceDefault

_BY_IDENTITY: Final = (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType, Enum)

Pairs = frozenset[tuple[int, int]]


def same_default(promised: Any, real: Any, compared: Pairs = frozenset()) -> bool:
    """Compare two defaults by value; where that cannot be decided they count as the same.

    A default known only as source text is compared with another such text; against a live value
    nothing can be said. Objects without an equality of their own are compared by type and state.
    ``compared`` holds the pairs further out, so that objects which contain themselves come to an end.
    """
    if promised is real or (id(promised), id(real)) in compared:
        return True
    if isinstance(promised, SourceDefault) or isinstance(real, SourceDefault):
        both = isinstance(promised, SourceDefault) and isinstance(real, SourceDefault)
        return not both or promised.text == real.text
    if isinstance(promised, bool) is not isinstance(real, bool):
        return False
    if _equal(promised, real) or _same_text(promised, real):
        return True
    if type(promised) is not type(real) or isinstance(promised, _BY_IDENTITY):
        return False
    return _same_state(promised, real, compared | {(id(promised), id(real))})


def _equal(promised: Any, real: Any) -> bool:
    try:
        equal = promised == real
        return isinstance(equal, bool) and equal
    except Exception:  # the equality of somebody's class may raise anything; then state decides
        return False


def _same_text(promised: Any, real: Any) -> bool:
    """A member of a string enum and its bare value reach the wire as the same text."""
    values = [v.value if isinstance(v, Enum) and isinstance(v, str) else v for v in (promised, real)]
    return all(type(value) is str for value in values) and values[0] == values[1]


def _same_state(promised: Any, real: Any, compared: Pairs) -> bool:
    if isinstance(promised, float):
        return promised != promised and real != real  # neither is a number
    if isinstance(promised, dict):
        return promised.keys() == real.keys() and all(
            same_default(value, real[key], compared) for key, value in promised.items()
        )
    if isinstance(promised, list | tuple):
        return len(promised) == len(real) and all(
            same_default(a, b, compared) for a, b in zip(promised, real, strict=True)
        )
    if _has_an_equality_of_its_own(promised):
        return False
    states = [_state(value) for value in (promised, real)]
    return same_default(states[0], states[1], compared)


def _has_an_equality_of_its_own(value: Any) -> bool:
    """Whether a False of ``==`` is to be believed: not where it was generated from fields, or raises."""
    if dataclasses.is_dataclass(value) or any(classes.is_of_pydantic(c) for c in classes.mro(type(value))):
        return False
    if not classes.overrides(type(value), "__eq__"):
        return False
    try:
        return isinstance(value == value, bool)  # does its equality answer at all?
    except Exception:  # it does not
        return False


def _state(value: Any) -> Mapping[str, Any]:
    state = dict(classes.instance_values(value))
    for owner in classes.mro(type(value)):
        slots = classes.namespace(owner).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__"):
                state[name] = getattr(value, name, None)
    return state
