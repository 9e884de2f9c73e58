"""The skeleton of a module: its names, classes and signatures at their own lines, without what they do."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from provider_conformance.contracts.snapshots.bodies import Function, reduced
from provider_conformance.contracts.snapshots.expressions import brief, without_prose

Definition = ast.ClassDef | Function
Line = str | int
"""A line of text, or so many blank ones."""


def skeleton(text: str) -> list[Line]:
    """The skeleton of a module's source.

    Args:
        text: The source.

    Returns:
        Its lines. Definitions stand at the lines that they have in the source, wherever there is room.

    Raises:
        SyntaxError: If the source does not parse.
    """
    writer = _Writer()
    writer.block(ast.parse(text).body, 0)
    return writer.lines


def joined(lines: Sequence[Line]) -> str:
    """The text of a skeleton."""
    return "".join("\n" * line if isinstance(line, int) else f"{line}\n" for line in lines)


class _Writer:
    """Writes statements line by line; ``followed`` ones as they are, but for the functions in them."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._count = 0
        self._owner = ""

    def put(self, line: int, depth: int, text: str) -> None:
        """Write a line of text at its place, or behind what stands there."""
        blank = line - 1 - self._count
        if blank > 0:
            self.lines.append(blank)
            self._count += blank
        self.lines.append("    " * depth + text)
        self._count += 1

    def block(self, statements: Sequence[ast.stmt], depth: int, *, followed: bool = False) -> None:
        """Write what is kept of the statements under a header, or of a module's."""
        before = self._count
        for statement in statements:
            self.statement(statement, depth, followed)
        if depth and self._count == before:
            self.lines[-1] = f"{self.lines[-1]} pass"

    def statement(self, node: ast.stmt, depth: int, followed: bool) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.function(node, depth)
            case ast.ClassDef():
                self.decorators(node.decorator_list, depth)
                self.put(node.lineno, depth, _first_line(_header(node)))
                around, self._owner = self._owner, node.name
                self.block(node.body, depth + 1)
                self._owner = around
            case _ if hasattr(node, "body"):
                self.compound(node, depth, followed)
            case _:
                shown = node if followed else _shown(node)
                if shown is not None:
                    self.put(_line(node), depth, ast.unparse(shown))

    def function(self, node: Function, depth: int) -> None:
        self.decorators(node.decorator_list, depth)
        body, header = reduced(node, self._owner), _first_line(_header(node))
        if any(hasattr(statement, "body") for statement in body):
            self.put(node.lineno, depth, header)
            self.block(body, depth + 1, followed=True)
        else:
            self.put(node.lineno, depth, f"{header} {'; '.join(map(ast.unparse, body))}")

    def compound(self, node: ast.stmt, depth: int, followed: bool) -> None:
        fields = dict(ast.iter_fields(node))
        header = type(node)(**{**fields, "body": [ast.Pass()], **_cleared(fields)})
        self.part(_first_line(header), _line(node), fields["body"], depth, followed)
        for handler in fields.get("handlers", ()):
            caught = ast.ExceptHandler(handler.type, handler.name, [ast.Pass()])
            self.part(_first_line(caught), _line(handler), handler.body, depth, followed)
        for name, keyword in (("orelse", "else:"), ("finalbody", "finally:")):
            if fields.get(name):
                self.part(keyword, _line(fields[name][0]) - 1, fields[name], depth, followed)

    def part(self, header: str, line: int, body: Sequence[ast.stmt], depth: int, followed: bool) -> None:
        self.put(line, depth, header)
        self.block(body, depth + 1, followed=followed)

    def decorators(self, decorators: Sequence[ast.expr], depth: int) -> None:
        for decorator in decorators:
            self.put(decorator.lineno, depth, f"@{ast.unparse(without_prose(decorator))}")


def _shown(node: ast.stmt) -> ast.stmt | None:
    """A simple statement as a skeleton shows it, None where it does not; a type's alias in its old form."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return ast.Assign(targets, brief(value), lineno=0)
        case ast.AnnAssign(target=target, annotation=annotation, value=value, simple=simple):
            shown = brief(value) if value is not None else None
            return ast.AnnAssign(target, without_prose(annotation), shown, simple)
        case ast.Expr(value=ast.Call(func=func, args=args)):
            # it may change a class that is handed to it
            named: list[ast.expr] = [argument for argument in args if isinstance(argument, ast.Name)]
            return ast.Expr(ast.Call(func, named, [])) if named else None
        case ast.Import() | ast.ImportFrom() | ast.AugAssign() | ast.Delete():
            return node
    if type(node).__name__ == "TypeAlias":  # the class is there from Python 3.12 on
        fields = dict(ast.iter_fields(node))
        return ast.Assign([fields["name"]], brief(fields["value"]), lineno=0)
    return None


def _header(node: Definition) -> Definition:
    """A definition without decorators, body, and the parameters in brackets that Python 3.11 cannot read."""
    header = copy.copy(node)
    header.body, header.decorator_list = [ast.Pass()], []
    if hasattr(header, "type_params"):
        header.type_params = []
    if isinstance(header, ast.ClassDef):
        return header
    for argument in ast.walk(header.args):
        if isinstance(argument, ast.arg) and argument.annotation is not None:
            argument.annotation = without_prose(argument.annotation)
    if header.returns is not None:
        header.returns = without_prose(header.returns)
    return header


def _first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node)).partition("\n")[0]


def _line(node: ast.AST) -> int:
    """Where a node stands, 0 for one that was made."""
    return getattr(node, "lineno", 0)


def _cleared(fields: dict[str, object]) -> dict[str, object]:
    """The blocks of a compound statement but the first, emptied; a ``try`` needs one."""
    empty: dict[str, object] = {name: [] for name in ("orelse", "handlers") if name in fields}
    if "finalbody" in fields:
        empty["finalbody"] = [ast.Pass()]
    return empty


__all__ = ["Line", "joined", "skeleton"]
