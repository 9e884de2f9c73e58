"""Function bodies: whether one only stands for a body, read off bytecode and source."""

from __future__ import annotations

import ast
import dis
import inspect
import linecache
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property, lru_cache
from types import CodeType, FunctionType
from typing import Any, Final
from weakref import WeakKeyDictionary

from provider_conformance.protocols import classes

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Body(StrEnum):
    """What a body that does nothing consists of."""

    ELLIPSIS = "`...`"
    NO_STATEMENT = "`pass`"
    DOCSTRING = "a docstring"
    RETURNS_NONE = "`return None`"
    UNKNOWN = "nothing"


def _templates() -> dict[bytes, int]:
    """Bytecode of bodies that do nothing, as this interpreter compiles them, and where its None stands."""

    def plain() -> None: ...

    def plain_with_docstring() -> None:
        """Documented."""

    async def coroutine() -> None: ...

    async def coroutine_with_docstring() -> None:
        """Documented."""

    functions: tuple[Any, ...] = (
        plain,
        plain_with_docstring,
        coroutine,
        coroutine_with_docstring,
    )
    codes = [function.__code__ for function in functions]
    return {code.co_code: code.co_consts.index(None) for code in codes}


_TRIVIAL: Final = _templates()
_SHORT: Final = 2 * max(map(len, _TRIVIAL))


def _without_nops(code: bytes) -> bytes:
    """Leave out what the compiler keeps of statements such as ``pass`` for the sake of tracing."""
    pairs = (code[i : i + 2] for i in range(0, len(code), 2))
    return b"".join(pair for pair in pairs if pair[0] != dis.opmap["NOP"])


def does_nothing(function: FunctionType) -> bool:
    """Whether the body runs no statement: only ``...``, ``pass``, a docstring or ``return None``."""
    code = function.__code__
    index = _TRIVIAL.get(code.co_code)
    if index is None and len(code.co_code) < _SHORT:
        index = _TRIVIAL.get(_without_nops(code.co_code))
    # the same bytecode with another constant in that place returns that constant
    return index is not None and code.co_consts[index] is None


def only_promises(function: FunctionType) -> bool:
    """Whether a protocol's function is a promise without a body that would serve anybody.

    A body that does nothing, and a generator's that only yields constants or never gets to its
    ``yield``: without one, it would not be a generator.
    """
    if does_nothing(function):
        return True
    node = node_of(function.__code__) if inspect.isasyncgenfunction(function) else None
    return node is not None and not isinstance(node, ast.Lambda) and all(map(_promises, node.body))


def _promises(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant() | ast.Yield(value=None | ast.Constant())):
            return True
        case ast.If(test=ast.Constant(value=False) | ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def kind_of_nothing(function: FunctionType) -> Body:
    """Say what a body for which :func:`does_nothing` holds consists of."""
    node = node_of(function.__code__)
    if node is None:
        return Body.UNKNOWN
    if isinstance(node, ast.Lambda):
        return Body.RETURNS_NONE
    kinds = {_statement_kind(statement) for statement in node.body}
    for kind in (Body.ELLIPSIS, Body.RETURNS_NONE, Body.NO_STATEMENT, Body.DOCSTRING):
        if kind in kinds:
            return kind
    return Body.UNKNOWN


def _statement_kind(statement: ast.stmt) -> Body:
    if isinstance(statement, ast.Pass):
        return Body.NO_STATEMENT
    if isinstance(statement, ast.Return):
        return Body.RETURNS_NONE
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return Body.ELLIPSIS if statement.value.value is Ellipsis else Body.DOCSTRING
    return Body.UNKNOWN


@lru_cache(maxsize=512)
def node_of(code: CodeType) -> FunctionNode | None:
    """The syntax tree of the function that ``code`` was compiled from, None where its source is not there."""
    nodes = _nodes_of(code.co_filename).at(code.co_firstlineno, code.co_name)
    if len(nodes) > 1:
        nodes = [node for node in nodes if _covers(node, code)]
    return nodes[0] if len(nodes) == 1 else None


def _covers(node: FunctionNode, code: CodeType) -> bool:
    """Whether the first instruction with a place in the source lies within the node: for lambdas in a row."""
    for line, _, column, _ in code.co_positions():
        if line is not None and column:
            start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
            return start <= (line, column) <= end
    return False


_MOST_FILES: Final = 256
_indexed: Final[dict[str, _Nodes]] = {}


def remember(filename: str, tree: ast.Module) -> None:
    """Find the functions of ``filename`` in ``tree`` from now on, instead of parsing the file once more."""
    _indexed.pop(filename, None)
    if len(_indexed) >= _MOST_FILES:
        del _indexed[next(iter(_indexed))]
    _indexed[filename] = _Nodes(tree)


def _nodes_of(filename: str) -> _Nodes:
    if filename not in _indexed:
        try:
            tree = ast.parse("".join(linecache.getlines(filename)))
        except (SyntaxError, ValueError):
            tree = ast.Module([], [])
        remember(filename, tree)
    return _indexed[filename]


def tree_of(filename: str) -> ast.Module:
    """The syntax tree of a file, empty where its source is not there or does not parse."""
    return _nodes_of(filename).tree


class _Nodes:
    """The functions of a file, listed when one is first looked for.

    Lambdas stand anywhere in expressions, functions only among statements: most files are
    listed without a look into their expressions.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree

    def at(self, line: int, name: str) -> list[FunctionNode]:
        """The functions of that name whose first line, decorators included, it is."""
        if name == "<lambda>":
            return [node for node in self._lambdas if node.lineno == line]
        return [node for node in self._named.get(name, ()) if _first_line(node) == line]

    @cached_property
    def _lambdas(self) -> list[FunctionNode]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Lambda)]

    @cached_property
    def _named(self) -> dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
        nodes: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        pending: list[Any] = [self.tree]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                nodes.setdefault(node.name, []).append(node)
            for block in _BLOCKS:
                held = getattr(node, block, ())
                pending.extend(held if isinstance(held, list) else ())  # the body of a lambda is no list
        return nodes


_BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements hold statements."""


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def own_statements(node: FunctionNode) -> tuple[ast.AST, ...]:
    """All nodes of a function's body but those of functions and classes nested in it, kept for next time."""
    found = _statements.get(node)
    if found is None:
        found = _statements[node] = tuple(_walk(node))
    return found


_statements: WeakKeyDictionary[FunctionNode, tuple[ast.AST, ...]] = WeakKeyDictionary()


def _walk(node: FunctionNode) -> Iterator[ast.AST]:
    pending: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending.extend(ast.iter_child_nodes(current))


def certain(node: FunctionNode | ast.Module) -> Iterator[ast.AST]:
    """The nodes of a body that every call, or every import, comes to, in the order of the source.

    What stands in a branch, a loop or a handler is left out, and so is what only part of an
    expression may evaluate. That a call may return or raise on the way does not count.
    """
    pending: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(reversed(node.body))
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(_certain_parts(current)))


def _certain_parts(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.If(test=first) | ast.While(test=first) | ast.IfExp(test=first) | ast.Match(subject=first):
            return [first]
        case ast.For(iter=first) | ast.AsyncFor(iter=first):
            return [first]
        case ast.BoolOp(values=[first, *_]):
            return [first]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return [node.generators[0].iter]
        case ast.Try() | ast.TryStar():
            return [*node.body, *node.finalbody]
        case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
            annotated = [
                *args.posonlyargs,
                *args.args,
                *args.kwonlyargs,
                *filter(None, (args.vararg, args.kwarg)),
            ]
            evaluated = (*args.defaults, *args.kw_defaults, *annotated, node.returns)
            return [*node.decorator_list, *filter(None, evaluated)]
        case ast.Lambda(args=args):
            return [*args.defaults, *filter(None, args.kw_defaults)]
    return list(ast.iter_child_nodes(node))


def definition_line(function: FunctionType) -> int:
    """The line of the ``def``, below the decorators where the source shows them."""
    node = node_of(function.__code__)
    return node.lineno if node is not None else function.__code__.co_firstlineno


def class_line(cls: type) -> tuple[str, int] | None:
    """File and line of a class statement, None for classes without source."""
    place = classes.namespace(cls).get(classes.PLACE)
    if type(place) is tuple:
        return place
    try:
        _, line = inspect.findsource(cls)
        path = inspect.getsourcefile(cls)
    except (OSError, TypeError, IndexError):
        return None
    return (path, line + 1) if path else None


def is_property(raw: Any) -> bool:
    """Whether it is a property or a cached one."""
    return issubclass(type(raw), property | cached_property)


def getter_of(raw: Any) -> FunctionType | None:
    """The function behind a property or a cached one, None where it is none."""
    getter = (raw.fget if issubclass(type(raw), property) else raw.func) if is_property(raw) else None
    return getter if isinstance(getter, FunctionType) else None


def is_overload(function: FunctionType) -> bool:
    """Whether there are only ``@overload`` declarations: what :mod:`typing` leaves then raises."""
    return function.__module__ == "typing" and function.__name__ == "_overload_dummy"
