"""The names that statements bind."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def bound_by(alias: ast.alias) -> str:
    """The name that one part of an import statement binds."""
    return alias.asname or alias.name.partition(".")[0]


def bound_names(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that statements may bind, those of nested functions and classes left out; ``*`` for all."""
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            yield from (bound_by(alias) for alias in statement.names)
        elif type(statement).__name__ == "TypeAlias":  # the class is there from Python 3.12 on
            yield ast.unparse(dict(ast.iter_fields(statement))["name"])
        else:
            yield from _assigned(statement)


def _assigned(statement: ast.stmt) -> Iterator[str]:
    targets: list[ast.expr] = []
    match statement:
        case ast.Assign():
            targets = statement.targets
        case ast.Delete():
            targets = statement.targets
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            targets = [target]
        case ast.AnnAssign(target=target) if statement.value is not None:
            targets = [target]
        case ast.With(items=items) | ast.AsyncWith(items=items):
            targets = [item.optional_vars for item in items if item.optional_vars]
    for target in targets:
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
    for block in blocks(statement):
        yield from bound_names(block)


def blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The lists of statements that a statement holds."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body
