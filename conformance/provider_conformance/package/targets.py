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
from provider_conformance.package import loading
from provider_conformance.package.projects import package_at

_FORMS: Final = (
    "give an import name (my_pkg), module:callable, module:Class together with --provider-api, "
    "or the path of a project or package folder"
)
_DOTTED: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class Target:
    """A module, perhaps one name in it, and the folder that makes it importable.

    ``name`` is what the provider is called in the run.
    """

    name: str
    module: str
    attribute: str = ""
    folder: Path | None = None


def parse(argument: str, root: Path) -> Target:
    """Understand ``argument``.

    Raises:
        UsageError: it has none of the accepted forms, or names nothing that exists.
    """
    argument = argument.strip()
    if not argument:
        raise UsageError(f"--provider needs a value: {_FORMS}")
    path = _as_path(argument, root)
    if path is not None:
        package = package_at(path)
        return Target(package.name, package.name, folder=package.folder)
    module, _, attribute = argument.partition(":")
    if not _DOTTED.fullmatch(module) or (":" in argument and not _DOTTED.fullmatch(attribute)):
        hint = _hint(argument, argument)
        raise UsageError(f"--provider={argument} is not understood{hint}: {_FORMS}")
    return _importable(Target(argument, module, attribute), root)


def _as_path(argument: str, root: Path) -> Path | None:
    """The path that ``argument`` is, None where it is a name.

    Raises:
        UsageError: it can only be a path, and there is nothing there.
    """
    path = Path(argument).expanduser()
    places = [path] if path.is_absolute() else [Path.cwd() / path, root / path]
    found = next((place for place in places if place.exists()), None)
    looks_like_path = argument.startswith((".", "~")) or os.sep in argument or "/" in argument
    if looks_like_path:
        if found is None:
            raise UsageError(f"--provider={argument}: there is no {places[0]}")
        return found
    if found is None or (found.is_file() and found.suffix != ".py"):
        return None
    return None if _is_regular(argument) else found


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
    for folder in (Path.cwd(), Path.cwd() / "src", root, root / "src"):
        if (folder / top).is_dir() or (folder / f"{top}.py").is_file():
            return replace(target, folder=folder.resolve())
    raise UsageError(
        f"--provider={target.name} names nothing that can be imported{_hint(top, target.name)}; {_FORMS}"
    )


def _hint(top: str, argument: str) -> str:
    packages = importlib.metadata.packages_distributions()
    same = [package for package, dists in packages.items() if _normal(argument) in map(_normal, dists)]
    if same:
        return f" (`{argument}` is a distribution; its import name is {_listed(same)})"
    near = difflib.get_close_matches(top, [*packages, *(m.name for m in pkgutil.iter_modules())], n=3)
    return f" (near: {_listed(dict.fromkeys(near))})" if near else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
