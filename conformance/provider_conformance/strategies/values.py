"""Values of any annotation that the protocols of a stack use: models, unions, streams, texts."""

from __future__ import annotations

import collections
import enum
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, Literal, Union

from hypothesis import strategies as st
from hypothesis.errors import HypothesisException

from provider_conformance.errors import NoValueError
from provider_conformance.neighbours.smallest import Ready, Stream, field_annotation, smallest, validated
from provider_conformance.protocols.annotated import Wanted, hints, wanted
from provider_conformance.protocols.classes import is_protocol

__all__ = ["smallest", "values"]

_SIZE: Final = 3
_DEPTH: Final = 4
_LISTS: Final[Mapping[Any, Callable[..., Any]]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    collections.deque: collections.deque,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Collection: list,
    collections.abc.Iterable: list,
    collections.abc.Set: set,
}
_MAPPINGS: Final = (dict, collections.OrderedDict, collections.abc.Mapping, collections.abc.MutableMapping)
_STREAMS: Final = (
    collections.abc.AsyncIterator,
    collections.abc.AsyncIterable,
    collections.abc.AsyncGenerator,
)


def values(
    annotation: Any, *, max_size: int = _SIZE, depth: int = _DEPTH, text: st.SearchStrategy[str] | None = None
) -> st.SearchStrategy[Any]:
    """Values that fit an annotation; a pydantic model among them is always a valid one.

    Args:
        annotation: As ``typing.get_type_hints(..., include_extras=True)`` gives it.
        max_size: The most items of a list or mapping whose annotation sets no limit.
        depth: How deep models are nested; below it stands what
            :func:`~provider_conformance.neighbours.smallest.smallest` gives.
        text: Where texts come from that the annotation does not limit; any text unless told.

    Raises:
        NoValueError: No value can be made up; the message names the annotation.
    """
    smallest(annotation)  # what has no value at all is told now, and not at the first example
    return _Maker(max_size, st.text(max_size=20) if text is None else text).of(annotation, depth)


class _Maker:
    """Makes strategies that share their limits."""

    def __init__(self, max_size: int, text: st.SearchStrategy[str]) -> None:
        self._max_size = max_size
        self._text = text

    def of(self, annotation: Any, depth: int) -> st.SearchStrategy[Any]:
        kind = wanted(annotation)
        if depth <= 0:
            return st.builds(smallest, st.just(annotation))
        for make in (self._of_form, self._plain, self._container):
            found = make(kind, depth)
            if found is not None:
                return found
        return self._class(kind.form, annotation, depth)

    def _of_form(self, kind: Wanted, depth: int) -> st.SearchStrategy[Any] | None:
        if kind.form is Any or kind.form is object:
            return st.none() | st.booleans() | st.integers() | self._text
        if kind.form is Literal:
            return st.sampled_from(kind.arguments)
        if kind.form is Union:
            return self._union(kind, depth)
        if kind.form in (collections.abc.Awaitable, collections.abc.Coroutine):
            return self.of(kind.arguments[-1] if kind.arguments else Any, depth).map(Ready)
        if kind.form in _STREAMS:
            return st.lists(self.of(kind.argument(), depth), max_size=self._max_size).map(Stream)
        return None

    def _union(self, kind: Wanted, depth: int) -> st.SearchStrategy[Any]:
        members = []
        for member in kind.arguments:
            with suppress(NoValueError):
                smallest(member)
                members.append(self.of(member, depth))
        return st.one_of(members)

    def _plain(self, kind: Wanted, _depth: int) -> st.SearchStrategy[Any] | None:
        limits = kind.limits
        if kind.form is str:
            return self._texts(limits)
        if kind.form is int and "multiple_of" not in limits:
            return st.integers(_first(limits, "ge", "gt", 1), _first(limits, "le", "lt", -1))
        if kind.form is float and "multiple_of" not in limits:
            return _floats(limits)
        if kind.form is bytes:
            return st.binary(
                min_size=limits.get("min_length", 0), max_size=limits.get("max_length", 20 * self._max_size)
            )
        if isinstance(kind.form, type) and issubclass(kind.form, enum.Enum):
            return st.sampled_from(list(kind.form))
        return st.none() if kind.form is types.NoneType else None

    def _texts(self, limits: Mapping[str, Any]) -> st.SearchStrategy[str]:
        least, most = limits.get("min_length", 0), limits.get("max_length")
        if (pattern := limits.get("pattern")) is not None:
            matching = st.from_regex(pattern)
            return matching.filter(lambda t: len(t) >= least and (most is None or len(t) <= most))
        return st.text(min_size=least, max_size=most or least + 20) if least or most else self._text

    def _container(self, kind: Wanted, depth: int) -> st.SearchStrategy[Any] | None:
        least = kind.limits.get("min_length", 0)
        most = kind.limits.get("max_length", least + self._max_size)
        if kind.form in _LISTS:
            items = st.lists(self.of(kind.argument(), depth - 1), min_size=least, max_size=most)
            return items.map(_LISTS[kind.form])
        if kind.form in _MAPPINGS:
            key, value = self.of(kind.argument(0), depth - 1), self.of(kind.argument(1), depth - 1)
            return st.dictionaries(key, value, min_size=least, max_size=most)
        if kind.form is tuple:
            return self._tuple(kind, depth)
        return self._typed_dict(kind.form, depth) if typing.is_typeddict(kind.form) else None

    def _tuple(self, kind: Wanted, depth: int) -> st.SearchStrategy[Any]:
        if ... in kind.arguments or not kind.arguments:
            return st.lists(self.of(kind.argument(), depth - 1), max_size=self._max_size).map(tuple)
        return st.tuples(*(self.of(argument, depth - 1) for argument in kind.arguments))

    def _typed_dict(self, cls: Any, depth: int) -> st.SearchStrategy[Any]:
        fields = {name: self.of(annotation, depth - 1) for name, annotation in hints(cls).items()}
        required = {name: fields.pop(name) for name in sorted(cls.__required_keys__)}
        return st.fixed_dictionaries(required, optional=fields)

    def _class(self, cls: Any, annotation: Any, depth: int) -> st.SearchStrategy[Any]:
        if hasattr(cls, "model_validate") and hasattr(cls, "model_fields"):
            return st.deferred(lambda: self._model(cls, depth))
        known = isinstance(cls, type) and cls.__module__ in _WELL_KNOWN and not is_protocol(cls)
        with suppress(HypothesisException):
            if known:
                return st.from_type(cls)
        return st.builds(smallest, st.just(annotation))

    def _model(self, cls: Any, depth: int) -> st.SearchStrategy[Any]:
        """Models with what they require and any choice of what they do not."""
        required: dict[str, st.SearchStrategy[Any]] = {}
        optional: dict[str, st.SearchStrategy[Any]] = {}
        for name, field in cls.model_fields.items():
            strategy = self._field(field, depth - 1)
            if strategy is not None:
                (required if field.is_required() else optional)[name] = strategy
        return st.fixed_dictionaries(required, optional=optional).map(partial(_valid, cls))

    def _field(self, field: Any, depth: int) -> st.SearchStrategy[Any] | None:
        """The values of a field; none for an optional one that has no value, which is left out."""
        try:
            if not field.is_required():
                smallest(field_annotation(field))
        except NoValueError:
            return None
        return self.of(field_annotation(field), depth)


_WELL_KNOWN: Final = ("datetime", "decimal", "uuid", "pathlib", "ipaddress", "builtins", "fractions")
"""Modules whose classes hypothesis itself knows how to make."""


def _valid(cls: Any, chosen: Mapping[str, Any]) -> Any:
    """The model with the chosen values; the smallest one where a validator of its own refuses them."""
    try:
        return validated(cls, chosen)
    except Exception:
        return smallest(cls)


def _first(limits: Mapping[str, Any], closed: str, open_: str, step: int) -> int | None:
    """The first integer within a limit, None without one."""
    if closed in limits:
        return int(limits[closed])
    return int(limits[open_]) + step if open_ in limits else None


def _floats(limits: Mapping[str, Any]) -> st.SearchStrategy[float]:
    """Finite numbers: what is not a number equals nothing, and JSON cannot carry it."""
    return st.floats(
        min_value=limits.get("ge", limits.get("gt")),
        max_value=limits.get("le", limits.get("lt")),
        exclude_min="gt" in limits and "ge" not in limits,
        exclude_max="lt" in limits and "le" not in limits,
        allow_nan=False,
        allow_infinity=False,
    )
