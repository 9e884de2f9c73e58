"""What the expressions of a stack's code hold, given what is known of its names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from provider_conformance.contracts.calls.guards import name_of
from provider_conformance.contracts.calls.held import DYNAMIC, Held, Maybe, Shape, joined, one
from provider_conformance.contracts.calls.sources import ClassInfo, Sources, Unit, is_super

ROUTED_MAPPING: Final = "impls_by_provider_id"
"""What routing tables call their providers by id."""
_ROUTED_LOOKUP: Final = "get_provider_impl"
_ALL_MAPPINGS: Final = frozenset({"impls", "deps", "__llama_stack_impls__"})
_COPIES: Final = frozenset({"dict", "list", "tuple", "set", "sorted", "reversed"})


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
class Values:
    """What names, attributes and results are known to hold, and expressions in terms of these."""

    sources: Sources
    served: Served
    names: dict[tuple[Unit, str], Held] = field(default_factory=dict)
    attributes: dict[tuple[str, str], Held] = field(default_factory=dict)
    results: dict[Unit, Held] = field(default_factory=dict)
    speaks_for: dict[tuple[ClassInfo, str], frozenset[str]] = field(default_factory=dict)

    def callee(self, function: ast.expr, unit: Unit) -> Unit | None:
        """The function of the sources that a call reaches; of a class, what makes its instances."""
        if isinstance(function, ast.Name):
            around: Unit | None = unit
            while around is not None:
                if function.id in around.local:
                    return around.local[function.id]
                around = around.outer
            made = self.sources.classes.get(function.id)
            return (
                self.sources.method(made, "__init__")
                if made
                else self.sources.function(unit.path, function.id)
            )
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
        if name == ROUTED_MAPPING:
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


def receiver(call: ast.Call) -> ast.expr:
    """What a method is called on; the function itself where it is no attribute."""
    return call.func.value if isinstance(call.func, ast.Attribute) else call.func


_Evaluator: TypeAlias = Callable[[Values, ast.expr, Unit], Maybe]
_EVALUATORS: Final[Mapping[type[ast.AST], _Evaluator]] = {
    ast.Name: Values.name,
    ast.Attribute: Values.attribute,
    ast.Subscript: Values.subscript,
    ast.Call: Values.call,
    ast.BoolOp: Values.either,
    ast.IfExp: Values.either,
    ast.Await: Values.inside,
    ast.NamedExpr: Values.inside,
    ast.Starred: Values.inside,
    ast.Tuple: Values.tuple,
    ast.ListComp: Values.comprehension,
    ast.GeneratorExp: Values.comprehension,
    ast.SetComp: Values.comprehension,
    ast.DictComp: Values.comprehension,
}
