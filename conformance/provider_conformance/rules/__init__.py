"""The coded checks, one module a family. A rule belongs to the suite by standing in one of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from provider_conformance.rules.model import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """All rules in the order of their codes; the families are imported when this is first called."""
    found = (rule for module in _modules() for rule in rules_of(module))
    return tuple(sorted(found, key=lambda rule: rule.code))


def rules_of(*modules: ModuleType) -> tuple[Rule, ...]:
    """The rules that stand in modules, in the order in which they stand there."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Rule))


def _modules() -> Iterator[ModuleType]:
    for found in walk_packages(__path__, prefix=f"{__name__}."):
        yield import_module(found.name)
