"""Where the stack's own code holds a provider: a small flow analysis over its source.

It follows values through names, attributes, loops, tuples and calls within the sources, without
regard to the order of statements, until nothing new is found.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from provider_conformance.contracts.calls.guards import name_of, narrowed, probes
from provider_conformance.contracts.calls.held import Held, Maybe, Shape, element, joined, one, part
from provider_conformance.contracts.calls.sources import Unit
from provider_conformance.contracts.calls.values import ROUTED_MAPPING, Values, receiver

_LOADED: Final = "__provider_spec__"
_BY_API: Final = re.compile(r"[dD]ict\[Api, Any\]")
_CONTAINERS: Final = frozenset({"dict", "list", "tuple", "set", "Dict", "List", "Tuple", "Set", "Callable"})
_ROUNDS: Final = 8
_DEPTH: Final = 3


@dataclass(eq=False)
class Flow(Values):
    """Spreads what is known until nothing changes.

    ``arguments`` are those that parameters are given, ``calls`` the calls of the sources' own functions.
    """

    arguments: dict[tuple[Unit, str], list[tuple[ast.expr, Unit]]] = field(default_factory=dict)
    calls: dict[Unit, dict[ast.Call, Unit]] = field(default_factory=dict)
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
            for position, name in enumerate(target.elts):
                self.store(name, part(held, position), unit, depth)
        elif isinstance(target, ast.Attribute) and name_of(target.value) == "self" and unit.owner:
            if target.attr != ROUTED_MAPPING:  # which APIs it holds depends on the subclass that asks
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
        self.calls.setdefault(callee, {})[call] = unit
        for parameter, argument in _matched(callee, call):
            passed = self.arguments.setdefault((callee, parameter), [])
            if all(argument is not known for known, _ in passed):
                passed.append((argument, unit))
            held = self.value(argument, unit)
            if held is not None:
                held = held.only(narrowed(held.every(), call, unit, self.served.named))
                self._bind((callee, parameter), held)


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
