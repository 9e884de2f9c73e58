"""Looking at classes without running their code: no ``__getattr__``, no metaclass, no descriptor is asked."""

from __future__ import annotations

import sys
from abc import ABC
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import AsyncGeneratorType, BuiltinFunctionType, CoroutineType, FunctionType, ModuleType
from typing import Any, Final, Generic, Protocol

_MRO: Final = type.__dict__["__mro__"].__get__
_NAMESPACE: Final = type.__dict__["__dict__"].__get__
_BASES: Final = type.__dict__["__bases__"].__get__
_NAME: Final = type.__dict__["__name__"].__get__
_QUALNAME: Final = type.__dict__["__qualname__"].__get__
_INSTANCE_DICT: Final = object.__getattribute__

MACHINERY: Final = frozenset({object, Protocol, Generic})
"""Classes that every protocol inherits and that declare nothing of its own."""


PLACE: Final = "__source_place__"
"""Where a class that was made from source text keeps the path and line of its class statement."""

NO_ORDER: Final = "__source_no_order__"
"""Marks a stand-in for a class whose bases have no common order: its statement raises TypeError."""
ANYTHING: Final = "__source_anything__"
"""Where a class of which not everything could be read keeps the reason, as an :class:`Opaque`."""


OF_THE_TYPE: Final = frozenset(
    {"__call__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__get__", "__set__", "__delete__"}
).union(
    name
    for kind in (int, float, complex, str, bytes, list, dict, set, CoroutineType, AsyncGeneratorType)
    for name in dir(kind)
    if name.startswith("__")
)
"""Special methods that Python looks up on the type of an object, past what the object itself has."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Stands for a value that source text does not tell, and says why."""

    reason: str


def mro(cls: type) -> tuple[type, ...]:
    """The classes in which attributes are looked up, whatever a metaclass says of itself."""
    found: tuple[type, ...] = _MRO(cls)
    return found


def namespace(cls: type) -> Mapping[str, Any]:
    """What the class statement of ``cls`` and later assignments put on the class itself."""
    found: Mapping[str, Any] = _NAMESPACE(cls)
    return found


def class_name(cls: type) -> str:
    """The name of ``cls`` as its author wrote it."""
    return str(_NAME(cls))


def class_module(cls: type) -> str:
    """The module that ``cls`` says it was defined in, "" where that is no text."""
    module = namespace(cls).get("__module__", "builtins")
    return module if type(module) is str else ""


def class_qualname(cls: type) -> str:
    """The name of ``cls`` with those of the classes and functions around it."""
    return str(_QUALNAME(cls))


def class_title(cls: type) -> str:
    """``module.Class``; builtins without their module."""
    module, qualname = class_module(cls), class_qualname(cls)
    return qualname if module in ("", "builtins") else f"{module}.{qualname}"


def by_name(value: object) -> str:
    """What a module, a class, a function or a member of an enumeration is called; "" for all else.

    Their reprs show addresses and paths, which differ from run to run.
    """
    kind = type(value)
    if issubclass(kind, type):
        return f"the class `{class_name(value)}`"  # type: ignore[arg-type]
    if issubclass(kind, Enum):
        return f"{class_name(kind)}.{value.name}"  # type: ignore[attr-defined]
    if kind in (ModuleType, FunctionType, BuiltinFunctionType):
        return f"the {'module' if kind is ModuleType else 'function'} `{value.__name__}`"  # type: ignore[attr-defined]
    return ""


def is_protocol(cls: type) -> bool:
    """Whether ``cls`` itself was declared a protocol: ``Protocol`` stands among its direct bases."""
    return Protocol in _BASES(cls)


def is_abstract_base(cls: type) -> bool:
    """Whether ``cls`` derives from ``ABC`` itself, or leaves methods abstract, and is no protocol."""
    left = namespace(cls).get("__abstractmethods__")
    return not is_protocol(cls) and (ABC in _BASES(cls) or bool(left))


def is_abstract(raw: Any) -> bool:
    """Whether a value of a class body was marked by ``@abstractmethod``."""
    return getattr(raw, "__isabstractmethod__", False) is True


def is_special(name: str) -> bool:
    """Whether a method has a name that Python keeps for itself: ``__len__``, ``__call__``."""
    return len(name) > 4 and name.startswith("__") and name.endswith("__")


def only_promises(cls: type) -> bool:
    """Whether ``cls`` brings no behaviour of its own: a protocol, or the machinery behind one."""
    return cls in MACHINERY or is_protocol(cls)


def is_of_pydantic(cls: type) -> bool:
    """Whether pydantic itself defines ``cls``: its hooks serve fields, never methods."""
    return str(namespace(cls).get("__module__", "")).startswith("pydantic.")


def files_of(cls: type) -> Iterator[str]:
    """The source files of ``cls``: its module; where that is not its home, where its functions are."""
    place = namespace(cls).get(PLACE)
    if type(place) is tuple:
        yield str(place[0])
    module = sys.modules.get(str(namespace(cls).get("__module__", "")))
    yield str(getattr(module, "__file__", None) or "")
    named = vars(module) if module is not None else namespace(cls)
    if named.get(class_name(cls)) is cls:
        return
    for value in namespace(cls).values():
        if type(value) is FunctionType:
            *_, parent, _ = ("", *value.__code__.co_qualname.split("."))
            if parent not in ("", "<locals>"):  # from a class body, not made by a decorator
                yield value.__code__.co_filename


def model_fields(cls: type) -> Mapping[str, Any]:
    """The fields of a pydantic model; empty for other classes."""
    for owner in mro(cls):
        for name in ("__pydantic_fields__", "model_fields"):  # the second in releases before 2.10
            fields = namespace(owner).get(name)
            if type(fields) is dict:
                return fields
    return {}


def definitions(cls: type, name: str) -> Iterator[tuple[type, Any]]:
    """Every class of the MRO that defines ``name``, with the raw value, in lookup order."""
    for owner in _MRO(cls):  # the hottest loop there is: no calls that can be spared
        values = _NAMESPACE(owner)
        if name in values:
            yield owner, values[name]
        elif ANYTHING in values:
            yield owner, values[ANYTHING]


def opacity(cls: type) -> str:
    """Why not everything of ``cls`` could be read, "" where it was."""
    reasons = (namespace(base)[ANYTHING].reason for base in mro(cls) if ANYTHING in namespace(base))
    return str(next(reasons, ""))


def abstract_left(cls: type) -> dict[str, type]:
    """What keeps a class from being made: its abstract members, each with the class that declares it.

    A member is left out where a class that could not be read may implement it.
    """
    left: dict[str, type] = {}
    for name in sorted(namespace(cls).get("__abstractmethods__", ())):
        owner, raw = next(definitions(cls, name), (object, None))
        if is_abstract(raw):
            left[name] = owner
    return left


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
