"""What a ``--provider`` argument names, before any of it is imported."""

from __future__ import annotations

import difflib
import importlib.metadata
import os
import pkgutil
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from provider_conformance.errors import UsageError
from provider_conformance.package import archives, loading, names, projects
from provider_conformance.package.spec_files import (
    SUFFIXES,
    SpecFile,
    by_package,
    in_tree,
    is_tree,
    read,
    trees_below,
)

_FORMS: Final = (
    "give an import name (my_pkg), module:callable, module:Class together with --provider-api, "
    "the path of a project or package folder, of a wheel or a source distribution, of a folder of YAML specs "
    "or of one such file, or the name of a distribution or an entry point"
)
_UPWARDS: Final = 5
"""How far above a YAML file its package is looked for: `project/providers.d/remote/inference/mine.yaml`."""
_DOTTED: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class Target:
    """A module, perhaps one name in it, and the folder that makes it importable.

    ``name`` is what the provider is called in the run. ``files`` are specs as YAML files; with ``alone``
    they are all that was named, otherwise what its module says comes first.
    """

    name: str
    module: str
    attribute: str = ""
    folder: Path | None = None
    files: tuple[SpecFile, ...] = ()
    alone: bool = False


def parse(argument: str, root: Path) -> Target:
    """Understand ``argument``.

    Raises:
        UsageError: it has none of the accepted forms, or names nothing that exists.
    """
    argument = argument.strip()
    if not argument:
        raise UsageError(f"--provider needs a value: {_FORMS}")
    of_files, _, package = argument.rpartition(":")
    tree = _as_path(of_files, root, must=False) if of_files else None
    if tree is not None and (files := _files_at(tree)):
        return _of_files(argument, tuple(file for file in files if file.package == package), root)
    path = _as_path(argument, root)
    if path is not None:
        return _at(argument, path, root)
    if ":" not in argument and (stands_for := _meant(argument, root)) is not None:
        return parse(stands_for, root)
    module, _, attribute = argument.partition(":")
    if not _DOTTED.fullmatch(module) or (":" in argument and not _DOTTED.fullmatch(attribute)):
        hint = _hint(argument, argument)
        raise UsageError(f"--provider={argument} is not understood{hint}: {_FORMS}")
    return _importable(Target(argument, module, attribute), root)


def _meant(argument: str, root: Path) -> str | None:
    """What a distribution or an entry point stands for, where no module has that name; None otherwise."""
    top = argument.partition(".")[0]
    if _DOTTED.fullmatch(argument) and (
        loading.find_spec(top) is not None or folder_of(top, [Path.cwd(), root]) is not None
    ):
        return None
    return names.of_distribution(argument) or names.of_entry_point(argument)


def _at(argument: str, path: Path, root: Path) -> Target:
    """What is at a path: specs as files, or a package and the specs beside it that name its code."""
    if archives.is_archive(path):
        path = archives.unpacked(path)
    if files := _files_at(path):
        return _of_files(argument, files, root)
    beside = [file for tree in trees_below(path) for file in in_tree(tree)] if path.is_dir() else []
    try:
        package = projects.package_at(path)
    except UsageError:
        if not beside:
            raise
        return _of_files(argument, tuple(beside), root)
    top = package.name.partition(".")[0]
    own = tuple(file for file in beside if file.package == top or file.error)
    return Target(package.name, package.name, folder=package.folder, files=own)


def _files_at(path: Path) -> tuple[SpecFile, ...]:
    """The specs that a path names: a folder of them or one file, () for anything else."""
    if path.is_file():
        return (read(path),) if path.suffix in SUFFIXES else ()
    return in_tree(path) if is_tree(path) else ()


def _of_files(argument: str, files: tuple[SpecFile, ...], root: Path) -> Target:
    """The target of specs that name the code of one package.

    Raises:
        UsageError: they name none of that package, or the code of several.
    """
    packages = [*by_package(files)]
    if len(packages) != 1:
        listed = " or ".join(f"{argument}:{package}" for package in packages) or "there are none of it"
        raise UsageError(f"--provider={argument}: the specs of one package at a time: {listed}")
    beside = [parent for file in files for parent in list(file.path.resolve().parents)[:_UPWARDS]]
    named = (packages[0], *(file.config_class.partition(".")[0] for file in files))
    near = [*beside, Path.cwd(), root]
    folder = next((found for name in named if name and (found := folder_of(name, near))), None)
    return Target(packages[0], packages[0], folder=folder, files=files, alone=True)


def folder_of(package: str, beside: Iterable[Path]) -> Path | None:
    """The folder that makes a package importable: one of these or ``src`` in it, None where none has to."""
    if loading.find_spec(package) is not None:
        return None
    for folder in (inner for one in beside for inner in (one, one / "src")):
        if (folder / package).is_dir() or (folder / f"{package}.py").is_file():
            return folder.resolve()
    return None


def _as_path(argument: str, root: Path, *, must: bool = True) -> Path | None:
    """The path that ``argument`` is, None where it is a name.

    Raises:
        UsageError: it can only be a path and ``must`` be there, and there is nothing there.
    """
    path = Path(argument).expanduser()
    places = [path] if path.is_absolute() else [Path.cwd() / path, root / path]
    found = next((place for place in places if place.exists()), None)
    looks_like_path = argument.startswith((".", "~")) or os.sep in argument or "/" in argument
    if looks_like_path:
        if found is None and must:
            raise UsageError(f"--provider={argument}: there is no {places[0]}")
        return found
    if found is None or (found.is_file() and not _is_named_alone(found)):
        return None
    return None if _is_regular(argument) else found


def _is_named_alone(path: Path) -> bool:
    """Whether a file is one that names a provider."""
    return path.suffix in (".py", *SUFFIXES) or archives.is_archive(path)


def _is_regular(module: str) -> bool:
    """Whether the import system finds more than a bare folder under this name."""
    if not _DOTTED.fullmatch(module):
        return False
    spec = loading.find_spec(module.partition(".")[0])
    return spec is not None and spec.origin is not None


def _importable(target: Target, root: Path) -> Target:
    top = target.module.partition(".")[0]
    if loading.find_spec(top) is not None:
        return target
    if (folder := folder_of(top, [Path.cwd(), root])) is not None:
        return replace(target, folder=folder)
    raise UsageError(
        f"--provider={target.name} names nothing that can be imported{_hint(top, target.name)}; {_FORMS}"
    )


def _hint(top: str, argument: str) -> str:
    packages = importlib.metadata.packages_distributions()
    near = difflib.get_close_matches(top, [*packages, *(m.name for m in pkgutil.iter_modules())], n=3)
    return f" (near: {_listed(dict.fromkeys(near))})" if near else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
