"""Calls and attributes of values that stand in for a program's: only what comes with Python is ever run."""

from __future__ import annotations

import abc
import asyncio
import collections
import contextlib
import dataclasses
import enum
import functools
import inspect
import types
import typing
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final

import typing_extensions

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.classes import Opaque
from provider_conformance.source import special

PURE: Final[frozenset[Any]] = frozenset(
    {
        str, int, float, bool, bytes, list, tuple, dict, set, frozenset, len, range, enumerate, zip, object,
        typing.TypeVar, typing.ParamSpec, enum.auto, collections.OrderedDict,
        types.SimpleNamespace,
    }
)  # fmt: skip
"""What computes something of data and calls nothing."""

KEEPING: Final[frozenset[Any]] = frozenset(
    {
        property, staticmethod, classmethod, functools.partial, functools.partialmethod,
        functools.cached_property, functools.singledispatchmethod, functools.wraps, functools.update_wrapper,
        functools.lru_cache, functools.cache, abc.abstractmethod, contextlib.contextmanager,
        contextlib.asynccontextmanager, dataclasses.dataclass, dataclasses.field, typing.overload,
        typing.final, typing.no_type_check, typing.runtime_checkable, typing.override
        if hasattr(typing, "override")
        else typing.final,
        inspect.signature, inspect.Signature, inspect.Parameter,
        typing_extensions.runtime_checkable, typing_extensions.override, typing_extensions.final,
        typing_extensions.overload, typing_extensions.deprecated,
        types.coroutine, types.MethodType, inspect.iscoroutinefunction, inspect.isfunction,
        inspect.isasyncgenfunction, asyncio.iscoroutinefunction, callable,
    }
)  # fmt: skip
"""What takes functions and classes, and calls none of them."""

_PLAIN: Final = (str, int, float, bool, bytes, type(None), type(...))
_CONTAINERS: Final = (list, tuple, dict, set, frozenset)
_METHODS: Final = (str, list, tuple, dict, set, frozenset, types.MappingProxyType)
_READ: Final = (*_METHODS, functools.partial, inspect.Signature, inspect.Parameter)
_EMPTY: Final[tuple[dict[Any, Any], ...]] = ({}, collections.OrderedDict())
_VIEWS: Final = tuple(type(view) for kind in _EMPTY for view in (kind.keys(), kind.values(), kind.items()))


@dataclass(frozen=True, slots=True)
class NoMember(Opaque):
    """A member that an enumeration does not have: whoever names it gets an AttributeError."""

    owner: Any = None
    name: str = ""
    place: Location | None = None

    def error(self) -> AttributeError:
        """What naming it raises."""
        message = f"type object {self.owner.__name__!r} has no attribute {self.name!r}"
        error: Any = AttributeError(message, name=self.name, obj=self.owner)
        error.source_place = self.place
        raised: AttributeError = error
        return raised


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call."""

    positional: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)

    def after(self, receiver: Any) -> Arguments:
        """The same arguments behind a method's first one."""
        return Arguments((receiver, *self.positional), self.keywords)

    @property
    def all(self) -> tuple[Any, ...]:
        """Every argument."""
        return (*self.positional, *self.keywords.values())


CallBack = Callable[[Any, Arguments], Any]


def is_plain(value: Any) -> bool:
    """Whether ``value`` is data of a kind whose truth and equality run nobody's code."""
    return type(value) in _PLAIN or (type(value) in _CONTAINERS and is_data(value))


def is_data(value: Any) -> bool:
    """Whether ``value`` consists of plain data only."""
    if type(value) is dict:
        return all(is_data(key) and is_data(inner) for key, inner in value.items())
    if type(value) in (*_CONTAINERS, *_VIEWS) or isinstance(value, tuple):
        return all(map(is_data, value))
    return type(value) in _PLAIN or isinstance(value, enum.Enum | inspect.Parameter | inspect.Signature)


def is_stand_in(value: Any) -> bool:
    """Whether ``value`` is a class, a function or an object made from source."""
    if isinstance(value, MethodType):
        return is_stand_in(value.__func__)
    if isinstance(value, FunctionType):
        return type(value.__globals__) is not dict  # but a namespace of ours
    cls = value if issubclass(type(value), type) else type(value)
    return any(classes.PLACE in classes.namespace(base) for base in classes.mro(cls))


def safely(compute: Callable[[], Any], shown: str) -> Any:
    """The result of ``compute``, Opaque where it raises."""
    try:
        return compute()
    except Exception as error:  # what a wrong argument raises
        return Opaque(f"`{shown}` raises {type(error).__name__}")


def of_python(function: Any, arguments: Arguments, shown: str) -> Any:
    """Call what comes with Python, if it is known to run nothing of the provider's."""
    if not _may_be_called(function, arguments):
        return Opaque(f"`{shown}` is computed")
    unknown = next((value for value in arguments.all if isinstance(value, Opaque)), None)
    if unknown is not None:
        return unknown
    with _at_home(arguments.all) as names:
        made = safely(lambda: function(*arguments.positional, **arguments.keywords), shown)
        if is_stand_in(made) and isinstance(made, type):
            names.setdefault(made, next(iter(names.values()), made.__module__))
    return made


@contextlib.contextmanager
def _at_home(values: Iterable[Any]) -> Iterator[dict[type, str]]:
    """Let classes be of a module that is imported: some decorators look into it, empty as it is."""
    names = {value: value.__module__ for value in values if isinstance(value, type) and is_stand_in(value)}
    for cls in names:
        type.__setattr__(cls, "__module__", special.__name__)
    try:
        yield names
    finally:
        for cls, name in names.items():
            type.__setattr__(cls, "__module__", name)


def _may_be_called(function: Any, arguments: Arguments) -> bool:
    if _known(function, KEEPING) or _hands_on(function):
        return True
    if not all(map(is_data, arguments.all)):
        return _is_method(function, list) and function.__name__ in ("append", "extend", "insert")
    return _known(function, PURE) or any(_is_method(function, kind) for kind in _METHODS)


def _known(function: Any, among: frozenset[Any]) -> bool:
    return any(function is candidate for candidate in among)


def _hands_on(function: Any) -> bool:
    """What the functions of KEEPING return to be called next: ``wraps(f)(g)``, ``lru_cache(8)(f)``."""
    if type(function) is functools.partial:
        return function.func is functools.update_wrapper
    owner = getattr(function, "__module__", "")
    name = getattr(function, "__qualname__", "")
    if isinstance(getattr(function, "__self__", None), property) or isinstance(function, _SPANS):
        return True
    if getattr(function, "__code__", None) in _SPAN_CODES:
        # making the manager makes a generator, which runs nothing yet
        return inspect.isgeneratorfunction(function.__wrapped__) or inspect.isasyncgenfunction(
            function.__wrapped__
        )
    return owner in ("functools", "dataclasses") and name in (
        "lru_cache.<locals>.decorating_function",
        "dataclass.<locals>.wrap",
    )


@contextlib.contextmanager
def _span() -> Iterator[None]:
    yield


@contextlib.asynccontextmanager
async def _async_span() -> AsyncIterator[None]:
    yield


_SPANS: Final = (contextlib.ContextDecorator, contextlib.AsyncContextDecorator)
_SPAN_CODES: Final = (_span.__code__, _async_span.__code__)


def _is_method(function: Any, kind: type) -> bool:
    return type(getattr(function, "__self__", None)) is kind


def bound(function: Any, receiver: Any) -> Any:
    """A method: what a class holds, bound to an instance."""
    return MethodType(function, receiver) if callable(function) else Opaque("it is no method")


def attribute(owner: Any, name: str, call: CallBack) -> Any:
    """``owner.name``; a property's getter is read, not run."""
    if isinstance(owner, ModuleType):
        return _of_module(owner, name)
    if issubclass(type(owner), type):
        return _of_class(owner, name)
    if is_stand_in(owner) and not isinstance(owner, FunctionType):
        return _of_instance(owner, name, call)
    if isinstance(owner, FunctionType | MethodType | property) or type(owner) in _READ:
        return safely(lambda: getattr(owner, name), name)
    if isinstance(owner, enum.Enum) and name in ("value", "name"):
        return getattr(owner, name)
    return Opaque(f"`.{name}` of a {type(owner).__name__} is computed")


def _of_module(module: ModuleType, name: str) -> Any:
    try:
        return getattr(module, name)
    except AttributeError:
        return Opaque(f"`{module.__name__}` has no `{name}`")


def _of_class(cls: Any, name: str) -> Any:
    if name in ("__name__", "__qualname__", "__module__", "__dict__", "__mro__"):
        return dict(classes.namespace(cls)) if name == "__dict__" else getattr(cls, name)
    for owner, raw in classes.definitions(cls, name):
        if isinstance(raw, enum.Enum):
            return raw
        return _unwrapped(raw, cls) if is_stand_in(owner) else safely(lambda: getattr(cls, name), name)
    if not isinstance(cls, enum.EnumType):
        return Opaque(f"`{cls.__name__}` has no `{name}`")
    members = classes.namespace(cls).get("_member_map_", {})
    return members.get(name) or NoMember(f"`{cls.__name__}` has no member `{name}`", cls, name)


def _unwrapped(raw: Any, cls: type) -> Any:
    if isinstance(raw, classmethod):
        return bound(raw.__func__, cls)
    return raw.__func__ if isinstance(raw, staticmethod) else raw


def _of_instance(owner: Any, name: str, call: CallBack) -> Any:
    own = classes.instance_values(owner)
    if name in own:
        return own[name]
    for _, raw in classes.definitions(type(owner), name):
        if isinstance(raw, property):
            return call(raw.fget, Arguments((owner,)))
        if isinstance(raw, FunctionType):
            return bound(raw, owner)
        return _unwrapped(raw, type(owner))
    return Opaque(f"`.{name}` is set somewhere else")


def set_attribute(owner: Any, name: str, value: Any) -> None:
    """``owner.name = value`` for stand-ins; whatever else there is stays as it is."""
    if not is_stand_in(owner) or (name.startswith("__") and name not in _SETTABLE):
        return
    try:
        if issubclass(type(owner), type):
            type.__setattr__(owner, name, value)
        else:
            object.__setattr__(owner, name, value)
    except Exception:  # noqa: S110 - slots, or a name that Python keeps to itself
        pass


_SETTABLE: Final = frozenset(
    {"__defaults__", "__kwdefaults__", "__wrapped__", "__signature__", "__name__", "__qualname__", "__doc__"}
)
