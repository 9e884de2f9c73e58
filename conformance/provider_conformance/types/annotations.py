"""Write a protocol's annotations down so that they mean the same in another module.

Needed where mypy cannot hand a protocol's parameter types to a lambda: for overloads and for methods
with ``*args`` or ``**kwargs``.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, get_overloads

from provider_conformance.package.places import plain_function
from provider_conformance.protocols import classes
from provider_conformance.protocols.members import declared_function
from provider_conformance.protocols.signature import Kind, Parameter

Alias = Callable[[str], str]
"""Gives the name under which a module is imported in the generated module."""

UNTYPED = "Any"


@dataclass(frozen=True, slots=True)
class Written:
    """A parameter and its annotation as text."""

    parameter: Parameter
    annotation: str = UNTYPED


def declarations(cls: type, name: str) -> list[FunctionType]:
    """The functions by which ``cls`` declares a method: its overloads, or the one that it has."""
    for _, raw in classes.definitions(cls, name):
        function = plain_function(raw)
        if function is None:
            return []
        return (
            [f for f in get_overloads(function) if isinstance(f, FunctionType)]
            or overloads_of(cls, name)
            or [declared_function(function)]
        )
    return []


def overloads_of(cls: type, name: str) -> list[FunctionType]:
    """The ``@overload`` declarations of a method, found through the class that defines it."""
    for owner, _ in classes.definitions(cls, name):
        known_as: Any = _KnownAs(classes.class_module(owner), f"{classes.class_qualname(owner)}.{name}")
        return [f for f in get_overloads(known_as) if isinstance(f, FunctionType)]
    return []


class _KnownAs:
    """What :func:`typing.get_overloads` wants to know of a function."""

    def __init__(self, module: str, qualname: str) -> None:
        self.__module__ = module
        self.__qualname__ = qualname


def written(function: FunctionType, owner: type, alias: Alias, *, bound: bool) -> list[Written] | None:
    """The parameters of a declaration with their annotations, rewritten for another module.

    Args:
        function: The declaration.
        owner: The class in whose body it stands.
        alias: Names the module in which the annotations are looked up.
        bound: Whether to leave out the first parameter.

    Returns:
        The parameters, or None where the source is not there or a type variable of the
        function's own scope makes its annotations mean nothing elsewhere.
    """
    node = node_of(function)
    if node is None or _has_own_variables(node) or _has_own_variables(owner):
        return None
    rewrite = _Rewritten(function, owner, alias(function.__module__))
    arguments = list(_arguments(node.args))
    return [_written(kind, argument, default, rewrite) for kind, argument, default in arguments[bound:]]


def _has_own_variables(scope: object) -> bool:
    """Whether it declares type variables of its own: `def method[T](self, ...)`."""
    return any(getattr(scope, name, None) for name in ("type_params", "__type_params__"))


def node_of(function: FunctionType) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The definition of a function as a syntax tree of its own, None where there is no source."""
    try:
        node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    return node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None


def _arguments(arguments: ast.arguments) -> Sequence[tuple[Kind, ast.arg, bool]]:
    positional = [(Kind.POSITIONAL_ONLY, a) for a in arguments.posonlyargs]
    positional += [(Kind.POSITIONAL_OR_KEYWORD, a) for a in arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    found = [(kind, a, i >= first_default) for i, (kind, a) in enumerate(positional)]
    if arguments.vararg:
        found.append((Kind.VAR_POSITIONAL, arguments.vararg, False))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append((Kind.KEYWORD_ONLY, argument, default is not None))
    if arguments.kwarg:
        found.append((Kind.VAR_KEYWORD, arguments.kwarg, False))
    return found


def _written(kind: Kind, argument: ast.arg, default: bool, rewrite: _Rewritten) -> Written:
    parameter = Parameter(argument.arg, kind, ...) if default else Parameter(argument.arg, kind)
    if argument.annotation is None:
        return Written(parameter)
    return Written(parameter, ast.unparse(rewrite.visit(argument.annotation)))


class _Rewritten(ast.NodeTransformer):
    """Qualifies the names of an annotation with the module, or the class, that defines them."""

    def __init__(self, function: FunctionType, owner: type, module: str) -> None:
        self._globals = function.__globals__
        self._owner = owner
        self._module = module

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in classes.namespace(self._owner):
            return ast.parse(
                f"{self._module}.{classes.class_qualname(self._owner)}.{node.id}", mode="eval"
            ).body
        if hasattr(builtins, node.id) and node.id not in self._globals:
            return node
        # whatever is neither is imported for type checkers only
        return ast.Attribute(ast.Name(self._module, ast.Load()), node.id, ast.Load())

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        node.value = self.visit(node.value)
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        rewritten: ast.expr = self.visit(ast.parse(node.value, mode="eval").body)
        return rewritten

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        name = ast.unparse(node.value).rpartition(".")[2]
        if name == "Annotated" and isinstance(node.slice, ast.Tuple):
            inner: ast.expr = self.visit(node.slice.elts[0])
            return inner
        node.value = self.visit(node.value)
        if name != "Literal":
            node.slice = self.visit(node.slice)
        return node
