"""Whether two default values are the same value, however they are spelled."""

from __future__ import annotations

from enum import Enum
from typing import Any

from provider_conformance.protocols.signature import SourceDefault


def same_default(promised: Any, real: Any) -> bool:
    """Compare two defaults by value; where that cannot be decided they count as the same.

    A default known only as source text is compared with another such text; against a live value
    nothing can be said. Objects without an equality of their own are compared by type and state.
    """
    if promised is real:
        return True
    if isinstance(promised, SourceDefault) or isinstance(real, SourceDefault):
        both = isinstance(promised, SourceDefault) and isinstance(real, SourceDefault)
        return not both or promised.text == real.text
    if isinstance(promised, bool) is not isinstance(real, bool):
        return False
    try:
        equal = promised == real
        if not isinstance(equal, bool):
            return _same_state(promised, real)  # an equality per element, as arrays have
    except Exception:  # the equality of somebody's class may raise anything; then state decides
        return _same_state(promised, real)
    return (
        equal or _both_nan(promised, real) or _same_enum_value(promised, real) or _same_state(promised, real)
    )


def _both_nan(promised: Any, real: Any) -> bool:
    return type(promised) is type(real) is float and promised != promised and real != real


def _same_enum_value(promised: Any, real: Any) -> bool:
    """A member of a string enum and its bare value reach the wire as the same text."""
    if isinstance(promised, Enum) is isinstance(real, Enum):
        return False
    member, value = (promised, real) if isinstance(promised, Enum) else (real, promised)
    return issubclass(type(member), str) and bool(member.value == value)


def _same_state(promised: Any, real: Any) -> bool:
    if type(promised) is not type(real):
        return False
    if "__eq__" in {name for owner in type(promised).__mro__[:-1] for name in vars(owner)}:
        return repr(promised) == repr(real)
    state = getattr(promised, "__dict__", None)
    return state is not None and bool(state == getattr(real, "__dict__", None))
