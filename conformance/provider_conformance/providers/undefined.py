"""Names that a function needs at every call and that nothing defines."""

from __future__ import annotations

import ast
import builtins
import difflib
from collections.abc import Iterator
from types import FunctionType
from typing import Final

from provider_conformance.findings import Location
from provider_conformance.protocols.bodies import FunctionNode, certain, node_of, own_statements, tree_of
from provider_conformance.protocols.names import bound_by
from provider_conformance.providers.model import Problem

_ANYTHING: Final = frozenset({"*", "exec", "eval", "globals", "vars"})
"""With one of these a module may have names that its text does not show."""


def undefined_name(function: FunctionType, shown: str) -> Problem | None:
    """The first name that a call of ``function`` comes to and that nothing defines, None without one.

    A name counts as defined if anything in the module's text binds it, wherever that stands.

    Args:
        function: A function, or the stand-in of one.
        shown: What a message calls it.
    """
    code = function.__code__
    node = node_of(code)
    known = _bound(code.co_filename)
    if node is None or known & _ANYTHING:
        return None
    known |= {*dir(builtins), *code.co_varnames, *code.co_cellvars, *code.co_freevars}
    survived = {id(part) for part in _survived(node)}
    for part in certain(node):
        # what is no global to the compiler is an annotation that nobody evaluates
        if not isinstance(part, ast.Name) or part.id in known or part.id not in code.co_names:
            continue
        if id(part) not in survived and part.id not in function.__globals__:
            return _problem(part.id, shown, Location(code.co_filename, part.lineno), known)
    return None


def _survived(node: FunctionNode) -> Iterator[ast.AST]:
    """What stands in a ``try`` that goes on after a NameError."""
    for statement in own_statements(node):
        if isinstance(statement, ast.Try) and any(map(_catches, statement.handlers)):
            for inner in statement.body:
                yield from ast.walk(inner)


def _catches(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    return any(name in caught for name in ("NameError", "Exception"))


def _problem(name: str, shown: str, place: Location, known: frozenset[str]) -> Problem:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return Problem(
        "undefined-name",
        f"`{shown}` uses `{name}`, which nothing defines" + (f" (near: `{near[0]}`)" if near else ""),
        place,
        f"NameError: name '{name}' is not defined. The stack calls it when it starts, and does not start.",
        f"import or define `{name}`",
    )


def _bound(filename: str) -> frozenset[str]:
    """Every name that a file's text binds somewhere; ``*`` for what a star imports."""
    return frozenset(_binding(tree_of(filename)))


def _binding(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.Name(id=name) if name in _ANYTHING:
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from map(bound_by, names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Global(names=names):
                yield from names
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name
