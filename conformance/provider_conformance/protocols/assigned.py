"""Attributes that a class's own methods put on its instances, found in their source."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import FunctionNode, node_of, own_statements


@dataclass(frozen=True, slots=True)
class Late:
    """Where an attribute is put on the instance.

    ``attribute`` names the other attribute of the instance that is assigned
    (``self.chat = self._chat``), "" where the value is something else.
    """

    note: str
    location: Location | None = None
    attribute: str = ""

    @classmethod
    def of_getter(cls, getter: Any) -> Late | None:
        """Read a property's getter: what it returns if that is another attribute of the instance."""
        node = node_of(getter.__code__) if isinstance(getter, FunctionType) else None
        if node is None:
            return None
        returned = [s.value for s in own_statements(node) if isinstance(s, ast.Return)]
        if isinstance(node, ast.Lambda):
            returned = [node.body]
        first = _first(node)
        match returned:
            case [ast.Attribute(value=ast.Name(id=name), attr=attribute)] if name == first:
                return cls("a property returns it", attribute=attribute)
        return None


def assigned_late(cls: type, name: str) -> Late | None:
    """Find an assignment of ``self.name`` in the methods of ``cls`` and its bases; protocols do not count."""
    dynamic = None
    for owner, function in _functions(cls):
        names = function.__code__.co_names
        if name in names and (late := _assignment(owner, function, name)):
            return late
        if "setattr" in names or "__dict__" in names:
            dynamic = dynamic or _dynamic(owner, function, name)
    return dynamic


def assigns(cls: type, name: str) -> bool:
    """Whether an instance may get ``name`` from a method of its class."""
    return assigned_late(cls, name) is not None


def _functions(cls: type) -> Iterator[tuple[type, FunctionType]]:
    for owner in classes.mro(cls):
        if classes.only_promises(owner) or classes.is_of_pydantic(owner):
            continue
        for raw in classes.namespace(owner).values():
            function = raw.__func__ if type(raw) in (staticmethod, classmethod) else raw
            if type(function) is FunctionType:
                yield owner, function


def _first(node: FunctionNode) -> str:
    arguments = (*node.args.posonlyargs, *node.args.args)
    return arguments[0].arg if arguments else ""


def _assignment(owner: type, function: FunctionType, name: str) -> Late | None:
    code = function.__code__
    note = f"`{owner.__name__}.{function.__name__}` sets it on the instance"
    node = node_of(code)
    if node is None:
        stores = any(i.opname == "STORE_ATTR" and i.argval == name for i in dis.get_instructions(code))
        return Late(note, Location(code.co_filename, code.co_firstlineno)) if stores else None
    for statement in own_statements(node):
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        if any(_is_self(target, _first(node), name) for target in targets):
            value = getattr(statement, "value", None)
            of_self = isinstance(value, ast.Attribute) and _is_self(value, _first(node))
            place = Location(code.co_filename, getattr(statement, "lineno", 0))
            return Late(note, place, value.attr if of_self and isinstance(value, ast.Attribute) else "")
    return None


def _is_self(node: ast.AST, first: str, attribute: str | None = None) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return name == first and attribute in (None, attr)
    return False


def _dynamic(owner: type, function: FunctionType, name: str) -> Late | None:
    """Whether ``setattr`` or ``__dict__`` may set ``name``: with that name, or with one that is computed."""
    node = node_of(function.__code__)
    if node is None:
        return None
    for statement in own_statements(node):
        match statement:
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value=literal), *_]):
                if literal != name:
                    continue
            case ast.Call(func=ast.Name(id="setattr")):
                pass
            case ast.Attribute(attr="__dict__"):
                pass
            case _:
                continue
        note = f"`{owner.__name__}.{function.__name__}` sets attributes by computed names"
        return Late(note, Location(function.__code__.co_filename, getattr(statement, "lineno", 0)))
    return None
