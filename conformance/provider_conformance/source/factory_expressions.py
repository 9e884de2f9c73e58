"""Tell what the expressions of a factory stand for, without running them."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import typing
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import singledispatchmethod
from types import FunctionType
from typing import Any, Final

from provider_conformance.package import places
from provider_conformance.package.loading import import_module
from provider_conformance.protocols import careful
from provider_conformance.protocols.bodies import FunctionNode
from provider_conformance.protocols.classes import mro
from provider_conformance.sandbox.containment import attempt
from provider_conformance.source import factory_values
from provider_conformance.source.factory_values import (
    NONE,
    Bound,
    Instance,
    Known,
    Local,
    Many,
    Pending,
    Unknown,
    Value,
    Values,
    distinct,
)

_MOST_VALUES: Final = 40
_FIRST_ARGUMENT: Final[tuple[Any, ...]] = (asyncio.wait_for, asyncio.shield, asyncio.create_task, asyncio.run)
"""Calls whose result is that of their first argument."""


class Arguments:
    """The arguments of a call that is read: positional ones in order, the others by name."""

    def __init__(self, positional: Iterable[Values] = (), keywords: dict[str, Values] | None = None) -> None:
        self.positional = tuple(positional)
        self.keywords = dict(keywords or {})

    def after(self, receiver: Value) -> Arguments:
        """The same arguments behind a method's first one."""
        return Arguments([(receiver,), *self.positional], self.keywords)

    def bound_to(self, node: FunctionNode) -> dict[str, Values]:
        """What the parameters of a function stand for in the call."""
        args = node.args
        names = [argument.arg for argument in (*args.posonlyargs, *args.args)]
        every = [*names, *(argument.arg for argument in args.kwonlyargs)]
        every += [extra.arg for extra in (args.vararg, args.kwarg) if extra]
        bound: dict[str, Values] = {name: (Unknown(f"argument `{name}`"),) for name in every}
        bound.update(zip(names, self.positional, strict=False))
        if args.vararg:
            bound[args.vararg.arg] = (Many(self.positional[len(names) :]),)
        bound.update({name: value for name, value in self.keywords.items() if name in bound})
        return bound

    def first(self) -> Values:
        """The first argument."""
        return self.positional[0] if self.positional else (Unknown("a missing argument"),)


class Expressions(ABC):
    """Evaluates expressions; how names and calls of functions are read is up to the subclass."""

    @abstractmethod
    def lookup(self, name: str) -> Values:
        """What a name stands for."""

    @abstractmethod
    def assign(self, name: str, value: Values) -> None:
        """Let ``name`` stand for ``value``, as ``(name := value)`` does."""

    @abstractmethod
    def called(self, function: FunctionType, arguments: Arguments) -> Values:
        """What a function with source returns."""

    @abstractmethod
    def called_local(self, function: Local, arguments: Arguments) -> Values:
        """What a function returns that the factory defines itself."""

    def value(self, node: ast.expr | None) -> Values:
        """All that ``node`` may stand for."""
        if node is None:
            return (NONE,)
        return distinct(self._value(node))[:_MOST_VALUES]

    @singledispatchmethod
    def _value(self, node: ast.expr) -> Values:
        return (Unknown(f"`{_short(node)}`"),)

    @_value.register
    def _(self, node: ast.Constant) -> Values:
        return (Known(node.value),)

    @_value.register
    def _(self, node: ast.Name) -> Values:
        return self.lookup(node.id)

    @_value.register
    def _(self, node: ast.Await) -> Values:
        return tuple(awaited(value) for value in self.value(node.value))

    @_value.register
    def _(self, node: ast.NamedExpr) -> Values:
        found = self.value(node.value)
        self.assign(node.target.id, found)
        return found

    @_value.register
    def _(self, node: ast.IfExp) -> Values:
        decided = self.decide(node.test)
        if decided is not None:
            return self.value(node.body if decided else node.orelse)
        return (*self.value(node.body), *self.value(node.orelse))

    @_value.register
    def _(self, node: ast.BoolOp) -> Values:
        found = [value for part in node.values for value in self.value(part)]
        # `a or b` hands on b where a is None or False.
        plain = [value for value in found if not (isinstance(value, Known) and value.value in (None, False))]
        return tuple(plain or found)

    @_value.register
    def _(self, node: ast.Tuple) -> Values:
        return (Many(tuple(self.value(item) for item in node.elts)),)

    @_value.register
    def _(self, node: ast.List) -> Values:
        return (Many(tuple(self.value(item) for item in node.elts)),)

    @_value.register
    def _(self, node: ast.Dict) -> Values:
        return (Many(tuple(self.value(item) for item in node.values)),)

    @_value.register
    def _(self, node: ast.Lambda) -> Values:
        return (Local(node, self.visible()),)

    @_value.register
    def _(self, node: ast.Attribute) -> Values:
        return tuple(factory_values.attribute(value, node.attr) for value in self.value(node.value))

    @_value.register
    def _(self, node: ast.Subscript) -> Values:
        keys = self.value(node.slice)
        return tuple(item for value in self.value(node.value) for item in _items(value, keys, node))

    @_value.register
    def _(self, node: ast.Call) -> Values:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            looked_up = self._looked_up(node, node.func)
            if looked_up:
                return looked_up
        arguments = self._arguments(node)
        return tuple(
            result for callee in self.value(node.func) for result in self._result(callee, arguments, node)
        )

    def visible(self) -> dict[str, Values]:
        """The names that a function defined here sees."""
        return {}

    def _looked_up(self, node: ast.Call, function: ast.Attribute) -> Values:
        """``table.get(key, default)``: any of the table's values."""
        tables = [factory_values.members(value) for value in self.value(function.value)]
        found = [item for table in tables if table is not None for item in table]
        defaults = [value for argument in node.args[1:] for value in self.value(argument)]
        return (*found, *defaults) if found else ()

    def _arguments(self, node: ast.Call) -> Arguments:
        keywords = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        return Arguments([place for argument in node.args for place in self._places(argument)], keywords)

    def _places(self, argument: ast.expr) -> Iterable[Values]:
        """The positions that one argument of a call fills."""
        if not isinstance(argument, ast.Starred):
            return (self.value(argument),)
        spread = [value for value in self.value(argument.value) if isinstance(value, Many)]
        return spread[0].items if len(spread) == 1 else ()

    def _result(self, callee: Value, arguments: Arguments, node: ast.Call) -> Values:
        match callee:
            case Local():
                return self.called_local(callee, arguments)
            case Bound(function, receiver):
                return self.called(function, arguments.after(receiver))
            case Pending():
                return (Unknown("a call of a coroutine"),)
            case Known(function):
                return self._result_of_known(function, arguments, node)
            case Instance(cls):
                method = factory_values.attribute(callee, "__call__")
                if isinstance(method, Bound):
                    return self.called(method.function, arguments.after(callee))
                return (Unknown(f"a call of a `{careful.class_name(cls)}` object"),)
            case Unknown():
                return (callee,)
            case _:
                return (Unknown(f"`{_short(node)}`"),)

    def _result_of_known(self, function: Any, arguments: Arguments, node: ast.Call) -> Values:
        special = self._special(function, arguments)
        if special is not None:
            return special
        if careful.is_class(function):
            return (Instance(function),)
        plain = places.plain_function(factory_values.partial(function))
        if plain is None:
            return (Unknown(f"`{_short(node)}`"),)
        receiver = careful.attribute(function, "__self__")
        bound = arguments.after(Known(receiver)) if receiver is not None else arguments
        results = self.called(plain, bound)
        outer = places.called_function(function)
        if outer is plain or outer is None or inspect.iscoroutinefunction(outer):
            return results
        # A plain wrapper around an async function may hand on its coroutine or run it.
        return tuple(awaited(result) for result in results)

    def _special(self, function: Any, arguments: Arguments) -> Values | None:
        handlers: tuple[tuple[Any, Callable[[Arguments], Values]], ...] = (
            *((known, Arguments.first) for known in _FIRST_ARGUMENT),
            (typing.cast, lambda given: given.positional[1] if len(given.positional) > 1 else given.first()),
            (asyncio.to_thread, self._in_thread),
            (importlib.import_module, _imported),
            (getattr, _got),
            (type, lambda given: tuple(_class_of(value) for value in given.first())),
        )
        handle = next((handle for known, handle in handlers if known is function), None)
        return handle(arguments) if handle is not None else None

    def _in_thread(self, arguments: Arguments) -> Values:
        rest = Arguments(arguments.positional[1:], arguments.keywords)
        node = ast.Call(ast.Name("to_thread", ast.Load()), [], [])
        return tuple(result for callee in arguments.first() for result in self._result(callee, rest, node))

    # -- conditions ---------------------------------------------------------------------------

    def decide(self, test: ast.expr) -> bool | None:
        """Whether ``test`` holds, None where the source does not tell."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.decide(operand)
                return None if inner is None else not inner
            case ast.BoolOp(op=op, values=parts):
                return _combined([self.decide(part) for part in parts], isinstance(op, ast.Or))
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, classes], keywords=[]):
                return _is_instance(self.value(subject), self.value(classes))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return _compared(self.value(left), op, self.value(right))
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                return False
            case ast.Constant() | ast.Name() | ast.Attribute():
                return _truth(self.value(test))
            case _:
                return None


def awaited(value: Value) -> Value:
    """What ``await`` makes of ``value``."""
    return value.result if isinstance(value, Pending) else value


def _short(node: ast.AST) -> str:
    shown = ast.unparse(node)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _items(value: Value, keys: Values, node: ast.Subscript) -> Values:
    key = keys[0].value if len(keys) == 1 and isinstance(keys[0], Known) else None
    match value:
        case Many(items):
            if type(key) is int and -len(items) <= key < len(items):
                return items[key]
            return tuple(item for choices in items for item in choices)
        case Known(table) if type(table) is dict and type(key) in _PLAIN and key in table:
            return (factory_values.known(table[key]),)
        case _:
            return factory_values.members(value) or (Unknown(f"`{_short(node)}`"),)


def _imported(given: Arguments) -> Values:
    return tuple(_module(value) for value in given.first())


def _module(value: Value) -> Value:
    if not isinstance(value, Known) or type(value.value) is not str:
        return Unknown("a module whose name is computed")
    tried = import_module(value.value)
    if tried.error is not None:
        return Unknown(f"module `{value.value}`, which fails to import")
    return Known(tried.value)


def _got(given: Arguments) -> Values:
    names = given.positional[1] if len(given.positional) > 1 else ()
    known = [name.value for name in names if isinstance(name, Known) and type(name.value) is str]
    if not known:
        return (Unknown("an attribute whose name is computed"),)
    return tuple(factory_values.attribute(value, name) for value in given.first() for name in known)


def _class_of(value: Value) -> Value:
    return Known(value.cls) if isinstance(value, Instance) else Unknown("the type of something unknown")


def _is_instance(subjects: Values, classes: Values) -> bool | None:
    if len(subjects) != 1 or not isinstance(subjects[0], Instance) or len(classes) != 1:
        return None
    wanted = _classes(classes[0])
    return None if wanted is None else any(base in wanted for base in mro(subjects[0].cls))


def _classes(value: Value) -> list[type] | None:
    if isinstance(value, Many):
        inner = [_classes(item) for items in value.items for item in items]
        return None if None in inner else [cls for found in inner if found for cls in found]
    if not isinstance(value, Known):
        return None
    if careful.is_class(value.value):
        return [value.value]
    options: tuple[Any, ...] = attempt(lambda: typing.get_args(value.value)).value or (None,)
    return list(options) if all(careful.is_class(option) for option in options) else None


_PLAIN: Final = (bool, int, str, type(None))


def _compared(left: Values, op: ast.cmpop, right: Values) -> bool | None:
    if len(left) != 1 or len(right) != 1 or not isinstance(op, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)):
        return None
    same = _same(left[0], right[0])
    return None if same is None else same == isinstance(op, (ast.Is, ast.Eq))


def _same(left: Value, right: Value) -> bool | None:
    if isinstance(left, Known) and isinstance(right, Known):
        plain = type(left.value) in _PLAIN and type(right.value) in _PLAIN
        return bool(left.value == right.value) if plain else left.value is right.value
    none_and_object = {type(left), type(right)} == {Known, Instance} and NONE.value in _known(left, right)
    return False if none_and_object else None


def _known(*given: Value) -> list[Any]:
    return [value.value for value in given if isinstance(value, Known)]


def _truth(found: Values) -> bool | None:
    if len(found) == 1 and isinstance(found[0], Known) and type(found[0].value) in _PLAIN:
        return bool(found[0].value)
    return None


def _combined(parts: list[bool | None], any_is_enough: bool) -> bool | None:
    if any_is_enough in parts:
        return any_is_enough
    return None if None in parts else not any_is_enough
