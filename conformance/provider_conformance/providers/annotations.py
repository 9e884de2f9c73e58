"""What a factory's return annotation tells about the class behind it."""

from __future__ import annotations

import ast
import collections.abc
import inspect
import typing
from types import FunctionType, UnionType
from typing import Any, Final

from provider_conformance.package import places
from provider_conformance.protocols import careful
from provider_conformance.protocols.classes import is_protocol
from provider_conformance.sandbox.containment import attempt

_FLAGS: Final = type.__dict__["__flags__"].__get__
_APIS: Final = ("llama_stack.apis", "llama_stack_api", "ogx_api", "provider_conformance.stack.apis")
"""Where the stacks keep their APIs: some releases have plain classes there that only extend a protocol."""
_AWAITABLES: Final = (collections.abc.Awaitable, collections.abc.Coroutine)


def promised_class(function: object) -> type | None:
    """The concrete class that the factory's return annotation names, None where it names none.

    ``Any``, a protocol, an abstract class, a union of several classes and a name that does not
    resolve say nothing about the class that really comes back.
    """
    plain = places.plain_function(function)
    annotation = _resolved(plain) if plain is not None else None
    candidates = [option for option in _options(annotation) if option is not type(None)]
    if len(candidates) != 1 or not careful.is_class(candidates[0]):
        return None
    return candidates[0] if _concrete(candidates[0]) else None


def _resolved(function: FunctionType) -> Any:
    annotation = function.__annotations__.get("return")
    if type(annotation) is not str:
        return annotation
    text = annotation
    names = {node.id for node in ast.walk(_expression(text)) if isinstance(node, ast.Name)}
    if not names:
        return None
    # Annotations are names and subscripts; evaluating one is what typing.get_type_hints does as well.
    return attempt(lambda: eval(text, dict(function.__globals__))).value  # noqa: S307


def _expression(text: str) -> ast.AST:
    try:
        return ast.parse(text, mode="eval")
    except SyntaxError:
        return ast.Module([], [])


def _options(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin in _AWAITABLES:
        return _options(typing.get_args(annotation)[-1])
    if origin in (typing.Union, UnionType):
        return [option for part in typing.get_args(annotation) for option in _options(part)]
    return [annotation if origin is None else origin]


def _concrete(cls: type) -> bool:
    # since Python 3.11 `Any` is a class itself
    nothing = cls is object or cls is Any or careful.class_module(cls).startswith(_APIS)
    return not nothing and not is_protocol(cls) and not _FLAGS(cls) & inspect.TPFLAGS_IS_ABSTRACT
