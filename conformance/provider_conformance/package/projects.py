"""Find the package that a project folder, a package folder or a module file holds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from provider_conformance.errors import UsageError

_NOT_PACKAGES: Final = {
    "tests",
    "test",
    "docs",
    "doc",
    "examples",
    "scripts",
    "build",
    "dist",
    "benchmarks",
    "node_modules",
}
_ENTRY: Final = re.compile(
    r"^\s*(async\s+)?def\s+(get_provider_spec|available_providers)\b|\bget_provider_spec\b", re.M
)
_DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class Package:
    """An importable package: its dotted name, and the folder that has to be on ``sys.path`` for it."""

    name: str
    folder: Path


def package_at(path: Path) -> Package:
    """The provider package at ``path``.

    Args:
        path: A project folder (flat or ``src`` layout), a package folder, or a module's file.

    Raises:
        UsageError: nothing importable is there, or several packages and no sign which one is meant.
    """
    path = path.resolve()
    if path.is_file():
        return _module_file(path)
    if (path / "__init__.py").is_file() and not (path / "pyproject.toml").is_file():
        return _enclosing(path)
    return _of_project(path)


def _module_file(path: Path) -> Package:
    if path.suffix != ".py" or not path.stem.isidentifier():
        raise UsageError(f"{path} is no Python module: name a package folder, a project folder or a .py file")
    if path.stem == "__init__":
        return _enclosing(path.parent)
    parent = path.parent
    if not (parent / "__init__.py").is_file():
        return Package(path.stem, parent)
    enclosing = _enclosing(parent)
    return Package(f"{enclosing.name}.{path.stem}", enclosing.folder)


def _enclosing(folder: Path) -> Package:
    parts = [folder.name]
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
        parts.insert(0, folder.name)
    return Package(".".join(parts), folder.parent)


def _of_project(project: Path) -> Package:
    settings = _settings(project)
    found = [*_packages(project, settings)]
    if not found:
        raise UsageError(
            f"{project} holds no importable package: a project folder has one beside its pyproject.toml or "
            "under src/, a package folder has an __init__.py"
        )
    providers = [package for package in found if _is_entry(package)]
    named = [package for package in found if package.name == _normal(settings.get("project", {}).get("name"))]
    chosen = _only(providers) or _only([p for p in named if p in providers] or named) or _only(found)
    if chosen is None:
        listed = ", ".join(sorted(package.name for package in providers or found))
        raise UsageError(f"{project} holds several packages: name the folder of one of them ({listed})")
    return chosen


def _only(packages: list[Package]) -> Package | None:
    return packages[0] if len(packages) == 1 else None


def _normal(name: Any) -> str:
    return re.sub(r"[-.]+", "_", name) if isinstance(name, str) else ""


def _settings(project: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{project / 'pyproject.toml'} is not valid TOML: {error}") from error


def metadata_of(folder: Path) -> Path | None:
    """The metadata of the one distribution that a folder holds, as an unpacked wheel does; None otherwise."""
    found = [*folder.glob("*.dist-info/METADATA")]
    return found[0] if len(found) == 1 else None


def requirements(project: Path) -> list[str]:
    """The requirements that a project declares: in its ``pyproject.toml``, or in a wheel's metadata."""
    if (metadata := metadata_of(project)) is not None:
        lines = metadata.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line.partition(":")[2].strip() for line in lines if line.startswith("Requires-Dist:")]
    try:
        declared = _settings(project).get("project", {}).get("dependencies", [])
    except UsageError:
        return []
    return [item for item in declared if isinstance(item, str)] if isinstance(declared, list) else []


def _packages(project: Path, settings: dict[str, Any]) -> Iterator[Package]:
    seen: set[Path] = set()
    for folder in _source_folders(project, settings):
        for package in _packages_in(folder, folder, _DEPTH):
            key = package.folder.joinpath(*package.name.split("."))
            if key not in seen:
                seen.add(key)
                yield package


def _source_folders(project: Path, settings: dict[str, Any]) -> list[Path]:
    tool = settings.get("tool", {})
    wheel = tool.get("hatch", {}).get("build", {}).get("targets", {}).get("wheel", {})
    where = tool.get("setuptools", {}).get("packages", {})
    listed = [Path(entry).parent for entry in wheel.get("packages", []) if isinstance(entry, str)]
    listed += [
        Path(entry) for entry in (where.get("find", {}).get("where", []) if isinstance(where, dict) else [])
    ]
    folders = [*(project / entry for entry in listed), project / "src", project]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _packages_in(folder: Path, base: Path, depth: int) -> Iterator[Package]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and entry.name.isidentifier() and entry.name not in _NOT_PACKAGES:
            yield from _package_or_namespace(entry, base, depth)
        elif entry.suffix == ".py" and folder == base and _mentions_entry(entry):
            yield Package(entry.stem, base)


def _package_or_namespace(folder: Path, base: Path, depth: int) -> Iterator[Package]:
    if (folder / "__init__.py").is_file() or (folder / "provider.py").is_file():
        yield Package(".".join(folder.relative_to(base).parts), base)
    elif depth > 1 and folder.name != "src":
        yield from _packages_in(folder, base, depth - 1)


def _is_entry(package: Package) -> bool:
    path = package.folder.joinpath(*package.name.split("."))
    files = (path / "provider.py", path / "__init__.py", path.with_suffix(".py"))
    return any(_mentions_entry(file) for file in files)


def _mentions_entry(file: Path) -> bool:
    try:
        return _ENTRY.search(file.read_text(encoding="utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        return False
