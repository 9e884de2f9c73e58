"""Read a live protocol class into a :class:`ProtocolModel`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import FunctionType, SimpleNamespace
from typing import Any, Final, Unpack, get_args, get_origin, get_overloads, get_type_hints, is_typeddict

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.annotated import excludes_functions, resolved
from provider_conformance.protocols.bodies import definition_line, getter_of, only_promises
from provider_conformance.protocols.generics import Meanings, class_of, filled, meanings
from provider_conformance.protocols.model import (
    Binding,
    ProtocolAttribute,
    ProtocolMethod,
    ProtocolModel,
    ResultKind,
)
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
        "__doc__", "__firstlineno__", "__init__", "__init_subclass__", "__match_args__",
        "__module__", "__new__", "__non_callable_proto_members__", "__orig_bases__",
        "__parameters__", "__post_init__", "__protocol_attrs__", "__qualname__", "__slots__",
        "__static_attributes__", "__subclasshook__", "__type_params__", "__weakref__",
        "_abc_impl", "_is_protocol", "_is_runtime_protocol",
    }
)  # fmt: skip
"""What a class body holds for the machinery's sake, as in :mod:`typing`."""

_STORE_SUFFIX: Final = "_store"
"""Attributes of this name are set by the stack's routing tables: ``model_store``, ``shield_store``, ..."""


@lru_cache(maxsize=512)
def read_protocol(protocol: Any) -> ProtocolModel:
    """Read the members that ``protocol`` promises, its bases' included.

    It is usually a :class:`typing.Protocol`, a generic one perhaps with its arguments, or an abstract
    base class; a plain class that stands in for one (as the ``Inference`` of some releases does, which
    inherits a protocol) is read like a protocol.
    """
    cls = class_of(protocol)
    abstract = classes.is_abstract_base(cls)
    variables = meanings(protocol)
    methods: dict[str, ProtocolMethod] = {}
    attributes: dict[str, ProtocolAttribute] = {}
    for owner in reversed([base for base in classes.mro(cls) if base not in classes.MACHINERY]):
        reader = _Reader(owner, variables.get(owner, {}), abstract and not classes.is_protocol(owner))
        for name, raw, annotation in reader.declared():
            function = _function(raw)
            if function is not None:
                attributes.pop(name, None)
                methods[name] = reader.method(name, function, raw)
            elif not isinstance(raw, type):
                methods.pop(name, None)
                attributes[name] = reader.attribute(name, raw, annotation, attributes.get(name))
    return ProtocolModel(cls.__name__, cls.__module__, methods, attributes, cls, abstract)


def why_no_protocol(protocol: Any) -> str:
    """Why nothing can be held against ``protocol``, "" where it is a protocol or an abstract base class.

    A plain class that inherits a protocol and leaves methods of it open stands in for one.
    """
    cls = class_of(protocol)
    if not issubclass(type(cls), type):
        return f"protocol must be a class, not {protocol!r}"
    if classes.is_protocol(cls) or classes.is_abstract_base(cls):
        return ""
    inherits = any(classes.is_protocol(base) for base in classes.mro(cls))
    if inherits and any(_left_open(cls, method) for method in read_protocol(cls).methods.values()):
        return ""
    title = classes.class_title(cls)
    return f"`{title}` is no protocol: neither a typing.Protocol nor an abstract base class"


def _left_open(cls: type, method: ProtocolMethod) -> bool:
    """Whether a method is still what a protocol among the bases says of it."""
    owner, _ = next(classes.definitions(cls, method.name))
    return classes.is_protocol(owner) and not method.optional


_ABSENT: Final = object()


def _function(raw: Any) -> FunctionType | None:
    while isinstance(raw, staticmethod | classmethod):
        raw = raw.__func__
    while not isinstance(raw, FunctionType) and callable(getattr(raw, "__wrapped__", None)):
        raw = raw.__wrapped__
    return raw if isinstance(raw, FunctionType) else None


class _Reader:
    """Reads what one class declares, of a protocol or of an abstract base class.

    ``concrete``: in the body of an abstract base class only what is marked as abstract is a promise.
    """

    def __init__(self, owner: type, variables: Meanings, concrete: bool) -> None:
        self._owner = owner
        self._variables = variables
        self._concrete = concrete

    def declared(self) -> Iterator[tuple[str, Any, Any]]:
        """Names that the class body declares, with value (or _ABSENT) and annotation (or empty)."""
        namespace = classes.namespace(self._owner)
        annotations = inspect.get_annotations(self._owner)
        for name in dict.fromkeys((*annotations, *namespace)):
            raw = namespace.get(name, _ABSENT)
            if name not in _NOT_MEMBERS and not self._is_private(name, raw):
                yield name, raw, annotations.get(name, inspect.Parameter.empty)

    def _is_private(self, name: str, raw: Any) -> bool:
        """Whether it is the business of the class: what no caller knows of, or what Python puts there."""
        if name == "__hash__" and raw is None:
            return True  # what a class body that has `__eq__` gets
        private = name.startswith("_") and not classes.is_special(name)
        return self._concrete and private and not classes.is_abstract(raw)

    def method(self, name: str, function: FunctionType, raw: Any) -> ProtocolMethod:
        """A method, with what calls of it have to bind to."""
        declarations = _overloads(function, name, self._owner) or [declared_function(function)]
        declared = declarations[0]
        signatures = [_signature(name, declaration, raw) for declaration in declarations]
        annotation = declared.__annotations__.get("return", inspect.Signature.empty)
        return ProtocolMethod(
            name=name,
            signature=signatures[0],
            overloads=tuple(signatures[1:]),
            result=of_protocol_function(declared, self._variables),
            optional=not (self._promises(declared) or classes.is_abstract(raw)),
            returns="" if annotation is inspect.Signature.empty else _annotation_text(annotation),
            returns_none=_may_be_none(annotation),
            location=Location(declared.__code__.co_filename, definition_line(declared)),
            owner=self._owner.__qualname__,
            binding=_binding(raw),
        )

    def _promises(self, function: FunctionType) -> bool:
        return not self._concrete and only_promises(function)

    def attribute(
        self, name: str, raw: Any, annotation: Any, inherited: ProtocolAttribute | None
    ) -> ProtocolAttribute:
        """A data member; a child that only assigns keeps the annotation and the value of its parent."""
        getter = getter_of(raw)
        if getter is not None:
            return self._property(name, raw, getter)
        injected = name.endswith(_STORE_SUFFIX)
        valued = (
            inherited is not None and inherited.has_value if raw is _ABSENT else not isinstance(raw, property)
        )
        text = "" if annotation is inspect.Parameter.empty else _annotation_text(annotation)
        data = not (injected or valued or not text) and self._rules_out_functions(annotation)
        return ProtocolAttribute(
            name,
            annotation=text or (inherited.annotation if inherited else ""),
            has_value=valued,
            injected=injected,
            data=data,
            kind=ResultKind.PLAIN if data else ResultKind.ANY,
        )

    def _property(self, name: str, raw: Any, getter: FunctionType) -> ProtocolAttribute:
        annotation = getter.__annotations__.get("return", inspect.Signature.empty)
        return ProtocolAttribute(
            name,
            annotation="" if annotation is inspect.Signature.empty else _annotation_text(annotation),
            has_value=not (self._promises(getter) or classes.is_abstract(raw)),
            injected=name.endswith(_STORE_SUFFIX),
            settable=isinstance(raw, property) and raw.fset is not None,
            data=self._rules_out_functions(annotation),
            kind=of_protocol_function(getter, self._variables),
        )

    def _rules_out_functions(self, annotation: Any) -> bool:
        """Whether no function can be what an annotation allows; False where it cannot be read."""
        if annotation is inspect.Signature.empty:
            return False
        module = sys.modules.get(self._owner.__module__)
        names = {**(vars(module) if module else {}), **self._variables}
        parameters = getattr(self._owner, "__parameters__", ())
        given = {parameter: self._variables[parameter.__name__] for parameter in parameters}
        return excludes_functions(filled(resolved(annotation, names), given))


def _binding(raw: Any) -> Binding:
    if isinstance(raw, classmethod):
        return Binding.CLASS
    return Binding.STATIC if isinstance(raw, staticmethod) else Binding.INSTANCE


def _overloads(function: FunctionType, name: str, owner: type) -> list[FunctionType]:
    """The overloads of a method that has nothing but overloads."""
    if function.__module__ != "typing":
        return []
    known_as: Any = SimpleNamespace(__module__=owner.__module__, __qualname__=f"{owner.__qualname__}.{name}")
    return [f for f in get_overloads(known_as) if isinstance(f, FunctionType)]


def _signature(name: str, function: FunctionType, raw: Any) -> Signature:
    signature = _spelled_out(of_function(function), function)
    if not isinstance(raw, staticmethod):
        signature = signature.without_first()
    # Python itself calls `__getitem__` and its kin: `a[k]` names no parameter; `a(event=...)` may
    return signature.nameless() if classes.is_special(name) and name != "__call__" else signature


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
