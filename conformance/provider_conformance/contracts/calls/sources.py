"""The source of a stack's own code, indexed: its modules, classes and functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_UNOPENED: Final = (*_FUNCTIONS, ast.ClassDef, ast.operator, ast.cmpop)
_STEPS: Final = (
    ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.For, ast.AsyncFor, ast.comprehension, ast.Return, ast.Call,
)  # fmt: skip


@dataclass(eq=False, slots=True)
class ClassInfo:
    """A class of the stack; ``bases`` are the last parts of its bases' names."""

    name: str
    bases: tuple[str, ...]
    outer: ClassInfo | None = None
    methods: dict[str, Unit] = field(default_factory=dict)


@dataclass(eq=False)
class Unit:
    """A function of the stack, with the class and the function around it.

    ``local`` are the functions defined directly in its body.
    """

    node: Function
    path: str
    qualname: str
    owner: ClassInfo | None = None
    outer: Unit | None = None
    local: dict[str, Unit] = field(default_factory=dict)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the body, without those of nested functions and classes."""
        return tuple(_own_nodes(self.node))

    @cached_property
    def steps(self) -> tuple[ast.AST, ...]:
        """Those of its nodes that hand on a value: assignments, loops, returns and calls."""
        return tuple(node for node in self.nodes if isinstance(node, _STEPS))

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """The parent of each of its nodes."""
        return {child: node for node in (self.node, *self.nodes) for child in ast.iter_child_nodes(node)}

    @property
    def parameters(self) -> tuple[ast.arg, ...]:
        """The named parameters, ``self`` and ``cls`` of a method left out."""
        arguments = self.node.args
        named = (*arguments.posonlyargs, *arguments.args)
        is_method = self.owner is not None and self.outer is None
        return (*(named[1:] if is_method else named), *arguments.kwonlyargs)


@dataclass(eq=False)
class Sources:
    """All modules that are read together; class names are taken to be unique among them."""

    trees: Mapping[str, ast.Module]
    texts: Mapping[str, str]
    classes: dict[str, ClassInfo] = field(default_factory=dict)
    units: list[Unit] = field(default_factory=list)
    functions: dict[str, dict[str, Unit]] = field(default_factory=dict)

    @cached_property
    def _lines(self) -> Mapping[str, list[str]]:
        return {path: text.splitlines() for path, text in self.texts.items()}

    @cached_property
    def handed_on(self) -> frozenset[str]:
        """The names of variables and attributes that are used otherwise than by calling them."""
        return frozenset(name for unit in self.units for name in _handed_on(unit))

    def text(self, path: str, node: ast.expr) -> str:
        """An expression in one line: as it stands in its file, where it does stand in one line there."""
        if node.end_lineno != node.lineno:
            return ast.unparse(node)
        line = self._lines[path][node.lineno - 1].encode()
        return line[node.col_offset : node.end_col_offset].decode()

    def function(self, path: str, name: str) -> Unit | None:
        """The module-level function ``name`` as seen from ``path``: its own, else the only other one."""
        known = self.functions.get(name, {})
        return known.get(path) or (next(iter(known.values())) if len(known) == 1 else None)

    def lineage(self, info: ClassInfo) -> list[ClassInfo]:
        """The class and its known bases, nearest first."""
        found = [info]
        for base in info.bases:
            known = self.classes.get(base)
            if known is not None and known is not info:
                found.extend(step for step in self.lineage(known) if step not in found)
        return found

    def method(self, info: ClassInfo, name: str) -> Unit | None:
        """The method that ``self.name`` finds in ``info``."""
        return next((step.methods[name] for step in self.lineage(info) if name in step.methods), None)

    def reaches(self, info: ClassInfo, owner: ClassInfo, name: str) -> bool:
        """Whether calling ``name`` on an instance of ``info`` runs the body that ``owner`` gives it."""
        for step in self.lineage(info):
            if step is owner:
                return True
            if name in step.methods and not _calls_super(step.methods[name], name):
                return False
        return False


def index(texts: Mapping[str, str]) -> Sources:
    """Parse and index sources.

    Args:
        texts: Source text by the path under which its places are shown.

    Raises:
        SyntaxError: If a text is no Python.
    """
    sources = Sources({path: ast.parse(text, path) for path, text in texts.items()}, texts)
    for path, tree in sources.trees.items():
        for node in tree.body:
            _add(sources, node, path, "", None)
    return sources


def _add(sources: Sources, node: ast.AST, path: str, prefix: str, owner: ClassInfo | None) -> None:
    if isinstance(node, _FUNCTIONS):
        unit = _add_function(sources, node, path, prefix, owner, None)
        if owner is None:
            sources.functions.setdefault(node.name, {})[path] = unit
        else:
            owner.methods[node.name] = unit
    elif isinstance(node, ast.ClassDef):
        info = ClassInfo(node.name, tuple(filter(None, map(_last_name, node.bases))), owner)
        sources.classes.setdefault(node.name, info)
        for statement in node.body:
            _add(sources, statement, path, f"{prefix}{node.name}.", info)
    elif isinstance(node, ast.If | ast.Try):
        for child in ast.iter_child_nodes(node):
            _add(sources, child, path, prefix, owner)


def _add_function(
    sources: Sources, node: Function, path: str, prefix: str, owner: ClassInfo | None, outer: Unit | None
) -> Unit:
    unit = Unit(node, path, prefix + node.name, owner, outer)
    sources.units.append(unit)
    for child in unit.nodes:
        if isinstance(child, _FUNCTIONS):
            unit.local[child.name] = _add_function(sources, child, path, f"{unit.qualname}.", owner, unit)
    return unit


def _handed_on(unit: Unit) -> Iterator[str]:
    called = {id(node.func) for node in unit.nodes if isinstance(node, ast.Call)}
    for node in unit.nodes:
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in called:
            yield node.id if isinstance(node, ast.Name) else node.attr


def _own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """All nodes below ``root`` in the order of the source, nested functions and classes unopened.

    Marks of reading and writing are left out: they say nothing that their node does not.
    """
    pending = _children(root)
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _UNOPENED):
            pending.extend(_children(node))


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below one, the last first."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found.extend(item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
            found.append(value)
    found.reverse()
    return found


def _last_name(expression: ast.expr) -> str:
    if isinstance(expression, ast.Subscript):
        return _last_name(expression.value)
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def _calls_super(unit: Unit, name: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        and is_super(node.func.value)
        for node in unit.nodes
    )


def is_super(expression: ast.expr) -> bool:
    """Whether the expression is ``super()``."""
    return (
        isinstance(expression, ast.Call)
        and isinstance(expression.func, ast.Name)
        and expression.func.id == "super"
    )
