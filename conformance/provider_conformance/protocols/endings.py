"""How a function's body ends: whether it does, and whether None is among the values that callers get."""

from __future__ import annotations

import ast
import typing
from collections.abc import Sequence
from types import FunctionType, MethodType, ModuleType, NoneType, UnionType
from typing import Any, Final

from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import FunctionNode, node_of, own_statements
from provider_conformance.protocols.results import name_in

UNIONS: Final = (typing.Union, UnionType)
"""What :func:`typing.get_origin` says of a union."""

_DEPTH: Final = 5
_NEVER_NONE: Final = (
    ast.Dict,
    ast.List,
    ast.Set,
    ast.Tuple,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.JoinedStr,
    ast.Lambda,
    ast.Compare,
    ast.BinOp,
    ast.UnaryOp,
)
"""Expressions that are something, whatever their parts are."""


def never_returns(function: FunctionType) -> bool:
    """Whether the body shows that no call returns: every way through it raises."""
    node = _body_of(function)
    return node is not None and not _returned(node) and not falls_through(node.body)


def never_gives_none(function: FunctionType, owner: type | None = None) -> bool:
    """Whether the body shows that no call gives None.

    Args:
        function: A function; of a coroutine function it is what comes of awaiting it.
        owner: The class on which ``self.something`` is looked up.

    Returns:
        Whether each way through the body ends in a value that is seen not to be None, or raises.
        False also where the source is not there or does not tell.
    """
    return _Ending(function, owner, _DEPTH).never_none()


def falls_through(statements: Sequence[ast.stmt]) -> bool:
    """Whether the end of a block may be reached: a call that never returns is taken for one that does."""
    return not any(_leaves(statement) for statement in statements)


def _leaves(statement: ast.stmt) -> bool:
    """Whether what stands after a statement is never reached."""
    match statement:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return True
        case ast.Assert(test=ast.Constant(value=value)):
            return not value
        case ast.If():
            return not falls_through(statement.body) and not falls_through(statement.orelse)
        case ast.While(test=ast.Constant(value=value)) if value:
            return not any(isinstance(node, ast.Break) for node in ast.walk(statement))
        case ast.Match():
            bodies = [not falls_through(case.body) for case in statement.cases]
            return all(bodies) and any(_takes_all(case) for case in statement.cases)
        case ast.Try() | ast.TryStar():
            if not falls_through(statement.finalbody):
                return True
            body = not falls_through([*statement.body, *statement.orelse])
            return body and all(not falls_through(handler.body) for handler in statement.handlers)
        case ast.With() | ast.AsyncWith():
            return not falls_through(statement.body) and not any(map(_may_swallow, statement.items))
    return False


def _takes_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None


def _may_swallow(item: ast.withitem) -> bool:
    """Whether a context is known to go on after an exception."""
    return isinstance(item.context_expr, ast.Call) and "suppress" in ast.unparse(item.context_expr.func)


def _body_of(function: FunctionType) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    node = node_of(function.__code__)
    return None if isinstance(node, ast.Lambda) else node


def _returned(node: FunctionNode) -> list[ast.expr | None]:
    return [one.value for one in own_statements(node) if isinstance(one, ast.Return)]


class _Ending:
    """Looks at what one function returns; each question about another function goes one step deeper."""

    def __init__(self, function: FunctionType, owner: type | None, depth: int) -> None:
        self._function = function
        self._owner = owner
        self._depth = depth

    def never_none(self) -> bool:
        node = _body_of(self._function) if self._depth else None
        if node is None or any(isinstance(one, ast.Yield | ast.YieldFrom) for one in own_statements(node)):
            return False
        if falls_through(node.body):
            return False
        return all(value is not None and self._is_something(value, node) for value in _returned(node))

    def _is_something(self, value: ast.expr, node: FunctionNode, seen: frozenset[str] = frozenset()) -> bool:
        """Whether an expression is seen not to be None."""
        match value:
            case ast.Constant(value=constant):
                return constant is not None
            case ast.Await(value=inner) | ast.NamedExpr(value=inner):
                return self._is_something(inner, node, seen)
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_something(body, node, seen) and self._is_something(orelse, node, seen)
            case ast.BoolOp(op=ast.Or(), values=[*_, last]):
                return self._is_something(last, node, seen)  # what comes before is taken if it is true
            case ast.BoolOp(values=values):
                return all(self._is_something(one, node, seen) for one in values)
            case ast.Call(func=func):
                return self._gives_something(func)
            case ast.Name(id=name):
                return _is_excluded(name, node) or self._is_local(name, node, seen)
        return isinstance(value, _NEVER_NONE)

    def _is_local(self, name: str, node: FunctionNode, seen: frozenset[str]) -> bool:
        """Whether everything that a local name is bound to is something, by plain assignments alone."""
        statements = own_statements(node)
        bound = [one for one in statements if isinstance(one, ast.Name) and one.id == name and _stores(one)]
        values = [value for one in statements if (value := _assigned(one, name)) is not None]
        if name in seen or not values or len(values) < len(bound):
            return False
        return all(self._is_something(one, node, seen | {name}) for one in values)

    def _gives_something(self, func: ast.expr) -> bool:
        """Whether what is called is a class, or a function that is seen not to give None."""
        target = self._resolve(func)
        while isinstance(target, staticmethod | classmethod | MethodType):
            target = target.__func__
        if isinstance(target, type):
            return True
        if not isinstance(target, FunctionType):
            return False
        promised = _return_hint(target)
        if promised is not None:
            return not admits_none(promised)
        return _Ending(target, self._owner, self._depth - 1).never_none()

    def _resolve(self, node: ast.expr) -> Any:
        """What a name, or ``name.attribute`` stands for; None where it is not seen."""
        if isinstance(node, ast.Name):
            return name_in(self._function, node.id)
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        code = self._function.__code__
        if code.co_argcount and node.value.id == code.co_varnames[0] and self._owner is not None:
            return _defined(self._owner, node.attr)
        base = name_in(self._function, node.value.id)
        if isinstance(base, type):
            return _defined(base, node.attr)
        return vars(base).get(node.attr) if isinstance(base, ModuleType) else None


def _defined(cls: type, name: str) -> Any:
    return next((raw for _, raw in classes.definitions(cls, name)), None)


def _stores(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def _assigned(node: ast.AST, name: str) -> ast.expr | None:
    """What a plain assignment gives to a name."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        return None
    return node.value if any(isinstance(one, ast.Name) and one.id == name for one in targets) else None


def _is_excluded(name: str, node: FunctionNode) -> bool:
    """Whether the body leaves where a name is None: ``if job is None: raise ...``."""
    return any(
        isinstance(one, ast.If) and _tests_for_none(one.test, name) and not falls_through(one.body)
        for one in own_statements(node)
    )


def _tests_for_none(test: ast.expr, name: str) -> bool:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=tested)):
            return tested == name
        case ast.Compare(left=ast.Name(id=tested), ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return tested == name
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(_tests_for_none(one, name) for one in values)
    return False


def _return_hint(function: FunctionType) -> Any:
    """What a function's return annotation means, None where it has none or it cannot be read."""
    if "return" not in function.__annotations__:
        return None
    try:
        meant = typing.get_type_hints(function).get("return")
    except Exception:  # an annotation may name anything, what only type checkers import above all
        return None
    return NoneType if meant is None else meant


def admits_none(hint: Any) -> bool:
    """Whether None is among the values of a type; so it is of `Any` and of what is not understood."""
    if typing.get_origin(hint) is typing.Annotated:
        return admits_none(typing.get_args(hint)[0])
    if typing.get_origin(hint) in UNIONS:
        return any(admits_none(one) for one in typing.get_args(hint))
    if typing.get_origin(hint) is typing.Literal:
        return None in typing.get_args(hint)
    if isinstance(hint, type):
        return hint in (NoneType, object, Any)
    return hint is not typing.Self and typing.get_origin(hint) is None
