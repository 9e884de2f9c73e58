"""Where the source of a module comes from: search paths, snapshots, anything that answers to a name."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Final

from provider_conformance.contracts.snapshots.texts import Finder, Found
from provider_conformance.protocols import bodies

__all__ = ["TRUSTED", "Finder", "Found", "Source", "folders"]

_NEVER_RUN: Final = frozenset({"antigravity", "this", "idlelib", "turtledemo", "turtle", "test", "lib2to3"})
TRUSTED: Final = (sys.stdlib_module_names | {"typing_extensions"}) - _NEVER_RUN
"""Top-level modules that are really imported: those that come with Python."""


def folders(paths: Iterable[str]) -> Finder:
    """Find modules below ``paths`` as the import system does, in their order; nothing is imported."""
    roots = tuple(Path(path or ".") for path in dict.fromkeys(paths))

    def find(name: str) -> Found | None:
        inner = name.replace(".", "/")
        namespace = None
        for root in roots:
            for candidate, package in ((root / inner / "__init__.py", True), (root / f"{inner}.py", False)):
                if candidate.is_file():
                    return _read(candidate, package)
            if namespace is None and (root / inner).is_dir():
                namespace = Found("", str(root / inner), package=True)
        return namespace

    return find


def _read(path: Path, package: bool) -> Found | None:
    text = "".join(linecache.getlines(str(path)))
    return Found(text, str(path), package) if text or path.stat().st_size == 0 else None


@dataclass(eq=False)
class Source:
    """A module's source, parsed and compiled when first asked for."""

    name: str
    found: Found
    error: Exception | None = None

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.found.package else self.name.rpartition(".")[0]

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; empty, and ``error`` set, where the text does not parse."""
        try:
            tree = ast.parse(self.found.text, self.found.path)
        except (SyntaxError, ValueError) as error:
            self.error = error
            return ast.Module([], [])
        bodies.remember(self.found.path, tree)
        return tree

    @cached_property
    def code(self) -> dict[tuple[int, str], list[CodeType]]:
        """The code of every function by first line and name. Compiled, never run."""
        codes: dict[tuple[int, str], list[CodeType]] = {}
        try:
            pending = [compile(self.tree, self.found.path, "exec", dont_inherit=True)]
        except (SyntaxError, ValueError) as error:
            self.error = self.error or error
            return codes
        while pending:
            current = pending.pop()
            for constant in current.co_consts:
                if isinstance(constant, CodeType):
                    codes.setdefault((constant.co_firstlineno, constant.co_name), []).append(constant)
                    pending.append(constant)
        return codes

    @cached_property
    def lazy_annotations(self) -> bool:
        """Whether the module imports ``annotations`` from ``__future__``."""
        return any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in self.tree.body[:8]
        )
