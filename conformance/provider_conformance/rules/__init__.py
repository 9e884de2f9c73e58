"""The coded checks, one module a family."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from provider_conformance.rules.model import Rule

_FAMILIES: Final = (
    "loading",
    "specs",
    "validators",
    "factories",
    "public",
    "whole",
    "private",
    "typing",
    "resolution",
    "lookups",
    "stack_orders",
    "stacks",
    "contradictions",
    "registration",
    "safety",
    "configuration",
    "registry",
    "unsupported",
    "stored",
    "two_configurations",
    "secrets",
    "booting",
    "lifecycle",
    "calls",
    "streams",
    "outgoing",
    "coverage",
    "releases",
)
"""The modules of this package that hold a family, in the order of their codes; each has ``RULES``."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """All rules in the order of their codes; a family is imported when this is first called."""
    modules = (import_module(f"{__name__}.{family}") for family in _FAMILIES)
    return tuple(sorted((rule for module in modules for rule in module.RULES), key=lambda rule: rule.code))
