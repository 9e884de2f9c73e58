"""Where the stack's own code holds a provider: a small flow analysis over its source.

It follows values through names, attributes, loops, tuples and calls within the sources, without
regard to the order of statements, until nothing new is found.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, TypeAlias

from provider_conformance.contracts.guards import name_of, narrowed, probes
from provider_conformance.contracts.sources import ClassInfo, Sources, Unit, is_super

_ROUTED_MAPPING: Final = "impls_by_provider_id"
_ROUTED_LOOKUP: Final = "get_provider_impl"
_LOADED: Final = "__provider_spec__"
_ALL_MAPPINGS: Final = frozenset({"impls", "deps", "__llama_stack_impls__"})
_BY_API: Final = re.compile(r"[dD]ict\[Api, Any\]")
_CONTAINERS: Final = frozenset({"dict", "list", "tuple", "set", "Dict", "List", "Tuple", "Set", "Callable"})
_COPIES: Final = frozenset({"dict", "list", "tuple", "set", "sorted", "reversed"})
_ROUNDS: Final = 8
_DEPTH: Final = 3

DYNAMIC: Final = "*"
"""Stands for a method whose name the source does not show: ``getattr(impl, route.name)``."""


class Shape(Enum):
    """What an expression is, seen from the provider that it leads to."""

    ONE = "a provider"
    MAPPING = "a mapping onto them"
    EACH = "an iterable of them"
    PAIRS = "an iterable of (key, one)"
    TUPLE = "a tuple with one in it"
    METHOD = "a bound method of one"


@dataclass(frozen=True, slots=True)
class Held:
    """What an expression may hold; ``apis`` are those whose providers it may be.

    ``sure`` is false where whoever holds it has asked which members it has, or has picked the
    provider by a fixed key: the others go on working without the method.
    """

    shape: Shape
    apis: frozenset[str] = frozenset()
    inner: Held | None = None
    parts: tuple[Held | None, ...] = ()
    method: str = ""
    sure: bool = True

    def only(self, apis: frozenset[str]) -> Held:
        """The same, for those of its APIs that are among ``apis``."""
        return replace(
            self,
            apis=self.apis & apis,
            inner=self.inner and self.inner.only(apis),
            parts=tuple(part and part.only(apis) for part in self.parts),
        )


Maybe: TypeAlias = Held | None


def one(apis: frozenset[str], *, sure: bool = True) -> Held:
    """A provider of one of ``apis``."""
    return Held(Shape.ONE, apis, sure=sure)


def joined(first: Maybe, second: Maybe) -> Maybe:
    """What holds either; where the shapes differ the first stays."""
    if first is None or second is None:
        return first or second
    if first.shape is not second.shape or first.method != second.method:
        return first
    parts = [joined(*pair) for pair in zip(first.parts, second.parts, strict=False)]
    return replace(
        first,
        apis=first.apis | second.apis,
        inner=joined(first.inner, second.inner),
        parts=tuple(parts) or first.parts or second.parts,
        sure=first.sure and second.sure,
    )


@dataclass(frozen=True, slots=True)
class Served:
    """Which APIs code speaks for.

    Attributes:
        classes: APIs by the name of the routing table or router class.
        protocols: APIs by the name of a protocol, of APIs that the stack serves without a router.
        plain: All APIs that the stack serves without a router, those without a protocol included.
        members: API values by the name of the ``Api`` member.
    """

    classes: Mapping[str, frozenset[str]]
    protocols: Mapping[str, str]
    plain: frozenset[str]
    members: Mapping[str, str]

    def named(self, expression: ast.expr) -> frozenset[str] | None:
        """The API that ``Api.x`` is, None for any other expression."""
        if isinstance(expression, ast.Attribute) and name_of(expression.value) == "Api":
            return frozenset({self.members.get(expression.attr, expression.attr)})
        return None


@dataclass(eq=False)
class Flow:
    """The state of the analysis: what names, attributes and results hold."""

    sources: Sources
    served: Served
    names: dict[tuple[Unit, str], Held] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Held] = field(default_factory=dict)
    results: dict[Unit, Held] = field(default_factory=dict)
    arguments: dict[tuple[Unit, str], list[tuple[ast.expr, Unit]]] = field(default_factory=dict)
    speaks_for: dict[tuple[ClassInfo, str], frozenset[str]] = field(default_factory=dict)
    changed: bool = True

    def run(self) -> None:
        """Follow values until nothing changes."""
        for unit in self.sources.units:
            for parameter in unit.parameters:
                self._seed(unit, parameter)
            self._seed_loader(unit)
        for _ in range(_ROUNDS):
            if not self.changed:
                return
            self.changed = False
            for unit in self.sources.units:
                for node in unit.steps:
                    self._step(node, unit)

    def _seed(self, unit: Unit, parameter: ast.arg) -> None:
        text = ast.unparse(parameter.annotation) if parameter.annotation else ""
        api = self._protocol(parameter.annotation)
        if _BY_API.search(text):
            self._bind((unit, parameter.arg), Held(Shape.MAPPING, inner=one(self.served.plain)))
        elif api:
            self._bind((unit, parameter.arg), one(frozenset({api})))

    def _seed_loader(self, unit: Unit) -> None:
        """In the stack's loader a provider is what gets its spec attached."""
        for node in unit.nodes:
            if isinstance(node, ast.Attribute) and node.attr == _LOADED and isinstance(node.ctx, ast.Store):
                self.store(node.value, one(self.served.plain), unit)

    def _protocol(self, annotation: ast.expr | None) -> str | None:
        """The plain API whose protocol a parameter is annotated with."""
        if annotation is None or _is_container(annotation):
            return None
        names = (name_of(node) for node in ast.walk(annotation) if isinstance(node, ast.expr))
        return next((self.served.protocols[name] for name in names if name in self.served.protocols), None)

    def _step(self, node: ast.AST, unit: Unit) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self.store(target, self.value(node.value, unit), unit)
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            self.store(node.target, self.value(node.value, unit), unit)
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            self.store(node.target, element(self.value(node.iter, unit)), unit)
        elif isinstance(node, ast.Return) and node.value is not None:
            self._result(unit, self.value(node.value, unit))
        elif isinstance(node, ast.Call):
            self._pass(node, unit)

    def _result(self, unit: Unit, held: Maybe) -> None:
        if held is None:
            return
        if any(probes(unit, parameter.arg) for parameter in unit.parameters):
            held = replace(held, sure=False)
        held = joined(self.results.get(unit), held)
        if held is not None and self.results.get(unit) != held:
            self.results[unit] = held
            self.changed = True

    def store(self, target: ast.expr, held: Maybe, unit: Unit, depth: int = 0) -> None:
        """Note that ``target`` may hold ``held``."""
        if held is None or depth > _DEPTH:
            return
        if isinstance(target, ast.Name):
            self._bind((unit, target.id), held)
        elif isinstance(target, ast.Tuple | ast.List):
            for position, part in enumerate(target.elts):
                self.store(part, _part(held, position), unit, depth)
        elif isinstance(target, ast.Attribute) and name_of(target.value) == "self" and unit.owner:
            if target.attr != _ROUTED_MAPPING:  # which APIs it holds depends on the subclass that asks
                self._bind_attribute((unit.owner.name, target.attr), held)
        elif isinstance(target, ast.Subscript):
            self.store(target.value, Held(Shape.MAPPING, inner=held), unit, depth + 1)
        elif isinstance(target, ast.Call) and name_of(target.func) == "setdefault":
            self.store(receiver(target), Held(Shape.MAPPING, inner=held), unit, depth + 1)

    def _bind(self, key: tuple[Unit, str], held: Held) -> None:
        new = joined(self.names.get(key), held)
        if new is not None and new != self.names.get(key):
            self.names[key] = new
            self.changed = True

    def _bind_attribute(self, key: tuple[str, str], held: Held) -> None:
        new = joined(self.attributes.get(key), held)
        if new is not None and new != self.attributes.get(key):
            self.attributes[key] = new
            self.changed = True

    def _pass(self, call: ast.Call, unit: Unit) -> None:
        callee = self.callee(call.func, unit)
        if callee is None:
            return
        for parameter, argument in _matched(callee, call):
            passed = self.arguments.setdefault((callee, parameter), [])
            if all(argument is not known for known, _ in passed):
                passed.append((argument, unit))
            held = self.value(argument, unit)
            if held is not None:
                held = held.only(narrowed(self.reached(held), call, unit, self.served.named))
                self._bind((callee, parameter), held)

    @staticmethod
    def reached(held: Held) -> frozenset[str]:
        """All APIs that a value mentions, at any depth."""
        nested = [held.inner, *held.parts]
        return held.apis.union(*(Flow.reached(part) for part in nested if part is not None))

    def callee(self, function: ast.expr, unit: Unit) -> Unit | None:
        """The function of the sources that a call reaches."""
        if isinstance(function, ast.Name):
            around: Unit | None = unit
            while around is not None:
                if function.id in around.local:
                    return around.local[function.id]
                around = around.outer
            return self.sources.function(unit.path, function.id)
        if not isinstance(function, ast.Attribute) or unit.owner is None:
            return None
        own = name_of(function.value) == "self" or is_super(function.value)
        return self.sources.method(unit.owner, function.attr) if own else None

    def apis_of(self, unit: Unit) -> frozenset[str]:
        """The APIs for whose providers the class around ``unit`` speaks."""
        owner, top = unit.owner, unit
        while top.outer is not None:
            top = top.outer
        if owner is None:
            return frozenset()
        key = owner, top.node.name
        if key not in self.speaks_for:
            self.speaks_for[key] = self._inherited_apis(*key) or self._outer_apis(owner)
        return self.speaks_for[key]

    def _inherited_apis(self, owner: ClassInfo, method: str) -> frozenset[str]:
        """The APIs of those tables and routers on which ``method`` runs the body of ``owner``."""
        return frozenset().union(
            *(
                apis
                for name, apis in self.served.classes.items()
                if self.sources.reaches(self.sources.classes[name], owner, method)
            )
        )

    def _outer_apis(self, owner: ClassInfo) -> frozenset[str]:
        while owner.outer is not None:
            owner = owner.outer
        return self.served.classes.get(owner.name, frozenset())

    def value(self, node: ast.expr, unit: Unit) -> Maybe:
        """What an expression may hold."""
        evaluate = _EVALUATORS.get(type(node))
        return evaluate(self, node, unit) if evaluate else None

    def name(self, node: ast.expr, unit: Unit) -> Maybe:
        """What a name holds, in its function or one around it."""
        if not isinstance(node, ast.Name):
            return None
        around: Unit | None = unit
        while around is not None:
            if (around, node.id) in self.names:
                return self.names[around, node.id]
            around = around.outer
        return self._by_name(node.id, unit)

    def attribute(self, node: ast.expr, unit: Unit) -> Maybe:
        """What ``x.name`` holds: a method of a provider, or something known by its name."""
        if not isinstance(node, ast.Attribute):
            return None
        held = self.value(node.value, unit)
        if held is not None and held.shape is Shape.ONE:
            return replace(held, shape=Shape.METHOD, method=node.attr)
        if unit.owner is not None and name_of(node.value) == "self":
            for step in self.sources.lineage(unit.owner):
                if (step.name, node.attr) in self.attributes:
                    return self.attributes[step.name, node.attr]
        return self._by_name(node.attr, unit)

    def _by_name(self, name: str, unit: Unit) -> Maybe:
        if name == _ROUTED_MAPPING:
            return Held(Shape.MAPPING, inner=one(self.apis_of(unit)))
        if name in _ALL_MAPPINGS:
            return Held(Shape.MAPPING, inner=one(self.served.plain))
        return None

    def subscript(self, node: ast.expr, unit: Unit) -> Maybe:
        """What ``x[key]`` holds."""
        if not isinstance(node, ast.Subscript):
            return None
        held = self.value(node.value, unit)
        if held is None or held.shape is not Shape.MAPPING or held.inner is None:
            return None
        return self._keyed(held.inner, node.slice)

    def _keyed(self, held: Held, key: ast.expr) -> Held:
        api = self.served.named(key)
        return held if api is None else held.only(api)

    def call(self, node: ast.expr, unit: Unit) -> Maybe:
        """What a call yields."""
        if not isinstance(node, ast.Call):
            return None
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == _ROUTED_LOOKUP:
                fixed = any(isinstance(argument, ast.Constant) for argument in node.args)
                return one(self.apis_of(unit), sure=not fixed)
            held = self.value(node.func.value, unit)
            if held is not None and held.shape is Shape.MAPPING and held.inner is not None:
                return self._of_mapping(held, held.inner, node)
        known = self._known(node, unit)
        if known is not None:
            return known
        callee = self.callee(node.func, unit)
        return self.results.get(callee) if callee else None

    def _of_mapping(self, held: Held, inner: Held, call: ast.Call) -> Maybe:
        name = name_of(call.func)
        if name in ("get", "pop", "setdefault") and call.args:
            return self._keyed(inner, call.args[0])
        if name in ("values", "items"):
            return Held(Shape.EACH if name == "values" else Shape.PAIRS, inner=inner)
        return held if name == "copy" else None

    def _known(self, call: ast.Call, unit: Unit) -> Maybe:
        """The result of a builtin, or of ``cast``."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in _COPIES and call.args:
            held = self.value(call.args[0], unit)
            return None if held is None or (held.shape is Shape.MAPPING and name != "dict") else held
        if name == "cast" and len(call.args) == 2:
            return self.value(call.args[1], unit)
        if name == "getattr" and len(call.args) > 1:
            return self._getattr(call, unit)
        return None

    def _getattr(self, call: ast.Call, unit: Unit) -> Maybe:
        held = self.value(call.args[0], unit)
        if held is None or held.shape is not Shape.ONE:
            return None
        fixed = call.args[1].value if isinstance(call.args[1], ast.Constant) else DYNAMIC
        sure = held.sure and len(call.args) == 2
        return replace(held, shape=Shape.METHOD, method=str(fixed), sure=sure)

    def either(self, node: ast.expr, unit: Unit) -> Maybe:
        """What one of several alternatives holds."""
        choices: list[ast.expr] = []
        if isinstance(node, ast.BoolOp):
            choices = node.values
        elif isinstance(node, ast.IfExp):
            choices = [node.body, node.orelse]
        held: Maybe = None
        for choice in choices:
            held = joined(held, self.value(choice, unit))
        return held

    def inside(self, node: ast.expr, unit: Unit) -> Maybe:
        """What ``await x``, ``(name := x)`` and ``*x`` hold."""
        if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred):
            return self.value(node.value, unit)
        return None

    def tuple(self, node: ast.expr, unit: Unit) -> Maybe:
        """What a tuple display holds."""
        if not isinstance(node, ast.Tuple):
            return None
        parts = tuple(self.value(part, unit) for part in node.elts)
        return Held(Shape.TUPLE, parts=parts) if any(parts) else None

    def comprehension(self, node: ast.expr, unit: Unit) -> Maybe:
        """What a comprehension yields."""
        if isinstance(node, ast.DictComp):
            held = self.value(node.value, unit)
            return Held(Shape.MAPPING, inner=held) if held is not None else None
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
            if any(self._picks_own(test) for generator in node.generators for test in generator.ifs):
                return None
            held = self.value(node.elt, unit)
            return Held(Shape.EACH, inner=held) if held is not None else None
        return None

    def _picks_own(self, test: ast.expr) -> bool:
        """Whether a test holds for the stack's own classes only: ``isinstance(x, SomeRoutingTable)``."""
        return (
            isinstance(test, ast.Call)
            and name_of(test.func) == "isinstance"
            and len(test.args) == 2
            and name_of(test.args[1]) in self.sources.classes
        )


def element(held: Maybe) -> Maybe:
    """What iterating over ``held`` yields; a mapping yields its keys."""
    if held is None or held.inner is None:
        return None
    if held.shape is Shape.PAIRS:
        return Held(Shape.TUPLE, parts=(None, held.inner))
    return held.inner if held.shape is Shape.EACH else None


def receiver(call: ast.Call) -> ast.expr:
    """What a method is called on; the function itself where it is no attribute."""
    return call.func.value if isinstance(call.func, ast.Attribute) else call.func


def _part(held: Held, position: int) -> Maybe:
    return held.parts[position] if held.shape is Shape.TUPLE and position < len(held.parts) else None


def _is_container(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and name_of(annotation.value) in _CONTAINERS


def _matched(callee: Unit, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    positional = callee.node.args.posonlyargs + callee.node.args.args
    names = [parameter.arg for parameter in callee.parameters if parameter in positional]
    yield from zip(names, call.args, strict=False)
    named = {parameter.arg for parameter in callee.parameters}
    for keyword in call.keywords:
        if keyword.arg in named and keyword.arg is not None:
            yield keyword.arg, keyword.value


_Evaluator: TypeAlias = Callable[[Flow, ast.expr, Unit], Maybe]
_EVALUATORS: Final[Mapping[type[ast.AST], _Evaluator]] = {
    ast.Name: Flow.name,
    ast.Attribute: Flow.attribute,
    ast.Subscript: Flow.subscript,
    ast.Call: Flow.call,
    ast.BoolOp: Flow.either,
    ast.IfExp: Flow.either,
    ast.Await: Flow.inside,
    ast.NamedExpr: Flow.inside,
    ast.Starred: Flow.inside,
    ast.Tuple: Flow.tuple,
    ast.ListComp: Flow.comprehension,
    ast.GeneratorExp: Flow.comprehension,
    ast.SetComp: Flow.comprehension,
    ast.DictComp: Flow.comprehension,
}
