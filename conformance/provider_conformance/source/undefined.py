"""Names that a function, or the import of a module, needs for certain and that nothing defines."""

from __future__ import annotations

import ast
import builtins
import difflib
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from types import FunctionType
from typing import Final

from provider_conformance.findings import Location
from provider_conformance.package.model import Problem
from provider_conformance.protocols.bodies import FunctionNode, certain, node_of, tree_of
from provider_conformance.protocols.names import bound_by

_ANYTHING: Final = frozenset({"*", "exec", "eval", "globals", "vars"})
"""With one of these a module may have names that its text does not show."""
_GIVEN: Final = frozenset(
    {*dir(builtins), "__file__", "__path__", "__annotations__", "__qualname__", "__module__"}
)
"""Names that every module or class body has."""


def used_by(function: FunctionType) -> ast.Name | None:
    """The first name that a call of ``function``, or of its stand-in, needs and that nothing defines."""
    code = function.__code__
    node = node_of(code)
    if node is None:
        return None
    own = {*code.co_varnames, *code.co_cellvars, *code.co_freevars}
    # what is no global to the compiler is an annotation that nobody evaluates
    wanted = (name for name in _names(node) if name.id in code.co_names and name.id not in own)
    text = tree_of(code.co_filename)
    return next((n for n in _not_bound(wanted, text) if n.id not in function.__globals__), None)


def used_at_import(tree: ast.Module, namespace: Container[str]) -> ast.Name | None:
    """The first name that importing a module needs and that nothing defines.

    Args:
        tree: The module's source.
        namespace: What the module has, as far as that is known.
    """
    return next((name for name in _left_open(tree) if name.id not in namespace), None)


def problem(function: FunctionType, shown: str) -> Problem | None:
    """What is wrong with a function that the stack calls when it starts, None where nothing is undefined.

    Args:
        function: The function.
        shown: What a message calls it.
    """
    name = used_by(function)
    if name is None:
        return None
    near = difflib.get_close_matches(name.id, sorted(_bound(tree_of(function.__code__.co_filename))), n=1)
    return Problem(
        "undefined-name",
        f"`{shown}` uses `{name.id}`, which nothing defines" + (f" (near: `{near[0]}`)" if near else ""),
        Location(function.__code__.co_filename, name.lineno),
        f"NameError: name '{name.id}' is not defined. The stack calls it when it starts, and does not start.",
        f"import or define `{name.id}`",
    )


@lru_cache(maxsize=512)  # a module is judged by release after release, and its text stays the same
def _left_open(tree: ast.Module) -> tuple[ast.Name, ...]:
    """The names that importing a module needs and its text does not bind."""
    return tuple(_not_bound(_names(tree), tree))


def _not_bound(wanted: Iterable[ast.Name], tree: ast.Module) -> Iterator[ast.Name]:
    """Those of the names that are not there; a name counts as there if anything in the text binds it."""
    known = _bound(tree)
    if not known & _ANYTHING:
        yield from (name for name in wanted if name.id not in known and name.id not in _GIVEN)


def _names(node: FunctionNode | ast.Module) -> Iterator[ast.Name]:
    """The names that are read for certain, but for annotations that are not evaluated."""
    left_out = {id(part) for part in survived(node, ("NameError",))}
    if isinstance(node, ast.Module) and _annotates_lazily(node):
        left_out |= {id(part) for annotation in _annotations(node) for part in ast.walk(annotation)}
    for part in certain(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and id(part) not in left_out:
            yield part


def _annotates_lazily(tree: ast.Module) -> bool:
    imports = (node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__")
    named = {alias.name for node in imports for alias in node.names}
    return "annotations" in named or sys.version_info >= (3, 14)


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation
            case (
                ast.FunctionDef(returns=ast.expr() as returns)
                | ast.AsyncFunctionDef(returns=ast.expr() as returns)
            ):
                yield returns


def survived(node: ast.AST, errors: Sequence[str]) -> Iterator[ast.AST]:
    """What stands in a ``try`` that goes on after one of these errors."""
    for statement in ast.walk(node):
        if isinstance(statement, ast.Try) and any(_catches(one, errors) for one in statement.handlers):
            for inner in statement.body:
                yield from ast.walk(inner)


def _catches(handler: ast.ExceptHandler, errors: Sequence[str]) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    return any(name in caught for name in (*errors, "Exception"))


@lru_cache(maxsize=512)
def _bound(tree: ast.Module) -> frozenset[str]:
    """Every name that a module's text binds somewhere; ``*`` for what a star imports."""
    return frozenset(_binding(tree))


def _binding(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ctx):
                if name in _ANYTHING or not isinstance(ctx, ast.Load):
                    yield name
            case ast.alias():
                yield bound_by(node)
            case ast.Global(names=names):
                yield from names
            case _:  # functions, classes, handlers, patterns, type parameters
                named = (getattr(node, part, None) for part in ("name", "rest"))
                yield from (name for name in named if isinstance(name, str))
