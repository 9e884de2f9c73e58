"""Read a live protocol class into a :class:`ProtocolModel`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import lru_cache
from types import FunctionType, SimpleNamespace
from typing import Any, Final, Unpack, get_args, get_origin, get_overloads, get_type_hints, is_typeddict

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import definition_line, only_promises
from provider_conformance.protocols.model import ProtocolAttribute, ProtocolMethod, ProtocolModel
from provider_conformance.protocols.results import of_protocol_function
from provider_conformance.protocols.signature import (
    MISSING,
    Kind,
    Parameter,
    Signature,
    SourceDefault,
    of_function,
)

_NOT_MEMBERS: Final = frozenset(
    {
        "__abstractmethods__", "__annotations__", "__annotate__", "__annotate_func__",
        "__annotations_cache__", "__callable_proto_members_only__", "__class_getitem__", "__dict__",
        "__doc__", "__eq__",
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
    while not isinstance(raw, FunctionType) and callable(getattr(raw, "__wrapped__", None)):
        raw = raw.__wrapped__
    return raw if isinstance(raw, FunctionType) else None


def _method(name: str, function: FunctionType, raw: Any, owner: type) -> ProtocolMethod:
    declarations = _overloads(function, name, owner) or [declared_function(function)]
    declared = declarations[0]
    signatures = [_signature(declaration, raw) for declaration in declarations]
    annotation = declared.__annotations__.get("return", inspect.Signature.empty)
    return ProtocolMethod(
        name=name,
        signature=signatures[0],
        overloads=tuple(signatures[1:]),
        result=of_protocol_function(declared),
        optional=not (only_promises(declared) or getattr(raw, "__isabstractmethod__", False)),
        returns="" if annotation is inspect.Signature.empty else _annotation_text(annotation),
        returns_none=_may_be_none(annotation),
        location=Location(declared.__code__.co_filename, definition_line(declared)),
        owner=owner.__qualname__,
    )


def _overloads(function: FunctionType, name: str, owner: type) -> list[FunctionType]:
    """The overloads of a method that has nothing but overloads."""
    if function.__module__ != "typing":
        return []
    known_as: Any = SimpleNamespace(__module__=owner.__module__, __qualname__=f"{owner.__qualname__}.{name}")
    return [f for f in get_overloads(known_as) if isinstance(f, FunctionType)]


def _signature(function: FunctionType, raw: Any) -> Signature:
    signature = _spelled_out(of_function(function), function)
    return signature if isinstance(raw, staticmethod) else signature.without_first()


def _spelled_out(signature: Signature, function: FunctionType) -> Signature:
    """Replace ``**kwargs: Unpack[SomeTypedDict]`` by the keywords that it stands for."""
    last = signature.parameters[-1] if signature.parameters else None
    if last is None or last.kind is not Kind.VAR_KEYWORD:
        return signature
    annotation = function.__annotations__.get(last.name)
    if isinstance(annotation, str) and "Unpack[" in annotation:
        try:
            annotation = get_type_hints(function).get(last.name)
        except Exception:  # an annotation may name anything, or nothing at all
            return signature
    keywords: Any = get_args(annotation)[0] if get_origin(annotation) is Unpack else None
    if not is_typeddict(keywords):
        return signature
    required = keywords.__required_keys__
    spelled = (
        Parameter(name, Kind.KEYWORD_ONLY, MISSING if name in required else SourceDefault("..."))
        for name in keywords.__annotations__
    )
    return Signature((*signature.parameters[:-1], *spelled))


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
