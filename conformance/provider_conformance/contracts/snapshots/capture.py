"""Take a snapshot of an installed stack: its contract, and what its modules hold."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from provider_conformance.contracts.installed import installed_contract
from provider_conformance.contracts.probe import FAMILIES, Family, open_stack
from provider_conformance.contracts.snapshots.codec import encode, portable
from provider_conformance.contracts.snapshots.names import exported, names_of, package_of
from provider_conformance.contracts.snapshots.skeleton import Line, skeleton
from provider_conformance.errors import ContractError

FORMAT: Final = 1
"""The form of the files: one more with every change that older readers would not understand."""

_ONLY_NAMED: Final = frozenset(
    {
        "adapters", "cli", "distributions", "impls", "inline", "remote", "routers", "routing_tables",
        "scripts", "server", "templates", "testing", "ui",
    }
)  # fmt: skip
"""Folders of modules that providers inherit nothing from: of these only the names are kept."""

_NEVER: Final = frozenset({"tests"})
"""Folders that are no part of what a provider can rely on."""


def capture(family: str | None = None) -> tuple[str, str]:
    """Take a snapshot of an installed stack.

    Args:
        family: "llama-stack" or "ogx"; None for the only one that is installed.

    Returns:
        The name of the file, and its text: the same for each capture of the same release.

    Raises:
        StackNotInstalledError: If the stack is not installed.
        AmbiguousStackError: If no family is given and several stacks are installed.
        ContractError: If the stack cannot be read.
    """
    contract = installed_contract(family)
    stack = open_stack(FAMILIES[contract.stack])
    if contract.api_release not in ("", contract.release):
        raise ContractError(
            f"{contract.title} is no release: install {stack.family.api_distribution}=={contract.release}"
        )
    data = {
        "format": FORMAT,
        "stack": contract.stack,
        "release": contract.release,
        "contract": encode(portable(contract, stack.root)),
        "modules": dict(modules(_packages(stack.family))),
    }
    return f"{contract.stack}-{contract.release}.json", _text(data)


def _text(data: Any) -> str:
    return json.dumps(data, indent=0, separators=(",", ":"), ensure_ascii=False) + "\n"


def _packages(family: Family) -> Iterator[Path]:
    """The folders of the stack's top-level packages: its own, its API's, and the models of early releases."""
    names = [*family.packages]
    requirements = importlib.metadata.requires(family.distribution) or ()
    if any(re.match(r"llama[-_]models\b", requirement) for requirement in requirements):
        names.append("llama_models")
    for name in names:
        spec = importlib.util.find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            yield Path(folder)


# -- modules ------------------------------------------------------------------------------------


def modules(packages: Iterable[Path]) -> Iterator[tuple[str, str | list[Line]]]:
    """The modules by path from the packages' parents: skeletons, or names alone."""
    files = {
        path.relative_to(package.parent).as_posix(): path
        for package in packages
        for path in sorted(package.rglob("*.py"))
        if not _NEVER & {*path.relative_to(package).parts}
    }
    sources = _Sources(files)
    for shown, path in files.items():
        if _ONLY_NAMED & {*Path(shown).parts}:
            yield shown, " ".join(sorted(sources.names(module_of(shown))))
        else:
            yield shown, _skeleton(path)


def _skeleton(path: Path) -> list[Line]:
    try:
        return skeleton(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ContractError(f"{path} cannot be read: {error}") from error


def module_of(path: str) -> str:
    """The name of the module whose file stands at a path."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass(slots=True)
class _Sources:
    """The modules of a stack as they are installed."""

    files: dict[str, Path]
    _found: dict[str, frozenset[str]] = field(default_factory=dict)

    def names(self, module: str) -> frozenset[str]:
        if module not in self._found:
            self._found[module] = frozenset()  # modules may import all of each other
            tree, package = self._tree(module)
            self._found[module] = names_of(package, tree, self._starred)
        return self._found[module]

    def _starred(self, module: str) -> Iterable[str]:
        return exported(self._tree(module)[0], self.names(module))

    def _tree(self, module: str) -> tuple[ast.Module, str]:
        inner = module.replace(".", "/")
        for path, is_package in ((f"{inner}/__init__.py", True), (f"{inner}.py", False)):
            if path in self.files:
                return _parsed(self.files[path]), package_of(module, is_package)
        return ast.Module([], []), module


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise ContractError(f"{path} cannot be read: {error}") from error
