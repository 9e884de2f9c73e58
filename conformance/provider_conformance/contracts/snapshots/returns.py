"""What a plain function returns, as far as the kind of its results depends on it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import reduce

from provider_conformance.contracts.snapshots.expressions import UNKNOWN
from provider_conformance.protocols.bodies import FunctionNode, own_statements

_PLAIN = ast.UnaryOp(ast.Not(), UNKNOWN)
"""An expression that is neither awaitable nor an iterator, and whose value nobody takes for known."""


def in_order(function: FunctionNode) -> list[ast.AST]:
    """The nodes of a function's own statements in the order of the text, those without a place first."""
    own = own_statements(function)
    return sorted(own, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def returned(function: FunctionNode) -> ast.expr | None:
    """One expression whose kinds are those of all that a function returns, None where it returns nothing."""
    values = [node.value for node in in_order(function) if isinstance(node, ast.Return)]
    if not values:
        return None
    forms = [form for value in values for form in _forms(value, function, frozenset())]
    distinct = list({ast.unparse(form): form for form in forms}.values()) or [UNKNOWN]
    return reduce(lambda a, b: ast.IfExp(UNKNOWN, b, a), reversed(distinct[:-1]), distinct[-1])


def _forms(value: ast.expr | None, function: FunctionNode, seen: frozenset[str]) -> Iterator[ast.expr]:
    match value:
        case ast.IfExp(body=body, orelse=orelse):
            yield from _all((body, orelse), function, seen)
        case ast.BoolOp(values=values):
            yield from _all(values, function, seen)
        case ast.GeneratorExp(generators=generators):
            yield _generator() if any(g.is_async for g in generators) else _PLAIN
        case ast.Call(func=func):
            yield ast.Call(_callee(func), [], [])
        case ast.Name(id=name):
            yield from _of_name(name, function, seen)
        case ast.Attribute() if _is_path(value):
            yield value
        case ast.Await() | ast.Attribute() | ast.Subscript() | ast.NamedExpr() | ast.Starred():
            yield UNKNOWN
        case _:
            yield _of_data(value)


def _of_data(value: ast.expr | None) -> ast.expr:
    if value is None:
        return ast.Constant(None)
    kept = isinstance(value, ast.Constant) and isinstance(value.value, type(None) | bool | int)
    return value if kept else _PLAIN


def _all(values: Iterable[ast.expr], function: FunctionNode, seen: frozenset[str]) -> Iterator[ast.expr]:
    for value in values:
        yield from _forms(value, function, seen)


def _of_name(name: str, function: FunctionNode, seen: frozenset[str]) -> Iterator[ast.expr]:
    assigned = [
        node.value
        for node in in_order(function)
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in map(_name, _targets(node))
    ]
    if name in seen:
        yield UNKNOWN
    elif assigned:
        yield from _all((value for value in assigned if value is not None), function, seen | {name})
    else:
        yield ast.Name(name, ast.Load())


def _is_path(node: ast.expr) -> bool:
    """Whether an expression is a name and attributes of it."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _callee(func: ast.expr) -> ast.expr:
    match func:
        case ast.Name() | ast.Attribute(value=ast.Name()):
            return func
        case ast.Attribute(attr=name):
            return ast.Attribute(UNKNOWN, name, ast.Load())
    return UNKNOWN


def _generator() -> ast.expr:
    return ast.GeneratorExp(UNKNOWN, [ast.comprehension(ast.Name("_", ast.Store()), UNKNOWN, [], 1)])
