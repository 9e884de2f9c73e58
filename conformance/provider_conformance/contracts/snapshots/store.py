"""The snapshots that this distribution ships, and what one of them tells."""

from __future__ import annotations

import ast
import json
import linecache
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from provider_conformance.contracts.model import Contract
from provider_conformance.contracts.probe import FAMILIES
from provider_conformance.contracts.snapshots.codec import decode
from provider_conformance.contracts.snapshots.names import exported, names_of, package_of
from provider_conformance.contracts.snapshots.skeleton import joined
from provider_conformance.contracts.snapshots.texts import LEFT_OUT, Found
from provider_conformance.errors import UsageError

_SUFFIX: Final = ".json"
_ALL: Final = {name for family in FAMILIES.values() for name in family.packages}
"""The top-level packages of all stacks."""
_GIVEN: Final = frozenset({"__name__", "__file__", "__package__", "__doc__", "__path__"})


@dataclass(frozen=True, slots=True)
class Release:
    """A release of a stack: its family and its version."""

    stack: str
    release: str

    def __str__(self) -> str:
        return f"{self.stack} {self.release}"

    @property
    def order(self) -> tuple[int, tuple[int, ...]]:
        """Its place among all releases; ogx is what llama-stack has become."""
        numbers = tuple(int(part) for part in self.release.split(".") if part.isdigit())
        return [*FAMILIES].index(self.stack), numbers


@cache
def available() -> tuple[Release, ...]:
    """The releases of which there is a snapshot, the oldest first."""
    return tuple(sorted(_texts(), key=lambda release: release.order))


def text_of(release: Release) -> bytes:
    """What the file of a release's snapshot says, as it stands in the repository."""
    return _texts()[release]


@cache
def _texts() -> Mapping[Release, bytes]:
    """The text of each snapshot: a wheel has them in one file, see ``hatch_build.py``, a checkout in many."""
    folder = files("provider_conformance.contracts.snapshots") / "data"
    found = {}
    for name, text in _packed(folder / "snapshots.tar.xz") or _single(folder):
        stack, _, release = name.removesuffix(_SUFFIX).rpartition("-")
        if name.endswith(_SUFFIX) and stack in FAMILIES:
            found[Release(stack, release)] = text
    return found


def _packed(file: Traversable) -> list[tuple[str, bytes]]:
    if not file.is_file():
        return []
    with file.open("rb") as stream, tarfile.open(fileobj=stream, mode="r:xz") as packed:
        return [(one.name, content.read()) for one in packed if (content := packed.extractfile(one))]


def _single(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    return ((file.name, file.read_bytes()) for file in folder.iterdir() if file.is_file())


@cache
def load(release: Release) -> Snapshot:
    """The snapshot of a release; loading it again gives the same object.

    Raises:
        UsageError: If there is none; the message lists those of the same stack.
    """
    if release not in _texts():
        known = ", ".join(one.release for one in available() if one.stack == release.stack)
        raise UsageError(f"there is no snapshot of {release}; those of {release.stack} are of {known}")
    return Snapshot(release, json.loads(_texts()[release]))


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What a release demands of its providers, and what its modules hold.

    Attributes:
        release: The release.
        data: What stands in its file.
    """

    release: Release
    data: Mapping[str, Any] = field(repr=False)

    @property
    def title(self) -> str:
        """The release as a person would say it: "ogx 1.5.0"."""
        return str(self.release)

    @cached_property
    def contract(self) -> Contract:
        """What the release demands of its providers."""
        return decode(self.data["contract"])

    @cached_property
    def finder(self) -> SnapshotFinder:
        """Answers for the source of the stack's modules: skeletons, and nothing of an installed stack."""
        return SnapshotFinder(self)

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """The modules and the paths of their files; folders without a file of their own have "" for one."""
        found: dict[str, str] = {}
        for path in self.data["modules"]:
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            found[name] = path
            folder = name.rpartition(".")[0]
            while folder and folder not in found:  # what is there already has its own folders there, too
                found[folder] = ""
                folder = folder.rpartition(".")[0]
        return found

    def has_module(self, name: str) -> bool:
        """Whether the release has a module of that name."""
        return name in self.paths

    def names(self, module: str) -> frozenset[str] | None:
        """What can be imported from a module, the modules inside it included; None without such a module."""
        if module not in self.paths:
            return None
        prefix = f"{module}."
        inner = (name.removeprefix(prefix) for name in self.paths if name.startswith(prefix))
        return self._own_names(module) | {name for name in inner if "." not in name} | _GIVEN

    def text(self, module: str) -> str:
        """The skeleton of a module; where only its names are known, they stand for something left out."""
        kept = self.data["modules"].get(self.paths[module], "")
        if isinstance(kept, str):
            return " = ".join([*kept.split(), LEFT_OUT]) + "\n" if kept else ""
        return joined(kept)

    def is_package(self, module: str) -> bool:
        """Whether a module may have modules inside."""
        return self.paths[module].endswith("__init__.py") or not self.paths[module]

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        return {}

    def _own_names(self, module: str) -> frozenset[str]:
        kept = self.data["modules"].get(self.paths.get(module, ""), "")
        if isinstance(kept, str):
            return frozenset(kept.split())
        if module not in self._names:
            self._names[module] = frozenset()  # modules may import all of each other
            package = package_of(module, self.is_package(module))
            self._names[module] = names_of(package, ast.parse(joined(kept)), self._starred)
        return self._names[module]

    def _starred(self, module: str) -> Iterable[str]:
        if module not in self.paths:
            return ()
        return exported(ast.parse(self.text(module)), self._own_names(module))


def _distributions(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    family = FAMILIES[snapshot.release.stack]
    names = (family.distribution, family.api_distribution)
    for distribution, package in zip(names, family.packages, strict=True):
        if snapshot.has_module(package):
            yield distribution, snapshot.release.release


class SnapshotFinder:
    """Answers for the modules of one release of a stack.

    Attributes:
        answers_for: The top-level packages about which nobody else is asked: those of all stacks, so that
            an installed one is not read in its place.
        releases: The distributions that it stands for, with their versions.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        own = {name.partition(".")[0] for name in snapshot.paths}
        self.answers_for = frozenset(own | _ALL)
        self.releases = dict(_distributions(snapshot))
        self._found: dict[str, Found | None] = {}

    def __call__(self, name: str) -> Found | None:
        """The source of the module ``name``."""
        if name not in self._found:
            self._found[name] = self._find(name) if self._snapshot.has_module(name) else None
        return self._found[name]

    def _find(self, name: str) -> Found:
        snapshot = self._snapshot
        shown = f"{snapshot.release.stack}-{snapshot.release.release}/"
        path = shown + (snapshot.paths[name] or name.replace(".", "/"))
        text = snapshot.text(name)
        # There is no such file: whoever looks for a line of it later finds it here.
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        return Found(text, path, snapshot.is_package(name))
