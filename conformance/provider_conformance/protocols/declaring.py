"""A method's declaration as its author can paste it: the protocol's types by name, and its defaults."""

from __future__ import annotations

import ast
import types
import typing
from collections.abc import Mapping
from enum import Enum
from types import FunctionType
from typing import Any, Final, Literal, Union

from provider_conformance.protocols import classes
from provider_conformance.protocols.members import declared_function
from provider_conformance.protocols.model import Binding, ProtocolMethod, ProtocolModel, ResultKind
from provider_conformance.protocols.signature import MISSING, Parameter, SourceDefault
from provider_conformance.protocols.unwrap import callee

_UNIONS: Final = (Union, types.UnionType)
_WRITTEN: Final = (type(None), bool, int, float, str, bytes)
"""The types whose values Python writes as they are read."""

_LONG: Final = 200
"""A result of more characters is left out where only its members are known and not its name."""


def declaration(method: ProtocolMethod, protocol: ProtocolModel) -> str:
    """The first line of a method that keeps the protocol's promise, without its colon.

    Parameters have their types where the protocol's class can be seen; a release that is known by its
    snapshot alone tells only their names.
    """
    if method.name == "<lambda>":
        return f"lambda {', '.join(method.signature.rendered(lambda p: _parameter(p, {}, {})))}: ..."
    function = _function(method, protocol)
    annotations = function.__annotations__ if function is not None else {}
    named = function.__globals__ if function is not None else {}
    keyword = "async def" if method.result is ResultKind.AWAITABLE else "def"
    promised = result_text(method, protocol)
    returns = f" -> {promised}" if promised and (function is not None or len(promised) <= _LONG) else ""
    parts = [*_FIRST[method.binding], *method.signature.rendered(lambda p: _parameter(p, annotations, named))]
    decorator = _DECORATORS.get(method.binding, "")
    return f"{decorator}{keyword} {method.name}({', '.join(parts)}){returns}"


_FIRST: Final = {
    Binding.INSTANCE: ("self",),
    Binding.CLASS: ("cls",),
    Binding.STATIC: (),
    Binding.FUNCTION: (),
}
_DECORATORS: Final = {Binding.CLASS: "@classmethod ", Binding.STATIC: "@staticmethod "}


def result_text(method: ProtocolMethod, protocol: ProtocolModel) -> str:
    """What a method is promised to return, by its names; "" where nothing is promised."""
    function = _function(method, protocol)
    if function is None or "return" not in function.__annotations__:
        return _without_modules(method.returns)
    return annotation_text(function.__annotations__["return"], function.__globals__)


def _function(method: ProtocolMethod, protocol: ProtocolModel) -> FunctionType | None:
    """The protocol's own function, None where the protocol is only known by its description."""
    name = "__call__" if method.binding is Binding.FUNCTION else method.name
    found = classes.definitions(protocol.live, name) if protocol.live is not None else ()
    for owner, raw in found:
        function = callee(raw, owner, binds=True).function
        return declared_function(function) if function is not None else None
    return None


def _parameter(parameter: Parameter, annotations: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    text = str(parameter)
    if parameter.name in annotations:
        text += f": {annotation_text(annotations[parameter.name], named)}"
    if parameter.default is MISSING:
        return text
    return f"{text}{' = ' if parameter.name in annotations else '='}{_default(parameter.default)}"


def _default(value: Any) -> str:
    if issubclass(type(value), SourceDefault):
        return str(value.text)
    if issubclass(type(value), Enum):
        return f"{classes.class_name(type(value))}.{value.name}"
    return repr(value) if type(value) in _WRITTEN else "..."


def annotation_text(annotation: Any, named: Mapping[str, Any]) -> str:
    """An annotation as one writes it where its names are imported.

    Args:
        annotation: A type, or its text.
        named: The globals of the module that has it: what has a name there is called by it.
    """
    if isinstance(annotation, str):
        return _without_modules(annotation)
    if annotation in (None, types.NoneType):
        return "None"
    if annotation is ...:
        return "..."
    if isinstance(annotation, list):
        return f"[{', '.join(annotation_text(one, named) for one in annotation)}]"
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return classes.class_name(annotation)
    return _alias(annotation, named) or _composed(annotation, named)


def _composed(annotation: Any, named: Mapping[str, Any]) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return annotation_text(arguments[0], named)
    if origin is Literal:
        return f"Literal[{', '.join(map(repr, arguments))}]"
    if origin in _UNIONS:
        return _union(arguments, named)
    if origin is None or not arguments:
        return _without_modules(str(annotation))
    inner = ", ".join(annotation_text(one, named) for one in arguments)
    return f"{getattr(origin, '__name__', origin)}[{inner}]"


def _union(arguments: tuple[Any, ...], named: Mapping[str, Any]) -> str:
    """The members of a union; those that have a name together, without the None beside them, by that name."""
    present = tuple(one for one in arguments if one is not types.NoneType)
    whole = _alias(Union[present], named) if len(present) > 1 else ""  # noqa: UP007 (computed)
    texts = [whole] if whole else [annotation_text(one, named) for one in present]
    return " | ".join(dict.fromkeys([*texts, *(["None"] if len(present) < len(arguments) else [])]))


def _alias(annotation: Any, named: Mapping[str, Any]) -> str:
    """The name that a module has for a union or an annotated type, "" without one."""
    if typing.get_origin(annotation) not in (*_UNIONS, typing.Annotated):
        return ""
    for name, value in named.items():
        if not name.startswith("_") and _is_same(value, annotation):
            return name
    return ""


def _is_same(value: Any, annotation: Any) -> bool:
    if typing.get_origin(value) is typing.Annotated and typing.get_origin(annotation) is not typing.Annotated:
        value = typing.get_args(value)[0]
    if typing.get_origin(value) not in (*_UNIONS, typing.Annotated):
        return False
    try:
        return bool(value == annotation)
    except Exception:  # what an annotation holds may compare as it likes
        return False


class _ByName(ast.NodeTransformer):
    """Names without the modules in front of them, and types without what is written beside them."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return ast.Name(node.attr)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        annotated = isinstance(node.value, ast.Name) and node.value.id == "Annotated"
        if annotated and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            return node.slice.elts[0]
        return node


def _without_modules(text: str) -> str:
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        return text
    return ast.unparse(_ByName().visit(tree))
