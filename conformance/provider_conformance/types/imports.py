"""Which modules of others define the types that a stack's protocols promise, and hand them on."""

from __future__ import annotations

import ast
import importlib.util
import sys
import typing
from collections.abc import Iterator, Set
from types import FunctionType
from typing import Any

from provider_conformance.protocols import classes
from provider_conformance.protocols.annotated import hints
from provider_conformance.protocols.bodies import tree_of


def modules_of_types(protocol: type, packages: Set[str]) -> frozenset[str]:
    """The modules that mypy has to read to know the types of a protocol's annotations.

    Args:
        protocol: The protocol.
        packages: The top-level packages of which nothing is read without need.

    Returns:
        Of these packages the modules that define such a type or one of its bases, those through which the
        protocol's own module comes by it, and the packages around them.
    """
    found: set[str] = set()
    for cls in _annotated(protocol):
        if _top(classes.class_module(cls)) in packages:
            found.update(classes.class_module(base) for base in classes.mro(cls))
            for owner in classes.mro(protocol):
                found.update(_way_to(cls, classes.class_module(owner), frozenset()))
    around = {parent for name in found for parent in _with_parents(name)}
    return frozenset(name for name in around if _top(name) in packages)


def _annotated(protocol: type) -> set[type]:
    """Every class that an annotation of the protocol's methods names."""
    functions = (value for owner in classes.mro(protocol) for value in classes.namespace(owner).values())
    found: set[type] = set()
    for function in functions:
        if isinstance(function, FunctionType):
            for annotation in hints(function).values():
                found.update(_within(annotation))
    return found


def _within(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _within(argument)


def _way_to(cls: type, name: str, passed: frozenset[str]) -> Iterator[str]:
    """The modules from which one after the other ``cls`` is imported, beginning with ``name``."""
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    if module is None or not isinstance(file, str) or name in passed:
        return
    yield name
    package = str(getattr(module, "__package__", None) or "")
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.ImportFrom) and any(
            vars(module).get(alias.asname or alias.name) is cls for alias in node.names
        ):
            source = f"{'.' * node.level}{node.module or ''}"
            if node.level:
                source = importlib.util.resolve_name(source, package)
            yield from _way_to(cls, source, passed | {name})


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def _top(name: str) -> str:
    return name.partition(".")[0]
