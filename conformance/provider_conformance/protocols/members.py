"""Read a live protocol class into a :class:`ProtocolModel`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import FunctionType
from typing import Any, Final, get_args

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import definition_line, does_nothing
from provider_conformance.protocols.model import ProtocolAttribute, ProtocolMethod, ProtocolModel
from provider_conformance.protocols.results import of_protocol_function
from provider_conformance.protocols.signature import of_function

_NOT_MEMBERS: Final = frozenset(
    {
        "__abstractmethods__", "__annotations__", "__annotate__", "__annotate_func__",
        "__annotations_cache__", "__class_getitem__", "__dict__", "__doc__", "__eq__",
        "__firstlineno__", "__hash__", "__init__", "__init_subclass__", "__match_args__",
        "__module__", "__new__", "__non_callable_proto_members__", "__orig_bases__",
        "__parameters__", "__protocol_attrs__", "__qualname__", "__repr__", "__slots__",
        "__static_attributes__", "__str__", "__subclasshook__", "__type_params__", "__weakref__",
        "_abc_impl", "_is_protocol", "_is_runtime_protocol",
    }
)  # fmt: skip
"""What a class body holds for the machinery's sake; as in :mod:`typing`, plus what every object has."""

_STORE_SUFFIX: Final = "_store"
"""Attributes of this name are set by the stack's routing tables: ``model_store``, ``shield_store``, ..."""


@lru_cache(maxsize=512)
def read_protocol(cls: Any) -> ProtocolModel:
    """Read the members that ``cls`` promises, its bases' included.

    ``cls`` is usually a :class:`typing.Protocol`; a plain class that stands in for one (as the
    ``Inference`` of some releases does, which inherits a protocol) is read the same way.
    """
    methods: dict[str, ProtocolMethod] = {}
    attributes: dict[str, ProtocolAttribute] = {}
    for owner in reversed([base for base in classes.mro(cls) if base not in classes.MACHINERY]):
        for name, raw, annotation in _declared(owner):
            function = _function(raw)
            if function is not None:
                attributes.pop(name, None)
                methods[name] = _method(name, function, raw, owner)
            elif not isinstance(raw, type):
                methods.pop(name, None)
                attributes[name] = _attribute(name, raw, annotation, attributes.get(name))
    return ProtocolModel(cls.__name__, cls.__module__, methods, attributes, cls)


_ABSENT: Final = object()


def _declared(owner: type) -> Iterator[tuple[str, Any, Any]]:
    """Names that a class body declares, with value (or _ABSENT) and annotation (or empty)."""
    namespace = classes.namespace(owner)
    annotations = inspect.get_annotations(owner)
    for name in dict.fromkeys((*annotations, *namespace)):
        if name not in _NOT_MEMBERS:
            yield name, namespace.get(name, _ABSENT), annotations.get(name, inspect.Parameter.empty)


def _function(raw: Any) -> FunctionType | None:
    while isinstance(raw, staticmethod | classmethod):
        raw = raw.__func__
    while not isinstance(raw, FunctionType) and isinstance(getattr(raw, "__wrapped__", None), Callable):  # type: ignore[arg-type]
        raw = raw.__wrapped__
    return raw if isinstance(raw, FunctionType) else None


def _method(name: str, function: FunctionType, raw: Any, owner: type) -> ProtocolMethod:
    declared = declared_function(function)
    signature = of_function(declared)
    annotation = declared.__annotations__.get("return", inspect.Signature.empty)
    return ProtocolMethod(
        name=name,
        signature=signature if isinstance(raw, staticmethod) else signature.without_first(),
        result=of_protocol_function(declared),
        optional=not (does_nothing(declared) or getattr(raw, "__isabstractmethod__", False)),
        returns="" if annotation is inspect.Signature.empty else _annotation_text(annotation),
        returns_none=_may_be_none(annotation),
        location=Location(declared.__code__.co_filename, definition_line(declared)),
        owner=owner.__qualname__,
    )


def declared_function(function: FunctionType) -> FunctionType:
    """A protocol's own declaration below decorators that keep it as ``__wrapped__``.

    Nobody calls a protocol's function, so here it is the declaration that counts.
    """
    wrapped = function.__dict__.get("__wrapped__")
    while isinstance(wrapped, FunctionType):
        function, wrapped = wrapped, wrapped.__dict__.get("__wrapped__")
    return function


def _annotation_text(annotation: object) -> str:
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__name__
    return str(annotation)


def _may_be_none(annotation: object) -> bool:
    """Whether None is a result that the annotation allows; an absent one allows everything."""
    if annotation in (inspect.Signature.empty, None, type(None), Any):
        return True
    if isinstance(annotation, str):
        words = annotation.replace("|", " ").replace("[", " ").split()
        return annotation in ("None", "Any") or words[0] == "Optional" or words[-1] == "None"
    return type(None) in get_args(annotation)


def _attribute(
    name: str, raw: Any, annotation: Any, inherited: ProtocolAttribute | None
) -> ProtocolAttribute:
    text = "" if annotation is inspect.Parameter.empty else _annotation_text(annotation)
    valued = raw is not _ABSENT and not isinstance(raw, property)
    return ProtocolAttribute(
        name,
        annotation=text or (inherited.annotation if inherited else ""),
        has_value=valued or (inherited is not None and inherited.has_value and raw is _ABSENT),
        injected=name.endswith(_STORE_SUFFIX),
    )
