"""Attributes that a class's own methods put on its instances, found in their source."""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.protocols import classes
from provider_conformance.protocols.bodies import FunctionNode, certain, node_of, own_statements

_ANY: Final = "*"
_PREPARING: Final = frozenset(
    {"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__enter__", "__aenter__"}
)
_LITERALS: Final = (ast.Constant, ast.Dict, ast.List, ast.Set, ast.Tuple, ast.JoinedStr)
"""What nobody can call, whatever is in it."""
_DYNAMIC: Final = frozenset({"setattr", "__setattr__", "__dict__", "vars"})


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


def assigned_late(cls: type, name: str, *, constants: bool = False) -> Late | None:
    """Find an assignment of ``self.name`` in the methods of ``cls`` and its bases; protocols do not count.

    ``constants``: whether the assignment of a constant counts, which cannot make a method.
    """
    dynamic = None
    for owner, function in _functions(cls):
        names = function.__code__.co_names
        if name in names and (late := _assignment(owner, function, name, constants)):
            return late
        if not _DYNAMIC.isdisjoint(names):
            dynamic = dynamic or _dynamic(owner, function, name)
    return dynamic


def hiding_value(cls: type, name: str) -> Late | None:
    """Find the value that a constructor puts in front of a method, and that nobody can call.

    It counts where every call of the ``__init__`` that runs makes the assignment, its value is a literal,
    and it is the only place where the class or a base sets the attribute.
    """
    constructor = next((owner for owner, _ in classes.definitions(cls, "__init__")), object)
    if classes.overrides(cls, "__setattr__"):
        return None
    setting = [
        (owner, function, statement)
        for owner, function in _functions(cls)
        if name in function.__code__.co_names or not _DYNAMIC.isdisjoint(function.__code__.co_names)
        for statement in _setting(function, name)
    ]
    if len(setting) != 1:
        return None
    owner, function, statement = setting[0]
    node = node_of(function.__code__)
    if node is None or owner is not constructor or function.__name__ != "__init__":
        return None
    if all(one is not statement for one in certain(node)):
        return None
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or not isinstance(statement.value, _LITERALS):
        return None
    where = f"`{classes.class_name(owner)}.__init__` sets `{name}` to `{ast.unparse(statement.value)}`"
    place = Location(function.__code__.co_filename, statement.lineno)
    return Late(f"{where} on the instance, which nobody can call", place)


def _setting(function: FunctionType, name: str) -> Iterator[ast.AST]:
    """The statements of a method that set an attribute of the instance, or may do so."""
    node = node_of(function.__code__)
    if node is None:
        return
    first = _first(node)
    for statement in own_statements(node):
        plain = _assigns(statement, first, name, True) or _assigns_part(statement, first, name)
        if plain or _sets_by_name(statement, first, name) or _writes_dict(statement, first, name):
            yield statement


def _functions(cls: type) -> Iterator[tuple[type, FunctionType]]:
    for owner in classes.mro(cls):
        if classes.only_promises(owner) or classes.is_of_pydantic(owner):
            continue
        for raw in classes.namespace(owner).values():
            function = raw.__func__ if type(raw) in (staticmethod, classmethod) else raw
            if type(function) is FunctionType and _prepares_instances(function):
                yield owner, function


def _prepares_instances(function: FunctionType) -> bool:
    """Whether a method may run before the stack calls: not one that unpickles or copies, say.

    Classes that inherit a protocol have an ``__init__`` of typing's own, which counts for nothing.
    """
    name = function.__name__
    special = name.startswith("__") and name.endswith("__")
    return function.__module__ != "typing" and (not special or name in _PREPARING)


def _first(node: FunctionNode) -> str:
    """The name of the instance in a method, ``_ANY`` in a constructor, which names it as it likes."""
    if isinstance(node, ast.FunctionDef) and node.name == "__new__":
        return _ANY
    arguments = (*node.args.posonlyargs, *node.args.args)
    return arguments[0].arg if arguments else ""


def _assignment(owner: type, function: FunctionType, name: str, constants: bool) -> Late | None:
    code = function.__code__
    note = f"`{classes.class_name(owner)}.{function.__name__}` sets it on the instance"
    node = node_of(code)
    if node is None:
        stores = any(i.opname == "STORE_ATTR" and i.argval == name for i in dis.get_instructions(code))
        return Late(note, Location(code.co_filename, code.co_firstlineno)) if stores else None
    first = _first(node)
    for statement in own_statements(node):
        if _assigns(statement, first, name, constants):
            place = Location(code.co_filename, getattr(statement, "lineno", 0))
            return Late(note, place, _attribute_of_self(getattr(statement, "value", None), first))
        if _assigns_part(statement, first, name):
            return Late(note, Location(code.co_filename, getattr(statement, "lineno", 0)))
    return None


def _assigns(statement: ast.AST, first: str, name: str, constants: bool) -> bool:
    """A plain assignment, no mere declaration."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            pass
        case ast.AnnAssign(target=target, value=value):
            targets = [target]
        case _:
            return False
    if value is None or (isinstance(value, ast.Constant) and not constants):
        return False
    return any(_is_attribute(target, first, name) for target in targets)


def _assigns_part(statement: ast.AST, first: str, name: str) -> bool:
    """An assignment as part of a tuple, by a loop, or by ``with ... as``."""
    match statement:
        case ast.Tuple(ctx=ast.Store(), elts=targets) | ast.List(ctx=ast.Store(), elts=targets):
            return any(_is_attribute(target, first, name) for target in targets)
        case ast.For(target=target) | ast.AsyncFor(target=target) | ast.withitem(optional_vars=target):
            return target is not None and _is_attribute(target, first, name)
    return False


def _attribute_of_self(value: ast.expr | None, first: str) -> str:
    return value.attr if isinstance(value, ast.Attribute) and _is_attribute(value, first) else ""


def _is_attribute(node: ast.AST, first: str, attribute: str | None = None) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attr):
            return first in (name, _ANY) and attribute in (None, attr)
        case ast.Attribute(value=ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=name)]), attr=attr):
            return first in (name, _ANY) and attribute in (None, attr)
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id=name), attr="__class__"), attr=attr):
            return first in (name, _ANY) and attribute in (None, attr)
    return False


def _dynamic(owner: type, function: FunctionType, name: str) -> Late | None:
    """Whether ``name`` may be set by ``setattr`` or through ``__dict__``, literally or computed."""
    node = node_of(function.__code__)
    if node is None:
        return None
    first = _first(node)
    for statement in own_statements(node):
        if _sets_by_name(statement, first, name) or _writes_dict(statement, first, name):
            note = f"`{classes.class_name(owner)}.{function.__name__}` sets attributes by computed names"
            return Late(note, Location(function.__code__.co_filename, getattr(statement, "lineno", 0)))
    return None


def _sets_by_name(statement: ast.AST, first: str, name: str) -> bool:
    match statement:
        case ast.Call(func=ast.Attribute(attr="__setattr__"), args=[key, _]):
            return _may_be(key, name)
        case ast.Call(
            func=ast.Name(id="setattr") | ast.Attribute(attr="__setattr__"),
            args=[ast.Name(id=target), key, _],
        ):
            return first in (target, _ANY) and _may_be(key, name)
    return False


def _writes_dict(statement: ast.AST, first: str, name: str) -> bool:
    """``self.__dict__.update(...)``, ``vars(self)[name] = ...`` and the like."""
    match statement:
        case ast.Call(func=ast.Attribute(value=holder, attr="update" | "setdefault" | "__setitem__")):
            return _is_dict_of(holder, first)
        case ast.Subscript(value=holder, slice=key, ctx=ast.Store()):
            return _is_dict_of(holder, first) and _may_be(key, name)
        case ast.AugAssign(target=holder) | ast.Assign(targets=[holder]):
            return _is_dict_of(holder, first)
    return False


def _may_be(key: ast.expr, name: str) -> bool:
    return not isinstance(key, ast.Constant) or key.value == name


def _is_dict_of(node: ast.expr, first: str) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="__dict__"):
            return first in (name, _ANY)
        case ast.Call(func=ast.Name(id="vars"), args=[ast.Name(id=name)]):
            return first in (name, _ANY)
    return False
