"""What an annotation asks for once its wrappings are off: aliases, ``Annotated``, new types."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, Union

from provider_conformance.protocols import classes

_WRAPPINGS: Final = (typing.Required, typing.NotRequired, typing.Final, typing.ClassVar, typing.Unpack)
_LIMITS: Final = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")
"""The names under which annotated-types, pydantic and pydantic's string constraints keep their limits."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An annotation without its wrappings.

    Attributes:
        form: The class or special form itself: ``list`` of ``list[int]``, ``Literal``, ``Union``, ``Any``.
        arguments: What stands in its brackets.
        limits: The constraints that its ``Annotated`` held, by name ("ge", "min_length", "pattern").
    """

    form: Any
    arguments: tuple[Any, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)

    def argument(self, number: int = 0) -> Any:
        """One of its arguments, ``Any`` where the annotation leaves it out."""
        return self.arguments[number] if number < len(self.arguments) else Any


def wanted(annotation: Any) -> Wanted:
    """Take the wrappings off an annotation; a text or forward reference stays as it is."""
    limits: dict[str, Any] = {}
    while (inner := _unwrapped(annotation, limits)) is not annotation:
        annotation = inner
    origin = typing.get_origin(annotation)
    if origin is None:
        return Wanted(types.NoneType if annotation is None else annotation, (), limits)
    form = Union if origin is types.UnionType else origin
    return Wanted(form, typing.get_args(annotation), limits)


def _unwrapped(annotation: Any, limits: dict[str, Any]) -> Any:
    """The annotation with one wrapping less, itself where it has none."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *metadata = typing.get_args(annotation)
        for item in metadata:
            limits.update(_limits(item))
        return inner
    if origin in _WRAPPINGS:
        return typing.get_args(annotation)[0]
    if isinstance(annotation, TypeVar):
        return annotation.__bound__ or union(annotation.__constraints__ or (Any,))
    # NewType, and the aliases of `type X = ...`: their classes differ from one Python to the next.
    return getattr(annotation, "__supertype__", getattr(annotation, "__value__", annotation))


def _limits(item: Any) -> dict[str, Any]:
    nested = getattr(item, "metadata", None)  # a pydantic FieldInfo keeps its limits as a list
    found: dict[str, Any] = {}
    for inner in nested if isinstance(nested, list) else ():
        found.update(_limits(inner))
    own = {name: getattr(item, name, None) for name in _LIMITS}
    return {**found, **{name: value for name, value in own.items() if value is not None}}


def union(members: tuple[Any, ...]) -> Any:
    """The union of annotations that are known at run time only."""
    return Union[members]  # noqa: UP007 - there is no other way to write it


def options(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, of those inside it too; of any other annotation the annotation itself."""
    kind = wanted(annotation)
    if kind.form is not Union:
        return (annotation,)
    return tuple(option for member in kind.arguments for option in options(member))


def excludes_functions(annotation: Any) -> bool:
    """Whether an annotation tells that no function is meant; False where it leaves that open."""
    return all(_excludes_functions(wanted(option).form) for option in options(annotation))


def _excludes_functions(form: Any) -> bool:
    if form is typing.Literal or typing.is_typeddict(form):
        return True
    if not isinstance(form, type) or form is Any:  # Any is a class from Python 3.11 on
        return False
    structural = any(classes.is_protocol(base) for base in classes.mro(form))
    callable_itself = any(True for _ in classes.definitions(form, "__call__"))
    return not (structural or callable_itself or issubclass(types.FunctionType, form))


def hints(function: Any) -> dict[str, Any]:
    """The annotations of a function, resolved one by one.

    What does not resolve (a name that is imported for the type checker only) stays the text that it is.
    """
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:
        names = getattr(function, "__globals__", {})
        found = getattr(function, "__annotations__", {})
        return {name: resolved(annotation, names) for name, annotation in found.items()}


def resolved(annotation: Any, names: Mapping[str, Any]) -> Any:
    """An annotation with its text evaluated; the text itself where that fails."""
    if not isinstance(annotation, str):
        return annotation
    try:
        # Evaluating an annotation is what typing.get_type_hints does as well.
        return eval(annotation, dict(names))  # noqa: S307
    except Exception:
        return annotation
