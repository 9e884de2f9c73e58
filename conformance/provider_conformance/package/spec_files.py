"""Specs that are YAML files: a folder ``providers.d`` with ``remote/<api>/<name>.yaml``, or one such file.

The stacks read such a folder where a run config names it as ``external_providers_dir``. The folders tell the
kind and the API of a spec, the file's name the type that run configs use. Older stacks want what is the
adapter's under ``adapter:``, newer ones beside everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from provider_conformance.findings import Location

KINDS: Final = ("inline", "remote")
SUFFIXES: Final = (".yaml", ".yml")
_ADAPTER: Final = "adapter"
_TELLING: Final = frozenset({"module", "adapter", "adapter_type"})
_DEPTH: Final = 4
_SKIPPED: Final = frozenset(
    {"tests", "test", "node_modules", "build", "dist", "site-packages", "venv", "env"}
)


@dataclass(frozen=True, slots=True)
class SpecFile:
    """One spec as a file.

    Attributes:
        path: The file.
        kind: "inline" or "remote", as its folder says, or as it looks.
        api: The API as its folder says, "" where it lies in no such folder.
        data: What it says.
        lines: The line of each key; those within ``adapter`` stand there by their own names, too.
        error: Why it cannot be read, "" where it can.
        error_line: The line at which reading stopped.
    """

    path: Path
    kind: str
    api: str
    data: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    error_line: int | None = None

    @property
    def provider_type(self) -> str:
        """The type by which a run config asks for it."""
        return f"{self.kind}::{self.path.stem}"

    @property
    def is_older(self) -> bool:
        """Whether it has the form of older stacks, with ``adapter:``."""
        return isinstance(self.data.get(_ADAPTER), Mapping)

    @property
    def module(self) -> str:
        """The module that has the factory, "" where it names none."""
        return self._text("module")

    @property
    def config_class(self) -> str:
        """The dotted path of the class of its configuration, "" where it names none."""
        return self._text("config_class")

    def _text(self, key: str) -> str:
        given = self.data[_ADAPTER].get(key) if self.is_older else self.data.get(key)
        return given.strip() if isinstance(given, str) else ""

    @property
    def package(self) -> str:
        """The top-level package of its module, or its own name where it names none."""
        return self.module.partition(".")[0] or self.path.stem

    def at(self, key: str = "") -> Location:
        """The place of a key, or of the file where it has no such key."""
        return Location(str(self.path), self.lines.get(key, self.error_line or 1))


def read(path: Path) -> SpecFile:
    """Read a spec; what cannot be read is told by the result."""
    kind, api = path.parent.parent.name, path.parent.name
    placed = kind in KINDS
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or str(error)
        return SpecFile(
            path,
            kind if placed else "inline",
            api if placed else "",
            error=f"it is no YAML: {said}",
            error_line=mark.line + 1 if mark else None,
        )
    except (OSError, UnicodeDecodeError) as error:
        return SpecFile(path, kind if placed else "inline", api if placed else "", error=str(error))
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        what = "it is empty" if data is None else f"it is a {type(data).__name__}"
        return SpecFile(
            path, kind if placed else "inline", api if placed else "", error=f"{what}, a spec is a mapping"
        )
    looks = "remote" if {"adapter", "adapter_type"} & set(data) else "inline"
    return SpecFile(
        path, kind if placed else looks, api if placed else "", data, dict(_lines(node)) if node else {}
    )


def _lines(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Keys with their lines; a key of the file itself wins over one within ``adapter``."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value == _ADAPTER:
            yield from _lines(value)
    for key, _value in pairs:
        yield str(key.value), key.start_mark.line + 1


def is_tree(folder: Path) -> bool:
    """Whether a folder is one of specs: ``inline`` or ``remote`` in it has folders with YAML files."""
    return next(_tree_files(folder), None) is not None


def in_tree(folder: Path) -> tuple[SpecFile, ...]:
    """The specs of a folder of specs, by kind, API and name."""
    return tuple(read(path) for path in _tree_files(folder))


def _tree_files(folder: Path) -> Iterator[Path]:
    for kind in KINDS:
        yield from sorted(path for path in folder.glob(f"{kind}/*/*.yaml") if path.is_file())


def trees_below(folder: Path) -> Iterator[Path]:
    """The folders of specs in a project: those that hold what is a spec indeed."""
    pending = [(folder, 0)]
    while pending:
        current, depth = pending.pop(0)
        if any(_TELLING & set(spec.data) for spec in in_tree(current)):
            yield current
        elif depth < _DEPTH:
            pending += [(entry, depth + 1) for entry in sorted(current.iterdir()) if _may_hold(entry)]


def _may_hold(entry: Path) -> bool:
    return entry.is_dir() and entry.name not in _SKIPPED and not entry.name.startswith((".", "_"))


def by_package(files: tuple[SpecFile, ...]) -> dict[str, tuple[SpecFile, ...]]:
    """The specs of each package whose code they name."""
    found: dict[str, tuple[SpecFile, ...]] = {}
    for one in files:
        found[one.package] = (*found.get(one.package, ()), one)
    return found
