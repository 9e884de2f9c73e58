"""The names that providers import: which a release does not have any more, and where they are instead."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Final

from provider_conformance.contracts.probe import FAMILIES
from provider_conformance.contracts.snapshots import Release, Snapshot
from provider_conformance.contracts.snapshots.names import absolute, package_of
from provider_conformance.protocols.names import blocks, bound_by, bound_names
from provider_conformance.releases.changes.model import Change, Kind

_OWN_USE: Final = frozenset({"log", "logger", "T", "P", "R"})
"""What modules call things that are meant for nobody else."""


def name_changes(old: Snapshot, new: Snapshot, later: Sequence[Snapshot] = ()) -> Iterator[Change]:
    """Tell which public names cannot be imported from where they were.

    A name is public where a module defines it, or where a package hands it on, and it has no underscore.
    Modules of which a snapshot keeps names alone are left out: implementations, servers, command lines.
    A stack that has been renamed is looked for under its new name: `llama_stack.log` is `ogx.log`. Of a name
    that is nowhere is told in which of the releases behind ``new`` it is there again.
    """
    before, after = _index(old), _index(new)
    for module in before.modules:
        here = _renamed(module, old, new)
        there = new.names(here) or frozenset()
        for name in sorted(before.names_of(module)):
            if name not in there:
                home = _home(module, name, before, after)
                kind = Kind.NAME_MOVED if home else Kind.NAME_REMOVED
                after_it = home and f"{home}.{name}"
                again = () if home else tuple(_again(module, name, old, later))
                change = Change(kind, method=module, name=name, before=f"{module}.{name}", after=after_it)
                yield replace(change, again=again)


def _again(module: str, name: str, old: Snapshot, later: Iterable[Snapshot]) -> Iterator[Release]:
    for snapshot in later:
        if name in (snapshot.names(_renamed(module, old, snapshot)) or ()):
            yield snapshot.release


def _renamed(module: str, old: Snapshot, new: Snapshot) -> str:
    """The module's name in the other release's family."""
    top, dot, inner = module.partition(".")
    before, after = (FAMILIES[snapshot.release.stack].packages for snapshot in (old, new))
    return dict(zip(before, after, strict=True)).get(top, top) + dot + inner


def _home(module: str, name: str, before: _Index, after: _Index) -> str:
    """The module that has a name now, "" where none has.

    What a package has handed on may still be where it came from. A module that has had something of this
    name before is no new place: that is another thing. Where several modules have defined the name, only the
    package of the stack's API is taken for a new place.
    """
    old, new = before.snapshot, after.snapshot
    here = _renamed(module, old, new)
    origin = _renamed(before.origin(module, name), old, new)
    if name in after.names_of(origin):
        return min((origin, *after.handed_on_from(origin, name)), key=lambda home: _distance(home, here))
    known = {_renamed(one, old, new) for one in before.homes.get(name, ())}
    several = len({before.origin(one, name) for one in before.homes.get(name, ())}) > 1
    homes = [home for home in after.homes.get(name, ()) if home not in known]
    if several:
        homes = [home for home in homes if home.endswith("_api")]
    return min(homes, key=lambda home: _distance(home, here), default="")


@cache
def _index(snapshot: Snapshot) -> _Index:
    return _Index(snapshot)


@dataclass(eq=False)
class _Index:
    """The public names of a release by module, and the modules by name."""

    snapshot: Snapshot
    _names: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The modules of which more is known than names; those whose own name is private are left out."""
        return tuple(name for name in self.snapshot.paths if self._is_read(name))

    @cached_property
    def homes(self) -> Mapping[str, list[str]]:
        """The modules that have a name."""
        found: dict[str, list[str]] = {}
        for module in self.modules:
            for name in self.names_of(module):
                found.setdefault(name, []).append(module)
        return found

    def names_of(self, module: str) -> Mapping[str, str]:
        """The public names of a module, each with the module that defines it."""
        if module not in self._names:
            self._names[module] = {}  # modules may import all of each other
            self._names[module] = dict(self._found(module)) if self._is_read(module) else {}
        return self._names[module]

    def origin(self, module: str, name: str) -> str:
        """The module that defines a name that another one has."""
        return self.names_of(module).get(name, module)

    def handed_on_from(self, origin: str, name: str) -> Iterator[str]:
        """The modules that hand a name on which ``origin`` defines."""
        return (home for home in self.homes.get(name, ()) if self.origin(home, name) == origin)

    def _is_read(self, module: str) -> bool:
        kept = self.snapshot.data["modules"].get(self.snapshot.paths.get(module, ""))
        return isinstance(kept, list) and not any(part[:1] == "_" for part in module.split("."))

    def _found(self, module: str) -> Iterator[tuple[str, str]]:
        tree = ast.parse(self.snapshot.text(module))
        if self.snapshot.is_package(module):
            for name, origin in self._handed_on(module, tree):
                if _is_public(name) and not self.snapshot.has_module(f"{module}.{name}"):
                    yield name, origin
        yield from ((name, module) for name in _defined(tree.body) if _is_public(name))

    def _handed_on(self, module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
        """The names that a package imports from the stack's own modules, and who defines them."""
        package = package_of(module, is_package=True)
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not self.snapshot.has_module(absolute(package, node)):
                continue
            source = self.names_of(absolute(package, node))
            for alias in node.names:
                if alias.name == "*":
                    yield from source.items()
                else:
                    yield bound_by(alias), source.get(alias.name, module)


def _is_public(name: str) -> bool:
    return name[:1] != "_" and name not in _OWN_USE


def _defined(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that statements bind, but for those that they import."""
    for statement in statements:
        inner = [*blocks(statement)]
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if inner and not isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (name for block in inner for name in _defined(block))
        else:
            yield from bound_names([statement])


def _distance(home: str, before: str) -> tuple[bool, int, int, str]:
    """How far a module is: the package of the stack's API first, then by the packages that they share."""
    parts, others = home.split("."), before.split(".")
    shared = sum(one == other for one, other in zip(parts, others, strict=False))
    return not home.endswith("_api"), -shared, len(parts), home
