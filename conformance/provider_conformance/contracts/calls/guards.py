"""What stands around a call: is it awaited, guarded, or reached for some APIs only?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Final

from provider_conformance.contracts.calls.sources import Unit

_AWAITING: Final = frozenset({"wait_for", "create_task", "ensure_future", "gather", "shield"})
_EVERYTHING: Final = frozenset({"Exception", "BaseException"})
_SURVIVORS: Final = _EVERYTHING | {"AttributeError"}
_LEAVING: Final = (ast.Return, ast.Continue, ast.Break)

ApisNamed = Callable[[ast.expr], frozenset[str] | None]
"""Says which APIs an expression such as ``Api.inference`` stands for, None for any other one."""


def is_awaited(call: ast.Call, unit: Unit) -> bool:
    """Whether the call's result is awaited on the spot, or handed to asyncio to be awaited."""
    parent = unit.parents.get(call)
    if isinstance(parent, ast.Call):
        return name_of(parent.func) in _AWAITING
    return isinstance(parent, ast.Await)


def is_asked_for(call: ast.Call, receiver: str, method: str, unit: Unit) -> bool:
    """Whether the call is only made where the receiver has the method.

    Args:
        call: The call.
        receiver: The source text of what the method is called on.
        method: The method's name.
        unit: The function that holds the call.
    """
    return any(_tested(node, parent, receiver, method) for node, parent in _ancestry(call, unit))


def is_caught(call: ast.Call, unit: Unit) -> bool:
    """Whether the caller goes on after the error that a receiver without the method gives it."""
    return any(_survives(node, parent) for node, parent in _ancestry(call, unit))


def answered(call: ast.Call, unit: Unit) -> tuple[str, ...]:
    """The exceptions of a call, by their names, for which its caller has an answer of its own.

    What catches everything has none: it is there for what nobody expects.
    """
    around = [p for child, p in _ancestry(call, unit) if isinstance(p, ast.Try) and _among(child, p.body)]
    handlers = [h for one in around for h in one.handlers if h.type is not None and not _raises_again(h)]
    names = (name_of(kind) for handler in handlers for kind in _kinds(handler.type))
    return tuple(dict.fromkeys(name for name in names if name and name not in _EVERYTHING))


def narrowed(apis: frozenset[str], node: ast.AST, unit: Unit, named: ApisNamed) -> frozenset[str]:
    """Those of ``apis`` for which ``node`` is reached, by the ``if api == Api.x`` tests around it."""
    for child, parent in _ancestry(node, unit):
        if isinstance(parent, ast.If | ast.IfExp):
            chosen = _selected(parent.test, named)
            if chosen is not None and _among(child, parent.body):
                apis &= chosen
            elif chosen is not None and _among(child, parent.orelse):
                apis -= chosen
    return apis


def name_of(expression: ast.expr) -> str:
    """The last name of ``a.b.c`` or ``c``, "" for any other expression."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def probes(unit: Unit, parameter: str) -> bool:
    """Whether the function asks of its parameter which members it has."""
    return any(
        isinstance(node, ast.Call)
        and name_of(node.func) in ("hasattr", "getattr")
        and bool(node.args)
        and name_of(node.args[0]) == parameter
        for node in unit.nodes
    )


def _ancestry(node: ast.AST, unit: Unit) -> Iterator[tuple[ast.AST, ast.AST]]:
    parent = unit.parents.get(node)
    while parent is not None:
        yield node, parent
        node, parent = parent, unit.parents.get(parent)


def _among(child: ast.AST, branch: object) -> bool:
    return any(child is one for one in branch) if isinstance(branch, list) else child is branch


def _selected(test: ast.expr, named: ApisNamed) -> frozenset[str] | None:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    if isinstance(test.ops[0], ast.Eq):
        return named(test.comparators[0])
    choices = test.comparators[0]
    if isinstance(test.ops[0], ast.In) and isinstance(choices, ast.Tuple | ast.List | ast.Set):
        found = [named(element) for element in choices.elts]
        return None if None in found else frozenset().union(*filter(None, found))
    return None


def _survives(child: ast.AST, parent: ast.AST) -> bool:
    if isinstance(parent, ast.Try) and _among(child, parent.body):
        handler = next((h for h in parent.handlers if _catches(h.type)), None)
        return handler is not None and not _raises(handler)
    if isinstance(parent, ast.With | ast.AsyncWith) and _among(child, parent.body):
        return any(_suppresses(item.context_expr) for item in parent.items)
    return False


def _catches(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    return any(name_of(one) in _SURVIVORS for one in _kinds(kind))


def _kinds(kind: ast.expr | None) -> list[ast.expr]:
    if kind is None:
        return []
    return kind.elts if isinstance(kind, ast.Tuple) else [kind]


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(statement, ast.Raise) for statement in handler.body)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether a handler passes on what it catches, which is no answer."""
    return any(
        isinstance(node, ast.Raise)
        and (node.exc is None or (handler.name is not None and name_of(node.exc) == handler.name))
        for statement in handler.body
        for node in ast.walk(statement)
    )


def _suppresses(expression: ast.expr) -> bool:
    return (
        isinstance(expression, ast.Call)
        and name_of(expression.func) == "suppress"
        and any(_catches(argument) for argument in expression.args)
    )


def _tested(child: ast.AST, parent: ast.AST, receiver: str, method: str) -> bool:
    if isinstance(parent, ast.If | ast.IfExp) and _among(child, parent.body):
        return _requires(parent.test, receiver, method)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.And):
        return any(_requires(value, receiver, method) for value in parent.values if value is not child)
    return any(_leaves_without(before, receiver, method) for before in _before(child, parent))


def _before(child: ast.AST, parent: ast.AST) -> Iterator[ast.stmt]:
    """The statements that run before ``child`` in the same block."""
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(parent, block, None)
        if isinstance(statements, list) and _among(child, statements):
            yield from statements[: next(i for i, one in enumerate(statements) if one is child)]


def _leaves_without(statement: ast.stmt, receiver: str, method: str) -> bool:
    return (
        isinstance(statement, ast.If)
        and isinstance(statement.test, ast.UnaryOp)
        and isinstance(statement.test.op, ast.Not)
        and _requires(statement.test.operand, receiver, method)
        and isinstance(statement.body[-1], _LEAVING)
    )


def _requires(test: ast.expr, receiver: str, method: str) -> bool:
    """Whether the test holds only for a receiver that has the method."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_requires(value, receiver, method) for value in test.values)
    if not isinstance(test, ast.Call):
        return False
    if name_of(test.func) == "callable" and test.args:
        return _requires(test.args[0], receiver, method)
    return name_of(test.func) in ("hasattr", "getattr") and _asks_for(test, receiver, method)


def _asks_for(call: ast.Call, receiver: str, method: str) -> bool:
    return (
        len(call.args) > 1
        and ast.unparse(call.args[0]) == receiver
        and isinstance(call.args[1], ast.Constant)
        and call.args[1].value == method
    )
