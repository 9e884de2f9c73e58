"""Where names are looked up: in a function's own names, in those around it, in the module, in builtins."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from provider_conformance.contracts.snapshots.texts import LEFT_OUT
from provider_conformance.protocols.classes import Opaque

if TYPE_CHECKING:
    from provider_conformance.source.modules import Module

_ABSENT = object()


@dataclass(slots=True)
class Scope:
    """The names of a function or class body that is being read.

    ``owner`` is the qualified name of the class or function around. ``is_class``: functions
    inside do not see the names.
    """

    module: Module
    names: dict[str, Any] = field(default_factory=dict)
    outer: Scope | None = None
    is_class: bool = False
    qualname: str = ""

    def lookup(self, name: str) -> Any:
        """What ``name`` stands for, Opaque where nothing here binds it."""
        found = self.local(name)
        if found is _ABSENT:
            found = self.module.namespace.get(name, _ABSENT)
        if found is _ABSENT:
            found = getattr(builtins, name, _ABSENT)
        return self._undefined(name) if found is _ABSENT else found

    def _undefined(self, name: str) -> Opaque:
        if name == LEFT_OUT and self.module.library.is_own(self.module.name):
            return Opaque(f"the snapshot of the stack has no more of `{self.module.name}`")
        return Opaque(f"`{name}` is not defined")

    def local(self, name: str, default: Any = _ABSENT) -> Any:
        """What ``name`` stands for short of the module."""
        if name in self.names:
            return self.names[name]
        outer = self.visible_from_inside().outer if self.is_class else self.outer
        return outer.visible_from_inside().local(name, default) if outer is not None else default

    def visible_from_inside(self) -> Scope:
        """The nearest scope whose names a function defined here sees."""
        scope = self
        while scope.is_class and scope.outer is not None:
            scope = scope.outer
        return Scope(self.module) if scope.is_class else scope

    def path(self, name: str) -> str:
        """The qualified name of ``name`` when it is defined here."""
        return f"{self.qualname}.{name}" if self.qualname else name
