"""Look at a stranger's objects without running more of their code than must be.

A provider's objects may answer every attribute, lie about their class, or raise from
``__repr__``. What is here never raises for any of that.
"""

from __future__ import annotations

import reprlib
from typing import Any, Final

from provider_conformance.protocols.classes import by_name, class_module, class_name, class_title

__all__ = ["attribute", "class_module", "class_name", "class_title", "is_class", "short_repr", "text"]

_LIMIT: Final = 300


def is_class(value: object) -> bool:
    """Whether ``value`` really is a class, whatever its ``__class__`` says."""
    return issubclass(type(value), type)


def text(value: object, limit: int = _LIMIT) -> str:
    """``str(value)`` cut to a sensible length, or its type's name where that raises."""
    return _rendered(value, str, limit)


def short_repr(value: object) -> str:
    """``repr(value)``, shortened; the name where it has one, or its type's where the repr raises."""
    return by_name(value) or _rendered(value, reprlib.repr, _LIMIT)


def _rendered(value: object, render: Any, limit: int) -> str:
    try:
        shown = render(value)
    except KeyboardInterrupt:
        raise
    except BaseException:
        shown = None
    if type(shown) is str:
        return shown if len(shown) <= limit else f"{shown[:limit]}..."
    return f"<{class_title(type(value))} object>"


def attribute(value: object, name: str, default: Any = None) -> Any:
    """``getattr(value, name, default)`` for an object whose attribute access may raise anything."""
    try:
        return getattr(value, name, default)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return default
