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

_NO_MEMBERS: Final = (type(None), bool, int, float, str, bytes, type(...), list, tuple, dict, set, frozenset)

Pairs = frozenset[tuple[int, int]]


def same_default(promised: Any, real: Any, compared: Pairs = frozenset()) -> bool:
    """Compare two defaults by value; where that cannot be decided they count as the same.

    A default known only as source text is compared with another such text and with members of
    enumerations; see :func:`undecided` for what that leaves open. Objects without an equality of
    their own are compared by type and state. ``compared`` holds the pairs further out, so that
    objects which contain themselves come to an end.
    """
    if promised is real or (id(promised), id(real)) in compared:
        return True
    if _is(promised, SourceDefault) or _is(real, SourceDefault):
        return _same_source(promised, real) is not False
    if _is(promised, bool) is not _is(real, bool):
        return False
    if _equal(promised, real) or _same_text(promised, real):
        return True
    if type(promised) is not type(real) or _is(promised, _BY_IDENTITY):
        return False
    try:
        return _same_state(promised, real, compared | {(id(promised), id(real))})
    except Exception:  # nested too deeply, or its state cannot be read
        return True


def undecided(promised: Any, real: Any) -> bool:
    """Whether source text leaves open if two defaults are the same."""
    from_source = _is(promised, SourceDefault) or _is(real, SourceDefault)
    return from_source and _same_source(promised, real) is None


def _same_source(promised: Any, real: Any) -> bool | None:
    """Compare by text, or as members of one enumeration; None where that decides nothing."""
    texts = [value.text if _is(value, SourceDefault) else None for value in (promised, real)]
    if texts[0] == texts[1]:
        return True
    members = [_member(value) for value in (promised, real)]
    if any(members) and any(type(value) in _NO_MEMBERS for value in (promised, real)):
        return False  # a member that is a text or a number itself is known by its value
    of_one = all(members) and len({name.rpartition(".")[0] for name in members}) == 1
    return members[0] == members[1] if of_one else None


def _member(value: Any) -> str:
    if _is(value, Enum):
        return f"{type(value).__module__}.{type(value).__qualname__}.{value.name}"
    return value.member if _is(value, SourceDefault) else ""


def _is(value: Any, kinds: Any) -> bool:
    """Like isinstance, without asking the value for its ``__class__``, which may raise."""
    return issubclass(type(value), kinds)


def _equal(promised: Any, real: Any) -> bool:
    try:
        return (promised == real) is True
    except Exception:  # the equality of somebody's class may raise anything; then state decides
        return False


def _same_text(promised: Any, real: Any) -> bool:
    """A member of a string enum and its bare value reach the wire as the same text."""
    values = [v.value if _is(v, Enum) and _is(v, str) else v for v in (promised, real)]
    return all(type(value) is str for value in values) and values[0] == values[1]


def _same_state(promised: Any, real: Any, compared: Pairs) -> bool:
    if _is(promised, float):
        return bool(promised != promised and real != real)  # neither is a number
    if _is(promised, dict):
        return promised.keys() == real.keys() and all(
            same_default(value, real[key], compared) for key, value in promised.items()
        )
    if _is(promised, (list, tuple)):
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
