"""What a skeleton keeps of a function's body: what the source view asks of it, and no more.

A body that only stands for one stays as it is. Of any other there remain the attributes that it sets
on its instance, whether it yields, and of what kind its results are. Functions that make functions,
and those that hand on all their arguments, keep the statements that do so: a decorator is followed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from provider_conformance.contracts.snapshots.expressions import UNKNOWN, brief
from provider_conformance.contracts.snapshots.returns import in_order, returned
from provider_conformance.protocols.bodies import own_statements

Function = ast.FunctionDef | ast.AsyncFunctionDef

_STORED: Final = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor, ast.withitem)
_SETTERS: Final = frozenset({"setattr", "__setattr__"})
_UPDATES: Final = frozenset({"update", "setdefault", "__setitem__"})
_SPEC: Final = "Spec"
"""How the names of the classes end whose objects tell the stack of a provider."""


def reduced(function: Function, owner: str = "") -> list[ast.stmt]:
    """The statements of a skeleton's function, which are simple ones unless it is followed.

    Args:
        function: The function.
        owner: The name of the class that it is a method of.
    """
    body = _without_docstring(function.body)
    if not body:
        return [ast.Expr(ast.Constant(""))]
    if all(map(_does_nothing, body)):
        return body
    if _is_followed(function, owner):
        return _kept(body, _variadic(function)) or [ast.Expr(UNKNOWN)]
    return list(_facts(function, body)) or [ast.Expr(UNKNOWN)]


def _is_followed(function: Function, owner: str) -> bool:
    """Whether the statements of a function are read: of a decorator, a wrapper, a maker of specs."""
    if any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in own_statements(function)):
        return not _is_test_of_itself(function)
    annotation = ast.unparse(function.returns) if function.returns is not None else ""
    of_spec = owner.endswith(_SPEC) and "property" in map(_last, function.decorator_list)
    return of_spec or _takes_anything(function) or f"Provider{_SPEC}" in annotation


def _is_test_of_itself(function: Function) -> bool:
    """Whether the functions within are helpers of its own: none of them is returned or handed on."""
    nested = {
        node.name
        for node in own_statements(function)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    returns = [node for node in own_statements(function) if isinstance(node, ast.Return) and node.value]
    used = {name.id for node in returns for name in ast.walk(node) if isinstance(name, ast.Name)}
    return not nested & used


def _takes_anything(function: Function) -> bool:
    args = function.args
    named = [*args.posonlyargs, *args.args]
    bound = named[1:] if named and named[0].arg in ("self", "cls") else named
    return not bound and bool(args.vararg or args.kwarg)


def _variadic(function: Function) -> frozenset[str]:
    return frozenset(arg.arg for arg in (function.args.vararg, function.args.kwarg) if arg is not None)


def _without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return list(body[documented and isinstance(first.value.value, str) :])  # type: ignore[attr-defined]


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.Return(value=None | ast.Constant(value=None)):
            return True
    return False


# -- facts ------------------------------------------------------------------------------------


def _facts(function: Function, body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    own = in_order(function)
    yield from _distinct(_stores(own))
    if function.name == "__new__" and any(_names(node, "__new__") for node in own):
        yield ast.Expr(ast.Attribute(UNKNOWN, "__new__", ast.Load()))
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own)
    if yields:
        yield ast.Expr(ast.Yield())
    result = None if yields or isinstance(function, ast.AsyncFunctionDef) else returned(function)
    if result is not None:
        yield ast.Return(result)
    elif isinstance(body[-1], ast.Raise):
        yield _raised(body[-1])


def _names(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


def _raised(statement: ast.Raise) -> ast.Raise:
    error = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return ast.Raise(error if isinstance(error, ast.Name) else None)


def _distinct(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    yield from {ast.unparse(statement): statement for statement in statements}.values()


def _stores(nodes: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """The attributes that are set on an instance, by name or by computed names."""
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from _stored(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _stored([target], value)
            case ast.For(target=target) | ast.AsyncFor(target=target):
                yield from _stored([target], UNKNOWN)
            case ast.withitem(optional_vars=ast.expr() as target):
                yield from _stored([target], UNKNOWN)
            case ast.Call(func=func, args=args) if _last(func) in _SETTERS:
                yield ast.Expr(ast.Call(brief(func), [_key(arg) for arg in args], []))
            case ast.Call(func=ast.Attribute(value=holder, attr=attr) as func) if _updates(holder, attr):
                yield ast.Expr(ast.Call(brief(func), [], []))


def _updates(holder: ast.expr, method: str) -> bool:
    return method in _UPDATES and _is_dict(holder)


def _stored(targets: Sequence[ast.expr], value: ast.expr) -> Iterator[ast.stmt]:
    for target in targets:
        match target:
            case ast.Attribute(value=ast.Name() | ast.Call() | ast.Attribute()):
                yield ast.Assign([target], _source(value), lineno=0)
            case ast.Subscript(value=holder) if _is_dict(holder):
                yield ast.Assign([target], UNKNOWN, lineno=0)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                yield from _stored(parts, UNKNOWN)


def _source(value: ast.expr) -> ast.expr:
    """What is assigned: a constant, a name, an attribute of the instance, or anything."""
    match value:
        case ast.Constant() | ast.Name():
            return brief(value)
        case ast.Attribute(value=ast.Name()):
            return value
    return UNKNOWN


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _key(node: ast.expr) -> ast.expr:
    return brief(node) if isinstance(node, ast.Name | ast.Constant) else UNKNOWN


def _is_dict(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(attr="__dict__") | ast.Call(func=ast.Name(id="vars")):
            return True
    return False


# -- statements that are followed ---------------------------------------------------------------


def _kept(body: Sequence[ast.stmt], variadic: frozenset[str]) -> list[ast.stmt]:
    return [kept for statement in body if (kept := _keep(statement, variadic)) is not None]


def _keep(statement: ast.stmt, variadic: frozenset[str]) -> ast.stmt | None:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom():
            return statement
        case ast.Return():
            return ast.copy_location(
                ast.Return(brief(statement.value) if statement.value else None), statement
            )
        case ast.Raise():
            return ast.copy_location(_raised(statement), statement)
        case ast.Assign(targets=targets, value=value):
            return ast.copy_location(ast.Assign(targets, brief(value)), statement)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return ast.copy_location(ast.Assign([target], brief(value)), statement)
        case ast.Expr() if _says_something(statement, variadic):
            return ast.copy_location(ast.Expr(brief(statement.value)), statement)
        case ast.AugAssign() | ast.Delete() if _mentions(statement, variadic):
            return statement
    return _keep_block(statement, variadic)


def _keep_block(statement: ast.stmt, variadic: frozenset[str]) -> ast.stmt | None:
    """A compound statement with what is kept of its blocks, None where that is nothing."""
    if not hasattr(statement, "body"):
        return None
    fields = dict(ast.iter_fields(statement))
    blocks = {
        name: _kept(fields[name], variadic)
        for name in ("body", "orelse", "finalbody")
        if isinstance(fields.get(name), list)
    }
    handlers = [
        ast.copy_location(ast.ExceptHandler(h.type, h.name, _kept(h.body, variadic) or [ast.Pass()]), h)
        for h in fields.get("handlers", ())
    ]
    if not any(blocks.values()) and not any(not isinstance(h.body[0], ast.Pass) for h in handlers):
        return None
    blocks["body"] = blocks["body"] or [ast.Pass()]
    if isinstance(statement, ast.Try | ast.TryStar) and not handlers and not blocks["finalbody"]:
        blocks["finalbody"] = [ast.Pass()]
    changed = {**fields, **blocks, **({"handlers": handlers} if handlers else {})}
    return ast.copy_location(type(statement)(**changed), statement)


def _says_something(statement: ast.Expr, variadic: frozenset[str]) -> bool:
    value = statement.value
    if isinstance(value, ast.Yield | ast.YieldFrom) or _mentions(statement, variadic):
        return True
    call = value.value if isinstance(value, ast.Await) else value
    return isinstance(call, ast.Call) and _last(call.func) in _SETTERS


def _mentions(statement: ast.stmt, names: frozenset[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(statement))


__all__ = ["Function", "reduced"]
