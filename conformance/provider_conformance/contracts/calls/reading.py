"""Whether anybody reads what a call on a provider gives."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from provider_conformance.contracts.calls.flow import Flow
from provider_conformance.contracts.calls.guards import ApisNamed, narrowed
from provider_conformance.contracts.calls.sources import Unit


@dataclass(frozen=True, slots=True)
class Reading:
    """Follows results to where they are read, through names and through functions that return them.

    Only what surely nobody reads counts as unread: a result that is stored, passed on, or returned to
    somebody who is not known is read.

    Attributes:
        flow: What is known of the sources.
        named: Says for which APIs a test around an expression holds.
    """

    flow: Flow
    named: ApisNamed

    def reads(self, node: ast.expr, unit: Unit, api: str, behind: frozenset[Unit] = frozenset()) -> bool:
        """Whether somebody reads the value of an expression.

        Args:
            node: The expression: a call on a provider.
            unit: The function that holds it.
            api: The provider's API: what only happens for others does not count.
            behind: The functions through which the value has come.
        """
        parent = unit.parents.get(node)
        match parent:
            case ast.Expr():
                return False
            case ast.Await():
                return self.reads(parent, unit, api, behind)
            case ast.Return():
                return self._reads_result(unit, api, behind)
            case ast.Assign(targets=[ast.Name(id=name)]):
                return self._reads_name(name, unit, api, behind)
        return True

    def _reads_result(self, unit: Unit, api: str, behind: frozenset[Unit]) -> bool:
        """Whether somebody reads what a function returns; whoever calls a method is not known."""
        calls = self.flow.calls.get(unit, {})
        if unit.owner is not None or unit in behind or not calls or self._is_handed_on(unit):
            return True
        return any(
            self.reads(call, caller, api, behind | {unit})
            for call, caller in calls.items()
            if narrowed(frozenset({api}), call, caller, self.named)
        )

    def _reads_name(self, name: str, unit: Unit, api: str, behind: frozenset[Unit]) -> bool:
        if any(_mentions(inner, name) for inner in unit.local.values()):
            return True
        return any(
            self.reads(node, unit, api, behind)
            for node in unit.nodes
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            if narrowed(frozenset({api}), node, unit, self.named)
        )

    def _is_handed_on(self, function: Unit) -> bool:
        """Whether a function is used otherwise than by calling it."""
        return function.node.name in self.flow.sources.handed_on


def _mentions(unit: Unit, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(unit.node))
