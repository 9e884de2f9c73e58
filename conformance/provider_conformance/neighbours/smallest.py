"""The smallest value of an annotation: what a stand-in answers, and what a call is made with first.

Nothing is searched for: the same annotation gives an equal value every time, in microseconds to
milliseconds, and without hypothesis.
"""

from __future__ import annotations

import abc
import collections
import dataclasses
import datetime
import decimal
import enum
import inspect
import io
import ipaddress
import math
import operator
import pathlib
import re
import types
import typing
import uuid
import warnings
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import suppress
from typing import Any, Final, Generic, Literal, TypeVar, Union

from provider_conformance.errors import NoValueError
from provider_conformance.protocols.annotated import Wanted, hints, wanted
from provider_conformance.protocols.classes import definitions, is_protocol

T = TypeVar("T")

WORD: Final = "conformance"
"""What texts say where somebody is to read them."""
_DEPTH: Final = 8
_EPOCH: Final = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
_TEXTS: Final = ("", "a", "a/b", "1", "2000-01-01", "http://localhost/", f"pmpt_{0:048}")
"""Texts that the usual patterns of identifiers and addresses accept."""
_SIMPLE: Final[Mapping[Any, Callable[[], Any]]] = {
    Any: lambda: None,
    object: lambda: None,
    types.NoneType: lambda: None,
    bool: lambda: False,
    complex: lambda: 0j,
    bytearray: bytearray,
    datetime.datetime: lambda: _EPOCH,
    datetime.date: _EPOCH.date,
    datetime.time: _EPOCH.time,
    datetime.timedelta: datetime.timedelta,
    decimal.Decimal: decimal.Decimal,
    uuid.UUID: lambda: uuid.UUID(int=0),
    pathlib.Path: pathlib.Path,
    pathlib.PurePath: pathlib.PurePath,
    ipaddress.IPv4Address: lambda: ipaddress.IPv4Address(0),
    ipaddress.IPv6Address: lambda: ipaddress.IPv6Address(0),
    re.Pattern: lambda: re.compile(""),
    typing.BinaryIO: io.BytesIO,
    typing.TextIO: io.StringIO,
    typing.IO: io.BytesIO,
    io.BytesIO: io.BytesIO,
    type: lambda: object,
}
_LISTS: Final[Mapping[Any, Callable[[list[Any]], Any]]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
}
_MAPPINGS: Final = (
    dict,
    collections.OrderedDict,
    collections.abc.Mapping,
    collections.abc.MutableMapping,
)
_AWAITABLE: Final = (collections.abc.Awaitable, collections.abc.Coroutine)
STREAMS: Final = (
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
)


class Ready(Generic[T]):
    """An awaitable whose result is there; unlike a coroutine it may be left alone or awaited twice."""

    def __init__(self, value: T) -> None:
        self.value = value

    def __await__(self) -> Generator[None, None, T]:
        yield from ()
        return self.value


class Stream(Generic[T]):
    """An asynchronous iterator over values that are there; it can be closed at any time."""

    def __init__(self, values: list[T]) -> None:
        self._values = values

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        if not self._values:
            raise StopAsyncIteration
        return self._values.pop(0)

    async def aclose(self) -> None:
        """Yield nothing more."""
        self._values = []


def smallest(annotation: Any) -> Any:
    """A value that fits an annotation, as small as can be.

    Args:
        annotation: As ``typing.get_type_hints`` gives it, of a parameter or of a result. A model gets what it
            requires and no more; of a union the first member for which there is a value, ``None`` before
            all others; an ``Awaitable`` gives an awaitable, an ``AsyncIterator`` a stream of one value.

    Raises:
        NoValueError: There is none; the message names the annotation.
    """
    return _smallest(annotation, _Size())


def likely(annotation: Any, *, text: str) -> Any:
    """A small value as a caller would really send it: a list has one item, a text says something.

    Args:
        annotation: As for :func:`smallest`.
        text: What texts say where the annotation does not limit them.

    Raises:
        NoValueError: There is none; the message names the annotation.
    """
    return _smallest(annotation, _Size(items=1, number=1, text=text))


@dataclasses.dataclass(frozen=True, slots=True)
class _Size:
    """How large a value is to be: items of a list, the number and text to begin with, and how deep yet."""

    items: int = 0
    number: int = 0
    text: str = ""
    depth: int = _DEPTH

    @property
    def inner(self) -> _Size:
        """That of a value within the value."""
        return dataclasses.replace(self, depth=self.depth - 1)


def _smallest(annotation: Any, size: _Size) -> Any:
    if size.depth < 0:
        raise NoValueError(annotation, "it contains itself without end")
    kind = wanted(annotation)
    if _is_hashable(kind.form) and kind.form in _SIMPLE:
        return _SIMPLE[kind.form]()
    for make in (_of_form, _number_or_text, _container, _class):
        found = make(kind, size.inner)
        if found is not _NONE:
            return found
    raise NoValueError(annotation)


_NONE: Final = object()
"""Says that a maker knows nothing of a kind; ``None`` is a value."""


def _is_hashable(form: Any) -> bool:
    return getattr(form, "__hash__", None) is not None


def _of_form(kind: Wanted, size: _Size) -> Any:
    if kind.form is Literal:
        return kind.argument()
    if kind.form is Union:
        return _member(kind, size)
    if kind.form in _AWAITABLE:
        return Ready(_smallest(kind.arguments[-1] if kind.arguments else Any, size))
    if kind.form in STREAMS:
        return Stream([_smallest(kind.argument(), size)])
    if kind.form in (collections.abc.Iterator, collections.abc.Generator):
        return iter([_smallest(kind.argument(), size)])
    if kind.form is collections.abc.Callable:
        return lambda *_arguments, **_keywords: None
    return kind.argument() if kind.form is type and kind.arguments else _NONE


def _member(kind: Wanted, size: _Size) -> Any:
    """The value of the first member that has one; streams and awaitables come last."""
    members = sorted(kind.arguments, key=_rank)
    for member in members:
        with suppress(NoValueError):
            return _smallest(member, size)
    raise NoValueError(kind.arguments, "none of the union's members has one")


def _rank(annotation: Any) -> int:
    form = wanted(annotation).form
    return 0 if form is types.NoneType else 2 if form in STREAMS else 1


def _number_or_text(kind: Wanted, size: _Size) -> Any:
    if not isinstance(kind.form, type) or issubclass(kind.form, enum.Enum):
        return next(iter(kind.form)) if _is_enum(kind.form) else _NONE
    if kind.form is int or kind.form is float:
        return kind.form(_number(kind.limits, size.number))
    if kind.form is str:
        return _text(kind.limits, size.text)
    return b"a" * kind.limits.get("min_length", 0) if kind.form is bytes else _NONE


def _is_enum(form: Any) -> bool:
    return isinstance(form, type) and issubclass(form, enum.Enum) and len(form) > 0


def _number(limits: Mapping[str, Any], wished: int) -> Any:
    """The number that is wished for, or else the nearest to zero, within the limits."""
    step = limits.get("multiple_of", 1)
    low = max(limits.get("ge", -math.inf), limits.get("gt", -math.inf))
    high = min(limits.get("le", math.inf), limits.get("lt", math.inf))
    near = [wished, 0, low, low + step, low + -low % step, high, high - step, (low + high) / 2]
    fitting = [n for n in near if math.isfinite(n) and _within(n, limits) and (step == 1 or n % step == 0)]
    if not fitting:
        raise NoValueError(int, f"no number was found within {dict(limits)}")
    return wished if wished in fitting else min(fitting, key=abs)


def _within(number: Any, limits: Mapping[str, Any]) -> bool:
    checks = {"ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
    return all(check(number, limits[name]) for name, check in checks.items() if name in limits)


def _text(limits: Mapping[str, Any], wished: str) -> str:
    shortest, longest = limits.get("min_length", 0), limits.get("max_length")
    pattern = limits.get("pattern")
    start = re.match(r"\^?[\w:/-]*", pattern or "")
    for text in (wished, *_TEXTS, f"{start[0].lstrip('^')}a" if start else ""):
        candidate = text.ljust(shortest, "a")
        fits = longest is None or len(candidate) <= longest
        if fits and (pattern is None or re.search(pattern, candidate)):
            return candidate
    raise NoValueError(str, f"no text was found that matches {pattern!r}")


def _container(kind: Wanted, size: _Size) -> Any:
    count = kind.limits.get("min_length", size.items)
    if kind.form in _MAPPINGS:
        entries = range(kind.limits.get("min_length", 0))
        return {f"{n}": _smallest(kind.argument(1), size) for n in entries}
    if kind.form in _LISTS:
        return _LISTS[kind.form]([_smallest(kind.argument(), size) for _ in range(count)])
    if kind.form is tuple:
        return tuple(_smallest(a, size) for a in kind.arguments if a is not ... and ... not in kind.arguments)
    if typing.is_typeddict(kind.form):
        resolved = hints(kind.form)
        return {name: _smallest(resolved[name], size) for name in sorted(kind.form.__required_keys__)}
    return _NONE


def _class(kind: Wanted, size: _Size) -> Any:
    cls = kind.form
    if not isinstance(cls, type) or is_protocol(cls):
        return _NONE
    if hasattr(cls, "model_validate") and hasattr(cls, "model_fields"):
        return _model(cls, size)
    if isinstance(cls, abc.ABCMeta) and inspect.isabstract(cls):
        return _NONE
    return _constructed(cls, size)


def _model(cls: Any, size: _Size) -> Any:
    """A pydantic model: with what it requires; else with other texts, else with all of its fields."""
    required = {name: field for name, field in cls.model_fields.items() if field.is_required()}
    last: Exception | None = None
    for fields in (required, cls.model_fields):
        chosen = {name: _smallest(field_annotation(field), size) for name, field in fields.items()}
        for text in (*_TEXTS, ""):
            try:
                return validated(cls, chosen)
            except Exception as error:
                last, refused = error, _refused(error)
            chosen = {n: text if n in refused and isinstance(v, str) else v for n, v in chosen.items()}
    raise NoValueError(cls, f"its validators refuse what its fields allow ({last})")


def _refused(error: Exception) -> set[Any]:
    """The fields that a validation error is about."""
    errors = getattr(error, "errors", list)
    return {problem["loc"][0] for problem in errors() if problem["loc"]}


def field_annotation(field: Any) -> Any:
    """The annotation of a pydantic model's field, with the constraints that pydantic took out of it."""
    return typing.Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def validated(cls: Any, values: Mapping[str, Any]) -> Any:
    """The pydantic model with these values, given by the names of its fields.

    Raises:
        Exception: Whatever validation raises.
    """
    with warnings.catch_warnings():
        # That a field is deprecated is between the stack and its callers.
        warnings.simplefilter("ignore")
        if set(cls.model_fields) == {"root"}:
            return cls.model_validate(values["root"]) if values else cls()
        return cls.model_validate({_key(cls, name): value for name, value in values.items()})


def _key(cls: Any, name: str) -> str:
    """The key that stands for a field in input: its alias, where it has one."""
    field = cls.model_fields.get(name)
    if field is None:  # further data that the model takes as it is
        return name
    alias = field.validation_alias or field.alias
    first = getattr(alias, "choices", [alias])[0]
    return first if isinstance(first, str) else name


def _constructed(cls: type, size: _Size) -> Any:
    """An object of any other class, by calling it with what its signature requires."""
    last: Exception | None = None
    for text in _TEXTS:
        try:
            parameters = inspect.signature(cls).parameters.values()
            resolved = hints(cls if dataclasses.is_dataclass(cls) else _initializer(cls))
            required = [p for p in parameters if p.default is p.empty and p.kind not in _VARIADIC]
            # A parameter without an annotation gets a text: a class of C's has no annotations at all.
            chosen = [(p, _smallest(resolved[p.name], size) if p.name in resolved else "") for p in required]
            arguments = [(p, text if value in ("", size.text) else value) for p, value in chosen]
            return cls(
                *(value for p, value in arguments if p.kind is not p.KEYWORD_ONLY),
                **{p.name: value for p, value in arguments if p.kind is p.KEYWORD_ONLY},
            )
        except Exception as error:
            last = error
    raise NoValueError(cls, f"{type(last).__name__}: {last}")


def _initializer(cls: type) -> Any:
    return next((raw for _, raw in definitions(cls, "__init__")), None)


_VARIADIC: Final = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
