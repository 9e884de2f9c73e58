"""Calls of a class in what the stack runs when it starts, which the class does not take."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import FunctionType
from typing import Any

from provider_conformance.findings import Location
from provider_conformance.package import places
from provider_conformance.package.model import Problem
from provider_conformance.protocols import careful, signature
from provider_conformance.protocols.bodies import FunctionNode, certain, node_of
from provider_conformance.protocols.calls import CallShape, refusal
from provider_conformance.protocols.classes import (
    Opaque,
    class_module,
    class_name,
    definitions,
    is_of_pydantic,
    model_fields,
    mro,
    namespace,
    opacity,
)
from provider_conformance.source.undefined import survived


def problem(function: FunctionType, classes: Sequence[type], shown: str) -> Problem | None:
    """The first call of one of ``classes`` that raises whenever ``function`` is called, None without one.

    Args:
        function: What the stack calls when it starts.
        classes: What it makes.
        shown: What a message calls it.
    """
    node = node_of(function.__code__)
    if node is None:
        return None
    by_name = {class_name(cls): cls for cls in classes}
    for call, name in _calls(node, by_name):
        if why := _refused(by_name[name], call):
            return Problem(
                "constructor-call",
                f"`{shown}` calls `{ast.unparse(call)}`, and {why}",
                Location(function.__code__.co_filename, call.lineno),
                "The stack calls it when it starts: the call raises, and the stack does not start.",
                f"call `{name}` as it is declared, or declare what is passed",
            )
    return None


def _calls(node: FunctionNode, names: Any) -> Iterator[tuple[ast.Call, str]]:
    """The calls by one of the names that are made for certain, with nothing in them that spreads."""
    rebound = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and _is_stored(part)}
    lived_through = {id(part) for part in survived(node, ("TypeError", "ValidationError", "ValueError"))}
    for part in certain(node):
        match part:
            case ast.Call(func=ast.Name(id=name)) if name in names and name not in rebound:
                starred = any(isinstance(argument, ast.Starred) for argument in part.args)
                spread = starred or any(keyword.arg is None for keyword in part.keywords)
                if not spread and id(part) not in lived_through:
                    yield part, name


def _is_stored(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)


def _refused(cls: type, call: ast.Call) -> str:
    """Why a class does not take a call, "" where it does or that cannot be seen."""
    if opacity(cls) or type(cls).__call__ is not type.__call__ or _makes_itself(cls):
        return ""
    owner, constructor = next(definitions(cls, "__init__"), (object, None))
    keywords = tuple(str(keyword.arg) for keyword in call.keywords)
    if is_of_pydantic(owner):
        if _is_filled(cls):
            return ""
        missing = [f"`{name}`" for name in _required(cls) if name not in keywords]
        return f"the model needs {', '.join(missing)}" if missing else ""
    function = places.plain_function(constructor)
    if function is None or owner is object:
        return ""
    taken = signature.of_function(function).without_first()
    positional = tuple(f"argument {number}" for number in range(1, len(call.args) + 1))
    if not refusal(taken, CallShape(positional, keywords)):
        return ""
    return f"it is declared as `{careful.class_name(owner)}{taken}`"


def _makes_itself(cls: type) -> bool:
    own = (base for base in mro(cls) if base is not object and class_module(base) != "typing")
    return any("__new__" in namespace(base) for base in own if not is_of_pydantic(base))


def _is_filled(cls: type) -> bool:
    """Whether a model may add to what it is given before it looks for its fields."""
    for base in mro(cls):
        if not is_of_pydantic(base):
            values = namespace(base)
            known = getattr(values.get("__pydantic_decorators__"), "model_validators", None)
            if known or any(isinstance(value, Opaque) for value in values.values()):
                return True
    return False


def _required(cls: type) -> Iterator[str]:
    """The fields of a model that have to be given by their own names."""
    for name, field in model_fields(cls).items():
        required = field.is_required() if hasattr(field, "is_required") else getattr(field, "required", False)
        renamed = getattr(field, "alias", None) or getattr(field, "validation_alias", None)
        if required and not renamed:
            yield name
