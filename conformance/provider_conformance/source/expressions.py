"""What an expression evaluates to, as far as that follows from source without running any of it."""

from __future__ import annotations

import ast
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import singledispatchmethod
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final

from provider_conformance.findings import Location
from provider_conformance.protocols.bodies import FunctionNode
from provider_conformance.protocols.classes import Opaque, overrides
from provider_conformance.source import calls
from provider_conformance.source.scopes import Scope

_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
}
_COMPARING: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_LONGEST: Final = 10_000
"""Elements and characters beyond which a product is not computed."""


def opaque(*values: Any) -> Opaque | None:
    """The first of ``values`` that the source does not tell."""
    return next((value for value in values if isinstance(value, Opaque)), None)


class Expressions(ABC):
    """Evaluates expressions in a scope."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @abstractmethod
    def function(self, node: FunctionNode) -> Any:
        """The stand-in for a function or a lambda."""

    @abstractmethod
    def called(self, function: Any, arguments: calls.Arguments, node: ast.Call) -> Any:
        """The result of a call."""

    def value(self, node: ast.expr | None) -> Any:
        """What ``node`` evaluates to, Opaque where the source does not tell."""
        if node is None:
            return None
        try:
            return self._value(node)
        except RecursionError:
            return Opaque(f"`{short(node)}` is nested too deeply")

    def decide(self, test: ast.expr) -> bool | None:
        """Whether ``test`` holds, None where the source does not tell."""
        value = self.value(test)
        if isinstance(value, FunctionType | type | MethodType | ModuleType):
            return True
        if calls.is_stand_in(value):
            return None if any(overrides(type(value), name) for name in ("__bool__", "__len__")) else True
        return bool(value) if calls.is_plain(value) else None

    @singledispatchmethod
    def _value(self, node: ast.expr) -> Any:
        return Opaque(f"`{short(node)}` is computed")

    @_value.register
    def _(self, node: ast.Constant) -> Any:
        return node.value

    @_value.register
    def _(self, node: ast.Name) -> Any:
        return self.scope.lookup(node.id)

    @_value.register
    def _(self, node: ast.Await) -> Any:
        return self.value(node.value)

    @_value.register
    def _(self, node: ast.Attribute) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, Opaque):
            return owner
        found = calls.attribute(owner, node.attr, self.called_plainly)
        if isinstance(found, calls.NoMember) and found.place is None:
            return replace(found, place=Location(self.scope.module.path, node.lineno))
        return found

    @abstractmethod
    def called_plainly(self, function: Any, arguments: calls.Arguments) -> Any:
        """The result of calling a stand-in, for properties."""

    @_value.register
    def _(self, node: ast.NamedExpr) -> Any:
        found = self.value(node.value)
        self.scope.names[node.target.id] = found
        return found

    @_value.register
    def _(self, node: ast.IfExp) -> Any:
        decided = self.decide(node.test)
        if decided is not None:
            return self.value(node.body if decided else node.orelse)
        return Opaque(f"it depends on `{short(node.test)}`")

    @_value.register
    def _(self, node: ast.BoolOp) -> Any:
        wanted = isinstance(node.op, ast.Or)
        for part in node.values[:-1]:
            decided = self.decide(part)
            if decided is None:
                return Opaque(f"it depends on `{short(part)}`")
            if decided is wanted:
                return self.value(part)
        return self.value(node.values[-1])

    @_value.register
    def _(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            decided = self.decide(node.operand)
            return Opaque(f"it depends on `{short(node.operand)}`") if decided is None else not decided
        value = self.value(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(value, int | float):
            return -value
        return value if isinstance(value, Opaque) else Opaque(f"`{short(node)}` is computed")

    @_value.register
    def _(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        compute = _BINARY.get(type(node.op))
        return opaque(left, right) or self._computed(node, compute, left, right)

    def _computed(self, node: ast.expr, compute: Callable[..., Any] | None, *values: Any) -> Any:
        too_long = any(isinstance(value, int) and abs(value) > _LONGEST for value in values)
        if compute is None or too_long or not all(map(calls.is_data, values)):
            return Opaque(f"`{short(node)}` is computed")
        try:
            return compute(*values)
        except Exception as error:  # what the expression itself raises
            return Opaque(f"`{short(node)}` raises {type(error).__name__}")

    @_value.register
    def _(self, node: ast.Compare) -> Any:
        left, right = self.value(node.left), self.value(node.comparators[0])
        unknown = opaque(left, right)
        if unknown or len(node.ops) != 1:
            return unknown or Opaque(f"`{short(node)}` is computed")
        if isinstance(node.ops[0], ast.Is | ast.IsNot):
            return _COMPARING[type(node.ops[0])](left, right)
        return self._computed(node, _COMPARING[type(node.ops[0])], left, right)

    @_value.register
    def _(self, node: ast.JoinedStr) -> Any:
        parts = [self.value(part) for part in node.values]
        return opaque(*parts) or "".join(map(str, parts))

    @_value.register
    def _(self, node: ast.FormattedValue) -> Any:
        value = self.value(node.value)
        if node.format_spec or node.conversion not in (-1, ord("s")) or not isinstance(value, str | int):
            return value if isinstance(value, Opaque) else Opaque(f"`{short(node.value)}` is formatted")
        return str(value)

    @_value.register
    def _(self, node: ast.List) -> Any:
        return self._elements(node.elts, list)

    @_value.register
    def _(self, node: ast.Tuple) -> Any:
        return self._elements(node.elts, tuple)

    @_value.register
    def _(self, node: ast.Set) -> Any:
        found = self._elements(node.elts, list)
        unknown = opaque(found) or opaque(*found)
        return unknown or calls.safely(lambda: set(found), short(node))

    def _elements(self, nodes: Sequence[ast.expr], make: Callable[[list[Any]], Any]) -> Any:
        """A list or tuple; an element may be Opaque, an unknown number of them may not."""
        found: list[Any] = []
        for node in nodes:
            if not isinstance(node, ast.Starred):
                found.append(self.value(node))
                continue
            inner = self.value(node.value)
            if not isinstance(inner, list | tuple | set | frozenset | dict):
                return opaque(inner) or Opaque(f"`{short(node)}` is computed")
            found.extend(inner)
        return make(found)

    @_value.register
    def _(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key, part in zip(node.keys, node.values, strict=True):
            value = self.value(part)
            if key is None:
                if not isinstance(value, dict):
                    return opaque(value) or Opaque(f"`**{short(part)}` is computed")
                found.update(value)
                continue
            name = self.value(key)
            if not calls.is_plain(name):
                return opaque(name) or Opaque(f"`{short(key)}` is computed")
            found[name] = value
        return found

    @_value.register
    def _(self, node: ast.Lambda) -> Any:
        return self.function(node)

    @_value.register
    def _(self, node: ast.Subscript) -> Any:
        owner = self.value(node.value)
        if isinstance(owner, list | tuple | dict | str):
            index = self.value(node.slice)
            return opaque(index) or calls.safely(lambda: owner[index], short(node))
        # `Protocol[T]`, `list[int]`: the class is what matters
        return owner

    @_value.register
    def _(self, node: ast.Slice) -> Any:
        parts = [self.value(part) for part in (node.lower, node.upper, node.step)]
        return opaque(*parts) or slice(*parts)

    @_value.register
    def _(self, node: ast.ListComp) -> Any:
        found = list(self._generated(node.elt, node.generators))
        return next((item for item in found if isinstance(item, _Stopped)), found)

    @_value.register
    def _(self, node: ast.GeneratorExp) -> Any:
        return self.value(ast.ListComp(node.elt, node.generators))

    def _generated(self, element: ast.expr, generators: Sequence[ast.comprehension]) -> Iterator[Any]:
        if not generators:
            yield self.value(element)
            return
        first, *rest = generators
        source = self.value(first.iter)
        if not isinstance(source, list | tuple | dict | set | frozenset | range):
            yield _Stopped(f"`{short(first.iter)}` is computed")
            return
        for item in list(source)[:_LONGEST]:
            self.assign(first.target, item)
            wanted = [self.decide(test) for test in first.ifs]
            if None in wanted:
                yield _Stopped("a comprehension's condition is computed")
            elif all(wanted):
                yield from self._generated(element, rest)

    @_value.register
    def _(self, node: ast.Call) -> Any:
        function = self.value(node.func)
        arguments = self._arguments(node)
        if isinstance(arguments, Opaque):
            return arguments
        return function if isinstance(function, Opaque) else self.called(function, arguments, node)

    def _arguments(self, node: ast.Call) -> calls.Arguments | Opaque:
        positional = self._elements(node.args, list)
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value)
            if keyword.arg:
                keywords[keyword.arg] = value
            elif isinstance(value, dict):
                keywords.update(value)
            else:
                return opaque(value) or Opaque(f"`**{short(keyword.value)}` is computed")
        return positional if isinstance(positional, Opaque) else calls.Arguments(tuple(positional), keywords)

    def assign(self, target: ast.expr, value: Any) -> None:
        """Let ``target`` stand for ``value``."""
        if isinstance(target, ast.Name):
            self.scope.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            fits = isinstance(value, list | tuple) and len(value) == len(target.elts)
            unknown = opaque(value) or Opaque(f"`{short(target)}` is unpacked from something computed")
            for index, part in enumerate(target.elts):
                self.assign(part, value[index] if fits else unknown)
        elif isinstance(target, ast.Attribute):
            calls.set_attribute(self.value(target.value), target.attr, value)
        elif isinstance(target, ast.Subscript):
            owner, key = self.value(target.value), self.value(target.slice)
            if isinstance(owner, dict | list) and calls.is_plain(key):
                calls.safely(lambda: operator.setitem(owner, key, value), "")


class _Stopped(Opaque):
    """A comprehension whose elements cannot be told."""

    __slots__ = ()


def short(node: ast.AST) -> str:
    """The text of ``node``, cut to a sensible length."""
    shown = ast.unparse(node)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
