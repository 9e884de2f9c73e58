"""Looking at classes without running their code: no ``__getattr__``, no metaclass, no descriptor is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Generic, Protocol

_MRO: Final = type.__dict__["__mro__"].__get__
_NAMESPACE: Final = type.__dict__["__dict__"].__get__
_BASES: Final = type.__dict__["__bases__"].__get__
_INSTANCE_DICT: Final = object.__getattribute__

MACHINERY: Final = frozenset({object, Protocol, Generic})
"""Classes that every protocol inherits and that declare nothing of its own."""


def mro(cls: type) -> tuple[type, ...]:
    """The classes in which attributes are looked up, whatever a metaclass says of itself."""
    found: tuple[type, ...] = _MRO(cls)
    return found


def namespace(cls: type) -> Mapping[str, Any]:
    """What the class statement of ``cls`` and later assignments put on the class itself."""
    found: Mapping[str, Any] = _NAMESPACE(cls)
    return found


def is_protocol(cls: type) -> bool:
    """Whether ``cls`` itself was declared a protocol: ``Protocol`` stands among its direct bases."""
    return Protocol in _BASES(cls)


def only_promises(cls: type) -> bool:
    """Whether ``cls`` brings no behaviour of its own: a protocol, or the machinery behind one."""
    return cls in MACHINERY or is_protocol(cls)


def is_of_pydantic(cls: type) -> bool:
    """Whether pydantic itself defines ``cls``: its hooks serve fields, never methods."""
    return str(namespace(cls).get("__module__", "")).startswith("pydantic.")


def definitions(cls: type, name: str) -> Iterator[tuple[type, Any]]:
    """Every class of the MRO that defines ``name``, with the raw value, in lookup order."""
    for owner in mro(cls):
        values = namespace(owner)
        if name in values:
            yield owner, values[name]


def overrides(cls: type, name: str) -> bool:
    """Whether a class of the MRO other than ``object`` defines the special method ``name``."""
    return any(owner is not object for owner, _ in definitions(cls, name))


def instance_values(instance: object) -> Mapping[str, Any]:
    """The instance's own attributes; empty where it has no ``__dict__`` (slots)."""
    try:
        found = _INSTANCE_DICT(instance, "__dict__")
    except AttributeError:
        return {}
    return found if isinstance(found, dict) else {}
