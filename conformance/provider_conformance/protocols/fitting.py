"""Whether a value is of the type that an annotation promises, as generously as the stacks take it."""

from __future__ import annotations

import enum
import numbers
import types
import typing
import warnings
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any, Final, Literal

from provider_conformance.protocols.annotated import Wanted, hints, options, union, wanted
from provider_conformance.protocols.classes import is_protocol

_ITEMS: Final = 20
"""How many items of a list or mapping are looked at."""
_ANYTHING: Final = (Any, object, typing.Generic)
_STREAMS: Final = (AsyncIterable, AsyncIterator, AsyncGenerator)
_AWAITABLES: Final = (Awaitable, Coroutine)


def misfit(value: Any, annotation: Any, name: str = "it") -> str:
    """What about a value does not fit an annotation, in a sentence; empty where all does.

    A subclass fits, and so does an object of another class that has every attribute which the promised
    model requires: that is what callers read. A dict in the place of a model does not. A tuple
    does for a list. Lists and mappings are looked into; of a model only that
    its required fields are there: it validates itself.

    Args:
        value: The value.
        annotation: As ``typing.get_type_hints`` gives it; what did not resolve fits all.
        name: What the sentence calls the value.
    """
    kinds = [wanted(option) for option in options(annotation)]
    told = [_misfit(value, kind, name) for kind in kinds]
    if not all(told):
        return ""
    if len(told) == 1:
        return told[0]
    deeper = [text for text in told if not text.startswith(f"{name} is ")]
    return deeper[0] if deeper else f"{name} is {called(value)}, and not {_titles(kinds)}"


def called(value: Any) -> str:
    """What a value is, for a message: "a dict", "None"."""
    if value is None:
        return "None"
    title = type(value).__name__
    return f"{'an' if title[:1].lower() in 'aeiou' else 'a'} {title}"


def _titles(kinds: Sequence[Wanted]) -> str:
    return " or ".join(dict.fromkeys(_title(kind) for kind in kinds))


def _title(kind: Wanted) -> str:
    if kind.form is types.NoneType:
        return "None"
    if kind.form is Literal:
        return " or ".join(map(repr, kind.arguments))
    inner = ", ".join(_title(wanted(a)) for a in kind.arguments if a is not ...)
    own = getattr(kind.form, "__name__", str(kind.form))
    return f"{own}[{inner}]" if inner else own


def _misfit(value: Any, kind: Wanted, name: str) -> str:
    if (missing := _without(value, kind.form)) is not None:
        return f"{name} has no `{missing}`, which {kind.form.__name__} requires"
    inside = _INSIDE.get(kind.form)
    if inside is not None and isinstance(value, inside[0]) and not isinstance(value, str | bytes):
        return next(inside[1](value, kind, name), "")
    if inside is None and _fits(value, kind):
        return ""
    return f"{name} is {called(value)}, and not {_title(kind)}"


def _without(value: Any, cls: Any) -> str | None:
    """A field that an instance of a model lacks, as one has that was made without validation."""
    fields = getattr(cls, "model_fields", None)
    if not isinstance(fields, Mapping) or not isinstance(value, cls):
        return None
    required = (name for name, field in fields.items() if field.is_required())
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # a field may be deprecated: that is between the stack and its clients
        return next((name for name in required if not hasattr(value, name)), None)


def _in_items(value: Any, kind: Wanted, name: str) -> Iterator[str]:
    for number, item in zip(range(_ITEMS), value, strict=False):
        if told := misfit(item, kind.argument(), f"{name}[{number}]"):
            yield told


def _in_values(value: Any, kind: Wanted, name: str) -> Iterator[str]:
    for key, item in list(value.items())[:_ITEMS]:
        if told := misfit(item, kind.argument(1), f"{name}[{key!r}]"):
            yield told


_INSIDE: Final[Mapping[Any, tuple[Any, Callable[[Any, Wanted, str], Iterator[str]]]]] = {
    list: (list | tuple, _in_items),
    Sequence: (Sequence, _in_items),
    Collection: (Collection, _in_items),
    dict: (Mapping, _in_values),
    Mapping: (Mapping, _in_values),
}


def _fits(value: Any, kind: Wanted) -> bool:
    form = kind.form
    if form in _ANYTHING or isinstance(form, str | typing.ForwardRef):
        return True
    if form is Literal:
        return value in kind.arguments or getattr(value, "value", value) in kind.arguments
    if form is types.NoneType:
        return value is None
    if typing.is_typeddict(form):
        return isinstance(value, Mapping) and set(form.__required_keys__) <= set(value)
    return _is_instance(value, form) if isinstance(form, type) else True


def _is_instance(value: Any, cls: type) -> bool:
    if cls in (float, complex):
        return isinstance(value, numbers.Number) and not isinstance(value, bool)
    if issubclass(cls, enum.Enum) and isinstance(value, str):
        return value in {member.value for member in cls}
    if cls is tuple:
        return isinstance(value, tuple | list)
    try:
        return isinstance(value, cls) or _is_alike(value, cls)
    except TypeError:  # a protocol without @runtime_checkable, a class that refuses the question
        return True


def _is_alike(value: Any, cls: type) -> bool:
    """Whether an object of another class has what a model or protocol requires."""
    if isinstance(value, Mapping | str | bytes | list | tuple | int | float | type(None)):
        return False
    fields = getattr(cls, "model_fields", None)
    if isinstance(fields, Mapping):
        required = [name for name, field in fields.items() if field.is_required()]
        return bool(required) and all(hasattr(value, name) for name in required)
    return is_protocol(cls) and all(hasattr(value, name) for name in hints(cls))


def streamed(annotation: Any) -> Any | None:
    """The type of the pieces where an annotation is or may be an asynchronous iterator, else None."""
    for option in options(annotation):
        kind = wanted(option)
        if kind.form in _STREAMS:
            return kind.argument()
        if kind.form in _AWAITABLES and (inner := streamed(kind.argument(-1))) is not None:
            return inner
    return None


def whole(annotation: Any) -> Any | None:
    """What the annotation promises where nothing is streamed; None where it promises nothing else.

    What an ``Awaitable`` yields counts; streams are left out.
    """
    found: list[Any] = []
    for option in options(annotation):
        kind = wanted(option)
        if kind.form in _STREAMS:
            continue
        found.extend(options(kind.arguments[-1] if kind.form in _AWAITABLES and kind.arguments else option))
    kept = [option for option in found if wanted(option).form not in _STREAMS]
    return union(tuple(kept)) if kept else None
