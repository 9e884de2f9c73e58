"""The names of modules, told from their trees alone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from provider_conformance.protocols.names import bound_names

Trees = Callable[[str], "ast.Module | None"]
"""Answers a module's name with its tree, None where it is not of the stack."""


def package_of(module: str, is_package: bool) -> str:
    """The package that relative imports of ``module`` start from."""
    return module if is_package else module.rpartition(".")[0]


def names_of(package: str, tree: ast.Module, names: Callable[[str], Iterable[str] | None]) -> frozenset[str]:
    """All names that a module's statements bind.

    Args:
        package: The package that its relative imports start from.
        tree: The module.
        names: Answers a module's name with what ``from module import *`` brings.
    """
    own = {name for name in bound_names(tree.body) if name != "*"}
    starred = (names(module) or () for module in _starred(package, tree))
    return frozenset(own.union(*starred))


def exported(tree: ast.Module, names: Iterable[str]) -> Iterator[str]:
    """What ``from module import *`` brings of a module's names: what it lists, or all that are public."""
    listed = _listed(tree)
    return (name for name in names if (name in listed if listed is not None else name[:1] != "_"))


def _listed(tree: ast.Module) -> frozenset[str] | None:
    for statement in reversed(tree.body):
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List() | ast.Tuple() as value):
                return frozenset(str(part.value) for part in value.elts if isinstance(part, ast.Constant))
    return None


def _starred(package: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            yield absolute(package, node)


def absolute(package: str, statement: ast.ImportFrom) -> str:
    """The full name of the module that an import statement names."""
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - statement.level + 1], *filter(None, [statement.module])])
